"""What did a mailing do to those who got it, when nobody drew lots? Recipients against customers like them.

Coarsened exact matching (Iacus, King and Porro 2012, Political Analysis): customers are put into cells by what they bought in
the weeks before the campaign and how many other campaigns they received meanwhile; within a cell recipients are compared with
the others, and cells are weighted by their recipients. Within cells what is left of the past is taken out by a common slope.
Recipients in cells with nobody else are left out and counted. Errors are robust (HC2), intervals t intervals.

Whoever sends coupons sends them to good customers. Matching makes up for what the records show, and for nothing else: the same
comparison of the last four weeks *before* the campaign, with matches by the weeks before those, should show nothing; where it
does, recipients were on the way up (or down) already.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from brandops.analysis.intervals import LEVEL

BANDS = 6  # of spending before, each: none, and fifths of those who bought
FEWEST = 20  # matched recipients below which nothing is said


@dataclass(frozen=True)
class Matched:
    """Effect on the mean recipient.

    Attributes
    ----------
    effect, low, high
        Per matched recipient, in the outcome's unit.
    relative
        Against what recipients would have bought without.
    recipients, matched, others
        Recipients, those with somebody to compare with, and the customers they were compared with.
    """

    effect: float
    low: float
    high: float
    relative: float
    p_value: float
    recipients: int
    matched: int
    others: int
    level: float


def matched_effect(customers: pd.DataFrame, outcome: str, past: list[str], exact: list[str] | None = None,
                   level: float = LEVEL) -> Matched | None:  # fmt: skip
    """Compare recipients with customers like them; None with fewer than `FEWEST` matched recipients.

    Parameters
    ----------
    customers
        One row per customer: `received`, `outcome`, amounts of the `past` to be matched in bands, and `exact` columns.
    """
    cells = pd.DataFrame({name: _bands(customers[name]) for name in past})
    for name in exact or []:
        cells[name] = customers[name].to_numpy()
    cell = cells.groupby(list(cells.columns), sort=True).ngroup().to_numpy()
    received = customers["received"].to_numpy(bool)
    count = cell.max(initial=-1) + 1
    mine, theirs = np.bincount(cell[received], minlength=count), np.bincount(cell[~received], minlength=count)
    shared = (mine[cell] > 0) & (theirs[cell] > 0)
    matched, others = int((shared & received).sum()), int((shared & ~received).sum())
    if matched < FEWEST or others < FEWEST:
        return None
    effect, error, free = _within(customers[shared], outcome, past, cell[shared], received[shared])
    half = stats.t.ppf(0.5 + level / 2, free) * error
    without = customers.loc[shared & received, outcome].mean() - effect
    return Matched(effect, effect - half, effect + half, effect / without if without > 0 else np.nan,
                   float(2 * stats.t.sf(abs(effect) / error, free)) if error > 0 else np.nan, int(received.sum()), matched, others,
                   level)  # fmt: skip


def _within(part: pd.DataFrame, outcome: str, past: list[str], cell: np.ndarray, received: np.ndarray) -> tuple[float, float, int]:
    """Weighted regression on receipt within cells: effect, its robust error, degrees of freedom."""
    codes = np.unique(cell, return_inverse=True)[1]
    mine, theirs = np.bincount(codes[received]), np.bincount(codes[~received])
    weight = np.where(received, 1.0, mine[codes] / theirs[codes])
    columns = np.column_stack([received.astype(float), *(np.log1p(part[name].clip(lower=0).to_numpy(float)) for name in past),
                               part[outcome].to_numpy(float)])  # fmt: skip
    total = np.bincount(codes, weight)
    for at in range(columns.shape[1]):
        columns[:, at] -= (np.bincount(codes, weight * columns[:, at]) / total)[codes]
    kept = [0, *(at for at in range(1, columns.shape[1] - 1) if columns[:, at].std() > 1e-9)]
    fit = sm.WLS(columns[:, -1], columns[:, kept], weights=weight).fit(cov_type="HC2")
    free = len(part) - len(total) - len(kept)
    # The cells' means were fitted too: the errors' degrees of freedom are fewer than the regression knows.
    return float(fit.params[0]), float(fit.bse[0] * np.sqrt((len(part) - len(kept)) / max(free, 1))), max(free, 1)


def _bands(values: pd.Series) -> np.ndarray:
    """0 for nothing, else the fifth of those above it the value lies in."""
    bought = values > 0
    edges = np.unique(np.quantile(values[bought], np.linspace(0, 1, BANDS)[1:-1])) if bought.any() else []
    return np.where(bought, 1 + np.searchsorted(edges, values, side="left"), 0)


def mailings(around: pd.DataFrame, campaigns: pd.DataFrame, last_day: object, first_day: object) -> pd.DataFrame:
    """Effect of every campaign sent to known customers that ended by `last_day` and has four weeks of sales before it.

    Parameters
    ----------
    around
        The mart campaign_customers: campaign_id, customer_id, received, before_early, before_late, during, other_campaigns.
    campaigns
        The contract's campaigns.

    Returns
    -------
    DataFrame
        campaign_id, campaign, theme, starts_on, ends_on, recipients, matched, others, effect, low, high (per recipient),
        relative, p_value, q_value (p_value allowing for all mailings compared, Benjamini and Hochberg 1995), added, added_low,
        added_high (all matched recipients), before, before_low, before_high (the placebo: per recipient, last four weeks before),
        told (whether there is a number), suspect (the placebo is not nothing).
    """
    rows = []
    runs = campaigns[campaigns["campaign_id"].isin(around["campaign_id"])].sort_values(["starts_on", "campaign_id"])
    for run in runs.itertuples():
        facts = {"campaign_id": run.campaign_id, "campaign": run.campaign, "theme": run.theme, "starts_on": run.starts_on,
                 "ends_on": run.ends_on, "told": False, "suspect": False}  # fmt: skip
        part = around[around["campaign_id"] == run.campaign_id].reset_index(drop=True)
        facts["recipients"] = int(part["received"].sum())
        seen = run.starts_on - pd.Timedelta(days=7 * 12) >= pd.Timestamp(first_day) and run.ends_on <= pd.Timestamp(last_day)
        part["others"] = part["other_campaigns"].clip(upper=2)
        made = matched_effect(part, "during", ["before_early", "before_late"], ["others"]) if seen else None
        fake = matched_effect(part, "before_late", ["before_early"], ["others"]) if seen else None
        if made is not None:
            facts |= {"told": True, "matched": made.matched, "others": made.others, "effect": made.effect, "low": made.low,
                      "high": made.high, "relative": made.relative, "p_value": made.p_value, "added": made.effect * made.matched,
                      "added_low": made.low * made.matched, "added_high": made.high * made.matched}  # fmt: skip
        if fake is not None:
            facts |= {"before": fake.effect, "before_low": fake.low, "before_high": fake.high,
                      "suspect": not fake.low <= 0 <= fake.high}  # fmt: skip
        rows.append(facts)
    columns = ["campaign_id", "campaign", "theme", "starts_on", "ends_on", "recipients", "matched", "others", "effect", "low",
               "high", "relative", "p_value", "q_value", "added", "added_low", "added_high", "before", "before_low",
               "before_high", "told", "suspect"]  # fmt: skip
    table = pd.DataFrame(rows).reindex(columns=columns)
    known = table["p_value"].notna()
    if known.any():
        table.loc[known, "q_value"] = stats.false_discovery_control(table.loc[known, "p_value"].astype(float))
    return table
