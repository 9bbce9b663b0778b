"""The reviewer's checklist: per item its status and figure, the ways to evidence and lineage, and what has been checked."""

from html import escape

import pandas as pd

from brandops.i18n import gettext as _
from brandops.pipeline import lineage
from brandops.pipeline.cells import PageText, page_file, raw
from brandops.present import formats, html
from brandops.present.items import ITEMS, SECTIONS
from brandops.present.results import Figure, PageResults
from brandops.present.scorecard import deciding_figure
from brandops.warehouse.origins import tables_of

NAME = "checklist"
BOX = "☐"  # for the reviewer's pen


def checklist_page(results: list[PageResults], sources: pd.DataFrame | None, ledger: pd.DataFrame | None) -> PageText:
    """The page of all items to be reviewed.

    Parameters
    ----------
    results
        What the notebooks state.
    sources, ledger
        The marts `sources` and `ledger_reconciliation`; None: there is none.
    """
    intro = _(
        "Before the report is signed, go through the items: the figure, its evidence, where it comes from, and three checks. "
        "Sales are reconciled if they equal the ledger to the cent; rows in quarantine are those of the figure's own sources; "
        "an estimate needs an interval, a count does not."
    )
    off = _off_ledger(ledger)
    stated = lineage.items_of(results)
    parts = [intro]
    for number in SECTIONS:
        rows = [_row(item, *stated[item], sources, off) for item in stated if item.startswith(f"{number}.")]
        if rows:
            heading = f"## {number} {ITEMS[f'{number}.1.1'].section} {{#check-{number}}}"
            parts.append(f"{heading}\n\n" + lineage.table(_heads(), rows, ITEMS[f"{number}.1.1"].section))
    missing = [item for item in ITEMS if item not in stated]
    if missing:
        parts.append(raw(html.quiet(_("Without a page yet: {items}.").format(items=_(", ").join(missing)))))
    return PageText(NAME, _("Reviewer's checklist"), "\n\n".join(parts))


def _heads() -> list[str]:
    return [_("Item"), _("Status"), _("Figure"), _("Lineage"), _("Reconciled"), _("In quarantine"), _("Interval"),
            _("Reviewed")]  # fmt: skip


def _row(
    item: str, page: PageResults, figures: list[Figure], sources: pd.DataFrame | None, off: float | None
) -> tuple[str, list[str]]:
    figure = deciding_figure(figures)
    evidence = f'<a href="{page_file(page.notebook)}#{ITEMS[item].anchor}">{item} {escape(ITEMS[item].title)}</a>'
    origin = f'<a href="{lineage.NAME}.html#{lineage.anchor(item)}">{escape(_("Lineage"))}</a>'
    status = html.badge(page.status(item))
    if figure is None:
        return (f"check-{item.replace('.', '-')}", [evidence, status, formats.DASH, origin, *[formats.DASH] * 3, BOX])
    found = lineage.sources_of(figure.source, sources)
    rejected = formats.number(found["quarantined"].sum()) if len(found) else formats.DASH
    shown = f"{escape(figure.name)}<br><b>{escape(html.value_text(figure))}</b>"
    cells = [evidence, status, shown, origin, _reconciled(figure, off), rejected, _interval(figure), BOX]
    return (f"check-{item.replace('.', '-')}", cells)


def _off_ledger(ledger: pd.DataFrame | None) -> float | None:
    """Money the loaded sales are off the ledger, all months, without sign; None without a ledger."""
    if ledger is None:
        return None
    known = ledger[ledger["ledger"].notna()]
    return float((known["loaded"].fillna(0).astype(float) - known["ledger"].astype(float)).round(2).abs().sum())


def _reconciled(figure: Figure, off: float | None) -> str:
    """Whether the sales behind a figure are the ledger's."""
    if "sales_lines" not in {table for mart in figure.source for table in tables_of(mart)}:
        return escape(_("not from sales"))
    if off is None:
        return escape(_("no ledger"))
    return (
        escape(_("to the cent"))
        if off < 0.005
        else escape(_("off by {money}").format(money=formats.money_exact(off, html.currency())))
    )


def _interval(figure: Figure) -> str:
    """The figure's interval; a count or a sum of what happened needs none."""
    return escape(html.interval_text(figure)) or escape(_("none given"))
