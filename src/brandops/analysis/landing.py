"""Where will the year land, and how probable is its target (plan item 1.1.1)?

A structural regression on log monthly sales, averaged over how much the level wanders:

    log sales(t) = level(t) + month effect(t) + noise,   level(t) = level(t-1) + drift + wander

The ratio of wander to noise is not known; each value of a grid is given its marginal likelihood, and level,
drift, month effects and noise are integrated out (conjugate normal-inverse-gamma, the drift with a weak
prior around no growth). The prediction is a mixture of multivariate t distributions, sampled jointly over
the months left, so that the year's total carries the uncertainty of every parameter (Harvey 1989, ch. 3 and
7; West and Harrison 1997, ch. 2). The forecasting section replaces this function by the champion of its
backtest.
"""

import zlib
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from brandops.analysis.goals import by_month, starts_of
from brandops.periods import Grain, Period, period_of

MINIMUM_MONTHS = 24  # month effects need two looks at each month
DRAWS = 4000  # Monte Carlo error of a probability: under one point
WANDER = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)  # variance of wander to variance of noise, even in its logarithm
DRIFT_SD = 0.20 / 12  # a year's growth of a brand house is rarely beyond ±40 % (two standard deviations)


@dataclass(frozen=True)
class Landing:
    """Predictive distribution of the year's net sales.

    Attributes
    ----------
    year, as_of
        What is predicted, and from which day.
    actual_to_date
        Net sales of the year up to `as_of`.
    median, low, high
        Median of the distribution and its central interval of coverage `level`. (Sales whose logarithm is t distributed
        have no mean: after a short, restless history a few draws would carry a sample's mean far out of the interval.)
    months
        `month`, `median`, `low`, `high` of each month not yet complete.
    draws
        Sample of the distribution.
    """

    year: Period
    as_of: date
    actual_to_date: float
    median: float
    low: float
    high: float
    level: float
    months: pd.DataFrame = field(repr=False)
    draws: np.ndarray = field(repr=False)

    def probability(self, target: float) -> float:
        """Probability that the year's net sales reach `target`."""
        return float((self.draws >= target).mean())


def landing(history: pd.DataFrame, year: Period, as_of: date, level: float = 0.80, elapsed: float | None = None) -> Landing | None:
    """Predict the year's net sales from what was known on `as_of`.

    Parameters
    ----------
    history
        Sales by month (`month`, `net_sales`; many rows a month allowed). Months after `as_of` are not looked
        at.
    year
        Fiscal year to land.
    as_of
        Last day with sales.
    level
        Coverage of the interval.
    elapsed
        Share of the as-of month that its days so far make up, where the month is not complete; None: by days.

    Returns
    -------
    Landing or None
        None where fewer than 24 complete months in a row are known and the year is not over.
    """
    sales = by_month(history)
    sales = sales[sales.index <= pd.Timestamp(as_of)].astype(float)
    current = period_of(as_of, Grain.MONTH)
    months = starts_of(year)
    to_date = float(sales[sales.index.isin(months)].sum())
    if as_of >= year.end:
        return _landed(year, as_of, to_date, level)
    complete = sales if current.end <= as_of else sales[sales.index < pd.Timestamp(current.start)]
    complete = _last_run(complete)
    ahead = [m for m in months if m > complete.index[-1]] if len(complete) else []
    if len(complete) < MINIMUM_MONTHS:
        return None
    steps = (ahead[-1].to_period("M") - complete.index[-1].to_period("M")).n
    paths = np.exp(_simulate(np.log(complete.to_numpy(float)), steps))[:, -len(ahead) :]
    if current.end > as_of and pd.Timestamp(current.start) in ahead:
        share = ((as_of - current.start).days + 1) / current.days if elapsed is None else elapsed
        paths[:, ahead.index(pd.Timestamp(current.start))] *= 1 - share
    draws = to_date + paths.sum(axis=1)
    tail = (1 - level) / 2
    frame = pd.DataFrame({
        "month": ahead, "median": np.median(paths, axis=0), "low": np.quantile(paths, tail, axis=0),
        "high": np.quantile(paths, 1 - tail, axis=0),
    })  # fmt: skip
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Landing(year, as_of, to_date, float(np.median(draws)), float(low), float(high), level, frame, draws)


