"""Charts of sources and their quality (plan items 2.1.1 to 2.1.3 and 2.2.1)."""

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from brandops.i18n import gettext as _
from brandops.present import brand, formats
from brandops.present.charts import new_chart
from brandops.present.sentences.data_collection import LEDGER_MONTHS
from brandops.present.sentences.data_names import rule_name, table_name, words

MAX_BARS = 12


def completeness_map(completeness: pd.DataFrame) -> Figure:
    """Rows per month and source as a share of the usual number; thin months carry their share in words."""
    look = brand.load_brand()
    labelled = completeness.assign(label=_source_labels(completeness))
    order = labelled["label"].drop_duplicates()
    shares = labelled.pivot(index="label", columns="month", values="ratio").loc[order]
    notes = shares.map(lambda share: formats.percent(share, 0) if share < 0.5 else "")
    shades = LinearSegmentedColormap.from_list("rows", [look.background, brand.mix(look.primary, look.background, 0.75)])
    figure, axes = new_chart(height=1.25 + 0.32 * len(shares))
    sns.heatmap(
        shares.clip(upper=1), vmin=0, vmax=1, cmap=shades, annot=notes, fmt="", linewidths=1.5,
        linecolor=look.background, ax=axes, annot_kws={"color": look.danger, "size": 9},
        cbar_kws={"label": _("Rows to the usual number"), "ticks": [0, 0.5, 1], "shrink": 0.9, "pad": 0.015},
    )  # fmt: skip
    bar = axes.collections[0].colorbar
    bar.set_ticklabels(["0%", "50%", "100%+"])
    bar.outline.set_visible(False)
    months = shares.columns
    axes.set_xticks([i + 0.5 for i in range(len(months))], [_month_tick(months, i) for i in range(len(months))], rotation=0)
    axes.grid(False)
    axes.set(xlabel=_("Month"), ylabel="")
    axes.tick_params(axis="y", rotation=0)
    return figure


def ledger_bars(reconciled: pd.DataFrame, currency: str) -> Figure:
    """Difference between loaded net sales and ledger by month, zero at the baseline."""
    look = brand.load_brand()
    known = reconciled[reconciled["agrees"].notna()].tail(LEDGER_MONTHS)
    figure, axes = new_chart(height=2.8)
    colours = [look.muted if agrees else look.danger for agrees in known["agrees"]]
    axes.bar(known["month"], known["difference"], width=22, color=colours)
    axes.axhline(0, color=look.foreground, linewidth=0.8)
    for row in known[~known["agrees"].astype(bool)].itertuples():
        axes.annotate(formats.money(row.difference, currency), (row.month, row.difference), ha="center", fontsize=9,
                      va="bottom" if row.difference > 0 else "top", xytext=(0, 3 if row.difference > 0 else -3),
                      textcoords="offset points")  # fmt: skip
    axes.margins(y=0.18)
    axes.grid(axis="x", visible=False)
    axes.yaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.money(value, currency)))
    axes.set(xlabel=_("Month"), ylabel=_("Loaded less ledger"))
    return figure


def quarantine_bars(valued: pd.DataFrame) -> Figure:
    """Rejected rows by table and rule, most first; rows that are lost stand out from repeats."""
    look = brand.load_brand()
    grouped = valued.groupby(["table", "rule", "lost"], as_index=False)["rows"].sum()
    top = grouped.sort_values(["rows", "table", "rule"], ascending=[False, True, True]).head(MAX_BARS)
    labels = [_("{table}: {rule}").format(table=table_name(t), rule=rule_name(r).lower())
              for t, r in zip(top["table"], top["rule"], strict=True)]  # fmt: skip
    figure, axes = new_chart(height=1.1 + 0.3 * len(top))
    bars = axes.barh(labels, top["rows"], color=[look.danger if lost else look.muted for lost in top["lost"]], height=0.65)
    axes.bar_label(bars, [formats.number(rows) for rows in top["rows"]], padding=4, fontsize=9)
    axes.invert_yaxis()
    # A file sent twice has thousands of rows where other defects have a handful.
    if top["rows"].max() > 50 * max(top["rows"].min(), 1):
        axes.set_xscale("symlog", linthresh=1)
        axes.set_xlim(0, top["rows"].max() * 4)
        axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.number(value)))
        axes.set_xlabel(_("Rejected rows (logarithmic scale)"))
    else:
        axes.margins(x=0.1)
        axes.set_xlabel(_("Rejected rows"))
    axes.grid(axis="y", visible=False)
    handles = [mpl.patches.Patch(color=look.danger, label=_("lost until mended")),
               mpl.patches.Patch(color=look.muted, label=_("repeated or dropped on purpose"))]  # fmt: skip
    axes.legend(handles=handles, loc="lower right")
    return figure


def spend_bars(links: pd.DataFrame, currency: str) -> Figure:
    """Advertising spend by platform, largest first, split by whether its campaign is known."""
    look = brand.load_brand()
    names = [words(platform) for platform in links["platform"]]
    rest = links["spend"] - links["linked_spend"]
    figure, axes = new_chart(height=1.3 + 0.42 * len(links))
    axes.barh(names, links["linked_spend"], color=look.primary, height=0.6, label=_("Campaign known"))
    bars = axes.barh(names, rest, left=links["linked_spend"], color=look.line, height=0.6, label=_("No campaign"))
    totals = [_("{money}, {share} known").format(money=formats.money(spend, currency), share=formats.percent(share, 0))
              for spend, share in zip(links["spend"], links["linked_share"], strict=True)]  # fmt: skip
    axes.bar_label(bars, totals, padding=4, fontsize=9)
    axes.set_xlim(0, links["spend"].max() * 1.32)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _at: formats.money(value, currency)))
    axes.set_xlabel(_("Spend"))
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return figure


def _source_labels(completeness: pd.DataFrame) -> pd.Series:
    """The table's name; with the source's where several sources feed it."""
    feeding = completeness.groupby("table")["source"].transform("nunique")
    names = completeness["table"].map(table_name)
    several = names + " · " + completeness["source"].map(words)
    return names.where(feeding == 1, several)


def _month_tick(months: pd.DatetimeIndex, at: int) -> str:
    """Month number, with the year below the first month of each year shown."""
    month = months[at]
    first = at == 0 or month.month == 1
    return f"{month.month}\n{month.year}" if first else str(month.month)
