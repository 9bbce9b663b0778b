"""The forecasting page: its items on a company with years of sales, and on one with a single year."""

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from running import results_of, supply
from tiny_marts import tiny_marts

from brandops.params.plan import ForecastRules, Targets
from brandops.present.items import ITEMS
from brandops.present.status import Status

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "03_sales_forecasting.ipynb"
OURS = ["3.1.1", "3.1.3", "3.3.1", "3.3.2", "3.3.3"]
PLAN = SimpleNamespace(
    currency="CNY", names={}, fiscal_year_start=1, phasing=None, targets=Targets(), forecast=ForecastRules(horizon=3)
)


@pytest.fixture(scope="module")
def cells() -> list[dict]:
    """The page's cells, without those of the items on prices and preparation."""
    found, mine = [], True
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and text.startswith("## "):
            mine = text.split()[1] in OURS
        if mine or text.strip() == "page.close()":
            found.append(cell)
    return found


def test_every_item_has_its_heading_and_cells_stay_short(cells):
    headings = ["".join(c["source"]).split("\n")[0] for c in cells if c["cell_type"] == "markdown"]
    assert [h for h in headings if h.startswith("## ")] == [f"## {i} {ITEMS[i].english}" for i in OURS]
    assert max(len(c["source"]) for c in cells if c["cell_type"] == "code") <= 15


def run(cells: list[dict], marts: dict[str, pd.DataFrame], folder: Path, patch: pytest.MonkeyPatch):
    supply(PLAN, marts, folder, patch)
    return results_of(cells)


def test_every_item_ends_in_figures_that_are_judged(cells, tmp_path, monkeypatch):
    found = run(cells, tiny_marts(), tmp_path, monkeypatch)
    assert [item for item in found.items() if item in OURS] == OURS and not found.not_supplied
    outlook = found.figures_of("3.1.1")[0]
    # 26 months that grow by 10 a month in each of two channels: January to March 2026 sell 2 × 1,260 and on.
    assert outlook.value == pytest.approx(6 * 1270, rel=0.05) and outlook.low < outlook.value < outlook.high
    assert outlook.target == pytest.approx(1.15 * 6 * 1150)
    assert found.status("3.3.1") is Status.MET
    assert {"03_outlook", "03_ranking", "03_errors"} <= set(found.tables) and {"fan", "ranks", "coverage"} <= set(found.charts)


def test_one_year_is_forecast_by_the_week_and_says_what_it_cannot(cells, tmp_path, monkeypatch):
    marts = {name: mart for name, mart in tiny_marts().items() if name in ("sales_monthly", "sales_daily")}
    for name, column in (("sales_monthly", "month"), ("sales_daily", "date")):
        marts[name] = marts[name][marts[name][column] >= "2025-01-01"]
    found = run(cells, marts, tmp_path, monkeypatch)
    said = " ".join(finding.text for finding in found.findings)
    assert "under two years" in said and "3 weeks" in found.headlines[-3]
    assert "decomposition" not in found.charts


def test_without_enough_sales_every_item_says_what_is_missing(cells, tmp_path, monkeypatch):
    marts = {name: tiny_marts()[name].tail(4) for name in ("sales_monthly", "sales_daily")}
    found = run(cells, marts, tmp_path, monkeypatch)
    assert [gap.item for gap in found.not_supplied] == OURS
