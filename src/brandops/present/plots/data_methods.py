"""Charts of survey, web analytics and the models on trial (plan items 2.2.2, 2.2.3, 2.3.2)."""

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from brandops.analysis.learning import ForecastTrial
from brandops.analysis.repurchase import RepurchaseTrial
from brandops.analysis.survey import REASONS
from brandops.i18n import gettext as _
from brandops.present import brand, formats
from brandops.present.charts import new_chart
from brandops.present.interactive import alt
from brandops.present.sentences.data_names import model_name, trait_name, words

SMOOTH_DAYS = 7
SHOWN_DAYS = 396  # thirteen months: the period and the same one a year before


def survey_bars(by_month: pd.DataFrame, target: float | None, months: int = 13) -> Figure:
    """Valid and invalid answers by month with the number wanted, if any, as a line."""
    look = brand.load_brand()
    totals = by_month.groupby("month")[["valid", *REASONS]].sum().tail(months)
    invalid = totals[list(REASONS)].sum(axis=1)
    names = [_month_tick(totals.index, at) for at in range(len(totals))]
    at = range(len(totals))
    figure, axes = new_chart(height=3.3)
    colours = [look.primary if valid >= (target or 0) else look.danger for valid in totals["valid"]]
    valid = axes.bar(at, totals["valid"], color=colours, width=0.7)
    axes.bar(at, invalid, bottom=totals["valid"], color=look.line, width=0.7)
    axes.bar_label(valid, [formats.number(count) for count in totals["valid"]], label_type="center",
                   color=look.background, fontsize=8)  # fmt: skip
    if target:
        axes.axhline(target, color=look.foreground, linewidth=1.2)
    axes.set_xticks(list(at), names)
    axes.grid(axis="x", visible=False)
    axes.set_ylim(0, max(target or 1, (totals["valid"] + invalid).max()) * 1.08)
    axes.set(xlabel=_("Month"), ylabel=_("Answers"))
    handles = [mpl.patches.Patch(color=look.primary, label=_("Valid")), mpl.patches.Patch(color=look.line, label=_("Not valid"))]
    if target:
        handles.insert(1, mpl.patches.Patch(color=look.danger, label=_("Valid, short of the target")))
        handles.append(mpl.lines.Line2D([], [], color=look.foreground, linewidth=1.2,
                                        label=_("Target {target}").format(target=formats.number(target))))  # fmt: skip
    axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=4, columnspacing=1.2, handlelength=1.4)
    return figure


