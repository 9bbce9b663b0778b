"""Amounts near the edge of what the contract holds: exact as long as they fit, turned away by name where they do not."""

from decimal import Decimal

import pytest

from ingest.company import HEADER, SALES, line


def sales(company):
    return company.rows("sales_lines", "select order_id, net_sales from rows order by 1")


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [("1", "99999999999.99", "99999999999.99"), ("1000", "99999999999", "99999999999000"), ("0.001", "1", "0.001"),
     ("-7", "12345678901234.5678", "-86419752308641.9746"), ("0.333", "0.0101", "0.0034")],
)  # fmt: skip
def test_derived_net_sales_are_exact_up_to_the_largest_amount_the_contract_holds(company, quantity, price, amount):
    company.export("sales_1.csv", HEADER + line("A1", quantity=quantity, price=price) + line("A2", quantity=2, price="1.5"))
    company.ingest()
    assert sales(company) == [("A1", Decimal(amount)), ("A2", Decimal("3.0000"))]


def test_a_product_too_large_for_an_amount_is_quarantined_and_the_source_goes_on(company):
    company.export("sales_1.csv", HEADER + line("A1", quantity=1_000, price="99999999999999") + line("A2"))
    account = company.ingest().source("sales")
    assert (account.rows_in, account.loaded, account.quarantined) == (2, 1, 1)
    assert [order for order, _ in sales(company)] == ["A2"]
    assert company.quarantine("sales", "row", "column", "value", "rule") == [
        (1, "net_sales", "1000.000 * 99999999999999.0000", "bad_number")
    ]


WITH_NET_SALES = SALES.replace("net_price: net_price}", "net_price: net_price, net_sales: net_sales}")


def test_net_sales_that_cannot_be_read_are_quarantined_not_replaced_by_quantity_times_price(company):
    company.sources(WITH_NET_SALES)
    rows = [line("A1").strip() + ",9.50", line("A2").strip() + ",n.a.?", line("A3").strip() + ",", line("A4").strip() + ",--"]
    company.export("sales_1.csv", HEADER.strip() + ",net_sales\n" + "\n".join(rows) + "\n")
    account = company.ingest().source("sales")
    assert (account.rows_in, account.loaded, account.quarantined) == (4, 3, 1)
    assert sales(company) == [("A1", Decimal("9.5000")), ("A3", Decimal("9.9000")), ("A4", Decimal("9.9000"))]
    assert company.quarantine("sales", "row", "column", "value", "rule") == [(2, "net_sales", "n.a.?", "bad_number")]


def test_a_correction_can_give_net_sales_that_cannot_be_read(company):
    company.sources(WITH_NET_SALES)
    company.export("sales_1.csv", HEADER.strip() + ",net_sales\n" + line("A1").strip() + ",n.a.?\n")
    company.corrections("""\
        - table: sales_lines
          action: override
          where: order_id = 'A1'
          column: net_sales
          value: 9.5
          reason: typed by hand
          reporter: finance
          date: 2025-02-01
          expect: {rows: 1}
        """)
    company.ingest()
    assert sales(company) == [("A1", Decimal("9.5000"))]
