"""Every kind of source, small and as real systems write it, from the file to the warehouse."""

import sqlite3
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from brandops.errors import UserError
from ingest.company import HEADER, SALES, line

TONGJI = """\
百度统计 网站概况 www.acme.example,,,,,
时间范围：2025/01/01 - 2025/01/03,,,,,
日期,来源类型,浏览量(PV),访客数(UV),访问次数,跳出率,平均访问时长,转化次数,订单金额(元)
2025/01/01,直接访问,"1,200",400,500,12.50%,00:03:25,--,--
2025/01/02,搜索引擎,1300,450,520,8%,01:00:00,3,"1,234.50"
2025/02/30,直接访问,1,1,1,0%,00:00:01,0,0.00
合计,,2500,850,1020,--,--,3,1234.50
"""
GA4 = """\
# ----------------------------------------
# Traffic acquisition: session source/medium
# Start date: 20250101
# ----------------------------------------
Date,Session source / medium,Session campaign,Views,Sessions
20250101,google / organic,(not set),30,20
20250102,(direct) / (none),C1,40,25
"""


def test_a_baidu_tongji_export_as_it_comes(company):
    company.export("tongji.csv", TONGJI.encode("gb18030"))
    company.sources(
        "- {name: tongji, table: web_daily, kind: csv, path: raw/tongji.csv, encoding: gb18030, skip_rows: 2,\n"
        "   skip_footer: '^合计', blanks: ['--'],\n"
        "   columns: {date: 日期, property: {value: tongji}, source_medium: 来源类型, page_views: 浏览量(PV),\n"
        "             users: 访客数(UV), sessions: 访问次数, bounce_rate: 跳出率, seconds_per_session: 平均访问时长,\n"
        "             conversions: 转化次数, revenue: '订单金额(元)'}}\n"
    )
    manifest = company.ingest()
    shown = "date, source_medium, page_views, users, sessions, conversions, revenue, bounce_rate, seconds_per_session"
    assert company.rows("web_daily", f"select {shown} from rows order by date") == [
        (date(2025, 1, 1), "直接访问", 1200, 400, 500, None, None, 0.125, 205.0),
        (date(2025, 1, 2), "搜索引擎", 1300, 450, 520, 3, Decimal("1234.5"), 0.08, 3600.0),
    ]
    assert company.quarantine("tongji") == [("raw/tongji.csv", 3, "date", "2025/02/30", "bad_date")]
    account = manifest.source("tongji")
    assert (account.rows_in, account.loaded, account.quarantined, account.files[0].footer_rows) == (3, 2, 1, 1)
    met = {(column, label): values for column, label, values in account.conversions}
    assert met["bounce_rate", "percent"] == 3 and met["seconds_per_session", "duration"] == 3
    assert met["page_views", "grouped"] == 1 and met["date", "slashes"] == 2


def test_a_google_analytics_export_with_its_preamble(company):
    company.export("ga4.csv", GA4)
    company.sources(
        "- {name: ga4, table: web_daily, kind: csv, path: raw/ga4.csv, comment: '#', blanks: [(not set)],\n"
        "   columns: {date: Date, property: {value: ga4}, source_medium: Session source / medium,\n"
        "             campaign_id: Session campaign, sessions: Sessions, page_views: Views}}\n"
    )
    company.ingest()
    assert company.rows("web_daily", "select date, source_medium, campaign_id, sessions, _row from rows order by date") == [
        (date(2025, 1, 1), "google / organic", None, 20, 1),
        (date(2025, 1, 2), "(direct) / (none)", "C1", 25, 2),
    ]


def test_a_workbook_with_a_title_serial_numbers_dates_and_formulas(company):
    book = openpyxl.Workbook()
    book.active.title = "notes"
    sheet = book.create_sheet("plan")
    sheet.append(["Plan 2025"])
    sheet.append([])
    sheet.append(["month", "channel", "brand", "amount"])
    sheet.append([45658, "shop", None, 1000])
    sheet.append([datetime(2025, 2, 1), "web", "Alpha", "1,234.5"])
    sheet.append([45717, "web", "Alpha", "to come"])
    sheet["D2"] = None
    book.save(company.export("plan.xlsx", b""))
    company.sources(
        "- {name: plan, table: sales_plan, kind: xlsx, path: raw/plan.xlsx, sheet: plan, skip_rows: 2,\n"
        "   date_formats: [iso, excel], columns: {month: month, channel_id: channel, brand: brand, net_sales: amount}}\n"
    )
    company.ingest()
    assert company.rows("sales_plan", "select month, channel_id, brand, net_sales, _row from rows order by month") == [
        (date(2025, 1, 1), "shop", None, Decimal(1000), 1),
        (date(2025, 2, 1), "web", "Alpha", Decimal("1234.5"), 2),
    ]
    assert company.quarantine("plan") == [("raw/plan.xlsx", 3, "net_sales", "to come", "bad_number")]


def test_an_spss_file_by_its_value_labels_and_codes(company):
    frame = pd.DataFrame({
        "id": ["r1", "r2", "r3"],
        "done": pd.to_datetime(["2025-01-03 10:00:00", "2025-01-04 11:30:00", "2025-01-05 12:00:00"]),
        "sat": [5.0, 9.0, float("nan")],
        "via": [1.0, 2.0, 1.0],
        "heard": [1.0, 0.0, float("nan")],
    })  # fmt: skip
    labels = {"sat": {5.0: "very satisfied"}, "via": {1.0: "wechat", 2.0: "phone"}, "heard": {0.0: "no", 1.0: "yes"}}
    pyreadstat.write_sav(frame, str(company.export("survey.sav", b"")), variable_value_labels=labels)
    company.sources(
        "- {name: survey, table: survey_responses, kind: sav, path: raw/survey.sav,\n"
        "   columns: {response_id: id, answered_at: done, csat: sat, collector: via, aware: heard}}\n",
        time_zone="Asia/Shanghai",
    )
    company.ingest()
    shown = "response_id, answered_at::varchar, csat, collector, aware"
    assert company.rows("survey_responses", f"select {shown} from rows order by 1") == [
        ("r1", "2025-01-03 02:00:00+00", 5, "wechat", True),
        ("r3", "2025-01-05 04:00:00+00", None, "wechat", None),
    ]
    assert company.quarantine("survey") == [("raw/survey.sav", 2, "csat", "9", "check:in_range")]


def test_a_parquet_file_keeps_the_meaning_of_its_types(company):
    table = pa.table({
        "day": pa.array([date(2025, 1, 3), date(2025, 1, 4), None], pa.date32()),
        "sku": ["P1", "P2", "P1"],
        "site": ["w", "w", "w"],
        "stock": pa.array([5, -1, 7], pa.int32()),
        "cost": pa.array([Decimal("1.10"), None, Decimal("2.00")], pa.decimal128(9, 2)),
    })  # fmt: skip
    pq.write_table(table, company.export("stock.parquet", b""))
    company.sources(
        "- {name: stock, table: stock_daily, kind: parquet, path: raw/stock.parquet,\n"
        "   columns: {date: day, product_id: sku, site_id: site, on_hand: stock, unit_cost: cost}}\n"
    )
    company.ingest()
    assert company.rows("stock_daily", "select date, product_id, on_hand, unit_cost, _row from rows") == [
        (date(2025, 1, 3), "P1", Decimal(5), Decimal("1.1"), 1)]  # fmt: skip
    assert company.quarantine("stock") == [
        ("raw/stock.parquet", 2, "on_hand", "-1", "check:greater_than_or_equal_to"),
        ("raw/stock.parquet", 3, "date", None, "missing_key"),
    ]


@pytest.mark.parametrize("impossible", [datetime(9999, 12, 31, 8), datetime(1753, 1, 1)])
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_a_typed_timestamp_no_calendar_of_the_company_holds_is_turned_away(company, impossible, zone):
    """Databases write 9999-12-31 or 1753-01-01 for "no date": loaded, it would become the latest day of the data."""
    table = pa.table({
        "order_id": ["A1", "A2"], "line_no": ["1", "1"], "channel_id": ["web", "web"], "product_id": ["P1", "P1"],
        "ordered_at": pa.array([datetime(2025, 1, 3), impossible], pa.timestamp("us", tz=zone)),
        "quantity": [1, 1], "net_price": [9.9, 9.9],
    })  # fmt: skip
    pq.write_table(table, company.export("sales.parquet", b""))
    company.sources(SALES.replace("csv\n  path: raw/sales_*.csv", "parquet\n  path: raw/sales.parquet"))
    company.ingest()
    assert company.orders() == ["A1"]
    assert company.quarantine("sales", "row", "column", "rule") == [(2, "ordered_at", "bad_timestamp")]


