"""Showing a chart on a page, and the brand's look for seaborn and matplotlib.

A static chart becomes an SVG of equal bytes for equal data: fixed ids, no date, letters as paths. An Altair
chart is shown by JupyterLab itself; the pages carry its specification and draw it with a Vega bundle of their
own.
"""

import io
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from cycler import cycler
from IPython.display import HTML, display
from matplotlib.figure import Figure as MplFigure

from brandops.present import brand, chart_data, chart_guide, fonts, html

VEGALITE_MIME = "application/vnd.vegalite.v5+json"  # the newest JupyterLab draws by itself
VEGALITE_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
WIDTH, HEIGHT = 8.0, 3.6  # inches; a chart spans the text column


def theme() -> dict[str, Any]:
    """Matplotlib settings of the brand."""
    look = brand.load_brand()
    return {
        "font.family": "sans-serif",
        "font.sans-serif": fonts.register_font(),
        "font.size": 10,
        "axes.unicode_minus": True,
        "axes.titlesize": 11,
        "axes.titleweight": "regular",
        "axes.titlelocation": "left",
        "axes.labelsize": 10,
        "axes.labelcolor": look.muted,
        "axes.edgecolor": look.line,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.facecolor": look.background,
        "axes.prop_cycle": cycler(color=look.series),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "grid.color": look.line,
        "grid.linewidth": 0.8,
        "xtick.color": look.muted,
        "ytick.color": look.muted,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "text.color": look.foreground,
        "legend.frameon": False,
        "lines.linewidth": 2,
        "figure.figsize": (WIDTH, HEIGHT),
        "figure.facecolor": look.background,
        "figure.constrained_layout.use": True,
        "svg.fonttype": "path",
        "svg.hashsalt": "brandops",
        "savefig.bbox": "tight",
        "savefig.pad_inches": 0.08,
    }


@contextmanager
def branded():
    """Draw in the brand's look; inline display is left to `Page.chart`."""
    with mpl.rc_context(theme()):
        yield


def use_brand_theme() -> None:
    """Draw everything that follows in the brand's look."""
    mpl.rcParams.update(theme())


def new_chart(width: float = WIDTH, height: float = HEIGHT, **subplots: Any) -> tuple[MplFigure, Any]:
    """Return a matplotlib figure and its axes in the brand's look, not registered for inline display."""
    use_brand_theme()
    figure, axes = plt.subplots(figsize=(width, height), **subplots)
    plt.close(figure)
    return figure, axes


def svg_bytes(chart: Any) -> bytes:
    """SVG of a matplotlib figure, axes or seaborn grid."""
    figure = as_figure(chart)
    plt.close(figure)
    with branded():
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return with_dark(out.getvalue())


def with_dark(svg: bytes) -> bytes:
    """The drawing with a stylesheet that puts the brand's dark colours for its light ones on dark pages.

    A drawing with a picture inside (a heat map) keeps its light ground: what is written on it was chosen for its colours.
    """
    look = brand.load_brand()
    if look.dark is None or b"<image" in svg:
        return svg
    pairs = zip(
        [*brand.variables(look).values(), *look.series], [*brand.variables(look.dark).values(), *look.dark.series], strict=True
    )
    rules = "".join(
        f'[style*="{part}: {light.lower()}"]{{{part}:{dark}!important}}'
        for light, dark in dict(pairs).items()
        for part in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>".encode()
    at = svg.index(b">", svg.index(b"<svg")) + 1
    return svg[:at] + style + svg[at:]


def as_figure(chart: Any) -> MplFigure:
    """The matplotlib figure of a figure, axes or seaborn grid."""
    if isinstance(chart, MplFigure):
        return chart
    figure = getattr(chart, "figure", None)
    if not isinstance(figure, MplFigure):
        raise TypeError(f"a chart is a matplotlib figure or axes, a seaborn grid or an Altair chart, not {type(chart)}")
    return figure


def show_chart(chart: Any, *, caption: str, alt: str, name: str) -> None:
    """Display a chart with its caption and alternative text; `name` is its anchor (`chart-<name>`).

    Raises
    ------
    ChartGuideError
        The chart breaks the chart guide, `brandops.present.chart_guide`.
    """
    if hasattr(chart, "to_dict"):
        spec = vega_spec(chart)
        chart_guide.check_spec(spec)
        behind = chart_data.details(*chart_data.spec_rows(spec))
        facts = {"kind": "vega", "caption": caption, "alt": alt, "name": name, "data": behind}
        display({VEGALITE_MIME: spec, "text/plain": alt}, raw=True, metadata={"brandops": facts})
        # A published page puts the caption into the figure; JupyterLab shows it below.
        display(HTML(html.caption(caption)), metadata={"brandops": {"lab_only": True}})
        return
    figure = chart_guide.checked(as_figure(chart))
    svg = svg_bytes(figure)  # drawn first: dates and names are on the axes from then on
    behind = chart_data.details(chart_data.heads(figure), chart_data.chart_rows(figure))
    display(HTML(html.picture(svg, caption, alt, name, behind)))


def vega_spec(chart: Any) -> dict[str, Any]:
    """Vega-Lite specification of an Altair chart in the brand's look, as wide as the page."""
    spec = chart.to_dict()
    spec["$schema"] = VEGALITE_SCHEMA
    if not {"hconcat", "vconcat", "concat", "facet", "repeat"} & set(spec):
        spec.setdefault("width", "container")
    spec["config"] = {**spec.get("config", {}), **vega_config()}
    return spec


def vega_config() -> dict[str, Any]:
    """Vega-Lite settings of the brand."""
    look = brand.load_brand()
    text = {"labelColor": look.muted, "titleColor": look.muted, "titleFontWeight": "normal"}
    return {
        "background": look.background,
        "font": look.font,
        "range": {"category": look.series},
        "axis": {**text, "gridColor": look.line, "domainColor": look.line, "tickColor": look.line,
                 "labelFontSize": 12, "titleFontSize": 12},
        "legend": {**text, "labelFontSize": 12, "titleFontSize": 12, "orient": "top"},
        "title": {"anchor": "start", "color": look.foreground, "fontWeight": "normal"},
        "view": {"stroke": None},
        "line": {"strokeWidth": 2.2},
        "mark": {"color": look.primary},
        "bar": {"color": look.primary},
        "point": {"filled": True},
    }  # fmt: skip
