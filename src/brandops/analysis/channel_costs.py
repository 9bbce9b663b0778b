"""What a channel costs for what it sells, and how much it must sell to pay for itself (item 4.3.2).

Break-even by cost-volume-profit analysis (Horngren, Datar and Rajan, Cost Accounting, ch. 3): costs of the plan's fixed
types stay whatever is sold, all others and the cost of goods move with sales.
"""

from collections.abc import Collection

import numpy as np
import pandas as pd


def cost_effectiveness(
    sales: pd.DataFrame, costs: pd.DataFrame, months: pd.DatetimeIndex, fixed_types: Collection[str]
) -> pd.DataFrame:
    """Cost against sales by channel.

    Parameters
    ----------
    sales
        `channel_daily`.
    costs
        `channel_costs`.
    fixed_types
        Cost types that do not move with sales.

    Returns
    -------
    DataFrame
        channel_id, net_sales, units, operating_cost, fixed_cost, cost_to_sales, sales_to_cost, cost_to_margin (operating
        cost to gross margin: below 1 pays), break_even_sales, break_even_units (NaN where a sale brings no margin: no
        volume pays), safety (share of sales that could be lost before the channel makes a loss; negative: it makes one).
        Dearest first.
    """
    part = sales[sales["date"].dt.to_period("M").dt.to_timestamp().isin(months)]
    by = part.groupby("channel_id")
    table = by[["net_sales", "quantity"]].sum().join(by["cost"].agg(lambda cost: cost.sum(skipna=False)))
    paid = costs[costs["month"].isin(months)]
    table["operating_cost"] = paid.groupby("channel_id")["amount"].sum()
    fixed = paid[paid["cost_type"].isin(fixed_types)].groupby("channel_id")["amount"].sum()
    table["fixed_cost"] = fixed.reindex(table.index).fillna(0.0)
    table = table.dropna(subset=["operating_cost"])
    table = table[table["net_sales"] > 0].rename(columns={"quantity": "units"})
    table["cost_to_sales"] = table["operating_cost"] / table["net_sales"]
    table["sales_to_cost"] = table["net_sales"] / table["operating_cost"]
    table["cost_to_margin"] = table["operating_cost"] / (table["net_sales"] - table["cost"])
    rate = 1 - (table["cost"] + table["operating_cost"] - table["fixed_cost"]) / table["net_sales"]
    table["break_even_sales"] = (table["fixed_cost"] / rate).where(rate > 0, np.nan)
    table["break_even_units"] = table["break_even_sales"] / (table["net_sales"] / table["units"])
    table["safety"] = 1 - table["break_even_sales"] / table["net_sales"]
    named = ["net_sales", "units", "operating_cost", "fixed_cost", "cost_to_sales", "sales_to_cost", "cost_to_margin",
             "break_even_sales", "break_even_units", "safety"]  # fmt: skip
    return table[named].reset_index().sort_values("cost_to_sales", ascending=False, kind="stable", ignore_index=True)
