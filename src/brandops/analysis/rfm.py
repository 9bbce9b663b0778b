"""Who bought recently, often and much: quintiles of recency, frequency and money, with their customary names (4.1.2).

Recency, frequency and monetary value, each in fifths (Hughes, Strategic Database Marketing, 1994); the ten named segments
are the customary grid of recency and frequency scores.
"""

import numpy as np
import pandas as pd

SCORES = ["recency_score", "frequency_score", "money_score"]
# Segment by recency score (row, 1 to 5: five bought last) and frequency score (column).
_GRID = (
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("about_to_sleep", "about_to_sleep", "need_attention", "loyal_customers", "loyal_customers"),
    ("promising", "potential_loyalists", "potential_loyalists", "loyal_customers", "loyal_customers"),
    ("new_customers", "potential_loyalists", "potential_loyalists", "champions", "champions"),
)
SEGMENTS = ("champions", "loyal_customers", "potential_loyalists", "new_customers", "promising", "need_attention",
            "about_to_sleep", "at_risk", "cannot_lose", "hibernating")  # fmt: skip


def histories(customers_monthly: pd.DataFrame, as_of: pd.Timestamp, without: list[str] | None = None) -> pd.DataFrame:
    """What each customer had done by the end of `as_of` (a month's end; later months are not looked at).

    `without` names channels whose customers are left out (business accounts: those who bought most there).

    Returns
    -------
    DataFrame
        Indexed by customer_id: first_on, last_on, orders, purchase_days, gross_sales, net_sales, promoted_orders (blank
        where not supplied), online (share of orders), recency, tenure (days since the last and first purchase), channel_id
        (where they spent most). Customers without a purchase are left out.
    """
    seen = customers_monthly[customers_monthly["month"] <= as_of]
    main = seen.groupby(["customer_id", "channel_id"])["gross_sales"].sum().reset_index()
    main = main.sort_values(["gross_sales", "channel_id"], ascending=[False, True]).drop_duplicates("customer_id")
    main = main.set_index("customer_id")["channel_id"]
    online = seen["orders"].where(seen["channel_type"] == "online", 0)
    by = seen.assign(online=online).groupby("customer_id")
    table = by.agg(first_on=("first_on", "min"), last_on=("last_on", "max"), orders=("orders", "sum"),
                   purchase_days=("purchase_days", "sum"), gross_sales=("gross_sales", "sum"), net_sales=("net_sales", "sum"),
                   online=("online", "sum"))  # fmt: skip
    table["promoted_orders"] = by["promoted_orders"].sum(min_count=1).astype(float)
    table["channel_id"] = main
    table = table[(table["orders"] > 0) & (table["gross_sales"] > 0) & ~table["channel_id"].isin(without or [])]
    table["online"] = table["online"] / table["orders"]
    table["recency"] = (as_of - table["last_on"]).dt.days
    table["tenure"] = (as_of - table["first_on"]).dt.days
    return table


def rfm(history: pd.DataFrame) -> pd.DataFrame:
    """Score customers and name their segment: `SCORES` (1 to 5, 5 is best) and `rfm`, on the index of `history`.

    Ties share a score, so fifths are equal only as far as the data allow.
    """
    scores = {
        "recency_score": _fifth(-history["recency"]), "frequency_score": _fifth(history["orders"]),
        "money_score": _fifth(history["net_sales"]),
    }  # fmt: skip
    table = pd.DataFrame(scores, index=history.index)
    grid = np.array(_GRID, dtype=object)
    table["rfm"] = grid[table["recency_score"] - 1, table["frequency_score"] - 1]
    return table


def moves(before: pd.Series, now: pd.Series, absent: str = "none_yet") -> pd.DataFrame:
    """How many customers went from which segment to which: `before`, `now`, `customers`.

    Both are segments by customer; who is in one only was, or is, `absent`.
    """
    both = pd.concat({"before": before, "now": now}, axis=1).fillna(absent)
    return both.groupby(["before", "now"]).size().rename("customers").reset_index()


def _fifth(values: pd.Series) -> pd.Series:
    return np.ceil(values.rank(pct=True, method="average") * 5).clip(1, 5).astype(int)
