"""What cannot be read at all stops its source with a clear error, and the last good warehouse stays as it was."""

import sqlite3

import pytest

from brandops.errors import UserError
from brandops.ingest.__main__ import main
from ingest.company import HEADER, SALES, line

STOCK = "{date: date, product_id: sku, site_id: {value: w}, on_hand: n}"


def declared(kind, extra="", columns=STOCK):
    return f"- {{name: stock, table: stock_daily, kind: {kind}, path: raw/stock.*, {extra} columns: {columns}}}\n"


@pytest.fixture
def standing(company):
    """A company whose sales are in the warehouse."""
    company.export("sales_1.csv", HEADER + line("A1") + line("A2", quantity="two"))
    company.ingest()
    return company


def refused(company, match):
    before = company.fingerprint()
    assert len(before) > 5
    with pytest.raises(UserError, match=match) as error:
        company.ingest()
    assert company.fingerprint() == before
    return str(error.value)


GOOD = b"date,sku,n\n2025-01-03,P1,5\n"
CHINESE = "date,sku,n\n2025-01-03,商品,5\n"


@pytest.mark.parametrize(
    ("kind", "name", "content", "says"),
    [
        ("xlsx", "stock.xlsx", b"PK\x03\x04 broken off here", "cannot be read as xlsx"),
        ("xlsx", "stock.xlsx", b"", "cannot be read as xlsx"),
        ("xlsx", "stock.xlsx", b"date,sku,n\n2025-01-03,P1,5\n", "cannot be read as xlsx"),
        ("sav", "stock.sav", b"$FL2@(#) SPSS and then nothing", "cannot be read as sav"),
        ("sav", "stock.sav", b"", "cannot be read as sav"),
        ("parquet", "stock.parquet", b"PAR1 broken off here", "cannot be read as parquet"),
        ("parquet", "stock.parquet", b"", "cannot be read as parquet"),
        ("csv", "stock.csv", b"", "is empty"),
        ("csv", "stock.csv", b"\n\n\n", "is empty"),
        ("csv", "stock.csv", GOOD.replace(b",", b";"), "no column 'date', 'sku', 'n' in the export; its columns: date;sku;n"),
        ("csv", "stock.csv", GOOD.replace(b"sku", b"item"), "no column 'sku' in the export; its columns: date, item, n"),
        ("csv", "stock.csv", "日期,sku,n\n2025-01-03,P1,5\n".encode("gb18030"), "is not UTF-8.*declare its encoding"),
        ("csv", "stock.csv", CHINESE.encode("gb18030"), "is not UTF-8.*declare its encoding"),
        ("csv", "stock.csv", CHINESE.encode("utf-16"), "is not UTF-8.*declare its encoding"),
        ("csv", "stock.csv", b"title,,,\nmore,,,\n" + GOOD, "no column 'date', 'sku', 'n' in the export"),
        ("csv", "stock.csv", b"a\n" + GOOD, "no line has the header's 1 columns|no column 'date'"),
    ],
)
def test_a_file_that_cannot_be_read_stops_its_source_and_changes_nothing(standing, kind, name, content, says):
    standing.export(name, content)
    standing.sources(SALES, declared(kind))
    said = refused(standing, says)
    assert said.startswith("stock: "), said


def test_an_encoding_that_does_not_fit_is_named_with_the_byte_it_fails_at(standing):
    standing.export("stock.csv", b"date,sku,n\n2025-01-03,P\xff1,5\n")
    standing.sources(SALES, declared("csv", "encoding: gb18030,"))
    said = refused(standing, "is not gb18030: byte 23 does not decode")
    assert "raw/stock.csv" in said


def test_one_line_in_another_encoding_stops_the_source_however_far_down_it_stands(standing):
    """Part of such a file would decode, to other characters: 品 in GB18030 is the letter Ʒ in UTF-8."""
    good = HEADER + "".join(line(f"B{number}") for number in range(5000))
    standing.export("sales_2.csv", good.encode() + line("商品").encode("gb18030"))
    refused(standing, r"sales: raw/sales_2\.csv: is not UTF-8 \(line 5002\); declare its encoding, e\.g\. encoding: gb18030")


def test_the_byte_is_counted_from_the_files_beginning_in_a_long_file_too(standing):
    good = "2025-01-03,商品一号,5\n".encode("gb18030") * 300_000
    content = b"date,sku,n\n" + good + b"\xff\xff\n"
    standing.export("stock.csv", content)
    standing.sources(SALES, declared("csv", "encoding: gb18030,"))
    refused(standing, f"byte {len(content) - 3} does not decode")


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(standing):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Tabelle1"
    book.save(standing.export("stock.xlsx", b""))
    standing.sources(SALES, declared("xlsx", "sheet: stock,"))
    refused(standing, "has no sheet 'stock'; its sheets: Tabelle1")


def test_a_query_that_fails_is_shown_with_the_databases_own_words(standing):
    with sqlite3.connect(standing.export("crm.sqlite", b"")) as crm:
        crm.execute("create table staff (id)")
    standing.sources(
        SALES,
        "- {name: people, table: people, kind: sql, url: 'sqlite:raw/crm.sqlite', query: select id from stuff,\n"
        "   columns: {person_id: id, hired_on: {value: '2020-01-01'}}}\n",
    )
    refused(standing, "people: crm.sqlite: no such table: stuff.*select id from stuff")


def test_a_database_file_that_is_none_or_not_there_is_named(standing):
    people = (
        "- {name: people, table: people, kind: sql, url: 'sqlite:raw/crm.sqlite', query: staff,\n"
        "   columns: {person_id: id, hired_on: {value: '2020-01-01'}}}\n"
    )
    standing.sources(SALES, people)
    refused(standing, "people: url: no SQLite file crm.sqlite")
    standing.export("crm.sqlite", b"this is no database at all" * 50)
    refused(standing, "people: crm.sqlite: file is not a database")


def test_sql_in_a_mapping_that_fails_names_source_and_file(standing):
    standing.sources(SALES.replace("quantity: quantity", "quantity: {sql: 'quantty * 2'}"))
    refused(standing, r"sales: raw/sales_1\.csv: columns: .*quantty")
    standing.sources(SALES.replace("quantity: quantity", "quantity: {sql: 'quantity::int'}"))
    refused(standing, r"sales: raw/sales_1\.csv: .*two")


def test_all_sources_without_files_are_named_at_once(standing):
    stock = declared("csv")
    standing.sources(SALES.replace("sales_*", "none_*"), stock)
    said = refused(standing, "sales: no file matches")
    assert "stock: no file matches" in said


def test_a_broken_file_among_good_ones_stops_the_source_until_it_is_mended(standing):
    standing.export("sales_2.csv", HEADER.replace("quantity", "qty") + line("B1"))
    refused(standing, r"sales: raw/sales_2\.csv: no column 'quantity'")
    standing.export("sales_2.csv", HEADER + line("B1"))
    standing.ingest()
    assert standing.orders() == ["A1", "B1"]


def test_the_command_line_says_it_in_one_line_and_exits_with_1(standing, capsys):
    standing.export("products.csv", b"")
    assert main(["--profile", "acme"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.splitlines()[-1] == "products: raw/products.csv: is empty: no header line"
