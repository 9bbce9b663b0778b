"""Names a reader meets in section 4 instead of identifiers: measures, stages, segments, drivers."""

from brandops.i18n import gettext, mark

_NAMES = {
    "online": mark("Online"),
    "offline": mark("Offline"),
    "unlisted": mark("Unlisted"),
    "return_on_cost": mark("contribution per unit of operating cost"),
    "margin_rate": mark("gross margin rate"),
    "growth": mark("growth"),
    "net_sales": mark("net sales"),
    "cart": mark("Visit to cart"),
    "order": mark("To order"),
    "deliver": mark("Order to receipt"),
    "repeat": mark("First to second order"),
    "minutes": mark("minutes"),
    "hours": mark("hours"),
    "days": mark("Days of waiting"),
    "frequency": mark("orders a year"),
    "order_value": mark("value of an order"),
    "promotion": mark("share of orders on promotion"),
    "promotion_buyers": mark("Promotion buyers"),
    "large_basket_buyers": mark("Large-basket buyers"),
    "small_basket_buyers": mark("Small-basket buyers"),
    "frequent_buyers": mark("Frequent buyers"),
    "seldom_buyers": mark("Seldom buyers"),
    "full_price_buyers": mark("Full-price buyers"),
    "regular_buyers": mark("Regular buyers"),
    "few_orders": mark("Too few orders to tell"),
    "none_yet": mark("Not yet a customer"),
    "champions": mark("Champions"),
    "loyal_customers": mark("Loyal customers"),
    "potential_loyalists": mark("Potential loyalists"),
    "new_customers": mark("New customers"),
    "promising": mark("Promising"),
    "need_attention": mark("Need attention"),
    "about_to_sleep": mark("About to sleep"),
    "at_risk": mark("At risk"),
    "cannot_lose": mark("Cannot lose them"),
    "hibernating": mark("Hibernating"),
    "size": mark("Size"),
    "margin": mark("Margin"),
    "fit": mark("Fit"),
    "cost": mark("Cost of opening"),
    "kind complaint": mark("Complaint"),
    "kind delivery": mark("Delivery"),
    "kind return": mark("Return"),
    "kind question": mark("Question"),
}


def name(identifier: object) -> str:
    """The reader's word for an identifier; what has none is shown as words."""
    text = str(identifier)
    return gettext(_NAMES[text]) if text in _NAMES else text.replace("_", " ")


def capital(text: str) -> str:
    """The text as a heading: its first letter large."""
    return text[:1].upper() + text[1:]
