"""How well does each channel serve: time to resolve, complaints, and what makes a customer content with it (item 4.2.3)?

Open cases count: the median time to resolve is Kaplan and Meier's (1958). Drivers of the score are an ordered logit
(McCullagh 1980): an odds ratio below 1 makes a better score less likely.
"""

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from brandops.analysis.intervals import wilson, z_score

COMPLAINT = "complaint"
MINIMUM = 200  # scored cases: fewer than ten per level and driver say nothing


def service(cases: pd.DataFrame, orders: pd.Series, first: pd.Timestamp, as_of: pd.Timestamp, satisfied_from: int) -> pd.DataFrame:
    """Service by channel for cases opened from `first` to the end of `as_of`.

    Parameters
    ----------
    cases
        `service_cases`.
    orders
        Orders of the same days by channel_id.

    Returns
    -------
    DataFrame
        channel_id, cases, cases_per_1000 (orders), complaints, complaint_rate (complaints to orders) with low, high, hours
        (median to resolve), hours_low, hours_high, open, satisfied (share of scores from `satisfied_from`) with
        satisfied_low, satisfied_high, answers. Slowest first.
    """
    end = as_of + pd.Timedelta(days=1)
    seen = cases[cases["opened_at"].between(first, end, inclusive="left") & cases["channel_id"].notna()]
    rows = []
    for channel, part in seen.groupby("channel_id"):
        sold = float(orders.get(channel, np.nan))
        complaints = int((part["kind"] == COMPLAINT).sum())
        rate = complaints / sold if sold > 0 else np.nan
        low, high = wilson(rate, sold) if sold > 0 else (np.nan, np.nan)
        hours = (part["closed_at"].fillna(end) - part["opened_at"]).dt.total_seconds() / 3600
        median, bounds = _median(hours, part["closed_at"].notna())
        scores = part["csat"].dropna().astype(float)
        happy = float((scores >= satisfied_from).mean()) if len(scores) else np.nan
        happy_low, happy_high = wilson(happy, len(scores))
        rows.append({
            "channel_id": channel, "cases": len(part), "cases_per_1000": 1000 * len(part) / sold if sold > 0 else np.nan,
            "complaints": complaints, "complaint_rate": rate, "low": low, "high": high, "hours": median,
            "hours_low": bounds[0], "hours_high": bounds[1], "open": int(part["closed_at"].isna().sum()),
            "satisfied": happy, "satisfied_low": happy_low, "satisfied_high": happy_high, "answers": len(scores),
        })  # fmt: skip
    table = pd.DataFrame(rows)
    return table.sort_values("hours", ascending=False, kind="stable", ignore_index=True) if rows else table


def score_drivers(cases: pd.DataFrame, channels: pd.DataFrame) -> pd.DataFrame:
    """What goes with a better or worse score of a case.

    Returns
    -------
    DataFrame
        driver (`days` of waiting, `kind <kind>` against the most frequent one, `online` against offline), odds_ratio, low,
        high (95 %), p_value, n. Empty where fewer than `MINIMUM` cases are scored.
    """
    rows = cases.dropna(subset=["csat", "closed_at", "channel_id"])
    columns = ["driver", "odds_ratio", "low", "high", "p_value", "n"]
    if len(rows) < MINIMUM or rows["csat"].nunique() < 2:
        return pd.DataFrame(columns=columns)
    # A wait of more than five days annoys no further; uncapped, a few would draw the slope toward nought.
    days = ((rows["closed_at"] - rows["opened_at"]).dt.total_seconds() / 86400).clip(upper=5)
    made = {"days": days}
    kinds = rows["kind"].fillna("other").value_counts()
    made |= {f"kind {kind}": (rows["kind"] == kind).astype(float) for kind in sorted(kinds.index[1:])}
    online = rows["channel_id"].map(channels.set_index("channel_id")["channel_type"]) == "online"
    if online.nunique() > 1:
        made["online"] = online.astype(float)
    table = pd.DataFrame(made)
    score = pd.Categorical(rows["csat"].astype(int), ordered=True)
    fit = OrderedModel(score, table, distr="logit").fit(method="bfgs", disp=False, maxiter=200)
    names = list(table)
    bounds = fit.conf_int().loc[names]
    found = pd.DataFrame({
        "driver": names, "odds_ratio": np.exp(fit.params[names]).to_numpy(), "low": np.exp(bounds[0]).to_numpy(),
        "high": np.exp(bounds[1]).to_numpy(), "p_value": fit.pvalues[names].to_numpy(), "n": len(rows),
    })  # fmt: skip
    return found[columns]


def drivers_by_channel(cases: pd.DataFrame, channels: pd.DataFrame) -> pd.DataFrame:
    """`score_drivers` of each channel with enough scored cases: channel_id and its columns, in the channels' order."""
    found = [score_drivers(part, channels).assign(channel_id=channel) for channel, part in cases.groupby("channel_id")]
    told = [part for part in found if len(part)]
    columns = ["channel_id", "driver", "odds_ratio", "low", "high", "p_value", "n"]
    return pd.concat(told, ignore_index=True)[columns] if told else pd.DataFrame(columns=columns)


def heterogeneity(found: pd.DataFrame, driver: str) -> float:
    """p-value that a driver weighs alike in every channel of `drivers_by_channel` (Cochran's Q, 1954); NaN for fewer than two."""
    part = found[found["driver"] == driver]
    if len(part) < 2:
        return np.nan
    effect = np.log(part["odds_ratio"].to_numpy(float))
    error = np.log(part["high"] / part["low"]).to_numpy(float) / (2 * z_score())
    weight = error**-2
    mean = weight @ effect / weight.sum()
    return float(stats.chi2.sf(weight @ (effect - mean) ** 2, len(part) - 1))


def _median(hours: pd.Series, closed: pd.Series) -> tuple[float, tuple[float, float]]:
    curve = KaplanMeierFitter().fit(hours, closed)
    below = [curve.confidence_interval_.iloc[:, at] for at in (0, 1)]
    reached = [float(band.index[band <= 0.5][0]) if (band <= 0.5).any() else np.nan for band in below]
    median = float(curve.median_survival_time_)
    return (median if np.isfinite(median) else np.nan), (reached[0], reached[1])
