"""Where do visits get lost on the way to an order and to a second one, and what is that worth (item 4.1.3)?

A funnel of counts (visit, cart, order) with Wilson intervals of its conversion rates; `repeat` is the share of first-time
buyers who bought again within `REPEAT_DAYS`. A stage's loss is what the channel would gain if it converted as the best
channel of its type does: an upper bound of what can be won, not a forecast.
"""

import pandas as pd

from brandops.analysis.intervals import wilson

REPEAT_DAYS = 180
STAGES = ("cart", "order", "repeat")


def funnel(traffic: pd.DataFrame, customers_monthly: pd.DataFrame | None, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Conversion by channel and stage from `first` to `last`.

    Returns
    -------
    DataFrame
        channel_id, stage (`cart`, `order`, `repeat`; a channel without carts has no `cart`), entered, passed, rate, low,
        high, time, unit (mean minutes to the stage; median days for `repeat`). `deliver` has a time (hours) only.
    """
    seen = traffic[traffic["date"].between(first, last)]
    rows = []
    for channel, part in seen.groupby("channel_id"):
        visits, orders = part["visits"].sum(), part["orders"].sum()
        has_carts = part["carts"].notna().any()
        if has_carts:
            carts = int(part["carts"].sum())
            rows.append((channel, "cart", visits, carts, _mean(part["minutes_to_cart"], part["carts"]), "minutes"))
            visits = carts
        rows.append((channel, "order", visits, orders, _mean(part["minutes_to_order"], part["orders"]), "minutes"))
        hours = _mean(part["hours_to_deliver"], part["orders"])
        if hours == hours:
            rows.append((channel, "deliver", None, None, hours, "hours"))
    if customers_monthly is not None:
        rows += _repeats(customers_monthly, first, last)
    table = pd.DataFrame(rows, columns=["channel_id", "stage", "entered", "passed", "time", "unit"])
    table["rate"] = (table["passed"] / table["entered"]).astype(float)
    bounds = [wilson(rate, entered) for rate, entered in zip(table["rate"], table["entered"].fillna(0), strict=True)]
    table["low"], table["high"] = [low for low, _high in bounds], [high for _low, high in bounds]
    return table[["channel_id", "stage", "entered", "passed", "rate", "low", "high", "time", "unit"]]


def bottlenecks(stages: pd.DataFrame, channels: pd.DataFrame, order_value: pd.Series) -> pd.DataFrame:
    """What each stage loses against the best channel of the same type.

    `order_value` is what an order is worth by channel_id (contribution or sales). Returns channel_id, stage, rate, high,
    best (the best rate), orders_lost, money_lost, clear (the interval lies below the best rate). Costliest first.
    """
    kinds = channels.set_index("channel_id")["channel_type"]
    table = stages[stages["stage"].isin(["cart", "order"])].copy()
    table["type"] = table["channel_id"].map(kinds)
    table["best"] = table.groupby(["type", "stage"])["rate"].transform("max")
    final = stages[stages["stage"] == "order"].set_index("channel_id")["passed"].astype(float)
    table["orders_lost"] = table["channel_id"].map(final) * (table["best"] / table["rate"] - 1)
    table["money_lost"] = table["orders_lost"] * table["channel_id"].map(order_value)
    table["clear"] = table["high"] < table["best"]
    named = ["channel_id", "stage", "rate", "high", "best", "orders_lost", "money_lost", "clear"]
    return table[named].sort_values(["orders_lost"], ascending=False, kind="stable", ignore_index=True)


def _repeats(bought: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> list[tuple]:
    """Customers who first bought long enough before `last`, and who of them came back."""
    rows = bought.dropna(subset=["first_on"]).sort_values(["customer_id", "first_on", "channel_id"])
    began = rows.drop_duplicates("customer_id").set_index("customer_id")
    until = last - pd.Timedelta(days=REPEAT_DAYS)
    start = max(first - pd.Timedelta(days=REPEAT_DAYS), bought["month"].min() + pd.DateOffset(years=1))
    cohort = began[began["first_on"].between(start, until)]
    mine = rows[rows["customer_id"].isin(cohort.index)]
    origin = mine["customer_id"].map(cohort["first_on"])
    # The day of a second purchase within the first month is known only up to the month's last purchase.
    second = mine["first_on"].where(mine["first_on"] > origin, mine["last_on"].where(mine["last_on"] > origin))
    waited = (second - origin).dt.days.groupby(mine["customer_id"]).min()
    within = waited[waited <= REPEAT_DAYS]
    found = []
    for channel, part in cohort.groupby("channel_id"):
        back = within.reindex(part.index).dropna()
        found.append((channel, "repeat", len(part), len(back), float(back.median()) if len(back) else float("nan"), "days"))
    return found


def _mean(values: pd.Series, weights: pd.Series) -> float:
    known = values.notna() & weights.notna()
    total = float(weights[known].sum())
    return float((values[known] * weights[known].astype(float)).sum() / total) if total > 0 else float("nan")
