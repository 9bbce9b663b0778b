"""New customers against the phased target, and what they cost."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.customers import (
    acquisition_cost,
    history_reaches_back,
    new_customers,
    new_customers_by_month,
)
from brandops.periods import parse_period

YEAR, QUARTER = parse_period("2025"), parse_period("2025Q2")


def new_daily(online=2, offline=1):
    days = pd.date_range("2024-01-01", "2025-12-31")
    rows = [("online", "tmall", online), ("offline", "shop", offline)]
    frames = [pd.DataFrame({"date": days, "channel_type": t, "channel_id": c, "region": "east", "new_customers": n})
              for t, c, n in rows]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def even_plan():
    return pd.DataFrame({"date": pd.date_range("2025-01-01", "2025-12-31"), "target": 10.0})


def test_the_target_is_phased_and_split_as_last_year_was():
    table = new_customers(new_daily(), YEAR, QUARTER, date(2025, 6, 30), 1000, even_plan()).set_index("part")
    assert table.at["all", "full_target"] == 1000
    assert table.at["online", "full_target"] == pytest.approx(2000 / 3)
    assert table.at["all", "period_target"] == pytest.approx(1000 * 91 / 365)
    assert table.at["all", "year_actual"] == 3 * 181 and table.at["all", "period_actual"] == 3 * 91


def test_the_year_ago_figure_covers_the_same_days():
    table = new_customers(new_daily(), YEAR, QUARTER, date(2025, 6, 30), 1000, even_plan()).set_index("part")
    assert table.at["all", "year_ago"] == 3 * 182  # 2024 was a leap year


def test_days_after_the_as_of_date_do_not_count():
    table = new_customers(new_daily(), YEAR, QUARTER, date(2025, 4, 10), 1000, even_plan()).set_index("part")
    assert table.at["all", "period_actual"] == 30


def test_a_channel_type_without_last_year_has_no_target_of_its_own():
    rows = new_daily()
    rows = rows[(rows["channel_type"] == "online") | (rows["date"] >= "2025-01-01")]
    table = new_customers(rows, YEAR, QUARTER, date(2025, 6, 30), 1000, even_plan()).set_index("part")
    assert np.isnan(table.at["offline", "full_target"]) and table.at["offline", "year_actual"] == 181
    assert table.at["online", "full_target"] == 1000


def test_a_first_purchase_needs_a_year_of_history_before_the_year():
    assert history_reaches_back(date(2024, 1, 1), YEAR)
    assert not history_reaches_back(date(2024, 1, 2), YEAR)


def test_months_without_new_customers_show_zero():
    rows = new_daily()
    rows = rows[rows["date"].dt.month != 3]
    table = new_customers_by_month(rows, date(2025, 1, 1), date(2025, 4, 30))
    assert table.loc[table["month"] == "2025-03-01", "new_customers"].tolist() == [0, 0]


def test_acquisition_cost_counts_the_kinds_of_cost_that_win_customers():
    costs = pd.DataFrame({
        "channel_id": ["tmall", "tmall", "shop", "tmall"], "cost_type": ["acquisition", "rent", "acquisition", "acquisition"],
        "month": pd.to_datetime(["2025-04-01", "2025-04-01", "2025-05-01", "2025-07-01"]),
        "amount": [1820.0, 9999.0, 91.0, 9999.0],
    })  # fmt: skip
    channels = pd.DataFrame({"channel_id": ["tmall", "shop"], "channel_type": ["online", "offline"]})
    table = acquisition_cost(costs, channels, new_daily(), QUARTER.months(), ["acquisition"]).set_index("part")
    assert table["cost_per_customer"].to_dict() == pytest.approx({"offline": 1.0, "online": 10.0, "all": 1911 / 273})


def test_a_channel_that_won_nobody_has_no_cost_per_customer():
    costs = pd.DataFrame({"channel_id": ["x"], "cost_type": ["acquisition"], "month": pd.to_datetime(["2025-04-01"]),
                          "amount": [5.0]})  # fmt: skip
    channels = pd.DataFrame({"channel_id": ["x"], "channel_type": ["online"]})
    table = acquisition_cost(costs, channels, new_daily(online=0), QUARTER.months(), ["acquisition"]).set_index("part")
    assert np.isnan(table.at["online", "cost_per_customer"])
