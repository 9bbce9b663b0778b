"""Which new channels to open, and how those opened so far came along (item 4.2.1).

Candidates are scored by the plan's criteria, each brought to 0 … 1 between the worst and the best candidate, weighted and
added (simple additive weighting; Hwang and Yoon 1981). Weights are opinions: they are drawn from a Dirichlet distribution
around the plan's (stochastic multicriteria acceptability; Lahdelma, Hokkanen and Salminen 1998), so that each candidate has
a distribution of ranks.
"""

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import least_squares

from brandops.analysis.seeds import seed_of
from brandops.params.plan import Candidate

LOWER_IS_BETTER = ("cost",)
DRAWS = 4000
# Standard deviation, a year, of how much faster or slower than its peers a grown-up channel grows: without a bound on it a
# channel that outgrows the others reads as one that is still opening.
OWN_GROWTH = 0.08
CONCENTRATION = 20.0  # of the Dirichlet: a weight of 0.25 lies between about 0.1 and 0.45 in 95 % of the draws


def offered(candidates: list[Candidate], language: str) -> pd.DataFrame:
    """The plan's candidates as the frame `score` takes, with their names in `language` (else in English)."""
    named = [{**one.model_dump(), "channel": one.channel.get(language, one.channel.get("en"))} for one in candidates]
    return pd.DataFrame(named)


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
    ratio follows R exp(g t) (1 - b exp(-t/τ)) p^ε: `g` is the channel's own growth beyond its peers' (normal prior of scale
    `OWN_GROWTH` a year), `p` its price level (net to list) against theirs, where known. The interval carries the doubt
    about all of them. `sales` holds month, channel_id, net_sales and, where known, gross_sales and list_sales; `channels` the
    contract's columns; `plan` the mart `sales_plan` or None; months to `last`.

    Returns
    -------
    DataFrame
        channel_id, month, age (months since opening), net_sales, ratio, fitted, plan (blank where none).
    DataFrame
        channel_id, opened_on, months_to_90 (until 90 % of the mature level) with low, high (95 %, log-normal), mature_ratio
        (at the last month), reached (last fitted to mature level), actual, plan (sums over the months planned), attainment.
    """
    known = sales[sales["month"] <= last]
    months = known.groupby(["channel_id", "month"])["net_sales"].sum()
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
        price = _price_gap(known, row.channel_id, peers["channel_id"], mine.index)
        fitted, fact = _ramp(np.asarray(age, float), ratio.to_numpy(float), price)
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


def _price_gap(sales: pd.DataFrame, channel: str, peers: pd.Series, months: pd.DatetimeIndex) -> np.ndarray:
    """Log of a channel's net to list price against its peers', less its mean; noughts where prices are not known."""
    if not {"gross_sales", "list_sales"} <= set(sales):
        return np.zeros(len(months))
    sides = [sales[sales["channel_id"].isin(who)].groupby("month")[["gross_sales", "list_sales"]].sum().reindex(months)
             for who in ([channel], peers)]  # fmt: skip
    mine, theirs = (np.log((side["gross_sales"] / side["list_sales"]).where(lambda level: level > 0)) for side in sides)
    gap = (mine - theirs).to_numpy(float)
    return gap - gap.mean() if np.isfinite(gap).all() else np.zeros(len(months))


def _ramp(age: np.ndarray, ratio: np.ndarray, price: np.ndarray) -> tuple[np.ndarray, dict[str, float]]:
    """The curve fitted to each month (at equal prices) and what it says, by penalised least squares of logarithms."""
    blank = np.full(len(age), np.nan), dict.fromkeys(("months_to_90", "low", "high", "mature_ratio", "reached"), np.nan)
    if not (ratio > 0).all():
        return blank
    response, years = np.log(ratio), (age - age[-1]) / 12

    def curve(at: np.ndarray) -> np.ndarray:
        level, growth, gap, tau, _elasticity = at
        return level + growth * years + np.log1p(-gap * np.exp(-age / tau))

    def loss(at: np.ndarray, deviation: float) -> np.ndarray:
        # The last term holds the elasticity to a plausible size where prices hardly moved.
        error = (response - curve(at) - at[4] * price) / deviation
        return np.r_[error, at[1] / OWN_GROWTH, (at[4] + 1.5) / 1.5]

    start, deviation = np.array([response[-6:].mean(), 0.0, 0.8, 5.0, -1.0]), 0.1
    bounds = ([-np.inf, -1, 0.01, 0.5, -10], [np.inf, 1, 0.99, 60, 10])
    for _round in range(3):
        found = least_squares(loss, start, bounds=bounds, args=(deviation,))
        start, error = found.x, found.fun[: len(age)] * deviation
        deviation = max(float(np.sqrt(error @ error / max(len(age) - 4, 1))), 1e-3)
    covariance = np.linalg.pinv(found.jac.T @ found.jac)
    level, _growth, gap, tau, _elasticity = found.x
    months = max(tau * np.log(gap / 0.1), 0.0)
    slope = np.array([0.0, 0.0, tau / gap, np.log(gap / 0.1), 0.0])
    se = float(np.sqrt(max(slope @ covariance @ slope, 0)))
    spread = np.exp(min(stats.t.ppf(0.975, max(len(age) - 4, 1)) * se / max(months, 0.5), 5.0))
    return np.exp(curve(found.x)), {
        "months_to_90": months, "low": months / spread, "high": months * spread,
        "mature_ratio": float(np.exp(level)), "reached": float(1 - gap * np.exp(-age[-1] / tau)),
    }  # fmt: skip
