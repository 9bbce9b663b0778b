"""How the candidates are weighed and joined.

Weights come from the backtest of all series together, drawn halfway to equal weights: weights of single series
follow their luck (Smith & Wallis 2009). The joint forecast is a trimmed mean, which one odd model cannot move.
"""

import numpy as np

SHRINKAGE = 0.5  # towards equal weights
POWER = 2.0
MINIMUM_ERRORS = 12  # below so many backtest errors, equal weights


def pooled_weights(scaled_errors: np.ndarray) -> np.ndarray:
    """Weights of the models (sum 1) from absolute scaled errors, model × cases; NaN cases are left out."""
    count = len(scaled_errors)
    equal = np.full(count, 1 / count)
    known = ~np.isnan(scaled_errors).any(axis=0)
    if known.sum() < MINIMUM_ERRORS:
        return equal
    # Cases beyond the 99th percentile say more about the series than about the models.
    capped = np.minimum(scaled_errors[:, known], np.quantile(scaled_errors[:, known], 0.99))
    error = np.maximum(capped.mean(axis=1), 1e-12)
    weight = error**-POWER
    return SHRINKAGE * equal + (1 - SHRINKAGE) * weight / weight.sum()


def trimmed_mean(forecasts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over the first axis without the lowest and highest 1/n of the weight, n models."""
    if len(forecasts) < 4:
        return np.einsum("m,m...->...", weights / weights.sum(), forecasts)
    order = np.argsort(forecasts, axis=0, kind="stable")
    ranked = np.take_along_axis(forecasts, order, axis=0)
    upper = np.cumsum(weights[order], axis=0) / weights.sum()
    lower = np.concatenate([np.zeros_like(upper[:1]), upper[:-1]])
    cut = 1 / len(forecasts)
    inside = np.clip(np.minimum(upper, 1 - cut) - np.maximum(lower, cut), 0, None)
    return (inside * ranked).sum(axis=0) / inside.sum(axis=0)
