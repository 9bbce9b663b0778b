"""Sentences and tables on the scorecard and its grades (plan item 7.2.2)."""

from typing import Any

import pandas as pd

from brandops.analysis.credit import CreditRisk
from brandops.analysis.credit_grades import IN_DEFAULT
from brandops.analysis.scorecard import BASE_ODDS, BASE_POINTS, DOUBLING, REASONS, Scorecard, card_table
from brandops.analysis.scorecard_validation import Validation
from brandops.i18n import gettext as _
from brandops.i18n import mark
from brandops.i18n import shown as reader_name
from brandops.present import formats
from brandops.present.sentences.credit import listing

_FEATURES = {
    "years_in_business": mark("Years in business"), "industry": mark("Line of business"),
    "payment_terms_days": mark("Payment terms, days"), "credit_limit": mark("Credit limit"),
    "months_known": mark("Months a customer"), "late_share": mark("Share of invoices paid late"),
    "days_late": mark("Mean days late"), "overdue_share": mark("Share of the balance past due"),
    "utilisation": mark("Use of the credit limit"), "trend": mark("Purchases of late against before"),
}  # fmt: skip
_PERCENTS = ("late_share", "overdue_share", "utilisation")


def feature_name(feature: str) -> str:
    """What a reader calls a feature."""
    return _(_FEATURES[feature])


def graded(risk: CreditRisk, currency: str) -> str:
    """How accounts fall into grades, and who owes more than the grade allows."""
    performing = risk.grades[risk.grades["grade"] != IN_DEFAULT]
    worst = performing[performing["accounts"] > 0].iloc[-1]
    said = [_("{count} accounts are graded; {worst} of them are grade {grade} and owe {money}.").format(
        count=formats.number(performing["accounts"].sum()), worst=formats.number(worst["accounts"]), grade=worst["grade"],
        money=formats.money(worst["exposure"], currency))]  # fmt: skip
    fallen = risk.grades[risk.grades["grade"] == IN_DEFAULT].iloc[0]
    if fallen["accounts"]:
        said.append(_("{count} accounts are in default with {money}.").format(
            count=formats.number(fallen["accounts"]), money=formats.money(fallen["exposure"], currency)))  # fmt: skip
    over = risk.accounts[risk.accounts["excess"] > 0]
    if len(over):
        said.append(_("{count} accounts owe {money} more than their grades allow, first {customers}.").format(
            count=formats.number(len(over)), money=formats.money(over["excess"].sum(), currency),
            customers=listing(list(over.sort_values(["expected_loss", "customer_id"], ascending=[False, True])["customer_id"]))
        ))  # fmt: skip
    return formats.sentences(*said)


def validated(found: Validation, threshold: float) -> str:
    """How the scorecard of a year ago did since."""
    said = [_("Made on {day} and tried on the twelve months since, the scorecard puts a later defaulter above a payer in {auc} of "
              "pairs ({low} to {high}; {threshold} is asked for).").format(
        day=formats.day(found.made_on), auc=formats.percent(found.auc.value, 0), low=formats.percent(found.auc.low, 0),
        high=formats.percent(found.auc.high, 0), threshold=formats.percent(threshold, 0))]  # fmt: skip
    seen = {"seen": formats.number(found.accounts["defaulted"].sum()), "expected": formats.number(found.accounts["pd"].sum(), 1)}
    if found.ratio.low <= 1 <= found.ratio.high:
        said.append(_("{seen} defaults came where {expected} were expected.").format(**seen))
    else:
        said.append(_("Caution: {seen} defaults came where {expected} were expected, beyond chance.").format(**seen))
    return formats.sentences(*said)


def not_validated() -> str:
    """Why there is no validation out of time."""
    return _("The scorecard could not be tried on later months: a year ago too few customers had defaulted.")


def shifted(index: float, limit: float) -> str:
    """Whether the portfolio's scores have moved."""
    numbers = {"index": formats.number(index, 3), "limit": formats.number(limit, 2)}
    if index < limit:
        return _("The accounts' scores lie as a year ago: population stability index {index}, below {limit}.").format(**numbers)
    return _("The accounts' scores have moved since a year ago: population stability index {index}, {limit} or more: the scorecard "
             "should be made anew.").format(**numbers)  # fmt: skip


def grades_table(grades: pd.DataFrame) -> dict[str, Any]:
    """Grades with their limits, terms and accounts."""
    frame = grades.assign(grade=[_("in default") if grade == IN_DEFAULT else grade for grade in grades["grade"]])
    columns = {"grade": (_("Credit grade"), "text"), "up_to": (_("PD up to"), "fraction"),
               "limit_months": (_("Limit, months"), "score"),
               "terms_days": (_("Terms, days"), "integer"), "accounts": (_("Accounts"), "integer"),
               "pd": (_("Mean PD"), "fraction"), "exposure": (_("Owed"), "currency"), "excess": (_("Above the limit"), "currency"),
               "expected_loss": (_("Expected loss"), "currency")}  # fmt: skip
    note = _("PD: probability of default within twelve months. The limit is in months of the customer's usual purchases.")
    caption = _("Credit grades: limits, terms, accounts")
    return {"frame": frame, "columns": columns, "name": "grades", "caption": caption, "note": note}


