"""Deliveries and prices recover the demo's truth; lead times, concentration and risk agree with examples worked by hand."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import material_prices, supply, supply_base
from brandops.demo import supply as made
from brandops.demo.seasons import DAYS
from brandops.demo.truth import Truth

AS_OF = pd.Timestamp("2025-06-30")


def orders_of(*rows: tuple) -> pd.DataFrame:
    columns = ["supplier_id", "material", "ordered_on", "promised_on", "received_on", "quantity", "received_quantity", "price"]
    table = pd.DataFrame(rows, columns=columns)
    dates = ["ordered_on", "promised_on", "received_on"]
    table[dates] = table[dates].apply(pd.to_datetime)
    return table.astype({"quantity": float, "received_quantity": float, "price": float})


ORDERS = orders_of(
    ("V1", "Wax", "2025-05-01", "2025-05-20", "2025-05-20", 10, 10, 5),  # on time in full
    ("V1", "Wax", "2025-05-02", "2025-05-20", "2025-05-23", 10, 10, 5),  # three days late
    ("V1", "Oil", "2025-05-03", "2025-05-25", "2025-05-24", 10, 9, 8),  # a tenth short
    ("V2", "Wax", "2025-05-04", "2025-05-25", "2025-05-25", 10, None, 5),  # no quantity recorded
    ("V2", "Wax", "2025-06-01", "2025-06-20", None, 10, None, 5),  # out, ten days overdue
    ("V2", "Oil", "2025-06-15", "2025-07-10", None, 10, None, 8),  # out, not due yet
    ("V2", "Oil", "2025-07-05", "2025-07-20", "2025-07-20", 10, 10, 8),  # ordered later
)  # fmt: skip


@pytest.fixture(scope="module")
def demo():
    """The demo's suppliers with their true lateness, its order lines and prices."""
    truth = Truth()
    suppliers, prices = made.suppliers(truth, 11), made.material_prices(truth, 11)
    return suppliers, made.purchase_orders(truth, suppliers, prices, 11), prices


def test_a_line_is_kept_by_day_and_quantity_and_judged_only_when_due():
    lines = supply.delivered_lines(ORDERS, AS_OF)
    assert len(lines) == 6
    assert lines["on_time_in_full"].tolist()[:5] == [1, 0, 0, 1, 0] and np.isnan(lines["on_time_in_full"].iloc[5])
    assert lines["days_late"].tolist() == [0, 3, 0, 0, 10, 0]
    assert supply.kept_share(lines).value == pytest.approx(2 / 5) and supply.kept_share(lines).n == 5


def test_tolerances_of_days_and_quantity_are_granted():
    lines = supply.delivered_lines(ORDERS, AS_OF, days=3, quantity=0.1)
    assert lines["on_time_in_full"].tolist()[:5] == [1, 1, 1, 1, 0]


def test_a_receipt_is_not_known_before_its_day():
    early = supply.delivered_lines(ORDERS, "2025-05-21")
    assert early["received"].sum() == 1 and early["on_time_in_full"].tolist()[:2] == [1, 0]


def test_what_falls_short_of_the_target_is_counted_in_money():
    lines = supply.delivered_lines(ORDERS, AS_OF)
    # Due: 4 lines of 50 and one of 80; of these 100 came on time in full.
    assert supply.shortfall(lines, 0.9) == pytest.approx(0.9 * 280 - 100)
    assert supply.shortfall(lines, 0.1) is None and supply.shortfall(lines, None) is None


def test_open_lines_lengthen_lead_times():
    lines = supply.delivered_lines(ORDERS, AS_OF)
    mine = lines[lines["supplier_id"] == "V2"]
    assert supply.lead_quantiles(mine[mine["received"]]) == [21, 21]
    assert np.isnan(supply.lead_quantiles(mine[~mine["received"]])[0])
    median, long = supply.lead_quantiles(lines)
    assert median == 21 and np.isnan(long)


def test_lead_time_quantiles_recover_the_truth_under_censoring():
    random = np.random.default_rng(3)
    true, cut = np.ceil(random.exponential(20, 4000)), random.uniform(0, 60, 4000)
    lines = pd.DataFrame({"lead_days": np.minimum(true, np.floor(cut)), "received": true <= cut})
    assert supply.lead_quantiles(lines)[0] == pytest.approx(20 * np.log(2), abs=1.2)
    naive = lines.loc[lines["received"], "lead_days"].median()
    assert naive < 0.8 * 20 * np.log(2)


def test_on_time_shares_cover_the_suppliers_true_lateness_at_their_nominal_rate():
    hits, truth = [], Truth()
    for seed in range(6):
        suppliers = made.suppliers(truth, seed)
        orders = made.purchase_orders(truth, suppliers, made.material_prices(truth, seed), seed)
        lines = supply.delivered_lines(orders[orders["material"] != truth.material_shock["material"]], DAYS[-1])
        late = suppliers.set_index("supplier_id")["late"]
        for who, part in lines[lines["received"]].groupby("supplier_id"):
            found = supply.kept_share(part, "on_time")
            hits.append(found.low <= 1 - late[who] <= found.high)
    assert 0.9 <= np.mean(hits) <= 1 and len(hits) == 120


