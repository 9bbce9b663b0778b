"""The candidate models on one panel, each behind a guard.

A forecast that is missing, not finite or far outside anything the series has shown is replaced by the seasonal naive
one, and the replacement is reported: some published implementations explode on some series.
"""

from dataclasses import dataclass

import numpy as np

from brandops.analysis.forecasting import local
from brandops.analysis.forecasting.autoregression import arima_forecast
from brandops.analysis.forecasting.influence import Influence, estimate_influence
from brandops.analysis.forecasting.panel import Panel, scaled, unscaled
from brandops.analysis.forecasting.pooled import MODELS as POOLED
from brandops.analysis.forecasting.pooled import pooled_forecasts
from brandops.analysis.forecasting.smoothing import smoothing_forecast

MODELS = ("seasonal_naive", "ets", "arima", "theta", "decomposition", *POOLED)
INTERMITTENT_SHARE = 0.3  # of zeros, from which demand is said to come and go
REACH = 2.0  # a forecast may leave the range of the series by so many times that range
REASONS = ("", "too_short", "not_finite", "out_of_range")


@dataclass(frozen=True)
class Candidates:
    """What every model forecasts.

    Attributes
    ----------
    means
        Model × series × step, in the series' unit.
    fallback
        Model × series: index into `REASONS` of why the seasonal naive forecast stands in; 0: it does not.
    noise
        Recent mean absolute one-step error of each series on the scale of `panel.scaled`.
    """

    models: tuple[str, ...]
    means: np.ndarray
    fallback: np.ndarray
    noise: np.ndarray


def run_candidates(panel: Panel, horizon: int, seed: int, models: tuple[str, ...] = MODELS) -> Candidates:
    """Forecast `horizon` steps of every series by every model."""
    z, positive, size = scaled(panel)
    influence = estimate_influence(z, panel, horizon)
    z = z - influence.past
    season, logs = panel.season, positive[:, 0]
    borrowed = _borrowed_season(z, season)
    z = z - _tiled(borrowed, z.shape[1], season, past=True)
    mean, noise = smoothing_forecast(z, season, horizon)
    pooled = tuple(model for model in models if model in POOLED)
    found: dict[str, np.ndarray] = pooled_forecasts(z, season, horizon, seed, pooled, _known(panel, horizon)) if pooled else {}
    ahead = influence.ahead + _tiled(borrowed, horizon, season, past=False)
    back = {model: unscaled(forecast + ahead, positive, size) for model, forecast in found.items()}
    if "ets" in models:
        back["ets"] = _both_scales(panel, z, mean + ahead, influence, borrowed, horizon, positive, size)
    if "arima" in models:
        back["arima"] = unscaled(arima_forecast(z, season, horizon) + ahead, positive, size)
    if "decomposition" in models:
        back["decomposition"] = unscaled(local.decomposition(z, season, horizon) + ahead, positive, size)
    if "theta" in models:
        plain = unscaled(z, positive, size)  # Theta takes the season out by itself, as factors where it can
        theta = local.theta(plain, season, horizon)
        with np.errstate(invalid="ignore"):
            back["theta"] = np.where(positive, theta * np.exp(ahead), theta + ahead * size)
    naive = unscaled(local.seasonal_naive(z, season, horizon) + ahead, positive, size)
    back["seasonal_naive"] = naive
    coming_and_going = _intermittent(panel)
    if coming_and_going.any():
        demand = local.intermittent(panel.values[coming_and_going], horizon)
        for model in ("ets", "arima", "theta", "decomposition"):
            if model in back:
                back[model][coming_and_going] = demand
    means, fallback = [], []
    for model in models:
        mean_, why = guard(back[model], naive, z, logs, panel)
        means.append(mean_)
        fallback.append(why)
    return Candidates(models, np.array(means), np.array(fallback), noise)


