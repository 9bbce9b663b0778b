"""A credit scorecard: weight of evidence, logistic regression, calibration, points (plan item 7.2.2).

Each feature is cut into classes by `optbinning` (Navas-Palencia 2020), the event rate rising or falling throughout, and
replaced by its weight of evidence, ln(share of goods / share of bads); a logistic regression of default on these gives each
feature its weight (Siddiqi 2017). Features that separate little or would work against their own evidence are dropped. The
log-odds are then shrunk by what folds of unseen customers show (Platt's recalibration on cross-fitted log-odds): cutting
classes and choosing features by the same data makes a model too sure of itself. Standard errors are clustered by customer.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from optbinning import OptimalBinning
from sklearn.model_selection import StratifiedGroupKFold

from brandops.analysis.credit_features import FEATURES
from brandops.analysis.intervals import LEVEL, z_score

# Which way risk goes with a feature; what has no self-evident direction may take either.
DIRECTIONS = {
    "years_in_business": "descending", "months_known": "descending", "late_share": "ascending", "days_late": "ascending",
    "overdue_share": "ascending", "utilisation": "ascending", "trend": "descending", "payment_terms_days": "auto_asc_desc",
    "credit_limit": "auto_asc_desc",
}  # fmt: skip
MINIMUM_DEFAULTS = 20  # customers; with fewer a scorecard is noise
MINIMUM_VALUE = 0.02  # information value below which a feature is held to separate nothing (Siddiqi)
MAXIMUM_P = 0.05  # a weight that may well be chance is dropped
FOLDS = 5
REASONS = 3  # told of an account
BASE_POINTS, BASE_ODDS, DOUBLING = 600, 50, 20  # 600 points at odds of 50 good to 1 bad; 20 more double the odds


@dataclass(frozen=True)
class Scorecard:
    """A fitted scorecard.

    Attributes
    ----------
    binnings
        Feature to its fitted classes, in the order of `weights`.
    intercept, weights
        Of the calibrated log-odds of default on weights of evidence; weights are negative.
    covariance
        Of (intercept, weights), clustered by customer and scaled like them.
    slope
        Of the recalibration: 1 needs none, less is what the fit was too sure by.
    information
        feature, value (information value), used, weight (blank where not used); the highest value first.
    customers, defaults
        Customers observed, and those of them who defaulted.
    """

    binnings: dict[str, OptimalBinning]
    intercept: float
    weights: pd.Series
    covariance: np.ndarray
    slope: float
    information: pd.DataFrame
    customers: int
    defaults: int


def fit_scorecard(observations: pd.DataFrame, seed: int) -> Scorecard | None:
    """Fit a scorecard to accounts with known outcome.

    Parameters
    ----------
    observations
        customer_id, defaulted (0 or 1) and the features, as of `credit_features.observations`.
    seed
        Of the folds.

    Returns
    -------
    Scorecard or None
        None where fewer than `MINIMUM_DEFAULTS` customers defaulted, or no feature tells good from bad.
    """
    bad = observations.loc[observations["defaulted"] == 1, "customer_id"].nunique()
    if bad < MINIMUM_DEFAULTS:
        return None
    fitted = _fit(observations)
    if fitted is None:
        return None
    binnings, result, information = fitted
    slope, shift = _recalibration(observations, seed)
    names = list(binnings)
    intercept = shift + slope * float(result.params.iloc[0])
    weights = pd.Series(slope * result.params.to_numpy()[1:], index=names)
    information = information.assign(used=information["feature"].isin(names), weight=information["feature"].map(weights))
    return Scorecard(binnings, intercept, weights, np.asarray(result.cov_params()) * slope**2, slope, information,
                     observations["customer_id"].nunique(), bad)  # fmt: skip


def evidence(binnings: dict[str, OptimalBinning], accounts: pd.DataFrame) -> pd.DataFrame:
    """Weight of evidence of each account's features; what is missing says nothing (0)."""
    columns = {}
    for name, binning in binnings.items():
        values = _values(accounts, name)
        columns[name] = binning.transform(values, metric="woe", metric_missing=0, metric_special=0)
    return pd.DataFrame(columns, index=accounts.index)


