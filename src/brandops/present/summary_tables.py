"""Tables of plan section 9, as arguments of `Page.table`."""

from typing import Any

import pandas as pd

from brandops.analysis import summary_outlook as ahead
from brandops.i18n import gettext as _
from brandops.i18n import shown
from brandops.present import formats, html
from brandops.present.items import ITEMS
from brandops.present.overview import linked, scorecard_columns
from brandops.present.sentences.data_names import table_name, words
from brandops.present.sentences.goals_names import name
from brandops.present.sentences.summary_outlook import basis
from brandops.present.sentences.summary_shortcomings import breach
from brandops.present.tables import Column

Arguments = dict[str, Any]


def _item(items: pd.Series, links: pd.Series | None = None) -> pd.Series:
    """Plan items as links to their place on their page."""
    if links is None:
        return items.map(lambda item: f"{item} {ITEMS[item].title}")
    return pd.Series([f'<a href="{link}">{item}</a>' for item, link in zip(items, links, strict=True)], items.index, dtype=object)


def scorecard(card: pd.DataFrame) -> Arguments:
    """All items of the plan with status, money at stake and a link to the evidence."""
    columns = scorecard_columns() | {"money_at_stake": Column(_("At stake"), "currency")}
    return {"frame": linked(card), "columns": columns, "name": "scorecard",
            "caption": _("The {count} items of the plan: status, actual, target, change, money at stake").format(
                count=len(card))}  # fmt: skip


def achievements(rows: pd.DataFrame) -> Arguments:
    """Targets met, the widest margin first."""
    columns = {"link": Column(_("Item"), "html"), "name": Column(_("Figure")), "actual_text": Column(_("Actual"), "figure"),
               "target_text": Column(_("Target"), "figure"), "change_text": Column(_("Change"), "figure"),
               "margin": Column(_("Past the target by"), "fraction")}  # fmt: skip
    frame = rows.assign(link=_item(rows["item"], rows["evidence_link"]))
    return {"frame": frame, "columns": columns, "name": "achievements", "rows": 12,
            "caption": _("Targets met, those passed by most first")}  # fmt: skip


def misses(rows: pd.DataFrame, causes: list[str]) -> Arguments:
    """Targets missed or at risk with what their sections found."""
    columns = {"link": Column(_("Item"), "html"), "name": Column(_("Figure")), "status": Column(_("Status"), "status"),
               "actual_text": Column(_("Actual"), "figure"), "target_text": Column(_("Target"), "figure"),
               "money_at_stake": Column(_("At stake"), "currency"), "cause": Column(_("What is behind it"))}  # fmt: skip
    frame = rows.assign(link=_item(rows["item"], rows["evidence_link"]), cause=causes)
    return {"frame": frame, "columns": columns, "name": "misses",
            "caption": _("Targets missed or at risk, the costliest first")}  # fmt: skip


def turned(joined: pd.DataFrame) -> Arguments:
    """Misses, what became of them, and the actions under way."""
    texts = [[_value(value, row.unit) for value in (row.before, row.after)] for row in joined.itertuples()]
    frame = joined.assign(
        recovered=joined["recovered"].map({True: _("yes"), False: _("no")}),
        before=[pair[0] for pair in texts], after=[pair[1] for pair in texts], what=joined["what"].map(shown),
        owner=joined["owner"].map(shown), outcome=joined["outcome"].map(shown),
    )  # fmt: skip
    columns = {"item": Column(_("Item"), "text"), "name": Column(_("Figure")), "missed_in": Column(_("Missed in"), "text"),
               "before": Column(_("Then"), "figure"), "next": Column(_("Next period"), "text"),
               "after": Column(_("Figure then"), "figure"),
               "recovered": Column(_("Made good")), "actions": Column(_("Actions under way"), "integer"),
               "what": Column(_("Latest action")), "owner": Column(_("Owner")), "outcome": Column(_("Outcome"))}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "recoveries",
            "caption": _("Misses, what became of them in the next period, and what was done")}  # fmt: skip


def outcomes(table: pd.DataFrame) -> Arguments:
    """What closed actions came to by plan item."""
    columns = {"title": Column(_("Item")), "closed": Column(_("Actions closed"), "integer"),
               "reached": Column(_("Goal reached"), "integer"), "share": Column(_("Share"), "fraction"),
               "low": Column(_("95% low"), "fraction"), "high": Column(_("95% high"), "fraction"),
               "days": Column(_("Median days"), "days")}  # fmt: skip
    return {"frame": table.assign(title=_item(table["plan_item"])), "columns": columns, "name": "outcomes",
            "caption": _("Actions closed in the year to date and how many reached their goal")}  # fmt: skip


