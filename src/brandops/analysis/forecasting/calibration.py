"""Prediction intervals from the errors the combination made in the backtest.

Errors of all series are made comparable by the size they were to be expected to have, given what was known when the
forecast was made: the series' one-step noise, how far the models disagree, the step, how much history there was (a series
is forecast better the longer it is known, and now longer than at any origin of the backtest), and how large the series'
errors were at origins that share no month with it. Quantiles of these comparable errors, by step and with the finite-sample
correction of split conformal prediction (Lei et al. 2018, with local weights), then scale each series' expected size.

How errors depend on noise, disagreement and step, and the shape of what is left, hardly differ from one kind of series to
another. So each is drawn from what simulated series taught (`PRIOR`, `SHAPE`) towards what the series at hand show, as far
as their number and the time their origins span are evidence (empirical Bayes; Efron & Morris 1973): origins that overlap
count once. Few series, or one, get intervals as honest as many do.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

FEW = 60  # errors per step below which a t distribution is used
# Logarithm of an error's size by constant, log noise, log disagreement, log step and log length of history: what regressions
# on simulated worlds of ETS and ARIMA series gave (`tests/analysis/forecasting/simulated.py`), quarterly and monthly alike.
PRIOR = np.array([-0.3, 0.65, 0.22, 0.2, 0.0])
LOWEST, HIGHEST = np.array([0.0, 0.0, 0.0, -0.5]), np.array([1.2, 1.2, 1.2, 0.0])  # more noise never means smaller errors
PRIOR_SERIES = 60.0  # the prior's slopes weigh as much as so many series; errors of one series are not independent
KINDS = 0.3  # standard deviation of the constant between kinds of series
ONE_SERIES = 0.5  # variance of the mean logarithm of one series' comparable errors in one span of time
SPANS, SPANS_KNOWN = 0.1, 2.0  # that of one span of time from the next to begin with, and how many spans this weighs as
LEVELS = np.r_[0.02, 0.05:0.951:0.05, 0.96:0.991:0.01, 0.995, 0.999]
SHAPE = stats.t.ppf(0.5 + LEVELS / 2, 5)  # of comparable errors: their sizes are estimates, so their tails are longer than normal
SHAPE_SERIES = 100.0  # it weighs as much as so many series in one span of time
FEWEST_PAIRS = 5  # of a series' spans of time, below which nothing is known of its own effect: `UNTRIED` of the variance is its own
UNTRIED = 0.15
STILL = 1e-6  # noise of a series that has not moved yet, as before its first sale: nothing to compare its errors with
TINY = 1e-9


@dataclass(frozen=True)
class Calibration:
    """Distribution of the errors on the modelling scale.

    Attributes
    ----------
    coefficients
        Of the logarithm of an error's expected size: constant, log noise, log disagreement, log step, log length of history.
    series_effect
        Added to it for each series.
    quantiles
        Of the absolute comparable errors: step × `LEVELS`.
    correlation
        Of the errors of different steps.
    errors
        Comparable errors of the backtest: origin × series × step.
    """

    coefficients: np.ndarray
    series_effect: np.ndarray
    quantiles: np.ndarray
    correlation: np.ndarray = field(repr=False)
    errors: np.ndarray = field(repr=False)

    def size(self, noise: np.ndarray, spread: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Expected size of the errors, series × step; `lengths` counts the steps known of each series."""
        return np.exp(_features(noise, spread, lengths) @ self.coefficients + self.series_effect[:, None])

    def quantile(self, level: float) -> np.ndarray:
        """Half-width of the central interval of `level` in expected sizes, by step."""
        return np.array([np.interp(level, LEVELS, row) for row in self.quantiles])


