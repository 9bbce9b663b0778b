"""The overview says what happened before what is next, shows trends, and keeps gaps in supply out of the way."""

import re
from datetime import date

import pandas as pd
import pytest

from brandops.periods import parse_period
from brandops.pipeline.shelf import summarise
from brandops.present import html, overview
from brandops.present.results import Finding, NotSupplied, PageResults, make_figure
from brandops.present.scorecard import scorecard
from brandops.present.sparkline import sparkline


def page(notebook: str, *headlines: str) -> PageResults:
    return PageResults(notebook=notebook, profile="demo", period="2025Q4", as_of=date(2025, 12, 31), language="en",
                       currency="CNY", headlines=list(headlines))  # fmt: skip


@pytest.fixture
def goals() -> PageResults:
    html.use_currency("CNY")
    made = page("01_goals", "sold much")
    for quarter, value in (("2025Q4", 0.96), ("2025Q1", 0.98), ("2025Q3", 1.02), ("2025Q2", 1.05), ("2026Q1", 0.5)):
        made.figures.append(make_figure(item="1.3.1", key="attainment", name="Attainment", value=value, unit="fraction",
                                        target=0.95, grain={"quarter": quarter}))  # fmt: skip
    made.figures.append(make_figure(item="1.3.1", key="net_sales", name="Net sales, 2025Q4", value=5.4e6, unit="currency"))
    made.not_supplied.append(NotSupplied(item="1.2.2", needs=["actions"]))
    return made


def test_what_is_next_is_always_among_the_headlines_and_nothing_is_said_twice():
    summary = page("09_summary", "missed", "next", "do", "aim")
    said = {"9.1.2": "missed", "9.3.1": "next", "9.3.2": "do, then more", "9.3.3": "aim"}
    summary.findings += [Finding(item=item, text=text) for item, text in said.items()]
    results = [page("01_a", "one", "two", "three"), page("02_b", "two", "four"), summary]
    assert overview.headlines(results) == ["one", "two", "next", "do"]
    assert overview.headlines(results[:2]) == ["one", "two", "four"]


def test_attainment_runs_in_the_calendars_order_up_to_the_period(goals):
    trend = overview.attainments([goals], parse_period("2025Q4"))
    assert list(trend["period"]) == ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]
    assert overview.attainments([goals], parse_period("2025Q2")).empty  # two points are no trend


def test_a_sparkline_tells_its_values_in_words_and_stays_within_its_frame():
    trend = pd.DataFrame({"period": ["2025Q1", "2025Q2", "2025Q3"], "value": [0.90, 0.99, 0.95]})
    markup = sparkline(trend, "fraction", 0.95)
    assert "2025Q1 to 2025Q3: 90.0%, 99.0%, 95.0%" in markup
    assert "bo-spark-target" in markup
    heights = [float(y) for y in re.findall(r",([\d.]+)", re.search(r'points="([^"]+)"', markup)[1])]
    assert min(heights) >= 0 and max(heights) <= 28
    assert heights.index(min(heights)) == 1  # the largest value stands highest


def test_a_target_far_off_does_not_flatten_the_line():
    trend = pd.DataFrame({"period": ["a", "b", "c"], "value": [10.0, 11.0, 12.0]})
    assert "bo-spark-target" not in sparkline(trend, "score", 1000.0)
    assert sparkline(trend.head(1), "score") == ""


def test_items_without_a_source_are_folded_away_and_out_of_the_tables(goals):
    card = scorecard([goals])
    markup = overview.absent(card)
    assert "<details" in markup and "1.2.2" in markup and "1 item without a source" in markup
    assert "1.2.2" not in list(overview.shown_items(card, "1")["item"])
    assert "1.3.1" in list(overview.shown_items(card, "1")["item"])
    assert overview.absent(card[card["item"] != "1.2.2"]) == ""


def test_the_shelf_shows_whole_period_figures_of_a_report(goals, tmp_path):
    goals.figures.append(make_figure(item="1.3.1", key="attainment", name="Attainment, 2025Q4", value=0.96, unit="fraction"))
    goals.write(tmp_path)
    assert summarise(tmp_path)["figures"] == {"net_sales": "¥5.40M", "attainment": "96.0%"}
