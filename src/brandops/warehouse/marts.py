"""Build and load the marts: what notebooks read, as known on a day.

`build_marts` writes data/<profile>/marts/<as_of>/<mart>.parquet: sorted rows in one file each, so that the same
warehouse gives the same bytes. Nothing is built where warehouse, arguments and code are unchanged.
"""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from brandops import contract, paths
from brandops.contract import TABLES
from brandops.errors import UserError
from brandops.warehouse import customers, market, quality, sales, stock
from brandops.warehouse.connect import Tables, connect, read_tables, warehouse_files
from brandops.warehouse.known import known_tables
from brandops.warehouse.lines import own_lines, sales_lines
from brandops.warehouse.plain import PLAIN, personal_columns, plain

MARTS = (
    "sales_daily", "sales_monthly", "customers_monthly", "customers", "new_customers_daily", "market_monthly",
    "ledger_reconciliation", "web_orders_daily", "stock_monthly", "campaign_budget", *PLAIN,
    "sources", "source_months", "integrity", "quarantine", "conversions",
)  # fmt: skip


def express(tables: Tables, *, as_of: date, brand_owner: str | None = None) -> dict[str, ibis.Table]:
    """Marts of the subject tables, by name, as Ibis expressions over tables already cut at `as_of`."""
    made: dict[str, ibis.Table] = {}
    lines = sales_lines(tables, brand_owner)
    own = own_lines(lines)
    if own is not None:
        made["sales_daily"] = sales.sales_daily(own)
        made["sales_monthly"] = sales.sales_monthly(own)
        made["customers_monthly"] = customers.customers_monthly(own)
        made["customers"] = customers.customers(own, tables)
        made["new_customers_daily"] = customers.new_customers_daily(own)
        if brand_owner is not None:
            made["market_monthly"] = market.market_from_sales(lines)
        if "ledger_totals" in tables:
            made["ledger_reconciliation"] = sales.ledger_reconciliation(own, tables["ledger_totals"], as_of)
        if "web_daily" in tables:
            made["web_orders_daily"] = market.web_orders_daily(own, tables["web_daily"])
    if "market_monthly" in tables and "market_monthly" not in made:
        made["market_monthly"] = market.market_from_research(tables["market_monthly"])
    if "stock_daily" in tables:
        made["stock_monthly"] = stock.stock_monthly(tables["stock_daily"])
    if "campaign_budget" in tables:
        made["campaign_budget"] = market.campaign_budget(tables, as_of)
    return made | {name: plain(tables[name], TABLES[name]) for name in PLAIN if name in tables}


def build_marts(
    profile: str, as_of: date, *, time_zone: str, brand_owner: str | None = None, engine: str = "duckdb"
) -> list[str]:
    """Write the profile's marts as known on `as_of`, and return their names.

    Parameters
    ----------
    profile
        Folder under `data/`, with a warehouse in it.
    as_of
        Last day that counts.
    time_zone
        The profile's reporting time zone: days and months are taken in it.
    brand_owner
        Where sales hold the whole market: the owner whose products are the company's own. None: all are.
    engine
        Ibis backend to run on.

    Raises
    ------
    UserError
        The profile has no warehouse.
    """
    folder = _folder(profile, as_of)
    warehouse = paths.data_dir(profile) / "warehouse"
    if not any(warehouse_files(profile, name) for name in TABLES):
        raise UserError(f"data/{profile}/warehouse: no tables; run the ingestion first (make data PROFILE={profile})")
    with _locked(folder.parent):
        fingerprint = _fingerprint(warehouse, as_of, time_zone, brand_owner, engine)
        note = folder / "fingerprint.json"
        if note.is_file():
            built = json.loads(note.read_text())
            if built["fingerprint"] == fingerprint:
                return built["marts"]
        scratch = folder.with_name(f".{folder.name}.scratch")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        connection = connect(engine, time_zone)
        tables = read_tables(connection, profile)
        known = known_tables(tables, as_of, time_zone)
        expressions = express(known, as_of=as_of, brand_owner=brand_owner)
        expressions |= quality.express(connection, profile, known, as_of, time_zone)
        written = [name for name in MARTS if name in expressions and _write(expressions[name], scratch / f"{name}.parquet")]
        connection.disconnect()
        (scratch / note.name).write_text(json.dumps({"fingerprint": fingerprint, "marts": written}, indent=1) + "\n")
        shutil.rmtree(folder, ignore_errors=True)
        scratch.rename(folder)
    return written


