"""Sentences of what was achieved, missed and learnt (plan items 9.1.1 to 9.1.3), written from the other sections' results."""

import re

import pandas as pd

from brandops.i18n import gettext as _
from brandops.i18n import ngettext, shown
from brandops.present import formats
from brandops.present.sentences.goals_names import name
from brandops.present.sentences.lists import NAMED, listed, rows_of

LONG = 260  # letters; a finding past that is a list, not a cause
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^a-z])|(?<=。)")
_PERIOD = re.compile(r"\d{4}(?:Q\d|-\d\d|-W\d\d)?(?!\d)")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def standing(card: pd.DataFrame) -> str:
    """How many of the items that can be judged are met, and how many have nothing to judge."""
    status = card["status"].astype(str)
    judged, met = int(status.isin(["met", "at_risk", "missed"]).sum()), int((status == "met").sum())
    first = ngettext(
        "Of the {judged} item of sections 1 to 8 that has a target {met} is met",
        "Of the {judged} items of sections 1 to 8 that have a target {met} are met",
        judged,
    ).format(judged=judged, met=met)
    rest = _("{missed} are missed and {risk} cannot be told yet").format(
        missed=int((status == "missed").sum()), risk=int((status == "at_risk").sum())
    )
    absent = int((status == "not_supplied").sum())
    parts = [_("{first}; {rest}.").format(first=first, rest=rest)]
    if absent:
        parts.append(_("For {count} items the company supplies no data.").format(count=absent))
    return formats.sentences(*parts)


def best(achieved: pd.DataFrame) -> str | None:
    """The business targets passed by most; that data, models and display are as they should be is no achievement to name."""
    achieved = achieved[~achieved["inner"] & (achieved["better"] == "higher")]
    if achieved.empty:
        return None
    said = [_("{name} ({actual}, target {target})").format(name=row.name, actual=row.actual_text, target=row.target_text)
            for row in rows_of(achieved.head(NAMED))]  # fmt: skip
    return _("Furthest past their targets: {parts}.").format(parts=_("; ").join(said))


def turned(crossed: pd.DataFrame, counts: pd.DataFrame) -> str:
    """What crossed its target since the period before."""
    compared = int(counts["compared"].iloc[0]) if len(counts) else 0
    if not compared:
        return _("No figure with a target has a value of the period before to compare with.")
    reached, lost = (crossed[crossed["turn"] == turn] for turn in ("reached", "lost"))
    if crossed.empty:
        return _("Of the targets that can be compared with the period before ({count}) none was newly reached or lost.").format(
            count=compared
        )
    parts = []
    if len(reached):
        parts.append(_("Newly reached: {names}.").format(names=listed(_with_values(reached))))
    if len(lost):
        parts.append(_("Lost since the period before: {names}.").format(names=listed(_with_values(lost))))
    return formats.sentences(*parts)


def moved(rows: pd.DataFrame) -> str | None:
    """What got better and what worse since the period before; None where nothing moved."""
    parts = []
    rows = rows[rows["change_text"].str.contains("[1-9]")]  # not what is nothing once it is rounded
    for text, part in ((_("Better than in the period before: {names}."), rows[rows["move"] > 0]),
                       (_("Worse: {names}."), rows[rows["move"] < 0])):  # fmt: skip
        if len(part):
            said = [_("{name} ({value})").format(name=row.name, value=row.change_text) for row in rows_of(part)]
            parts.append(text.format(names=listed(said)))
    return formats.sentences(*parts) or None


def miss(row: pd.Series, details: pd.DataFrame, findings: list[str], currency: str, labels: dict[str, str] | None = None,
         place: int = 0) -> str:  # fmt: skip
    """One miss: what it is worth, where it comes from, and what its section found.

    `labels` name the parts; `place` is the miss's in the list, so that the same words do not open one after the other.
    """
    amount, value, target = row["money_at_stake"], row["actual_text"], row["target_text"].lstrip("≥≤ ")
    if row["status"] == "at_risk" and (pd.notna(row["low"]) or pd.notna(row["high"])):
        text = _("{name} stands at {value}; whether it reaches {target} the data cannot tell yet.")
    elif pd.isna(amount) or amount <= 0:
        text = _("{name} came to {value} instead of {target}.")
    elif row["better"] == "lower":
        text = _("{name}: {value}, above the limit of {target}; that costs {money}.")
    else:
        told = [_("{name} came to {value} instead of {target}, which puts {money} at stake."),
                _("{name}: {value}, where the plan asks for {target}; the gap is worth {money}."),
                _("{name} missed its target of {target} with {value}; {money} depend on it.")]  # fmt: skip
        text = told[place % len(told)]
    said = [text.format(name=row["name"], value=value, target=target, money=formats.money(amount, currency))]
    if len(details):
        parts = [_("{part} ({value})").format(part=name((labels or {}).get(d.part, d.part)), value=d.actual_text)
                 for d in rows_of(details)]  # fmt: skip
        other = details["name"].iloc[0] if details["key"].iloc[0] != row["key"] else ""
        where = _("{other} misses its target in {parts}.") if other else _("It misses its target in {parts}.")
        said.append(where.format(other=other, parts=listed(parts)))
    return formats.sentences(*said, *cause(findings, value, target))


