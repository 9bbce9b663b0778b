"""Contract tables of the company's own operations: people, receivables, supply, stock, actions."""

import ibis.expr.datatypes as dt
from pandera import Check

from brandops.contract.columns import column, count, day, fraction, key, money, number, quantity, text
from brandops.contract.table import table

PEOPLE = table(
    "people",
    "employee in sales",
    {
        "person_id": key("Employee"),
        "name": text("Name", personal=True),
        "team": text("Team"),
        "region": text("Territory"),
        "channel_id": key("Channel served", required=False, references="channels.channel_id"),
        "level": text("Grade"),
        "hired_on": day("Hired", required=True),
        "left_on": day("Left", later=True),
    },
    key=("person_id",),
    known_on="hired_on",
)

QUOTAS = table(
    "quotas",
    "person and first month of the quota: sales quota",
    {
        "person_id": key("Employee", references="people.person_id"),
        "month": day("First day of the month", required=True),
        "quota": money("Quota of net sales", Check.ge(0), required=True),
        "months": count("Months the quota covers, from `month` on; blank: that one month", Check.ge(1), unit="months"),
    },
    key=("person_id", "month"),
)

OPPORTUNITIES_MONTHLY = table(
    "opportunities_monthly",
    "person and month: sales opportunities decided",
    {
        "person_id": key("Employee", references="people.person_id"),
        "month": day("First day of the month", required=True),
        "decided": count("Opportunities won or lost", required=True),
        "won": count("Opportunities that became an order", required=True),
    },
    key=("person_id", "month"),
    known_on="month",
)

SKILL_SCORES = table(
    "skill_scores",
    "person and skill and assessment day",
    {
        "person_id": key("Employee", references="people.person_id"),
        "assessed_on": day("Assessed", required=True),
        "skill": text("Skill", required=True),
        "score": number("Score, 0 to 100", Check.in_range(0, 100), required=True, unit="score"),
    },
    key=("person_id", "assessed_on", "skill"),
    known_on="assessed_on",
)

TEAMWORK_SCORES = table(
    "teamwork_scores",
    "person and rater and day",
    {
        "person_id": key("Employee rated", references="people.person_id"),
        "rated_on": day("Rated", required=True),
        "rater": key("Employee who rates", references="people.person_id"),
        "score": number("Score, 0 to 100", Check.in_range(0, 100), required=True, unit="score"),
    },
    key=("person_id", "rated_on", "rater"),
    known_on="rated_on",
)

TRAININGS = table(
    "trainings",
    "person and course",
    {
        "person_id": key("Employee", references="people.person_id"),
        "course": text("Course", required=True),
        "kind": text("product, sales_skills or market_analysis", required=True),
        "trained_on": day("Day of the course", required=True),
        "before": number("Test score before, 0 to 100", Check.in_range(0, 100), unit="score"),
        "after": number("Test score after, 0 to 100", Check.in_range(0, 100), unit="score"),
    },
    key=("person_id", "course", "trained_on"),
    known_on="trained_on",
)

CONDUCT = table(
    "conduct",
    "incident against the code of conduct",
    {
        "incident_id": key("Incident"),
        "person_id": key("Employee", references="people.person_id"),
        "occurred_on": day("Day", required=True),
        "kind": text("Kind", required=True),
        "severity": text("minor, major or gross", Check.isin(["minor", "major", "gross"]), required=True),
        "outcome": text("How it was handled"),
    },
    key=("incident_id",),
    known_on="occurred_on",
)

INVOICES = table(
    "invoices",
    "invoice",
    {
        "invoice_id": key("Invoice"),
        "customer_id": key("Customer", references="customers.customer_id"),
        "issued_on": day("Issued", required=True),
        "due_on": day("Due", required=True),
        "amount": money("Amount", Check.ge(0), required=True),
        "paid_on": day("Paid", later=True),
        "paid_amount": money("Amount paid", Check.ge(0)),
        "written_off_on": day("Written off", later=True),
        "written_off": money("Amount written off", Check.ge(0)),
    },
    key=("invoice_id",),
    known_on="issued_on",
    recorded_with={"paid_on": ("paid_amount",), "written_off_on": ("written_off",)},
    fresh_within_days=3,
)

