"""Sentences and tables on deliveries, prices of materials and suppliers (plan items 7.1.3 and 7.2.3)."""

from typing import Any

import pandas as pd

from brandops.analysis.intervals import Estimate
from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import formats
from brandops.present.sentences.credit import LISTED, listing


def deliveries(kept: Estimate, period: object, worst: pd.DataFrame, target: float | None) -> str:
    """How many lines came on time in full, and who kept it least."""
    said = [_("Of {count} order lines promised in {period}, {share} came on time and in full ({low} to {high}).").format(
        share=formats.percent(kept.value), count=formats.number(kept.n), period=period, low=formats.percent(kept.low),
        high=formats.percent(kept.high))]  # fmt: skip
    if target is not None:
        below = worst[worst["high"] < target]
        if len(below):
            said.append(_("Beyond doubt below {target} over twelve months: {suppliers}.").format(
                target=formats.percent(target, 0), suppliers=listing([
                    f"{row.supplier_id} ({formats.percent(row.on_time_in_full, 0)})" for row in below.itertuples()])))  # fmt: skip
    return formats.sentences(*said)


def lead_time(median: float, long: float) -> str:
    """How long an order takes."""
    return _("Half of all orders arrive within {median} days, nine in ten within {long}.").format(
        median=formats.number(median), long=formats.number(long))  # fmt: skip


def prices(table: pd.DataFrame, basket: dict[str, float], currency: str) -> str:
    """What prices did in a year and what they may cost in a quarter."""
    said = []
    risen = table.dropna(subset=["change_year"]).sort_values(["change_year", "material"], ascending=[False, True])
    if len(risen):
        row = risen.iloc[0]
        said.append((_("{material} rose most in a year: {change}.") if row["change_year"] > 0 else
                     _("No material costs more than a year ago; {material} changed by {change}.")).format(
            material=reader_name(row["material"]), change=formats.signed(row["change_year"] * 100, 0) + "%"))  # fmt: skip
    if not formats.missing(basket["at_risk"]):
        said.append(_("Prices as restless as in the last year may make a quarter's purchases of {spend} dearer by {risk} "
                      "({low} to {high}) in one quarter of twenty.").format(
            spend=formats.money(basket["spend"], currency), risk=formats.money(basket["at_risk"], currency),
            low=formats.money(basket["at_risk_low"], currency), high=formats.money(basket["at_risk_high"], currency)))  # fmt: skip
    return formats.sentences(*said)


def sources(table: pd.DataFrame, minimum: int, currency: str) -> str:
    """Which materials have too few suppliers."""
    short = table[~table["enough"]]
    said = [_("{count} of {all} materials have at least {minimum} suppliers.").format(
        count=len(table) - len(short), all=len(table), minimum=minimum)]  # fmt: skip
    if len(short):
        said.append(_("Too few: {materials}; {money} a year is bought of them.").format(
            materials=listing([_("{material} ({count})").format(material=reader_name(row.material), count=row.suppliers)
                               for row in short.itertuples()]),
            money=formats.money(short["value"].sum(), currency)))  # fmt: skip
    single = table[table["single"]]
    if len(single):
        said.append(_("A single source: {materials}.").format(materials=listing(
            [_("{material} from {supplier}").format(material=reader_name(row.material), supplier=row.main_supplier)
             for row in single.itertuples()])))  # fmt: skip
    return formats.sentences(*said)


def riskiest(table: pd.DataFrame) -> str:
    """The suppliers of the highest score."""
    return _("The riskiest suppliers: {suppliers}.").format(suppliers=listing(
        [f"{row.supplier_id} ({formats.number(row.score)})" for row in table.head(LISTED).itertuples()]))  # fmt: skip


def suppliers_table(table: pd.DataFrame) -> dict[str, Any]:
    """Suppliers by value with how they delivered."""
    columns = {"supplier_id": (_("Id"), "text"), "value": (_("Purchases"), "currency"),
               "lines": (_("Lines due"), "integer"), "on_time_in_full": (_("On time in full"), "fraction"),
               "low": (_("from"), "fraction"), "high": (_("to"), "fraction"), "on_time": (_("On time"), "fraction"),
               "in_full": (_("In full"), "fraction"), "days_late": (_("Days late, when late"), "days"),
               "lead_median": (_("Lead time, median"), "days"), "lead_long": (_("Nine in ten within"), "days"),
               "out": (_("Overdue now"), "currency")}  # fmt: skip
    return {"frame": table, "columns": columns, "name": "suppliers", "rows": 20,
            "caption": _("Suppliers over twelve months: deliveries and lead times")}  # fmt: skip