def cause(findings: list[str], *known: str) -> list[str]:
    """What a section says of its miss: the finding it opens with and the one it ends with, which names what moved it.

    Sentences that give no number but those of `known`, the value and the target, are left out: the reader has just read them.
    """
    if not findings:
        return []
    said = [findings[0]] if len(findings[-1]) > LONG else list(dict.fromkeys([findings[0], findings[-1]]))
    numbers = _numbers(" ".join(known))
    kept = [[text for text in _SENTENCE.split(finding) if not _numbers(text) or not _numbers(text) <= numbers] for finding in said]
    return [formats.sentences(*texts) for texts in kept if texts]


def _numbers(text: str) -> set[float]:
    """The numbers of a text, without those of periods."""
    return {float(number.replace(",", "")) for number in _NUMBER.findall(_PERIOD.sub("", text))}


def recoveries(joined: pd.DataFrame) -> list[str]:
    """One sentence for each recovery: what turned, and what was under way before."""
    said = []
    for row in rows_of(joined[joined["recovered"].astype(bool)]):
        turn = _("{name}: target missed in {missed}, met in {next}.").format(name=row.name, missed=row.missed_in, next=row.next)
        done = _("The log has no action on it.")
        if row.actions:
            done = ngettext("{count} action on it was under way, {closed} of them closed by then; the latest: {what} ({owner}).",
                            "{count} actions on it were under way, {closed} of them closed by then; the latest: {what} ({owner}).",
                            row.actions).format(count=row.actions, closed=row.closed, what=shown(row.what),
                                                owner=shown(row.owner))  # fmt: skip
        said.append(formats.sentences(turn, done))
    return said


def base_rate(rates: pd.DataFrame) -> str:
    """How often misses recovered with and without an action, without claiming a cause."""
    if rates.empty:
        return _("No figure missed its target and has a next period to look at.")
    parts = {row.acted: _("{recovered} of {misses}").format(recovered=row.recovered, misses=row.misses) for row in rows_of(rates)}
    if len(parts) == 1:
        only = _("All misses had an action under way; {share} were made good in the next period. What would have happened without "
                 "one cannot be told from this.") if True in parts else _(
                     "No miss had an action under way; {share} were made good in the next period all the same.")  # fmt: skip
        return only.format(share=next(iter(parts.values())))
    return _("With an action under way {acted} misses were made good in the next period, without one {alone}. So few cases do not "
             "prove that acting helped.").format(acted=parts[True], alone=parts[False])  # fmt: skip


def outcomes(table: pd.DataFrame, titles: dict[str, str]) -> str | None:
    """Which subjects actions reach their goal on, and which not; None without closed actions."""
    if table.empty:
        return None
    share = table["reached"].sum() / table["closed"].sum()
    text = _("Of {count} actions closed in the year to date {share} reached their goal.").format(
        count=int(table["closed"].sum()), share=formats.percent(share, 0)
    )
    if len(table) < 2:
        return text
    first, last = table.iloc[0], table.iloc[-1]
    apart = first["low"] > last["high"]
    more = _("They work best on {best} ({best_share}) and least on {worst} ({worst_share}).") if apart else _(
        "The subjects cannot be told apart: {best} ({best_share}) leads, {worst} ({worst_share}) is last, and chance alone may do "
        "that.")  # fmt: skip
    return formats.sentences(text, more.format(
        best=titles.get(first["plan_item"], first["plan_item"]), best_share=formats.percent(first["share"], 0),
        worst=titles.get(last["plan_item"], last["plan_item"]), worst_share=formats.percent(last["share"], 0)))  # fmt: skip


def method_misses() -> str:
    """How misses are ranked."""
    return _("Each item stands with the figure that decides it. Amounts at stake are what the gap to the target is worth as its "
             "section measures it; the same sales may be counted by several items, so they do not add up.")  # fmt: skip


def method_lessons() -> str:
    """What counts as a recovery and as an action before it."""
    return _("A recovery is a month, quarter or period that met a target the one before it had missed. An action counts as "
             "under way if it was opened by the end of the recovery and not closed before the miss began. That it came first "
             "does not prove that it helped: misses without an action stand beside it.")  # fmt: skip


def _with_values(rows: pd.DataFrame) -> list[str]:
    return [_("{name} ({value})").format(name=row.name, value=row.actual_text) for row in rows_of(rows)]
