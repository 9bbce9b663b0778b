"""Intervals keep their nominal coverage and respect weights."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.intervals import effective_size, mean_estimate, share_estimate, wilson


def test_wilson_agrees_with_the_published_example():
    # Newcombe 1998, table I: 81 of 263.
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_wilson_stays_inside_zero_and_one_and_is_open_at_neither_end():
    low, high = wilson(1.0, 10)
    assert high == 1.0 and 0.65 < low < 0.75
    assert np.isnan(wilson(0.5, 0)[0])


def test_wilson_covers_a_share_at_about_its_nominal_rate():
    rng = np.random.default_rng(5)
    seen = rng.binomial(80, 0.9, 4000) / 80
    covered = np.mean([low <= 0.9 <= high for low, high in (wilson(s, 80) for s in seen)])
    assert 0.93 < covered < 0.98


def test_unequal_weights_cost_precision():
    assert effective_size(pd.Series([1.0] * 50)) == pytest.approx(50)
    assert effective_size(pd.Series([9.0] + [1.0] * 49)) == pytest.approx(58**2 / (81 + 49))


def test_a_weighted_share_counts_weights_and_skips_blanks():
    found = share_estimate(pd.Series([1.0, 0.0, None]), pd.Series([3.0, 1.0, 100.0]))
    assert (found.value, found.n) == (0.75, 2)
    assert found.effective_n == pytest.approx(16 / 10)


def test_the_interval_of_a_mean_is_the_textbook_one_when_weights_are_equal():
    values = pd.Series([-100.0, 0.0, 100.0, 100.0] * 25)
    found = mean_estimate(values)
    assert found.value == 25
    assert found.high - found.value == pytest.approx(1.959964 * values.std(ddof=1) / 10)


def test_nothing_to_estimate_from_is_nan_not_zero():
    assert np.isnan(share_estimate(pd.Series([], dtype=float)).value)
    assert np.isnan(mean_estimate(pd.Series([], dtype=float)).low)