def calibrate(errors: np.ndarray, noise: np.ndarray, spread: np.ndarray, lengths: np.ndarray, offsets: list[int]) -> Calibration:
    """Learn the errors' distribution.

    Parameters
    ----------
    errors
        Actual minus forecast on the modelling scale: origin × series × step; NaN where unknown.
    noise
        origin × series.
    spread
        Disagreement of the models, origin × series × step.
    lengths
        Steps known of each series at each origin: origin × series.
    offsets
        Steps each origin lies before the end.
    """
    origins, series, horizon = errors.shape
    x = np.array([_features(noise[k], spread[k], lengths[k]) for k in range(origins)])
    known = ~np.isnan(errors) & np.isfinite(x).all(axis=3) & (noise > STILL)[:, :, None]
    if not known.any():
        alone = np.tile(SHAPE / np.exp(np.log(stats.t.ppf(0.5 + np.arange(0.005, 1, 0.01) / 2, 5)).mean()), (horizon, 1))
        return Calibration(PRIOR, np.zeros(series), alone, _memory(0.7, horizon), errors)
    target = np.log(np.abs(np.where(known, errors, 1.0)) + _floor(errors, noise, known))
    coefficients = _regress(x, target, known)
    rest = np.where(known, target - x @ coefficients, np.nan)
    rest = np.clip(rest, np.nanquantile(rest, 0.02), np.nanquantile(rest, 0.98))
    by_origin = np.where(known.any(axis=2), np.nansum(rest, axis=2) / np.maximum(known.sum(axis=2), 1), np.nan)
    offsets = np.array(offsets)
    trust = _trust(by_origin, offsets, horizon)
    comparable = np.full_like(errors, np.nan)
    for k in range(origins):  # compared with what the series' errors in other months said of it
        apart = np.abs(offsets - offsets[k]) >= horizon
        effect = _shrunk(by_origin[apart], trust, offsets[apart], horizon)
        comparable[k] = errors[k] / np.exp(x[k] @ coefficients + effect[:, None])
    comparable[~known] = np.nan
    spans = min((offsets.max() - offsets.min()) / horizon + 1, origins)  # the time the origins cover, in horizons
    quantiles = _quantiles(comparable, spans)
    coefficients = coefficients - np.r_[_surplus(np.where(known, target - x @ PRIOR, np.nan), by_origin, spans), np.zeros(4)]
    effect = _shrunk(by_origin, trust, offsets, horizon)
    return Calibration(coefficients, effect, quantiles, _correlation(comparable), comparable)


def quantile_of_others(sizes: np.ndarray, at: int, share: float) -> np.ndarray:
    """Quantile by step of the absolute errors (origin × series × step) of all origins but `at`; NaN where none has any."""
    others = np.delete(sizes, at, axis=0)
    others = others.reshape(-1, sizes.shape[2])
    known = ~np.isnan(others).all(axis=0)
    found = np.full(sizes.shape[2], np.nan)
    if known.any():
        found[known] = np.nanquantile(others[:, known], share, axis=0)
    return found


