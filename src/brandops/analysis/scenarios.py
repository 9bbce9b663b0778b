"""What would the coming quarter look like if a lever were moved: price, orders, credit limits, campaign money (item 7.3.3)?

Draws of the forecast by channel and of the price elasticities go through a small accounting of the quarter, the same draws
for every scenario, so that a difference is the lever's and not chance. Per draw and channel

    sales = forecast x (1 + change)^(1 + elasticity) x (limits)^answer, the last for channels that sell on credit;
    goods = forecast x cost rate x (1 + change)^elasticity x (limits)^answer,

less what channels whose price was changed take from the others: the plan's share of the units they gain, spread over the
others by volume (as in `price_simulator`, whose figures this gives for a price alone). All of it times one plus the share of
sales that campaign money adds, `return x budget x (factor^elasticity - 1)`. What the stock at the start and the goods
ordered (less the cover that must stay) cannot serve is lost. Profit is sales less goods, variable and fixed costs, campaign
money and credit losses; cash is sales less what customers owe more at the end, less goods ordered and the same costs. The
credit and campaign answers are measured where the data allow it (`scenario_answers`), else assumptions (`params.scenarios`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from brandops.params.scenarios import Scenario

DRAWS = 2000
LEVEL = 0.80
METRICS = ("net_sales", "profit", "cash", "credit_loss", "lost_sales", "stock_end")


@dataclass(frozen=True)
class Levers:
    """One setting: relative price changes by channel_id, factors to the plan for the rest."""

    price: Mapping[str, float]
    orders: float = 1.0
    credit_limits: float = 1.0
    campaign_budget: float = 1.0


@dataclass(frozen=True)
class Quarter:
    """The coming quarter as planned.

    `channels`: channel_id, price (of a unit), cost_rate (goods to net sales), variable_rate (costs that move with sales,
    to net sales), fixed
    (currency), on_credit (bool). `sales`, `elasticity`: draw × channel. `stock`, `orders`, `floor` (stock that must stay),
    `campaigns`: currency; stock and orders at cost. `loss_rate` of sales on credit, `owed_share` of them owed at the quarter's
    end, `owed_now`: currency. `credit_answer`, `campaign_answer`: draws of the elasticity of credit sales to limits and
    of the incremental sales per unit of campaign money; `marginal_loss`, `campaign_elasticity`: see `params.scenarios`, one for
    all draws or one a draw. `cannibalisation`: share of units gained by a price that other channels lose.
    """

    channels: pd.DataFrame
    sales: np.ndarray
    elasticity: np.ndarray
    stock: float
    orders: float
    floor: float
    campaigns: float
    loss_rate: float
    owed_share: float
    owed_now: float
    credit_answer: np.ndarray
    campaign_answer: np.ndarray
    marginal_loss: float | np.ndarray
    campaign_elasticity: float | np.ndarray
    cannibalisation: float = 0.0


def levers_of(scenario: "Scenario", quarter: Quarter) -> Levers:
    """The levers of a prepared scenario; a price of a channel that no longer sells moves nothing."""
    sold = set(quarter.channels["channel_id"])
    price = {channel: change for channel, change in scenario.price.items() if channel in sold}
    return Levers(price, scenario.orders, scenario.credit_limits, scenario.campaign_budget)


def simulate(quarter: Quarter, levers: Levers) -> pd.DataFrame:
    """The quarter under a setting of the levers: one row a draw, columns `METRICS` (currency; stock_end at cost).

    Raises
    ------
    KeyError
        A price change for a channel the quarter does not have.
    ValueError
        A price change of -1 or less, a factor below 0, credit limits of 0.
    """
    channels = quarter.channels.set_index("channel_id")
    unknown = set(levers.price) - set(channels.index)
    if unknown:
        raise KeyError(f"channels {', '.join(sorted(unknown))}: not among {', '.join(channels.index)}")
    if min([*levers.price.values(), 0.0]) <= -1 or min(levers.orders, levers.campaign_budget) < 0 or levers.credit_limits <= 0:
        raise ValueError(f"levers out of range: {levers}")
    change = 1 + pd.Series(levers.price, dtype=float).reindex(channels.index).fillna(0.0).to_numpy()
    credit = channels["on_credit"].to_numpy(bool)
    answer = np.where(credit, levers.credit_limits ** quarter.credit_answer[:, None], 1.0)
    units = change**quarter.elasticity * answer * _left(quarter, channels["price"].to_numpy(), change)
    sales, goods = quarter.sales * units * change, quarter.sales * channels["cost_rate"].to_numpy() * units
    added = quarter.campaign_answer * quarter.campaigns * (levers.campaign_budget**quarter.campaign_elasticity - 1)
    grown = np.maximum(1 + added / quarter.sales.sum(axis=1), 0)
    wanted = goods.sum(axis=1) * grown
    available = max(quarter.stock + quarter.orders * levers.orders - quarter.floor, 0.0)
    served = np.minimum(1.0, available / wanted)
    whole, factor = sales.sum(axis=1) * grown, grown * served
    sold, used = sales * factor[:, None], wanted * served
    costs = (sold * channels["variable_rate"].to_numpy()).sum(axis=1) + channels["fixed"].sum()
    spent = quarter.campaigns * levers.campaign_budget
    # What a changed limit adds or cuts is worse business than the mean.
    usual, on_credit = (part[:, credit].sum(axis=1) for part in (quarter.sales, sold))
    loss = np.maximum(quarter.loss_rate * (usual + quarter.marginal_loss * (on_credit - usual)), 0.0)
    net = sold.sum(axis=1)
    owed = quarter.owed_share * on_credit
    return pd.DataFrame({
        "net_sales": net,
        "profit": net - used - costs - spent - loss,
        "cash": net - (owed - quarter.owed_now) - quarter.orders * levers.orders - costs - spent - loss,
        "credit_loss": loss,
        "lost_sales": whole - net,
        "stock_end": quarter.stock + quarter.orders * levers.orders - used,
    })  # fmt: skip


def _left(quarter: Quarter, price: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Share of its units each channel keeps from those that changed their price, draw × channel."""
    volume, moved = quarter.sales / price, change != 1
    gained = (volume * (change**quarter.elasticity - 1) * moved).sum(axis=1) * quarter.cannibalisation
    others = (volume * ~moved).sum(axis=1)
    kept = np.maximum(1 - np.divide(gained, others, out=np.zeros_like(gained), where=others > 0), 0)
    return np.where(moved, 1.0, kept[:, None])


