"""Performance, ranking, contribution, costs, funnel, frontier, expansion and service of channels."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import channel_costs, channel_ranking, channels, efficiency, expansion, funnel, service, white_space
from brandops.periods import parse_period

DAYS = pd.date_range("2024-01-01", "2025-12-31")


def sold(**daily: float) -> pd.DataFrame:
    """Two years of channels with constant daily net sales, half of it cost of goods."""
    frames = [
        pd.DataFrame({"date": DAYS, "channel_id": name, "region": "East", "net_sales": amount, "gross_sales": amount * 1.1,
                      "returns": amount * 0.1, "quantity": 10.0, "cost": amount / 2, "orders": 5})
        for name, amount in daily.items()
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def paid(**monthly: float) -> pd.DataFrame:
    months = pd.date_range("2024-01-01", "2025-12-01", freq="MS")
    return pd.concat([
        pd.DataFrame({"channel_id": name, "month": months, "cost_type": kind, "amount": amount / 2})
        for name, amount in monthly.items() for kind in ("rent", "commission")
    ])  # fmt: skip


def test_contribution_is_margin_less_the_channels_own_costs():
    window = channels.windows(parse_period("2025Q4"), date(2025, 12, 31))
    table = channels.performance(sold(a=100.0), paid(a=1000.0), window.now, window.year_ago, ["channel_id"]).iloc[0]
    assert table["net_sales"] == 9200 and table["gross_margin"] == 4600 and table["contribution"] == 4600 - 3000
    assert table["growth"] == 0 and table["return_rate"] == pytest.approx(0.1 / 1.1) and table["average_order"] == pytest.approx(22)


def test_one_line_of_unknown_cost_leaves_the_margin_blank():
    sales = sold(a=100.0)
    sales.loc[len(sales) - 1, "cost"] = np.nan
    window = channels.windows(parse_period("2025Q4"), date(2025, 12, 31))
    assert np.isnan(channels.performance(sales, None, window.now, window.year_ago, ["channel_id"])["gross_margin"].iloc[0])


def test_a_running_quarter_is_judged_on_its_complete_months():
    window = channels.windows(parse_period("2025Q4"), date(2025, 11, 15))
    assert list(window.now) == [pd.Timestamp("2025-10-01")] and window.last_year[-1] == pd.Timestamp("2025-10-01")
    early = channels.windows(parse_period("2025Q4"), date(2025, 10, 5))
    assert list(early.now) == [pd.Timestamp("2025-09-01")]


def test_contributions_to_growth_add_up_to_the_growth_of_the_whole():
    table = channels.contribution_to_growth(pd.DataFrame({"net_sales": [120.0, 70.0], "base": [100.0, 80.0],
                                                          "share": [120 / 190, 70 / 190]}))  # fmt: skip
    assert table["growth_contribution"].sum() == pytest.approx(190 / 180 - 1)
    assert table["shift"].sum() == pytest.approx(0)


def noisy(level: dict[str, float], seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = sold(**level)
    frame["net_sales"] *= np.exp(rng.normal(0, 0.6, len(frame)))
    frame["cost"] = frame["net_sales"] / 2
    return frame


def test_equal_channels_are_not_told_apart_and_unequal_ones_are():
    alike = channel_ranking.ranking(
        channel_ranking.weekly(noisy({"a": 100, "b": 100, "c": 100}, 1), None, date(2025, 12, 31)), "net_sales"
    )
    assert alike["best"].max() < 0.95 and (alike["rank_low"] < alike["rank_high"]).any()
    apart = channel_ranking.ranking(channel_ranking.weekly(noisy({"a": 100, "b": 300}, 1), None, date(2025, 12, 31)), "net_sales")
    assert apart["channel_id"].iloc[0] == "b" and apart["best"].iloc[0] == 1 and apart["worst"].iloc[1] == 1


def test_ranking_interval_covers_the_true_level_at_about_its_nominal_rate():
    inside = 0
    for seed in range(60):
        frame = noisy({"a": 100.0, "b": 50.0}, seed)
        row = channel_ranking.ranking(channel_ranking.weekly(frame, None, date(2025, 12, 31)), "net_sales", draws=300)
        truth = 100 * np.exp(0.18) * 364
        low, high = row.set_index("channel_id").loc["a", ["low", "high"]]
        inside += low <= truth <= high
    assert inside / 60 >= 0.80  # blocks of four in 52 weeks: a little below the nominal 95 %


def test_the_next_money_is_judged_by_what_the_company_supplies():
    end = date(2025, 12, 31)
    assert channel_ranking.decided_by(channel_ranking.weekly(sold(a=1.0, b=2.0), paid(a=5.0, b=5.0), end)) == "return_on_cost"
    assert channel_ranking.decided_by(channel_ranking.weekly(sold(a=1.0, b=2.0), None, end)) == "margin_rate"
    assert channel_ranking.decided_by(channel_ranking.weekly(sold(a=1.0, b=2.0).assign(cost=np.nan), None, end)) == "growth"


def test_where_only_sales_are_known_channels_are_ranked_by_size():
    short = sold(a=1.0, b=2.0).query("date >= '2025-01-01'").assign(cost=np.nan)
    assert channel_ranking.decided_by(channel_ranking.weekly(short, None, date(2025, 12, 31))) == channel_ranking.SIZE


def test_wholesale_that_skipped_a_month_is_ranked():
    frame = sold(shop=1.0, wholesale=2.0)
    monthly = (frame["channel_id"] == "wholesale") & (~frame["date"].dt.is_month_end | (frame["date"] > "2025-11-30"))
    panel = channel_ranking.weekly(frame[~monthly], None, date(2025, 12, 31))
    assert set(panel["channel_id"]) == {"shop", "wholesale"}


def test_break_even_sales_leave_neither_gain_nor_loss():
    window = channels.windows(parse_period("2025"), date(2025, 12, 31))
    row = channel_costs.cost_effectiveness(sold(a=100.0), paid(a=1000.0), window.last_year, ["rent"]).iloc[0]
    variable = 0.5 + 6000 / 36500
    assert row["break_even_sales"] * (1 - variable) == pytest.approx(6000)
    assert row["cost_to_sales"] == pytest.approx(12000 / 36500) and row["cost_to_sales"] * row["sales_to_cost"] == pytest.approx(1)


def test_the_funnel_finds_the_stage_that_loses_most():
    days = pd.date_range("2025-01-01", "2025-12-31")
    good = {"visits": 1000, "carts": 100, "orders": 40}
    traffic = pd.concat([
        pd.DataFrame({"date": days, "channel_id": name, "minutes_to_cart": 5.0, "minutes_to_order": 60.0,
        "hours_to_deliver": 48.0, **seen})
        for name, seen in (("a", good), ("b", {**good, "orders": 10}))
    ])  # fmt: skip
    stages = funnel.funnel(traffic, None, days[0], days[-1])
    kinds = pd.DataFrame({"channel_id": ["a", "b"], "channel_type": "online"})
    row = funnel.bottlenecks(stages, kinds, pd.Series({"a": 10.0, "b": 10.0})).iloc[0]
    assert (row["channel_id"], row["stage"], row["clear"]) == ("b", "order", True)
    assert row["orders_lost"] == pytest.approx(30 * 365) and row["money_lost"] == pytest.approx(300 * 365)


def test_only_units_on_the_frontier_are_efficient():
    units = pd.DataFrame(
        {"channel_id": list("abcdef"), "quarter": "2025Q4", "cost": [1.0, 2, 4, 2, 4, 3], "made": [1.0, 3, 4, 1.5, 2, 2]}
    )
    scores = efficiency.efficiency(units, ["cost"], "made").set_index("channel_id")
    assert (scores.loc[list("abc"), "efficiency"] == 1).all()
    assert scores.at["d", "efficiency"] == pytest.approx(0.5) and scores.at["d", "headroom"] == pytest.approx(1.5)
    assert scores.at["f", "headroom"] == pytest.approx(1.5)  # between b and c the frontier is at 3.5


def test_white_space_is_where_a_region_buys_less_than_its_size_lets_expect():
    months, rng = pd.date_range("2025-01-01", periods=12, freq="MS"), np.random.default_rng(4)
    cells = pd.DataFrame([
        (month, region, category, 1000 * (0.5 if (region, category) == ("R1", "C1") else 1) * np.exp(rng.normal(0, 0.03)))
        for month in months for region in ("R1", "R2", "R3", "R4") for category in ("C1", "C2", "C3")
    ], columns=["month", "region", "category", "net_sales"])  # fmt: skip
    table = white_space.white_space(cells, months)
    first = table.iloc[0]
    assert (first["region"], first["category"]) == ("R1", "C1") and first["clear"]
    assert table["gap"].sum() == pytest.approx(0, abs=1e-6)


def test_a_candidate_best_in_everything_is_first_whatever_the_weights():
    offered = pd.DataFrame({"channel": ["x", "y", "z"], "size": [9.0, 5, 1], "cost": [1.0, 5, 9]})
    table = expansion.score(offered, {"size": 0.5, "cost": 0.5}, 1)
    assert table["channel"].iloc[0] == "x" and table["first"].iloc[0] == 1 and table["score"].iloc[0] == 1
    mixed = expansion.score(offered.assign(cost=[9.0, 5, 1]), {"size": 0.5, "cost": 0.5}, 1)
    assert mixed["first"].max() < 0.7 and mixed["kept"].sum() == pytest.approx(1)


def test_the_ramp_of_a_new_channel_is_recovered_from_noisy_sales():
    months, rng = pd.date_range("2022-01-01", "2025-12-01", freq="MS"), np.random.default_rng(2)
    age = np.maximum((months - pd.Timestamp("2022-10-01")).days / 30.4 + 0.5, 0)
    base = 1000 * np.exp(0.3 * np.sin(np.arange(48) / 2))
    new = 0.4 * base * (1 - 0.8 * np.exp(-age / 6)) * np.exp(rng.normal(0, 0.03, 48)) * (months >= "2022-10-01")
    sales = pd.concat([pd.DataFrame({"month": months, "channel_id": c, "net_sales": v}) for c, v in (("old", base), ("new", new))])
    listed = pd.DataFrame({"channel_id": ["old", "new"], "channel_type": "online",
                           "opened_on": pd.to_datetime(["2018-01-01", "2022-10-01"])})  # fmt: skip
    fact = expansion.ramps(sales[sales["net_sales"] > 0], listed, None, months[-1])[1].iloc[0]
    assert fact["low"] <= 6 * np.log(8) <= fact["high"] and fact["months_to_90"] == pytest.approx(6 * np.log(8), rel=0.2)


def opened(seed: int, growth: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sales and list of an old channel and of one opened in mid 2022, which grows faster and changes its prices."""
    months, rng = pd.date_range("2022-01-01", "2025-12-01", freq="MS"), np.random.default_rng(seed)
    age = np.maximum((months - pd.Timestamp("2022-07-01")).days / 30.4 + 0.5, 0)
    price = np.where(months >= "2022-07-01", rng.normal(-0.1, 0.05, len(months)), 0.0)
    base = pd.DataFrame({"month": months, "channel_id": "old", "net_sales": 1000.0, "list_sales": 1000.0})
    sold_new = 400 * (1 - 0.85 * np.exp(-age / 5)) * np.exp(growth * age / 12 - 1.4 * price + rng.normal(0, 0.07, len(months)))
    new = pd.DataFrame({"month": months, "channel_id": "new", "net_sales": sold_new, "list_sales": sold_new / np.exp(price)})
    sales = pd.concat([base, new[months >= "2022-07-01"]])
    listed = pd.DataFrame({"channel_id": ["old", "new"], "channel_type": "online",
                           "opened_on": pd.to_datetime(["2018-01-01", "2022-07-01"])})  # fmt: skip
    return sales.assign(gross_sales=sales["net_sales"]), listed


