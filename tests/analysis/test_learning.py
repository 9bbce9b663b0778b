"""The forecasting trial: no look-ahead, a fair baseline, honest tests of the gain."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.learning import (
    HORIZON_WEEKS,
    SEASON_WEEKS,
    diebold_mariano,
    forecast_features,
    try_forecasting,
    weekly_sales,
)


def series(weeks: int, growth: float = 0.0, noise: float = 0.05) -> pd.Series:
    """Weekly sales with a yearly season, a yearly growth rate and log-normal noise."""
    random = np.random.default_rng(3)
    t = np.arange(weeks)
    level = 1000 * (1 + growth) ** (t / 52) * (1 + 0.3 * np.sin(2 * np.pi * t / 52))
    monday = pd.date_range("2021-01-04", periods=weeks, freq="W-MON")
    return pd.Series(level * np.exp(random.normal(0, noise, weeks)), index=monday)


def test_weeks_are_complete_and_a_silent_week_is_zero():
    days = pd.date_range("2025-01-01", "2025-02-05")  # a Wednesday to a Wednesday
    frame = pd.DataFrame({"date": days, "net_sales": 1.0})
    frame = frame[~frame["date"].between("2025-01-13", "2025-01-19")]
    weekly = weekly_sales(frame, pd.Timestamp("2025-02-05"))
    assert weekly.index[0] == pd.Timestamp("2025-01-06")
    assert weekly.tolist() == [7.0, 0.0, 7.0, 7.0]
    assert weekly_sales(frame, pd.Timestamp("2025-01-25")).index[-1] == pd.Timestamp("2025-01-13")


@pytest.mark.parametrize("season", [SEASON_WEEKS, HORIZON_WEEKS])
def test_features_of_a_week_do_not_change_with_anything_later_than_its_origin(season):
    weekly = series(150)
    week = 120
    changed = weekly.copy()
    changed.iloc[week - HORIZON_WEEKS + 1 :] *= 7
    before, after = (forecast_features(s, season).iloc[week] for s in (weekly, changed))
    pd.testing.assert_series_equal(before, after)
    changed.iloc[week - HORIZON_WEEKS] *= 7
    assert not before.equals(forecast_features(changed, season).iloc[week])


def test_forecasts_do_not_change_with_the_future():
    weekly = series(150, growth=0.2)
    changed = weekly.copy()
    changed.iloc[-1] *= 9
    before, after = (try_forecasting(s).forecasts for s in (weekly, changed))
    models = ["naive", "linear", "tree"]
    pd.testing.assert_frame_equal(before[models], after[models])


def test_the_models_beat_last_year_where_sales_grow():
    scores = try_forecasting(series(208, growth=0.3)).scores.set_index("model")
    assert scores.loc["linear", "low"] > 0.2
    assert scores.loc["linear", "p_value"] < 0.01
    assert scores.loc["tree", "gain"] > 0.2
    assert scores.loc["naive", "gain"] == 0


def test_no_gain_is_claimed_where_last_year_simply_repeats():
    year = series(52, noise=0.1).to_numpy()
    monday = pd.date_range("2021-01-04", periods=208, freq="W-MON")
    scores = try_forecasting(pd.Series(np.tile(year, 4), index=monday)).scores.set_index("model")
    assert scores.loc["naive", "mae"] == pytest.approx(0, abs=1e-9)
    assert (scores.loc[["linear", "tree"], "mae"] < 1).all()


def test_a_short_history_falls_back_to_the_latest_week_and_a_shorter_one_to_nothing():
    assert try_forecasting(series(208)).season == SEASON_WEEKS
    assert try_forecasting(series(52)).season == HORIZON_WEEKS
    assert try_forecasting(series(20)) is None
    assert try_forecasting(pd.Series(dtype="float64")) is None


def test_the_trial_gives_the_same_numbers_twice():
    once, twice = try_forecasting(series(140)), try_forecasting(series(140))
    pd.testing.assert_frame_equal(once.scores, twice.scores)


def test_diebold_mariano_rejects_equal_forecasts_at_its_nominal_rate():
    random = np.random.default_rng(11)
    p_values = [diebold_mariano(*random.exponential(1, (2, 80)), 4) for _ in range(400)]
    assert 0.02 <= np.mean(np.array(p_values) < 0.05) <= 0.12
    assert diebold_mariano(random.exponential(2, 80), random.exponential(1, 80), 4) < 0.05
    assert np.isnan(diebold_mariano(np.ones(50), np.ones(50), 4))
