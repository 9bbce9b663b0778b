"""Conversions: what each format becomes, and what is refused because reading it would be a guess."""

from datetime import date
from decimal import Decimal

import duckdb
import ibis.expr.datatypes as dt
import pytest

from brandops.contract.columns import MONEY, QUANTITY
from brandops.ingest.conversion import Reading
from brandops.ingest.convert import convert
from brandops.ingest.dates import fixed_offset

UTC_STAMP = dt.Timestamp(timezone="UTC")
JAN_3 = date(2025, 1, 3)


@pytest.fixture(scope="module")
def con():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def converted(con, raw, dtype, raw_type="VARCHAR", **reading):
    """(value, format met) of one raw value."""
    conversion = convert("x", raw_type, dtype, Reading(**reading))
    value = f"CAST({conversion.value} AS VARCHAR)" if dtype.is_timestamp() else conversion.value
    other = conversion.in_one(conversion.format)
    met = f"CASE WHEN {conversion.quick or 'NULL'} IS NOT NULL THEN '{conversion.usual}' ELSE {other} END"
    query = f"SELECT {value}, {met} FROM (SELECT CAST(? AS {raw_type}) AS x UNION ALL SELECT NULL) WHERE x IS NOT NULL"
    return con.execute(query, [raw]).fetchone()


@pytest.mark.parametrize(
    ("raw", "formats", "expected", "label"),
    [
        ("2025-01-03", None, JAN_3, "iso"),
        ("2025-1-3", None, JAN_3, "iso"),
        ("2025/1/3", None, JAN_3, "slashes"),
        ("2025/01/03", None, JAN_3, "slashes"),
        ("20250103", None, JAN_3, "compact"),
        ("2025年1月3日", None, JAN_3, "chinese"),
        ("2025年01月03号", None, JAN_3, "chinese"),
        ("２０２５-０１-０３", None, JAN_3, "iso"),
        (" 2025-01-03 ", None, JAN_3, "iso"),
        ("2025-01-03 10:15:00", None, JAN_3, "timestamp"),
        ("1999-12-31", None, date(1999, 12, 31), "iso"),
        ("03.01.2025", ("iso", "%d.%m.%Y"), JAN_3, "%d.%m.%Y"),
        ("45660", ("excel",), JAN_3, "excel"),
        ("45660.75", ("iso", "excel"), JAN_3, "excel"),
        ("2025-01", ("month",), date(2025, 1, 1), "month"),
        ("2025年1月", ("month",), date(2025, 1, 1), "month"),
        ("25/12/2025", ("%d/%m/%Y", "%m/%d/%Y"), date(2025, 12, 25), "%d/%m/%Y"),
        ("04/04/2025", ("%d/%m/%Y", "%m/%d/%Y"), date(2025, 4, 4), "%d/%m/%Y"),
        # refused
        ("03/04/2025", None, None, None),
        ("03.01.2025", None, None, None),
        ("03/04/2025", ("%d/%m/%Y", "%m/%d/%Y"), None, None),
        ("45660", None, None, None),
        ("2025-02-30", None, None, None),
        ("2025-13-01", None, None, None),
        ("2025年2月30日", None, None, None),
        ("20251301", None, None, None),
        ("2025-01-03x", None, None, None),
        ("2025-01-3x", None, None, None),
        ("12-03-20", None, None, None),
        ("0025-01-03", None, None, None),
        ("9999-12-31", None, None, None),
        ("infinity", None, None, None),
        ("epoch", None, None, None),
        ("2025 01 03", None, None, None),
        ("2025-01-03", ("compact",), None, None),
        ("soon", None, None, None),
        ("2025-01", None, None, None),
    ],
)
def test_a_date_is_read_in_an_unambiguous_or_declared_format_only(con, raw, formats, expected, label):
    reading = {"date_formats": formats} if formats else {}
    value, met = converted(con, raw, dt.date, **reading)
    assert value == expected
    if expected is not None:
        assert met == label


