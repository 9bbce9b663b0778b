"""Shifts of demand: as rarely found where there is none as stated, found where there is one."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import change_points

WEEKS = pd.date_range("2022-01-03", periods=200, freq="7D", name="week")
SERIES = 5


def seasonal(seed: int, kept: float, series: int = SERIES) -> pd.DataFrame:
    """Weekly sales without a shift: a trend, a season, noise of 10 % of which a share lasts."""
    rng = np.random.default_rng(seed)
    at = WEEKS.dayofyear.to_numpy() / 365.25 * 2 * np.pi
    made = {}
    for number in range(series):
        noise = rng.normal(0, 0.1, len(WEEKS))
        for week in range(1, len(WEEKS)):
            noise[week] = kept * noise[week - 1] + np.sqrt(1 - kept**2) * noise[week]
        log = 9 + 0.001 * np.arange(len(WEEKS)) + 0.3 * np.sin(at + number) + 0.1 * np.cos(2 * at) + noise
        made[f"series {number}"] = np.exp(log)
    return pd.DataFrame(made, index=WEEKS)


@pytest.mark.parametrize("kept", [0.0, 0.3])
def test_pages_without_a_shift_show_one_as_rarely_as_stated(kept):
    pages = 150
    alarmed = sum(len(change_points.shifts(seasonal(seed, kept), 0.05, follow=False)) > 0 for seed in range(pages))
    error = np.sqrt(0.05 * 0.95 / pages)
    assert alarmed / pages <= 0.05 + 3 * error
    if kept == 0:
        assert alarmed / pages >= 0.05 - 3 * error, "a penalty too high would never alarm"


def test_a_shift_is_found_in_its_week_with_its_size_and_no_other_series_has_one():
    weekly = seasonal(1, 0.2)
    weekly.loc["2024-03-04":"2024-09-29", "series 2"] *= 0.65
    found = change_points.shifts(weekly)
    assert set(found["series"]) == {"series 2"} and len(found) == 2
    first = found.sort_values("starts_on").iloc[0]
    assert abs((first["starts_on"] - pd.Timestamp("2024-03-04")).days) <= 14
    assert first["low"] <= -0.35 <= first["high"] and not first["going_on"]
    assert first["money"] < 0 and first["money_low"] < first["money"] < first["money_high"]
    assert first["seen_on"] > first["starts_on"] and first["delay_days"] == (first["seen_on"] - first["starts_on"]).days


def test_what_a_search_saw_first_does_not_depend_on_what_came_later():
    weekly = seasonal(4, 0.0, series=1)
    weekly.iloc[120:] *= 0.5
    penalty = change_points.critical_penalty(str(WEEKS[0].date()), len(WEEKS), 0.05)
    seen = change_points._first_seen(weekly["series 0"], 120, penalty, False)
    shorter = weekly["series 0"].loc[: seen + pd.Timedelta(days=7)]
    assert change_points._first_seen(shorter, 120, penalty, False) == seen


def test_a_channels_opening_is_no_shift():
    days = pd.date_range("2022-01-01", "2025-06-30")
    old = pd.DataFrame({"date": days, "channel_id": "mall", "net_sales": 10.0})
    new = pd.DataFrame({"date": days[700:], "channel_id": "app", "net_sales": 10.0})
    assert set(change_points.comparable(pd.concat([old, new]))["channel_id"]) == {"mall"}


def test_peak_days_are_left_out_and_a_week_keeps_its_size():
    days = pd.date_range("2024-10-28", "2024-11-17")
    daily = pd.DataFrame({"date": days, "category": "Hair", "net_sales": np.where(days == "2024-11-11", 5000.0, 100.0)})
    weekly = change_points.weekly_series(daily, ["category"], days[-1], chinese_events=True)
    assert weekly["Hair"].tolist() == [700.0, 700.0, 700.0]
    assert change_points.weekly_series(daily, ["category"], days[-1])["Hair"].tolist() == [700.0, 700.0, 5600.0]
    short = change_points.shifts(weekly)
    assert short.empty and list(short) == change_points.COLUMNS
