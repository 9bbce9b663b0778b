"""Expected credit loss = probability of default × loss given default × exposure (plan item 7.1.2).

The interval of the expectation comes from drawing the scorecard's weights from their (clustered) covariance and the loss given
default from its bootstrap. A bad year is drawn on top: each account defaults or not, each default loses what a past one did.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.analysis.intervals import LEVEL, z_score
from brandops.analysis.scorecard import Scorecard, evidence

BAD_YEAR = 0.95  # one year in twenty is worse
DRAWS = 2000


@dataclass(frozen=True)
class ExpectedLoss:
    """Loss expected of today's receivables, in currency.

    Attributes
    ----------
    value, low, high
        Of twelve months, with the interval of the expectation.
    quarter
        Part expected within three months: of performing accounts (1 - (1 - PD)^(1/4)), and all of those in default.
    defaulted
        Part of accounts already in default.
    bad_year
        Loss only one year in twenty exceeds.
    exposure
        Receivables it is expected of.
    """

    value: float
    low: float
    high: float
    quarter: float
    defaulted: float
    bad_year: float
    exposure: float


def account_losses(accounts: pd.DataFrame, lgd: float) -> pd.Series:
    """Expected loss of each account in twelve months."""
    return accounts["pd"] * lgd * accounts["exposure"]


def within(probability: pd.Series | np.ndarray, months: int, of: int = 12) -> pd.Series | np.ndarray:
    """Chance of a default in `months` that has `probability` in `of` months, the hazard being even."""
    return 1 - (1 - probability) ** (months / of)


def portfolio_loss(card: Scorecard, accounts: pd.DataFrame, features: pd.DataFrame, lgd: float, lgd_draws: np.ndarray,
                   severities: np.ndarray, seed: int, level: float = LEVEL) -> ExpectedLoss:  # fmt: skip
    """Expected loss of the portfolio with its interval.

    Parameters
    ----------
    card
        The scorecard the probabilities come from.
    accounts
        customer_id, pd (1 where in default), exposure.
    features
        Rows of `credit_features.accounts_on` of the same customers (those without a row keep their `pd`).
    lgd, lgd_draws
        Loss given default and its bootstrap draws.
    severities
        Shares past defaults lost, one a default.
    seed
        Of the draws.
    """
    random = np.random.default_rng(seed)
    exposure, chance = accounts["exposure"].to_numpy(), accounts["pd"].to_numpy()
    fallen = chance >= 1
    at = features.set_index("customer_id").reindex(accounts["customer_id"][~fallen]).reset_index()
    design = np.column_stack([np.ones(len(at)), evidence(card.binnings, at)])
    weights = random.multivariate_normal(np.r_[card.intercept, card.weights], card.covariance, DRAWS, method="cholesky")
    drawn = np.ones((DRAWS, len(accounts)))
    drawn[:, ~fallen] = 1 / (1 + np.exp(-weights @ design.T))
    losses = random.choice(lgd_draws, DRAWS) * (drawn @ exposure)
    low, high = np.quantile(losses, [(1 - level) / 2, (1 + level) / 2])
    happens = random.random(drawn.shape) < drawn
    bad = np.where(happens, random.choice(severities, drawn.shape), 0.0) @ exposure
    quarter = float((within(chance, 3) * exposure).sum() * lgd)
    value = float((chance * exposure).sum() * lgd)
    return ExpectedLoss(value, min(float(low), value), max(float(high), value), quarter, float(exposure[fallen].sum() * lgd),
                        float(np.quantile(bad, BAD_YEAR)), float(exposure.sum()))  # fmt: skip


def backtest(accounts: pd.DataFrame, defaults: pd.DataFrame, lgd: float, severities: np.ndarray,
             level: float = LEVEL) -> dict[str, float]:  # fmt: skip
    """What a year ago's accounts were expected to lose and what they have lost.

    Parameters
    ----------
    accounts
        customer_id, exposure, pd, low, high, defaulted, of a year ago (`scorecard_validation.Validation.accounts`).
    defaults
        Of `credit_defaults.first_defaults`; what is not resolved yet counts with `lgd`.
    lgd, severities
        Loss given default as known then, and the shares past defaults had lost.

    Returns
    -------
    dict
        expected, low, high (interval of the loss itself: who defaults and what a default loses are chance, and the
        probabilities may be off together by their own intervals; normal), lost, owed (when the defaults came).
    """
    chance, exposure = accounts["pd"], accounts["exposure"]
    expected = chance * exposure * lgd
    luck = (chance * float(np.mean(severities**2)) * exposure**2 - expected**2).sum()
    doubt = ((accounts["high"] - accounts["low"]) / 2 * exposure * lgd).sum()
    half = float(np.sqrt(z_score(level) ** 2 * luck + doubt**2))
    fell = defaults[defaults["customer_id"].isin(accounts.loc[accounts["defaulted"] == 1, "customer_id"])]
    lost = fell["loss"].where(fell["resolved"], fell["exposure"] * lgd).sum()
    value = float(expected.sum())
    return {"expected": value, "low": max(0.0, value - half), "high": value + half, "lost": float(lost),
            "owed": float(fell["exposure"].sum())}  # fmt: skip
