"""Marts of the sales team: what each person sold."""

import ibis

from brandops.warehouse.lines import amounts


def people_monthly(own: ibis.Table) -> ibis.Table:
    """Own sales by month and person_id.

    net_sales, gross_sales, returns, discount, cost in currency, quantity in units, orders, and customers who bought.
    Sales without a salesperson (web shops) have no row.
    """
    sold = own.filter(own.salesperson_id.notnull())
    sums = amounts(sold)
    shown = ("net_sales", "gross_sales", "returns", "quantity", "discount", "cost", "orders")
    buyers = sold.customer_id.nunique(where=~sold.is_return)
    grouped = sold.group_by("month", person_id=sold.salesperson_id)
    return grouped.aggregate(**{name: sums[name] for name in shown}, customers=buyers)
