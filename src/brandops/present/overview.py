"""What the overview shows: key figures, what is at stake, and the scorecard by section."""

from html import escape

import pandas as pd

from brandops.i18n import gettext as _
from brandops.i18n import ngettext
from brandops.periods import Period
from brandops.present import formats, html
from brandops.present.items import SECTIONS
from brandops.present.results import Figure, PageResults
from brandops.present.sparkline import sparkline
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
SUMMARY, NEXT = "09", "9.3"  # the notebook that says what is next, and its items that do
MAX_NEXT = 2
_LEVELS = ("fraction", "pp", "score", "ratio")
MAX_HEADLINES = 4  # more than these are not read in ten seconds; the pages have the rest
ATTENTION = (Status.MISSED, Status.AT_RISK)


def key_figures(results: list[PageResults]) -> list[Figure]:
    """The report's key figures, at most six."""
    stated = {(f.item, f.key): f for page in results for f in page.figures if not f.grain}
    return [next(stated[name] for name in names if name in stated) for names in KEY_FIGURES if any(n in stated for n in names)]


def headlines(results: list[PageResults]) -> list[str]:
    """What happened, from the first pages, and what is next (items 9.3), from the summary where there is one."""
    found = list(dict.fromkeys(sentence for page in results if page.notebook[:2] != SUMMARY for sentence in page.headlines[:2]))
    summaries = [page for page in results if page.notebook[:2] == SUMMARY]
    ahead = tuple(said.text for page in summaries for said in page.findings if said.item.startswith(NEXT))
    following = [s for page in summaries for s in page.headlines if any(text.startswith(s) for text in ahead)][:MAX_NEXT]
    return found[: MAX_HEADLINES - len(following)] + following


def trends(figures: list[Figure], by_name: dict[tuple[str, str], "pd.DataFrame"]) -> list[str]:
    """The sparkline of each figure's last periods; nothing for a figure without a trend."""
    frames = [by_name.get((figure.item, figure.key)) for figure in figures]
    # A target belongs to the trend where both are of one kind: a level, not an amount that grows with the year.
    return ["" if frame is None else sparkline(frame, figure.unit, figure.target if figure.unit in _LEVELS else None)
            for figure, frame in zip(figures, frames, strict=True)]  # fmt: skip


def absent(card: pd.DataFrame) -> str:
    """The items the company supplies no data for, folded away; nothing where there are none."""
    rows = card[card["status"].eq(Status.NOT_SUPPLIED)]
    if rows.empty:
        return ""
    lines = [_("{item} {title}: {needs}").format(item=link, title=escape(row.title), needs=escape(row.needs or formats.DASH))
             for link, row in zip(_links(rows), rows.itertuples(), strict=True)]  # fmt: skip
    summary = ngettext("{count} item without a source", "{count} items without a source", len(rows)).format(count=len(rows))
    return html.folded(summary, "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>")


def shown_items(card: pd.DataFrame, number: str) -> pd.DataFrame:
    """A section's items that have a source or are still to come."""
    return card[card["section_id"].eq(number) & card["status"].ne(Status.NOT_SUPPLIED)]


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
    needs = [_("needs {tables}").format(tables=tables) if tables else "" for tables in card["needs"]]
    note = card["figure"].where(card["figure"] != "", pd.Series(needs, card.index))
    return card.assign(link=_links(card), note=note.where(note != "", formats.DASH))


def _links(card: pd.DataFrame) -> list[str]:
    """Each item, leading to its evidence where there is any."""
    return [
        f'<a href="{escape(where)}">{escape(item)}</a>' if where else escape(item)
        for where, item in zip(card["evidence"], card["item"], strict=True)
    ]


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


def attainments(results: list[PageResults], period: Period) -> pd.DataFrame:
    """Attainment of the year's periods of the report's length so far, oldest first; empty where fewer than three are stated."""
    stated = [(f.grain[period.grain.value], f.value) for page in results for f in page.figures
              if f.item == "1.3.1" and f.key == "attainment" and list(f.grain) == [period.grain.value]]  # fmt: skip
    until = sorted(pair for pair in stated if pair[0] <= str(period))
    return pd.DataFrame(until if len(until) >= 3 else [], columns=["period", "value"]).astype({"value": float})


def change_columns() -> dict[str, Column]:
    """Columns of the targets newly reached or lost."""
    return {
        "item": Column(_("Item"), "text"), "name": Column(_("Figure")), "status": Column(_("Status"), "status"),
        "actual_text": Column(_("Actual"), "figure"), "target_text": Column(_("Target"), "figure"),
        "change_text": Column(_("Change"), "figure"),
    }  # fmt: skip
