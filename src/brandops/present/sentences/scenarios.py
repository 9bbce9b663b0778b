"""Sentences and tables on scenarios of the coming quarter (plan item 7.3.3)."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from brandops.analysis.scenario_answers import YEARS, Answers
from brandops.analysis.scenarios import LEVEL, Quarter
from brandops.i18n import gettext as _
from brandops.i18n import language
from brandops.i18n import shown as reader_name
from brandops.present import formats

if TYPE_CHECKING:
    from brandops.params.scenarios import Scenario, Scenarios

Arguments = dict[str, Any]


def names(scenarios: "list[Scenario]") -> dict[str, str]:
    """What readers call each scenario, by the key the tables use; the plan first."""
    return {"plan": _("As planned"), **{key(one): one.name.get(language()) or key(one) for one in scenarios}}


def key(scenario: "Scenario") -> str:
    """The name that is the same in every language."""
    return scenario.name.get("en") or next(iter(scenario.name.values()))


def assumed(scenarios: "list[Scenario]", answers: Answers) -> set[str]:
    """Scenarios whose effect rests on an assumption: they move credit limits or campaign money beyond what was measured."""
    credit, campaign = {"limits", "worse"} <= answers.measured, {"campaigns", "beyond"} <= answers.measured
    return {key(one) for one in scenarios if one.credit_limits > 1 or (one.credit_limits < 1 and not credit)
            or (one.campaign_budget != 1 and not campaign)}  # fmt: skip


def best(table: pd.DataFrame, unproved: set[str], called: dict[str, str], start: pd.Timestamp, currency: str) -> str:
    """Which prepared scenario promises most of those that rest on estimates, how surely, and by when to decide."""
    tried = table[(table["scenario"] != "plan") & ~table["scenario"].isin(unproved)].sort_values("profit_change", ascending=False)
    said = []
    if tried.empty or tried["profit_change"].iloc[0] <= 0 or tried["better"].iloc[0] < 0.5:
        said.append(_("No prepared scenario that rests on estimates promises more profit than the plan."))
    else:
        top = tried.iloc[0]
        said.append(_("Of {count} prepared scenarios that rest on estimates “{name}” promises most: {change} of profit in the "
                      "coming quarter ({low} to {high}; probability {better} that it pays). Decide before {day}.").format(
            count=len(tried), name=called[top["scenario"]], change=_signed(top["profit_change"], currency),
            low=_signed(top["profit_change_low"], currency), high=_signed(top["profit_change_high"], currency),
            better=formats.percent(top["better"], 0), day=formats.day(start)))  # fmt: skip
    others = table[table["scenario"].isin(unproved) & (table["profit_change_low"] > 0)].sort_values(
        "profit_change", ascending=False
    )
    if len(others):
        said.append(_("“{name}” would bring {change} if its assumption holds: measure that first.").format(
            name=called[others["scenario"].iloc[0]], change=_signed(others["profit_change"].iloc[0], currency)))  # fmt: skip
    return formats.sentences(*said)


def plan(row: pd.Series, currency: str) -> str:
    """The quarter as planned."""
    return _("As planned, the coming quarter brings net sales of {sales} ({low} to {high}), a profit of {profit} and {cash} of "
             "cash; of what it sells on credit {loss} is lost in the end. With a probability of 5% profit falls below "
             "{worst}.").format(
        sales=formats.money(row["net_sales"], currency), low=formats.money(row["net_sales_low"], currency),
        high=formats.money(row["net_sales_high"], currency), profit=formats.money(row["profit"], currency),
        cash=formats.money(row["cash"], currency), loss=formats.money(row["credit_loss"], currency),
        worst=formats.money(row["worst"], currency))  # fmt: skip


def table(compared: pd.DataFrame, unproved: set[str], called: dict[str, str]) -> Arguments:
    """All prepared scenarios against the plan."""
    columns = {
        "name": _("Scenario"), "rests": _("Rests on"), "net_sales": (_("Net sales"), "currency"), "profit": (_("Profit"),
        "currency"),
        "profit_low": (_("From"), "currency"), "profit_high": (_("To"), "currency"),
        "profit_change": (_("Against the plan"), "currency"), "profit_change_low": (_("From"), "currency"),
        "profit_change_high": (_("To"), "currency"), "better": (_("Chance it pays"), "fraction"), "cash": (_("Cash"), "currency"),
        "cash_change": (_("Against the plan"), "currency"), "credit_loss": (_("Lost on credit"), "currency"),
        "short": (_("Chance stock runs out"), "fraction"), "stock_end": (_("Stock at the end"), "currency"),
        "worst": (_("Profit, worst of 20"), "currency"),
    }  # fmt: skip
    rests = [_("an assumption") if name in unproved else _("estimates") for name in compared["scenario"]]
    return {"frame": compared.assign(name=compared["scenario"].map(called), rests=rests), "columns": columns, "name": "scenarios",
            "caption": _("Prepared scenarios of the coming quarter; intervals hold {level} of the draws").format(
                level=formats.percent(LEVEL, 0))}  # fmt: skip


def levers_table(scenarios: "list[Scenario]", called: dict[str, str], channels: dict[str, str]) -> Arguments:
    """What each scenario changes."""
    rows = []
    for one in scenarios:
        moved = [f"{reader_name(channels.get(c, c))} {formats.signed(100 * v)}%" for c, v in one.price.items()]
        rows.append((called[key(one)], _(", ").join(moved) or None, one.orders - 1, one.credit_limits - 1, one.campaign_budget - 1))
    frame = pd.DataFrame(rows, columns=["name", "price", "orders", "credit", "campaign"])
    columns = {
        "name": _("Scenario"), "price": _("Prices"), "orders": (_("Orders"), "fraction"),
        "credit": (_("Credit limits"), "fraction"), "campaign": (_("Campaign budget"), "fraction"),
    }  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "levers", "caption": _("What each scenario changes against the plan")}


def method(quarter: Quarter, answers: Answers, given: "Scenarios", currency: str) -> str:
    """What the scenarios rest on."""
    known = _("Estimated from the data: sales by channel (forecast with its errors), price elasticities (4.2.2), cost rates, "
              "loss rate of credit sales ({loss}), campaign money of the same months last year ({budget}). Goods are ordered as "
              "much as is expected to sell. Every scenario uses the same draws, so differences are the lever's.").format(
        loss=formats.percent(quarter.loss_rate), budget=formats.money(quarter.campaigns, currency))  # fmt: skip
    rest = _("{share} of the units a price wins are taken from channels whose price stays. Stock is one pool: shortages of single "
             "products are in 7.3.1.").format(share=formats.percent(quarter.cannibalisation, 0))  # fmt: skip
    return "\n\n".join((known, _limits_method(answers, given), _campaigns_method(answers, given), rest))


def _limits_method(answers: Answers, given: "Scenarios") -> str:
    if "limits" not in answers.measured:
        return _("Assumed, in scenarios.yml: sales on credit answer to limits with an elasticity of {limit}; what a limit adds or "
                 "cuts is lost {worse} times as often as the mean.").format(
            limit=formats.number(given.assumptions.credit.sales_to_limit, 2),
            worse=formats.number(given.assumptions.credit.marginal_loss, 1))  # fmt: skip
    said = [_("Credit limits: a third lower, they would have stopped {stopped} of last year's sales on credit. How much of that "
              "would be lost and how much paid at once nothing tells: any share is as likely.").format(
        stopped=formats.percent(answers.stopped, 2))]  # fmt: skip
    said.append((_("Their probability of default (7.2.2) is {worse} times the mean.") if "worse" in answers.measured else
                 _("Assumed, in scenarios.yml: they are lost {worse} times as often as the mean.")).format(
        worse=formats.number(float(np.median(answers.worse)), 1)))  # fmt: skip
    said.append(_("Of wider limits nothing is known; they are supposed to work as narrower ones do."))
    return formats.sentences(*said)


def _campaigns_method(answers: Answers, given: "Scenarios") -> str:
    if "campaigns" in answers.measured:
        low, high = np.quantile(answers.campaigns, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        said = [_("Campaign money: {count} campaigns of the last {years} years (6.3.3) brought {response} of net sales per unit "
                  "spent; those of a quarter may bring {low} to {high}.").format(
            count=answers.told, years=YEARS, response=formats.number(float(np.mean(answers.campaigns)), 2),
            low=formats.number(low, 2), high=formats.number(high, 2))]  # fmt: skip
    else:
        said = [_("Assumed, in scenarios.yml: a unit of campaign money brings {response} of sales at the usual budget.").format(
            response=formats.number(given.assumptions.campaign.return_on_spend, 1))]  # fmt: skip
    low, middle, high = (formats.number(float(v), 2) for v in np.quantile(answers.beyond, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]))
    said.append((_("The next unit brings {beyond} of the mean one ({low} to {high}), as measured on always-on advertising (6.2.3): "
                   "campaigns are supposed to saturate like it.") if "beyond" in answers.measured else
                 _("Assumed, in scenarios.yml: the next unit brings {beyond} of the mean one.")).format(
        beyond=middle, low=low, high=high))  # fmt: skip
    return formats.sentences(*said)


def levers_caption() -> str:
    """What the interactive chart shows."""
    return _("Move a lever: the coming quarter as planned and as changed; lines hold 80% of the draws")


def levers_heading() -> str:
    """Heading of the interactive chart where it stands beside other levers."""
    return f"<h3>{_('What if: orders, credit and campaigns of the coming quarter')}</h3>"


def levers_alt() -> str:
    """What stands in the interactive chart's place for who cannot see it."""
    return _("Sliders for prices, orders, credit limits and campaign money; bars of what the coming quarter brings as planned and "
             "as changed, in net sales, profit and cash.")  # fmt: skip


def _signed(value: float, currency: str) -> str:
    return ("+" if value > 0 else "") + formats.money(value, currency)
