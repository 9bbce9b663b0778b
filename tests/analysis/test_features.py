"""Features never look ahead, and the calendar knows its festivals."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.features import calendar, feature_list, feature_matrix, festival_days

MONTHS = pd.date_range("2022-01-01", "2025-06-01", freq="MS")


def tables(seed: int = 3):
    random = np.random.default_rng(seed)
    cells = pd.MultiIndex.from_product([MONTHS, ["mall", "shop"], ["Hair", "Sun"]], names=["month", "channel_id", "category"])
    sales = cells.to_frame(index=False).assign(net_sales=random.gamma(4, 100, len(cells)))
    prices = cells.to_frame(index=False).assign(relative_price=random.uniform(0.7, 1, len(cells)),
                                                promotion=random.uniform(0, 1, len(cells)))  # fmt: skip
    pairs = pd.MultiIndex.from_product([MONTHS, ["mall", "shop"], range(30)], names=["month", "channel_id", "customer_id"])
    buyers = pairs.to_frame(index=False).assign(orders=random.poisson(0.5, len(pairs)))
    return sales, prices, buyers


@pytest.mark.parametrize("lead", [1, 3])
def test_changing_the_future_never_changes_a_past_feature(lead):
    whole = feature_matrix(*tables(), lead=lead, chinese_events=True)
    names = feature_list(whole)["feature"].tolist()
    for cut in MONTHS[[14, 20, 33]]:
        other = []
        for table, column in zip(tables(), ("net_sales", "relative_price", "orders"), strict=True):
            table.loc[table["month"] >= cut, column] = table[column] * 3 + 1
            other.append(table)
        changed = feature_matrix(*other, lead=lead, chinese_events=True)
        # Up to and including the month that was changed, and the lead after it.
        until = cut + pd.DateOffset(months=lead - 1)
        before = whole.loc[whole["ds"] <= until, ["unique_id", "ds", *names]]
        after = changed.loc[changed["ds"] <= until, ["unique_id", "ds", *names]]
        pd.testing.assert_frame_equal(before, after)
        assert not whole.loc[whole["ds"] > until, names].equals(changed.loc[changed["ds"] > until, names])


def test_every_feature_is_described_and_filled_once_a_year_is_known():
    made = feature_matrix(*tables(), chinese_events=True)
    described = feature_list(made)
    assert set(described["feature"]) == set(made) - {"unique_id", "ds", "y", "channel_id"}
    assert made[made["ds"] > MONTHS[12]].notna().all().all()


def test_the_calendar_counts_the_days_of_each_festival():
    made = calendar(pd.date_range("2025-01-01", "2026-02-01", freq="MS"), True)
    assert made.loc["2025-01-01", "before_new_year_days"] == 21  # 8 to 28 January 2025
    assert made.loc["2026-02-01", "before_new_year_days"] == 16  # the festival is on 17 February 2026
    assert made.loc["2025-06-01", "days_618"] == 20
    assert (made.loc["2025-10-01", "days_double_11"], made.loc["2025-11-01", "days_double_11"]) == (8, 11)


def test_a_company_the_chinese_festivals_do_not_concern_has_no_feature_of_them():
    here, elsewhere = feature_matrix(*tables(), chinese_events=True), feature_matrix(*tables())
    festivals = {"before_new_year_days", "days_618", "days_double_11"}
    assert set(here) - set(elsewhere) == festivals == set(festival_days(MONTHS))
    pd.testing.assert_frame_equal(here.drop(columns=list(festivals)), elsewhere)
    assert not festivals & set(feature_list(elsewhere)["feature"])
    assert len(calendar(pd.DatetimeIndex(["2040-01-01"]), False)) == 1  # nor does it end where their table does


def test_a_lead_of_nothing_and_a_year_unknown_to_the_calendar_are_refused():
    with pytest.raises(ValueError, match="lead=0"):
        feature_matrix(*tables(), lead=0)
    with pytest.raises(ValueError, match="2010 to 2035"):
        calendar(pd.DatetimeIndex(["2040-01-01"]), True)
