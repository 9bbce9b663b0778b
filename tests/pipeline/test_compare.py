"""Comparing two reports: the same figure is the same item, key and grain; what the reports do not share is a cause."""

from datetime import date

from brandops.i18n import use_language
from brandops.pipeline.compare import Side, causes, compare
from brandops.pipeline.compare_page import page
from brandops.present.results import PageResults, make_figure

ABOUT = {"period": "2025Q4", "as_of": "2025-12-31", "code": "c1", "data": {"orders": "d1"}, "parameters": {"targets": {"x": 1}}}


def side(name, *figures, **about) -> Side:
    results = PageResults(notebook="01_goals", profile="tiny", period="2025Q4", as_of=date(2025, 12, 31), language="en",
                          currency="EUR", figures=list(figures))  # fmt: skip
    return Side(name, [results], ABOUT | about)


def figure(value, key="net_sales", item="1.1.1", **facts):
    return make_figure(item=item, key=key, name="Net <sales>", value=value, unit="currency", **facts)


def test_figures_are_matched_by_item_key_and_grain():
    a = side("a", figure(1), figure(2, grain={"month": "2025-10"}), figure(3, item="1.3.1"))
    b = side("b", figure(1), figure(5, grain={"month": "2025-10"}), figure(3, item="1.3.1"))
    found = compare(a, b)
    assert found.equal == 2
    assert [(change.grain, change.difference) for change in found.changes] == [({"month": "2025-10"}, 3)]


def test_a_figure_one_report_lacks_is_a_change_without_a_difference():
    found = compare(side("a", figure(1), figure(2, key="gone")), side("b", figure(1), figure(3, key="new")))
    assert {change.key: (change.before is None, change.difference) for change in found.changes} == {
        "gone": (False, None), "new": (True, None)}  # fmt: skip


def test_a_moved_target_or_interval_is_a_change_though_the_value_is_not():
    found = compare(side("a", figure(1, target=2)), side("b", figure(1, target=1)))
    change = found.changes[0]
    assert change.difference == 0 and (change.before["status"], change.after["status"]) == ("missed", "met")


def test_the_last_bit_of_a_number_is_no_change():
    assert compare(side("a", figure(0.1 + 0.2)), side("b", figure(0.3))).changes == []


def test_causes_are_what_the_reports_do_not_share():
    assert causes(ABOUT, ABOUT).names() == []
    other = ABOUT | {"data": {"orders": "d2", "stock": "d1"}, "parameters": {"targets": {"x": 2}}, "code": "c2", "period": "2025Q3"}
    found = causes(ABOUT, other)
    assert found.names() == ["period", "data", "parameters", "code"]
    assert found.sources == ["orders", "stock"]
    assert found.parameters == {"targets.x": (1, 2)}


def test_the_page_escapes_names_and_shows_verdicts_that_changed_first():
    sides = (side("a", figure(1, target=2), figure(7, key="other")), side("b", figure(3, target=2), figure(8, key="other")))
    text = page(compare(*sides), sides, "en")
    assert "Net &lt;sales&gt;" in text and "<sales>" not in text
    assert text.index('id="moved"') < text.index('id="all"')
    assert "Data, parameters and code are the same." in text


def test_the_page_speaks_chinese():
    sides = (side("a", figure(1)), side("b", figure(2)))
    text = page(compare(*sides), sides, "zh")
    use_language("en")
    assert '<html lang="zh">' in text and "发生了哪些变化" in text


def test_a_figure_leads_to_its_evidence_in_the_report_that_stands():
    for names in (("2025Q3", "2025Q4"), ("2025Q4", "2025Q4@closed"), ("2025Q4@closed", "2025Q4")):
        sides = (side(names[0], figure(1)), side(names[1], figure(2)))
        assert '<a href="../../2025Q4/html/01_goals.html#item-1-1-1">1.1.1</a>' in page(compare(*sides), sides, "en"), names