def test_a_channel_that_outgrows_its_peers_is_not_said_to_be_still_opening():
    facts = pd.concat([expansion.ramps(*opened(seed, 0.07), None, pd.Timestamp("2025-12-01"))[1] for seed in range(80)])
    true = 5 * np.log(8.5)
    assert facts["months_to_90"].median() == pytest.approx(true, rel=0.15)
    assert facts["low"].le(true).mul(facts["high"].ge(true)).mean() >= 0.85
    assert (facts["high"] - facts["low"]).median() < 8


def test_the_ramps_of_the_demos_new_channels_hold_the_truth():
    from brandops.demo.truth import CHANNELS
    from brandops.demo.world import world

    line = world().tables["sales_lines"]
    line = line.assign(
        month=line["ordered_at"].dt.to_period("M").dt.to_timestamp(), list_sales=line["quantity"] * line["list_price"]
    )
    kept = line[line["quantity"] > 0].groupby(["month", "channel_id"], observed=True)[["net_sales", "list_sales"]].sum()
    sales = kept.astype(float).reset_index().astype({"channel_id": str})
    listed = pd.DataFrame([(c.channel_id, c.type, pd.Timestamp(c.opened_on)) for c in CHANNELS],
                          columns=["channel_id", "channel_type", "opened_on"])  # fmt: skip
    facts = expansion.ramps(sales.assign(gross_sales=sales["net_sales"]), listed, None, sales["month"].max())[1]
    true = facts["channel_id"].map({c.channel_id: c.ramp_months / 3 * np.log(8.5) for c in CHANNELS})
    print(facts.assign(true=true)[["channel_id", "months_to_90", "low", "high", "true"]])
    assert len(facts) == 3 and facts["low"].le(true).all() and facts["high"].ge(true).all()
    assert facts["months_to_90"].mean() == pytest.approx(true.mean(), rel=0.35)


