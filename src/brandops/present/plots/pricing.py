"""Charts of price response and cleaning (plan items 3.1.2 and 3.2.1)."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brandops.analysis.optimal_price import profit_curve
from brandops.i18n import gettext as _
from brandops.present import brand, formats
from brandops.present.charts import new_chart
from brandops.present.sentences.preparation import rule_label


def elasticity_dots(own: pd.DataFrame, names: dict[str, str]) -> Figure:
    """Own-price elasticity of each channel with its 95 % interval."""
    look = brand.load_brand()
    shown = own.sort_values("estimate")
    figure, axes = new_chart(height=1.2 + 0.36 * len(shown))
    at = np.arange(len(shown))
    axes.hlines(at, shown["low"], shown["high"], color=look.primary, linewidth=2.4)
    axes.plot(shown["estimate"], at, "o", color=look.primary, markersize=7)
    axes.axvline(-1, color=look.warning, linewidth=1.2, linestyle="--")
    axes.axvline(0, color=look.foreground, linewidth=1)
    axes.set_yticks(at, [names.get(channel, channel) for channel in shown["channel_id"]])
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(_("Own-price elasticity (left of −1: a lower price sells for more)"))
    return figure


def profit_curves(optimum: pd.DataFrame, names: dict[str, str], cost_rate: float) -> Figure:
    """Profit at each price within what was observed, against today's, of up to five channels."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.6)
    for row, colour in zip(optimum.head(5).itertuples(), look.series, strict=False):
        price = np.linspace(row.observed_low, row.observed_high, 60)
        profit = profit_curve(row.elasticity, row.cost_share, cost_rate, price)
        axes.plot(price, profit, color=colour, label=names.get(row.channel_id, row.channel_id))
        best = profit_curve(row.elasticity, row.cost_share, cost_rate, row.recommended)
        axes.plot(row.recommended, best, "o", color=colour, markersize=7)
    axes.axvline(1, color=look.muted, linewidth=1, linestyle=":")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.percent(value, 0)))
    axes.set(xlabel=_("Price, today = 100%"), ylabel=_("Profit, today = 100%"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    return figure


def cleaned_values(changes: pd.DataFrame) -> Figure:
    """Sum of the values each rule touched, before and after."""
    look = brand.load_brand()
    by = changes.groupby("rule")[["before", "after"]].sum()
    at = np.arange(len(by))
    figure, axes = new_chart(height=1.4 + 0.5 * len(by))
    axes.barh(at - 0.18, by["before"], height=0.34, color=look.muted, label=_("Before cleaning"))
    axes.barh(at + 0.18, by["after"], height=0.34, color=look.primary, label=_("After cleaning"))
    axes.set_yticks(at, [rule_label(rule) for rule in by.index])
    axes.set_ylim(len(by) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.compact(value)))
    axes.set_xlabel(_("Units sold in the months touched"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure
