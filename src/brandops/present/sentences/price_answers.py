"""Sentences of item 4.2.2: how channels answer to price, where that comes from, and why it cannot be told."""

import pandas as pd

from brandops.analysis.channel_prices import Estimated
from brandops.analysis.pooled_elasticity import Pooled
from brandops.analysis.price_panel import MIN_LINES
from brandops.analysis.pricing import MIN_CLUSTERS, MIN_PRICE_CHANGE
from brandops.analysis.shared_prices import FEWEST_LINES, FOLLOWS, MAX_PRODUCTS
from brandops.i18n import gettext as _
from brandops.present import formats
from brandops.present.sentences.lists import listed


def elasticity(pooled: Pooled, labels: dict[str, str]) -> str:
    """Most and least price-sensitive channel; that nothing can be read where volume falls with price in none."""
    ordered = pooled.table.sort_values("estimate")
    if not (ordered["high"] < 0).any():
        return _untrusted(ordered)
    first, last = ordered.iloc[0], ordered.iloc[-1]
    return _("{first} answers most to price ({low}% of volume per percent), {last} least ({high}%).").format(
        first=labels.get(first["channel_id"], first["channel_id"]), low=formats.number(first["estimate"], 2),
        last=labels.get(last["channel_id"], last["channel_id"]), high=formats.number(last["estimate"], 2),
    )  # fmt: skip


def _untrusted(ordered: pd.DataFrame) -> str:
    text = _("In no channel does volume clearly fall with price (estimates from {low} to {high}% of volume per percent): how much "
             "customers answer to price cannot be told from these sales, and no change of price is simulated.").format(
        low=formats.number(ordered["estimate"].min(), 2), high=formats.number(ordered["estimate"].max(), 2))  # fmt: skip
    if (ordered["low"] > 0).any():
        text += " " + _("Where it rather rises with price, buyers stocked up before prices rose, or prices rose because "
                        "demand did; it is no advice to raise them.")  # fmt: skip
    return text


def borrowed_prices(follows: pd.Series, labels: dict[str, str]) -> str:
    """Whose prices the elasticities rest on, where channels' own sales are too few."""
    used = follows[follows >= FOLLOWS]
    text = _("Each channel alone sells most products too rarely to know their prices of every week, so prices are those the "
             "other channels' customers paid, coupons taken off. Where both are known, {low} to {high} of a change there shows in "
             "a channel's own prices; what it changed for itself alone is not seen, which draws elasticities toward nought. Where "
             "large orders are cheaper, prices fall because more is bought, and elasticities come out too large.").format(
        low=formats.percent(used.min(), 0), high=formats.percent(used.max(), 0))  # fmt: skip
    apart = [labels.get(channel, channel) for channel in follows.index[follows < FOLLOWS]]
    if apart:
        text += " " + _("Prices of {channels} do not follow the others': nothing can be told of these but the mean.").format(
            channels=listed(apart))  # fmt: skip
    return text


def untold(found: Estimated | None, labels: dict[str, str]) -> str:
    """Why there is no elasticity by channel."""
    if found is None:
        return _("Prices by week and product are not known.")
    text = _("How volume answers to price cannot be told by channel. {reasons}.").format(reasons=_reasons(found, labels))
    if found.follows is None:
        return text
    if (found.follows >= FOLLOWS).sum() > 1:
        return text + " " + _("Nor do the prices of enough products vary in the other channels.")
    if found.follows.empty:
        return text + " " + _("Nor do enough products sell in the other channels that week for prices to be borrowed from there.")
    return text + " " + _("Nor can prices be borrowed from the other channels: of a change there, {low} to {high} shows in a "
                          "channel's own prices, and {least} would be needed in two of them.").format(
        low=formats.percent(found.follows.min(), 0), high=formats.percent(found.follows.max(), 0),
        least=formats.percent(FOLLOWS, 0))  # fmt: skip


def without_own(found: Estimated, labels: dict[str, str]) -> str | None:
    """Why some channels have no elasticity by themselves; None where prices were taken elsewhere, or none lacks one."""
    if found.follows is not None or found.left_out.empty:
        return None
    return _("Without an estimate of their own: {reasons}.").format(reasons=_reasons(found, labels))


def _reasons(found: Estimated, labels: dict[str, str]) -> str:
    reasons = {
        "sold too rarely": _("no product sells {lines} order lines a week, so prices of weeks without a sale are not known"),
        "few products": _("fewer than {products} products sell so often"),
        "price hardly varies": _("prices hardly vary within a year (standard deviation below {change})"),
    }
    numbers = {"lines": formats.number(MIN_LINES, 0), "products": formats.number(MIN_CLUSTERS),
               "change": formats.percent(MIN_PRICE_CHANGE, 0)}  # fmt: skip
    parts = [_("{channels}: {reason}").format(
        channels=listed([labels.get(channel, channel) for channel in part["channel_id"]]), reason=reasons[why].format(**numbers))
        for why, part in found.left_out.groupby("reason", sort=False)]  # fmt: skip
    return _("; ").join(parts)


def method(cannibalisation: float, borrowed: bool) -> str:
    """How elasticities are pooled and changes of price simulated."""
    text = _(
        "Elasticities and lifts by promotions of a log-log panel regression (see 3.1.2) are pooled by a normal hierarchical "
        "model whose spread is integrated over. The simulation holds the mix within a channel fixed; {share} of the units a "
        "channel wins are taken from the others, a supposition of the plan."
    ).format(share=formats.percent(cannibalisation, 0))
    if not borrowed:
        return text
    return text + " " + _("By channel the {products} best-selling products with {lines} order lines a year or more enter; prices "
                          "are taken elsewhere as in Hausman (1996), relative to what each channel usually charges.").format(
        products=formats.number(MAX_PRODUCTS), lines=formats.number(FEWEST_LINES))  # fmt: skip
