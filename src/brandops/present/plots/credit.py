"""Charts of receivables and the scorecard (plan items 7.1.2 and 7.2.2)."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brandops.analysis.scorecard_validation import Validation, roc_curve
from brandops.i18n import gettext as _
from brandops.present import brand, formats
from brandops.present.charts import new_chart
from brandops.present.sentences.credit import ageing_label


def ageing_bars(ages: pd.DataFrame, currency: str) -> Figure:
    """Receivables by days past due; the oldest in the colour of danger."""
    look = brand.load_brand()
    figure, axes = new_chart(height=2.9)
    at = np.arange(len(ages))
    colours = [look.primary, *[look.warning] * (len(ages) - 2), look.danger]
    axes.bar(at, ages["amount"], width=0.6, color=colours)
    for x, row in zip(at, ages.itertuples(), strict=True):
        axes.annotate(f"{formats.money(row.amount, currency)}\n{formats.percent(row.share)}", (x, row.amount), xytext=(0, 3),
                      textcoords="offset points", ha="center", va="bottom", fontsize=9)  # fmt: skip
    axes.set_xticks(at, [ageing_label(row) for row in ages.itertuples()])
    axes.margins(y=0.2)
    axes.grid(axis="x", visible=False)
    axes.yaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.money(value, currency)))
    return figure


def outstanding_lines(history: pd.DataFrame, limit: float | None) -> Figure:
    """Days sales outstanding by month-end, three ways."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.0)
    for column, colour, style, label in (
        ("count_back", look.primary, "-", _("Count-back")),
        ("standard", look.muted, "-", _("Standard")),
        ("best_possible", look.success, "--", _("Best possible")),
    ):
        axes.plot(history["date"], history[column], color=colour, linestyle=style, label=label)
    if limit is not None:
        axes.axhline(limit, color=look.danger, linewidth=1.2, linestyle=":", label=_("Limit"))
    axes.set_ylim(bottom=0)
    axes.set_ylabel(_("Days"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4)
    return figure


def calibration_dots(classes: pd.DataFrame) -> Figure:
    """Seen default rates with intervals against the expected; the diagonal is perfect."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.6)
    top = float(max(classes["high"].max(), classes["pd"].max())) * 1.05
    axes.plot([0, top], [0, top], color=look.muted, linewidth=1.2, linestyle="--")
    axes.vlines(classes["pd"], classes["low"], classes["high"], color=look.primary, linewidth=2.4)
    axes.plot(classes["pd"], classes["rate"], "o", color=look.primary, markersize=7)
    axes.set(xlim=(0, float(classes["pd"].max()) * 1.1), ylim=(0, top), xlabel=_("Expected probability of default"),
             ylabel=_("Share that defaulted"))  # fmt: skip
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.percent(value, 0)))
    return figure


def roc_and_distance(found: Validation) -> Figure:
    """Left the ROC curve, right the two distributions of points with their greatest distance."""
    look = brand.load_brand()
    figure, (left, right) = new_chart(height=3.6, ncols=2)
    curve = roc_curve(found.accounts)
    left.plot([0, 1], [0, 1], color=look.muted, linewidth=1.2, linestyle="--")
    left.step(curve["goods"], curve["bads"], where="post", color=look.primary)
    left.set(xlabel=_("Payers refused"), ylabel=_("Defaulters caught"))
    left.set_title(_("ROC: area {auc}").format(auc=formats.number(found.auc.value, 2)))
    left.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.percent(value, 0)))
    points = np.sort(found.accounts["score"].unique())
    shares = []
    for value, colour, label in ((1, look.danger, _("Defaulted")), (0, look.success, _("Did not default"))):
        mine = np.sort(found.accounts.loc[found.accounts["defaulted"] == value, "score"])
        shares.append(np.searchsorted(mine, points, side="right") / len(mine))
        right.step(points, shares[-1], where="post", color=colour, label=label)
    widest = int(np.argmax(shares[0] - shares[1]))
    right.vlines(points[widest], shares[1][widest], shares[0][widest], color=look.foreground, linewidth=2)
    right.set(xlabel=_("Points"), ylabel=_("Share with as many or fewer"))
    right.set_title(_("KS: distance {ks}").format(ks=formats.number(found.ks.value, 2)))
    for axes in (left, right):
        axes.yaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.percent(value, 0)))
    right.legend(loc="lower right")
    return figure
