"""Marts of the sales team: who is in it and what each person sold."""

import ibis

from brandops.contract import TABLES
from brandops.warehouse.lines import amounts
from brandops.warehouse.plain import plain


def people(rows: ibis.Table, publish_names: bool) -> ibis.Table:
    """The contract's columns without personal ones, and `person`: how pages call somebody.

    That is the employee id, or the name where the plan allows it.
    """
    called = ibis.coalesce(rows.name, rows.person_id) if publish_names else rows.person_id
    return plain(rows.mutate(person=called), TABLES["people"], "person")


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
