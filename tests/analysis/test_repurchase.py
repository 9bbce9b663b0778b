"""The segmentation trial: features before the cut, outcomes after it, intervals that hold."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from brandops.analysis.repurchase import bought_again, customer_features, delong, try_segmenting

CUT = pd.Timestamp("2025-10-01")
AS_OF = pd.Timestamp("2025-12-31")


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    """400 customers over three years; every customer keeps an own rate of buying."""
    random = np.random.default_rng(5)
    rates = random.beta(0.8, 1.5, 400)
    months = pd.date_range("2023-01-01", "2025-12-01", freq="MS")
    rows = [(month, f"C{c:03d}", 1 + random.poisson(rates[c]))
            for month in months for c in range(400) if random.random() < rates[c]]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["month", "customer_id", "orders"])
    frame["net_sales"] = frame["orders"] * 50.0
    frame["channel_type"] = np.where(random.random(len(frame)) < 0.5, "online", "offline")
    return frame.astype({"month": "datetime64[ns]"})


def test_features_come_strictly_from_before_the_cut(history):
    features = customer_features(history, CUT)
    changed = history.copy()
    changed.loc[changed["month"] >= CUT, ["orders", "net_sales"]] = 999
    pd.testing.assert_frame_equal(features, customer_features(changed, CUT))
    changed.loc[changed["month"] == CUT - pd.DateOffset(months=1), "orders"] = 999
    assert not features.equals(customer_features(changed, CUT))


def test_features_say_what_a_customer_did():
    rows = [
        ("2024-10-01", 2, 100.0, "online"),
        ("2025-08-01", 1, 50.0, "offline"),
        ("2025-08-01", 1, 30.0, "online"),
    ]
    frame = pd.DataFrame(rows, columns=["month", "orders", "net_sales", "channel_type"]).assign(customer_id="C")
    frame["month"] = pd.to_datetime(frame["month"])
    row = customer_features(frame, CUT).loc["C"]
    assert row.to_dict() == pytest.approx({
        "months_since_order": 2, "orders_3m": 2, "orders_12m": 4, "active_months_12m": 2,
        "order_value": 45.0, "months_as_customer": 12, "online_share": 0.75, "same_quarter_last_year": 2,
    })  # fmt: skip


def test_a_customer_lost_for_two_years_is_not_judged():
    rows = [("2023-09-01", "gone"), ("2023-10-01", "there")]
    frame = pd.DataFrame(rows, columns=["month", "customer_id"]).assign(orders=1, net_sales=1.0, channel_type="online")
    frame["month"] = pd.to_datetime(frame["month"])
    assert customer_features(frame, CUT).index.tolist() == ["there"]


def test_the_outcome_is_an_order_in_the_three_months_from_the_cut():
    frame = pd.DataFrame({"month": pd.to_datetime(["2025-09-01", "2025-10-01", "2025-12-01", "2026-01-01"]),
                          "customer_id": ["before", "first", "last", "after"], "orders": 1})  # fmt: skip
    assert bought_again(frame, pd.Index(frame["customer_id"]), CUT).tolist() == [False, True, True, False]


def test_the_trial_is_judged_on_the_last_complete_quarter(history):
    trial = try_segmenting(history, AS_OF)
    assert trial.cut == CUT
    assert try_segmenting(history, pd.Timestamp("2025-12-30")).cut == pd.Timestamp("2025-09-01")
    assert trial.customers == len(customer_features(history, CUT))


def test_both_models_beat_recency_where_customers_have_own_rates(history):
    scores = try_segmenting(history, AS_OF).scores.set_index("model")
    assert (scores.loc[["linear", "tree"], "gain"] > 0.02).all()
    assert scores.loc["linear", "gain_low"] > 0
    assert scores.loc["naive", "gain"] == 0


def test_the_trees_segments_hold_every_customer_once_and_order_them(history):
    trial = try_segmenting(history, AS_OF)
    segments = trial.segments
    assert segments["customers"].sum() == trial.customers
    assert (segments["customers"] * segments["actual"]).sum() == pytest.approx(trial.bought)
    assert segments["actual"].iloc[0] > segments["actual"].iloc[-1] + 0.3
    assert all(len({c[:2] for c in conditions}) == len(conditions) for conditions in segments["conditions"])


def test_what_happens_after_the_as_of_date_changes_nothing(history):
    as_of = pd.Timestamp("2025-06-30")
    known = try_segmenting(history[history["month"] <= as_of], as_of)
    pd.testing.assert_frame_equal(known.scores, try_segmenting(history, as_of).scores)


def test_there_is_no_trial_where_nothing_can_be_told(history):
    assert try_segmenting(history[history["month"] >= "2025-10-01"], AS_OF) is None
    loyal = history[history["customer_id"].isin(["C000", "C001"])]
    assert try_segmenting(loyal, AS_OF) is None


def test_delong_gives_the_area_and_an_interval_that_covers_it():
    random = np.random.default_rng(8)
    truth, covered = 0.7602, 0  # area for normal scores one standard deviation apart: Phi(1 / sqrt(2))
    for _ in range(200):
        y = random.random(300) < 0.4
        score = random.normal(y.astype(float), 1)
        areas, covariance = delong(y, [score])
        covered += abs(areas[0] - truth) < 1.96 * covariance[0, 0] ** 0.5
    assert areas[0] == pytest.approx(roc_auc_score(y, score))
    assert 0.90 <= covered / 200 <= 0.99