CRM = """\
- name: people
  table: people
  kind: sql
  url: ${CRM_DATABASE_URL}
  query: select id, full_name, hired from staff
  columns: {person_id: id, name: full_name, hired_on: hired}
"""


def database(company):
    """A SQLite file whose columns hold several types, as SQLite allows."""
    with sqlite3.connect(company.export("crm.sqlite", b"")) as crm:
        crm.execute("create table staff (id, full_name, hired)")
        crm.executemany("insert into staff values (?, ?, ?)", [
            (1, "Ann", "2020-01-02"), (2.0, "Bo", "20210304"), ("3", "Cy", None), ("4", "Di", "not yet")])  # fmt: skip
    return company


@pytest.mark.parametrize("url", ["sqlite:raw/crm.sqlite", "sqlite:///raw/crm.sqlite"])
def test_a_database_is_asked_at_the_address_the_environment_gives(company, monkeypatch, url):
    monkeypatch.setenv("CRM_DATABASE_URL", url)
    database(company).sources(CRM)
    company.ingest()
    assert company.rows("people", "select person_id, name, hired_on from rows order by 1") == [
        ("1", "Ann", date(2020, 1, 2)), ("2.0", "Bo", date(2021, 3, 4))]  # fmt: skip
    assert company.quarantine("people") == [
        ("raw/crm.sqlite", 3, "hired_on", None, "missing_key"),
        ("raw/crm.sqlite", 4, "hired_on", "not yet", "bad_date"),
    ]


def test_a_database_whose_address_is_not_set_is_refused_by_the_variables_name(company, monkeypatch):
    monkeypatch.delenv("CRM_DATABASE_URL", raising=False)
    company.sources(CRM)
    with pytest.raises(UserError, match="people: the environment variable CRM_DATABASE_URL is not set"):
        company.ingest()


def test_a_row_added_to_the_database_is_loaded_and_one_deleted_goes(company, monkeypatch):
    monkeypatch.setenv("CRM_DATABASE_URL", "sqlite:raw/crm.sqlite")
    database(company).sources(CRM)
    company.ingest()
    with sqlite3.connect(company.data / "raw" / "crm.sqlite") as crm:
        crm.execute("delete from staff where full_name in ('Ann', 'Di')")
        crm.execute("insert into staff values ('5', 'Ed', '2022-05-06')")
    company.ingest()
    assert company.rows("people", "select name from rows order by 1") == [("Bo",), ("Ed",)]
    assert [row[1] for row in company.quarantine("people")] == [2]


def test_rows_of_a_csv_are_numbered_as_the_file_counts_them(company):
    """Quoted line breaks, empty lines, lines too long or too short and a byte order mark do not shift a row's number."""
    content = (
        "\ufeff" + HEADER.replace("product_id", "product_id,note").replace("net_price\n", "net_price\n")
        + 'A1,1,2025-01-03,web,P1,"two\nlines",1,9.9\n'
        + "A2,1,2025-01-03,web,P1,x,one,9.9\n"
        + "A3,1,2025-01-03\n"
        + "A4,1,2025-01-03,web,P1,x,one,9.9\n"
        + "A5,1,2025-01-03,web,P1,x,1,9.9,what,is,this\n"
        + "A6,1,2025-01-03,web,P1,x,one,9.9\n"
    )  # fmt: skip
    company.export("sales_1.csv", content)
    manifest = company.ingest()
    assert company.orders() == ["A1"]
    assert company.quarantine("sales", "row", "column", "rule") == [
        (2, "quantity", "bad_number"),
        (3, None, "unreadable_line"),
        (4, "quantity", "bad_number"),
        (5, None, "unreadable_line"),
        (6, "quantity", "bad_number"),
    ]
    assert manifest.source("sales").rows_in == 6


def test_an_unreadable_line_is_kept_as_it_stood(company):
    company.export("sales_1.csv", HEADER + line("A1") + "A3,1,2025-01-03\n")
    company.ingest()
    assert company.quarantine("sales", "row", "rule", "record") == [(2, "unreadable_line", '{"line": "A3,1,2025-01-03"}')]


def test_a_rejected_row_can_be_found_and_mended_from_what_quarantine_says(company):
    company.export("sales_2025-01.csv", HEADER + line("A1") + line("A2", price="¥x"))
    company.ingest()
    source, table, file, row, column, value, rule, record, known_on = company.quarantine(
        "sales", "source", "table", "file", "row", "column", "value", "rule", "record", "known_on")[0]  # fmt: skip
    assert (source, table, file, row) == ("sales", "sales_lines", "raw/sales_2025-01.csv", 2)
    assert (column, value, rule, known_on) == ("net_price", "¥x", "bad_number", date(2025, 1, 3))
    assert '"order_id":"A2"' in record and '"net_price":"¥x"' in record


