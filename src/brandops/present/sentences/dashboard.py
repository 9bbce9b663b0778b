"""Sentences and names of plan section 8: what the board looks at, and how the pages keep their own rules."""

from collections.abc import Callable, Iterable

import pandas as pd

from brandops.analysis.cube import NONE, OTHER, Cube
from brandops.i18n import gettext as _
from brandops.i18n import mark, ngettext, shown
from brandops.periods import Period
from brandops.present import formats
from brandops.present.items import SECTIONS
from brandops.present.results import PageResults
from brandops.present.sentences import goals, goals_names
from brandops.present.sentences.channels_names import name

_PLURAL = {"region": mark("regions"), "product": mark("products"), "brand": mark("brands"), "segment": mark("segments"),
           "week": mark("weeks")}  # fmt: skip
_SCHEMES = {"light": mark("Light pages"), "dark": mark("Dark pages")}
_SIGHT = {"protanopia": mark("No red cones"), "deuteranopia": mark("No green cones"), "tritanopia": mark("No blue cones")}
_GRAINS = {"month": mark("Month"), "quarter": mark("Quarter"), "year": mark("Year")}


def namer(channels: dict[str, str], products: pd.DataFrame | None) -> Callable[[str, str], str]:
    """The reader's word for a value of a dimension; `products` is the mart (product_id, product)."""
    known = {} if products is None or "product" not in products else products.set_index("product_id")["product"].dropna().to_dict()

    def label(dimension: str, value: str) -> str:
        if value == OTHER:
            return _("All others")
        if value == NONE:
            return _("Not known")
        if value.endswith("|" + OTHER):
            brand, category, _other = value.split("|")
            brand = _("Other brands") if brand == OTHER else shown(brand)
            return _("Other products: {brand}, {category}").format(brand=brand, category=shown(category))
        if dimension == "channel":
            return shown(channels.get(value, value))
        if dimension == "product":
            return shown(known.get(value, value))
        text = shown(value)
        return text if text != value or ("_" not in value and not value.islower()) else name(value).capitalize()

    return label


def answer(figures: pd.DataFrame, currency: str) -> list[str]:
    """What the board looks at first: the quarter's (or other period's) sales, margin and how they moved."""
    row = figures.iloc[0]
    parts = [_("{period}: net sales {sales}").format(period=row["period"], sales=formats.money(row["net_sales"], currency))]
    if not formats.missing(row["growth"]):
        parts.append(_("{change} against a year ago").format(change=formats.signed(row["growth"] * 100) + "%"))
    if not formats.missing(row["margin_rate"]):
        parts.append(_("gross margin {rate} of sales").format(rate=formats.percent(row["margin_rate"])))
    return [_("{parts}.").format(parts=_(", ").join(parts))]


def movers(cube: Cube, label: Callable[[str, str], str], dimension: str, now: tuple, before: tuple, currency: str) -> str:
    """The part of a dimension that gained most and the one that lost most against a year ago; empty without a year before."""
    sums = [cube.cells[cube.cells["month"].between(*span)].groupby(dimension)["net_sales"].sum() / cube.scale["net_sales"]
            for span in (now, before)]  # fmt: skip
    if sums[1].empty:
        return ""
    moved = sums[0].sub(sums[1], fill_value=0).drop([OTHER, NONE], errors="ignore").sort_values()
    if len(moved) < 2:
        return ""
    words = [(label(dimension, part), formats.money(moved[part], currency)) for part in (moved.index[-1], moved.index[0])]
    if moved.iloc[0] >= 0:
        return _("{best} gained most against a year ago (+{gain}); no part lost.").format(best=words[0][0], gain=words[0][1])
    if moved.iloc[-1] <= 0:
        return _("{worst} lost most against a year ago ({loss}); no part gained.").format(worst=words[1][0], loss=words[1][1])
    return _("{best} gained most against a year ago (+{gain}), {worst} lost most ({loss}).").format(
        best=words[0][0], gain=words[0][1], worst=words[1][0], loss=words[1][1])  # fmt: skip


def what_it_holds(cube: Cube, first: pd.Timestamp, last: pd.Timestamp, labels: dict[str, str]) -> str:
    """What the dashboard's cube is a sum of."""
    dimensions = _(", ").join(labels[dimension].lower() for dimension in cube.dimensions) or _("nothing else")
    text = _("The dashboard sums {count} cells of own sales by week and month, {dimensions}, from {first} to {last}.").format(
        count=formats.number(len(cube.cells)), dimensions=dimensions, first=formats.day(first), last=formats.day(last))  # fmt: skip
    if not cube.single:
        return text
    parts = [_("the {count} largest {what}").format(count=formats.number(keep), what=_(_PLURAL[dimension]))
             for dimension, keep in cube.single.items() if keep]  # fmt: skip
    dropped = [_(_PLURAL[dimension]) for dimension, keep in cube.single.items() if not keep]
    more = (
        [_("It shows singly {parts}; all others are summed, so that totals stay whole.").format(parts=_(", ").join(parts))]
        if parts
        else []
    )
    more += [_("It is not split by {what}: the page would become too large.").format(what=_(", ").join(dropped))] if dropped else []
    return formats.sentences(text, *more)


