"""Charts of plan section 9: money at stake, lead times, the coming period, what initiatives bring."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from brandops.i18n import gettext as _
from brandops.present import brand, formats
from brandops.present.charts import new_chart
from brandops.present.plots.forecasting import fan
from brandops.present.sentences.goals_names import name

LETTERS = 34  # of a label's line


def at_stake(misses: pd.DataFrame, currency: str, count: int = 10) -> Figure:
    """Money at stake of the costliest misses, sorted."""
    look = brand.load_brand()
    rows = misses[misses["money_at_stake"] > 0].head(count)
    at = np.arange(len(rows))[::-1]
    figure, axes = new_chart(height=1.0 + 0.5 * len(rows))
    colours = rows["status"].map({"missed": look.danger, "at_risk": look.warning})
    axes.barh(at, rows["money_at_stake"], color=list(colours), height=0.62)
    for y, row in zip(at, rows.itertuples(), strict=True):
        axes.annotate(formats.money(row.money_at_stake, currency), (row.money_at_stake, y), xytext=(4, 0), va="center",
                      textcoords="offset points", fontsize=9)  # fmt: skip
    axes.set_yticks(at, [_wrapped(f"{row.item} {row.name}") for row in rows.itertuples()])
    return _money_axis(figure, axes, currency)


def lead_times(pairs: pd.DataFrame, count: int = 12) -> Figure:
    """Median days from asking to closing by pair of departments with the 95 % interval; open ends run off the chart."""
    look = brand.load_brand()
    rows = pairs.dropna(subset=["median"]).head(count)
    at = np.arange(len(rows))[::-1]
    figure, axes = new_chart(height=1.0 + 0.36 * len(rows))
    edge = float(np.nanmax([rows["median"].max(), rows["high"].max()])) * 1.05
    axes.hlines(at, rows["low"].fillna(0), rows["high"].fillna(edge), color=look.primary, linewidth=2.4)
    axes.plot(rows["median"], at, "o", color=look.primary, markersize=7)
    for y, value in zip(at, rows["median"], strict=True):
        axes.annotate(formats.number(value), (value, y), xytext=(0, 6), ha="center", textcoords="offset points", fontsize=9)
    texts = [_("{asks} → {acts}").format(asks=name(row.from_department), acts=name(row.to_department)) for row in rows.itertuples()]
    axes.set_yticks(at, texts)
    axes.set_xlabel(_("Days from asking to closing, median with 95% interval"))
    axes.set_xlim(left=0)
    axes.margins(y=0.12)
    axes.grid(axis="y", visible=False)
    return figure


def coming(history: pd.DataFrame, ahead: pd.DataFrame, planned: pd.DataFrame, currency: str) -> Figure:
    """The fan of the coming steps with the months' targets.

    `history` and `ahead` as `plots.forecasting.fan` takes them; `planned` has `ds` and `target`, and may be empty.
    """
    look = brand.load_brand()
    figure = fan(history, ahead, currency)
    if len(planned):
        axes = figure.axes[0]
        axes.plot(planned["ds"], planned["target"], "D", color=look.warning, markersize=6, label=_("Target"))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return figure


def worth(initiatives: pd.DataFrame, currency: str, count: int = 10) -> Figure:
    """Profit a year expected of each initiative, with its interval where there is one."""
    look = brand.load_brand()
    rows = initiatives.dropna(subset=["profit"]).head(count)
    at = np.arange(len(rows))[::-1]
    figure, axes = new_chart(height=1.0 + 0.55 * len(rows))
    axes.barh(at, rows["profit"], color=look.primary, height=0.5, alpha=0.85)
    known = rows["profit_low"].notna().to_numpy() & rows["profit_high"].notna().to_numpy()
    axes.hlines(at[known], rows.loc[known, "profit_low"], rows.loc[known, "profit_high"], color=look.foreground, linewidth=1.6)
    edge = rows[["profit", "profit_high"]].max(axis=1)
    for y, row, end in zip(at, rows.itertuples(), edge, strict=True):
        axes.annotate(formats.money(row.profit, currency), (end, y), xytext=(5, 0), va="center", textcoords="offset points",
                      fontsize=9)  # fmt: skip
    axes.set_yticks(at, [_wrapped(row.action) for row in rows.itertuples()])
    return _money_axis(figure, axes, currency)


def _money_axis(figure: Figure, axes, currency: str) -> Figure:
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _at: formats.money(value, currency)))
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.margins(x=0.14)
    axes.grid(axis="y", visible=False)
    return figure


def _wrapped(text: str) -> str:
    """A label on at most two lines; Chinese letters are twice as wide."""
    wide = sum(ord(letter) > 0x2E7F for letter in text) > len(text) / 3
    lines = textwrap.wrap(text, LETTERS // (2 if wide else 1), max_lines=2, placeholder="…")
    return "\n".join(lines)
