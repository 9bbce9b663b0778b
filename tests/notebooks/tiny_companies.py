"""Companies that supply next to nothing, as projects on disk: exports, YAML, warehouse and marts, as a user has them."""

from datetime import date
from pathlib import Path

from brandops import paths
from brandops.ingest import ingest
from brandops.params import load_plan
from brandops.periods import Grain, default_period, parse_period
from brandops.warehouse import build_marts, first_day, latest_day

PLAN = "company: Tiny\ncurrency: EUR\ntime_zone: Europe/Berlin\n"
LINES = "order,line,day,shop,sku,qty,price\n"
PRODUCTS = """
  - name: products
    table: products
    kind: csv
    path: raw/products.csv
    columns: {product_id: sku}
"""
SALES = """
  - name: orders
    table: sales_lines
    kind: csv
    path: raw/orders.csv
    columns: {order_id: order, line_no: line, ordered_at: day, channel_id: shop, product_id: sku, quantity: qty, net_price: price}
"""
CUSTOMERS = """
  - name: customers
    table: customers
    kind: csv
    path: raw/customers.csv
    columns: {customer_id: id, created_on: since}
"""
MARKET = """
  - name: panel
    table: market_monthly
    kind: csv
    path: raw/panel.csv
    columns: {month: month, category: category, competitor: who, sales: sales}
"""


def lines(*days: str) -> str:
    """An export of order lines: two on each of `days`, in one shop."""
    rows = [f"{at}{n},{n},{day},web,P{n},{n},9.50" for at, day in enumerate(days, start=1) for n in (1, 2)]
    return LINES + "\n".join(rows) + "\n"


def company(root: Path, sources: str, **files: str) -> str:
    """Write the profile `tiny` under `root` (the project folder), ingest it, and build its marts; returns its name.

    `sources` are the entries of sources.yml; `files` the exports, by name without suffix.
    """
    for folder, name, text in (
        ("params/tiny", "plan.yml", PLAN),
        ("params/tiny", "sources.yml", f"time_zone: Europe/Berlin\nsources:{sources}"),
        *(("data/tiny/raw", f"{name}.csv", text) for name, text in files.items()),
    ):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / name).write_text(text, encoding="utf-8")
    assert paths.root() == root.resolve()
    ingest("tiny")
    return "tiny"


def build(profile: str, period: str = "", as_of: str = "") -> None:
    """Build the marts that `open_page` reads for these parameters."""
    last = latest_day(profile)
    wanted = parse_period(period) if period else default_period(Grain.QUARTER, first_day(profile), last)
    build_marts(profile, load_plan(profile), date.fromisoformat(as_of) if as_of else min(wanted.end, last))
