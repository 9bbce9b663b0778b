"""The items of the page on risk that rest on market, sales and stock: what it states, and what it says is missing."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from running import results_of, supply

from brandops.params.alerts import Alerts
from brandops.params.plan import ChannelRules, ForecastRules, MarketRiskRules, StockRules, Targets
from brandops.present.items import ITEMS
from brandops.present.status import Status

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "07_risk_control.ipynb"
OWN = ["7.1.1", "7.2.1", "7.3.1", "7.3.2", "7.3.3"]
PLAN = SimpleNamespace(
    currency="CNY", names={}, fiscal_year_start=1, targets=Targets(), forecast=ForecastRules(), market_risk=MarketRiskRules(),
    stock=StockRules(), channels=ChannelRules(),
)  # fmt: skip
DAYS = pd.date_range("2022-01-01", "2025-12-31", name="date")


@pytest.fixture(scope="module")
def cells() -> list[dict]:
    """The cells of this test's items, and those all items share."""
    found = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    other = tuple(f"item-{item.replace('.', '-')}" for item in ITEMS if item.startswith("7.") and item not in OWN)
    return [cell for cell in found if not cell["id"].startswith(other)]


def marts() -> dict[str, pd.DataFrame]:
    """One product sold and stocked for four years; in October 2025 a rival wages war, in December the stock runs out."""
    rng = np.random.default_rng(2)
    months = pd.date_range("2022-01-01", "2025-12-01", freq="MS")
    daily = pd.DataFrame({"date": DAYS, "channel_id": "mall", "region": "North", "brand": "B", "category": "Hair",
                          "net_sales": 1000 * np.exp(rng.normal(0, 0.05, len(DAYS)))})  # fmt: skip
    daily = daily.assign(gross_sales=daily["net_sales"], returns=0.0, quantity=50.0, cost=400.0, orders=10)
    monthly = daily.groupby(daily["date"].dt.to_period("M").dt.to_timestamp().rename("month"))[
        ["net_sales", "quantity", "cost"]
    ].sum()
    monthly = monthly.reset_index().assign(
        channel_id="mall", channel="Mall", channel_type="online", category="Hair", product_id="P1"
    )
    stock = pd.DataFrame({"date": DAYS, "product_id": "P1", "on_hand": 1500.0, "received": 50.0, "sold": 50.0,
                          "stock_value": 12000.0, "issued_cost": 400.0, "unexplained": 0.0})  # fmt: skip
    stock.loc[stock["date"] >= "2025-12-30", ["on_hand", "stock_value"]] = 0.0
    market = pd.concat([
        pd.DataFrame({"month": months, "category": "Hair", "segment": None, "competitor": who, "sales": sales, "price_index": 1.0})
        for who, sales in (("own", 30_000.0), ("Rival", 30_000.0), ("rest", 140_000.0))
    ], ignore_index=True)  # fmt: skip
    war = (market["competitor"] == "Rival") & (market["month"] >= "2025-10-01")
    market.loc[war, "sales"], market.loc[war, "price_index"] = 40_000.0, 0.8
    products = pd.DataFrame(
        {"product_id": ["P1"], "product": ["Soap"], "category": ["Hair"], "launched_on": [pd.Timestamp("2020-01-01")]}
    )
    channels = pd.DataFrame({"channel_id": ["mall"], "channel": ["Mall"], "channel_type": ["online"]})
    return {"sales_daily": daily, "sales_monthly": monthly, "stock_daily": stock, "market_monthly": market, "products": products,
            "channels": channels}  # fmt: skip


RULES = Alerts.model_validate({"rules": [
    {"rule": "short", "figure": "days_of_cover", "scope": "product", "below": 5.0, "severity": "critical", "owner": "supply"},
]})  # fmt: skip


def run(cells, tables, folder, patch, rules=None):
    supply(PLAN, tables, folder, patch)
    patch.setattr("brandops.params.alerts.load_alerts", lambda _profile: rules)
    patch.setattr("brandops.params.scenarios.load_scenarios", lambda _profile: None)
    return results_of(cells)


def test_every_item_has_its_heading_and_cells_stay_short(cells):
    headings = ["".join(cell["source"]).split("\n")[0] for cell in cells if cell["cell_type"] == "markdown"]
    assert [h for h in headings if h.startswith("## 7.")] == [f"## {i} {ITEMS[i].english}" for i in OWN]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert max(len(cell["source"]) for cell in code) <= 15
    assert not any(line.lstrip().startswith(("def ", "class ")) for cell in code for line in cell["source"])


def test_a_war_going_on_an_empty_shelf_and_a_stale_range_are_missed_and_a_war_leads_the_answer(cells, tmp_path, monkeypatch):
    results = run(cells, marts(), tmp_path, monkeypatch, RULES)
    assert results.items() == OWN
    missed = ("7.1.1", "7.2.1", "7.3.1", "7.3.2")
    assert [results.status(item) for item in missed] == [Status.MISSED] * 4
    assert any(text.startswith("Rival waged a price war in Hair from 1 Oct 2025") and "30 days after" in text
               for text in (finding.text for finding in results.findings))  # fmt: skip
    assert any("Stock of Soap lasts 0 days; supply must act now." in text for text in results.headlines)
    out = next(figure for figure in results.figures_of("7.3.1") if figure.key == "out")
    assert out.value == 1 and {gap.item for gap in results.not_supplied} == {"7.3.3"}


def test_a_company_with_sales_alone_gets_a_page_that_says_what_is_missing(cells, tmp_path, monkeypatch):
    kept = {name: table for name, table in marts().items() if name.startswith("sales_")}
    results = run(cells, kept, tmp_path, monkeypatch)
    assert results.items() == OWN
    assert {gap.item for gap in results.not_supplied} == set(OWN)
    assert results.figures_of("7.1.1"), "demand needs sales only"


def test_a_company_without_sales_by_day_gets_a_page_too(cells, tmp_path, monkeypatch):
    results = run(cells, {}, tmp_path, monkeypatch, RULES)
    assert {gap.item for gap in results.not_supplied} == set(OWN) and not results.figures
