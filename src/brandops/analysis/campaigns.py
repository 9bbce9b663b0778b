"""Which campaigns paid? The lift of each by the best comparison its data allow, and what it earned.

A campaign is compared with the regions held out at random from it; without any, with the regions it left out; without these,
with other channels of the same type; and without these with its own past alone. The lift is that of its own days; what it
earned counts the days after it too, over which an effect fades. Days of other campaigns that reached the same cells are left
out of what is learnt from.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.analysis.intervals import LEVEL
from brandops.analysis.lift import lift
from brandops.analysis.lift_panel import Lift, refused

PRE_DAYS = 182  # half a year: long enough for placebos, short enough that channels do not grow apart


@dataclass(frozen=True)
class Cells:
    """Where a campaign ran, and what it can be compared with.

    Attributes
    ----------
    unit
        Column of the daily sales the units are: `region` or `channel_id`.
    treated, controls
        Units with and without the campaign.
    channels
        Channels the sales are taken from.
    brand
        Brand the campaign was for; None: all.
    randomised
        Whether the controls were held out at random.
    """

    unit: str
    treated: tuple[str, ...]
    controls: tuple[str, ...]
    channels: tuple[str, ...]
    brand: str | None
    randomised: bool


def cells_of(campaign: pd.Series, daily: pd.DataFrame, channels: pd.DataFrame | None, credited: pd.DataFrame | None) -> Cells:
    """Where a campaign ran and the units to compare it with.

    Parameters
    ----------
    campaign
        Row of the contract's campaigns.
    daily
        date, channel_id, region, brand, gross_sales.
    channels
        The contract's channels (channel_id, channel_type); None: all are of one type.
    credited
        campaign_id, channel_id of sales credited to campaigns: where a campaign without a named channel ran; None: everywhere.
    """
    brand = _text(campaign.get("brand"))
    sold = daily if brand is None else daily[daily["brand"] == brand]
    everywhere = sorted(sold["channel_id"].unique())
    ran = [campaign["channel_id"]] if _text(campaign.get("channel_id")) else everywhere
    if not _text(campaign.get("channel_id")) and credited is not None:
        seen = set(credited.loc[credited["campaign_id"] == campaign["campaign_id"], "channel_id"])
        ran = [name for name in everywhere if name in seen] or everywhere
    regions = sorted(sold.loc[sold["channel_id"].isin(ran), "region"].dropna().unique())
    held, chosen = _names(campaign.get("hold_out")), _names(campaign.get("region"))
    treated = [name for name in regions if name not in held and (not chosen or name in chosen)]
    if held and treated:
        return Cells("region", tuple(treated), tuple(sorted(held & set(regions))), tuple(ran), brand, True)
    if treated and len(treated) < len(regions):
        return Cells("region", tuple(treated), tuple(name for name in regions if name not in treated), tuple(ran), brand, False)
    others = [name for name in everywhere if name not in ran]
    if channels is not None and "channel_type" in channels:
        kind = dict(zip(channels["channel_id"], channels["channel_type"], strict=True))
        kinds = {kind.get(name) for name in ran}
        others = [name for name in others if kind.get(name) in kinds]
    return Cells("channel_id", tuple(ran), tuple(others), tuple(ran) + tuple(others), brand, False)


def panel_of(daily: pd.DataFrame, cells: Cells, campaign: pd.Series, others: pd.DataFrame, until: pd.Timestamp,
             after_days: int) -> pd.DataFrame:  # fmt: skip
    """Daily gross sales of a campaign's units as unique_id, ds, y, from `PRE_DAYS` before its start `until` a day.

    Days of `others` (the other campaigns, with `channels` and `regions` they reached) before the start are left out where
    they reached the panel's cells, the `after_days` after them too; a control that another campaign reached in the window itself
    is left out altogether.
    """
    start, used = campaign["starts_on"], cells.treated + cells.controls
    part = daily[daily["date"].between(start - pd.Timedelta(days=PRE_DAYS), until)]
    part = part[part["channel_id"].isin(cells.channels) & part[cells.unit].isin(used)]
    if cells.brand is not None:
        part = part[part["brand"] == cells.brand]
    days = pd.date_range(part["date"].min(), until) if len(part) else pd.DatetimeIndex([])
    free, spoilt = np.ones(len(days), dtype=bool), set()
    for other in others.itertuples():
        if not set(other.channels) & set(cells.channels) or (cells.brand and _text(other.brand) not in (None, cells.brand)):
            continue
        reached = np.asarray((days >= other.starts_on) & (days <= other.ends_on + pd.Timedelta(days=after_days)))
        if (reached & (days >= start)).any() and cells.unit == "channel_id":
            spoilt |= set(other.channels) & set(cells.controls)
        free &= ~reached | (days >= start)
    kept = part[part["date"].isin(days[free]) & ~part[cells.unit].isin(spoilt)]
    sums = kept.groupby(["date", cells.unit])["gross_sales"].sum().reset_index()
    return sums.rename(columns={"date": "ds", cells.unit: "unique_id", "gross_sales": "y"})[["unique_id", "ds", "y"]]


def campaign_lift(daily: pd.DataFrame, campaign: pd.Series, campaigns: pd.DataFrame, cells: dict[str, Cells], after: int,
                  after_days: int, level: float = LEVEL) -> Lift:  # fmt: skip
    """Lift of one campaign from its start to `after` days after its end.

    Parameters
    ----------
    daily
        date, channel_id, region, brand, gross_sales of all own sales.
    campaigns
        All campaigns; `cells` has theirs by campaign_id.
    after_days
        Days over which campaigns fade.
    """
    mine = cells[campaign["campaign_id"]]
    until = campaign["ends_on"] + pd.Timedelta(days=after)
    others = campaigns[campaigns["campaign_id"] != campaign["campaign_id"]]
    others = others.assign(channels=[_reached(cells[name]) for name in others["campaign_id"]])
    panel = panel_of(daily, mine, campaign, others, until, after_days)
    treated = [name for name in mine.treated if name in set(panel["unique_id"])]
    if not treated or not (panel["ds"] >= campaign["starts_on"]).any():
        return refused("too few sales", "holdout" if mine.randomised else "synthetic_control", level=level)
    return lift(panel, treated, campaign["starts_on"], until, randomised=mine.randomised, level=level)


def _reached(cells: Cells) -> tuple[str, ...]:
    return cells.treated if cells.unit == "channel_id" else cells.channels


def _names(value: object) -> set[str]:
    return {part.strip() for part in str(value).split(";") if part.strip()} if _text(value) else set()


def _text(value: object) -> str | None:
    return None if value is None or value is pd.NA or value != value or value == "" else str(value)
