"""Sentences and tables on the marketing budget: spend against plan, what advertising brings, where to put it (6.2.3)."""

from typing import Any

import pandas as pd

from brandops.analysis.media_budget import Allocation
from brandops.analysis.media_response import AFTER_DAYS, EFFECT_SCALE, MediaResponse
from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import formats

YEAR = 365
_STAY = 0.05  # a platform whose best spend is so near its spend stays as it is


def spend(by_item: pd.DataFrame, currency: str) -> str:
    """What the period's campaigns cost against their plan."""
    planned, spent = by_item["planned"].sum(), by_item["spent"].sum()
    worst = by_item.sort_values("ratio", ascending=False).iloc[0]
    return _("The period's campaigns cost {spent} of {planned} planned ({ratio}); furthest above plan: {item} at "
             "{item_ratio}.").format(
        spent=formats.money(spent, currency), planned=formats.money(planned, currency), ratio=formats.percent(spent / planned),
        item=reader_name(worst.iloc[0]), item_ratio=formats.percent(worst["ratio"]),
    )  # fmt: skip


def no_format_curves(levels: pd.DataFrame) -> str:
    """Why saturation and carry-over are told by platform and not by campaign format (`campaign_spending.spending_levels`)."""
    return _("Saturation and carry-over are estimated by platform, whose spending changes from week to week, and not by campaign "
             "format: a campaign spends one amount, and a format has run {fewest} to {most} times, its dearest campaign at "
             "{ratio} times its cheapest at the most. What each format returned stands under 6.2.2; a curve needs the same format "
             "at several amounts, in regions drawn by lot.").format(
        fewest=int(levels["campaigns"].min()), most=int(levels["campaigns"].max()),
        ratio=formats.number(levels["ratio"].max(), 1))  # fmt: skip


def advice(found: Allocation, currency: str) -> str:
    """Where the next budget goes."""
    table = found.platforms
    moved = table.assign(change=table["best"] / table["current"] - 1)
    up = moved[moved["change"] > _STAY].sort_values("change", ascending=False)
    down = moved[moved["change"] < -_STAY].sort_values("change")
    said = []
    for part, text in ((up, _("Always-on advertising: put more into {platforms}.")), (down, _("Take from {platforms}."))):
        if len(part):
            listed = _(", ").join(f"{reader_name(row.platform)} ({_signed(row.change)})" for row in part.itertuples())
            said.append(text.format(platforms=listed))
    gain, low, high = (YEAR * value for value in found.gain)
    if not said:
        return _("The advertising budget is spread as well as can be told: no platform should get more or less.")
    said.append(_("That is expected to bring {gain} more profit a year ({low} to {high}) from {spent} instead of {current} of "
                  "advertising.").format(
        gain=formats.money(gain, currency), low=formats.money(low, currency), high=formats.money(high, currency),
        spent=formats.money(found.spent * YEAR, currency), current=formats.money(table["current"].sum() * YEAR, currency),
    ))  # fmt: skip
    return formats.sentences(*said)


def returns(found: Allocation, currency: str) -> str:
    """Which platform pays beyond doubt and which does not."""
    table = found.platforms
    sure, bad = table[table["roi_low"] > 0], table[table["roi"] < 0]
    profit, low, high = (YEAR * value for value in found.profit)
    said = [_("Always-on advertising earns {profit} a year after its cost ({low} to {high}).").format(
        profit=formats.money(profit, currency), low=formats.money(low, currency), high=formats.money(high, currency))]  # fmt: skip
    if len(sure):
        said.append(_("It pays beyond doubt on {platforms}.").format(platforms=_listed(sure)))
    if len(bad):
        said.append(_("It is not expected to earn its cost on {platforms}.").format(platforms=_listed(bad)))
    return formats.sentences(*said)


def spend_table(by_item: pd.DataFrame, key: str) -> dict[str, Any]:
    """Planned and spent by `budget_item` or `format`."""
    label = {"budget_item": _("Budget item"), "format": _("Campaign format")}[key]
    columns = {key: label, "planned": (_("Planned"), "currency"), "spent": (_("Spent"), "currency"),
               "ratio": (_("Spent to planned"), "fraction"), "over": (_("Above plan"), "currency")}  # fmt: skip
    captions = {"budget_item": _("Campaigns of the period: spend against plan by item"),
                "format": _("All campaigns so far: spend against plan by format")}  # fmt: skip
    return {"frame": by_item, "columns": columns, "name": f"spend_by_{key}", "caption": captions[key]}


