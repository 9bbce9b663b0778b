"""Repurchase of participants against matched others."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.campaign_loyalty import WITHIN_DAYS, answers_of_participants, cohorts, loyalty, matched_buyers

UNTIL = pd.Timestamp("2025-12-31")
START = pd.Timestamp("2025-03-01")


def buyers(count: int = 3000, hazard_of_participants: float = 1.0, seed: int = 1, confounded: bool = True) -> pd.DataFrame:
    """Buyers whose rate of coming back depends on how often they bought before; frequent buyers take part more often."""
    random = np.random.default_rng(seed)
    often = random.choice([0, 3, 12], count)
    chance = np.select([often == 0, often == 3], [0.05, 0.15], 0.4) if confounded else np.full(count, 0.2)
    took = random.random(count) < chance
    rate = np.select([often == 0, often == 3], [1 / 400, 1 / 150], 1 / 50) * np.where(took, hazard_of_participants, 1.0)
    bought = START + pd.to_timedelta(random.integers(0, 20, count), unit="D")
    back = bought + pd.to_timedelta(1 + np.floor(random.exponential(1 / rate)), unit="D")
    return pd.DataFrame({
        "campaign_id": "C1", "customer_id": [f"U{number}" for number in range(count)], "took_part": took, "bought_on": bought,
        "channel_id": "mall", "region": "East", "segment": None, "next_on": pd.Series(back).where(back <= UNTIL),
        "purchases_before": often, "first_on": bought,
        "last_on": pd.Series(bought - pd.Timedelta(days=40)).where(often > 0),
    })  # fmt: skip


def test_pairs_agree_in_what_they_are_matched_on():
    pairs, unmatched = matched_buyers(buyers())
    took = pairs["took_part"]
    assert took.sum() == (~took).sum() and unmatched == buyers()["took_part"].sum() - took.sum()
    assert pairs.loc[took, "purchases_before"].value_counts().equals(pairs.loc[~took, "purchases_before"].value_counts())
    assert pairs["customer_id"].is_unique


def test_frequent_buyers_taking_part_is_no_effect_of_the_campaign():
    """Unmatched, participants come back far more often; matched, at the same rate."""
    table = buyers(6000)
    days = (table["next_on"] - table["bought_on"]).dt.days
    raw = (days <= WITHIN_DAYS).groupby(table["took_part"]).mean()
    assert raw[True] - raw[False] > 0.1
    found = loyalty(table, UNTIL)
    assert found.difference[1] < 0 < found.difference[2] and found.p_value > 0.01


def test_a_campaign_that_brings_customers_back_is_seen():
    found = loyalty(buyers(hazard_of_participants=2.0), UNTIL)
    assert found.difference[1] > 0 and found.p_value < 0.001


def test_intervals_of_the_difference_hold_the_truth_at_their_nominal_rate():
    true = np.exp(-WITHIN_DAYS / 150) - np.exp(-WITHIN_DAYS * 1.3 / 150)
    held = []
    for seed in range(120):
        table = buyers(1500, 1.3, seed, confounded=False)
        found = loyalty(table[table["purchases_before"] == 3], UNTIL)
        held.append(found.difference[1] <= true <= found.difference[2])
    assert 0.89 <= np.mean(held) <= 0.995


def test_customers_cut_off_by_the_end_of_the_data_count_as_long_as_they_were_seen():
    table = buyers(confounded=False)
    early = loyalty(table, START + pd.Timedelta(days=110))
    late = loyalty(table, UNTIL)
    assert early.participants[0] == pytest.approx(late.participants[0], abs=0.03)
    assert early.curve.groupby("group")["returned"].apply(lambda values: values.is_monotonic_increasing).all()


def test_cohorts_are_followed_as_far_as_known():
    campaigns = pd.DataFrame({"campaign_id": ["C1"], "campaign": ["Spring"], "starts_on": [START],
                              "ends_on": [START + pd.Timedelta(days=20)]})  # fmt: skip
    row = cohorts(buyers(), campaigns, UNTIL).iloc[0]
    took = buyers().query("took_part")
    back = ((took["next_on"] - took["bought_on"]).dt.days <= WITHIN_DAYS).mean()
    assert row["days"] == WITHIN_DAYS and row["returned"] == pytest.approx(back), "nobody is cut off yet"
    assert abs(row["others"] - row["returned"]) < 0.1
    assert row["participants"] == buyers()["took_part"].sum() and row["low"] < row["returned"] < row["high"]
    assert row["first_time"] == pytest.approx((buyers().loc[buyers()["took_part"], "purchases_before"] == 0).mean())
    early = cohorts(buyers(), campaigns, START + pd.Timedelta(days=60)).iloc[0]
    assert early["days"] == 40 and early["low"] < early["returned"] < row["returned"]


def test_too_few_pairs_say_nothing():
    assert loyalty(buyers(60), UNTIL) is None


def test_only_answers_after_the_participation_count():
    table = buyers().query("took_part").head(2)
    answers = pd.DataFrame({"customer_id": [*table["customer_id"], "nobody", None],
                            "answered_at": [UNTIL, START - pd.Timedelta(days=1), UNTIL, UNTIL]})  # fmt: skip
    assert answers_of_participants(answers, buyers(), START).index.tolist() == [0]
    assert len(answers_of_participants(answers, buyers(), UNTIL)) == 0
