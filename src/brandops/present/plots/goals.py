"""Charts of plan section 1: the year against its target, attainment, market, customers, checkpoints, satisfaction."""

import altair as alt
import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from brandops.analysis.landing import Landing
from brandops.i18n import gettext as _
from brandops.present import brand, formats
from brandops.present.charts import new_chart
from brandops.present.sentences.goals_names import name


def year_path(days: pd.DataFrame, land: Landing | None, target: float, currency: str) -> Figure:
    """How far cumulative sales run ahead of or behind the cumulative plan, with the gap the year is expected to end with."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.4)
    seen = days[days["actual"].notna()]
    gap = seen["actual"].cumsum() - seen["target"].cumsum()
    axes.fill_between(seen["date"], 0, gap, where=gap >= 0, interpolate=True, color=look.success, alpha=0.2, linewidth=0)
    axes.fill_between(seen["date"], 0, gap, where=gap < 0, interpolate=True, color=look.danger, alpha=0.2, linewidth=0)
    axes.plot(seen["date"], gap, color=look.foreground, linewidth=1.6)
    axes.axhline(0, color=look.foreground, linewidth=1.2, linestyle="--")
    last, end = float(gap.iloc[-1]), days["date"].iloc[-1]
    if land is not None and len(land.months):
        ends = pd.DatetimeIndex([seen["date"].iloc[-1], end])
        axes.fill_between(ends, [last, land.low - target], [last, land.high - target], color=look.primary, alpha=0.18,
                          linewidth=0, label=_("{level} interval").format(level=formats.percent(land.level, 0)))  # fmt: skip
        axes.legend(loc="upper left")
    text = ("+" if last > 0 else "") + formats.money(last, currency)
    axes.annotate(text, (seen["date"].iloc[-1], last), xytext=(5, 0), fontsize=10, textcoords="offset points", va="center")
    axes.margins(y=0.18)
    _months(axes)
    axes.set_xlim(days["date"].iloc[0], end)
    _money(axes, currency)
    axes.set_ylabel(_("Actual minus plan, cumulative"))
    return figure


def month_bars(planned: pd.DataFrame, currency: str, threshold: float) -> Figure:
    """Actual sales of each month as bars, red below the threshold, with target and last year as marks."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.6)
    at = np.arange(len(planned))
    reached = planned["actual"] / planned["target_to_date"].where(planned["target_to_date"] > 0)
    colours = [look.danger if share < threshold else look.primary for share in reached]
    axes.bar(at, planned["actual"].fillna(0), color=colours, width=0.62, label=_("Actual"))
    axes.hlines(planned["target"], at - 0.4, at + 0.4, color=look.foreground, linewidth=2.2, label=_("Target"))
    axes.plot(at, planned["last_year"], "o", color=look.muted, markersize=5, label=_("Last year"))
    for x, share, top in zip(at, reached, planned[["actual", "target", "last_year"]].max(axis=1), strict=True):
        if share == share:
            axes.annotate(formats.percent(share, 0), (x, top), ha="center", va="bottom", xytext=(0, 5),
                          textcoords="offset points", fontsize=8,
                          color=look.danger if share < threshold else look.muted)  # fmt: skip
    axes.set_xticks(at, [str(month.month) for month in planned["month"]])
    axes.set_xlabel(_("Month"))
    axes.margins(y=0.16)
    axes.grid(axis="x", visible=False)
    _money(axes, currency)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return figure


def season_bars(index: pd.DataFrame) -> Figure:
    """Seasonal index of each month with the range it had over the years it was learnt from."""
    look = brand.load_brand()
    figure, axes = new_chart(height=2.7)
    at = np.arange(len(index))
    axes.bar(at, index["index"], color=look.primary, width=0.62)
    axes.vlines(at, index["lowest"], index["highest"], color=look.foreground, linewidth=1.6)
    axes.axhline(1, color=look.muted, linewidth=1, zorder=0.9)
    top = index[["index", "highest"]].max(axis=1).where(lambda t: ~t.between(0.9, 1), 1.0)  # not across the line at one
    for x, value, height in zip(at, index["index"], top, strict=True):
        axes.annotate(formats.number(value, 2), (x, height), ha="center", va="bottom", xytext=(0, 3),
                      textcoords="offset points", fontsize=8, color=look.muted)  # fmt: skip
    axes.set_xticks(at, [str(month.month) for month in index["month"]])
    axes.set_xlabel(_("Month"))
    axes.set_ylabel(_("1.00 = mean month"))
    axes.margins(y=0.14)
    axes.grid(axis="x", visible=False)
    return figure


