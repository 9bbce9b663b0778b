"""Price elasticity by channel, partially pooled: channels with little data borrow strength from the others (item 4.2.2).

Estimates b with covariance V are taken as drawn around true elasticities that themselves vary about a mean by τ²: the normal
hierarchical model, by empirical Bayes (Efron and Morris 1975; Gelman et al., Bayesian Data Analysis, ch. 5). τ² is integrated
over on a grid instead of fixed at its best value, so that intervals do not pretend it is known.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

_NOTHING = 1e6  # variances of a channel without data, in squares of the widest spread


@dataclass(frozen=True)
class Pooled:
    """`table`: channel_id, alone, alone_low, alone_high (estimated by itself), estimate, low, high (pooled; 95 %), weight.

    `weight` is how much of the channel's own estimate is left in the pooled one. `mean`, `covariance`: of the pooled
    elasticities, in the order of the table. `centre`: mean over channels; `spread`: τ (posterior means).
    """

    table: pd.DataFrame
    mean: np.ndarray
    covariance: np.ndarray
    centre: float
    spread: float


def pool(channels: list[str], estimate: np.ndarray, covariance: np.ndarray, others: list[str] | None = None) -> Pooled:
    """Pool elasticities estimated together.

    Parameters
    ----------
    estimate, covariance
        Of the channels' elasticities, in the order of `channels`.
    others
        Channels of too little data for an estimate of their own: they get what three or more others let expect.
    """
    b, V, known = np.asarray(estimate, float), np.asarray(covariance, float), len(channels)
    widest = 3 * max(b.std(), np.sqrt(np.diag(V)).max(), 1e-6)
    channels = [*channels, *((others or []) if known > 2 else [])]
    more = len(channels) - known  # of one or two channels no spread can be learnt
    # An estimate so uncertain that it says nothing.
    b = np.r_[b, np.full(more, b.mean())]
    V = np.block([[V, np.zeros((known, more))], [np.zeros((more, known)), np.eye(more) * _NOTHING * widest**2]])
    count, ones = len(b), np.ones(len(b))
    taus = np.linspace(0, widest, 121)
    logs, means, variances, centres, weights = [], [], [], [], []
    for tau in taus:
        total = np.linalg.inv(V + tau**2 * np.eye(count))
        precision = ones @ total @ ones
        centre = ones @ total @ b / precision
        off = b - centre
        # Flat priors of centre and τ (Gelman 2006): the likelihood of τ with the centre integrated out.
        logs.append(0.5 * np.linalg.slogdet(total)[1] - 0.5 * np.log(precision) - 0.5 * off @ total @ off)
        keep = tau**2 * total  # what remains of a channel's own deviation
        means.append(centre + keep @ off)
        toward = (np.eye(count) - keep) @ ones
        variances.append(keep @ V + np.outer(toward, toward) / precision)
        centres.append(centre)
        weights.append(np.diag(keep))
    share = np.exp(np.array(logs) - max(logs))
    share /= share.sum()
    mean = share @ np.array(means)
    spread = [c + np.outer(m - mean, m - mean) for c, m in zip(variances, means, strict=True)]
    joint = np.tensordot(share, np.array(spread), axes=1)
    joint = (joint + joint.T) / 2
    se, alone = np.sqrt(np.diag(joint)), np.sqrt(np.diag(V))
    table = pd.DataFrame({
        "channel_id": channels, "alone": b, "alone_low": b - 1.96 * alone, "alone_high": b + 1.96 * alone,
        "estimate": mean, "low": mean - 1.96 * se, "high": mean + 1.96 * se, "weight": share @ np.array(weights),
    })  # fmt: skip
    table.loc[known:, ["alone", "alone_low", "alone_high"]] = np.nan
    return Pooled(table, mean, joint, float(share @ np.array(centres)), float(share @ taus))
