"""A comparison of two reports in words and as a page."""

import shutil
from pathlib import Path

from brandops import paths
from brandops.i18n import gettext as _
from brandops.i18n import ngettext, use_language
from brandops.pipeline.compare import CLOSED, Change, Comparison, Side
from brandops.pipeline.publish import publish, scratch_folder
from brandops.pipeline.shelf import template
from brandops.present import formats, html
from brandops.present.items import ITEMS
from brandops.present.status import Status

_NAMED = 6  # parameters and sources named in a sentence; the JSON has all


def cause_sentences(comparison: Comparison) -> list[str]:
    """What the two reports do not share, one sentence each."""
    causes, found = comparison.causes, []
    if causes.period:
        found.append(_("They are of different periods or days of knowledge."))
    if causes.sources:
        found.append(_("Data differ: {sources}.").format(sources=_listed(causes.sources)))
    if causes.parameters:
        texts = [f"{key}: {_plain(a)} → {_plain(b)}" for key, (a, b) in causes.parameters.items()]
        found.append(_("Parameters differ: {parameters}.").format(parameters=_listed(texts)))
    if causes.code:
        found.append(_("The code that computes and shows the figures differs."))
    return found or [_("Data, parameters and code are the same.")]


def restated_sentences(comparison: Comparison) -> list[str]:
    """What the first page of a closed report says when a later run comes out otherwise."""
    count = len(comparison.changes)
    if not count:
        first = _("This report was closed; its figures are those it was closed with, other results are not.")
    else:
        first = ngettext(
            "This report was closed; {count} of {all} figures differs from what it was closed with.",
            "This report was closed; {count} of {all} figures differ from what it was closed with.",
            count,
        ).format(count=count, all=count + comparison.equal)
    return [first, *cause_sentences(comparison)]


def write_comparison(profile: str, comparison: Comparison, sides: tuple[Side, Side], language: str) -> Path:
    """Write page and JSON to `reports/<profile>/compare/<a>..<b>/` by one rename; returns the page's path."""
    suffix = "" if language == "en" else f".{language}"
    folder = paths.reports_dir(profile) / "compare" / f"{comparison.a}..{comparison.b}{suffix}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = scratch_folder(folder)
    try:
        (scratch / "compare.json").write_text(comparison.as_json(), encoding="utf-8")
        (scratch / "index.html").write_text(page(comparison, sides, language), encoding="utf-8")
        publish(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder / "index.html"


def page(comparison: Comparison, sides: tuple[Side, Side], language: str) -> str:
    """HTML of a comparison."""
    from brandops.pipeline.render import stylesheet

    use_language(language)
    html.use_currency(next((result.currency for side in sides for result in side.results), ""))
    names = {(f.item, f.key): (f.name, result.notebook) for side in sides for result in side.results for f in result.figures}
    # What was closed is published nowhere; the report that stands in its place is the other one.
    standing = (comparison.a if comparison.b.endswith(CLOSED) else comparison.b).removesuffix(CLOSED)
    rows = [_row(change, *names[change.item, change.key], standing) for change in comparison.changes]
    moved = [row for row in rows if row["before_status"] != row["after_status"]]
    title = _("{a} and {b}: what changed").format(a=comparison.a, b=comparison.b)
    words = {
        "title": title,
        "why": _("Why"),
        "moved": _("Verdicts that changed"),
        "all": _("All figures that differ"),
        "none": _("No figure differs."),
        "equal": ngettext("{count} figure is the same.", "{count} figures are the same.", comparison.equal).format(
            count=comparison.equal
        ),
        "heads": [_("Item"), _("Figure"), comparison.a, comparison.b, _("Difference"), _("Status")],
        "filter": _("Filter rows"),
    }
    return template("compare.html").render(
        language=language, words=words, causes=cause_sentences(comparison), rows=rows, moved=moved,
        style=stylesheet(frame=True),
    )  # fmt: skip


def _row(change: Change, name: str, notebook: str, standing: str) -> dict[str, str]:
    sides = [change.before, change.after]
    texts = [formats.DASH if side is None else formats.quantity(side["value"], change.unit, html.currency()) for side in sides]
    marks = ["" if side is None else html.badge(Status(side["status"])) for side in sides]
    grain = ", ".join(change.grain.values())
    item = ITEMS[change.item]
    return {
        "item": change.item,
        "title": item.title,
        "evidence": f"../../{standing}/html/{notebook}.html#{item.anchor}",
        "name": f"{name} · {grain}" if grain else name,
        "before": texts[0],
        "after": texts[1],
        "difference": _difference(change),
        "before_status": marks[0],
        "after_status": marks[1],
        "status": marks[1] if marks[0] == marks[1] else f"{marks[0]} → {marks[1]}",
    }


def _difference(change: Change) -> str:
    if change.before is None:
        return _("new")
    if change.after is None:
        return _("gone")
    if change.difference is None:
        return formats.DASH
    if change.difference == 0:
        targets = change.before["target"] != change.after["target"]
        return _("target or interval") if targets or change.before["low"] != change.after["low"] else _("status")
    return formats.change(change.after["value"], change.before["value"], change.unit, html.currency())


def _listed(texts: list[str]) -> str:
    shown = _(", ").join(texts[:_NAMED])
    more = len(texts) - _NAMED
    return shown if more <= 0 else _("{shown} and {count} more").format(shown=shown, count=more)


def _plain(value: object) -> str:
    return formats.DASH if value is None else str(value)
