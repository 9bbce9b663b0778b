"""Do we win enough new customers, where, and at what cost (plan item 1.1.3)?

A new customer is one whose first-ever purchase falls on the day. The data must reach back far enough to
tell: within the first year of the sales history an old customer's next purchase looks like a first one, so
nothing is claimed before.

`new_daily` has `date`, `channel_type` (online, offline), `channel_id`, `region`, `new_customers`.
"""

from datetime import date

import numpy as np
import pandas as pd

from brandops.analysis.goals import starts_of, year_earlier
from brandops.periods import Period, add_months

LOOK_BACK_MONTHS = 12  # buyers who come less than once a year are rare enough not to matter


def history_reaches_back(first_sale: date, year: Period) -> bool:
    """Whether a first purchase in `year` can be told from a returning customer's."""
    return first_sale <= add_months(year.start, -LOOK_BACK_MONTHS)


def new_customers(
    new_daily: pd.DataFrame, year: Period, period: Period, as_of: date, target: int, phased: pd.DataFrame,
    by: str = "channel_type",
) -> pd.DataFrame:  # fmt: skip
    """First-ever buyers of the period and of the year to date against the phased target.

    The year's target is phased by `phased` (`date`, `target`: the daily sales plan, whose shares of the year
    are used) and split over the parts as last year's new customers were; a part without any last year has no
    target of its own.

    Returns
    -------
    DataFrame
        One row per part and one for `all`: `part`, `period_actual`, `period_target`, `year_actual`,
        `year_target` (to date), `full_target` (whole year), `attainment` (of the year to date), `year_ago`
        (same days last year), `growth`.
    """
    stop, last = min(as_of, year.end), year.previous()
    spans = {
        "period_actual": (max(period.start, year.start), min(period.end, stop)),
        "year_actual": (year.start, stop),
        "year_ago": (last.start, year_earlier(stop)),
        "whole_last": (last.start, last.end),
    }
    parts = pd.DataFrame({name: _count(new_daily, *span, by) for name, span in spans.items()}).fillna(0)
    parts = pd.concat([parts.sort_index(), parts.sum().to_frame("all").T])
    weight = phased.set_index("date")["target"] / phased["target"].sum()
    of_period = weight.loc[str(spans["period_actual"][0]) : str(spans["period_actual"][1])].sum()
    to_date = weight.loc[: str(stop)].sum()
    everyone = parts.at["all", "whole_last"]
    share = parts["whole_last"] / everyone if everyone else pd.Series(np.nan, parts.index)
    share["all"] = 1.0
    parts["full_target"] = (target * share).where(share > 0)
    parts["period_target"], parts["year_target"] = (
        parts["full_target"] * of_period,
        parts["full_target"] * to_date,
    )
    parts["attainment"] = parts["year_actual"] / parts["year_target"].where(parts["year_target"] > 0)
    parts["growth"] = (parts["year_actual"] / parts["year_ago"] - 1).where(parts["year_ago"] > 0)
    columns = [
        "period_actual",
        "period_target",
        "year_actual",
        "year_target",
        "full_target",
        "attainment",
        "year_ago",
        "growth",
    ]
    return parts[columns].rename_axis("part").reset_index()


def new_customers_by_month(new_daily: pd.DataFrame, first: date, as_of: date, by: str = "channel_type") -> pd.DataFrame:
    """First-ever buyers by month and part: `month`, `part`, `new_customers`, zero where a month had none."""
    rows = new_daily[new_daily["date"].between(pd.Timestamp(first), pd.Timestamp(as_of))]
    month = rows["date"].dt.to_period("M").dt.to_timestamp()
    wide = rows.groupby([month, rows[by].fillna("–")])["new_customers"].sum().unstack(fill_value=0)
    wide = wide.reindex(pd.date_range(first.replace(day=1), as_of, freq="MS"), fill_value=0)
    return wide.rename_axis(index="month", columns="part").stack().rename("new_customers").reset_index()


def acquisition_cost(
    costs: pd.DataFrame,
    channels: pd.DataFrame,
    new_daily: pd.DataFrame,
    months: list[Period],
    cost_types: list[str],
) -> pd.DataFrame:
    """Cost of winning one customer, by channel type and in all.

    Parameters
    ----------
    costs
        `channel_id`, `month`, `cost_type`, `amount`.
    channels
        `channel_id`, `channel_type`.
    months
        Months counted; costs are booked by month.
    cost_types
        Kinds of cost that win customers.

    Returns
    -------
    DataFrame
        `part`, `cost`, `new_customers`, `cost_per_customer` (NaN where nobody was won).
    """
    starts = [start for month in months for start in starts_of(month)]
    spent = costs[costs["month"].isin(starts) & costs["cost_type"].isin(cost_types)]
    spent = spent.merge(channels[["channel_id", "channel_type"]], on="channel_id", how="left")
    won = _count(new_daily, months[0].start, months[-1].end, "channel_type")
    table = pd.DataFrame({"cost": spent.groupby("channel_type")["amount"].sum(), "new_customers": won}).fillna(0)
    table = pd.concat([table.sort_index(), table.sum().to_frame("all").T]).rename_axis("part").reset_index()
    table["cost_per_customer"] = (table["cost"] / table["new_customers"]).where(table["new_customers"] > 0)
    return table


def _count(new_daily: pd.DataFrame, start: date, end: date, by: str) -> pd.Series:
    rows = new_daily[new_daily["date"].between(pd.Timestamp(start), pd.Timestamp(end))]
    return rows.groupby(rows[by].fillna("–"))["new_customers"].sum().astype(float)