SUPPLIERS = table(
    "suppliers",
    "supplier",
    {
        "supplier_id": key("Supplier"),
        "supplier": text("Supplier name"),
        "country": text("Country or region"),
        "since": day("Supplier since"),
    },
    key=("supplier_id",),
    known_on="since",
)

PURCHASE_ORDERS = table(
    "purchase_orders",
    "purchase order line",
    {
        "po_id": key("Purchase order"),
        "line_no": key("Line within the order"),
        "supplier_id": key("Supplier", references="suppliers.supplier_id"),
        "material": text("Material", required=True),
        "ordered_on": day("Ordered", required=True),
        "promised_on": day("Promised", required=True),
        "received_on": day("Received", later=True),
        "quantity": quantity("Ordered quantity", Check.gt(0), required=True),
        "received_quantity": quantity("Received quantity", Check.ge(0)),
        "price": money("Price per unit", Check.ge(0), required=True),
    },
    key=("po_id", "line_no"),
    known_on="ordered_on",
    recorded_with={"received_on": ("received_quantity",)},
    fresh_within_days=3,
)

MATERIAL_PRICES = table(
    "material_prices",
    "material and day",
    {
        "material": text("Material", required=True),
        "date": day("Day", required=True),
        "price": money("Market price per unit", Check.gt(0), required=True),
    },
    key=("material", "date"),
    known_on="date",
    fresh_within_days=7,
    family="external",
)

STOCK_DAILY = table(
    "stock_daily",
    "product and site and day, at the close of the day",
    {
        "date": day("Day", required=True),
        "product_id": key("Product", references="products.product_id"),
        "site_id": key("Warehouse or shop"),
        "on_hand": quantity("Units in stock at the close", Check.ge(0), required=True),
        "received": quantity("Units received", Check.ge(0)),
        "sold": quantity("Units issued for sale", Check.ge(0)),
        "unit_cost": money("Cost per unit", Check.ge(0)),
    },
    key=("date", "product_id", "site_id"),
    known_on="date",
    fresh_within_days=3,
)

ACTIONS = table(
    "actions",
    "action agreed in a review or between departments",
    {
        "action_id": key("Action"),
        "action": text("What is to be done"),
        "opened_on": day("Opened", required=True),
        "due_on": day("Due", required=True),
        "closed_on": day("Closed", later=True),
        "from_department": text("Department that asked"),
        "to_department": text("Department that acts"),
        "plan_item": key("Plan item", required=False),
        "stage": text("Stage of the year: launch, push, sprint, review"),
        "owner": key("Employee or role responsible", required=False),
        "outcome": text("What came of it"),
    },
    key=("action_id",),
    known_on="opened_on",
    recorded_with={"closed_on": ("outcome",)},
    fresh_within_days=14,
)

STAGE_REVIEWS = table(
    "stage_reviews",
    "stage of the year: the gate's recorded verdict",
    {
        "stage_year": column(dt.int64, "Fiscal year", required=True),
        "stage": text("launch, push, sprint or review", required=True),
        "reviewed_on": day("Day of the review", required=True),
        "verdict": text("passed, passed with conditions, failed", required=True),
        "score": fraction("Share of the stage's goals met"),
    },
    key=("stage_year", "stage"),
    known_on="reviewed_on",
)

OPERATIONS_TABLES = (
    PEOPLE, QUOTAS, OPPORTUNITIES_MONTHLY, SKILL_SCORES, TEAMWORK_SCORES, TRAININGS, CONDUCT, INVOICES, SUPPLIERS, PURCHASE_ORDERS,
    MATERIAL_PRICES, STOCK_DAILY, ACTIONS, STAGE_REVIEWS,
)  # fmt: skip
