"""Which spread of the advertising budget over platforms brings most profit (plan item 6.2.3).

A platform's profit of a day is margin × base × (exp(effect × x / (half_saturation + x)) - 1) - x at a constant spend of x a
day (`media_response`); `base` are sales without advertising. It is concave in x, so what SLSQP finds is the one best
allocation within the bounds and the budget. What is maximised is the mean over the posterior, so that a steep but doubtful
curve earns no more than it is expected to; the spread of each draw's own optimum says how firm the advice is. Where several
platforms lead to one channel, each is judged with the others at their current spend.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize

OPTIMA = 100  # draws whose own optimum is found, for its interval
_TAILS = (0.025, 0.975)


@dataclass(frozen=True)
class Allocation:
    """A budget spread over platforms; currency a day unless said otherwise.

    Attributes
    ----------
    platforms
        platform, channel_id, current, lower, upper (bounds), best, best_low, best_high (interval of the draws' own optima),
        sales (incremental at current spend), profit (incremental, after the spend), roi (profit to spend), and roi_low,
        roi_high; marginal, marginal_best: profit of one more unit of money at the current and the best spend.
    profit, profit_best, gain
        (value, low, high) of all platforms: incremental profit at current spend, at the best, and the difference.
    roi
        (value, low, high): profit of all platforms to their spend, at current spend.
    budget, spent
        Budget, and what of it the best allocation uses.
    """

    platforms: pd.DataFrame
    profit: tuple[float, float, float]
    profit_best: tuple[float, float, float]
    gain: tuple[float, float, float]
    roi: tuple[float, float, float]
    budget: float
    spent: float


def economics(panel: pd.DataFrame, channel_daily: pd.DataFrame, until: pd.Timestamp, days: int = 365) -> pd.DataFrame:
    """What a platform's channel sells and earns, over the last `days`.

    Parameters
    ----------
    panel
        A `response_panel`.
    channel_daily
        Mart; its cost gives the margin after returns.

    Returns
    -------
    DataFrame
        Indexed by platform: channel_id, current (spend a day), sales (before returns, a day), margin (net sales less cost to
        sales before returns; NaN where costs are unknown).
    """
    since = until - pd.Timedelta(days=days - 1)
    recent = panel[panel["date"].between(since, until)]
    table = recent.groupby("platform").agg(
        channel_id=("channel_id", "first"), current=("spend", "mean"), sales=("sales", "mean")
    )  # fmt: skip
    sold = channel_daily[channel_daily["date"].between(since, until)].groupby("channel_id")
    sums = sold[["net_sales", "gross_sales"]].sum()
    sums["cost"] = sold["cost"].apply(lambda values: values.sum() if values.notna().all() else np.nan)
    margin = (sums["net_sales"] - sums["cost"]) / sums["gross_sales"]
    return table.assign(margin=table["channel_id"].map(margin))


def allocate(
    draws: pd.DataFrame, economy: pd.DataFrame, budget: float | None = None, lower: float = 0.5, upper: float = 2.0
) -> Allocation:
    """Find the allocation with the most expected incremental profit.

    Parameters
    ----------
    draws
        Of a `MediaResponse`.
    economy
        `economics`, margins known.
    budget
        Currency a day; None: what is spent now.
    lower, upper
        Bounds of each platform, in multiples of its current spend.

    Raises
    ------
    ValueError
        The lower bounds exceed the budget.
    """
    economy = economy[economy["current"] > 0]
    wide = {name: draws.pivot(index="draw", columns="platform", values=name)[economy.index].to_numpy()
            for name in ("effect", "half_saturation")}  # fmt: skip
    current = economy["current"].to_numpy()
    budget = float(current.sum()) if budget is None else float(budget)
    floor, ceiling = lower * current, upper * current
    if floor.sum() > budget * (1 + 1e-9):
        raise ValueError(f"the lower bounds add up to {floor.sum():.2f} a day, above the budget of {budget:.2f}")
    curve = _Curve(wide["effect"], wide["half_saturation"], economy["sales"].to_numpy(), economy["margin"].to_numpy(), current)
    best = _optimum(curve, current, budget, floor, ceiling)
    own = [_optimum(curve.only(draw), best, budget, floor, ceiling)
           for draw in np.linspace(0, len(wide["effect"]) - 1, OPTIMA).astype(int)]  # fmt: skip
    now, then = curve.profit(current), curve.profit(best)
    roi = now / current
    table = economy.reset_index()[["platform", "channel_id", "current"]].assign(
        lower=floor, upper=ceiling, best=best, best_low=np.quantile(own, _TAILS[0], axis=0),
        best_high=np.quantile(own, _TAILS[1], axis=0), sales=curve.sales(current).mean(axis=0), profit=now.mean(axis=0),
        roi=roi.mean(axis=0), roi_low=np.quantile(roi, _TAILS[0], axis=0), roi_high=np.quantile(roi, _TAILS[1], axis=0),
        marginal=curve.marginal(current).mean(axis=0), marginal_best=curve.marginal(best).mean(axis=0),
    )  # fmt: skip
    total, total_best = now.sum(axis=1), then.sum(axis=1)
    return Allocation(table, _interval(total), _interval(total_best), _interval(total_best - total),
                      _interval(total / current.sum()), budget, float(best.sum()))  # fmt: skip


def marginal_draws(draws: pd.DataFrame, economy: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Profit of one more unit of money a day, and of all spending, at current spend: draws × platforms of `economy`."""
    wide = [draws.pivot(index="draw", columns="platform", values=name)[economy.index].to_numpy()
            for name in ("effect", "half_saturation")]  # fmt: skip
    sales, margin, current = (economy[name].to_numpy(float) for name in ("sales", "margin", "current"))
    curve = _Curve(*wide, sales, margin, current)
    return curve.marginal(current), curve.profit(current)


def profit_curve(draws: pd.DataFrame, economy: pd.DataFrame, points: int = 40, upper: float = 2.5) -> pd.DataFrame:
    """Incremental profit by spend: platform, spend, profit, low, high (currency a day), from nothing to `upper` times current."""
    frames = []
    for platform, row in economy[economy["current"] > 0].iterrows():
        part = draws[draws["platform"] == platform]
        curve = _Curve(part[["effect"]].to_numpy(), part[["half_saturation"]].to_numpy(), np.array([row["sales"]]),
                       np.array([row["margin"]]), np.array([row["current"]]))  # fmt: skip
        spend = np.linspace(0, upper * row["current"], points)
        profit = np.stack([curve.profit(np.array([x]))[:, 0] for x in spend], axis=1)
        low, high = np.quantile(profit, _TAILS, axis=0)
        frames.append(pd.DataFrame({"platform": platform, "spend": spend, "profit": profit.mean(axis=0), "low": low, "high": high}))
    return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True)
