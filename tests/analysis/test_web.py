"""Web analytics: visits by service, and what share of the booked orders the trackers saw."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.web import (
    tracked_orders_by_month,
    tracked_share,
    traffic_by_month,
    traffic_by_source,
    worst_tracked_days,
)


@pytest.fixture
def visits() -> pd.DataFrame:
    rows = [("2025-10-30", "site", "search", 300, 100, 80, 4, 400.0, 0.40, 60.0),
            ("2025-10-31", "site", "mail", 300, 300, 200, 6, 600.0, 0.20, 100.0),
            ("2025-11-01", "site", "search", 100, 50, 40, None, None, None, None),
            ("2025-11-01", "app", "direct", 90, 30, 20, 3, 90.0, 0.10, 30.0)]  # fmt: skip
    columns = ["date", "property", "source_medium", "page_views", "sessions", "users", "conversions", "revenue",
               "bounce_rate", "seconds_per_session"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(date=pd.to_datetime(frame["date"]))


def test_months_keep_the_services_apart(visits):
    made = traffic_by_month(visits).set_index(["month", "property"])
    october = made.loc[(pd.Timestamp("2025-10-01"), "site")]
    assert october[["sessions", "users", "conversions"]].tolist() == [400, 280, 10]
    assert october["conversion_rate"] == pytest.approx(10 / 400)
    assert october["pages_per_session"] == pytest.approx(600 / 400)
    assert len(made) == 3


def test_bounce_rates_are_weighted_by_sessions_and_blanks_stay_out(visits):
    made = traffic_by_month(visits).set_index(["month", "property"])
    assert made.loc[(pd.Timestamp("2025-10-01"), "site"), "bounce_rate"] == pytest.approx(0.25)
    assert pd.isna(made.loc[(pd.Timestamp("2025-11-01"), "site"), "bounce_rate"])


def test_shares_of_the_sources_add_up_per_property(visits):
    made = traffic_by_source(visits)
    assert made.groupby("property")["share"].sum().tolist() == pytest.approx([1, 1])
    assert made["source_medium"].tolist() == ["direct", "mail", "search"]


def orders(days: int, seen: float) -> pd.DataFrame:
    random = np.random.default_rng(1)
    booked = random.poisson(50, days)
    frame = pd.DataFrame({"date": pd.date_range("2025-10-01", periods=days), "ledger_orders": booked})
    frame["tracked_orders"] = random.binomial(booked, seen)
    return frame.assign(tracked_revenue=frame["tracked_orders"] * 9.0, ledger_revenue=booked * 10.0)


def test_the_interval_of_the_tracked_share_covers_the_truth():
    share = tracked_share(orders(92, 0.8))
    assert share.low < 0.8 < share.high
    assert share.high - share.low < 0.05
    assert share.ratio == share.tracked / share.booked
    assert share == tracked_share(orders(92, 0.8))


def test_an_outage_widens_the_interval():
    broken = orders(92, 0.9)
    broken.loc[40:60, "tracked_orders"] = 0
    share, steady = tracked_share(broken), tracked_share(orders(92, 0.9))
    assert share.high - share.low > 3 * (steady.high - steady.low)
    assert worst_tracked_days(broken, days=5)["order_ratio"].tolist() == [0] * 5


def test_few_days_give_no_interval_and_no_orders_no_share():
    assert tracked_share(orders(5, 0.8)).low is None
    assert tracked_share(orders(5, 0.8).assign(ledger_orders=0)) is None


def test_months_compare_tracked_with_booked_orders():
    made = tracked_orders_by_month(orders(61, 1.0))
    assert made["order_ratio"].tolist() == [1.0, 1.0]
    assert made["revenue_ratio"].tolist() == pytest.approx([0.9, 0.9])
