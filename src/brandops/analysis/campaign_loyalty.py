"""Do customers who took part in a campaign come back sooner than others like them (plan item 6.1.3)?

Repurchase is a time to event, cut off where the data end: Kaplan and Meier's (1958) estimate with Greenwood intervals.
Participants are compared with customers who bought in the same campaign's days and channel without taking part, matched one to
one without replacement within the same campaign, channel and segment on how often and how lately they had bought before
(coarsened exact matching: Iacus, King and Porro 2012); who finds no match is left out and counted. Matching removes
differences in what is matched on, no others.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test

from brandops.analysis.seeds import seed_of

WITHIN_DAYS = 90
HORIZON_DAYS = 180
MINIMUM = 30
_PURCHASES = (-1, 0, 1, 2, 4, 8, 16, np.inf)
_RECENCY = (-1, 30, 90, 180, 365, np.inf)


@dataclass(frozen=True)
class Loyalty:
    """Repurchase of participants against matched others.

    Attributes
    ----------
    curve
        group (`participants`, `others`), day, returned (share that bought again by then), low, high (95 %).
    participants, others
        (value, low, high): share that bought again within `WITHIN_DAYS`.
    difference
        (value, low, high) of the two.
    p_value
        Log-rank test over `HORIZON_DAYS`.
    matched, unmatched
        Participants compared, and those without a match.
    balance
        trait, participants, others: means after matching.
    """

    curve: pd.DataFrame
    participants: tuple[float, float, float]
    others: tuple[float, float, float]
    difference: tuple[float, float, float]
    p_value: float
    matched: int
    unmatched: int
    balance: pd.DataFrame


def matched_buyers(buyers: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Pair each participant with one other buyer of the same campaign.

    Parameters
    ----------
    buyers
        Mart `campaign_buyers`.

    Returns
    -------
    DataFrame
        The rows of both sides.
    int
        Participants without a match.
    """
    rows = buyers.copy()
    waited = (rows["bought_on"] - rows["last_on"]).dt.days
    rows["_often"] = np.asarray(pd.cut(rows["purchases_before"], _PURCHASES, labels=False))
    rows["_lately"] = np.asarray(pd.cut(waited, _RECENCY, labels=False))
    keys = ["campaign_id", "channel_id", "segment", "_often", "_lately"]
    rows["_stratum"] = rows.groupby(keys, dropna=False).ngroup()
    rng = np.random.default_rng(seed_of("matching", len(rows), int(rows["took_part"].sum())))
    rows["_at"] = rng.permutation(len(rows))
    rows = rows.sort_values(["_stratum", "_at"], kind="stable")
    rows["_rank"] = rows.groupby(["_stratum", "took_part"]).cumcount()
    sides = rows.groupby(["_stratum", "took_part"]).size().unstack(fill_value=0).reindex(columns=[False, True], fill_value=0)
    pairs = rows["_stratum"].map(sides.min(axis=1))
    kept = rows[rows["_rank"] < pairs]
    unmatched = int(rows["took_part"].sum() - kept["took_part"].sum())
    return kept.drop(columns=["_often", "_lately", "_stratum", "_at", "_rank"]).sort_index(), unmatched