def prices_table(table: pd.DataFrame) -> dict[str, Any]:
    """Materials by cost at risk."""
    columns = {"material": (_("Material"), "text"), "price": (_("Price"), "decimal"),
               "change_quarter": (_("In a quarter"), "fraction"), "change_year": (_("In a year"), "fraction"),
               "volatility": (_("Volatility a year"), "fraction"), "low": (_("from"), "fraction"), "high": (_("to"), "fraction"),
               "spend": (_("Purchases a quarter"), "currency"), "at_risk": (_("Cost at risk"), "currency")}  # fmt: skip
    return {"frame": table, "columns": columns, "name": "material_prices", "rows": 20,
            "caption": _("Prices of materials: change, volatility, cost at risk in a quarter")}  # fmt: skip


def sources_table(table: pd.DataFrame) -> dict[str, Any]:
    """Materials by number of suppliers and concentration."""
    columns = {"material": (_("Material"), "text"), "suppliers": (_("Suppliers"), "integer"), "enough": (_("Enough"), "text"),
               "concentration": (_("Concentration (HHI)"), "decimal"), "main_supplier": (_("Main supplier"), "text"),
               "main_share": (_("Its share"), "fraction"), "value": (_("Purchases"), "currency")}  # fmt: skip
    return {"frame": table.assign(enough=[bool(value) for value in table["enough"]]), "columns": columns, "name": "materials",
            "rows": 20, "caption": _("Suppliers per material over twelve months, fewest first")}  # fmt: skip


def single_table(table: pd.DataFrame) -> dict[str, Any]:
    """The single-source list."""
    columns = {"material": (_("Material"), "text"), "main_supplier": (_("Supplier"), "text"), "value": (_("Purchases"), "currency")}
    return {"frame": table[table["single"]], "columns": columns, "name": "single_sources",
            "caption": _("Single-source list: materials with one supplier")}  # fmt: skip


def risk_table(table: pd.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    """Suppliers by risk score."""
    frame = table.assign(supplier=[names.get(who) for who in table["supplier_id"]])
    columns = {"supplier_id": (_("Id"), "text"), "supplier": (_("Supplier"), "text"), "score": (_("Risk score"), "score"),
               "reliability": (_("Chance of failing"), "fraction"), "delay": (_("Delay"), "fraction"),
               "dependence": (_("Dependence"), "fraction"), "materials": (_("Materials"), "integer"),
               "value": (_("Purchases"), "currency")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "supplier_risk", "rows": 20,
            "caption": _("Suppliers by risk score, 0 to 100")}  # fmt: skip


def deliveries_method() -> str:
    """How deliveries and prices are measured."""
    return _(
        "On time in full: an order line received by the promised day with the quantity ordered, tolerances as in the plan; a "
        "line promised by now and still out has failed, and where receipts carry no quantity the day alone counts. Intervals "
        "are Wilson's. Lead times count lines still out as longer than so far (Kaplan-Meier).\n\nVolatility is the standard "
        "deviation of weekly log returns over a year, on the scale of a year; the cost at risk is what one quarter of twenty "
        "exceeds if prices move as they did, for the basket as a whole with materials partly offsetting one another."
    )


def risk_method(weights: dict[str, float]) -> str:
    """How the risk score is made."""
    scale = sum(weights.values())
    return _("The risk score joins the chance that the next line is not on time in full ({reliability}), the days late when late "
             "({delay}; 30 or more count as the worst) and the share a supplier has of the materials it delivers ({dependence}). "
             "HHI is the sum of squared shares of purchases: 1 is a single source, from 0.25 on it counts as highly "
             "concentrated.").format(**{name: formats.percent(weights.get(name, 0) / scale, 0)
                                        for name in ("reliability", "delay", "dependence")})  # fmt: skip
