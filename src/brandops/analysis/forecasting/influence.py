"""What known influences (events, prices, promotions) did to the series and will do to its next steps.

The effect of each regressor is estimated on seasonal differences with the autocorrelation of the errors taken out, so
that neither season nor trend is mistaken for it; each series' coefficients are drawn towards those of all series together
by as much as `PRIOR_STEPS` steps of evidence weigh (empirical Bayes; Efron & Morris 1973). All models then see the
series without the influence, and their forecasts get it back: ARIMA with regressors is a regression with ARIMA errors.
"""

from dataclasses import dataclass

import numpy as np

from brandops.analysis.forecasting.panel import Panel

PRIOR_STEPS = 12
ERROR_MEMORY = 0.5  # autocorrelation of seasonal differences that is taken out; between none and a random walk


@dataclass(frozen=True)
class Influence:
    """Effect of the regressors on the modelling scale: `past` series × time, `ahead` series × step."""

    past: np.ndarray
    ahead: np.ndarray
    coefficients: np.ndarray


def estimate_influence(z: np.ndarray, panel: Panel, horizon: int) -> Influence:
    """Effects of `panel.regressors` on the scaled series `z`; zero without regressors."""
    if panel.regressors is None:
        return Influence(np.zeros_like(z), np.zeros((len(z), horizon)), np.zeros((len(z), 0)))
    length = z.shape[1]
    regressors = panel.regressors[:, : length + horizon]
    lag = panel.season if length > 2 * panel.season + 4 else 1
    x, y = _whitened(regressors[:, :length], lag), _whitened(z, lag)
    known = ~np.isnan(y)
    x, y = np.where(known[:, :, None], x, 0.0), np.where(known, y, 0.0)
    centre_x, centre_y = x.sum(axis=(0, 1)) / known.sum(), y.sum() / max(known.sum(), 1)
    x, y = np.where(known[:, :, None], x - centre_x, 0.0), np.where(known, y - centre_y, 0.0)
    gram, cross = np.einsum("sti,stj->sij", x, x), np.einsum("sti,st->si", x, y)
    spread = np.einsum("sii->i", gram) / max(known.sum(), 1)
    unit = np.diag(np.maximum(spread, 1e-12))
    together = np.linalg.solve(gram.sum(axis=0) + PRIOR_STEPS * unit, cross.sum(axis=0))
    prior = PRIOR_STEPS * unit
    coefficients = np.linalg.solve(gram + prior, (cross + prior @ together)[:, :, None])[:, :, 0]
    coefficients[:, spread < 1e-12] = 0.0
    # Centred where the series was last seen, so that a level of the regressor is not taken for a level of sales.
    known_x = np.where(np.isnan(z)[:, :, None], np.nan, regressors[:, :length])
    effect = np.einsum("sti,si->st", regressors - np.nanmean(known_x, axis=1)[:, None, :], coefficients)
    return Influence(np.where(np.isnan(z), np.nan, effect[:, :length]), effect[:, length : length + horizon], coefficients)


def _whitened(values: np.ndarray, lag: int) -> np.ndarray:
    differences = values[:, lag:] - values[:, :-lag]
    return differences[:, 1:] - ERROR_MEMORY * differences[:, :-1]
