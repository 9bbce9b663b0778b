"""What the scenarios of the coming quarter are computed from, out of the marts (plan item 7.3.3)."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from brandops.analysis.channel_prices import estimate
from brandops.analysis.forecasting import fit
from brandops.analysis.forecasting.backtesting import FAST
from brandops.analysis.pooled_elasticity import Pooled
from brandops.analysis.scenario_answers import Answers
from brandops.analysis.scenarios import DRAWS, Quarter
from brandops.analysis.seeds import seed_of

if TYPE_CHECKING:
    from brandops.params import Plan

MONTHS, FEWEST_MONTHS = 3, 24
Marts = dict[str, pd.DataFrame | None]


def elasticities(
    prices: pd.DataFrame, market: pd.DataFrame | None, campaigns: pd.DataFrame | None, as_of: pd.Timestamp
) -> Pooled | None:
    """Price elasticities by channel, pooled as in item 4.2.2; None where prices of fewer than two channels vary enough."""
    found = estimate(prices, market, campaigns, as_of)
    return None if found.response is None else found.pooled()


def quarter(marts: Marts, elasticity: Pooled, plan: "Plan", answers: Answers, as_of: pd.Timestamp) -> Quarter | None:
    """The quarter that begins after the last whole month by `as_of`, as it is planned if no lever is moved.

    Forecast by channel: the combination of the quick models with its backtest's errors, on channels with two years of
    sales, the others by their last three months. Goods are ordered as much as is expected to be sold. Campaign money is what
    the same months cost a year before; costs, rates and owed shares are those of the last twelve months.

    Parameters
    ----------
    marts
        sales_monthly and, where there are any, channel_costs, stock_daily, invoices, campaigns, campaign_budget.
    answers
        How sales answer to credit limits and campaign money.

    Returns
    -------
    Quarter or None
        None where costs of goods are not known or no channel has two years of sales.
    """
    sales = marts["sales_monthly"]
    ended = sales[sales["month"] + pd.offsets.MonthEnd(0) <= as_of]
    table = ended.groupby(["channel_id", "month"])["net_sales"].sum().unstack("channel_id").asfreq("MS").fillna(0.0)
    recent = ended[ended["month"] > table.index[-1] - pd.DateOffset(months=12)].groupby("channel_id")
    rates = pd.DataFrame({"net_sales": recent["net_sales"].sum(), "cost": recent["cost"].agg(lambda cost: cost.sum(skipna=False))})
    rates["price"] = rates["net_sales"] / recent["quantity"].sum()
    rates = rates[(rates["net_sales"] > 0) & (rates["price"] > 0)]
    if rates["cost"].isna().any() or rates.empty:
        return None
    paths = _paths(table[list(rates.index)])
    if paths is None:
        return None
    rates["cost_rate"] = rates["cost"] / rates["net_sales"]
    paid = _costs(marts.get("channel_costs"), plan.channels.fixed_cost_types, table.index[-1], rates)
    channels = rates[["price", "cost_rate"]].join(paid).fillna(0.0)
    channels["on_credit"] = channels.index.isin(plan.channels.business_channels)
    expected = float((paths * channels["cost_rate"].to_numpy()).sum(axis=1).mean())
    stock = _stock(marts.get("stock_daily"), as_of, expected)
    credit = _credit(marts.get("invoices"), as_of)
    seed = seed_of("scenarios", as_of.date())
    place = {name: at for at, name in enumerate(elasticity.table["channel_id"])}
    drawn = np.random.default_rng([seed, 0]).multivariate_normal(elasticity.mean, elasticity.covariance, size=DRAWS, method="eigh")
    slopes = np.column_stack([
        drawn[:, place[name]] if name in place else np.full(DRAWS, elasticity.centre) for name in channels.index
    ])  # fmt: skip
    return Quarter(
        channels=channels.rename_axis("channel_id").reset_index(), sales=paths, elasticity=np.minimum(slopes, 0.0), stock=stock,
        orders=expected, floor=min(stock, expected / 91 * plan.stock.cover_low),
        campaigns=_campaigns(marts.get("campaigns"), marts.get("campaign_budget"), table.index[-1]), **credit,
        credit_answer=answers.limits, campaign_answer=answers.campaigns, marginal_loss=answers.worse,
        campaign_elasticity=answers.beyond,
        cannibalisation=plan.channels.cannibalisation,
    )  # fmt: skip


def _paths(table: pd.DataFrame) -> np.ndarray | None:
    """Draws of the coming months' sales in sum, draw × channel of `table` (month × channel)."""
    long = [name for name in table if len(table) >= FEWEST_MONTHS and (table[name].tail(FEWEST_MONTHS) > 0).all()]
    if not long:
        return None
    rows = [table.loc[table[name].gt(0).idxmax() :, [name]].set_axis(["y"], axis=1).assign(unique_id=name) for name in long]
    series = pd.concat(rows).rename_axis("ds").reset_index()[["unique_id", "ds", "y"]]
    found = fit(series, MONTHS, 12, models=FAST)
    drawn = dict(zip(found.ids, np.moveaxis(found.paths(DRAWS), 1, 0), strict=True))
    made = [
        np.maximum(drawn[name], 0).sum(axis=1) if name in drawn else np.full(DRAWS, table[name].tail(MONTHS).sum())
        for name in table
    ]  # fmt: skip
    return np.column_stack(made)


