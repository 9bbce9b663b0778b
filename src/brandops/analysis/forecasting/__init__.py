"""The forecasting engine: `forecast`, `fit`, `backtest` (plan section 3)."""

import warnings

with warnings.catch_warnings():  # statsforecast's progress bar complains where a notebook has no widgets; none is shown
    warnings.filterwarnings("ignore", message="IProgress not found")
    import tqdm.auto  # noqa: F401

from brandops.analysis.forecasting.candidates import MODELS
from brandops.analysis.forecasting.engine import COMBINATION, Forecasts, backtest, fit, forecast

__all__ = ["COMBINATION", "MODELS", "Forecasts", "backtest", "fit", "forecast"]
