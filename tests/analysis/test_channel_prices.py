"""Pooled elasticities and the price simulator."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.channel_prices import Estimated, channel_prices
from brandops.analysis.pooled_elasticity import pool
from brandops.analysis.price_simulator import COLUMNS, simulate


def test_a_channel_with_little_data_is_drawn_to_the_others_and_one_with_much_is_not():
    pooled = pool(["a", "b", "c", "small"], [-2.0, -1.8, -2.2, 0.5], np.diag([0.01, 0.01, 0.01, 4.0]))
    table = pooled.table.set_index("channel_id")
    assert table.at["a", "estimate"] == pytest.approx(-2.0, abs=0.05) and table.at["a", "weight"] > 0.6
    assert table.at["small", "estimate"] < -1.5 and table.at["small", "weight"] < 0.2
    assert table.at["small", "high"] - table.at["small", "low"] < table.at["small", "alone_high"] - table.at["small", "alone_low"]


def test_a_channel_without_data_gets_what_the_others_let_expect_and_a_wide_interval():
    pooled = pool(["a", "b", "c"], [-2.0, -1.0, -3.0], np.diag([0.01] * 3), ["none"])
    table = pooled.table.set_index("channel_id")
    assert table.at["none", "estimate"] == pytest.approx(-2.0, abs=0.05) and np.isnan(table.at["none", "alone"])
    assert table.at["none", "high"] - table.at["none", "low"] > 2


def test_pooled_intervals_cover_the_truth_and_err_less_than_single_estimates():
    rng, inside, pooled_error, alone_error = np.random.default_rng(1), [], 0.0, 0.0
    variance = np.array([0.02, 0.05, 0.1, 0.3, 0.5, 0.8, 1.0, 1.5])
    for _world in range(150):
        truth = rng.normal(-1.8, 0.5, 8)
        seen = truth + rng.normal(size=8) * np.sqrt(variance)
        table = pool(list("abcdefgh"), seen, np.diag(variance)).table
        inside += list((table["low"] <= truth) & (truth <= table["high"]))
        pooled_error += ((table["estimate"] - truth) ** 2).sum()
        alone_error += ((seen - truth) ** 2).sum()
    assert 0.92 <= np.mean(inside) <= 0.99
    assert pooled_error < 0.6 * alone_error


BASE = pd.DataFrame(
    {"channel_id": ["a", "b"], "units": [1000.0, 500.0], "net_sales": [10_000.0, 5_000.0], "cost": [4_000.0, 2_000.0]}
)
SURE = pool(["a", "b"], [-2.0, -1.0], np.eye(2) * 1e-8)


def test_a_change_follows_the_elasticity():
    row = simulate(BASE, SURE, {"a": -0.05}).iloc[0]
    sold = 1000 * 0.95**-2.0
    assert list(simulate(BASE, SURE, {"a": -0.05}).columns) == COLUMNS
    assert row["units"] == pytest.approx(sold - 1000, rel=0.01)
    assert row["sales"] == pytest.approx(sold * 9.5 - 10_000, rel=0.01)
    assert row["total_margin"] == pytest.approx(sold * 5.5 - 6_000, rel=0.03)


def test_units_taken_from_other_channels_are_counted_against_the_gain():
    alone, taking = (simulate(BASE, SURE, {"a": -0.05}, cannibalisation=share).iloc[0] for share in (0.0, 0.5))
    assert taking["taken"] == pytest.approx(0.5 * alone["units"] * 10)
    assert taking["total_sales"] == pytest.approx(alone["total_sales"] - taking["taken"])


def test_a_promotion_adds_its_lift_and_its_uncertainty():
    plain = simulate(BASE, SURE, {"a": -0.05}).iloc[0]
    lifted = simulate(BASE, SURE, {"a": -0.05}, promotion={"a": (0.2, 0.1)}).iloc[0]
    assert (lifted["units"] + 1000) / (plain["units"] + 1000) == pytest.approx(np.exp(0.2))
    assert lifted["units_high"] - lifted["units_low"] > 10 * (plain["units_high"] - plain["units_low"])


def test_without_cost_there_is_a_volume_effect_and_no_margin():
    row = simulate(BASE.assign(cost=np.nan), SURE, {"a": -0.05}).iloc[0]
    assert row["units"] > 0 and np.isnan(row["total_margin"]) and np.isnan(row["better"])


def test_impossible_changes_are_refused():
    with pytest.raises(ValueError, match="above -1"):
        simulate(BASE, SURE, {"a": -1.0})
    with pytest.raises(ValueError, match="from 0 to 1"):
        simulate(BASE, SURE, {"a": 0.1}, cannibalisation=2)


def test_lifts_by_promotions_are_pooled_as_elasticities_are():
    """A channel whose promotions say little takes after the others, and so does one that says nothing."""
    terms = [(channel, "log_price", -2.0) for channel in "abcd"]
    terms += [(channel, "promotion", lift) for channel, lift in zip("abcd", (0.30, 0.32, 0.28, 2.0), strict=True)]
    table = pd.DataFrame(terms, columns=["channel_id", "term", "estimate"])
    response = SimpleNamespace(elasticities=table, covariance=np.diag([0.01] * 4 + [0.001] * 3 + [4.0]))
    prices = channel_prices(Estimated(response, pd.DataFrame()), set("abcde"))
    assert prices.promotion["a"][0] == pytest.approx(0.30, abs=0.02) and prices.promotion["d"][0] == pytest.approx(0.3, abs=0.1)
    assert prices.promotion["e"][0] == pytest.approx(0.3, abs=0.1) and prices.promotion["e"][1] > prices.promotion["a"][1]
