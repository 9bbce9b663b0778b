"""Regression of a panel with two sets of fixed effects, and standard errors that hold with few clusters.

`poisson` is Poisson pseudo-maximum likelihood of volume (Gourieroux, Monfort & Trognon 1984; Santos Silva & Tenreyro
2006): the log-log model's mean, exp(effects + x·b), estimated in levels, so that weeks with zero sales stay in; it needs
no Poisson variance. `log` is least squares of log volume, the same model where no volume is zero. Coefficients have the
same meaning in both. The effects are absorbed exactly (weighted two-way within transformation, by blocks that share no
effect). Standard errors: cluster-robust CR2 with Satterthwaite's degrees of freedom (Bell & McCaffrey 2002; Pustejovsky
& Tipton 2018), which stay honest with few or unequal clusters where the usual sandwich is too small.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

_TOLERANCE = 1e-9
_ITERATIONS = 60
_COLLINEAR = 1e-8  # share of a regressor's variance the effects and the other regressors must leave


@dataclass(frozen=True)
class PanelFit:
    """A fitted panel regression.

    Attributes
    ----------
    coefficients
        Indexed by term: estimate, se, df (Satterthwaite), t, p_value, low, high (95 %).
    covariance
        Term × term, cluster-robust (CR2).
    rows
        Indexed as the rows used: unit, time, cluster, actual, fitted (volume), residual (working residual: of log volume),
        weight,
        leverage, cooks_distance of the row's cluster.
    dropped
        term, reason: `constant` or `collinear` within the effects.
    estimator
        `poisson` or `log`.
    clusters, r_squared
        Clusters used; share of the variation within the effects that the terms explain.
    design
        The terms within the effects, weighted (rows × terms): what diagnostics of collinearity need.
    """

    coefficients: pd.DataFrame
    covariance: pd.DataFrame
    rows: pd.DataFrame
    dropped: pd.DataFrame
    estimator: str
    clusters: int
    r_squared: float
    design: pd.DataFrame


def fit_panel(
    frame: pd.DataFrame, terms: list[str], *, volume: str = "volume", unit: str = "unit", time: str | None = "time",
    block: str | None = None, cluster: str = "cluster", estimator: str = "auto",
) -> PanelFit:  # fmt: skip
    """Fit volume on terms within effects of `unit` and of `time` (within each `block`, if named).

    Parameters
    ----------
    frame
        One row per observation: the named columns and the terms, all numeric and finite.
    estimator
        `poisson`, `log`, or `auto`: `log` where every volume is positive, else `poisson`.

    Raises
    ------
    ValueError
        A term that is not finite, a negative volume, or `log` asked for with a zero volume.
    """
    _check(frame, terms, volume)
    y = frame[volume].to_numpy(float)
    kind = ("log" if (y > 0).all() else "poisson") if estimator == "auto" else estimator
    if kind == "log" and (y <= 0).any():
        raise ValueError(f"{int((y <= 0).sum())} volumes are zero: log volume has no value there; use poisson")
    frame, y = _estimable(frame, y, unit, time, block, kind)
    absorber = Absorber(frame, unit, time, block)
    x = frame[terms].to_numpy(float)
    kept, dropped = _independent(absorber, x, terms)
    x, names = x[:, kept], [terms[i] for i in kept]
    beta, weight, response, mean = _solve(absorber, x, y, kind)
    within = absorber.within(np.column_stack([x, response]), weight)
    root = np.sqrt(weight)[:, None]
    z, target = within[:, :-1] * root, within[:, -1] * root[:, 0]
    error = target - z @ beta
    codes, labels = pd.factorize(frame[cluster])
    bread = np.linalg.inv(z.T @ z) if len(names) else np.zeros((0, 0))
    covariance, df, cooks = _cr2(z, error, bread, codes, len(labels))
    # CR2 knows of the units' effects, which lie inside clusters, not of the time effects, which cross them.
    covariance = covariance * len(y) / max(len(y) - absorber.time_effects, 1)
    total = float(target @ target)
    leverage = np.einsum("ij,jk,ik->i", z, bread, z)
    rows = pd.DataFrame({
        "unit": frame[unit], "time": frame[time] if time else 0, "cluster": frame[cluster], "actual": y, "fitted": mean,
        "residual": error / root[:, 0], "weight": weight, "leverage": leverage, "cooks_distance": cooks[codes],
    }, index=frame.index)  # fmt: skip
    return PanelFit(
        _table(names, beta, covariance, df), pd.DataFrame(covariance, names, names), rows, dropped, kind, len(labels),
        1 - float(error @ error) / total if total > 0 else 0.0, pd.DataFrame(z, index=frame.index, columns=names),
    )  # fmt: skip


def clustered_covariance(fit: PanelFit, cluster: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """Covariance (CR2) and degrees of freedom of a fit with other clusters; `cluster` is indexed as the fit's rows."""
    z, names = fit.design.to_numpy(), fit.design.columns
    codes, labels = pd.factorize(cluster.reindex(fit.rows.index))
    error = fit.rows["residual"].to_numpy() * np.sqrt(fit.rows["weight"].to_numpy())
    covariance, df, _cooks = _cr2(z, error, np.linalg.inv(z.T @ z), codes, len(labels))
    return pd.DataFrame(covariance, names, names), pd.Series(df, names)


