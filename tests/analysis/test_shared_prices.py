"""Elasticities of shops too small to know their own prices: a chain whose prices are the same everywhere, and one whose are not."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.channel_prices import channel_prices, estimate
from brandops.analysis.shared_prices import FOLLOWS, shared_price_panel
from brandops.present.sentences import price_answers as say

SHOPS, PRODUCTS, WEEKS = 8, 24, 52
END = pd.Timestamp("2024-12-31")
LABELS = {f"shop {number}": f"Shop {number}" for number in range(SHOPS)} | {"rest": "Other shops"}


def chain(seed: int, *, own_prices: tuple[str, ...] = (), coupons: bool = False) -> tuple[pd.DataFrame, pd.Series]:
    """Mart `prices_weekly` of small shops and the rest of their chain, and the true elasticity by channel.

    A shop sells a product three times in four weeks. Every seventh customer has a coupon of his own for a tenth. Shops in
    `own_prices` set theirs alone; `coupons` books a third of every reduction as coupons somebody refunds.
    """
    rng = np.random.default_rng(seed)
    promoted = rng.random((WEEKS, PRODUCTS)) < 0.25
    shared = np.where(promoted, rng.uniform(-0.5, -0.1, (WEEKS, PRODUCTS)), 0.0) + rng.normal(0, 0.01, (WEEKS, PRODUCTS))
    true = pd.Series({name: rng.normal(-2.0, 0.5) for name in LABELS})
    popular, taste = rng.normal(0, 0.5, PRODUCTS), rng.normal(0, 0.1, (WEEKS, PRODUCTS))
    frames = []
    for name in LABELS:
        price = rng.permuted(shared, axis=0) if name in own_prices else shared
        level = 25.0 if name == "rest" else 0.75
        mean = level * np.exp(popular + taste + true[name] * price + rng.normal(0, 0.15, (WEEKS, 1)))
        lines = rng.poisson(mean)
        week, product = np.nonzero(lines)
        count = lines[week, product]
        paid = 10 * np.exp(price[week, product]) * (count - 0.1 * rng.binomial(count, 1 / 7))
        refunded = (10 * count - paid).clip(0) / 3 if coupons else 0.0
        frames.append(pd.DataFrame({
            "week": pd.Timestamp("2024-01-01") + pd.to_timedelta(7 * week, unit="D"), "channel_id": name, "brand": "B",
            "category": "C", "subcategory": "S", "product_id": [f"P{at:02d}" for at in product], "quantity": count.astype(float),
            "net_sales": paid + refunded, "list_sales": 10.0 * count, "cost": 5.0 * count, "promoted_quantity": np.nan,
            "coupons": refunded if coupons else np.nan, "lines": count,
        }))  # fmt: skip
    return pd.concat(frames, ignore_index=True), true


def test_intervals_of_small_shops_hold_the_truth_at_their_nominal_rate_and_pooling_helps():
    held, pooled_error, alone_error = [], 0.0, 0.0
    for seed in range(12):
        weekly, true = chain(seed)
        table = channel_prices(estimate(weekly, None, None, END), set(LABELS)).pooled.table.set_index("channel_id")
        truth = true[table.index]
        held += list((table["low"] <= truth) & (truth <= table["high"]))
        pooled_error += ((table["estimate"] - truth) ** 2).sum()
        alone_error += ((table["alone"] - truth) ** 2).sum()
    assert len(held) == 12 * len(LABELS) and 0.88 <= np.mean(held) <= 0.99
    assert pooled_error < alone_error


def test_no_shop_alone_sells_often_enough_so_prices_are_taken_elsewhere():
    weekly, _true = chain(1)
    found = estimate(weekly, None, None, END)
    assert set(found.left_out["channel_id"]) == set(LABELS) - {"rest"} and (found.left_out["reason"] == "sold too rarely").all()
    assert found.follows.between(0.8, 1.2).all() and len(found.pooled().table) == len(LABELS)


def test_a_shop_with_prices_of_its_own_gets_the_mean_of_the_others_and_no_estimate():
    weekly, _true = chain(2, own_prices=("shop 3",))
    prices = channel_prices(estimate(weekly, None, None, END), set(LABELS))
    row = prices.pooled.table.set_index("channel_id").loc["shop 3"]
    assert prices.follows["shop 3"] < FOLLOWS and np.isnan(row["alone"]) and row["low"] < -2 < row["high"]
    assert "Shop 3" in say.borrowed_prices(prices.follows, LABELS)


def test_where_every_shop_sets_its_own_prices_nothing_is_told_and_the_reason_is():
    weekly, _true = chain(3, own_prices=tuple(LABELS))
    found = estimate(weekly, None, None, END)
    assert found.response is None and channel_prices(found, set(LABELS)) is None and (found.follows < FOLLOWS).all()
    assert "no product sells 6 order lines a week" in say.untold(found, LABELS) and "67% would be needed" in say.untold(
        found, LABELS
    )


def test_where_the_whole_chain_sells_too_little_nothing_is_told():
    weekly, _true = chain(4)
    found = estimate(weekly[weekly["channel_id"].isin(["shop 0", "shop 1"])], None, None, END)
    assert found.response is None and found.follows.empty and "Nor do enough products sell" in say.untold(found, LABELS)


def test_a_coupon_lowers_the_price_its_bearer_paid_and_the_shop_got_in_full():
    weekly, _true = chain(5, coupons=True)
    without = weekly.assign(net_sales=weekly["net_sales"] - weekly["coupons"], coupons=np.nan)
    one, other = (shared_price_panel(frame, last=END).panel["log_price"] for frame in (weekly, without))
    assert np.allclose(one, other) and not np.allclose(one, shared_price_panel(weekly.assign(coupons=np.nan)).panel["log_price"])


def test_a_shops_price_is_not_made_of_its_own_sales():
    """Else one customer with a coupon would be a low price and a sale at once."""
    weekly, _true = chain(6)
    cheaper = weekly["net_sales"].where(weekly["channel_id"] != "shop 0", 0.5 * weekly["net_sales"])
    one, other = (shared_price_panel(frame, last=END).panel.query("channel_id == 'shop 0'")
                  for frame in (weekly, weekly.assign(net_sales=cheaper)))  # fmt: skip
    assert one["log_price"].diff().to_numpy()[1:] == pytest.approx(other["log_price"].diff().to_numpy()[1:], abs=1e-9)


def test_channels_without_an_estimate_of_their_own_are_named_with_the_reason():
    """Two large channels tell their own prices; a third sells too rarely and gets the mean, and the table says so."""
    one, other = (chain(seed, own_prices=("rest",))[0].query("channel_id == 'rest'") for seed in (7, 8))
    small = chain(7)[0].query("channel_id == 'shop 1'")
    found = estimate(pd.concat([one, other.assign(channel_id="second"), small]), None, None, END)
    assert found.follows is None and found.pooled().table["channel_id"].tolist() == ["rest", "second"]
    assert say.without_own(found, LABELS).startswith("Without an estimate of their own: Shop 1: no product sells 6 order lines")
    assert say.without_own(estimate(chain(1)[0], None, None, END), LABELS) is None
