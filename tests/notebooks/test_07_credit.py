"""Section 7 on credit and supply: figures where the tables are there, honest gaps where they are not."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from running import figure, run_with

from brandops.demo import supply as made
from brandops.demo.buyers import Population, _business
from brandops.demo.finance import invoices
from brandops.demo.seasons import DAYS
from brandops.demo.truth import Truth, stream
from brandops.params.plan import Plan
from brandops.present.status import Status

NOTEBOOK = "07_risk_control"
MINE = ["7.1.2", "7.1.3", "7.2.2", "7.2.3"]
PLAN = Plan(company="ACME", currency="CNY", time_zone="Asia/Shanghai", supply={"on_time_in_full": 0.9})


def receivable_marts() -> dict[str, pd.DataFrame]:
    """Invoices and customers of six hundred accounts of the demo's making."""
    rng = stream(7, "page_of_credit")
    found = _business(Truth(), rng, 1.0)
    count = len(found["rate"])
    ids = np.char.add("K", np.char.zfill(np.arange(count).astype("U5"), 5))
    table = pd.DataFrame({
        "customer_id": ids, "credit_limit": found["limit"], "payment_terms_days": found["terms"], "industry": found["industry"],
        "years_in_business": found["years"], "created_on": DAYS[0],
    })  # fmt: skip
    who, month = np.nonzero(rng.random((count, 48)) < 0.85)
    day = (month * 30.4375 + rng.uniform(0, 30, len(month))).astype(int).clip(max=len(DAYS) - 1)
    alive = (day > found["born"][who]) & (day <= found["dies"][who])
    lines = pd.DataFrame({
        "ordered_at": DAYS[day[alive]], "customer_id": pd.Categorical.from_codes(who[alive], ids),
        "net_sales": np.round(rng.gamma(2, 700, alive.sum()), 2),
    })  # fmt: skip
    people = Population(table, table["industry"].to_numpy(), found["rate"], found["born"], found["dies"], found["defaults"])
    return {"invoices": invoices(lines, people, 7), "customers": table}


def supply_marts() -> dict[str, pd.DataFrame]:
    truth = Truth()
    suppliers, prices = made.suppliers(truth, 7), made.material_prices(truth, 7)
    return {"suppliers": suppliers[["supplier_id", "supplier", "country", "since"]], "material_prices": prices,
            "purchase_orders": made.purchase_orders(truth, suppliers, prices, 7)}  # fmt: skip


run = partial(run_with, PLAN)


def marts() -> dict[str, pd.DataFrame]:
    return receivable_marts() | supply_marts()


def value(results, item: str, key: str) -> float:
    return figure(results, item, key).value


def test_every_item_has_its_heading_and_cells_stay_short(cells):
    headings = ["".join(cell["source"]).split("\n")[0] for cell in cells if cell["cell_type"] == "markdown"]
    numbered = [heading.split()[1] for heading in headings if heading.startswith("## 7.")]
    assert [item for item in numbered if item in MINE] == MINE and numbered == sorted(numbered)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert max(len(cell["source"]) for cell in code) <= 15
    assert not any(line.lstrip().startswith(("def ", "class ")) for cell in code for line in cell["source"])


def test_every_item_ends_in_figures_and_findings_where_the_tables_are_there(full):
    results, _folder = full
    assert not [gap for gap in results.not_supplied if gap.item in MINE]
    assert all(results.figures_of(item) and any(f.item == item for f in results.findings) for item in MINE)


def test_the_answer_names_risk_money_measure_and_day(full):
    results, _folder = full
    mine = [text for text in results.headlines if text.startswith("Next quarter: ")]
    assert len(mine) == 3 and all("¥" in text and "2026" in text for text in mine)
    # What is only exposed never stands before a loss.
    assert "customers do not pay" in " ".join(mine[:2]) and "depends on it" in mine[2]