def test_waiting_lowers_the_odds_of_a_good_score_and_open_cases_count_as_long():
    rng, count = np.random.default_rng(6), 1500
    hours = rng.exponential(30, count)
    opened = pd.Timestamp("2025-06-01") + pd.to_timedelta(rng.integers(0, 150, count), unit="D")
    noise = rng.logistic(size=count)
    cases = pd.DataFrame({
        "opened_at": opened, "closed_at": opened + pd.to_timedelta(hours, unit="h"), "channel_id": "a",
        "kind": rng.choice(["question", "complaint"], count), "csat": np.digitize(-0.8 * hours / 24 + noise, [-3, -2, -1, 0]) + 1,
    })  # fmt: skip
    listed = pd.DataFrame({"channel_id": ["a"], "channel_type": ["online"]})
    row = service.score_drivers(cases, listed).set_index("driver").loc["days"]
    assert row["low"] <= np.exp(-0.8) <= row["high"]
    seen = service.service(cases, pd.Series({"a": 10_000}), pd.Timestamp("2025-06-01"), pd.Timestamp("2025-12-31"), 4).iloc[0]
    assert seen["hours_low"] <= 30 * np.log(2) <= seen["hours_high"]
    cases.loc[cases.index[:900], "closed_at"] = pd.NaT
    waiting = service.service(cases, pd.Series({"a": 10_000}), pd.Timestamp("2025-06-01"), pd.Timestamp("2025-12-31"), 4).iloc[0]
    assert not waiting["hours"] <= 100  # most are still open: their median is not that of the closed ones


