"""What advertising brings is recovered from sales, and the budget goes where it brings most profit."""

import numpy as np
import pandas as pd
import pytest
from media_worlds import PLATFORMS, media_world

from brandops.analysis.media_budget import allocate, economics, profit_curve
from brandops.analysis.media_response import adstock, hill, media_response, response_panel
from brandops.demo.media import response
from brandops.demo.truth import MEDIA, Media

TRUE = {media.platform: media for media in MEDIA}
TWO = MEDIA[:2]
PAIR = {media.platform: media.channel_id for media in TWO}


def estimated(seed: int, media=TWO, **more):
    demand, ads = media_world(seed, media=media, **more)
    platforms = {one.platform: one.channel_id for one in media}
    panel = response_panel(demand, ads, platforms, demand["date"].max())
    return panel, media_response(panel, seed=seed)


def test_adstock_settles_at_a_constant_spend_and_keeps_the_total():
    level = adstock(np.full(200, 10.0), 0.8)
    assert level[-1] == pytest.approx(10) and level[0] == pytest.approx(2)
    pulse = adstock(np.r_[1.0, np.zeros(300)], 0.8)
    assert pulse.sum() == pytest.approx(1) and pulse[1] / pulse[0] == pytest.approx(0.8)
    assert hill(np.array([0.0, 5.0]), 5.0).tolist() == [0.0, 0.5]


def test_the_curve_estimated_is_the_one_demand_was_made_by():
    spend = np.random.default_rng(1).uniform(0, 500, 100)
    media = MEDIA[0]
    mine = np.exp(media.effect * hill(adstock(spend, media.carry_over), media.half_saturation))
    assert np.allclose(mine, response(media, spend))


def coverage(seeds: range, media=TWO, **more) -> pd.DataFrame:
    """Whether each interval holds the truth: seed, platform, parameter, covered."""
    rows = []
    for seed in seeds:
        _panel, found = estimated(seed, media, **more)
        for row in found.platforms.itertuples():
            true = next(one for one in media if one.platform == row.platform)
            level = np.expm1(true.effect * row.mean_spend / (true.half_saturation + row.mean_spend))
            for name, value in (("at_mean", level), ("effect", true.effect), ("half_saturation", true.half_saturation),
                                ("carry_over", true.carry_over)):  # fmt: skip
                low, high = getattr(row, f"{name}_low"), getattr(row, f"{name}_high")
                rows.append((seed, row.platform, name, low <= value <= high, high - low))
    return pd.DataFrame(rows, columns=["seed", "platform", "parameter", "covered", "width"])


def test_intervals_of_a_few_worlds_hold_the_true_response():
    held = coverage(range(4))
    assert held["covered"].mean() >= 0.85
    assert (held.loc[held["parameter"] == "carry_over", "width"] < 0.7).all(), "not by being wide"
    assert held.loc[held["parameter"] == "at_mean", "width"].mean() < 0.35


@pytest.mark.slow
def test_intervals_hold_the_true_response_at_their_nominal_rate():
    held = coverage(range(100, 150)).groupby("parameter")["covered"]
    assert held.count().min() == 100
    assert held.mean().between(0.88, 1.0).all(), held.mean().to_dict()


def test_advertising_that_does_nothing_is_not_said_to_pay():
    useless = (Media("a", "x", 0.0, 300.0, 0.5), Media("b", "y", 0.0, 300.0, 0.5))
    panel, found = estimated(5, useless)
    assert (found.platforms["at_mean_low"] < 0.02).all()
    economy = panel.groupby("platform").agg(channel_id=("channel_id", "first"), current=("spend", "mean"), sales=("sales", "mean"))
    table = allocate(found.draws, economy.assign(margin=0.6)).platforms
    assert (table["roi_low"] < 0).all() and (table["best"] <= 1.05 * table["current"]).all()