def response_table(found: MediaResponse) -> dict[str, Any]:
    """Estimates of every platform."""
    columns = {"platform": _("Platform"), "mean_spend": (_("Mean spend a day"), "currency_exact")}
    for key, label, kind in (("at_mean", _("Effect on sales at mean spend"), "fraction"),
                             ("carry_over", _("Carried over to the next day"), "fraction"),
                             ("half_saturation", _("Half the effect at a spend of"), "currency_exact")):  # fmt: skip
        columns |= {key: (label, kind), f"{key}_low": (_("from"), kind), f"{key}_high": (_("to"), kind)}
    return {"frame": found.platforms, "columns": columns, "name": "media_response",
            "caption": _("What advertising brings by platform, with 95% intervals")}  # fmt: skip


def allocation_table(found: Allocation) -> dict[str, Any]:
    """Spend today and at its best, a year."""
    amounts = ["current", "best", "best_low", "best_high", "sales", "profit"]
    frame = found.platforms.assign(**{name: found.platforms[name] * YEAR for name in amounts})
    columns = {
        "platform": _("Platform"), "current": (_("Spend a year"), "currency"), "best": (_("Best spend"), "currency"),
        "best_low": (_("from"), "currency"), "best_high": (_("to"), "currency"), "sales": (_("Sales it brings"), "currency"),
        "profit": (_("Profit after its cost"), "currency"), "roi": (_("Return on spend"), "fraction"),
        "roi_low": (_("from "), "fraction"), "roi_high": (_("to "), "fraction"),
        "marginal": (_("Profit of one more unit of money"), "ratio"), "marginal_best": (_("at the best spend"), "ratio"),
    }  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "media_allocation",
            "caption": _("Advertising: spend now and the allocation with most profit")}  # fmt: skip


def curves_alt(found: Allocation) -> str:
    """Description of the chart of curves."""
    parts = _("; ").join(
        _("{platform} from {now} to {best} a day").format(
            platform=reader_name(row.platform), now=formats.number(row.current), best=formats.number(row.best)
        )
        for row in found.platforms.itertuples()
    )  # fmt: skip
    return _("Curves of profit against daily spend by platform, now and best: {parts}.").format(parts=parts)


def method(found: MediaResponse, lower: float, upper: float) -> str:
    """How response and allocation are estimated, and what they do not tell."""
    return _("Response: a channel's units sold a day are multiplied by exp(effect × a / (half + a)), a being today's spend and "
             "what is carried over from the days before (geometric adstock and a concave Hill curve; Jin et al. 2017). Fitted by "
             "Poisson pseudo-maximum likelihood to {observations} days and channels, with effects of each day, of channel and "
             "month, of the channel's price and of its campaigns with the {after} days after; so only week-to-week changes of "
             "spend that other channels did not share count. Posterior on a grid with weak priors (effect: half-normal of scale "
             "{scale}; half: log-normal about the mean spend), widened for overdispersion ({dispersion}) and autocorrelation "
             "({autocorrelation}). Advertising is taken not to lower sales.\n\nAllocation: the most expected profit within the "
             "budget, each platform between {lower} and {upper} times its spend; margin and sales of the last twelve months. "
             "The curves are concave, so the optimum is the only one (SLSQP). Its interval is that of the optima of single "
             "draws.\n\nCampaigns' own advertising is left out here: it belongs to the campaign's effect. Promotion, execution "
             "and materials are always spent together, so their returns cannot be told apart. Where spending is raised when "
             "demand is expected to rise in that channel alone, the effect is overstated; levels set at random "
             "avoid it.").format(
        observations=formats.number(found.observations), after=AFTER_DAYS, scale=formats.number(EFFECT_SCALE, 1),
        dispersion=formats.number(found.dispersion, 2), autocorrelation=formats.number(found.autocorrelation, 2),
        lower=formats.number(lower, 1), upper=formats.number(upper, 1),
    )  # fmt: skip


def _listed(table: pd.DataFrame) -> str:
    return _(", ").join(
        _("{platform} ({roi}; {low} to {high})").format(
            platform=reader_name(row.platform), roi=formats.percent(row.roi, 0), low=formats.percent(row.roi_low, 0),
            high=formats.percent(row.roi_high, 0),
        )
        for row in table.itertuples()
    )  # fmt: skip


def _signed(value: float) -> str:
    return formats.signed(value * 100, 0) + "%"
