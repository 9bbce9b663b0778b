"""The catalogue of sources: freshness, gaps, orphans, control totals, and an account of every row."""

import pandas as pd
import pytest

from brandops.analysis.sources import (
    campaign_links,
    campaign_media,
    catalogue,
    conversions_by_format,
    ledger_gaps,
    mart_totals,
    missing_months,
    quarantine_by_rule,
    reconcile,
    row_accounting,
)

AS_OF = pd.Timestamp("2025-12-31")


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


@pytest.fixture
def sources() -> pd.DataFrame:
    columns = ["source", "table", "family", "kind", "files", "rows_in", "loaded", "quarantined", "superseded",
               "first_date", "last_date", "owner"]  # fmt: skip
    rows = [
        ("ads", "ads_daily", "third_party", "csv", 12, 500, 500, 0, 0, "2025-01-01", "2025-12-30", "media"),
        ("erp", "sales_lines", "internal", "csv", 12, 1000, 990, 10, 1, "2025-01-01", "2025-12-31", "finance"),
        ("shop", "sales_lines", "internal", "sql", 1, 200, 200, 0, 0, "2025-03-01", "2025-12-20", None),
        ("people", "people", "internal", "xlsx", 1, 60, 60, 0, 0, "2019-01-01", "2025-06-01", "hr"),
        ("panel", "market_monthly", "external", "xlsx", 4, 80, 80, 0, 0, "2025-01-01", "2025-09-01", "research"),
    ]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"first_date": "datetime64[ns]", "last_date": "datetime64[ns]"})


@pytest.fixture
def months() -> pd.DataFrame:
    rows = [("erp", "sales_lines", m, 10) for m in (1, 2, 3, 6, 7)]
    rows += [("people", "people", 1, 5), ("people", "people", 6, 5), ("ads", "ads_daily", 1, 3)]
    frame = pd.DataFrame(rows, columns=["source", "table", "month", "rows"])
    frame["month"] = [pd.Timestamp(2025, m, 1) for m in frame["month"]]
    return frame


ORPHANS = pd.DataFrame({"table": ["sales_lines", "sales_lines"], "column": ["customer_id", "product_id"],
                        "references": ["customers", "products"], "rows": [1190, 1190], "orphans": [3, 4]})  # fmt: skip


def test_the_catalogue_has_a_row_per_table_in_the_plans_order(sources, months):
    made = catalogue(sources, months, ORPHANS, AS_OF)
    assert made["table"].tolist() == ["sales_lines", "people", "market_monthly", "ads_daily"]
    sales = made.set_index("table").loc["sales_lines"]
    assert (sales["rows"], sales["rows_in"], sales["quarantined"], sales["files"]) == (1190, 1200, 10, 13)
    assert (sales["sources"], sales["kinds"], sales["owner"]) == ("erp, shop", "csv, sql", "finance")
    assert (sales["key"], sales["orphans"]) == ("order_id, line_no", 7)


def test_a_table_is_fresh_while_its_lag_is_within_its_service_level(sources, months):
    made = catalogue(sources, months, None, AS_OF).set_index("table")
    assert made.loc["sales_lines", ["lag_days", "fresh"]].tolist() == [0, True]
    assert made.loc["market_monthly", ["lag_days", "fresh"]].tolist() == [121, False]
    assert pd.isna(made.loc["people", "fresh"])
    late = catalogue(sources, months, None, pd.Timestamp("2026-01-03")).set_index("table")
    assert late.loc["sales_lines", "fresh"] and not late.loc["ads_daily", "fresh"]


def test_silent_months_are_gaps_only_where_a_table_is_expected_every_month(months):
    gaps = missing_months(months)
    assert gaps["source"].unique().tolist() == ["erp"]
    assert gaps["month"].tolist() == [day("2025-04-01"), day("2025-05-01")]


def test_every_row_is_accounted_for_and_a_lost_one_shows(sources):
    made = row_accounting(sources)
    assert made["unaccounted"].tolist() == [0] * 5
    assert made.loc[0, ["source", "load_rate"]].tolist() == ["erp", 0.99]
    sources.loc[0, "loaded"] = 499
    assert row_accounting(sources).set_index("source").loc["ads", "unaccounted"] == 1


@pytest.fixture
def ledger() -> pd.DataFrame:
    rows = [("2025-10-01", "tmall", 100.10, 100.10), ("2025-10-01", "shop", 200.20, 200.20),
            ("2025-11-01", "tmall", 100.00, 100.01), ("2025-11-01", "shop", 50.00, 49.99),
            ("2025-12-01", None, None, 70.00)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["month", "channel_id", "ledger", "loaded"])
    frame["month"] = pd.to_datetime(frame["month"])
    return frame.assign(difference=frame["loaded"] - frame["ledger"])


def test_a_cent_off_the_ledger_is_found(ledger):
    ledger.loc[0, "loaded"] += 0.01
    made = reconcile(ledger)
    assert made["difference"].tolist()[:2] == [0.01, 0.0]
    assert made["agrees"].tolist()[:2] == [False, True]