class Absorber:
    """Takes the fixed effects out of columns: residuals of a weighted regression on unit and time effects."""

    def __init__(self, frame: pd.DataFrame, unit: str, time: str | None, block: str | None):
        blocks = pd.factorize(frame[block])[0] if block else np.zeros(len(frame), dtype=int)
        self._parts, self.time_effects = [], 0
        for number in range(blocks.max() + 1 if len(blocks) else 0):
            rows = np.flatnonzero(blocks == number)
            units = pd.factorize(frame[unit].iloc[rows])[0]
            times = pd.factorize(frame[time].iloc[rows])[0] if time else None
            self._parts.append((rows, units, times))
            self.time_effects += times.max() if time else 0

    def within(self, columns: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the columns less their weighted projection on the effects."""
        out = np.empty_like(columns)
        for rows, units, times in self._parts:
            out[rows] = _within(columns[rows], weight[rows], units, times)
        return out


def _within(columns: np.ndarray, weight: np.ndarray, units: np.ndarray, times: np.ndarray | None) -> np.ndarray:
    """Solve the normal equations of both effects exactly, the units' eliminated first."""
    count = units.max() + 1
    by_unit = np.bincount(units, weight, count)
    sums = _sums(columns * weight[:, None], units, count)
    if times is None:
        return columns - (sums / by_unit[:, None])[units]
    periods = times.max() + 1
    cross = np.bincount(units * periods + times, weight, count * periods).reshape(count, periods)
    share = cross / by_unit[:, None]
    schur = np.diag(cross.sum(axis=0)) - cross.T @ share
    right = _sums(columns * weight[:, None], times, periods) - share.T @ sums
    # One time effect per connected set of units is redundant: the pseudo-inverse sets it free.
    effect = np.linalg.pinv(schur, rcond=1e-11, hermitian=True) @ right
    unit_effect = (sums - cross @ effect) / by_unit[:, None]
    return columns - unit_effect[units] - effect[times]


def _sums(values: np.ndarray, codes: np.ndarray, count: int) -> np.ndarray:
    return np.stack([np.bincount(codes, column, count) for column in values.T], axis=1)


def _estimable(frame: pd.DataFrame, y: np.ndarray, unit: str, time: str | None, block: str | None, kind: str):
    """Leave out units and times that say nothing: alone in their effect or, for Poisson, without any sale."""
    keep = np.ones(len(frame), dtype=bool)
    keys = [[block, unit] if block else [unit]] + ([[block, time] if block else [time]] if time else [])
    while True:
        before = keep.sum()
        for key in keys:
            codes = frame.groupby(key, sort=False).ngroup().to_numpy()
            count = np.bincount(codes, keep)
            sold = np.bincount(codes, np.where(keep, y, 0.0))
            keep &= (count[codes] > 1) & ((sold[codes] > 0) | (kind == "log"))
        if keep.sum() == before:
            break
    if not keep.any():
        raise ValueError("no unit is observed more than once: nothing varies within the effects")
    return frame[keep], y[keep]


def _independent(absorber: Absorber, x: np.ndarray, terms: list[str]) -> tuple[list[int], pd.DataFrame]:
    """Terms that still vary within the effects and are no combination of earlier ones; and the others with the reason."""
    within = absorber.within(x, np.ones(len(x))) if len(terms) else x
    scale = np.sqrt((x - x.mean(axis=0)).__pow__(2).sum(axis=0))
    kept: list[int] = []
    basis = np.empty((len(x), 0))
    reasons = []
    for number, term in enumerate(terms):
        column = within[:, number]
        norm = np.linalg.norm(column)
        if norm <= _COLLINEAR**0.5 * max(scale[number], 1e-300) or scale[number] <= 1e-12:
            reasons.append((term, "constant"))
            continue
        left = column - basis @ (basis.T @ column)
        left -= basis @ (basis.T @ left)
        if np.linalg.norm(left) <= _COLLINEAR**0.5 * norm:
            reasons.append((term, "collinear"))
            continue
        basis = np.column_stack([basis, left / np.linalg.norm(left)])
        kept.append(number)
    return kept, pd.DataFrame(reasons, columns=["term", "reason"])


def _solve(absorber: Absorber, x: np.ndarray, y: np.ndarray, kind: str):
    """Return coefficients, weights, working response and fitted mean (volume)."""
    if kind == "log":
        response, weight = np.log(y), np.ones(len(y))
        beta, residual = _least_squares(absorber, x, response, weight)
        return beta, weight, response, np.exp(response - residual)
    mean = (y + y.mean()) / 2
    previous = np.inf
    for _round in range(_ITERATIONS):
        linear = np.log(mean)
        response = linear + (y - mean) / mean
        beta, residual = _least_squares(absorber, x, response, mean)
        weight, mean = mean, np.exp(np.clip(response - residual, -30, 30))
        deviance = 2 * np.sum(np.where(y > 0, y * np.log(np.maximum(y, 1e-300) / mean), 0.0) - (y - mean))
        if abs(previous - deviance) <= _TOLERANCE * (abs(deviance) + 0.1):
            return beta, weight, response, mean
        previous = deviance
    raise ValueError("the Poisson regression does not converge: a term separates sold from unsold rows")


def _least_squares(absorber: Absorber, x: np.ndarray, response: np.ndarray, weight: np.ndarray):
    within = absorber.within(np.column_stack([x, response]), weight)
    z, target = within[:, :-1], within[:, -1]
    beta = np.linalg.solve(z.T @ (z * weight[:, None]), z.T @ (target * weight)) if x.shape[1] else np.empty(0)
    return beta, target - z @ beta


def _cr2(z: np.ndarray, error: np.ndarray, bread: np.ndarray, codes: np.ndarray, count: int):
    """CR2 covariance, Satterthwaite degrees of freedom of each coefficient, and Cook's distance of each cluster."""
    terms = z.shape[1]
    meat = np.zeros((terms, terms))
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(count + 1))
    half = np.linalg.cholesky(bread) if terms else bread
    contrast_norm = np.empty((count, terms))
    contrast_cross = np.empty((count, terms, terms))
    cooks = np.empty(count)
    for g in range(count):
        rows = order[bounds[g] : bounds[g + 1]]
        zg, eg = z[rows], error[rows]
        # I - H of the cluster has the rank of the terms: its inverse root is one on all but those directions.
        left, singular, _right = np.linalg.svd(zg @ half, full_matrices=False)
        free = np.maximum(1 - singular**2, 1e-8)
        adjusted = zg + left @ ((1 / np.sqrt(free) - 1)[:, None] * (left.T @ zg))
        score = adjusted.T @ eg
        meat += np.outer(score, score)
        a = adjusted @ bread
        contrast_norm[g] = (a**2).sum(axis=0)
        contrast_cross[g] = zg.T @ a
        # The coefficients without the cluster, exact for least squares (Preisser & Qaqish 1996).
        without = zg.T @ (eg + left @ ((1 / free - 1) * (left.T @ eg)))
        cooks[g] = without @ bread @ without
    covariance = bread @ meat @ bread
    df = np.empty(terms)
    for k in range(terms):
        cross = contrast_cross[:, :, k]
        gram = np.diag(contrast_norm[:, k]) - cross @ bread @ cross.T
        df[k] = np.trace(gram) ** 2 / np.sum(gram**2)
    variance = float(error @ error) / max(len(error) - terms, 1)
    return covariance, df, cooks / max(terms, 1) / variance if variance > 0 else cooks


