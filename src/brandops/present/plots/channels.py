"""Charts of plan section 4: rankings, segments and their movement, funnels, ramps, elasticities."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import brand, formats
from brandops.present.charts import new_chart
from brandops.present.sentences.channels_names import capital, name


def interval_dots(labels: list[str], value, low, high, axis: str, percent: bool = False, target: float | None = None) -> Figure:
    """A value per part with its interval; a dashed line at the target."""
    look = brand.load_brand()
    scale = 100 if percent else 1
    at = np.arange(len(labels))[::-1]
    figure, axes = new_chart(height=1.1 + 0.36 * len(labels))
    axes.hlines(at, np.asarray(low, float) * scale, np.asarray(high, float) * scale, color=look.primary, linewidth=3, alpha=0.45)
    axes.plot(np.asarray(value, float) * scale, at, "o", color=look.primary, markersize=7)
    if target is not None:
        axes.axvline(target * scale, color=look.foreground, linestyle="--", linewidth=1.3)
    axes.set_yticks(at, labels)
    axes.set_xlabel(axis)
    axes.margins(y=0.1)
    axes.grid(axis="y", visible=False)
    return figure


def ranking(ranked: pd.DataFrame, labels: dict[str, str], measure: str, currency: str) -> Figure:
    """Channels by what they are ranked by."""
    rate = measure in ("margin_rate", "growth")
    axis = capital(_("{measure}, %").format(measure=name(measure)) if rate else name(measure))
    figure = interval_dots([labels[c] for c in ranked["channel_id"]], ranked["value"], ranked["low"], ranked["high"], axis, rate)
    if measure == "net_sales":
        figure.axes[0].xaxis.set_major_formatter(FuncFormatter(lambda value, _at: formats.money(value, currency) if value else "0"))
    return figure


def elasticity(table: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Pooled elasticities, the most price-sensitive channel first."""
    table = table.sort_values("estimate")
    return interval_dots([labels[c] for c in table["channel_id"]], table["estimate"], table["low"], table["high"],
                         _("Percent of volume per percent of price"))  # fmt: skip


def satisfaction(rated: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Satisfied answers by channel."""
    return interval_dots([labels.get(c, c) for c in rated["channel_id"]], rated["value"], rated["low"], rated["high"],
                         _("Satisfied answers, %"), percent=True)  # fmt: skip


def bottlenecks(lost: pd.DataFrame, labels: dict[str, str], currency: str) -> Figure:
    """Sales lost by stage and channel."""
    stages = [f"{labels[row.channel_id]} · {name(row.stage)}" for row in lost.itertuples()]
    return bars(stages, lost["money_lost"], _("Sales a year lost against the best of the type"), currency)


def contribution(year: pd.DataFrame, labels: dict[str, str], currency: str) -> Figure:
    """What each channel contributes after its own costs."""
    return bars([labels[c] for c in year["channel_id"]], year["contribution"], _("Contribution, twelve months"), currency)


def bars(labels: list[str], values, axis: str, currency: str | None = None) -> Figure:
    """One bar per part, losses in the warning colour."""
    look = brand.load_brand()
    at = np.arange(len(labels))[::-1]
    numbers = np.asarray(values, float)
    figure, axes = new_chart(height=1.1 + 0.36 * len(labels))
    axes.barh(at, numbers, color=[look.danger if v < 0 else look.primary for v in numbers], height=0.62)
    axes.set_yticks(at, labels)
    axes.set_xlabel(axis)
    if currency:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _at: formats.money(value, currency) if value else "0"))
    axes.grid(axis="y", visible=False)
    return figure


def flows(moved: pd.DataFrame) -> Figure:
    """Alluvial chart of customers' movement between segments."""
    look = brand.load_brand()
    order = list(dict.fromkeys([*moved.sort_values("customers", ascending=False)["now"], *moved["before"]]))
    colours = dict(zip(order, (look.series * len(order))[: len(order)], strict=True))
    figure, axes = new_chart(height=4.4)
    total = moved["customers"].sum()
    gap = total * 0.03
    place = {}
    for side in ("before", "now"):
        bottom = 0.0
        for segment in order:
            size = float(moved.loc[moved[side] == segment, "customers"].sum())
            if size:
                place[side, segment] = [bottom, bottom, size]
                bottom += size + gap
    curve = (1 - np.cos(np.linspace(0, np.pi, 40))) / 2
    for segment in order:
        for row in moved[moved["before"] == segment].sort_values("now", key=lambda s: s.map(order.index)).itertuples():
            left, right = place["before", segment], place["now", row.now]
            low = left[1] + (right[1] - left[1]) * curve
            axes.fill_between(
                np.linspace(0.02, 0.98, 40), low, low + row.customers, color=colours[segment], alpha=0.45, linewidth=0
            )
            left[1] += row.customers
            right[1] += row.customers
    for (side, segment), (start, _end, size) in place.items():
        x, align = (0, "right") if side == "before" else (1, "left")
        axes.bar(x, size, width=0.035, bottom=start, color=colours[segment])
        text = _("{segment}, {count}").format(segment=name(segment), count=formats.number(size))
        axes.annotate(text, (x, start + size / 2), xytext=(-10 if x == 0 else 10, 0), textcoords="offset points", ha=align,
                      va="center", fontsize=8)  # fmt: skip
    axes.set_xlim(-0.42, 1.42)
    axes.set_axis_off()
    return figure


def ramp_lines(curves: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Sales of new channels relative to the established ones by months since opening, with the fitted ramp."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.4)
    for colour, (channel, part) in zip(look.series * 3, curves.groupby("channel_id"), strict=False):
        axes.plot(part["age"], part["ratio"] * 100, "o", color=colour, markersize=3.5, alpha=0.6)
        axes.plot(part["age"], part["fitted"] * 100, color=colour, label=labels.get(channel, channel))
    axes.set_xlabel(_("Months since opening"))
    axes.set_ylabel(_("Sales to those of established channels, %"))
    axes.set_ylim(bottom=0)
    axes.legend()
    return figure


def share_path(path: pd.DataFrame, target: float) -> Figure:
    """Online share by month and over twelve months, against the goal."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.0)
    axes.bar(path["month"], path["share"] * 100, width=22, color=look.line, label=_("Month"))
    axes.plot(path["month"], path["rolling"] * 100, color=look.primary, label=_("Twelve months"))
    axes.axhline(target * 100, color=look.foreground, linestyle="--", linewidth=1.3, label=_("Goal"))
    axes.set_ylabel(_("Online share of net sales, %"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    return figure


def heat(table: pd.DataFrame) -> Figure:
    """Sales to expectation by region and category."""
    look = brand.load_brand()
    wide = table.pivot(index="region", columns="category", values="index")
    figure, axes = new_chart(height=1.2 + 0.3 * len(wide))
    shown = np.clip(wide.to_numpy(float), 0.7, 1.3)
    axes.imshow(shown, cmap="RdBu", vmin=0.7, vmax=1.3, aspect="auto")
    for (y, x), value in np.ndenumerate(wide.to_numpy(float)):
        dark = abs(shown[y, x] - 1) > 0.2
        axes.annotate(formats.number(value, 2), (x, y), ha="center", va="center", fontsize=8,
                      color=look.background if dark else look.foreground)  # fmt: skip
    few = wide.shape[1] < 7
    categories = wide.columns.map(reader_name)
    axes.set_xticks(range(wide.shape[1]), categories, rotation=0 if few else 40, ha="center" if few else "right")
    axes.set_yticks(range(wide.shape[0]), wide.index.map(reader_name))
    axes.grid(visible=False)
    return figure