def _features(noise: np.ndarray, spread: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    steps = np.broadcast_to(np.log(np.arange(1, spread.shape[1] + 1)), spread.shape)
    known = np.broadcast_to(np.log(np.maximum(lengths, 1))[:, None], spread.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = np.broadcast_to(np.log(np.maximum(noise, TINY))[:, None], spread.shape)
        floor = np.exp(noise) * 0.05
        return np.stack([np.ones_like(spread), noise, np.log(np.maximum(spread, np.maximum(floor, TINY))), steps, known],
                        axis=-1)  # fmt: skip


def _floor(errors: np.ndarray, noise: np.ndarray, known: np.ndarray) -> np.ndarray:
    """A tenth of the noise: an error of nought by luck must not weigh as minus infinity."""
    return np.maximum(0.1 * np.nan_to_num(noise)[:, :, None], TINY) * np.ones_like(errors)


def _regress(x: np.ndarray, y: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Least squares drawn towards `PRIOR` slopes.

    Slopes are those within an origin: what made all errors of one date large is no property of the series.
    """
    counts = known.sum(axis=(1, 2))
    away, rest = np.zeros_like(x[..., 1:]), np.zeros_like(y)
    for k in np.flatnonzero(counts):
        away[k] = np.where(known[k][..., None], x[k][..., 1:] - x[k][known[k]][:, 1:].mean(axis=0), 0.0)
        rest[k] = np.where(known[k], y[k] - y[k][known[k]].mean(), 0.0)
    away, slopes = away[known], PRIOR[1:]
    rest = rest[known] - away @ slopes
    weight = PRIOR_SERIES * len(away) / known.any(axis=(0, 2)).sum()
    gram = away.T @ away + weight * np.diag(np.maximum(away.var(axis=0), 0.05))
    slopes = np.clip(slopes + np.linalg.solve(gram, away.T @ rest), LOWEST, HIGHEST)
    return np.r_[y[known].mean() - x[known][:, 1:].mean(axis=0) @ slopes, slopes]


def _trust(by_origin: np.ndarray, offsets: np.ndarray, horizon: int) -> tuple[float, float]:
    """Variance of the series' effects, and of one span of time's estimate of them.

    What two spans that share no month agree on is the series'; origins that overlap agree by their errors being the same.
    """
    away = by_origin - np.array([[np.nanmean(part) if not np.isnan(part).all() else 0.0] for part in by_origin])
    total = float(np.nanmean(away**2))
    products, cases = 0.0, 0
    for k, offset in enumerate(offsets):
        both = away[k] * away[k + 1 :][offset - offsets[k + 1 :] >= horizon]
        products, cases = products + float(np.nansum(both)), cases + int((~np.isnan(both)).sum())
    if cases < FEWEST_PAIRS:
        return UNTRIED * total, (1 - UNTRIED) * total
    between = float(np.clip(products / cases, 0.0, total))
    return between, max(total - between, 1e-9)


def _shrunk(by_origin: np.ndarray, trust: tuple[float, float], offsets: np.ndarray, horizon: int) -> np.ndarray:
    """Effect of each series: the mean over its origins, drawn to none as far as the spans of time they cover are few."""
    between, within = trust
    known = ~np.isnan(by_origin)
    counts = known.sum(axis=0)
    if not counts.any():
        return np.zeros(by_origin.shape[1])
    first = np.where(known, offsets[:, None], -np.inf).max(axis=0)
    last = np.where(known, offsets[:, None], np.inf).min(axis=0)
    spans = np.where(counts > 0, np.minimum((first - last) / horizon + 1, counts), 1.0)
    mean = np.where(counts > 0, np.nansum(by_origin, axis=0) / np.maximum(counts, 1), 0.0)
    return mean * between / np.maximum(between + within / spans, 1e-12)


def _surplus(rest: np.ndarray, by_origin: np.ndarray, spans: float) -> float:
    """What to take off the constant: the part of its distance from the prior's that the evidence does not bear out.

    Parameters
    ----------
    rest
        Logarithm of errors less what the prior expects: origin × series × step.
    by_origin
        Mean logarithm of each series' comparable errors: origin × series.
    spans
        Spans of time the origins cover: errors of one span share what made that time calm or wild.
    """
    means = np.array([np.nanmean(part) for part in rest if not np.isnan(part).all()])
    counted = (~np.isnan(by_origin)).any(axis=0).sum()
    start = SPANS**2 + ONE_SERIES / counted
    between = (SPANS_KNOWN * start + (spans - 1) * (means.var(ddof=1) if len(means) > 1 else 0.0)) / (SPANS_KNOWN + spans - 1)
    return float(means.mean() * (1 - KINDS**2 / (KINDS**2 + between / spans)))


def _quantiles(comparable: np.ndarray, spans: float) -> np.ndarray:
    horizon = comparable.shape[2]
    reach = max(1, horizon // 6)
    rows = []
    for step in range(horizon):
        near = np.abs(comparable[:, :, max(0, step - reach) : step + reach + 1])
        cases = int((~np.isnan(comparable[:, :, step])).sum())
        values = np.sort(near[~np.isnan(near)])
        if cases >= FEW:
            corrected = np.minimum(LEVELS * (1 + 1 / cases), 1.0)
            rows.append(np.quantile(values, corrected))
        else:
            # Errors of overlapping origins are not independent: about half of them count.
            freedom = max(cases / 2, 2.0)
            rows.append(np.sqrt(np.mean(values**2)) * stats.t.ppf(0.5 + LEVELS / 2, freedom))
    found = np.log(np.maximum(rows, TINY))
    middle = (LEVELS > 0.49) & (LEVELS < 0.96)  # where SHAPE is laid on the quantiles: neither luck near nought nor the tail
    shape = np.log(SHAPE) + (found - np.log(SHAPE))[:, middle].mean(axis=1, keepdims=True)
    evidence = spans * (~np.isnan(comparable)).any(axis=(0, 2)).sum()
    share = evidence / (evidence + SHAPE_SERIES)
    return np.maximum.accumulate(np.exp(share * found + (1 - share) * shape), axis=1)


def _correlation(comparable: np.ndarray) -> np.ndarray:
    horizon = comparable.shape[2]
    vectors = comparable.reshape(-1, horizon)
    vectors = vectors[~np.isnan(vectors).any(axis=1)]
    if horizon == 1:
        return np.ones((1, 1))
    if len(vectors) < 3:
        return _memory(0.7, horizon)
    ranks = stats.norm.ppf((stats.rankdata(vectors, axis=0) - 0.5) / len(vectors))
    spread = np.sqrt((ranks**2).mean(axis=0))  # about nothing: no bias is carried on
    if (spread == 0).any():  # a step whose errors were all the same has no order to compare
        return _memory(0.7, horizon)
    found = ranks.T @ ranks / len(ranks) / np.outer(spread, spread)
    smooth = _memory(np.clip(np.diag(found, 1).mean(), 0.0, 0.98), horizon)
    return 0.9 * (found if len(vectors) > 3 * horizon else smooth) + 0.1 * smooth


def _memory(one_step: float, horizon: int) -> np.ndarray:
    steps = np.arange(horizon)
    return one_step ** np.abs(np.subtract.outer(steps, steps)).astype(float)
