"""The scorecard of all 81 items, and the sentences a page's answer opens with."""

from collections.abc import Iterable

import pandas as pd

from brandops.i18n import gettext as _
from brandops.i18n import ngettext
from brandops.present import formats, html
from brandops.present.items import ITEMS
from brandops.present.results import Figure, PageResults, deciding_figures
from brandops.present.sentences.data_names import table_name
from brandops.present.status import WORST_FIRST, Status

MAX_MISSES = 3  # the answer names the costliest misses; the scorecard names all


def scorecard(results: list[PageResults]) -> pd.DataFrame:
    """One row per item of the plan, in its order.

    Columns: item, section_id, section, topic, title, status (a `Status`), figure (name), actual, target,
    change (texts), value, target_value, money_at_stake (numbers, NaN where there is none), needs (tables not
    supplied), evidence (link to the item on its page, '' where no notebook treats it). An item's figure is
    the one that decides its status (`shown_figure`).
    """
    pages = {item: page for page in results for item in page.items()}
    rows = []
    for item in ITEMS.values():
        page = pages.get(item.id)
        figure = shown_figure(page.figures_of(item.id), page.status(item.id)) if page else None
        needs = [table for gap in page.not_supplied if gap.item == item.id for table in gap.needs] if page else []
        rows.append(
            {
                "item": item.id,
                "section_id": item.id[0],
                "section": item.section,
                "topic": item.topic,
                "title": item.title,
                "status": page.status(item.id) if page else Status.NOT_YET,
                "figure": html.title(figure) if figure else "",
                "actual": html.value_text(figure) if figure else formats.DASH,
                "target": html.target_text(figure) if figure else formats.DASH,
                "change": html.change_text(figure) if figure else formats.DASH,
                "value": figure.value if figure else None,
                "target_value": figure.target if figure else None,
                "money_at_stake": figure.money_at_stake if figure else None,
                "needs": _(", ").join(table_name(table) for table in needs),
                "evidence": f"{page.notebook}.html#{item.anchor}" if page else "",
            }
        )
    frame = pd.DataFrame(rows)
    return frame.astype({"value": float, "target_value": float, "money_at_stake": float})


def deciding_figure(figures: list[Figure]) -> Figure | None:
    """The figure that gives an item its status: of the worst, whole period before detail, then the costliest, then as stated."""
    figures = deciding_figures(figures)
    if not figures:
        return None
    return min(figures, key=lambda f: (WORST_FIRST.index(f.status), bool(f.grain), -(f.money_at_stake or 0)))


def shown_figure(figures: list[Figure], status: Status) -> Figure | None:
    """The figure to show for an item: the deciding one, or, where a finding makes the item worse than that, the evidence for it."""
    figure, rank = deciding_figure(figures), WORST_FIRST.index
    if figure is None or rank(figure.status) <= rank(status):
        return figure
    return min((f for f in figures if f.evidence and rank(f.status) <= rank(status)), key=lambda f: rank(f.status), default=figure)


def verdict_sentences(results: list[PageResults], told: Iterable[str] = ()) -> list[str]:
    """Sentences that answer whether the targets were met, the count first, then the costliest misses.

    A miss of which one of the sentences `told` gives value and target is not told again.
    """
    statuses = {item: page.status(item) for page in results for item in page.items()}
    judged = [item for item, status in statuses.items() if status in (Status.MET, Status.AT_RISK, Status.MISSED)]
    if not judged:
        return [_("No item has a figure with a target yet.")] if statuses else []
    counts = {status: sum(statuses[item] is status for item in judged) for status in Status}
    first = ngettext("{met} of {count} item with targets met", "{met} of {count} items with targets met", len(judged)).format(
        met=counts[Status.MET], count=len(judged)
    )
    parts = [first]
    if counts[Status.AT_RISK]:
        parts.append(_("{count} at risk").format(count=counts[Status.AT_RISK]))
    if counts[Status.MISSED]:
        parts.append(_("{count} missed").format(count=counts[Status.MISSED]))
    sentences = [_("{parts}.").format(parts=_(", ").join(parts))]
    misses = [deciding_figure(page.figures_of(item)) for page in results for item in page.items()
              if statuses[item] is Status.MISSED]  # fmt: skip
    misses = [figure for figure in misses if figure is not None and figure.status is Status.MISSED]
    misses.sort(key=lambda figure: -(figure.money_at_stake or 0))
    told = list(told)
    new = [figure for figure in misses if not any(html.value_text(figure) in text and _target(figure) in text for text in told)]
    for figure in new[:MAX_MISSES]:
        name = html.title(figure)
        text = (
            _("{name}: {value}, short of the target of {target} ({item}).")
            if figure.better == "higher"
            else _("{name}: {value}, above the limit of {target} ({item}).")
        )
        sentences.append(text.format(name=name, value=html.value_text(figure), target=_target(figure), item=figure.item))
    return sentences


def _target(figure: Figure) -> str:
    return html.target_text(figure, sign=False)