def predict(card: Scorecard, accounts: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """Probability of default within twelve months of each account: pd, low, high, score (points)."""
    design = np.column_stack([np.ones(len(accounts)), evidence(card.binnings, accounts)])
    odds = design @ np.r_[card.intercept, card.weights]
    error = np.sqrt(np.einsum("ij,jk,ik->i", design, card.covariance, design)) * z_score(level)
    values = {"pd": odds, "low": odds - error, "high": odds + error}
    table = pd.DataFrame({name: 1 / (1 + np.exp(-value)) for name, value in values.items()}, index=accounts.index)
    return table.assign(score=points_of(odds))


def points_of(log_odds: np.ndarray) -> np.ndarray:
    """Points of log-odds of default: more points, less risk."""
    factor = DOUBLING / np.log(2)
    return BASE_POINTS - factor * np.log(BASE_ODDS) - factor * np.asarray(log_odds)


def contributions(card: Scorecard, accounts: pd.DataFrame) -> pd.DataFrame:
    """Points each feature adds for each account, against the mean account's."""
    points = -DOUBLING / np.log(2) * evidence(card.binnings, accounts) * card.weights
    return points - points.mean()


def reasons(card: Scorecard, accounts: pd.DataFrame, most: int = REASONS) -> pd.Series:
    """Features that cost each account most points against the mean account, dearest first: lists, empty where none does."""
    points = contributions(card, accounts)
    return points.apply(lambda row: list(row[row < -0.5].nsmallest(most, keep="first").index), axis=1)


def card_table(card: Scorecard) -> pd.DataFrame:
    """The scorecard, class by class.

    Returns
    -------
    pandas.DataFrame
        feature, low and high (bounds of a number's class, low included; blank: without end), values (those of a category's
        class; blank for numbers and for what is missing), missing (bool), share (of observations), default_rate, evidence,
        points; classes without anybody left out.
    """
    base = points_of(np.array([card.intercept]))[0] / len(card.weights)
    tables = []
    for name, binning in card.binnings.items():
        rows = binning.binning_table.build(add_totals=False).reset_index(drop=True)
        bounds = _bounds(binning, len(rows))
        points = base - DOUBLING / np.log(2) * card.weights[name] * rows["WoE"].astype(float)
        table = pd.DataFrame({"feature": name, **bounds, "share": rows["Count (%)"].astype(float),
                              "default_rate": rows["Event rate"].astype(float), "evidence": rows["WoE"].astype(float)})  # fmt: skip
        # What is missing says nothing: it has the points of no evidence.
        table["points"] = points.where(~table["missing"], base)
        table["evidence"] = table["evidence"].where(~table["missing"], 0.0)
        tables.append(table[rows["Count"] > 0])
    return pd.concat(tables, ignore_index=True)


def _fit(observations: pd.DataFrame) -> tuple[dict[str, OptimalBinning], object, pd.DataFrame] | None:
    """Classes, regression and information values of the features that count."""
    target = observations["defaulted"].to_numpy()
    fitted = {name: _binned(name, observations, target) for name in FEATURES}
    found = {name: binning for name, binning in fitted.items() if binning is not None}
    values = {name: float(binning.binning_table.build().loc["Totals", "IV"]) for name, binning in found.items()}
    information = pd.DataFrame({"feature": list(values), "value": list(values.values())})
    information = information.sort_values(["value", "feature"], ascending=[False, True], ignore_index=True)
    names = [name for name in information["feature"] if values[name] >= MINIMUM_VALUE]
    groups = pd.factorize(observations["customer_id"])[0]
    woe = evidence({name: found[name] for name in names}, observations)
    while names:
        model = sm.Logit(target, sm.add_constant(woe[names], has_constant="add"))
        result = model.fit(disp=0, cov_type="cluster", cov_kwds={"groups": groups})
        weak = result.params.iloc[1:] / result.bse.iloc[1:]
        if weak.max() <= -z_score(1 - 2 * MAXIMUM_P):
            return {name: found[name] for name in names}, result, information
        names.remove(weak.idxmax())
    return None


def _binned(name: str, observations: pd.DataFrame, target: np.ndarray) -> OptimalBinning | None:
    """Classes of a feature, each with ten defaults and a twentieth of the accounts or more; None where it does not vary."""
    values = _values(observations, name)
    if pd.Series(values).nunique() < 2:
        return None
    kind = "categorical" if values.dtype == object else "numerical"
    extra = {"monotonic_trend": DIRECTIONS[name]} if kind == "numerical" else {}
    binning = OptimalBinning(name=name, dtype=kind, max_n_bins=4, min_prebin_size=0.05, min_bin_n_event=10, **extra)
    binning.fit(values, target)
    return binning if len(binning.splits) else None


def _values(accounts: pd.DataFrame, name: str) -> np.ndarray:
    if name == "industry":
        return accounts[name].astype(object).where(accounts[name].notna(), None).to_numpy(dtype=object)
    return pd.to_numeric(accounts[name], errors="coerce").to_numpy(dtype=float)


def _recalibration(observations: pd.DataFrame, seed: int) -> tuple[float, float]:
    """Slope and shift of the log-odds that fit customers the model did not see; the slope neither reverses nor sharpens."""
    odds = np.full(len(observations), np.nan)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    base = observations["defaulted"].mean()
    for train, test in folds.split(observations, observations["defaulted"], observations["customer_id"]):
        odds[test] = np.log(base / (1 - base))
        fitted = _fit(observations.iloc[train])
        if fitted is not None:
            binnings, result, _information = fitted
            odds[test] = sm.add_constant(evidence(binnings, observations.iloc[test]), has_constant="add") @ result.params
    target = observations["defaulted"].to_numpy()
    slope = 0.0
    if np.ptp(odds) > 0:
        fit = sm.Logit(target, sm.add_constant(odds)).fit(disp=0)
        slope = float(np.clip(fit.params[1], 0.1, 1.0))
    offset = sm.GLM(target, np.ones(len(odds)), family=sm.families.Binomial(), offset=slope * odds).fit()
    return (slope, float(offset.params[0])) if slope else (0.1, float(offset.params[0]))


def _bounds(binning: OptimalBinning, count: int) -> dict[str, list]:
    """Bounds or values of each row of a binning's table, of which the last two are special values and what is missing."""
    blank = [np.nan] * count
    missing = [at == count - 1 for at in range(count)]
    if binning.dtype == "categorical":
        values = [", ".join(map(str, group)) for group in binning.splits]
        return {"low": blank, "high": blank, "values": (values + [None] * count)[:count], "missing": missing}
    low = [np.nan, *binning.splits, *[np.nan] * count][:count]
    return {"low": low, "high": [*binning.splits, *[np.nan] * count][:count], "values": [None] * count, "missing": missing}
