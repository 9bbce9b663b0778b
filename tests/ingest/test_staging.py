"""Files staged together: each comes out as it would alone, and only what changed is written anew."""

import shutil
from decimal import Decimal

import pytest

from brandops.errors import UserError
from brandops.ingest import stage
from ingest.company import HEADER, SALES, line

ODD = [('"1,234"', "¥9.90"), ("２", "9.90"), ("two", "9.90"), ("(3)", "12%"), ("", "9.90"), ("4", "-1"), ("5", "9.90")]


def months(company, count=4):
    """Files in which usual, unusual and faulty values stand at different places."""
    for month in range(1, count + 1):
        rows = [
            line(f"M{month}-{n}", day=(f"2025-0{month}-03", f"2025/{month}/3")[n % 2], quantity=quantity, price=price)
            for n, (quantity, price) in enumerate(ODD[month % 3 :])
        ]
        company.export(f"sales_{month}.csv", HEADER + "".join(rows))


def forget(company):
    """Leave the exports only."""
    for folder in ("warehouse", "quarantine", ".cache"):
        shutil.rmtree(company.data / folder)


def test_files_staged_together_come_out_as_those_staged_one_by_one(company, monkeypatch):
    months(company)
    company.ingest()
    together = company.fingerprint()
    forget(company)
    monkeypatch.setattr(stage, "_SMALL", 0)
    company.ingest()
    assert company.fingerprint() == together


def test_rows_converted_again_for_each_question_are_those_kept_in_memory(company, monkeypatch):
    months(company)
    company.ingest()
    kept = company.fingerprint()
    forget(company)
    monkeypatch.setattr(stage, "_KEPT", 0)
    company.ingest()
    assert company.fingerprint() == kept


def test_a_columns_sql_that_looks_at_other_rows_sees_those_of_its_own_file_only(company):
    company.sources(SALES.replace("line_no: line_no", 'line_no: {sql: "row_number() over (partition by order_id)"}'))
    company.export("sales_1.csv", HEADER + line("A1") + line("A1", line="9"))
    company.export("sales_2.csv", HEADER + line("B1") + line("B1", line="9"))
    company.ingest()
    found = company.rows("sales_lines", "select order_id, line_no from rows order by all")
    assert found == [("A1", "1"), ("A1", "2"), ("B1", "1"), ("B1", "2")]


def test_a_fault_among_files_staged_together_names_its_file(company):
    company.sources(SALES.replace("quantity: quantity", "quantity: {sql: 'quantity::int'}"))
    for month in (1, 2, 3):
        company.export(f"sales_{month}.csv", HEADER + line(f"A{month}", quantity="two" if month == 2 else 1))
    with pytest.raises(UserError, match=r"sales: raw/sales_2\.csv: .*two"):
        company.ingest()


def test_wide_and_scaled_numbers_are_exact_in_any_company(company):
    company.sources(SALES.replace("net_price: net_price", "net_price: {from: net_price, scale: 0.01}"))
    company.export(
        "sales_1.csv",
        HEADER
        + line("A1", price="12345")
        + line("A2", price="1234567890123456")
        + line("A3", price='"1,250"')
        + line("A4", price="x"),
    )
    company.ingest()
    assert company.rows("sales_lines", "select order_id, net_price from rows order by 1") == [
        ("A1", Decimal("123.4500")), ("A2", Decimal("12345678901234.5600")), ("A3", Decimal("12.5000"))]  # fmt: skip
    assert company.quarantine("sales", "row", "column", "value", "rule") == [(4, "net_price", "x", "bad_number")]


def test_a_boolean_is_counted_by_the_word_it_was_written_with(company):
    header = HEADER.replace("\n", ",promoted\n")
    company.sources(SALES.replace("net_price: net_price", "net_price: net_price, promoted: promoted"))
    words = ["true", "TRUE", " Yes ", "0", "maybe", ""]
    rows = "".join(line(f"A{n}").replace("\n", f",{word}\n") for n, word in enumerate(words))
    company.export("sales_1.csv", header + rows)
    manifest = company.ingest()
    formats = {label: rows for column, label, rows in manifest.source("sales").conversions if column == "promoted"}
    assert formats == {"true": 2, "yes": 1, "0": 1}
    assert company.quarantine("sales", "row", "value", "rule") == [(5, "maybe", "bad_boolean")]


def inodes(company):
    return {path.name: path.stat().st_ino for path in (company.data / "warehouse" / "sales_lines").glob("*.parquet")}


def test_one_more_file_writes_no_other_file_again_not_even_one_with_rows_rejected_for_their_keys(company):
    company.export("sales_1.csv", HEADER + line("A1") + line("A1") + line("A2", product="P9"))
    company.export("sales_2.csv", HEADER + line("B1"))
    company.ingest()
    before, rejected = inodes(company), company.quarantine("sales")
    company.export("sales_3.csv", HEADER + line("C1") + line("B1"))
    company.ingest()
    after = inodes(company)
    assert {name: after[name] for name in before} == before
    assert company.quarantine("sales") == [*rejected, ("raw/sales_3.csv", 2, "order_id, line_no", "B1, 1", "duplicate_key")]


def test_a_key_that_is_found_at_last_brings_its_row_back(company):
    company.export("sales_1.csv", HEADER + line("A1") + line("A2", product="P9"))
    company.ingest()
    assert company.orders() == ["A1"]
    company.export("products.csv", "product_id,brand\nP1,Alpha\nP2,Beta\nP9,Gamma\n")
    company.ingest()
    assert company.orders() == ["A1", "A2"]
    assert company.quarantine("sales") == []
    assert list((company.data / ".cache" / "ingest" / "written").iterdir()) == []
