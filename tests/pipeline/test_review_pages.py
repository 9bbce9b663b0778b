"""Every figure's origin is one click away, and the checklist says what is left for a reviewer."""

import re
from datetime import date

import pandas as pd
import pytest

from brandops.pipeline.checklist import checklist_page
from brandops.pipeline.lineage import lineage_page
from brandops.present import html
from brandops.present.results import NotSupplied, PageResults, make_figure
from brandops.warehouse.origins import maker_of, tables_of, undescribed

SOURCES = pd.DataFrame({
    "source": ["erp_orders", "survey"], "table": ["sales_lines", "survey_responses"], "files": [3, 1], "rows_in": [1010, 50],
    "loaded": [1000, 48], "quarantined": [10, 2], "first_date": pd.Timestamp("2025-01-01"),
    "last_date": pd.Timestamp("2025-12-31"), "owner": ["finance", None],
})  # fmt: skip
QUARANTINE = pd.DataFrame({"source": "erp_orders", "table": "sales_lines", "file": "f", "row": [1, 1, 2],
                           "rule": ["bad_number", "bad_number", "orphan"]})  # fmt: skip
LEDGER = pd.DataFrame({"month": pd.to_datetime(["2025-11-01", "2025-12-01"]), "ledger": [100.0, 50.0], "loaded": [100.0, 50.0]})


@pytest.fixture
def results() -> list[PageResults]:
    html.use_currency("CNY")
    page = PageResults(notebook="01_goals_and_planning", profile="demo", period="2025Q4", as_of=date(2025, 12, 31),
                       language="en", currency="CNY",
                       marts={"sales_monthly": 900, "survey_responses": 48, "stock_daily": None})  # fmt: skip
    page.figures.append(make_figure(item="1.3.1", key="attainment", name="Attainment", value=0.96, unit="fraction", target=0.95,
                                    source=["sales_monthly"]))  # fmt: skip
    page.figures.append(make_figure(item="1.3.3", key="satisfied", name="Satisfied <customers>", value=0.91, unit="fraction",
                                    low=0.90, high=0.92, source=["survey_responses"]))  # fmt: skip
    page.not_supplied.append(NotSupplied(item="1.2.2", needs=["actions"]))
    return [page]


def row_of(markdown: str, anchor: str) -> list[str]:
    row = re.search(rf'<tr id="{anchor}">(.*?)</tr>', markdown)[1]
    return [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", row)]


def test_a_figure_leads_to_its_marts_sources_and_the_rows_behind_it(results):
    text = lineage_page(results, SOURCES, QUARANTINE).markdown
    assert row_of(text, "lineage-1-3-1") == ["1.3.1", "Attainment", "96.0%", "sales_monthly", "erp_orders", "1,000", "10"]
    for target in re.findall(r'href="#([^"]+)"', text):
        assert f'id="{target}"' in text, target


def test_a_mart_says_which_tables_and_which_query_made_it(results):
    text = lineage_page(results, SOURCES, QUARANTINE).markdown
    assert row_of(text, "mart-sales_monthly")[3] == "brandops.warehouse.sales.sales_monthly"
    assert 'id="mart-stock_daily"' not in text  # the company does not supply it


def test_the_quarantine_counts_each_row_once(results):
    text = lineage_page(results, SOURCES, QUARANTINE).markdown
    last = text[text.index("{#quarantine}") :]
    assert sorted(int(n) for n in re.findall(r"<td>(\d+)</td></tr>", last)) == [1, 1]


def test_names_are_text_not_markup(results):
    text = lineage_page(results, SOURCES, QUARANTINE).markdown + checklist_page(results, SOURCES, LEDGER).markdown
    assert "<customers>" not in text


def test_the_checklist_reconciles_sales_counts_rejects_and_asks_for_intervals(results):
    text = checklist_page(results, SOURCES, LEDGER).markdown
    assert row_of(text, "check-1-3-1")[4:] == ["to the cent", "10", "none given", "☐"]
    assert row_of(text, "check-1-3-3")[4:] == ["not from sales", "2", "90.0% … 92.0%", "☐"]
    assert "– Not supplied" in row_of(text, "check-1-2-2")[1]


def test_sales_off_the_ledger_are_not_called_reconciled(results):
    off = LEDGER.assign(loaded=[98.5, 50.0])
    assert row_of(checklist_page(results, SOURCES, off).markdown, "check-1-3-1")[4] == "off by ¥1.50"
    assert row_of(checklist_page(results, SOURCES, None).markdown, "check-1-3-1")[4] == "no ledger"


def test_every_mart_has_a_described_origin():
    assert undescribed() == []


def test_the_function_said_to_make_a_mart_exists():
    from importlib import import_module

    from brandops.warehouse.load import MARTS

    for mart in MARTS:
        module, function = maker_of(mart).split(".")
        assert hasattr(import_module(f"brandops.warehouse.{module}"), function), mart


def test_tables_a_mart_is_said_to_be_made_of_are_in_the_contract():
    from brandops.contract import TABLES
    from brandops.warehouse.load import MARTS

    assert {table for mart in MARTS for table in tables_of(mart)} <= set(TABLES)
