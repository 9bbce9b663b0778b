"""What the next unit of money brings in each channel, as against what money brought there on average (the answer of section 4).

The return on a channel's cost (`channel_ranking`) is an average: good for who earns and who does not, too good for the next
unit of money where a channel nears saturation. What more money would bring is the slope of sales on spending, and only
advertising is spent in a way that shows it: its level changes from week to week (`media_response`). Its marginal profit is
that of one more unit a day on the platforms leading to the channel, spread over them as today, less the channel's costs that
move with sales.
"""

from collections.abc import Collection

import numpy as np
import pandas as pd

from brandops.analysis.media_budget import economics, marginal_draws
from brandops.analysis.media_response import media_response, response_panel

COLUMNS = ["channel_id", "spend", "value", "low", "high", "average", "best", "pays"]
ADVERTISING = "acquisition"  # the contract's cost type for it: spending itself, not a cost that sales bring about


def next_money(
    demand: pd.DataFrame | None, ads: pd.DataFrame | None, campaigns: pd.DataFrame | None, sales: pd.DataFrame,
    costs: pd.DataFrame | None, platforms: dict[str, str], fixed_types: Collection[str], months: pd.DatetimeIndex,
) -> pd.DataFrame:  # fmt: skip
    """`marginal_returns` from the marts `demand_daily`, `ads_daily`, `campaigns`, `channel_daily` and `channel_costs`.

    `platforms`: the channel each leads to; `months`: the year looked at, as first days. Empty where the company advertises
    nowhere it names, or its spending does not vary.
    """
    until = months[-1] + pd.offsets.MonthEnd(0)
    answer = None
    if demand is not None and ads is not None and platforms:
        panel = response_panel(demand, ads, platforms, until)
        answer = media_response(panel, campaigns)
    if answer is None:
        return pd.DataFrame(columns=COLUMNS)
    return marginal_returns(answer.draws, economics(panel, sales, until), variable_rate(sales, costs, months, fixed_types))


def variable_rate(
    sales: pd.DataFrame, costs: pd.DataFrame | None, months: pd.DatetimeIndex, fixed_types: Collection[str]
) -> pd.Series:
    """Costs that move with sales to sales before returns, by channel_id; without `costs` empty.

    Parameters
    ----------
    sales
        `channel_daily`.
    costs
        `channel_costs`; None: not supplied.
    fixed_types
        Cost types that stay whatever is sold; advertising is left out as well.
    """
    if costs is None:
        return pd.Series(dtype=float)
    moving = costs[costs["month"].isin(months) & ~costs["cost_type"].isin([*fixed_types, ADVERTISING])]
    part = sales[sales["date"].dt.to_period("M").dt.to_timestamp().isin(months)]
    sold = part.groupby("channel_id")["gross_sales"].sum()
    return (moving.groupby("channel_id")["amount"].sum().reindex(sold.index).fillna(0.0) / sold.where(sold > 0)).dropna()


def marginal_returns(draws: pd.DataFrame, economy: pd.DataFrame, variable: pd.Series) -> pd.DataFrame:
    """Profit of one more unit of advertising by channel.

    Parameters
    ----------
    draws
        Of a `media_response.MediaResponse`.
    economy
        `media_budget.economics`, of the platforms to judge.
    variable
        `variable_rate`.

    Returns
    -------
    DataFrame
        channel_id, spend (currency a day), value (profit of one more unit of money after it is paid back: 0 breaks even), low,
        high (95 %), average (profit of the spending so far to it), best (probability of being first), pays (probability of a
        profit). Best first; empty without a platform whose margin and spend are known.
    """
    known = economy[(economy["current"] > 0) & economy["margin"].notna() & economy.index.isin(draws["platform"])]
    if known.empty:
        return pd.DataFrame(columns=COLUMNS)
    kept = known.assign(margin=known["margin"] - known["channel_id"].map(variable).fillna(0.0))
    slope, profit = marginal_draws(draws, kept)
    channels = sorted(kept["channel_id"].unique())
    spend = np.array([kept.loc[kept["channel_id"] == name, "current"].sum() for name in channels])
    member = (kept["channel_id"].to_numpy()[:, None] == np.array(channels)[None, :]).astype(float)
    weight = member * kept["current"].to_numpy()[:, None] / spend
    value, average = slope @ weight, (profit @ member) / spend
    low, high = np.quantile(value, [0.025, 0.975], axis=0)
    first = value.argmax(axis=1)
    table = pd.DataFrame({
        "channel_id": channels, "spend": spend, "value": value.mean(axis=0), "low": low, "high": high,
        "average": average.mean(axis=0), "best": [(first == at).mean() for at in range(len(channels))],
        "pays": (value > 0).mean(axis=0),
    })  # fmt: skip
    return table[COLUMNS].sort_values("value", ascending=False, kind="stable", ignore_index=True)
