"""Why no best price follows is said as it is: an elasticity not told, nothing sold, or no unit cost."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from brandops.analysis.optimal_price import optimal_prices, without_price
from brandops.analysis.pooled_elasticity import pool
from brandops.present.sentences import price_answers
from brandops.present.sentences.pricing import elasticity_finding, no_price_finding, no_response

WEEKS = pd.date_range("2024-01-01", periods=100, freq="W-MON")
NAMES = {"a": "Shop A", "b": "Shop B", "c": "Shop C", "d": "Shop D", "e": "Shop E"}


def response(highs: dict[str, float]) -> SimpleNamespace:
    columns = ["channel_id", "estimate", "se", "df", "low", "high", "rows"]
    own = pd.DataFrame([(c, high - 1, 0.3, 20.0, high - 2, high, 100) for c, high in highs.items()], columns=columns)
    return SimpleNamespace(of=lambda _term: own, left_out=pd.DataFrame(columns=["channel_id", "reason"]))


def panel(**changes: dict) -> pd.DataFrame:
    parts = []
    for channel in NAMES:
        price = 10 + np.sin(np.arange(100))
        made = pd.DataFrame({"channel_id": channel, "unit": channel, "week": WEEKS, "price": price, "volume": 50.0, "cost": 5.0})
        parts.append(made.assign(**changes.get(channel, {})))
    return pd.concat(parts, ignore_index=True)


def test_each_channel_without_a_best_price_has_its_own_reason():
    sold_before = {"volume": np.where(np.arange(100) < 40, 50.0, 0.0)}
    found = response({"a": 0.3, "b": -0.5, "c": -0.5, "d": -0.5})
    weeks = panel(b=sold_before, c={"cost": np.nan})
    lacking = without_price(found, weeks)
    assert dict(zip(lacking["channel_id"], lacking["reason"], strict=True)) == {"a": "elasticity", "b": "sales", "c": "cost"}
    assert list(optimal_prices(found, weeks)["channel_id"]) == ["d"]  # the others, and only they, have a price
    said = no_price_finding(lacking, NAMES)
    assert "Shop A: whether lower prices sell more there cannot be told" in said
    assert "Shop B: nothing was sold there in the last year" in said
    assert "Shop C: unit costs there are not known" in said


def test_unit_costs_are_not_blamed_where_only_the_elasticity_is_lacking():
    lacking = without_price(response({"a": 0.1, "b": 0.2}), panel(a={"cost": np.nan}))
    said = no_price_finding(lacking, NAMES)
    assert "cost" not in said and "Shop A, Shop B: whether lower prices" in said


def test_many_channels_are_counted_and_none_at_all_is_said():
    many = without_price(response(dict.fromkeys("abcd", 0.1)), panel())
    assert no_price_finding(many, NAMES) == "No best price in 4 channels: whether lower prices sell more there cannot be told."
    none = without_price(response({}), panel())
    assert no_price_finding(none, NAMES) == "No best price can be given: no channel's elasticity could be estimated."
    assert "too few products" in no_response()


def test_an_elasticity_whose_interval_holds_nought_is_no_answer():
    own = response({"a": -0.5}).of("")
    told = elasticity_finding(SimpleNamespace(of=lambda _t: own, left_out=pd.DataFrame(columns=["channel_id", "reason"])), NAMES)
    assert told == "A price 1% lower sells 1.5% more (0.5 to 2.5) in Shop A."
    unknown = response({"a": 0.5})
    assert elasticity_finding(unknown, NAMES).startswith("Whether lower prices sell more in Shop A cannot be told")
    several = response({"a": -0.5, "b": -0.2, "c": 0.4})
    assert "In 1 of 3 channels the elasticity cannot be estimated" in elasticity_finding(several, NAMES)


def test_volume_that_rises_with_price_is_no_answer_to_price():
    pooled = pool(["a", "b"], [3.0, 2.5], [[0.1, 0.0], [0.0, 0.1]])
    text = price_answers.elasticity(pooled, {"a": "A", "b": "B"})
    assert "In no channel does volume clearly fall with price" in text and "no advice to raise them" in text
    assert "A answers most" in price_answers.elasticity(pool(["a", "b"], [-3.0, -1.0], [[0.1, 0.0], [0.0, 0.1]]), {"a": "A"})