def load_mart(name: str, profile: str, as_of: date) -> pd.DataFrame | None:
    """Load a mart as known on `as_of`: dates as datetime64[ns], money and quantities as float64.

    None where the profile has no rows for it.

    Raises
    ------
    UserError
        A mart there is none of, or a day the marts were not built for.
    """
    if name not in MARTS:
        raise UserError(f"mart {name}: there is none of this name; marts: {', '.join(MARTS)}")
    folder = _folder(profile, as_of)
    if not folder.is_dir():
        raise UserError(
            f"data/{profile}/marts/{folder.name}: not built; "
            f"run python -m brandops.warehouse --profile {profile} --as-of {folder.name}"
        )
    path = folder / f"{name}.parquet"
    return _to_pandas(pq.read_table(path)) if path.is_file() else None


def latest_day(profile: str, time_zone: str = "UTC") -> date:
    """Last day with sales in the warehouse, in `time_zone`.

    Raises
    ------
    UserError
        The profile has no sales.
    """
    files = warehouse_files(profile, "sales_lines")
    if files:
        connection = connect("duckdb", time_zone)
        lines = connection.read_parquet([str(file) for file in files])
        latest = lines.filter(lines._known_to.isnull()).ordered_at.max().date().to_pyarrow().as_py()
        connection.disconnect()
        if latest is not None:
            return latest
    raise UserError(f"data/{profile}/warehouse/sales_lines: no sales; run the ingestion first (make data PROFILE={profile})")


def _folder(profile: str, as_of: date) -> Path:
    return paths.data_dir(profile) / "marts" / pd.Timestamp(as_of).date().isoformat()


def _write(expression: ibis.Table, path: Path) -> bool:
    """Write a mart, its rows sorted by every column in turn; False, and nothing written, where it has no rows.

    Raises
    ------
    ValueError
        The mart carries a column the contract marks as personal.
    """
    leaked = personal_columns() & set(expression.columns)
    if leaked:
        raise ValueError(f"mart {path.stem} would carry personal columns: {', '.join(sorted(leaked))}")
    rows = expression.order_by(expression.columns).to_pyarrow()
    if rows.num_rows == 0:
        return False
    pq.write_table(rows, path, compression="zstd")
    return True


def _to_pandas(rows: pa.Table) -> pd.DataFrame:
    for position, field in enumerate(rows.schema):
        if pa.types.is_decimal(field.type):
            kind = pa.float64()
        elif pa.types.is_date(field.type) or pa.types.is_timestamp(field.type):
            kind = pa.timestamp("ns")
        else:
            continue
        rows = rows.set_column(position, field.name, rows.column(position).cast(kind))
    return rows.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get).pipe(_plain_booleans)


def _plain_booleans(frame: pd.DataFrame) -> pd.DataFrame:
    """Two-valued columns as bool; those with blanks stay three-valued (`boolean`)."""
    whole = [name for name in frame if frame[name].dtype == "boolean" and not frame[name].hasnans]
    return frame.astype(dict.fromkeys(whole, "bool"))


def _fingerprint(warehouse: Path, *arguments: object) -> str:
    """Hash of everything the marts follow from: stored rows, manifest, quarantine, arguments, code, engine."""
    digest = hashlib.sha256(repr((arguments, ibis.__version__, duckdb.__version__, pa.__version__)).encode())
    inputs = [*warehouse.rglob("*"), *warehouse.with_name("quarantine").glob("*.parquet")]
    code = [*Path(__file__).parent.glob("*.py"), *Path(contract.__file__).parent.glob("*.py")]
    for path in sorted(file for file in (*inputs, *code) if file.is_file()):
        with path.open("rb") as stream:
            digest.update(f"{path.parent.name}/{path.name} {hashlib.file_digest(stream, 'sha256').hexdigest()}".encode())
    return digest.hexdigest()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the profile's marts: a second build waits, then finds them built."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