def compare(quarter: Quarter, settings: Mapping[str, Levers]) -> pd.DataFrame:
    """Every setting against the plan as it stands, on the same draws.

    Returns
    -------
    DataFrame
        scenario (the plan, named `plan`, first), for every metric its mean, `_low`, `_high` (central 80 %); for net_sales,
        profit and cash `_change` with `_change_low`, `_change_high`; better (probability that profit is above the
        plan's), short (probability that stock does not last), worst (profit that is undercut with 5 % probability).
    """
    plan = simulate(quarter, Levers({}))
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    rows = []
    for name, levers in {"plan": Levers({}), **settings}.items():
        drawn = simulate(quarter, levers)
        row: dict[str, object] = {"scenario": name}
        for metric in METRICS:
            low, high = np.quantile(drawn[metric], tails)
            row |= {metric: drawn[metric].mean(), f"{metric}_low": low, f"{metric}_high": high}
        for metric in ("net_sales", "profit", "cash"):
            change = drawn[metric] - plan[metric]
            low, high = np.quantile(change, tails)
            row |= {f"{metric}_change": change.mean(), f"{metric}_change_low": low, f"{metric}_change_high": high}
        row |= {"better": float((drawn["profit"] > plan["profit"]).mean()) if name != "plan" else np.nan,
                "short": float((drawn["lost_sales"] > 0.01).mean()), "worst": float(np.quantile(drawn["profit"],
                0.05))}  # fmt: skip
        rows.append(row)
    return pd.DataFrame(rows)


def credit_answer(elasticity: float, error: float, draws: int, seed: int) -> np.ndarray:
    """Draws of the elasticity of sales on credit to credit limits, never negative."""
    return np.maximum(np.random.default_rng([seed, 1]).normal(elasticity, error, draws), 0.0)


def campaign_answer(return_on_spend: float, error: float, draws: int, seed: int) -> np.ndarray:
    """Draws of the incremental net sales per unit of campaign money at the usual budget, never negative (gamma distribution)."""
    if return_on_spend <= 0 or error <= 0:
        return np.full(draws, max(return_on_spend, 0.0))
    shape = (return_on_spend / error) ** 2
    return np.random.default_rng([seed, 2]).gamma(shape, return_on_spend / shape, draws)
