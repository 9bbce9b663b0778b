"""Marts of the stock: what each month ended with, held on average, received and sold; and each day."""

import ibis

from brandops.contract.columns import MONEY


def stock_monthly(stock: ibis.Table) -> ibis.Table:
    """Stock of all sites by month and product_id.

    Columns: on_hand_end (units at each site's last close in the month), on_hand_mean (mean over the days recorded),
    received, sold (units in the month), stock_value_end (currency, at the unit cost of that last close; blank where
    a cost is unknown), days (days recorded), days_out (of them, days on which no site held any), unbalanced (records of
    a site and day that are not the record before plus received less sold).
    """
    stock = stock.mutate(month=stock.date.truncate("M"))
    before = ibis.window(group_by=["product_id", "site_id"], order_by="date")
    moved = stock.on_hand.lag().over(before) + stock.received - stock.sold
    stock = stock.mutate(_unbalanced=(stock.on_hand != moved).fill_null(False))
    days = stock.group_by(["month", "product_id", "date"]).aggregate(_on_hand=stock.on_hand.sum())
    days = days.group_by(_out_month="month", _out_product="product_id").aggregate(
        days=days.count(), days_out=(days._on_hand <= 0).sum()
    )
    recent = ibis.window(group_by=["month", "product_id", "site_id"], order_by=ibis.desc("date"))
    last = stock.mutate(rank=ibis.row_number().over(recent))
    last = last.filter(last["rank"] == 0)
    value = last.on_hand * last.unit_cost
    ends = last.group_by(["month", "product_id"]).aggregate(
        on_hand_end=last.on_hand.sum(),
        stock_value_end=ibis.ifelse(value.count() == last.count(), value.sum(), None),
    )
    ends = ends.rename(_month="month", _product="product_id")
    flows = stock.group_by(["month", "product_id"]).aggregate(
        on_hand_mean=stock.on_hand.sum().cast("float64") / stock.date.nunique(),
        received=stock.received.sum(),
        sold=stock.sold.sum(),
        unbalanced=stock._unbalanced.sum(),
    )
    joined = flows.join(ends, (flows.month == ends._month) & (flows.product_id == ends._product))
    joined = joined.join(days, (joined.month == days._out_month) & (joined.product_id == days._out_product))
    return joined.select(
        "month", "product_id", "on_hand_end", "on_hand_mean", "received", "sold", "stock_value_end",
        "days", "days_out", "unbalanced",
    )  # fmt: skip


def stock_daily(stock: ibis.Table) -> ibis.Table:
    """Stock of all sites by date and product_id.

    Columns: on_hand, received, sold (units), stock_value (on hand at unit cost), issued_cost (sold at unit cost; currency, blank
    where a cost is unknown), unexplained (currency: units on hand, site by site, that the record of the day before plus
    received less sold does not explain, more or less, at unit cost; a site without a record the day before counts 0).
    """
    before = ibis.window(group_by=["product_id", "site_id"], order_by="date")
    expected = stock.on_hand.lag().over(before) + stock.received.fill_null(0) - stock.sold.fill_null(0)
    follows = stock.date.lag().over(before) == stock.date - ibis.interval(days=1)
    gap = ibis.ifelse(follows.fill_null(False), (stock.on_hand - expected).abs(), 0)
    stock = stock.mutate(_unexplained=gap)
    value, issued = stock.on_hand * stock.unit_cost, stock.sold * stock.unit_cost
    return stock.group_by(["date", "product_id"]).aggregate(
        on_hand=stock.on_hand.sum(),
        received=stock.received.sum(),
        sold=stock.sold.sum(),
        stock_value=ibis.ifelse(value.count() == stock.count(), value.sum(), None).cast(MONEY),
        issued_cost=ibis.ifelse(issued.count() == stock.count(), issued.sum(), None).cast(MONEY),
        unexplained=(stock._unexplained * stock.unit_cost).sum().fill_null(0).cast(MONEY),
    )
