"""Marts of what marketing answers for: demand by day, and who bought during a campaign and when they bought again."""

import ibis


def demand_daily(own: ibis.Table) -> ibis.Table:
    """Own sales before returns by date and channel_id.

    Columns: lines, quantity (units), gross_sales, list_sales, cost (currency; cost is blank where any line lacks one).
    """
    sold = own.filter(~own.is_return)
    return sold.group_by(["date", "channel_id"]).aggregate(
        lines=sold.count(),
        quantity=sold.quantity.sum(),
        gross_sales=sold.net_sales.sum(),
        list_sales=sold.list_sales.sum(),
        cost=ibis.ifelse(sold.cost.count() == sold.count(), sold.cost.sum(), None),
    )


def campaign_buyers(own: ibis.Table, campaigns: ibis.Table) -> ibis.Table:
    """Known customers who bought during a campaign in its channel, whether the campaign was credited with it or not.

    Columns: campaign_id, customer_id, took_part (a line of theirs is credited to the campaign), bought_on (the credited
    purchase, else their first in the campaign's days), channel_id, region, segment, next_on (their next day of purchase
    in any channel; blank: none yet), purchases_before (days of purchase before), first_on (their first), last_on (the one
    before; blank: none). Campaigns no sale is credited to have no rows.
    """
    sold = own.filter(~own.is_return, own.customer_id.notnull())
    days = sold.select("customer_id", "date").distinct()
    order = ibis.window(group_by="customer_id", order_by="date")
    days = days.mutate(
        next_on=days.date.lead().over(order),
        last_on=days.date.lag().over(order),
        purchases_before=ibis.row_number().over(order),
        first_on=days.date.min().over(ibis.window(group_by="customer_id")),
    ).rename(_buyer="customer_id", _day="date")
    credited = sold.filter(sold.campaign_id.notnull()).select(_credited=sold.campaign_id).distinct()
    running = campaigns.semi_join(credited, campaigns.campaign_id == credited._credited)
    running = running.select(
        _campaign=running.campaign_id, _channel=running.channel_id, starts_on=running.starts_on, ends_on=running.ends_on
    )
    met = sold.join(running, [sold.date >= running.starts_on, sold.date <= running.ends_on])
    met = met.filter(met._channel.isnull() | (met._channel == met.channel_id))
    met = met.mutate(_took=(met.campaign_id == met._campaign).fill_null(False))
    # Of a customer's lines in a campaign, a credited one counts before others, then the earliest.
    first = ibis.window(
        group_by=["_campaign", "customer_id"], order_by=[ibis.desc(met._took), met.date, met.channel_id, met.order_id, met.line_no]
    )
    one = met.mutate(_rank=ibis.row_number().over(first))
    one = one.filter(one._rank == 0)
    one = one.left_join(days, [one.customer_id == days._buyer, one.date == days._day])
    return one.select(
        campaign_id=one._campaign, customer_id=one.customer_id, took_part=one._took, bought_on=one.date,
        channel_id=one.channel_id, region=one.region, segment=one.segment, next_on=one.next_on,
        purchases_before=one.purchases_before, first_on=one.first_on, last_on=one.last_on,
    )  # fmt: skip
