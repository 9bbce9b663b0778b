"""How long monitoring a day takes, warm, and that it does not take longer the more history lies behind.

First the command line as cron runs it, on the demo brand as it is. Then the same evaluation in this process on copies of
its warehouse to which four, eight, ... more years of sales and stock were added before its beginning. Processor time is given
because a busy machine stretches the other.

    .venv/bin/python benchmarks/monitor.py
"""

import argparse
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
PROFILE, SPAN, LIMIT = "demo", 4, 5.0  # years the demo's history spans; seconds a warm day may take
TABLES = {"sales_lines": "ordered_at", "stock_daily": "date"}


def main() -> int:
    """Print the timings; 1 where a warm day takes longer than the limit."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--spans", type=int, default=3, help="most four-year spans added to the history")
    given = parser.parse_args()
    warm = command_line(given.runs)
    fastest, processor = min(wall for wall, _ in warm), statistics.median(cpu for _, cpu in warm)
    print(f"make monitor, one day, warm: fastest of {given.runs} {fastest:.2f} s, processor time {processor:.2f} s (median)")
    for spans in range(given.spans + 1):
        taken, rows = evaluation(spans, given.runs)
        said = f"evaluation after {SPAN * (spans + 1):2d} years of history, {rows / 1e6:5.2f} M rows"
        print(f"{said}: processor time {taken:.2f} s (median)")
    return int(fastest > LIMIT)


def command_line(runs: int) -> list[tuple[float, float]]:
    """Seconds and processor seconds of whole runs of the command, after one that warms it."""
    command = [sys.executable, "-m", "brandops.pipeline", "monitor", "--profile", PROFILE]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    taken = []
    for _ in range(runs + 1):
        start, before = perf_counter(), os.times()
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
        if done.returncode == 1:
            raise SystemExit(done.stderr.decode())
        after = os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        taken.append((perf_counter() - start, used))
    return taken[1:]


def evaluation(spans: int, runs: int) -> tuple[float, int]:
    """Median processor seconds of reading, computing and logging a day, and the rows of the tables with added history."""
    from brandops.params import load_plan
    from brandops.params.alerts import load_alerts
    from brandops.pipeline.alertlog import AlertLog
    from brandops.pipeline.console import Console
    from brandops.pipeline.monitor import _evaluate
    from brandops.warehouse import latest_day

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "params").symlink_to(ROOT / "params")
        warehouse = root / "data" / PROFILE / "warehouse"
        shutil.copytree(ROOT / "data" / PROFILE / "warehouse", warehouse)
        rows = sum(_lengthen(warehouse, table, column, spans) for table, column in TABLES.items())
        os.environ["BRANDOPS_ROOT"] = folder
        try:
            plan, rules, day, taken = load_plan(PROFILE), load_alerts(PROFILE), latest_day(PROFILE), []
            quiet = Console(io.StringIO())
            for _ in range(runs + 1):
                start = process_time()
                _evaluate(AlertLog(PROFILE), PROFILE, plan, rules, day, [], quiet)
                taken.append(process_time() - start)
        finally:
            del os.environ["BRANDOPS_ROOT"]
    return statistics.median(taken[1:]), rows


def _lengthen(warehouse: Path, table: str, column: str, spans: int) -> int:
    """Add copies of a table's files, each span earlier, to the folder and the manifest; returns the rows there are then."""
    path = warehouse / "manifest.json"
    manifest, total = json.loads(path.read_text(encoding="utf-8")), 0
    for account in manifest["sources"]:
        if account["table"] != table:
            continue
        for file in list(account["files"]):
            if not file["parquet"]:
                continue
            rows = pq.read_table(warehouse / table / file["parquet"])
            total += rows.num_rows * (spans + 1)
            for span in range(1, spans + 1):
                name = f"older{span}-{file['parquet']}"
                pq.write_table(_earlier(rows, column, span), warehouse / table / name)
                days = {key: _back(file[key], span) for key in ("first_day", "last_day")}
                account["files"].append(file | days | {"parquet": name})
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return total


def _earlier(rows: pa.Table, column: str, span: int) -> pa.Table:
    at, kind = rows.schema.get_field_index(column), rows.schema.field(column).type
    moved = pc.subtract(
        rows.column(at).cast(pa.timestamp("us", getattr(kind, "tz", None))), pa.scalar(_days(span), pa.duration("s"))
    )
    return rows.set_column(at, column, moved.cast(kind))


def _days(span: int) -> pd.Timedelta:
    return pd.Timedelta(days=span * (365 * SPAN + 1))


def _back(day: str | None, span: int) -> str | None:
    return None if day is None else (date.fromisoformat(day) - _days(span).to_pytimedelta()).isoformat()


if __name__ == "__main__":
    sys.exit(main())
