"""Forecasts with what they rest on: their table, sample paths and how their intervals did in the backtest."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import ndtr

from brandops.analysis.forecasting.backtesting import Trial, to_scale
from brandops.analysis.forecasting.calibration import LEVELS, Calibration, quantile_of_others
from brandops.analysis.forecasting.candidates import discontinued
from brandops.analysis.forecasting.draws import correlated
from brandops.analysis.forecasting.panel import Panel, scaled, unscaled

PATHS = 1000
FURTHEST = 2.0


@dataclass(frozen=True)
class Forecasts:
    """Forecasts with all they rest on.

    Attributes
    ----------
    table
        unique_id, ds, mean, lo-80, hi-80, … as `forecast` returns.
    by_model
        unique_id, ds, model, mean of every candidate and the combination.
    weights
        model, weight in the combination.
    trial, judged
        The backtests behind the weights and behind the intervals (more origins of the fast models, where these are more).
    fallbacks
        unique_id, model, reason: where the seasonal naive forecast stands in for a model.
    """

    table: pd.DataFrame
    by_model: pd.DataFrame = field(repr=False)
    weights: pd.DataFrame
    fallbacks: pd.DataFrame
    trial: Trial = field(repr=False)
    judged: Trial = field(repr=False)
    panel: Panel = field(repr=False)
    calibration: Calibration = field(repr=False)
    centre: np.ndarray = field(repr=False)
    size: np.ndarray = field(repr=False)
    seed: int

    @property
    def ids(self) -> list[str]:
        """Series in the order of `paths`."""
        return list(self.panel.ids)

    def paths(self, count: int = PATHS) -> np.ndarray:
        """Sample paths of the series, path × series × step, in their unit; totals of steps follow from them.

        Steps are joined by the correlation of the backtest errors, series of one panel by that of their errors.
        """
        rng = np.random.default_rng(self.seed)
        z = correlated(rng, count, self.calibration, len(self.panel.ids))
        uniform = np.abs(2 * ndtr(z) - 1)
        width = np.empty_like(z)
        for step, row in enumerate(self.calibration.quantiles):
            width[:, :, step] = np.interp(uniform[:, :, step], np.r_[0, LEVELS], np.r_[0, row])
        _scaled, positive, unit = scaled(self.panel)
        drawn = unscaled(to_scale(self.centre, positive, unit) + np.sign(z) * width * self.size, positive, unit)
        return bounded(drawn, self.panel, self.centre)

    def backtest_score(self, level: float) -> float:
        """Mean scaled interval score of the combination in the backtest, each origin with the quantiles of the others."""
        trial, errors = self.judged, self.calibration.errors
        _z, positive, unit = scaled(self.panel)
        if not trial.offsets:
            return float("nan")
        middle = to_scale(trial.combined, positive, unit)
        # What an error of one is worth then: actual error by comparable error, the size it was expected to have.
        with np.errstate(invalid="ignore", divide="ignore"):
            size = (to_scale(trial.actual, positive, unit) - middle) / errors
        share, tail = level / 100, 2 / (1 - level / 100)
        scores = []
        for at in range(len(errors)):
            width = quantile_of_others(np.abs(errors), at, share) * size[at]
            low, high = (unscaled(middle[at] + sign * width, positive, unit) for sign in (-1, 1))
            y = trial.actual[at]
            missed = np.maximum(low - y, 0) + np.maximum(y - high, 0)
            scores.append((high - low + tail * missed) / trial.scale[:, None])
        return float(np.nanmean(scores)) if not np.isnan(scores).all() else float("nan")


def bounded(values: np.ndarray, panel: Panel, centre: np.ndarray) -> np.ndarray:
    """Keep bounds and paths where the series can go.

    Never below nothing where it never was; within `FURTHEST` times its range of what it has shown or is forecast (on
    logarithms a small erratic series would else reach any sum); where it is where it ended or never moved.
    """
    low, high = np.nanmin(panel.values, axis=1)[:, None], np.nanmax(panel.values, axis=1)[:, None]
    reach = FURTHEST * (high - low)
    values = np.clip(values, np.minimum(low, centre) - reach, np.maximum(high, centre) + reach)
    values = np.where(low >= 0, np.maximum(values, 0), values)
    return np.where(discontinued(panel)[:, None] | (high == low), centre, values)
