"""The treated series alone: what would have followed from its own past? For want of any control.

A structural time series (Harvey 1989): a level that wanders, the weekly season of daily data, and noise. Its forecast over
the window is the counterfactual. Nothing tells a campaign from a festival, a shortage or a competitor here: the result
carries the warning `no_control`. The interval is the model's own, enlarged by how far its forecasts over stretches before the
start missed by more than the model promised.
"""

import warnings

import numpy as np
from scipy import stats
from statsmodels.tsa.statespace.structural import UnobservedComponents

from brandops.analysis.intervals import LEVEL
from brandops.analysis.lift_panel import WEEK, Lift, Window, from_log, refused
from brandops.analysis.placebo import FEWEST_STRETCHES

MAX_ERROR = 0.25  # of the forecast's log error: above, the past does not tell the window's level
ORIGINS = 8  # forecasts made before the start


def structural_lift(window: Window, level: float = LEVEL) -> Lift:
    """Lift of a series against the forecast of a structural time series; `window.controls` is not looked at.

    Diagnostics: pre_error (standard error of the log forecast), stretches (forecasts tried before the start), placebo_time
    (their log errors), counterfactual (by period).
    """
    span, before = window.length, window.before
    origins = [before - span * back for back in range(1, ORIGINS + 1) if before - span * back >= max(2 * span, 4 * WEEK)]
    if len(origins) < FEWEST_STRETCHES:
        return refused("pre-period too short", "structural", window.observed, level, stretches=len(origins))
    if window.observed <= 0 or window.treated[:before].mean() <= 0:
        return refused("too few sales", "structural", window.observed, level)
    tried = [_forecast(window, origin) for origin in origins]
    observed = [window.treated[at : at + span].sum() for at in origins]
    if min([total for _path, total, _error in tried] + observed) <= 0:
        return refused("too few sales", "structural", window.observed, level)
    misses = np.array([np.log(true / total) for true, (_path, total, _error) in zip(observed, tried, strict=True)])
    promised = np.array([error for _path, _total, error in tried])
    excess = max(1.0, float(np.sqrt(np.mean((misses / promised) ** 2))))
    path, total, error = _forecast(window, before)
    error *= excess
    facts = {"pre_error": error, "stretches": len(origins), "placebo_time": misses[::-1], "counterfactual": path,
             "enlargement": excess}  # fmt: skip
    if total <= 0 or error > MAX_ERROR:
        return refused("pre-fit poor", "structural", window.observed, level, **facts)
    effect = float(np.log(window.observed / total))
    half = stats.t.ppf(0.5 + level / 2, len(origins)) * error
    p_value = 2 * stats.t.sf(abs(effect) / error, len(origins))
    return from_log(effect, half, p_value, window.observed, level=level, method="structural", warnings=("no_control",),
                    diagnostics=facts)  # fmt: skip


def _forecast(window: Window, origin: int) -> tuple[np.ndarray, float, float]:
    """Counterfactual by period from `origin` on over the window's length, its sum, and the log error of the sum."""
    span, scale = window.length, window.treated[:origin].mean()
    y = window.treated[:origin] / scale
    season = np.ones(len(window.treated))
    if window.season is not None:
        means = np.array([y[window.season[:origin] == day].mean() if (window.season[:origin] == day).any() else 1.0
                          for day in range(WEEK)])  # fmt: skip
        season = means[window.season]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a level that does not wander lies on the edge of what the search allows
        fit = UnobservedComponents(y - season[:origin], "local level").fit(disp=False)
    noise, drift = (float(value) for value in fit.params)
    start = float(fit.filter_results.predicted_state[0, -1])
    unsure = float(fit.filter_results.predicted_state_cov[0, 0, -1])
    path = scale * (season[origin : origin + span] + start)
    # The level's steps add up: a step at the window's start moves every period in it.
    steps = drift * (span - 1) * span * (2 * span - 1) / 6
    variance = span**2 * unsure + steps + span * noise
    total = float(path.sum())
    return path, total, float(np.sqrt(variance) * scale / total) if total > 0 else float("inf")