@pytest.mark.parametrize(
    ("raw", "zone", "expected"),
    [
        ("2025-01-03 10:00:00", "UTC", "2025-01-03 10:00:00+00"),
        ("2025-01-03 10:00:00", "Asia/Shanghai", "2025-01-03 02:00:00+00"),
        ("2025-01-03T10:00:00", "Asia/Shanghai", "2025-01-03 02:00:00+00"),
        ("2025-01-03T10:00:00Z", "Asia/Shanghai", "2025-01-03 10:00:00+00"),
        ("2025-01-03T10:00:00+08:00", "UTC", "2025-01-03 02:00:00+00"),
        ("2025-01-03 10:00:00+0800", "UTC", "2025-01-03 02:00:00+00"),
        ("2025-01-03 10:00+08", "UTC", "2025-01-03 02:00:00+00"),
        ("2025-01-03 10:00:00.5", "UTC", "2025-01-03 10:00:00.5+00"),
        ("2025-01-03 10:00:00.000000000", "UTC", "2025-01-03 10:00:00+00"),
        ("2025-01-03 10:00:00.1234567", "UTC", "2025-01-03 10:00:00.123456+00"),
        ("2025/1/3 9:05", "Asia/Shanghai", "2025-01-03 01:05:00+00"),
        ("2025年1月3日 10:00:00", "Asia/Shanghai", "2025-01-03 02:00:00+00"),
        ("20250103100000", "Asia/Shanghai", "2025-01-03 02:00:00+00"),
        ("2025-01-03", "Asia/Shanghai", "2025-01-02 16:00:00+00"),
        ("2025/1/3", "Asia/Shanghai", "2025-01-02 16:00:00+00"),
        ("2025-07-03 10:00:00", "America/Chicago", "2025-07-03 15:00:00+00"),
        ("2025-01-03 10:00:00", "America/Chicago", "2025-01-03 16:00:00+00"),
        ("1988-07-01 10:00:00", "Asia/Shanghai", "1988-07-01 01:00:00+00"),  # summer time until 1991
        ("2025-01-03 25:00:00", "UTC", None),
        ("03/04/2025 10:00", "UTC", None),
        ("2025-02-30 10:00:00", "UTC", None),
        ("2025-01-03 10", "UTC", None),
        ("yesterday", "UTC", None),
        ("9999-12-31T00:00:00Z", "UTC", None),
        ("9999-12-31 00:00:00", "UTC", None),
        ("0001-01-01T00:00:00+00:00", "UTC", None),
    ],
)
def test_a_timestamp_becomes_utc_by_its_own_zone_or_the_profiles(con, raw, zone, expected):
    assert converted(con, raw, UTC_STAMP, time_zone=zone)[0] == expected


@pytest.mark.parametrize(
    ("raw", "expected", "label"),
    [
        ("1234.50", "1234.50", "plain"),
        ("-3", "-3", "plain"),
        ("+3", "3", "plain"),
        (".5", "0.5", "plain"),
        ("1e3", "1000", "plain"),
        ("1,234.50", "1234.50", "grouped"),
        ("1,234", "1234", "grouped"),
        ("12,345,678.9", "12345678.9", "grouped"),
        ("¥1,234", "1234", "currency"),
        ("￥1,234.5", "1234.5", "currency"),
        ("$ 12.30", "12.30", "currency"),
        ("-¥5", "-5", "currency"),
        ("¥-5", "-5", "currency"),
        ("1234元", "1234", "currency"),
        ("CNY 12", "12", "currency"),
        ("(12.5)", "-12.5", "accounting"),
        ("(¥1,200)", "-1200", "currency"),
        ("12.50-", "-12.50", "accounting"),
        ("12%", "0.12", "percent"),
        ("12.5 %", "0.125", "percent"),
        ("-1.5%", "-0.015", "percent"),
        ("１２３．４５", "123.45", "full_width"),
        ("１，２３４", "1234", "grouped"),
        (" 12 ", "12", "plain"),
        # refused
        ("1.234,50", None, None),
        ("1,23", None, None),
        ("12,34", None, None),
        ("1,2345", None, None),
        ("12,34,567", None, None),
        ("1.2.3", None, None),
        ("1_000", None, None),
        ("- ", None, None),
        ("3E.", None, None),
        ("33E ", None, None),
        ("--5", None, None),
        ("-5-", None, None),
        ("(-5)", None, None),
        ("¥", None, None),
        ("%", None, None),
        ("12a", None, None),
        ("1 234", None, None),
        ("inf", None, None),
        ("nan", None, None),
        ("0x1F", None, None),
        ("12%%", None, None),
    ],
)
def test_a_number_is_read_where_it_can_mean_one_thing_only(con, raw, expected, label):
    value, met = converted(con, raw, MONEY)
    assert value == (None if expected is None else Decimal(expected))
    if expected is not None:
        assert met == label
    floating = converted(con, raw, dt.float64)[0]
    assert floating == (None if expected is None else pytest.approx(float(expected)))


