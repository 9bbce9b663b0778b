"""Sentences and tables on bonuses, promotion and conduct (plan items 5.3.1 to 5.3.3)."""

from decimal import Decimal
from typing import Any

import pandas as pd

from brandops.analysis.incentives import ZERO
from brandops.i18n import gettext as _
from brandops.i18n import mark
from brandops.i18n import shown as reader_name
from brandops.params.incentives import Promotion
from brandops.present import formats
from brandops.present.sentences.team import listing, named

_CRITERIA = {
    "attainment": mark("attainment"), "teamwork": mark("teamwork"), "skill": mark("skills"),
    "months_employed": mark("months employed"), "incidents": mark("conduct"),
}  # fmt: skip
_SEVERITIES = {"minor": mark("minor"), "major": mark("major"), "gross": mark("gross")}


def trace(row: pd.Series, currency: str) -> str:
    """Every rule that made a quarter's bonus, in its order."""

    def money(value: Decimal) -> str:
        return formats.symbol(currency) + formats.number(float(value), 0 if value == value.to_integral_value() else 2)

    if formats.missing(row["attainment"]):
        said = [_("no quota")]
    elif row["tier"] == 0:
        said = [_("{attainment} → below tier 1 → {money}").format(
            attainment=formats.percent(row["attainment"]), money=money(row["base"]))]  # fmt: skip
    else:
        said = [_("{attainment} → tier {tier} → {money}").format(
            attainment=formats.percent(row["attainment"]), tier=row["tier"], money=money(row["base"]))]  # fmt: skip
    if row["days_employed"] < row["days"]:
        said.append(_("{employed} of {days} days count").format(employed=row["days_employed"], days=row["days"]))
    if row["contribution"]:
        said.append(_("sales above quota → +{money}").format(money=money(row["contribution"])))
    if not formats.missing(row["teamwork_score"]):
        said.append(_("teamwork {score} → +{money}").format(
            score=formats.number(row["teamwork_score"], 1), money=money(row["teamwork"])))  # fmt: skip
    if row["incidents"]:
        said.append(_("{incidents} incident → −{money}").format(
            incidents=_(", ").join(_(_SEVERITIES[s]) for s in row["incidents"]), money=money(row["withheld"])))  # fmt: skip
    said.append(_("cap reached → −{money}").format(money=money(row["capped"])) if row["capped"] else _("cap not reached"))
    return _("{steps}: {money}").format(steps=_("; ").join(said), money=money(row["paid"]))


def bonuses(sums: dict[str, Decimal], budget: Decimal | None, persons: int, currency: str, label: str) -> str:
    """What is paid, against the budget to date."""
    said = [_("Bonuses of {year} to date: {paid} to {persons} persons.").format(
        year=label, paid=formats.money_exact(sums["paid"], currency), persons=persons)]  # fmt: skip
    if budget is not None:
        over = sums["paid"] - budget
        text = _("That is {money} above the budget to date.") if over > 0 else _("That is {money} below the budget to date.")
        said.append(text.format(money=formats.money_exact(abs(over), currency)))
    if sums["capped"]:
        said.append(_("The cap saved {money}.").format(money=formats.money_exact(sums["capped"], currency)))
    if sums["withheld"]:
        said.append(_("{money} were withheld for conduct.").format(money=formats.money_exact(sums["withheld"], currency)))
    return formats.sentences(*said)


def proposals(table: pd.DataFrame, currency: str) -> str:
    """What changed rules would have cost or saved."""
    said = []
    for row in table[table["proposal"].notna()].itertuples():
        text = _("“{name}” would have cost {money} more.") if row.difference > 0 else _("“{name}” would have saved {money}.")
        said.append(text.format(name=reader_name(row.proposal), money=formats.money(abs(float(row.difference)), currency)))
    return formats.sentences(*said)


def promotion(reviewed: pd.DataFrame, names: dict[str, str], label: str) -> str:
    """Who may be promoted and who only just may not."""
    ready, near = reviewed[reviewed["eligible"]], reviewed[reviewed["borderline"]]
    if len(ready):
        said = [_("Review of {half}: {count} of {all} meet every criterion: {persons}.").format(
            half=label, count=len(ready), all=len(reviewed),
            persons=listing([names.get(who, who) for who in ready["person_id"]]))]  # fmt: skip
    else:
        said = [_("Review of {half}: none of {all} meets every criterion.").format(half=label, all=len(reviewed))]
    if len(near):
        said.append(_("Only just missed by {count}: {persons}.").format(count=len(near), persons=listing(
            [_("{person} ({criterion})").format(person=names.get(row.person_id, row.person_id),
                                                criterion=_(_CRITERIA[row.missed[0]]))
             for row in near.itertuples()])))  # fmt: skip
    return formats.sentences(*said)


