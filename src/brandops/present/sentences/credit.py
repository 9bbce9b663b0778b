"""Sentences and tables on receivables and expected loss (plan item 7.1.2)."""

from typing import Any

import pandas as pd

from brandops.analysis.credit import CreditRisk
from brandops.analysis.intervals import Estimate
from brandops.analysis.receivables import Outstanding
from brandops.i18n import gettext as _
from brandops.i18n import language
from brandops.params.risk import CreditRules
from brandops.present import formats

LISTED = 3  # customers a sentence names


def ageing_label(row: Any) -> str:
    """`not yet due`, `1 to 30 days`, `91 days and more`."""
    if formats.missing(row.from_days):
        return _("not yet due")
    if formats.missing(row.to_days):
        return _("{days} days and more").format(days=formats.number(row.from_days))
    return _("{first} to {last} days").format(first=formats.number(row.from_days), last=formats.number(row.to_days))


def bad_debt(year: dict[str, float], limit: float, currency: str) -> str:
    """What was written off in twelve months against the limit."""
    return _("Bad debts of the last twelve months: {money}, {rate} of what was invoiced; the limit is {limit}.").format(
        money=formats.money(year["written_off"], currency), rate=formats.percent(year["rate"], 2), limit=formats.percent(limit)
    )  # fmt: skip


def receivables(now: Outstanding, ages: pd.DataFrame, currency: str) -> str:
    """What customers owe, how late, and the money kept past terms."""
    said = [_("Customers owe {money}; {share} of it is past due.").format(
        money=formats.money(now.receivables, currency),
        share=formats.percent(now.overdue / now.receivables if now.receivables else None))]  # fmt: skip
    old = ages[ages["to_days"].isna() & ages["from_days"].notna()]["amount"].sum()
    if old > 0:
        said.append(_("{money} is older than {days} days.").format(
            money=formats.money(old, currency), days=formats.number(ages["from_days"].max() - 1)))  # fmt: skip
    if not formats.missing(now.count_back):
        said.append(_("Sales wait {days} days for their money (count-back); paid by their terms they would wait {best}.").format(
            days=formats.number(now.count_back), best=formats.number(now.best_possible)))  # fmt: skip
    return formats.sentences(*said)


def expected(risk: CreditRisk, currency: str) -> str:
    """Loss expected of today's receivables."""
    loss = risk.loss
    return _("Of the {exposure} owed, {value} ({low} to {high}) is expected to be lost within twelve months, {quarter} of it "
             "within three; one year in twenty costs more than {bad}.").format(
        exposure=formats.money(loss.exposure, currency), value=formats.money(loss.value, currency),
        low=formats.money(loss.low, currency), high=formats.money(loss.high, currency),
        quarter=formats.money(loss.quarter, currency), bad=formats.money(loss.bad_year, currency),
    )  # fmt: skip


def no_expectation(risk: CreditRisk, minimum: int) -> str:
    """Why no loss can be expected in numbers."""
    return _("{count} customers have defaulted so far: too few for a scorecard, which needs {minimum}.").format(
        count=len(risk.defaults), minimum=minimum)  # fmt: skip


def given_default(lgd: Estimate) -> str:
    """Share of the exposure a default loses."""
    return _("A default loses {share} of what was owed ({low} to {high}, from {count} settled defaults).").format(
        share=formats.percent(lgd.value), low=formats.percent(lgd.low), high=formats.percent(lgd.high), count=lgd.n)  # fmt: skip


def tried(backtest: dict[str, float], currency: str) -> str:
    """What a year ago would have been expected, and what came."""
    numbers = {name: formats.money(backtest[name], currency) for name in ("expected", "low", "high", "lost")}
    if backtest["low"] <= backtest["lost"] <= backtest["high"]:
        return _("Tried on last year: {expected} would have been expected ({low} to {high}), {lost} was lost.").format(**numbers)
    return _("Caution: a year ago {expected} would have been expected ({low} to {high}), but {lost} was lost.").format(**numbers)


def ageing_table(ages: pd.DataFrame) -> dict[str, Any]:
    """Receivables by age."""
    frame = ages.assign(age=[ageing_label(row) for row in ages.itertuples()])
    columns = {"age": (_("Past due"), "text"), "amount": (_("Amount"), "currency"), "share": (_("Share"), "fraction"),
               "invoices": (_("Invoices"), "integer"), "customers": (_("Customers"), "integer")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "ageing", "caption": _("Receivables by days past due")}


def outstanding_table(history: pd.DataFrame) -> dict[str, Any]:
    """Days sales outstanding by month-end, latest first."""
    columns = {"date": (_("Day"), "date"), "receivables": (_("Receivables"), "currency"), "overdue": (_("Past due"), "currency"),
               "count_back": (_("DSO, count-back"), "days"), "standard": (_("DSO, standard"), "days"),
               "best_possible": (_("DSO, best possible"), "days")}  # fmt: skip
    return {"frame": history.iloc[::-1], "columns": columns, "name": "outstanding", "rows": 12,
            "caption": _("Days sales outstanding (DSO) by month-end")}  # fmt: skip


def collection_table(overdue: pd.DataFrame, rules: CreditRules, as_of: object) -> dict[str, Any]:
    """Who is past due, and what to do by when."""
    steps = [rules.step_of(days) for days in overdue["oldest"]]
    frame = overdue.assign(
        action=[action_text(step) for step in steps],
        by=[due_day(as_of, step.within_days) if step else pd.NaT for step in steps],
    )  # fmt: skip
    columns = {"customer_id": (_("Customer"), "text"), "overdue": (_("Past due"), "currency"),
               "oldest": (_("Oldest, days"), "integer"), "invoices": (_("Invoices"), "integer"),
               "action": (_("What to do"), "text"), "by": (_("Due by"), "date")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "collection", "rows": 15,
            "caption": _("Past due by customer: what to do by when")}  # fmt: skip


def action_text(step: Any) -> str | None:
    """What a collection step does, in the reader's language."""
    return None if step is None else step.action.get(language()) or next(iter(step.action.values()))


def due_day(as_of: object, days: int) -> pd.Timestamp:
    """The day something is to be done by."""
    return pd.Timestamp(as_of) + pd.Timedelta(days=days)


def listing(names: list[str]) -> str:
    """Customers, suppliers or materials one after another, cut short where there are many."""
    said = _(", ").join(names[:LISTED])
    if len(names) > LISTED:
        return _("{some} and {count} more").format(some=said, count=len(names) - LISTED)
    return said


def method(rules: CreditRules) -> str:
    """How receivables and expected loss are measured."""
    return _("DSO standard: receivables to the sales of the last three months. DSO count-back: months of sales taken off the"
             " balance, latest first, until nothing is left. Best possible: what is not yet due alone. Bad debts: amounts "
             "written off in twelve months to what was invoiced in them.\n\nExpected loss is probability of default × loss "
             "given default × what is owed today. A customer is in default from {days} days past due, or a write-off before."
             " Loss given default is what was lost of all that was owed at past defaults; its interval comes from resampling"
             " customers. The interval of the expected loss joins it with the scorecard's own uncertainty; a bad year adds "
             "chance: who defaults, and what each default loses. What customers will buy in the meantime is not in it.").format(
        days=rules.default_days)  # fmt: skip
