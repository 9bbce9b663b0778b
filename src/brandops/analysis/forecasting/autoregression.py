"""ARIMA for every series at once: Hannan and Rissanen's two regressions, orders averaged by their BIC.

A long autoregression gives the innovations; regressing the differenced series on its own lags and on those of the
innovations gives ARIMA's coefficients in closed form (Hannan & Rissanen 1982). A handful of orders that fit most
business series, the airline model among them, are averaged with weights from the BIC of their one-step errors.
"""

from dataclasses import dataclass

import numpy as np

RIDGE = 0.02  # of the regressors' variance: keeps near-collinear lags from cancelling
LOSS_OF_BIC = 50.0  # exponents are clipped here


@dataclass(frozen=True)
class Order:
    """Differences, seasonal differences, lags of the series and of the innovations (in steps; negative: in seasons)."""

    d: int
    seasonal_d: int
    ar: tuple[int, ...]
    ma: tuple[int, ...]
    constant: bool = False

    def steps(self, lags: tuple[int, ...], season: int) -> list[int]:
        """Lags in steps: (1, -1) is one step and one season."""
        return sorted({lag if lag > 0 else -lag * season for lag in lags})


SEASONAL = (
    Order(1, 1, (), (1, -1)),  # the airline model
    Order(0, 1, (1,), (-1,), constant=True),
    Order(0, 1, (1, 2), (-1,), constant=True),
    Order(1, 1, (1,), (1, -1)),
    Order(1, 0, (1, -1), (1,)),
)
PLAIN = (Order(1, 0, (), (1,)), Order(1, 0, (1,), (1,), constant=True), Order(1, 0, (1, 2), ()), Order(0, 0, (1,), (1,), True))


def arima_forecast(values: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """Forecast on the values' own scale; NaN where a series is too short for every order.

    `values` are right-aligned with NaN before the start, longest first. Series of equal length are one batch.
    """
    lengths = (~np.isnan(values)).sum(axis=1)
    found = np.full((len(values), horizon), np.nan)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        found[rows] = _batch(values[rows, values.shape[1] - length :], season, horizon)
    return found


def _batch(y: np.ndarray, season: int, horizon: int) -> np.ndarray:
    count, length = y.shape
    orders = PLAIN if season == 1 else (*SEASONAL, *PLAIN)
    fits = []
    for order in orders:
        season_here = season if order.seasonal_d or min((*order.ar, *order.ma, 1)) < 0 else 1
        if length >= order.d + 2 * order.seasonal_d * season + 2 * season_here + 8:
            fits.append(_fit(y, order, season, horizon))
    if not fits:
        return np.full((count, horizon), np.nan)
    common = min(fit[1].shape[1] for fit in fits)
    bic = []
    for _forecast, residual, size in fits:
        variance = (residual[:, -common:] ** 2).mean(axis=1)
        bic.append(common * np.log(np.maximum(variance, 1e-300)) + size * np.log(common))
    bic = np.array(bic)
    weight = np.exp(-0.5 * np.minimum(bic - bic.min(axis=0), 2 * LOSS_OF_BIC))
    weight /= weight.sum(axis=0)
    return np.einsum("fs,fsh->sh", weight, np.array([fit[0] for fit in fits]))


def _fit(y: np.ndarray, order: Order, season: int, horizon: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Forecast, one-step errors and number of coefficients of one order."""
    w, levels = y, []
    for lag, times in ((season, order.seasonal_d), (1, order.d)):
        for _time in range(times):
            levels.append((lag, w))
            w = w[:, lag:] - w[:, :-lag]
    mean = w.mean(axis=1, keepdims=True) if order.constant else np.zeros((len(w), 1))
    w = w - mean
    ar, ma = order.steps(order.ar, season), order.steps(order.ma, season)
    innovations = _innovations(w, season)
    top = max([*ar, *ma, 1])
    # Innovations before the first are taken for zero; rows start where the longest lag is known, or a quarter in.
    first = min(top, w.shape[1] // 4)
    wide, noise = _padded(w, top), _padded(innovations, top)
    lags = [wide[:, top + first - lag : wide.shape[1] - lag] for lag in ar]
    lags += [noise[:, top + first - lag : noise.shape[1] - lag] for lag in ma]
    x, target = np.stack(lags, axis=2), w[:, first:]
    coefficients = _ridge(x, target)
    # A moving average stays invertible and an autoregression stationary inside these bounds.
    coefficients = np.clip(coefficients, -0.95, 0.95)
    ar_part = coefficients[:, : len(ar)]
    total = np.abs(ar_part).sum(axis=1, keepdims=True)
    coefficients[:, : len(ar)] = ar_part * np.where(total > 0.98, 0.98 / np.maximum(total, 1e-12), 1)
    phi, theta = coefficients[:, : len(ar)].T, coefficients[:, len(ar) :].T
    path = np.ascontiguousarray(_padded(w, top, horizon).T)  # time by series: a step of all series is one piece of memory
    end, errors = top + w.shape[1], path.copy()
    for weight, lag in zip(phi, ar, strict=True):
        errors[top:end] -= weight * path[top - lag : end - lag]
    for t in range(top, end) if ma else ():
        for weight, lag in zip(theta, ma, strict=True):
            errors[t] -= weight * errors[t - lag]
    for t in range(end, end + horizon):
        for weights, lags_of, series in ((phi, ar, path), (theta, ma, errors)):
            for weight, lag in zip(weights, lags_of, strict=True):
                path[t] += weight * series[t - lag]
    ahead = path[end:].T + mean
    for lag, before in reversed(levels):
        whole = np.hstack([before, ahead])
        for start in range(before.shape[1], whole.shape[1], lag):
            stop = min(start + lag, whole.shape[1])
            whole[:, start:stop] += whole[:, start - lag : stop - lag]
        ahead = whole[:, before.shape[1] :]
    return ahead, errors[top + first : end].T, len(ar) + len(ma) + order.constant


def _innovations(w: np.ndarray, season: int) -> np.ndarray:
    """Errors of a long autoregression: recent lags and those around one season."""
    lags = [1, 2, 3] + ([season, season + 1] if season > 3 else [])
    lags = [lag for lag in lags if lag < w.shape[1] // 3] or [1]
    top = max(lags)
    wide = _padded(w, top)
    x = np.stack([wide[:, top - lag : wide.shape[1] - lag] for lag in lags], axis=2)
    return w - np.einsum("stk,sk->st", x, _ridge(x, w))


def _padded(part: np.ndarray, before: int, after: int = 0) -> np.ndarray:
    """With as many steps of nothing before and after; `np.pad` takes longer than what is done with it."""
    wide = np.zeros((len(part), before + part.shape[1] + after))
    wide[:, before : before + part.shape[1]] = part
    return wide


def _ridge(x: np.ndarray, target: np.ndarray) -> np.ndarray:
    if x.shape[2] == 0:
        return np.zeros((len(x), 0))
    gram = np.einsum("sti,stj->sij", x, x)
    size = np.einsum("sii->si", gram).mean(axis=1)
    gram = gram + (RIDGE * size + 1e-12)[:, None, None] * np.eye(x.shape[2])
    return np.linalg.solve(gram, np.einsum("sti,st->si", x, target)[:, :, None])[:, :, 0]
