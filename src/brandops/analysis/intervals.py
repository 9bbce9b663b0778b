"""How sure are we: intervals for shares, means and scores, weighted or not.

Shares use the score interval of Wilson (1927), which stays inside 0 to 1 and keeps its nominal coverage in
small samples (Brown, Cai and DasGupta 2001). Weighted samples use the effective sample size of Kish (1965),
the size of an unweighted sample with the same variance.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

LEVEL = 0.95  # what readers of surveys expect


@dataclass(frozen=True)
class Estimate:
    """A value with its interval.

    Attributes
    ----------
    value, low, high
        Estimate and interval, in the same unit; NaN where there is nothing to estimate from.
    n
        Observations.
    effective_n
        Observations after the loss of precision through weighting (Kish).
    """

    value: float
    low: float
    high: float
    n: int
    effective_n: float


def z_score(level: float = LEVEL) -> float:
    """Half-width of a two-sided normal interval of coverage `level`, in standard errors."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(share: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Score interval of a share seen in `n` observations (`n` may be an effective size)."""
    if not n > 0:
        return float("nan"), float("nan")
    z2 = z_score(level) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z_score(level) / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def effective_size(weights: pd.Series) -> float:
    """Kish's effective sample size: (sum of weights)² / sum of squared weights."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def share_estimate(hits: pd.Series, weights: pd.Series | None = None, level: float = LEVEL) -> Estimate:
    """Weighted share of true values with its Wilson interval; blanks do not count.

    Parameters
    ----------
    hits
        Boolean (or 0/1) per observation; missing where the question was not answered.
    weights
        Weight per observation, same index; None: all equal.
    """
    answered = hits.dropna().astype(float)
    weight = pd.Series(1.0, answered.index) if weights is None else weights.loc[answered.index].astype(float)
    size = effective_size(weight)
    if size == 0:
        return Estimate(np.nan, np.nan, np.nan, 0, 0.0)
    value = float((answered * weight).sum() / weight.sum())
    low, high = wilson(value, size, level)
    return Estimate(value, low, high, len(answered), size)


def mean_estimate(values: pd.Series, weights: pd.Series | None = None, level: float = LEVEL) -> Estimate:
    """Weighted mean with a normal interval on the effective sample size; blanks do not count."""
    answered = values.dropna().astype(float)
    weight = pd.Series(1.0, answered.index) if weights is None else weights.loc[answered.index].astype(float)
    size = effective_size(weight)
    if size == 0:
        return Estimate(np.nan, np.nan, np.nan, 0, 0.0)
    value = float((answered * weight).sum() / weight.sum())
    variance = float((weight * (answered - value) ** 2).sum() / weight.sum()) * size / max(size - 1, 1)
    half = z_score(level) * np.sqrt(variance / size)
    return Estimate(value, value - half, value + half, len(answered), size)
