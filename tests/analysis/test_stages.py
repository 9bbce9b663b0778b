"""Stages, their gates, and how departments deliver."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import stages as st
from brandops.params.plan import Stage
from brandops.periods import parse_period

YEAR = parse_period("2025")
LAUNCH = Stage(stage="launch", first_month=1, last_month=3)
PUSH = Stage(stage="push", first_month=4, last_month=6)


def action(key, due, closed=None, opened="2025-01-05", to="service", sender="marketing", stage="launch"):
    return {"action_id": key, "action": f"do {key}", "opened_on": opened, "due_on": due, "closed_on": closed,
            "from_department": sender, "to_department": to, "plan_item": "1.2.1", "stage": stage, "owner": "ann",
            "outcome": None}  # fmt: skip


def log(*rows):
    frame = pd.DataFrame(rows)
    dates = ["opened_on", "due_on", "closed_on"]
    frame[dates] = frame[dates].apply(pd.to_datetime)
    return frame


LOG = log(
    action("A1", "2025-02-01", "2025-02-01"), action("A2", "2025-02-01", "2025-02-04"), action("A3", "2025-03-01"),
    action("A4", "2025-05-01", stage="push", to="logistics"),
)  # fmt: skip


def test_an_action_is_on_time_on_its_due_day_and_late_the_day_after():
    table = st.with_status(LOG, date(2025, 3, 31)).set_index("action_id")
    assert table["status"].to_dict() == {"A1": "on_time", "A2": "late", "A3": "overdue", "A4": "open"}
    assert table["days_late"].to_dict() == {"A1": 0, "A2": 3, "A3": 30, "A4": 0}


def test_an_open_action_is_not_overdue_on_its_due_day():
    assert st.with_status(log(action("A", "2025-03-31")), date(2025, 3, 31))["status"].item() == "open"


def days(reached):
    plan = pd.DataFrame({"date": pd.date_range("2025-01-01", "2025-12-31"), "target": 100.0})
    return plan.assign(actual=100.0 * reached)


def gate(actions, reached=1.0, as_of=date(2025, 3, 31), reviews=None):
    return st.gates([LAUNCH, PUSH], YEAR, days(reached), actions, reviews, as_of).iloc[0]


ON_TIME = log(*(action(f"B{k}", "2025-02-01", "2025-01-30") for k in range(5)))


def test_a_gate_needs_both_sales_and_actions():
    assert gate(ON_TIME)["verdict"] == "passed"
    assert gate(ON_TIME, 0.9)["verdict"] == gate(LOG)["verdict"] == "passed with conditions"
    assert gate(LOG, 0.9)["verdict"] == "failed"


def test_a_gate_without_tasks_is_judged_by_sales_alone():
    assert gate(None)["verdict"] == "passed" and gate(None, 0.9)["verdict"] == "failed"
    assert np.isnan(gate(None)["on_time"])


def test_a_stage_has_no_verdict_before_it_ends():
    assert gate(ON_TIME, as_of=date(2025, 3, 30))["verdict"] == "running"
    assert len(st.gates([LAUNCH, PUSH], YEAR, days(1.0), None, None, date(2025, 3, 30))) == 1


def test_the_recorded_verdict_is_compared_with_the_computed_one():
    reviews = pd.DataFrame({"stage_year": [2025], "stage": ["launch"], "reviewed_on": pd.to_datetime(["2025-03-31"]),
                            "verdict": ["failed"], "score": [0.4]})  # fmt: skip
    assert gate(ON_TIME, reviews=reviews)["agrees"] is False
    assert gate(LOG, 0.9, reviews=reviews)["agrees"] is True
    assert gate(ON_TIME)["agrees"] is None and gate(ON_TIME)["recorded"] == ""


def test_tasks_that_need_attention_come_first():
    table = st.stage_tasks(LOG, LAUNCH, YEAR, date(2025, 3, 31))
    assert table["action_id"].tolist() == ["A3", "A2", "A1"]


def test_stages_follow_the_fiscal_year():
    assert st.stage_days(PUSH, parse_period("2025", 7)) == (date(2024, 10, 1), date(2024, 12, 31))


def test_departments_are_judged_by_what_fell_due():
    table = st.departments(LOG, date(2025, 1, 1), date(2025, 6, 30), date(2025, 3, 31)).set_index("department")
    assert table.at["service", "on_time_share"] == pytest.approx(1 / 3)
    assert table.at["service", "low"] < 1 / 3 < table.at["service", "high"]
    assert np.isnan(table.at["logistics", "on_time_share"]) and table.at["logistics", "open"] == 1


def test_handover_times_are_between_two_departments():
    same = pd.concat([LOG, log(action("C", "2025-02-01", "2025-02-01", to="marketing"))])
    table = st.handovers(same, date(2025, 1, 1), date(2025, 3, 31), date(2025, 3, 31))
    assert table[["from_department", "to_department"]].to_numpy().tolist() == [["marketing", "service"]]
    assert table["median_days"].item() == pytest.approx((27 + 30) / 2)


def test_all_departments_together_are_one_row():
    found = st.delivered(LOG, date(2025, 1, 1), date(2025, 3, 31), date(2025, 3, 31))
    assert (found["on_time"], found["late"], found["overdue"], found["open"]) == (1, 1, 1, 0)
