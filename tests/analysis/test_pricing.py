"""Elasticities cover the demo's truth at their nominal rate; on real juice they have the right sign and forecast."""

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from price_worlds import weekly_world

from brandops.analysis.optimal_price import best_price, optimal_prices, profit_curve
from brandops.analysis.panel_regression import fit_panel
from brandops.analysis.price_diagnostics import variance_inflation
from brandops.analysis.price_panel import competitor_prices, price_panel
from brandops.analysis.pricing import price_response
from brandops.demo.truth import CHANNELS, Truth

TRUE = {channel.channel_id: channel for channel in CHANNELS}
JUICE = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3] / "shared" / "data")) / "pricing" / "orange_juice.parquet"


def true_value(term: str, channel_id: str) -> float:
    if term == "competitor_price":
        return Truth().competitor_elasticity
    return TRUE[channel_id].elasticity if term == "log_price" else TRUE[channel_id].promotion_lift


def estimates(seed: int, channels: list[str]) -> pd.DataFrame:
    weekly, market, campaigns = weekly_world(seed, channels)
    panel, _account = price_panel(weekly, market_monthly=market, campaigns=campaigns)
    made = price_response(panel).elasticities
    made = made[made["term"].isin(["log_price", "promotion", "competitor_price"])]
    true = np.array([true_value(row.term, row.channel_id) for row in made.itertuples()])
    return made.assign(true=true, covered=(made["low"] <= true) & (true <= made["high"]))


def test_intervals_cover_the_true_elasticities_of_the_demo_s_worlds():
    found = pd.concat([estimates(seed, ["tmall", "supermarket"]) for seed in range(16)])
    own = found[found["term"] == "log_price"]
    # 16 worlds of two channels: 95 % give or take three standard errors.
    assert own["covered"].mean() >= 0.83
    error = own["estimate"] - own["true"]
    assert abs(error.mean()) < 3 * error.std() / np.sqrt(len(own)) + 0.02
    assert own["se"].mean() < 0.2, "wide enough to cover anything"


@pytest.mark.slow
def test_intervals_cover_the_true_elasticities_in_95_of_100_worlds():
    found = pd.concat([estimates(1000 + seed, list(TRUE)) for seed in range(200)])
    covered = found.groupby("term")["covered"].mean()
    assert covered["log_price"] == pytest.approx(0.95, abs=0.02)
    assert covered["promotion"] == pytest.approx(0.95, abs=0.02)
    assert covered["competitor_price"] == pytest.approx(0.95, abs=0.035), "200 intervals only"


def test_leaving_unsold_weeks_out_would_flatten_the_elasticity():
    """Why weeks without a sale stay in: of rarely sold products the rest are the lucky ones."""
    random = np.random.default_rng(2)
    unit = np.repeat(np.arange(60), 100)
    x = random.normal(0, 0.25, 6000)
    frame = pd.DataFrame({"unit": unit, "time": np.tile(np.arange(100), 60), "cluster": unit, "x": x,
                          "volume": random.poisson(np.exp(-2 * x))})  # fmt: skip
    kept, left = fit_panel(frame, ["x"]), fit_panel(frame[frame["volume"] > 0], ["x"])
    assert kept.coefficients.loc["x", "estimate"] == pytest.approx(-2, abs=0.15)
    assert left.coefficients.loc["x", "estimate"] > -1.4


def test_the_best_price_is_the_maximum_of_the_profit_curve():
    price = np.linspace(0.3, 2, 20_001)
    for elasticity, share, rate in ((-2.5, 0.35, 0.0), (-1.6, 0.3, 0.1)):
        top = price[profit_curve(elasticity, share, rate, price).argmax()]
        assert best_price(elasticity, share, rate) == pytest.approx(top, abs=2e-4)
    assert np.isinf(best_price(-0.9, 0.3))


def test_a_recommended_price_never_leaves_the_prices_observed():
    weekly, market, campaigns = weekly_world(5, ["tmall", "department_store"])
    panel, _account = price_panel(weekly, market_monthly=market, campaigns=campaigns)
    found = optimal_prices(price_response(panel), panel)
    assert len(found) == 2
    assert (found["recommended"].between(found["observed_low"], found["observed_high"])).all()
    assert (found["recommended_low"] >= found["observed_low"]).all()
    assert found.set_index("channel_id").loc["tmall", "extrapolates"]


