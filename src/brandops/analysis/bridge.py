"""Why do sales differ from plan or from last year: price, volume, mix, new and discontinued products (item
1.3.1)?

For every product in a channel sold in both periods, with q units at mean net price p (0: base, 1: now), and
for the group it is compared in (category within channel, whose units can be added):

    price    Σ (p1 - p0) q1
    volume   (Q1 / Q0 - 1) Σ p0 q0           the group grows or shrinks, each product alike
    mix      Σ p0 (q1 - q0 Q1 / Q0)          units move between dearer and cheaper products of the group

Products without units in the base period are `new` (or newly listed in the channel), those without units now
are `discontinued`; they enter with their whole sales. The five add up to the difference exactly: rounded to
cents, the mix takes what rounding leaves. This is the flexible-budget variance analysis of management
accounting (Horngren, Datar and Rajan, Cost Accounting, ch. 7 and 14), with returns netted against sales.
"""

import numpy as np
import pandas as pd

EFFECTS = ["price", "volume", "mix", "new", "discontinued"]
ITEM = ["channel_id", "product_id"]
GROUP = ["channel_id", "category"]


def bridge(base: pd.DataFrame, now: pd.DataFrame, group: list[str] = GROUP, item: list[str] = ITEM) -> pd.DataFrame:
    """Split the difference in net sales by group.

    Parameters
    ----------
    base, now
        Sales of the two periods: `net_sales`, `quantity` and the columns of `item` and `group`; many rows an
        item.
    group
        Columns within which units can be added.
    item
        Columns that identify what has a price.

    Returns
    -------
    DataFrame
        One row per group: the group's columns, `base`, `price`, `volume`, `mix`, `new`, `discontinued`,
        `now`, in currency to the cent, with base + effects = now.
    """
    keys = list(dict.fromkeys([*group, *item]))
    sums = [_sums(frame, keys) for frame in (base, now)]
    both = sums[0].join(sums[1], how="outer", lsuffix="0", rsuffix="1").fillna(0.0).reset_index()
    s0, q0, s1, q1 = (both[c].to_numpy(float) for c in ("net_sales0", "quantity0", "net_sales1", "quantity1"))
    had, has = q0 > 0, q1 > 0
    kept = had & has
    p0 = np.divide(s0, q0, out=np.zeros_like(s0), where=kept)
    both["was"], both["is"] = np.where(kept, q0, 0.0), np.where(kept, q1, 0.0)
    units = both.groupby(group, dropna=False)[["was", "is"]].transform("sum").to_numpy(float)
    grown = np.divide(units[:, 1], units[:, 0], out=np.ones(len(units)), where=units[:, 0] > 0)
    both["price"] = np.where(kept, s1 - p0 * q1, 0.0)
    both["volume"] = np.where(kept, s0 * (grown - 1), 0.0)
    fresh = ~kept & ~had
    both["new"] = np.where(fresh, s1 - s0, 0.0)
    both["discontinued"] = np.where(~kept & had, s1 - s0, 0.0)
    totals = both.rename(columns={"net_sales0": "base", "net_sales1": "now"})
    named = ["base", "price", "volume", "new", "discontinued", "now"]
    table = totals.groupby(group, dropna=False)[named].sum().round(2).reset_index()
    table["mix"] = (table["now"] - table["base"] - table[["price", "volume", "new", "discontinued"]].sum(axis=1)).round(2)
    return table[[*group, "base", *EFFECTS, "now"]]


def steps(groups: pd.DataFrame) -> pd.DataFrame:
    """Sum a bridge's groups up to the bars of one waterfall: `step` (base, the effects, now), `amount`."""
    order = ["base", *EFFECTS, "now"]
    return pd.DataFrame({"step": order, "amount": [round(float(groups[name].sum()), 2) for name in order]})


def plan_base(last_year: pd.DataFrame, target: float) -> pd.DataFrame:
    """What the plan expected, product by product: last year's products, prices and mix, with units scaled to
    `target`.

    A plan that names no products assumes that growth comes from volume; a bridge from this base shows what
    came differently. Returns `last_year` with `net_sales` and `quantity` scaled.
    """
    total = float(last_year["net_sales"].sum())
    factor = target / total if total > 0 else np.nan
    return last_year.assign(net_sales=last_year["net_sales"] * factor, quantity=last_year["quantity"] * factor)


def top_groups(groups: pd.DataFrame, labels: list[str], count: int = 12) -> pd.DataFrame:
    """The groups that moved most, summed over `labels`, with their `difference`, largest movement first."""
    table = groups.groupby(labels, dropna=False)[["base", *EFFECTS, "now"]].sum().round(2).reset_index()
    table["difference"] = (table["now"] - table["base"]).round(2)
    order = table["difference"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].head(count).reset_index(drop=True)


def _sums(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return frame.groupby(keys, dropna=False, observed=True)[["net_sales", "quantity"]].sum().astype(float)
