"""A fiscal year that starts in July: the target, its months and every comparison follow it, not the calendar."""

from datetime import date

import pandas as pd
import pytest

from brandops.analysis.year import comparable, span, year_plan
from brandops.periods import Grain, latest_complete, parse_period

DAYS = pd.date_range("2022-07-01", "2024-09-30")
AS_OF = date(2024, 9, 30)
FIRST_QUARTER = parse_period("2025Q1", 7)


@pytest.fixture
def daily():
    """1.00 a day in fiscal 2023, 2.00 in fiscal 2024, 3.00 since July 2024."""
    return pd.DataFrame({"date": DAYS, "net_sales": 1.0 + (DAYS >= "2023-07-01") + (DAYS >= "2024-07-01")})


@pytest.fixture
def monthly(daily):
    return daily.groupby(daily["date"].dt.to_period("M").dt.to_timestamp().rename("month"))["net_sales"].sum().reset_index()


def test_the_latest_complete_quarter_is_the_fiscal_years_first():
    assert latest_complete(Grain.QUARTER, AS_OF, 7) == FIRST_QUARTER
    assert (FIRST_QUARTER.start, FIRST_QUARTER.end) == (date(2024, 7, 1), AS_OF)


def test_the_quarter_is_compared_with_the_same_quarter_of_the_fiscal_year_before(daily, monthly):
    before = comparable(monthly, FIRST_QUARTER)
    assert (before.label, before.start, before.end) == ("2024Q1", date(2023, 7, 1), date(2023, 9, 30))
    measured = span(FIRST_QUARTER, AS_OF, daily, None)
    assert (measured.actual, measured.last_year, measured.growth) == (92 * 3.0, 92 * 2.0, 0.5)


def test_the_target_is_the_fiscal_years_before_and_is_phased_from_july(daily, monthly):
    plan = year_plan(monthly, daily, FIRST_QUARTER.fiscal_year(), AS_OF, 0.1)
    assert plan.planned["target"].sum() == pytest.approx(366 * 2.0 * 1.1)
    assert plan.planned["month"].tolist() == list(pd.date_range("2024-07-01", periods=12, freq="MS"))
