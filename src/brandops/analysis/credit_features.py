"""What is known of a customer on a day that may tell whether they will pay (plan item 7.2.2).

Features are taken at the end of a day from invoices issued, paid and written off by then; the outcome is a first default in
the twelve months after it. Past days are looked at each quarter's distance, so that one customer gives several observations:
whatever is said about precision counts customers, not observations. Master data (line of business, years in business, terms,
limit) have no history in the contract: they are taken as they are today.
"""

import numpy as np
import pandas as pd

from brandops.analysis.credit_defaults import DEFAULT_DAYS, first_defaults
from brandops.analysis.receivables import open_amounts

MASTER = ("years_in_business", "industry", "payment_terms_days", "credit_limit")
BEHAVIOUR = ("months_known", "late_share", "days_late", "overdue_share", "utilisation", "trend")
FEATURES = MASTER + BEHAVIOUR
OUTCOME_MONTHS = 12
HISTORY_DAYS = 180  # behaviour needs half a year to show


def accounts_on(invoices: pd.DataFrame, customers: pd.DataFrame, day: object) -> pd.DataFrame:
    """Customers invoiced in the year up to `day`, with their features.

    Parameters
    ----------
    invoices
        Contract columns; whatever came after `day` is not looked at.
    customers
        customer_id, created_on and, where known, the master data.

    Returns
    -------
    pandas.DataFrame
        customer_id, exposure (open amount), overdue (of it, past due), monthly_sales (mean of the year), years_in_business,
        industry, payment_terms_days, credit_limit, months_known (since the customer was created), late_share (of invoices
        due in the year, paid late or overdue), days_late (mean of these invoices, 0 where on time), overdue_share (of the
        open amount), utilisation (open amount to limit), trend (invoiced in the last 90 days to the mean 90 days of the 270
        before).
    """
    at = pd.Timestamp(day)
    known = invoices[invoices["issued_on"] <= at]
    amount = open_amounts(known, at)
    overdue = amount.where(known["due_on"] < at, 0.0)
    year = known[known["issued_on"] > at - pd.DateOffset(years=1)]
    by = known["customer_id"]
    table = pd.DataFrame({"exposure": amount.groupby(by).sum(), "overdue": overdue.groupby(by).sum()})
    table = table.loc[sorted(year["customer_id"].unique())]
    table["monthly_sales"] = year.groupby("customer_id")["amount"].sum() / 12
    table = table.join(_punctuality(known, amount, at)).join(_trend(year, at))
    master = customers.set_index("customer_id").reindex(table.index)
    for name in MASTER:
        values = master[name] if name in master else pd.Series(np.nan, table.index)
        table[name] = values.astype(object if name == "industry" else float)
    table["months_known"] = ((at - pd.to_datetime(master["created_on"])).dt.days / 30.4375).clip(lower=0)
    table["overdue_share"] = (table["overdue"] / table["exposure"].where(table["exposure"] > 0)).fillna(0.0)
    table["utilisation"] = table["exposure"] / table["credit_limit"].where(table["credit_limit"] > 0)
    return table.reset_index(names="customer_id")[["customer_id", "exposure", "overdue", "monthly_sales", *FEATURES]]


def _punctuality(known: pd.DataFrame, amount: pd.Series, at: pd.Timestamp) -> pd.DataFrame:
    """late_share and days_late of invoices due in the year up to `at`."""
    due = known[(known["due_on"] > at - pd.DateOffset(years=1)) & (known["due_on"] < at)]
    ended = due["paid_on"].where((due["paid_on"] <= at) & (amount.loc[due.index] <= 0), at)
    days = (ended - due["due_on"]).dt.days.clip(lower=0)
    by = due["customer_id"]
    return pd.DataFrame({"late_share": (days > 0).groupby(by).mean(), "days_late": days.groupby(by).mean()})


def _trend(year: pd.DataFrame, at: pd.Timestamp) -> pd.Series:
    recent = year["issued_on"] > at - pd.Timedelta(days=90)
    sums = year["amount"].groupby([year["customer_id"], recent]).sum().unstack(fill_value=0.0)
    sums = sums.reindex(columns=[False, True], fill_value=0.0)
    return (sums[True] / (sums[False] / 3).where(sums[False] > 0)).rename("trend")


def observations(
    invoices: pd.DataFrame, customers: pd.DataFrame, as_of: object, *, days: int = DEFAULT_DAYS, every: int = 3
) -> pd.DataFrame:
    """Accounts on past days with what became of them, all of it known by `as_of`.

    Days run back from twelve months before `as_of` in steps of `every` months to half a year after the first invoice. Whoever
    had defaulted by then is left out.

    Returns
    -------
    pandas.DataFrame
        observed_on, the columns of `accounts_on`, defaulted (0 or 1: a first default within twelve months), defaulted_on.
    """
    at = pd.Timestamp(as_of)
    first = first_defaults(invoices, at, days).set_index("customer_id")["defaulted_on"]
    start = invoices["issued_on"].min() + pd.Timedelta(days=HISTORY_DAYS)
    found, back = [], OUTCOME_MONTHS
    while (day := at - pd.DateOffset(months=back)) >= start:
        found.append(observed(invoices, customers, day, first))
        back += every
    columns = ["observed_on", "customer_id", "exposure", "overdue", "monthly_sales", *FEATURES, "defaulted", "defaulted_on"]
    return pd.concat(found[::-1], ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def observed(invoices: pd.DataFrame, customers: pd.DataFrame, day: object, first: pd.Series) -> pd.DataFrame:
    """Accounts not in default by `day`, with their outcome; `first`: day of each customer's first default."""
    at = pd.Timestamp(day)
    table = accounts_on(invoices, customers, at)
    on = pd.to_datetime(table["customer_id"].map(first))
    table = table.assign(observed_on=at, defaulted_on=on)[~(on <= at)]
    within = table["defaulted_on"] <= at + pd.DateOffset(months=OUTCOME_MONTHS)
    return table.assign(defaulted=within.astype(int))
