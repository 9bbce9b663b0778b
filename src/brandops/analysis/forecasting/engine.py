"""Forecasts of many series with calibrated intervals: the one entry to the forecasting engine (plan section 3).

Candidates (`candidates`) are backtested at rolling origins (`backtesting`), weighed and combined (`combination`), and the
combination's backtest errors give the intervals (`calibration`). Everything is learnt from the history given; the seed
follows from its content.
"""

import zlib
from functools import partial

import numpy as np
import pandas as pd

from brandops.analysis.forecasting.backtesting import (
    COMBINATION,
    FAST,
    SHORTEST_TRAINING,
    Spread,
    Trial,
    each,
    make_trial,
    origins_for,
    run_origin,
    run_trial,
    spaced_origins,
    to_scale,
)
from brandops.analysis.forecasting.calibration import Calibration, calibrate
from brandops.analysis.forecasting.candidates import MODELS, REASONS, Candidates
from brandops.analysis.forecasting.combination import pooled_weights, trimmed_mean
from brandops.analysis.forecasting.forecasts import Forecasts, bounded
from brandops.analysis.forecasting.panel import Panel, check_history, scaled, step_of, steps_ahead, to_panel, unscaled
from brandops.errors import UserError


def forecast(history: pd.DataFrame, horizon: int, season_length: int, levels: tuple[float, ...] = (80, 95),
             future: pd.DataFrame | None = None, seed: int | None = None, jobs: int | Spread = 1) -> pd.DataFrame:  # fmt: skip
    """Forecast every series of a history.

    Parameters
    ----------
    history
        unique_id, ds (dates of a regular step or whole numbers), y (any unit) and regressors, if any. Steps that are
        absent within a series are gaps and filled.
    horizon
        Steps ahead of each series' last date.
    season_length
        Steps in a season (12 for months); 1 for none.
    levels
        Coverage of the intervals, percent.
    future
        unique_id, ds and the history's regressors for the steps ahead.
    seed
        None: from the content of the history.
    jobs
        Processes, or a function that runs work on every task elsewhere and returns the results in order
        (`brandops.warehouse.spark.spread` on a Spark session); the result does not depend on it.

    Returns
    -------
    DataFrame
        unique_id, ds, mean, then lo-<level>, hi-<level> for every level, in the unit of y; series and dates in order.

    Raises
    ------
    UserError
        Dates that go backwards, twice or off step; values missing or infinite; a horizon below 1; unknown columns.
    """
    return fit(history, horizon, season_length, levels, future, seed, jobs).table


def fit(history: pd.DataFrame, horizon: int, season_length: int, levels: tuple[float, ...] = (80, 95),
        future: pd.DataFrame | None = None, seed: int | None = None, jobs: int | Spread = 1,
        models: tuple[str, ...] = MODELS) -> Forecasts:  # fmt: skip
    """As `forecast`, with the models' forecasts, weights, backtest and sample paths."""
    _check_levels(levels)
    panel = to_panel(history, horizon, season_length, future)
    seed = seed_of(panel) if seed is None else seed
    longest = int(panel.lengths.max())
    offsets = origins_for(len(panel.ids), longest, horizon, season_length)
    spaced = spaced_origins(panel, horizon)
    spaced = spaced if len(spaced) > len(offsets) else []  # only where it gives more origins than the ranking has
    tasks = [(0, models), *((o, models) for o in offsets), *((o, FAST) for o in spaced)]
    runs = each(partial(run_origin, panel, horizon, seed), tasks, jobs)
    final = runs[0][1]
    trial = make_trial(panel, horizon, offsets, runs[1 : 1 + len(offsets)], models)
    fast = make_trial(panel, horizon, spaced, runs[1 + len(offsets) :], FAST)
    return _assemble(panel, horizon, levels, seed, trial, fast, final, step_of(history["ds"]), history)