def _costs(costs: pd.DataFrame | None, fixed_types: list[str], last: pd.Timestamp, rates: pd.DataFrame) -> pd.DataFrame:
    if costs is None:
        return pd.DataFrame({"variable_rate": 0.0, "fixed": 0.0}, index=rates.index)
    year = costs[(costs["month"] <= last) & (costs["month"] > last - pd.DateOffset(months=12))]
    fixed = year["cost_type"].isin(fixed_types)
    return pd.DataFrame({
        "variable_rate": year[~fixed].groupby("channel_id")["amount"].sum() / rates["net_sales"],
        "fixed": year[fixed].groupby("channel_id")["amount"].sum() * MONTHS / 12,
    }).reindex(rates.index)  # fmt: skip


def _stock(stock: pd.DataFrame | None, as_of: pd.Timestamp, expected: float) -> float:
    """Stock at cost at the close of `as_of`; without records, six weeks' goods."""
    if stock is None:
        return expected * 42 / 91
    until = stock[stock["date"] <= as_of]
    return float(until.loc[until["date"] == until["date"].max(), "stock_value"].sum())


def _credit(invoices: pd.DataFrame | None, as_of: pd.Timestamp) -> dict[str, float]:
    """Loss rate of two years of invoices that have had a year to be written off, and what of a quarter is owed at its end."""
    if invoices is None or invoices.empty:
        return {"loss_rate": 0.0, "owed_share": 0.0, "owed_now": 0.0}
    old = invoices["issued_on"].between(as_of - pd.DateOffset(years=3), as_of - pd.DateOffset(years=1))
    lost, billed = invoices.loc[old, "written_off"].fillna(0).sum(), invoices.loc[old, "amount"].sum()
    owed = invoices["paid_on"].isna() & invoices["written_off_on"].isna() & (invoices["issued_on"] > as_of - pd.DateOffset(years=1))
    last = invoices["issued_on"] > as_of - pd.DateOffset(months=MONTHS)
    now, quarter_billed = float(invoices.loc[owed, "amount"].sum()), float(invoices.loc[last, "amount"].sum())
    share = now / quarter_billed if quarter_billed > 0 else 0.0
    return {"loss_rate": float(lost / billed) if billed > 0 else 0.0, "owed_share": share, "owed_now": now}


def _campaigns(campaigns: pd.DataFrame | None, budget: pd.DataFrame | None, last: pd.Timestamp) -> float:
    """What campaigns that began in the same months a year before cost (planned where spending is not known)."""
    if campaigns is None or budget is None:
        return 0.0
    first = last + pd.DateOffset(months=1) - pd.DateOffset(years=1)
    begun = campaigns.loc[campaigns["starts_on"].between(first, first + pd.DateOffset(months=MONTHS) - pd.Timedelta(days=1))]
    part = budget[budget["campaign_id"].isin(begun["campaign_id"])]
    return float(part["spent"].fillna(part["planned"]).sum())