def accounts_table(accounts: pd.DataFrame) -> dict[str, Any]:
    """Accounts with grade, limit and terms, the greatest expected loss first."""
    columns = {"customer_id": (_("Customer"), "text"), "grade": (_("Credit grade"), "text"), "pd": (_("PD"), "fraction"),
               "low": (_("from"), "fraction"), "high": (_("to"), "fraction"), "exposure": (_("Owed"), "currency"),
               "expected_loss": (_("Expected loss"), "currency"), "credit_limit": (_("Limit now"), "currency"),
               "grade_limit": (_("Limit of the grade"), "currency"), "payment_terms_days": (_("Terms now"), "integer"),
               "grade_terms": (_("Terms of the grade"), "integer"), "excess": (_("Above the limit"), "currency")}  # fmt: skip
    return {"frame": _named(accounts), "columns": columns, "name": "accounts", "rows": 15,
            "caption": _("Accounts by expected loss: grade, limit, terms")}  # fmt: skip


def reasons_table(accounts: pd.DataFrame) -> dict[str, Any]:
    """What costs each account points, dearest first."""
    frame = _named(accounts)
    for at in range(REASONS):
        frame[f"reason_{at + 1}"] = [feature_name(why[at]) if len(why) > at else None for why in accounts["reasons"]]
    columns = {
        "customer_id": (_("Customer"), "text"),
        "grade": (_("Credit grade"), "text"),
        "score": (_("Points"), "integer"),
        "reason_1": (_("Costs most points"), "text"),
        "reason_2": (_("second"), "text"),
        "reason_3": (_("third"), "text"),
    }
    return {
        "frame": frame,
        "columns": columns,
        "name": "reasons",
        "rows": 15,
        "caption": _("Reasons for the points of each account"),
    }


def _named(accounts: pd.DataFrame) -> pd.DataFrame:
    return accounts.assign(grade=[_("in default") if grade == IN_DEFAULT else grade for grade in accounts["grade"]])


def points_table(card: Scorecard) -> dict[str, Any]:
    """The scorecard itself."""
    table = card_table(card)
    frame = table.assign(name=[feature_name(feature) for feature in table["feature"]],
                         bin=[_class_text(row) for row in table.itertuples()])  # fmt: skip
    columns = {"name": (_("Feature"), "text"), "bin": (_("Class"), "text"), "share": (_("Of accounts"), "fraction"),
               "default_rate": (_("Defaulted"), "fraction"), "evidence": (_("Weight of evidence"), "decimal"),
               "points": (_("Points"), "integer")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "scorecard", "rows": 30, "caption": _("Scorecard: points by class"),
            "note": _("{base} points stand for odds of {odds} to 1 of being paid; {more} more double them.").format(
                base=BASE_POINTS, odds=BASE_ODDS, more=DOUBLING)}  # fmt: skip


def information_table(card: Scorecard) -> dict[str, Any]:
    """Features tried, with what they tell."""
    frame = card.information.assign(name=[feature_name(feature) for feature in card.information["feature"]],
                                    used=[bool(used) for used in card.information["used"]])  # fmt: skip
    columns = {"name": (_("Feature"), "text"), "value": (_("Information value"), "decimal"), "used": (_("Used"), "text"),
               "weight": (_("Weight"), "decimal")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "information", "caption": _("Features by information value")}


def calibration_table(classes: pd.DataFrame) -> dict[str, Any]:
    """Expected and seen default rates."""
    columns = {
        "pd": (_("Expected"), "fraction"),
        "rate": (_("Seen"), "fraction"),
        "low": (_("from"), "fraction"),
        "high": (_("to"), "fraction"),
        "accounts": (_("Accounts"), "integer"),
        "defaults": (_("Defaults"), "integer"),
    }
    return {"frame": classes, "columns": columns, "name": "calibration",
            "caption": _("Defaults expected a year ago and seen since, by fifths of the expected")}  # fmt: skip


def calibration_alt(classes: pd.DataFrame) -> str:
    """Description of the calibration plot."""
    return _("Seen default rates with 95% intervals against expected ones, from {low} to {high} expected; on the diagonal both "
             "agree.").format(low=formats.percent(classes["pd"].min()), high=formats.percent(classes["pd"].max()))  # fmt: skip


def roc_alt(found: Validation) -> str:
    """Description of the ROC curve."""
    return _("Share of defaulters caught against share of payers refused; area {auc}, greatest distance from the diagonal "
             "{ks}.").format(auc=formats.number(found.auc.value, 2), ks=formats.number(found.ks.value, 2))  # fmt: skip


def method(card: Scorecard) -> str:
    """How the scorecard is made and tried."""
    return _("Accounts are looked at each quarter in the past with what was known on that day; the outcome is a first default in "
             "the twelve months after it ({customers} customers, {defaults} defaults). Each feature is cut into classes whose "
             "default rate rises or falls throughout (optbinning) and replaced by its weight of evidence; a logistic regression "
             "weighs the features, and those that tell little or work against their own evidence are dropped. The log-odds are "
             "then shrunk to {slope} of their size, as customers left out of the fit show they should be. Intervals: standard "
             "errors clustered by customer.\n\nValidation out of time: a scorecard is made from what was known a year ago and "
             "judged by the defaults since; the intervals of AUC, Gini and KS come from resampling customers. Line of business, "
             "years in business, terms and limit are taken as they are today: the source keeps no history of them.").format(
        customers=formats.number(card.customers), defaults=formats.number(card.defaults), slope=formats.percent(card.slope, 0),
    )  # fmt: skip


def _class_text(row: Any) -> str:
    if row.missing:
        return _("not known")
    if row.values:
        return _(", ").join(reader_name(value) for value in row.values.split(", "))
    low, high = _bound(row.feature, row.low), _bound(row.feature, row.high)
    if formats.missing(row.low):
        return _("below {high}").format(high=high)
    return _("{low} and more").format(low=low) if formats.missing(row.high) else _("{low} to {high}").format(low=low, high=high)


def _bound(feature: str, value: float) -> str:
    return formats.percent(value) if feature in _PERCENTS else formats.compact(value)
