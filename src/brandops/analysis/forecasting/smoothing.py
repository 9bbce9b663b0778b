"""Exponential smoothing with all its parameters averaged out, for every series at once.

Additive damped-trend smoothing (Hyndman et al. 2008, the state space forms ANN to AAdA) is filtered once for each
parameter on a grid; forecasts are averaged with the parameters' likelihoods as weights, seasonal and
non-seasonal forms weighed by their BIC. Nothing is optimised, so nothing diverges, and hundreds of series cost one pass.
On logarithms the same recursions are the multiplicative forms.
"""

from functools import lru_cache

import numpy as np

ALPHA = (0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
BETA = (0.02, 0.1, 0.3)  # share of alpha
PHI = (0.8, 0.9, 0.98)  # no undamped trend: it is what explodes
GAMMA = (0.01, 0.1, 0.3)  # share of 1 - alpha
SEASONS_TO_START = 4  # initial states come from at most so many seasons
MEMORY_SEASONS = 3  # over which the size of the one-step errors is averaged: it changes over the years


@lru_cache(maxsize=8)
def grid(seasonal: bool) -> np.ndarray:
    """Rows alpha, beta, phi, gamma; beta 0 means no trend."""
    trends = [(0.0, 0.0)] + [(share, phi) for share in BETA for phi in PHI]
    gammas = GAMMA if seasonal else (0.0,)
    rows = [(a, share * a, phi, g * (1 - a)) for a in ALPHA for share, phi in trends for g in gammas]
    return np.array(rows).T


@lru_cache(maxsize=512)
def _start(count: int, season: int) -> np.ndarray:
    """Least-squares map from the first `count` values to level, slope and seasonal effects at the start."""
    time = np.arange(count)
    columns = [np.ones(count), time - (count - 1) / 2]
    if season > 1:
        dummies = np.eye(season)[time % season]
        columns += list((dummies - 1 / season).T[:-1])
    found = np.linalg.pinv(np.column_stack(columns))
    level = found[0] - found[1] * ((count - 1) / 2 + 1)
    if season == 1:
        return np.vstack([level, found[1]])
    free = found[2:]
    effects = np.vstack([free, np.zeros(count)]) - free.sum(axis=0) / season
    return np.vstack([level, found[1], effects])


def smooth(values: np.ndarray, season: int, horizon: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Filter one form over its whole grid.

    Parameters
    ----------
    values
        Series by row, right-aligned, NaN before each one's start, sorted by length, longest first.
    season
        Season length; 1: a form without season.

    Returns
    -------
    mean (series, horizon), the recent mean absolute one-step error (series), log evidence (series)
    """
    alpha, beta, phi, gamma = grid(season > 1)
    series, total = values.shape
    lengths = (~np.isnan(values)).sum(axis=1)
    points = len(alpha)
    level, slope = np.empty((series, points)), np.empty((series, points))
    effect = np.zeros((season, series, points))
    for row in range(series):
        n = lengths[row]
        first = values[row, total - n : total - n + min(n, SEASONS_TO_START * max(season, 4))]
        state = _start(len(first), season) @ first
        level[row], slope[row] = state[0], state[1] * (phi > 0)
        if season > 1:
            effect[(np.arange(season) + total - n) % season, row] = state[2:, None]
    square, recent = np.zeros((series, points)), np.zeros((series, points))
    memory = 1 - 1 / (MEMORY_SEASONS * max(season, 4))
    active = np.searchsorted(-lengths, -(total - np.arange(total)), side="right")
    for t in range(total):
        count = active[t]
        if not count:
            continue
        part = slice(count)
        seasonal = effect[t % season, part]
        slope[part] *= phi
        level[part] += slope[part]
        error = values[part, t, None] - level[part]
        error -= seasonal
        square[part] += error * error
        recent[part] *= memory
        recent[part] += np.abs(error)
        level[part] += alpha * error
        slope[part] += beta * error
        if season > 1:
            seasonal += gamma * error
    n = lengths[:, None]
    variance = np.maximum(square / np.maximum(n - 1, 1), 1e-12 * np.maximum(np.nanvar(values, axis=1), 1e-12)[:, None])
    logs = -0.5 * n * np.log(variance)
    best = logs.max(axis=1, keepdims=True)
    weight = np.exp(logs - best)
    evidence = best[:, 0] + np.log(weight.mean(axis=1)) - 0.5 * (2 + (season - 1 if season > 1 else 0)) * np.log(lengths)
    weight /= weight.sum(axis=1, keepdims=True)
    steps = np.arange(1, horizon + 1)
    damp = np.cumsum(phi[:, None] ** steps, axis=1)
    mean = (weight * level).sum(axis=1)[:, None] + (weight * slope) @ damp
    if season > 1:
        average = (weight[None] * effect).sum(axis=2)
        mean += average[(total + steps - 1) % season].T
    noise = (weight * recent).sum(axis=1) * (1 - memory) / (1 - memory**lengths)
    return mean, noise, evidence


def smoothing_forecast(values: np.ndarray, season: int, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Average of the seasonal and the non-seasonal form by their evidence; mean and recent one-step error.

    Series shorter than two seasons get the form without season.
    """
    mean, noise, plain = smooth(values, 1, horizon)
    long = int(((~np.isnan(values)).sum(axis=1) >= 2 * season).sum()) if season > 1 else 0
    if long:  # the longest come first
        with_season, seasonal_noise, evidence = smooth(values[:long], season, horizon)
        weight = 1 / (1 + np.exp(np.clip(plain[:long] - evidence, -50, 50)))
        mean[:long] = weight[:, None] * with_season + (1 - weight[:, None]) * mean[:long]
        noise[:long] = weight * seasonal_noise + (1 - weight) * noise[:long]
    return mean, noise