def backtest(history: pd.DataFrame, horizon: int, windows: int, season_length: int = 12, models: tuple[str, ...] | None = None,
             future: pd.DataFrame | None = None, step: int = 1, seed: int | None = None,
             jobs: int | Spread = 1) -> pd.DataFrame:  # fmt: skip
    """Forecast from `windows` origins in the past, `step` steps apart, the last one `horizon` before the end.

    Returns
    -------
    DataFrame
        unique_id, model, origin (last date known), ds, step (1 …), y (what came), mean (what was forecast), fallback
        (why the seasonal naive forecast stands in; empty: it does not), scale (mean absolute seasonal difference before
        the oldest origin): one row per series, model, origin and step; the combination is a model.

    Raises
    ------
    UserError
        As `forecast`; a model that is not known; fewer than one window.
    """
    if windows < 1 or step < 1:
        raise UserError(f"windows={windows}, step={step}: whole numbers above 0")
    chosen = MODELS if models is None else tuple(models)
    unknown = [m for m in chosen if m not in (*MODELS, COMBINATION)]
    if unknown:
        raise UserError(f"models={unknown}: not known; models: {', '.join((*MODELS, COMBINATION))}")
    names = [c for c in history.columns if c not in ("unique_id", "ds", "y")]
    if names and future is None:  # a backtest only looks back: the steps ahead are not used
        future = _repeat_last(history, names, horizon)
    panel = to_panel(history, horizon, season_length, future)
    offsets = [horizon + step * k for k in reversed(range(windows))]
    offsets = [o for o in offsets if panel.lengths.max() - o >= SHORTEST_TRAINING]
    if not offsets:
        raise UserError(f"history: the longest series has {panel.lengths.max()} steps, too few to forecast {horizon} from the past")
    run = MODELS if COMBINATION in chosen or models is None else chosen
    trial = run_trial(panel, horizon, offsets, seed_of(panel) if seed is None else seed, run, jobs)
    return trial_table(trial, panel, (*MODELS, COMBINATION) if models is None else chosen)


def trial_table(trial: Trial, panel: Panel, models: tuple[str, ...] | None = None) -> pd.DataFrame:
    """The rows `backtest` returns; models default to the candidates and the combination."""
    parts = []
    origins, series, horizon = trial.actual.shape
    ends = len(panel.dates) - np.array(trial.offsets, int)
    at = np.add.outer(ends, np.arange(horizon))
    for model in models or (*trial.models, COMBINATION):
        joint = model == COMBINATION
        mean = trial.combined if joint else trial.means[trial.models.index(model)]
        why = np.zeros((origins, series), int) if joint else trial.fallback[trial.models.index(model)]
        parts.append(pd.DataFrame({
            "unique_id": np.broadcast_to(panel.ids[None, :, None], mean.shape).ravel(),
            "model": model,
            "origin": np.broadcast_to(np.asarray(panel.dates[ends - 1])[:, None, None], mean.shape).ravel(),
            "ds": np.broadcast_to(np.asarray(panel.dates[at.ravel()]).reshape(at.shape)[:, None, :], mean.shape).ravel(),
            "step": np.broadcast_to(np.arange(1, horizon + 1), mean.shape).ravel(),
            "y": trial.actual.ravel(), "mean": mean.ravel(),
            "fallback": np.broadcast_to(np.array(REASONS)[np.maximum(why, 0)][:, :, None], mean.shape).ravel(),
            "scale": np.broadcast_to(trial.scale[None, :, None], mean.shape).ravel(),
        }))  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    return table[table["y"].notna()].reset_index(drop=True)


def seed_of(panel: Panel) -> int:
    """A seed that follows from the series' names and values."""
    content = "\n".join(map(str, panel.ids)).encode() + np.nan_to_num(np.round(panel.values, 6)).tobytes()
    return zlib.crc32(content)


