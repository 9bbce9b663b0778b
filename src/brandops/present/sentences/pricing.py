"""Sentences and tables on price response (plan item 3.1.2)."""

from typing import Any

import pandas as pd

from brandops.analysis.price_diagnostics import HIGH_VIF
from brandops.analysis.pricing import COMPETITOR, PriceResponse
from brandops.i18n import gettext as _
from brandops.i18n import mark
from brandops.present import formats
from brandops.present.sentences.goals_names import name

_TERMS = {
    "log_price": mark("Own price (elasticity)"), "promotion": mark("Promotion (log effect beyond the price)"),
    "feature": mark("Campaign (log effect)"), "price_war": mark("Competitor's price war (log effect)"),
    "competitor_price": mark("Competitors' price (elasticity)"),
}  # fmt: skip
_STEPS = {
    "sold": mark("Weeks with a sale"), "sold too rarely": mark("Left out: sold too rarely for a price to be known"),
    "beyond the best-selling": mark("Left out: beyond the best-selling products"),
    "weeks without a sale, price carried": mark("Weeks without a sale, at the month's usual price"), "used": mark("Used"),
}  # fmt: skip
_REASONS = {"few products": mark("too few products"), "price hardly varies": mark("prices hardly vary")}
_NO_PRICE = {
    "elasticity": mark("whether lower prices sell more there cannot be told"),
    "sales": mark("nothing was sold there in the last year"), "cost": mark("unit costs there are not known"),
}  # fmt: skip

FEW_NAMED = 3  # channels left out are named up to so many, else counted


def channel_names(sales: pd.DataFrame | None) -> dict[str, str]:
    """What a reader calls each channel of the mart sales_monthly, by its id."""
    if sales is None:
        return {}
    known = sales[["channel_id", "channel"]].drop_duplicates()
    return {row.channel_id: name(row.channel) for row in known.itertuples()}


def term_name(term: str) -> str:
    """What a reader calls a term of the regression."""
    return _(_TERMS.get(term, term))


def elasticity_finding(response: PriceResponse, names: dict[str, str]) -> str:
    """Where volume answers most and least to price, in how many channels that cannot be told, and why."""
    own = response.of("log_price").sort_values("estimate")
    told = own[own["high"] < 0]
    said = [_answers(told, names)] if len(told) else []
    if len(told) < len(own):
        said.append(_untold(own, len(own) - len(told), names))
    return " ".join([*said, *_left_out(response.left_out, names)])


def _answers(told: pd.DataFrame, names: dict[str, str]) -> str:
    first, last = told.iloc[0], told.iloc[-1]
    if len(told) == 1:
        return _("A price 1% lower sells {most}% more ({low} to {high}) in {channel}.").format(
            most=formats.number(-first["estimate"], 1), low=formats.number(-first["high"], 1),
            high=formats.number(-first["low"], 1), channel=names.get(first["channel_id"], first["channel_id"]),
        )  # fmt: skip
    return _("Volume answers most to price in {first} (elasticity {most}, {most_low} to {most_high}) and least in {last} "
             "({least}, {least_low} to {least_high}).").format(
        first=names.get(first["channel_id"], first["channel_id"]), last=names.get(last["channel_id"], last["channel_id"]),
        most=formats.number(first["estimate"], 2), most_low=formats.number(first["low"], 2),
        most_high=formats.number(first["high"], 2), least=formats.number(last["estimate"], 2),
        least_low=formats.number(last["low"], 2), least_high=formats.number(last["high"], 2),
    )  # fmt: skip


def _untold(own: pd.DataFrame, count: int, names: dict[str, str]) -> str:
    """Channels whose interval holds no effect: an estimate there is no answer."""
    if len(own) == 1:
        row = own.iloc[0]
        return _("Whether lower prices sell more in {channel} cannot be told: {most}% per 1% ({low} to {high}).").format(
            channel=names.get(row["channel_id"], row["channel_id"]), most=formats.number(-row["estimate"], 1),
            low=formats.number(-row["high"], 1), high=formats.number(-row["low"], 1),
        )  # fmt: skip
    return _("In {count} of {all} channels the elasticity cannot be estimated: the interval reaches 0, for prices moved too "
             "little, or with demand, to show what volume answers to.").format(count=count, all=len(own))  # fmt: skip


def _left_out(left_out: pd.DataFrame, names: dict[str, str]) -> list[str]:
    """One sentence a reason; a few channels by name, many by number."""
    said = []
    for reason, rows in left_out.groupby("reason", sort=False):
        named = [str(names.get(channel, channel)) for channel in rows["channel_id"]]
        if len(named) <= FEW_NAMED:
            said.append(_("{channel}: not estimated, {reason}.").format(channel=_(", ").join(named), reason=_(_REASONS[reason])))
        else:
            said.append(_("{count} channels: not estimated, {reason}.").format(count=len(named), reason=_(_REASONS[reason])))
    return said


