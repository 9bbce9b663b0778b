"""Connections to an engine, and the warehouse's tables as Ibis expressions.

DuckDB serves one machine, Spark (`brandops.warehouse.spark`) many: the expressions are the same, and what an engine needs
done its own way stands here. The engine's session runs in the profile's time zone: the day of a moment is then the day
the company's calendar shows.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import ibis
import pyarrow as pa
from ibis.backends.duckdb.converter import DuckDBPyArrowData

from brandops import paths
from brandops.contract import TABLES
from brandops.errors import UserError
from brandops.warehouse import spark
from brandops.warehouse.load import read_manifest

# The engine's own, which only a very large warehouse needs; with buffers outside it the process stays under 8 GB.
MEMORY_LIMIT = "5GB"
AT_A_TIME = 1 << 20  # rows fetched and written at a time: the largest mart need not fit in memory
Tables = dict[str, ibis.Table]


@contextmanager
def connect(engine: str = "duckdb", time_zone: str = "UTC") -> Iterator[ibis.BaseBackend]:
    """Open an in-memory session of `engine` in `time_zone`, for as long as the context lasts.

    Raises
    ------
    UserError
        An engine the marts do not run on.
    """
    if engine not in _ENGINES:
        raise UserError(f"ENGINE={engine}: not an engine of the marts; allowed: {', '.join(sorted(_ENGINES))}")
    if not re.fullmatch(r"[\w+\-/]+", time_zone):
        raise UserError(f"time_zone: {time_zone}: not a time zone of the tz database")
    connection = _ENGINES[engine](time_zone)
    try:
        yield connection
    finally:
        connection.disconnect()


def warehouse_files(profile: str, table: str) -> list[Path]:
    """Parquet files of a warehouse table, in name order; empty where the profile has none."""
    return sorted((paths.data_dir(profile) / "warehouse" / table).glob("*.parquet"))


def read_tables(connection: ibis.BaseBackend, profile: str, stored_at: str | None = None) -> Tables:
    """Every stored row of every table the profile has files for, superseded ones included; in the contract's order.

    With `stored_at` the tables are read from there (`hdfs://…`, `s3a://…`), where somebody has put the folders `warehouse`
    and `quarantine`; which files there are is then known from the manifest, and the address is handed to Spark as it is.

    Raises
    ------
    UserError
        `stored_at`, and the engine is not Spark.
    """
    if stored_at and connection.name != "pyspark":
        raise UserError(f"plan.yml: stored_at: {stored_at}: DuckDB reads files of this machine; use ENGINE=pyspark")
    found = {name: _locations(profile, name, stored_at) for name in TABLES}
    return {name: _read(connection, files, f"warehouse_{name}") for name, files in found.items() if files}


def read_quarantine(connection: ibis.BaseBackend, profile: str, stored_at: str | None = None) -> ibis.Table:
    """Every rejected row of the profile; the ingestion writes one file per source, with no rows where all passed."""
    if stored_at:
        sources = [account["source"] for account in read_manifest(profile)["sources"]]
        return _read(connection, [f"{stored_at.rstrip('/')}/quarantine/{name}.parquet" for name in sources], "quarantine_files")
    files = sorted((paths.data_dir(profile) / "quarantine").glob("*.parquet"))
    if not files:
        raise UserError(f"data/{profile}/quarantine: no files; run make data PROFILE={profile}")
    return _read(connection, [str(file) for file in files], "quarantine_files")


def _locations(profile: str, table: str, stored_at: str | None) -> list[str]:
    if stored_at is None:
        return [str(file) for file in warehouse_files(profile, table)]
    accounts = [account for account in read_manifest(profile)["sources"] if account["table"] == table]
    files = sorted({each["parquet"] for account in accounts for file in account["files"] for each in file["stored"]})
    return [f"{stored_at.rstrip('/')}/warehouse/{table}/{file}" for file in files]


def keep(connection: ibis.BaseBackend, name: str, rows: ibis.Table) -> ibis.Table:
    """Evaluate `rows` once, for expressions that read them several times; the engine spills what memory cannot hold."""
    if connection.name == "pyspark":
        return spark.keep(connection, f"kept_{name}", rows)
    return connection.create_table(f"kept_{name}", rows, temp=True)


def reuse(connection: ibis.BaseBackend, name: str, rows: ibis.Table) -> ibis.Table:
    """Rows that most marts read: Spark keeps them; DuckDB reads the files anew, which takes it less than writing them."""
    return keep(connection, name, rows) if connection.name == "pyspark" else view(connection, name, rows)


def view(connection: ibis.BaseBackend, name: str, rows: ibis.Table) -> ibis.Table:
    """`rows` under a name: nothing is evaluated, but what builds on them is compiled without compiling them again.

    Ibis takes longer to compile a mart than DuckDB takes to read a small company's rows. Spark gets the expression as it is.
    """
    if connection.name == "pyspark":
        return rows
    made = connection.create_view(f"view_{name}", rows).op()
    # Its types stay those the expression states (the engine's own may be wider), as if it were compiled in place.
    return made.copy(schema=rows.schema()).to_expr()


def fetch_sorted(connection: ibis.BaseBackend, expression: ibis.Table) -> Iterator[pa.Table]:
    """An expression's rows with the types it states, sorted by every column in turn, blanks last; some a time, if any."""
    if connection.name == "pyspark":
        rows = spark.fetch_sorted(connection, expression)
        yield from (rows.slice(start, AT_A_TIME).combine_chunks() for start in range(0, rows.num_rows, AT_A_TIME))
        return
    connection._run_pre_execute_hooks(expression)
    ordered = connection.con.sql(connection.compile(expression.order_by(expression.columns)))
    schema = expression.schema()
    for batch in ordered.to_arrow_reader(AT_A_TIME):
        yield DuckDBPyArrowData.convert_table(pa.Table.from_batches([batch]), schema)


def _read(connection: ibis.BaseBackend, locations: list[str], name: str) -> ibis.Table:
    if connection.name == "pyspark":
        return spark.read_parquet(connection, locations, name)
    return connection.read_parquet(locations, table_name=name)


def _duckdb(time_zone: str) -> ibis.BaseBackend:
    connection = ibis.duckdb.connect()
    connection.raw_sql(f"SET TimeZone = '{time_zone}'")
    connection.raw_sql("SET enable_progress_bar = false")
    connection.raw_sql(f"SET memory_limit = '{MEMORY_LIMIT}'")
    connection.raw_sql("SET preserve_insertion_order = false")  # marts are sorted by every column, whatever order rows come in
    # What does not fit in memory goes to the system's scratch folder, never into the project.
    connection.raw_sql(f"SET temp_directory = '{Path(tempfile.gettempdir()) / 'brandops-duckdb'}'")
    return connection


_ENGINES: dict[str, Callable[[str], ibis.BaseBackend]] = {"duckdb": _duckdb, "pyspark": spark.connect}
