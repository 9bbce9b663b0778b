"""The page on showing figures: all nine items, also for a company that has little."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from running import results_of, supply

from brandops.params.plan import ChannelRules, SurveyRules, Targets
from brandops.present.items import ITEMS
from brandops.present.status import Status

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "08_dashboard.ipynb"
OF_SECTION = [item for item in ITEMS if item.startswith("8.")]
PLAN = SimpleNamespace(
    currency="USD", names={}, fiscal_year_start=1, targets=Targets(), survey=SurveyRules(), channels=ChannelRules()
)


@pytest.fixture(scope="module")
def cells() -> list[dict]:
    return json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]


def test_every_item_has_its_heading_and_cells_stay_short(cells):
    headings = ["".join(cell["source"]).split("\n")[0] for cell in cells if cell["cell_type"] == "markdown"]
    assert sorted(h for h in headings if h.startswith("## 8.")) == [f"## {i} {ITEMS[i].english}" for i in OF_SECTION]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert max(len(cell["source"]) for cell in code) <= 15
    assert not any(line.lstrip().startswith(("def ", "class ")) for cell in code for line in cell["source"])
    assert "".join(cells[-1]["source"]).strip() == "page.close()"


def marts(channels: tuple[str, ...] = ("mall", "store"), costs: bool = True) -> dict[str, pd.DataFrame]:
    """Two years of one product in each of some channels, 10 % more in the second."""
    days = pd.date_range("2024-01-01", "2025-12-31")
    daily = pd.concat([pd.DataFrame({"date": days, "channel_id": channel, "region": "N"}) for channel in channels])
    sales = np.where(daily["date"].dt.year == 2025, 110.0, 100.0)
    daily = daily.assign(net_sales=sales, gross_sales=sales, returns=0.0, quantity=10.0, discount=0.0, list_sales=sales,
                         cost=sales / 2 if costs else np.nan, orders=4)  # fmt: skip
    cells = daily.assign(month=daily["date"].dt.to_period("M").dt.to_timestamp(), product_id="P1", brand="B", category="C",
                         week=daily["date"] - pd.to_timedelta(daily["date"].dt.dayofweek, unit="D"), segment=None)  # fmt: skip
    sums = ["net_sales", "gross_sales", "returns", "quantity", "discount", "list_sales", "cost"]
    by = ["channel_id", "region", "brand", "category", "product_id"]
    weekly = cells.groupby(["month", "week", *by], as_index=False)[sums].sum(min_count=1).assign(segment=None)
    monthly = cells.groupby(["month", *by], as_index=False)[sums].sum(min_count=1)
    monthly = monthly.assign(channel=monthly["channel_id"].str.title(), channel_type="online", subcategory="S", orders=4, lines=4)
    return {"channel_daily": daily, "sales_weekly": weekly, "sales_monthly": monthly}


def run(cells: list[dict], tables: dict[str, pd.DataFrame], folder: Path, patch: pytest.MonkeyPatch):
    """Run the notebook's cells on `tables` and return its results."""
    supply(PLAN, tables, folder, patch)
    return results_of(cells)


def test_the_page_states_all_nine_items_and_its_cube_agrees_with_the_mart(cells, tmp_path, monkeypatch):
    results = run(cells, marts(), tmp_path, monkeypatch)
    assert results.items() == OF_SECTION
    value = {figure.key: figure.value for figure in results.figures_of("8.1.2")}
    assert value["net_sales"] == 92 * 2 * 110 and value["difference"] == 0 and results.status("8.1.2") is Status.MET
    assert "+10.0%" in results.headlines[0]
    for item in ("8.1.1", "8.1.3", "8.2.3", "8.3.1"):
        assert results.status(item) is Status.MET, item
    written = {file.name for file in (tmp_path / "tables").glob("*.js")}
    assert written == {"08_cube.js", "08_cube_version.js"}


def test_a_company_of_one_channel_and_unknown_costs_has_a_page_too(cells, tmp_path, monkeypatch):
    results = run(cells, marts(channels=("store",), costs=False), tmp_path, monkeypatch)
    assert results.items() == OF_SECTION and results.status("8.1.2") is Status.MET


def test_without_the_mart_of_weeks_the_page_says_so(cells, tmp_path, monkeypatch):
    tables = marts()
    del tables["sales_weekly"]
    results = run(cells, tables, tmp_path, monkeypatch)
    assert {gap.item for gap in results.not_supplied} == {"8.1.2", "8.2.2"} and results.items() == OF_SECTION
