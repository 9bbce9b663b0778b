"""Correlated draws for sample paths: over steps and over series as the backtest's errors were."""

import numpy as np

from brandops.analysis.forecasting.calibration import Calibration

MOST_CORRELATED = 200  # series; more are drawn by themselves


def correlated(rng: np.random.Generator, count: int, calibration: Calibration, series: int) -> np.ndarray:
    """Standard normal draws path × series × step, correlated over steps and over series as the backtest's errors were."""
    steps = _root(calibration.correlation)
    drawn = rng.standard_normal((count, series, len(steps)))
    if 1 < series <= MOST_CORRELATED:
        drawn = np.einsum("ij,pjh->pih", _root(_between_series(calibration.errors)), drawn)
    return drawn @ steps.T


def _between_series(errors: np.ndarray) -> np.ndarray:
    """Correlation of the series' comparable errors (origin × series × step), each pair by the cases both have.

    Drawn towards the mean correlation, the more so the fewer cases there are to a series (Ledoit & Wolf 2004, "Honey, I
    shrunk the sample covariance matrix"): drawn to none, the sum of many parts would seem surer than the total is.
    """
    cases = np.moveaxis(errors, 1, 0).reshape(errors.shape[1], -1)
    known = (~np.isnan(cases)).astype(float)
    spread = np.sqrt(np.nansum(cases**2, axis=1) / np.maximum(known.sum(axis=1), 1))
    cases = np.clip(np.nan_to_num(cases) / np.maximum(spread, 1e-12)[:, None], -3, 3)
    together = known @ known.T
    size = np.sqrt((cases**2 @ known.T) * (known @ (cases**2).T))  # of both, over the cases they share
    enough = (together > 3) & (size > 1e-12)
    found = np.where(enough, cases @ cases.T / np.where(enough, size, 1.0), np.nan)
    apart = ~np.eye(len(cases), dtype=bool)
    if np.isnan(found[apart]).all():
        return np.eye(len(cases))
    mean = max(float(np.nanmean(found[apart])), 0.0)
    kept = np.where(enough, together / (together + len(cases)), 0.0)
    found = kept * np.nan_to_num(found) + (1 - kept) * mean
    np.fill_diagonal(found, 1.0)
    values, vectors = np.linalg.eigh(found)  # pairs need not go together: to the nearest that do
    found = (vectors * np.maximum(values, 1e-9)) @ vectors.T
    scale = np.sqrt(np.diag(found))
    return found / np.outer(scale, scale)


def _root(correlation: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh((correlation + correlation.T) / 2)
    return vectors * np.sqrt(np.maximum(values, 0))
