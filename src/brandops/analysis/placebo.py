"""How wrong would the counterfactual have been where nothing happened? Placebos in time and in space.

In time: stretches before the start are left out one after the other, the counterfactual is learnt from the rest, and its
error on the stretch is what "no effect" looks like (the cross-fitting of Chernozhukov, Wüthrich and Zhu 2025, "A t-test for
synthetic controls"). The effect is the log ratio of observed to counterfactual in the window less the mean of that ratio over
the stretches; its variance follows from theirs, with t quantiles at stretches - 1 degrees of freedom. Where the gap drifts,
errors against earlier stretches alone are larger, and count instead.

In space: controls are treated as if they had had the campaign in the window itself (Abadie et al. 2010), like with like: in
groups of as many as were treated, where there are enough controls for that (Cavallo et al. 2013). If the placebos'
studentised effects are larger than their stretches promised, because something came over units in the window
that never came before it, the error is enlarged by their median's excess (as Hahn and Shi 2017 show, ranks among the
controls alone cannot tell when the treated unit differs; studentising makes units of different noise comparable).
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from brandops.analysis.lift_panel import Window
from brandops.analysis.seeds import seed_of
from brandops.analysis.synthetic_control import counterfactual

STRETCHES = 8  # aimed at: with fewer, the t quantile grows fast; stretches are as long as the window where that leaves enough
FEWEST_STRETCHES = 4
FEWEST_PLACEBOS = 8  # controls below which their placebos say too little about the spread


@dataclass(frozen=True)
class Placebos:
    """Log ratios of observed to counterfactual, cross-fitted.

    Attributes
    ----------
    window
        Ratio in the window, once for each stretch left out of the learning.
    stretches
        Ratio on the stretch itself, earliest first; `starts` has their first periods.
    length, span
        Periods in a stretch and in the window.
    drifting
        Whether the gap may drift; between groups made alike by chance it has no reason to.
    """

    window: np.ndarray
    stretches: np.ndarray
    starts: np.ndarray
    length: int
    span: int
    drifting: bool = True

    @property
    def effect(self) -> float:
        """Log effect."""
        return float(self.window.mean() - self.stretches.mean())

    @property
    def degrees(self) -> int:
        """Degrees of freedom of the error."""
        return len(self.stretches) - 1

    @property
    def spread(self) -> float:
        """Standard deviation of the ratio over the stretches: how well the control fits, out of sample."""
        return float(self.stretches.std(ddof=1))

    @property
    def error(self) -> float:
        """Standard error of the effect: from the spread, or from errors against earlier stretches where these are larger."""
        count = len(self.stretches)
        scale = self.length / self.span + 1 / count
        rolled = [(self.stretches[at] - self.stretches[:at].mean()) ** 2 * at / (at + 1) for at in range(max(2, count // 3), count)]
        return float(np.sqrt(scale * max(self.spread**2, np.mean(rolled) if self.drifting else 0.0)))

    @property
    def trend(self) -> float:
        """Share of the stretches' variance that is a straight line in time."""
        if self.spread == 0:
            return 0.0
        return float(np.corrcoef(self.starts, self.stretches)[0, 1] ** 2)


def stretch_length(before: int, span: int, week: int) -> int:
    """Periods in a stretch: as many as the window has if that leaves enough stretches, else fewer, in whole weeks."""
    return max(week, min(span, before // STRETCHES // week * week))


def in_time(window: Window, pooled: bool = False) -> Placebos | None:
    """Cross-fitted ratios of the treated units; None where the time before is too short or a ratio is of nothing."""
    length = stretch_length(window.before, window.length, window.week)
    count = window.before // length
    if count < FEWEST_STRETCHES:
        return None
    starts = window.before - length * np.arange(count, 0, -1)
    inside, outside = np.empty(count), np.empty(count)
    for at, first in enumerate(starts):
        known = np.arange(len(window.ds)) < window.before
        known[first : first + length] = False
        expected, _shares = counterfactual(window, known, pooled)
        outside[at] = _log_ratio(window.treated[window.before :], expected[window.before :])
        inside[at] = _log_ratio(window.treated[first : first + length], expected[first : first + length])
    if not np.isfinite([inside, outside]).all():
        return None
    return Placebos(outside, inside, starts, length, window.length, drifting=not pooled)


def group_size(window: Window) -> int:
    """Controls in a placebo: as many as were treated if `FEWEST_PLACEBOS` such groups can be made that share none, else one."""
    return window.units if len(window.names) >= FEWEST_PLACEBOS * window.units else 1


def groups(window: Window) -> list[tuple[int, ...]]:
    """Groups of controls by their places: they are dealt out as often as a group has members, so each is in about so many."""
    size, count = group_size(window), len(window.names)
    if size == 1:
        return [(at,) for at in range(count)]
    random, found = np.random.default_rng(seed_of("placebo groups", size, *window.names)), set()
    for _deal in range(size):
        dealt = random.permutation(count)[: count // size * size].reshape(-1, size)
        found |= {tuple(sorted(group.tolist())) for group in dealt}
    return sorted(found)


def in_space(window: Window) -> dict[str, Placebos]:
    """Placebos of controls treated in turn, the truly treated left out; those with too little to tell are left out."""
    if len(window.names) < 2:
        return {}
    found = {" + ".join(window.names[at] for at in group): in_time(window.pretended(group)) for group in groups(window)}
    return {name: made for name, made in found.items() if made is not None and made.error > 0}


def enlargement(space: dict[str, Placebos]) -> float:
    """Factor on the error by which the placebos' studentised effects exceed their promise; 1 where they do not."""
    if len(space) < FEWEST_PLACEBOS:
        return 1.0
    sizes = [abs(made.effect) / made.error for made in space.values()]
    promised = np.median([stats.t.ppf(0.75, made.degrees) for made in space.values()])
    return float(max(1.0, np.median(sizes) / promised))


def _log_ratio(observed: np.ndarray, expected: np.ndarray) -> float:
    above, below = observed.sum(), expected.sum()
    return float(np.log(above / below)) if above > 0 and below > 0 else float("nan")