def together(seed: int, single: bool) -> tuple[pd.DataFrame, tuple[Media, ...]]:
    """Summary of two platforms that lead to one channel, beside a third channel or alone."""
    media = (Media("p", "shop", 0.40, 300.0, 0.6), Media("q", "shop", 0.15, 200.0, 0.3), Media("r", "mall", 0.2, 250.0, 0.5))
    demand, ads = media_world(seed, media=media, days=900)
    shop = demand[demand["channel_id"] == "shop"]
    first, second = shop.iloc[:900].reset_index(drop=True), shop.iloc[900:]
    spend = ads[ads["platform"] == "q"]["spend"].to_numpy()
    # The second platform works on the sales the first has made already.
    units = np.random.default_rng(seed).poisson(first["quantity"] * response(media[1], spend))
    first = first.assign(quantity=units.astype(float))
    both = pd.concat([first, demand[demand["channel_id"] == "mall"]])
    assert len(second) == 900
    platforms = {"p": "shop", "q": "shop"} | ({} if single else {"r": "mall"})
    found = media_response(response_panel(both, ads, platforms, demand["date"].max()), seed=seed)
    return found.platforms, media


@pytest.mark.parametrize("single", [False, True])
def test_platforms_that_lead_to_one_channel_are_told_apart(single):
    table, media = together(3, single)
    for row, true in zip(table.itertuples(), media, strict=False):
        level = np.expm1(true.effect * row.mean_spend / (true.half_saturation + row.mean_spend))
        assert row.at_mean_low <= level <= row.at_mean_high and row.platform == true.platform
    assert table["at_mean"].iloc[0] > table["at_mean"].iloc[1] and (table["at_mean_high"] < 1).all()


def test_the_same_panel_gives_the_same_answer():
    first, second = (estimated(3)[1].draws for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_nothing_is_estimated_where_spending_never_changed_or_days_are_few():
    demand, ads = media_world(1, media=TWO)
    still = ads.assign(spend=100.0)
    assert media_response(response_panel(demand, still, PAIR, demand["date"].max())) is None
    assert media_response(response_panel(demand, ads, PAIR, demand["date"].min() + pd.Timedelta(days=90))) is None
    assert len(response_panel(demand, ads, {"nowhere": "x"}, demand["date"].max())) == 0


def test_advertising_of_campaigns_and_later_days_are_left_out():
    demand, ads = media_world(1, media=TWO)
    cut = pd.Timestamp("2024-12-31")
    own = response_panel(demand, ads, PAIR, cut)
    more = pd.concat([ads, ads.assign(campaign_id="C1", spend=1e6)])
    pd.testing.assert_frame_equal(own, response_panel(demand, more, PAIR, cut))
    known = response_panel(demand[demand["date"] <= cut], ads[ads["date"] <= cut], PAIR, cut)
    pd.testing.assert_frame_equal(own, known)


def certain(effects, halves, draws: int = 50) -> pd.DataFrame:
    """Draws without any doubt."""
    frames = [pd.DataFrame({"draw": range(draws), "platform": name, "effect": e, "half_saturation": h, "carry_over": 0.5})
              for name, e, h in zip("abc", effects, halves, strict=False)]  # fmt: skip
    return pd.concat(frames)


ECONOMY = pd.DataFrame({"channel_id": ["x", "y"], "current": [100.0, 100.0], "sales": [5000.0, 5000.0], "margin": [0.5, 0.5]},
                       index=pd.Index(["a", "b"], name="platform"))  # fmt: skip


def test_the_allocation_is_the_best_of_all_on_a_grid():
    draws = certain((0.4, 0.15), (200.0, 80.0))
    found = allocate(draws, ECONOMY, lower=0.2, upper=2.0)

    def profit(x: float, y: float) -> float:
        base = 5000 / np.exp([0.4 * 100 / 300, 0.15 * 100 / 180])
        gain = np.exp([0.4 * x / (200 + x), 0.15 * y / (80 + y)]) - 1
        return float((0.5 * base * gain).sum() - x - y)

    grid = [(profit(x, y), x, y) for x in range(20, 201, 1) for y in range(20, 201, 1) if x + y <= 200]
    assert found.profit_best[0] == pytest.approx(max(grid)[0], abs=0.05)
    assert found.profit_best[0] >= max(grid)[0] - 1e-6
    assert np.allclose(found.platforms["best"], max(grid)[1:], atol=1.5)


def test_the_allocation_keeps_to_budget_and_bounds():
    greedy = certain((1.0, 1.0), (300.0, 300.0))
    found = allocate(greedy, ECONOMY, budget=250.0, lower=0.8, upper=1.5)
    assert found.spent <= 250 + 1e-6 and found.spent == pytest.approx(250, abs=0.01)
    assert found.platforms["best"].between(80 - 1e-9, 150 + 1e-9).all()
    idle = allocate(certain((0.0, 0.0), (300.0, 300.0)), ECONOMY, lower=0.5)
    assert np.allclose(idle.platforms["best"], 50, atol=1e-3) and idle.gain[0] == pytest.approx(100, abs=0.01)
    with pytest.raises(ValueError, match=r"lower bounds add up to 180.00 a day, above the budget of 100.00"):
        allocate(greedy, ECONOMY, budget=100.0, lower=0.9)


def test_the_curve_of_profit_starts_at_nothing():
    curve = profit_curve(certain((0.4, 0.2), (200.0, 80.0)), ECONOMY)
    assert (curve.loc[curve["spend"] == 0, "profit"] == 0).all() and set(curve["platform"]) == {"a", "b"}


def test_margins_come_from_the_sales_of_the_last_year_and_unknown_costs_stay_unknown():
    demand, ads = media_world(1, media=TWO)
    until = demand["date"].max()
    panel = response_panel(demand, ads, PAIR, until)
    daily = demand.assign(net_sales=0.95 * demand["gross_sales"], cost=0.4 * demand["gross_sales"])
    daily.loc[daily["channel_id"] == "tmall", "cost"] = np.nan
    table = economics(panel, daily, until)
    assert table.loc["ocean_engine", "margin"] == pytest.approx(0.55)
    assert np.isnan(table.loc["alimama", "margin"])


def true_profit(economy: pd.DataFrame, spend: np.ndarray) -> float:
    """Incremental profit of the demo world's true response at a spend of each platform."""
    media = [TRUE[name] for name in economy.index]
    effect, half = np.array([m.effect for m in media]), np.array([m.half_saturation for m in media])
    now = economy["current"].to_numpy()
    base = economy["sales"].to_numpy() / np.exp(effect * now / (half + now))
    return float((economy["margin"].to_numpy() * base * np.expm1(effect * spend / (half + spend)) - spend).sum())


def true_optimum(economy: pd.DataFrame) -> float:
    """The most profit within the bounds and today's budget, by search over all allocations in steps of 2 % of it."""
    now = economy["current"].to_numpy()
    axes = [np.linspace(0.5 * spend, 2 * spend, 31) for spend in now]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(now))
    grid = grid[grid.sum(axis=1) <= now.sum()]
    media = [TRUE[name] for name in economy.index]
    effect, half = np.array([m.effect for m in media]), np.array([m.half_saturation for m in media])
    base = economy["sales"].to_numpy() / np.exp(effect * now / (half + now))
    return float((economy["margin"].to_numpy() * base * np.expm1(effect * grid / (half + grid)) - grid).sum(axis=1).max())


