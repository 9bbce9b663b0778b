"""What does each channel bring: sales, margin, contribution, growth, returns, order value (items 4.1.1, 4.3.1)?

Gross margin is net sales less cost of goods; contribution is what remains of it after the channel's own costs
(commission, rent, staff, logistics, acquisition, ...), the margin concept of channel accounting (Kotler and Keller,
Marketing Management, ch. 17). Amounts are in currency, rates are fractions of net sales unless said otherwise. What a
company does not supply (cost of goods, channel costs) leaves the measures that need it blank.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from brandops.periods import Grain, Period, add_months

SUMS = ["net_sales", "gross_sales", "returns", "quantity", "cost", "orders"]


@dataclass(frozen=True)
class Windows:
    """Months compared, as first days: `now` (of the period), `year_ago`, `last_year` and `year_before` (twelve each)."""

    now: pd.DatetimeIndex
    year_ago: pd.DatetimeIndex
    last_year: pd.DatetimeIndex
    year_before: pd.DatetimeIndex


def windows(period: Period, as_of: date) -> Windows:
    """Complete months of the period (where it has none yet: the latest), and of the year up to them."""
    complete = [m for m in period.split(Grain.MONTH) if m.end <= as_of] if period.grain is not Grain.WEEK else []
    ended = add_months(as_of, 0) if pd.Timestamp(as_of).is_month_end else add_months(as_of, -1)
    now = pd.DatetimeIndex([m.start for m in complete] or [ended])
    year = pd.date_range(end=now[-1], periods=12, freq="MS")
    back = pd.DateOffset(years=1)
    return Windows(now, now - back, year, year - back)


def names_and_types(sales_monthly: pd.DataFrame) -> tuple[dict[str, str], pd.Series]:
    """Name and type of each channel that ever sold, by channel_id."""
    table = sales_monthly.drop_duplicates("channel_id").set_index("channel_id")
    return table["channel"].to_dict(), table["channel_type"]


def months_sold(sales_monthly: pd.DataFrame, months: pd.DatetimeIndex) -> int:
    """How many of `months` the company's sales reach back to: twelve of a year, fewer where they begin later."""
    return int((months >= sales_monthly["month"].min()).sum())


def performance(
    sales: pd.DataFrame, costs: pd.DataFrame | None, now: pd.DatetimeIndex, before: pd.DatetimeIndex, by: list[str]
) -> pd.DataFrame:
    """What each channel, or part of a channel, brought.

    Parameters
    ----------
    sales
        `month` (first day) or `date`, the columns of `by`, and those of `SUMS` the company has.
    costs
        `channel_costs` (channel_id, month, amount); None: not supplied. Spread over the parts of a channel in proportion
        to net sales.
    now, before
        First days of the months looked at and compared with.
    by
        Columns that make up a part; `channel_id` among them where there are `costs`.

    Returns
    -------
    DataFrame
        The columns of `by`; net_sales, gross_margin, margin_rate, operating_cost, contribution, contribution_rate, growth
        (on `before`), return_rate (returns to gross sales), average_order (gross sales per order), share (of all net
        sales), base (net sales before), cost_before (operating cost before), contribution_before. Largest sales first.
    """
    table = _sums(sales, now, by).join(_sums(sales, before, by)[["net_sales", "cost"]], how="outer", rsuffix="_before")
    table[["net_sales", "net_sales_before"]] = table[["net_sales", "net_sales_before"]].fillna(0.0)
    table = table.rename(columns={"net_sales_before": "base", "cost_before": "goods_before"}).reset_index()
    table["gross_margin"] = table["net_sales"] - table["cost"]
    table["operating_cost"] = _spread(costs, now, table, "net_sales")
    table["cost_before"] = _spread(costs, before, table, "base")
    table["contribution"] = table["gross_margin"] - table["operating_cost"]
    table["contribution_before"] = table["base"] - table["goods_before"] - table["cost_before"]
    sold = table["net_sales"].where(table["net_sales"] > 0)
    table["margin_rate"] = table["gross_margin"] / sold
    table["contribution_rate"] = table["contribution"] / sold
    table["growth"] = table["net_sales"] / table["base"].where(table["base"] > 0) - 1
    table["return_rate"] = table["returns"] / table["gross_sales"].where(table["gross_sales"] > 0)
    table["average_order"] = table["gross_sales"] / table["orders"].where(table["orders"] > 0)
    table["share"] = table["net_sales"] / table["net_sales"].sum()
    named = ["net_sales", "gross_margin", "margin_rate", "operating_cost", "contribution", "contribution_rate", "growth",
             "return_rate", "average_order", "share", "base", "cost_before", "contribution_before"]  # fmt: skip
    table = table[table["net_sales"].ne(0) | table["base"].ne(0)]
    return table[[*by, *named]].sort_values(["net_sales", *by], ascending=[False] + [True] * len(by), ignore_index=True)


