"""Linear regression and decision tree on trial as forecasters: are they better than a naive rule? (plan item
2.3.2)

Weekly net sales `HORIZON_WEEKS` ahead, from models refitted every `REFIT_WEEKS` on what was known then
(rolling origin; Tashman 2000), against the seasonal-naive forecast. Both models learn the *correction* to
that forecast, so that a tree can follow growth it has never seen. Errors: MAE, RMSE, MASE (Hyndman & Koehler
2006); the gain has a moving-block bootstrap interval and a Diebold-Mariano test with the small-sample
correction of Harvey, Leybourne & Newbold (1997). Deliberately small: the forecasting section has the models
a decision should rest on.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

HORIZON_WEEKS = 4
SEASON_WEEKS = 52
# A year of lags, a year to learn from and half a year to be judged on; below that last year's week is no
# baseline.
SEASONAL_HISTORY = 130
MIN_TRIAL_WEEKS = 8
MAX_TRIAL_WEEKS = 104
MIN_TRAINING_WEEKS = 16
REFIT_WEEKS = 4
TREE_DEPTH = 3
RESAMPLES = 2000
SEED = 20250101

MODELS = ("naive", "linear", "tree")


@dataclass(frozen=True)
class ForecastTrial:
    """How the two models forecast.

    Attributes
    ----------
    forecasts
        week (its Monday), actual, naive, linear, tree (currency): each forecast made `HORIZON_WEEKS` before.
    scores
        model, mae, rmse (currency), mase, gain (1 less MAE to the naive MAE), low, high (95 % interval of
        the gain), p_value (Diebold-Mariano, two-sided; NaN for the naive rule).
    season
        Weeks back the naive forecast looks: `SEASON_WEEKS`, or `HORIZON_WEEKS` (the latest week known) where
        the history is too short.
    """

    forecasts: pd.DataFrame
    scores: pd.DataFrame
    season: int


def weekly_sales(sales_daily: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Net sales of each complete ISO week up to `as_of`, by its Monday; a week without sales is zero."""
    days = sales_daily.groupby("date")["net_sales"].sum()
    days = days[days.index <= pd.Timestamp(as_of)]
    if days.empty:
        return pd.Series(dtype="float64")
    weeks = days.groupby(days.index - pd.to_timedelta(days.index.day_of_week, unit="D")).sum()
    monday = days.index.min() + pd.Timedelta(days=-days.index.min().weekday() % 7)
    last = pd.Timestamp(as_of) - pd.Timedelta(days=6)
    return weeks.reindex(pd.date_range(monday, last, freq="W-MON"), fill_value=0.0).astype("float64")


