"""What a report as of a day knew, it still knows when later data are in: the marts are the same to the byte."""

import hashlib
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from brandops.params import load_plan
from brandops.warehouse import build_marts, first_day, latest_day, load_mart
from ingest.company import HEADER, SALES, VERSIONS, Company, line

JUNE = date(2025, 6, 30)
CUSTOMERS = "customer_id,created_on,segment\nC1,2025-01-01,gold\n"
LEDGER = "month,net_sales\n2025-05-01,19.80\n2025-06-01,29.70\n"
SURVEY = "id,at,wave,csat\nR1,2025-06-10,Q2,5\nR2,2025-06-30 23:59:59,Q2,2\n"
INVOICES = (
    "id,customer,issued,due,amount,paid_on,paid\nI1,C1,2025-05-01,2025-06-01,10,2025-06-20,10\nI2,C1,2025-06-01,2025-07-01,20,,\n"
)
DECLARED = """\
- {name: customers, table: customers, kind: csv, path: raw/customers.csv,
   columns: {customer_id: customer_id, created_on: created_on, segment: segment}}
- {name: ledger, table: ledger_totals, kind: csv, path: raw/ledger.csv, columns: {month: month, net_sales: net_sales}}
- {name: survey, table: survey_responses, kind: csv, path: raw/survey*.csv,
   columns: {response_id: id, answered_at: at, wave: wave, csat: csat}}
- {name: invoices, table: invoices, kind: csv, path: raw/invoices.csv,
   columns: {invoice_id: id, customer_id: customer, issued_on: issued, due_on: due, amount: amount,
             paid_on: paid_on, paid_amount: paid}}
"""


@pytest.fixture
def june(tmp_path, monkeypatch):
    """A company at the end of June 2025."""
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    return company_of_june(tmp_path)


def company_of_june(root: Path) -> Company:
    """Its parameters and exports, in `root`."""
    company = Company(root)
    company.plan()
    company.sources(DECLARED, SALES + VERSIONS)
    company.export("customers.csv", CUSTOMERS)
    company.export("ledger.csv", LEDGER)
    company.export("survey_q2.csv", SURVEY)
    company.export("invoices.csv", INVOICES)
    company.export("sales_2025-05.csv", HEADER + line("M1", "2025-05-02") + line("M2", "2025-05-31 23:59:59"))
    company.export(
        "sales_2025-06.csv", HEADER + line("J1", "2025-06-01", quantity=3) + line("J2", "2025-06-02", quantity="two")
    )  # fmt: skip
    return company


def marts(company, as_of=JUNE, *, conversions: bool = False) -> dict[str, str]:
    """Digest of every mart, built anew; that of the formats met has a test of its own."""
    company.ingest()
    build_marts("acme", load_plan("acme"), as_of)
    folder = company.data / "marts" / as_of.isoformat()
    files = [path for path in sorted(folder.glob("*.parquet")) if conversions or path.stem != "conversions"]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def later_orders(company):
    company.export("sales_2025-07.csv", HEADER + line("L1", "2025-07-01") + line("L2", "2025-07-02", price="x"))


def a_corrected_month(company):
    company.export("sales_2025-06_corrected_20250815.csv", HEADER + line("J1", "2025-06-01", quantity=9) + line("J9", "2025-06-03"))


def a_later_wave(company):
    company.export("survey_q3.csv", "id,at,wave,csat\nR9,2025-09-01,Q3,1\nR8,2025-07-01 00:00:00,Q3,1\n")


def more_rows_in_the_same_files(company):
    company.export("survey_q2.csv", SURVEY + "R3,2025-07-01,Q3,4\nR4,2025/7/2,Q3,4\n")
    company.export("ledger.csv", LEDGER + "2025-07-01,9.90\n")
    company.export("customers.csv", CUSTOMERS + "C2,2025-07-05,silver\nC3,2025年7月6日,silver\n")


def what_was_recorded_later(company):
    company.export("invoices.csv", INVOICES.replace("20,,", "20,2025-07-15,20") + "I3,C1,2025-07-01,2025-08-01,5,,\n")


def corrections_made_later(company):
    about = "reason: as the shop said, reporter: finance, date: 2025-07-15, expect: {sql: count(*) >= 0}"
    company.corrections(f"""\
        - {{table: sales_lines, action: drop, where: order_id = 'M1', {about}}}
        - {{table: sales_lines, action: scale, where: order_id = 'J1', column: net_price, factor: 0.5, {about}}}
        - {{table: sales_lines, action: override, where: order_id = 'J2', column: quantity, value: 2, {about}}}
        - {{table: customers, action: override, where: customer_id = 'C1', column: segment, value: silver, {about}}}
        - {{table: ledger_totals, action: override, where: net_sales < 20, column: net_sales, value: 0, {about}}}
        """)


CHANGES = (
    later_orders, a_corrected_month, more_rows_in_the_same_files, what_was_recorded_later, a_later_wave, corrections_made_later,
)  # fmt: skip


