"""A period's forecast is the sum of its steps' paths; a part of a week counts by its days."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.forecasting.period import period_ahead
from brandops.periods import parse_period


def seen(step: str, dates: pd.DatetimeIndex, mean: float = 100.0, spread: float = 10.0) -> SimpleNamespace:
    rng = np.random.default_rng(7)
    shock = rng.normal(0, spread, (4000, 1))  # errors that run on: every step is off by the same
    total = pd.DataFrame({"ds": dates, "mean": mean})
    return SimpleNamespace(step=step, total=total, paths=mean + np.repeat(shock, len(dates), axis=1))


def test_errors_that_run_on_are_not_averaged_away():
    ahead = period_ahead(seen("month", pd.date_range("2026-01-01", periods=6, freq="MS")), parse_period("2026Q1"))
    assert ahead.mean == pytest.approx(300)
    assert (ahead.high - ahead.low) == pytest.approx(2 * 1.2816 * 30, rel=0.05)  # three times one step's, not its root
    assert ahead.probability(300) == pytest.approx(0.5, abs=0.02)


def test_a_week_shared_with_the_neighbour_counts_by_its_days():
    weeks = seen("week", pd.date_range("2025-12-29", periods=20, freq="W-MON"), mean=70.0)
    ahead = period_ahead(weeks, parse_period("2026-01"))
    assert ahead.mean == pytest.approx(31 * 10)


def test_a_period_the_forecast_does_not_reach_over_has_none():
    months = seen("month", pd.date_range("2026-01-01", periods=6, freq="MS"))
    assert period_ahead(months, parse_period("2026")) is None
    assert period_ahead(months, parse_period("2025Q4")) is None
    assert period_ahead(None, parse_period("2026Q1")) is None