def landing_lines(path: pd.DataFrame, target: float, currency: str) -> Figure:
    """The landing as it was seen at the end of each month, against the target."""
    look = brand.load_brand()
    figure, axes = new_chart(height=2.9)
    axes.fill_between(path["seen_on"], path["low"], path["high"], color=look.primary, alpha=0.18, linewidth=0)
    axes.plot(path["seen_on"], path["median"], color=look.primary, marker="o", markersize=4)
    axes.axhline(target, color=look.foreground, linewidth=1.4, linestyle="--")
    axes.annotate(_("Target"), (1, target), xycoords=("axes fraction", "data"), xytext=(5, 0), va="center",
                  textcoords="offset points", fontsize=9)  # fmt: skip
    for row in path.itertuples():
        axes.annotate(formats.percent(row.probability, 0), (row.seen_on, 1), xycoords=("data", "axes fraction"), ha="center",
                      va="bottom", xytext=(0, 4), textcoords="offset points", fontsize=8, color=look.muted)  # fmt: skip
    axes.set_xticks(path["seen_on"], [formats.month_name(day) for day in path["seen_on"]])
    axes.set_xlabel(_("Seen at the end of the month"))
    _money(axes, currency)
    return figure


def share_dots(gains: pd.DataFrame) -> Figure:
    """Own share of each part of the market, now against the base."""
    look = brand.load_brand()
    at = np.arange(len(gains))[::-1]
    figure, axes = new_chart(height=1.2 + 0.42 * len(gains))
    axes.hlines(at, gains["base_share"] * 100, gains["share"] * 100, color=look.line, linewidth=3)
    axes.plot(gains["base_share"] * 100, at, "o", color=look.muted, markersize=7, label=_("Base"))
    axes.plot(gains["share"] * 100, at, "o", color=look.primary, markersize=8, label=_("Now"))
    for y, row in zip(at, gains.itertuples(), strict=True):
        text = formats.points(row.gain) if row.gain == row.gain else formats.percent(row.share)
        axes.annotate(text, (np.nanmax([row.share, row.base_share]) * 100, y), xytext=(10, 0), va="center",
                      textcoords="offset points", fontsize=9)  # fmt: skip
    axes.set_yticks(at, [name(part) for part in gains["part"]])
    axes.set_xlabel(_("Share of the market, %"))
    axes.margins(x=0.14, y=0.1)  # dots say where they lie, not how long they are: the axis need not begin at zero
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure


def share_lines(table: pd.DataFrame, names: list[str], labels: dict[str, str]) -> alt.Chart:
    """Market share of the largest companies by quarter; hover for figures."""
    shown = table[table["competitor"].isin(names)].assign(
        company=lambda t: t["competitor"].map(lambda c: name(labels.get(c, c))), percent=lambda t: (t["share"] * 100).round(2)
    )
    order = [name(labels.get(company, company)) for company in names]
    points = alt.Chart(shown[["window", "company", "percent", "rank", "sales"]])
    return points.mark_line(point=True).encode(
        alt.X("window:N", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True), sort=list(shown["window"].unique())),
        alt.Y("percent:Q", title=_("Share of the market, %"), scale=alt.Scale(zero=True)),
        alt.Color("company:N", title=None, sort=order, legend=alt.Legend(columns=3)),
        tooltip=[
            alt.Tooltip("company:N", title=_("Company")),
            alt.Tooltip("window:N", title=_("Quarter")),
            alt.Tooltip("percent:Q", title=_("Share, %")),
            alt.Tooltip("rank:Q", title=_("Rank")),
        ],
    ).properties(height=300)  # fmt: skip


