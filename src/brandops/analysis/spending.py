"""How much will a customer spend per purchase: the gamma-gamma model (item 4.1.2).

A customer's mean purchase is drawn from a distribution over customers and seen with noise, so what few purchases show is
drawn toward everybody's mean. Fader, Hardie and Berger (2005), "RFM and CLV", Journal of Marketing Research 42; Fader and
Hardie (2013), "The gamma-gamma model of monetary value". It assumes that how much does not depend on how often.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln


@dataclass(frozen=True)
class Spending:
    """Parameters `p`, `q`, `v` of the model, and the correlation of frequency and value it takes for nought."""

    p: float
    q: float
    v: float
    correlation: float

    def expected(self, purchases: np.ndarray, mean_value: np.ndarray) -> np.ndarray:
        """Expected value of a customer's purchases after `purchases` of `mean_value`."""
        x, m = np.asarray(purchases, float), np.asarray(mean_value, float)
        return self.p * (self.v + x * m) / (self.p * x + self.q - 1)


def future_spending(
    spending: Spending, orders: np.ndarray, purchases: np.ndarray, mean_value: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw what each customer's next `orders` are worth together, after `purchases` of `mean_value`."""
    x, m = np.asarray(purchases, float), np.asarray(mean_value, float)
    rate = rng.gamma(spending.p * x + spending.q) / (spending.v + x * m)
    return rng.gamma(spending.p * np.asarray(orders, float)) / rate


def fit_spending(purchases: np.ndarray, mean_value: np.ndarray) -> Spending:
    """Fit by maximum likelihood on customers with positive `mean_value`."""
    x, m = np.asarray(purchases, float), np.asarray(mean_value, float)
    scale = float(np.median(m))
    z = m / scale

    def loss(logs: np.ndarray) -> float:
        p, q, v = np.exp(logs[0]), 1 + np.exp(logs[1]), np.exp(logs[2])  # q > 1: the mean exists
        terms = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + (p * x - 1) * np.log(z)
        return -float((terms + p * x * np.log(x) - (p * x + q) * np.log(x * z + v)).mean())

    found = minimize(loss, np.log([2.0, 2.0, 1.0]), method="L-BFGS-B", bounds=[(-6, 6)] * 3)
    correlation = float(np.corrcoef(np.log(x), np.log(z))[0, 1]) if np.ptp(x) > 0 else 0.0
    return Spending(float(np.exp(found.x[0])), float(1 + np.exp(found.x[1])), float(np.exp(found.x[2]) * scale), correlation)
