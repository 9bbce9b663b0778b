"""Sentences on the models, the waiting and the data that fall short (plan items 9.2.1 to 9.2.3)."""

import pandas as pd

from brandops.analysis import summary_debts as debts
from brandops.i18n import gettext as _
from brandops.i18n import ngettext, shown
from brandops.present import formats
from brandops.present.sentences.data_names import rule_name, table_name
from brandops.present.sentences.goals_names import name
from brandops.present.sentences.lists import listed


def models(rows: pd.DataFrame, counted: pd.DataFrame) -> str:
    """How many models meet their own standard, and which does not."""
    judged = counted[counted["judged"] > 0]
    failing = judged[judged["missed"] > 0]["model"]
    first = _("{count} models are on the register; {judged} can be held to a standard").format(
        count=len(counted), judged=len(judged)
    )
    if len(failing):
        text = ngettext(
            "{first}, and {failing} falls short of its own.", "{first}, and {failing} fall short of theirs.", len(failing)
        )
        return text.format(first=first, failing=listed(list(failing)))
    open_ = rows.loc[rows["status"] == "at_risk", "model"].drop_duplicates()
    if len(open_):
        return _("{first}. None fails; for {open} the data do not settle it.").format(first=first, open=listed(list(open_)))
    return _("{first}, and all meet it.").format(first=first)


def gain(worth: pd.DataFrame) -> str | None:
    """How the forecast's gain over the naive rule moved from one year to the next; None where it is not known."""
    if worth.empty:
        return None
    row = worth.iloc[0]
    ahead, was_ahead = row["value"] > 0, row["previous"] > 0
    if ahead and was_ahead:
        text = _(
            "The sales forecast beat the seasonal naive rule by {now} in {year}, by {before} the year before: it has improved."
        )
        if row["value"] <= row["previous"]:
            text = _("The sales forecast beat the seasonal naive rule by {now} in {year}, by {before} the year before: it has lost "
                     "ground.")  # fmt: skip
    elif ahead:
        text = _("The sales forecast beat the seasonal naive rule by {now} in {year}; the year before it was {before} worse.")
    elif was_ahead:
        text = _(
            "The sales forecast was {now} worse than the seasonal naive rule in {year}; the year before it beat it by {before}."
        )
    else:
        text = _("The sales forecast was {now} worse than the seasonal naive rule in {year}, {before} worse the year before.")
    now, before = (formats.percent(abs(row[key]), 0) for key in ("value", "previous"))
    return text.format(now=now, before=before, year=int(row["year"]))


def moves(rows: pd.DataFrame) -> str | None:
    """Which measures of models improved or worsened; None where none has an earlier value."""
    known = rows[rows["move"] != ""]
    if known.empty:
        return None
    better, worse = (known.loc[known["move"] == move, "name"].drop_duplicates() for move in ("improved", "worsened"))
    parts = []
    if len(better):
        parts.append(_("Improved since the period before: {names}.").format(names=listed(list(better))))
    if len(worse):
        parts.append(_("Worse than in the period before: {names}.").format(names=listed(list(worse))))
    return formats.sentences(*parts) or None


def waiting(total: pd.Series, before: pd.Series | None, pairs: pd.DataFrame, p_value: float) -> str:
    """How long one department waits for another, whether that changed, and where it takes longest."""
    said = []
    if pd.notna(total["median"]):
        said.append(
            _("Between departments an action takes {days} days in the median ({low} to {high}).").format(
                days=formats.number(total["median"]), low=formats.number(total["low"]), high=formats.number(total["high"])
            )
        )
    if before is not None and pd.notna(before["median"]) and pd.notna(p_value):
        text = (_("A year ago it took {days}; the difference is more than chance.") if p_value < 0.05 else
                _("A year ago it took {days}, which chance may explain."))  # fmt: skip
        said.append(text.format(days=formats.number(before["median"])))
    told = pairs.dropna(subset=["median"])
    if len(told):
        row = told.iloc[0]
        said.append(_("{acts} keeps {asks} waiting longest: {days} days over {count} actions.").format(
            asks=name(row["from_department"]), acts=name(row["to_department"]), days=formats.number(row["median"]),
            count=int(row["actions"])))  # fmt: skip
    return formats.sentences(*said) or _("Too few actions passed between departments to tell how long they take.")


def debt(open_debts: pd.DataFrame, owners: pd.DataFrame) -> str:
    """How much is wrong with the data, who holds most of it, and the oldest row concerned."""
    if open_debts.empty:
        return _("No row waits in quarantine and no promise of the data contract is broken.")
    rows = int(open_debts["rows"].fillna(0).sum())
    text = ngettext("{count} data quality debt is open", "{count} data quality debts are open", len(open_debts)).format(
        count=len(open_debts)
    )
    said = [
        _("{text}, {rows} rows in all.").format(text=text, rows=formats.number(rows)) if rows else _("{text}.").format(text=text)
    ]
    if len(owners) and owners["rows"].iloc[0] > 0:
        first = owners.iloc[0]
        said.append(_("Most rows are for {owner} to mend ({rows}).").format(owner=_owner(first["owner"]),
                                                                         rows=formats.number(first["rows"])))  # fmt: skip
    known = open_debts.dropna(subset=["age_days"])
    if len(known):
        oldest = known.iloc[0]
        said.append(
            _("The oldest concerns a row of {day}: {what} in {source}.").format(
                day=formats.day(oldest["since"]), what=breach(oldest), source=oldest["source"] or oldest["table"]
            )
        )
    return formats.sentences(*said)


def breach(row: pd.Series) -> str:
    """What is wrong, for reading."""
    if row["kind"] == debts.LATE:
        return _("past its service level")
    if row["kind"] == debts.LEDGER:
        return _("off the ledger")
    if row["kind"] == debts.ORPHANS:
        return _("keys not found in {table}").format(table=table_name(row["what"]))
    return rule_name(row["what"])


def method_waiting() -> str:
    """How lead times are measured."""
    return _("Medians are those of the Kaplan-Meier curve, in which actions still open count as unfinished; intervals are "
             "Brookmeyer and Crowley's. The year before is compared by the log-rank test.")  # fmt: skip


def _owner(owner: str) -> str:
    return shown(owner) if owner else _("nobody named")
