"""Charts of deliveries and prices of materials (plan items 7.1.3 and 7.2.3)."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import brand, formats
from brandops.present.charts import new_chart

SHOWN = 12  # suppliers
PATHS = 4  # materials drawn in colour


def lead_times(lines: pd.DataFrame, suppliers: pd.DataFrame) -> Figure:
    """Lead times of received lines by supplier: the middle half, nine in ten, the median; the greatest suppliers on top."""
    look = brand.load_brand()
    shown = suppliers.head(SHOWN)
    figure, axes = new_chart(height=1.1 + 0.3 * len(shown))
    for at, who in enumerate(shown["supplier_id"]):
        days = lines.loc[(lines["supplier_id"] == who) & lines["received"], "lead_days"]
        if len(days):
            tenth, low, middle, high, most = np.quantile(days, [0.05, 0.25, 0.5, 0.75, 0.95])
            axes.plot([tenth, most], [at, at], color=look.line, linewidth=3, solid_capstyle="butt")
            axes.plot([low, high], [at, at], color=look.primary, linewidth=7, solid_capstyle="butt")
            axes.plot(middle, at, "|", color=look.background, markersize=9, markeredgewidth=2)
    axes.set_yticks(range(len(shown)), list(shown["supplier_id"]))
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(_("Days from order to receipt"))
    return figure


def kept_bars(history: pd.DataFrame, target: float | None) -> Figure:
    """Lines on time in full by month of the promise, with intervals."""
    look = brand.load_brand()
    figure, axes = new_chart(height=2.8)
    axes.vlines(history["month"], history["low"], history["high"], color=look.line, linewidth=5)
    axes.plot(history["month"], history["on_time_in_full"], "o-", color=look.primary, markersize=5)
    if target is not None:
        axes.axhline(target, color=look.warning, linewidth=1.4, linestyle="--")
    axes.yaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.percent(value, 0)))
    axes.set_ylabel(_("On time in full"))
    return figure


def price_paths(prices: pd.DataFrame, table: pd.DataFrame, as_of: object, years: int = 2) -> Figure:
    """Prices by week, the first = 100: materials with the most at risk in colour, the others behind them."""
    look = brand.load_brand()
    at = pd.Timestamp(as_of)
    span = prices[(prices["date"] > at - pd.DateOffset(years=years)) & (prices["date"] <= at)]
    weekly = span.pivot_table(index="date", columns="material", values="price", aggfunc="last").resample("W").last()
    index = 100 * weekly / weekly.bfill().iloc[0]
    first = [name for name in table["material"].head(PATHS) if name in index]
    figure, axes = new_chart(height=3.4)
    for name in [name for name in index if name not in first]:
        axes.plot(index.index, index[name], color=look.line, linewidth=1.2)
    for name, colour in zip(first, look.series, strict=False):
        axes.plot(index.index, index[name], color=colour, label=reader_name(name))
    axes.axhline(100, color=look.muted, linewidth=1)
    axes.set_ylabel(_("Price, two years ago = 100"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4)
    return figure


def source_bars(table: pd.DataFrame, minimum: int) -> Figure:
    """Suppliers per material; those below the minimum in the colour of danger."""
    look = brand.load_brand()
    figure, axes = new_chart(height=1.1 + 0.28 * len(table))
    at = np.arange(len(table))
    axes.barh(at, table["suppliers"], height=0.6, color=[look.primary if ok else look.danger for ok in table["enough"]])
    axes.axvline(minimum, color=look.foreground, linewidth=1.4, linestyle="--")
    axes.set_yticks(at, [reader_name(name) for name in table["material"]])
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
    axes.set_xlabel(_("Suppliers in the last twelve months"))
    return figure