def demo_share(tables: dict[str, pd.DataFrame], until: pd.Timestamp) -> tuple[float, float]:
    """Share of the true optimum's profit the estimated allocation reaches in the demo world, and the share today's does."""
    lines = tables["sales_lines"]
    day = lines["ordered_at"].dt.normalize().rename("date")
    sold = lines.assign(listed=lines["list_price"] * lines["quantity"], spent=lines["cost"] * lines["quantity"])
    sold["channel_id"] = sold["channel_id"].astype(str)
    parts = sold[sold["quantity"] > 0].groupby([day, "channel_id"])
    demand = parts.agg(quantity=("quantity", "sum"), gross_sales=("net_sales", "sum"), list_sales=("listed", "sum")).reset_index()
    daily = sold.groupby([day, "channel_id"]).agg(net_sales=("net_sales", "sum"), cost=("spent", "sum")).reset_index()
    daily = daily.merge(demand[["date", "channel_id", "gross_sales"]], how="left").fillna({"gross_sales": 0})
    panel = response_panel(demand, tables["ads_daily"], PLATFORMS, until)
    found = media_response(panel, tables["campaigns"])
    economy = economics(panel, daily, until)
    best = allocate(found.draws, economy).platforms.set_index("platform")["best"][economy.index].to_numpy()
    most = true_optimum(economy)
    return true_profit(economy, best) / most, true_profit(economy, economy["current"].to_numpy()) / most


def test_the_allocation_reaches_95_percent_of_the_true_optimum_on_the_demo_world():
    from brandops.demo.world import world

    reached, today = demo_share(world().tables, pd.Timestamp("2025-12-31"))
    assert reached >= 0.95 > today