def _assemble(panel: Panel, horizon: int, levels: tuple[float, ...], seed: int, trial: Trial, fast: Trial,
              final: Candidates, step: object, history: pd.DataFrame) -> Forecasts:  # fmt: skip
    used = [at for at, model in enumerate(final.models) if model != "seasonal_naive"]
    weights = pooled_weights(trial.scaled_errors()[used]) if trial.offsets else np.full(len(used), 1 / len(used))
    centre = trimmed_mean(final.means[used], weights)
    _z, positive, unit = scaled(panel)
    judged, calibration, size = _calibrated(panel, trial, fast, final)
    ends = history.groupby("unique_id")["ds"].max()
    order = np.argsort(panel.ids, kind="stable")
    ahead = [steps_ahead(ends[name], step, horizon) for name in panel.ids[order]]
    dates = np.concatenate([np.asarray(part) for part in ahead])
    table = pd.DataFrame({"unique_id": np.repeat(panel.ids[order], horizon), "ds": dates, "mean": centre[order].ravel()})
    middle = to_scale(centre, positive, unit)
    for level in levels:
        width = calibration.quantile(level / 100) * size
        for sign, side in ((-1, "lo"), (1, "hi")):
            bound = bounded(unscaled(middle + sign * width, positive, unit), panel, centre)
            table[f"{side}-{level:g}"] = bound[order].ravel()
    everything = np.concatenate([final.means, centre[None]])
    models = (*final.models, COMBINATION)
    by_model = pd.concat(
        [table[["unique_id", "ds"]].assign(model=model, mean=everything[at][order].ravel()) for at, model in enumerate(models)],
        ignore_index=True,
    )
    model_at, series_at = np.nonzero(final.fallback > 0)
    fallbacks = pd.DataFrame({
        "unique_id": panel.ids[series_at], "model": np.array(final.models)[model_at],
        "reason": np.array(REASONS)[final.fallback[model_at, series_at]],
    })  # fmt: skip
    weighed = pd.DataFrame({"model": [final.models[at] for at in used], "weight": weights})
    fallbacks = fallbacks.sort_values(["unique_id", "model"], ignore_index=True)
    return Forecasts(table, by_model, weighed, fallbacks, trial, judged, panel, calibration, centre, size, seed)


def _calibrated(panel: Panel, trial: Trial, fast: Trial, final: Candidates) -> tuple[Trial, Calibration, np.ndarray]:
    """The backtest the intervals rest on, its error distribution and each series' expected error sizes.

    Errors of many origins of the fast models serve where all models were run from a few origins only; they are brought to
    the size of the whole combination's errors by the ratio of both at the origins both have.
    """
    _z, positive, unit = scaled(panel)
    series, horizon = final.means.shape[1:]
    used, ratio = (fast, 1.0) if len(fast.offsets) > len(trial.offsets) else (trial, 1.0)
    if not used.offsets:
        nothing = np.full((1, series, horizon), np.nan)
        calibration = calibrate(nothing, final.noise[None], nothing, panel.lengths[None], [0])
    else:
        errors = to_scale(used.actual, positive, unit) - to_scale(used.combined, positive, unit)
        shared = [offset for offset in trial.offsets if offset in fast.offsets]
        if used is fast and shared:
            whole = np.array([to_scale(trial.actual, positive, unit) - to_scale(trial.combined, positive, unit)])[0]
            at, other = [trial.offsets.index(o) for o in shared], [fast.offsets.index(o) for o in shared]
            ratio = float(np.clip(np.nanmedian(np.abs(whole[at])) / max(np.nanmedian(np.abs(errors[other])), 1e-12), 0.5, 1.5))
        lengths = panel.lengths[None] - np.array(used.offsets)[:, None]
        disagreement = spread_of(used.models, used.models, used.means, positive, unit)
        calibration = calibrate(errors * ratio, used.noise, disagreement, lengths, used.offsets)
    spread = spread_of(used.models, final.models, final.means, positive, unit)
    return used, calibration, calibration.size(final.noise, spread, panel.lengths)


def spread_of(chosen: tuple[str, ...], models: tuple[str, ...], means: np.ndarray, positive: np.ndarray,
              unit: np.ndarray) -> np.ndarray:  # fmt: skip
    """Disagreement of the `chosen` models on the modelling scale; `means` are those of `models`, in their order."""
    rows = [at for at, model in enumerate(models) if model in chosen and model != "seasonal_naive"]
    return to_scale(means[rows], positive, unit).std(axis=0)


def _repeat_last(history: pd.DataFrame, names: list[str], horizon: int) -> pd.DataFrame:
    check_history(history, horizon, 1)
    step = step_of(history["ds"])
    last = history.groupby("unique_id").tail(1)
    parts = [
        pd.DataFrame({"unique_id": row.unique_id, "ds": steps_ahead(row.ds, step, horizon)}).assign(
            **{name: getattr(row, name) for name in names}
        )
        for row in last.itertuples()
    ]
    return pd.concat(parts, ignore_index=True)


def _check_levels(levels: tuple[float, ...]) -> None:
    if not levels or any(not 0 < level < 100 for level in levels):
        raise UserError(f"levels={levels!r}: coverages in percent between 0 and 100, such as (80, 95)")
