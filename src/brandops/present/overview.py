"""What the overview shows: key figures, what is at stake, and the scorecard by section."""

from html import escape

import pandas as pd

from brandops.i18n import gettext as _
from brandops.i18n import ngettext
from brandops.present import formats
from brandops.present.items import SECTIONS
from brandops.present.results import Figure, PageResults
from brandops.present.status import Status
from brandops.present.tables import Column

# The six figures a board asks for first, as (item, key); the first the report has of each line is shown.
KEY_FIGURES = (
    (("1.3.1", "attainment"), ("1.3.1", "net_sales")),
    (("1.1.1", "net_sales"),),
    (("1.1.1", "landing"), ("1.1.1", "growth")),
    (("1.3.2", "share"),),
    (("1.1.3", "new_customers"),),
    (("1.1.3", "satisfied"),),
)
MAX_HEADLINES = 4  # more than these are not read in ten seconds; the pages have the rest
ATTENTION = (Status.MISSED, Status.AT_RISK)


def key_figures(results: list[PageResults]) -> list[Figure]:
    """The report's key figures, at most six."""
    stated = {(f.item, f.key): f for page in results for f in page.figures if not f.grain}
    return [next(stated[name] for name in names if name in stated) for names in KEY_FIGURES if any(n in stated for n in names)]


def headlines(results: list[PageResults]) -> list[str]:
    """The first headlines of each page, page by page."""
    found = [sentence for page in results for sentence in page.headlines[:2]]
    return found[:MAX_HEADLINES]


def attention(card: pd.DataFrame) -> pd.DataFrame:
    """Items missed or at risk, by money at stake, those without money last, in the plan's order."""
    rows = linked(card[card["status"].isin(ATTENTION)])
    order = rows["status"].map(list(ATTENTION).index)
    rows = rows.assign(order=order, money=rows["money_at_stake"].fillna(0))
    return rows.sort_values(["money", "order", "item"], ascending=[False, True, True], ignore_index=True)


def by_section(card: pd.DataFrame) -> pd.DataFrame:
    """One row per section: its title and the number of items of each status."""
    counts = card.groupby(["section_id", "section"])["status"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=list(Status), fill_value=0)
    counts.columns = [str(status) for status in counts.columns]
    table = counts.reset_index()
    return table.assign(section=table["section_id"] + " " + table["section"])


def linked(card: pd.DataFrame) -> pd.DataFrame:
    """Scorecard rows with a `link` to the evidence and `note`: what is not supplied, else the figure's name."""
    links = [
        f'<a href="{escape(where)}">{escape(item)}</a>' if where else escape(item)
        for where, item in zip(card["evidence"], card["item"], strict=True)
    ]
    needs = [_("needs {tables}").format(tables=tables) if tables else "" for tables in card["needs"]]
    note = card["figure"].where(card["figure"] != "", pd.Series(needs, card.index))
    return card.assign(link=links, note=note.where(note != "", formats.DASH))


def section_heading(number: str) -> str:
    """Heading of a section of the scorecard."""
    from brandops.i18n import gettext

    return f'<h3 id="section-{number}">{number} {escape(gettext(SECTIONS[number]))}</h3>'


def section_caption(card: pd.DataFrame, number: str) -> str:
    """How many of a section's items with targets are met."""
    status = card.loc[card["section_id"] == number, "status"]
    judged = int(status.isin([Status.MET, Status.AT_RISK, Status.MISSED]).sum())
    if judged == 0:
        return _("{count} items, none of them with a target measured").format(count=len(status))
    return ngettext("{met} of {count} item with targets met", "{met} of {count} items with targets met", judged).format(
        met=int((status == Status.MET).sum()), count=judged
    )


def scorecard_columns() -> dict[str, Column]:
    """Columns of the scorecard."""
    return {
        "link": Column(_("Item"), "html"), "title": Column(_("Goal")), "status": Column(_("Status"), "status"),
        "note": Column(_("Figure")), "actual": Column(_("Actual"), "figure"), "target": Column(_("Target"), "figure"),
        "change": Column(_("Change"), "figure"),
    }  # fmt: skip


def attention_columns() -> dict[str, Column]:
    """Columns of what is at stake."""
    return scorecard_columns() | {"money_at_stake": Column(_("At stake"), "currency")}


def section_columns() -> dict[str, Column]:
    """Columns of the summary by section."""
    return {"section": Column(_("Section"))} | {status.value: Column(status.label, "count") for status in Status}


def status_rule() -> str:
    """How a status comes about, for the reader of the scorecard; the rule is `brandops.present.status`."""
    return _("A figure is met when it reaches its target. An estimate is met when its whole interval does, missed when none of "
             "it does, and at risk in between.\n\nAn item is as good as the worst of its headline figures, those of the whole "
             "period. Single months, channels or sources and further evidence stand beside the verdict and do not change "
             "it.")  # fmt: skip
