"""Are we on the way to the year's sales target (plan items 1.1.1, 1.2.3, 1.3.1)?

The annual target is last fiscal year's net sales times one plus the growth the plan asks for. It is phased
to months by the seasonal index of the whole fiscal years before it (ratio-to-year: the mean of each month's
share of its year; see Makridakis, Wheelwright and Hyndman 1998, ch. 3), or by the plan's own twelve weights.
Parts (channel, region, brand, category) carry the same growth and phasing on their own last year, so that
they add up to the whole, unless a detailed sales plan is given. Days within a month are phased by
`brandops.analysis.checkpoints.daily_plan`.

Frames: `monthly` has `month` (first day) and `net_sales`, one or many rows a month; `daily` has `date` and
`net_sales`.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from brandops.periods import Grain, Period, add_months, period_of

UNASSIGNED = "–"  # label of sales whose channel, region or brand is blank


@dataclass(frozen=True)
class AnnualTarget:
    """The year's target and what it is made of, in currency; `growth` is a fraction."""

    year: Period
    last_year: float
    growth: float
    target: float


@dataclass(frozen=True)
class Progress:
    """Where the year stands on the as-of date, in currency; growth figures and attainment are fractions.

    `required_growth` is the growth over the same days of last year that the rest of the year needs; NaN
    where no days are left. `run_rate` is the whole year's sales if the rest of it attains as much of its
    phased target as the year to date did.
    """

    as_of: date
    actual: float
    target_to_date: float
    last_year_to_date: float
    attainment: float
    growth: float
    growth_before: float | None  # of the same days of last year on the year before it; None where the data do not reach that far
    run_rate: float
    gap: float
    remaining: float
    months_left: float
    required_per_month: float
    required_growth: float


def by_month(monthly: pd.DataFrame) -> pd.Series:
    """Net sales per month, indexed by the first day of the month, in order."""
    return monthly.groupby("month")["net_sales"].sum().sort_index()


def whole_years(monthly: pd.DataFrame, year: Period) -> list[Period]:
    """Fiscal years before `year` with sales in each of their twelve months, oldest first."""
    sales = by_month(monthly)
    months, past, found = set(sales.index[sales > 0]), year.previous(), []
    while months and pd.Timestamp(past.end) > min(months):
        if months.issuperset(starts_of(past)):
            found.insert(0, past)
        past = past.previous()
    return found


def annual_target(monthly: pd.DataFrame, year: Period, growth: float) -> AnnualTarget | None:
    """Last fiscal year's net sales times one plus `growth`; None where last year is not wholly in the
    data."""
    last = year.previous()
    if last not in whole_years(monthly, year):
        return None
    sales = float(by_month(monthly).reindex(starts_of(last)).sum())
    return AnnualTarget(year, sales, growth, sales * (1 + growth))


def seasonal_index(monthly: pd.DataFrame, year: Period, weights: list[float] | None = None) -> pd.DataFrame:
    """Twelve months of `year` with their share of it.

    Parameters
    ----------
    monthly
        Sales by month.
    year
        Fiscal year to phase; only whole fiscal years before it are used.
    weights
        Twelve weights that replace the index of history.

    Returns
    -------
    DataFrame
        `month`, `share` (sums to 1), `index` (mean 1), `lowest` and `highest` (index over the years used;
        NaN when the weights are given), `years` used (0: given weights, or no history and therefore days of
        the month).
    """
    months, past = starts_of(year), whole_years(monthly, year)
    if weights is not None:
        return _index_frame(months, np.array(weights, float), None)
    if not past:
        return _index_frame(months, np.array([m.days_in_month for m in months], float), None)
    sales = by_month(monthly)
    seen = np.array([sales.reindex(starts_of(p)).to_numpy(float) for p in past])
    ratios = seen / seen.sum(axis=1, keepdims=True)
    return _index_frame(months, ratios.mean(axis=0), ratios)