@pytest.fixture(scope="module")
def as_june_ended(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """The folder of the company whose marts were built when June ended, and their digests."""
    root = tmp_path_factory.mktemp("june")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRANDOPS_ROOT", str(root))
        return root, marts(company_of_june(root))


@pytest.fixture
def later(as_june_ended, tmp_path, monkeypatch) -> tuple[Company, dict[str, str]]:
    """A copy of that company for things to arrive at, and what its marts were."""
    root, before = as_june_ended
    shutil.copytree(root, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    return Company(tmp_path, new=False), before


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_nothing_that_came_later_changes_what_june_knew(later, change):
    company, before = later
    assert {"sales_monthly.parquet", "survey_responses.parquet", "sources.parquet", "quarantine.parquet"} <= set(before)
    change(company)
    after = marts(company)
    assert after == before, sorted(name for name in before | after if before.get(name) != after.get(name))


def test_everything_that_came_later_at_once_changes_nothing_either_and_is_there_in_september(later):
    company, before = later
    for change in CHANGES:
        change(company)
    for folder in ("warehouse", "quarantine", ".cache", "marts"):
        shutil.rmtree(company.data / folder)
    assert marts(company) == before
    september = marts(company, date(2025, 9, 30))
    changed = {"sales_monthly.parquet", "survey_responses.parquet", "ledger_reconciliation.parquet", "invoices.parquet"}
    assert all(september[name] != before[name] for name in changed | {"customers.parquet", "quarantine.parquet"})


def test_the_formats_met_by_june_do_not_change_when_a_file_grows(june):
    before = marts(june, conversions=True)
    more_rows_in_the_same_files(june)
    assert marts(june, conversions=True) == before


def test_money_is_read_as_the_nearest_number(june):
    """29.7000 is 29.7, not 29.700000000000003."""
    marts(june)
    assert load_mart("sales_monthly", "acme", JUNE)["net_sales"].tolist() == [19.8, 29.7]


def test_a_correction_counts_from_the_day_it_was_received(june):
    a_corrected_month(june)
    june.ingest()
    plan = load_plan("acme")

    def quantity(as_of):
        build_marts("acme", plan, as_of)
        sold = load_mart("sales_monthly", "acme", as_of)
        return sold.loc[sold["month"] == pd.Timestamp("2025-06-01"), "quantity"].sum()

    assert [quantity(date(2025, 8, day)) for day in (14, 15, 16)] == [3, 10, 10]


def test_an_invoice_paid_later_was_open_then(june):
    what_was_recorded_later(june)
    marts(june)
    found = load_mart("invoices", "acme", JUNE).set_index("invoice_id")
    assert list(found.index) == ["I1", "I2"]
    assert found["paid_amount"].isna().tolist() == [False, True] and pd.isna(found.loc["I2", "paid_on"])


def test_the_last_day_is_the_one_the_companys_clock_showed(june):
    june.sources(DECLARED, SALES + VERSIONS, time_zone="Asia/Shanghai")
    june.export("sales_2025-07.csv", HEADER + line("L1", "2025-07-01T20:00:00Z"))
    june.ingest()
    assert latest_day("acme") == date(2025, 7, 2)


def test_the_first_day_is_that_of_the_earliest_sale(june):
    june.ingest()
    assert first_day("acme") == date(2025, 5, 2)


# ---- the ledger, to the cent ------------------------------------------------------------------------------------------


def reconciled(company):
    marts(company)
    found = load_mart("ledger_reconciliation", "acme", JUNE)
    return [(f"{row.month:%Y-%m}", row.ledger, row.loaded, round(row.difference, 4)) for row in found.itertuples()]


def test_the_ledger_agrees_to_the_cent(june):
    assert reconciled(june) == [("2025-05", 19.8, 19.8, 0.0), ("2025-06", 29.7, 29.7, 0.0)]


def test_a_declared_correction_counts_from_its_date(june):
    corrections_made_later(june)
    june.ingest()
    sold, turned_away = {}, {}
    for day in (date(2025, 7, 14), date(2025, 7, 15)):
        build_marts("acme", load_plan("acme"), day)
        sold[day.day] = load_mart("sales_monthly", "acme", day)["net_sales"].tolist()
        rejected = load_mart("quarantine", "acme", day)
        turned_away[day.day] = sorted(zip(rejected["row"], rejected["rule"], strict=True))
    assert sold == {14: [19.8, 29.7], 15: [9.9, 34.65]}, "May without M1; June with J1 at half its price, and J2"
    assert turned_away == {14: [(2, "bad_number")], 15: [(1, "correction:drop")]}


@pytest.mark.parametrize("cents", [-0.01, 0.01])
def test_a_difference_of_one_cent_is_found_in_its_month(june, cents):
    june.export("ledger.csv", LEDGER.replace("29.70", f"{29.70 + cents:.2f}"))
    assert [difference for *_, difference in reconciled(june)] == [0.0, round(-cents, 4)]


def test_a_month_the_ledger_has_and_the_sales_have_not_is_a_difference(june):
    june.export("ledger.csv", "month,net_sales\n2025-04-01,5.00\n2025-05-01,19.80\n")
    *booked, (month, ledger, loaded, difference) = reconciled(june)
    assert booked == [("2025-04", 5.0, 0.0, -5.0), ("2025-05", 19.8, 19.8, 0.0)]
    assert (month, loaded) == ("2025-06", 29.7) and pd.isna(ledger) and pd.isna(difference), "not booked yet"


def test_sums_of_many_cents_are_exact(june):
    """Ten thousand lines of 0.01, 0.02, ... would be off in floating point: the marts add decimals."""
    lines = "".join(line(f"X{n}", "2025-06-05", price=f"{n % 100 / 100:.2f}") for n in range(10_000))
    june.export("sales_2025-06.csv", HEADER + lines)
    june.export("ledger.csv", "month,net_sales\n2025-05-01,19.80\n2025-06-01,4950.00\n")
    assert reconciled(june) == [("2025-05", 19.8, 19.8, 0.0), ("2025-06", 4950.0, 4950.0, 0.0)]
