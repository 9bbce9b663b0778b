"""The summary says what the other pages found, in both languages, and invents nothing."""

import json
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from running import results_of, supply

from brandops.params.plan import Plan
from brandops.present.results import Finding, PageResults, make_figure

FOLDER = Path(__file__).parents[2] / "notebooks"
PLAN = Plan(company="Acme", currency="CNY", time_zone="Asia/Shanghai")
LOG = pd.DataFrame({
    "action_id": ["A1", "A2", "A3", "A4"], "action": ["Close the gap"] * 4, "plan_item": ["1.3.1"] * 4,
    "opened_on": pd.to_datetime(["2025-10-05", "2025-10-09", "2025-11-02", "2025-12-20"]),
    "due_on": pd.to_datetime(["2025-10-20", "2025-10-20", "2025-11-20", "2026-01-20"]),
    "closed_on": pd.to_datetime(["2025-10-15", "2025-10-30", "2025-11-12", None]),
    "from_department": "sales", "to_department": "finance", "owner": "Ms Li",
    "outcome": ["goal reached", "no effect", "goal reached", None],
})  # fmt: skip


def stated() -> PageResults:
    page = PageResults(notebook="01_goals_and_planning", profile="demo", period="2025Q4", as_of=date(2025, 12, 31),
                       language="en", currency="CNY")  # fmt: skip
    common = {"item": "1.3.1", "key": "attainment", "unit": "fraction", "target": 0.95, "source": ["sales_monthly"]}
    for month, value in (("2025-10", 0.90), ("2025-11", 0.97), ("2025-12", 0.98)):
        page.figures.append(make_figure(name="Attainment", value=value, grain={"month": month}, **common))
    page.figures.append(make_figure(name="Attainment, 2025Q4", value=0.93, previous=0.96, money_at_stake=1_250_000, **common))
    page.figures.append(make_figure(item="1.1.2", key="awareness", name="Aided brand awareness", value=0.64, low=0.632, high=0.648,
                                    unit="fraction", target=0.55, source=["survey_responses"]))  # fmt: skip
    page.findings.append(Finding(item="1.3.1", text="Department stores fell behind.", source=["sales_monthly"]))
    return page


@pytest.fixture(params=["en", "zh"])
def said(request, tmp_path, monkeypatch):
    """What notebook 09 states, with the language it was asked for."""
    stated().write(tmp_path / "results")
    supply(PLAN, {"actions": LOG}, tmp_path, monkeypatch)
    cells = json.loads((FOLDER / "09_summary_and_outlook.ipynb").read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = [f'profile, period, language, as_of = "demo", "2025Q4", "{request.param}", "2025-12-31"']
    yield request.param, results_of(cells)
    from brandops.i18n import use_language

    use_language("en")


def of(results: PageResults, item: str, key: str):
    return next(figure for figure in results.figures_of(item) if figure.key == key)


def test_the_summary_counts_ranks_and_proposes_from_what_the_pages_state(said):
    _language, results = said
    assert of(results, "9.1.1", "items_met").value == 1
    assert of(results, "9.1.2", "items_missed").value == 1
    assert of(results, "9.1.2", "largest").value == 1_250_000
    assert of(results, "9.1.3", "recoveries").value == 1  # November made October good
    proposed = {figure.grain["target"]: figure.value for figure in results.figures_of("9.3.3") if figure.key == "proposed"}
    assert proposed == {"1.1.2 awareness": pytest.approx(0.63)}


def test_a_miss_is_told_with_its_money_its_worst_month_and_its_cause(said):
    language, results = said
    text = " ".join(finding.text for finding in results.findings if finding.item == "9.1.2")
    assert "93.0%" in text and "2025-10" in text and "Department stores fell behind." in text
    assert ("¥1.25M" if language == "en" else "¥125万") in text


def test_a_target_lost_since_the_period_before_is_a_headline(said):
    _language, results = said
    assert any("Attainment, 2025Q4" in text for text in results.headlines)


def test_what_the_company_does_not_supply_is_said_and_not_guessed(said):
    _language, results = said
    missing = {gap.item for gap in results.not_supplied}
    assert {"9.2.3", "9.3.1", "9.3.2"} <= missing
    assert not [figure for item in missing for figure in results.figures_of(item)]


def test_chinese_texts_have_no_english_words_of_the_templates(said):
    language, results = said
    if language == "zh":
        own = [finding.text for finding in results.findings if finding.item in ("9.1.1", "9.1.3", "9.2.2", "9.3.3")]
        quoted = re.compile(r"Attainment(, 2025Q4)?|Aided brand awareness|Close the gap|Ms Li|plan\.yml|2025Q4|BG/NBD")
        assert own
        assert not [text for text in own if re.search("[A-Za-z]{3,}", quoted.sub("", text))]
