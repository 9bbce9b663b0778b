"""Sentences say what the figures say."""

from brandops.present.sentences.data_models import _verdict


def test_an_interval_counts_in_the_direction_of_its_sentence():
    said = [_verdict("linear", gain, low, high, "{gain} less error", "{gain} more error")
            for gain, low, high in ((-0.185, -0.239, -0.097), (0.15, 0.05, 0.24))]  # fmt: skip
    assert "18.5% more error (95% interval 9.7% to 23.9%), worse." in said[0]
    assert "15.0% less error (95% interval 5.0% to 24.0%), better." in said[1]
