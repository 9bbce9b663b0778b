"""The chart guide (plan item 8.1.1): which chart answers which question, drawn by helpers that refuse the wrong one.

Bars compare periods, lines show long trends, a pie shows at most five shares of a whole (more are sorted bars), bullets
measure against a target, a waterfall bridges two totals. Values stand at the marks, and the axis of bars begins at nought: a
cut axis makes a small difference look large. `check` holds every chart a page shows to the rules that can be seen in it.

After Few, "Show Me the Numbers" (2012); Cleveland and McGill, "Graphical Perception" (1984); the bullet is Few's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Wedge
from matplotlib.ticker import FuncFormatter

from brandops.i18n import gettext as _
from brandops.present import brand

MAX_SHARES = 5  # slices of a pie a reader can compare
MAX_BARS = 24  # periods beside each other; beyond them a line shows the course
LEAST_TREND = 6  # points a line needs before it shows a trend

Format = Callable[[float], str]


class ChartGuideError(ValueError):
    """A chart that breaks the guide; the message names the rule and the chart to use instead."""


@dataclass(frozen=True)
class Rule:
    """A line of the guide: the reader's question, the chart that answers it, and what makes a helper refuse."""

    question: str
    chart: str
    helper: str
    refused: str


def rules() -> list[Rule]:
    """The guide, in the reader's language."""
    return [
        Rule(_("How do periods compare?"), _("Bars, in the order of time"), "period_bars",
             _("More than {count} periods; an axis that does not begin at nought").format(count=MAX_BARS)),
        Rule(_("Where is it heading in the long run?"), _("Line"), "trend_line",
             _("Fewer than {count} points, or points out of order").format(count=LEAST_TREND)),
        Rule(_("What is the share of each part?"), _("Pie, of few parts"), "share_pie",
             _("More than {count} shares, negative shares, or shares that are no whole").format(count=MAX_SHARES)),
        Rule(_("Which part is the largest?"), _("Bars, sorted by size"), "sorted_bars",
             _("Fewer than two parts, or an axis that does not begin at nought")),
        Rule(_("Is the target reached?"), _("Bullet"), "bullet", _("A part without a target")),
        Rule(_("What leads from one total to another?"), _("Waterfall"), "bridge_waterfall",
             _("Steps that do not lead from the one total to the other")),
    ]  # fmt: skip


def period_bars(names: Sequence[str], values: Sequence[float], form: Format, before: Sequence[float] | None = None) -> Figure:
    """A bar per period in the order of time, each with its value; marks show the year before."""
    if len(names) > MAX_BARS:
        raise ChartGuideError(f"{len(names)} periods as bars, more than {MAX_BARS}: show a trend as a line (trend_line)")
    look, (figure, axes), at = brand.load_brand(), _axes(3.2), np.arange(len(names))
    numbers = np.asarray(values, float)
    axes.bar(at, numbers, color=look.primary, width=0.62)
    if before is not None:
        axes.hlines(np.asarray(before, float), at - 0.38, at + 0.38, color=look.foreground, linewidth=2, label=_("A year ago"))
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1))
    for x, value in zip(at, numbers, strict=True):
        if np.isfinite(value):
            above = value >= 0
            axes.annotate(form(value), (x, value), ha="center", va="bottom" if above else "top", xytext=(0, 3 if above else -3),
                          textcoords="offset points", fontsize=9)  # fmt: skip
    axes.set_xticks(at, list(names))
    _from_nought(axes, "y", numbers, form)
    return checked(figure)


def trend_line(when: Sequence[Any], values: Sequence[float], form: Format) -> Figure:
    """A line over time with its last value at its end."""
    when = pd.DatetimeIndex(when)
    if len(when) < LEAST_TREND:
        raise ChartGuideError(f"{len(when)} points as a line, fewer than {LEAST_TREND}: compare periods as bars (period_bars)")
    if not when.is_monotonic_increasing:
        raise ChartGuideError("a line whose points are out of order: sort them by time")
    look, (figure, axes) = brand.load_brand(), _axes(3.0)
    numbers = np.asarray(values, float)
    axes.plot(when, numbers, color=look.primary)
    axes.annotate(form(numbers[-1]), (when[-1], numbers[-1]), xytext=(6, 0), textcoords="offset points", va="center")
    axes.margins(x=0.02)
    axes.set_ylim(bottom=min(0.0, float(np.nanmin(numbers))))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _at: form(value) if value else "0"))
    return figure