def total_agrees(difference: float, total: float, currency: str) -> str:
    """Whether the dashboard's total is the report's."""
    if round(difference, 2) == 0:
        return _("The dashboard's net sales of the period, {total}, are those of the sales mart to the cent.").format(
            total=formats.money_exact(total, currency))  # fmt: skip
    return _("The dashboard's net sales of the period differ from the sales mart by {difference}.").format(
        difference=formats.money_exact(difference, currency))  # fmt: skip


def colours(count: int, contrast: float, apart: float) -> str:
    """How many colours there are, how readable and how far apart."""
    return ngettext(
        "{count} categorical colour; the lowest contrast is {contrast} to 1; for readers who lack a kind of cone the two nearest "
        "colours are {apart} apart (about 2 is just noticeable).",
        "{count} categorical colours; the lowest contrast is {contrast} to 1; for readers who lack a kind of cone the two nearest "
        "colours are {apart} apart (about 2 is just noticeable).", count,
    ).format(count=count, contrast=formats.number(contrast, 1), apart=formats.number(apart, 1))  # fmt: skip


def distances(found: pd.DataFrame) -> str:
    """How far readers are from the figures."""
    if found.empty:
        return _("No other page has stated a figure yet.")
    return _("{count} items are stated; from the overview the furthest is {overview} away, from any other page {furthest}.").format(
        count=formats.number(len(found)), overview=clicks_text(int(found["from_overview"].max())),
        furthest=clicks_text(int(found["furthest"].max())))  # fmt: skip


def clicks_text(count: int) -> str:
    """`2 clicks`."""
    return ngettext("{count} click", "{count} clicks", count).format(count=count)


def step_names(steps: Iterable[str], period: Period) -> list[str]:
    """What the bars of a bridge to a period from a year before are called."""
    ends = {"base": str(period.year_ago()), "now": str(period)}
    return [ends.get(step) or goals_names.name(step) for step in steps]


def bridge(steps: pd.DataFrame, period: Period, currency: str) -> str:
    """What moved sales from a year ago to the period."""
    return goals.bridge(steps, str(period.year_ago()), str(period), currency)


def glyphs(used: int, missing: list[str]) -> str:
    """Whether the charts' font draws all the pages say."""
    if missing:
        return _("The charts' font lacks {count} characters: {missing}").format(count=len(missing), missing=" ".join(missing[:20]))
    return _("The charts' font draws all {count} different characters of the pages' words and of the data's names.").format(
        count=formats.number(used))  # fmt: skip


def commands(lengths: pd.DataFrame) -> str:
    """How the reports of other lengths are made."""
    made = _(", ").join(f"make report PERIOD={period}" for period in lengths["period"])
    return _("Each is one command: {commands}.").format(commands=made)


def data_file(size: int, cells: int, last: pd.Timestamp) -> str:
    """What the data file weighs and how far it reaches."""
    return _("The dashboard's data file holds {cells} cells up to {last} in {size} MB; a report built anew replaces it under an "
             "open page.").format(
        cells=formats.number(cells), last=formats.day(last), size=formats.number(size / 1e6, 1))  # fmt: skip


def widths(tested: Iterable[int]) -> str:
    """At which widths the page tests open every page."""
    return _("The page tests open every page of a report at {widths} px in a real browser and fail on overflow, a console message "
             "or a request to another host.").format(widths=_(", ").join(map(str, tested)))  # fmt: skip


def layers(results: list[PageResults]) -> pd.DataFrame:
    """What lies on each page: page, items, figures, charts, tables."""
    rows = [(_page_title(r.notebook), len(r.items()), len(r.figures), len(r.charts), len(r.tables)) for r in results]
    return pd.DataFrame(rows, columns=["page", "items", "figures", "charts", "tables"])


def interaction(layers: pd.DataFrame) -> str:
    """What readers can do with what the other pages show."""
    return _("The other pages hold {tables} tables, each sorted by its heads, filtered by words and downloaded, and {charts} "
             "charts, each enlarged by a click or the Enter key, with its data behind it.").format(
        tables=formats.number(layers["tables"].sum()), charts=formats.number(layers["charts"].sum()))  # fmt: skip


def scheme_name(scheme: str) -> str:
    """Light or dark pages."""
    return _(_SCHEMES[scheme])


def sight_name(deficiency: str) -> str:
    """What kind of cone a reader lacks."""
    return _(_SIGHT[deficiency])


def grain_name(grain: str) -> str:
    """Month, quarter or year."""
    return _(_GRAINS[grain])


def _page_title(notebook: str) -> str:
    number = str(int(notebook[:2]))
    return f"{number} {_(SECTIONS[number])}" if number in SECTIONS else _("Overview")
