"""The demo world at scale: from files to marts, beside hand-written SQL for the same marts.

    LINES=3_000_000 python benchmarks/scale.py            one size
    LINES=1_000_000,3_000_000,10_000_000 ...              several, and how time grows between them
    FORMAT=parquet                                        exports as parquet (default: csv)
    CUSTOMERS=fixed                                       the same customers buy more (default: they grow with the lines)
    REPORT=1                                              the whole report, too

The demo's products, channels and customers sell as often as it takes: its order lines are repeated with customers, orders,
moments and quantities of their own, drawn in DuckDB and written in monthly files. Each step is a process of its own with
its time by the clock and of the processor (which other work on the machine disturbs less), and its peak memory (of the
largest process, where it starts others): ingestion, marts (all of them), the sales marts alone, the same in hand-written SQL
on the same parquet (one after the other, and their rows compared), then ingestion and marts again with one more day. Needs
data/demo (`make data`); works in build/ and leaves nothing there.
"""

import itertools
import math
import os
import shutil
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import yaml
from scale_sql import MARTS

from brandops import paths
from brandops.contract import TABLES
from brandops.errors import UserError
from ingest import process, spread

PROFILE = "scale"
INGEST = "import sys; from brandops.ingest import ingest; ingest(sys.argv[1])"
BUILD = """
import sys; from datetime import date; from brandops.params import load_plan; from brandops.warehouse import build_marts
build_marts(sys.argv[1], load_plan(sys.argv[1]), date.fromisoformat(sys.argv[2]))
"""
# The sales marts alone, as build_marts makes them; then the same by hand.
OURS = """
import sys; from datetime import date; from pathlib import Path; from brandops.params import load_plan
from brandops.warehouse import marts; from brandops.warehouse.connect import connect, read_tables
from brandops.warehouse.known import known_tables
profile, day, target = sys.argv[1], date.fromisoformat(sys.argv[2]), Path(sys.argv[3])
plan = load_plan(profile)
with connect("duckdb", plan.time_zone) as connection:
    known = known_tables(connection, read_tables(connection, profile), day, plan.time_zone)
    made = marts.express(connection, known, as_of=day, time_zone=plan.time_zone)
    for name in sys.argv[4].split(","):
        marts._write(connection, made[name], target / f"{name}.parquet")
"""
HAND = "import sys; sys.path.insert(0, 'benchmarks'); import scale_sql; scale_sql.main(*sys.argv[1:])"
REPORT = "import sys; from brandops.pipeline.__main__ import main; sys.exit(main(['report', '--profile', sys.argv[1]]))"


def main() -> int:
    """Measure and print."""
    sizes = [int(float(size.replace("_", ""))) for size in (os.environ.get("LINES") or "3_000_000").split(",")]
    measured = {}
    for size in sizes:
        measured[size] = measure(size)
    for smaller, larger in itertools.pairwise(sizes):
        for step, (seconds, processor, _memory) in measured[larger].items():
            clock, work = (
                math.log(now / before) / math.log(larger / smaller)
                for now, before in zip((seconds, processor), measured[smaller][step], strict=False)
            )
            print(f"{step}: grows as lines^{work:.2f} of processor, lines^{clock:.2f} of seconds, from {smaller:,} to {larger:,}")
    return 0


