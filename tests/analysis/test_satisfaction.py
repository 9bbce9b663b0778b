"""Satisfaction, recommendation, awareness and the drivers of dissatisfaction."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import satisfaction as s


def answers(**columns):
    frame = pd.DataFrame(columns)
    return frame.assign(weight=1.0) if "weight" not in frame else frame


def test_satisfied_answers_are_those_from_the_plans_score_up():
    frame = answers(csat=[5, 4, 3, 1, None])
    assert s.one(s.csat(frame, 4)).value == 0.5 and s.one(s.csat(frame, 4)).n == 4
    assert s.one(s.csat(frame, 5)).value == 0.25


def test_weights_change_the_share_and_widen_its_interval():
    plain = s.one(s.csat(answers(csat=[5] * 90 + [1] * 10), 4))
    weighted = s.one(s.csat(answers(csat=[5] * 90 + [1] * 10, weight=[1.0] * 90 + [5.0] * 10), 4))
    assert weighted.value == pytest.approx(90 / 140)
    assert weighted.high - weighted.low > plain.high - plain.low


def test_groups_are_measured_each_for_itself():
    table = s.csat(answers(csat=[5, 5, 1, 1], wave=["w1", "w1", "w2", "w2"]), 4, by=["wave"])
    assert dict(zip(table["wave"], table["value"], strict=True)) == {"w1": 1.0, "w2": 0.0}


def test_nps_is_promoters_minus_detractors_in_points():
    found = s.one(s.nps(answers(nps=[10, 9, 8, 7, 6, 0, None])))
    assert found.value == pytest.approx(0.0, abs=1e-9) and found.n == 6
    assert s.one(s.nps(answers(nps=[10, 10, 7, 0]))).value == pytest.approx(25.0)


def test_nps_interval_covers_the_true_score_at_about_its_nominal_rate():
    rng, true, inside = np.random.default_rng(8), 30.0, 0
    for _ in range(300):
        scores = rng.choice([10, 8, 3], p=[0.5, 0.3, 0.2], size=120)
        found = s.one(s.nps(answers(nps=scores)))
        inside += found.low <= true <= found.high
    assert 0.91 < inside / 300 < 0.985


def test_awareness_skips_those_not_asked():
    found = s.one(s.awareness(answers(aware=pd.array([True, False, None, True], dtype="boolean"))))
    assert found.value == pytest.approx(2 / 3) and found.n == 3


def battery(seed, effects, count=1500):
    """Ratings that share a halo, and a satisfaction that depends on them by `effects`."""
    rng = np.random.default_rng(seed)
    halo = rng.normal(0, 0.6, count)
    ratings = {q: np.clip(np.round(3.8 + halo + rng.normal(0, 0.8, count)), 1, 5) for q in effects}
    score = 3.8 + sum(b * (ratings[q] - 3.8) for q, b in effects.items()) + rng.normal(0, 0.5, count)
    return answers(csat=np.clip(np.round(score), 1, 5), **ratings)


EFFECTS = {"q_delivery": 0.8, "q_price": 0.4, "q_quality": 0.0}


def test_the_strongest_true_driver_is_ranked_first_and_the_powerless_last():
    for seed in range(3):
        table = s.drivers(battery(seed, EFFECTS), 4)
        assert table["driver"].tolist() == list(EFFECTS)
        assert table["importance"].sum() == pytest.approx(1)
        assert ((table["low"] <= table["importance"]) & (table["importance"] <= table["high"])).all()


def test_equal_drivers_share_the_importance_equally():
    table = s.drivers(battery(3, {"q_a": 0.5, "q_b": 0.5}, 6000), 4)
    assert table["importance"].to_numpy() == pytest.approx([0.5, 0.5], abs=0.06)


def test_a_low_rating_of_a_driver_goes_with_dissatisfaction():
    table = s.drivers(battery(4, EFFECTS), 4).set_index("driver")
    assert table.at["q_delivery", "dissatisfied_if_low"] > table.at["q_delivery", "dissatisfied_if_good"] + 0.2
    assert table.at["q_delivery", "if_low_low"] < table.at["q_delivery", "dissatisfied_if_low"]


def test_too_few_answers_explain_nothing():
    assert s.drivers(battery(5, EFFECTS, 20), 4).empty
    assert s.drivers(battery(5, EFFECTS).assign(csat=5), 4).empty
