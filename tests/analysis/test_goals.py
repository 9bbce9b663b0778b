"""The year's target, its phasing and its attainment."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import goals
from brandops.analysis.checkpoints import daily_plan
from brandops.periods import Grain, parse_period

SHAPE = np.array([5, 3, 4, 4, 5, 9, 6, 6, 6, 7, 12, 6]) / 73
YEAR = parse_period("2025")


def history(first="2022-01-01", years=4, growth=0.10, channels=("shop", "web")):
    """Monthly sales that follow SHAPE exactly and grow by `growth` a year; each further channel sells half as much."""
    months = pd.date_range(first, periods=12 * years, freq="MS")
    total = np.concatenate([1_000_000 * (1 + growth) ** y * SHAPE for y in range(years)])
    parts = [pd.DataFrame({"month": months, "channel_id": c, "net_sales": total / 2**k}) for k, c in enumerate(channels)]
    return pd.concat(parts, ignore_index=True)


def daily_of(monthly):
    """Every month's sales spread evenly over its days."""
    rows = [
        pd.DataFrame({"date": pd.date_range(m, m + pd.offsets.MonthEnd(0)), "net_sales": s / m.days_in_month})
        for m, s in goals.by_month(monthly).items()
    ]
    return pd.concat(rows, ignore_index=True)


def plan_of(sales, as_of=date(2025, 12, 31), growth=0.15, **options):
    target = goals.annual_target(sales, YEAR, growth)
    return goals.planned_months(sales, target, goals.seasonal_index(sales, YEAR), as_of, **options)


def test_the_target_is_last_year_times_one_plus_growth():
    sales = history()
    target = goals.annual_target(sales, YEAR, 0.15)
    last = sales.loc[sales["month"].dt.year == 2024, "net_sales"].sum()
    assert target.target == pytest.approx(last * 1.15)


def test_without_a_whole_last_year_there_is_no_target():
    assert goals.annual_target(history(years=1, first="2025-01-01"), YEAR, 0.15) is None
    assert goals.annual_target(history(first="2024-02-01", years=1), YEAR, 0.15) is None


def test_the_seasonal_index_of_a_pure_season_is_that_season():
    index = goals.seasonal_index(history(), YEAR)
    assert index["share"].to_numpy() == pytest.approx(SHAPE)
    assert index["index"].mean() == pytest.approx(1)
    assert (index["lowest"].to_numpy() == pytest.approx(index["highest"].to_numpy())) and (index["years"] == 3).all()


def test_the_season_is_learnt_from_past_years_only():
    changed = history()
    changed.loc[changed["month"] >= "2025-01-01", "net_sales"] *= np.tile([3.0, 1.0], 12)
    pd.testing.assert_frame_equal(goals.seasonal_index(history(), YEAR), goals.seasonal_index(changed, YEAR))


def test_given_weights_replace_history():
    index = goals.seasonal_index(history(), YEAR, [1.0] * 11 + [13.0])
    assert index["share"].iloc[-1] == pytest.approx(13 / 24) and (index["years"] == 0).all()


def test_parts_add_up_to_the_whole():
    whole, parts = plan_of(history()), plan_of(history(), part="channel_id")
    assert parts.groupby("month")["target"].sum().to_numpy() == pytest.approx(whole["target"].to_numpy())
    assert whole["target"].sum() == pytest.approx(goals.annual_target(history(), YEAR, 0.15).target)


def test_attainment_is_actual_over_target_in_months_quarters_and_the_year():
    planned = plan_of(history(growth=0.10))
    periods = [*YEAR.split(Grain.MONTH), *YEAR.split(Grain.QUARTER), YEAR]
    table = goals.attainment(planned, periods)
    assert len(table) == 17
    assert table["attainment"].to_numpy() == pytest.approx(np.full(17, 1.10 / 1.15))
    assert table["growth"].to_numpy() == pytest.approx(np.full(17, 0.10))
    assert table.loc[table["period"] == "2025", "gap"].item() == pytest.approx(
        table.loc[table["period"].str.contains("Q"), "gap"].sum()
    )


