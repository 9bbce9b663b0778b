"""Where every figure comes from: figure → marts → tables → sources, with the rows loaded and those in quarantine.

The page is written from the notebooks' results and the marts `sources` and `quarantine`; every item has the anchor
`lineage-1-3-1`, every mart `mart-sales_monthly`, every source `source-erp_orders`.
"""

from collections.abc import Iterable
from html import escape

import pandas as pd

from brandops.i18n import gettext as _
from brandops.i18n import shown
from brandops.pipeline.cells import PageText, page_file, raw
from brandops.present import formats, html
from brandops.present.items import ITEMS
from brandops.present.results import Figure, PageResults
from brandops.present.sentences.data_names import rule_name, table_name
from brandops.warehouse.origins import maker_of, tables_of

NAME = "lineage"
Row = tuple[str, list[str]]  # anchor (or nothing) and the cells' markup
_FEW = 2  # links that stand in a narrow column


def lineage_page(results: list[PageResults], sources: pd.DataFrame | None, quarantine: pd.DataFrame | None) -> PageText:
    """The page of all figures' origins.

    Parameters
    ----------
    results
        What the notebooks state.
    sources, quarantine
        The marts; None: nothing is known of the files.
    """
    intro = _(
        "Every figure of the whole period with the marts it was computed from; each mart with the tables and the query it is made "
        "of; each source with its rows. Rows in are rows loaded and rows in quarantine, always."
    )
    marts = {name: rows for page in results for name, rows in page.marts.items() if rows is not None}
    parts = [
        intro,
        f"## {_('Figures')} {{#figures}}\n\n" + _figures(results, sources),
        f"## {_('Marts')} {{#marts}}\n\n" + _marts(marts),
    ]
    if sources is not None and len(sources):
        parts.append(f"## {_('Sources')} {{#sources}}\n\n" + _sources(sources))
    if quarantine is not None and len(quarantine):
        parts.append(f"## {_('Quarantine')} {{#quarantine}}\n\n" + _quarantine(quarantine))
    return PageText(NAME, _("Lineage"), "\n\n".join(parts))


def anchor(item: str) -> str:
    """Anchor of an item on the page."""
    return "lineage-" + item.replace(".", "-")


def sources_of(marts: Iterable[str], sources: pd.DataFrame | None) -> pd.DataFrame:
    """Rows of the mart `sources` that feed any of `marts`."""
    tables = {table for mart in marts for table in tables_of(mart)}
    if sources is None:
        return pd.DataFrame(columns=["source", "table", "loaded", "quarantined"])
    return sources[sources["table"].isin(tables)]


def items_of(results: list[PageResults]) -> dict[str, tuple[PageResults, list[Figure]]]:
    """Items in the plan's order with their page and figures."""
    pages = {item: page for page in results for item in page.items()}
    return {item: (pages[item], pages[item].figures_of(item)) for item in ITEMS if item in pages}


def table(heads: list[str], rows: list[Row], label: str) -> str:
    """A table as a page has it: scrollable, its rows with anchors."""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(
        (f'<tr id="{escape(anchor_)}">' if anchor_ else "<tr>") + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        for anchor_, cells in rows
    )
    return raw(
        f'<div class="bo-scroll" role="region" aria-label="{escape(label)}" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _figures(results: list[PageResults], sources: pd.DataFrame | None) -> str:
    rows: list[Row] = []
    known = {name for page in results for name, count in page.marts.items() if count is not None}
    for item, (page, figures) in items_of(results).items():
        overall = [figure for figure in figures if not figure.grain] or figures[:1]
        for number, figure in enumerate(overall):
            evidence = f"{page_file(page.notebook)}#{ITEMS[item].anchor}"
            cells = [
                f'<a href="{evidence}">{item}</a>',
                escape(figure.name),
                escape(html.value_text(figure)),
                *_origin(figure, sources, known),
            ]
            rows.append((anchor(item) if number == 0 else "", cells))
        if not overall:
            rows.append((anchor(item), [item, escape(ITEMS[item].title), formats.DASH, formats.DASH, formats.DASH, "", ""]))
    heads = [_("Item"), _("Figure"), _("Value"), _("Marts"), _("Sources"), _("Rows loaded"), _("In quarantine")]
    return table(heads, rows, _("Figures"))


def _origin(figure: Figure, sources: pd.DataFrame | None, known: set[str]) -> list[str]:
    """Marts, sources, rows loaded and rows in quarantine behind a figure."""
    if not figure.source:
        return [escape(_("other pages' results")), formats.DASH, formats.DASH, formats.DASH]
    found = sources_of(figure.source, sources)
    marts = _listed(f'<a href="#mart-{escape(name)}"><code>{escape(name)}</code></a>' for name in figure.source if name in known)
    named = _listed(f'<a href="#source-{escape(name)}">{escape(name)}</a>' for name in found["source"].unique())
    counts = [formats.number(found[column].sum()) if len(found) else formats.DASH for column in ("loaded", "quarantined")]
    return [marts, named or formats.DASH, *counts]


def _listed(links: Iterable[str]) -> str:
    """Links one after the other; with the width of a phone where there are several."""
    found = list(links)
    text = _(", ").join(found)
    return f'<span class="bo-long">{text}</span>' if len(found) > _FEW else text


def _marts(marts: dict[str, int]) -> str:
    heads = [_("Mart"), _("Rows"), _("Made of"), _("Query")]
    rows: list[Row] = []
    for name in sorted(marts):
        tables = [f'<a href="data_dictionary.html#{table_}">{escape(table_name(table_))}</a>' for table_ in tables_of(name)]
        made_of = _(", ").join(tables) or escape(_("every table"))
        rows.append((f"mart-{name}", [f"<code>{name}</code>", formats.number(marts[name]), made_of,
                                          f"<code>brandops.warehouse.{maker_of(name)}</code>"]))  # fmt: skip
    return table(heads, rows, _("Marts"))


def _sources(sources: pd.DataFrame) -> str:
    heads = [_("Source"), _("Table"), _("Files"), _("Rows in"), _("Loaded"), _("In quarantine"), _("From"), _("To"), _("Owner")]
    rows: list[Row] = []
    seen: set[str] = set()
    for row in sources.sort_values(["source", "table"]).itertuples():
        counts = [formats.number(value) for value in (row.files, row.rows_in, row.loaded, row.quarantined)]
        days = [formats.DASH if pd.isna(day) else formats.day(day) for day in (row.first_date, row.last_date)]
        owner = escape(shown(row.owner)) if isinstance(row.owner, str) and row.owner else formats.DASH
        where = f'<a href="data_dictionary.html#{row.table}">{escape(table_name(row.table))}</a>'
        rows.append(("" if row.source in seen else f"source-{row.source}", [escape(row.source), where, *counts, *days, owner]))
        seen.add(row.source)
    return table(heads, rows, _("Sources"))


def _quarantine(quarantine: pd.DataFrame) -> str:
    keys = ["source", "table", "rule"]
    distinct = quarantine.drop_duplicates([*keys, "file", "row"])
    counted = (
        distinct.groupby(keys).size().rename("rows").reset_index().sort_values(["rows", *keys], ascending=[False] + [True] * 3)
    )
    rows: list[Row] = [
        ("", [f'<a href="#source-{escape(row.source)}">{escape(row.source)}</a>', escape(table_name(row.table)),
              escape(rule_name(row.rule)), formats.number(row.rows)]) for row in counted.itertuples()
    ]  # fmt: skip
    return table([_("Source"), _("Table"), _("What is wrong"), _("Rows")], rows, _("Quarantine"))
