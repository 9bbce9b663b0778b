"""The figures behind a chart as a table, read from the drawing itself: what readers without eyes for it, or with doubts, open.

Lines give their points, bars their lengths, marks their places; the axis says what a place means (a name, a date, a number).
"""

from html import escape
from typing import Any

import matplotlib.dates as mdates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Wedge
from matplotlib.ticker import FixedLocator

from brandops.i18n import gettext as _
from brandops.present import formats

MOST = 400  # rows; a longer chart has its figures in the page's tables and downloads

Row = tuple[str, str, str]


def chart_rows(figure: Figure) -> list[Row]:
    """What a chart shows as (series, place, value), in the order of drawing; at most `MOST` rows."""
    rows: list[Row] = []
    for axes in figure.axes:
        head = axes.get_title(loc="left") or axes.get_title()
        for series, place, value in _of_axes(axes):
            rows.append((" · ".join(part for part in (head, series) if part), place, value))
    return rows[:MOST]


def spec_rows(spec: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the data a Vega-Lite chart carries and tells in its tooltips; nothing where it carries none."""
    fields = _tooltips(spec)
    data = max(spec.get("datasets", {}).values(), key=len, default=[])
    shown = [(name, title) for name, title in fields if data and name in data[0]]
    rows = [[_value(row[name]) for name, _title in shown] for row in data[:MOST]] if shown else []
    return [title for _name, title in shown], rows


def details(heads: list[str], rows: list) -> str:
    """The table folded away below its chart; empty for a chart that shows nothing."""
    if not rows:
        return ""
    if not any(row[0] for row in rows):
        heads, rows = heads[1:], [row[1:] for row in rows]
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    label = escape(_("Data"))
    return (f'<details class="bo-data"><summary>{label}</summary><div class="bo-scroll" tabindex="0" role="region" '
            f'aria-label="{label}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>')  # fmt: skip


def heads(figure: Figure) -> list[str]:
    """Heads of the table of a drawn chart: what its axes are called, where all its panels call them the same."""
    pairs = [_places_and_values(axes) for axes in figure.axes if _of_axes(axes)]
    dates = bool(pairs) and all(_is_dated(place) for place, _value_axis in pairs)
    found = []
    for axes, otherwise in zip(zip(*pairs, strict=True), (_("Date") if dates else _("Place"), _("Value")), strict=False):
        titles = {axis.get_label_text() for axis in axes}
        found.append(titles.pop() or otherwise if len(titles) == 1 else otherwise)
    return [_("Series"), *found]


def _is_dated(axis: Any) -> bool:
    return isinstance(axis.get_converter(), mdates.DateConverter | mdates.ConciseDateConverter | mdates._SwitchableDateConverter)


def _flat(axes: Axes) -> bool:
    """Names stand on the left, or bars lie: places are y, values x."""
    lying = any(isinstance(held, BarContainer) and held.orientation == "horizontal" for held in axes.containers)
    return lying or (_named(axes.yaxis) and not _named(axes.xaxis))


def _places_and_values(axes: Axes) -> tuple[Any, Any]:
    return (axes.yaxis, axes.xaxis) if _flat(axes) else (axes.xaxis, axes.yaxis)


def _of_axes(axes: Axes) -> list[Row]:
    rows: list[Row] = []
    flat = _named(axes.yaxis) and not _named(axes.xaxis)
    where, how_much = (axes.yaxis, axes.xaxis) if flat else (axes.xaxis, axes.yaxis)
    for container in axes.containers:
        if isinstance(container, BarContainer):
            across = container.orientation == "horizontal"
            at, of = (axes.yaxis, axes.xaxis) if across else (axes.xaxis, axes.yaxis)
            for bar in container.patches:
                centre = bar.get_y() + bar.get_height() / 2 if across else bar.get_x() + bar.get_width() / 2
                length = bar.get_width() if across else bar.get_height()
                rows.append((_label(container), _text(at, centre), _text(of, length, amount=True)))
    for line in axes.lines:
        x, y = np.asarray(line.get_xdata(orig=False), float), np.asarray(line.get_ydata(orig=False), float)
        if len(x) == 2 and (x[0] == x[1] or y[0] == y[1]) and _label(line) == "" and not flat:
            continue  # a rule across the chart
        for a, b in zip(*((y, x) if flat else (x, y)), strict=True):
            rows.append((_label(line), _text(where, a), _text(how_much, b, amount=True)))
    for marks in axes.collections:
        if isinstance(marks, PathCollection):
            for x, y in np.asarray(marks.get_offsets(), float):
                a, b = (y, x) if flat else (x, y)
                rows.append((_label(marks), _text(where, a), _text(how_much, b, amount=True)))
        elif isinstance(marks, LineCollection):
            for segment in marks.get_segments():
                (x0, y0), (x1, y1) = segment[0], segment[-1]
                ends = (x0, x1) if flat else (y0, y1)
                text = " – ".join(dict.fromkeys(_text(how_much, end, amount=True) for end in ends))
                rows.append((_label(marks), _text(where, (y0 + y1) / 2 if flat else (x0 + x1) / 2), text))
    for patch in axes.patches:
        if isinstance(patch, Wedge):
            share = formats.percent((patch.theta2 - patch.theta1) / 360)
            text = next((t.get_text() for t, w in zip(axes.texts, axes.patches, strict=False) if w is patch), "")
            rows.append(("", text or _label(patch), share))
    return [row for row in rows if row[2] not in ("", formats.DASH)]


def _named(axis: Any) -> bool:
    """True where an axis is labelled with names instead of a scale of numbers."""
    names = _names(axis)
    return bool(names) and not all(_is_number(text) for text in names.values())


def _names(axis: Any) -> dict[float, str]:
    """The names an axis was given, by their places; empty for an axis with a scale of its own."""
    if not isinstance(axis.get_major_locator(), FixedLocator):
        return {}
    texts = [label.get_text().replace("\n", " ") for label in axis.get_ticklabels()]
    return {float(at): text for at, text in zip(axis.get_majorticklocs(), texts, strict=False) if text}


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _label(artist: Any) -> str:
    text = str(artist.get_label())
    return "" if text.startswith("_") else text


def _text(axis: Any, value: float, amount: bool = False) -> str:
    """What a place on an axis means: the tick's name there, the date, or the number."""
    if not np.isfinite(value):
        return ""
    names = {} if amount else _names(axis)
    if names:
        return names[min(names, key=lambda at: abs(at - value))]
    if _is_dated(axis):
        return formats.day(mdates.num2date(value).date())
    return formats.number(value, 0 if abs(value) >= 1000 or value == int(value) else 3)


def _value(value: object) -> str:
    if isinstance(value, int | float):
        return formats.number(value, 0 if value == int(value) else 2) if value == value else formats.DASH
    return formats.DASH if value is None else str(value)


def _tooltips(spec: dict[str, Any]) -> list[tuple[str, str]]:
    found = spec.get("encoding", {}).get("tooltip", [])
    found = found if isinstance(found, list) else [found]
    named = [entry for entry in found if isinstance(entry, dict) and "field" in entry]
    fields = [(entry["field"], entry.get("title") or entry["field"]) for entry in named]
    for name in ("layer", "hconcat", "vconcat", "concat"):
        for part in spec.get(name, []):
            fields += [field for field in _tooltips(part) if field not in fields]
    return fields