def share_pie(names: Sequence[str], values: Sequence[float], form: Format) -> Figure:
    """At most five shares of a whole, each named at its slice."""
    numbers = np.asarray(values, float)
    if len(numbers) > MAX_SHARES:
        raise ChartGuideError(f"{len(numbers)} shares in a pie, more than {MAX_SHARES}: show them as sorted bars (sorted_bars)")
    if not (numbers >= 0).all() or numbers.sum() <= 0:
        raise ChartGuideError("a pie of negative, missing or no amounts: a share of a whole is positive; use sorted_bars")
    look, (figure, axes) = brand.load_brand(), _axes(3.0)
    order = np.argsort(-numbers, kind="stable")
    whole = numbers.sum()
    texts = [_("{name} {share}").format(name=names[i], share=form(numbers[i] / whole)) for i in order]
    axes.pie(numbers[order], labels=texts, colors=look.series[: len(order)], startangle=90, counterclock=False,
             wedgeprops={"edgecolor": look.background, "linewidth": 2}, textprops={"fontsize": 10})  # fmt: skip
    axes.grid(visible=False)
    # As wide as every chart, so that its words are as large as theirs.
    axes.set(frame_on=True, xlim=(-3.2, 3.2), ylim=(-1.25, 1.25))
    axes.spines[:].set_visible(False)
    return checked(figure)


