"""The dashboard on a page: its settings, words and charts; `assets/dashboard.js` of the pipeline brings it to life.

The page carries no data: it names a data file beside the report's tables (`brandops.present.cube_file`), so that new data
redraw an open page. Without scripts (in JupyterLab) the place says where to look.
"""

import json
from dataclasses import dataclass
from html import escape
from typing import Any

from brandops.analysis.price_levers import PriceLevers
from brandops.i18n import gettext as _
from brandops.present import formats, html
from brandops.present.plots import dashboard as plots

DATA_SECONDS = 30  # how often an open page looks for new data
WIDEST = 0.15  # furthest a price lever goes either way: beyond it prices were hardly ever seen
STEP = 0.01


@dataclass(frozen=True)
class Levers:
    """Levers as sliders: `kind` names the function of `assets/levers.js` that turns values into effects; `levers` are key,
    name, min, max and step; `more` is what that function needs besides."""

    kind: str
    title: str
    note: str
    part: str
    levers: list[dict[str, Any]]
    more: dict[str, Any]

    def settings(self) -> dict[str, Any]:
        """As the page's script reads them."""
        return {"kind": self.kind, "title": self.title, "note": self.note, "part": self.part, "levers": self.levers, **self.more}


def price_sliders(found: PriceLevers, labels: dict[str, str], cannibalisation: float) -> Levers:
    """A slider for the mean price of every channel that answers to it."""
    known = found.base["cost"].notna()
    base = [{"key": row.channel_id, "units": row.units, "sales": round(row.net_sales, 2),
             "cost": round(row.cost, 2) if has else None, "slopes": []}
            for row, has in zip(found.base.itertuples(), known, strict=True)]  # fmt: skip
    place = {entry["key"]: entry for entry in base}
    for channel, column in zip(found.channels, found.slopes.T, strict=True):
        place[channel]["slopes"] = [round(float(value), 4) for value in column]
    levers = [{"key": channel, "name": labels.get(channel, channel), "min": -WIDEST, "max": WIDEST, "step": STEP}
              for channel in found.channels]  # fmt: skip
    return Levers(
        kind="price",
        title=_("What if: prices by channel"),
        note=_("Change the mean price of a channel and see what a year would bring against the last twelve months, all channels "
               "together. {share} of the units a channel wins are taken from the others, a supposition of the plan; intervals "
               "of 95% carry the uncertainty of the elasticities (item 4.2.2) and no other.").format(
                   share=formats.percent(cannibalisation, 0)),
        part=_("Price changed in"),
        levers=levers,
        more={"base": base, "cannibalisation": cannibalisation, "nothing": _("No price is changed"), "together": _("All together")},
    )  # fmt: skip


def settings(*, period: str, currency: str, data: str, version_file: str, levers: Levers | None = None) -> dict[str, Any]:
    """Everything the script needs to know but the data: words, formats, charts, levers and where the data file lies."""
    return {
        "period": period, "data": data, "version_file": version_file, "seconds": DATA_SECONDS,
        "symbol": formats.symbol(currency), "scales": formats.scales(), "labels": labels(), "texts": texts(),
        "charts": {"parts": plots.period_bars(), "weeks": plots.week_line()},
        "levers": levers.settings() if levers else None,
    }  # fmt: skip


def markup(content: dict[str, Any]) -> str:
    """The place of the dashboard on a page."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).replace("</", "<\\/")
    waiting = _("The dashboard is drawn by the published page; run make report and open it there.")
    return (f'<section class="bo-dashboard" id="dashboard" aria-label="{escape(_("Dashboard"))}"><p class="bo-quiet">'
            f'{escape(waiting)}</p><script type="application/json">{text}</script></section>')  # fmt: skip


def loaded_texts() -> list[str]:
    """What the dashboard's page loads besides its data: charts, words and the pages' looks."""
    return [json.dumps([plots.period_bars(), plots.week_line(), texts(), labels()]), html.stylesheet()]


def labels() -> dict[str, str]:
    """The reader's words for dimensions, measures and rates."""
    return {
        "channel": _("Channel"), "region": _("Region"), "segment": _("Segment"), "brand": _("Brand"),
        "category": _("Category"), "product": _("Product"), "net_sales": _("Net sales"), "quantity": _("Units sold"),
        "gross_margin": _("Gross margin"), "discount": _("Discount"), "returns": _("Returns"),
        "margin_rate": _("Gross margin rate"), "discount_rate": _("Discount rate"), "return_rate": _("Return rate"),
    }  # fmt: skip


def texts() -> dict[str, str]:
    """The words of the dashboard's frame; braces are filled in by the script."""
    return {
        "all_periods": _("All periods"), "period": _("Period"), "week": _("Week"), "measure": _("Show"), "rows": _("Rows by"),
        "drill": _("Drill into"), "filters": _("Filters"), "no_filter": _("No filter: click a bar below to keep only it."),
        "remove": _("Remove the filter {name}"), "reset": _("Reset"), "copy": _("Copy link"), "copied": _("Link copied."),
        "against": _("{change} against a year ago"), "no_year_ago": _("No year before in the data"), "points": _("{number} pp"),
        "heading": _("{measure}, {period}"), "year_ago": _("A year ago"), "change": _("Change"), "share": _("Share"),
        "products_of": _("Products · {category}"), "show_products": _("Products of {category}"),
        "all_categories": _("‹ All categories"), "show_all": _("Show all {count}"), "show_fewer": _("Show fewer"),
        "parts_caption": _("Bars: the parts of the period; lines: the same a year ago. Click a bar, or a button, to drill."),
        "parts_alt": _("{measure} of {period} in {count} parts, each against a year ago; the table below has the figures."),
        "weeks_title": _("The long run, by week"), "zoom": _("Zoom"), "zoom_in": _("Zoom in"), "zoom_out": _("Zoom out"),
        "zoom_all": _("Whole span"), "earlier": _("Earlier"), "later": _("Later"), "zoomed": _("{from} to {to}"),
        "weeks_alt": _("Line of whole weeks; plus and minus zoom, arrow keys move, Escape shows the whole span."),
        "weeks_caption": _("Whole weeks under the filters above; the band is the chosen period. Drag to move; click the chart and "
                           "turn the wheel to zoom."),
        "data": _("Data"), "table_title": _("Table"), "table": _("{measure} by {dimension}, {period}"), "find": _("Filter rows"),
        "csv": _("Download as csv"), "effect_sales": _("Net sales a year"), "effect_margin": _("Gross margin a year"),
        "interval": _("{value} ({low} to {high})"),
    }  # fmt: skip
