"""Can the purchase model be trusted with these customers (item 4.1.2)?

The model takes it that each customer keeps buying at their own rate until they leave. Where a company's range, prices or
reach grow, customers come to buy more often than before, and its expectation is too low however well it fits the past. So it
is fitted on what was known some months ago and held against what those customers bought since (Fader, Hardie and Lee 2005
check theirs so). Where it misses by more than `TOLERANCE`, or cannot be checked, its expectations are not to be quoted.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.analysis.purchase_process import fit_purchase_process
from brandops.analysis.rfm import histories

TOLERANCE = 0.2  # of the purchases made: a budget built on the value still holds; published fits miss by less than a tenth
MONTHS = 12  # held out, for a year of seasons; of a history shorter than twice that, its later half
FEWEST_MONTHS = 3  # held out: fewer say more about the season than about the customers
_SO_FAR = [0, 1, 2, 3, 4, 9, np.inf]


@dataclass(frozen=True)
class HoldOut:
    """Purchases `foreseen` and `made` from `since` (the first day held out) in `months` months by the customers known before.

    `table`: so_far (purchases before, such as "5–9"), customers, foreseen, made (per customer).
    """

    since: pd.Timestamp
    months: int
    foreseen: float
    made: float
    table: pd.DataFrame

    @property
    def ratio(self) -> float | None:
        """Purchases foreseen to made; None where nobody bought."""
        return self.foreseen / self.made if self.made else None

    @property
    def miss(self) -> float:
        """By which part of the purchases made the model missed; 1 where nobody bought."""
        return abs(self.ratio - 1) if self.ratio is not None else 1.0

    @property
    def holds(self) -> bool:
        """The model missed by no more than `TOLERANCE`."""
        return self.miss <= TOLERANCE


def hold_out(customers_monthly: pd.DataFrame, as_of: pd.Timestamp, without: list[str] | None = None) -> HoldOut | None:
    """Fit the purchase model on the earlier months and hold it against the later ones.

    Parameters
    ----------
    customers_monthly
        The mart of that name.
    as_of
        A month's end.
    without
        Channels left out, as in `rfm.histories`.

    Returns
    -------
    HoldOut
        None where fewer than `FEWEST_MONTHS` could be held out, or nobody had come back before.
    """
    month = as_of.to_period("M")
    known = month.ordinal - customers_monthly["month"].min().to_period("M").ordinal + 1
    months = min(MONTHS, known // 2)
    if months < FEWEST_MONTHS:
        return None
    cut = (month - months).to_timestamp("M").normalize()
    earlier, later = histories(customers_monthly, cut, without), histories(customers_monthly, as_of, without)
    repeats = earlier["purchase_days"].to_numpy(float) - 1
    if not (repeats > 0).any():
        return None
    recency, age = (earlier["last_on"] - earlier["first_on"]).dt.days / 7, earlier["tenure"] / 7
    process = fit_purchase_process(repeats, recency.to_numpy(), age.to_numpy())
    foreseen = process.expected(repeats, recency.to_numpy(), age.to_numpy(), (as_of - cut).days / 7)
    made = later["purchase_days"].reindex(earlier.index).fillna(0) - earlier["purchase_days"]
    frame = pd.DataFrame({"foreseen": foreseen, "made": made.to_numpy(float), "so_far": _so_far(repeats + 1)})
    table = frame.groupby("so_far", observed=True).agg(
        customers=("made", "size"), foreseen=("foreseen", "mean"), made=("made", "mean")
    )
    table = table.reset_index().astype({"so_far": str})
    return HoldOut(cut + pd.Timedelta(days=1), months, float(frame["foreseen"].sum()), float(frame["made"].sum()), table)


def _so_far(purchases: np.ndarray) -> pd.Categorical:
    return pd.cut(purchases, _SO_FAR, labels=["1", "2", "3", "4", "5–9", "10+"])