def test_a_comma_is_the_decimal_mark_only_where_the_source_says_so(con):
    assert converted(con, "1.234,50", MONEY, decimal=",")[0] == Decimal("1234.5")
    assert converted(con, "12,5", MONEY, decimal=",")[0] == Decimal("12.5")
    assert converted(con, "1.234", MONEY, decimal=",")[0] == Decimal("1234")
    assert converted(con, "1.23", MONEY, decimal=",")[0] is None
    assert converted(con, "1,234.50", MONEY, decimal=",")[0] is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("7", 7), ("7.0", 7), ("1,234", 1234), ("7.5", None), ("1.0000000001", None), ("0x1F", None), ("1e3", 1000), (".5", None)],
)
def test_a_whole_number_is_never_rounded_to(con, raw, expected):
    assert converted(con, raw, dt.int64)[0] == expected


@pytest.mark.parametrize(
    ("raw", "expected"), [("00:03:25", 205.0), ("1:00:00", 3600.0), ("205", 205.0), ("03:25", None), ("00:03:75", None)]
)
def test_a_duration_becomes_seconds(con, raw, expected):
    assert converted(con, raw, dt.float64, unit="seconds")[0] == expected


def test_a_duration_is_no_number_where_the_unit_is_not_seconds(con):
    assert converted(con, "00:03:25", dt.float64)[0] is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("yes", True), ("No", False), ("TRUE", True), ("false", False), ("0", False), ("1", True), ("是", True), ("否", False),
     ("１", True), ("2", None), ("maybe", None)],
)  # fmt: skip
def test_a_boolean_is_one_of_the_known_words(con, raw, expected):
    assert converted(con, raw, dt.boolean)[0] is expected


@pytest.mark.parametrize("raw", ["", "  ", "　"])
def test_a_blank_is_nothing_in_every_type(con, raw):
    for dtype in (dt.string, dt.date, UTC_STAMP, MONEY, dt.int64, dt.float64, dt.boolean):
        assert converted(con, raw, dtype)[0] is None


def test_a_declared_blank_is_nothing_in_text_and_other_text_is_kept(con):
    assert converted(con, "--", dt.string, blanks=("--",))[0] is None
    assert converted(con, " NA ", dt.string, blanks=("--",))[0] == "NA"


@pytest.mark.parametrize(
    ("scale", "raw", "expected"), [(0.01, "12345", "123.45"), (1000, "1.23456", "1234.56"), (0.001, "(1,500)", "-1.5")]
)
def test_a_scale_is_exact(con, scale, raw, expected):
    assert converted(con, raw, MONEY, scale=scale)[0] == Decimal(expected)


@pytest.mark.parametrize(
    ("raw_type", "raw", "dtype", "expected"),
    [
        ("DECIMAL(12, 2)", "64.56", MONEY, Decimal("64.56")),
        ("INTEGER", 5, QUANTITY, Decimal(5)),
        ("DOUBLE", 5.0, dt.string, "5"),
        ("DOUBLE", 5.5, dt.int64, None),
        ("DOUBLE", float("nan"), MONEY, None),
        ("BIGINT", 20250103, dt.date, JAN_3),
        ("TIMESTAMP", "2025-01-03 10:00:00", dt.date, JAN_3),
        ("DATE", "2025-01-03", UTC_STAMP, "2025-01-03 00:00:00+00"),
        ("TINYINT", 1, dt.boolean, True),
        ("TINYINT", 2, dt.boolean, None),
        ("DATE", "9999-12-31", dt.date, None),
        ("TIMESTAMP", "9999-12-31 00:00:00", UTC_STAMP, None),
        ("TIMESTAMP WITH TIME ZONE", "9999-12-31 00:00:00+00", UTC_STAMP, None),
        ("TIMESTAMP WITH TIME ZONE", "2025-01-03 10:00:00+00", UTC_STAMP, "2025-01-03 10:00:00+00"),
        ("TIMESTAMP WITH TIME ZONE", "1700-01-01 00:00:00+00", dt.date, None),
        ("DECIMAL(12, 6)", "0.123456", MONEY, Decimal("0.1235")),
        ("DOUBLE", float("inf"), dt.float64, None),
        ("BOOLEAN", True, dt.boolean, True),
        ("VARCHAR", "007", dt.string, "007"),
    ],
)
def test_typed_values_of_a_parquet_file_keep_their_meaning(con, raw_type, raw, dtype, expected):
    assert converted(con, raw, dtype, raw_type=raw_type)[0] == expected


@pytest.mark.parametrize("raw", ["2025/02/30", "2025年13月1日", "20251301", "9999-12-31"])
def test_a_value_of_a_formats_shape_that_is_no_date_is_not_counted_as_read_in_it(con, raw):
    assert converted(con, raw, dt.date) == (None, None)


def test_a_zones_fixed_offset_holds_from_the_year_its_changes_ended():
    assert fixed_offset("UTC") == (0, 1900)
    assert fixed_offset("Asia/Shanghai") == (28800, 1992)
    assert fixed_offset("America/Chicago")[0] is None
