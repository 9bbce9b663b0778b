"""Charts of plan section 5: performance, skills, teamwork, trainings, bonuses, conduct."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import brand, formats
from brandops.present.charts import new_chart
from brandops.present.plots.labels import label_points
from brandops.present.sentences.team import named


def performance(table: pd.DataFrame, names: dict[str, str], threshold: float) -> Figure:
    """Attainment across, performance against colleagues in the same territory upward with its interval."""
    look = brand.load_brand()
    figure, axes = new_chart(height=4.2)
    axes.vlines(table["attainment"], table["low"], table["high"], color=look.line, linewidth=1.6)
    rewarded = table["attainment"] >= threshold
    for part, colour in ((table[~rewarded], look.muted), (table[rewarded], look.primary)):
        axes.plot(part["attainment"], part["person"], "o", color=colour, markersize=6)
    axes.axhline(0, color=look.foreground, linewidth=1)
    axes.axvline(threshold, color=look.warning, linewidth=1.2, linestyle="--")
    _percents(axes.xaxis, axes.yaxis)
    axes.set(xlabel=_("Attainment, last twelve months"), ylabel=_("Against colleagues in the same territory"))
    shown = named(table[rewarded].rename(columns={"person": "factor"}), names)
    rest = table[~rewarded]
    label_points(axes, shown["attainment"].to_numpy(), shown["factor"].to_numpy(), shown["person"].tolist(),
                 (rest["attainment"], rest["person"]))  # fmt: skip
    return figure


def skill_lines(history: pd.DataFrame, target: float) -> Figure:
    """Mean score of each skill by assessment, against the target."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.4)
    first = history.groupby("skill")["score"].mean().sort_values(ascending=False).index[:5]
    for skill, colour in zip(first, look.series, strict=False):
        part = history[history["skill"] == skill]
        axes.plot(part["assessed_on"], part["score"], "o-", color=colour, markersize=4, label=reader_name(skill))
    axes.axhline(target, color=look.muted, linewidth=1.4, linestyle="--", label=_("Target"))
    axes.set_ylabel(_("Mean score"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    return figure


def teamwork_bars(scores: pd.DataFrame, target: float) -> Figure:
    """How many persons have which mean rating; those who reach the target in the primary colour."""
    look = brand.load_brand()
    figure, axes = new_chart(height=2.8)
    width = 2.5
    start = target - width * np.ceil(max(target - scores["score"].min(), width) / width)
    edges = np.arange(start, max(scores["score"].max(), target) + width + 1e-9, width)
    counts, _edges = np.histogram(scores["score"], edges)
    colours = [look.primary if edge >= target - 1e-9 else look.muted for edge in edges[:-1]]
    axes.bar(edges[:-1] + width / 2, counts, width=width * 0.9, color=colours)
    axes.axvline(target, color=look.warning, linewidth=1.4, linestyle="--")
    axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
    axes.set(xlabel=_("Mean rating"), ylabel=_("Persons"))
    return figure


def event_study(study: pd.DataFrame) -> Figure:
    """Effect by quarter before and after the training with its interval."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.2)
    for part, colour, label in (
        (study[study["quarter"] < 0], look.muted, _("before")),
        (study[study["quarter"] >= 0], look.primary, _("after")),
    ):
        axes.vlines(part["quarter"], np.expm1(part["low"]), np.expm1(part["high"]), color=colour, linewidth=2.4)
        axes.plot(part["quarter"], np.expm1(part["log_effect"]), "o", color=colour, markersize=7, label=label)
    axes.axhline(0, color=look.foreground, linewidth=1)
    axes.axvline(-0.5, color=look.muted, linewidth=1, linestyle=":")
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
    _percents(axes.yaxis)
    axes.set(xlabel=_("Quarters since the training"), ylabel=_("Effect"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure


def bonus_bars(ledger: pd.DataFrame, budget: float | None, currency: str) -> Figure:
    """Bonuses by quarter, with the budget's quarter."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.0)
    paid = ledger.groupby("quarter")["paid"].agg(lambda values: float(sum(values)))
    at = np.arange(len(paid))
    colours = [look.danger if budget is not None and value > budget / 4 else look.primary for value in paid]
    axes.bar(at, paid, width=0.55, color=colours)
    if budget is not None:
        axes.axhline(budget / 4, color=look.foreground, linewidth=1.6, linestyle="--", label=_("Budget"))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1))
    axes.set_xticks(at, list(paid.index))
    axes.grid(axis="x", visible=False)
    axes.yaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.money(value, currency)))
    return figure


def incident_bars(counts: pd.DataFrame) -> Figure:
    """Incidents by kind, stacked by severity."""
    look = brand.load_brand()
    figure, axes = new_chart(height=1.2 + 0.42 * len(counts))
    at, left = np.arange(len(counts)), np.zeros(len(counts))
    parts = (("minor", look.muted, _("minor")), ("major", look.warning, _("major")), ("gross", look.danger, _("gross")))
    for severity, colour, label in parts:
        axes.barh(at, counts[severity], left=left, height=0.6, color=colour, label=label)
        left += counts[severity].to_numpy()
    axes.set_yticks(at, [reader_name(kind) for kind in counts["kind"]])
    axes.set_ylim(len(counts) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
    axes.set_xlabel(_("Incidents"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    return figure


def _percents(*axes) -> None:
    for axis in axes:
        axis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.percent(value, 0)))
