"""Marts of the company's customers: what each bought, and when each bought for the first time."""

import ibis

from brandops.contract import TABLES
from brandops.warehouse.connect import Tables


def first_orders(own: ibis.Table) -> ibis.Table:
    """Each customer's first purchase: customer_id, date, channel_id, channel_type, region.

    Returns are not purchases. The earliest moment counts, ties go to the lower order and line number.
    """
    bought = own.filter(~own.is_return, own.customer_id.notnull())
    # The few lines of each customer's earliest moment are put in order, not all lines.
    earliest = bought.group_by(_customer=bought.customer_id).aggregate(_at=bought.ordered_at.min())
    bought = bought.semi_join(earliest, (bought.customer_id == earliest._customer) & (bought.ordered_at == earliest._at))
    order = ibis.window(group_by="customer_id", order_by=["order_id", "line_no"])
    ranked = bought.mutate(rank=ibis.row_number().over(order))
    return ranked.filter(ranked["rank"] == 0).select("customer_id", "date", "channel_id", "channel_type", "region")


def customers_monthly(own: ibis.Table, first: ibis.Table) -> ibis.Table:
    """What each customer bought in each month through each channel.

    Columns: month, customer_id, channel_id, channel_type, region, segment (of the customer), orders, quantity,
    net_sales, gross_sales (before returns), promoted_orders (orders with a promoted line; blank where no line says
    whether it was), first_on and last_on (first and last day of a purchase in the month; blank in a month of returns
    alone), purchase_days, first_order_month, is_new (the month holds the customer's first purchase ever). Anonymous
    sales have no row. `first` holds the `first_orders`.
    """
    return with_first_orders(customers_by_month(own), first)


def customers_by_month(own: ibis.Table) -> ibis.Table:
    """The columns of `customers_monthly` that follow from the month alone."""
    known = own.filter(own.customer_id.notnull())
    by = ["month", "customer_id", "channel_id", "channel_type", "region", "segment"]
    return known.group_by(by).aggregate(
        orders=known.order_id.nunique(where=~known.is_return),
        quantity=known.quantity.sum(),
        net_sales=known.net_sales.sum(),
        gross_sales=known.net_sales.sum(where=~known.is_return).fill_null(0),
        promoted_orders=_promoted_orders(known),
        first_on=known.date.min(where=~known.is_return),
        last_on=known.date.max(where=~known.is_return),
        purchase_days=known.date.nunique(where=~known.is_return),
    )


def with_first_orders(sums: ibis.Table, first: ibis.Table) -> ibis.Table:
    """Add first_order_month and is_new to a month's sums by customer."""
    first = first.select(_customer=first.customer_id, first_order_month=first.date.truncate("M"))
    joined = sums.left_join(first, sums.customer_id == first._customer).drop("_customer")
    return joined.mutate(is_new=(joined.month == joined.first_order_month).fill_null(False))


def _promoted_orders(lines: ibis.Table) -> ibis.Value:
    promoted = lines.promoted.fill_null(False)
    return ibis.ifelse(lines.promoted.count() > 0, lines.order_id.nunique(where=promoted & ~lines.is_return), None)


def new_customers_daily(first: ibis.Table) -> ibis.Table:
    """First-ever buyers by date, channel_id, channel_type and region of their first order: new_customers."""
    by = ["date", "channel_id", "channel_type", "region"]
    return first.group_by(by).aggregate(new_customers=first.customer_id.nunique())


def customers(own: ibis.Table, first: ibis.Table, tables: Tables) -> ibis.Table:
    """The customer master without personal columns, with what each customer bought.

    Adds first_order_on, last_order_on (purchases, not returns), orders, net_sales (0 without one), first_channel_id.
    A customer known from sales alone has a row with blank master data.
    """
    contract = TABLES["customers"]
    kept = [name for name in contract.columns if name not in contract.personal]
    bought = own.filter(own.customer_id.notnull())
    sums = bought.group_by("customer_id").aggregate(
        first_order_on=bought.date.min(where=~bought.is_return),
        last_order_on=bought.date.max(where=~bought.is_return),
        orders=bought.order_id.nunique(where=~bought.is_return),
        net_sales=bought.net_sales.sum(),
    )
    first = first.select(_first=first.customer_id, first_channel_id=first.channel_id)
    sums = sums.left_join(first, sums.customer_id == first._first).drop("_first")
    sums = sums.rename(_buyer="customer_id")
    if "customers" in tables:
        master = tables["customers"].select(kept)
    else:
        schema = {name: contract.columns[name].dtype.type for name in kept}
        master = sums.limit(0).select(**{name: ibis.null(dtype) for name, dtype in schema.items()})
    joined = master.outer_join(sums, master.customer_id == sums._buyer)
    return joined.mutate(
        customer_id=ibis.coalesce(joined.customer_id, joined._buyer),
        orders=joined.orders.fill_null(0),
        net_sales=joined.net_sales.fill_null(0),
    ).drop("_buyer")
