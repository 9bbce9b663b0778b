"""What each customer is worth in the coming twelve months, and each segment (item 4.1.2).

Expected purchases (`purchase_process`) times expected spending (`spending`); money is gross sales, and margin where the
gross margin rate of a customer's main channel is known. The interval of a segment's value is one of what its customers
will buy, not of its mean: parameters of the purchase model are drawn, then for each customer whether they still are one,
their rate, when they leave and what each order is worth, all given what they did so far. The spending model's
parameters are taken as estimated.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.analysis.customer_hold_out import HoldOut
from brandops.analysis.purchase_process import PurchaseProcess, fit_purchase_process, future_purchases
from brandops.analysis.seeds import seed_of
from brandops.analysis.spending import Spending, fit_spending, future_spending

AHEAD = 52.0  # weeks
_DRAWS = 200


@dataclass(frozen=True)
class Values:
    """Customers' values and the models behind them.

    `table`, indexed by customer_id: alive (probability), expected_orders (52 weeks), order_value, value (currency, 52 weeks).
    `draws`: what the customers may buy for in 52 weeks, simulated, draws × customers.
    """

    table: pd.DataFrame
    process: PurchaseProcess
    spending: Spending
    draws: np.ndarray


def customer_values(history: pd.DataFrame) -> Values:
    """Value the customers of a `histories` (`brandops.analysis.rfm`).

    Raises
    ------
    UserError
        Nobody bought twice.
    """
    repeats = history["purchase_days"].to_numpy(float) - 1
    recency = (history["last_on"] - history["first_on"]).dt.days.to_numpy() / 7
    age = history["tenure"].to_numpy() / 7
    process = fit_purchase_process(repeats, recency, age)
    mean_value = (history["gross_sales"] / history["purchase_days"]).to_numpy(float)
    spending = fit_spending(history["purchase_days"].to_numpy(float), mean_value)
    each = spending.expected(history["purchase_days"], mean_value)
    orders = process.expected(repeats, recency, age, AHEAD)
    alive = process.alive(repeats, recency, age)
    table = pd.DataFrame(
        {"alive": alive, "expected_orders": orders, "order_value": each, "value": orders * each}, index=history.index
    )
    rng = np.random.default_rng(seed_of("customer values", len(history)))
    # A parameter at the edge of what the data can tell may have no curvature: its spread is capped, not invented.
    variance = np.clip(np.linalg.eigvalsh(process.covariance), 0, 0.25)
    basis = np.linalg.eigh(process.covariance)[1]
    logs = np.log(process.parameters) + (rng.normal(size=(_DRAWS, 4)) * np.sqrt(variance)) @ basis.T
    bought = history["purchase_days"].to_numpy(float)
    draws = np.empty((_DRAWS, len(history)))
    for at, drawn in enumerate(np.exp(logs)):
        other = PurchaseProcess(*drawn, process.log_likelihood, process.customers, process.covariance)
        made = future_purchases(other, repeats, recency, age, AHEAD, rng)
        draws[at] = future_spending(spending, made, bought, mean_value, rng)
    return Values(table, process, spending, draws)


def trusted_values(history: pd.DataFrame, check: HoldOut | None) -> Values | None:
    """`customer_values` where the hold-out bears the model out, else None: what it expects is then not to be quoted."""
    return customer_values(history) if check is not None and check.holds else None


def segment_profiles(
    history: pd.DataFrame, values: Values | None, segment: pd.Series, margin_rate: pd.Series | None
) -> pd.DataFrame:
    """Describe segments.

    Parameters
    ----------
    history, values
        Of the same customers; without `values` all that is expected is blank.
    segment
        Segment by customer.
    margin_rate
        Gross margin rate by channel_id; None: not supplied.

    Returns
    -------
    DataFrame
        segment, customers, share, sales (net, of the whole history), sales_share, average_order, orders (mean), interval_days
        (mean time between purchases of those who came back), churn_risk (mean probability of having left), value (expected
        gross sales of 52 weeks), low, high (95 %, of what will come), value_each, margin (expected gross
        margin; blank where not supplied).
        Most valuable first; without `values`, by sales.
    """
    rate = history["channel_id"].map(margin_rate) if margin_rate is not None else np.nan
    back = history["purchase_days"] > 1
    interval = ((history["last_on"] - history["first_on"]).dt.days / (history["purchase_days"] - 1).where(back)).where(back)
    expected = values.table if values is not None else pd.DataFrame(np.nan, history.index, ["alive", "value"])
    frame = history.assign(segment=segment, interval=interval, churn=1 - expected["alive"], value=expected["value"])
    frame["margin"] = frame["value"] * rate
    rows = []
    for name, part in frame.groupby("segment"):
        value, low, high = np.nan, np.nan, np.nan
        if values is not None:
            value = float(part["value"].sum())
            low, high = np.quantile(values.draws[:, history.index.get_indexer(part.index)].sum(axis=1), [0.025, 0.975])
        rows.append({
            "segment": name, "customers": len(part), "share": len(part) / len(frame), "sales": part["net_sales"].sum(),
            "sales_share": part["net_sales"].sum() / frame["net_sales"].sum(),
            "average_order": part["gross_sales"].sum() / part["orders"].sum(), "orders": part["orders"].mean(),
            "interval_days": part["interval"].mean(), "churn_risk": part["churn"].mean(), "value": value,
            "low": min(low, value), "high": max(high, value), "value_each": value / len(part),
            "margin": part["margin"].sum(min_count=len(part)),
        })  # fmt: skip
    return pd.DataFrame(rows).sort_values(["value", "sales"], ascending=False, ignore_index=True)


def total(values: Values) -> tuple[float, float, float]:
    """Expected sales of all customers in 52 weeks, and the 95 % interval of what will come."""
    value, drawn = float(values.table["value"].sum()), values.draws.sum(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return value, min(float(low), value), max(float(high), value)
