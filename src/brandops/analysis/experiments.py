"""What did a campaign do to those randomly chosen for it, against those randomly held out?

Random choice alone makes the groups comparable, so the difference of means is the effect; its standard error is Neyman's
(1923; unequal variances), its interval the t interval of Welch. Where the same units were observed before the start, the
analysis of covariance with the group's own slope (Lin 2013, Annals of Applied Statistics) takes what their past explains
out of the noise, with heteroscedasticity-robust errors (HC2); without a past it is the difference of means.

For a few dozen regions that differ in size by an order of magnitude means of units say little: `brandops.analysis.lift` then
compares sums over time.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from brandops.analysis.intervals import LEVEL
from brandops.analysis.lift_panel import Lift, Window, refused, window_of
from brandops.errors import UserError

FEWEST_UNITS = 10  # per group: below, no standard error of unit means deserves the name


@dataclass(frozen=True)
class Difference:
    """Mean of a treated group against a control group.

    Attributes
    ----------
    effect, low, high
        Difference of the means with its interval, in the outcome's unit (a share's in fractions: 0.0766 is 7.66 pp).
    relative, relative_low, relative_high
        Against the control's mean, with Fieller's interval (blank where the control's mean may be zero).
    treated, control
        The means; `treated_n`, `control_n` the numbers of units.
    p_value
        Two-sided, of no difference.
    """

    outcome: str
    group: str
    effect: float
    low: float
    high: float
    relative: float
    relative_low: float
    relative_high: float
    treated: float
    control: float
    treated_n: int
    control_n: int
    standard_error: float
    p_value: float
    level: float


def differences(units: pd.DataFrame, group: str, control: str, outcomes: list[str], level: float = LEVEL) -> list[Difference]:
    """Effect of every treated group on every outcome, one row of `units` per unit.

    Parameters
    ----------
    units
        Column `group` says which group a unit was randomly put into; `outcomes` are numbers (0/1 for a share).
    control
        Value of `group` of those held out.

    Raises
    ------
    UserError
        A column is missing, nobody was held out, or a group has fewer than `FEWEST_UNITS` units.
    """
    absent = [name for name in (group, *outcomes) if name not in units]
    if absent:
        raise UserError(f"units: no column {', '.join(absent)}; columns: {', '.join(map(str, units.columns))}")
    sizes = units[group].value_counts()
    if control not in sizes:
        raise UserError(f"units: {group}: nobody is {control!r}; groups: {', '.join(map(str, sorted(sizes.index)))}")
    if sizes.min() < FEWEST_UNITS:
        raise UserError(f"units: {group} {sizes.idxmin()!r} has {sizes.min()} units; at least {FEWEST_UNITS} are needed")
    parts = {name: part for name, part in units.groupby(group)}
    return [
        difference(parts[name][outcome], parts[control][outcome], outcome, str(name), level)
        for name in sorted(parts) if name != control for outcome in outcomes
    ]  # fmt: skip


def difference(treated: pd.Series, control: pd.Series, outcome: str = "y", group: str = "treated",
               level: float = LEVEL) -> Difference:  # fmt: skip
    """Difference of two groups' means with Welch's interval."""
    a, b = treated.to_numpy(float), control.to_numpy(float)
    va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    error, effect = float(np.sqrt(va + vb)), float(a.mean() - b.mean())
    if error == 0:
        return Difference(outcome, group, effect, effect, effect, np.nan, np.nan, np.nan, a.mean(), b.mean(), len(a), len(b), 0.0,
                          np.nan, level)  # fmt: skip
    degrees = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    quantile = stats.t.ppf(0.5 + level / 2, degrees)
    low, high = _fieller(a.mean(), va, b.mean(), vb, quantile)
    return Difference(outcome, group, effect, effect - quantile * error, effect + quantile * error,
                      effect / b.mean() if b.mean() else np.nan, low, high, float(a.mean()), float(b.mean()), len(a), len(b), error,
                      float(2 * stats.t.sf(abs(effect) / error, degrees)), level)  # fmt: skip


def _fieller(top: float, top_variance: float, bottom: float, bottom_variance: float, quantile: float) -> tuple[float, float]:
    """Fieller's (1954) interval of a ratio of independent means, less one; NaN where the denominator may be zero."""
    g = quantile**2 * bottom_variance
    if bottom <= 0 or bottom**2 <= g:
        return float("nan"), float("nan")
    root = np.sqrt((top * bottom) ** 2 - (top**2 - quantile**2 * top_variance) * (bottom**2 - g))
    return float((top * bottom - root) / (bottom**2 - g) - 1), float((top * bottom + root) / (bottom**2 - g) - 1)


def randomised_lift(panel: pd.DataFrame, treated: list[str], start: object, end: object, level: float = LEVEL) -> Lift:
    """Lift of many randomly chosen units (customers, shops) by analysis of covariance on their own past.

    Signature and errors as `brandops.analysis.lift.lift`. The effect is the sum over the treated units. Refuses with fewer
    than `FEWEST_UNITS` units in a group. Diagnostics: treated_units, control_units, slope (of the past; NaN without one),
    pre_difference_p (p-value of a difference before the start, which chance alone should make).
    """
    return _randomised(panel, treated, window_of(panel, treated, start, end), level)


def _randomised(panel: pd.DataFrame, treated: list[str], window: Window, level: float) -> Lift:
    chosen = {str(name) for name in treated}
    wide = panel.assign(unique_id=panel["unique_id"].astype(str), ds=pd.to_datetime(panel["ds"])).pivot(
        index="unique_id", columns="ds", values="y").reindex(columns=window.ds).fillna(0.0)  # fmt: skip
    mine = wide.index.isin(chosen)
    facts = {"treated_units": int(mine.sum()), "control_units": int((~mine).sum())}
    if min(facts["treated_units"], facts["control_units"]) < FEWEST_UNITS:
        return refused("no controls", "holdout", window.observed, level, **facts)
    after = wide.iloc[:, window.before :].sum(axis=1).to_numpy(float)
    before = wide.iloc[:, : window.before].sum(axis=1).to_numpy(float) if window.before else np.zeros(len(wide))
    centred = before - before[mine].mean()  # at the treated units' past: their mean effect, which adds up to their total
    columns = [np.ones(len(wide)), mine.astype(float)]
    if before.std() > 0:
        columns += [centred, centred * mine]
    fit = sm.OLS(after, np.column_stack(columns)).fit(cov_type="HC2", use_t=True)
    effect, error, count = float(fit.params[1]), float(fit.bse[1]), facts["treated_units"]
    half = stats.t.ppf(0.5 + level / 2, fit.df_resid) * error
    base = window.observed / count - effect
    facts["slope"] = float(fit.params[2]) if len(columns) > 2 else float("nan")
    facts["pre_difference_p"] = (difference(pd.Series(before[mine]), pd.Series(before[~mine])).p_value
                                 if before.std() > 0 else float("nan"))  # fmt: skip

    def relative(value: float) -> float:
        rest = window.observed / count - value
        return value / rest if rest > 0 else float("nan")

    return Lift(effect * count, (effect - half) * count, (effect + half) * count, relative(effect), float(fit.pvalues[1]),
                relative(effect - half), relative(effect + half), window.observed, base * count, level, "holdout", None, (),
                facts)  # fmt: skip