def loyalty(buyers: pd.DataFrame, until: pd.Timestamp) -> Loyalty | None:
    """Compare participants with matched others; None with fewer than `MINIMUM` pairs.

    `until` is the last day known: who had not bought again by then is cut off there.
    """
    known = buyers[buyers["bought_on"] < until]
    pairs, unmatched = matched_buyers(known)
    if pairs["took_part"].sum() < MINIMUM:
        return None
    days, event = _durations(pairs, until)
    took = pairs["took_part"].to_numpy()
    curves, points = [], []
    for group, mask in (("participants", took), ("others", ~took)):
        fitter = KaplanMeierFitter().fit(days[mask], event[mask])
        at = np.arange(HORIZON_DAYS + 1)
        bounds = fitter.confidence_interval_
        low, high = (1 - bounds.iloc[:, side].reindex(at, method="ffill").to_numpy() for side in (1, 0))
        returned = 1 - fitter.survival_function_at_times(at).to_numpy()
        curves.append(pd.DataFrame({"group": group, "day": at, "returned": returned, "low": low, "high": high}))
        points.append((float(returned[WITHIN_DAYS]), float(low[WITHIN_DAYS]), float(high[WITHIN_DAYS])))
    (p, p_low, p_high), (o, o_low, o_high) = points
    half = float(np.hypot((p_high - p_low) / 2, (o_high - o_low) / 2))
    cut = np.minimum(days, HORIZON_DAYS)
    seen = event & (days <= HORIZON_DAYS)
    test = logrank_test(cut[took], cut[~took], seen[took], seen[~took])
    waited = (pairs["bought_on"] - pairs["last_on"]).dt.days
    traits = {"purchases_before": pairs["purchases_before"], "days_since_purchase": waited}
    balance = pd.DataFrame([(name, v[took].mean(), v[~took].mean()) for name, v in traits.items()],
                           columns=["trait", "participants", "others"])  # fmt: skip
    return Loyalty(pd.concat(curves, ignore_index=True), points[0], points[1], (p - o, p - o - half, p - o + half),
                   float(test.p_value), int(took.sum()), unmatched, balance)  # fmt: skip


def cohorts(buyers: pd.DataFrame, campaigns: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Participants of each campaign as a cohort, beside their matched others.

    Returns
    -------
    DataFrame
        campaign_id, campaign, starts_on, participants, first_time (share who had never bought before), days (`WITHIN_DAYS`, or
        how long ago the campaign ended if that is less), returned (share that bought again within as many days, by Kaplan and
        Meier), low, high (95 %), others (the same of matched others; NaN without any); latest first.
    """
    known = buyers[buyers["bought_on"] < until]
    pairs, _unmatched = matched_buyers(known)
    rows = []
    for row in campaigns[campaigns["campaign_id"].isin(known.loc[known["took_part"], "campaign_id"])].itertuples():
        took = known[known["took_part"] & (known["campaign_id"] == row.campaign_id)]
        others = pairs[~pairs["took_part"] & (pairs["campaign_id"] == row.campaign_id)]
        days = min(WITHIN_DAYS, max((until - row.ends_on).days, 1))
        returned, low, high = _returned(took, until, days)
        beside = _returned(others, until, days)[0] if len(others) else float("nan")
        rows.append((row.campaign_id, row.campaign, row.starts_on, took["customer_id"].nunique(),
                     (took["purchases_before"] == 0).mean(), days, returned, low, high, beside))  # fmt: skip
    columns = ["campaign_id", "campaign", "starts_on", "participants", "first_time", "days", "returned", "low", "high", "others"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["starts_on", "campaign_id"], ascending=False, ignore_index=True)


def _returned(rows: pd.DataFrame, until: pd.Timestamp, day: int) -> tuple[float, float, float]:
    """Share that bought again within `day` days, with its interval."""
    fitter = KaplanMeierFitter().fit(*_durations(rows, until))
    bounds = fitter.confidence_interval_.loc[:day].iloc[-1]
    return 1 - float(fitter.predict(day)), 1 - float(bounds.iloc[1]), 1 - float(bounds.iloc[0])


def _durations(rows: pd.DataFrame, until: pd.Timestamp) -> tuple[np.ndarray, np.ndarray]:
    """Days to the next purchase or to the end of the data, and whether it happened."""
    back = rows["next_on"].where(rows["next_on"] <= until)
    days = (back.fillna(until) - rows["bought_on"]).dt.days.to_numpy()
    return days, back.notna().to_numpy()


def answers_of_participants(answers: pd.DataFrame, buyers: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    """Of survey answers, those of customers given after they took part in a campaign from `since` on; each answer once."""
    took = buyers[buyers["took_part"] & (buyers["bought_on"] >= since)].groupby("customer_id")["bought_on"].min()
    joined = answers["customer_id"].map(took)
    return answers[joined.notna() & (answers["answered_at"] >= joined)]
