"""The one rule that turns a figure into a status, and figures into the status of an item.

A figure meets its target when its value lies on the better side of it, or on it. Where the figure is an
estimate with an interval [low, high], it is *met* when the whole interval meets the target, *missed* when the
whole interval fails it, and *at risk* in between: the data cannot tell yet.

An item is as good as the worst of its headline figures: those of the whole period. Its details (a month, a channel) and
figures stated as evidence explain the status and do not change it, unless the item has nothing else that can be judged.
One weak month therefore does not turn a quarter on target into a miss; the page shows it beside the verdict. A verdict
that rests on more than one figure (a stage's gate) is stated as a finding with a status, and its figures as evidence.
"""

from collections.abc import Iterable
from enum import StrEnum
from math import isnan
from typing import Literal

from brandops.i18n import gettext, mark


class Status(StrEnum):
    """What a reader is told about a figure or an item."""

    MET = "met"
    AT_RISK = "at_risk"
    MISSED = "missed"
    NO_TARGET = "no_target"
    NOT_SUPPLIED = "not_supplied"
    NOT_YET = "not_yet"

    @property
    def label(self) -> str:
        """The status in the reader's language."""
        return gettext(_LABELS[self])

    @property
    def symbol(self) -> str:
        """A sign that tells statuses apart without colour."""
        return _SYMBOLS[self]


_LABELS = {
    Status.MET: mark("Met"),
    Status.AT_RISK: mark("At risk"),
    Status.MISSED: mark("Missed"),
    Status.NO_TARGET: mark("No target"),
    Status.NOT_SUPPLIED: mark("Not supplied"),
    Status.NOT_YET: mark("Not yet"),
}
_SYMBOLS = {
    Status.MET: "✓",
    Status.AT_RISK: "!",
    Status.MISSED: "✕",
    Status.NO_TARGET: "·",
    Status.NOT_SUPPLIED: "–",
    Status.NOT_YET: "…",
}

# Worst first. A judged figure outranks one without a target, and any figure outranks a table that was not
# supplied: one missing table does not hide what the others show.
WORST_FIRST = (
    Status.MISSED, Status.AT_RISK, Status.MET, Status.NO_TARGET, Status.NOT_SUPPLIED, Status.NOT_YET,
)  # fmt: skip


JUDGED = (Status.MET, Status.AT_RISK, Status.MISSED)


def status_of(
    value: float | None,
    target: float | None,
    better: Literal["higher", "lower"] = "higher",
    low: float | None = None,
    high: float | None = None,
) -> Status:
    """Return the status of a figure.

    Parameters
    ----------
    value, target
        In the same unit; a missing value (None, NaN) is not supplied, a missing target leaves nothing to
        judge.
    better
        Which side of the target is the good one.
    low, high
        Interval of the estimate; a side that is missing is open: it extends without limit.
    """
    if _missing(value):
        return Status.NOT_SUPPLIED
    if _missing(target):
        return Status.NO_TARGET
    sign = 1 if better == "higher" else -1
    if _missing(low) and _missing(high):
        return Status.MET if sign * (value - target) >= 0 else Status.MISSED
    worst, best = (low, high) if better == "higher" else (high, low)
    if not _missing(worst) and sign * (worst - target) >= 0:
        return Status.MET
    if not _missing(best) and sign * (best - target) < 0:
        return Status.MISSED
    return Status.AT_RISK


def worst(statuses: Iterable[Status]) -> Status:
    """Return the status of an item from those of its figures and findings; *not yet* where there are none."""
    found = set(statuses)
    return next((status for status in WORST_FIRST if status in found), Status.NOT_YET)


def _missing(number: float | None) -> bool:
    return number is None or isnan(number)