def test_channels_that_cancel_out_agree_in_total_but_are_still_listed(ledger):
    assert reconcile(ledger).loc[1, "agrees"]
    assert ledger_gaps(ledger)["difference"].tolist() == [0.01, -0.01]


def test_a_month_the_ledger_does_not_have_is_neither_right_nor_wrong(ledger):
    assert pd.isna(reconcile(ledger).loc[2, "agrees"])
    assert day("2025-12-01") not in ledger_gaps(ledger)["month"].tolist()


@pytest.fixture
def campaigns() -> pd.DataFrame:
    frame = pd.DataFrame({"campaign_id": ["K1", "K2"], "campaign": ["Spring", "Autumn"]})
    frame["starts_on"], frame["ends_on"] = pd.to_datetime(["2025-03-01", "2025-09-01"]), day("2025-12-31")
    return frame


@pytest.fixture
def ads() -> pd.DataFrame:
    rows = [("2025-03-05", "weibo", "K1", 1000, 20, 60.0), ("2025-02-05", "weibo", "K1", 1000, 20, 20.0),
            ("2025-03-05", "weibo", "K9", 1000, 10, 10.0), ("2025-03-05", "douyin", None, 500, 5, 10.0)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["date", "platform", "campaign_id", "impressions", "clicks", "spend"])
    return frame.assign(date=pd.to_datetime(frame["date"]))


def test_spend_without_a_known_campaign_is_not_linked(ads, campaigns):
    made = campaign_links(ads, campaigns).set_index("platform")
    assert made.loc["weibo", "linked_share"] == pytest.approx(80 / 90)
    assert made.loc["weibo", "in_flight_share"] == pytest.approx(60 / 80)
    assert made.loc["douyin", "linked_share"] == 0
    assert made.loc["weibo", ["click_through", "cost_per_click"]].tolist() == pytest.approx([50 / 3000, 1.8])


def test_media_of_a_campaign_come_together(ads, campaigns):
    social = pd.DataFrame({"campaign_id": ["K1", "K2"], "mentions": [5, 7], "engagements": [50, 70]})
    made = campaign_media(ads, social, campaigns).set_index("campaign_id")
    assert made.loc["K1", ["spend", "clicks", "mentions"]].tolist() == [80.0, 40, 5]
    assert pd.isna(made.loc["K2", "spend"])
    assert campaign_media(ads, None, campaigns)["campaign_id"].tolist() == ["K1"]


def test_a_row_that_breaks_a_rule_in_two_places_is_one_row_per_rule_and_column(sources):
    rows = [("erp", "sales_lines", "a.csv", 1, "net_price", "-3", "not negative"),
            ("erp", "sales_lines", "a.csv", 1, "quantity", "x", "a number"),
            ("erp", "sales_lines", "a.csv", 1, "net_price", "-3", "not negative"),
            ("erp", "sales_lines", "b.csv", 1, "net_price", "-4", "not negative"),
            ("ads", "ads_daily", "c.csv", 9, None, None, "duplicate key")]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["source", "table", "file", "row", "column", "value", "rule"])
    made = quarantine_by_rule(frame.assign(known_on=day("2025-11-01")), sources)
    assert made.loc[0, ["column", "rows", "files", "example", "owner"]].tolist() == ["net_price", 2, 2, "-3", "finance"]
    assert made["rows"].tolist() == [2, 1, 1]
    assert "" in made["column"].tolist()


def test_nothing_rejected_is_an_empty_list(sources):
    assert quarantine_by_rule(None, sources).empty


def test_formats_are_counted_over_all_sources():
    rows = [("a", "sales_lines", "ordered_at", "iso", 10), ("b", "ads_daily", "date", "iso", 5),
            ("b", "ads_daily", "date", "chinese", 9)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["source", "table", "column", "format", "rows"])
    made = conversions_by_format(frame)
    assert made["format"].tolist() == ["iso", "chinese"]
    assert made.loc[0, ["columns", "tables", "values"]].tolist() == [2, "ads_daily, sales_lines", 15]


def test_marts_that_differ_by_a_cent_are_not_exact():
    daily = pd.DataFrame({"date": pd.to_datetime(["2025-10-03", "2025-11-03"]), "net_sales": [0.1 + 0.2, 5.0]})
    monthly = pd.DataFrame({"month": pd.to_datetime(["2025-10-01", "2025-11-01"]), "net_sales": [0.3, 5.0]})
    marts = {"sales_daily": daily, "sales_monthly": monthly, "customers_monthly": None}
    made = mart_totals(marts, "sales_daily").set_index("mart")
    assert made.index.tolist() == ["sales_daily", "sales_monthly"]
    assert made["exact"].all()
    monthly["net_sales"] += [0.01, -0.01]
    assert not mart_totals(marts, "sales_daily").set_index("mart").loc["sales_monthly", "exact"]
