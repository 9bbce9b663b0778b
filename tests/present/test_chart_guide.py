"""The chart guide refuses the wrong chart, draws the right one, and every chart shown is held to it."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Wedge

from brandops.present import chart_data, chart_guide, charts
from brandops.present.chart_guide import MAX_SHARES, ChartGuideError
from brandops.present.interactive import alt

DAYS = pd.date_range("2025-01-01", periods=12, freq="MS")


def form(value: float) -> str:
    return f"{value:.2f}"


@pytest.mark.parametrize("number", range(len(chart_guide.violations())))
def test_a_chart_against_the_guide_is_refused_and_the_message_names_the_remedy(number):
    _helper, draw = chart_guide.violations()[number]
    with pytest.raises(ChartGuideError):
        draw()


def test_every_rule_of_the_guide_has_a_violation_that_was_tried():
    assert {rule.helper for rule in chart_guide.rules()} == {helper for helper, _draw in chart_guide.violations()}
    assert chart_guide.refused()["refused"].all()


def test_five_shares_are_a_pie_and_six_are_sorted_bars():
    names = list("abcdef")
    pie = chart_guide.parts_of_whole(names[:MAX_SHARES], [5, 1, 4, 2, 3], form, form)
    assert len([p for p in pie.axes[0].patches if isinstance(p, Wedge)]) == MAX_SHARES
    bars = chart_guide.parts_of_whole(names, [5, 1, 4, 2, 3, 6], form, form)
    widths = [bar.get_width() for bar in bars.axes[0].containers[0].patches]
    assert widths == sorted(widths, reverse=True)
    assert [text.get_text() for text in bars.axes[0].get_yticklabels()] == list("facedb")


def test_bars_begin_at_nought_and_carry_their_values():
    figure = chart_guide.period_bars(["Q1", "Q2"], [98.0, 99.0], form, before=[97.0, 96.0])
    assert figure.axes[0].get_ylim()[0] == 0
    assert {"98.00", "99.00"} <= {text.get_text() for text in figure.axes[0].texts}
    losses = chart_guide.sorted_bars(["a", "b"], [2.0, -1.0], form)
    low, high = losses.axes[0].get_xlim()
    assert low < 0 < high


def test_a_waterfall_ends_where_its_steps_lead():
    figure = chart_guide.bridge_waterfall(["then", "price", "volume", "now"], [100.0, 20.0, -30.0, 90.0], form)
    tops = [bar.get_y() + bar.get_height() for bar in figure.axes[0].containers[0].patches]
    assert np.allclose(tops, [100, 120, 90, 90])


def test_a_notebook_cannot_show_a_chart_that_breaks_the_guide():
    figure, axes = charts.new_chart()
    axes.bar([0, 1], [98, 99])
    axes.set_ylim(97, 100)
    with pytest.raises(ChartGuideError, match="from nought"):
        charts.show_chart(figure, caption="", alt="", name="cut")
    frame = pd.DataFrame({"a": ["x", "y"], "b": [98, 99]})
    cut = alt.Chart(frame).mark_bar().encode(x="a:N", y=alt.Y("b:Q", scale=alt.Scale(domain=[97, 100])))
    with pytest.raises(ChartGuideError, match="leaves nought out"):
        charts.show_chart(alt.layer(cut), caption="", alt="", name="cut")


def test_the_data_behind_a_chart_are_what_it_draws():
    bars = chart_guide.period_bars(["Q1", "Q2"], [98.0, 99.5], form, before=[97.0, 96.0])
    charts.svg_bytes(bars)
    rows = [(place, value) for _series, place, value in chart_data.chart_rows(bars)]
    assert ("Q1", "98") in rows and ("Q2", "99.500") in rows and ("Q2", "96") in rows
    line = chart_guide.trend_line(DAYS, np.arange(12.0), form)
    charts.svg_bytes(line)
    assert [place for _s, place, _v in chart_data.chart_rows(line)][:2] == ["1 Jan 2025", "1 Feb 2025"]
    pie = chart_guide.share_pie(["a", "b"], [3.0, 1.0], form)
    charts.svg_bytes(pie)
    assert {value for _s, _p, value in chart_data.chart_rows(pie)} == {"75.0%", "25.0%"}


def test_the_data_behind_an_interactive_chart_are_its_tooltips():
    frame = pd.DataFrame({"week": ["W1", "W2"], "sales": [1.5, 2.0], "hidden": [1, 2]})
    chart = alt.Chart(frame).mark_line().encode(x="week:N", y="sales:Q", tooltip=[alt.Tooltip("week:N", title="Week"), "sales:Q"])
    heads, rows = chart_data.spec_rows(charts.vega_spec(chart))
    assert heads == ["Week", "sales"] and rows == [["W1", "1.50"], ["W2", "2"]]
