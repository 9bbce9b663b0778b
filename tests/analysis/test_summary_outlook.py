"""Initiatives are ranked in one measure; targets are raised only to what is certain; lead times do not forget the open."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import summary_collaboration as collaboration
from brandops.analysis import summary_debts as debts
from brandops.analysis import summary_models as models
from brandops.analysis import summary_outlook as ahead

AS_OF = date(2025, 12, 31)


def goal_figures(**fields: object) -> pd.DataFrame:
    base = {"item": "1.1.2", "key": "k", "name": "n", "unit": "fraction", "better": "higher", "target": 0.55, "value": 0.64,
            "low": None, "high": None, "previous": None, "status": "met", "kind": ""}  # fmt: skip
    return pd.DataFrame([base | fields]).astype(dict.fromkeys(["target", "value", "low", "high", "previous"], float))


def proposed(**fields: object) -> pd.Series:
    return ahead.proposals(goal_figures(**fields), [ahead.Goal("1.1.2", "k", 0.005)]).iloc[0]


def test_a_target_met_is_raised_to_the_certain_end_of_the_interval_never_beyond():
    assert proposed(low=0.632, high=0.65)["proposed"] == pytest.approx(0.63)
    assert proposed(better="lower", target=0.02, value=0.008, low=0.006, high=0.012)["proposed"] == pytest.approx(0.015)


def test_a_target_met_is_never_made_easier():
    assert proposed(low=0.551, high=0.7)["proposed"] == 0.55
    assert proposed(better="lower", target=0.012, value=0.011, high=0.0119)["proposed"] == 0.012


def test_a_target_missed_stands_and_says_where_its_pace_leads():
    row = proposed(status="missed", value=0.5, previous=0.48)
    assert (row["proposed"], row["basis"]) == (0.55, "pace")
    assert row["reach"] == pytest.approx(0.52)
    assert proposed(status="missed", value=0.5, previous=0.52)["basis"] == "stands"
    assert proposed(status="at_risk")["basis"] == "open"


def test_the_plans_growth_is_kept_where_the_forecast_more_likely_than_not_reaches_it():
    draws = pd.Series(np.linspace(110, 130, 1001))
    assert ahead.growth_proposal(draws, 100.0, 0.15)["growth"] == 0.15
    less = ahead.growth_proposal(draws, 100.0, 0.25)
    assert less["growth"] == pytest.approx(0.20)
    assert less["plan_probability"] < 0.5 <= less["probability"]


def test_initiatives_are_ranked_by_profit_and_exposures_stay_out_of_the_ranking():
    rows = pd.DataFrame([("4.1.3", "cell", "sales", 100.0, 50.0, 150.0, None), ("6.2.3", "media", "profit", 60.0, None, None, None),
                         ("7.2.3", "supplier", "exposed", 9999.0, None, None, None)], columns=ahead.INITIATIVE)  # fmt: skip
    made = ahead.ranked(rows, 0.5)
    assert list(made["action"]) == ["media", "cell", "supplier"]
    assert made.loc[1, ["profit", "profit_low", "profit_high"]].tolist() == [50.0, 25.0, 75.0]
    assert np.isnan(made.loc[2, "profit"])


def test_the_owner_is_who_has_the_items_open_action():
    log = pd.DataFrame({
        "action_id": ["A", "B", "C"], "plan_item": ["4.2.1"] * 3, "owner": ["old", "old", "new"], "to_department": ["x", "x", "y"],
        "opened_on": pd.to_datetime(["2025-01-01", "2025-02-01", "2025-06-01"]),
        "closed_on": pd.to_datetime(["2025-01-09", "2025-02-09", None]),
    })  # fmt: skip
    rows = pd.DataFrame({"item": ["4.2.1", "5.2.1"]})
    made = ahead.with_owners(rows, log, pd.Timestamp(AS_OF))
    assert list(made["owner"]) == ["new", ""]


def test_the_plans_owner_goes_before_the_logs_and_the_closest_place_counts():
    log = pd.DataFrame({"action_id": ["A1"], "plan_item": ["6.2.3"], "to_department": ["service"], "owner": ["Ms Li"],
                        "opened_on": [pd.Timestamp(AS_OF)], "closed_on": [pd.NaT]})  # fmt: skip
    rows = pd.DataFrame({"item": ["7.1.2", "7.1.3", "7.2.3", "6.2.3", "5.2.1"]})
    made = ahead.with_owners(rows, log, pd.Timestamp(AS_OF), {"7": "supply", "7.1": "risk", "7.1.2": "finance"})
    assert list(made["owner"]) == ["finance", "risk", "supply", "Ms Li", ""]
    assert list(made["department"]) == ["", "", "", "service", ""]


def asked(days: list[int], still_open: list[bool]) -> pd.DataFrame:
    opened = pd.Timestamp("2025-06-01")
    closed = [pd.NaT if open_ else opened + pd.Timedelta(days=d) for d, open_ in zip(days, still_open, strict=True)]
    return pd.DataFrame({"opened_on": opened, "closed_on": pd.to_datetime(pd.Series(closed)),
                         "due_on": opened + pd.Timedelta(days=20),
                         "from_department": "sales", "to_department": "finance"})  # fmt: skip


def test_open_actions_make_the_median_longer_not_shorter():
    log = asked([5, 6, 7, 0, 0, 0, 0], [False] * 3 + [True] * 4)
    rows = collaboration.between_departments(log, date(2025, 1, 1), AS_OF, AS_OF)
    assert np.isnan(collaboration.lead_times(rows)["median"].iloc[0])  # under half have closed
    closed_only = collaboration.lead_times(rows[rows["finished"]])["median"].iloc[0]
    assert closed_only == 6


def test_two_actions_are_an_anecdote_and_actions_within_a_department_wait_for_nobody():
    rows = collaboration.between_departments(asked([5, 6], [False] * 2), date(2025, 1, 1), AS_OF, AS_OF)
    assert np.isnan(collaboration.lead_times(rows)["median"].iloc[0])
    own = asked([5, 6, 7], [False] * 3).assign(from_department="finance")
    assert collaboration.between_departments(own, date(2025, 1, 1), AS_OF, AS_OF).empty


def test_the_log_rank_test_tells_fast_from_slow_and_not_equal_from_equal():
    fast, slow = (collaboration.between_departments(asked(list(range(low, low + 15)), [False] * 15), date(2025, 1, 1), AS_OF, AS_OF)
                  for low in (1, 30))  # fmt: skip
    assert collaboration.change_p_value(fast, slow) < 0.001
    assert collaboration.change_p_value(fast, fast) > 0.9


SOURCES = pd.DataFrame({"source": ["erp", "crm"], "table": ["sales_lines", "customers"], "owner": ["finance", ""],
                        "last_date": pd.to_datetime(["2025-12-30", "2025-11-01"]),
                        "fresh_within_days": pd.array([7, 10], dtype="Int64")})  # fmt: skip
REJECTS = pd.DataFrame({"source": "erp", "table": "sales_lines", "file": "f", "row": [1, 2, 3], "column": None, "value": "x",
                        "rule": ["bad_number", "bad_number", "duplicate_key"],
                        "known_on": pd.to_datetime(["2025-03-01", "2025-02-01", "2025-01-01"])})  # fmt: skip


def test_debts_are_rows_lost_and_promises_broken_with_age_and_owner():
    integrity = pd.DataFrame({"table": ["sales_lines"], "column": ["product_id"], "references": ["products"], "rows": [9],
                              "orphans": [2]})  # fmt: skip
    ledger = pd.DataFrame({"month": pd.to_datetime(["2025-11-01", "2025-10-01"]), "channel_id": ["a", "a"],
                           "ledger": [100.0, 50.0], "loaded": [90.0, 50.0]})  # fmt: skip
    found = debts.debts(REJECTS, SOURCES, integrity, ledger, AS_OF).set_index("kind")
    assert found.loc["quarantine", ["rows", "age_days", "owner"]].tolist() == [2, 333, "finance"]  # the repeated row is no loss
    assert found.loc["late", ["source", "age_days", "owner"]].tolist() == ["crm", 49, ""]
    assert found.loc["orphans", "rows"] == 2
    assert found.loc["ledger", "money"] == -10.0


def test_sound_data_have_no_debts():
    fresh = SOURCES.assign(last_date=pd.Timestamp("2025-12-30"))
    assert debts.debts(None, fresh, None, None, AS_OF).empty


def register_of(**fields: object) -> pd.Series:
    base = {"item": "7.2.2", "key": "calibration", "name": "n", "part": "", "unit": "ratio", "value": 0.9, "low": 0.7, "high": 1.2,
            "target": None, "better": "higher", "previous": None, "status": "no_target"}  # fmt: skip
    return models.register(pd.DataFrame([base | fields]), [models.Measure("m", "a", "7.2.2", "calibration", ideal=1.0)]).iloc[0]


def test_a_measure_without_a_target_holds_where_its_interval_has_the_ideal_in_it():
    assert register_of()["status"] == "met"
    assert register_of(low=0.7, high=0.95)["status"] == "missed"
    assert register_of(low=None, high=None)["status"] == "no_target"


def test_a_model_improves_when_it_comes_nearer_to_the_ideal_from_either_side():
    assert register_of(previous=1.3)["move"] == "improved"
    assert register_of(previous=1.05)["move"] == "worsened"
    assert register_of()["move"] == ""


def test_the_forecasts_gain_is_compared_with_the_year_before():
    worth = pd.DataFrame({"year": [2023, 2024, 2025], "gain": [0.4, 0.7, 0.5], "steps": [12, 12, 12]})
    assert models.yearly_gain(worth)[["value", "previous", "year"]].iloc[0].tolist() == [0.5, 0.7, 2025]
    assert models.yearly_gain(worth.head(1)).empty
