"""Suppliers on real data: nine years of deliveries of medicines, connected by YAML alone, dirty as they come.

USAID's SCMS delivery history (public domain): dates in two formats, words where dates should be, one supplier in many
countries. Lines shipped from the programme's own warehouses carry no day of order; they end in quarantine with their reason.
"""

from datetime import date

import pandas as pd
import pytest
import yaml

from brandops import paths
from brandops.analysis import supply, supply_base
from brandops.ingest import Manifest, ingest
from brandops.params import load_plan
from brandops.warehouse import build_marts, load_mart

AS_OF = date(2015, 6, 30)
ROWS = 10_324
PLAN = {"company": "SCMS", "currency": "USD", "time_zone": "UTC"}
SOURCES = {
    "time_zone": "UTC",
    "sources": [
        {
            "name": "vendors", "table": "suppliers", "kind": "csv", "path": "${SCMS_DIR}/SCMS_Delivery_History_Dataset.csv",
            "rows": "changes", "select": "select distinct Vendor from source",
            "columns": {"supplier_id": "Vendor", "supplier": "Vendor"},
        },
        {
            "name": "deliveries", "table": "purchase_orders", "kind": "csv",
            "path": "${SCMS_DIR}/SCMS_Delivery_History_Dataset.csv", "date_formats": ["%m/%d/%y", "%d-%b-%y"],
            "columns": {
                "po_id": "PO / SO #", "line_no": "ID", "supplier_id": "Vendor", "material": "Molecule/Test Type",
                "ordered_on": "PO Sent to Vendor Date", "promised_on": "Scheduled Delivery Date",
                "received_on": "Delivered to Client Date", "quantity": "Line Item Quantity", "price": "Pack Price",
            },
        },
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def scms(shared_data, tmp_path_factory) -> Manifest:
    """The deliveries ingested, with marts as of mid-2015."""
    folder = shared_data / "supply"
    if not folder.is_dir():
        pytest.skip(f"no SCMS deliveries: {folder} is absent (set SHARED_DATA)")
    root = tmp_path_factory.mktemp("scms")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRANDOPS_ROOT", str(root))
        patch.setenv("SCMS_DIR", str(folder))
        params = paths.params_dir("scms")
        params.mkdir(parents=True)
        (params / "plan.yml").write_text(yaml.safe_dump(PLAN), encoding="utf-8")
        (params / "sources.yml").write_text(yaml.safe_dump(SOURCES, sort_keys=False), encoding="utf-8")
        account = ingest("scms")
        build_marts("scms", load_plan("scms"), AS_OF)
        yield account


@pytest.fixture(scope="module")
def lines(scms) -> pd.DataFrame:
    return supply.delivered_lines(load_mart("purchase_orders", "scms", AS_OF), AS_OF)


def test_every_line_is_loaded_or_quarantined_with_its_reason(scms):
    deliveries = next(source for source in scms.sources if source.source == "deliveries")
    assert deliveries.rows_in == ROWS == deliveries.loaded + deliveries.quarantined
    assert deliveries.files[0].rules["bad_date"] == 5404 + 328  # "N/A - From RDC" and "Date Not Captured"


def test_on_time_shares_agree_with_a_count_of_the_raw_file(scms, lines, shared_data):
    raw = pd.read_csv(shared_data / "supply" / "SCMS_Delivery_History_Dataset.csv", encoding="utf-8-sig", dtype=str)
    ordered = pd.to_datetime(raw["PO Sent to Vendor Date"], format="%m/%d/%y", errors="coerce")
    promised, came = (
        pd.to_datetime(raw[f"{name} Date"], format="%d-%b-%y") for name in ("Scheduled Delivery", "Delivered to Client")
    )
    known = ordered.notna() & (ordered <= "2015-06-30")
    judged = known & ((came <= "2015-06-30") | (promised < "2015-06-30"))
    kept = supply.kept_share(lines)
    assert len(lines) == known.sum() and kept.n == judged.sum()
    assert kept.value == pytest.approx(((came <= promised) & (came <= "2015-06-30"))[judged].mean())
    assert 0.93 < kept.low < kept.value < kept.high < 0.96


def test_suppliers_differ_in_lead_times_and_none_runs_backwards(lines):
    table = supply.supplier_table(lines)
    assert len(table) > 40 and table["lines"].sum() == lines["on_time_in_full"].notna().sum()
    large = table[table["lines"] >= 30]
    assert (large["lead_long"] >= large["lead_median"]).all() and large["lead_median"].between(0, 250).all()
    assert large["lead_median"].max() > 1.5 * large["lead_median"].median() > 90


def test_single_sources_and_concentration_are_those_of_the_orders(lines):
    table = supply_base.material_sources(lines, 3)
    by = lines.groupby("material")["supplier_id"].nunique()
    assert table.set_index("material")["suppliers"].to_dict() == by.to_dict()
    assert table["single"].sum() == (by == 1).sum() > 5 and table["concentration"].between(0, 1 + 1e-9).all()
    assert 0 < supply_base.concentration(lines) < 1


def test_risk_scores_rank_every_supplier(lines):
    table = supply.supplier_table(lines)
    weights = {"reliability": 0.4, "delay": 0.2, "dependence": 0.4}
    score = supply_base.supplier_risk(table, lines, weights)
    assert len(score) == len(table) and score["score"].between(0, 100).all() and score["score"].is_monotonic_decreasing
