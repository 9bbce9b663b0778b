"""How far readers are from figures, and the figures reports of any length open with."""

from datetime import date

import numpy as np
import pandas as pd

from brandops.analysis.key_figures import key_figures, report_periods
from brandops.analysis.layout import OVERVIEW, clicks, item_clicks, site_links
from brandops.periods import parse_period


def test_every_item_is_one_click_from_the_overview_and_two_from_any_page():
    found = item_clicks({"01_goals": ["1.1.1", "1.1.2"], "02_data": ["2.1.1"]})
    assert list(found["item"]) == ["1.1.1", "1.1.2", "2.1.1"]
    assert set(found["from_overview"]) == {1} and set(found["furthest"]) == {2}


def test_an_item_nobody_links_to_would_be_further():
    links = site_links({"01_goals": ["1.1.1"]}) | {OVERVIEW: {"01_goals"}}
    assert clicks(links)["01_goals#1.1.1"] == 2
    assert "02_data#2.1.1" not in clicks(links)


def daily() -> pd.DataFrame:
    days = pd.date_range("2024-01-01", "2025-12-31")
    sales = np.where(days.year == 2025, 110.0, 100.0)
    return pd.DataFrame({"date": days, "net_sales": sales, "gross_sales": sales + 10, "returns": 10.0, "quantity": 5.0,
                         "discount": sales, "cost": sales / 4})  # fmt: skip


def test_month_quarter_and_year_are_measured_alike():
    end = pd.Timestamp("2025-12-31")
    made = key_figures(daily(), report_periods(parse_period("2025Q4"), end), end).set_index("grain")
    assert list(made["period"]) == ["2025-12", "2025Q4", "2025"]
    assert made.at["month", "net_sales"] == 31 * 110 and made.at["year", "net_sales"] == 365 * 110
    assert made["margin_rate"].eq(0.75).all() and made["discount_rate"].eq(0.5).all()
    assert abs(made.at["quarter", "growth"] - 0.1) < 1e-12


def test_a_running_period_is_compared_with_as_many_days_of_the_year_before():
    row = key_figures(daily(), [parse_period("2025Q4")], pd.Timestamp("2025-11-15")).iloc[0]
    assert row["end"].date() == date(2025, 11, 15)
    assert row["base"] == 46 * 100 and abs(row["growth"] - 0.1) < 1e-12


def test_an_unknown_cost_leaves_the_margin_blank_and_no_year_before_the_growth():
    sales = daily()
    sales.loc[700, "cost"] = np.nan
    end = pd.Timestamp("2025-12-31")
    rows = key_figures(sales, [parse_period("2025Q4"), parse_period("2024Q4")], end)
    assert np.isnan(rows["gross_margin"].iloc[0]) and np.isnan(rows["growth"].iloc[1]) and rows["net_sales"].notna().all()
