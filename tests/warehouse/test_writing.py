"""Marts are fetched and written some rows at a time; nobody who reads them can tell."""

from decimal import Decimal

import ibis
import pandas as pd
import pyarrow.parquet as pq
import pytest

from brandops.warehouse import connect, marts

ROWS = 10_000


@pytest.fixture
def rows():
    """Rows out of order, with blanks and money."""
    number = [(n * 7919) % ROWS for n in range(ROWS)]
    frame = pd.DataFrame({
        "key": [None if n % 13 == 0 else f"k{n % 50}" for n in number],
        "number": number,
        "money": [Decimal(n) / 100 for n in number],
    })  # fmt: skip
    return ibis.memtable(frame, schema={"key": "string", "number": "int64", "money": "decimal(18, 4)"})


def test_a_mart_written_in_parts_is_the_one_written_at_once(rows, tmp_path, monkeypatch):
    with connect.connect() as connection:
        assert marts._write(connection, rows, tmp_path / "whole.parquet") == ROWS
        monkeypatch.setattr(connect, "AT_A_TIME", 2048)
        assert marts._write(connection, rows, tmp_path / "parts.parquet") == ROWS
    whole, parts = (pq.ParquetFile(tmp_path / f"{name}.parquet") for name in ("whole", "parts"))
    assert (whole.num_row_groups, parts.num_row_groups) == (1, 5)
    assert parts.read().equals(whole.read())
    expected = sorted(
        zip(*(column.to_pylist() for column in whole.read().columns), strict=True), key=lambda row: (row[0] is None, row)
    )
    assert [(row["key"], row["number"]) for row in whole.read().to_pylist()] == [(key, number) for key, number, _ in expected]


def test_of_no_rows_no_mart_is_written(rows, tmp_path):
    with connect.connect() as connection:
        assert marts._write(connection, rows.filter(rows.number < 0), tmp_path / "none.parquet") == 0
    assert not (tmp_path / "none.parquet").exists()