def per_order_of_category(parts: pd.DataFrame, category_monthly: pd.DataFrame | None, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Parts by channel_id and category with their `average_order`: gross sales of the category per order that holds it.

    An order spans categories, so these amounts do not add up to the channel's average order. Blank without the mart.
    """
    if category_monthly is None:
        return parts.assign(average_order=np.nan)
    by = ["channel_id", "category"]
    sums = category_monthly[category_monthly["month"].isin(months)].groupby(by)[["gross_sales", "orders"]].sum()
    worth = (sums["gross_sales"] / sums["orders"].where(sums["orders"] > 0)).rename("average_order")
    return parts.drop(columns="average_order").merge(worth.reset_index(), on=by, how="left")


def contribution_to_growth(table: pd.DataFrame) -> pd.DataFrame:
    """How each part's share moved and what it added to the growth of the whole.

    `table` is a `performance`. Adds base_share, shift (percentage points as a fraction), growth_contribution (change in
    sales to all sales before; sums to the growth of the whole).
    """
    total = table["base"].sum()
    base_share = table["base"] / (total if total > 0 else np.nan)
    return table.assign(
        base_share=base_share, shift=table["share"] - base_share,
        growth_contribution=(table["net_sales"] - table["base"]) / (total if total > 0 else np.nan),
    )  # fmt: skip


def online_year(table: pd.DataFrame, kinds: pd.Series) -> dict[str, float] | None:
    """Online share of a `performance` and of the time before it: `share`, `base_share`; None without an online channel."""
    sold = table[table["channel_id"].map(kinds) == "online"]
    if sold.empty:
        return None
    before = table["base"].sum() or np.nan
    return {"share": sold["net_sales"].sum() / table["net_sales"].sum(), "base_share": sold["base"].sum() / before}


def online_share(sales: pd.DataFrame, months: int = 12) -> pd.DataFrame:
    """Online share of net sales by month and over `months` months to it.

    `sales` holds month, channel_type, net_sales. Returns month, share, rolling (blank until enough months are there).
    """
    totals = sales.pivot_table(index="month", columns="channel_type", values="net_sales", aggfunc="sum").fillna(0.0)
    online = totals["online"] if "online" in totals else pd.Series(0.0, totals.index)
    rolled = [part.rolling(months, min_periods=months).sum() for part in (online, totals.sum(axis=1))]
    return pd.DataFrame({"share": online / totals.sum(axis=1), "rolling": rolled[0] / rolled[1]}).reset_index()


def _sums(sales: pd.DataFrame, months: pd.DatetimeIndex, by: list[str]) -> pd.DataFrame:
    month = sales["month"] if "month" in sales else sales["date"].dt.to_period("M").dt.to_timestamp()
    part = sales[month.isin(months)].reindex(columns=[*by, *SUMS])
    table = part.groupby(by, dropna=False)[SUMS].sum()
    # A part with a line of unknown cost has no cost: half a cost would show as margin.
    table["cost"] = part.groupby(by, dropna=False)["cost"].agg(lambda cost: cost.sum(skipna=False))
    return table.astype(float)


def _spread(costs: pd.DataFrame | None, months: pd.DatetimeIndex, table: pd.DataFrame, by: str) -> pd.Series:
    if costs is None or "channel_id" not in table:
        return pd.Series(np.nan, table.index)
    amount = costs[costs["month"].isin(months)].groupby("channel_id")["amount"].sum()
    total = table.groupby("channel_id")[by].transform("sum")
    return table["channel_id"].map(amount) * table[by] / total.where(total != 0)
