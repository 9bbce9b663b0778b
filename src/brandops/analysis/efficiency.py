"""How much more could a channel make of what it costs: the efficient frontier (item 4.1.3).

Data envelopment analysis with variable returns to scale, output-oriented (Banker, Charnes and Cooper 1984): a channel in a
quarter is compared with the best mixtures of channels in quarters that used no more. Pooling quarters is window analysis
(Charnes et al. 1985); the spread of a channel's quarters shows how firm its place is. Linear programmes by Pyfrontier.
The frontier is made of what was seen: headroom is a lower bound where nobody does well, and noise counts as inefficiency.
"""

import numpy as np
import pandas as pd


def efficiency(units: pd.DataFrame, inputs: list[str], output: str) -> pd.DataFrame:
    """Efficiency of channels by quarter.

    Parameters
    ----------
    units
        channel_id, quarter, positive `inputs` and `output`; rows with a blank or a value of 0 or less are left out.

    Returns
    -------
    DataFrame
        channel_id, quarter, efficiency (1 is on the frontier), headroom (in the unit of `output`), output.
    """
    from Pyfrontier.frontier_model import EnvelopDEA

    rows = units.dropna(subset=[*inputs, output])
    rows = rows[(rows[[*inputs, output]] > 0).all(axis=1)].reset_index(drop=True)
    if len(rows) < 3 * (len(inputs) + 1):  # fewer units than the rule of thumb: everybody would be efficient
        return pd.DataFrame(columns=["channel_id", "quarter", "efficiency", "headroom", "output"])
    # Programmes are solved to an absolute tolerance: amounts are brought to the size of one.
    x, y = (rows[names].to_numpy(float) / rows[names].to_numpy(float).mean(axis=0) for names in (inputs, [output]))
    model = EnvelopDEA("VRS", "out")
    model.fit(x, y)
    score = np.maximum(np.array([unit.score for unit in model.results]), 1.0)
    return pd.DataFrame({
        "channel_id": rows["channel_id"], "quarter": rows["quarter"], "efficiency": 1 / score,
        "headroom": (score - 1) * rows[output], "output": rows[output],
    })  # fmt: skip


def channel_efficiency(scores: pd.DataFrame) -> pd.DataFrame:
    """Efficiency by channel over its quarters: efficiency (by output), low, high (least and greatest quarter), headroom (sum)."""
    by = scores.groupby("channel_id")
    table = by.agg(low=("efficiency", "min"), high=("efficiency", "max"), headroom=("headroom", "sum"), output=("output", "sum"))
    table["efficiency"] = table["output"] / (table["output"] + table["headroom"])
    table = table.reset_index()[["channel_id", "efficiency", "low", "high", "headroom", "output"]]
    return table.sort_values("headroom", ascending=False, kind="stable", ignore_index=True)


def quarter_units(
    sales: pd.DataFrame, costs: pd.DataFrame | None, customers_monthly: pd.DataFrame | None, months: pd.DatetimeIndex
) -> tuple[pd.DataFrame, list[str], str]:
    """Units, inputs and output for `efficiency` out of what the company supplies.

    With channel costs: operating cost to gross margin. Without: customers served and orders to net sales.
    """
    part = sales[sales["date"].dt.to_period("M").dt.to_timestamp().isin(months)]
    quarter = part["date"].dt.to_period("Q").astype(str)
    by = part.assign(quarter=quarter).groupby(["channel_id", "quarter"])
    table = by[["net_sales", "orders"]].sum().join(by["cost"].agg(lambda cost: cost.sum(skipna=False)))
    table["gross_margin"] = table["net_sales"] - table["cost"]
    if costs is not None and table["gross_margin"].notna().any():
        paid = costs[costs["month"].isin(months)]
        paid = paid.assign(quarter=paid["month"].dt.to_period("Q").astype(str))
        table["operating_cost"] = paid.groupby(["channel_id", "quarter"])["amount"].sum()
        return table.reset_index(), ["operating_cost"], "gross_margin"
    if customers_monthly is not None:
        seen = customers_monthly[customers_monthly["month"].isin(months)]
        seen = seen.assign(quarter=seen["month"].dt.to_period("Q").astype(str))
        table["customers"] = seen.groupby(["channel_id", "quarter"])["customer_id"].nunique()
        return table.reset_index(), ["customers", "orders"], "net_sales"
    return table.reset_index(), ["orders"], "net_sales"
