"""Sentences on alerts (plan item 7.3.2): what a rule saw, of what, and whose business it is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from brandops.i18n import gettext as _
from brandops.i18n import mark
from brandops.i18n import shown as reader_name
from brandops.present import formats

if TYPE_CHECKING:
    import pandas as pd

_SAID = {
    "sales_deviation": mark("Net sales of {member}, last seven days: {value} off the expected path"),
    "return_rate": mark("Returns of {member}, last four weeks: {value} of gross sales"),
    "turnover_deviation": mark("Stock turnover of {member}: {value} off its expected path"),
    "days_of_cover": mark("Stock of {member} lasts {value}"),
    "unexplained_stock": mark("Stock record of {member}: {value} no movement explains"),
    "price_war": mark("Price war: {member} has taken {value} of the category"),
    "overdue_share": mark("Overdue receivables: {value} of all open ones"),
    "late_deliveries": mark("Deliveries of {member} late, last 90 days: {value}"),
    "material_price_change": mark("Price of {member} against 90 days before: {value}"),
}
_UNITS = {"days_of_cover": "days", "unexplained_stock": "currency", "price_war": "pp"}
_SIGNED = ("sales_deviation", "turnover_deviation", "material_price_change")
_EVENTS = {"opened": mark("New"), "reopened": mark("Back"), "closed": mark("Ended"), "acknowledged": mark("Acknowledged")}
_SEVERITIES = {"critical": mark("Critical"), "warning": mark("Warning")}
_FIGURES = {
    "sales_deviation": mark("Net sales off their path"), "return_rate": mark("Return rate"),
    "turnover_deviation": mark("Stock turnover off its path"), "days_of_cover": mark("Days of cover"),
    "unexplained_stock": mark("Stock no movement explains"), "price_war": mark("Share taken in a price war"),
    "overdue_share": mark("Overdue receivables"), "late_deliveries": mark("Late deliveries"),
    "material_price_change": mark("Material price"),
}  # fmt: skip


def names_of(products: "pd.DataFrame | None", channels: "pd.DataFrame | None", suppliers: "pd.DataFrame | None") -> dict[str, str]:
    """What products, channels and suppliers are called, by their ids."""
    found: dict[str, str] = {}
    for table, column, name in ((products, "product_id", "product"), (channels, "channel_id", "channel"),
                                (suppliers, "supplier_id", "supplier")):  # fmt: skip
        if table is not None and name in table:
            known = table.dropna(subset=[name])
            found |= dict(zip(known[column], known[name], strict=True))
    return found


def said(alert: Mapping[str, Any], currency: str, names: Mapping[str, str] | None = None) -> str:
    """The alert as a sentence; `names`: what readers call members (products, channels, suppliers) by their ids."""
    text = value_text(alert["figure"], alert["value"], currency)
    return _(_SAID[alert["figure"]]).format(member=member_name(alert["member"], names), value=text)


def value_text(figure: str, value: float, currency: str) -> str:
    """A figure's value as readers see it; deviations with their sign."""
    if figure in _SIGNED and not formats.missing(value):
        return formats.signed(100 * value) + "%"
    return formats.quantity(value, _UNITS.get(figure, "fraction"), currency)


def limit_text(alert: Mapping[str, Any], currency: str) -> str:
    """The rule's threshold with its side."""
    sign = {"above": "> ", "below": "< ", "off": "± "}[alert["direction"]]
    value = alert["threshold"] if alert["direction"] != "off" else abs(alert["threshold"])
    if alert["figure"] in _SIGNED and alert["direction"] == "off":
        return sign + formats.percent(value)
    return sign + value_text(alert["figure"], value, currency)


def member_name(member: str, names: Mapping[str, str] | None = None) -> str:
    """What readers call a member: `Skin care / Muyan` part by part; the company as a whole."""
    if member == "total":
        return _("the company")
    parts = [(names or {}).get(part, part) for part in member.split(" / ")]
    return " / ".join(reader_name(part) for part in parts)


def event_name(event: str) -> str:
    """What happened."""
    return _(_EVENTS[event])


def severity_name(severity: str) -> str:
    """How grave it is."""
    return _(_SEVERITIES[severity])


def figure_name(figure: str) -> str:
    """What is watched."""
    return _(_FIGURES[figure])


def summary(opened: int, critical: int, still: int, day: str, grave: int) -> str:
    """The day in a sentence: alerts `opened`, `critical` ones of them, those open `still`, and the `grave` (critical) of these."""
    if not opened and not still:
        return _("{day}: quiet, no alert is open.").format(day=day)
    if not opened:
        return _("{day}: no new alert; {still} still open, {critical} of them critical.").format(
            day=day, still=still, critical=grave
        )
    return _("{day}: {opened} new alerts, {critical} of them critical; {still} open in all.").format(
        day=day, opened=opened, critical=critical, still=still
    )
