"""Declared corrections: what each does, who asked for it, and the guard that fails once the source is mended."""

from decimal import Decimal

import pytest

from brandops.errors import UserError
from ingest.company import HEADER, line

ABOUT = "  reason: sent in cents\n  reporter: finance\n  date: 2025-02-01\n"


def correction(body: str, expect: str = "{rows: 1}") -> str:
    return f"- table: sales_lines\n{body}{ABOUT}  expect: {expect}\n"


@pytest.fixture
def sold(company):
    """Three orders, the second at a hundred times its price."""
    company.export("sales_1.csv", HEADER + line("A1") + line("A2", price="990") + line("TEST1"))
    return company


def prices(company):
    return company.rows("sales_lines", "select order_id, net_price, net_sales from rows where _known_to is null order by 1")


A1, A2, TEST1 = (
    ("A1", Decimal("9.9"), Decimal("9.9")),
    ("A2", Decimal(990), Decimal(990)),
    ("TEST1", Decimal("9.9"), Decimal("9.9")),
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("  action: drop\n  where: order_id like 'TEST%'\n", [A1, A2]),
        (
            "  action: scale\n  where: net_price > 500\n  column: net_price\n  factor: 0.01\n",
            [A1, ("A2", Decimal("9.9"), Decimal("9.9")), TEST1],
        ),
        (
            "  action: override\n  where: order_id = 'A2'\n  column: net_price\n  value: 5\n",
            [A1, ("A2", Decimal(5), Decimal(5)), TEST1],
        ),
        ("  action: flag\n  where: order_id = 'A2'\n", [A1, A2, TEST1]),
    ],
)
def test_a_correction_changes_the_rows_it_finds_and_no_others(sold, body, expected):
    sold.corrections(correction(body))
    manifest = sold.ingest()
    assert prices(sold) == expected
    account = manifest.corrections[0]
    assert (account["rows"], account["reason"], account["reporter"], account["date"]) == (
        1, "sent in cents", "finance", "2025-02-01")  # fmt: skip
    assert manifest.source("sales").rows_in == 3


def test_a_dropped_row_is_quarantined_not_lost(sold):
    sold.corrections(correction("  action: drop\n  where: order_id like 'TEST%'\n"))
    sold.ingest()
    assert sold.quarantine("sales", "row", "rule") == [(3, "correction:drop")]


@pytest.mark.parametrize("expect", ["{rows: 1}", "{sql: min(net_price) > 500}", "{rows: 1, sql: count(*) = 1}"])
def test_the_guard_fails_once_the_source_is_mended_and_nothing_changes(sold, expect):
    body = "  action: scale\n  where: order_id = 'A2' and net_price > 500\n  column: net_price\n  factor: 0.01\n"
    sold.corrections(correction(body, expect))
    sold.ingest()
    before = sold.fingerprint()
    sold.export("sales_1.csv", HEADER + line("A1") + line("A2") + line("TEST1"))
    with pytest.raises(UserError, match=r"corrections\.yml: scale in sales_lines.*mended.*sent in cents, finance"):
        sold.ingest()
    assert sold.fingerprint() == before


def test_every_correction_looks_at_the_rows_as_they_were_sent(sold):
    """The guard and the correction find the same rows, whatever an earlier correction made of them."""
    sold.corrections(
        correction("  action: override\n  where: order_id = 'A2'\n  column: net_price\n  value: 9.9\n")
        + correction("  action: scale\n  where: net_price < 100\n  column: net_price\n  factor: 10\n", "{rows: 2}")
    )
    sold.ingest()
    assert [(order, price) for order, price, _ in prices(sold)] == [
        ("A1", Decimal(99)), ("A2", Decimal("9.9")), ("TEST1", Decimal(99))]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (correction("  action: drop\n  where: order_id = 'A1'\n").replace("  reporter: finance\n", ""), "reporter"),
        (correction("  action: drop\n  where: order_id = 'A1'\n").replace("  reason: sent in cents\n", ""), "reason"),
        (correction("  action: drop\n  where: order_id = 'A1'\n").replace("2025-02-01", "soon"), "date"),
        (correction("  action: drop\n  where: order_id = 'A1'\n", "{}"), "give rows, sql or both"),
        (correction("  action: remove\n  where: order_id = 'A1'\n"), "drop, override, scale, flag"),
        (correction("  action: scale\n  where: order_id = 'A1'\n  column: net_prise\n  factor: 2\n"), "did you mean net_price"),
        (correction("  action: scale\n  where: order_id = 'A1'\n  column: net_price\n  factor: .nan\n"), "factor"),
        (correction("  action: drop\n  where: ordr_id = 'A1'\n"), "ordr_id"),
    ],
)
def test_an_incomplete_or_misspelt_correction_is_refused(sold, text, says):
    sold.corrections(text)
    with pytest.raises(UserError, match=says):
        sold.ingest()
