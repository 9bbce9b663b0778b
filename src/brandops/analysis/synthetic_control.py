"""What would the treated units have sold? A weighted mean of controls that moved like them before the start.

Synthetic control (Abadie, Diamond and Hainmueller 2010, JASA): weights are not negative and sum to one. Units differ in
scale by orders of magnitude, so each is divided by its own mean before the start (the multiplicative form of the unit
effects of Doudchenko and Imbens 2016 and Ferman and Pinto 2021), and in daily panels each is freed of its own weekly
season. Because weights sum to one on that scale, whatever multiplies everyone's sales, such as a festival, cancels.

A thousand fits are needed for one interval, each of them a small least-squares problem: Lawson and Hanson's
non-negative least squares solves it in a fraction of a millisecond (a test compares the weights with pysyncon's).
"""

import numpy as np
from scipy.optimize import nnls

from brandops.analysis.lift_panel import WEEK, Window

_SUM_TO_ONE = 1e3  # weight of the equation "weights sum to one" against the data, both scaled to about 1
_RIDGE = 1e-9  # of the mean diagonal: keeps the problem solvable where two controls are alike


def weights(controls: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Non-negative weights summing to one with which the columns of `controls` come closest to `target` (least squares)."""
    count = controls.shape[1]
    if count == 1:
        return np.ones(1)
    apart = target[:, None] - controls  # target - controls w = apart w, as the weights sum to one
    gram = apart.T @ apart
    scale = np.trace(gram) / count
    if scale <= 0:
        return np.full(count, 1 / count)
    root = np.linalg.cholesky(gram / scale + _RIDGE * np.eye(count))
    design = np.vstack([root.T, np.full((1, count), _SUM_TO_ONE)])
    found, _rest = nnls(design, np.append(np.zeros(count), _SUM_TO_ONE), maxiter=100 * count)
    return found / found.sum()


def counterfactual(window: Window, known: np.ndarray, pooled: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """What the treated units would have had by period, learnt from periods `known`, and the controls' weights.

    Parameters
    ----------
    window
        The panel.
    known
        Boolean by period: where to learn from; none of the window.
    pooled
        Whether all controls are simply added up, as randomly chosen ones may be: nothing is fitted then but the scale.
    """
    level = window.treated[known].mean()
    means = window.controls[known].mean(axis=0)
    used = means > 0
    if level <= 0 or not used.any():
        return np.full(len(window.treated), np.nan), np.zeros(len(means))
    share = np.zeros(len(means))
    if pooled:
        share[used] = means[used] / means[used].sum()
        return level * (window.controls[:, used] / means[used]) @ share[used], share
    target, controls = window.treated / level, window.controls[:, used] / means[used]
    target_season, control_season = _seasons(window, target, known), _seasons(window, controls, known)
    share[used] = weights((controls - control_season)[known], (target - target_season)[known])
    return level * (target_season + (controls - control_season) @ share[used]), share


def _seasons(window: Window, values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Mean of each day of the week over the `known` periods, laid out over all periods; 1 where there are too few of them."""
    if window.season is None or np.bincount(window.season[known], minlength=WEEK)[np.unique(window.season)].min() < 3:
        return np.ones_like(values)
    days = np.zeros((len(values), WEEK))
    days[np.arange(len(values)), window.season] = 1
    count = np.maximum(days[known].sum(axis=0), 1)
    means = (days[known].T @ values[known]) / (count[:, None] if values.ndim == 2 else count)
    return days @ means