def conduct(counts: pd.DataFrame, told: pd.DataFrame, label: str, currency: str) -> str:
    """Incidents of the year and what they cost."""
    if counts.empty:
        return _("No incident was recorded in {year}.").format(year=label)
    withheld = sum((value for value in _quarterly(told)["withheld"] if value is not None), ZERO)
    return _("{count} incidents in {year}: {minor} minor, {major} major, {gross} gross. They withheld {money} of bonuses; {barred} "
             "persons are barred from promotion for twelve months.").format(
        count=int(counts["total"].sum()), year=label, minor=int(counts["minor"].sum()), major=int(counts["major"].sum()),
        gross=int(counts["gross"].sum()), money=formats.money_exact(withheld, currency),
        barred=told.loc[told["barred_until"].notna(), "person_id"].nunique(),
    )  # fmt: skip


def ledger_table(ledger: pd.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    """The bonus ledger in exact amounts, latest quarter first."""
    money = {"base": _("Tier"), "contribution": _("Above quota"), "teamwork": _("Teamwork"), "withheld": _("Withheld"),
             "capped": _("Beyond the cap"), "paid": _("Bonus")}  # fmt: skip
    columns = {"quarter": _("Quarter"), "person": _("Person"), "level": (_("Grade"), "text"),
               "attainment": (_("Attainment"), "fraction"),
               **{name: (label, "currency_exact") for name, label in money.items()}}  # fmt: skip
    return {"frame": _latest_first(_floats(named(ledger, names))), "columns": columns, "name": "bonus_ledger", "rows": 10,
            "caption": _("Bonus ledger: every quarter of the year")}  # fmt: skip


def trace_table(ledger: pd.DataFrame, names: dict[str, str], currency: str) -> dict[str, Any]:
    """The rules behind each bonus, latest quarter first."""
    frame = named(ledger, names).assign(trace=[trace(row, currency) for _at, row in ledger.iterrows()])
    columns = {"quarter": _("Quarter"), "person": _("Person"), "trace": (_("How the bonus came about"), "text")}
    return {"frame": _latest_first(frame), "columns": columns, "name": "bonus_trace", "rows": 10,
            "caption": _("How each bonus came about")}  # fmt: skip


def year_table(table: pd.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    """Bonuses of the year by person, and their sum."""
    parts = ["base", "contribution", "teamwork", "withheld", "capped", "paid"]
    total = pd.DataFrame([{"person": _("All"), "level": None} | {name: sum(table[name], ZERO) for name in parts}])
    frame = _floats(pd.concat([total, named(table, names)], ignore_index=True))
    money = {"base": _("Tier"), "contribution": _("Above quota"), "teamwork": _("Teamwork"), "withheld": _("Withheld"),
             "capped": _("Beyond the cap"), "paid": _("Bonus")}  # fmt: skip
    columns = {"person": _("Person"), "level": (_("Grade"), "text"), **{n: (label, "currency_exact") for n, label in money.items()}}
    return {"frame": frame, "columns": columns, "name": "bonus_year", "rows": 12, "caption": _("Bonuses of the year by person")}


def proposals_table(table: pd.DataFrame) -> dict[str, Any]:
    """Rules in force beside proposals."""
    frame = _floats(table).assign(
        proposal=[reader_name(p) if isinstance(p, str) else _("Rules in force") for p in table["proposal"]]
    )
    columns = {"proposal": _("Rules"), "paid": (_("Bonuses to date"), "currency_exact"),
               "difference": (_("Difference"), "currency_exact"),
               "better_off": (_("Better off"), "integer"), "worse_off": (_("Worse off"), "integer"),
               "most": (_("Most for one person"), "currency_exact")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "bonus_proposals",
            "caption": _("What other rules would have paid for the same work")}  # fmt: skip


def review_table(reviewed: pd.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    """Everyone reviewed against each criterion."""
    frame = named(reviewed, names).assign(
        verdict=[
            _("eligible") if row.eligible else _("borderline") if row.borderline else _("not yet") for row in reviewed.itertuples()
        ],
        missed=[_(", ").join(_(_CRITERIA[name]) for name in missed) for missed in reviewed["missed"]],
    )
    columns = {"person": _("Person"), "level": (_("Grade"), "text"), "verdict": (_("Verdict"), "text"),
               "attainment": (_("Attainment"), "fraction"), "teamwork": (_("Teamwork"), "score"), "skill": (_("Skills"), "score"),
               "months_employed": (_("Months employed"), "integer"), "incidents": (_("Incidents that bar"), "integer"),
               "missed": (_("Missed"), "text")}  # fmt: skip
    return {
        "frame": frame,
        "columns": columns,
        "name": "promotion_review",
        "rows": 15,
        "caption": _("Promotion review: all criteria"),
    }


def sensitivity_table(table: pd.DataFrame, rules: Promotion) -> dict[str, Any]:
    """How the number eligible hangs on each criterion."""
    barring = _(", ").join(_(_SEVERITIES[s]) for s in rules.no_incident)
    need = {"attainment": formats.percent(rules.attainment, 0), "teamwork": formats.number(rules.teamwork),
            "skill": formats.number(rules.skill), "months_employed": formats.number(rules.months_employed),
            "incidents": _("no incident: {kinds}").format(kinds=barring)}  # fmt: skip
    step = {"attainment": formats.points, "incidents": lambda _step: formats.DASH}
    frame = table.assign(
        need=[need[name] for name in table["criterion"]],
        step=[step.get(row.criterion, formats.number)(row.step) for row in table.itertuples()],
        criterion=[_(_CRITERIA[name]) for name in table["criterion"]],
    )
    columns = {"criterion": _("Criterion"), "need": (_("Needed"), "text"), "step": (_("Moved by"), "figure"),
               "looser": (_("Eligible if looser"), "integer"), "now": (_("Eligible now"), "integer"),
               "tighter": (_("Eligible if stricter"), "integer"), "dropped": (_("Eligible without it"), "integer")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "promotion_sensitivity",
            "caption": _("How many would be eligible if one criterion were moved")}  # fmt: skip


def conduct_table(told: pd.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    """Every incident with its consequences."""
    frame = named(told, names).assign(
        withheld=[None if value is None else float(value) for value in told["withheld"]],
        severity=[_(_SEVERITIES[s]) for s in told["severity"]],
    )
    columns = {"occurred_on": (_("Day"), "date"), "person": _("Person"), "kind": (_("Kind"), "text"),
               "severity": (_("Severity"), "text"), "outcome": (_("Handled by"), "text"),
               "withheld": (_("Bonus withheld"), "currency_exact"), "barred_until": (_("No promotion until"), "date")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "conduct", "rows": 15,
            "caption": _("Incidents of the year and their consequences, latest first"),
            "note": _("A quarter's incidents together withhold from its bonus; the amount stands beside each.")}  # fmt: skip


def pay_method() -> str:
    """How a bonus comes about."""
    return _("A quarter pays the grade's target bonus times what the tier pays, for the share of the quarter's days employed; a "
             "share of the sales above quota; and an extra for teamwork. Incidents of the quarter withhold their share of it, and "
             "a fiscal year's quarters end at the cap. All is exact decimal arithmetic, rounded half up to the cent once per part. "
             "A quarter under way counts its days so far.\n\nProposals are applied to the same sales, ratings and incidents: "
             "nobody is assumed to work differently for other rules.")  # fmt: skip


def _quarterly(told: pd.DataFrame) -> pd.DataFrame:
    """One row per person and quarter: incidents of one quarter share what was withheld."""
    return told.assign(quarter=told["occurred_on"].dt.to_period("Q")).drop_duplicates(["person_id", "quarter"])


def _latest_first(ledger: pd.DataFrame) -> pd.DataFrame:
    return ledger.sort_values(["quarter", "paid", "person_id"], ascending=[False, False, True], ignore_index=True)


def _floats(frame: pd.DataFrame) -> pd.DataFrame:
    """Exact amounts as numbers tables can show and every download format can hold."""
    exact = [name for name in frame if frame[name].map(lambda value: isinstance(value, Decimal)).any()]
    return frame.assign(**{name: frame[name].astype(float) for name in exact})
