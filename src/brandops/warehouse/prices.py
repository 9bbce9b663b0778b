"""Mart of prices: what each product sold in each channel each week, and at which price."""

import ibis

KEY = ("week", "channel_id", "brand", "category", "subcategory", "product_id")


def prices_weekly(own: ibis.Table) -> ibis.Table:
    """Own sales without returns by week (its Monday), channel_id, brand, category, subcategory, product_id.

    Columns: quantity (units), net_sales, list_sales (currency; list_sales is net sales before discount), cost (currency,
    blank where any line lacks one), promoted_quantity (units sold on promotion; blank where no line says), coupons
    (part of net sales others refund, which buyers did not pay; blank where no line has one), lines. A week without a sale
    has no row: its price is not known from sales.
    """
    sold = own.filter(own.quantity > 0).mutate(week=own.date.truncate("W"))
    promoted = ibis.ifelse(sold.promoted, sold.quantity, ibis.literal(0).cast(sold.quantity.type()))
    return sold.group_by(list(KEY)).aggregate(
        quantity=sold.quantity.sum(),
        net_sales=sold.net_sales.sum(),
        list_sales=sold.list_sales.sum(),
        cost=ibis.ifelse(sold.cost.count() == sold.count(), sold.cost.sum(), None),
        promoted_quantity=ibis.ifelse(sold.promoted.count() > 0, promoted.sum(), None),
        coupons=sold.coupon.sum(),
        lines=sold.count(),
    )