def _table(names: list[str], beta: np.ndarray, covariance: np.ndarray, df: np.ndarray) -> pd.DataFrame:
    se = np.sqrt(np.diag(covariance))
    t = np.divide(beta, se, out=np.full(len(beta), np.nan), where=se > 0)
    wide = stats.t.ppf(0.975, df) * se
    return pd.DataFrame(
        {"estimate": beta, "se": se, "df": df, "t": t, "p_value": 2 * stats.t.sf(np.abs(t), df),
         "low": beta - wide, "high": beta + wide},
        index=pd.Index(names, name="term"),
    )  # fmt: skip


def _check(frame: pd.DataFrame, terms: list[str], volume: str) -> None:
    absent = [name for name in [volume, *terms] if name not in frame]
    if absent:
        raise ValueError(f"no column {', '.join(absent)}; columns: {', '.join(map(str, frame.columns))}")
    if frame.empty:
        raise ValueError("no rows to fit")
    for name in [volume, *terms]:
        bad = ~np.isfinite(frame[name].to_numpy(float))
        if bad.any():
            raise ValueError(f"{name}: {int(bad.sum())} values are not finite, the first in row {frame.index[bad][0]}")
    if (frame[volume] < 0).any():
        raise ValueError(f"{volume}: negative in row {frame.index[frame[volume] < 0][0]}; leave returns out")
