"""What could hurt the next quarter, how much, and what to do by when: the register that opens section 7."""

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from brandops.analysis.credit import CreditRisk
from brandops.analysis.intervals import Estimate
from brandops.i18n import gettext as _
from brandops.i18n import mark
from brandops.i18n import shown as reader_name
from brandops.params.risk import CreditRules, SupplyRules
from brandops.present import formats, html
from brandops.present.sentences.credit import due_day, listing

# A loss is money gone; exposure is money that depends on something going well: the two are never added or ranked together.
EXPECTED, WORST, EXPOSED = "expected loss", "one quarter in twenty", "exposed"
_KINDS = {EXPECTED: mark("expected loss"), WORST: mark("one quarter in twenty"), EXPOSED: mark("exposed")}
HEADLINES = 3


@dataclass(frozen=True)
class Threat:
    """A risk to the next quarter: money (with its interval where it is estimated), its kind, what to do, by when."""

    item: str
    risk: str
    kind: str
    money: float
    low: float
    high: float
    action: str
    by: pd.Timestamp


def credit(risk: CreditRisk, rules: CreditRules, as_of: object) -> list[Threat]:
    """Customers who will not pay; nothing without an expected loss."""
    if risk.loss is None or risk.loss.quarter <= 0:
        return []
    over = risk.accounts[risk.accounts["excess"] > 0]
    first = list((over if len(over) else risk.accounts)["customer_id"])
    action = _("Bring down to their grade's limit and terms, first {customers}").format(customers=listing(first))
    scale = risk.loss.quarter / risk.loss.value
    return [Threat("7.1.2", _("Customers do not pay"), EXPECTED, risk.loss.quarter, risk.loss.low * scale, risk.loss.high * scale,
                   action, due_day(as_of, rules.review_days))]  # fmt: skip


def prices(basket: dict[str, float], table: pd.DataFrame, rules: SupplyRules, as_of: object) -> list[Threat]:
    """Materials become dearer."""
    if formats.missing(basket["at_risk"]):
        return []
    first = [reader_name(name) for name in table.loc[table["at_risk"] > 0, "material"].head(2)]
    action = _("Fix prices or buy ahead: {materials}").format(materials=listing(first))
    return [Threat("7.1.3", _("Materials become dearer"), WORST, basket["at_risk"], basket["at_risk_low"], basket["at_risk_high"],
                   action, due_day(as_of, rules.review_days))]  # fmt: skip


def lateness(kept: Estimate, spend: float, table: pd.DataFrame, rules: SupplyRules, as_of: object) -> list[Threat]:
    """Purchases of a quarter that come late or short; `kept` and `spend` (of a quarter) over twelve months."""
    if formats.missing(kept.value) or kept.value >= 1:
        return []
    behind = table.assign(failed=(1 - table["on_time_in_full"]) * table["value"])
    behind = behind.sort_values(["failed", "supplier_id"], ascending=[False, True])["supplier_id"].head(2)
    action = _("Agree on dates and safety stock with {suppliers}").format(suppliers=listing(list(behind)))
    return [Threat("7.1.3", _("Materials come late or short"), EXPOSED, spend * (1 - kept.value), spend * (1 - kept.high),
                   spend * (1 - kept.low), action, due_day(as_of, rules.review_days))]  # fmt: skip


def dependence(table: pd.DataFrame, rules: SupplyRules, as_of: object) -> list[Threat]:
    """Materials of too few suppliers; `table` of `supply_base.material_sources` over twelve months."""
    short = table[~table["enough"]]
    if short.empty:
        return []
    action = _("Qualify another supplier for {materials}").format(
        materials=listing([reader_name(name) for name in short["material"]]))  # fmt: skip
    none, by = float("nan"), due_day(as_of, rules.qualify_days)
    quarter = short["value"].sum() / 4
    return [Threat("7.2.3", _("Materials hang on too few suppliers"), EXPOSED, quarter, none, none, action, by)]


def ranked(threats: list[Threat]) -> list[Threat]:
    """Losses first, exposure after them, each by money."""
    return sorted(threats, key=lambda threat: (threat.kind == EXPOSED, -threat.money, threat.risk))


def headlines(threats: list[Threat], currency: str) -> list[str]:
    """The page's answer: what could hurt the next quarter, how much, what to do by when."""
    templates = {
        EXPECTED: _("Next quarter: {risk}, an expected {money}{range}. {action}, by {day}."),
        WORST: _("Next quarter: {risk}, by {money}{range} in one quarter of twenty. {action}, by {day}."),
        EXPOSED: _("Next quarter: {risk}; {money}{range} of purchases depends on it. {action}, by {day}."),
    }
    return [templates[threat.kind].format(risk=_lower(threat.risk), money=formats.money(threat.money, currency),
                                          range=_range(threat, currency), action=threat.action, day=formats.day(threat.by))
            for threat in ranked(threats)[:HEADLINES]]  # fmt: skip


def none() -> str:
    """That no risk could be put in money, as a quiet line."""
    return html.quiet(_("With what is supplied no risk of the coming quarter can be put in money."))


def register(threats: list[Threat]) -> dict[str, Any]:
    """All risks with money, kind, action and day."""
    frame = pd.DataFrame([asdict(threat) for threat in ranked(threats)])
    frame["kind"] = [_(_KINDS[kind]) for kind in frame["kind"]]
    columns = {"risk": (_("Risk"), "text"), "kind": (_("Money is"), "text"), "money": (_("At stake"), "currency"),
               "low": (_("from"), "currency"), "high": (_("to"), "currency"), "action": (_("What to do"), "text"),
               "by": (_("Due by"), "date"), "item": (_("Item"), "text")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "risk_register",
            "caption": _("What could hurt the next quarter, and what to do by when"),
            "note": _("Expected losses and one-in-twenty costs are money gone; exposed money depends on a delivery and is not lost "
                      "by itself. The kinds are not added up.")}  # fmt: skip


def _range(threat: Threat, currency: str) -> str:
    if formats.missing(threat.low):
        return ""
    return _(" ({low} to {high})").format(low=formats.money(threat.low, currency), high=formats.money(threat.high, currency))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
