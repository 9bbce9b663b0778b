"""Alerts: opened once, kept by hysteresis, quiet for a while after their end; the backtest is the daily run, replayed."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandops.analysis import alert_losses, alerting
from brandops.params.alerts import Rule

DAY = date(2025, 3, 1)


def rule(**more) -> Rule:
    return Rule(
        **({"rule": "r", "figure": "return_rate", "scope": "channel", "above": 0.10, "owner": "sales", "quiet_days": 3} | more)
    )


def run(one: Rule, values: list[float | None]) -> tuple[list[tuple[int, str]], alerting.Alert | None]:
    """Events as (day number, kind) of a member whose figure takes these values day by day, and its latest alert."""
    state, events = {}, []
    for number, value in enumerate(values):
        for kind, _ in alerting.advance(one, pd.Series({"mall": value}, dtype=float), DAY + timedelta(days=number), state):
            events.append((number, kind))
    return events, state.get("mall")


def test_an_alert_opens_once_and_ends_only_beyond_its_hysteresis():
    events, alert = run(rule(clears=0.08), [0.05, 0.11, 0.12, 0.09, 0.101, 0.08])
    assert events == [(1, "opened"), (5, "closed")]
    assert (alert.first_seen, alert.last_seen, alert.closed_on) == ("2025-03-02", "2025-03-05", "2025-03-06")
    assert (alert.worst, alert.value) == (0.12, 0.08)


def test_one_that_comes_back_in_the_quiet_period_is_the_old_one():
    events, alert = run(rule(), [0.2, 0.05, 0.05, 0.2, 0.05])
    assert events == [(0, "opened"), (1, "closed"), (3, "reopened"), (4, "closed")]
    assert alert.id == "r:mall:2025-03-01" and alert.reopened == 1
    later, second = run(rule(), [0.2, 0.05, 0.05, 0.05, 0.05, 0.2])
    assert later[-1] == (5, "opened") and second.id == "r:mall:2025-03-06"


def test_a_day_without_a_value_changes_nothing_until_nobody_can_say_it_still_holds():
    events, alert = run(rule(), [0.2, None, None])
    assert events == [(0, "opened")] and alert.open
    events, _ = run(rule(), [0.2] + [None] * (alerting.LAPSE_DAYS + 2))
    assert events[-1] == (alerting.LAPSE_DAYS + 1, "closed")


@pytest.mark.parametrize(
    ("way", "bad", "good"), [({"above": 1.0}, 1.01, 1.0), ({"below": 1.0}, 0.99, 1.0), ({"off": 1.0}, -1.01, -1.0)]
)
def test_every_direction_alarms_beyond_its_threshold_and_not_on_it(way, bad, good):
    one = Rule(rule="r", figure="return_rate", owner="sales", **way)
    assert alerting.alarms(one, bad) and not alerting.alarms(one, good) and alerting.over(one, good)


def test_a_rule_for_some_members_leaves_the_others_alone():
    state: dict = {}
    alerting.advance(rule(only=["mall"]), pd.Series({"mall": 0.2, "store": 0.9}), DAY, state)
    assert set(state) == {"mall"}


@given(
    st.lists(st.sampled_from([0.0, 0.07, 0.09, 0.12, 0.2, None]), min_size=1, max_size=120),
    st.integers(0, 5),
    st.sampled_from([None, 0.08]),
)
def test_the_backtest_finds_what_daily_monitoring_would_have(values, quiet, clears):
    one = rule(quiet_days=quiet, clears=clears)
    days = pd.date_range(DAY, periods=len(values))
    table = pd.DataFrame({"mall": pd.array(values, dtype=object)}, index=days).astype(float)
    state, daily = {}, {}
    for day in days:
        alerting.advance(one, table.loc[day], day.date(), state)
        daily |= {alert.id: alert for alert in state.values()}
    replayed = alerting.backtest([one], {("return_rate", "channel"): table})
    assert replayed == sorted(daily.values(), key=lambda alert: alert.first_seen)


def test_a_loss_is_split_at_the_alert_and_its_lead_is_counted_to_the_middle_of_the_loss():
    days = pd.date_range("2025-01-01", "2025-03-31")
    prices = pd.DataFrame({"material": "Oil", "date": days, "price": np.where(days < "2025-02-01", 10.0, 15.0)})
    bought_on = pd.to_datetime(["2025-01-20", "2025-02-10", "2025-02-20", "2025-03-01"])
    orders = pd.DataFrame({"material": "Oil", "ordered_on": bought_on,
                           "price": [10.0, 15.0, 15.0, 15.0], "quantity": [4.0, 4.0, 4.0, 4.0]})  # fmt: skip
    one = Rule(rule="m", figure="material_price_change", scope="material", above=0.2, owner="purchasing")
    values = pd.DataFrame({"Oil": np.where(days < "2025-02-10", 0.0, 0.5)}, index=days)
    long = pd.concat([prices.assign(date=prices["date"] - pd.Timedelta(days=90), price=10.0).query("date < '2025-01-01'"), prices])
    found = alerting.backtest([one], {("material_price_change", "material"): values})
    table = alert_losses.losses(found, {"material_prices": long, "purchase_orders": orders}, None, days[-1])
    row = table.iloc[0]
    assert (row["loss"], row["loss_after"], row["lead_days"]) == (60.0, 40.0, 10)
    summed = alert_losses.by_rule(table).iloc[0]
    assert (summed["alerts"], summed["open"], summed["saved"]) == (1, 1, pytest.approx(2 / 3))