def competitor_finding(response: PriceResponse) -> str:
    """What competitors' prices do to our volume, or why it cannot be said."""
    found = response.of(COMPETITOR)
    if found.empty:
        return _("The competitors' prices cannot be set against our volume: no price index covers every month.")
    row = found.iloc[0]
    numbers = {"estimate": formats.number(row["estimate"], 2), "low": formats.number(row["low"], 2),
               "high": formats.number(row["high"], 2)}  # fmt: skip
    if row["low"] > 0:
        return _("Where competitors' prices rise 1%, our volume rises {estimate}% ({low} to {high}).").format(**numbers)
    if row["high"] < 0:
        return _(
            "Competitors' prices: elasticity {estimate} ({low} to {high}). Dearer competitors do not cost us volume: their "
            "average price moved with the mix they sold or with demand, and this is no effect to act on."
        ).format(**numbers)
    return _("Competitors' prices: elasticity {estimate} ({low} to {high}), which may be chance.").format(**numbers)


def optimum_finding(optimum: pd.DataFrame, names: dict[str, str]) -> str:
    """Which price earns most within those observed, and where the formula points beyond them."""
    row = optimum.loc[optimum["gain"].idxmax()]
    said = [_("Most is to be gained in {channel}: at {price} of today's price profit changes by {gain} ({low} to {high}).").format(
        channel=names.get(row["channel_id"], row["channel_id"]), price=formats.percent(row["recommended"], 0),
        gain=formats.percent(row["gain"]), low=formats.percent(row["gain_low"]), high=formats.percent(row["gain_high"]),
    )]  # fmt: skip
    beyond = int(optimum["extrapolates"].sum())
    if beyond:
        said.append(_("In {beyond} of {count} channels the formula's best price lies outside the prices observed; the price "
                      "shown is the end of what was observed, to be tried in steps.").format(
            beyond=beyond, count=len(optimum)
        ))  # fmt: skip
    return " ".join(said)


def no_response() -> str:
    """Why no regression was run at all."""
    return _("No elasticity can be estimated: too few products sell every week at prices that vary.")


def no_price_finding(lacking: pd.DataFrame, names: dict[str, str]) -> str:
    """Where no best price follows, one sentence a reason; `lacking` is an `optimal_price.without_price`."""
    if lacking.empty:
        return _("No best price can be given: no channel's elasticity could be estimated.")
    said = []
    for reason, rows in lacking.groupby("reason", sort=False):
        named = [str(names.get(channel, channel)) for channel in rows["channel_id"]]
        if len(named) <= FEW_NAMED:
            said.append(
                _("No best price for {channels}: {reason}.").format(channels=_(", ").join(named), reason=_(_NO_PRICE[reason]))
            )
        else:
            said.append(_("No best price in {count} channels: {reason}.").format(count=len(named), reason=_(_NO_PRICE[reason])))
    return " ".join(said)


def diagnostics_finding(vif: pd.DataFrame, checks: pd.Series, influence: pd.DataFrame) -> str:
    """Collinearity, residuals and influence in words."""
    worst, most = vif.iloc[0], influence.iloc[0]
    said = [_("Collinearity: largest variance inflation {vif}").format(vif=formats.number(worst["vif"], 1))
            + (_(", too high to part its effect from others'.") if worst["vif"] > HIGH_VIF else _(", no concern."))]  # fmt: skip
    said.append(_("Residuals: neighbouring weeks correlate {auto}; {outside} lie beyond four standard deviations.").format(
        auto=formats.number(checks["autocorrelation"], 2), outside=formats.percent(checks["outside"], 2)
    ))  # fmt: skip
    said.append(_("Influence: {count} of {all} products have a Cook's distance above the limit, most {product} ({most}).").format(
        count=int(influence["influential"].sum()), all=len(influence), product=most["cluster"],
        most=formats.number(most["cooks_distance"], 2),
    ))  # fmt: skip
    return " ".join(said)


def dots_caption(own: pd.DataFrame) -> str:
    """How many channels are elastic beyond doubt."""
    return _("{count} of {all} channels are elastic beyond doubt: their interval lies left of −1 (dashed).").format(
        count=int((own["high"] < -1).sum()), all=len(own)
    )