def scored(channel: str, slope: float, count: int, seed: int) -> pd.DataFrame:
    """Closed cases of a channel whose customers mind a day of waiting by `slope` on the logit scale."""
    rng = np.random.default_rng(seed)
    days = rng.exponential(1.2, count).clip(max=5)
    opened = pd.Timestamp("2025-06-01") + pd.to_timedelta(rng.integers(0, 150, count), unit="D")
    score = np.digitize(slope * days + rng.logistic(size=count), [-3, -2, -1, 0]) + 1
    return pd.DataFrame({"opened_at": opened, "closed_at": opened + pd.to_timedelta(days, unit="D"), "channel_id": channel,
                         "kind": rng.choice(["question", "complaint"], count), "csat": score})  # fmt: skip


@pytest.mark.parametrize(("slopes", "differs"), [((-0.8, -0.8, -0.8), False), ((-1.2, -0.8, -0.2), True)])
def test_channels_whose_customers_mind_waiting_differently_are_told_from_those_that_do_not(slopes, differs):
    cases = pd.concat([scored(name, slope, 900, seed) for seed, (name, slope) in enumerate(zip("abc", slopes, strict=True))])
    few = scored("few", -0.8, 150, 9)
    listed = pd.DataFrame({"channel_id": ["a", "b", "c", "few"], "channel_type": "online"})
    found = service.drivers_by_channel(pd.concat([cases, few]), listed)
    waits = found[found["driver"] == "days"].set_index("channel_id")
    assert list(waits.index) == ["a", "b", "c"], "a channel with too few scores says nothing"
    assert (waits["low"] <= np.exp(slopes)).all() and (waits["high"] >= np.exp(slopes)).all()
    assert (service.heterogeneity(found, "days") < 0.05) == differs
    assert np.isnan(service.heterogeneity(found[found["channel_id"] == "a"], "days"))


