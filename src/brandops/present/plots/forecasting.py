"""Charts of plan section 3: the fan, the decomposition, errors by step, ranks, residuals, coverage."""

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from brandops.i18n import gettext as _
from brandops.present import brand, formats
from brandops.present.charts import new_chart
from brandops.present.sentences.forecasting import model_name, part_name

SHOWN = 36  # steps of history in the fan chart


def fan(history: pd.DataFrame, ahead: pd.DataFrame, currency: str) -> Figure:
    """History and forecast with its 80 % and 95 % intervals."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.8)
    seen = history.tail(SHOWN)
    axes.plot(seen["ds"], seen["y"], color=look.foreground, label=_("Net sales"))
    last = seen.iloc[-1]
    dates = [last["ds"], *ahead["ds"]]
    for level, alpha in ((95, 0.15), (80, 0.25)):
        low, high = ([last["y"], *ahead[f"{side}-{level}"]] for side in ("lo", "hi"))
        axes.fill_between(dates, low, high, color=look.primary, alpha=alpha, linewidth=0,
                          label=_("{level} interval").format(level=formats.percent(level / 100, 0)))  # fmt: skip
    axes.plot(dates, [last["y"], *ahead["mean"]], color=look.primary, linestyle="--", label=_("Forecast"))
    axes.set_ylim(bottom=min(0, float(seen["y"].min())))
    _money(axes, currency)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4)
    return figure


def decomposition(parts: pd.DataFrame, currency: str) -> Figure:
    """Trend, season and remainder of STL, one above the other."""
    look = brand.load_brand()
    figure, axes = new_chart(height=5.2, nrows=3, sharex=True)
    titles = {"trend": _("Trend"), "seasonal": _("Season"), "remainder": _("Remainder")}
    for axis, (column, title) in zip(axes, titles.items(), strict=True):
        if column == "remainder":
            axis.bar(parts["ds"], parts[column], width=20, color=look.muted)
        else:
            axis.plot(parts["ds"], parts[column], color=look.primary)
        axis.set_title(title)
        _money(axis, currency)
    return figure


def error_by_step(table: pd.DataFrame) -> Figure:
    """Mean absolute scaled error by steps ahead of the combination and the naive rule."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.0)
    wide = table.pivot(index="step", columns="model", values="mase")
    colours = {"combination": look.primary, "seasonal_naive": look.muted, "neural": look.warning}
    for model, colour in colours.items():
        if model in wide:
            axes.plot(wide.index, wide[model], marker="o", color=colour, label=model_name(model))
    axes.set_xticks(list(wide.index))
    axes.set_xlabel(_("Steps ahead"))
    axes.set_ylabel("MASE")
    axes.set_ylim(bottom=0)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return figure


def ranks(table: pd.DataFrame) -> Figure:
    """Mean ranks with the intervals of multiple comparisons with the best."""
    look = brand.load_brand()
    figure, axes = new_chart(height=1.0 + 0.34 * len(table))
    at = np.arange(len(table))[::-1]
    best = float(table["high"].iloc[0])
    axes.axvspan(float(table["low"].iloc[0]), best, color=look.primary, alpha=0.12, linewidth=0)
    for y, row in zip(at, table.itertuples(), strict=True):
        colour = look.primary if row.tied else look.muted
        axes.plot([row.low, row.high], [y, y], color=colour, linewidth=2.4, solid_capstyle="butt")
        axes.plot(row.mean_rank, y, "o", color=colour, markersize=7)
    axes.set_yticks(at, [model_name(model) for model in table["model"]])
    axes.set_xlabel(_("Mean rank over the series; 1 is best"))
    axes.margins(y=0.1)
    axes.grid(axis="y", visible=False)
    return figure


def coverage(table: pd.DataFrame) -> Figure:
    """Coverage of both intervals by steps ahead against their levels."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.0)
    for level, colour in ((95, look.primary), (80, look.warning)):
        part = table[(table["level"] == level) & (table["step"] > 0)]
        axes.plot(part["step"], part["coverage"] * 100, marker="o", color=colour,
                  label=_("{level} interval").format(level=formats.percent(level / 100, 0)))  # fmt: skip
        axes.axhline(level, color=colour, linestyle="--", linewidth=1)
    axes.set_xticks(sorted(set(table.loc[table["step"] > 0, "step"])))
    axes.set_xlabel(_("Steps ahead"))
    axes.set_ylabel(_("What came inside, %"))
    axes.set_ylim(top=101)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure


def neural_gain(table: pd.DataFrame, names: dict[str, str], label: str | None = None) -> Figure:
    """How much smaller the network's error is than the linear model's (or as `label` says), by series."""
    look = brand.load_brand()
    figure, axes = new_chart(height=1.0 + 0.26 * len(table))
    at = np.arange(len(table))[::-1]
    axes.barh(at, table["gain"] * 100, color=[look.primary if g > 0 else look.muted for g in table["gain"]], height=0.66)
    axes.axvline(0, color=look.foreground, linewidth=1)
    axes.set_yticks(at, [names.get(series, series) for series in table["unique_id"]])
    axes.set_xlabel(label or _("Error of the neural network below that of linear regression, %"))
    axes.grid(axis="y", visible=False)
    return figure


def worth(table: pd.DataFrame) -> Figure:
    """Error avoided against the naive rule by part (row) and year (column): a heat map."""
    wide = table.pivot_table(index=["dimension", "part"], columns="year", values="gain", sort=False) * 100
    figure, axes = new_chart(height=1.2 + 0.26 * len(wide))
    shades = LinearSegmentedColormap.from_list("gain", [brand.load_brand().danger, "#ffffff", brand.load_brand().primary])
    axes.imshow(wide.clip(-100, 100), aspect="auto", cmap=shades, vmin=-100, vmax=100)
    for (row, column), value in np.ndenumerate(wide.to_numpy()):
        if np.isfinite(value):
            axes.text(column, row, formats.signed(value, 0) + "%", ha="center", va="center", fontsize="small",
                      color="white" if abs(value) > 60 else brand.load_brand().foreground)  # fmt: skip
    axes.set_xticks(range(len(wide.columns)), [str(year) for year in wide.columns])
    axes.set_yticks(range(len(wide)), [part_name(part) for _dimension, part in wide.index])
    edges = np.flatnonzero(np.diff(wide.index.get_level_values("dimension").factorize()[0]))
    for edge in edges:
        axes.axhline(edge + 0.5, color=brand.load_brand().foreground, linewidth=1)
    axes.grid(visible=False)
    return figure


def origins(rows: pd.DataFrame, currency: str) -> Figure:
    """What each forecast of the total said when it was made (dashed lines) and what came."""
    look = brand.load_brand()
    figure, axes = new_chart(height=3.4)
    came = rows.drop_duplicates("ds").sort_values("ds")
    for label, (_origin, made) in zip([_("Forecast"), *[None] * len(rows)], rows.groupby("origin"), strict=False):
        axes.plot(made["ds"], made["mean"], color=look.primary, linestyle="--", linewidth=1.2, alpha=0.8, label=label)
    axes.plot(came["ds"], came["y"], color=look.foreground, label=_("Net sales"))
    axes.set_ylim(bottom=0)
    _money(axes, currency)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure


def _money(axes: object, currency: str) -> None:
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _at: formats.money(value, currency)))
