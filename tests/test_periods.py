"""The calendar's claims: names, parts, comparisons and fiscal years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandops.errors import UserError
from brandops.periods import Grain, add_months, default_period, latest_complete, parse_period, period_of

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
fiscal_starts = st.integers(1, 12)


@pytest.mark.parametrize(
    ("name", "fiscal_start", "start", "end"),
    [
        ("2025", 1, date(2025, 1, 1), date(2025, 12, 31)),
        ("2025Q4", 1, date(2025, 10, 1), date(2025, 12, 31)),
        ("2024-02", 1, date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-W01", 1, date(2024, 12, 30), date(2025, 1, 5)),
        ("2020-W53", 1, date(2020, 12, 28), date(2021, 1, 3)),
        ("2022", 7, date(2021, 7, 1), date(2022, 6, 30)),
        ("2022Q1", 7, date(2021, 7, 1), date(2021, 9, 30)),
        ("2022Q3", 7, date(2022, 1, 1), date(2022, 3, 31)),
        ("2024Q4", 4, date(2024, 1, 1), date(2024, 3, 31)),
    ],
)
def test_a_name_means_its_days(name, fiscal_start, start, end):
    period = parse_period(name, fiscal_start)
    assert (period.start, period.end, str(period)) == (start, end, name)


@pytest.mark.parametrize("name", ["", "25", "2025Q5", "2025Q0", "2025-13", "2025-00", "2025-W54", "2025-W00", "2025-W53",
                                  "2025q4", "2025 Q4", "2025-1", "latest", "0000", "2025Q4 ", "２０２５"])  # fmt: skip
def test_what_is_no_period_is_refused_with_the_ways_to_write_one(name):
    with pytest.raises(UserError, match=r"PERIOD=.*(2025-W47|no ISO week)"):
        parse_period(name)


@given(days, st.sampled_from(list(Grain)), fiscal_starts)
def test_a_period_holds_its_day_and_its_name_reads_back(day, grain, fiscal_start):
    period = period_of(day, grain, fiscal_start)
    assert day in period
    assert parse_period(period.label, fiscal_start) == period


@given(days, st.sampled_from(list(Grain)), fiscal_starts, st.integers(-30, 30))
def test_shifting_there_and_back_returns_and_neighbours_touch(day, grain, fiscal_start, steps):
    period = period_of(day, grain, fiscal_start)
    assert period.shift(steps).shift(-steps) == period
    assert period.previous().end + timedelta(days=1) == period.start


@given(days, fiscal_starts)
def test_quarters_and_months_make_up_the_fiscal_year(day, fiscal_start):
    year = period_of(day, Grain.YEAR, fiscal_start)
    assert year.start.month == fiscal_start
    for parts, number in ((year.quarters(), 4), (year.months(), 12)):
        assert len(parts) == number
        assert sum(part.days for part in parts) == year.days
    assert all(quarter.fiscal_year() == year for quarter in year.quarters())


@given(days, fiscal_starts)
def test_a_week_belongs_to_the_month_it_ends_in_so_that_every_week_is_counted_once(day, fiscal_start):
    year = period_of(day, Grain.YEAR, fiscal_start)
    weeks = [week for month in year.months() for week in month.split(Grain.WEEK)]
    assert len({week.label for week in weeks}) == len(weeks) in (52, 53)


@pytest.mark.parametrize(
    ("name", "before"),
    [("2025Q1", "2024Q1"), ("2025-02", "2024-02"), ("2025", "2024"), ("2025-W47", "2024-W47"), ("2026-W53", "2025-W52")],
)
def test_a_year_ago_is_the_same_period_of_the_last_year(name, before):
    assert parse_period(name).year_ago().label == before


def test_only_a_period_that_has_ended_is_complete():
    assert latest_complete(Grain.QUARTER, date(2025, 12, 31)).label == "2025Q4"
    assert latest_complete(Grain.QUARTER, date(2025, 12, 30)).label == "2025Q3"
    assert latest_complete(Grain.QUARTER, date(2022, 10, 31), fiscal_start=7).label == "2023Q1"


def test_months_are_counted_across_years():
    assert add_months(date(2025, 11, 30), 3) == date(2026, 2, 1)
    assert add_months(date(2025, 1, 31), -1) == date(2024, 12, 1)


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        (date(2022, 1, 1), date(2025, 12, 31), "2025Q4"),
        (date(2022, 1, 1), date(2025, 11, 30), "2025Q3"),
        (date(2025, 2, 3), date(2025, 3, 20), "2025Q1"),
        (date(2024, 12, 31), date(2025, 2, 1), "2024Q4"),
    ],
)
def test_the_default_is_the_latest_whole_quarter_or_where_the_data_hold_none_the_one_under_way(first, last, wanted):
    assert default_period(Grain.QUARTER, first, last).label == wanted
