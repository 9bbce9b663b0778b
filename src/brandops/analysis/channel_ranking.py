"""Which channel is best and which worst, and how sure are we (item 4.1.1 and the page's answer)?

Weeks are drawn anew in blocks (circular block bootstrap; Politis and Romano 1992), the same weeks for every channel, so
that seasons and shocks common to all leave the order alone. A rank then has an interval, and "best" a probability: the
share of draws in which the channel comes first (Goldstein and Spiegelhalter 1996 on the uncertainty of league tables).
"""

from collections.abc import Callable, Collection
from datetime import date

import numpy as np
import pandas as pd

from brandops.analysis.seeds import seed_of

WEEKS = 52
BLOCK = 4  # weeks: longer than a promotion, so that its rise and the lull after it stay together
DRAWS = 2000
_SUMS = ["net_sales", "gross_sales", "returns", "cost", "orders", "operating_cost", "before"]

Sums = dict[str, np.ndarray]


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    return np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=bottom > 0)


MEASURES: dict[str, Callable[[Sums], np.ndarray]] = {
    "net_sales": lambda s: s["net_sales"],
    "growth": lambda s: _ratio(s["net_sales"], s["before"]) - 1,
    "margin_rate": lambda s: _ratio(s["net_sales"] - s["cost"], s["net_sales"]),
    "contribution": lambda s: s["net_sales"] - s["cost"] - s["operating_cost"],
    "contribution_rate": lambda s: _ratio(s["net_sales"] - s["cost"] - s["operating_cost"], s["net_sales"]),
    # What a yuan spent on the channel brings after it is paid back.
    "return_on_cost": lambda s: _ratio(s["net_sales"] - s["cost"] - s["operating_cost"], s["operating_cost"]),
    "return_rate": lambda s: _ratio(s["returns"], s["gross_sales"]),
    "average_order": lambda s: _ratio(s["gross_sales"], s["orders"]),
}
LOWER_IS_BETTER = {"return_rate"}
# What the next yuan is judged by: the first of these the company supplies the data for.
DECIDED_BY = ("return_on_cost", "margin_rate", "growth")
SIZE = "net_sales"  # what is left where none of them can be had: it says who is large, not where money brings most
TRADING = 8  # weeks: wholesale orders once a month, and may skip one