def planned_months(
    monthly: pd.DataFrame, target: AnnualTarget, index: pd.DataFrame, as_of: date, part: str | None = None,
    sales_plan: pd.DataFrame | None = None, elapsed: float | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Target, actual and last year for every month of the year, in whole or by part.

    Parameters
    ----------
    monthly
        Sales by month, with a column `part` where one is named.
    target, index
        From `annual_target` and `seasonal_index`.
    as_of
        Months that begin later have no actual; the month it falls in has the target of its elapsed days.
    part
        Column to split by, such as `channel_id`, `region`, `brand`, `category`.
    sales_plan
        Detailed plan (`month`, `net_sales`, and the part's column): replaces the phased target where it
        covers all twelve months of the year and names the part.
    elapsed
        Share of the as-of month's target that falls on its days so far; None: the share of its days.

    Returns
    -------
    DataFrame
        `part`, `month`, `target`, `target_to_date`, `actual` (NaN in the future), `last_year` (NaN: none),
        one row per part and month of the year.
    """
    year, frame = target.year, monthly.copy()
    frame["part"] = "all" if part is None else frame[part].astype("string").fillna(UNASSIGNED)
    sales = frame.pivot_table(index="month", columns="part", values="net_sales", aggfunc="sum", observed=True)
    now = sales.reindex(starts_of(year))
    last = sales.reindex(starts_of(year.previous()))
    in_year = [c for c in sales.columns if now[c].notna().any() or last[c].notna().any()]
    base = last[in_year].fillna(0).sum()
    plan = pd.DataFrame(np.outer(index["share"], base * (1 + target.growth)), starts_of(year), in_year)
    detail = _plan_by_part(sales_plan, year, part)
    if detail is not None:
        plan = detail.reindex(columns=sorted({*detail.columns, *in_year})).fillna(0)
    rows = []
    for name in plan.columns:
        before = last[name].to_numpy(float) if name in last and base.get(name, 0) else np.full(12, np.nan)
        actual = now[name].fillna(0).to_numpy(float) if name in now else np.zeros(12)
        columns = {"target": plan[name].to_numpy(float), "actual": actual, "last_year": before}
        rows.append(pd.DataFrame({"part": str(name), "month": starts_of(year), **columns}))
    frame = pd.concat(rows, ignore_index=True) if rows else _no_plan()
    done = frame["month"].map(lambda m: _elapsed(m, as_of, elapsed))
    frame["actual"] = frame["actual"].where(done > 0)
    frame.insert(3, "target_to_date", frame["target"] * done)
    return frame


def attainment(planned: pd.DataFrame, periods: list[Period]) -> pd.DataFrame:
    """Attainment of each period and part.

    Returns
    -------
    DataFrame
        `part`, `period`, `start`, `actual`, `target` (to date, where the period has not ended),
        `attainment`, `gap` (actual minus target), `last_year`, `growth`, `full_target`. Periods that have
        not begun are left out, so are parts without sales and target in them.
    """
    rows = []
    for period in periods:
        months = planned[planned["month"].isin(starts_of(period)) & planned["actual"].notna()]
        full = planned[planned["month"].isin(starts_of(period))].groupby("part")["target"].sum()
        sums = months.groupby("part").agg(
            actual=("actual", "sum"), target=("target_to_date", "sum"), last_year=("last_year", _sum_or_nan)
        )
        rows.append(sums.assign(period=period.label, start=pd.Timestamp(period.start), full_target=full).reset_index())
    table = pd.concat(rows, ignore_index=True)
    table = table[(table["target"] != 0) | (table["actual"] != 0)].reset_index(drop=True)
    table["attainment"] = (table["actual"] / table["target"]).where(table["target"] > 0)
    table["gap"] = table["actual"] - table["target"]
    whole = table["target"] >= table["full_target"] * (1 - 1e-9)
    growth = table["actual"] / table["last_year"] - 1
    table["growth"] = growth.where((table["last_year"] > 0) & whole)
    columns = [
        "part",
        "period",
        "start",
        "actual",
        "target",
        "attainment",
        "gap",
        "last_year",
        "growth",
        "full_target",
    ]
    return table[columns]


def progress(daily_plan: pd.DataFrame, daily: pd.DataFrame, target: AnnualTarget, as_of: date) -> Progress:
    """Sum up the year to date; `daily_plan` comes from `checkpoints.daily_plan`."""
    year, stop = target.year, min(as_of, target.year.end)
    seen = daily_plan[daily_plan["date"] <= pd.Timestamp(stop)]
    actual, planned = float(seen["actual"].sum()), float(seen["target"].sum())
    before = total_between(daily, year.previous().start, year_earlier(stop))
    two_ago = year.previous().previous()
    earlier = total_between(daily, two_ago.start, year_earlier(year_earlier(stop)))
    rest_last_year = target.last_year - before
    remaining, left = max(target.target - actual, 0.0), max((year.end - stop).days, 0)
    months_left = left / (year.days / 12)
    return Progress(
        as_of=stop,
        actual=actual,
        target_to_date=planned,
        last_year_to_date=before,
        attainment=actual / planned if planned > 0 else np.nan,
        growth=actual / before - 1 if before > 0 else np.nan,
        growth_before=before / earlier - 1 if earlier > 0 and daily["date"].min() <= pd.Timestamp(two_ago.start) else None,
        run_rate=target.target * actual / planned if planned > 0 else np.nan,
        gap=actual - planned,
        remaining=remaining,
        months_left=months_left,
        required_per_month=remaining / months_left if left else np.nan,
        required_growth=remaining / rest_last_year - 1 if left and rest_last_year > 0 else np.nan,
    )


def total_between(daily: pd.DataFrame, start: date, end: date) -> float:
    """Net sales from `start` to `end`, both included."""
    return float(daily.loc[daily["date"].between(pd.Timestamp(start), pd.Timestamp(end)), "net_sales"].sum())


def year_earlier(day: date) -> date:
    """The same day of the year before; the last day of a month compares with the last day of that month."""
    last = add_months(day, -11) - timedelta(days=1)
    end_of_month = (day + timedelta(days=1)).day == 1
    return last if end_of_month else add_months(day, -12).replace(day=min(day.day, last.day))


def starts_of(period: Period) -> list[pd.Timestamp]:
    """First days of the months whose last day lies in the period."""
    return [pd.Timestamp(m.start) for m in period.split(Grain.MONTH)]


def calendar(planned: pd.DataFrame, year: Period, as_of: date) -> pd.DataFrame:
    """The attainment of each month and quarter of the year and of the year itself, blank where a period has not begun.

    `planned` comes from `planned_months` for the whole; the columns are those of `attainment`, and `begun`.
    """
    parts = [*year.split(Grain.MONTH), *year.split(Grain.QUARTER), year]
    table = attainment(planned.assign(actual=planned["actual"].fillna(0)), parts)
    begun = pd.DataFrame({"period": [part.label for part in parts], "begun": [part.start <= as_of for part in parts]})
    table = table.merge(begun, on="period")
    for column in ("actual", "attainment", "gap", "growth"):
        table[column] = table[column].where(table["begun"])
    return table


def months_to_date(year: Period, as_of: date) -> list[Period]:
    """Months of the year that have begun by `as_of`."""
    return [m for m in year.split(Grain.MONTH) if m.start <= as_of]


def quarters_to_date(year: Period, as_of: date) -> list[Period]:
    """Quarters of the year that have begun by `as_of`."""
    return [q for q in year.split(Grain.QUARTER) if q.start <= as_of]


def _index_frame(months: list[pd.Timestamp], weights: np.ndarray, ratios: np.ndarray | None) -> pd.DataFrame:
    share = weights / weights.sum()
    low, high = (np.full(12, np.nan),) * 2 if ratios is None else (ratios.min(axis=0) * 12, ratios.max(axis=0) * 12)
    years = 0 if ratios is None else len(ratios)
    columns = {"share": share, "index": share * 12, "lowest": low, "highest": high, "years": years}
    return pd.DataFrame({"month": months, **columns})


def _plan_by_part(sales_plan: pd.DataFrame | None, year: Period, part: str | None) -> pd.DataFrame | None:
    if sales_plan is None or (part is not None and part not in sales_plan):
        return None
    rows = sales_plan[sales_plan["month"].isin(starts_of(year))]
    if part is not None and (rows.empty or rows[part].isna().any()):
        return None
    names = pd.Series("all", rows.index) if part is None else rows[part].astype("string")
    wide = rows.assign(part=names).pivot_table(index="month", columns="part", values="net_sales", aggfunc="sum")
    return wide.fillna(0) if len(wide) == 12 else None


def _elapsed(month: pd.Timestamp, as_of: date, share: float | None) -> float:
    period = period_of(month.date(), Grain.MONTH)
    if period.start > as_of:
        return 0.0
    if period.end <= as_of:
        return 1.0
    return ((as_of - period.start).days + 1) / period.days if share is None else share


def _sum_or_nan(values: pd.Series) -> float:
    return float(values.sum()) if values.notna().any() else np.nan


def _no_plan() -> pd.DataFrame:
    return pd.DataFrame({"part": [], "month": pd.to_datetime([]), "target": [], "actual": [], "last_year": []})
