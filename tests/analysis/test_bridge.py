"""The bridge explains a difference to the cent and puts each effect where it belongs."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandops.analysis.bridge import EFFECTS, bridge, plan_base, steps, top_groups

COLUMNS = ["channel_id", "category", "product_id", "quantity", "net_sales"]


def sales(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


BASE = sales(("web", "tea", "a", 10, 100.0), ("web", "tea", "b", 10, 300.0))


def effects(now, base=BASE):
    found = steps(bridge(base, now)).set_index("step")["amount"]
    return {name: found[name] for name in EFFECTS if found[name]}


def test_dearer_products_are_a_price_effect_only():
    assert effects(sales(("web", "tea", "a", 10, 110.0), ("web", "tea", "b", 10, 300.0))) == {"price": 10.0}


def test_more_of_everything_is_a_volume_effect_only():
    assert effects(sales(("web", "tea", "a", 15, 150.0), ("web", "tea", "b", 15, 450.0))) == {"volume": 200.0}


def test_units_moving_to_the_dearer_product_are_a_mix_effect_only():
    assert effects(sales(("web", "tea", "a", 5, 50.0), ("web", "tea", "b", 15, 450.0))) == {"mix": 100.0}


def test_new_and_discontinued_products_have_their_own_bars():
    now = sales(("web", "tea", "a", 10, 100.0), ("web", "tea", "c", 2, 80.0))
    assert effects(now) == {"new": 80.0, "discontinued": -300.0}


def test_a_product_that_was_only_returned_does_not_break_the_bridge():
    now = sales(("web", "tea", "a", -1, -10.0), ("web", "tea", "b", 10, 300.0))
    assert effects(now) == {"discontinued": -110.0}


def test_units_of_different_categories_are_never_added():
    base = sales(("web", "tea", "a", 10, 100.0), ("web", "pots", "p", 1, 500.0))
    now = sales(("web", "tea", "a", 20, 200.0), ("web", "pots", "p", 1, 500.0))
    assert effects(now, base) == {"volume": 100.0}


ROW = st.tuples(
    st.sampled_from(["web", "shop", None]), st.sampled_from(["tea", "pots"]), st.sampled_from("abcdef"),
    st.integers(-3, 40), st.integers(-50_000, 500_000).map(lambda cents: cents / 100),
)  # fmt: skip
TABLE = st.lists(ROW, min_size=1, max_size=25).map(lambda rows: pd.DataFrame(rows, columns=COLUMNS))


@settings(max_examples=60, deadline=None)
@given(TABLE, TABLE)
def test_the_effects_add_up_to_the_difference_to_the_cent(base, now):
    bars = steps(bridge(base, now)).set_index("step")["amount"]
    assert round(bars[EFFECTS].sum(), 2) == pytest.approx(round(bars["now"] - bars["base"], 2), abs=0.001)
    assert bars["now"] == pytest.approx(now["net_sales"].sum(), abs=0.005)
    assert bars["base"] == pytest.approx(base["net_sales"].sum(), abs=0.005)


def test_against_plan_the_base_is_last_year_scaled_to_the_target():
    base = plan_base(BASE, 500.0)
    assert base["net_sales"].sum() == pytest.approx(500.0)
    assert (base["net_sales"] / base["quantity"]).tolist() == pytest.approx([10.0, 30.0])
    assert steps(bridge(base, base)).set_index("step")["amount"][EFFECTS].abs().sum() == 0


def test_the_groups_that_moved_most_come_first():
    now = sales(("web", "tea", "a", 10, 100.0), ("web", "tea", "b", 10, 300.0), ("web", "pots", "p", 1, 900.0))
    table = top_groups(bridge(BASE, now), ["category"])
    assert table["category"].tolist() == ["pots", "tea"] and table["difference"].tolist() == [900.0, 0.0]
