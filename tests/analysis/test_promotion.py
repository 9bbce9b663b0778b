"""Promotion follows the documented criteria, all of them; incidents cost what the rules say."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from brandops.analysis import promotion
from brandops.params.incentives import Margins, Promotion

DAY = date(2025, 12, 31)
RULES = Promotion()


def case(rules: Promotion = RULES, **changes) -> pd.Series:
    """One person's review by `rules`, meeting every criterion but for `changes`."""
    facts = {"level": "junior", "hired_on": "2020-01-01", "left_on": None, "attainment": 1.05, "teamwork": 85.0, "skill": 80.0,
             "incidents": ()} | changes  # fmt: skip
    people = pd.DataFrame({"person_id": ["A"], "level": [facts["level"]], "hired_on": pd.to_datetime([facts["hired_on"]]),
                           "left_on": pd.to_datetime([facts["left_on"]])})  # fmt: skip
    conduct = pd.DataFrame(facts["incidents"], columns=["occurred_on", "severity"]).assign(person_id="A")
    conduct["occurred_on"] = pd.to_datetime(conduct["occurred_on"])
    one = {name: pd.DataFrame({"person_id": ["A"], column: [facts[name]]}) if facts[name] is not None else None
           for name, column in (("attainment", "attainment"), ("teamwork", "score"), ("skill", "score"))}  # fmt: skip
    empty = pd.DataFrame({"person_id": [], "attainment": []})
    found = promotion.review(people, one["attainment"] if one["attainment"] is not None else empty, one["teamwork"], one["skill"],
                             conduct, rules, DAY)  # fmt: skip
    return found.iloc[0] if len(found) else None


def test_who_meets_every_criterion_is_eligible():
    assert case()["eligible"] and case()["missed"] == ()
    assert case(attainment=1.0, teamwork=80.0, skill=75.0, hired_on="2024-12-31")["eligible"], "reached is met"


@pytest.mark.parametrize(
    ("changes", "missed", "borderline"),
    [
        ({"attainment": 0.985}, ("attainment",), True),
        ({"attainment": 0.97}, ("attainment",), False),
        ({"teamwork": 78.5}, ("teamwork",), True),
        ({"skill": 70.0}, ("skill",), False),
        ({"attainment": 0.99, "teamwork": 79.0}, ("attainment", "teamwork"), False),
        ({"teamwork": None}, ("teamwork",), False),
        ({"hired_on": "2025-02-01"}, ("months_employed",), True),
        ({"incidents": [("2025-06-01", "major")]}, ("incidents",), False),
    ],
)
def test_one_criterion_narrowly_missed_is_borderline_and_what_is_unknown_is_not_met(changes, missed, borderline):
    found = case(**changes)
    assert not found["eligible"] and found["missed"] == missed and bool(found["borderline"]) is borderline


def test_what_is_narrow_and_how_far_the_list_is_tried_are_the_profiles_rules():
    margins = {"teamwork": 2.0, "skill": 2.0, "months_employed": 2.0}
    wide = Promotion(borderline=Margins(attainment=0.05, **margins), sensitivity=Margins(attainment=0.10, **margins))
    assert not case(attainment=0.96)["borderline"] and case(wide, attainment=0.96)["borderline"]
    reviewed = pd.DataFrame({"attainment": [0.96, 0.92], "teamwork": 90.0, "skill": 90.0, "months_employed": 50, "incidents": 0})
    rows = [promotion.sensitivity(reviewed, rules).set_index("criterion").loc["attainment"] for rules in (RULES, wide)]
    assert [(row["step"], row["looser"]) for row in rows] == [(0.05, 1), (0.10, 2)]


def test_minor_and_old_incidents_do_not_bar():
    assert case(incidents=[("2025-06-01", "minor"), ("2024-12-31", "gross")])["eligible"]


def test_leads_and_leavers_are_not_reviewed():
    assert case(level="lead") is None and case(left_on="2025-11-30") is None


def test_sensitivity_counts_who_would_be_eligible_if_a_criterion_moved():
    reviewed = pd.DataFrame({"attainment": [1.2, 0.96, 1.02], "teamwork": [90.0, 90, 90], "skill": [90.0, 90, 90],
                             "months_employed": [50, 50, 50], "incidents": [0, 0, 0]})  # fmt: skip
    row = promotion.sensitivity(reviewed, RULES).set_index("criterion").loc["attainment"]
    assert row[["looser", "now", "tighter", "dropped"]].to_list() == [3, 2, 1, 3]


def test_the_half_year_is_the_latest_that_is_over():
    assert promotion.half_year(DAY) == (date(2025, 7, 1), DAY)
    assert promotion.half_year(date(2025, 9, 30)) == (date(2025, 1, 1), date(2025, 6, 30))
    assert promotion.half_year(date(2025, 12, 31), 7) == (date(2025, 7, 1), DAY)
    assert promotion.half_year(date(2025, 3, 31), 4) == (date(2024, 10, 1), date(2025, 3, 31))


def test_incidents_are_counted_and_their_consequences_told():
    conduct = pd.DataFrame({"person_id": ["A", "A", "B"], "kind": ["late", "late", "gift"], "outcome": None,
                            "severity": ["minor", "major", "gross"],
                            "occurred_on": pd.to_datetime(["2025-02-01", "2025-05-01", "2024-05-01"])})  # fmt: skip
    counts = promotion.incidents(conduct, date(2025, 1, 1), DAY)
    assert counts.to_dict("records") == [{"kind": "late", "minor": 1, "major": 1, "gross": 0, "total": 2}]
    ledger = pd.DataFrame({"person_id": ["A"], "quarter": ["2025Q2"], "start": pd.to_datetime(["2025-04-01"]),
                           "end": pd.to_datetime(["2025-06-30"]), "withheld": [Decimal("50.00")]})  # fmt: skip
    told = promotion.consequences(conduct, ledger, RULES, date(2025, 1, 1), DAY)
    assert told["withheld"].to_list() == [Decimal("50.00"), None]
    assert told["barred_until"].iloc[0] == pd.Timestamp("2026-04-30") and pd.isna(told["barred_until"].iloc[1])
    assert promotion.consequences(conduct, None, RULES, date(2025, 1, 1), DAY)["withheld"].isna().all()
