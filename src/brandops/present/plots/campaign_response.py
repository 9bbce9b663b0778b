"""Charts of plan section 6: curves of advertising, repurchase, funnels by day, visits, themes."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brandops.analysis.media_budget import Allocation
from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import brand, formats
from brandops.present.charts import new_chart
from brandops.present.sentences.campaign_names import name


def profit_curves(curves: pd.DataFrame, found: Allocation, currency: str) -> Figure:
    """Profit by daily spend, a panel a platform, with today's spend and the best."""
    look = brand.load_brand()
    rows = int(np.ceil(len(found.platforms) / 2))
    figure, panels = new_chart(height=2.5 * rows, nrows=rows, ncols=2, sharey=True, squeeze=False)
    for axes, row in zip(panels.flat, found.platforms.itertuples(), strict=False):
        part = curves[curves["platform"] == row.platform]
        axes.fill_between(part["spend"], part["low"], part["high"], color=look.primary, alpha=0.15, linewidth=0)
        axes.plot(part["spend"], part["profit"], color=look.primary)
        axes.axhline(0, color=look.foreground, linewidth=1)
        for spend, marker, colour, label in ((row.current, "o", look.muted, _("now")), (row.best, "D", look.warning, _("best"))):
            at = np.interp(spend, part["spend"], part["profit"])
            axes.plot(spend, at, marker, color=colour, markersize=8, label=label)
        axes.set_title(reader_name(row.platform))
    for axes in panels.flat[len(found.platforms) :]:
        axes.set_visible(False)
    panels[0, 0].legend(loc="upper left", ncols=2)
    for axes in panels[-1]:
        axes.set_xlabel(_("Spend a day"))
    for axes in panels[:, 0]:
        axes.set_ylabel(_("Profit a day"))
    for axes in panels.flat:
        axes.yaxis.set_major_formatter(
            mpl.ticker.FuncFormatter(lambda value, _at: formats.money(value, currency) if value else "0")
        )
    return figure


def spend_bars(by_item: pd.DataFrame, key: str, currency: str) -> Figure:
    """Planned and spent side by side."""
    look = brand.load_brand()
    at = np.arange(len(by_item))
    figure, axes = new_chart(height=1.3 + 0.6 * len(by_item))
    for offset, column, colour, label in ((-0.2, "planned", look.muted, _("Planned")), (0.2, "spent", look.primary, _("Spent"))):
        axes.barh(at + offset, by_item[column], height=0.38, color=colour, label=label)
    axes.set_yticks(at, [reader_name(item) for item in by_item[key]])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.money(value, currency) if value else "0"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure


def repurchase_curves(curve: pd.DataFrame) -> Figure:
    """Share that bought again by days since the campaign purchase."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.2)
    for group, colour, style in (("participants", look.primary, "-"), ("others", look.muted, "--")):
        part = curve[curve["group"] == group]
        axes.fill_between(part["day"], part["low"] * 100, part["high"] * 100, color=colour, alpha=0.18, linewidth=0)
        axes.plot(part["day"], part["returned"] * 100, style, color=colour, label=name(group))
    axes.set(xlabel=_("Days since the purchase"), ylabel=_("Bought again, %"))
    axes.set_ylim(bottom=0)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure


def funnel_days(daily: pd.DataFrame) -> Figure:
    """Impressions, clicks, visits and orders by day, each to its own mean: which day stood out."""
    look = brand.load_brand()
    total = daily.groupby("date")[["impressions", "clicks", "visits", "orders"]].sum(min_count=1)
    labels = {"impressions": _("Impressions"), "clicks": _("Clicks"), "visits": _("Visits"), "orders": _("Orders")}
    figure, axes = new_chart(height=3.2)
    for (column, label), colour, style in zip(labels.items(), look.series, ("-", "--", "-.", ":"), strict=False):
        if total[column].sum() > 0:
            axes.plot(total.index, total[column] / total[column].mean() * 100, style, color=colour, label=label)
    axes.set_ylabel(_("Mean of the campaign days = 100"))
    locator = mpl.dates.AutoDateLocator(maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: f"{mpl.dates.num2date(value):%m-%d}"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4)
    return figure


def theme_bars(table: pd.DataFrame) -> Figure:
    """Comments by theme, content, undecided and discontent."""
    look = brand.load_brand()
    at, left = np.arange(len(table)), np.zeros(len(table))
    figure, axes = new_chart(height=1.3 + 0.36 * len(table))
    neutral = 1 - table["positive"] - table["negative"]
    for share, colour, label in ((table["positive"], look.success, _("Content")), (neutral, look.line, _("Undecided")),
                                 (table["negative"], look.danger, _("Discontent"))):  # fmt: skip
        width = (share * table["comments"]).to_numpy(float)
        axes.barh(at, width, left=left, height=0.62, color=colour, label=label)
        left += width
    axes.set_yticks(at, [name(theme) for theme in table["theme"]])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(_("Comments"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    return figure
