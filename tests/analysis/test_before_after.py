"""What surveys say before and after, with intervals and sample sizes."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.before_after import awareness_change, by_segment, campaign_changes, difference_interval, satisfaction_change
from brandops.analysis.intervals import wilson
from brandops.params.plan import SurveyRules

RULES = SurveyRules()
BEFORE, AFTER = (date(2024, 10, 1), date(2024, 12, 31)), (date(2025, 10, 1), date(2025, 12, 31))


def answers(count: int, on: str, aware: float, satisfied: float = 0.9, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng([seed, count])
    return pd.DataFrame({
        "response_id": [f"{on}{number}" for number in range(count)],
        "answered_at": pd.Timestamp(on) + pd.to_timedelta(random.integers(0, 20 * 86_400, count), unit="s"),
        "wave": on, "customer_id": None, "aware": random.random(count) < aware,
        "csat": np.where(random.random(count) < satisfied, 5, 1), "nps": 8,
        "gender": random.choice(["female", "male"], count), "seconds": 100.0,
    })  # fmt: skip


def test_the_change_and_both_samples_are_those_of_the_answers():
    table = pd.concat([answers(400, "2024-11-01", 0.5), answers(500, "2025-11-01", 0.6)], ignore_index=True)
    row = awareness_change(table, None, RULES, BEFORE, AFTER).iloc[0]
    assert (row["n_before"], row["n_after"]) == (400, 500)
    assert row["change"] == pytest.approx(row["after"] - row["before"])
    assert row["low"] < row["change"] < row["high"]


def test_newcombes_published_example():
    """Newcombe 1998, table II (a): 56/70 against 48/80, method 10: 0.0524 to 0.3339."""
    (p1, n1), (p2, n2) = (48 / 80, 80), (56 / 70, 70)
    low, high = difference_interval(p1, *wilson(p1, n1), p2, *wilson(p2, n2))
    assert (round(float(low), 4), round(float(high), 4)) == (0.0524, 0.3339)


def test_intervals_of_the_change_hold_it_at_their_nominal_rate():
    held = []
    for seed in range(200):
        table = pd.concat([answers(300, "2024-11-01", 0.55, seed=seed), answers(350, "2025-11-01", 0.60, seed=seed)])
        row = awareness_change(table.reset_index(drop=True), None, RULES, BEFORE, AFTER).iloc[0]
        held.append(row["low"] <= 0.05 <= row["high"])
    assert 0.91 <= np.mean(held) <= 0.99


def test_segments_with_few_answers_are_left_out():
    table = pd.concat([answers(200, "2024-11-01", 0.5), answers(200, "2025-11-01", 0.6)], ignore_index=True)
    table.loc[table.index[:5], "gender"] = "other"
    assert set(by_segment(table, None, RULES, BEFORE, AFTER)["group"]) == {"female", "male"}
    assert awareness_change(table.head(20), None, RULES, BEFORE, AFTER).empty


def test_a_campaign_is_seen_from_its_last_day_on_and_no_further_than_known():
    campaign = pd.DataFrame({"campaign_id": ["C1"], "campaign": ["Spring"], "starts_on": [pd.Timestamp("2025-11-01")],
                             "ends_on": [pd.Timestamp("2025-11-05")]})  # fmt: skip
    table = pd.concat([answers(200, "2025-10-05", 0.5), answers(300, "2025-11-06", 0.6, satisfied=0.4)], ignore_index=True)
    seen = campaign_changes(table, None, RULES, campaign, date(2025, 12, 31)).set_index("measure")
    assert seen.loc["awareness", "n_before"] == 200 and seen.loc["satisfaction", "n_after"] == 300
    assert seen.loc["satisfaction", "high"] < -0.3
    earlier = campaign_changes(table, None, RULES, campaign, date(2025, 11, 15)).set_index("measure")
    assert earlier.loc["awareness", "n_after"] < 300
    assert satisfaction_change(table, None, RULES, BEFORE, (date(2025, 11, 6), date(2025, 12, 1))).empty
