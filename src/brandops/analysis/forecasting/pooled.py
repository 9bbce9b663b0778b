"""Models learnt from all series together: linear regression, a tree ensemble, a neural network.

Each learns the next `horizon` values from the last ones, both relative to the latest season's level, over every window of
every series ("global" models; Montero-Manso & Hyndman 2021). Long windows serve the long series, shorter ones the rest. The
network learns what the linear regression leaves, so that it is judged on what is not linear; it alone also sees the known
influences of the steps ahead (events, declared prices and promotions) and where in the season they lie. Their linear effect
has been taken out before (`influence`): the network may find that they bend or act together.
"""

import warnings

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

MODELS = ("linear", "trees", "neural")
LONGEST_WINDOW = 80
WINDOWS_PER_SERIES = 80  # the latest ones
TREE_WINDOWS, NETWORK_WINDOWS = 5000, 12000
FEWEST_WINDOWS = 20
LIMIT_OF_KNOWN = 3.0  # standard deviations: a plan beyond anything seen is not extrapolated from
NETWORKS = 2  # averaged: one network depends on how it was started


def window_lengths(season: int) -> list[int]:
    """Window lengths tried, longest first: three, two and one seasons and one step."""
    if season == 1:
        return [7, 4]
    lengths = [length for length in (3 * season + 1, 2 * season + 1, season + 1) if length <= LONGEST_WINDOW]
    return lengths + ([13] if season > 26 else [])


def pooled_forecasts(values: np.ndarray, season: int, horizon: int, seed: int,
                     models: tuple[str, ...] = MODELS, known: np.ndarray | None = None) -> dict[str, np.ndarray]:  # fmt: skip
    """Forecasts by model on the values' own scale; NaN where a series is shorter than every window.

    `values` are right-aligned, NaN before the start; `known` holds what is known of every step and of the `horizon` steps
    ahead: series × (time + horizon) × influence.
    """
    told = None if known is None else _told(known, values, season)
    found = {model: np.full((len(values), horizon), np.nan) for model in models}
    open_rows = np.ones(len(values), bool)
    for length in window_lengths(season):
        if values.shape[1] < length:
            continue
        ready = open_rows & ~np.isnan(values[:, -length:]).any(axis=1)
        if not ready.any():
            continue
        x, y = _windows(values, length, horizon)
        if len(x) < max(FEWEST_WINDOWS, length):
            continue
        seen = None if told is None else (_told_windows(told, values, length, horizon), _flat(told[ready, -horizon:]))
        x, y, _level = _relative(x, y, season)
        asked, _none, level = _relative(values[ready, -length:], None, season)
        limit = max(float(np.quantile(np.abs(x), 0.995)), 1e-6)
        x, asked, y = np.clip(x, -limit, limit), np.clip(asked, -limit, limit), np.clip(y, -2 * limit, 2 * limit)
        for model, forecast in _learn(x, y, asked, seed, models, seen).items():
            found[model][ready] = forecast + level
        open_rows &= ~ready
    return found


def _windows(values: np.ndarray, length: int, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Every window known in full with the steps after it, the latest `WINDOWS_PER_SERIES` of each series."""
    whole = length + horizon
    if values.shape[1] < whole:
        return np.empty((0, length)), np.empty((0, horizon))
    views = np.lib.stride_tricks.sliding_window_view(values, whole, axis=1)[:, -WINDOWS_PER_SERIES:]
    flat = views.reshape(-1, whole)
    flat = flat[~np.isnan(flat[:, 0])]  # padding is on the left: the first value known, all are
    return flat[:, :length], flat[:, length:]


def _told(known: np.ndarray, values: np.ndarray, season: int) -> np.ndarray:
    """Known influences in standard deviations from their mean, with the place in the season as sine and cosine."""
    past = np.where(np.isnan(values)[:, :, None], np.nan, known[:, : values.shape[1]])
    spread = np.nanstd(past, axis=(0, 1))
    found = np.nan_to_num((known - np.nanmean(past, axis=(0, 1))) / np.where(spread > 1e-9, spread, 1.0))
    found = np.clip(found, -LIMIT_OF_KNOWN, LIMIT_OF_KNOWN)
    if season == 1:
        return found
    turn = 2 * np.pi * np.arange(known.shape[1]) / season
    waves = np.broadcast_to(np.stack([np.sin(turn), np.cos(turn)], axis=1), (*known.shape[:2], 2))
    return np.concatenate([found, waves], axis=2)


def _told_windows(told: np.ndarray, values: np.ndarray, length: int, horizon: int) -> np.ndarray:
    """What was known of the steps after each of `_windows`, in their order."""
    whole = length + horizon
    views = np.lib.stride_tricks.sliding_window_view(values, whole, axis=1)[:, -WINDOWS_PER_SERIES:]
    ahead = np.lib.stride_tricks.sliding_window_view(told[:, length : values.shape[1]], horizon, axis=1)[:, -WINDOWS_PER_SERIES:]
    kept = ~np.isnan(views[:, :, 0]).ravel()
    return _flat(np.moveaxis(ahead, 2, 3).reshape(-1, horizon, told.shape[2])[kept])


def _flat(told: np.ndarray) -> np.ndarray:
    """Inputs of one window: the influences and the place in the season of every step ahead, in one row."""
    return told.reshape(len(told), -1)


def _relative(x: np.ndarray, y: np.ndarray | None, season: int) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    level = x[:, -max(season, 3) :].mean(axis=1, keepdims=True)
    return x - level, None if y is None else y - level, level


def _learn(x: np.ndarray, y: np.ndarray, asked: np.ndarray, seed: int, models: tuple[str, ...],
           told: tuple[np.ndarray, np.ndarray] | None = None) -> dict[str, np.ndarray]:  # fmt: skip
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(len(x))
    spread = np.maximum(x.var(axis=0), 1e-12)
    gram = x.T @ x + (0.02 * len(x) + 0.5 * x.shape[1]) * np.diag(spread)
    coefficients = np.linalg.solve(gram, x.T @ y)
    found = {"linear": asked @ coefficients}
    if "trees" in models:
        few = shuffled[:TREE_WINDOWS]
        forest = ExtraTreesRegressor(30, min_samples_leaf=5, max_features=0.5, random_state=seed % 2**31)
        found["trees"] = forest.fit(x[few], y[few]).predict(asked).reshape(len(asked), -1)
    if "neural" in models:
        some = shuffled[:NETWORK_WINDOWS]
        scale_x, scale_y = max(float(x.std()), 1e-9), max(float(y.std()), 1e-9)
        rest = (y[some] - x[some] @ coefficients) / scale_y
        inputs, question = x / scale_x, asked / scale_x
        if told is not None:
            inputs, question = np.hstack([inputs, told[0]]), np.hstack([question, told[1]])
        runs = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is the regularisation
            for run in range(NETWORKS):
                network = MLPRegressor(hidden_layer_sizes=(48,), max_iter=15, batch_size=min(256, len(some)),
                                       learning_rate_init=3e-3, alpha=1e-3, random_state=(seed + run) % 2**31)  # fmt: skip
                runs.append(network.fit(inputs[some], rest).predict(question).reshape(len(asked), -1))
        found["neural"] = np.mean(runs, axis=0) * scale_y + found["linear"]
    return {model: found[model] for model in models}
