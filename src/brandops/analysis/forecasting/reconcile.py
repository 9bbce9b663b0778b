"""Forecasts that add up: the parts of every dimension sum to the total, in the mean and on every sample path.

Total, channels, regions, categories and brands are bound by linear constraints, one a dimension; minimum trace
reconciliation moves the forecasts to the nearest ones that meet them, measured by the errors' covariance (Wickramasuriya et
al. 2019, in the zero-constrained form of Girolimetto & Di Fonzo 2023, which needs no common bottom level).
"""

import numpy as np
from sklearn.covariance import LedoitWolf


def constraints(dimensions: list[str]) -> np.ndarray:
    """Rows: parts of one dimension less the total. `dimensions` names each series' dimension; "total" is one of them."""
    names = np.array(dimensions)
    if (names == "total").sum() != 1:
        raise ValueError("one series must be the total")
    rows = [np.where(names == part, 1.0, 0.0) - (names == "total") for part in dict.fromkeys(dimensions) if part != "total"]
    return np.array(rows).reshape(-1, len(names))


def error_covariance(errors: np.ndarray, otherwise: np.ndarray | None = None) -> np.ndarray:
    """Covariance of forecast errors (case × series), correlations shrunk (Ledoit & Wolf 2004).

    Parameters
    ----------
    errors
        NaN where a series had no forecast then, as before its launch: it has no part in the correlations of that case.
    otherwise
        Standard deviations of series without any error to learn from.
    """
    known = ~np.isnan(errors)
    counts = known.sum(axis=0)
    spread = np.sqrt(np.nansum(errors**2, axis=0) / np.maximum(counts, 1))
    spread = np.where(counts > 0, spread, spread.max(initial=0.0) if otherwise is None else otherwise)
    spread = np.where(np.isfinite(spread) & (spread > 0), spread, 1e-6 * (spread.max(initial=0.0) or 1.0))
    cases = (np.nan_to_num(errors) / spread)[known.any(axis=1)]
    if len(cases) < 4:
        return np.diag(spread**2)
    found = LedoitWolf(assume_centered=True).fit(cases).covariance_
    size = np.sqrt(np.maximum(np.diag(found), 1e-12))  # below one where cases are missing, nought where all forecasts were right
    correlation = found / np.outer(size, size)
    np.fill_diagonal(correlation, 1.0)
    return correlation * np.outer(spread, spread)


def reconcile(values: np.ndarray, matrix: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Move `values` (… × series × step) onto the constraints `matrix`.

    Returns
    -------
    ndarray
        Of the same shape; `matrix @ result` is zero.
    """
    if not len(matrix):
        return values
    gain = covariance @ matrix.T @ np.linalg.pinv(matrix @ covariance @ matrix.T)
    return values - np.einsum("ij,...jh->...ih", gain @ matrix, values)


def above_zero(values: np.ndarray, dimensions: list[str], never_negative: np.ndarray) -> np.ndarray:
    """Lift parts that never were negative to zero and shrink the others of their dimension so that it still adds up.

    Parameters
    ----------
    values
        Reconciled, … × series × step.
    never_negative
        Series whose sales never were below zero; dimensions with others in them stay as they are.
    """
    names, found = np.array(dimensions), values.copy()
    total = int(np.flatnonzero(names == "total")[0])
    if never_negative[total]:
        found[..., total, :] = np.maximum(found[..., total, :], 0)
    for dimension in dict.fromkeys(dimensions):
        rows = np.flatnonzero(names == dimension)
        if dimension == "total" or not never_negative[rows].all() or not never_negative[total]:
            continue
        lifted = np.maximum(found[..., rows, :], 0)
        sums = lifted.sum(axis=-2, keepdims=True)
        share = np.where(sums > 0, lifted / np.where(sums > 0, sums, 1), 1 / len(rows))
        found[..., rows, :] = share * found[..., total : total + 1, :]
    return found
