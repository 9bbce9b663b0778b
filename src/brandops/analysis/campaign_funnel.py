"""From impression to order, campaign by campaign, and whether campaigns bring more visits (plan item 6.3.1).

Impressions and clicks come from the advertising platforms, visits and orders from the web tracker, as far as either names the
campaign. Whether visits rose is judged on all visits to the campaign's channels, since a campaign's own links miss those who
come by themselves: visits a day during the campaign to those of the `BEFORE_DAYS` before, divided by the same ratio of the
channels of its type that ran no campaign (difference in differences of logs), so that the season they share drops out. The
interval comes from pretending the campaign on days without one (placebos in time); a campaign whose channels have nothing to
be compared with gets no figure.
"""

import numpy as np
import pandas as pd
from scipy import stats

from brandops.analysis.intervals import wilson

BEFORE_DAYS = 28
CLEAR_DAYS = 14  # after a campaign its effect lingers: these days are no placebo's
PLACEBO_YEARS = 2
MINIMUM_PLACEBOS = 8
CREDITED_SHARE = 0.05
COUNTS = ("impressions", "clicks", "visits", "orders")
_STEPS = (("click_rate", "clicks", "impressions"), ("order_rate", "orders", "visits"))


def running(campaigns: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Campaigns with at least a day from `first` to `last`, in order of their start."""
    chosen = campaigns[(campaigns["starts_on"] <= last) & (campaigns["ends_on"] >= first)]
    return chosen.sort_values(["starts_on", "campaign_id"], ignore_index=True)


def daily_funnel(
    ads: pd.DataFrame | None, web: pd.DataFrame | None, campaigns: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Counts of every campaign's own advertising and links by day: date, campaign_id, impressions, clicks, visits, orders."""
    named = {"impressions": "impressions", "clicks": "clicks", "sessions": "visits", "conversions": "orders"}
    frames = []
    for mart in (ads, web):
        if mart is None:
            continue
        mine = mart[mart["date"].between(first, last) & mart["campaign_id"].isin(campaigns["campaign_id"])]
        counts = [column for column in named if column in mine]
        frames.append(mine.groupby(["date", "campaign_id"])[counts].sum(min_count=1).rename(columns=named))
    if not frames:
        return pd.DataFrame(columns=["date", "campaign_id", *COUNTS])
    return pd.concat(frames, axis=1).reindex(columns=COUNTS).astype(float).reset_index().sort_values(["date", "campaign_id"])


def funnel_by(daily: pd.DataFrame, campaigns: pd.DataFrame, key: str) -> pd.DataFrame:
    """The funnel by `campaign`, `theme` or `format`: key, counts, then click_rate and order_rate with `_low` and `_high`."""
    described = daily.merge(campaigns[["campaign_id", *{"campaign", "theme", "format"}]], on="campaign_id")
    table = described.groupby(key, sort=False)[list(COUNTS)].sum(min_count=1).reset_index()
    for rate, passed, entered in _STEPS:
        table[rate] = table[passed] / table[entered].where(table[entered] > 0)
        bounds = [wilson(share, n if share == share else 0) for share, n in zip(table[rate], table[entered], strict=True)]
        table[f"{rate}_low"], table[f"{rate}_high"] = [low for low, _h in bounds], [high for _l, high in bounds]
    return table


def campaign_channels(campaigns: pd.DataFrame, buyers: pd.DataFrame | None) -> dict[str, list[str]]:
    """Channels each campaign ran in: the one it names, else those at least `CREDITED_SHARE` of its buyers used."""
    found = {row.campaign_id: [row.channel_id] for row in campaigns.itertuples() if pd.notna(row.channel_id)}
    if buyers is not None:
        for campaign, part in buyers[buyers["took_part"]].groupby("campaign_id"):
            share = part["channel_id"].value_counts(normalize=True)
            found.setdefault(campaign, sorted(share.index[share >= CREDITED_SHARE]))
    return found


def visits_gained(
    traffic: pd.DataFrame,
    channels: pd.DataFrame,
    campaigns: pd.DataFrame,
    where: dict[str, list[str]],
    chosen: pd.DataFrame,
    last: pd.Timestamp,
) -> pd.DataFrame:
    """Visits of each chosen campaign's channels against their baseline.

    Parameters
    ----------
    traffic, channels
        Marts `channel_traffic` and `channels`.
    campaigns, where
        All campaigns known, and the channels of each (`campaign_channels`): days of others are no placebo.
    chosen
        Campaigns to judge.
    last
        Last day known.

    Returns
    -------
    DataFrame
        campaign_id, campaign, theme, format, visits (a day, during), baseline (a day: what they would have been), gain
        (fraction), low, high (95 %; NaN with fewer than `MINIMUM_PLACEBOS` placebos), raw (against the days before alone),
        placebos.
    """
    wide = traffic[traffic["date"] <= last].pivot_table(index="date", columns="channel_id", values="visits", aggfunc="sum")
    kinds = channels.set_index("channel_id")["channel_type"]
    busy = _busy(campaigns, where, wide)
    rows = []
    for row in chosen.itertuples():
        mine = [c for c in where.get(row.campaign_id, []) if c in wide]
        end = min(row.ends_on, last)
        kind = set(kinds.reindex(mine))
        others = [c for c in wide if c not in mine and kinds.get(c) in kind and not busy.loc[row.starts_on : end, c].any()]
        if not mine or not others or row.starts_on > last:
            continue
        length = (end - row.starts_on).days + 1
        own, control = (_log_ratio(wide[side], row.starts_on, length) for side in (mine, others))
        if not np.isfinite(own - control):
            continue
        fake = _placebos(wide, busy, mine, others, row.starts_on, length)
        level = float(wide.loc[row.starts_on : end, mine].sum(axis=1).mean())
        half = np.nan
        if len(fake) >= MINIMUM_PLACEBOS:
            half = stats.t.ppf(0.975, len(fake) - 1) * float(np.std(fake, ddof=1)) * np.sqrt(1 + 1 / len(fake))
        gain = own - control
        rows.append((row.campaign_id, row.campaign, row.theme, row.format, level, level / np.exp(gain), np.expm1(gain),
                     np.expm1(gain - half), np.expm1(gain + half), np.expm1(own), len(fake)))  # fmt: skip
    columns = ["campaign_id", "campaign", "theme", "format", "visits", "baseline", "gain", "low", "high", "raw", "placebos"]
    return pd.DataFrame(rows, columns=columns)


def pooled_gain(gains: pd.DataFrame) -> tuple[float, float, float]:
    """Gain of all campaigns together: logs weighted by precision where every interval is known, else the plain mean."""
    logs = np.log1p(gains["gain"].to_numpy())
    error = (np.log1p(gains["high"]) - np.log1p(gains["low"])).to_numpy() / 3.92
    if np.isnan(error).any():
        return float(np.expm1(logs.mean())), float("nan"), float("nan")
    weight = error**-2
    mean, half = float(np.average(logs, weights=weight)), 1.96 * float(weight.sum() ** -0.5)
    return float(np.expm1(mean)), float(np.expm1(mean - half)), float(np.expm1(mean + half))


def gains_by(gains: pd.DataFrame, key: str) -> pd.DataFrame:
    """`pooled_gain` of the campaigns of each `theme` or `format`: key, campaigns (their number), gain, low, high."""
    rows = [(name, len(part), *pooled_gain(part)) for name, part in gains.groupby(key, sort=False)]
    return pd.DataFrame(rows, columns=[key, "campaigns", "gain", "low", "high"])


def _busy(campaigns: pd.DataFrame, where: dict[str, list[str]], wide: pd.DataFrame) -> pd.DataFrame:
    """Whether a campaign ran, or had just ended, in a channel on a day."""
    busy = pd.DataFrame(False, index=wide.index, columns=wide.columns)
    for row in campaigns.itertuples():
        for channel in where.get(row.campaign_id, []):
            if channel in busy:
                busy.loc[row.starts_on : row.ends_on + pd.Timedelta(days=CLEAR_DAYS), channel] = True
    return busy


def _log_ratio(visits: pd.DataFrame, start: pd.Timestamp, length: int) -> float:
    """Log of visits a day from `start` on to those before."""
    daily = visits.sum(axis=1, min_count=visits.shape[1])
    during = daily.loc[start : start + pd.Timedelta(days=length - 1)]
    before = daily.loc[start - pd.Timedelta(days=BEFORE_DAYS) : start - pd.Timedelta(days=1)]
    enough = during.notna().mean() > 0.5 and before.notna().sum() > BEFORE_DAYS / 2
    if not enough or during.mean() <= 0 or before.mean() <= 0:
        return float("nan")
    return float(np.log(during.mean() / before.mean()))


def _placebos(wide, busy, mine: list[str], others: list[str], start: pd.Timestamp, length: int) -> np.ndarray:
    """The same figure for starts a week apart before the campaign, where no campaign touched the channels."""
    found = []
    earliest = max(wide.index.min() + pd.Timedelta(days=BEFORE_DAYS), start - pd.DateOffset(years=PLACEBO_YEARS))
    for at in pd.date_range(earliest, start - pd.Timedelta(days=length), freq="7D"):
        span = busy.loc[at - pd.Timedelta(days=BEFORE_DAYS) : at + pd.Timedelta(days=length - 1), mine + others]
        if not span.any(axis=None):
            found.append(_log_ratio(wide[mine], at, length) - _log_ratio(wide[others], at, length))
    return np.array([value for value in found if np.isfinite(value)])