def dots_alt(own: pd.DataFrame, names: dict[str, str]) -> str:
    """Description of the elasticities with their intervals."""
    parts = [
        _("{channel} {estimate} ({low} to {high})").format(
            channel=names.get(row.channel_id, row.channel_id), estimate=formats.number(row.estimate, 2),
            low=formats.number(row.low, 2), high=formats.number(row.high, 2)
        )
        for row in own.itertuples()
    ]  # fmt: skip
    return _("Dots with 95% intervals of own-price elasticity: {parts}.").format(parts=_("; ").join(parts))


def curves_caption(cost_rate: float) -> str:
    """What the curves take into account."""
    return _("Profit after cost of goods and selling costs of {rate} of sales, along prices that were observed; dots: the "
             "best of them.").format(rate=formats.percent(cost_rate))  # fmt: skip


def curves_alt(optimum: pd.DataFrame, names: dict[str, str]) -> str:
    """Description of the curves: the best observed price of each channel."""
    parts = [
        _("{channel} {price}").format(channel=names.get(row.channel_id, row.channel_id), price=formats.percent(row.recommended, 0))
        for row in optimum.head(5).itertuples()
    ]
    return _("Lines of profit against price; best within the prices observed: {parts}.").format(parts=_("; ").join(parts))


def method() -> str:
    """How the elasticities are estimated and what they do not tell."""
    return _("Regression: log volume of a week, product and channel on log price, promotion, campaign, competitors' price and "
             "price war, with effects of product, channel and year, of channel and week, and the season of each category. "
             "Weeks without a sale count as zero: the same log-log model is then estimated by Poisson pseudo-maximum "
             "likelihood, since zero has no logarithm and leaving such weeks out would flatter the price.\n\nIntervals: "
             "standard errors clustered by product (CR2) with Satterthwaite's degrees of freedom, for few and unequal "
             "clusters; for competitors' prices, which are the same for a whole category, by category and half-year where "
             "that is wider.\n\nBest price: constant elasticity and unit cost; the interval comes from draws of the "
             "elasticity. The recommendation never leaves the 5th to 95th percentile of prices observed for a product.\n\n"
             "Caution: prices that answer to demand bias an elasticity toward zero, and a discount that makes customers buy "
             "ahead overstates it. Only prices set at random would settle it.")  # fmt: skip


def elasticities_table(response: PriceResponse, names: dict[str, str]) -> dict[str, Any]:
    """All estimates with their intervals."""
    shown = response.elasticities.assign(
        channel=[_("All channels") if pd.isna(c) else names.get(c, c) for c in response.elasticities["channel_id"]],
        term=response.elasticities["term"].map(term_name),
    )
    columns = {
        "channel": _("Channel"), "term": _("Effect of"), "estimate": (_("Estimate"), "decimal"), "low": (_("from"), "decimal"),
        "high": (_("to"), "decimal"), "p_value": (_("p"), "p_value"), "products": (_("Products"), "integer"),
        "price_change": (_("Spread of price"), "fraction"),
    }  # fmt: skip
    return {"frame": shown, "columns": columns, "name": "elasticities", "rows": 20,
            "caption": _("Effects on volume with 95% intervals")}  # fmt: skip


def optimum_table(optimum: pd.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    """Best price of each channel, free and within the observed range."""
    shown = optimum.assign(channel=[names.get(c, c) for c in optimum["channel_id"]])
    columns = {
        "channel": _("Channel"), "price": (_("Mean price"), "currency_exact"), "cost_share": (_("Cost of goods"), "fraction"),
        "optimum": (_("Formula's best price"), "fraction"), "optimum_low": (_("from"), "fraction"),
        "optimum_high": (_("to"), "fraction"), "observed_low": (_("Lowest observed"), "fraction"),
        "observed_high": (_("Highest observed"), "fraction"), "recommended": (_("Best observed"), "fraction"),
        "recommended_low": (_("from "), "fraction"), "recommended_high": (_("to "), "fraction"),
        "gain": (_("Change of profit"), "fraction"), "gain_low": (_("at least"), "fraction"),
        "gain_high": (_("at most"), "fraction"),
    }  # fmt: skip
    return {"frame": shown, "columns": columns, "name": "best_prices",
            "caption": _("Price with the most profit, today's price = 100%")}  # fmt: skip


def account_table(account: pd.DataFrame) -> dict[str, Any]:
    """What the regression used and what it left out."""
    columns = {"step": _("Step"), "units": (_("Products × channels"), "integer"), "rows": (_("Weeks"), "integer"),
               "volume": (_("Units sold"), "integer")}  # fmt: skip
    return {"frame": account.assign(step=[_(_STEPS[step]) for step in account["step"]]), "columns": columns,
            "name": "price_panel", "caption": _("What the regression uses and leaves out")}  # fmt: skip
