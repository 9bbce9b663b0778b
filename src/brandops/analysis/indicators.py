"""The figures alert rules watch, day by day (plan item 7.3.2).

`indicators` computes each figure for every day of the data at hand. A value uses what was known by the end of its day and
nothing older than `MEMORY` days, so that monitoring, which reads `MEMORY` days, and the backtest, which reads the
history, see the same value: a test compares them.

Frames it takes (the marts of the same names; any may be missing, and its figures are then): sales_daily (date, channel_id,
category, net_sales, gross_sales, returns), stock_daily, products, market_monthly, invoices, purchase_orders, material_prices.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from brandops.analysis import inventory, market_risk
from brandops.analysis.expected_path import MEMORY, Deviations, deviations

if TYPE_CHECKING:
    from brandops.params import Plan

SALES_DAYS, RETURN_DAYS, OVERDUE_DAYS, DELIVERY_DAYS, PRICE_DAYS = 7, 28, 730, 90, 90
FEWEST_DELIVERIES = 5  # a supplier's share of late ones among fewer is an accident
SOURCES = {  # figure: the mart it cannot be computed without
    "sales_deviation": "sales_daily", "return_rate": "sales_daily", "turnover_deviation": "stock_daily",
    "days_of_cover": "stock_daily", "unexplained_stock": "stock_daily", "price_war": "market_monthly",
    "overdue_share": "invoices", "late_deliveries": "purchase_orders", "material_price_change": "material_prices",
}  # fmt: skip
Frames = dict[str, pd.DataFrame | None]
Key = tuple[str, str]  # figure, scope


def indicators(frames: Frames, plan: "Plan", days: pd.DatetimeIndex, wanted: Iterable[Key]) -> dict[Key, pd.DataFrame]:
    """Values of the wanted figures on `days`: figure and scope → day × member; left out where its mart is missing.

    Blank where a value is not known (no year of history yet, nothing sold): a blank neither raises nor ends an alert.
    """
    found = {}
    for key in dict.fromkeys(wanted):
        figure, scope = key
        if frames.get(SOURCES[figure]) is not None:
            found[key] = _COMPUTE[figure](frames, plan, days, scope).reindex(days)
    return found


def sales_path(sales: pd.DataFrame, scope: str, chinese_events: bool) -> tuple[pd.DataFrame, Deviations]:
    """Net sales of the last seven days (a day's mean) by day and member of the scope, and their deviations."""
    by = {"total": None, "channel": "channel_id", "category": "category"}[scope]
    names = sales[by].astype(str) if by else pd.Series("total", sales.index)
    table = sales.groupby([sales["date"], names.rename("part")])["net_sales"].sum().unstack(fill_value=0.0).astype(float)
    table = table.reindex(pd.date_range(table.index.min(), table.index.max()), fill_value=0.0)
    weekly = table.rolling(SALES_DAYS).mean()
    return weekly, deviations(weekly, weekly, {name: name for name in weekly}, chinese_events=chinese_events)


def _sales_deviation(frames: Frames, plan: "Plan", days: pd.DatetimeIndex, scope: str) -> pd.DataFrame:
    return sales_path(frames["sales_daily"], scope, plan.forecast.chinese_events)[1].beyond_noise(plan.market_risk.noise_limit)


def _return_rate(frames: Frames, plan: "Plan", days: pd.DatetimeIndex, scope: str) -> pd.DataFrame:
    sales = frames["sales_daily"]
    part = sales["channel_id"].astype(str) if scope == "channel" else pd.Series("total", sales.index)
    sums = (
        sales.groupby([sales["date"], part.rename("part")])[["returns", "gross_sales"]].sum().astype(float).unstack(fill_value=0.0)
    )
    sums = sums.reindex(pd.date_range(sums.index.min(), sums.index.max()), fill_value=0.0).rolling(RETURN_DAYS).sum()
    return sums["returns"] / sums["gross_sales"].where(sums["gross_sales"] > 0)


def _turnover_deviation(frames: Frames, plan: "Plan", days: pd.DatetimeIndex, scope: str) -> pd.DataFrame:
    names = _categories(frames)
    found = inventory.turnover_deviations(frames["stock_daily"], names, plan.forecast.chinese_events)[scope]
    return found.beyond_noise(plan.stock.noise_limit)


def _days_of_cover(frames: Frames, plan: "Plan", days: pd.DatetimeIndex, scope: str) -> pd.DataFrame:
    return inventory.days_of_cover(frames["stock_daily"])


def _unexplained_stock(frames: Frames, plan: "Plan", days: pd.DatetimeIndex, scope: str) -> pd.DataFrame:
    table = inventory.wide(frames["stock_daily"], "unexplained")
    return table.sum(axis=1).to_frame("total") if scope == "total" else table


def _price_war(frames: Frames, plan: "Plan", days: pd.DatetimeIndex, scope: str) -> pd.DataFrame:
    rule = plan.market_risk.price_war
    if rule is None:
        return pd.DataFrame(index=days)
    return market_risk.war_days(frames["market_monthly"], rule.price_drop, rule.share_gain, rule.base_months, days)


def _overdue_share(frames: Frames, plan: "Plan", days: pd.DatetimeIndex, scope: str) -> pd.DataFrame:
    """Overdue to open receivables of invoices issued in the last `OVERDUE_DAYS`."""
    bill = frames["invoices"]
    settled = pd.concat([bill["paid_on"], bill["written_off_on"]], axis=1).min(axis=1)
    end = settled.fillna(pd.Timestamp.max.normalize()).clip(upper=bill["issued_on"] + pd.Timedelta(days=OVERDUE_DAYS))
    amount = bill["amount"].astype(float)
    open_ = _standing(bill["issued_on"], end, amount, days)
    overdue = _standing(bill["due_on"] + pd.Timedelta(days=1), end, amount, days)
    return (overdue / open_.where(open_ > 0)).to_frame("total")


def _standing(start: pd.Series, end: pd.Series, amount: pd.Series, days: pd.DatetimeIndex) -> pd.Series:
    """Sum of the amounts that stand on each day: from `start` on, until the day before `end`."""
    lasting = end > start
    total = np.zeros(len(days))
    for moment, sign in ((start[lasting], 1.0), (end[lasting], -1.0)):
        order = np.argsort(moment.to_numpy(), kind="stable")
        sums = np.r_[0.0, np.cumsum(amount[lasting].to_numpy()[order])]
        total += sign * sums[np.searchsorted(moment.to_numpy()[order], days.to_numpy(), side="right")]
    return pd.Series(np.round(total, 4), days)


def _late_deliveries(frames: Frames, plan: "Plan", days: pd.DatetimeIndex, scope: str) -> pd.DataFrame:
    """Share of the order lines promised in the last `DELIVERY_DAYS`, up to yesterday, that came late or not yet."""
    orders = frames["purchase_orders"]
    late = orders["received_on"].isna() | (orders["received_on"] > orders["promised_on"])
    part = orders["supplier_id"].astype(str) if scope == "supplier" else pd.Series("total", orders.index)
    day = orders["promised_on"] + pd.Timedelta(days=1)  # it can be called late from the day after
    counts = pd.DataFrame({"late": late.astype(float), "all": 1.0}).groupby([day.rename("date"), part.rename("part")]).sum()
    counts = counts.unstack(fill_value=0.0)
    first = min(counts.index.min(), days[0]) if len(counts) else days[0]
    counts = counts.reindex(pd.date_range(first, days[-1]), fill_value=0.0).rolling(DELIVERY_DAYS, min_periods=1).sum()
    return (counts["late"] / counts["all"].where(counts["all"] >= FEWEST_DELIVERIES)).loc[days[0] :]


def _material_price_change(frames: Frames, plan: "Plan", days: pd.DatetimeIndex, scope: str) -> pd.DataFrame:
    """Market price (median of a week) against `PRICE_DAYS` before."""
    table = frames["material_prices"].pivot_table(index="date", columns="material", values="price").astype(float)
    table = table.reindex(pd.date_range(table.index.min(), table.index.max())).ffill(limit=7).rolling(7).median()
    return table / table.shift(PRICE_DAYS) - 1


def _categories(frames: Frames) -> dict[str, str]:
    products = frames.get("products")
    if products is None:
        return {}
    known = products.dropna(subset=["category"])
    return dict(zip(known["product_id"], known["category"], strict=True))


_COMPUTE = {
    "sales_deviation": _sales_deviation, "return_rate": _return_rate, "turnover_deviation": _turnover_deviation,
    "days_of_cover": _days_of_cover, "unexplained_stock": _unexplained_stock, "price_war": _price_war,
    "overdue_share": _overdue_share, "late_deliveries": _late_deliveries, "material_price_change": _material_price_change,
}  # fmt: skip
__all__ = ["MEMORY", "SOURCES", "indicators", "sales_path"]
