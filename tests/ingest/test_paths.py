"""A value is read the same by the quick path and with care, alone or among others, in a table or read again from the file."""

import shutil
from datetime import date

import duckdb
import ibis.expr.datatypes as dt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandops.contract.columns import MONEY, QUANTITY
from brandops.ingest import stage
from brandops.ingest.conversion import Reading
from brandops.ingest.convert import convert
from ingest.company import HEADER, line

TYPES = {
    "money": (MONEY, {}), "cents": (MONEY, {"scale": 0.01}), "quantity": (QUANTITY, {}), "whole": (dt.int64, {}),
    "floating": (dt.float64, {}), "seconds": (dt.float64, {"unit": "seconds"}), "day": (dt.date, {}),
    "moment": (dt.Timestamp(timezone="UTC"), {"time_zone": "Asia/Shanghai"}),
    "changing": (dt.Timestamp(timezone="UTC"), {"time_zone": "America/Chicago"}),
}  # fmt: skip
# Sound values, those next to them, and text made of their characters.
_DATES = st.dates(date(1890, 1, 1), date(2110, 12, 31)).map(date.isoformat)
_CLOCKS = st.times().map(lambda time: f" {time:%H:%M:%S}") | st.sampled_from(["", " 24:00:00", " 9:05", "T10:00:00", " 10:00:00Z"])
_NUMBERS = st.decimals(allow_nan=True, allow_infinity=True).map(str) | st.integers(-(10**20), 10**20).map(str)
_ODD = st.text(st.sampled_from(list("0123456789 -+.,:/eE_()%¥TZ１２年月日xn")), max_size=20)
_TRAPS = st.sampled_from(["- ", "3E.", "33E ", "1_000", "+-2", "1.0000000001", "652.E-84", "1e003", "0x1F", "inf", "."])
_RAW = _TRAPS | st.builds("{}{}".format, _DATES, _CLOCKS) | _NUMBERS | st.floats().map(str) | _ODD
_ODD_LINES = [('"1,234"', "¥9.90"), ("２", "9.90"), ("two", "9.90"), ("(3)", "12%"), ("", "9.90"), ("4", "-1"), ("5", "x")]


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@pytest.mark.parametrize("kind", TYPES)
@given(raws=st.lists(_RAW, min_size=1, max_size=60))
@settings(max_examples=15, deadline=None)
def test_what_the_quick_path_reads_the_careful_one_reads_alike_and_in_the_usual_format(con, kind, raws):
    dtype, more = TYPES[kind]
    conversion = convert("x", "VARCHAR", dtype, Reading(**more))
    slow, met = conversion.in_one(conversion.slow), conversion.in_one(conversion.format)
    query = f"SELECT x, q, s, CAST(f AS VARCHAR) FROM (SELECT x, {conversion.quick} AS q, {slow} AS s, {met} AS f "
    query += "FROM (SELECT unnest(?::VARCHAR[]) AS x)) WHERE q IS NOT NULL"
    for raw, quick, slow, met in con.execute(query, [raws]).fetchall():
        # With care ten places are read; a floating-point number has more.
        assert quick == (pytest.approx(slow, rel=1e-12, abs=1e-10) if kind in ("floating", "seconds") else slow), raw
        assert met is not None, raw


def test_odd_values_in_a_file_above_the_limit_are_read_as_in_one_below_it(company, monkeypatch):
    """The file is large enough for several batches of the engine, and its lines keep their order."""
    rows = [line(f"A{n}", quantity=n % 9 + 1) for n in range(5_000)]
    for n, (quantity, price) in enumerate(_ODD_LINES * 40):
        rows[n * 17] = line(f"B{n}", day=("2025/1/3", "soon", "2025-01-03")[n % 3], quantity=quantity, price=price)
    company.export("sales_1.csv", HEADER + "".join(rows))
    account = company.ingest().source("sales")
    kept = company.fingerprint()
    orders = [row for (row,) in company.rows("sales_lines", "select _row from rows")]
    assert orders == sorted(orders)
    assert account.rows_in == 5_000 == account.loaded + account.quarantined
    assert account.quarantined > len(_ODD_LINES) * 10
    for folder in ("warehouse", "quarantine", ".cache"):
        shutil.rmtree(company.data / folder)
    monkeypatch.setattr(stage, "_KEPT", len(rows) - 1)
    again = company.ingest().source("sales")
    assert company.fingerprint() == kept
    assert again.conversions == account.conversions
