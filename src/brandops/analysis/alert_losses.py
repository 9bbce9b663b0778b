"""What each alert of the backtest was worth: how much was lost around it, and how early it came (plan item 7.3.2).

The loss of an alert is counted from 30 days before it was first seen until it ended, or 180 days after. What is counted:
sales below their path (sales alerts), sales below last year's course at the level before (price wars), the usual sales of a
product on days without stock (stock alerts), the dearer price of what was bought (materials), amounts written off
(receivables). Of late deliveries alone no loss is measured.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from brandops.analysis.alerting import Alert
from brandops.analysis.expected_path import frozen_path
from brandops.analysis.indicators import PRICE_DAYS, Frames, sales_path

if TYPE_CHECKING:
    from brandops.params import Plan

BEFORE, AFTER = 30, 180
COLUMNS = ["id", "rule", "figure", "scope", "member", "severity", "owner", "direction", "threshold", "first_seen", "last_seen",
           "closed_on", "value", "worst", "reopened", "open", "loss", "loss_after", "lead_days"]  # fmt: skip


def losses(alerts: Iterable[Alert], frames: Frames, plan: "Plan", until: pd.Timestamp) -> pd.DataFrame:
    """Alerts with what was lost around them.

    Returns
    -------
    DataFrame
        `COLUMNS`: the alert's fields (first_seen, last_seen, closed_on as dates), open (at `until`), loss (currency; NaN where
        none is measured), loss_after (of it, after the alert was first seen: what acting on it could have saved at most),
        lead_days (from the alert to the day by which half of the loss had come; NaN without a loss). In order of first_seen.
    """
    rows, known = [], _Series(frames, plan)
    for alert in alerts:
        first = pd.Timestamp(alert.first_seen)
        end = min(pd.Timestamp(alert.closed_on) if alert.closed_on else until, first + pd.Timedelta(days=AFTER), until)
        daily = known.of(alert)
        row = alert.as_dict() | {"open": alert.open, "loss": np.nan, "loss_after": np.nan, "lead_days": np.nan}
        if daily is not None:
            part = daily.loc[first - pd.Timedelta(days=BEFORE) : end].fillna(0.0)
            row["loss"], row["loss_after"] = float(part.sum()), float(part.loc[first + pd.Timedelta(days=1) :].sum())
            if row["loss"] > 0:
                half = part.cumsum() >= row["loss"] / 2
                row["lead_days"] = (half.idxmax() - first).days
        rows.append(row)
    table = pd.DataFrame(rows, columns=COLUMNS)
    days = ["first_seen", "last_seen", "closed_on"]
    return table.assign(**{name: pd.to_datetime(table[name]) for name in days})


def by_rule(table: pd.DataFrame) -> pd.DataFrame:
    """How each rule has done: rule, figure, scope, severity, owner, alerts, open, days (median from first to last seen), loss,
    loss_after (currency), saved (share of the loss still to come when the alert was first seen), lead_days (mean, weighted by
    loss); most loss still to come first."""
    rows = []
    for rule, part in table.groupby("rule", sort=False):
        loss, after = part["loss"].sum(min_count=1), part["loss_after"].sum(min_count=1)
        weight = part["loss"].where(part["lead_days"].notna()).fillna(0)
        lead = float((part["lead_days"].fillna(0) * weight).sum() / weight.sum()) if weight.sum() > 0 else np.nan
        lasted = (part["last_seen"] - part["first_seen"]).dt.days + 1
        facts = {name: part[name].iloc[0] for name in ("figure", "scope", "severity", "owner")}
        rows.append({"rule": rule, **facts, "alerts": len(part), "open": int(part["open"].sum()), "days": float(lasted.median()),
                     "loss": loss, "loss_after": after, "saved": after / loss if loss and loss > 0 else np.nan,
                     "lead_days": lead})  # fmt: skip
    columns = ["rule", "figure", "scope", "severity", "owner", "alerts", "open", "days", "loss", "loss_after", "saved", "lead_days"]
    return pd.DataFrame(rows, columns=columns).sort_values("loss_after", ascending=False, ignore_index=True)


class _Series:
    """Daily losses by figure and member, computed once each."""

    def __init__(self, frames: Frames, plan: "Plan") -> None:
        self._frames, self._plan, self._made = frames, plan, {}

    def of(self, alert: Alert) -> pd.Series | None:
        """Loss a day, currency; None where none is measured."""
        match alert.figure:
            case "sales_deviation":
                return self._keep(("sales", alert.scope), lambda: self._below_path(alert.scope)).get(alert.member)
            case "turnover_deviation" | "days_of_cover" | "unexplained_stock" if alert.scope == "product":
                table = self._keep("stock", self._without_stock)
                return None if table is None else table.get(alert.member)
            case "price_war":
                return self._war(alert)
            case "material_price_change":
                return self._dearer(alert)
            case "overdue_share":
                return self._keep("written_off", self._written_off)
        return None

    def _keep(self, key: object, make: object) -> pd.DataFrame | pd.Series | None:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def _below_path(self, scope: str) -> pd.DataFrame:
        weekly, found = sales_path(self._frames["sales_daily"], scope, self._plan.forecast.chinese_events)
        return (found.expected - weekly).clip(lower=0)

    def _without_stock(self) -> pd.DataFrame | None:
        stock, prices = self._frames.get("stock_daily"), self._frames.get("prices_weekly")
        if stock is None or prices is None:
            return None
        held = stock.pivot(index="date", columns="product_id", values="on_hand")
        sold = stock.pivot(index="date", columns="product_id", values="sold").astype(float)
        usual = sold.where(held > 0).rolling(28, min_periods=7).mean().shift(1)
        sums = prices.groupby("product_id")[["net_sales", "quantity"]].sum()
        price = (sums["net_sales"] / sums["quantity"]).reindex(held.columns)
        return ((usual - sold).clip(lower=0) * price).where(held <= 0, 0.0)

    def _war(self, alert: Alert) -> pd.Series | None:
        sales = self._frames.get("sales_daily")
        if sales is None:
            return None
        category = alert.member.split(" / ")[0]
        daily = sales[sales["category"] == category].groupby("date")["net_sales"].sum()
        if daily.empty:
            return None
        daily = daily.reindex(pd.date_range(daily.index.min(), daily.index.max()), fill_value=0.0)
        month = pd.Timestamp(alert.first_seen).to_period("M").to_timestamp()
        path = frozen_path(daily, month, self._plan.forecast.chinese_events)
        return (path - daily.rolling(7).mean().loc[path.index]).clip(lower=0)

    def _dearer(self, alert: Alert) -> pd.Series | None:
        orders, prices = self._frames.get("purchase_orders"), self._frames["material_prices"]
        if orders is None:
            return None
        price = prices[prices["material"] == alert.member].set_index("date")["price"].astype(float)
        before = price.loc[: pd.Timestamp(alert.first_seen) - pd.Timedelta(days=PRICE_DAYS)].tail(7).median()
        bought = orders[orders["material"] == alert.member]
        extra = (bought["price"].astype(float) - before).clip(lower=0) * bought["quantity"].astype(float)
        return extra.groupby(bought["ordered_on"]).sum().sort_index()

    def _written_off(self) -> pd.Series:
        bills = self._frames["invoices"].dropna(subset=["written_off_on"])
        return bills.groupby("written_off_on")["written_off"].sum().astype(float).sort_index()
