"""The CRM and ERP databases: one SQLite file, with known defects in customers, invoices and purchase orders."""

from pathlib import Path

import pandas as pd

from brandops.contract import TABLES
from brandops.demo.defects import Bad, Register, Rewritten, chinese_date, compact, full_width, grouped, slashes, yuan
from brandops.demo.world import World
from brandops.demo.writers import cells, write_sqlite

FILE = "raw/crm.sqlite"
LEDGER_MONTH, LEDGER_CHANNEL, LEDGER_EXCESS = "2025-11-01", "miniprogram", 1280.00
# Contract table: its table in the database.
NAMES = {
    "products": "products", "customers": "customers", "channels": "channels", "channel_costs": "channel_costs",
    "ledger_totals": "gl_totals", "campaigns": "campaigns", "campaign_budget": "campaign_budget",
    "service_cases": "tickets", "people": "employees", "quotas": "quotas",
    "opportunities_monthly": "opportunities", "skill_scores": "skill_scores",
    "teamwork_scores": "peer_ratings", "trainings": "trainings", "conduct": "conduct", "invoices": "invoices",
    "suppliers": "suppliers", "purchase_orders": "po_lines", "actions": "action_log", "stage_reviews": "stage_reviews",
}  # fmt: skip

_NOT_NEGATIVE = "check:greater_than_or_equal_to"
_BAD = {
    "customers": [
        Bad("duplicate_customer", None, "duplicate_key", count=3, keep_key=True),
        Bad("missing_key", "customer_id", "missing_key", value=None, count=2),
        Bad("impossible_date", "created_on", "bad_date", value="2024-02-30", count=3),
        Bad("text_in_number", "credit_limit", "bad_number", value="五万", count=2),
        Bad("out_of_range", "payment_terms_days", "check:in_range", value=400, count=1),
    ],
    "invoices": [
        Bad("orphan_customer", "customer_id", "orphan", value=lambda i: f"U7{i:05d}", count=4),
        Bad("impossible_date", "paid_on", "bad_date", value="2025-02-30", count=3),
        Bad("negative_amount", "amount", _NOT_NEGATIVE, value=-1200.5, count=2),
        Bad("duplicate_invoice", None, "duplicate_key", count=3, keep_key=True),
    ],
    "purchase_orders": [
        Bad("zero_quantity", "quantity", "check:greater_than", value=0, count=2),
        Bad("orphan_supplier", "supplier_id", "orphan", value="V99", count=2),
    ],
    "service_cases": [Bad("out_of_range", "csat", "check:in_range", value=9, count=2)],
}
_REWRITTEN = {
    "customers": [
        Rewritten("mixed_date_format", "created_on", slashes, 40),
        Rewritten("mixed_date_format", "created_on", chinese_date, 40),
        Rewritten("mixed_date_format", "created_on", compact, 40),
    ],
    "invoices": [
        Rewritten("thousands_separator", "amount", grouped, 30),
        Rewritten("currency_sign", "amount", yuan, 20),
        Rewritten("full_width_digits", "amount", full_width, 15),
    ],
}


def export_crm(made: World, register: Register, raw: Path) -> None:
    """Write raw/crm.sqlite."""
    database = {}
    for table, name in NAMES.items():
        frame = made.tables[table]
        frame = frame[[column for column in TABLES[table].columns if column in frame]].copy()
        if table == "ledger_totals":
            frame = _with_booking_difference(frame, register)
        if table in _BAD:
            text = pd.DataFrame({column: pd.Series(cells(frame[column]), dtype=object) for column in frame.columns})
            source = f"crm_{table}"
            small = len(frame) < 400  # a world too small for all the rewritten values has the bad rows only
            rewritten = [] if small else _REWRITTEN.get(table, [])
            frame = register.spoil(text, source, FILE, TABLES[table].key[0], _BAD[table], rewritten)
        database[name] = frame
    write_sqlite(database, raw.parent / FILE)


def _with_booking_difference(ledger: pd.DataFrame, register: Register) -> pd.DataFrame:
    """One booking was made twice in the general ledger: the only month in which it disagrees with the lines."""
    hit = (ledger["month"] == LEDGER_MONTH) & (ledger["channel_id"] == LEDGER_CHANNEL)
    ledger.loc[hit, "net_sales"] = (ledger.loc[hit, "net_sales"] + LEDGER_EXCESS).round(2)
    register.anomalies.append({
        "source": "crm_ledger_totals", "kind": "ledger_difference", "month": LEDGER_MONTH[:7],
        "channel_id": LEDGER_CHANNEL, "ledger_minus_loaded": LEDGER_EXCESS, "expected": "headline",
    })  # fmt: skip
    return ledger
