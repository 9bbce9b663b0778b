"""Trends are of whole periods the data hold, and compare only what has a year before."""

from datetime import date

import pandas as pd
import pytest

from brandops.analysis import summary_trends as trends
from brandops.analysis import year
from brandops.analysis.summary_outlook import fan_frames, margin_rate
from brandops.periods import parse_period

DAILY = pd.DataFrame({"date": pd.date_range("2023-04-01", "2025-12-31")}).assign(
    net_sales=lambda frame: 100.0 * 1.1 ** (frame["date"].dt.year - 2023)
)
MONTHLY = DAILY.assign(month=DAILY["date"].dt.to_period("M").dt.to_timestamp()).groupby("month", as_index=False)["net_sales"].sum()


def test_a_trend_begins_with_the_first_whole_period():
    sold = trends.net_sales(DAILY, parse_period("2025Q4"), steps=20)
    assert sold["period"].iloc[0] == "2023Q2" and len(sold) == 11
    assert sold["value"].iloc[0] == pytest.approx(91 * 100)


def test_growth_needs_the_same_period_a_year_before():
    grown = trends.growth(DAILY, parse_period("2025Q4"), steps=20)
    assert grown["period"].iloc[0] == "2024Q2"
    assert grown["value"].iloc[-1] == pytest.approx(0.1)


def test_buyers_of_the_first_year_of_data_are_not_called_new():
    first = pd.DataFrame({"date": pd.date_range("2024-01-01", "2025-12-31"), "new_customers": 1})
    won = trends.new_customers(first, parse_period("2025Q4"), date(2024, 1, 1))
    assert list(won["period"]) == ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]
    assert won["value"].iloc[0] == 90


def test_two_periods_are_no_trend_and_no_sales_none():
    assert trends.net_sales(DAILY[DAILY["date"] >= "2025-07-01"], parse_period("2025Q4")).empty
    assert trends.net_sales(DAILY.head(0), parse_period("2025Q4")).empty


def test_the_plan_of_a_coming_quarter_is_its_months_and_the_fan_shows_them():
    plan = year.year_plan(MONTHLY, DAILY, parse_period("2026"), date(2025, 12, 31), 0.2)
    coming = parse_period("2026Q1")
    wanted = year.planned(coming, plan)
    ahead = pd.DataFrame({"ds": pd.date_range("2026-01-01", periods=6, freq="MS"), "mean": 1.0})
    history, _ahead, targets = fan_frames(MONTHLY, DAILY, ahead, plan, coming)
    assert targets["target"].sum() == pytest.approx(wanted)
    assert 0.8 * wanted < DAILY.loc[DAILY["date"].between("2025-01-01", "2025-03-31"), "net_sales"].sum() * 1.2 < 1.2 * wanted
    assert history["ds"].max() == pd.Timestamp("2025-12-01")
    assert year.planned(parse_period("2027Q1"), plan) != year.planned(parse_period("2027Q1"), plan)  # no plan: NaN


def test_the_margin_is_that_of_the_last_twelve_months_with_a_known_cost():
    sales = pd.DataFrame({"month": pd.to_datetime(["2024-06-01", "2025-06-01", "2025-07-01"]), "net_sales": [100.0, 100.0, 50.0],
                          "cost": [90.0, 40.0, None]})  # fmt: skip
    assert margin_rate(sales, pd.Timestamp("2025-12-31")) == pytest.approx(0.6)
    assert margin_rate(sales.assign(cost=None), pd.Timestamp("2025-12-31")) != margin_rate(
        sales.assign(cost=None), pd.Timestamp("2025-12-31")
    )
