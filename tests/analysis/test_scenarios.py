"""Scenarios: the accounting adds up, a price alone agrees with the price simulator, and the page's formulas with Python."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import price_simulator, scenarios
from brandops.analysis.pooled_elasticity import Pooled
from brandops.analysis.scenarios import Levers, Quarter, simulate
from brandops.present.plots import scenario_levers

DRAWS = 400
CHANNELS = pd.DataFrame({
    "channel_id": ["mall", "store", "trade"], "price": [10.0, 12.0, 6.0], "cost_rate": [0.3, 0.4, 0.5],
    "variable_rate": [0.1, 0.05, 0.02], "fixed": [0.0, 100.0, 20.0], "on_credit": [False, False, True],
})  # fmt: skip


@pytest.fixture
def quarter() -> Quarter:
    rng = np.random.default_rng(1)
    return Quarter(
        channels=CHANNELS, sales=np.array([1000.0, 800.0, 600.0]) * np.exp(rng.normal(0, 0.05, (DRAWS, 3))),
        elasticity=np.array([-2.0, -1.2, -0.8]) + rng.normal(0, 0.1, (DRAWS, 3)), stock=400.0, orders=900.0, floor=50.0,
        campaigns=100.0, loss_rate=0.02, owed_share=0.6, owed_now=300.0, credit_answer=np.full(DRAWS, 0.3),
        campaign_answer=rng.normal(2.0, 0.3, DRAWS), marginal_loss=2.0,
        campaign_elasticity=rng.uniform(0.3, 0.7, DRAWS), cannibalisation=0.2,
    )  # fmt: skip


def test_the_plan_is_the_forecast_less_what_it_costs(quarter):
    plan = simulate(quarter, Levers({}))
    goods = (quarter.sales * CHANNELS["cost_rate"].to_numpy()).sum(axis=1)
    costs = (quarter.sales * CHANNELS["variable_rate"].to_numpy()).sum(axis=1) + 120
    loss = 0.02 * quarter.sales[:, 2]
    assert np.allclose(plan["net_sales"], quarter.sales.sum(axis=1)) and np.allclose(plan["lost_sales"], 0)
    assert np.allclose(plan["profit"], plan["net_sales"] - goods - costs - 100 - loss)
    owed = 0.6 * quarter.sales[:, 2] - 300
    assert np.allclose(plan["cash"], plan["net_sales"] - owed - 900 - costs - 100 - loss)
    assert np.allclose(plan["stock_end"], 400 + 900 - goods)


def test_a_price_alone_does_what_the_price_simulator_says(quarter):
    units = np.array([100.0, 800 / 12, 100.0])
    exact = replace(quarter, sales=np.tile(units * CHANNELS["price"].to_numpy(), (DRAWS, 1)),
                    elasticity=np.tile([-2.0, -1.2, -0.8], (DRAWS, 1)),
                    channels=CHANNELS.assign(variable_rate=0.0, on_credit=False), orders=1e6)  # fmt: skip
    base = pd.DataFrame({"channel_id": CHANNELS["channel_id"], "units": units, "net_sales": exact.sales[0],
                         "cost": exact.sales[0] * CHANNELS["cost_rate"].to_numpy()})  # fmt: skip
    pooled = Pooled(
        pd.DataFrame({"channel_id": CHANNELS["channel_id"]}), np.array([-2.0, -1.2, -0.8]), np.eye(3) * 1e-12, -1.3, 0.5
    )
    told = price_simulator.simulate(base, pooled, {"mall": -0.05}, cannibalisation=0.2).iloc[0]
    change = (simulate(exact, Levers({"mall": -0.05})) - simulate(exact, Levers({}))).iloc[0]
    assert change["net_sales"] == pytest.approx(told["total_sales"]) and change["profit"] == pytest.approx(told["total_margin"])


def test_what_stock_cannot_serve_is_lost(quarter):
    none = simulate(quarter, Levers({}, orders=0.0))
    served = (400 - 50) / (quarter.sales * CHANNELS["cost_rate"].to_numpy()).sum(axis=1)
    assert np.allclose(none["net_sales"], quarter.sales.sum(axis=1) * served) and np.allclose(none["stock_end"], 50)
    assert np.allclose(none["lost_sales"] + none["net_sales"], quarter.sales.sum(axis=1))


def test_limits_move_credit_sales_and_their_losses_and_campaign_money_brings_less_and_less(quarter):
    plan, wide = simulate(quarter, Levers({})), simulate(quarter, Levers({}, credit_limits=1.5))
    extra = quarter.sales[:, 2] * (1.5**0.3 - 1)
    assert np.allclose(wide["net_sales"] - plan["net_sales"], extra)
    assert np.allclose(wide["credit_loss"] - plan["credit_loss"], 0.02 * 2 * extra)
    added = [simulate(quarter, Levers({}, campaign_budget=f))["net_sales"].mean() for f in (0.0, 1.0, 2.0)]
    assert added[1] - added[0] > added[2] - added[1] > 0


def test_scenarios_share_their_draws_so_that_doing_nothing_changes_nothing(quarter):
    table = scenarios.compare(quarter, {"same": Levers({}), "dearer": Levers({"store": 0.1})}).set_index("scenario")
    same = table.loc["same"]
    assert (same[["profit_change", "profit_change_low", "profit_change_high"]] == 0).all() and same["better"] == 0
    dearer = table.loc["dearer"]
    assert dearer["profit_change_high"] - dearer["profit_change_low"] < (dearer["profit_high"] - dearer["profit_low"]) / 2
    assert dearer["worst"] < dearer["profit_low"] < dearer["profit"] < dearer["profit_high"]


@pytest.mark.parametrize("levers", [Levers({"mall": -1.0}), Levers({}, orders=-0.1), Levers({}, credit_limits=0.0)])
def test_levers_out_of_range_are_refused(quarter, levers):
    with pytest.raises(ValueError, match="out of range"):
        simulate(quarter, levers)
    with pytest.raises(KeyError, match="kiosk"):
        simulate(quarter, Levers({"kiosk": 0.1}))


@pytest.mark.parametrize("levers", [
    {"which": "*", "price": 0, "orders": 100, "limits": 100, "campaign": 100},
    {"which": "mall", "price": -10, "orders": 60, "limits": 100, "campaign": 100},
    {"which": "*", "price": 5, "orders": 120, "limits": 70, "campaign": 180},
])  # fmt: skip
def test_the_pages_formulas_give_what_python_does(quarter, levers):
    rows, formulas = scenario_levers.rows(quarter), scenario_levers.expressions(quarter)
    for name, formula in formulas["channel"].items():
        rows[name] = [evaluated(formula, row, levers) for row in rows.to_dict("records")]
    rows["all_gain"], rows["all_room"] = (rows.groupby("draw")[name].transform("sum") for name in ("gain", "room"))
    for name, formula in formulas["others"].items():
        rows[name] = [evaluated(formula, row, levers) for row in rows.to_dict("records")]
    sums = rows.groupby("draw")[["sold", "goods", "costs", "usual", "lent", "sales"]].sum()
    sums[["returned", "worse", "beyond"]] = rows.groupby("draw")[["returned", "worse", "beyond"]].mean()
    for name, formula in formulas["draw"].items():
        sums[name] = [evaluated(formula, row, levers) for row in sums.to_dict("records")]
    moved = CHANNELS["channel_id"] if levers["which"] == "*" else [levers["which"]]
    given = Levers(
        dict.fromkeys(moved, levers["price"] / 100), levers["orders"] / 100, levers["limits"] / 100, levers["campaign"] / 100
    )
    chosen = scenario_levers.chosen_draws(quarter)
    told = simulate(quarter, given).iloc[chosen]
    for ours, theirs in (("net_sales", "net_sales"), ("profit", "profit"), ("cash", "cash"), ("loss", "credit_loss"),
                         ("lost_sales", "lost_sales")):  # fmt: skip
        assert np.allclose(sums[ours], told[theirs], rtol=2e-4, atol=0.5), ours
    fixed = {name: scenario_levers._planned(formula) for name, formula in formulas["draw"].items()}
    assert not any(lever in formula for formula in fixed.values() for lever in ("orders", "limits", "campaign /"))


def test_the_draws_in_the_page_stand_for_all(quarter):
    chosen, whole = scenario_levers.chosen_draws(quarter), simulate(quarter, Levers({}))
    assert len(set(chosen)) == scenario_levers.DRAWN
    for tail in (0.1, 0.5, 0.9):
        assert whole["net_sales"].iloc[chosen].quantile(tail) == pytest.approx(whole["net_sales"].quantile(tail), rel=0.005)


def evaluated(formula: str, row: dict, levers: dict) -> float:
    """Evaluate a formula of the chart's language: its conditions and operators turned into Python's."""
    text = formula.replace("||", " or ").replace("&&", " and ")
    while "?" in text:
        start, depth = text.rindex("?"), 0
        left = start - 1
        while left >= 0 and not (text[left] == "(" and depth == 0):
            depth += (text[left] == ")") - (text[left] == "(")
            left -= 1
        right, depth = start + 1, 0
        while right < len(text) and not (text[right] == ")" and depth == 0):
            depth += (text[right] == "(") - (text[right] == ")")
            right += 1
        condition, rest = text[left + 1 : start], text[start + 1 : right]
        yes, no = rest.rsplit(":", 1) if rest.count(":") == 1 else rest.split(":", 1)
        text = f"{text[: left + 1]}({yes}) if ({condition}) else ({no}){text[right:]}"
    return float(eval(text, {"pow": pow, "max": max, "min": min, "datum": SimpleNamespace(**row), **levers}))
