"""Ingestion of CSV order lines against a bare DuckDB copy of the same files to parquet.

    LINES=10000000 RUNS=3 python benchmarks/ingest.py

A scratch company is drawn (seeded): monthly files of order lines over two years with the defects real exports have, and
the tables they refer to. Each run ingests it from nothing (read, convert, validate, keys, account, publish) and copies the
same files with one DuckDB statement, one after the other on the same machine, so that the ratio means something. Both are
processes of their own, imports included; peak memory is the process's own. Beside the clock stands the time of the
processor, which other work on the machine disturbs less. Then the same again with nothing changed, and with one more file
(a month's). Every row is accounted for, or the benchmark fails: as many are rejected as defects were planted.
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from brandops.errors import UserError

MONTHS = 24
PRODUCTS, CHANNELS, CUSTOMERS = 120, 9, 20_000
SEED = 20_250_101
# Share of lines with a fault the rules must find, and with a value written unusually that must be read all the same.
FAULTS = {"text in a number": 0.001, "no product": 0.001, "impossible date": 0.001, "negative price": 0.001, "orphan": 0.001}
UNUSUAL = {"currency": 0.002, "grouped": 0.002, "slashes": 0.002, "full width": 0.002}
TWICE = 0.002
SOURCES = """\
time_zone: Asia/Shanghai
sources:
  - {name: products, table: products, kind: csv, path: raw/products.csv, columns: {product_id: product_id, brand: brand}}
  - name: channels
    table: channels
    kind: csv
    path: raw/channels.csv
    columns: {channel_id: channel_id, channel: channel, channel_type: channel_type}
  - {name: customers, table: customers, kind: csv, path: raw/customers.csv, columns: {customer_id: customer_id}}
  - name: orders
    table: sales_lines
    kind: csv
    path: raw/orders_*.csv
    columns:
      order_id: order_id
      line_no: line_no
      ordered_at: ordered_at
      customer_id: customer_id
      channel_id: channel_id
      region: region
      product_id: product_id
      quantity: quantity
      list_price: list_price
      net_price: net_price
      promoted: promoted
