"""Sentences and tables on stock and on the backtest of the alert rules (plan items 7.3.1, 7.3.2)."""

from typing import Any

import pandas as pd

from brandops.i18n import gettext as _
from brandops.i18n import mark
from brandops.i18n import shown as reader_name
from brandops.present import formats
from brandops.present.plots.risk import scope_name
from brandops.present.sentences import alerts as say

Arguments = dict[str, Any]
_STATES = {"out": mark("out of stock"), "short": mark("short"), "over": mark("too much"), "slow": mark("slow-moving"),
           "normal": mark("normal")}  # fmt: skip


def state_name(state: str) -> str:
    """Where a product's stock stands."""
    return _(_STATES[state])


def stock(position: pd.DataFrame, turns: float, cover: float, day: pd.Timestamp, currency: str) -> str:
    """How fast stock turns and where it is wrong."""
    count = position["state"].value_counts()
    said = [_("On {day} stock turns {turns} times a year and lasts {cover} days.").format(
        day=formats.day(day), turns=formats.number(turns, 1), cover=formats.number(cover, 0))]  # fmt: skip
    tied = position.loc[position["state"].isin(["over", "slow"]), "excess"].sum()
    said.append(_("{out} products are out of stock, {short} short; {over} hold too much and {slow} do not move ({tied} tied "
                  "up).").format(
        out=int(count.get("out", 0)), short=int(count.get("short", 0)), over=int(count.get("over", 0)),
        slow=int(count.get("slow", 0)), tied=formats.money(tied, currency)))  # fmt: skip
    return formats.sentences(*said)


def anomalies(found: pd.DataFrame, allowed: float, rate: float, names: dict[str, str]) -> str:
    """Which turnovers left their path, and how often the rule alarms at all."""
    often = _("The rule alarms on {rate} of 100 product-days; the true rate of false alarms is at most that.").format(
        rate=formats.number(rate, 2))  # fmt: skip
    if found.empty:
        return formats.sentences(_("No product's turnover left its expected path by more than {allowed} and beyond "
                                   "its noise.").format(
        
            allowed=formats.percent(allowed, 0)), often)  # fmt: skip
    top = found.iloc[0]
    return formats.sentences(
        _("Times in the period a product's turnover left its expected path by more than {allowed} and beyond its noise: "
          "{count}; furthest {product}, {deviation}, from {start} to {end}.").format(
            count=len(found), allowed=formats.percent(allowed, 0), product=say.member_name(top["series"], names),
            deviation=formats.signed(100 * top["deviation"]) + "%", start=formats.day(top["starts_on"]),
            end=formats.day(top["ends_on"])), often)  # fmt: skip


def stock_table(position: pd.DataFrame, names: dict[str, str]) -> Arguments:
    """Stock by product, most money first."""
    shown = position.assign(product=[say.member_name(p, names) for p in position["product_id"]],
                            category=position["category"].map(reader_name), state=position["state"].map(state_name))  # fmt: skip
    columns = {
        "product": _("Product"), "category": _("Category"), "state": _("State"), "on_hand": (_("Units on hand"), "integer"),
        "stock_value": (_("Stock at cost"), "currency"), "turnover": (_("Turns a year"), "decimal"),
        "cover": (_("Days of cover"), "score"), "days_out": (_("Days out, four weeks"), "integer"),
        "lost": (_("Sales lost"), "currency"), "excess": (_("Tied up"), "currency"),
    }  # fmt: skip
    return {"frame": shown, "columns": columns, "name": "stock", "rows": 15,
            "caption": _("Stock by product: what is short, too much or does not move comes first")}  # fmt: skip


def anomalies_table(found: pd.DataFrame, names: dict[str, str]) -> Arguments:
    """Stretches of days off the expected path."""
    columns = {"label": _("Product"), "starts_on": (_("From"), "date"), "ends_on": (_("To"), "date"), "days": (_("Days"),
    "integer"),
               "deviation": (_("Off its path"), "fraction"), "score": (_("In units of its noise"), "decimal")}  # fmt: skip
    return {"frame": found.assign(label=[say.member_name(name, names) for name in found["series"]]), "columns": columns,
            "name": "turnover_anomalies", "rows": 10, "caption": _("Products whose turnover left its expected path")}  # fmt: skip


def stock_method(allowed: float, limit: float) -> str:
    """What turnover is and what it is compared with."""
    return _("Turnover a year: cost of goods issued (mean of four weeks) over stock at cost (mean of one week), day by day. "
             "The expected path is the recent level (median of eight weeks that ended a week ago) times the season: how the "
             "category stood off its own level on the same day last year, Chinese New Year counted from the festival. An "
             "anomaly is off by more than {allowed} and by more than {limit} standard deviations of the product's own "
             "deviations over a year.\n\nSales lost: usual units at the mean net price, a day while out of stock, until the "
             "minimum cover while short. Tied up: stock at cost beyond the maximum cover; of what does not move, all.").format(
        allowed=formats.percent(allowed, 0), limit=formats.number(limit, 1))  # fmt: skip