def landing_path(history: pd.DataFrame, year: Period, as_of: date, target: float, level: float = 0.80) -> pd.DataFrame:
    """How the landing was seen at the end of each month so far, from what was known then.

    Returns
    -------
    DataFrame
        `seen_on`, `median`, `low`, `high`, `probability` (of `target`), one row per month end from the eve of
        the year to `as_of`; empty where the history is too short.
    """
    eve = pd.Timestamp(year.start) - pd.Timedelta(days=1)
    ends = [eve.date(), *(m.end for m in year.split(Grain.MONTH) if m.end <= as_of)]
    seen = [(end, landing(history, year, end, level)) for end in ends]
    rows = [(pd.Timestamp(e), x.median, x.low, x.high, x.probability(target)) for e, x in seen if x is not None]
    return pd.DataFrame(rows, columns=["seen_on", "median", "low", "high", "probability"])


def _landed(year: Period, as_of: date, total: float, level: float) -> Landing:
    none = pd.DataFrame({"month": pd.to_datetime([]), "median": [], "low": [], "high": []})
    return Landing(year, as_of, total, total, total, total, level, none, np.array([total]))


def _last_run(sales: pd.Series) -> pd.Series:
    """The latest unbroken run of months with positive sales."""
    if sales.empty:
        return sales
    full = sales.reindex(pd.date_range(sales.index[0], sales.index[-1], freq="MS"))
    broken = np.flatnonzero(~(full.to_numpy(float) > 0))
    return full.iloc[broken[-1] + 1 :] if len(broken) else full


def _simulate(log_sales: np.ndarray, steps: int) -> np.ndarray:
    """Joint draws of the next `steps` log sales, mixture over `WANDER`."""
    fits = [_posterior(log_sales, _structure(len(log_sales), steps, wander)) for wander in WANDER]
    log_weight = np.array([fit["log_marginal"] for fit in fits])
    weight = np.exp(log_weight - log_weight.max())
    rng = np.random.default_rng(zlib.crc32(np.round(log_sales, 9).tobytes()))
    counts = rng.multinomial(DRAWS, weight / weight.sum())
    return np.vstack([_draw(fit, n, rng) for fit, n in zip(fits, counts, strict=True) if n])


@lru_cache(maxsize=256)
def _structure(known: int, steps: int, wander: float) -> dict[str, np.ndarray]:
    """What follows from the lengths and `wander` alone, before any sales are seen."""
    time = np.arange(known + steps)
    design = np.column_stack([time - known, np.eye(12)[time % 12]]).astype(float)
    cov = np.eye(known + steps) + wander * np.minimum.outer(time + 1, time + 1)
    v, cross = cov[:known, :known], cov[known:, :known]
    x, inverse = design[:known], np.linalg.inv(v)
    gain = cross @ inverse
    return {
        "x": x,
        "inverse": inverse,
        "information": x.T @ inverse @ x,
        "x_new": design[known:],
        "gain": gain,
        "slack": design[known:] - gain @ x,
        "ahead": cov[known:, known:] - gain @ cross.T,
        "log_det": np.linalg.slogdet(v)[1],
        "hat": np.linalg.pinv(x),
    }


def _posterior(log_sales: np.ndarray, known: dict[str, np.ndarray]) -> dict:
    """Location, scale and degrees of freedom of the predictive t, and the marginal likelihood, for one `wander`."""
    x = known["x"]
    weighted = known["inverse"] @ log_sales
    freedom = len(log_sales) - 12
    prior = np.zeros((13, 13))
    scale = _noise_variance(log_sales - x @ (known["hat"] @ log_sales))
    for _pass in range(4):  # the conjugate prior of the drift is in units of the noise, which `wander` lowers
        prior[0, 0] = scale / DRIFT_SD**2
        precision = known["information"] + prior
        beta = np.linalg.solve(precision, x.T @ weighted)
        scale = max((log_sales @ weighted - beta @ precision @ beta) / freedom, 1e-12)
    spread = known["ahead"] + known["slack"] @ np.linalg.solve(precision, known["slack"].T)
    log_det = known["log_det"] + np.linalg.slogdet(precision)[1] - np.log(prior[0, 0])
    log_marginal = -0.5 * (log_det + freedom * np.log(scale))
    centre = known["x_new"] @ beta + known["gain"] @ (log_sales - x @ beta)
    return {"centre": centre, "spread": spread * scale, "freedom": freedom, "log_marginal": log_marginal}


def _noise_variance(residuals: np.ndarray) -> float:
    return max(float(residuals @ residuals) / max(len(residuals) - 13, 1), 1e-8)


def _draw(fit: dict, count: int, rng: np.random.Generator) -> np.ndarray:
    root = np.linalg.cholesky(fit["spread"] + 1e-12 * np.eye(len(fit["centre"])))
    normal = rng.standard_normal((count, len(fit["centre"]))) @ root.T
    return fit["centre"] + normal * np.sqrt(fit["freedom"] / rng.chisquare(fit["freedom"], count))[:, None]