"""
# One line as an export writes it; `fault` and `unusual` number the defects above, 0 is none.
LINE = """
SELECT 'SO' || lpad(CAST(line // 3 AS VARCHAR), 9, '0') AS order_id, line % 3 + 1 AS line_no,
  CASE WHEN fault = 3 THEN strftime(day, '%Y-%m-') || '32 10:00:00'
    WHEN unusual = 3 THEN strftime(day, '%Y/%m/%d %H:%M:%S') ELSE strftime(day, '%Y-%m-%d %H:%M:%S') END AS ordered_at,
  'C' || lpad(CAST(customer AS VARCHAR), 6, '0') AS customer_id, 'channel ' || channel AS channel_id,
  'region ' || customer % 8 AS region,
  CASE WHEN fault = 2 THEN NULL WHEN fault = 5 THEN 'P999' ELSE 'P' || lpad(CAST(product AS VARCHAR), 3, '0') END AS product_id,
  CASE WHEN fault = 1 THEN 'two' WHEN unusual = 4 THEN translate(CAST(quantity AS VARCHAR), '0123456789', '０１２３４５６７８９')
    ELSE CAST(quantity AS VARCHAR) END AS quantity,
  CASE WHEN unusual = 2 THEN format('{:,}', 1000 + cents // 100) || '.00' ELSE CAST(price AS VARCHAR) END AS list_price,
  CASE WHEN fault = 4 THEN '-' ELSE '' END || CASE WHEN unusual = 1 THEN '¥' ELSE '' END
    || CAST(CAST(price * 0.9 AS DECIMAL(12, 2)) AS VARCHAR) AS net_price,
  CASE WHEN promoted THEN 'true' ELSE 'false' END AS promoted
FROM (SELECT *, CAST(cents / 100 AS DECIMAL(12, 2)) AS price,
  make_timestamp(CAST(? AS BIGINT) + second * 1000000) AS day FROM drawn)
"""
INGEST = "import sys; from brandops.ingest import ingest; ingest(sys.argv[1])"
BARE = """
import sys, duckdb
duckdb.sql("SET enable_progress_bar = false")
duckdb.sql(f"COPY (FROM read_csv('{sys.argv[1]}', header = true, all_varchar = true)) TO '{sys.argv[2]}' (FORMAT parquet)")
"""


def main() -> int:
    """Measure and print."""
    lines, runs = int(float(os.environ.get("LINES") or 1e7)), int(os.environ.get("RUNS") or 3)
    with tempfile.TemporaryDirectory(prefix="brandops-bench-") as folder:
        root = Path(folder)
        data, environment = root / "data" / "bench", os.environ | {"BRANDOPS_ROOT": folder}
        expected = Company(root, lines).draw()
        size = sum(path.stat().st_size for path in (data / "raw").glob("orders_*.csv"))
        total = expected["rows_in"]
        print(f"{total:,} order lines in {MONTHS} CSV files of {size / 1e9:.2f} GB together, {os.cpu_count()} cores", flush=True)
        ours, bare = [], []
        for _ in range(runs):
            for kind in ("warehouse", "quarantine", "marts", ".cache"):
                shutil.rmtree(data / kind, ignore_errors=True)
            bare.append(process(BARE, environment, str(data / "raw" / "orders_*.csv"), str(root / "bare.parquet")))
            ours.append(process(INGEST, environment, "bench"))
            check(data, expected)
        show("bare copy", bare, total)
        show("ingestion", ours, total)
        for label, of in (("seconds", 0), ("of processor", 1)):
            ratios = [one[of] / other[of] for one, other in zip(ours, bare, strict=True)]
            print(f"  ratio, {label:<13} {spread(ratios)}")
        show("nothing changed", [process(INGEST, environment, "bench") for _ in range(runs)])
        # The months after.
        later = []
        for month in range(runs):
            more = Company(root, lines).month(MONTHS + month, lines // MONTHS)[0]
            later.append(process(INGEST, environment, "bench"))
        show(f"one more file of {more:,} lines", later)
    return 0


def spread(values: list[float]) -> str:
    """Median, least and greatest."""
    return f"{statistics.median(values):8.2f}   between {min(values):.2f} and {max(values):.2f} in {len(values)} runs"


def show(label: str, taken: list[tuple[float, float, int]], rows: int | None = None) -> None:
    """Print what processes took."""
    print(f"  {label}: {spread([seconds for seconds, _, _ in taken])}")
    speed = f"{rows / statistics.median(s for s, _, _ in taken):,.0f} rows/s, " if rows else ""
    processor, memory = statistics.median(p for _, p, _ in taken), max(m for _, _, m in taken)
    print(f"      {speed}{processor:.2f} s of processor, peak {memory / 1e9:.2f} GB", flush=True)


class Company:
    """The scratch company `bench`: parameters, the tables referred to and monthly files of order lines."""

    def __init__(self, root: Path, lines: int) -> None:
        self.raw, self.parameters, self.lines = root / "data" / "bench" / "raw", root / "params" / "bench", lines

    def draw(self) -> dict[str, int]:
        """Write everything; gives the rows in and the rows to be rejected."""
        self.parameters.mkdir(parents=True)
        self.raw.mkdir(parents=True)
        (self.parameters / "sources.yml").write_text(SOURCES, encoding="utf-8")
        self._write("products", "product_id,brand", (f"P{n:03},Brand {n % 6}" for n in range(PRODUCTS)))
        kinds = ("online", "offline")
        self._write(
            "channels", "channel_id,channel,channel_type", (f"channel {n},Channel {n},{kinds[n % 2]}" for n in range(CHANNELS))
        )
        self._write("customers", "customer_id", (f"C{n:06}" for n in range(CUSTOMERS)))
        share = [self.lines // MONTHS + (month < self.lines % MONTHS) for month in range(MONTHS)]
        months = [self.month(month, number) for month, number in enumerate(share)]
        return {"rows_in": sum(rows for rows, _ in months), "quarantined": sum(rejected for _, rejected in months)}

    def _write(self, name: str, header: str, rows: Iterator[str]) -> None:
        (self.raw / f"{name}.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")

    def month(self, month: int, number: int) -> tuple[int, int]:
        """Write a month's file; gives its rows and how many of them must be rejected."""
        random = np.random.default_rng([SEED, month])
        fault = random.choice(len(FAULTS) + 1, number, p=[1 - sum(FAULTS.values()), *FAULTS.values()])
        unusual = random.choice(len(UNUSUAL) + 1, number, p=[1 - sum(UNUSUAL.values()), *UNUSUAL.values()])
        twice = (random.random(number) < TWICE) & (fault == 0)
        drawn = {
            "line": np.arange(number, dtype="int64") + month * self.lines,
            "second": np.sort(random.integers(0, 28 * 86_400, number)),
            "customer": random.integers(0, CUSTOMERS, number),
            "channel": random.integers(0, CHANNELS, number),
            "product": random.integers(0, PRODUCTS, number),
            "quantity": random.geometric(0.5, number),
            "cents": random.integers(990, 99_999, number),
            "promoted": random.random(number) < 0.2,
            "fault": fault,
            "unusual": np.where(fault == 0, unusual, 0),
        }
        order = np.sort(np.concatenate([np.arange(number), np.flatnonzero(twice)]))
        begins = int(np.datetime64("2024-01", "M").astype("int64") + month)
        begins = np.datetime64(begins, "M").astype("datetime64[us]").astype("int64")
        target = self.raw / f"orders_{np.datetime64('2024-01', 'M') + month}.csv"
        with duckdb.connect() as con:
            con.register("drawn", pa.table({name: values[order] for name, values in drawn.items()}))
            con.execute(f"COPY ({LINE}) TO '{target}' (HEADER)", [int(begins)])
        return len(order), int((fault > 0).sum() + twice.sum())


def process(code: str, environment: dict[str, str], *arguments: str) -> tuple[float, float, int]:
    """Seconds, seconds of processor and peak bytes of memory of a Python process of its own.

    Raises
    ------
    UserError
        If it fails; it has said why.
    """
    start = time.perf_counter()
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", code, *arguments], environment)
    _, status, used = os.wait4(pid, 0)
    if status:
        raise UserError("a measured process failed")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def check(data: Path, expected: dict[str, int]) -> None:
    """Refuse a run that did not account for every row.

    Raises
    ------
    UserError
        If rows are missing, or others were rejected than were planted.
    """
    sources = json.loads((data / "warehouse" / "manifest.json").read_text())["sources"]
    orders = next(source for source in sources if source["source"] == "orders")
    found = {key: orders[key] for key in expected}
    if found != expected:
        raise UserError(f"rows planted {expected}, found {found}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as error:
        sys.exit(f"error: {error}")
