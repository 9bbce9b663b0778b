"""Sentences say what the figures say."""

import pandas as pd

from brandops.analysis.lift_panel import refused
from brandops.present import formats
from brandops.present.sentences import campaign_lift, customers, risk
from brandops.present.sentences import summary_review as review
from brandops.present.sentences.data_models import _verdict


def test_an_interval_counts_in_the_direction_of_its_sentence():
    said = [_verdict("linear", gain, low, high, "{gain} less error", "{gain} more error")
            for gain, low, high in ((-0.185, -0.239, -0.097), (0.15, 0.05, 0.24))]  # fmt: skip
    assert "18.5% more error (95% interval 9.7% to 23.9%), worse." in said[0]
    assert "15.0% less error (95% interval 5.0% to 24.0%), better." in said[1]


def test_a_growth_of_hundreds_of_times_has_no_decimals():
    assert formats.percent(310.233) == "31,023%" and formats.percent(0.962) == "96.2%" and formats.percent(-0.5) == "−50.0%"


def test_a_rule_of_the_tree_names_each_bound_once_the_tightest():
    row = pd.Series({"conditions": (("frequency", ">", 2.2), ("promotion", "<=", 0.8), ("frequency", ">", 3.0))})
    assert customers.rule(row, "USD") == "orders a year above 3.0, share of orders on promotion up to 80%"


def test_sales_that_rose_in_a_war_were_not_hit_by_it():
    war = pd.Series({"competitor": "Rival", "category": "Gin", "starts_on": pd.Timestamp("2025-12-01"), "going_on": True,
                     "price_change": -0.1, "share_gain": 0.02, "known_on": pd.Timestamp("2025-12-31")})  # fmt: skip
    parts = pd.DataFrame({"channel_type": ["offline"], "effect": [0.358], "low": [-0.7], "high": [5.2]})
    said = risk.war(war, parts, "USD")
    assert "did not fall" in said and "Hardest hit" not in said
    assert "Hardest hit are our sales offline: −35.8%" in risk.war(war, parts.assign(effect=-0.358), "USD")


def test_campaigns_that_could_not_be_estimated_are_named_once_for_each_reason():
    table = pd.DataFrame({"campaign_id": ["A", "B"], "campaign": ["First sale", "Second sale"]})
    reason = next(iter(campaign_lift.REASONS))
    said = campaign_lift.lifts(table, {key: refused(reason, "structural") for key in "AB"})
    assert len(said) == 1 and said[0].startswith("First sale, Second sale: ")


def test_a_cause_leaves_out_what_the_miss_has_just_said_and_nothing_else():
    repeated = "New products brought 18.0% of net sales in 2025Q4; the plan asks for 20%."
    finding = repeated + " 10 products were new; Classic alone brought 6.6%."
    assert review.cause([finding], "18.0%", "≥ 20.0%") == ["10 products were new; Classic alone brought 6.6%."]
    assert review.cause([finding], "17.9%", "≥ 20.0%") == [finding]
    assert review.cause([repeated], "18.0%", "20.0%") == [] and review.cause([]) == []
    telling = "Department stores fell behind."  # no number: a cause in words
    assert review.cause([telling], "18.0%", "20.0%") == [telling]


def test_misses_in_a_row_are_not_told_in_the_same_words():
    row = pd.Series({"name": "Share", "key": "share", "status": "missed", "better": "higher", "actual_text": "18%",
                     "target_text": "≥ 20%", "low": None, "high": None, "money_at_stake": 1e6})  # fmt: skip
    said = [review.miss(row, pd.DataFrame(), [], "CNY", place=place) for place in range(3)]
    assert len(set(said)) == 3 and all("18%" in text and "20%" in text and "¥1.00M" in text for text in said)
    limit = review.miss(row.replace("higher", "lower"), pd.DataFrame(), [], "CNY")
    assert "above the limit of 20%" in limit
