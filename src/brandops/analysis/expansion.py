"""Which new channels to open, and how those opened so far came along (item 4.2.1).

Candidates are scored by the plan's criteria, each brought to 0 … 1 between the worst and the best candidate, weighted and
added (simple additive weighting; Hwang and Yoon 1981). Weights are opinions: they are drawn from a Dirichlet distribution
around the plan's (stochastic multicriteria acceptability; Lahdelma, Hokkanen and Salminen 1998), so that each candidate has
a distribution of ranks.
"""

import numpy as np
import pandas as pd
from scipy.optimize import curve_fit

from brandops.analysis.seeds import seed_of

LOWER_IS_BETTER = ("cost",)
DRAWS = 4000
CONCENTRATION = 20.0  # of the Dirichlet: a weight of 0.25 lies between about 0.1 and 0.45 in 95 % of the draws


def score(candidates: pd.DataFrame, weights: dict[str, float], keep: int) -> pd.DataFrame:
    """Score candidates.

    Parameters
    ----------
    candidates
        channel and one column per criterion of `weights`.
    weights
        By criterion; they need not sum to one.
    keep
        How many are to be opened.

    Returns
    -------
    DataFrame
        channel, the criteria, score (0 … 1), low, high (95 % over weights), rank, rank_low, rank_high, first and kept
        (probabilities of being first, and among the first `keep`). Best first.
    """
    criteria = list(weights)
    values = candidates[criteria].astype(float)
    span = (values.max() - values.min()).replace(0, np.nan)
    scaled = ((values - values.min()) / span).fillna(0.5)
    for criterion in criteria:
        if criterion in LOWER_IS_BETTER:
            scaled[criterion] = 1 - scaled[criterion]
    centre = np.array([weights[c] for c in criteria], dtype=float)
    centre = centre / centre.sum()
    rng = np.random.default_rng(seed_of("expansion", *candidates["channel"]))
    drawn = rng.dirichlet(centre * CONCENTRATION, DRAWS) @ scaled.to_numpy().T
    ranks = np.argsort(np.argsort(-drawn, axis=1, kind="stable"), axis=1, kind="stable") + 1
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    rank_low, rank_high = np.quantile(ranks, [0.025, 0.975], axis=0, method="nearest")
    point = scaled.to_numpy() @ centre
    table = candidates[["channel", *criteria]].assign(
        score=point, low=low, high=high, rank_low=rank_low.astype(int), rank_high=rank_high.astype(int),
        first=(ranks == 1).mean(axis=0), kept=(ranks <= keep).mean(axis=0),
    ).sort_values("score", ascending=False, kind="stable", ignore_index=True)  # fmt: skip
    return table.assign(rank=np.arange(1, len(table) + 1))


def ramps(
    sales: pd.DataFrame, channels: pd.DataFrame, plan: pd.DataFrame | None, last: pd.Timestamp
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How channels opened during the history came along.

    Sales are taken relative to the channels of the same type that were open all along, which share seasons and shocks; the
    ratio follows R (1 - b exp(-t/τ)). `sales` holds month, channel_id, net_sales; `channels` the contract's columns; `plan`
    the mart `sales_plan` or None; months to `last`.

    Returns
    -------
    DataFrame
        channel_id, month, age (months since opening), net_sales, ratio, fitted, plan (blank where none).
    DataFrame
        channel_id, opened_on, months_to_90 (until 90 % of the mature level) with low, high (95 %, normal), mature_ratio,
        reached (last fitted to mature level), actual, plan (sums over the months planned), attainment.
    """
    months = sales[sales["month"] <= last].groupby(["channel_id", "month"])["net_sales"].sum()
    start = sales["month"].min()
    listed = channels.dropna(subset=["opened_on"])
    new = listed[listed["opened_on"] > start + pd.DateOffset(months=3)]
    wanted = plan.dropna(subset=["channel_id"]).groupby(["channel_id", "month"])["net_sales"].sum() if plan is not None else None
    curves, facts = [], []
    for row in new.sort_values("opened_on").itertuples():
        peers = channels[(channels["channel_type"] == row.channel_type) & ~channels["channel_id"].isin(new["channel_id"])]
        base = months[months.index.get_level_values(0).isin(peers["channel_id"])].groupby("month").sum()
        first = (row.opened_on + pd.offsets.MonthBegin(0)).normalize()  # the first whole month
        if row.channel_id not in months.index.get_level_values(0) or base.empty:
            continue
        mine = months[row.channel_id]
        mine = mine[mine.index >= first]
        if len(mine) < 12:
            continue
        age = (mine.index.year - row.opened_on.year) * 12 + mine.index.month - row.opened_on.month + 0.5 - row.opened_on.day / 30.4
        ratio = mine / base.reindex(mine.index)
        fitted, fact = _ramp(np.asarray(age, float), ratio.to_numpy(float))
        planned = wanted.get(row.channel_id) if wanted is not None and row.channel_id in wanted.index.get_level_values(0) else None
        target = planned.reindex(mine.index) if planned is not None else pd.Series(np.nan, mine.index)
        curves.append(pd.DataFrame({"channel_id": row.channel_id, "month": mine.index, "age": age, "net_sales": mine.to_numpy(),
                                    "ratio": ratio.to_numpy(), "fitted": fitted, "plan": target.to_numpy()}))  # fmt: skip
        actual, asked = float(mine[target.notna()].sum()), float(target.sum())
        facts.append({"channel_id": row.channel_id, "opened_on": row.opened_on, **fact, "actual": actual if asked else np.nan,
                      "plan": asked or np.nan, "attainment": actual / asked if asked else np.nan})  # fmt: skip
    names = ["channel_id", "opened_on", "months_to_90", "low", "high", "mature_ratio", "reached", "actual", "plan", "attainment"]
    empty = pd.DataFrame(columns=["channel_id", "month", "age", "net_sales", "ratio", "fitted", "plan"])
    return (pd.concat(curves, ignore_index=True) if curves else empty), pd.DataFrame(facts, columns=names)


def _ramp(age: np.ndarray, ratio: np.ndarray) -> tuple[np.ndarray, dict[str, float]]:
    def level(t, mature, gap, tau):
        return np.log(mature) + np.log1p(-gap * np.exp(-t / tau))

    try:
        start = (float(ratio[-6:].mean()), 0.8, 5.0)
        found, covariance = curve_fit(level, age, np.log(ratio), p0=start, bounds=([1e-9, 0.01, 0.5], [np.inf, 0.99, 60]))
    except (RuntimeError, ValueError):
        blank = np.full(len(age), np.nan)
        return blank, {"months_to_90": np.nan, "low": np.nan, "high": np.nan, "mature_ratio": np.nan, "reached": np.nan}
    mature, gap, tau = found
    months = tau * np.log(gap / 0.1)
    slope = np.array([0.0, tau / gap, np.log(gap / 0.1)])
    se = float(np.sqrt(max(slope @ covariance @ slope, 0)))
    fitted = np.exp(level(age, *found))
    return fitted, {"months_to_90": months, "low": max(months - 1.96 * se, 0), "high": months + 1.96 * se,
                    "mature_ratio": mature, "reached": float(fitted[-1] / mature)}  # fmt: skip
