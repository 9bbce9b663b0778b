"""Contract tables of the sales system: lines, products, customers, channels and the ledger they must agree with."""

import ibis.expr.datatypes as dt
from pandera import Check

from brandops.contract.columns import choice, column, day, flag, key, moment, money, quantity, text
from brandops.contract.table import table

SALES_LINES = table(
    "sales_lines",
    "order line; a return is a line with negative quantity",
    {
        "order_id": key("Order number"),
        "line_no": key("Line within the order"),
        "ordered_at": moment("When the order was placed", required=True),
        "customer_id": key("Customer; blank for an anonymous sale", required=False, references="customers.customer_id"),
        "channel_id": key("Channel", references="channels.channel_id"),
        "region": text("Sales region"),
        "site_id": key("Shop, store or warehouse", required=False),
        "salesperson_id": key("Seller", required=False, references="people.person_id"),
        "product_id": key("Product", references="products.product_id"),
        "quantity": quantity("Units sold; negative for a return, 0 where only money was booked", required=True),
        "list_price": money("List price per unit, before discount", Check.ge(0)),
        "net_price": money(
            "Price per unit after discount, without tax; the amount booked where the quantity is 0",
            Check.ge(0),
            required=True,
        ),
        "net_sales": money("Quantity times net price, as booked; derived where a source does not give it"),
        "discount": money("Discount on the line", Check.ge(0)),
        "coupon": money("Part of net sales somebody else refunds for a coupon: the customer paid so much less", Check.ge(0)),
        "cost": money("Cost of goods per unit", Check.ge(0)),
        "campaign_id": key("Campaign the sale is attributed to", required=False, references="campaigns.campaign_id"),
        "promoted": flag("Sold on promotion"),
    },
    key=("order_id", "line_no"),
    known_on="ordered_at",
    fresh_within_days=3,
)

PRODUCTS = table(
    "products",
    "product",
    {
        "product_id": key("Product"),
        "product": text("Product name"),
        "brand": text("Brand"),
        "brand_owner": text("Company that owns the brand; blank: the reporting company"),
        "category": text("Category"),
        "subcategory": text("Subcategory"),
        "launched_on": day("First day of sale"),
        "discontinued_on": day("Last day of sale", later=True),
        "list_price": money("List price per unit", Check.ge(0)),
        "unit_cost": money("Standard cost per unit", Check.ge(0)),
        "unit_volume": quantity("Content of one unit, for market volume", Check.gt(0), unit="litres"),
    },
    key=("product_id",),
    known_on="launched_on",
)

CUSTOMERS = table(
    "customers",
    "customer (person, household, store or reseller)",
    {
        "customer_id": key("Customer"),
        "name": text("Name", personal=True),
        "email": text("E-mail address", personal=True),
        "phone": text("Telephone number", personal=True),
        "address": text("Postal address", personal=True),
        "segment": text("Segment the company assigned"),
        "age_group": text("Age group"),
        "gender": text("Gender"),
        "region": text("Sales region"),
        "city": text("City"),
        "chain": text("Chain or group the customer belongs to"),
        "created_on": day("First registered"),
        "credit_limit": money("Credit limit", Check.ge(0)),
        "payment_terms_days": column(dt.int64, "Payment term", Check.in_range(0, 365), unit="days"),
        "industry": text("Industry of a business customer"),
        "years_in_business": column(dt.float64, "Age of a business customer", Check.ge(0), unit="years"),
    },
    key=("customer_id",),
    known_on="created_on",
)

CHANNELS = table(
    "channels",
    "sales channel",
    {
        "channel_id": key("Channel"),
        "channel": text("Channel name", required=True),
        "channel_type": choice("Online or offline", "online", "offline", required=True),
        "opened_on": day("First day of trading"),
    },
    key=("channel_id",),
    known_on="opened_on",
)

CHANNEL_COSTS = table(
    "channel_costs",
    "channel and month and kind of cost",
    {
        "channel_id": key("Channel", references="channels.channel_id"),
        "month": day("First day of the month", required=True),
        "cost_type": text("Kind of cost: acquisition, commission, logistics, rent, staff, other", required=True),
        "amount": money("Cost", required=True),
    },
    key=("channel_id", "month", "cost_type"),
    known_on="month",
    fresh_within_days=45,
)

LEDGER_TOTALS = table(
    "ledger_totals",
    "month (and channel): booked net sales",
    {
        "month": day("First day of the month", required=True),
        "channel_id": key("Channel; blank: all channels", required=False, references="channels.channel_id"),
        "net_sales": money("Net sales in the general ledger", required=True),
    },
    key=("month", "channel_id"),
    known_on="month",
    fresh_within_days=45,
)

SALES_PLAN = table(
    "sales_plan",
    "month and channel and region and brand: planned net sales, where the company plans in such detail",
    {
        "month": day("First day of the month", required=True),
        "channel_id": key("Channel; blank: all", required=False, references="channels.channel_id"),
        "region": text("Region; blank: all"),
        "brand": text("Brand; blank: all"),
        "net_sales": money("Planned net sales", Check.ge(0), required=True),
    },
    key=("month", "channel_id", "region", "brand"),
)

SALES_TABLES = (SALES_LINES, PRODUCTS, CUSTOMERS, CHANNELS, CHANNEL_COSTS, LEDGER_TOTALS, SALES_PLAN)