def models(rows: pd.DataFrame, labels: dict[str, str]) -> Arguments:
    """The model quality register; `labels` are the names of channels."""
    better = {"higher": "≥ ", "lower": "≤ "}
    standard = [
        better[row.better] + _value(row.target, row.unit) if pd.notna(row.target)
        else _value(row.ideal, row.unit) if pd.notna(row.ideal) else formats.DASH
        for row in rows.itertuples()
    ]  # fmt: skip
    interval = [
        _("{low} … {high}").format(low=_value(row.low, row.unit), high=_value(row.high, row.unit))
        if pd.notna(row.low) or pd.notna(row.high) else formats.DASH for row in rows.itertuples()
    ]  # fmt: skip
    moved = {"improved": _("improved"), "worsened": _("worsened"), "as before": _("as before"), "": formats.DASH}
    part = rows["part"].map(lambda text: shown(name(labels.get(text, text))) if text else "")
    frame = rows.assign(
        measure=[f"{title} · {where}" if where else title for title, where in zip(rows["name"], part, strict=True)],
        actual=[_value(row.value, row.unit) for row in rows.itertuples()], interval=interval, standard=standard,
        move=rows["move"].map(moved),
    )  # fmt: skip
    columns = {"model": Column(_("Model")), "aspect": Column(_("Aspect")), "measure": Column(_("Measure")),
               "actual": Column(_("Value"), "figure"), "interval": Column(_("Interval"), "figure"),
               "standard": Column(_("Required"), "figure"), "status": Column(_("Status"), "status"),
               "move": Column(_("Change")), "item": Column(_("Item"), "text")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "models",
            "caption": _("Model quality register: what was measured of each model"),
            "note": _("The standard is the plan's target where it has one, else the value of a perfect model.")}  # fmt: skip


def waiting(pairs: pd.DataFrame) -> Arguments:
    """Lead times between departments."""
    frame = pairs.assign(from_department=pairs["from_department"].map(name), to_department=pairs["to_department"].map(name))
    columns = {"from_department": Column(_("Asks")), "to_department": Column(_("Acts")), "actions": Column(_("Actions"), "integer"),
               "open": Column(_("Open"), "integer"), "median": Column(_("Median days"), "days"),
               "low": Column(_("95% low"), "days"), "high": Column(_("95% high"), "days"),
               "on_time": Column(_("On-time share"), "fraction")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "lead_times", "rows": 12,
            "caption": _("Days from asking to closing by pair of departments, twelve months, slowest first")}  # fmt: skip


def debts(open_debts: pd.DataFrame) -> Arguments:
    """Open debts of the data."""
    frame = open_debts.assign(
        what=[breach(row) for _at, row in open_debts.iterrows()], table=open_debts["table"].map(table_name),
        owner=open_debts["owner"].map(lambda owner: shown(owner) if owner else _("nobody named")),
        column=open_debts["column"].map(words),
    )  # fmt: skip
    columns = {"table": Column(_("Table")), "source": Column(_("Source"), "text"), "what": Column(_("What is wrong")),
               "column": Column(_("Column")), "rows": Column(_("Rows"), "integer"), "money": Column(_("Money"), "currency_exact"),
               "since": Column(_("Since"), "date"), "age_days": Column(_("Days old"), "integer"),
               "owner": Column(_("Owner"))}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "debts", "rows": 20,
            "caption": _("Open debts of the data, oldest first")}  # fmt: skip


def initiatives(table: pd.DataFrame) -> Arguments:
    """Initiatives with value, owner and date."""
    kinds = {ahead.PROFIT: _("profit a year"), ahead.SALES: _("sales a year"), ahead.LOSS: _("loss expected"),
             ahead.EXPOSED: _("exposed")}  # fmt: skip
    owner = [_("{owner} ({department})").format(owner=shown(row.owner), department=name(row.department)) if row.department
             else shown(row.owner) if row.owner else _("no owner named") for row in table.itertuples()]  # fmt: skip
    frame = table.assign(owner=owner, measure=table["measure"].map(kinds))
    columns = {"action": Column(_("Initiative")), "profit": Column(_("Profit a year"), "currency"),
               "profit_low": Column(_("95% low"), "currency"), "profit_high": Column(_("95% high"), "currency"),
               "value": Column(_("Found as"), "currency"), "measure": Column(_("Measured in")), "owner": Column(_("Owner")),
               "due": Column(_("Due"), "date"), "item": Column(_("Item"), "text")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "initiatives", "caption": _("Initiatives for the next period"),
            "note": _("Profit is before what an initiative costs to carry out, new channels once they are mature; sales "
                      "count with the gross margin of the last twelve months. Gains of several initiatives overlap and do "
                      "not add up; exposed money is lost only if a delivery fails and is not ranked as a gain.")}  # fmt: skip


def targets(table: pd.DataFrame) -> Arguments:
    """This year's targets, what was reached, and what is proposed."""
    side = {"higher": "≥ ", "lower": "≤ "}
    frame = table.assign(
        title=_item(table["item"]),
        now=[side[row.better] + _value(row.target, row.unit) for row in table.itertuples()],
        reached=[_value(row.value, row.unit) for row in table.itertuples()],
        next=[side[row.better] + _value(row.proposed, row.unit) for row in table.itertuples()],
        why=[basis(row, _value(row["low"] if row["better"] == "higher" and pd.notna(row["low"]) else row["value"], row["unit"]),
                   _value(row["reach"], row["unit"])) for _at, row in table.iterrows()],
    )  # fmt: skip
    columns = {"title": Column(_("Item")), "name": Column(_("Figure")), "now": Column(_("Target now"), "figure"),
               "reached": Column(_("Reached"), "figure"), "status": Column(_("Status"), "status"),
               "next": Column(_("Proposed"), "figure"), "why": Column(_("Basis"))}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "targets", "caption": _("Targets proposed for the next year")}


def _value(value: float, unit: str) -> str:
    return formats.quantity(value, unit, html.currency())
