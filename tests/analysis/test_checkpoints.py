"""Weekly and monthly checkpoints, and what was done about breaches."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.checkpoints import checkpoints, daily_plan, elapsed_share, with_actions
from brandops.periods import Grain, parse_period

YEAR = parse_period("2025")
MONTHS = pd.DataFrame({"month": pd.date_range("2025-01-01", periods=12, freq="MS"), "target": 3100.0})


def daily(weekend=0.5, festival=10.0, level=100.0, first="2022-01-01"):
    """Days that sell `level`, weekends less, and 11 November much more."""
    days = pd.date_range(first, "2025-12-31")
    sales = level * np.where(days.weekday >= 5, weekend, 1.0)
    sales = sales * np.where((days.month == 11) & (days.day == 11), festival, 1.0)
    return pd.DataFrame({"date": days, "net_sales": sales})


def test_days_add_up_to_their_months_target():
    days = daily_plan(daily(), MONTHS, date(2025, 12, 31))
    assert days.groupby("month")["target"].sum().to_numpy() == pytest.approx(np.full(12, 3100.0))
    assert len(days) == 365


def test_weekdays_and_feast_days_get_their_share():
    days = daily_plan(daily(), MONTHS, date(2025, 12, 31)).set_index("date")["target"]
    assert days["2025-06-07"] / days["2025-06-06"] == pytest.approx(0.5, rel=0.05)
    assert days["2025-11-11"] / days["2025-11-12"] == pytest.approx(10, rel=0.05)


def test_a_closing_day_has_no_target():
    days = daily_plan(daily(weekend=0.0, festival=1.0), MONTHS, date(2025, 12, 31)).set_index("date")["target"]
    assert days["2025-06-07"] == 0 and days["2025-06-06"] > 0


def test_the_profile_is_learnt_from_past_years_only():
    changed = daily()
    changed.loc[changed["date"] >= "2025-01-01", "net_sales"] *= 7
    same = daily_plan(daily(), MONTHS, date(2025, 12, 31))["target"]
    pd.testing.assert_series_equal(daily_plan(changed, MONTHS, date(2025, 12, 31))["target"], same)


def test_without_history_days_are_alike():
    days = daily_plan(daily(first="2025-01-01"), MONTHS, date(2025, 12, 31))
    assert days.loc[days["month"] == "2025-01-01", "target"].to_numpy() == pytest.approx(np.full(31, 100.0))


def test_half_a_month_of_even_days_is_half_its_target():
    days = daily_plan(daily(first="2025-01-01"), MONTHS, date(2025, 6, 15))
    assert elapsed_share(days, date(2025, 6, 15)) == pytest.approx(0.5)


def late_spring():
    """On plan but for April and May, which sell half."""
    sales = daily(weekend=1, festival=1, first="2025-01-01")
    spring = sales["date"].between("2025-04-01", "2025-05-31")
    return sales.assign(net_sales=sales["net_sales"].where(~spring, 50.0))


PLAN = MONTHS.assign(target=MONTHS["month"].dt.days_in_month * 100.0)


def test_cumulative_attainment_below_the_threshold_is_a_breach():
    days = daily_plan(late_spring(), PLAN, date(2025, 12, 31))
    table = checkpoints(days, YEAR, Grain.MONTH, date(2025, 12, 31), 0.95).set_index("checkpoint")
    assert not table.at["2025-03", "breach"] and table.at["2025-04", "breach"]
    assert table.at["2025-04", "attainment"] == pytest.approx(105 / 120)
    assert table.at["2025-05", "shortfall"] == pytest.approx(61 * 50)


def test_checkpoints_are_the_weeks_and_months_that_have_ended():
    days = daily_plan(late_spring(), PLAN, date(2025, 6, 18))
    weeks = checkpoints(days, YEAR, Grain.WEEK, date(2025, 6, 18), 0.95)
    months = checkpoints(days, YEAR, Grain.MONTH, date(2025, 6, 18), 0.95)
    assert weeks["checkpoint"].iloc[-1] == "2025-W24" and months["checkpoint"].iloc[-1] == "2025-05"


ACTIONS = pd.DataFrame({
    "action_id": ["A1", "A2", "A3"], "action": ["more media", "other item", "too early"], "owner": "sales",
    "opened_on": pd.to_datetime(["2025-05-10", "2025-05-10", "2025-01-10"]), "plan_item": ["1.2.3", "6.2.1", "1.2.3"],
    "closed_on": pd.to_datetime([None, None, "2025-02-01"]),
})  # fmt: skip


def test_a_breach_is_answered_by_an_action_of_its_item_open_at_the_time():
    days = daily_plan(late_spring(), PLAN, date(2025, 12, 31))
    table = checkpoints(days, YEAR, Grain.MONTH, date(2025, 12, 31), 0.95)
    joined = with_actions(table, ACTIONS, Grain.MONTH).set_index("checkpoint")
    assert joined.at["2025-04", "actions"] == "A1" and joined["answered"].all()


def test_a_breach_without_an_action_says_so():
    table = checkpoints(daily_plan(late_spring(), PLAN, date(2025, 12, 31)), YEAR, Grain.MONTH, date(2025, 12, 31), 0.95)
    assert not with_actions(table, ACTIONS.iloc[1:], Grain.MONTH)["answered"].any()
    assert not with_actions(table, None, Grain.MONTH)["answered"].any()


def test_no_breach_no_row():
    calm = daily_plan(daily(weekend=1, festival=1, first="2025-01-01"), PLAN, date(2025, 12, 31))
    table = checkpoints(calm, YEAR, Grain.MONTH, date(2025, 12, 31), 0.95)
    assert with_actions(table, ACTIONS, Grain.MONTH).empty
