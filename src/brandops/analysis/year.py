"""The year's plan in one piece: target, phasing by month and day, and where the year stands (plan section 1)."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from brandops.analysis.checkpoints import daily_plan, elapsed_share
from brandops.analysis.goals import (
    AnnualTarget,
    Progress,
    annual_target,
    attainment,
    planned_months,
    progress,
    seasonal_index,
    total_between,
)
from brandops.periods import Grain, Period


@dataclass(frozen=True)
class YearPlan:
    """A fiscal year's target phased to months (`planned`, `index`) and days (`days`), and its standing.

    `elapsed` is the share of the as-of month's target that falls on its days so far. The frames are those of
    `goals.planned_months`, `goals.seasonal_index` and `checkpoints.daily_plan`.
    """

    target: AnnualTarget
    index: pd.DataFrame = field(repr=False)
    planned: pd.DataFrame = field(repr=False)
    days: pd.DataFrame = field(repr=False)
    elapsed: float
    standing: Progress


@dataclass(frozen=True)
class Span:
    """Net sales of a period as far as it has run, in currency: actual, plan of the same days, the days a year ago.

    `last_year` and `target` are NaN where the data do not reach back.
    """

    actual: float
    target: float
    last_year: float

    @property
    def attainment(self) -> float:
        """Actual to plan, a fraction; NaN without a plan."""
        return self.actual / self.target if self.target > 0 else np.nan

    @property
    def growth(self) -> float:
        """Growth on the year before, a fraction; NaN where that is not known."""
        return self.actual / self.last_year - 1 if self.last_year > 0 else np.nan

    @property
    def gap(self) -> float:
        """Actual minus plan, currency."""
        return self.actual - self.target


def year_plan(
    monthly: pd.DataFrame, daily: pd.DataFrame, year: Period, as_of: date, growth: float,
    weights: list[float] | None = None,
) -> YearPlan | None:  # fmt: skip
    """Phase the year's target and measure the year against it; None where last year is not wholly in the data.

    Parameters
    ----------
    monthly, daily
        Net sales by `month` and by `date`, many rows each allowed.
    growth
        Growth the plan asks for, a fraction.
    weights
        Twelve monthly weights that replace the seasonal index of history.
    """
    target = annual_target(monthly, year, growth)
    if target is None:
        return None
    index = seasonal_index(monthly, year, weights)
    whole = planned_months(monthly, target, index, as_of)
    days = daily_plan(daily, whole[["month", "target"]], as_of)
    elapsed = elapsed_share(days, as_of)
    planned = planned_months(monthly, target, index, as_of, elapsed=elapsed)
    return YearPlan(target, index, planned, days, elapsed, progress(days, daily, target, as_of))


def span(period: Period, as_of: date, daily: pd.DataFrame, plan: YearPlan | None) -> Span:
    """Measure `period` up to `as_of`; its plan is known where the period lies in the plan's year."""
    stop = min(period.end, as_of)
    target = np.nan
    if plan is not None and plan.target.year.start <= period.start:
        within = plan.days["date"].between(pd.Timestamp(period.start), pd.Timestamp(stop))
        target = float(plan.days.loc[within, "target"].sum())
    before = period.year_ago()
    last = before.start + (stop - period.start) if stop < period.end else before.end
    reaches = not daily.empty and daily["date"].min() <= pd.Timestamp(before.start)
    last_year = total_between(daily, before.start, min(last, before.end)) if reaches else np.nan
    return Span(total_between(daily, period.start, stop), target, last_year)


def by_part(
    plan: YearPlan, monthly: pd.DataFrame, columns: list[str], period: Period, as_of: date, sales_plan: pd.DataFrame | None
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Attainment of the period by the parts of each of `columns` that has more than one, largest shortfall first.

    A week is judged by its quarter. `sales_plan` names channels by id; `monthly` has their names.
    """
    if sales_plan is not None:
        names = monthly[["channel_id", "channel"]].drop_duplicates("channel_id").set_index("channel_id")["channel"]
        sales_plan = sales_plan.assign(channel=sales_plan["channel_id"].map(names).fillna(sales_plan["channel_id"]))
    periods = period.quarters() if period.grain is Grain.WEEK else [period]
    tables = {}
    for column in columns:
        if monthly[column].nunique() > 1:
            parts = planned_months(monthly, plan.target, plan.index, as_of, column, sales_plan, plan.elapsed)
            tables[column] = attainment(parts, periods).sort_values("gap", ignore_index=True)
    return tables


def comparable(monthly: pd.DataFrame, period: Period) -> Period | None:
    """The period to explain `period` against: a year ago where every month of it is in the data, else the one before."""
    known = set(monthly["month"])
    for candidate in (period.year_ago(), period.previous()):
        if known.issuperset(month_starts(candidate)):
            return candidate
    return None


def month_starts(period: Period) -> list[pd.Timestamp]:
    """First days of the period's months; a week has the month it ends in."""
    return [pd.Timestamp(month.start) for month in period.months()]


def planned(period: Period, plan: YearPlan | None) -> float:
    """Plan of the whole of `period`, currency, whether or not it has run; NaN where the plan's year does not hold it."""
    if plan is None or not (plan.target.year.start <= period.start and period.end <= plan.target.year.end):
        return np.nan
    within = plan.days["date"].between(pd.Timestamp(period.start), pd.Timestamp(period.end))
    return float(plan.days.loc[within, "target"].sum())
