"""Which customers defaulted, when, and what was lost (plan items 7.1.2 and 7.2.2).

A customer is in default from the day one of their invoices is more than 90 days past due, or from its write-off if that comes
first: the definition of the Basel framework (CRE36.68). What was lost of what they owed on that day, once every invoice open
then is settled, is the loss given default; a customer who pays after all has lost nothing.
"""

import numpy as np
import pandas as pd

from brandops.analysis.intervals import LEVEL, Estimate
from brandops.analysis.receivables import open_amounts, settled

DEFAULT_DAYS = 90


def default_days(invoices: pd.DataFrame, as_of: object, days: int = DEFAULT_DAYS) -> pd.Series:
    """The day each invoice went into default, blank where it has not by `as_of`."""
    at, rows = pd.Timestamp(as_of), settled(invoices)
    lost_on = rows["written_off_on"].where(rows["written_off_on"] <= at)
    reached = rows["due_on"] + pd.Timedelta(days=days + 1)
    closed = rows["paid_on"].where(rows["paid_amount"] >= rows["amount"] - 0.005).fillna(pd.Timestamp.max)
    late = reached.where((closed >= reached) & (reached <= at))
    return pd.concat([late, lost_on], axis=1).min(axis=1)


def first_defaults(invoices: pd.DataFrame, as_of: object, days: int = DEFAULT_DAYS) -> pd.DataFrame:
    """Customers' first defaults up to `as_of`.

    Returns
    -------
    pandas.DataFrame
        customer_id, defaulted_on, exposure (owed at the end of the day before), loss (written off of that so far), resolved
        (whether nothing of it is open any more); in order of time.
    """
    at = pd.Timestamp(as_of)
    first = default_days(invoices, at, days).groupby(invoices["customer_id"]).min().dropna()
    mine = settled(invoices[invoices["customer_id"].isin(first.index)])
    on = mine["customer_id"].map(first)
    still = _open_before(mine, on)
    lost = mine["written_off"].where((mine["written_off_on"] <= at) & (still > 0), 0.0)
    left = open_amounts(mine, at).where(still > 0, 0.0)
    by = mine.assign(exposure=still, loss=lost, left=left).groupby("customer_id")[["exposure", "loss", "left"]].sum()
    table = by.assign(defaulted_on=first, resolved=by["left"] <= 0.005).reset_index()
    table = table.sort_values(["defaulted_on", "customer_id"], ignore_index=True)
    return table[["customer_id", "defaulted_on", "exposure", "loss", "resolved"]]


def _open_before(rows: pd.DataFrame, day: pd.Series) -> pd.Series:
    """What was open of each invoice before its own day."""
    paid = rows["paid_amount"].where(rows["paid_on"] < day, 0.0)
    lost = rows["written_off"].where(rows["written_off_on"] < day, 0.0)
    return (rows["amount"] - paid - lost).clip(lower=0).where(rows["issued_on"] < day, 0.0)


def in_default(invoices: pd.DataFrame, as_of: object, days: int = DEFAULT_DAYS) -> set[str]:
    """Customers in default on `as_of`: something open is more than `days` past due, or was written off within a year."""
    at = pd.Timestamp(as_of)
    overdue = (open_amounts(invoices, at) > 0) & (invoices["due_on"] < at - pd.Timedelta(days=days))
    lost = invoices["written_off_on"].between(at - pd.DateOffset(years=1), at)
    return set(invoices.loc[overdue | lost, "customer_id"])


def loss_given_default(defaults: pd.DataFrame, seed: int, draws: int = 2000, level: float = LEVEL) -> tuple[Estimate, np.ndarray]:
    """Share of the exposure that is lost, with a bootstrap interval over customers, and the drawn values themselves.

    Only resolved defaults count: how the others end is not known yet. NaN, and no draws, without any.
    """
    ended = defaults[defaults["resolved"] & (defaults["exposure"] > 0)]
    if ended.empty:
        return Estimate(np.nan, np.nan, np.nan, 0, 0.0), np.empty(0)
    owed, lost = ended["exposure"].to_numpy(), np.minimum(ended["loss"], ended["exposure"]).to_numpy()
    drawn = np.random.default_rng(seed).integers(0, len(ended), (draws, len(ended)))
    values = lost[drawn].sum(axis=1) / owed[drawn].sum(axis=1)
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(lost.sum() / owed.sum()), float(low), float(high), len(ended), float(len(ended))), values
