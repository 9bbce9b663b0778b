"""What would a change of price or a promotion in a channel do to sales and margin, there and elsewhere (item 4.2.2)?

Volume follows the pooled elasticity (constant elasticity: volume × (price factor)^elasticity) and, on promotion, the
promotion's own lift; part of what a channel gains it takes from the company's other channels (`cannibalisation`, a share of
the units gained, spread by their volume: a supposition of the plan, as sales alone cannot tell it). Uncertainty of the
elasticities is drawn through. Used by the notebook, the dashboard and the risk scenarios.
"""

import numpy as np
import pandas as pd

from brandops.analysis.pooled_elasticity import Pooled
from brandops.analysis.seeds import seed_of

DRAWS = 2000
COLUMNS = ["channel_id", "price_change", "units", "units_low", "units_high", "sales", "sales_low", "sales_high", "margin",
           "margin_low", "margin_high", "taken", "total_sales", "total_margin", "total_margin_low", "total_margin_high",
           "better"]  # fmt: skip


def simulate(
    base: pd.DataFrame, elasticity: Pooled, price_change: dict[str, float], *,
    promotion: dict[str, tuple[float, float]] | None = None, cannibalisation: float = 0.0, draws: int = DRAWS,
) -> pd.DataFrame:  # fmt: skip
    """Simulate changes against the sales of a period.

    Parameters
    ----------
    base
        channel_id, units, net_sales, cost (of goods; NaN: margins are blank) of the period.
    elasticity
        Pooled elasticities; channels without one cannot be changed.
    price_change
        Relative change of the mean price by channel_id: -0.05 is five per cent cheaper.
    promotion
        By channel_id, log lift of volume by a promotion and its standard error, on top of the price's effect.
    cannibalisation
        Share (0 to 1) of units gained that other channels lose; a channel that loses units gives as much back to them.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row per changed channel, each changed alone: differences to the base in units and currency with 95 %
        intervals; `taken` net sales other channels lose; `total_*` all channels together; `better`, the probability that
        the total margin rises (blank without cost).

    Raises
    ------
    KeyError
        A channel that has no elasticity or no sales.
    ValueError
        A price change of -1 or less, or a cannibalisation outside 0 to 1.
    """
    if not 0 <= cannibalisation <= 1:
        raise ValueError(f"cannibalisation {cannibalisation}: a share, from 0 to 1")
    rows, place = [], {name: at for at, name in enumerate(elasticity.table["channel_id"])}
    known = base.set_index("channel_id")
    rng = np.random.default_rng(seed_of("simulate", *place))
    drawn = rng.multivariate_normal(elasticity.mean, elasticity.covariance, size=draws, method="eigh")
    normal = rng.normal(size=draws)
    for channel, change in price_change.items():
        if change <= -1:
            raise ValueError(f"price change {change} of {channel}: must be above -1")
        units, sales, cost = (float(known.at[channel, name]) for name in ("units", "net_sales", "cost"))
        lift, se = (promotion or {}).get(channel, (0.0, 0.0))
        # The first entry is the best estimate, the rest its uncertainty.
        slope = np.r_[elasticity.mean[place[channel]], drawn[:, place[channel]]]
        sold = units * (1 + change) ** slope * np.exp(lift + se * np.r_[0.0, normal])
        gained = sold - units
        price, unit_cost = sales / units, cost / units
        own_sales = sold * price * (1 + change) - sales
        own_margin = own_sales - gained * unit_cost
        others = known.drop(index=channel)
        other_price = others["net_sales"].sum() / others["units"].sum() if len(others) else 0.0
        other_cost = others["cost"].sum(skipna=False) / others["units"].sum() if len(others) else 0.0
        moved = cannibalisation * gained if len(others) else 0.0 * gained
        taken = moved * other_price
        total_margin = own_margin - taken + moved * other_cost
        row = {"channel_id": channel, "price_change": change, "taken": taken[0], "total_sales": own_sales[0] - taken[0]}
        for name, values in (("units", gained), ("sales", own_sales), ("margin", own_margin), ("total_margin", total_margin)):
            low, high = np.quantile(values[1:], [0.025, 0.975])
            row |= {name: values[0], f"{name}_low": low, f"{name}_high": high}
        row["better"] = float((total_margin[1:] > 0).mean()) if total_margin[0] == total_margin[0] else np.nan
        rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)