def measure(lines: int) -> dict[str, tuple[float, float, int]]:
    """Build the world of `lines` order lines, measure every step, print it; by step the seconds, of processor, and the peak."""
    source, runs = paths.data_dir("demo"), int(os.environ.get("RUNS") or 1)
    if not (source / "warehouse" / "sales_lines").is_dir():
        raise UserError("data/demo/warehouse: absent; run make data")
    root = paths.root() / "build" / f"scale-{os.getpid()}"
    shutil.rmtree(root, ignore_errors=True)
    environment = os.environ | {"BRANDOPS_ROOT": str(root), "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src")}
    try:
        last, written = World(source, root, os.environ.get("FORMAT") or "csv").draw(lines)
        size = sum(path.stat().st_size for path in (root / "data" / PROFILE / "raw").glob("orders_*"))
        print(f"{written:,} order lines, {size / 1e9:.2f} GB of exports, {os.cpu_count()} processors", flush=True)
        taken = Taken()
        taken["ingestion"] = process(INGEST, environment, PROFILE)
        taken["all marts"] = process(BUILD, environment, PROFILE, str(last))
        ours, hand = root / "ours", root / "hand"
        pairs = []
        for _ in range(runs):
            for folder in (ours, hand):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
            warehouse = str(root / "data" / PROFILE / "warehouse")
            pairs.append((
                process(OURS, environment, PROFILE, str(last), str(ours), ",".join(MARTS)),
                process(HAND, environment, warehouse, str(hand)),
            ))  # fmt: skip
            check(ours, hand)
        taken["sales marts"], taken["hand-written SQL"] = pairs[-1]
        if os.environ.get("REPORT"):
            taken["report"] = process(REPORT, environment, PROFILE)
        World(source, root, os.environ.get("FORMAT") or "csv").day(last + timedelta(days=1), lines)
        taken["ingestion of one more day"] = process(INGEST, environment, PROFILE)
        taken["marts with one more day"] = process(BUILD, environment, PROFILE, str(last + timedelta(days=1)))
        for label, of in (("seconds", 0), ("of processor", 1)):
            print(f"  sales marts to hand-written SQL, {label:<13} {spread([one[of] / other[of] for one, other in pairs])}")
        return taken
    finally:
        shutil.rmtree(root, ignore_errors=True)


class Taken(dict):
    """What each step took, printed as soon as it is known."""

    def __setitem__(self, step: str, taken: tuple[float, float, int]) -> None:
        super().__setitem__(step, taken)
        seconds, processor, memory = taken
        print(f"  {step:28} {seconds:8.2f} s {processor:8.2f} s of processor   peak {memory / 1e9:5.2f} GB", flush=True)