def margin_dots(margins: pd.DataFrame) -> Figure:
    """Share of each group in population, answers and weighted answers."""
    look = brand.load_brand()
    labels = [_("{trait}: {group}").format(trait=trait_name(trait), group=words(group))
              for trait, group in zip(margins["trait"], margins["group"], strict=True)]  # fmt: skip
    at = list(range(len(margins)))
    figure, axes = new_chart(height=1.1 + 0.27 * len(margins))
    axes.hlines(at, margins["population"], margins["unweighted"], color=look.line, linewidth=3)
    for column, colour, marker, label in (
        ("population", look.foreground, "|", _("Population")),
        ("unweighted", look.warning, "o", _("Answers")),
        ("weighted", look.primary, "D", _("Answers, weighted")),
    ):
        size = {"|": 170, "o": 42, "D": 20}[marker]
        axes.scatter(margins[column], at, color=colour, marker=marker, s=size, label=label, zorder=3)
    axes.set_yticks(at, labels)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.percent(value, 0)))
    axes.set_xlabel(_("Share of all"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    return figure


def tracked_line(web_orders_daily: pd.DataFrame, target: float) -> alt.LayerChart:
    """Tracked to booked orders, mean of seven days; the reader can zoom into the days."""
    look = brand.load_brand()
    days = web_orders_daily.sort_values("date").tail(SHOWN_DAYS)
    sums = days[["tracked_orders", "ledger_orders"]].rolling(SMOOTH_DAYS, min_periods=SMOOTH_DAYS).sum()
    days = days.assign(ratio=sums["tracked_orders"] / sums["ledger_orders"].where(sums["ledger_orders"] > 0))
    days = days.dropna(subset=["ratio"])[["date", "ratio", "tracked_orders", "ledger_orders"]]
    # Percentages as numbers, so that the axis needs no expression.
    days = days.assign(ratio=(days["ratio"] * 100).round(2))
    highest = max(100.0, float(days["ratio"].max()) if len(days) else 100.0)
    line = alt.Chart(days).mark_line().encode(
        alt.X("date:T", title=_("Day"), axis=alt.Axis(format="%Y-%m", labelOverlap=True)),
        alt.Y("ratio:Q", title=_("Tracked to booked orders, %"), scale=alt.Scale(domain=[0, highest])),
        tooltip=[alt.Tooltip("date:T", title=_("Day"), format="%Y-%m-%d"),
                 alt.Tooltip("ratio:Q", title=_("Tracked to booked orders, %"), format=".1f"),
                 alt.Tooltip("tracked_orders:Q", title=_("Tracked orders"), format=",.0f"),
                 alt.Tooltip("ledger_orders:Q", title=_("Booked orders"), format=",.0f")],
    )  # fmt: skip
    goal = alt.Chart(pd.DataFrame({"target": [target * 100]}))
    rule = goal.mark_rule(color=look.danger, strokeDash=[5, 4]).encode(y="target:Q")
    title = _("Dashed line: target {target}").format(target=formats.percent(target, 0))
    return alt.layer(line.interactive(bind_y=False), rule).properties(height=240, title=title)


def gains(forecast: ForecastTrial | None, segments: RepurchaseTrial | None) -> pd.DataFrame:
    """Gains of both models over the naive rule: task, key, model, gain, low, high (fractions of error, or of area)."""
    rows = []
    if forecast is not None:
        for row in forecast.scores[forecast.scores["model"] != "naive"].itertuples():
            rows.append((_("forecast of weekly sales"), "forecast", row.model, row.gain, row.low, row.high))
    if segments is not None:
        for row in segments.scores[segments.scores["model"] != "naive"].itertuples():
            rows.append((_("who buys again"), "segment", row.model, row.gain, row.gain_low, row.gain_high))
    made = pd.DataFrame(rows, columns=["task", "key", "model", "gain", "low", "high"])
    return made.assign(model=made["model"].map(model_name), name=made["model"])


def gain_dots(gains: pd.DataFrame) -> Figure:
    """Gain of each model over the naive rule with its 95 % interval; right of zero is better."""
    look = brand.load_brand()
    figure, axes = new_chart(height=1.0 + 0.42 * len(gains))
    for at, row in enumerate(gains.itertuples()):
        colour = look.success if row.low > 0 else look.danger if row.high < 0 else look.muted
        axes.plot([row.low * 100, row.high * 100], [at, at], color=colour, linewidth=2.4, solid_capstyle="butt")
        axes.plot(row.gain * 100, at, "o", color=colour, markersize=7)
        axes.annotate(formats.signed(row.gain * 100, 1), (row.gain * 100, at), xytext=(0, 8), ha="center", fontsize=9,
                      textcoords="offset points")  # fmt: skip
    labels = [_("{model}, {task}").format(model=row.model, task=row.task) for row in gains.itertuples()]
    axes.axvline(0, color=look.foreground, linewidth=1)
    axes.set_yticks(range(len(gains)), labels)
    axes.set_ylim(len(gains) - 0.5, -0.7)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(_("Better than the naive rule, points (of error saved; of area under the ROC curve)"))
    return figure


def forecast_lines(trial: ForecastTrial, currency: str) -> Figure:
    """Weekly net sales and the three forecasts made four weeks before."""
    look = brand.load_brand()
    table = trial.forecasts.set_index("week")
    figure, axes = new_chart(height=3.4)
    axes.plot(table.index, table["actual"], color=look.foreground, linewidth=2.4, label=_("Actual"))
    for model, colour, style in (
        ("naive", look.muted, ":"),
        ("linear", look.primary, "-"),
        ("tree", look.warning, "-"),
    ):
        axes.plot(table.index, table[model], color=colour, linestyle=style, linewidth=1.4, label=model_name(model))
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.money(value, currency)))
    axes.set(xlabel=_("Week"), ylabel=_("Net sales of the week"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, columnspacing=1.4, handlelength=1.8)
    return figure


def _month_tick(months: pd.DatetimeIndex, at: int) -> str:
    month = months[at]
    return f"{month.month}\n{month.year}" if at == 0 or month.month == 1 else str(month.month)
