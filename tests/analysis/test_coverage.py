"""How complete a period's data are, and what missing rows are worth."""

import pandas as pd
import pytest

from brandops.analysis.coverage import (
    broken_references,
    competitor_coverage,
    completeness,
    ended_months,
    mean_line,
    period_load,
    research_check,
    value_rejects,
)

SOURCES = pd.DataFrame({"source": ["erp", "shop"], "owner": ["finance", None]})


def months(*texts: str) -> list[pd.Timestamp]:
    return [pd.Timestamp(text) for text in texts]


def test_a_quarter_has_three_ended_months_and_an_open_week_falls_back_on_the_last_ended_one():
    assert ended_months("2025-10-01", "2025-12-31", "2025-12-31") == months("2025-10-01", "2025-11-01", "2025-12-01")
    assert ended_months("2025-10-01", "2025-12-31", "2025-12-30") == months("2025-10-01", "2025-11-01")
    assert ended_months("2025-11-17", "2025-11-23", "2025-11-23") == months("2025-10-01")


@pytest.fixture
def source_months() -> pd.DataFrame:
    rows = [("erp", "sales_lines", f"2025-{m:02d}-01", 100) for m in range(1, 13) if m != 6]
    rows += [("shop", "sales_lines", "2025-11-01", 10), ("shop", "sales_lines", "2025-12-01", 4)]
    rows += [("hr", "people", "2025-01-01", 5)]
    frame = pd.DataFrame(rows, columns=["source", "table", "month", "rows"])
    return frame.assign(month=pd.to_datetime(frame["month"]).astype("datetime64[ns]"))


def test_a_silent_month_and_one_with_few_rows_are_thin(source_months):
    made = completeness(source_months, pd.Timestamp("2025-12-01"))
    thin = made[made["thin"]]
    assert list(zip(thin["source"], thin["month"].dt.month, thin["rows"], strict=True)) == [("erp", 6, 0)]
    assert made.loc[made["source"] == "shop", "month"].dt.month.tolist() == [11, 12]
    assert "people" not in made["table"].tolist()


def test_rejects_of_the_period_lower_its_load_rate_and_repeats_are_not_lost(source_months):
    rejects = pd.DataFrame({
        "source": "erp", "table": "sales_lines", "file": "a.csv", "row": [1, 1, 2, 3, 4],
        "column": ["qty", "price", None, "qty", "qty"],
        "rule": ["bad_number", "bad_number", "duplicate_key", "bad_number", "bad_timestamp"],
        "known_on": [*months("2025-12-05", "2025-12-05", "2025-12-06", "2025-03-01"), pd.NaT],
    })  # fmt: skip
    made = period_load(source_months, rejects, SOURCES, pd.Timestamp("2025-10-01"), pd.Timestamp("2025-12-31"))
    erp = made.set_index("source").loc["erp"]
    assert (erp["loaded"], erp["quarantined"], erp["lost"], erp["rows_in"]) == (300, 2, 1, 302)
    assert erp["load_rate"] == pytest.approx(300 / 302)
    assert made["source"].tolist() == ["erp", "shop"]


def test_without_quarantine_every_row_was_loaded(source_months):
    made = period_load(source_months, None, SOURCES, pd.Timestamp("2025-12-01"), pd.Timestamp("2025-12-31"))
    assert made["load_rate"].tolist() == [1.0, 1.0]


def test_only_lost_order_lines_cost_money():
    rules = pd.DataFrame({
        "source": ["erp", "erp", "hr"], "table": ["sales_lines", "sales_lines", "people"],
        "rule": ["duplicate_key", "bad_number", "bad_date"], "rows": [50, 2, 9],
    })  # fmt: skip
    sales = pd.DataFrame({"net_sales": [300.0, 100.0], "lines": [3, 1]})
    made = value_rejects(rules, sales)
    assert mean_line(sales) == 100.0
    assert made["rule"].tolist() == ["bad_number", "bad_date", "duplicate_key"]
    assert made["money"].tolist()[:1] == [200.0] and made["money"].isna().sum() == 2
    assert value_rejects(rules, None)["money"].isna().all()


def test_research_is_compared_with_the_books_over_the_months_it_covers():
    market = pd.DataFrame({
        "month": months("2025-10-01", "2025-10-01", "2025-11-01"), "category": ["Hair", "Hair", "Hair"],
        "competitor": ["own", "Rival", "Rival"], "sales": [90.0, 500.0, 500.0], "price_index": [1.1, None, 0.9],
    })  # fmt: skip
    sales = pd.DataFrame({"month": months("2025-10-01", "2025-11-01"), "category": "Hair", "net_sales": [100.0, 70.0]})
    made = research_check(market, sales, months("2025-10-01", "2025-11-01"))
    assert made["ratio"].tolist() == pytest.approx([0.9, 0.9])
    companies = competitor_coverage(market, months("2025-10-01", "2025-11-01")).set_index("competitor")
    assert companies.loc["Rival", ["months", "sales", "price_index", "priced"]].tolist() == [2, 1000.0, 0.9, 0.5]


def test_references_of_a_family_are_listed_with_the_share_found():
    integrity = pd.DataFrame({
        "table": ["sales_lines", "ads_daily"], "column": ["product_id", "campaign_id"],
        "references": ["products", "campaigns"], "rows": [200, 10], "orphans": [1, 10],
    })  # fmt: skip
    assert broken_references(integrity, "internal")["resolved"].tolist() == [0.995]
    assert broken_references(integrity, "third_party")["resolved"].tolist() == [0.0]
    assert broken_references(None, "internal").empty