def guard(forecast: np.ndarray, naive: np.ndarray, z: np.ndarray, logs: np.ndarray, panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """Replace what no history of the series supports; forecasts and why (index into `REASONS`) by series."""
    values = panel.values
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        seen = np.where(logs[:, None], np.log(np.where(values > 0, values, np.nan)), values)
        low, high = np.nanmin(seen, axis=1), np.nanmax(seen, axis=1)
        ahead = np.where(logs[:, None], np.log(np.maximum(forecast, 1e-300)), forecast)
        reach = REACH * (high - low) + np.where(logs, 0.1, 1e-9 + 0.1 * np.abs(high))
        missing, odd = np.isnan(forecast).all(axis=1), ~np.isfinite(forecast).all(axis=1)
        far = (ahead < (low - reach)[:, None]).any(axis=1) | (ahead > (high + reach)[:, None]).any(axis=1)
    why = np.select([missing, odd, far], [1, 2, 3], 0)
    kept = np.where((why > 0)[:, None], naive, forecast)
    never_negative = np.nanmin(values, axis=1) >= 0
    kept = np.where(never_negative[:, None], np.maximum(kept, 0), kept)
    kept[discontinued(panel)] = 0.0
    flat = np.nanmax(values, axis=1) == np.nanmin(values, axis=1)
    kept[flat] = values[flat, -1:]
    return kept, why


def discontinued(panel: Panel) -> np.ndarray:
    """Series that have sold nothing for a whole season (at least six steps), after selling something."""
    run = min(max(panel.season, 6), panel.values.shape[1])
    last = np.nan_to_num(panel.values[:, -run:], nan=0.0)
    return (last == 0).all(axis=1) & (panel.lengths > run) & (np.nanmax(np.abs(panel.values), axis=1) > 0)


def _intermittent(panel: Panel) -> np.ndarray:
    zeros = (panel.values == 0).sum(axis=1) / panel.lengths
    return (zeros >= INTERMITTENT_SHARE) & (np.nanmin(panel.values, axis=1) >= 0)


def _both_scales(panel: Panel, z: np.ndarray, on_logs: np.ndarray, influence: Influence, borrowed: np.ndarray, horizon: int,
                 positive: np.ndarray, size: np.ndarray) -> np.ndarray:  # fmt: skip
    """Multiplicative and additive smoothing averaged for positive series: which it is, the data rarely tell."""
    found = unscaled(on_logs, positive, size)
    rows = np.flatnonzero(positive[:, 0])
    if len(rows):
        plain = np.exp(z[rows])
        additive, _noise = smoothing_forecast(plain / np.nanmean(plain, axis=1, keepdims=True), panel.season, horizon)
        additive = additive * np.nanmean(plain, axis=1, keepdims=True)
        effect = influence.ahead[rows] + _tiled(borrowed, horizon, panel.season, past=False)[rows]
        found[rows] = (found[rows] + np.maximum(additive, 0) * np.exp(effect)) / 2
    return found


def _known(panel: Panel, horizon: int) -> np.ndarray | None:
    """The regressors of the panel's steps and of the `horizon` steps after them."""
    return None if panel.regressors is None else panel.regressors[:, : panel.values.shape[1] + horizon]


def _borrowed_season(z: np.ndarray, season: int) -> np.ndarray:
    """Seasonal effects (series × phase from the end) lent to series under two seasons by those with more.

    Only what the lenders agree on is lent: the common profile times the share of their seasonal variance it explains.
    """
    lent = np.zeros((len(z), season))
    lengths = (~np.isnan(z)).sum(axis=1)
    short, long = lengths < 2 * season, lengths >= 2 * season
    if season == 1 or not short.any() or long.sum() < 3:
        return lent
    last = z[long][:, -2 * season :].reshape(int(long.sum()), 2, season)
    profiles = (last - last.mean(axis=2, keepdims=True)).mean(axis=1)
    common = np.median(profiles, axis=0)
    common = common - common.mean()
    agreement = common.var() / max(float(profiles.var(axis=1).mean()), 1e-12)
    lent[short] = common * min(agreement, 1.0)
    return lent


def _tiled(profile: np.ndarray, length: int, season: int, past: bool) -> np.ndarray:
    """A profile over the last `length` steps of the past or the first of the future; its last phase ends the past."""
    steps = np.arange(-length, 0) if past else np.arange(length)
    return profile[:, steps % season]