class World:
    """The scratch profile: the demo's warehouse as exports, its order lines repeated."""

    def __init__(self, source: Path, root: Path, kind: str) -> None:
        self.warehouse, self.root, self.kind = source / "warehouse", root, kind
        self.grows = os.environ.get("CUSTOMERS") != "fixed"
        self.raw = root / "data" / PROFILE / "raw"

    def draw(self, lines: int) -> tuple[date, int]:
        """Write parameters and exports; returns the last day with sales, and the order lines written."""
        self.raw.mkdir(parents=True)
        parameters = self.root / "params" / PROFILE
        parameters.mkdir(parents=True)
        plan = yaml.safe_load((paths.params_dir("demo") / "plan.yml").read_text(encoding="utf-8"))
        plan.pop("generator")
        (parameters / "plan.yml").write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
        for name in ("notebooks", "requirements.lock"):
            (self.root / name).symlink_to(paths.root() / name)
        (self.root / "params" / "_brand.yml").symlink_to(paths.root() / "params" / "_brand.yml")
        tables = [name for name in TABLES if (self.warehouse / name).is_dir() and name not in ("sales_lines", "ledger_totals")]
        sources = [self._source(name, f"{name}.parquet", "parquet") for name in tables]
        sources.append(self._source("sales_lines", f"orders_*.{self.kind}", self.kind))
        declared = {"time_zone": plan["time_zone"], "sources": sources}
        (parameters / "sources.yml").write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
        with self._connect(plan["time_zone"]) as con:
            known = con.sql("SELECT count(*), max(ordered_at)::DATE FROM sales_lines_now").fetchone()
            for name in tables:
                if name != "customers":
                    con.execute(f"COPY ({self._exported(name)}) TO '{self.raw / name}.parquet'")
            copies = math.ceil(lines / known[0])
            everyone = f"range({copies if self.grows else 1}) c(copy)"
            copied = f"SELECT * REPLACE ({_named('customer_id')}) FROM ({self._exported('customers')}), {everyone}"
            con.execute(f"COPY (SELECT * EXCLUDE copy FROM ({copied})) TO '{self.raw}/customers.parquet'")
            months = con.sql("SELECT DISTINCT date_trunc('month', ordered_at)::DATE FROM sales_lines_now ORDER BY 1").fetchall()
            share = min(1.0, lines / (known[0] * copies))
            written = sum(self._orders(con, month, copies, share) for (month,) in months)
        return known[1], written

    def day(self, day: date, lines: int) -> None:
        """Write one more day's export: the orders of the same day a year before, once more."""
        with self._connect(yaml.safe_load((self.root / "params" / PROFILE / "plan.yml").read_text())["time_zone"]) as con:
            copies = math.ceil(lines / con.sql("SELECT count(*) FROM sales_lines_now").fetchone()[0])
            before = datetime.combine(day, datetime.min.time()) - timedelta(days=365)
            moved = "* REPLACE (ordered_at + INTERVAL 365 DAY AS ordered_at, order_id || 'n' AS order_id)"
            con.execute(f"CREATE TABLE one AS SELECT {moved} FROM sales_lines_now WHERE ordered_at::DATE = DATE '{before.date()}'")
            self._write(con, "one", copies, 1.0, f"day_{day}")

    def _orders(self, con: duckdb.DuckDBPyConnection, month: date, copies: int, share: float) -> int:
        con.execute(f"CREATE OR REPLACE TEMP VIEW one AS SELECT * FROM sales_lines_now "
                    f"WHERE date_trunc('month', ordered_at) = DATE '{month}'")  # fmt: skip
        return self._write(con, "one", copies, share, f"{month:%Y-%m}")

    def _write(self, con: duckdb.DuckDBPyConnection, view: str, copies: int, share: float, label: str) -> int:
        # Whole orders are repeated; which of the last copy are left out, and what a copy's lines hold, follows from hashes.
        customer = _named('customer_id') if self.grows else 'customer_id AS customer_id'
        drawn = (
            f"SELECT * EXCLUDE copy REPLACE ({_named('order_id')}, {customer}, "
            "quantity * (1 + hash(order_id, line_no, copy) % 3) AS quantity, "
            "ordered_at::DATE + INTERVAL (hash(order_id, copy) % 86400) SECOND AS ordered_at, NULL AS net_sales, NULL AS cost, "
            "NULL AS discount) "
            f"FROM {view}, range({copies}) c(copy) WHERE hash(order_id, copy, 'share') % 1000000 < {int(share * 1e6)}"
        )
        target = self.raw / f"orders_{label}.{self.kind}"
        options = "FORMAT csv, HEADER" if self.kind == "csv" else "FORMAT parquet"
        return con.execute(
            f"COPY (SELECT * FROM ({drawn}) ORDER BY ordered_at, order_id, line_no) TO '{target}' ({options})"
        ).fetchone()[0]

    def _connect(self, zone: str) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect(config={"memory_limit": "2GB"})
        con.execute(f"SET TimeZone = '{zone}'; SET enable_progress_bar = false")
        con.execute(f"CREATE VIEW sales_lines_now AS {self._exported('sales_lines')}")
        return con

    def _exported(self, name: str) -> str:
        """A table's rows in force, contract columns alone; moments as the company's clock showed them."""
        columns = []
        for column, declared in TABLES[name].columns.items():
            moment = declared.dtype.type.is_timestamp()
            columns.append(f"{column}::TIMESTAMP AS {column}" if moment else column)
        return f"SELECT {', '.join(columns)} FROM '{self.warehouse / name}/*.parquet' WHERE _known_to IS NULL"

    def _source(self, name: str, path: str, kind: str) -> dict:
        columns = {column: column for column in TABLES[name].columns}
        if name == "sales_lines":
            columns = {column: column for column in columns if column not in ("net_sales", "cost", "discount")}
        orphans = {column: "keep" for column in TABLES[name].references if column in columns}
        return {"name": name, "table": name, "kind": kind, "path": f"raw/{path}", "columns": columns} | (
            {"on_orphan": orphans} if orphans else {}
        )


def _named(column: str) -> str:
    """The identifier of a copy: the first keeps its own."""
    return f"{column} || CASE WHEN copy = 0 THEN '' ELSE '-' || copy END AS {column}"


def check(ours: Path, hand: Path) -> None:
    """Refuse a comparison of different marts.

    Raises
    ------
    UserError
        A mart's rows or net sales differ.
    """
    for name in MARTS:
        one, other = (pq.read_table(folder / f"{name}.parquet").to_pandas() for folder in (ours, hand))
        total = [float(frame["net_sales"].sum()) if "net_sales" in frame else 0.0 for frame in (one, other)]
        if len(one) != len(other) or abs(total[0] - total[1]) > 0.005:
            raise UserError(f"{name}: {len(one):,} rows and {total[0]:,.2f}, by hand {len(other):,} and {total[1]:,.2f}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as error:
        sys.exit(f"error: {error}")
