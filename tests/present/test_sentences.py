"""Sentences say what the figures say."""

import pandas as pd

from brandops.present.sentences import summary_review as review
from brandops.present.sentences.data_models import _verdict


def test_an_interval_counts_in_the_direction_of_its_sentence():
    said = [_verdict("linear", gain, low, high, "{gain} less error", "{gain} more error")
            for gain, low, high in ((-0.185, -0.239, -0.097), (0.15, 0.05, 0.24))]  # fmt: skip
    assert "18.5% more error (95% interval 9.7% to 23.9%), worse." in said[0]
    assert "15.0% less error (95% interval 5.0% to 24.0%), better." in said[1]


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