def forecast_features(weekly: pd.Series, season: int) -> pd.DataFrame:
    """Features of each week that were known `HORIZON_WEEKS` before it.

    Returns
    -------
    DataFrame
        Indexed like `weekly`: base (the naive forecast, currency); growth_4, growth_13 (log of the latest 4
        and 13 known weeks to the same weeks a season before, or to the base); peak (log of the base to its
        surroundings); sin_1, cos_1, sin_2, cos_2 (season of the year).
    """
    positive = weekly.where(weekly > 0)
    base = positive.shift(season)
    recent = {n: positive.shift(HORIZON_WEEKS).rolling(n, min_periods=max(2, n // 2)).mean() for n in (4, 13)}
    made = pd.DataFrame({"base": base})
    for weeks, level in recent.items():
        before = level.shift(season) if season >= SEASON_WEEKS else base
        made[f"growth_{weeks}"] = np.log(level / before)
    if season >= SEASON_WEEKS:
        # The weeks around last year's one are history by now, those after it too: 52 less 3 is more than the
        # horizon.
        around = positive.shift(season - 3).rolling(7, min_periods=4).mean()
        made["peak"] = np.log(base / around)
        angle = 2 * np.pi * np.asarray(weekly.index.day_of_year) / 365.25
        for harmonic in (1, 2):
            made[f"sin_{harmonic}"] = np.sin(harmonic * angle)
            made[f"cos_{harmonic}"] = np.cos(harmonic * angle)
    return made


def try_forecasting(weekly: pd.Series) -> ForecastTrial | None:
    """Put the two models on trial over the last weeks of a series.

    Parameters
    ----------
    weekly
        Result of `weekly_sales`.

    Returns
    -------
    ForecastTrial or None
        None where the series is too short to train and judge.
    """
    season = SEASON_WEEKS if len(weekly) >= SEASONAL_HISTORY else HORIZON_WEEKS
    features = forecast_features(weekly, season)
    correction = np.log(weekly.where(weekly > 0) / features["base"])
    usable = features.notna().all(axis=1) & correction.notna()
    x, y, base = features.drop(columns="base")[usable], correction[usable], features.loc[usable, "base"]
    trial_weeks = min(MAX_TRIAL_WEEKS, len(y) - MIN_TRAINING_WEEKS - HORIZON_WEEKS, len(y) // 2)
    if trial_weeks < MIN_TRIAL_WEEKS:
        return None
    parts = []
    for position in range(len(y) - trial_weeks, len(y), REFIT_WEEKS):
        # What is known at the origin: the weeks up to HORIZON_WEEKS before the first one forecast.
        known = y.index <= y.index[position] - pd.Timedelta(weeks=HORIZON_WEEKS)
        asked = slice(position, position + REFIT_WEEKS)
        part = pd.DataFrame({"week": y.index[asked], "actual": weekly[y.index[asked]].to_numpy()})
        part["naive"] = base.iloc[asked].to_numpy()
        linear = make_pipeline(StandardScaler(), Ridge(alpha=1.0)).fit(x[known], y[known])
        tree = DecisionTreeRegressor(max_depth=TREE_DEPTH, min_samples_leaf=8, random_state=SEED)
        tree.fit(x[known], y[known])
        for model, fitted in (("linear", linear), ("tree", tree)):
            part[model] = part["naive"] * np.exp(fitted.predict(x.iloc[asked]))
        parts.append(part)
    forecasts = pd.concat(parts, ignore_index=True)
    training = weekly[weekly.index < forecasts["week"].iloc[0]]
    scale = float((training - training.shift(season)).abs().mean())
    return ForecastTrial(forecasts, _forecast_scores(forecasts, scale), season)


def diebold_mariano(loss: np.ndarray, other: np.ndarray, horizon: int) -> float:
    """Two-sided p-value that two forecasts are equally good, for small samples; NaN for equal losses."""
    difference = loss - other
    n = len(difference)
    centred = difference - difference.mean()
    covariances = [centred[lag:] @ centred[: n - lag] / n for lag in range(min(horizon, n))]
    # Bartlett weights keep the long-run variance positive.
    weights = [1.0, *(2 * (1 - lag / horizon) for lag in range(1, len(covariances)))]
    variance = float(np.dot(weights, covariances)) / n
    if variance <= 0:
        return float("nan")
    correction = sqrt(max(n + 1 - 2 * horizon + horizon * (horizon - 1) / n, 1) / n)
    return float(2 * stats.t.sf(abs(correction * difference.mean() / sqrt(variance)), df=n - 1))


def _forecast_scores(forecasts: pd.DataFrame, scale: float) -> pd.DataFrame:
    errors = {m: (forecasts[m] - forecasts["actual"]).to_numpy() for m in MODELS}
    losses = {m: np.abs(e) for m, e in errors.items()}
    n, block = len(forecasts), 2 * HORIZON_WEEKS
    random = np.random.default_rng(SEED)
    starts = random.integers(0, max(n - block, 0) + 1, size=(RESAMPLES, -(-n // block)))
    drawn = (starts[:, :, None] + np.arange(min(block, n))).reshape(RESAMPLES, -1)[:, :n]
    rows = []
    for model in MODELS:
        mae = losses[model].mean()
        low = high = gain = 0.0
        p_value = float("nan")
        if model != "naive":
            gain = 1 - mae / losses["naive"].mean()
            gains = 1 - losses[model][drawn].mean(axis=1) / losses["naive"][drawn].mean(axis=1)
            low, high = np.quantile(gains, [0.025, 0.975])
            p_value = diebold_mariano(losses[model], losses["naive"], HORIZON_WEEKS)
        rows.append((model, mae, sqrt((errors[model] ** 2).mean()), mae / scale, gain, low, high, p_value))
    return pd.DataFrame(rows, columns=["model", "mae", "rmse", "mase", "gain", "low", "high", "p_value"])
