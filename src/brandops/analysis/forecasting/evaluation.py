"""How good forecasts were: errors by step, ranks with a test of significance, coverage of the intervals, residuals.

All from the rows `backtest` returns (or `engine.trial_table`): unique_id, model, origin, step, y, mean, scale.
"""

import numpy as np
import pandas as pd
from scipy import stats
from statsforecast.models import ARIMA, AutoARIMA, AutoETS
from statsmodels.stats.diagnostic import acorr_ljungbox

from brandops.analysis.forecasting.calibration import Calibration, quantile_of_others
from brandops.analysis.learning import diebold_mariano

SIGNIFICANCE = 0.05


def accuracy(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """MSE, RMSE, MAE (units of y), sMAPE (fraction, 0 to 2) and MASE by the columns `by`, in their order."""
    error = table["y"] - table["mean"]
    size = table["y"].abs() + table["mean"].abs()
    parts = table[by].assign(
        mse=error**2, mae=error.abs(), smape=(2 * error.abs() / size.where(size > 0)).fillna(0), mase=error.abs() / table["scale"]
    )
    found = parts.groupby(by, sort=True).mean().reset_index()
    found.insert(len(by) + 1, "rmse", np.sqrt(found["mse"]))
    return found


def ranking(table: pd.DataFrame) -> pd.DataFrame:
    """Models by mean rank over the cases (series × origin), with multiple comparisons with the best.

    Two models whose mean ranks differ by less than Nemenyi's critical distance cannot be told apart (MCB as in Koning et al.
    2005). Overlapping origins are not independent, so a series counts once, with its mean error over origins.

    Returns
    -------
    DataFrame
        model, mase, mean_rank, low, high (interval of half a critical distance to each side), tied (with the best),
        p_value (Diebold–Mariano against the best, on the mean scaled error by origin; NaN for the best); best first.
    """
    scaled = table.assign(error=(table["y"] - table["mean"]).abs() / table["scale"])
    cases = scaled.pivot_table(index="unique_id", columns="model", values="error", aggfunc="mean").dropna()
    ranks = cases.rank(axis=1).mean()
    count, models = len(cases), len(cases.columns)
    distance = stats.studentized_range.ppf(1 - SIGNIFICANCE, models, np.inf) / np.sqrt(2)
    distance *= np.sqrt(models * (models + 1) / (6 * count))
    found = pd.DataFrame({"model": ranks.index, "mase": cases.mean().to_numpy(), "mean_rank": ranks.to_numpy()})
    found["low"], found["high"] = found["mean_rank"] - distance / 2, found["mean_rank"] + distance / 2
    found = found.sort_values(["mase", "mean_rank"], kind="stable", ignore_index=True)
    found["tied"] = found["low"] <= found["high"].iloc[0]
    by_origin = scaled.pivot_table(index="origin", columns="model", values="error", aggfunc="mean").sort_index()
    best, horizon = found["model"].iloc[0], int(table["step"].max())
    found["p_value"] = [
        np.nan if m == best else diebold_mariano(by_origin[m].to_numpy(), by_origin[best].to_numpy(), min(horizon, 3))
        for m in found["model"]
    ]
    return found


def coverage(calibration: Calibration, levels: tuple[int, ...] = (80, 95)) -> pd.DataFrame:
    """Share of backtest errors inside the intervals that the *other* origins' errors gave.

    Returns
    -------
    DataFrame
        level (percent), step (0: all), coverage, low, high (95 % interval over origins and series), cases.
    """
    errors = np.abs(calibration.errors)
    rows = []
    for level in levels:
        inside = np.full(errors.shape, np.nan)
        for origin in range(len(errors)):
            count = int((~np.isnan(np.delete(errors, origin, axis=0)[:, :, 0])).sum())
            bound = quantile_of_others(errors, origin, min(level / 100 * (1 + 1 / max(count, 1)), 1.0))
            inside[origin] = np.where(np.isnan(errors[origin] + bound), np.nan, errors[origin] <= bound)
        for step in range(errors.shape[2] + 1):
            part = inside if step == 0 else inside[:, :, step - 1 : step]
            if np.isnan(part).all():
                continue
            clusters = np.array([np.nanmean(one) for one in part if not np.isnan(one).all()])
            wide = (
                stats.t.ppf(0.975, max(len(clusters) - 1, 1)) * clusters.std(ddof=1) / np.sqrt(len(clusters))
                if len(clusters) > 1
                else 0.5
            )
            value = float(np.nanmean(part))
            rows.append((level, step, value, max(value - wide, 0.0), min(value + wide, 1.0), int((~np.isnan(part)).sum())))
    return pd.DataFrame(rows, columns=["level", "step", "coverage", "low", "high", "cases"])


def information_criteria(series: pd.Series, season: int) -> pd.DataFrame:
    """AIC, AICc and BIC of ETS and ARIMA as statsforecast selects them; each is comparable within its family only.

    Returns
    -------
    DataFrame
        family, form, parameters, aic, aicc, bic; empty where a series is too short for both.
    """
    y = series.to_numpy(float)
    rows = []
    for family, model in (("ets", AutoETS(season_length=season)), ("ets", AutoETS(season_length=season, damped=True)),
                          ("arima", AutoARIMA(season_length=season, max_p=2, max_q=2)),
                          ("arima", ARIMA(order=(0, 1, 1), seasonal_order=(0, 1, 1), season_length=season))):  # fmt: skip
        try:
            fitted = model.fit(y).model_
        except (ValueError, RuntimeError, np.linalg.LinAlgError):
            continue
        if family == "ets":
            form, count = fitted["method"], int(fitted.get("n_params", len(fitted["par"])))
        else:
            p, q, sp, sq, _m, d, sd = fitted["arma"]
            form, count = f"ARIMA({p},{d},{q})({sp},{sd},{sq})", len(fitted["coef"]) + 1
        rows.append((family, form, count, float(fitted["aic"]), float(fitted["aicc"]), float(fitted["bic"])))
    found = pd.DataFrame(rows, columns=["family", "form", "parameters", "aic", "aicc", "bic"])
    return found.drop_duplicates("form").sort_values(["family", "aicc"], ignore_index=True)


def residual_checks(table: pd.DataFrame) -> pd.Series:
    """One-step errors of one series and model, relative to what came: mean, its p-value, autocorrelation's p-value, largest."""
    first = table[table["step"] == 1].sort_values("origin")
    error = ((first["y"] - first["mean"]) / first["y"].abs().where(first["y"] != 0)).dropna().to_numpy()
    if len(error) < 4 or np.ptp(error) == 0:  # errors that are all the same have neither spread nor memory
        return pd.Series({"count": len(error), "bias": np.nan, "bias_p": np.nan, "ljung_box_p": np.nan, "largest": np.nan})
    lags = min(4, len(error) // 2 - 1)
    ljung = float(acorr_ljungbox(error, lags=[max(lags, 1)])["lb_pvalue"].iloc[0])
    return pd.Series({"count": len(error), "bias": error.mean(), "bias_p": float(stats.ttest_1samp(error, 0).pvalue),
                      "ljung_box_p": ljung, "largest": float(np.abs(error).max())})  # fmt: skip
