"""Marts of campaigns against counts by hand."""

import ibis
import pandas as pd
import pytest

from brandops.warehouse.campaigns import campaign_customers, campaign_sales


def dated(frame: dict, *columns: str) -> ibis.Table:
    made = pd.DataFrame(frame)
    for column in columns:
        made[column] = pd.to_datetime(made[column])
    table = ibis.memtable(made)
    return table.mutate(**{column: table[column].cast("date") for column in columns})


@pytest.fixture(scope="module")
def own() -> ibis.Table:
    """Nine lines around M1 (1 to 7 March) and M2 (5 to 20 March); 7 December is M1's day -84, 6 December one too early."""
    rows = [
        ("ann", "2024-12-06", 100.0, None, False),  # before the twelve weeks: counts nowhere
        ("ann", "2024-12-07", 10.0, None, False),
        ("ann", "2025-02-01", 20.0, None, False),  # day -28: among the last four weeks
        ("ann", "2025-03-01", 40.0, "M1", False),
        ("ann", "2025-03-07", 5.0, "M1", False),
        ("bob", "2025-01-31", 7.0, None, False),  # day -29
        ("bob", "2025-03-08", 9.0, "M1", False),  # the day after the end
        ("cat", "2025-03-02", -3.0, "M1", True),
        (None, "2025-03-03", 500.0, "M1", False),  # nobody known
    ]
    names = ["customer_id", "date", "net_sales", "campaign_id", "is_return"]
    made = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return dated(made | {"channel_id": ["web"] * 5 + ["shop"] * 4, "region": "North"}, "date")


@pytest.fixture(scope="module")
def campaigns() -> ibis.Table:
    return dated({"campaign_id": ["M1", "M2", "TV"], "starts_on": ["2025-03-01", "2025-03-05", "2025-03-01"],
                  "ends_on": ["2025-03-07", "2025-03-20", "2025-03-31"]}, "starts_on", "ends_on")  # fmt: skip


@pytest.fixture(scope="module")
def around(own, campaigns) -> pd.DataFrame:
    sent = ibis.memtable(pd.DataFrame({"campaign_id": ["M1", "M1", "M1", "M2"], "customer_id": ["ann", "ann", "cat", "ann"]}))
    return campaign_customers(own, campaigns, sent).to_pandas().set_index(["campaign_id", "customer_id"]).sort_index()


def test_credited_sales_are_those_before_returns_by_channel(own):
    shown = campaign_sales(own).to_pandas().sort_values("channel_id")
    assert shown[["campaign_id", "channel_id", "gross_sales", "lines"]].values.tolist() == [
        ["M1", "shop", 509.0, 2], ["M1", "web", 45.0, 2]]  # fmt: skip


def test_every_known_customer_has_one_row_in_every_mailing_and_none_in_other_campaigns(around):
    assert list(around.index) == [(campaign, customer) for campaign in ("M1", "M2") for customer in ("ann", "bob", "cat")]
    assert around["received"].tolist() == [True, False, True, True, False, False]


def test_purchases_fall_before_early_late_or_during_by_the_day(around):
    counted = around[["before_early", "before_late", "during", "orders_before"]]
    assert counted.loc[("M1", "ann")].tolist() == [10, 20, 45, 2]
    assert counted.loc[("M1", "bob")].tolist() == [7, 0, 0, 1]
    assert counted.loc[("M1", "cat")].tolist() == [0, 0, -3, 0]
    assert counted.loc[("M2", "ann")].tolist() == [20, 40, 5, 2]
    assert counted.loc[("M2", "bob")].tolist() == [7, 0, 9, 1]


def test_other_mailings_count_if_they_ran_on_a_day_of_this_one(around):
    assert around["other_campaigns"].tolist() == [1, 0, 0, 1, 0, 1]
