"""Market share and rank."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import market as m
from brandops.periods import parse_period

YEAR = parse_period("2025")


def market(own=30.0, big=50.0, small=20.0, first="2024-01-01", months=24, category="tea", segment=None):
    frames = [
        pd.DataFrame({"month": pd.date_range(first, periods=months, freq="MS"), "category": category, "segment": segment,
                      "competitor": name, "sales": sales})
        for name, sales in (("own", own), ("big", big), ("small", small))
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def test_share_and_rank_count_every_competitor():
    table = m.shares(market(), m.year_windows(market(), YEAR, date(2025, 12, 31)))
    own = table[(table["competitor"] == "own") & (table["window"] == "now")].iloc[0]
    assert (own["share"], own["rank"], own["rivals"], own["leader"]) == (pytest.approx(0.3), 2, 3, "big")
    assert own["lead"] == pytest.approx(-0.2)
    assert table.groupby("window")["share"].sum().tolist() == pytest.approx([1, 1])


def test_the_leader_leads_by_its_distance_to_the_second():
    table = m.shares(market(own=60.0), m.year_windows(market(), YEAR, date(2025, 12, 31)))
    assert table.loc[table["competitor"] == "own", "lead"].iloc[0] == pytest.approx(60 / 130 - 50 / 130)


def test_the_rest_of_the_market_counts_in_it_but_is_no_rival():
    sales = pd.concat([market(), market(own=0).query("competitor == 'big'").assign(competitor="rest", sales=100.0)])
    table = m.shares(sales, m.year_windows(sales, YEAR, date(2025, 12, 31)))
    now = table[table["window"] == "now"].set_index("competitor")
    assert now.loc["own", ["rank", "rivals", "leader"]].tolist() == [2, 3, "big"]
    assert now.at["own", "share"] == pytest.approx(0.15) and now.at["big", "lead"] == pytest.approx(0.1)
    assert now.loc["rest", ["rank", "lead"]].isna().all()
    assert m.largest(table, 5) == ["own", "big", "small"]


def test_a_category_given_in_whole_and_in_segments_is_not_counted_twice():
    both = pd.concat([market(), market(10, 20, 5, segment="green"), market(20, 30, 15, segment="black")])
    table = m.shares(both, {"all": list(both["month"].unique())})
    assert table["market"].iloc[0] == pytest.approx(100 * 24)
    only_segments = both[both["segment"].notna()]
    assert m.shares(only_segments, {"all": list(both["month"].unique())})["market"].iloc[0] == pytest.approx(100 * 24)
    by_segment = m.shares(both, {"all": list(both["month"].unique())}, by="segment")
    assert sorted(by_segment["part"].unique()) == ["black", "green"]


def test_a_gain_compares_the_same_months_of_the_base_year():
    sales = market()
    sales.loc[(sales["competitor"] == "own") & (sales["month"] >= "2025-01-01"), "sales"] = 40.0
    windows = m.year_windows(sales, YEAR, date(2025, 6, 30))
    assert windows["base"] == [pd.Timestamp(2024, k, 1) for k in range(1, 7)]
    gain = m.own_gains(m.shares(sales, windows), "now", "base").iloc[0]
    assert gain["gain"] == pytest.approx(40 / 110 - 0.3)
    assert gain["sales_growth"] == pytest.approx(1 / 3)


def test_a_base_year_outside_the_data_gives_no_base():
    assert "base" not in m.year_windows(market(), YEAR, date(2025, 6, 30), base_year=2022)


def test_the_fiscal_year_decides_which_months_a_year_has():
    windows = m.year_windows(market(), parse_period("2025", 7), date(2025, 6, 30))
    assert windows["now"][0] == pd.Timestamp("2024-07-01") and "base" not in windows


def test_a_quarter_with_a_month_missing_is_not_compared():
    late = market()
    late = late[(late["competitor"] == "own") | (late["month"] < "2025-12-01")]
    assert list(m.quarter_windows(late, date(2025, 12, 31), 4, 1)) == ["2024Q4", "2025Q1", "2025Q2", "2025Q3"]


def test_quarterly_gains_are_over_the_quarter_before():
    sales = market()
    sales.loc[(sales["competitor"] == "own") & (sales["month"] >= "2025-10-01"), "sales"] = 80.0
    table = m.quarterly_gains(m.shares(sales, m.quarter_windows(sales, date(2025, 12, 31), 4, 1)))
    assert table["gain"].iloc[-1] == pytest.approx(80 / 150 - 0.3) and table["rank"].tolist() == [2, 2, 2, 1]


def test_where_we_sell_nothing_our_share_is_zero_and_our_rank_last():
    elsewhere = market(category="pots")
    both = pd.concat([market(), elsewhere[elsewhere["competitor"] != "own"]])
    table = m.shares(both, m.year_windows(both, YEAR, date(2025, 12, 31)), by="category")
    own = table[(table["part"] == "pots") & (table["competitor"] == "own")].iloc[0]
    assert own["share"] == 0 and own["rank"] == 3


def test_a_months_market_is_used_once_the_month_is_over():
    assert m.complete_months(market(), date(2025, 6, 29))[-1] == pd.Timestamp("2025-05-01")
    assert m.complete_months(market(), date(2025, 6, 30))[-1] == pd.Timestamp("2025-06-01")


def test_the_largest_competitors_are_named_by_size():
    table = m.shares(market(), m.year_windows(market(), YEAR, date(2025, 12, 31)))
    assert m.largest(table, 1) == ["own", "big"]


def test_the_price_index_is_weighted_by_sales_where_it_is_given():
    priced = market().assign(price_index=lambda t: np.where(t["competitor"] == "own", 1.2, np.nan))
    table = m.shares(priced, m.year_windows(priced, YEAR, date(2025, 12, 31))).set_index(["window", "competitor"])
    assert table.at[("now", "own"), "price_index"] == pytest.approx(1.2)
    assert np.isnan(table.at[("now", "big"), "price_index"])


def test_what_we_did_not_sell_in_the_base_has_no_growth_rather_than_an_infinite_one():
    sales = market()
    sales.loc[(sales["competitor"] == "own") & (sales["month"] < "2025-01-01"), "sales"] = 0.0
    gains = m.own_gains(m.shares(sales, m.year_windows(sales, YEAR, date(2025, 12, 31))), "now", "base")
    assert np.isnan(gains["sales_growth"].iloc[0]) and gains["gain"].iloc[0] > 0
