"""The rule from figures to an item's status: its headline figures decide, its details explain."""

from datetime import date

import pytest

from brandops.present.results import Finding, PageResults, make_figure
from brandops.present.scorecard import deciding_figure, shown_figure
from brandops.present.status import Status, status_of


def page(*figures: dict, findings: tuple[Finding, ...] = ()) -> PageResults:
    stated = [make_figure(item="1.3.1", name="n", unit="fraction", **{"key": f"k{at}"} | f) for at, f in enumerate(figures)]
    return PageResults(notebook="01_x", profile="p", period="2025Q4", as_of=date(2025, 12, 31), language="en", currency="CNY",
                       figures=stated, findings=list(findings))  # fmt: skip


GOOD, BAD = {"value": 0.96, "target": 0.95}, {"value": 0.90, "target": 0.95}
MONTH = {"grain": {"month": "2025-11"}}


def test_one_weak_month_does_not_turn_a_quarter_on_target_into_a_miss():
    results = page(GOOD, BAD | MONTH)
    assert results.status("1.3.1") is Status.MET
    assert deciding_figure(results.figures) == results.figures[0]


def test_where_a_finding_makes_an_item_worse_than_its_figures_the_evidence_for_it_is_shown():
    doubt = Finding(item="1.3.1", text="The model missed.", source=[], status=Status.AT_RISK)
    results = page(GOOD, GOOD | {"evidence": True}, BAD | {"evidence": True}, findings=(doubt,))
    assert results.status("1.3.1") is Status.AT_RISK
    assert shown_figure(results.figures, Status.AT_RISK) == results.figures[2]
    assert shown_figure(results.figures[:2], Status.AT_RISK) == results.figures[0], "no evidence of it: the deciding figure"
    assert shown_figure(results.figures, Status.MET) == results.figures[0] and shown_figure([], Status.NOT_YET) is None


def test_a_headline_figure_that_misses_is_not_outvoted_by_good_details():
    assert page(BAD, GOOD | MONTH, GOOD).status("1.3.1") is Status.MISSED


def test_evidence_does_not_decide():
    assert page(GOOD, BAD | {"evidence": True}).status("1.3.1") is Status.MET


def test_details_decide_where_nothing_else_can_be_judged():
    assert page({"value": 5.0}, BAD | MONTH).status("1.3.1") is Status.MISSED
    assert page(BAD | MONTH, GOOD | MONTH).status("1.3.1") is Status.MISSED
    assert page(BAD | {"evidence": True}).status("1.3.1") is Status.MISSED


def test_a_verdict_stated_as_a_finding_outranks_its_evidence_and_not_a_headline_figure():
    verdict = (Finding(item="1.3.1", text="Passed with conditions.", status=Status.AT_RISK),)
    assert page(BAD | {"evidence": True}, findings=verdict).status("1.3.1") is Status.AT_RISK
    assert page(BAD, findings=verdict).status("1.3.1") is Status.MISSED


@pytest.mark.parametrize(("low", "high", "status"), [(0.96, 0.99, "met"), (0.90, 0.94, "missed"), (0.93, 0.97, "at_risk")])
def test_an_estimate_is_at_risk_where_its_interval_holds_the_target(low, high, status):
    assert status_of((low + high) / 2, 0.95, "higher", low, high) == status
