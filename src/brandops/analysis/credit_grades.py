"""Credit grades with their limits and terms (plan item 7.2.2).

A grade follows from the probability of default within twelve months; limit and terms follow from the grade by the company's
rules. The limit is so many months of what the customer buys: it bounds the loss and leaves the business as it is.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from brandops.analysis.credit_features import accounts_on
from brandops.analysis.receivables import open_amounts
from brandops.analysis.scorecard import Scorecard, predict, reasons

IN_DEFAULT = "default"


class Grade(Protocol):
    """A grade as params have it: up to which probability, how many months of sales, which terms."""

    grade: str
    pd: float
    limit_months: float
    terms_days: int


def graded_accounts(card: Scorecard, invoices: pd.DataFrame, customers: pd.DataFrame, as_of: object, defaulted: set[str],
                    grades: Sequence[Grade]) -> pd.DataFrame:  # fmt: skip
    """Every account with its grade and what follows from it.

    Parameters
    ----------
    card
        The scorecard in force.
    invoices, customers
        As `credit_features.accounts_on` takes them.
    defaulted
        Customers in default: their probability is 1, their grade `default`, their limit nothing.
    grades
        From the best to the worst.

    Returns
    -------
    pandas.DataFrame
        customer_id, grade, score, pd, low, high, exposure, overdue, monthly_sales, credit_limit, payment_terms_days,
        grade_limit, grade_terms, excess (exposure above the grade's limit), reasons (features, dearest first); the greatest
        exposure at risk (pd times exposure) first.
    """
    accounts = accounts_on(invoices, customers, as_of)
    table = pd.concat([accounts, _owing(invoices, as_of, accounts)], ignore_index=True)
    table = table.join(predict(card, table)).assign(reasons=reasons(card, table))
    fallen = table["customer_id"].isin(defaulted)
    table.loc[fallen, ["pd", "low", "high", "score"]] = 1.0, 1.0, 1.0, np.nan
    at = np.searchsorted([grade.pd for grade in grades][:-1], table["pd"], side="left")
    names, months, terms = zip(*((g.grade, g.limit_months, g.terms_days) for g in grades), strict=True)
    table["grade"] = np.where(fallen, IN_DEFAULT, np.array(names, dtype=object)[at])
    table["grade_limit"] = np.where(fallen, 0.0, np.round(np.array(months)[at] * table["monthly_sales"], -2))
    table["grade_terms"] = np.where(fallen, 0, np.array(terms)[at])
    table["excess"] = (table["exposure"] - table["grade_limit"]).clip(lower=0)
    order = (table["pd"] * table["exposure"]).rank(method="first", ascending=False)
    kept = ["customer_id", "grade", "score", "pd", "low", "high", "exposure", "overdue", "monthly_sales", "credit_limit",
            "payment_terms_days", "grade_limit", "grade_terms", "excess", "reasons"]  # fmt: skip
    return table.iloc[np.argsort(order.to_numpy(), kind="stable")][kept].reset_index(drop=True)


def _owing(invoices: pd.DataFrame, as_of: object, accounts: pd.DataFrame) -> pd.DataFrame:
    """Who still owes without having bought for a year: the columns of `accounts`, features blank, sales 0."""
    amount = open_amounts(invoices, as_of)
    rest = invoices.assign(exposure=amount, overdue=amount.where(invoices["due_on"] < pd.Timestamp(as_of), 0.0))
    rest = rest[(amount > 0) & ~invoices["customer_id"].isin(accounts["customer_id"])]
    sums = rest.groupby("customer_id")[["exposure", "overdue"]].sum().reset_index()
    return sums.assign(monthly_sales=0.0).reindex(columns=accounts.columns).astype(accounts.dtypes)


def grade_table(accounts: pd.DataFrame, grades: Sequence[Grade]) -> pd.DataFrame:
    """The portfolio by grade: grade, up_to (probability), accounts, exposure, pd (mean), expected_loss, excess, limit_months,
    terms_days; those in default last. `accounts` has the columns of `graded_accounts` and expected_loss."""
    by = accounts.groupby("grade")
    table = pd.DataFrame({
        "grade": [*(g.grade for g in grades), IN_DEFAULT], "up_to": [*(g.pd for g in grades), np.nan],
        "limit_months": [*(g.limit_months for g in grades), 0.0], "terms_days": [*(g.terms_days for g in grades), 0],
    })  # fmt: skip
    sums = by.agg(accounts=("pd", "size"), exposure=("exposure", "sum"), pd=("pd", "mean"), excess=("excess", "sum"),
                  expected_loss=("expected_loss", "sum"))  # fmt: skip
    joined = table.join(sums, on="grade")
    zero = {"accounts": 0, "exposure": 0.0, "excess": 0.0, "expected_loss": 0.0}
    return joined.fillna(zero).astype({"accounts": int})
