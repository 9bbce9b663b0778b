"""Marts of own sales: by day, by month and product, by week and segment, and against the ledger."""

from datetime import date, timedelta

import ibis

from brandops.contract.columns import MONEY
from brandops.periods import add_months
from brandops.warehouse.lines import amounts

WEEKLY_MONTHS = 36  # a year, the year it is compared with, and a year for reports whose as-of day lies after their period


def sales_daily(own: ibis.Table) -> ibis.Table:
    """Own sales by date, channel_id, region, brand, category.

    net_sales, gross_sales, returns, discount, cost in currency, quantity in units, orders counted in each cell.
    """
    sums = amounts(own)
    shown = ("net_sales", "gross_sales", "returns", "quantity", "discount", "cost", "orders")
    by = ["date", "channel_id", "region", "brand", "category"]
    return own.group_by(by).aggregate(**{name: sums[name] for name in shown})


def sales_monthly(own: ibis.Table) -> ibis.Table:
    """Own sales by month, channel_id, channel, channel_type, region, brand, category, subcategory, product_id.

    net_sales, gross_sales, returns, list_sales, discount, cost in currency, quantity in units; orders and lines
    counted in each cell.
    """
    by = ["month", "channel_id", "channel", "channel_type", "region", "brand", "category", "subcategory", "product_id"]
    return own.group_by(by).aggregate(**amounts(own))


def channel_daily(own: ibis.Table) -> ibis.Table:
    """Own sales by date, channel_id and region, with `orders` counted once each, whatever they hold.

    net_sales, gross_sales, returns, list_sales, discount, cost in currency, quantity in units.
    """
    return own.group_by(["date", "channel_id", "region"]).aggregate(**amounts(own))


def category_monthly(own: ibis.Table) -> ibis.Table:
    """Own gross sales and orders by month, channel_id and category: an order counts once in each category it holds."""
    sums = amounts(own)
    by = ["month", "channel_id", "category"]
    return own.group_by(by).aggregate(**{name: sums[name] for name in ("gross_sales", "orders", "lines")})


def sales_weekly(own: ibis.Table, as_of: date) -> ibis.Table:
    """Own sales of the last 36 months by month, week, channel_id, region, segment, brand, category, product_id.

    `week` is the Monday of the ISO week; a week across two months is two rows, so that weeks add up to months. `segment` is the
    customer's (blank for anonymous sales). net_sales, returns, discount, cost in currency, quantity in units.
    """
    recent = own.filter(own.month >= first_of_weeks(as_of)).mutate(week=own.date.truncate("W"))
    sums = amounts(recent)
    by = ["month", "week", "channel_id", "region", "segment", "brand", "category", "product_id"]
    shown = ("net_sales", "returns", "quantity", "discount", "cost")
    return recent.group_by(by).aggregate(**{name: sums[name] for name in shown})


def first_of_weeks(as_of: date) -> date:
    """First month `sales_weekly` holds."""
    return add_months(as_of, 1 - WEEKLY_MONTHS)


def ledger_reconciliation(own: ibis.Table, ledger: ibis.Table, as_of: date) -> ibis.Table:
    """Booked net sales against loaded net sales, per month, and per channel where the ledger states channels.

    Columns: month, channel_id (blank: the ledger states the month's total only), ledger, loaded, difference (loaded
    minus ledger, currency). Months that have ended by `as_of`, from the ledger's first on; a month the ledger does
    not have yet has a blank ledger and difference, a channel it leaves out of a month it has counts as booked 0.
    """
    first_open = (as_of + timedelta(days=1)).replace(day=1)
    has_channels = ledger.filter(ledger.channel_id.notnull()).select("month").distinct()
    totals = ledger.filter(ledger.channel_id.isnull()).anti_join(has_channels, "month")
    booked = ledger.filter(ledger.channel_id.notnull()).union(totals)
    booked = booked.group_by(["month", "channel_id"]).aggregate(ledger=booked.net_sales.sum())
    start = ledger.aggregate(start=ledger.month.min())
    ended = own.cross_join(start).filter(lambda t: (t.month >= t.start) & (t.month < first_open))
    level = ended.left_join(has_channels.rename(_split="month"), ended.month == has_channels.month)
    level = level.mutate(channel_id=ibis.ifelse(level._split.notnull(), level.channel_id, ibis.null("string")))
    loaded = level.group_by(["month", "channel_id"]).aggregate(loaded=level.net_sales.sum())
    blank = ibis.literal("")
    left = booked.mutate(_channel=ibis.coalesce(booked.channel_id, blank))
    right = loaded.mutate(_channel=ibis.coalesce(loaded.channel_id, blank))
    both = left.outer_join(right, ["month", "_channel"])
    zero = ibis.literal(0, type=MONEY)
    both = both.select(
        month=ibis.coalesce(both.month, both.month_right),
        channel_id=ibis.coalesce(both.channel_id, both.channel_id_right),
        ledger=both.ledger,
        loaded=ibis.coalesce(both.loaded, zero),
    )
    booked_months = both.ledger.count().over(ibis.window(group_by="month")) > 0
    both = both.mutate(ledger=ibis.ifelse(booked_months, ibis.coalesce(both.ledger, zero), both.ledger))
    return both.mutate(difference=both.loaded - both.ledger)
