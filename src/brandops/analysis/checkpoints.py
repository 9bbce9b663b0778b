"""Does the year keep to its plan week by week and month by month, and was every slip answered (plan item
1.2.3)?

A month's target is phased to its days by two factors learnt from the past years: how much each weekday
sells, and how the days of that calendar month (Double 11, month end) differ once weekdays are taken out. A
checkpoint compares cumulative actual with cumulative plan since the year began; below the plan's threshold
it is a breach, and needs a corrective action.
"""

from datetime import date

import numpy as np
import pandas as pd

from brandops.periods import Grain, Period

CLOSED_WEEKDAY = 0.05  # a weekday that sells less than this part of a mean day is a closing day: no profile from it
ANSWER_DAYS = {
    Grain.WEEK: 14,
    Grain.MONTH: 31,
}  # a correction recorded this soon after a checkpoint answers its breach


CORRECTIVE_ITEMS = ("1.2.3", "1.3.1")  # a checkpoint missed, or a gap to the plan to be closed


def daily_plan(daily: pd.DataFrame, months: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Phase monthly targets to days.

    Parameters
    ----------
    daily
        Sales by day, `date` and `net_sales`, many rows a day allowed; days before the first planned month
        teach the profile.
    months
        `month` and `target`, the months of one fiscal year.
    as_of
        Later days have no actual.

    Returns
    -------
    DataFrame
        `date`, `month`, `target` (sums to each month's target), `actual` (NaN in the future), every day of
        the year.
    """
    first, last = months["month"].min(), months["month"].max() + pd.offsets.MonthEnd(0)
    days = pd.DataFrame({"date": pd.date_range(first, last)})
    days["month"] = days["date"].dt.to_period("M").dt.to_timestamp()
    weight = _day_weights(daily[daily["date"] < first], days["date"])
    weight = weight.where(weight.groupby(days["month"]).transform("sum") > 0, 1.0)
    share = weight / weight.groupby(days["month"]).transform("sum")
    days["target"] = share * days["month"].map(months.groupby("month")["target"].sum())
    sales = daily.groupby("date")["net_sales"].sum().reindex(days["date"]).fillna(0).to_numpy(float)
    days["actual"] = np.where(days["date"] <= pd.Timestamp(as_of), sales, np.nan)
    return days


def elapsed_share(days: pd.DataFrame, as_of: date) -> float:
    """Share of the as-of month's target that falls on its days up to `as_of`."""
    month = days[days["month"] == pd.Timestamp(as_of.replace(day=1))]
    total = month["target"].sum()
    return float(month.loc[month["date"] <= pd.Timestamp(as_of), "target"].sum() / total) if total > 0 else 1.0


def checkpoints(days: pd.DataFrame, year: Period, grain: Grain, as_of: date, threshold: float) -> pd.DataFrame:
    """Cumulative actual against cumulative plan at the end of every week or month of the year that has ended.

    Returns
    -------
    DataFrame
        `checkpoint` (label), `start`, `end`, `actual`, `target` (both of the week or month itself),
        `cumulative_actual`, `cumulative_target`, `attainment` (cumulative), `shortfall` (currency missing to
        the plan, 0 if none), `breach`.
    """
    indexed = days.set_index("date")[["actual", "target"]]
    running = indexed.cumsum()
    rows = []
    for part in year.split(grain):
        if part.end > as_of:
            break
        own, end = indexed.loc[str(part.start) : str(part.end)].sum(), running.loc[pd.Timestamp(part.end)]
        rows.append({
            "checkpoint": part.label, "start": pd.Timestamp(part.start), "end": pd.Timestamp(part.end),
            "actual": own["actual"], "target": own["target"], "cumulative_actual": end["actual"],
            "cumulative_target": end["target"],
        })  # fmt: skip
    columns = ["checkpoint", "start", "end", "actual", "target", "cumulative_actual", "cumulative_target"]
    table = pd.DataFrame(rows, columns=columns)
    table["attainment"] = table["cumulative_actual"] / table["cumulative_target"]
    table["shortfall"] = (table["cumulative_target"] - table["cumulative_actual"]).clip(lower=0)
    table["breach"] = table["attainment"] < threshold
    return table


def with_actions(
    table: pd.DataFrame, actions: pd.DataFrame | None, grain: Grain, items: tuple[str, ...] = CORRECTIVE_ITEMS
) -> pd.DataFrame:
    """Join each breach with the corrective actions recorded for it.

    An action on one of the plan items `items` answers a breach if it was open at some time from the checkpoint's start
    until `ANSWER_DAYS` after its end.

    Returns
    -------
    DataFrame
        The breaches of `table` with `actions` (identifiers, separated by commas), `action` (what, of the
        latest opened), `owner`, `opened_on`, `closed_on`, `answered`.
    """
    breaches = table[table["breach"]].drop(columns="breach").reset_index(drop=True)
    empty = pd.DataFrame(columns=["action_id", "action", "owner", "opened_on", "closed_on", "plan_item"])
    known = empty if actions is None else actions[actions["plan_item"].isin(items)].sort_values(["opened_on", "action_id"])
    found = [_answers(known, row, ANSWER_DAYS[grain]) for row in breaches.itertuples()]
    names = ["actions", "action", "owner", "opened_on", "closed_on"]
    joined = pd.DataFrame(found, columns=names, index=breaches.index)
    joined["opened_on"], joined["closed_on"] = (
        pd.to_datetime(joined["opened_on"]),
        pd.to_datetime(joined["closed_on"]),
    )
    return breaches.join(joined).assign(answered=joined["actions"].ne(""))


def breaches(weeks: pd.DataFrame, months: pd.DataFrame, actions: pd.DataFrame | None) -> pd.DataFrame:
    """The breaches among weekly and monthly checkpoints with what was done: `with_actions` of both, and `kind` (week, month)."""
    parts = [with_actions(weeks, actions, Grain.WEEK).assign(kind="week"),
             with_actions(months, actions, Grain.MONTH).assign(kind="month")]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _answers(actions: pd.DataFrame, checkpoint, days: int) -> tuple:
    in_time = actions["opened_on"] <= checkpoint.end + pd.Timedelta(days=days)
    still_open = actions["closed_on"].isna() | (actions["closed_on"] >= checkpoint.start)
    found = actions[in_time & still_open]
    if found.empty:
        return "", "", "", None, None
    last = found.iloc[-1]
    return ", ".join(found["action_id"]), last["action"], last["owner"], last["opened_on"], last["closed_on"]


def _day_weights(past: pd.DataFrame, days: pd.Series) -> pd.Series:
    sales = past.groupby("date")["net_sales"].sum().sort_index()
    if sales.empty:
        return pd.Series(1.0, days.index)
    sales = sales.reindex(pd.date_range(sales.index[0], sales.index[-1]), fill_value=0).clip(lower=0)
    whole = sales.groupby(sales.index.to_period("M")).transform("size") == sales.index.days_in_month
    ratio = (sales / sales.groupby(sales.index.to_period("M")).transform("mean"))[whole].dropna()
    if ratio.empty:
        return pd.Series(1.0, days.index)
    weekday = ratio.groupby(ratio.index.weekday).mean()
    level = pd.Series(ratio.index.weekday, ratio.index).map(weekday)
    plain = (ratio / level).where(level > CLOSED_WEEKDAY).dropna()
    profile = plain.groupby([plain.index.month, plain.index.day]).mean()
    of_month = plain.groupby(plain.index.month).mean()
    keys = list(zip(days.dt.month, days.dt.day, strict=True))
    base = [profile.get(k, of_month.get(k[0], 1.0)) for k in keys]
    return pd.Series(base, days.index) * days.dt.weekday.map(weekday).fillna(0)
