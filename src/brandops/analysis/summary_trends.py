"""The last periods of the figures a board asks for first (page 00).

Every trend is a frame of `period` (label) and `value`, oldest first, of whole periods only, or of the period of the report as
far as it has run. Frames are the marts.
"""

from datetime import date

import pandas as pd

from brandops.analysis import goals, market, satisfaction, survey
from brandops.params.plan import SurveyRules
from brandops.periods import Grain, Period

STEPS = 8
FEWEST = 3  # two points are a change, no trend


def last_periods(period: Period, first_day: date, steps: int = STEPS) -> list[Period]:
    """`period` and those before it that the data hold wholly, oldest first."""
    found = [period.shift(-back) for back in range(steps)]
    return [part for part in reversed(found) if part.start >= first_day]


def net_sales(daily: pd.DataFrame, period: Period, steps: int = STEPS) -> pd.DataFrame:
    """Net sales by period, currency."""
    if daily.empty:
        return _frame([])
    periods = last_periods(period, daily["date"].min().date(), steps)
    return _frame([(str(part), goals.total_between(daily, part.start, part.end)) for part in periods])


def growth(daily: pd.DataFrame, period: Period, steps: int = STEPS) -> pd.DataFrame:
    """Growth of net sales on the same period a year before, a fraction."""
    if daily.empty:
        return _frame([])
    first = daily["date"].min().date()
    rows = []
    for part in last_periods(period, first, steps):
        before = part.year_ago()
        base = goals.total_between(daily, before.start, before.end) if before.start >= first else 0.0
        if base > 0:
            rows.append((str(part), goals.total_between(daily, part.start, part.end) / base - 1))
    return _frame(rows)


def new_customers(new_daily: pd.DataFrame | None, period: Period, first_sale: date | None, steps: int = STEPS) -> pd.DataFrame:
    """First-ever buyers by period; those of the first year of data are no news and left out."""
    if new_daily is None or new_daily.empty or first_sale is None:
        return _frame([])
    day, since = new_daily["date"], goals.add_months(first_sale, 12)
    rows = [(str(part), float(new_daily.loc[day.between(pd.Timestamp(part.start), pd.Timestamp(part.end)), "new_customers"].sum()))
            for part in last_periods(period, since, steps)]  # fmt: skip
    return _frame(rows)


def market_share(whole: pd.DataFrame | None, as_of: date, fiscal_start: int, steps: int = STEPS) -> pd.DataFrame:
    """Own share of the market by quarter, a fraction."""
    windows = market.quarter_windows(whole, as_of, steps, fiscal_start) if whole is not None else {}
    if not windows:
        return _frame([])
    ours = market.quarterly_gains(market.shares(whole, windows))
    return _frame(list(zip(ours["window"].astype(str), ours["share"].astype(float), strict=True)))


def satisfied(
    responses: pd.DataFrame | None, population: pd.DataFrame | None, rules: SurveyRules, period: Period, as_of: date,
    steps: int = STEPS,
) -> pd.DataFrame:  # fmt: skip
    """Share of satisfied answers by period (quarter for a year), a fraction; a period without answers is left out."""
    if responses is None or responses.empty:
        return _frame([])
    periods = period.quarters() if period.grain is Grain.YEAR else last_periods(period, date.min, steps)
    answers = survey.weighted_answers(responses, population, rules, periods[0].start, min(as_of, periods[-1].end))
    rows = []
    for part in periods:
        own = answers[answers["answered_at"].dt.normalize().between(pd.Timestamp(part.start), pd.Timestamp(part.end))]
        if len(own):
            rows.append((str(part), satisfaction.one(satisfaction.csat(own, rules.satisfied_from)).value))
    return _frame(rows)


def _frame(rows: list[tuple[str, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows if len(rows) >= FEWEST else [], columns=["period", "value"]).astype({"value": float})
