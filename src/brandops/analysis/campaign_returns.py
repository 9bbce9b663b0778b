"""What campaigns earned for what they cost: incremental margin against spending, by campaign, theme, format and channel."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.meta_analysis import combine_effects

from brandops.analysis.campaigns import Cells, campaign_lift, cells_of
from brandops.analysis.intervals import z_score
from brandops.analysis.lift_panel import Lift

COLUMNS = ("campaign_id", "campaign", "theme", "format", "channels", "starts_on", "ends_on", "method", "reason", "lift", "lift_low",
           "lift_high", "p_value", "p_space", "added", "added_low", "added_high", "credited", "margin_rate", "margin", "margin_low",
           "margin_high", "spent", "roi", "roi_low", "roi_high", "verdict")  # fmt: skip


@dataclass(frozen=True)
class Returns:
    """Campaigns that have ended: `table` (one row each, `COLUMNS`), and `lifts` by campaign_id over their own days."""

    table: pd.DataFrame
    lifts: dict[str, Lift]


def campaign_returns(daily: pd.DataFrame, campaigns: pd.DataFrame, channels: pd.DataFrame | None, credited: pd.DataFrame | None,
                     budget: pd.DataFrame | None, after_days: int, until: object) -> Returns:  # fmt: skip
    """Lift, added sales and return of every campaign that ended by `until`, earliest first.

    Parameters
    ----------
    daily
        date, channel_id, region, brand, gross_sales, net_sales, cost (currency); days after `until` are not looked at.
    campaigns, channels
        The contract's.
    credited
        campaign_id, channel_id, gross_sales of sales the shops credited to campaigns; None: none are.
    budget
        campaign_id, budget_item, planned, spent; None: no return on spending.
    after_days
        Days after the end that count towards what was added.

    Returns
    -------
    Returns
        In the table, `lift` is relative and of the campaign's own days; `added` (sales before returns, currency) counts the days
        after too; `margin` is added sales at the cells' margin after returns; `roi` is margin to spending less one; `verdict` is
        `paid`, `lost`, `open` (the interval holds both) or `not_estimated`; `reason` says why there is no number.
    """
    last = pd.Timestamp(until)
    daily = daily[daily["date"] <= last]
    daily = daily.groupby(["date", "channel_id", "region", "brand"], as_index=False)[["gross_sales", "net_sales", "cost"]].sum(
        min_count=1)  # fmt: skip
    cells = {row["campaign_id"]: cells_of(row, daily, channels, credited) for _at, row in campaigns.iterrows()}
    ended = campaigns[campaigns["ends_on"] <= last].sort_values(["starts_on", "campaign_id"])
    rows, lifts = [], {}
    for _at, row in ended.iterrows():
        mine = cells[row["campaign_id"]]
        lifts[row["campaign_id"]] = own = campaign_lift(daily, row, campaigns, cells, 0, after_days)
        more = min(after_days, (last - row["ends_on"]).days)
        whole = campaign_lift(daily, row, campaigns, cells, more, after_days) if more else own
        rows.append(_row(row, mine, own, whole, _margin_rate(daily, row, mine), credited, budget))
    return Returns(pd.DataFrame(rows, columns=COLUMNS), lifts)


def _row(row: pd.Series, cells: Cells, own: Lift, whole: Lift, rate: float, credited, budget) -> tuple:
    spent = _sum_of(budget, "spent", row["campaign_id"])
    margin = [value * rate for value in (whole.effect, whole.low, whole.high)]
    roi = [value / spent - 1 if spent and spent > 0 else np.nan for value in margin]
    return (row["campaign_id"], row["campaign"], row.get("theme"), row.get("format"),
            cells.treated if cells.unit == "channel_id" else cells.channels, row["starts_on"], row["ends_on"], own.method,
            own.reason or whole.reason, own.relative, own.relative_low, own.relative_high, own.p_value,
            own.diagnostics.get("p_space", np.nan), whole.effect, whole.low, whole.high,
            _sum_of(credited, "gross_sales", row["campaign_id"]), rate, *margin, spent, *roi, _verdict(*roi[1:]))  # fmt: skip


def _verdict(low: float, high: float) -> str:
    if np.isnan(low) or np.isnan(high):
        return "not_estimated"
    return "paid" if low > 0 else "lost" if high < 0 else "open"


def _sum_of(frame: pd.DataFrame | None, column: str, campaign: str) -> float:
    """Sum of a column over a campaign; NaN where nothing is known."""
    if frame is None or column not in frame:
        return float("nan")
    return float(frame.loc[frame["campaign_id"] == campaign, column].sum(min_count=1))


def _margin_rate(daily: pd.DataFrame, row: pd.Series, cells: Cells) -> float:
    """Gross margin after returns to sales before them, in the cells and the year up to the campaign's end; NaN without costs."""
    part = daily[daily["date"].between(row["ends_on"] - pd.Timedelta(days=364), row["ends_on"])]
    part = part[part["channel_id"].isin(cells.treated if cells.unit == "channel_id" else cells.channels)]
    part = part if cells.brand is None else part[part["brand"] == cells.brand]
    sums = part[["gross_sales", "net_sales", "cost"]].sum(min_count=1)
    return float((sums["net_sales"] - sums["cost"]) / sums["gross_sales"]) if sums["gross_sales"] > 0 else float("nan")


