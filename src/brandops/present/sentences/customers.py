"""Sentences of item 4.1.2: customers, their segments, and how far the purchase model can be trusted with them."""

import pandas as pd

from brandops.analysis.clusters import FEW
from brandops.analysis.customer_hold_out import FEWEST_MONTHS, TOLERANCE, HoldOut
from brandops.analysis.customer_value import Values
from brandops.i18n import gettext as _
from brandops.present import formats
from brandops.present.sentences.channels_names import name
from brandops.present.status import Status


def hold_out(check: HoldOut | None) -> tuple[str, Status | None]:
    """How the model did on the months it had not seen, what follows, and the status of that."""
    if check is None:
        return _("What customers will buy is not stated: their history is too short to hold a model of it against at least "
                 "{months} months it had not seen.").format(months=FEWEST_MONTHS), None  # fmt: skip
    text = _("Fitted on what was known before {day}, the purchase model foresaw {foreseen} purchases of the customers known then; "
             "they made {made}.")  # fmt: skip
    if check.holds:
        more = _("It missed by {miss}, within the {tolerance} allowed, so what it expects is stated.")
    elif check.foreseen < check.made:
        more = _("It fell short by {miss}, more than the {tolerance} allowed: it supposes that customers keep buying at their own "
                 "pace, and these came to buy more often. What they will buy and who has left is therefore not "
                 "stated.")  # fmt: skip
    else:
        more = _("It foresaw {miss} too many, more than the {tolerance} allowed: it supposes that customers keep buying at their "
                 "own pace, and these came to buy less often. What they will buy and who has left is therefore not "
                 "stated.")  # fmt: skip
    known = {"day": formats.day(check.since), "foreseen": formats.number(check.foreseen), "made": formats.number(check.made),
             "miss": formats.percent(check.miss), "tolerance": formats.percent(TOLERANCE, 0)}  # fmt: skip
    return formats.sentences(text.format(**known), more.format(**known)), Status.MET if check.holds else Status.AT_RISK


def segments_method(values: Values | None) -> str:
    """How customers are clustered and valued; None where no value is stated."""
    text = _("Features are logarithms, standardised; k-means; the number of clusters has the best silhouette among those that "
             "come out alike when customers are drawn anew. Purchases follow the BG/NBD model, spending the gamma-gamma model, "
             "both by maximum likelihood. What they expect is stated where, fitted on the earlier months, the former misses the "
             "purchases of the later ones by no more than {tolerance}.")  # fmt: skip
    text = text.format(tolerance=formats.percent(TOLERANCE, 0))
    if values is None:
        return text
    more = _("Frequency and value correlate by {correlation}, which the gamma-gamma model takes for nought.")
    return formats.sentences(text, more.format(correlation=formats.number(values.spending.correlation, 2)))


def segments(profiles: pd.DataFrame, currency: str) -> str:
    """Which segment will bring most; where that is not to be told, which has brought most."""
    told = profiles[profiles["segment"] != FEW]
    row = (told if len(told) else profiles).iloc[0]
    if row["value"] != row["value"]:
        return _("{segment}, {share} of the customers, made {sales_share} of these customers' sales so far.").format(
            segment=name(row["segment"]), share=formats.percent(row["share"]), sales_share=formats.percent(row["sales_share"])
        )
    return _("{segment} ({share} of the customers) are expected to buy for {value} in the coming twelve months (95% interval {low} "
             "to {high}).").format(
        segment=name(row["segment"]), share=formats.percent(row["share"]), value=formats.money(row["value"], currency),
        low=formats.money(row["low"], currency), high=formats.money(row["high"], currency),
    )  # fmt: skip


def rule(row: pd.Series, currency: str) -> str:
    """A leaf of the decision tree in words."""
    parts = []
    bounds: dict[tuple[str, str], float] = {}
    for feature, side, threshold in row["conditions"]:
        tighter = max if side == ">" else min
        bounds[feature, side] = tighter(threshold, bounds.get((feature, side), threshold))
    for (feature, side), threshold in bounds.items():
        shown = (
            formats.percent(threshold, 0) if feature == "promotion"
            else formats.money(threshold, currency) if feature == "order_value" else formats.number(threshold, 1)
        )  # fmt: skip
        text = _("{feature} above {threshold}") if side == ">" else _("{feature} up to {threshold}")
        parts.append(text.format(feature=name(feature), threshold=shown))
    return _(", ").join(parts)
