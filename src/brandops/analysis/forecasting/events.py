"""Events that move sales and move in the calendar: Chinese New Year, and the shopping festivals 618 and Double 11."""

import numpy as np
import pandas as pd

from brandops.analysis.festivals import CHINESE_NEW_YEAR

EVENTS = ("before_new_year", "new_year", "618", "double_11")
BEFORE, AFTER = 21, 7  # days of shopping before the festival, of closed shops after it


def event_days(first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Mask of every event over the days `first` to `last` (index); the years 2015 to 2035 are known."""
    days = pd.date_range(first, last)
    masks = {name: np.zeros(len(days), bool) for name in EVENTS}
    for text in CHINESE_NEW_YEAR:
        festival = pd.Timestamp(text)
        masks["before_new_year"] |= (days >= festival - pd.Timedelta(days=BEFORE)) & (days < festival)
        masks["new_year"] |= (days >= festival) & (days < festival + pd.Timedelta(days=AFTER))
    month_day = days.month * 100 + days.day
    masks["618"] |= (month_day >= 601) & (month_day <= 618)
    masks["double_11"] |= (month_day >= 1024) & (month_day <= 1111)
    return pd.DataFrame(masks, index=days)


def event_regressors(starts: pd.Index, ends: pd.Index) -> pd.DataFrame:
    """Share of each step's days that fall into each event.

    Parameters
    ----------
    starts, ends
        First and last day of every step.

    Returns
    -------
    DataFrame
        Indexed by `starts`: a fraction for each event that varies between years; one that always falls into the same step
        of the year is season, not influence, and is left out.
    """
    days = event_days(starts.min(), ends.max())
    counted = days.astype(float).cumsum()
    before = counted.shift(fill_value=0.0)
    length = np.asarray((ends - starts).days)[:, None] + 1
    share = (counted.loc[ends].to_numpy() - before.loc[starts].to_numpy()) / length
    found = pd.DataFrame(share, index=starts, columns=EVENTS)
    monthly = len(starts) > 1 and (starts.day == 1).all() and np.median(length) > 20
    return found[["before_new_year", "new_year"]] if monthly else found


def with_events(long: pd.DataFrame, horizon: int, step: str = "month") -> tuple[pd.DataFrame, pd.DataFrame]:
    """A history (unique_id, ds, y) by "month" or "week" with the events as regressors, and the regressors of the steps ahead."""
    offset = pd.offsets.MonthBegin() if step == "month" else pd.offsets.Week()
    dates = pd.date_range(long["ds"].min(), long["ds"].max() + horizon * offset, freq="MS" if step == "month" else "W-MON")
    found = event_regressors(dates, dates + offset - pd.Timedelta(days=1)).rename_axis("ds").reset_index()
    ahead = found[found["ds"] > long["ds"].max()]
    series = pd.DataFrame({"unique_id": long["unique_id"].unique()})
    return long.merge(found, on="ds").sort_values(["unique_id", "ds"], ignore_index=True), series.merge(ahead, how="cross")
