"""Forecasts of each series by itself: seasonal naive, Theta, STL with a damped trend, and demand that comes and goes."""

import numpy as np
from statsforecast.models import TSB, DynamicOptimizedTheta
from statsmodels.tsa.seasonal import STL

from brandops.analysis.forecasting.smoothing import smooth

STL_SEASONAL = 13  # how slowly a season may change; Cleveland et al. (1990) advise an odd number of at least 7


def known(row: np.ndarray) -> np.ndarray:
    """A series without the padding before its start."""
    return row[~np.isnan(row)]


def seasonal_naive(values: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """The last season again; series shorter than one repeat their last value."""
    lengths = (~np.isnan(values)).sum(axis=1)
    found = np.repeat(values[:, -1:], horizon, axis=1)
    long = lengths >= season
    if long.any():
        found[long] = values[long, -season:][:, np.arange(horizon) % season]
    return found


def theta(values: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """Dynamic optimised Theta (Fiorucci et al. 2016) as statsforecast fits it; NaN where it cannot."""
    found = np.full((len(values), horizon), np.nan)
    model = DynamicOptimizedTheta(season_length=season)
    for at, row in enumerate(values):
        y = known(row)
        if len(y) >= 5 and np.ptp(y) > 0:
            try:
                found[at] = model.forecast(y=y, h=horizon)["mean"]
            except (ValueError, RuntimeError, ZeroDivisionError, np.linalg.LinAlgError):
                continue  # stays NaN: the guard replaces and reports it
    return found


def seasonal_parts(values: np.ndarray, season: int) -> np.ndarray:
    """Seasonal component of every series by STL (Cleveland et al. 1990); zero where it is shorter than two seasons."""
    found = np.where(np.isnan(values), np.nan, 0.0)
    for at, row in enumerate(values):
        y = known(row)
        if season > 1 and len(y) > 2 * season:
            found[at, -len(y) :] = STL(y, season, seasonal=STL_SEASONAL).fit().seasonal
    return found


def decomposition(values: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """The latest season of STL on the trend that smoothing sees in what STL leaves."""
    seasonal = seasonal_parts(values, season)
    trend, _noise, _evidence = smooth(values - seasonal, 1, horizon)
    return trend + np.nan_to_num(seasonal_naive(np.nan_to_num(seasonal), season, horizon))


def intermittent(values: np.ndarray, horizon: int) -> np.ndarray:
    """Teunter, Syntetos and Babai's mean demand, which falls while nothing is sold."""
    found = np.zeros((len(values), horizon))
    model = TSB(alpha_d=0.2, alpha_p=0.2)
    for at, row in enumerate(values):
        y = known(row)
        if (y != 0).any():
            found[at] = model.forecast(y=y, h=horizon)["mean"]
    return found
