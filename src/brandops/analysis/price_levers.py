"""Which channels' prices can be moved, on what base, and how surely their volume answers (items 4.2.2 and 8.1.2).

The elasticities are those of item 4.2.2: a log-log panel regression over three years of weekly prices, partially pooled over
channels. Draws of them carry their uncertainty, joint over channels, to whoever simulates a change of several prices.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.analysis import channel_prices
from brandops.analysis.pooled_elasticity import Pooled
from brandops.analysis.seeds import seed_of

DRAWS = 500  # the 2.5 % and 97.5 % points of a sum are known to about a tenth of the interval's width; 2,000 cost the page more


@dataclass(frozen=True)
class PriceLevers:
    """`base`: channel_id, units, net_sales, cost (blank: unknown) of twelve months. `channels`: those that answer to price, the
    elasticity's whole 95 % interval below nought. `slopes`: best estimate, then `DRAWS` draws, one column per channel."""

    base: pd.DataFrame
    channels: list[str]
    slopes: np.ndarray
    pooled: Pooled


def price_levers(
    prices: pd.DataFrame | None, daily: pd.DataFrame, last: pd.Timestamp, *,
    market: pd.DataFrame | None = None, campaigns: pd.DataFrame | None = None,
) -> PriceLevers | None:  # fmt: skip
    """Fit the elasticities and draw from them.

    Parameters
    ----------
    prices
        The mart `prices_weekly`; None: the profile has none.
    daily
        The mart `channel_daily`: date, channel_id, quantity, net_sales, cost.
    last
        Last day known; the base is the twelve months up to it.
    market, campaigns
        Marts `market_monthly` and `campaigns`, which the regression controls for where there are any.

    Returns
    -------
    PriceLevers or None
        None where prices vary too little in fewer than two channels, or no channel answers to price.
    """
    if prices is None:
        return None
    found = channel_prices.estimate(prices, market, campaigns, last)
    if found.response is None:
        return None
    recent = daily[daily["date"] > last - pd.DateOffset(years=1)]
    base = recent.groupby("channel_id")[["quantity", "net_sales", "cost"]].sum(min_count=1).reset_index()
    base = base.rename(columns={"quantity": "units"})
    base = base[(base["units"] > 0) & (base["net_sales"] > 0)].reset_index(drop=True)
    pooled = found.pooled(set(base["channel_id"]))
    answers = pooled.table["channel_id"].isin(base["channel_id"]) & (pooled.table["high"] < 0)
    if not answers.any():
        return None
    rng = np.random.default_rng(seed_of("levers", *pooled.table["channel_id"]))
    drawn = rng.multivariate_normal(pooled.mean, pooled.covariance, size=DRAWS, method="eigh")
    slopes = np.vstack([pooled.mean, drawn])[:, answers.to_numpy()]
    return PriceLevers(base, pooled.table.loc[answers, "channel_id"].tolist(), slopes, pooled)
