"""Everything section 7 says about customers' credit, from the invoices known on a day (plan items 7.1.2 and 7.2.2)."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from brandops.analysis import credit_defaults, credit_features, credit_grades, expected_loss
from brandops.analysis.intervals import Estimate
from brandops.analysis.scorecard import Scorecard, fit_scorecard
from brandops.analysis.scorecard_validation import Validation, out_of_time, score_shift


class Rules(Protocol):
    """What of the credit rules counts here."""

    default_days: int
    grades: list


@dataclass(frozen=True)
class CreditRisk:
    """Defaults, scorecard, grades and expected loss as known on a day.

    Attributes
    ----------
    defaults
        Of `credit_defaults.first_defaults`.
    lgd
        Loss given default.
    card, validation, shift, shift_table
        The scorecard in force, the one of a year ago against what happened since, and the population stability index; None
        where there are too few defaults.
    accounts
        Of `credit_grades.graded_accounts`, with expected_loss; None without a scorecard or a loss given default.
    grades
        Of `credit_grades.grade_table`; None as `accounts`.
    loss
        Expected loss; None as `accounts`.
    backtest
        Of `expected_loss.backtest`; None as `validation`.
    """

    defaults: pd.DataFrame
    lgd: Estimate
    card: Scorecard | None = None
    validation: Validation | None = None
    shift: float | None = None
    shift_table: pd.DataFrame | None = None
    accounts: pd.DataFrame | None = None
    grades: pd.DataFrame | None = None
    loss: expected_loss.ExpectedLoss | None = None
    backtest: dict[str, float] | None = None


def assess(invoices: pd.DataFrame, customers: pd.DataFrame, as_of: object, rules: Rules, seed: int) -> CreditRisk:
    """Assess the credit of all accounts.

    Parameters
    ----------
    invoices, customers
        Marts as known on `as_of`.
    rules
        default_days and grades of the credit rules.
    seed
        Of folds, bootstrap and draws.
    """
    days = rules.default_days
    defaults = credit_defaults.first_defaults(invoices, as_of, days)
    lgd, draws = credit_defaults.loss_given_default(defaults, seed)
    card = fit_scorecard(credit_features.observations(invoices, customers, as_of, days=days), seed)
    if card is None or lgd.n == 0:
        return CreditRisk(defaults, lgd)
    fallen = credit_defaults.in_default(invoices, as_of, days)
    accounts = credit_grades.graded_accounts(card, invoices, customers, as_of, fallen, rules.grades)
    accounts["expected_loss"] = expected_loss.account_losses(accounts, lgd.value)
    features = credit_features.accounts_on(invoices, customers, as_of)
    loss = expected_loss.portfolio_loss(card, accounts, features, lgd.value, draws, _severities(defaults), seed)
    first = defaults.set_index("customer_id")["defaulted_on"]
    validation = out_of_time(invoices, customers, first, as_of, seed, days)
    shift, shift_table = score_shift(card, invoices, customers, as_of)
    tried = _tried(invoices, defaults, validation, days) if validation is not None else None
    grades = credit_grades.grade_table(accounts, rules.grades)
    return CreditRisk(defaults, lgd, card, validation, shift, shift_table, accounts, grades, loss, tried)


def _tried(invoices: pd.DataFrame, defaults: pd.DataFrame, made: Validation, days: int) -> dict[str, float] | None:
    """A year ago's expected loss, by the loss given default known then, against what was lost; None where none was known."""
    then = credit_defaults.first_defaults(invoices[invoices["issued_on"] <= made.made_on], made.made_on, days)
    lgd, _draws = credit_defaults.loss_given_default(then, seed=0, draws=1)
    return expected_loss.backtest(made.accounts, defaults, lgd.value, _severities(then)) if lgd.n else None


def _severities(defaults: pd.DataFrame) -> np.ndarray:
    """Share of its exposure each resolved default lost."""
    ended = defaults[defaults["resolved"] & (defaults["exposure"] > 0)]
    return (ended["loss"] / ended["exposure"]).clip(upper=1).to_numpy()


def overdue_accounts(invoices: pd.DataFrame, amounts: pd.Series, as_of: object) -> pd.DataFrame:
    """Customers with something past due: customer_id, overdue (currency), oldest (days past due), invoices; the most first."""
    at = pd.Timestamp(as_of)
    late = invoices.assign(open=amounts)[(amounts > 0) & (invoices["due_on"] < at)]
    table = late.groupby("customer_id").agg(overdue=("open", "sum"), due=("due_on", "min"), invoices=("open", "size")).reset_index()
    table["oldest"] = (at - table["due"]).dt.days
    table = table.sort_values(["overdue", "customer_id"], ascending=[False, True], ignore_index=True)
    return table[["customer_id", "overdue", "oldest", "invoices"]]
