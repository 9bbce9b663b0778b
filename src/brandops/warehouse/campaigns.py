"""Marts of campaigns: sales credited to them, and what those they were sent to bought beside those they were not."""

import ibis

WEEKS_BEFORE = 12  # weeks before a campaign whose purchases tell customers apart


def campaign_sales(own: ibis.Table) -> ibis.Table:
    """Own sales the shops credited to campaigns, by campaign_id, channel_id and region.

    Columns: gross_sales (before returns, currency), lines. A credited sale is not an added one: who would have bought
    anyway is credited too.
    """
    sold = own.filter(own.campaign_id.notnull(), ~own.is_return)
    return sold.group_by(["campaign_id", "channel_id", "region"]).aggregate(gross_sales=sold.net_sales.sum(), lines=sold.count())


def campaign_customers(own: ibis.Table, campaigns: ibis.Table, recipients: ibis.Table) -> ibis.Table:
    """What every known customer bought around each campaign that was sent to known customers.

    Columns: campaign_id, customer_id, received; before_early (twelfth to fifth week before the start), before_late (last
    four weeks), during (from start to end): net sales, currency, 0 without a purchase; orders_before (days with a
    purchase in the twelve weeks); other_campaigns (other campaigns received that ran on a day of this one).
    """
    sent = recipients.distinct()
    run = campaigns.semi_join(sent, "campaign_id").select("campaign_id", "starts_on", "ends_on")
    sold = own.filter(own.customer_id.notnull()).group_by(["customer_id", "date"]).aggregate(net_sales=own.net_sales.sum())
    everyone = sold.select("customer_id").distinct()
    near = sold.cross_join(run).mutate(day=lambda t: t.date.delta(t.starts_on, unit="day"))
    near = near.filter(near.day >= -7 * WEEKS_BEFORE, near.date <= near.ends_on)
    sums = near.group_by(["campaign_id", "customer_id"]).aggregate(
        before_early=near.net_sales.sum(where=near.day < -28),
        before_late=near.net_sales.sum(where=(near.day >= -28) & (near.day < 0)),
        during=near.net_sales.sum(where=near.day >= 0),
        orders_before=near.date.nunique(where=near.day < 0),
    )
    mine = sent.mutate(received=ibis.literal(True))
    grid = run.cross_join(everyone).left_join(mine, ["campaign_id", "customer_id"]).drop("campaign_id_right", "customer_id_right")
    grid = grid.left_join(sums, ["campaign_id", "customer_id"]).drop("campaign_id_right", "customer_id_right")
    elsewhere = sent.join(campaigns.select("campaign_id", _from="starts_on", _to="ends_on"), "campaign_id")
    elsewhere = elsewhere.select(_other="campaign_id", _who="customer_id", _from="_from", _to="_to")
    meets = [run.campaign_id != elsewhere._other, run.starts_on <= elsewhere._to, elsewhere._from <= run.ends_on]
    met = run.join(elsewhere, meets).group_by(["campaign_id", "_who"]).aggregate(others=ibis._.count())
    met = met.rename(_campaign="campaign_id")
    both = grid.left_join(met, [grid.campaign_id == met._campaign, grid.customer_id == met._who])
    return both.select(
        "campaign_id", "customer_id",
        received=both.received.fill_null(False),
        before_early=both.before_early.fill_null(0),
        before_late=both.before_late.fill_null(0),
        during=both.during.fill_null(0),
        orders_before=both.orders_before.fill_null(0),
        other_campaigns=both.others.fill_null(0),
    )  # fmt: skip
