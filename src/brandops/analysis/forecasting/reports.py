"""Tables the forecasting page shows: decomposition, one model against another, the backtest by year, interval scores."""

import numpy as np
import pandas as pd

from brandops.analysis.forecasting.backtesting import combine
from brandops.analysis.forecasting.engine import COMBINATION, backtest
from brandops.analysis.forecasting.events import with_events
from brandops.analysis.forecasting.local import seasonal_parts
from brandops.analysis.forecasting.outlook import MONTHS_FOR_SEASON, Outlook

YEARS_OF_BACKTEST = 3
WORTH_OF = ("category", "channel")
NAIVE = "seasonal_naive"
ORIGIN_EVERY = 3  # steps
TREND_STEPS = 13


def decompose(seen: Outlook) -> pd.DataFrame | None:
    """Trend, seasonal and remainder (currency) of the total by STL, with ds and y; None under two years of months."""
    history = seen.total_history
    if seen.step != "month" or len(history) <= MONTHS_FOR_SEASON:
        return None
    seasonal = seasonal_parts(history["y"].to_numpy(float)[None], 12)[0]
    left = history["y"] - seasonal
    trend = left.rolling(TREND_STEPS, center=True, min_periods=TREND_STEPS // 2).mean()
    return history[["ds", "y"]].assign(trend=trend, seasonal=seasonal, remainder=left - trend)


def against(rows: pd.DataFrame, model: str, other: str) -> pd.DataFrame:
    """How much smaller `model`'s mean absolute error is than `other`'s by series: unique_id, gain (fraction); largest first."""
    errors = rows.assign(error=(rows["y"] - rows["mean"]).abs()).groupby(["unique_id", "model"])["error"].mean().unstack()
    gain = 1 - errors[model] / errors[other].where(errors[other] > 0)
    return gain.rename("gain").dropna().reset_index().sort_values("gain", ascending=False, kind="stable", ignore_index=True)


def worth_in_combination(seen: Outlook, model: str) -> float:
    """How much larger the combination's mean absolute scaled error in the backtest is without `model`, a fraction; NaN: none."""
    trial = seen.forecasts.trial
    if np.isnan(trial.actual).all():
        return float("nan")
    without, whole = (
        np.nanmean(np.abs(made - trial.actual) / trial.scale[:, None]) for made in (combine(trial, model), trial.combined)
    )
    return float(without / whole - 1) if whole > 0 else float("nan")


def years_of_backtest(seen: Outlook) -> pd.DataFrame:
    """Backtest rows since January of the third last whole year where two years of months come before; else those there are."""
    step, horizon = ORIGIN_EVERY, int(seen.backtest["step"].max())
    dates = seen.total_history["ds"]
    after = dates.iloc[-1] + pd.offsets.MonthBegin()
    months = YEARS_OF_BACKTEST * 12 + after.month - 1
    if seen.step != "month" or len(dates) < months + MONTHS_FOR_SEASON:
        return seen.backtest
    windows = (months - horizon) // step + 1
    long, future = seen.history[["unique_id", "ds", "y"]], None
    if seen.forecasts.panel.regressors is not None:
        long, future = with_events(long, horizon)
    rows = backtest(long, horizon, windows, 12, future=future, step=step)
    return rows.merge(seen.history.drop_duplicates("unique_id")[["unique_id", "dimension", "part"]], on="unique_id")


def of_total(rows: pd.DataFrame, model: str = COMBINATION) -> pd.DataFrame:
    """The backtest rows of the total's forecasts, origin by origin."""
    return rows[(rows["dimension"] == "total") & (rows["model"] == model)].sort_values(["origin", "ds"], ignore_index=True)


def worth_by_part(rows: pd.DataFrame, dimensions: tuple[str, ...] = WORTH_OF, model: str = COMBINATION) -> pd.DataFrame:
    """What forecasting each part was worth by year of what came: `outlook.worth`, part by part.

    Returns
    -------
    DataFrame
        dimension, part, year, naive, forecast (mean absolute error of a step, currency), gain (1 less their ratio),
        relative (the forecast's error to what a step sold), sold (mean of a step, currency); largest parts first.
    """
    part = rows[rows["dimension"].isin(dimensions) & rows["model"].isin([NAIVE, model])]
    part = part.assign(error=(part["y"] - part["mean"]).abs(), year=pd.to_datetime(part["ds"]).dt.year)
    keys = ["dimension", "part", "year"]
    wide = part.pivot_table(index=keys, columns="model", values="error", aggfunc="mean")
    found = pd.DataFrame({"naive": wide.get(NAIVE), "forecast": wide.get(model)}, index=wide.index)
    found["gain"] = 1 - found["forecast"] / found["naive"].where(found["naive"] > 0)
    found["sold"] = part.groupby(keys)["y"].mean()
    found["relative"] = found["forecast"] / found["sold"].where(found["sold"] > 0)
    found = found.reset_index()
    rank = {name: at for at, name in enumerate(dimensions)}
    found["_size"] = found.groupby(["dimension", "part"])["sold"].transform("mean")
    found = found.sort_values(["dimension", "_size", "part", "year"], ascending=[True, False, True, True], kind="stable",
                              key=lambda c: c.map(rank) if c.name == "dimension" else c, ignore_index=True)  # fmt: skip
    return found.drop(columns="_size")


def replaced(seen: Outlook) -> pd.DataFrame:
    """unique_id, dimension, part, model, reason: where the seasonal naive rule stands in for a model in the forecast."""
    names = seen.history.drop_duplicates("unique_id")[["unique_id", "dimension", "part"]]
    return seen.forecasts.fallbacks.merge(names, on="unique_id", how="left")


def interval_scores(seen: Outlook, levels: tuple[int, ...] = (80, 95)) -> dict[int, float]:
    """Mean scaled interval score (Gneiting & Raftery 2007; in mean absolute seasonal differences) in the backtest, by level."""
    found = seen.forecasts
    return {level: found.backtest_score(level) for level in levels}
