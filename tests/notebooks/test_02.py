"""The page on data collection: all nine items, on a company that has every table and on one that has sales alone."""

import json
from pathlib import Path

import pandas as pd
import pytest
from running import results_of, supply
from tiny_marts import tiny_marts

from brandops.params.plan import Plan, Targets
from brandops.present.items import ITEMS
from brandops.present.status import Status

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "02_data_collection_and_quality.ipynb"
ITEMS_OF_SECTION = [item for item in ITEMS if item.startswith("2.")]
PLAN = Plan(company="ACME", currency="CNY", time_zone="Asia/Shanghai", targets=Targets(valid_responses_month=95))
SALES_ALONE = {"sources": 1, "source_months": 26, "sales_monthly": None, "sales_daily": None, "customers_monthly": None}


@pytest.fixture(scope="module")
def cells() -> list[dict]:
    return json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]


def test_every_item_has_its_heading_and_cells_stay_short(cells):
    headings = ["".join(cell["source"]).split("\n")[0] for cell in cells if cell["cell_type"] == "markdown"]
    assert [h for h in headings if h.startswith("## 2.")] == [f"## {i} {ITEMS[i].english}" for i in ITEMS_OF_SECTION]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert max(len(cell["source"]) for cell in code) <= 15
    assert not any(line.lstrip().startswith(("def ", "class ")) for cell in code for line in cell["source"])


def test_the_parameters_cell_is_the_first_and_has_the_defaults(cells):
    first = next(cell for cell in cells if cell["cell_type"] == "code")
    assert first["metadata"]["tags"] == ["parameters"]
    names: dict = {}
    exec("".join(first["source"]), names)
    defaults = {name: value for name, value in names.items() if not name.startswith("__")}
    assert defaults == {"profile": "demo", "period": "", "language": "en", "as_of": ""}
    assert "".join(cells[-1]["source"]).strip() == "page.close()"


def run(cells: list[dict], marts: dict[str, pd.DataFrame], folder: Path, patch: pytest.MonkeyPatch):
    """Run the notebook's cells on `marts` and return its page."""
    from brandops.warehouse import storage

    stored = pd.DataFrame([(name, len(mart), mart.shape[1], 1000) for name, mart in marts.items()],
                          columns=["mart", "rows", "columns", "bytes"])  # fmt: skip
    patch.setattr(storage, "mart_storage", lambda *_args: stored)
    supply(PLAN, marts, folder, patch)
    return results_of(cells)


@pytest.fixture(scope="module")
def full(cells, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield run(cells, tiny_marts(), tmp_path_factory.mktemp("full"), patch)


def figure(results, item: str, key: str, **grain: str):
    return next(f for f in results.figures_of(item) if f.key == key and f.grain == grain)


def test_every_item_ends_in_figures_where_the_tables_are_there(full):
    assert full.items() == ITEMS_OF_SECTION
    assert not full.not_supplied
    assert all(full.figures_of(item) for item in ITEMS_OF_SECTION)


def test_fifty_yuan_off_the_ledger_are_a_headline_with_month_and_channel(full):
    gap = figure(full, "2.1.1", "ledger_gap")
    assert (gap.value, gap.status, gap.money_at_stake) == (50.0, Status.MISSED, 50.0)
    assert "Mall, Nov 2025: loaded net sales are ¥50.00 below the ledger (3.9% of it)." in full.headlines


def test_what_is_late_silent_or_rejected_is_counted(full):
    assert figure(full, "2.1.1", "stale_tables").value == 1
    assert figure(full, "2.1.3", "silent_months").value == 1
    assert figure(full, "2.2.1", "load_rate", source="erp").value == pytest.approx(300 / 303)
    assert figure(full, "2.2.1", "lost_rows").value == 2
    assert figure(full, "2.2.2", "valid_responses").status is Status.MISSED
    assert figure(full, "2.2.3", "tracked_orders").status is Status.MISSED


def test_published_tables_read_back_equal_from_excel_and_spss(full):
    assert figure(full, "2.3.1", "readback").value == 1.0


def test_the_answer_names_every_reservation(full):
    answer = full.headlines[0]
    assert answer.startswith("The data of 2025Q4 are fit to decide on, with 4 reservations: loaded sales are ¥50.00")
    assert "2 rows are in quarantine" in answer and "Stock past" in answer and "from ads silent for 1 month" in answer


def test_a_company_with_sales_alone_gets_a_page_that_says_what_is_missing(cells, tmp_path, monkeypatch):
    whole = tiny_marts()
    marts = {name: whole[name].head(rows) if rows else whole[name] for name, rows in SALES_ALONE.items()}
    results = run(cells, marts, tmp_path, monkeypatch)
    assert results.items() == ITEMS_OF_SECTION
    missing = {gap.item for gap in results.not_supplied}
    assert missing == {"2.1.1", "2.1.2", "2.1.3", "2.2.2", "2.2.3"}
    assert [results.status(item) for item in ("2.1.2", "2.1.3", "2.2.2", "2.2.3")] == [Status.NOT_SUPPLIED] * 4
    assert "no ledger total" in results.headlines[0]


def test_one_cent_off_the_ledger_is_a_headline(cells, tmp_path, monkeypatch):
    marts = tiny_marts()
    ledger = marts["ledger_reconciliation"]
    off = (ledger["month"] == "2025-11-01") & (ledger["channel_id"] == "mall")
    ledger["ledger"] = ledger["loaded"].where(~off, ledger["loaded"] + 0.01)
    ledger["difference"] = ledger["loaded"] - ledger["ledger"]
    results = run(cells, marts, tmp_path, monkeypatch)
    assert figure(results, "2.1.1", "ledger_gap").value == pytest.approx(0.01)
    assert any(text.startswith("Mall, Nov 2025: loaded net sales are ¥0.01 below the ledger") for text in results.headlines)


def test_without_a_number_of_answers_wanted_the_item_has_no_target(cells, tmp_path, monkeypatch):
    monkeypatch.setattr("test_02.PLAN", PLAN.model_copy(update={"targets": Targets(valid_responses_month=0)}))
    results = run(cells, tiny_marts(), tmp_path, monkeypatch)
    assert figure(results, "2.2.2", "valid_responses").target is None
    assert results.status("2.2.2") is Status.NO_TARGET
    assert any("the plan asks for no number" in finding.text for finding in results.findings)