def alerts(table: pd.DataFrame, start: pd.Timestamp, period: object, currency: str, names: dict[str, str]) -> str:
    """What the rules said in the period that began on `start`, of alerts raised then or before, and what is open at its end."""
    raised = table[table["first_seen"] >= start]
    still = table[table["open"]]
    critical = still[still["severity"] == "critical"]
    said = [_("In {period} the rules raised {count} alerts, {critical} of them critical; {older} raised before stood on in it; "
              "{open} are open at its end.").format(
        period=period, count=len(raised), critical=int((raised["severity"] == "critical").sum()), older=len(table) - len(raised),
        open=len(still))]  # fmt: skip
    said += [_("Open and critical: {text}.").format(text=say.said(row, currency, names)) for row in critical.to_dict("records")[:3]]
    return formats.sentences(*said)


def act(row: dict[str, Any], currency: str, names: dict[str, str]) -> str:
    """An open critical alert as a call to its owner."""
    return _("Open and critical since {day}: {text}; {owner} must act now.").format(
        day=formats.day(row["first_seen"]), text=say.said(row, currency, names), owner=say.member_name(row["owner"]))  # fmt: skip


def backtest(table: pd.DataFrame, rules: pd.DataFrame, since: pd.Timestamp, currency: str) -> str:
    """What the rules would have done over the history."""
    total, after = table["loss"].sum(), table["loss_after"].sum()
    said = [_("Since {day} the rules would have raised {count} alerts, {critical} of them critical.").format(
        day=formats.day(since), count=len(table), critical=int((table["severity"] == "critical").sum()))]  # fmt: skip
    best = rules.dropna(subset=["loss"])
    best = best[best["loss"] > 0]
    if total > 0:
        said.append(_("Of what was lost around them, {share} came after the alert: more than that no answer could have "
                      "saved.").format(
            share=formats.percent(after / total, 0)))  # fmt: skip
    if len(best):
        top = best.iloc[0]
        said.append(_("Most was still to come at alerts of “{rule}”: {after}; on average they came {lead} days before half of "
                      "the loss had.").format(rule=rule_name(top), after=formats.money(top["loss_after"], currency),
                                     lead=formats.number(top["lead_days"], 0)))  # fmt: skip
    return formats.sentences(*said)


def rule_name(row: pd.Series) -> str:
    """A rule as readers know it."""
    if row["scope"] == "total":
        return say.figure_name(row["figure"])
    return _("{figure}, by {scope}").format(figure=say.figure_name(row["figure"]), scope=scope_name(row["scope"]))


def alerts_table(table: pd.DataFrame, currency: str, names: dict[str, str]) -> Arguments:
    """Alerts of the period, latest first."""
    rows = table.to_dict("records")
    shown = table.assign(
        severity=[say.severity_name(row["severity"]) for row in rows],
        text=[say.said(row | {"value": row["worst"]}, currency, names) for row in rows],
        limit=[say.limit_text(row, currency) for row in rows], owner=[say.member_name(row["owner"]) for row in rows],
    ).sort_values(["first_seen", "rule", "member"], ascending=[False, True, True])  # fmt: skip
    columns = {"severity": _("Severity"), "text": _("At its worst"), "limit": _("Limit"), "first_seen": (_("First seen"), "date"),
               "closed_on": (_("Ended"), "date"), "owner": _("Owner"), "loss_after": (_("Lost after it"), "currency")}  # fmt: skip
    return {"frame": shown, "columns": columns, "name": "alerts", "rows": 15, "caption": _("Alerts of the period, latest first")}


def rules_table(rules: pd.DataFrame) -> Arguments:
    """How each rule has done over the history."""
    shown = rules.assign(name=[rule_name(row) for _at, row in rules.iterrows()],
                         severity=rules["severity"].map(say.severity_name), owner=rules["owner"].map(say.member_name))  # fmt: skip
    columns = {
        "name": _("Rule"), "severity": _("Severity"), "owner": _("Owner"), "alerts": (_("Alerts"), "integer"),
        "open": (_("Still open"), "integer"), "days": (_("Days, median"), "integer"), "loss": (_("Lost around them"), "currency"),
        "loss_after": (_("Of it after the alert"), "currency"), "saved": (_("Share"), "fraction"),
        "lead_days": (_("Days before half was lost"), "integer"),
    }  # fmt: skip
    return {"frame": shown, "columns": columns, "name": "alert_rules",
            "caption": _("Backtest of the alert rules over the whole history")}  # fmt: skip


def alerts_method() -> str:
    """How the backtest is made and what it cannot say."""
    return _("The backtest applies the rules of alerts.yml to every day as make monitor does, with what was known by that "
             "day's end; corrections that came later are already in the data. An alert opens on the first day beyond its "
             "threshold, stays open until its figure is back on the good side of its hysteresis, and within its quiet period "
             "is not raised anew.\n\nLosses are counted from 30 days before the alert until it ended or 180 days after; alerts "
             "of one cause each count it, so sums over rules overlap. No loss is measured for late deliveries and "
             "returns.")  # fmt: skip
