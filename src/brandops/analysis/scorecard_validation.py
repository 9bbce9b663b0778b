"""Does the scorecard hold for customers and a year it has not seen (plan item 7.2.2)?

Discrimination: area under the ROC curve, Gini (twice the area less one), Kolmogorov-Smirnov distance; intervals by resampling
customers, bads and goods apart. Calibration: defaults seen against those expected. Stability: the population stability index
of the scores, sum over classes of (now - then) ln(now / then), by custom calm below 0.1 and alarming from 0.25 (Siddiqi 2017).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from brandops.analysis.credit_features import OUTCOME_MONTHS, accounts_on, observations, observed
from brandops.analysis.intervals import LEVEL, Estimate, wilson
from brandops.analysis.scorecard import Scorecard, fit_scorecard, predict

CLASSES = 5  # of calibration: with some twenty-five defaults a year, five classes hold five each


@dataclass(frozen=True)
class Validation:
    """A scorecard made a year ago against what happened since.

    Attributes
    ----------
    made_on
        Day the scorecard was made and the accounts were scored.
    accounts
        customer_id, exposure, pd, low, high, score, defaulted, defaulted_on.
    auc, gini, ks
        With their intervals.
    ratio
        Defaults seen to defaults expected, with its interval.
    classes
        pd (mean expected), rate (seen), low, high, accounts, defaults, by fifths of the expected probability.
    """

    made_on: pd.Timestamp
    accounts: pd.DataFrame
    auc: Estimate
    gini: Estimate
    ks: Estimate
    ratio: Estimate
    classes: pd.DataFrame


def out_of_time(
    invoices: pd.DataFrame, customers: pd.DataFrame, first: pd.Series, as_of: object, seed: int, days: int
) -> Validation | None:
    """Make a scorecard by what was known twelve months before `as_of`, score that day's accounts, and see who defaulted.

    Parameters
    ----------
    invoices, customers
        As `credit_features.observations` takes them, known by `as_of`.
    first
        Day of each customer's first default.
    seed
        Of folds and resampling.
    days
        Past due that make a default.

    Returns
    -------
    Validation or None
        None where too little was known then, or nobody defaulted since.
    """
    day = pd.Timestamp(as_of) - pd.DateOffset(months=OUTCOME_MONTHS)
    then = invoices[invoices["issued_on"] <= day]
    card = fit_scorecard(observations(then, customers, day, days=days), seed) if len(then) else None
    if card is None:
        return None
    table = observed(invoices, customers, day, first)
    if not 0 < table["defaulted"].sum() < len(table):
        return None
    scored = table[["customer_id", "exposure", "defaulted", "defaulted_on"]].join(predict(card, table))
    auc, ks = discrimination(scored["pd"], scored["defaulted"], seed)
    gini = Estimate(2 * auc.value - 1, 2 * auc.low - 1, 2 * auc.high - 1, auc.n, auc.effective_n)
    return Validation(day, scored, auc, gini, ks, seen_to_expected(scored), calibration(scored))


def discrimination(risk: pd.Series, defaulted: pd.Series, seed: int, draws: int = 1000,
                   level: float = LEVEL) -> tuple[Estimate, Estimate]:  # fmt: skip
    """Area under the ROC curve and Kolmogorov-Smirnov distance of `risk`, with bootstrap intervals."""
    bad, good = (risk[defaulted == value].to_numpy() for value in (1, 0))
    random = np.random.default_rng(seed)
    drawn = [(random.choice(bad, len(bad)), random.choice(good, len(good))) for _ in range(draws)]
    found = []
    for measure in (_area, _distance):
        low, high = np.quantile([measure(*pair) for pair in drawn], [(1 - level) / 2, (1 + level) / 2])
        found.append(Estimate(measure(bad, good), float(low), float(high), len(risk), float(len(bad))))
    return found[0], found[1]


def _area(bad: np.ndarray, good: np.ndarray) -> float:
    """Chance that a bad one has the higher risk, ties counting half (Mann-Whitney)."""
    ranks = rankdata(np.r_[bad, good])[: len(bad)].sum()
    return float((ranks - len(bad) * (len(bad) + 1) / 2) / (len(bad) * len(good)))


def _distance(bad: np.ndarray, good: np.ndarray) -> float:
    """Greatest distance of the two distribution functions."""
    at = np.unique(np.r_[bad, good])
    below = [np.searchsorted(np.sort(values), at, side="right") / len(values) for values in (good, bad)]
    return float(np.max(below[0] - below[1]))


def roc_curve(scored: pd.DataFrame) -> pd.DataFrame:
    """ROC curve of accounts by `pd`, riskiest first: goods, bads (shares caught so far); from (0, 0) to (1, 1)."""
    by = scored.groupby("pd")["defaulted"].agg(["size", "sum"]).sort_index(ascending=False)
    bads, goods = by["sum"].cumsum() / by["sum"].sum(), (by["size"] - by["sum"]).cumsum() / (by["size"] - by["sum"]).sum()
    return pd.DataFrame({"goods": [0.0, *goods], "bads": [0.0, *bads]})


def seen_to_expected(scored: pd.DataFrame, level: float = LEVEL) -> Estimate:
    """Defaults seen to defaults expected; the interval is that of the share seen."""
    expected, count = float(scored["pd"].sum()), len(scored)
    seen = float(scored["defaulted"].sum())
    low, high = wilson(seen / count, count, level)
    return Estimate(seen / expected, low * count / expected, high * count / expected, count, seen)


def calibration(scored: pd.DataFrame, classes: int = CLASSES) -> pd.DataFrame:
    """Expected and seen default rates by classes of the expected: pd, rate, low, high, accounts, defaults."""
    at = pd.qcut(scored["pd"], classes, labels=False, duplicates="drop")
    by = scored.groupby(at)
    table = by.agg(pd=("pd", "mean"), rate=("defaulted", "mean"), accounts=("defaulted", "size"), defaults=("defaulted", "sum"))
    bounds = [wilson(row.rate, row.accounts) for row in table.itertuples()]
    table["low"], table["high"] = [low for low, _high in bounds], [high for _low, high in bounds]
    return table.reset_index(drop=True)[["pd", "rate", "low", "high", "accounts", "defaults"]]


def stability(then: pd.Series, now: pd.Series, classes: int = 10) -> tuple[float, pd.DataFrame]:
    """Population stability index of scores.

    Returns
    -------
    tuple
        The index, and by class: low (score from which it begins; blank: the lowest), then, now (shares), part (of the index).
        Classes are tenths of `then`; an empty one counts half an account, so that its logarithm is finite.
    """
    cuts = np.unique(np.quantile(then, np.linspace(0, 1, classes + 1)[1:-1]))
    shares = []
    for values in (then, now):
        counts = np.bincount(np.searchsorted(cuts, values, side="right"), minlength=len(cuts) + 1)
        shares.append(np.maximum(counts, 0.5) / len(values))
    part = (shares[1] - shares[0]) * np.log(shares[1] / shares[0])
    table = pd.DataFrame({"low": [np.nan, *cuts], "then": shares[0], "now": shares[1], "part": part})
    return float(part.sum()), table


def score_shift(card: Scorecard, invoices: pd.DataFrame, customers: pd.DataFrame, as_of: object) -> tuple[float, pd.DataFrame]:
    """Stability of the portfolio's scores, by one scorecard, from a year before `as_of` to that day."""
    at = pd.Timestamp(as_of)
    before, after = (accounts_on(invoices, customers, day) for day in (at - pd.DateOffset(months=OUTCOME_MONTHS), at))
    return stability(predict(card, before)["score"], predict(card, after)["score"])
