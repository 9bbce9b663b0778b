"""Cleaning of series before they are forecast, by rules that say what they touched (plan item 3.2.1).

Rules, in order: `missing` (a period no source delivered is unknown, not zero), `zero_run` (three or more zero periods
between sales are an interruption), `stock_out` (an empty shelf hides demand), `outlier` (far from level and season, and
neither a promotion nor a festival). What a rule changes keeps its old value beside the new one; nothing is dropped. Level
and season are robust: a median over thirteen periods, then the median of each season (Hampel 1974; robust STL's idea,
Cleveland et al. 1990).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

ZERO_RUN = 3
OUTLIER_LIMIT = 4.5  # robust standard deviations; Hampel's 3 would take one month in 370 of good data
MIN_SPREAD = 0.05  # log; a series of hardly any noise must not turn every wiggle into an outlier
MIN_HISTORY = 18
LEVEL_WINDOW = 7  # periods around, once the season is taken out
MAX_UPLIFT_SHARE = 0.5  # beyond half a period without stock, sales say too little: the usual level is taken

RULES = ("missing", "zero_run", "stock_out", "outlier")


@dataclass(frozen=True)
class Prepared:
    """A cleaned panel.

    Attributes
    ----------
    series
        unique_id, ds, y (cleaned), y_raw (NaN: not delivered), rule (None: untouched).
    changes
        unique_id, ds, rule, before, after: one row per value touched.
    summary
        rule, series, values, before, after (sums over what it touched), share (of all values); every rule has its row.
    """

    series: pd.DataFrame
    changes: pd.DataFrame
    summary: pd.DataFrame


def prepare(
    history: pd.DataFrame, *, season_length: int = 12, freq: str = "MS", delivered: pd.DatetimeIndex | None = None
) -> Prepared:
    """Clean series by the rules above.

    Parameters
    ----------
    history
        unique_id, ds, y; optional `out_share` (share of the period without stock, 0 to 1) and `explained` (bool: a
        promotion or festival explains a peak). One row per series and period; periods may be absent.
    delivered
        Periods for which the sources sent data; absent periods among them are true zeros, others unknown. None: all.

    Raises
    ------
    ValueError
        Absent columns, no rows, two rows for a series and period, or a value that is not finite.
    """
    _check(history)
    parts = [_prepare_one(name, part, season_length, freq, delivered) for name, part in history.groupby("unique_id", sort=True)]
    series = pd.concat(parts, ignore_index=True)
    touched = series[series["rule"].notna()]
    changes = touched.rename(columns={"y_raw": "before", "y": "after"})[["unique_id", "ds", "rule", "before", "after"]]
    return Prepared(series, changes.reset_index(drop=True), _summary(changes, len(series)))


def stock_records(stock_monthly: pd.DataFrame) -> pd.DataFrame:
    """Stock records that do not add up: a day is not the day before plus received less sold.

    Returns
    -------
    DataFrame
        month, product_id, unbalanced (records), on_hand_mean (as recorded), usual (median of the product's other months).
    """
    bad = stock_monthly[stock_monthly["unbalanced"] > 0]
    sound = stock_monthly[stock_monthly["unbalanced"] == 0].groupby("product_id")["on_hand_mean"].median()
    made = bad.assign(usual=bad["product_id"].map(sound))[["month", "product_id", "unbalanced", "on_hand_mean", "usual"]]
    return made.sort_values(["month", "product_id"], ignore_index=True)


def _prepare_one(name, part: pd.DataFrame, season: int, freq: str, delivered) -> pd.DataFrame:
    part = part.set_index("ds").sort_index()
    periods = pd.date_range(part.index.min(), part.index.max(), freq=freq)
    full = part.reindex(periods)
    absent = full["y"].isna()
    unknown = absent & (False if delivered is None else ~periods.isin(delivered))
    raw = full["y"].where(~absent | unknown, 0.0)
    rule = pd.Series(None, index=periods, dtype=object)
    rule[unknown] = "missing"
    rule[_zero_runs(raw) & rule.isna()] = "zero_run"
    out = full["out_share"].fillna(0.0).clip(0, 1) if "out_share" in full else pd.Series(0.0, index=periods)
    good = raw.where(rule.isna())
    expected, spread = _expected(good.where(out == 0), season)
    y = raw.where(rule.isna(), expected)
    uplift = np.where(out <= MAX_UPLIFT_SHARE, raw / (1 - out.clip(upper=MAX_UPLIFT_SHARE)), expected)
    short = (out > 0) & rule.isna() & (uplift > raw)
    y[short] = uplift[short]
    rule[short] = "stock_out"
    explained = full["explained"].astype("boolean").fillna(False).astype(bool) if "explained" in full else False
    if spread is not None:
        distance = (np.log1p(raw.clip(lower=0)) - np.log1p(expected.clip(lower=0))) / spread
        far = rule.isna() & (distance.abs() > OUTLIER_LIMIT) & ~((distance > 0) & explained)
        y[far] = expected[far]
        rule[far] = "outlier"
    return pd.DataFrame({"unique_id": name, "ds": periods, "y": y.to_numpy(float), "y_raw": raw.to_numpy(float),
                         "rule": rule.to_numpy()})  # fmt: skip


def _zero_runs(raw: pd.Series) -> pd.Series:
    """Zero periods in a run of at least `ZERO_RUN` with sales before and after."""
    zero = raw <= 0  # returns alone are no sale
    run = (zero != zero.shift()).cumsum()
    length = zero.groupby(run).transform("sum")
    sold = raw > 0
    between = (sold.cumsum() > 0) & (sold[::-1].cumsum()[::-1] > 0)
    return zero & (length >= ZERO_RUN) & between


def _expected(good: pd.Series, season: int) -> tuple[pd.Series, float | None]:
    """Level and season of a series, robustly, and the spread of the rest in logs; None for a short history."""
    log = np.log1p(good.clip(lower=0))
    # Whole windows only: half a window at an end would take its season for level.
    level = log.rolling(season + 1, center=True, min_periods=max(season - 2, 3)).median()
    level = level.interpolate(limit_direction="both").fillna(log.median() if log.notna().any() else 0.0)
    rest = log - level
    if rest.notna().sum() < MIN_HISTORY:
        return np.expm1(level), None
    phase = np.arange(len(log)) % season
    seasonal = rest.groupby(phase).transform("median").fillna(0.0)
    # Now that the season is known, a shorter window follows the level up to both ends.
    level = (log - seasonal).rolling(LEVEL_WINDOW, center=True, min_periods=3).median()
    level = level.interpolate(limit_direction="both")
    rest = log - level - seasonal
    spread = 1.4826 * float((rest - rest.median()).abs().median())
    return np.expm1(level + seasonal).clip(lower=0), max(spread, MIN_SPREAD)


def _summary(changes: pd.DataFrame, count: int) -> pd.DataFrame:
    made = changes.groupby("rule").agg(series=("unique_id", "nunique"), values=("ds", "size"), before=("before", "sum"),
                                       after=("after", "sum"))  # fmt: skip
    made = made.reindex(RULES).fillna(0).rename_axis("rule").reset_index()
    made[["series", "values"]] = made[["series", "values"]].astype(int)
    return made.assign(share=made["values"] / max(count, 1))


def _check(history: pd.DataFrame) -> None:
    absent = [name for name in ("unique_id", "ds", "y") if name not in history]
    if absent:
        raise ValueError(f"history lacks {', '.join(absent)}; columns: {', '.join(map(str, history.columns))}")
    if history.empty:
        raise ValueError("history has no rows")
    twice = history.duplicated(["unique_id", "ds"])
    if twice.any():
        row = history[twice].iloc[0]
        raise ValueError(f"history has two rows for {row['unique_id']} at {row['ds']}")
    bad = ~np.isfinite(history["y"].to_numpy(float))
    if bad.any():
        row = history[bad].iloc[0]
        raise ValueError(f"y is not finite for {row['unique_id']} at {row['ds']}")
