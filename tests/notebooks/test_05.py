"""The page on the sales team: all nine items for a company with every table, and honest gaps for one without people."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from running import run_with

from brandops.demo import catalogue, team
from brandops.demo.sales import productivity_of_people
from brandops.demo.seasons import MONTHS
from brandops.demo.truth import Truth
from brandops.params.incentives import load_incentives
from brandops.params.plan import Plan
from brandops.present.items import ITEMS
from brandops.present.status import Status

NOTEBOOK = "05_sales_team"
ITEMS_OF_SECTION = [item for item in ITEMS if item.startswith("5.")]
PLAN = Plan(company="ACME", currency="CNY", time_zone="Asia/Shanghai")
RULES = load_incentives("demo")


def staff_marts() -> dict[str, pd.DataFrame]:
    """Sales, quotas, scores and trainings of sixty people over four years."""
    truth, random = Truth(), np.random.default_rng(3)
    people = catalogue.people(truth, 3)
    trainings = catalogue.trainings(people, 3)
    made = productivity_of_people(truth, people, trainings)
    at, who = np.nonzero(made)
    sales = pd.DataFrame({"person_id": people["person_id"].to_numpy()[who], "month": MONTHS[at],
                          "net_sales": np.round(10_000 * made[at, who] * np.exp(random.normal(0, 0.15, len(at))), 2)})  # fmt: skip
    quotas = sales[["person_id", "month"]].assign(quota=10_500.0, months=np.nan)
    decided = sales[["person_id", "month"]].assign(decided=100, won=random.binomial(100, 0.3, len(sales)))
    return {
        "people": people.drop(columns=["name", "ability"]).assign(person=people["person_id"]), "quotas": quotas,
        "people_monthly": sales.assign(cost=np.nan), "trainings": trainings, "opportunities_monthly": decided,
        "skill_scores": team.skill_scores(people, trainings, 3), "teamwork_scores": team.teamwork_scores(people, 3),
        "conduct": team.conduct(people, 3),
    }  # fmt: skip


def run(cells, marts: dict, folder: Path, patch: pytest.MonkeyPatch, rules=RULES):
    """Run the notebook's cells on `marts` and return its page's results."""
    import brandops.params.incentives

    patch.setattr(brandops.params.incentives, "load_incentives", lambda _profile: rules)
    return run_with(PLAN, cells, marts, folder, patch)


marts = staff_marts


def test_every_item_has_its_heading_and_cells_stay_short(cells):
    headings = ["".join(cell["source"]).split("\n")[0] for cell in cells if cell["cell_type"] == "markdown"]
    assert [h.split()[1] for h in headings if h.startswith("## ")] == ITEMS_OF_SECTION
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert max(len(cell["source"]) for cell in code) <= 15
    assert not any(line.lstrip().startswith(("def ", "class ")) for cell in code for line in cell["source"])


def test_every_item_ends_in_figures_where_the_tables_are_there(full):
    results, _folder = full
    assert results.items() == ITEMS_OF_SECTION and not results.not_supplied
    assert all(results.figures_of(item) and any(f.item == item for f in results.findings) for item in ITEMS_OF_SECTION)


def test_the_figures_agree_with_the_published_tables(full):
    results, folder = full
    bonuses = next(f for f in results.figures_of("5.3.1") if f.key == "bonuses")
    ledger = pd.read_parquet(folder / "tables" / "05_bonus_ledger.parquet")
    year = pd.read_parquet(folder / "tables" / "05_bonus_year.parquet")
    assert ledger["paid"].sum() == pytest.approx(bonuses.value, abs=0.005)
    assert year["paid"].iloc[0] == pytest.approx(bonuses.value, abs=0.005)
    eligible = next(f for f in results.figures_of("5.3.2") if f.key == "eligible")
    review = pd.read_parquet(folder / "tables" / "05_promotion_review.parquet")
    assert (review["verdict"] == "eligible").sum() == eligible.value


def test_each_bonus_has_its_rules_in_words(full):
    _results, folder = full
    traces = pd.read_parquet(folder / "tables" / "05_bonus_trace.parquet")["trace"]
    assert traces.str.contains(r"^\d+\.\d% → (?:tier \d|below tier 1) → ¥[\d,.]+; ", regex=True).any()
    assert traces.str.contains(r"; cap not reached: ¥[\d,.]+$", regex=True).all()


def test_a_company_without_people_is_told_what_is_missing(cells, tmp_path, monkeypatch):
    results = run(cells, {}, tmp_path, monkeypatch, rules=None)
    assert results.items() == ITEMS_OF_SECTION
    assert [results.status(item) for item in ITEMS_OF_SECTION] == [Status.NOT_SUPPLIED] * 9


def test_without_rules_the_rest_of_the_page_stands(cells, tmp_path, monkeypatch):
    results = run(cells, staff_marts(), tmp_path, monkeypatch, rules=None)
    gaps = {gap.item for gap in results.not_supplied}
    assert gaps == {"5.3.1", "5.3.2", "5.3.3"} and results.status("5.1.1") is not Status.NOT_SUPPLIED


def test_quotas_alone_give_attainment_and_nothing_invented(cells, tmp_path, monkeypatch):
    """As AdventureWorks: people with quarterly quotas, but no scores, trainings or rules."""
    marts = staff_marts()
    quarterly = marts["quotas"][marts["quotas"]["month"].dt.month % 3 == 1].assign(quota=31_500.0, months=3)
    kept = {"people": marts["people"].assign(level=None), "people_monthly": marts["people_monthly"], "quotas": quarterly}
    results = run(cells, kept, tmp_path, monkeypatch, rules=None)
    assert next(f for f in results.figures_of("5.1.1") if f.key == "attainment").value > 0.5
    assert {gap.item for gap in results.not_supplied} == set(ITEMS_OF_SECTION) - {"5.1.1"}
    table = pd.read_parquet(tmp_path / "tables" / "05_attainment_people.parquet")
    assert table["month"].isna().all() and table["period"].notna().any()
