"""The calendar: years, quarters, months and ISO weeks, their parts, and what they are compared with.

A period is written `2025`, `2025Q4`, `2025-11` or `2025-W47`. Years and quarters follow the fiscal year: with
`fiscal_start=7`, `2022Q1` is July to September 2021 (a fiscal year is named after the calendar year it ends in,
as Diageo and Microsoft do). Months and weeks are calendar ones (ISO 8601 weeks).
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from brandops.errors import UserError


class Grain(StrEnum):
    """Length of a period."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"


_PATTERNS = {
    Grain.YEAR: re.compile(r"(\d{4})", re.ASCII),
    Grain.QUARTER: re.compile(r"(\d{4})Q([1-4])", re.ASCII),
    Grain.MONTH: re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII),
    Grain.WEEK: re.compile(r"(\d{4})-W(\d{2})", re.ASCII),
}


def add_months(day: date, months: int) -> date:
    """First day of the month `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True, order=True)
class Period:
    """A named stretch of days, both ends included."""

    start: date
    end: date
    grain: Grain
    label: str
    fiscal_start: int = 1

    def __str__(self) -> str:
        return self.label

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def days(self) -> int:
        """Number of days in the period."""
        return (self.end - self.start).days + 1

    def shift(self, periods: int) -> "Period":
        """The period of the same grain `periods` later (negative: earlier)."""
        if self.grain is Grain.WEEK:
            return period_of(self.start + timedelta(weeks=periods), Grain.WEEK, self.fiscal_start)
        months = {Grain.YEAR: 12, Grain.QUARTER: 3, Grain.MONTH: 1}[self.grain]
        return period_of(add_months(self.start, months * periods), self.grain, self.fiscal_start)

    def previous(self) -> "Period":
        """The period just before this one."""
        return self.shift(-1)

    def year_ago(self) -> "Period":
        """The same period one year earlier; week 53 compares with week 52."""
        if self.grain is Grain.WEEK:
            year, week = map(int, self.label.split("-W"))
            last = date(year - 1, 12, 28).isocalendar().week
            return parse_period(f"{year - 1}-W{min(week, last):02d}", self.fiscal_start)
        return self.shift({Grain.YEAR: -1, Grain.QUARTER: -4, Grain.MONTH: -12}[self.grain])

    def fiscal_year(self) -> "Period":
        """The fiscal year in which the period ends."""
        return period_of(self.end, Grain.YEAR, self.fiscal_start)

    def months(self) -> list["Period"]:
        """The calendar months that begin in the period (a week has the month it ends in)."""
        if self.grain is Grain.WEEK:
            return [period_of(self.end, Grain.MONTH, self.fiscal_start)]
        return self.split(Grain.MONTH)

    def quarters(self) -> list["Period"]:
        """The fiscal quarters the period lies in or consists of."""
        if self.grain in (Grain.MONTH, Grain.WEEK):
            return [period_of(self.end, Grain.QUARTER, self.fiscal_start)]
        return self.split(Grain.QUARTER)

    def split(self, grain: Grain) -> list["Period"]:
        """The periods of `grain` whose last day lies in this period, in order."""
        part, parts = period_of(self.start, grain, self.fiscal_start), []
        while part.start <= self.end:
            if self.start <= part.end <= self.end:
                parts.append(part)
            part = part.shift(1)
        return parts


def period_of(day: date, grain: Grain, fiscal_start: int = 1) -> Period:
    """Return the period of `grain` that holds `day`."""
    if grain is Grain.WEEK:
        year, week, weekday = day.isocalendar()
        start = day - timedelta(days=weekday - 1)
        return Period(start, start + timedelta(days=6), grain, f"{year}-W{week:02d}", fiscal_start)
    if grain is Grain.MONTH:
        start = day.replace(day=1)
        return Period(start, _last_day(start, 1), grain, f"{start:%Y-%m}", fiscal_start)
    months_into_year = (day.month - fiscal_start) % 12
    year_start = add_months(day, -months_into_year)
    year = year_start.year + (1 if fiscal_start > 1 else 0)
    if grain is Grain.YEAR:
        return Period(year_start, _last_day(year_start, 12), grain, f"{year:04d}", fiscal_start)
    quarter = months_into_year // 3
    start = add_months(year_start, 3 * quarter)
    return Period(start, _last_day(start, 3), grain, f"{year:04d}Q{quarter + 1}", fiscal_start)


def parse_period(text: str, fiscal_start: int = 1) -> Period:
    """Read a period's name.

    Raises
    ------
    UserError
        If `text` is none of `2025`, `2025Q4`, `2025-11`, `2025-W47`, or names a week its year does not have.
    """
    for grain, pattern in _PATTERNS.items():
        match = pattern.fullmatch(text)
        if not match:
            continue
        year = int(match[1])
        if year < 1900:
            break
        if grain is Grain.WEEK:
            week = int(match[2])
            if not 1 <= week <= date(year, 12, 28).isocalendar().week:
                raise UserError(f"PERIOD={text}: {year} has no ISO week {week}")
            return period_of(date.fromisocalendar(year, week, 1), grain, fiscal_start)
        if grain is Grain.MONTH:
            return period_of(date(year, int(match[2]), 1), grain, fiscal_start)
        first = date(year - (1 if fiscal_start > 1 else 0), fiscal_start, 1)
        quarter = int(match[2]) - 1 if grain is Grain.QUARTER else 0
        return period_of(add_months(first, 3 * quarter), grain, fiscal_start)
    raise UserError(f"PERIOD={text}: not a period; write a year 2025, quarter 2025Q4, month 2025-11 or week 2025-W47")


def latest_complete(grain: Grain, last_day: date, fiscal_start: int = 1) -> Period:
    """Return the last period of `grain` that has ended by `last_day` (the last day with data)."""
    period = period_of(last_day, grain, fiscal_start)
    return period if period.end <= last_day else period.previous()


def default_period(grain: Grain, first_day: date, last_day: date, fiscal_start: int = 1) -> Period:
    """Return the last period of `grain` that has ended in the data; where none has, the one under way.

    Data that begin in February and end in March hold no whole quarter: the one before them would be empty.
    """
    ended = latest_complete(grain, last_day, fiscal_start)
    return ended if ended.end >= first_day else period_of(last_day, grain, fiscal_start)


def _last_day(start: date, months: int) -> date:
    return add_months(start, months) - timedelta(days=1)
