"""Charts of what campaigns added: lifts with intervals, one campaign against its counterfactual, its placebos, returns."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brandops.analysis.lift_panel import Lift
from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import brand
from brandops.present.charts import new_chart


def intervals(table: pd.DataFrame, value: str, label: str, name: str = "campaign", target: float | None = None,
              limit: float | None = None) -> Figure:  # fmt: skip
    """Dots with intervals (`value`, `value`_low, `value`_high: fractions), first row on top; wider ones are cut at `limit`."""
    look = brand.load_brand()
    part = table[table[value].notna()].iloc[::-1]
    figure, axes = new_chart(height=max(2.2, 0.36 * len(part) + 0.9))
    at = np.arange(len(part))
    high = part[f"{value}_high"] if limit is None else part[f"{value}_high"].clip(upper=limit)
    sure = (part[f"{value}_low"] > 0) | (part[f"{value}_high"] < 0)
    for mask, colour in ((sure, look.primary), (~sure, look.muted)):
        axes.hlines(at[mask], part[f"{value}_low"][mask], high[mask], color=colour, linewidth=2.4)
        axes.plot(part[value][mask].clip(upper=limit), at[mask], "o", color=colour, markersize=6)
    axes.axvline(0, color=look.foreground, linewidth=1)
    if target is not None:
        axes.axvline(target, color=look.warning, linewidth=1.2, linestyle="--")
    axes.set_yticks(at, [reader_name(text) for text in part[name]])
    axes.set_ylim(-0.6, len(part) - 0.4)
    axes.xaxis.set_major_formatter(mpl.ticker.PercentFormatter(1, decimals=0))
    axes.set_xlabel(label)
    return figure


def against_counterfactual(found: Lift, start: pd.Timestamp) -> Figure:
    """Treated units' daily sales and what they would have been, seven-day means, eight weeks before the start on."""
    look = brand.load_brand()
    # Days of other campaigns were left out: the lines break there.
    known = found.diagnostics["series"].set_index("ds")
    series = known.asfreq("D").rolling(7, min_periods=1).mean().where(known["observed"].asfreq("D").notna(), axis=0)
    series = series[series.index >= start - pd.Timedelta(days=56)]
    figure, axes = new_chart(height=3.2)
    axes.plot(
        series.index, series["counterfactual"], color=look.muted, linewidth=1.8, linestyle="--", label=_("Without the campaign")
    )
    axes.plot(series.index, series["observed"], color=look.primary, label=_("Observed"))
    axes.axvspan(start, series.index[-1], color=look.line, alpha=0.5, linewidth=0)
    axes.xaxis.set_major_formatter(mpl.dates.DateFormatter("%m-%d"))
    axes.yaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:,.0f}"))
    axes.set_ylabel(_("Sales a day"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure


def placebos(found: Lift) -> Figure:
    """The lift among stretches before the start on which nothing happened and, below, controls nothing was done to."""
    look = brand.load_brand()
    time, space = np.expm1(found.diagnostics["placebo_time"]), np.expm1(found.diagnostics["placebo_space"]["log_effect"])
    figure, axes = new_chart(height=2.4)
    for row, values, marker in ((1, time, "|"), (0, space, "d")):
        axes.plot(
            values, np.full(len(values), row), marker, color=look.muted, markersize=12 if marker == "|" else 6, markeredgewidth=2
        )
        axes.plot([found.relative], [row], "o", color=look.primary, markersize=9)
    axes.axvline(0, color=look.foreground, linewidth=1)
    axes.set_yticks([1, 0], [_("Times before"), _("Other units")])
    axes.set_ylim(-0.6, 1.6)
    axes.xaxis.set_major_formatter(mpl.ticker.PercentFormatter(1, decimals=0))
    axes.set_xlabel(_("Lift; blue: the campaign"))
    return figure
