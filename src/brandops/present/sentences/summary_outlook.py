"""Sentences on what comes next: forecast, initiatives, targets (plan items 9.3.1 to 9.3.3)."""

import pandas as pd

from brandops.analysis import summary_outlook as ahead
from brandops.i18n import gettext as _
from brandops.i18n import ngettext
from brandops.periods import Period
from brandops.present import formats
from brandops.present.sentences.lists import NAMED, listed, rows_of


def next_period(figure: pd.Series, period: Period, currency: str, probability: float | None = None) -> str:
    """The coming period's forecast against its target."""
    seen = _("{period} is expected to sell {value} ({level} interval {low} to {high})").format(
        period=period,
        value=formats.money(figure["value"], currency),
        level=formats.percent(figure["level"], 0),
        low=formats.money(figure["low"], currency),
        high=formats.money(figure["high"], currency),
    )
    if pd.isna(figure["target"]):
        return _("{seen}; the plan has no target for it yet.").format(seen=seen)
    gap = figure["target"] - figure["value"]
    text = _("{seen}, {gap} less than its target of {target}") if gap > 0 else _("{seen}, {gap} more than its target of {target}")
    text = text.format(seen=seen, gap=formats.money(abs(gap), currency), target=formats.money(figure["target"], currency))
    if probability is None or pd.isna(probability):
        return _("{text}.").format(text=text)
    return _("{text}; it is reached with a probability of {chance}.").format(text=text, chance=formats.percent(probability, 0))


def first_initiatives(table: pd.DataFrame, currency: str) -> str:
    """What is expected to bring most, and what it takes care of."""
    worth = table.dropna(subset=["profit"])
    if worth.empty:
        return _("No section found an initiative whose value can be told.")
    said = [best_initiative(table, currency)]
    if len(worth) > 1:
        said.append(
            _("Then: {parts}.").format(
                parts=_("; ").join(
                    _("{action} ({money})").format(action=r.action, money=formats.money(r.profit, currency))
                    for r in rows_of(worth.iloc[1:NAMED])
                )
            )
        )
    exposed = table[table["measure"] == ahead.EXPOSED]
    if len(exposed):
        said.append(
            _("Besides, {money} are exposed until this is done: {action}.").format(
                money=formats.money(exposed["value"].iloc[0], currency), action=exposed["action"].iloc[0]
            )
        )
    return formats.sentences(*said)


def best_initiative(table: pd.DataFrame, currency: str) -> str:
    """The initiative that is expected to bring most."""
    row = table.dropna(subset=["profit"]).iloc[0]
    return _("The best initiative is worth {money} of profit a year{interval}: {action}.").format(
        action=row["action"], money=formats.money(row["profit"], currency), interval=_interval(row, currency)
    )


def ownerless(table: pd.DataFrame) -> str | None:
    """How many initiatives nobody is charged with."""
    count = int((table["owner"] == "").sum())
    if not count:
        return None
    return ngettext("{count} initiative has no owner: neither the plan nor the action log names one.",
                    "{count} initiatives have no owner: neither the plan nor the action log names one.", count).format(
        count=count)  # fmt: skip


def growth(proposal: dict[str, float], year: Period, planned: float, currency: str, this_year: float) -> str:
    """The growth proposed for the next year and what speaks for it."""
    target = formats.money(this_year * (1 + proposal["growth"]), currency)
    if proposal["growth"] == planned:
        return _("For {year} we propose to keep the growth of {growth}, {target} net sales: the forecast reaches it with a "
                 "probability of {chance}.").format(year=year, growth=formats.percent(planned), target=target,
                                        chance=formats.percent(proposal["plan_probability"], 0))  # fmt: skip
    return _("For {year} we propose {growth} growth, {target} net sales, instead of {planned}: the forecast reaches {planned} with "
             "a probability of {chance} only and expects {median}.").format(
        year=year, growth=formats.percent(proposal["growth"]), target=target, planned=formats.percent(planned),
        chance=formats.percent(proposal["plan_probability"], 0), median=formats.percent(proposal["median"]))  # fmt: skip


def raised(table: pd.DataFrame) -> str | None:
    """Which targets are raised, and how many stand."""
    if table.empty:
        return None
    up = table[table["proposed"] != table["target"]]
    if up.empty:
        return _("No other target is raised: those not reached stand until they are.")
    return _("Raised to what has been reached beyond doubt: {names}. Other targets that stand: {count}.").format(
        names=listed(list(up["name"])), count=len(table) - len(up)
    )


def basis(row: pd.Series, value: str, reach: str) -> str:
    """Why a target is proposed."""
    if row["basis"] == ahead.HELD:
        if row["proposed"] == row["target"]:
            return _("Reached, but not beyond doubt by a whole step: keep it")
        return _("Reached beyond doubt ({value}): hold it").format(value=value)
    if row["basis"] == ahead.OPEN:
        return _("The data cannot tell yet whether it is reached")
    if row["basis"] == ahead.PACE:
        return _("Missed and nearing: another step of the same size leads to {reach}").format(reach=reach)
    return _("Missed without nearing: the cause comes before a new target")


def method_targets() -> str:
    """How targets are proposed."""
    return _("A target met beyond doubt is raised to what has been reached beyond doubt, the far end of its interval, rounded "
             "to the easier side; it is never made easier. One at risk or missed stands until it is reached. The growth of "
             "sales is kept if the forecast reaches it at least as likely as not, else the growth it does reach is proposed. "
             "They become targets when plan.yml holds them.")  # fmt: skip


def _interval(row: pd.Series, currency: str) -> str:
    if pd.isna(row["profit_low"]) or pd.isna(row["profit_high"]):
        return ""
    return _(" ({low} to {high})").format(
        low=formats.money(row["profit_low"], currency), high=formats.money(row["profit_high"], currency)
    )
