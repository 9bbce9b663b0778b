"""What did a campaign add? One question, one signature, the method by what there is to compare with.

`lift(panel, treated, start, end)` compares the treated units with a counterfactual, never before with after:

- *randomised hold-outs*: many units by analysis of covariance (`experiments`); a few regions by their sums over time, the
  held-out ones simply added up (`synthetic_control.counterfactual`, pooled);
- *control units nobody chose at random*: a synthetic control;
- *no control*: a structural time series of the treated units alone, with a warning.

Intervals of the second and third come from placebos in time, checked in space (`placebo`). Where the control did not go with
the treated units before the start, or its errors were so large that no effect could be told, there is no number but the
reason. `tests/analysis/test_lift_coverage.py` holds the intervals to their nominal rate on the demo world, and on real
sales with nothing done to them.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from brandops.analysis.experiments import FEWEST_UNITS, _randomised
from brandops.analysis.intervals import LEVEL
from brandops.analysis.lift_panel import Lift, Window, from_log, refused, window_of
from brandops.analysis.placebo import FEWEST_PLACEBOS, enlargement, group_size, in_space, in_time
from brandops.analysis.structural import structural_lift
from brandops.analysis.synthetic_control import counterfactual

MAX_ERROR = 0.25  # standard error of the log lift: above, not even a gain by two thirds could be told from none
MAX_TREND = 0.85  # share of the pre-period errors that is a straight line: above, the units were parting before the start
UNSETTLED = 1.5  # enlargement by placebos in space from which the reader is told
MAX_AGAINST_PAST = 2.0  # pre-period errors of the control against those of the units' own mean: above, it leads astray


def lift(
    panel: pd.DataFrame,
    treated: list[str],
    start: object,
    end: object,
    *,
    randomised: bool = False,
    pre_periods: int | None = None,
    level: float = LEVEL,
) -> Lift:
    """What the treated units sold more in the window than they would have without the campaign.

    Parameters
    ----------
    panel
        Long: unique_id, ds, y; daily, weekly or monthly. Units may differ in scale. A unit without a row in a period that
        others have sold nothing in it. Leave out, for all units, periods that tell nothing of ordinary times.
    treated
        Units with the campaign; the others are the controls. None left: the treated series must do alone.
    start, end
        First and last day of the window, both included. What comes after `end` is not looked at.
    randomised
        Whether the controls were held out at random.
    pre_periods
        Periods before the start to learn from; None: all there are.
    level
        Coverage of the interval.

    Returns
    -------
    Lift
        Total and relative effect with intervals, p-value, method and diagnostics, or the reason why there is no number.
        Diagnostics of the comparison over time: pre_error (standard error of the log effect), pre_spread (out-of-sample
        error on a stretch), stretches, stretch_length, trend, fit_r2 (share of the variance before the start the control
        explains), against_past, weights (by control), enlargement (factor on the error from placebos in space), p_time
        (p-value by placebos in time alone, before it), placebo_time (log errors on the stretches), placebo_space (log effect and
        standardised effect by placebo: a control, or a group of as many as were treated), placebo_units (controls in each), p_space
        (rank of the effect among the placebos), series (ds, observed, counterfactual).

    Raises
    ------
    UserError
        See `lift_panel.window_of`.
    """
    window = window_of(panel, treated, start, end)
    chosen = [treated] if isinstance(treated, str) else list(treated)
    if randomised and min(len(set(chosen)), len(window.names)) >= FEWEST_UNITS:
        return _randomised(panel, chosen, window, level)
    if pre_periods is not None and window.before > pre_periods:
        window = _shortened(window, window.before - pre_periods)
    if not window.names:
        return structural_lift(window, level)
    return _over_time(window, randomised, level)


def _over_time(window: Window, randomised: bool, level: float) -> Lift:
    method = "holdout" if randomised else "synthetic_control"
    known = np.arange(len(window.ds)) < window.before
    if window.observed <= 0 or not known.any() or window.treated[known].mean() <= 0:
        return refused("too few sales" if known.any() else "pre-period too short", method, window.observed, level)
    if not (window.controls[known].mean(axis=0) > 0).any():
        return refused("no controls", method, window.observed, level)
    time = in_time(window, pooled=randomised)
    if time is None:
        short = window.before < 4 * window.length
        return refused("pre-period too short" if short else "too few sales", method, window.observed, level)
    space = {} if randomised else in_space(window)
    factor = enlargement(space)
    error = time.error * factor
    expected, shares = counterfactual(window, known, pooled=randomised)
    facts = {
        "pre_error": error, "pre_spread": time.spread, "stretches": len(time.stretches), "stretch_length": time.length,
        "trend": time.trend, "fit_r2": _explained(window, expected, known), "against_past": _against_past(window, time),
        "enlargement": factor, "weights": dict(zip(window.names, shares.round(6).tolist(), strict=True)),
        "placebo_time": time.stretches - time.stretches.mean(), "placebo_space": _spatial(space),
        "placebo_units": group_size(window),
        "series": pd.DataFrame({"ds": window.ds, "observed": window.treated,
                                "counterfactual": expected * np.exp(time.stretches.mean())}),
    }  # fmt: skip
    poor = error > MAX_ERROR or time.trend > MAX_TREND or facts["against_past"] > MAX_AGAINST_PAST
    # Chance made the groups alike: their noise makes the interval wide, not the comparison wrong.
    if (poor and not randomised) or error == 0:
        return refused("pre-fit poor", method, window.observed, level, **facts)
    ratio = abs(time.effect) / error
    facts["p_time"] = float(2 * stats.t.sf(ratio * factor, time.degrees))
    facts["p_space"] = _rank(ratio * factor, space)
    half = stats.t.ppf(0.5 + level / 2, time.degrees) * error
    warned = () if randomised else ("not_randomised",)
    warned += ("few_placebos",) if not randomised and len(space) < FEWEST_PLACEBOS else ()
    warned += ("unsettled",) if factor > UNSETTLED else ()
    return from_log(time.effect, half, 2 * stats.t.sf(ratio, time.degrees), window.observed, level=level, method=method,
                    warnings=warned, diagnostics=facts)  # fmt: skip


def _explained(window: Window, expected: np.ndarray, known: np.ndarray) -> float:
    """R2 of the counterfactual before the start; NaN where the treated units did not vary."""
    varied = ((window.treated[known] - window.treated[known].mean()) ** 2).sum()
    return float(1 - ((window.treated - expected)[known] ** 2).sum() / varied) if varied > 0 else float("nan")


def _against_past(window: Window, time) -> float:
    """Out-of-sample error on stretches against that of the units' own mean of the other stretches; infinite beside none."""
    sums = np.array([window.treated[at : at + time.length].sum() for at in time.starts])
    logs = np.log(sums)
    own = logs.std(ddof=1)
    return float(time.spread / own) if own > 0 else (0.0 if time.spread == 0 else float("inf"))


def _spatial(space: dict) -> pd.DataFrame:
    rows = [(name, made.effect, made.effect / made.error) for name, made in space.items()]
    return pd.DataFrame(rows, columns=["unique_id", "log_effect", "standardised"])


def _rank(ratio: float, space: dict) -> float:
    """Share of the units, the treated included, whose standardised effect is at least as large; NaN without placebos."""
    if not space:
        return float("nan")
    sizes = [abs(made.effect) / made.error for made in space.values()]
    return float((1 + sum(size >= ratio for size in sizes)) / (1 + len(sizes)))


def _shortened(window: Window, drop: int) -> Window:
    season = None if window.season is None else window.season[drop:]
    return replace(window, ds=window.ds[drop:], treated=window.treated[drop:], controls=window.controls[drop:],
                   before=window.before - drop, season=season)  # fmt: skip
