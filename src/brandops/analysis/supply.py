"""How far suppliers keep their word, and how long they take (plan item 7.1.3).

A purchase order line is *on time in full* when it came by the promised day (and tolerance) with the quantity ordered (less
tolerance). Lines promised by now and still out are late already. Lead times count lines still out as longer than so far
(Kaplan and Meier 1958, package `lifelines`): leaving them out would make the slowest supplier look fast.
"""

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from lifelines.utils import qth_survival_time

from brandops.analysis.intervals import Estimate, share_estimate

QUANTILES = (0.5, 0.9)


def delivered_lines(purchase_orders: pd.DataFrame, as_of: object, *, days: int = 0, quantity: float = 0.0) -> pd.DataFrame:
    """Order lines with how they were delivered, as known on `as_of`.

    Parameters
    ----------
    purchase_orders
        Contract columns.
    days, quantity
        Tolerance: days after the promise, share of the quantity that may lack.

    Returns
    -------
    pandas.DataFrame
        The lines ordered by then, with value (quantity × price), lead_days (ordered to received, or so far), received (bool),
        days_late (received after the promise, or so far; never below 0), due (whether the promise and tolerance have passed,
        or it came), on_time, in_full, on_time_in_full (1, 0 or blank where it is not due yet; in_full is blank where no
        quantity received is recorded, and time alone decides).
    """
    at = pd.Timestamp(as_of)
    rows = purchase_orders[purchase_orders["ordered_on"] <= at].copy()
    here = rows["received_on"] <= at
    ended = rows["received_on"].where(here, at)
    rows["received"], rows["value"] = here, rows["quantity"] * rows["price"]
    rows["lead_days"] = (ended - rows["ordered_on"]).dt.days
    rows["days_late"] = (ended - rows["promised_on"]).dt.days.clip(lower=0)
    rows["due"] = here | (rows["promised_on"] + pd.Timedelta(days=days) < at)
    on_time = (here & (rows["days_late"] <= days)).astype(float).where(rows["due"])
    known = here & rows["received_quantity"].notna()
    full = (rows["received_quantity"] >= rows["quantity"] * (1 - quantity) - 1e-9).astype(float).where(known)
    rows["on_time"], rows["in_full"] = on_time, full
    rows["on_time_in_full"] = on_time * full.fillna(1.0)
    return rows


def promised_between(lines: pd.DataFrame, start: object, end: object) -> pd.DataFrame:
    """The lines promised in a span."""
    return lines[lines["promised_on"].between(pd.Timestamp(start), pd.Timestamp(end))]


def kept_share(lines: pd.DataFrame, measure: str = "on_time_in_full") -> Estimate:
    """Share of due lines delivered on time in full (or by another measure), with its interval."""
    return share_estimate(lines[measure])


def shortfall(lines: pd.DataFrame, target: float | None) -> float | None:
    """Purchases by which due lines fall short of `target` (share on time in full, by value); None where they do not."""
    due = lines[lines["on_time_in_full"].notna()]
    if target is None or due.empty:
        return None
    return max(float((target - due["on_time_in_full"]) @ due["value"]), 0.0) or None


def supplier_table(lines: pd.DataFrame) -> pd.DataFrame:
    """Suppliers by what they delivered.

    Returns
    -------
    pandas.DataFrame
        supplier_id, lines (due), value (ordered), on_time_in_full, low, high, on_time, in_full, days_late (mean of late lines),
        lead_median, lead_long (days nine in ten lines stay below), out (value overdue now); the greatest value first.
    """
    rows = []
    for who, part in lines.groupby("supplier_id"):
        kept, quantiles = kept_share(part), lead_quantiles(part)
        late = part.loc[part["due"] & (part["days_late"] > 0), "days_late"]
        rows.append({
            "supplier_id": who, "lines": kept.n, "value": part["value"].sum(), "on_time_in_full": kept.value, "low": kept.low,
            "high": kept.high, "on_time": part["on_time"].mean(), "in_full": part["in_full"].mean(), "days_late": late.mean(),
            "lead_median": quantiles[0], "lead_long": quantiles[1],
            "out": part.loc[~part["received"] & part["due"], "value"].sum(),
        })  # fmt: skip
    columns = ["supplier_id", "lines", "value", "on_time_in_full", "low", "high", "on_time", "in_full", "days_late",
               "lead_median", "lead_long", "out"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["value", "supplier_id"], ascending=[False, True], ignore_index=True)


def lead_quantiles(lines: pd.DataFrame, quantiles: tuple[float, ...] = QUANTILES) -> list[float]:
    """Days within which these shares of lines arrive; NaN where fewer have."""
    usable = lines[lines["lead_days"] >= 0]
    if usable.empty:
        return [np.nan] * len(quantiles)
    fitted = KaplanMeierFitter().fit(usable["lead_days"], usable["received"])
    found = [float(qth_survival_time(1 - share, fitted.survival_function_)) for share in quantiles]
    return [value if np.isfinite(value) else np.nan for value in found]


def history(lines: pd.DataFrame, as_of: object, months: int = 24) -> pd.DataFrame:
    """On time in full by month of the promise: month, lines, on_time_in_full, low, high; months with due lines only."""
    first = pd.Timestamp(as_of).to_period("M").to_timestamp() - pd.DateOffset(months=months - 1)
    due = lines[(lines["promised_on"] >= first) & lines["on_time_in_full"].notna() & (lines["promised_on"] <= pd.Timestamp(as_of))]
    rows = []
    for month, part in due.groupby(due["promised_on"].dt.to_period("M").dt.to_timestamp()):
        kept = kept_share(part)
        rows.append((month, kept.n, kept.value, kept.low, kept.high))
    return pd.DataFrame(rows, columns=["month", "lines", "on_time_in_full", "low", "high"])