def test_a_channel_that_is_sold_to_once_a_month_is_ranked_and_one_that_closed_is_not():
    frame = sold(shop=100.0, reseller=100.0, closed=100.0)
    monthly = (frame["channel_id"] == "reseller") & ~frame["date"].dt.is_month_end
    gone = (frame["channel_id"] == "closed") & (frame["date"] > "2025-10-31")
    panel = channel_ranking.weekly(frame[~monthly & ~gone], None, date(2025, 12, 31))
    assert set(panel["channel_id"]) == {"shop", "reseller"}


def test_weeks_before_the_first_sale_are_no_weeks_of_the_ranking():
    frame = sold(shop=100.0, other=100.0)
    young = frame[frame["date"] >= "2025-04-01"]  # 275 days: 39 whole weeks
    panel = channel_ranking.weekly(young, None, date(2025, 12, 31))
    assert panel["week"].nunique() == 39 and (panel["net_sales"] > 0).all()
    assert channel_ranking.weekly(frame, None, date(2025, 12, 31))["week"].nunique() == 52


def test_what_gathers_the_rest_is_not_ranked():
    panel = channel_ranking.weekly(sold(shop=100.0, mall=90.0, rest=900.0), None, date(2025, 12, 31), without=["rest"])
    assert set(panel["channel_id"]) == {"shop", "mall"}


def test_a_company_of_one_region_has_no_white_space_and_no_warning():
    months = pd.date_range("2025-01-01", periods=12, freq="MS")
    rows = pd.DataFrame([(month, "unlisted", category, 100.0 * (category != "Returned"))
                         for month in months for category in ("Hair", "Skin", "Returned")],
                        columns=["month", "region", "category", "net_sales"])  # fmt: skip
    assert white_space.white_space(rows, months).empty
    two = white_space.white_space(pd.concat([rows, rows.assign(region="North")]), months)
    assert set(two["category"]) == {"Hair", "Skin"} and two["index"].notna().all()


def test_a_categorys_average_is_per_order_that_holds_it():
    """Two categories in one order: each is worth its own lines, and the order counts once in each."""
    month = pd.Timestamp("2025-01-01")
    sums = pd.DataFrame({"month": [month, month, pd.Timestamp("2024-01-01")], "channel_id": "a", "category": ["x", "y", "y"],
                         "gross_sales": [300.0, 100.0, 9.0], "orders": [10, 4, 9]})  # fmt: skip
    parts = pd.DataFrame({"channel_id": "a", "category": ["x", "y", "z"], "average_order": 1.0})
    found = channels.per_order_of_category(parts, sums, pd.DatetimeIndex([month])).set_index("category")["average_order"]
    assert found[["x", "y"]].tolist() == [30.0, 25.0] and np.isnan(found["z"])
    assert channels.per_order_of_category(parts, None, pd.DatetimeIndex([month]))["average_order"].isna().all()