def test_the_worst_suppliers_are_told_from_the_rest(demo):
    suppliers, orders, _prices = demo
    lines = supply.delivered_lines(orders, DAYS[-1])
    table = supply.supplier_table(lines)
    score = supply_base.supplier_risk(table, lines, {"reliability": 1.0, "delay": 0.0, "dependence": 0.0})
    assert {"V05", "V12"} & set(score.head(3)["supplier_id"])
    true = suppliers.set_index("supplier_id")["late"]
    assert score["reliability"].corr(score["supplier_id"].map(true), method="spearman") > 0.7


def test_every_material_has_the_suppliers_it_truly_has(demo):
    _suppliers, orders, _prices = demo
    lines = supply.delivered_lines(orders, DAYS[-1])
    table = supply_base.material_sources(lines, 3).set_index("material")
    true = {material: len(members) for material, members in made.supplies(Truth()).items()}
    assert table["suppliers"].to_dict() == true
    assert set(table.index[table["single"]]) == {"Fragrance"} and table.loc["Fragrance", "concentration"] == 1
    assert set(table.index[~table["enough"]]) == {"Fragrance", "Hyaluronic acid", "Pigment"}


def test_concentration_is_the_sum_of_squared_shares():
    lines = supply.delivered_lines(ORDERS, AS_OF)
    table = supply_base.material_sources(lines, 2).set_index("material")
    assert table.loc["Wax", "concentration"] == pytest.approx(0.5) and table.loc["Wax", "main_share"] == pytest.approx(0.5)
    assert supply_base.concentration(lines) == pytest.approx((180 / 360) ** 2 + (180 / 360) ** 2)
    assert supply_base.bought(lines, "2025-06-30", months=1)["material"].tolist() == ["Wax", "Oil"]


def test_risk_scores_lie_within_their_scale_and_grow_with_each_part():
    lines = supply.delivered_lines(ORDERS, AS_OF)
    table = supply.supplier_table(lines)
    weights = {"reliability": 0.4, "delay": 0.2, "dependence": 0.4}
    score = supply_base.supplier_risk(table, lines, weights).set_index("supplier_id")
    assert score["score"].between(0, 100).all()
    # V1 kept 1 of 3, V2 1 of 2; two lines' worth of the mean (2 of 5) is added to each.
    assert score.loc["V1", "reliability"] == pytest.approx(1 - (1 + 0.8) / 5)
    assert score.loc["V2", "reliability"] == pytest.approx(1 - (1 + 0.8) / 4)
    doubled = supply_base.supplier_risk(table, lines, {name: 2 * weight for name, weight in weights.items()})
    assert doubled.set_index("supplier_id")["score"].to_dict() == pytest.approx(score["score"].to_dict())


def test_volatility_covers_the_demo_s_truth_at_its_nominal_rate():
    """The demo's daily noise is 0.8 %, drawn back by 0.5 % a day: a week's log return has a deviation of 2.1 %."""
    true = np.sqrt(2 * 0.008**2 / (1 - 0.995**2) * (1 - 0.995**7)) * np.sqrt(52)
    hits = []
    for seed in range(6):
        prices = made.material_prices(Truth(), seed)
        table = material_prices.price_risk(prices, pd.Series(dtype=float), "2025-12-31")
        hits += list((table["low"] <= true) & (true <= table["high"]))
    assert 0.88 <= np.mean(hits) <= 1 and len(hits) == 72


def test_the_shock_of_a_material_shows_in_its_change_of_price(demo):
    *_rest, prices = demo
    shock = Truth().material_shock
    then = material_prices.price_risk(prices, pd.Series(dtype=float), "2024-06-30").set_index("material")
    assert then["change_year"].idxmax() == shock["material"] and then.loc[shock["material"], "change_year"] > 0.3


def test_cost_at_risk_is_exceeded_in_one_quarter_of_twenty():
    random = np.random.default_rng(2)
    volatility = 0.2
    dearer = np.expm1(random.normal(0, volatility / 2, 100_000))
    assert (1000 * dearer > material_prices.cost_at_risk(1000, volatility)).mean() == pytest.approx(0.05, abs=0.004)


def test_a_basket_of_independent_materials_is_calmer_than_each_of_them(demo):
    *_rest, prices = demo
    spend = pd.Series(1.0, sorted(prices["material"].unique()))
    basket = material_prices.basket_risk(prices, spend, "2025-12-31")
    single = material_prices.price_risk(prices, spend, "2025-12-31")
    assert basket["volatility"] < 0.6 * single["volatility"].mean() and basket["low"] < basket["volatility"] < basket["high"]
    assert basket["at_risk"] < single["at_risk"].sum() and basket["spend"] == pytest.approx(3)
    assert np.isnan(material_prices.basket_risk(prices, spend.iloc[:0], "2025-12-31")["at_risk"])


def test_prices_of_later_days_change_nothing(demo):
    *_rest, prices = demo
    spend = pd.Series(1.0, sorted(prices["material"].unique()))
    day = pd.Timestamp("2024-09-30")
    cut = material_prices.price_risk(prices[prices["date"] <= day], spend, day)
    pd.testing.assert_frame_equal(material_prices.price_risk(prices, spend, day), cut)


def test_months_hold_what_was_promised_in_them():
    table = supply.history(supply.delivered_lines(ORDERS, AS_OF), AS_OF)
    assert table["month"].tolist() == list(pd.to_datetime(["2025-05-01", "2025-06-01"])) and table["lines"].tolist() == [4, 1]
