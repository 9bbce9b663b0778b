"""Recoveries are found between neighbouring steps, and joined with what was under way before, no more."""

import pandas as pd

from brandops.analysis import summary_lessons as lessons
from brandops.periods import parse_period

QUARTER = parse_period("2025Q4")


def months(*statuses: str, item: str = "1.3.1", first: int = 1) -> pd.DataFrame:
    rows = [{"item": item, "key": "attainment", "name": "Attainment", "kind": "month", "part": f"2025-{first + at:02d}",
             "value": 0.9 if status == "missed" else 1.0, "unit": "fraction", "target": 0.95, "status": status, "better": "higher",
             "previous": None, "deciding": False} for at, status in enumerate(statuses)]  # fmt: skip
    return pd.DataFrame(rows)


def actions(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["action_id", "plan_item", "opened_on", "closed_on", "outcome"])
    frame[["opened_on", "closed_on"]] = frame[["opened_on", "closed_on"]].apply(pd.to_datetime)
    return frame.assign(action="act", owner="somebody")


def test_a_recovery_is_a_missed_month_followed_by_a_met_one():
    found = lessons.turns(months("met", "missed", "missed", "met", "missed"), QUARTER)
    assert found[["missed_in", "next", "recovered"]].to_numpy().tolist() == [
        ["2025-02", "2025-03", False], ["2025-03", "2025-04", True]]  # fmt: skip


def test_months_that_are_no_neighbours_make_no_turn():
    frame = pd.concat([months("missed"), months("met", first=3)], ignore_index=True)
    assert lessons.turns(frame, QUARTER).empty


def test_a_period_recovers_where_the_value_before_missed_todays_target():
    row = months("met").assign(kind="", part="", previous=0.9, value=0.97, deciding=True)
    found = lessons.turns(row, QUARTER)
    assert found[["missed_in", "next", "recovered"]].to_numpy().tolist() == [["2025Q3", "2025Q4", True]]


def test_only_actions_under_way_between_the_miss_and_the_recovery_count():
    turned = lessons.turns(months("missed", "met", first=3), QUARTER)
    log = actions(
        ("A1", "1.3.1", "2025-01-05", "2025-02-10", "goal reached"),  # closed before the miss began
        ("A2", "1.2.3", "2025-02-20", "2025-03-20", "goal reached"),  # answers the same gap
        ("A3", "1.3.1", "2025-04-10", None, None),  # still open
        ("A4", "1.3.1", "2025-05-02", None, None),  # opened after the recovery
        ("A5", "6.2.3", "2025-03-02", "2025-04-02", "goal reached"),  # another subject
    )
    row = lessons.with_actions(turned, log).iloc[0]
    assert (row["actions"], row["closed"]) == (2, 1)


def test_misses_without_an_action_stand_beside_those_with_one():
    turned = pd.concat([lessons.turns(months("missed", "met", first=3), QUARTER),
                        lessons.turns(months("missed", "met", item="2.2.2"), QUARTER)], ignore_index=True)  # fmt: skip
    rates = lessons.base_rates(lessons.with_actions(turned, actions(("A", "1.3.1", "2025-03-01", None, None))))
    assert rates[["acted", "misses", "recovered"]].to_numpy().tolist() == [[False, 1, 1], [True, 1, 1]]


def test_outcomes_count_what_the_plan_calls_reached_and_only_what_closed_in_time():
    log = actions(("A", "1.3.1", "2025-01-01", "2025-01-11", "done"), ("B", "1.3.1", "2025-01-01", "2025-01-21", "no effect"),
                  ("C", "1.3.1", "2024-01-01", "2024-02-01", "done"), ("D", "4.2.1", "2025-01-01", None, None))  # fmt: skip
    table = lessons.outcomes(log, ["done"], pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31"))
    assert table[["plan_item", "closed", "reached", "days"]].to_numpy().tolist() == [["1.3.1", 2, 1, 15.0]]
