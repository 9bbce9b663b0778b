"""A company in a scratch project: its exports, its YAML, and what the warehouse made of them."""

import hashlib
import textwrap
from pathlib import Path
from typing import Any

import duckdb

from brandops.ingest import Manifest, ingest
from brandops.paths import data_dir, params_dir

PRODUCTS = "product_id,brand\nP1,Alpha\nP2,Beta\n"
CHANNELS = "channel_id,channel,channel_type\nshop,Shop,offline\nweb,Web,online\n"
HEADER = "order_id,line_no,ordered_at,channel_id,product_id,quantity,net_price\n"
MASTER = """\
- {name: products, table: products, kind: csv, path: raw/products.csv, columns: {product_id: product_id, brand: brand}}
- name: channels
  table: channels
  kind: csv
  path: raw/channels.csv
  columns: {channel_id: channel_id, channel: channel, channel_type: channel_type}
"""
SALES = """\
- name: sales
  table: sales_lines
  kind: csv
  path: raw/sales_*.csv
  columns:
    {order_id: order_id, line_no: line_no, ordered_at: ordered_at, channel_id: channel_id, product_id: product_id,
     quantity: quantity, net_price: net_price}
"""
VERSIONS = """\
  file_date: 'sales_(?P<month>\\d{4}-\\d{2})(_corrected_(?P<received>\\d{8}))?\\.csv'
  replaces: month
"""


def line(order: str, day: str = "2025-01-03", quantity: object = 1, price: object = "9.90", **other: str) -> str:
    """One order line of the CSV export."""
    found = {"line": "1", "channel": "web", "product": "P1"} | other
    return f"{order},{found['line']},{day},{found['channel']},{found['product']},{quantity},{price}\n"


class Company:
    """The profile `acme` of a scratch project."""

    def __init__(self, root: Path, *, new: bool = True) -> None:
        self.root, self.data = root, data_dir("acme")
        if not new:  # a copy of one that is there
            return
        self.sources()
        self.export("products.csv", PRODUCTS)
        self.export("channels.csv", CHANNELS)

    def export(self, name: str, content: str | bytes) -> Path:
        """Write a file the company sends, below `raw/`."""
        path = self.data / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def sources(self, *declared: str, time_zone: str = "UTC", master: bool = True) -> None:
        """Declare sources beside products and channels; sales from CSV files by default."""
        texts = [MASTER] if master else []
        body = "".join(textwrap.dedent(text) for text in (*texts, *(declared or (SALES,))))
        self._write("sources.yml", f"time_zone: {time_zone}\nsources:\n{body}")

    def corrections(self, text: str) -> None:
        """Declare corrections."""
        self._write("corrections.yml", textwrap.dedent(text))

    def plan(self, text: str = "") -> None:
        """Write the plan; `text` adds to it."""
        self._write("plan.yml", f"company: Acme\ncurrency: EUR\ntime_zone: UTC\n{text}")

    def _write(self, name: str, text: str) -> None:
        path = params_dir("acme") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def ingest(self, **more: Any) -> Manifest:
        """Bring the exports into the warehouse."""
        return ingest("acme", **more)

    def rows(self, table: str, query: str = "select * from rows") -> list[tuple]:
        """Rows of a warehouse table, by SQL over `rows`."""
        if not list((self.data / "warehouse" / table).glob("*.parquet")):
            return []
        return self._sql(f"read_parquet('{self.data}/warehouse/{table}/*.parquet')", query)

    def quarantine(self, source: str, *columns: str) -> list[tuple]:
        """Rejected rows of a source, in order: file, row, column, value, rule, or the columns asked for."""
        wanted = columns or ("file", "row", "column", "value", "rule")
        listed = ", ".join(f'"{column}"' for column in wanted)
        return self._sql(f"read_parquet('{self.data}/quarantine/{source}.parquet')", f"select {listed} from rows")

    def orders(self) -> list[str]:
        """Order numbers in the warehouse, sorted."""
        return sorted(row[0] for row in self.rows("sales_lines", "select order_id from rows"))

    def fingerprint(self) -> dict[str, str]:
        """Digest of every file of warehouse and quarantine."""
        files = [path for kind in ("warehouse", "quarantine") for path in (self.data / kind).rglob("*") if path.is_file()]
        return {str(path.relative_to(self.data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}

    @staticmethod
    def _sql(relation: str, query: str) -> list[tuple]:
        with duckdb.connect() as con:
            con.execute("SET TimeZone = 'UTC'")
            return con.execute(f"WITH rows AS (SELECT * FROM {relation}) {query}").fetchall()
