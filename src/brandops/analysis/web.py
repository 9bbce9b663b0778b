"""What the web analytics services saw, and how much of the ledger's orders they caught (plan item 2.2.3).

Trackers miss orders (blockers, consent, apps) and double-count some; their ratio to the booked orders says
whether their conversion figures can be used. Its interval resamples blocks of days: the misses of one day
share a cause, so that a binomial interval over single orders would be far too narrow.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

RESAMPLES = 2000
SEED = 20250101
# Tracking losses last for days, seldom for more than a week: blocks of seven days keep them together.
BLOCK_DAYS = 7


@dataclass(frozen=True)
class TrackedShare:
    """Tracked to booked orders, with the bounds of its 95 % interval (None where too few days were seen)."""

    ratio: float
    low: float | None
    high: float | None
    tracked: int
    booked: int


def traffic_by_month(web_daily: pd.DataFrame) -> pd.DataFrame:
    """Sum the visits each service measured.

    Returns
    -------
    DataFrame
        month, property, page_views, sessions, users (sum of daily visitors: a visitor of two days counts
        twice), conversions, revenue, conversion_rate (conversions to sessions), pages_per_session,
        bounce_rate and seconds_per_session (weighted by sessions). Sorted by month and property.
    """
    frame = web_daily.assign(month=months_of(web_daily["date"]))
    sums = ["page_views", "sessions", "users", "conversions", "revenue"]
    made = _summed(frame, ["month", "property"], sums)
    for mean in ("bounce_rate", "seconds_per_session"):
        known = frame[frame[mean].notna()]
        weighted = (known[mean] * known["sessions"]).groupby([known["month"], known["property"]]).sum()
        made[mean] = weighted / known.groupby(["month", "property"])["sessions"].sum()
    return _rates(made).reset_index()


def traffic_by_source(web_daily: pd.DataFrame) -> pd.DataFrame:
    """Sum visits by property and source/medium: property, source_medium, sessions, users, conversions,
    revenue, conversion_rate, share (of the property's sessions); most sessions first within a property.
    """
    made = _summed(web_daily, ["property", "source_medium"], ["sessions", "users", "conversions", "revenue"])
    made = _rates(made).reset_index()
    made["share"] = made["sessions"] / made.groupby("property")["sessions"].transform("sum")
    order = ["property", "sessions", "source_medium"]
    return made.sort_values(order, ascending=[True, False, True], ignore_index=True)


def tracked_orders_by_month(web_orders_daily: pd.DataFrame) -> pd.DataFrame:
    """Compare tracked with booked online orders.

    Returns
    -------
    DataFrame
        month, tracked_orders, ledger_orders, order_ratio, tracked_revenue, ledger_revenue, revenue_ratio. A
        ratio is NaN where nothing was booked.
    """
    columns = ["tracked_orders", "ledger_orders", "tracked_revenue", "ledger_revenue"]
    made = _summed(web_orders_daily.assign(month=months_of(web_orders_daily["date"])), ["month"], columns)
    made["order_ratio"] = made["tracked_orders"] / made["ledger_orders"].where(made["ledger_orders"] > 0)
    made["revenue_ratio"] = made["tracked_revenue"] / made["ledger_revenue"].where(made["ledger_revenue"] > 0)
    return made.reset_index()


def tracked_share(web_orders_daily: pd.DataFrame, level: float = 0.95) -> TrackedShare | None:
    """Estimate the share of booked orders the trackers see.

    The interval is a moving-block bootstrap over days (Künsch 1989) with a fixed seed.

    Parameters
    ----------
    web_orders_daily
        Days to estimate from; a day without tracked orders counts as zero.
    level
        Coverage of the interval.

    Returns
    -------
    TrackedShare or None
        None where no order was booked.
    """
    days = web_orders_daily.sort_values("date")
    tracked = days["tracked_orders"].fillna(0).to_numpy(dtype=float)
    booked = days["ledger_orders"].fillna(0).to_numpy(dtype=float)
    if not booked.sum():
        return None
    ratio = tracked.sum() / booked.sum()
    low = high = None
    if len(days) >= 2 * BLOCK_DAYS:
        random = np.random.default_rng(SEED)
        blocks = -(-len(days) // BLOCK_DAYS)
        starts = random.integers(0, len(days) - BLOCK_DAYS + 1, size=(RESAMPLES, blocks))
        drawn = (starts[:, :, None] + np.arange(BLOCK_DAYS)).reshape(RESAMPLES, -1)[:, : len(days)]
        ratios = tracked[drawn].sum(axis=1) / np.maximum(booked[drawn].sum(axis=1), 1)
        low, high = np.quantile(ratios, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return TrackedShare(float(ratio), low, high, int(tracked.sum()), int(booked.sum()))


def worst_tracked_days(web_orders_daily: pd.DataFrame, days: int = 10, min_orders: int = 20) -> pd.DataFrame:
    """List the days on which most booked orders went unseen.

    Returns
    -------
    DataFrame
        date, tracked_orders, ledger_orders, order_ratio, unseen; days with fewer than `min_orders` bookings
        are left out, most unseen orders first.
    """
    busy = web_orders_daily[web_orders_daily["ledger_orders"] >= min_orders].copy()
    busy["order_ratio"] = busy["tracked_orders"] / busy["ledger_orders"]
    busy["unseen"] = busy["ledger_orders"] - busy["tracked_orders"]
    columns = ["date", "tracked_orders", "ledger_orders", "order_ratio", "unseen"]
    return busy.sort_values(["unseen", "date"], ascending=[False, True])[columns].head(days).reset_index(drop=True)


def months_of(dates: pd.Series) -> pd.Series:
    """First day of each date's month."""
    return dates.astype("datetime64[ns]").dt.to_period("M").dt.to_timestamp().astype("datetime64[ns]")


def _summed(frame: pd.DataFrame, keys: list[str], columns: list[str]) -> pd.DataFrame:
    return frame.groupby(keys)[columns].sum()


def _rates(sums: pd.DataFrame) -> pd.DataFrame:
    sessions = sums["sessions"].where(sums["sessions"] > 0)
    sums["conversion_rate"] = sums["conversions"] / sessions
    if "page_views" in sums:
        sums["pages_per_session"] = sums["page_views"] / sessions
    return sums