def test_the_account_of_the_panel_adds_up_and_prices_hold_still_where_nothing_varies():
    weekly, _market, _campaigns = weekly_world(5, ["tmall"])
    panel, account = price_panel(weekly)
    volume = account.set_index("step")["volume"]
    assert volume["sold"] == volume["used"] + volume["sold too rarely"] + volume["beyond the best-selling"]
    assert price_response(panel.assign(log_price=0.0)) is None


def test_variance_inflation_finds_two_terms_that_move_together():
    random = np.random.default_rng(3)
    unit = np.repeat(np.arange(10), 50)
    x = random.normal(size=500)
    frame = pd.DataFrame({"unit": unit, "time": 0, "cluster": unit, "x": x, "near": x + random.normal(0, 0.05, 500),
                          "free": random.normal(size=500), "volume": np.exp(x)})  # fmt: skip
    vif = variance_inflation(fit_panel(frame, ["x", "near", "free"], time=None)).set_index("term")["vif"]
    assert vif["x"] > 100
    assert vif["free"] < 1.1


def test_three_months_of_a_competitor_s_deep_cut_are_a_price_war():
    months = pd.date_range("2024-01-01", periods=12, freq="MS")
    market = pd.DataFrame({"month": months, "category": "Hair", "competitor": "Rival", "sales": 1.0, "price_index": 1.0})
    market.loc[5:7, "price_index"] = 0.8
    market.loc[10, "price_index"] = 0.8
    assert competitor_prices(market).set_index("month")["price_war"].to_numpy().nonzero()[0].tolist() == [5, 6, 7]


@pytest.fixture(scope="module")
def demo_panel():
    from brandops.warehouse.load import load_mart, mart_path

    day = date(2025, 12, 31)
    if not mart_path("prices_weekly", "demo", day).is_file():
        pytest.skip("the demo's marts are not built; run make data")
    marts = {name: load_mart(name, "demo", day) for name in ("prices_weekly", "market_monthly", "campaigns")}
    return price_panel(marts["prices_weekly"], market_monthly=marts["market_monthly"], campaigns=marts["campaigns"])[0]


def test_through_exports_and_marts_the_demo_s_elasticities_are_found(demo_panel):
    found = price_response(demo_panel).elasticities
    own = found[found["term"].isin(["log_price", "promotion", "competitor_price"])]
    true = np.array([true_value(row.term, row.channel_id) for row in own.itertuples()])
    off = np.abs(own["estimate"] - true) / own["se"]
    assert len(own) >= 7
    assert (off < 3.5).all()
    assert (off < 2.3).mean() >= 0.7


@pytest.fixture(scope="module")
def juice() -> pd.DataFrame:
    if not JUICE.is_file():
        pytest.skip(f"{JUICE}: absent")
    frame = pd.read_parquet(JUICE)
    prices = np.log(frame[[f"price{number}" for number in range(1, 12)]].to_numpy())
    own = prices[np.arange(len(frame)), frame["brand"].to_numpy() - 1]
    others = (prices.sum(axis=1) - own) / 10
    angle = 2 * np.pi * frame["week"] / 52.18
    return frame.assign(volume=np.exp(frame["logmove"]), log_price=own, competitor_price=others, sin=np.sin(angle),
                        cos=np.cos(angle), trend=(frame["week"] - 100) / 52, unit=frame["store"],
                        cluster=frame["store"])  # fmt: skip


SEASON = ["sin", "cos", "trend"]
PRICES = ["log_price", "competitor_price", "deal", "feat"]


def test_all_eleven_juices_have_a_negative_and_significant_elasticity(juice):
    for brand, rows in juice.groupby("brand"):
        own = fit_panel(rows, PRICES + SEASON, time=None).coefficients.loc["log_price"]
        assert own["high"] < 0, f"brand {brand}: {own['estimate']:.2f}"
        assert own["p_value"] < 0.01


def test_prices_forecast_the_last_twenty_weeks_of_juice_better_than_none(juice):
    last = juice["week"].max() - 19
    errors = {"price": [], "none": []}
    for _brand, rows in juice.groupby("brand"):
        past, future = rows[rows["week"] < last], rows[rows["week"] >= last]
        for name, terms in (("price", PRICES + SEASON), ("none", SEASON)):
            beta = fit_panel(past, terms, time=None).coefficients["estimate"]
            level = (past["logmove"] - past[beta.index] @ beta).groupby(past["store"]).mean()
            said = future[beta.index] @ beta + future["store"].map(level)
            errors[name].append((future["logmove"] - said).dropna())
    rmse = {name: float(np.sqrt((pd.concat(parts) ** 2).mean())) for name, parts in errors.items()}
    assert rmse["price"] < 0.9 * rmse["none"]