class _Curve:
    """Profit of draws × platforms at a spend of each platform."""

    effect: np.ndarray
    half: np.ndarray
    observed: np.ndarray
    margin: np.ndarray
    current: np.ndarray

    def only(self, draw: int) -> "_Curve":
        return _Curve(self.effect[[draw]], self.half[[draw]], self.observed, self.margin, self.current)

    def _lift(self, spend: np.ndarray) -> np.ndarray:
        return np.exp(self.effect * spend / (self.half + spend))

    def sales(self, spend: np.ndarray) -> np.ndarray:
        return self.observed / self._lift(self.current) * (self._lift(spend) - 1)

    def profit(self, spend: np.ndarray) -> np.ndarray:
        return self.margin * self.sales(spend) - spend

    def marginal(self, spend: np.ndarray) -> np.ndarray:
        slope = self.effect * self.half / (self.half + spend) ** 2
        return self.margin * self.observed / self._lift(self.current) * self._lift(spend) * slope - 1


def _optimum(curve: _Curve, start: np.ndarray, budget: float, floor: np.ndarray, ceiling: np.ndarray) -> np.ndarray:
    """Best spend of each platform; SLSQP in multiples of current spend."""
    unit = curve.current
    begin = np.clip(start, floor, ceiling)
    if begin.sum() > budget:
        begin = floor + (begin - floor) * (budget - floor.sum()) / max((begin - floor).sum(), 1e-12)
    size = max(float(np.abs(curve.profit(begin).mean(axis=0)).sum()), float(unit.sum()) * 0.01)
    found = minimize(
        lambda x: -curve.profit(x * unit).mean(axis=0).sum() / size, begin / unit,
        jac=lambda x: -curve.marginal(x * unit).mean(axis=0) * unit / size, method="SLSQP",
        bounds=list(zip(floor / unit, ceiling / unit, strict=True)),
        constraints=[{"type": "ineq", "fun": lambda x: 1 - (x * unit).sum() / budget, "jac": lambda _x: -unit / budget}],
        options={"maxiter": 300, "ftol": 1e-10},
    )  # fmt: skip
    return np.clip(found.x, floor / unit, ceiling / unit) * unit


def _interval(values: np.ndarray) -> tuple[float, float, float]:
    low, high = np.quantile(values, _TAILS)
    return float(values.mean()), float(low), float(high)
