"""Charts of plan section 7 on market, new products, stock, alerts."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from brandops.i18n import gettext as _
from brandops.present import brand, formats
from brandops.present.charts import new_chart
from brandops.present.sentences.alerts import figure_name, member_name


def price_war(position: pd.DataFrame, war: pd.Series) -> Figure:
    """A competitor's price index and share in a category by month, the war shaded; dashed: its usual before it."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.4, ncols=2)
    last = war["ends_on"] if pd.notna(war["ends_on"]) else position["month"].max() + pd.offsets.MonthEnd(0)
    start = position[position["month"] == war["starts_on"]].iloc[0]
    panels = (("price_index", "base_price", _("Price index")), ("share", "base_share", _("Share of the category")))
    for pane, (column, base, title) in zip(axes, panels, strict=True):
        pane.axvspan(war["starts_on"], last, color=look.danger, alpha=0.12, linewidth=0)
        pane.plot(position["month"], position[column], color=look.primary)
        pane.axhline(start[base], color=look.foreground, linestyle="--", linewidth=1.1)
        pane.set_title(title)
        pane.tick_params(axis="x", rotation=30)
    axes[1].yaxis.set_major_formatter(FuncFormatter(lambda value, _at: formats.percent(value, 1)))
    return figure


def demand(weekly: pd.DataFrame, shifts: pd.DataFrame, names: dict[str, str], currency: str, most: int = 4) -> Figure:
    """Weekly sales of the series with the largest shifts; dashed: where a shift began."""
    look = brand.load_brand()
    series = list(dict.fromkeys(shifts.sort_values("effect", key=np.abs, ascending=False)["series"]))[:most]
    figure, axes = new_chart(height=0.8 + 1.5 * len(series), nrows=len(series), sharex=True, squeeze=False)
    for pane, name in zip(axes[:, 0], series, strict=True):
        pane.plot(weekly.index, weekly[name], color=look.primary, linewidth=1)
        for row in shifts[shifts["series"] == name].itertuples():
            pane.axvline(row.starts_on, color=look.danger if row.effect < 0 else look.success, linestyle="--", linewidth=1.4)
        pane.set_title(names.get(name, name), fontsize=10)
        pane.yaxis.set_major_formatter(FuncFormatter(lambda value, _at: formats.money(value, currency)))
        pane.set_ylim(bottom=0)
    return figure


def new_share(course: pd.DataFrame, target: float) -> Figure:
    """Share of new products by month against the target."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.0)
    axes.bar(
        course["month"], course["share"], width=22, color=[look.primary if s >= target else look.muted for s in course["share"]]
    )
    axes.axhline(target, color=look.foreground, linestyle="--", linewidth=1.3)
    axes.annotate(_("Target"), (course["month"].iloc[0], target), xytext=(0, 4), textcoords="offset points", fontsize=9)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _at: formats.percent(value, 0)))
    axes.grid(axis="x", visible=False)
    return figure


def turnover_path(turn: pd.Series, expected: pd.Series, allowed: float) -> Figure:
    """Daily turnover of the company against its expected path and what the plan allows around it."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.2)
    axes.fill_between(expected.index, expected * (1 - allowed), expected * (1 + allowed), color=look.primary, alpha=0.22,
    linewidth=0,
                      label=_("Expected ± {share}").format(share=formats.percent(allowed, 0)))  # fmt: skip
    axes.plot(turn.index, turn, color=look.foreground, linewidth=1.5, label=_("Actual"))
    axes.set_ylabel(_("Turns a year"))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2)
    axes.tick_params(axis="x", rotation=20)
    return figure


def anomaly(turn: pd.Series, expected: pd.Series, hits: pd.DataFrame, title: str) -> Figure:
    """A product's daily turnover with its expected path; shaded: the days off it."""
    look = brand.load_brand()
    figure, axes = new_chart(height=2.8)
    for row in hits.itertuples():
        axes.axvspan(row.starts_on, row.ends_on + pd.Timedelta(days=1), color=look.danger, alpha=0.15, linewidth=0)
    axes.plot(expected.index, expected, color=look.muted, linestyle="--", linewidth=1.4, label=_("Expected"))
    axes.plot(turn.index, turn, color=look.primary, linewidth=1.6, label=_("Actual"))
    axes.set_ylabel(_("Turns a year"))
    axes.set_title(title)
    axes.legend(loc="upper right", ncols=2)
    axes.tick_params(axis="x", rotation=20)
    return figure


def alert_calendar(table: pd.DataFrame, until: pd.Timestamp) -> Figure:
    """When the rules alarmed over the history: a line for every alert, a row for every rule; red: critical."""
    look = brand.load_brand()
    rules = list(dict.fromkeys(table.sort_values(["severity", "rule"])["rule"]))[::-1]
    figure, axes = new_chart(height=1.0 + 0.34 * len(rules))
    for at, rule in enumerate(rules):
        part = table[table["rule"] == rule]
        end = part["closed_on"].fillna(until)
        colour = look.danger if part["severity"].iloc[0] == "critical" else look.primary
        axes.hlines(np.full(len(part), at), part["first_seen"], end + pd.Timedelta(days=4), color=colour, linewidth=6, alpha=0.75)
    labels = [_rule_label(table[table["rule"] == rule].iloc[0]) for rule in rules]
    axes.set_yticks(range(len(rules)), labels)
    axes.grid(axis="y", visible=False)
    axes.margins(y=0.08)
    return figure


def _rule_label(row: pd.Series) -> str:
    return figure_name(row["figure"]) if row["scope"] == "total" else _("{figure}, by {scope}").format(
        figure=figure_name(row["figure"]), scope=scope_name(row["scope"]))  # fmt: skip


def scope_name(scope: str) -> str:
    """What a rule watches one by one."""
    names = {"total": _("the company"), "category": _("category"), "product": _("product"), "channel": _("channel"),
             "competitor": _("competitor"), "material": _("material"), "supplier": _("supplier")}  # fmt: skip
    return names.get(scope, member_name(scope))


def scenario_profit(table: pd.DataFrame, names: dict[str, str], currency: str) -> Figure:
    """Change of profit against the plan by scenario, with its interval."""
    look = brand.load_brand()
    rows = table[table["scenario"] != "plan"].iloc[::-1]
    at = np.arange(len(rows))
    figure, axes = new_chart(height=0.9 + 0.42 * len(rows))
    axes.hlines(at, rows["profit_change_low"], rows["profit_change_high"], color=look.muted, linewidth=3)
    colours = [look.success if change > 0 else look.danger for change in rows["profit_change"]]
    axes.scatter(rows["profit_change"], at, color=colours, zorder=3)
    axes.axvline(0, color=look.foreground, linewidth=1.1)
    axes.set_yticks(at, [names.get(name, name) for name in rows["scenario"]])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _at: formats.money(value, currency)))
    axes.grid(axis="y", visible=False)
    axes.margins(y=0.1)
    return figure