def test_a_source_in_windows_encoding_with_semicolons_and_decimal_commas(company):
    content = "Produkt;Marke\nP1;Über\nP3;Ärger\n".encode("cp1252")
    company.export("products.csv", content)
    company.export("stock.csv", "Tag;Artikel;Bestand;Kosten\n03.01.2025;P1;1.200;1,50\n")
    company.sources(
        "- {name: products, table: products, kind: csv, path: raw/products.csv, encoding: cp1252, delimiter: ';',\n"
        "   columns: {product_id: Produkt, brand: Marke}}\n"
        "- {name: stock, table: stock_daily, kind: csv, path: raw/stock.csv, delimiter: ';', decimal: ',',\n"
        "   date_formats: ['%d.%m.%Y'],\n"
        "   columns: {date: Tag, product_id: Artikel, site_id: {value: main}, on_hand: Bestand, unit_cost: Kosten}}\n",
        master=False,
    )
    company.ingest()
    assert company.rows("products", "select brand from rows order by product_id") == [("Über",), ("Ärger",)]
    assert company.rows("stock_daily", "select date, on_hand, unit_cost from rows") == [
        (date(2025, 1, 3), Decimal(1200), Decimal("1.5"))]  # fmt: skip


def test_mapped_constant_and_derived_columns_and_a_join(company):
    company.export("goods.csv", "sku,owner\nP1,Us\n")
    company.export(
        "sales_1.csv", "number,when,kind,item,n,money\n" + "O1,2025-01-03,E-Shop,P1,3,12.00\nO2,2025-01-03,Fair,P1,1,2\n"
    )
    company.sources(
        "- name: sales\n  table: sales_lines\n  kind: csv\n  path: raw/sales_*.csv\n"
        "  inputs: {goods: raw/goods.csv}\n"
        "  select: select source.*, owner from source left join goods on goods.sku = source.item\n"
        "  columns: {order_id: number, line_no: {value: '1'}, ordered_at: when, channel_id: {from: kind, map: {E-Shop: web}},\n"
        "            product_id: item, quantity: n, net_price: {sql: 'money::decimal(18, 4) / n::int'}, region: owner}\n"
    )
    company.ingest()
    assert company.rows("sales_lines", "select order_id, line_no, channel_id, net_price, region from rows") == [
        ("O1", "1", "web", Decimal(4), "Us")]  # fmt: skip
    assert company.quarantine("sales") == [("raw/sales_1.csv", 2, "channel_id", "Fair", "unmapped_value")]


def test_a_select_that_multiplies_rows_is_refused(company):
    company.export("goods.csv", "sku\nP1\nP1\n")
    company.export("sales_1.csv", HEADER + line("A1"))
    company.sources(
        SALES.rstrip()
        + "\n  inputs: {goods: raw/goods.csv}\n  select: select source.* from source join goods on sku = product_id\n"
    )
    with pytest.raises(UserError, match=r"raw/sales_1\.csv: select: turns 1 rows into 2"):
        company.ingest()


@pytest.mark.parametrize(("policy", "loaded"), [("quarantine", 1), ("keep", 2), ("blank", 2)])
def test_a_key_found_nowhere_is_treated_as_declared(company, policy, loaded):
    company.export("customers.csv", "customer_id\nC1\n")
    company.export("sales_1.csv", "customer_id," + HEADER + "C1," + line("A1") + "C2," + line("A2"))
    company.sources(
        "- {name: customers, table: customers, kind: csv, path: raw/customers.csv, columns: {customer_id: customer_id}}\n",
        SALES.replace("{order_id", "{customer_id: customer_id, order_id") + f"  on_orphan: {{customer_id: {policy}}}\n",
    )
    manifest = company.ingest()
    found = company.rows("sales_lines", "select order_id, customer_id from rows order by 1")
    second = {"quarantine": [], "keep": [("A2", "C2")], "blank": [("A2", None)]}[policy]
    assert found == [("A1", "C1"), *second]
    assert manifest.source("sales").loaded == loaded
    rejected = [("raw/sales_1.csv", 2, "customer_id", "C2", "orphan")] if policy == "quarantine" else []
    assert company.quarantine("sales") == rejected
