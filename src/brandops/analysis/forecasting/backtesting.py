"""Rolling-origin backtests: every model forecasts from points in the past and is judged by what came (Tashman 2000)."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np

from brandops.analysis.forecasting.candidates import MODELS, Candidates, run_candidates
from brandops.analysis.forecasting.combination import pooled_weights, trimmed_mean
from brandops.analysis.forecasting.panel import Panel

COMBINATION = "combination"
ERRORS_WANTED = 300  # series × origins: enough for a 95 % quantile at every step
MOST_ORIGINS, FEWEST_ORIGINS = 8, 2
SHORTEST_TRAINING = 4
FAST = ("ets", "arima", "decomposition", "linear")  # models whose backtest costs next to nothing
SPACED_ORIGINS = 8
# What runs work on every task somewhere else (a cluster, say) and returns the results in the tasks' order.
Spread = Callable[[Callable, list], list]


@dataclass(frozen=True)
class Trial:
    """Backtest of a panel.

    Attributes
    ----------
    models
        Candidates in the order of `means`.
    offsets
        Steps each origin lies before the end, oldest first.
    actual
        origin × series × step; NaN where a series was too short then.
    means
        model × origin × series × step.
    combined
        Combination with the weights known at each origin: origin × series × step.
    fallback
        model × origin × series: index into `candidates.REASONS`; -1 where the series was too short.
    noise
        One-step standard deviation known at the origin on the modelling scale: origin × series.
    scale
        Mean absolute seasonal difference before the oldest origin, the unit of MASE; series.
    """

    models: tuple[str, ...]
    offsets: list[int]
    actual: np.ndarray
    means: np.ndarray
    combined: np.ndarray
    fallback: np.ndarray
    noise: np.ndarray
    scale: np.ndarray

    def scaled_errors(self, origins: int | None = None) -> np.ndarray:
        """Mean absolute scaled error by model and case (origin × series, flattened) of the first `origins`."""
        part = slice(None) if origins is None else slice(origins)
        error = np.abs(self.means[:, part] - self.actual[None, part]).mean(axis=3) / self.scale
        return error.reshape(len(self.models), -1)


def origins_for(series: int, longest: int, horizon: int, season: int) -> list[int]:
    """Steps before the end at which backtests start, oldest first; few where many series share the evidence."""
    wanted = int(np.clip(-(-ERRORS_WANTED // max(series, 1)), FEWEST_ORIGINS, MOST_ORIGINS))
    step = max(1, horizon // 3)
    room = longest - max(SHORTEST_TRAINING, min(2 * season, longest // 2))
    return sorted((offset for offset in (horizon + step * k for k in range(wanted)) if offset <= room), reverse=True)


def spaced_origins(panel: Panel, horizon: int) -> list[int]:
    """Origins half a horizon apart, oldest first: errors of different years tell more than those of one."""
    wanted = [horizon + max(1, horizon // 2) * k for k in range(SPACED_ORIGINS)]
    typical = int(np.median(panel.lengths))
    return [offset for offset in reversed(wanted) if typical - offset >= 2 * panel.season + 4]


def run_trial(panel: Panel, horizon: int, offsets: list[int], seed: int, models: tuple[str, ...] = MODELS,
              jobs: int | Spread = 1) -> Trial:  # fmt: skip
    """Backtest `models` at each of `offsets`; the result does not depend on `jobs`, the processes used or what spreads the work."""
    runs = each(partial(run_origin, panel, horizon, seed), [(offset, models) for offset in offsets], jobs)
    return make_trial(panel, horizon, offsets, runs, models)


def run_origin(panel: Panel, horizon: int, seed: int, task: tuple[int, tuple[str, ...]]) -> tuple[np.ndarray, Candidates | None]:
    """Forecast as known some steps before the end, by some models; which series had begun, and their forecasts."""
    offset, models = task
    past, kept = panel.before(offset, SHORTEST_TRAINING if offset else 1)
    return kept, run_candidates(past, horizon, seed, models) if len(kept) else None


def make_trial(panel: Panel, horizon: int, offsets: list[int], runs: list, models: tuple[str, ...]) -> Trial:
    """Put the forecasts of every origin beside what came, and combine them by what was known then."""
    series, shape = len(panel.ids), (len(offsets), len(panel.ids), horizon)
    actual, means = np.full(shape, np.nan), np.full((len(models), *shape), np.nan)
    fallback = np.full((len(models), len(offsets), series), -1)
    noise = np.full((len(offsets), series), np.nan)
    combined = np.full(shape, np.nan)
    length = panel.values.shape[1]
    for at, (offset, (kept, found)) in enumerate(zip(offsets, runs, strict=True)):
        if found is None:
            continue
        actual[at, kept] = panel.values[kept, length - offset : length - offset + horizon]
        means[:, at, kept], fallback[:, at, kept] = found.means, found.fallback
        noise[at, kept] = found.noise
    trial = Trial(models, offsets, actual, means, combined, fallback, noise, error_scale(panel, max(offsets, default=0)))
    combined[:] = combine(trial)
    return trial


def combine(trial: Trial, without: str | None = None) -> np.ndarray:
    """Combination at each origin, with the weights known then: origin × series × step; `without` leaves a model out."""
    weighed = [at for at, model in enumerate(trial.models) if model not in ("seasonal_naive", without)] or [0]
    horizon, found = trial.actual.shape[2], np.full(trial.actual.shape, np.nan)
    for at, offset in enumerate(trial.offsets):
        known = sum(earlier - horizon >= offset for earlier in trial.offsets[:at])  # errors that had come by then
        weights = pooled_weights(trial.scaled_errors(known)[weighed]) if known else np.full(len(weighed), 1 / len(weighed))
        found[at] = trimmed_mean(trial.means[weighed, at], weights)
    return found


def each(work: partial, tasks: list, jobs: int | Spread) -> list:
    """Results of `work` on every task, in order: in `jobs` forked processes, or however `jobs` spreads them."""
    if callable(jobs):
        return jobs(work, tasks)
    if jobs <= 1 or len(tasks) < 2:
        return [work(task) for task in tasks]
    with ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("fork")) as pool:
        return list(pool.map(work, tasks))


def error_scale(panel: Panel, before: int = 0) -> np.ndarray:
    """Mean absolute seasonal difference of each series, without its last `before` steps where it is long enough.

    Where that is zero, its mean absolute value, else 1.
    """
    found = np.ones(len(panel.ids))
    for at, row in enumerate(panel.values):
        y = row[~np.isnan(row)]
        y = y[: len(y) - before] if len(y) - before > panel.season + 1 else y
        lag = panel.season if len(y) > panel.season else 1
        size = np.abs(y[lag:] - y[:-lag]).mean() if len(y) > lag else 0.0
        found[at] = size if size > 0 else (np.abs(y).mean() or 1.0)
    return found


def to_scale(values: np.ndarray, positive: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Values (… × series × step) on the modelling scale of `panel.scaled`."""
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(np.maximum(values, 1e-12 * size))
    return np.where(positive, logs, values / size)