def by_group(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Results by theme, format or channel (`by`; `channels` counts a campaign once, under all its channels together).

    The mean lift is the random-effects mean of log lifts (DerSimonian and Laird 1986); money is added up, the half-widths of
    independent campaigns by their squares.

    Returns
    -------
    DataFrame
        group, campaigns, estimated, lift, lift_low, lift_high, added, margin, margin_low, margin_high, spent (of those
        estimated), roi, roi_low, roi_high, verdict; best return first.
    """
    rows = []
    for group, part in table.groupby(by, dropna=True):
        told = part[part["added"].notna()]
        money = total(told)
        rows.append({"group": group, "campaigns": len(part), "estimated": len(told), **pooled(told), **money})
    names = ["group", "campaigns", "estimated", "lift", "lift_low", "lift_high", "added", "added_low", "added_high", "margin",
             "margin_low", "margin_high", "spent", "roi", "roi_low", "roi_high", "verdict"]  # fmt: skip
    return pd.DataFrame(rows, columns=names).sort_values(["roi", "lift"], ascending=False, na_position="last", ignore_index=True)


def pooled(table: pd.DataFrame) -> dict[str, float]:
    """Mean lift of campaigns: lift, lift_low, lift_high; NaN where none is estimated."""
    told = table[table["lift"].notna()]
    if told.empty:
        return dict.fromkeys(("lift", "lift_low", "lift_high"), float("nan"))
    log, low, high = (np.log1p(told[name].to_numpy(float)) for name in ("lift", "lift_low", "lift_high"))
    variance = ((high - low) / 2 / z_score()) ** 2
    if len(told) == 1:
        found = (log[0], low[0], high[0])
    else:
        with np.errstate(invalid="ignore"):  # its own intervals are not used
            fixed = combine_effects(log, variance, method_re="chi2")
        # Campaigns that differ by less than chance alone makes them differ have no variance of their own.
        between = max(0.0, float(fixed.tau2))
        weight = 1 / (variance + between)
        mean, half = float((weight * log).sum() / weight.sum()), z_score() / float(np.sqrt(weight.sum()))
        found = (mean, mean - half, mean + half)
    return dict(zip(("lift", "lift_low", "lift_high"), (float(np.expm1(value)) for value in found), strict=True))


def total(table: pd.DataFrame) -> dict[str, object]:
    """Added sales, margin, spending and return of campaigns together, with intervals of independent campaigns."""
    found: dict[str, object] = {}
    for name in ("added", "margin"):
        value = table[name].sum(min_count=1)
        found |= {name: value, f"{name}_low": value - _root(table[name] - table[f"{name}_low"]),
                  f"{name}_high": value + _root(table[f"{name}_high"] - table[name])}  # fmt: skip
    spent = table["spent"].sum(min_count=1) if table["spent"].notna().all() else np.nan
    found["spent"] = spent
    for end in ("", "_low", "_high"):
        found[f"roi{end}"] = found[f"margin{end}"] / spent - 1 if spent > 0 else np.nan
    found["verdict"] = _verdict(found["roi_low"], found["roi_high"])
    return found


def _root(values: pd.Series) -> float:
    return float(np.sqrt((values**2).sum())) if len(values) else float("nan")


def quarter_gain(table: pd.DataFrame, daily: pd.DataFrame, first: object, last: object) -> dict[str, float]:
    """Sales that campaigns begun in a period added, to the period's sales without them: value, low, high, added, campaigns.

    NaN where a period has campaigns and none could be estimated; 0 where it had none.
    """
    part = table[table["starts_on"].between(pd.Timestamp(first), pd.Timestamp(last))]
    sold = float(daily.loc[daily["date"].between(pd.Timestamp(first), pd.Timestamp(last)), "gross_sales"].sum())
    if part.empty:
        return {"value": 0.0, "low": np.nan, "high": np.nan, "added": 0.0, "campaigns": 0, "told": 0}
    money = total(part[part["added"].notna()])
    ends = {end: money[f"added{end}"] / (sold - money["added"]) for end in ("", "_low", "_high")}
    return {"value": ends[""], "low": ends["_low"], "high": ends["_high"], "added": money["added"], "campaigns": len(part),
            "told": int(part["added"].notna().sum())}  # fmt: skip