def test_a_detailed_sales_plan_replaces_the_phased_target_of_its_parts():
    months = pd.date_range("2025-01-01", periods=12, freq="MS")
    detail = pd.concat([pd.DataFrame({"month": months, "channel_id": c, "net_sales": n})
                        for c, n in (("shop", 10.0), ("web", 20.0), ("live", 5.0))])  # fmt: skip
    planned = plan_of(history(), part="channel_id", sales_plan=detail)
    assert planned.groupby("part")["target"].sum().to_dict() == {"live": 60.0, "shop": 120.0, "web": 240.0}


def test_a_sales_plan_that_does_not_name_the_part_is_not_used_for_it():
    months = pd.date_range("2025-01-01", periods=12, freq="MS")
    detail = pd.DataFrame({"month": months, "channel_id": None, "net_sales": 1.0})
    pd.testing.assert_frame_equal(plan_of(history(), part="channel_id", sales_plan=detail), plan_of(history(), part="channel_id"))


def test_a_part_without_last_year_has_sales_but_no_target():
    new = history()
    new = new[(new["channel_id"] == "shop") | (new["month"] >= "2025-01-01")]
    table = goals.attainment(plan_of(new, part="channel_id"), [YEAR]).set_index("part")
    assert np.isnan(table.at["web", "attainment"]) and np.isnan(table.at["web", "growth"])
    assert table.at["web", "actual"] > 0


def test_months_after_the_as_of_date_have_no_actual_and_half_a_month_has_half_a_target():
    planned = plan_of(history(), as_of=date(2025, 6, 15))
    june = planned[planned["month"] == "2025-06-01"]
    assert june["target_to_date"].item() == pytest.approx(june["target"].item() / 2)
    assert planned["actual"].notna().sum() == 6


def test_progress_says_what_the_rest_of_the_year_needs():
    sales = history(growth=0.10)
    as_of = date(2025, 6, 30)
    target = goals.annual_target(sales, YEAR, 0.15)
    daily = daily_of(sales)
    found = goals.progress(daily_plan(daily, plan_of(sales), as_of), daily, target, as_of)
    half, rest = SHAPE[:6].sum(), SHAPE[6:].sum()
    assert found.growth == pytest.approx(0.10)
    assert found.attainment == pytest.approx(1.10 / 1.15)
    assert found.run_rate == pytest.approx(target.last_year * 1.10)
    assert found.required_growth == pytest.approx((1.15 - 1.10 * half) / rest - 1)
    assert found.required_per_month * found.months_left == pytest.approx(target.target - found.actual)
    assert found.growth_before == pytest.approx(0.10)
    short = daily[daily["date"] > "2023-01-15"]  # the year before last is not whole: nothing to compare last year with
    assert goals.progress(daily_plan(daily, plan_of(sales), as_of), short, target, as_of).growth_before is None


def test_on_the_last_day_nothing_is_left_to_require():
    sales = history()
    daily, as_of = daily_of(sales), date(2025, 12, 31)
    target = goals.annual_target(sales, YEAR, 0.15)
    found = goals.progress(daily_plan(daily, plan_of(sales), as_of), daily, target, as_of)
    assert np.isnan(found.required_growth) and np.isnan(found.required_per_month) and found.months_left == 0


def test_a_fiscal_year_that_starts_in_july_is_followed():
    year = parse_period("2025", 7)
    index = goals.seasonal_index(history(), year)
    assert index["month"].iloc[0] == pd.Timestamp("2024-07-01")
    assert goals.annual_target(history(), year, 0.0).last_year == pytest.approx(
        history().query("'2023-07-01' <= month <= '2024-06-01'")["net_sales"].sum()
    )


@pytest.mark.parametrize(("day", "before"), [
    (date(2025, 2, 28), date(2024, 2, 29)), (date(2024, 2, 29), date(2023, 2, 28)),
    (date(2024, 2, 28), date(2023, 2, 28)), (date(2025, 6, 15), date(2024, 6, 15)),
    (date(2025, 12, 31), date(2024, 12, 31)),
])  # fmt: skip
def test_days_compare_with_the_same_day_and_month_ends_with_month_ends(day, before):
    assert goals.year_earlier(day) == before
