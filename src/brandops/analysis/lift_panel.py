"""A panel of units over time with some of them treated, and what is said about the lift: shared by all methods of lift.

A panel is long: `unique_id`, `ds` (day, week, month ...) and `y` (sales, orders ...). The treated units' sum is what is
asked about; the others may serve as controls.
"""

from dataclasses import dataclass, field
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from brandops.errors import UserError

WEEK = 7  # days


@dataclass(frozen=True)
class Lift:
    """What a campaign added to the sum of the treated units over the window, or why that is not told.

    Attributes
    ----------
    effect, low, high
        Added in total, in the unit of y, with its interval of coverage `level`; NaN where not estimated.
    relative, relative_low, relative_high
        The same against the counterfactual (0.05: 5 % more than without the campaign).
    p_value
        Two-sided, of no effect.
    observed, counterfactual
        Sum of y over treated units and window, and what it would have been without the campaign.
    method
        `holdout` (randomised units or regions), `synthetic_control`, `structural` (the treated series alone).
    reason
        None where estimated; else `pre-fit poor`, `pre-period too short`, `too few sales`, `no controls`.
    warnings
        Codes of what a reader must know: `no_control`, `not_randomised`, `few_placebos`, `unsettled` (units nothing was done to
        moved more in the window than ever before, so the interval is wider than the past promised).
    diagnostics
        Numbers and frames on the fit before the start and on placebos; see each method.
    """

    effect: float
    low: float
    high: float
    relative: float
    p_value: float
    relative_low: float = nan
    relative_high: float = nan
    observed: float = nan
    counterfactual: float = nan
    level: float = 0.95
    method: str = ""
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    diagnostics: dict[str, Any] = field(default_factory=dict)

    @property
    def estimated(self) -> bool:
        """Whether there is a number."""
        return self.reason is None

    @property
    def status(self) -> str:
        """`estimated`, or `not estimated: ` and the reason."""
        return "estimated" if self.estimated else f"not estimated: {self.reason}"


def refused(reason: str, method: str, observed: float = nan, level: float = 0.95, **diagnostics: Any) -> Lift:
    """A lift that is not told, with the reason."""
    return Lift(nan, nan, nan, nan, nan, observed=observed, level=level, method=method, reason=reason,
                diagnostics=diagnostics)  # fmt: skip


def from_log(log_effect: float, half: float, p_value: float, observed: float, **more: Any) -> Lift:
    """The lift of a log ratio of observed to counterfactual with the half-width of its interval."""

    def total(logs: float) -> float:
        return float(observed * -np.expm1(-logs))

    return Lift(total(log_effect), total(log_effect - half), total(log_effect + half), float(np.expm1(log_effect)), float(p_value),
                float(np.expm1(log_effect - half)), float(np.expm1(log_effect + half)), float(observed),
                float(observed * np.exp(-log_effect)), **more)  # fmt: skip


@dataclass(frozen=True)
class Window:
    """A panel as arrays: the treated units' sum and the controls, before and in the window.

    Attributes
    ----------
    ds
        Periods up to the window's end, in order.
    treated
        Sum of the treated units by period.
    controls
        Period x control unit; `names` has the units.
    before
        Number of periods before the start.
    season
        Day of the week of each period of a daily panel; None where the panel is not daily.
    units
        Number of units in `treated`.
    """

    ds: pd.DatetimeIndex
    treated: np.ndarray
    controls: np.ndarray
    names: tuple[str, ...]
    before: int
    season: np.ndarray | None
    units: int = 1

    @property
    def week(self) -> int:
        """Periods in a week of a daily panel (five where nobody trades at weekends); 1 where the panel is not daily."""
        return 1 if self.season is None else max(1, len(np.unique(self.season)))

    @property
    def length(self) -> int:
        """Periods in the window."""
        return len(self.ds) - self.before

    @property
    def observed(self) -> float:
        """Sum of the treated units over the window."""
        return float(self.treated[self.before :].sum())

    def pretended(self, group: tuple[int, ...]) -> "Window":
        """The panel as if the control units of `group` had been treated, and the treated units did not exist."""
        kept = np.delete(self.controls, group, axis=1)
        names = tuple(name for at, name in enumerate(self.names) if at not in group)
        return Window(self.ds, self.controls[:, group].sum(axis=1), kept, names, self.before, self.season, len(group))


def window_of(panel: pd.DataFrame, treated: list[str], start: object, end: object) -> Window:
    """Arrays of a panel around a window.

    Parameters
    ----------
    panel
        unique_id, ds, y. A period counts if any unit has a row in it; units without a row in it have y = 0 then (who sells
        nothing has no row). Leave periods out that are not comparable, such as those of another campaign, for all units.
    treated
        Units with the campaign; all others are controls.
    start, end
        First and last day of the window, both included. Periods after `end` are not looked at.

    Raises
    ------
    UserError
        A missing column, a treated unit the panel does not have, two rows for a unit and period, a y that is no
        number, a window with no period in it.
    """
    absent = [name for name in ("unique_id", "ds", "y") if name not in panel]
    if absent:
        raise UserError(f"panel: no column {', '.join(absent)}; it needs unique_id, ds, y")
    frame = pd.DataFrame({"unique_id": panel["unique_id"].astype(str), "ds": pd.to_datetime(panel["ds"]),
                          "y": pd.to_numeric(panel["y"], errors="coerce").astype(float)})  # fmt: skip
    bad = ~np.isfinite(frame["y"])
    if bad.any():
        row = frame[bad].iloc[0]
        raise UserError(f"panel: unit {row['unique_id']}, {row['ds']:%Y-%m-%d}: y is not a finite number; give one or leave out "
                        "the row")  # fmt: skip
    double = frame.duplicated(["unique_id", "ds"])
    if double.any():
        row = frame[double].iloc[0]
        raise UserError(f"panel: unit {row['unique_id']}, {row['ds']:%Y-%m-%d}: more than one row; sum them up first")
    chosen = {str(name) for name in ([treated] if isinstance(treated, str) else treated)}
    unknown = sorted(chosen - set(frame["unique_id"]))
    if unknown or not chosen:
        units = ", ".join(sorted(frame["unique_id"].unique())[:8])
        raise UserError(f"treated: {', '.join(unknown) or 'none given'}: not a unit of the panel; units: {units}")
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    wide = frame.pivot(index="ds", columns="unique_id", values="y").sort_index().fillna(0.0).loc[:last]
    if first > last or not (wide.index >= first).any():
        raise UserError(f"window {first:%Y-%m-%d} to {last:%Y-%m-%d}: no period of the panel lies in it; the panel covers "
                        f"{frame['ds'].min():%Y-%m-%d} to {frame['ds'].max():%Y-%m-%d}")  # fmt: skip
    mine = wide.columns.isin(chosen)
    days = pd.DatetimeIndex(wide.index)
    return Window(days, wide.loc[:, mine].sum(axis=1).to_numpy(), wide.loc[:, ~mine].to_numpy(), tuple(wide.columns[~mine]),
                  int((days < first).sum()), _season(days), int(mine.sum()))  # fmt: skip


def _season(days: pd.DatetimeIndex) -> np.ndarray | None:
    steps = np.diff(days.to_numpy()).astype("timedelta64[D]").astype(int)
    daily = len(steps) > 0 and np.median(steps) == 1
    return np.asarray(days.dayofweek) if daily else None