def attainment_bullets(table: pd.DataFrame, threshold: float, currency: str) -> Figure:
    """Bullet chart: attainment of each part, the target as a line, the threshold as a lighter band."""
    look = brand.load_brand()
    table = table[table["attainment"].notna()].sort_values("attainment", ignore_index=True)
    at = np.arange(len(table))[::-1]
    figure, axes = new_chart(height=1.0 + 0.36 * len(table))
    top = max(1.1, float(table["attainment"].max()) * 1.02)
    axes.barh(at, top, color=look.panel, height=0.74)
    axes.barh(at, threshold, color=look.line, height=0.74)
    colours = [look.danger if share < threshold else look.primary for share in table["attainment"]]
    axes.barh(at, table["attainment"], color=colours, height=0.34)
    axes.vlines(1, -0.45, len(table) - 0.55, color=look.foreground, linewidth=2)
    for y, row in zip(at, table.itertuples(), strict=True):
        gap = formats.money(row.gap, currency)
        text = f"{formats.percent(row.attainment)}  {'+' if row.gap > 0 else ''}{gap}"
        axes.annotate(text, (top, y), xytext=(6, 0), va="center", textcoords="offset points", fontsize=9)
    axes.set_yticks(at, [name(part) for part in table["part"]])
    axes.set_xlim(0, top)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _at: formats.percent(value, 0)))
    axes.grid(visible=False)
    return figure


def waterfall(steps: pd.DataFrame, currency: str, labels: dict[str, str]) -> Figure:
    """From one period's sales to another's, step by step; the axis is cut where both ends are high, and says so."""
    look = brand.load_brand()
    amounts = steps["amount"].to_numpy(float)
    ends = np.r_[amounts[0], amounts[0] + np.cumsum(amounts[1:-1]), amounts[-1]]
    starts = np.r_[0, ends[:-2], 0]
    figure, axes = new_chart(height=3.4)
    at = np.arange(len(steps))
    whole = (steps["step"].isin(["base", "now"])).to_numpy()
    change = np.where(whole, 0, amounts)
    colours = np.where(whole, look.muted, np.where(change >= 0, look.success, look.danger))
    axes.bar(at, ends - starts, bottom=starts, color=colours, width=0.62)
    axes.hlines(ends[:-1], at[:-1] + 0.31, at[1:] - 0.31, color=look.line, linewidth=1)
    for x, (is_whole, amount, low, high) in enumerate(zip(whole, amounts, starts, ends, strict=True)):
        text = formats.money(amount, currency) if is_whole else ("+" if amount > 0 else "") + formats.money(amount, currency)
        axes.annotate(text, (x, max(low, high)), ha="center", va="bottom", xytext=(0, 3), textcoords="offset points",
                      fontsize=9)  # fmt: skip
    axes.set_xticks(at, [labels.get(step, name(step)) for step in steps["step"]])
    axes.set_ylim(bottom=0)
    axes.margins(y=0.12)
    axes.grid(axis="x", visible=False)
    _money(axes, currency)
    return figure


def estimate_dots(table: pd.DataFrame, part: str, target: float | None, axis: str, fraction: bool = True) -> Figure:
    """Estimates with their intervals, one line each, and the target."""
    look = brand.load_brand()
    factor = 100 if fraction else 1
    at = np.arange(len(table))[::-1]
    figure, axes = new_chart(height=1.0 + 0.34 * len(table))
    for y, row in zip(at, table.itertuples(), strict=True):
        judged = target is not None
        colour = look.primary if not judged or row.low <= target <= row.high else (
            look.success if row.low > target else look.danger)  # fmt: skip
        axes.plot([row.low * factor, row.high * factor], [y, y], color=colour, linewidth=2.4, solid_capstyle="butt")
        axes.plot(row.value * factor, y, "o", color=colour, markersize=7)
        text = formats.percent(row.value) if fraction else formats.number(row.value, 0)
        axes.annotate(text, (row.value * factor, y), ha="center", va="bottom", xytext=(0, 6),
                      textcoords="offset points", fontsize=9)  # fmt: skip
    if target is not None:
        axes.axvline(target * factor, color=look.foreground, linewidth=1.4, linestyle="--")
    axes.set_yticks(at, [name(label) for label in table[part]])
    axes.set_xlabel(axis)
    axes.margins(x=0.08, y=0.12)
    axes.grid(axis="y", visible=False)
    return figure


