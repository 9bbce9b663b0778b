"""Recipients chosen for what they bought before: the true effect is found, and a past difference is shown."""

import numpy as np
import pandas as pd

from brandops.analysis.campaign_returns import pooled, total
from brandops.analysis.matched import mailings, matched_effect
from brandops.present.sentences import campaign_lift as say_lift

PAST = ["before_early", "before_late"]


def shoppers(seed: int, effect: float, hidden: float = 0.0) -> pd.DataFrame:
    """Good customers get the coupon; `hidden`: those about to buy more get it, which the early past does not show."""
    rng = np.random.default_rng(seed)
    usual, mood = rng.lognormal(3.5, 0.8, 2000), rng.normal(0, 1, 2000)
    early, late, during = (rng.gamma(4, usual / 4) for _ in range(3))
    received = rng.random(2000) < 1 / (1 + np.exp(2.5 - 0.5 * np.log1p(early + late) - hidden * mood))
    late = late * np.exp(0.3 * hidden * mood)
    return pd.DataFrame({"received": received, "before_early": early, "before_late": late, "during": during + effect * received})


def test_good_customers_are_compared_with_good_customers():
    naive, covered = [], 0
    for seed in range(60):
        made = shoppers(seed, 5.0)
        found = matched_effect(made, "during", PAST)
        covered += found.low <= 5.0 <= found.high
        naive.append(made.loc[made["received"], "during"].mean() - made.loc[~made["received"], "during"].mean())
    assert np.mean(naive) > 8 and covered >= 52


def test_recipients_who_differed_before_already_are_seen():
    found = matched_effect(shoppers(1, 0.0, hidden=1.5), "before_late", PAST[:1])
    assert found.low > 0


def test_too_few_recipients_give_no_number():
    made = shoppers(1, 5.0)
    made["received"] = made.index < 10
    assert matched_effect(made, "during", PAST) is None


def test_equal_lifts_have_the_mean_lift_and_a_narrower_interval():
    table = pd.DataFrame({"lift": [0.1, 0.1], "lift_low": [0.0, 0.0], "lift_high": [0.21, 0.21]})
    found = pooled(table)
    assert abs(found["lift"] - 0.1) < 1e-9 and found["lift_low"] > 0.02 and found["lift_high"] < 0.19


def test_returns_of_independent_campaigns_add_by_squares():
    table = pd.DataFrame({"added": [10.0, 20.0], "added_low": [7.0, 16.0], "added_high": [13.0, 24.0], "margin": [10.0, 20.0],
                          "margin_low": [7.0, 16.0], "margin_high": [13.0, 24.0], "spent": [5.0, 5.0]})  # fmt: skip
    found = total(table)
    assert (found["added_low"], found["added_high"]) == (25.0, 35.0) and found["roi"] == 2.0 and found["verdict"] == "paid"


def test_of_many_mailings_only_those_beyond_chance_are_named():
    """Twenty that did nothing and one that did: at 5 % one of the twenty may look clear; allowing for all, the one remains."""
    effects = [0.0] * 20 + [25.0]
    frames = [shoppers(300 + at, effect).assign(campaign_id=f"C{at}", other_campaigns=0) for at, effect in enumerate(effects)]
    runs = pd.DataFrame({"campaign_id": [f"C{at}" for at in range(21)], "campaign": [f"No. {at}" for at in range(21)],
                         "theme": "coupons", "starts_on": pd.Timestamp("2025-05-01"),
                         "ends_on": pd.Timestamp("2025-05-14")})  # fmt: skip
    table = mailings(pd.concat(frames, ignore_index=True), runs, "2025-12-31", "2024-01-01")
    assert (table["q_value"] >= table["p_value"]).all()
    assert list(table.loc[table["q_value"] <= 0.05, "campaign"]) == ["No. 20"]
    assert "more than chance: No. 20 (" in say_lift.mailings(table, "CNY")
    nothing = table[table["campaign"] != "No. 20"].assign(low=1.0, q_value=0.4)
    assert "each of these may be chance" in say_lift.mailings(nothing, "CNY")
