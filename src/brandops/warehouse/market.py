"""Marts of the market and the media: competitors' sales, campaigns' budgets, tracked against booked orders."""

from datetime import date

import ibis
import ibis.expr.datatypes as dt

from brandops.warehouse.connect import Tables


def market_from_sales(lines: ibis.Table) -> ibis.Table:
    """The market where sales hold every company's lines.

    Columns: month, category, segment (the subcategory), competitor (`own`, a brand owner, or `unlisted`), sales
    (currency), volume (litres, of the products whose content is known), price_index (mean price per litre against
    the mean of the month, category and segment; blank without volume).
    """
    by = ["month", "category", "segment"]
    market = lines.rename(segment="subcategory", competitor="owner")
    measured = market.volume.notnull()
    sums = market.group_by([*by, "competitor"]).aggregate(
        sales=market.net_sales.sum(),
        volume=market.volume.sum(),
        _measured=market.net_sales.sum(where=measured),
    )
    whole = ibis.window(group_by=by)
    price = _price(sums._measured, sums.volume)
    mean = _price(sums._measured.sum().over(whole), sums.volume.sum().over(whole))
    return sums.mutate(volume=sums.volume.cast("float64"), price_index=price / mean).drop("_measured")


def market_from_research(market: ibis.Table) -> ibis.Table:
    """The market as research companies report it: the contract's columns."""
    return market.select("month", "category", "segment", "competitor", "sales", "volume", "price_index")


def campaign_budget(tables: Tables, as_of: date) -> ibis.Table:
    """Planned and spent money by campaign_id and budget_item; spent is final, blank until the campaign ends."""
    budget = tables["campaign_budget"].select("campaign_id", "budget_item", "planned", "spent")
    if "campaigns" not in tables:
        return budget
    campaigns = tables["campaigns"]
    running = campaigns.filter(campaigns.ends_on > as_of).select(_running=campaigns.campaign_id)
    joined = budget.left_join(running, budget.campaign_id == running._running)
    spent = ibis.ifelse(joined._running.isnull(), joined.spent, ibis.null(joined.spent.type()))
    return joined.mutate(spent=spent).drop("_running")


def web_orders_daily(own: ibis.Table, web: ibis.Table) -> ibis.Table:
    """Orders the web trackers counted against the orders booked in online channels.

    Columns: date, tracked_orders, tracked_revenue, ledger_orders, ledger_revenue (gross of returns); days the
    trackers cover, from the first to the last. A day one side lacks counts 0 there.
    """
    tracked = web.group_by("date").aggregate(tracked_orders=web.conversions.sum(), tracked_revenue=web.revenue.sum())
    online = own.filter(own.channel_type == "online", ~own.is_return)
    booked = online.group_by("date").aggregate(ledger_orders=online.order_id.nunique(), ledger_revenue=online.net_sales.sum())
    span = web.aggregate(first=web.date.min(), last=web.date.max())
    booked = booked.cross_join(span)
    booked = booked.filter(booked.date.between(booked["first"], booked["last"])).drop("first", "last")
    both = tracked.outer_join(booked, "date")
    counts = {name: both[name].fill_null(0) for name in ("tracked_orders", "ledger_orders")}
    sums = {name: both[name].fill_null(0) for name in ("tracked_revenue", "ledger_revenue")}
    return both.select(
        date=ibis.coalesce(both.date, both.date_right),
        tracked_orders=counts["tracked_orders"].cast(dt.int64),
        tracked_revenue=sums["tracked_revenue"],
        ledger_orders=counts["ledger_orders"].cast(dt.int64),
        ledger_revenue=sums["ledger_revenue"],
    )


def _price(sales: ibis.Value, volume: ibis.Value) -> ibis.Value:
    """Mean price per litre; blank where the volume is not positive (returns only, contents unknown)."""
    price = sales.cast("float64") / volume.cast("float64")
    return ibis.ifelse((volume > 0) & (sales > 0), price, ibis.null("float64"))