def new_customer_bars(by_month: pd.DataFrame) -> Figure:
    """First-ever buyers by month, one colour a channel type."""
    look = brand.load_brand()
    wide = by_month.pivot(index="month", columns="part", values="new_customers").fillna(0)
    figure, axes = new_chart(height=3.0)
    at, floor = np.arange(len(wide)), np.zeros(len(wide))
    for colour, part in zip([look.primary, look.warning, look.muted], wide.columns, strict=False):
        axes.bar(at, wide[part], bottom=floor, color=colour, width=0.66, label=name(part))
        floor = floor + wide[part].to_numpy(float)
    for x, total in zip(at, floor, strict=True):
        axes.annotate(formats.number(total), (x, total), ha="center", va="bottom", xytext=(0, 2),
                      textcoords="offset points", fontsize=8)  # fmt: skip
    ticks = [f"{m.month}\n{m.year}" if i == 0 or m.month == 1 else str(m.month) for i, m in enumerate(wide.index)]
    axes.set_xticks(at, ticks)
    axes.set_ylabel(_("New customers"))
    axes.margins(y=0.12)
    axes.grid(axis="x", visible=False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return figure


def checkpoint_lines(weeks: pd.DataFrame, threshold: float) -> alt.LayerChart:
    """Cumulative attainment at the end of every week; hover for figures, drag to pan."""
    look = brand.load_brand()
    shown = weeks.assign(percent=(weeks["attainment"] * 100).round(2), breach=weeks["breach"].map({True: "b", False: "k"}))
    shown = shown[["checkpoint", "end", "percent", "breach", "cumulative_actual", "cumulative_target"]]
    low = min(threshold * 100 - 5, float(shown["percent"].min()) - 2)
    high = max(105.0, float(shown["percent"].quantile(0.95)) + 5)
    base = alt.Chart(shown).encode(
        alt.X("end:T", title=_("Week ending"), axis=alt.Axis(format="%m-%d")),
        alt.Y("percent:Q", title=_("Cumulative actual to plan, %"), scale=alt.Scale(domain=[low, high], clamp=True)),
        tooltip=[
            alt.Tooltip("checkpoint:N", title=_("Week")),
            alt.Tooltip("percent:Q", title=_("Attainment, %")),
            alt.Tooltip("cumulative_actual:Q", title=_("Actual"), format=",.0f"),
            alt.Tooltip("cumulative_target:Q", title=_("Plan"), format=",.0f"),
        ],
    )  # fmt: skip
    colour = alt.Color("breach:N", scale=alt.Scale(domain=["b", "k"], range=[look.danger, look.primary]), legend=None)
    rule = alt.Chart(pd.DataFrame({"y": [threshold * 100]})).mark_rule(strokeDash=[5, 4], color=look.foreground).encode(y="y:Q")
    return (base.mark_line(color=look.muted) + base.mark_point(size=45).encode(colour) + rule).properties(height=260)


def driver_bars(drivers: pd.DataFrame) -> Figure:
    """What dissatisfaction goes with: shares of the explained part, with intervals."""
    look = brand.load_brand()
    at = np.arange(len(drivers))[::-1]
    figure, axes = new_chart(height=1.0 + 0.38 * len(drivers))
    axes.barh(at, drivers["importance"] * 100, color=look.primary, height=0.6)
    axes.hlines(at, drivers["low"] * 100, drivers["high"] * 100, color=look.foreground, linewidth=1.6)
    for y, row in zip(at, drivers.itertuples(), strict=True):
        axes.annotate(formats.percent(row.importance, 0), (row.high * 100, y), xytext=(6, 0), va="center",
                      textcoords="offset points", fontsize=9)  # fmt: skip
    axes.set_yticks(at, [name(driver) for driver in drivers["driver"]])
    axes.set_xlabel(_("Share of explained dissatisfaction, %"))
    axes.set_xlim(left=0)
    axes.margins(x=0.12)
    axes.grid(axis="y", visible=False)
    return figure


def _months(axes) -> None:
    axes.xaxis.set_major_locator(mdates.MonthLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _at: str(mdates.num2date(value).month)))
    axes.set_xlabel(_("Month"))


def _money(axes, currency: str) -> None:
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _at: formats.money(value, currency) if value else "0"))