def test_the_figures_agree_with_the_published_tables(full):
    results, folder = full
    tables = {name: pd.read_parquet(folder / "tables" / f"07_{name}.parquet") for name in
              ("ageing", "grades", "accounts", "materials", "risk_register", "reasons")}  # fmt: skip
    owed = tables["ageing"]["amount"].sum()
    assert tables["grades"]["exposure"].sum() == pytest.approx(owed) and tables["accounts"]["exposure"].sum() == pytest.approx(owed)
    assert tables["grades"]["expected_loss"].sum() == pytest.approx(value(results, "7.1.2", "expected_loss"))
    assert tables["ageing"]["amount"].iloc[1:].sum() / owed == pytest.approx(value(results, "7.1.2", "overdue"))
    assert tables["materials"]["suppliers"].min() == value(results, "7.2.3", "fewest") == 1
    assert len(tables["risk_register"]) == 4 and len(tables["reasons"]) == len(tables["accounts"])


def test_accounts_are_shown_by_id_never_by_name(full):
    _results, folder = full
    for name in ("accounts", "collection", "reasons"):
        frame = pd.read_parquet(folder / "tables" / f"07_{name}.parquet")
        assert frame["customer_id"].str.fullmatch(r"K\d{5}").all() and "name" not in frame


def test_a_company_without_invoices_and_suppliers_is_told_what_is_missing(cells, tmp_path, monkeypatch):
    results = run(cells, {}, tmp_path, monkeypatch)
    assert [results.status(item) for item in MINE] == [Status.NOT_SUPPLIED] * 4
    assert not [text for text in results.headlines if text.startswith("Next quarter: ")]


def test_invoices_alone_give_ageing_and_bad_debts_and_nothing_invented(cells, tmp_path, monkeypatch):
    results = run(cells, {"invoices": receivable_marts()["invoices"]}, tmp_path, monkeypatch)
    assert results.status("7.1.2") is not Status.NOT_SUPPLIED and results.status("7.2.2") is Status.NOT_SUPPLIED
    assert {figure.key for figure in results.figures_of("7.1.2")} == {"bad_debt", "dso", "dso_standard", "overdue"}


def test_too_few_defaults_are_said_and_no_grade_is_made_up(cells, tmp_path, monkeypatch):
    marts = receivable_marts()
    kept = set(marts["customers"]["customer_id"].head(40))
    few = {name: frame[frame["customer_id"].isin(kept)] for name, frame in marts.items()}
    results = run(cells, few, tmp_path, monkeypatch)
    assert results.status("7.2.2") is Status.NOT_SUPPLIED
    assert any("too few for a scorecard" in finding.text for finding in results.findings)


def test_orders_without_market_prices_and_prices_without_orders_say_what_they_can(cells, tmp_path, monkeypatch):
    marts = supply_marts()
    orders = run(cells, {"purchase_orders": marts["purchase_orders"]}, tmp_path / "orders", monkeypatch)
    assert {gap.item for gap in orders.not_supplied if gap.item in MINE} == {"7.1.2", "7.1.3", "7.2.2"}
    assert value(orders, "7.1.3", "on_time_in_full") > 0.5 and orders.status("7.2.3") is Status.MISSED
    prices = run(cells, {"material_prices": marts["material_prices"]}, tmp_path / "prices", monkeypatch)
    assert value(prices, "7.1.3", "cost_at_risk") is None and prices.status("7.2.3") is Status.NOT_SUPPLIED
    assert (tmp_path / "prices" / "tables" / "07_material_prices.parquet").is_file()


def test_orders_that_ended_long_ago_count_as_none(cells, tmp_path, monkeypatch):
    orders = supply_marts()["purchase_orders"]
    results = run(cells, {"purchase_orders": orders[orders["ordered_on"] < "2024-06-01"]}, tmp_path, monkeypatch)
    assert results.status("7.1.3") is Status.NOT_SUPPLIED and results.status("7.2.3") is Status.NOT_SUPPLIED


def test_a_quarter_without_a_promised_line_still_shows_the_year(cells, tmp_path, monkeypatch):
    orders = supply_marts()["purchase_orders"]
    results = run(cells, {"purchase_orders": orders[orders["promised_on"] < "2025-10-01"]}, tmp_path, monkeypatch)
    assert value(results, "7.1.3", "on_time_in_full") is None and value(results, "7.1.3", "lead_time") > 0
    assert not any("promised in" in finding.text for finding in results.findings)
