"""How often will a customer buy, and are they still one: the BG/NBD model (item 4.1.2).

Customers buy at random at their own rate (gamma: `r`, `alpha`) and after each purchase leave for good with their own
probability (beta: `a`, `b`). Fader, Hardie and Lee (2005), "Counting your customers the easy way", Marketing Science 24;
fitted by maximum likelihood. Times are in weeks here; any unit does.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from brandops.errors import UserError


@dataclass(frozen=True)
class PurchaseProcess:
    """Parameters, log-likelihood, customers fitted on, and covariance of the parameters' logarithms."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    customers: int
    covariance: np.ndarray

    @property
    def parameters(self) -> np.ndarray:
        """r, alpha, a, b."""
        return np.array([self.r, self.alpha, self.a, self.b])

    def alive(self, repeats: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Probability that a customer still is one, after `repeats` repeat purchases, the last at `recency`, at `age`."""
        x = np.asarray(repeats, float)
        ratio = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1)
        ratio = ratio + (self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + recency))
        return np.where(x > 0, 1 / (1 + np.exp(ratio)), 1.0)

    def expected(self, repeats: np.ndarray, recency: np.ndarray, age: np.ndarray, ahead: float) -> np.ndarray:
        """Expected purchases in the time `ahead` (equation 10 of the paper)."""
        x, T = np.asarray(repeats, float), np.asarray(age, float)
        r, alpha, a, b = self.parameters
        z = ahead / (alpha + T + ahead)
        # The paper's ((alpha + T) / (alpha + T + t)) ** (r + x) * 2F1(r + x, b + x; a + b + x - 1; z) overflows for frequent
        # buyers; by Euler's transformation it is this, in which nothing grows with x.
        shrunk = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
        return (a + b + x - 1) / (a - 1) * (1 - shrunk) * self.alive(x, recency, T)


def fit_purchase_process(repeats: np.ndarray, recency: np.ndarray, age: np.ndarray) -> PurchaseProcess:
    """Fit by maximum likelihood.

    Parameters
    ----------
    repeats
        Purchases after the first, per customer.
    recency
        Time from the first to the last purchase.
    age
        Time from the first purchase to the end of observation.

    Raises
    ------
    UserError
        Nobody bought again: there is no process to fit.
    """
    x, t_x, T = (np.asarray(values, float) for values in (repeats, recency, age))
    if not (x > 0).any():
        raise UserError("purchases: no customer bought twice, so nothing can be said about the next purchase")
    cells, weight = np.unique(np.column_stack([x, t_x, T]), axis=0, return_counts=True)
    scale = T.max() or 1.0
    x, t_x, T = cells[:, 0], cells[:, 1] / scale, cells[:, 2] / scale
    total = weight.sum()

    def loss(logs: np.ndarray) -> float:
        return -float((weight * _log_likelihood(np.exp(logs), x, t_x, T)).sum()) / total

    # Beyond these the likelihood is flat: e^8 customers' worth of certainty.
    bounds = [(-8, 8)] * 4
    starts = [np.log([1.0, 0.3, 0.5, 2.0]), np.log([0.25, 0.1, 0.8, 2.5])]
    best = min((minimize(loss, start, method="L-BFGS-B", bounds=bounds) for start in starts), key=lambda found: found.fun)
    r, alpha, a, b = np.exp(best.x)
    covariance = np.linalg.pinv(_hessian(loss, best.x) * total)
    likelihood = -best.fun * total - float((weight * x).sum()) * np.log(scale)
    return PurchaseProcess(r, alpha * scale, a, b, likelihood, int(total), covariance)


def future_purchases(
    process: PurchaseProcess, repeats: np.ndarray, recency: np.ndarray, age: np.ndarray, ahead: float, rng: np.random.Generator
) -> np.ndarray:
    """Draw how many purchases each customer makes in the time `ahead`, given what they did so far.

    Who still is a customer buys at a rate drawn from gamma(r + x, alpha + T) and leaves after each purchase with a
    probability drawn from beta(a, b + x) (equations 7 and 8 of the paper): the purchases are those that fall into the time,
    but no more than come before leaving.
    """
    x = np.asarray(repeats, float)
    staying = rng.random(len(x)) < process.alive(x, recency, age)
    rate = rng.gamma(process.r + x) / (process.alpha + np.asarray(age, float))
    # A leaving probability next to nought would overflow the count until leaving.
    leaving = np.clip(rng.beta(process.a, process.b + x), 1e-9, 1.0)
    return np.where(staying, np.minimum(rng.poisson(rate * ahead), rng.geometric(leaving)), 0)


def _log_likelihood(parameters: np.ndarray, x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> np.ndarray:
    r, alpha, a, b = parameters
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    staying = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + T)
    leaving = betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) - (r + x) * np.log(alpha + t_x)
    return shared + np.where(x > 0, np.logaddexp(staying, leaving), staying)


def _hessian(function, at: np.ndarray, step: float = 1e-3) -> np.ndarray:
    unit = np.eye(len(at)) * step
    return np.array([
        [(function(at + i + j) - function(at + i - j) - function(at - i + j) + function(at - i - j)) / (4 * step**2) for j in unit]
        for i in unit
    ])  # fmt: skip
