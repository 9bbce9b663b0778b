"""What customers owe: ageing, days sales outstanding, bad debts (plan item 7.1.2).

Days sales outstanding is given both ways the trade uses. The *standard* one divides receivables by the credit sales of the
last three months; it rises when sales fall, whoever pays. The *count-back* one takes month after month of sales off the balance,
latest first, until nothing is left, and so measures how old the balance is (Credit Research Foundation). The *best possible*
one counts only what is not yet due; what lies above it is money customers keep past their terms.

Invoices are those of the contract as known on a day: `paid_on`, `written_off_on` and their amounts are blank where they came
later. A payment without an amount settles the invoice; a write-off without one takes all that was open.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

EDGES = (0, 30, 60, 90)  # days past due at which a new class of age begins; the customary ones
SALES_MONTHS = 3  # standard DSO: a quarter's sales, so that one strong month does not decide it


def settled(invoices: pd.DataFrame) -> pd.DataFrame:
    """Invoices with amounts completed: blanks of `paid_amount` and `written_off` filled where their dates are given."""
    rows = invoices.copy()
    paid = rows["paid_amount"].astype(float).fillna(rows["amount"].where(rows["paid_on"].notna(), 0.0))
    rest = (rows["amount"] - paid).clip(lower=0)
    lost = rows["written_off"].astype(float).fillna(rest.where(rows["written_off_on"].notna(), 0.0))
    return rows.assign(paid_amount=paid, written_off=lost)


def open_amounts(invoices: pd.DataFrame, day: object) -> pd.Series:
    """What is open of each invoice at the end of `day`: nothing of those issued later."""
    at = pd.Timestamp(day)
    rows = settled(invoices)
    paid = rows["paid_amount"].where(rows["paid_on"] <= at, 0.0)
    lost = rows["written_off"].where(rows["written_off_on"] <= at, 0.0)
    return (rows["amount"] - paid - lost).clip(lower=0).where(rows["issued_on"] <= at, 0.0)


def ageing(invoices: pd.DataFrame, as_of: object, edges: tuple[int, ...] = EDGES) -> pd.DataFrame:
    """Receivables by days past due.

    Returns
    -------
    pandas.DataFrame
        from_days, to_days (blank: not yet due before, without end after), invoices, customers, amount (currency), share (of
        all receivables); every class has a row, youngest first, the first being what is not yet due.
    """
    amount = open_amounts(invoices, as_of)
    open_ = invoices.assign(open=amount)[amount > 0]
    late = (pd.Timestamp(as_of) - open_["due_on"]).dt.days
    bins = [-np.inf, *edges, np.inf]
    at = pd.cut(late, bins, labels=False)
    grouped = open_.groupby(at)
    table = pd.DataFrame({
        "from_days": [np.nan, *(edge + 1 for edge in edges)], "to_days": [*(float(edge) for edge in edges), np.nan],
    })  # fmt: skip
    for name, values in (
        ("invoices", grouped.size()),
        ("customers", grouped["customer_id"].nunique()),
        ("amount", grouped["open"].sum()),
    ):
        table[name] = values.reindex(range(len(table))).fillna(0).to_numpy()
    total = table["amount"].sum()
    table["share"] = table["amount"] / total if total > 0 else np.nan
    return table.astype({"invoices": int, "customers": int})


@dataclass(frozen=True)
class Outstanding:
    """Receivables on a day: all, and past due (currency); days sales outstanding by each method; sales a day (currency).

    Days are NaN where sales are too few.
    """

    receivables: float
    overdue: float
    standard: float
    count_back: float
    best_possible: float
    daily_sales: float


def outstanding(invoices: pd.DataFrame, as_of: object) -> Outstanding:
    """Receivables and days sales outstanding at the end of `as_of`."""
    at = pd.Timestamp(as_of)
    open_ = open_amounts(invoices, at)
    balance, overdue = float(open_.sum()), float(open_[invoices["due_on"] < at].sum())
    start = _begin(at, SALES_MONTHS)
    sold = invoices.loc[invoices["issued_on"].between(start, at), "amount"].sum()
    daily = float(sold) / ((at - start).days + 1)
    standard, best = (value / daily if daily > 0 else np.nan for value in (balance, balance - overdue))
    return Outstanding(balance, overdue, standard, _count_back(invoices, balance, at), best, daily)


def _begin(at: pd.Timestamp, months: int) -> pd.Timestamp:
    """First day of the months that end with `at`: a month-end gives whole months, whatever their lengths."""
    return at + pd.Timedelta(days=1) - pd.DateOffset(months=months)


def _count_back(invoices: pd.DataFrame, balance: float, at: pd.Timestamp) -> float:
    """Days of the latest sales the balance is worth; NaN where it exceeds all sales known."""
    known = invoices[invoices["issued_on"] <= at]
    sales = known.groupby(known["issued_on"].dt.to_period("M"))["amount"].sum()
    month, days = at.to_period("M"), 0.0
    while len(sales) and month >= sales.index[0]:
        length = (min(month.end_time, at).normalize() - month.start_time).days + 1
        sold = float(sales.get(month, 0.0))
        if sold >= balance:
            return days + (length * balance / sold if sold > 0 else 0.0)
        balance, days, month = balance - sold, days + length, month - 1
    return 0.0 if balance <= 0 else np.nan


def outstanding_history(invoices: pd.DataFrame, as_of: object, months: int = 24) -> pd.DataFrame:
    """Month-ends up to `as_of` (the last is `as_of` itself): date, then the fields of `Outstanding`."""
    at = pd.Timestamp(as_of)
    first = invoices["issued_on"].min()
    ends = [at, *pd.date_range(end=at - pd.Timedelta(days=1), periods=months - 1, freq="ME")[::-1]]
    rows = [{"date": end, **vars(outstanding(invoices, end))} for end in ends
            if _begin(end, SALES_MONTHS) >= first - pd.Timedelta(days=31)]  # fmt: skip
    return pd.DataFrame(rows, columns=["date", *Outstanding.__dataclass_fields__]).sort_values("date", ignore_index=True)


def bad_debt(invoices: pd.DataFrame, start: object, end: object) -> dict[str, float]:
    """Bad debts of a span: written_off (in it), invoiced (in it), rate (NaN without sales)."""
    span = pd.Timestamp(start), pd.Timestamp(end)
    rows = settled(invoices)
    lost = float(rows.loc[rows["written_off_on"].between(*span), "written_off"].sum())
    sold = float(rows.loc[rows["issued_on"].between(*span), "amount"].sum())
    return {"written_off": lost, "invoiced": sold, "rate": lost / sold if sold > 0 else np.nan}


def bad_debt_year(invoices: pd.DataFrame, as_of: object) -> dict[str, float]:
    """Bad debts of the twelve months up to `as_of`, as `bad_debt`."""
    at = pd.Timestamp(as_of)
    return bad_debt(invoices, _begin(at, 12), at)


def bad_debt_history(invoices: pd.DataFrame, as_of: object) -> pd.DataFrame:
    """Bad debts of each twelve months ending a quarter before: end, written_off, invoiced, rate; oldest first."""
    at, first = pd.Timestamp(as_of), invoices["issued_on"].min() - pd.Timedelta(days=31)
    rows, back = [], 0
    while (start := at - pd.DateOffset(months=back + 12)) >= first:
        end = at - pd.DateOffset(months=back)
        rows.append({"end": end, **bad_debt(invoices, start + pd.Timedelta(days=1), end)})
        back += 3
    return pd.DataFrame(rows[::-1], columns=["end", "written_off", "invoiced", "rate"])