def weekly(
    channel_daily: pd.DataFrame, costs: pd.DataFrame | None, as_of: date, weeks: int = WEEKS, without: Collection[str] = ()
) -> pd.DataFrame:
    """The last `weeks` weeks, or as many whole ones as the data reach back, of each channel still trading: it sold in one of
    the last `TRADING` of them.

    `without` names channels nobody can feed or mend, since they gather what is left. Weeks end on `as_of`; wholesale that
    orders once a month is as much alive as a shop. A month's channel costs fall on its days alike. Returns week (last day),
    channel_id, net_sales, gross_sales, returns, cost, orders, operating_cost, before (net sales 52 weeks earlier, blank where
    the data do not reach back).
    """
    end = pd.Timestamp(as_of)
    age = (end - channel_daily["date"]).dt.days // 7
    # A week before the first sale is no week without sales: drawn among the others it would only add noise.
    weeks = min(weeks, max(((end - channel_daily["date"].min()).days + 1) // 7, 1)) if len(channel_daily) else weeks
    frame = channel_daily.assign(age=age)[~channel_daily["channel_id"].isin(without) & (age >= 0) & (age < weeks + WEEKS)]
    if frame.empty:
        return pd.DataFrame(columns=["week", "channel_id", *_SUMS])
    columns = ["net_sales", "gross_sales", "returns", "cost", "orders"]
    sums = frame.groupby(["channel_id", "age"])[columns].sum(min_count=1)
    sums["cost"] = frame.groupby(["channel_id", "age"])["cost"].agg(lambda cost: cost.sum(skipna=False))
    grid = pd.MultiIndex.from_product([sorted(frame["channel_id"].unique()), range(weeks)], names=["channel_id", "age"])
    panel = sums.reindex(grid)
    earlier = sums["net_sales"].reindex([(channel, at + WEEKS) for channel, at in grid])
    reaches = channel_daily["date"].min() <= end - pd.Timedelta(days=7 * (weeks + WEEKS) - 1)
    panel["before"] = earlier.to_numpy() if reaches else np.nan
    panel["operating_cost"] = _weekly_costs(costs, end, grid)
    trading = panel["net_sales"].notna().groupby("channel_id").agg(lambda sold: sold.iloc[:TRADING].any())
    panel = panel.reset_index()
    panel["week"] = end - pd.to_timedelta(7 * panel["age"], unit="D")
    kept = panel[panel["channel_id"].map(trading)]
    return kept[["week", "channel_id", *_SUMS]].sort_values(["channel_id", "week"], ignore_index=True)


def ranking(panel: pd.DataFrame, measure: str, level: float = 0.95, draws: int = DRAWS) -> pd.DataFrame:
    """Order the channels by a measure of `MEASURES`.

    Returns
    -------
    DataFrame
        channel_id, value, low, high, rank (1 is best), rank_low, rank_high, best, worst (probabilities of being first
        and last). Best first; empty where the data do not supply the measure for two channels.
    """
    wide = {name: panel.pivot(index="week", columns="channel_id", values=name) for name in _SUMS}
    channels = wide["net_sales"].columns
    weeks = len(wide["net_sales"])
    rng = np.random.default_rng(seed_of("ranking", panel["week"].max(), *channels))
    counts = block_counts(rng, weeks, draws)
    known = {name: np.nan_to_num(frame.to_numpy(float)) for name, frame in wide.items()}
    # A column the company does not supply stays blank instead of counting as nothing.
    absent = {name: frame.isna().all().to_numpy() for name, frame in wide.items()}
    seen = {name: np.where(absent[name], np.nan, values.sum(axis=0)) for name, values in known.items()}
    drawn = {name: np.where(absent[name], np.nan, counts @ values) for name, values in known.items()}
    value, sample = MEASURES[measure](seen), MEASURES[measure](drawn)
    usable = np.isfinite(value)
    if usable.sum() < 2:
        return pd.DataFrame(columns=["channel_id", "value", "low", "high", "rank", "rank_low", "rank_high", "best", "worst"])
    sign = 1 if measure in LOWER_IS_BETTER else -1
    value, sample = value[usable], sample[:, usable]
    ranks = np.argsort(np.argsort(sign * sample, axis=1, kind="stable"), axis=1, kind="stable") + 1
    tail = (1 - level) / 2
    low, high = np.nanquantile(sample, [tail, 1 - tail], axis=0)
    rank_low, rank_high = np.quantile(ranks, [tail, 1 - tail], axis=0, method="nearest")
    table = pd.DataFrame({
        "channel_id": channels[usable], "value": value, "low": low, "high": high,
        "rank": np.argsort(np.argsort(sign * value, kind="stable"), kind="stable") + 1,
        "rank_low": rank_low.astype(int), "rank_high": rank_high.astype(int),
        "best": (ranks == 1).mean(axis=0), "worst": (ranks == usable.sum()).mean(axis=0),
    })  # fmt: skip
    return table.sort_values("rank", ignore_index=True)


def decision(panel: pd.DataFrame) -> tuple[str | None, pd.DataFrame | None]:
    """What the channels are ranked by (`decided_by`) and their `ranking`; both None of a single channel."""
    measure = decided_by(panel)
    return measure, None if measure is None else ranking(panel, measure)


def decided_by(panel: pd.DataFrame) -> str | None:
    """The measure the next yuan is judged by: the first of `DECIDED_BY` the data supply, else `SIZE`; None: one channel."""
    return next((measure for measure in (*DECIDED_BY, SIZE) if len(ranking(panel, measure, draws=1))), None)


def block_counts(rng: np.random.Generator, weeks: int, draws: int) -> np.ndarray:
    """How often each week is drawn, draws × weeks."""
    blocks = -(-weeks // BLOCK)
    start = rng.integers(weeks, size=(draws, blocks))
    picked = (start[:, :, None] + np.arange(BLOCK)) % weeks
    picked = picked.reshape(draws, -1)[:, :weeks]
    counts = np.zeros((draws, weeks))
    np.add.at(counts, (np.arange(draws)[:, None], picked), 1.0)
    return counts


def _weekly_costs(costs: pd.DataFrame | None, end: pd.Timestamp, grid: pd.MultiIndex) -> np.ndarray:
    if costs is None:
        return np.full(len(grid), np.nan)
    monthly = costs.groupby(["channel_id", "month"])["amount"].sum().reset_index()
    monthly["rate"] = monthly["amount"] / monthly["month"].dt.days_in_month
    days = pd.DataFrame({"date": pd.date_range(end=end, periods=7 * (grid.get_level_values("age").max() + 1))})
    days["month"], days["age"] = days["date"].dt.to_period("M").dt.to_timestamp(), (end - days["date"]).dt.days // 7
    daily = days.merge(monthly, on="month")
    return daily.groupby(["channel_id", "age"])["rate"].sum().reindex(grid).to_numpy()
