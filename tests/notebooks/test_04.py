"""The page on channels: all nine items, also for a company that has sales alone."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from running import results_of, supply

from brandops.params.plan import ChannelRules, MarketingRules, SurveyRules, Targets
from brandops.present.items import ITEMS
from brandops.present.status import Status

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "04_channel_optimisation.ipynb"
OF_SECTION = [item for item in ITEMS if item.startswith("4.")]
PLAN = SimpleNamespace(
    currency="CNY",
    names={},
    fiscal_year_start=1,
    targets=Targets(),
    survey=SurveyRules(),
    channels=ChannelRules(),
    marketing=MarketingRules(),
)


@pytest.fixture(scope="module")
def cells() -> list[dict]:
    return json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]


def test_every_item_has_its_heading_and_cells_stay_short(cells):
    headings = ["".join(cell["source"]).split("\n")[0] for cell in cells if cell["cell_type"] == "markdown"]
    assert [h for h in headings if h.startswith("## 4.")] == [f"## {i} {ITEMS[i].english}" for i in OF_SECTION]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert max(len(cell["source"]) for cell in code) <= 15
    assert not any(line.lstrip().startswith(("def ", "class ")) for cell in code for line in cell["source"])
    assert "".join(cells[-1]["source"]).strip() == "page.close()"


def marts(costs: bool) -> dict[str, pd.DataFrame]:
    """Two channels over two years; the mall earns five times its cost, the stores lose money."""
    days = pd.date_range("2024-01-01", "2025-12-31")
    rng = np.random.default_rng(3)
    daily = pd.concat([
        pd.DataFrame({"date": days, "channel_id": channel, "region": region})
        for channel in ("mall", "store") for region in ("North", "South")
    ])  # fmt: skip
    daily["net_sales"] = 100 * np.exp(rng.normal(0, 0.2, len(daily)))
    daily = daily.assign(gross_sales=daily["net_sales"], returns=0.0, quantity=10.0, cost=daily["net_sales"] / 2, orders=4)
    monthly = daily.assign(month=daily["date"].dt.to_period("M").dt.to_timestamp()).drop(columns="date")
    by = ["month", "channel_id", "region"]
    monthly = monthly.groupby(by).sum().reset_index().assign(brand="B", category="Hair", subcategory="Oil", product_id="P1")
    monthly["channel"] = monthly["channel_id"].map({"mall": "Mall", "store": "Own stores"})
    monthly["channel_type"] = monthly["channel_id"].map({"mall": "online", "store": "offline"})
    made = {"channel_daily": daily, "sales_monthly": monthly}
    if costs:
        months = pd.date_range("2024-01-01", "2025-12-01", freq="MS")
        made["channel_costs"] = pd.concat([
            pd.DataFrame({"channel_id": channel, "month": months, "cost_type": "rent", "amount": amount})
            for channel, amount in (("mall", 500.0), ("store", 12_000.0))
        ])  # fmt: skip
    return made


def run(cells: list[dict], tables: dict[str, pd.DataFrame], folder: Path, patch: pytest.MonkeyPatch):
    """Run the notebook's cells on `tables` and return its results."""
    supply(PLAN, tables, folder, patch)
    return results_of(cells)


def test_the_answer_names_the_channel_to_feed_and_the_one_to_mend(cells, tmp_path, monkeypatch):
    results = run(cells, marts(costs=True), tmp_path, monkeypatch)
    assert results.items() == OF_SECTION
    assert results.headlines[0].startswith("Put the next money in Mall") and "probability of 100%" in results.headlines[0]
    assert results.headlines[1].startswith("Fix Own stores")
    assert results.headlines[2].startswith("This is the return on average")
    ratio = next(f for f in results.figures_of("4.3.2") if f.grain == {"channel": "store"})
    assert ratio.status is Status.MISSED and ratio.value > 1.5  # the plan asks for less than 1.5


def test_a_company_with_sales_alone_gets_a_page_that_says_what_is_missing(cells, tmp_path, monkeypatch):
    results = run(cells, marts(costs=False), tmp_path, monkeypatch)
    assert results.items() == OF_SECTION
    missing = {gap.item for gap in results.not_supplied}
    assert missing == {"4.1.1", "4.1.2", "4.1.3", "4.2.1", "4.2.2", "4.2.3", "4.3.2", "4.3.3"}
    assert results.status("4.3.1") is Status.MET
    # The answer says in its first words what it rests on, and promises no more than that.
    assert results.headlines[0].startswith("By gross margin rate alone the next money goes to")
    assert results.headlines[2].startswith("This rests on gross margin alone, since the channels' own costs are not supplied")


def test_a_year_of_sales_without_any_cost_still_gets_an_answer_that_promises_nothing(cells, tmp_path, monkeypatch):
    made = {name: mart.assign(cost=np.nan) for name, mart in marts(costs=False).items()}
    made["channel_daily"] = made["channel_daily"].query("date >= '2025-01-01'")
    results = run(cells, made, tmp_path, monkeypatch)
    assert results.headlines[0].startswith("Where the next money brings most cannot be told")
    assert "sells most" in results.headlines[1] and "sells least" in results.headlines[2]
    assert not any("Put the next money" in line for line in results.headlines)
