"""How much prices of materials move, and what that may cost (plan item 7.1.3).

Volatility is the standard deviation of weekly log returns over a year, on the scale of a year (× √52), with the interval of a
standard deviation (chi-squared). Cost at risk is what a quarter's purchases may cost more, at worst in nineteen of twenty
quarters, if prices move as they did: purchases × (exp(1.645 × volatility × √¼) - 1); for all materials together from the
weekly returns of the basket bought, in which they partly offset one another.
"""

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from brandops.analysis.intervals import LEVEL

WEEKS = 52
QUARTER = 0.25
WORST = 0.95  # of quarters are better
MINIMUM_WEEKS = 12
NOTHING_BOUGHT = pd.Series(dtype=float)  # purchases where no orders are known: prices can be told, their cost not


def weekly_returns(prices: pd.DataFrame, as_of: object, weeks: int = WEEKS) -> pd.DataFrame:
    """Log returns of the last `weeks` by material (columns), of each week's last price; a week ends on the as-of weekday."""
    at = pd.Timestamp(as_of)
    known = prices[prices["date"] <= at]
    wide = known.pivot_table(index="date", columns="material", values="price", aggfunc="last").sort_index()
    days = pd.date_range(end=at, periods=weeks + 1, freq="7D")
    held = wide.reindex(wide.index.union(days)).ffill(limit=7).loc[days]
    return np.log(held).diff().iloc[1:]


def price_risk(prices: pd.DataFrame, spend: pd.Series, as_of: object, level: float = LEVEL) -> pd.DataFrame:
    """Materials by how their prices moved and may move.

    Parameters
    ----------
    prices
        material, date, price.
    spend
        Purchases of twelve months by material.

    Returns
    -------
    pandas.DataFrame
        material, price (latest), change_quarter, change_year (fractions; blank without a price then), volatility, low, high
        (of a year; blank below twelve weeks), spend (of a quarter), at_risk (currency); the greatest amount at risk first.
    """
    at = pd.Timestamp(as_of)
    returns = weekly_returns(prices, at)
    known = prices[prices["date"] <= at].sort_values("date")
    last = known.groupby("material")["price"].last()
    table = pd.DataFrame({"price": last})
    for name, months in (("change_quarter", 3), ("change_year", 12)):
        then = known[known["date"] <= at - pd.DateOffset(months=months)].groupby("material")["price"].last()
        table[name] = last / then - 1
    count = returns.count()
    enough = count >= MINIMUM_WEEKS
    free = (count - 1).where(enough)
    table["volatility"] = (returns.std() * np.sqrt(WEEKS)).where(enough)
    table["low"] = table["volatility"] * np.sqrt(free / chi2.ppf((1 + level) / 2, free))
    table["high"] = table["volatility"] * np.sqrt(free / chi2.ppf((1 - level) / 2, free))
    table["spend"] = spend.reindex(table.index).fillna(0.0) * QUARTER
    table["at_risk"] = cost_at_risk(table["spend"], table["volatility"])
    table = table.reset_index(names="material")
    return table.sort_values(["at_risk", "material"], ascending=[False, True], ignore_index=True)


def cost_at_risk(spend: pd.Series | float, volatility: pd.Series | float) -> pd.Series | float:
    """What a quarter's purchases cost more in the worst of twenty quarters."""
    return spend * np.expm1(norm.ppf(WORST) * volatility * np.sqrt(QUARTER))


def basket_risk(prices: pd.DataFrame, spend: pd.Series, as_of: object, level: float = LEVEL) -> dict[str, float]:
    """Cost at risk of the whole basket: spend (of a quarter), volatility, low, high, at_risk, at_risk_low, at_risk_high.

    Materials without a market price are not in it.
    """
    returns = weekly_returns(prices, as_of)
    both = [name for name in returns if name in spend.index and returns[name].count() >= MINIMUM_WEEKS]
    bought = spend.reindex(both)
    names = ["spend", "volatility", "low", "high", "at_risk", "at_risk_low", "at_risk_high"]
    if not len(both) or bought.sum() <= 0:
        return dict.fromkeys(names, float("nan"))
    basket = (returns[both].dropna() * (bought / bought.sum())).sum(axis=1)
    free, value = len(basket) - 1, float(basket.std() * np.sqrt(WEEKS))
    bounds = [value * float(np.sqrt(free / chi2.ppf(share, free))) for share in ((1 + level) / 2, (1 - level) / 2)]
    quarter = float(bought.sum()) * QUARTER
    risks = [float(cost_at_risk(quarter, part)) for part in (value, *bounds)]
    return dict(zip(names, [quarter, value, *bounds, *risks], strict=True))
