"""Survey answers: which count, how many, and what weight they carry."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.survey import (
    margin_shares,
    post_stratification_weights,
    rating,
    responses_by_month,
    valid_by_month,
    valid_responses,
)

BATTERY = {"q_quality": 4, "q_price": 3, "q_delivery": 5, "q_service": 4, "q_range": 4}


def answers(*rows: dict) -> pd.DataFrame:
    """Answers that break no rule, one per dict of changes."""
    usual = {"answered_at": pd.Timestamp("2025-11-03 04:00"), "wave": "2025-11",
             "collector": "wechat", "csat": 4, "nps": 8, "seconds": 90.0, **BATTERY}  # fmt: skip
    made = [{"response_id": f"R{i}", "customer_id": f"C{i}", **usual, **row} for i, row in enumerate(rows)]
    return pd.DataFrame(made)


def reasons(frame: pd.DataFrame, **rules) -> list[str | None]:
    return [r if isinstance(r, str) else None for r in valid_responses(frame, **rules)["reason"]]


def test_a_careful_answer_is_valid():
    checked = valid_responses(answers({}))
    assert checked["valid"].tolist() == [True]
    assert reasons(answers({})) == [None]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seconds": 19.9}, "speeder"),
        ({"seconds": 20.0}, None),
        ({"seconds": None}, None),
        (dict.fromkeys(BATTERY, 5), "straight_line"),
        ({**dict.fromkeys(BATTERY, 5), "q_range": 4}, None),
        ({**dict.fromkeys(BATTERY, 5), "q_range": None}, "straight_line"),
        ({**dict.fromkeys(BATTERY, 5), "q_range": None, "q_price": None}, None),
        ({"csat": 6}, "out_of_range"),
        ({"nps": 11}, "out_of_range"),
        ({"q_price": 0}, "out_of_range"),
        ({"csat": 6, "seconds": 1.0}, "out_of_range"),
    ],
)
def test_each_rule_rejects_exactly_what_it_says(change, reason):
    assert reasons(answers(change)) == [reason]


def test_the_earlier_of_two_answers_to_a_wave_counts():
    later = {"customer_id": "C", "answered_at": pd.Timestamp("2025-11-09")}
    frame = answers(later, {"customer_id": "C"}, {"customer_id": "C", "wave": "2025-12"})
    assert reasons(frame) == ["duplicate", None, None]
    assert reasons(frame, one_per_customer_and_wave=False) == [None, None, None]


def test_a_careless_first_answer_does_not_push_out_the_careful_second():
    later = {"customer_id": "C", "answered_at": pd.Timestamp("2025-11-09")}
    assert reasons(answers({"customer_id": "C", "seconds": 2.0}, later)) == ["speeder", None]


def test_open_answers_are_not_duplicates_but_a_repeated_id_is():
    assert reasons(answers({"customer_id": None}, {"customer_id": None})) == [None, None]
    assert reasons(answers({"response_id": "R"}, {"response_id": "R"})) == [None, "duplicate"]


def test_answers_are_counted_in_the_month_they_came():
    late = {"answered_at": pd.Timestamp("2025-10-31 23:59"), "collector": None}
    counted = responses_by_month(valid_responses(answers(late, {"seconds": 1.0}, {})))
    assert counted["month"].tolist() == [pd.Timestamp("2025-10-01"), pd.Timestamp("2025-11-01")]
    assert counted["collector"].tolist() == ["unknown", "wechat"]
    assert counted[["responses", "valid", "speeder"]].iloc[1].tolist() == [2, 1, 1]


def test_every_answer_is_counted_once_as_valid_or_by_its_reason():
    frame = answers({}, {"seconds": 1.0}, {"csat": 9}, dict.fromkeys(BATTERY, 1), {"customer_id": "C0"})
    counted = responses_by_month(valid_responses(frame))
    parts = counted[["valid", "speeder", "out_of_range", "straight_line", "duplicate"]].sum(axis=1)
    assert parts.tolist() == counted["responses"].tolist() == [5]


def test_a_month_without_answers_counts_zero():
    counted = responses_by_month(valid_responses(answers({})))
    months = [pd.Timestamp("2025-10-01"), pd.Timestamp("2025-11-01")]
    totals = valid_by_month(counted, months, 1)
    assert totals["valid"].tolist() == [0, 1]
    assert totals["met"].tolist() == [False, True]


@pytest.fixture
def skewed() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A sample in which the east and the young answered too often."""
    random = np.random.default_rng(7)
    sample = pd.DataFrame({
        "region": random.choice(["east", "west", "north"], 2000, p=[0.7, 0.2, 0.1]),
        "age_group": random.choice(["18-29", "30+"], 2000, p=[0.8, 0.2]),
        "gender": random.choice(["female", "male"], 2000, p=[0.6, 0.4]),
    })  # fmt: skip
    cells = [(r, a, g, pr * pa * pg)
             for r, pr in (("east", 0.4), ("west", 0.3), ("north", 0.3))
             for a, pa in (("18-29", 0.3), ("30+", 0.7))
             for g, pg in (("female", 0.5), ("male", 0.5))]  # fmt: skip
    return sample, pd.DataFrame(cells, columns=["region", "age_group", "gender", "share"])


def test_weighted_margins_are_the_populations(skewed):
    sample, population = skewed
    weights = post_stratification_weights(sample, population, max_weight=50)
    shares = margin_shares(sample, weights, population)
    assert weights.mean() == pytest.approx(1)
    assert shares["weighted"].to_numpy() == pytest.approx(shares["population"].to_numpy(), abs=1e-6)
    assert (shares["unweighted"] - shares["population"]).abs().max() > 0.25


def test_no_weight_exceeds_the_cap_and_the_mean_stays_one(skewed):
    weights = post_stratification_weights(*skewed, max_weight=3)
    assert weights.max() <= 3 + 1e-9
    assert weights.mean() == pytest.approx(1)


def test_blank_traits_and_unanswered_groups_leave_finite_weights(skewed):
    sample, population = skewed
    sample.loc[::10, "age_group"] = None
    weights = post_stratification_weights(sample[sample["region"] != "north"], population)
    assert np.isfinite(weights).all()
    assert weights.mean() == pytest.approx(1)


def test_a_sample_like_the_population_is_left_alone(skewed):
    population = skewed[1]
    sample = population.loc[population.index.repeat((population["share"] * 1000).round().astype(int))]
    assert post_stratification_weights(sample, population).to_numpy() == pytest.approx(1, abs=1e-6)


def test_a_survey_that_rates_nothing_gives_no_ratings():
    silent = pd.DataFrame({"csat": [None, None], "nps": [None, None], "aware": [None, None]})
    assert rating(silent) is None and rating(None) is None
    assert rating(silent.assign(csat=[5, None])) is not None


@pytest.mark.parametrize("target", [0, None])
def test_without_a_number_wanted_nothing_is_missed(target):
    by_month = pd.DataFrame({"month": [pd.Timestamp("2025-10-01")], "responses": [5], "valid": [0]})
    found = valid_by_month(by_month, [pd.Timestamp("2025-10-01")], target).iloc[0]
    assert found["met"] and pd.isna(found["target"]) and pd.isna(found["attainment"])
