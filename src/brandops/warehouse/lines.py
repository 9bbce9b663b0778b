"""Sales lines with the names a mart groups by: day, month, channel, region, product and owner."""

import ibis
import ibis.expr.datatypes as dt

from brandops.contract import TABLES
from brandops.contract.columns import MONEY
from brandops.warehouse.connect import Tables
from brandops.warehouse.known import day_of

OWN = "own"
UNLISTED = "unlisted"  # product, channel or region the master data does not list: kept, so that totals stay whole

# What the master tables say of a line, by the key it names.
DESCRIBED_BY = {
    "products": ("brand", "brand_owner", "category", "subcategory", "unit_cost", "unit_volume"),
    "channels": ("channel", "channel_type"),
    "customers": ("segment", "region"),
}


def sales_lines(tables: Tables, brand_owner: str | None, time_zone: str) -> ibis.Table | None:
    """Describe every known sales line by what was sold, and by whom.

    Adds to the contract's columns: date, month, brand, category, subcategory, owner, is_return, net_sales, list_sales,
    discount, cost (currency; cost is blank where unknown), volume (litres; blank where unknown).

    `owner` is `own` where `brand_owner` is None or owns the product, else the product's owner, `unlisted` where the
    product is not listed. `list_sales` is at list price, else net sales before discount. Discounts, like quantities,
    count negative on returns.
    """
    if "sales_lines" not in tables:
        return None
    lines = tables["sales_lines"]
    lines = _join(lines, tables, "products", "product_id", DESCRIBED_BY["products"])
    date = day_of(lines, "ordered_at", time_zone)
    is_return = lines.quantity < 0
    net_sales = ibis.coalesce(lines.net_sales, (lines.quantity * lines.net_price).cast(MONEY)).cast(MONEY)
    discount = ibis.coalesce(lines.discount, _money(0)) * ibis.ifelse(is_return, -1, 1)
    return lines.select(
        "order_id", "line_no", "ordered_at", "customer_id", "salesperson_id", "channel_id", "region", "product_id", "quantity",
        "campaign_id", "promoted", "coupon",
        date=date,
        month=date.truncate("M"),
        brand=ibis.coalesce(lines.brand, ibis.literal(UNLISTED)),
        category=ibis.coalesce(lines.category, ibis.literal(UNLISTED)),
        subcategory=ibis.coalesce(lines.subcategory, ibis.literal(UNLISTED)),
        owner=_owner(lines, brand_owner),
        is_return=is_return,
        net_sales=net_sales,
        list_sales=ibis.coalesce((lines.quantity * lines.list_price).cast(MONEY), net_sales + discount).cast(MONEY),
        discount=discount.cast(MONEY),
        cost=(lines.quantity * ibis.coalesce(lines.cost, lines.unit_cost)).cast(MONEY),
        volume=(lines.quantity * lines.unit_volume).cast(dt.Decimal(18, 6)),
    )  # fmt: skip


def own_lines(lines: ibis.Table, tables: Tables) -> ibis.Table:
    """The reporting company's own lines, described by where and to whom as well.

    Adds channel, channel_type and segment (the customer's); `region` is the line's, else the customer's.
    """
    own = lines.filter(lines.owner == OWN).drop("owner", "volume")
    own = _join(own, tables, "channels", "channel_id", DESCRIBED_BY["channels"])
    own = _join(own, tables, "customers", "customer_id", DESCRIBED_BY["customers"], prefix="customer_")
    return own.mutate(
        channel=ibis.coalesce(own.channel, own.channel_id),
        channel_type=ibis.coalesce(own.channel_type, ibis.literal(UNLISTED)),
        region=ibis.coalesce(own.region, own.customer_region, ibis.literal(UNLISTED)),
        segment=own.customer_segment,
    ).drop("customer_segment", "customer_region", "_in_channels", "_in_customers")


def amounts(lines: ibis.Table) -> dict[str, ibis.Value]:
    """Sums every sales mart shows, by name.

    net_sales = gross_sales - returns; returns are positive; orders counts orders with a sale in the cell (an order
    over two products counts in both, so it does not add up over products); cost is blank where any line lacks one.
    """
    zero = _money(0)
    return {
        "net_sales": lines.net_sales.sum(),
        "gross_sales": ibis.ifelse(lines.is_return, zero, lines.net_sales).sum(),
        "returns": ibis.ifelse(lines.is_return, -lines.net_sales, zero).sum(),
        "quantity": lines.quantity.sum(),
        "list_sales": lines.list_sales.sum(),
        "discount": lines.discount.sum(),
        "cost": ibis.ifelse(lines.cost.count() == lines.count(), lines.cost.sum(), None),
        "orders": lines.order_id.nunique(where=~lines.is_return),
        "lines": lines.count(),
    }


def _owner(lines: ibis.Table, brand_owner: str | None) -> ibis.Value:
    if brand_owner is None:
        return ibis.literal(OWN)
    return ibis.cases(
        (~lines._in_products, ibis.literal(UNLISTED)),
        (lines.brand_owner.isnull() | (lines.brand_owner == brand_owner), ibis.literal(OWN)),
        else_=lines.brand_owner,
    )


def _join(lines: ibis.Table, tables: Tables, name: str, key: str, columns: tuple[str, ...], prefix: str = "") -> ibis.Table:
    """Left-join columns of a master table; `_in_<name>` says whether it lists the key."""
    flag = f"_in_{name}"
    if name not in tables:
        blank = {prefix + column: ibis.null(_type_of(name, column)) for column in columns}
        return lines.mutate(**blank, **{flag: ibis.literal(False)})
    master = tables[name]
    master = master.select(_key=master[key], **{prefix + column: master[column] for column in columns})
    joined = lines.left_join(master, lines[key] == master._key)
    return joined.mutate(**{flag: joined._key.notnull()}).drop("_key")


def _type_of(table: str, column: str) -> dt.DataType:
    return TABLES[table].columns[column].dtype.type


def _money(value: int) -> ibis.Value:
    return ibis.literal(value, type=MONEY)
