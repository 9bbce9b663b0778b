"""The forecasting engine: `forecast`, `fit`, `backtest` (plan section 3)."""

from brandops.analysis.forecasting.candidates import MODELS
from brandops.analysis.forecasting.engine import COMBINATION, Forecasts, backtest, fit, forecast

__all__ = ["COMBINATION", "MODELS", "Forecasts", "backtest", "fit", "forecast"]
