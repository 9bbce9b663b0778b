"""Charts of the dashboard (plan item 8.1.2): Vega-Lite without data, which the page's script supplies and keeps current."""

from typing import Any

from brandops.i18n import gettext as _
from brandops.i18n import language
from brandops.present import brand
from brandops.present.charts import vega_spec
from brandops.present.interactive import alt

_SPAN = {"en": "%b %Y", "zh": "%Y-%m"}
AMOUNT_WIDTH = 52  # pixels: an amount with currency sign and unit, such as ¥12,500万


def period_bars() -> dict[str, Any]:
    """Bars of the parts of a period with a mark for the year before.

    Data `parts`: id, name, value, before, known (whether there is a year before), top (the higher of both), and as texts
    `text`, `was`, `change`.
    """
    look = brand.load_brand()
    base = alt.Chart(alt.NamedData(name="parts")).encode(
        alt.X("name:N", sort=None, title=None, scale=alt.Scale(paddingInner=0.35, paddingOuter=0.2),
              axis=alt.Axis(labelAngle=0, labelOverlap=True, labelLimit=110)),
        tooltip=[alt.Tooltip("name:N", title=_("Period")), alt.Tooltip("text:N", title=_("Value")),
                 alt.Tooltip("was:N", title=_("A year ago")), alt.Tooltip("change:N", title=_("Change"))],
    )  # fmt: skip
    axis = _amounts()
    bars = base.mark_bar(color=look.primary, cursor="pointer", cornerRadiusEnd=2).encode(
        alt.Y("value:Q", title=None, axis=axis, scale=alt.Scale(zero=True))
    )
    # The mark of the year before lies on the bar: it has the page's ground around it.
    was = {"y": alt.Y("before:Q", title=None), "opacity": alt.condition("datum.known", alt.value(1), alt.value(0))}
    ground = base.mark_tick(color=look.background, thickness=6, cursor="pointer").encode(**was)
    before = base.mark_tick(color=look.foreground, thickness=2.5, cursor="pointer").encode(**was)
    words = base.mark_text(dy=-7, color=look.foreground, fontSize=11).encode(y="top:Q", text="text:N")
    return _bare(alt.layer(bars, ground, before, words).properties(height=250))


def week_line() -> dict[str, Any]:
    """Line of whole weeks between the parameters `zoom_from` and `zoom_to` (milliseconds, UTC).

    Data `weeks`: id, name, start (milliseconds), value, text; `band`: from, to of the chosen period.
    """
    look = brand.load_brand()
    first, last = alt.param(name="zoom_from", value=0), alt.param(name="zoom_to", value=1)
    scale = alt.Scale(type="utc", domainMin=alt.ExprRef("zoom_from"), domainMax=alt.ExprRef("zoom_to"), nice=False)
    axis = alt.Axis(format=_SPAN[language()], labelOverlap=True, tickCount=8)
    band = alt.Chart(alt.NamedData(name="band")).mark_rect(color=look.primary, opacity=0.12, clip=True).encode(
        alt.X("from:T", scale=scale, title=None, axis=axis), x2="to:T"
    )  # fmt: skip
    base = alt.Chart(alt.NamedData(name="weeks")).encode(
        alt.X("start:T", scale=scale, title=None, axis=axis),
        alt.Y("value:Q", title=None, axis=_amounts(), scale=alt.Scale(zero=True)),
        tooltip=[alt.Tooltip("id:N", title=_("Week")), alt.Tooltip("name:N", title=_("From")),
                 alt.Tooltip("text:N", title=_("Value"))],
    )  # fmt: skip
    line = base.mark_line(color=look.primary, clip=True)
    points = base.mark_point(size=36, color=look.primary, clip=True)
    return _bare(alt.layer(band, line, points).add_params(first, last).properties(height=240))


def _amounts() -> alt.Axis:
    # Room is set aside for the longest amount: the layout is made before there are data, and would cut their labels off.
    return alt.Axis(labelExpr="amount(datum.value)", tickCount=5, minExtent=AMOUNT_WIDTH)


def _bare(chart: Any) -> dict[str, Any]:
    spec = vega_spec(chart)
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return spec