def sorted_bars(names: Sequence[str], values: Sequence[float], form: Format) -> Figure:
    """A bar per part, the largest first, each with its value; losses in the warning colour."""
    if len(names) < 2:
        raise ChartGuideError("a ranking of fewer than two parts: state the figure instead")
    numbers = np.asarray(values, float)
    order = np.argsort(-numbers, kind="stable")
    look, (figure, axes), at = brand.load_brand(), _axes(0.9 + 0.34 * len(numbers)), np.arange(len(numbers))[::-1]
    axes.barh(at, numbers[order], color=[look.danger if v < 0 else look.primary for v in numbers[order]], height=0.62)
    for y, value in zip(at, numbers[order], strict=True):
        axes.annotate(form(value), (max(value, 0), y), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set_yticks(at, [names[i] for i in order])
    _from_nought(axes, "x", numbers, form)
    axes.margins(x=0.14)
    return checked(figure)


def bullet(names: Sequence[str], values: Sequence[float], targets: Sequence[float], form: Format) -> Figure:
    """Actual against target per part: a bar, the target as a line across it, what misses it in the warning colour."""
    numbers, goals = np.asarray(values, float), np.asarray(targets, float)
    if len(goals) != len(numbers) or not np.isfinite(goals).all():
        raise ChartGuideError("a bullet without a target: show parts without targets as sorted bars (sorted_bars)")
    look, (figure, axes), at = brand.load_brand(), _axes(0.9 + 0.44 * len(numbers)), np.arange(len(numbers))[::-1]
    axes.barh(at, np.maximum(numbers, goals) * 1.08, color=look.line, height=0.7)
    axes.barh(at, numbers, color=[look.danger if v < g else look.primary for v, g in zip(numbers, goals, strict=True)], height=0.32)
    axes.vlines(goals, at - 0.35, at + 0.35, color=look.foreground, linewidth=2.4)
    for y, value, goal in zip(at, numbers, goals, strict=True):
        text = _("{value} of {target}").format(value=form(value), target=form(goal))
        axes.annotate(text, (max(value, goal) * 1.08, y), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set_yticks(at, list(names))
    _from_nought(axes, "x", numbers, form)
    axes.margins(x=0.2)
    return checked(figure)


def bridge_waterfall(names: Sequence[str], amounts: Sequence[float], form: Format) -> Figure:
    """From a first total over its changes to a last one: `amounts` are the total, the changes, and the total reached."""
    steps = np.asarray(amounts, float)
    reached = steps[:-1].sum()
    if len(steps) < 3 or abs(reached - steps[-1]) > max(0.01 * len(steps), 1e-9 * abs(steps[-1])):  # each is rounded to a cent
        raise ChartGuideError(f"a waterfall whose steps reach {reached}, not {steps[-1]}: the steps must lead from total to total")
    look, (figure, axes), at = brand.load_brand(), _axes(3.3), np.arange(len(steps))
    ends = np.r_[np.cumsum(steps[:-1]), steps[-1]]
    starts = np.r_[0, ends[:-2], 0]
    whole = np.isin(at, [0, len(steps) - 1])
    colours = [look.muted if w else look.success if s >= 0 else look.danger for w, s in zip(whole, steps, strict=True)]
    axes.bar(at, ends - starts, bottom=starts, color=colours, width=0.62)
    for x, (amount, top, is_whole) in enumerate(zip(steps, np.maximum(starts, ends), whole, strict=True)):
        axes.annotate(("" if is_whole or amount <= 0 else "+") + form(amount), (x, top), ha="center", va="bottom", xytext=(0, 3),
                      textcoords="offset points", fontsize=9)  # fmt: skip
    axes.set_xticks(at, list(names))
    _from_nought(axes, "y", ends, form)
    return checked(figure)


def parts_of_whole(names: Sequence[str], values: Sequence[float], form: Format, share: Format) -> Figure:
    """Shares of a whole as the guide wants them: a pie of few positive parts, sorted bars of more."""
    few = len(names) <= MAX_SHARES and (np.asarray(values, float) >= 0).all()
    return share_pie(names, values, share) if few else sorted_bars(names, values, form)


def checked(figure: Figure) -> Figure:
    """The figure, if it keeps the guide.

    Raises
    ------
    ChartGuideError
        Bars on an axis that leaves nought out, a pie of too many shares, or too many colours of one kind of mark.
    """
    for axes in figure.axes:
        wedges = [patch for patch in axes.patches if isinstance(patch, Wedge)]
        if len(wedges) > MAX_SHARES:
            raise ChartGuideError(f"{len(wedges)} shares in a pie, more than {MAX_SHARES}: show them as sorted bars")
        for bars in axes.containers:
            if not isinstance(bars, BarContainer) or not bars.patches:
                continue
            low, high = sorted(axes.get_ylim() if bars.orientation == "vertical" else axes.get_xlim())
            if not low <= 0 <= high:
                raise ChartGuideError(f"bars on an axis from {low:g} to {high:g}: their lengths compare only from nought on")
    return figure


def check_spec(spec: dict[str, Any]) -> None:
    """Hold a Vega-Lite specification to the guide.

    Raises
    ------
    ChartGuideError
        A bar mark on a quantitative scale without nought, or an arc mark.
    """
    mark = spec.get("mark")
    kind = mark.get("type") if isinstance(mark, dict) else mark
    if kind == "arc":
        raise ChartGuideError("a pie drawn by Vega-Lite: draw it with share_pie, which holds it to its number of shares")
    if kind == "bar":
        for axis in ("x", "y"):
            channel = spec.get("encoding", {}).get(axis, {})
            scale = channel.get("scale") or {}
            low_cut = (
                isinstance(scale.get("domain"), list) and isinstance(scale["domain"][0], int | float) and scale["domain"][0] > 0
            )
            if channel.get("type") == "quantitative" and (scale.get("zero") is False or low_cut):
                raise ChartGuideError(f"bars on a {axis} axis that leaves nought out: their lengths compare only from nought on")
    for name in ("layer", "hconcat", "vconcat", "concat"):
        for part in spec.get(name, []):
            check_spec({**part, "encoding": {**spec.get("encoding", {}), **part.get("encoding", {})}})
    if isinstance(spec.get("spec"), dict):
        check_spec(spec["spec"])


def violations() -> list[tuple[str, Callable[[], object]]]:
    """A chart against each rule, as (helper, drawing it): every one must be refused (tests and item 8.1.1 try them)."""

    def text(value: float) -> str:
        return f"{value:g}"

    days = pd.date_range("2025-01-01", periods=8)
    names = [str(i) for i in range(MAX_BARS + 1)]

    def cut_axis() -> object:
        figure = sorted_bars(["a", "b"], [2.0, 1.0], text)
        figure.axes[0].set_xlim(0.5, 2)
        return checked(figure)

    return [
        ("period_bars", lambda: period_bars(names, np.ones(len(names)), text)),
        ("trend_line", lambda: trend_line(days[: LEAST_TREND - 1], np.ones(LEAST_TREND - 1), text)),
        ("trend_line", lambda: trend_line(days[::-1], np.ones(8), text)),
        ("share_pie", lambda: share_pie(names[: MAX_SHARES + 1], np.ones(MAX_SHARES + 1), text)),
        ("share_pie", lambda: share_pie(["a", "b"], [3.0, -1.0], text)),
        ("sorted_bars", lambda: sorted_bars(["a"], [1.0], text)),
        ("sorted_bars", cut_axis),
        ("bullet", lambda: bullet(["a", "b"], [1.0, 2.0], [1.0, np.nan], text)),
        ("bridge_waterfall", lambda: bridge_waterfall(["a", "b", "c"], [1.0, 1.0, 3.0], text)),
        ("period_bars", lambda: check_spec({"mark": "bar", "encoding": {"y": {"type": "quantitative", "scale": {"zero": False}}}})),
    ]  # fmt: skip


def refused() -> pd.DataFrame:
    """What became of each violation: helper, refused, reason."""
    rows = []
    for helper, draw in violations():
        try:
            draw()
            rows.append((helper, False, ""))
        except ChartGuideError as error:
            rows.append((helper, True, str(error)))
    return pd.DataFrame(rows, columns=["helper", "refused", "reason"])


def _axes(height: float) -> tuple[Figure, Any]:
    from brandops.present.charts import new_chart

    return new_chart(height=height)


def _from_nought(axes: Any, side: str, values: np.ndarray, form: Format) -> None:
    """Begin the axis of bars at nought, leave room for labels and drop the grid across it."""
    known = values[np.isfinite(values)]
    axis, other = (axes.yaxis, "x") if side == "y" else (axes.xaxis, "y")
    if not len(known) or known.min() >= 0:
        axes.set_ylim(bottom=0) if side == "y" else axes.set_xlim(left=0)
    axis.set_major_formatter(FuncFormatter(lambda value, _at: form(value) if value else "0"))
    axes.margins(**{side: 0.16})
    axes.grid(axis=other, visible=False)
