"""Receivables: ageing adds up, both days sales outstanding agree with examples worked by hand, nothing later is seen."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.receivables import (
    ageing,
    bad_debt_history,
    bad_debt_year,
    open_amounts,
    outstanding,
    outstanding_history,
)

COLUMNS = ["customer_id", "issued_on", "due_on", "amount", "paid_on", "paid_amount", "written_off_on", "written_off"]


def invoices_of(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=COLUMNS)
    dates = [name for name in COLUMNS if name.endswith("_on")]
    table[dates] = table[dates].apply(pd.to_datetime)
    return table.astype({"amount": float, "paid_amount": float, "written_off": float})


LEDGER = invoices_of(
    ("A", "2025-01-31", "2025-03-02", 100, "2025-03-01", None, None, None),  # a payment without an amount settles it
    ("A", "2025-03-31", "2025-04-30", 300, None, None, None, None),
    ("B", "2025-02-28", "2025-03-30", 200, "2025-05-10", 50, "2025-07-01", None),  # the rest is written off
    ("B", "2025-04-30", "2025-06-14", 400, "2025-06-20", 400, None, None),
    ("C", "2025-05-31", "2025-06-30", 250, None, None, None, None),
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "owed"), [("2025-02-28", 300), ("2025-03-01", 200), ("2025-05-31", 300 + 150 + 400 + 250), ("2025-07-01", 550)]
)
def test_what_is_open_follows_payments_and_write_offs_day_by_day(day, owed):
    assert open_amounts(LEDGER, day).sum() == owed
    assert ageing(LEDGER, day)["amount"].sum() == owed


def test_receivables_are_aged_by_days_past_due():
    # On 31 May: A's March invoice is 31 days past due, B's 62, B's April and C's May ones are not due.
    table = ageing(LEDGER, "2025-05-31")
    assert table["amount"].tolist() == [650, 0, 300, 150, 0]
    assert table["invoices"].tolist() == [2, 0, 1, 1, 0] and table["share"].sum() == pytest.approx(1)


def test_an_invoice_is_not_past_due_on_its_due_day_and_is_the_day_after():
    assert ageing(LEDGER, "2025-06-30")["amount"].iloc[0] == 250
    assert ageing(LEDGER, "2025-07-01")["amount"].tolist()[:2] == [0, 250]


def test_count_back_takes_months_of_sales_off_the_balance():
    """Balance 1100 on 31 May: May sold 250 (31 days), April 400 (30), March 300 (31), and 150 of February's 200 (21 of 28 days)."""
    found = outstanding(LEDGER, "2025-05-31")
    assert found.receivables == 1100 and found.overdue == 450
    assert found.count_back == pytest.approx(31 + 30 + 31 + 28 * 150 / 200)
    # The last three months, of 92 days, hold sales of 300 + 400 + 250.
    assert found.standard == pytest.approx(1100 / (950 / 92)) and found.best_possible == pytest.approx(650 / (950 / 92))


def test_count_back_is_blank_where_the_balance_exceeds_all_sales_known():
    only = LEDGER[LEDGER["issued_on"] >= "2025-04-30"]
    padded = pd.concat([only, invoices_of(("D", "2025-03-15", "2025-04-01", 0.0, None, None, None, None))], ignore_index=True)
    grown = padded.assign(amount=padded["amount"])
    assert outstanding(grown, "2025-05-31").count_back == pytest.approx(61)
    assert np.isnan(outstanding(grown.iloc[:0], "2025-05-31").standard)
    assert outstanding(grown.iloc[:0], "2025-05-31").count_back == 0


def test_bad_debts_are_what_was_written_off_in_the_year_to_what_was_invoiced_in_it():
    year = bad_debt_year(LEDGER, "2025-12-31")
    assert year == {"written_off": 150, "invoiced": 1250, "rate": 0.12}
    assert bad_debt_year(LEDGER, "2025-06-30")["written_off"] == 0


def test_histories_end_on_the_day_asked_for_and_hold_whole_years_only():
    months = outstanding_history(LEDGER, "2025-07-15")
    assert months["date"].iloc[-1] == pd.Timestamp("2025-07-15") and months["date"].is_monotonic_increasing
    assert months["date"].min() == pd.Timestamp("2025-03-31")
    years = bad_debt_history(LEDGER, "2026-06-30")
    assert years["end"].tolist() == list(pd.to_datetime(["2026-03-30", "2026-06-30"]))


def test_what_is_recorded_later_changes_no_earlier_figure():
    known = LEDGER.assign(
        paid_on=LEDGER["paid_on"].where(LEDGER["paid_on"] <= "2025-04-15"),
        paid_amount=LEDGER["paid_amount"].where(LEDGER["paid_on"] <= "2025-04-15"),
        written_off_on=pd.NaT, written_off=np.nan,
    )  # fmt: skip
    known = known[known["issued_on"] <= "2025-04-15"]
    assert outstanding(LEDGER, "2025-04-15") == outstanding(known, "2025-04-15")
    pd.testing.assert_frame_equal(ageing(LEDGER, "2025-04-15"), ageing(known, "2025-04-15"))
