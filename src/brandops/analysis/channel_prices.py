"""How does each channel's volume answer to price and promotion, and what would a change do there (item 4.2.2)?

The response of the whole panel (`brandops.analysis.pricing`), its price terms pooled over the channels
(`brandops.analysis.pooled_elasticity`), put to the sales of a year (`brandops.analysis.price_simulator`).
"""

from dataclasses import dataclass

import pandas as pd

from brandops.analysis import price_panel, price_simulator, pricing
from brandops.analysis.pooled_elasticity import Pooled, pool

YEARS = 3  # of prices looked back on: longer, and customers of another time speak


@dataclass(frozen=True)
class ChannelPrices:
    """`pooled` elasticities, and by channel the log lift of a promotion on top of its price with its standard error."""

    pooled: Pooled
    promotion: dict[str, tuple[float, float]]

    def effects(
        self, base: pd.DataFrame, kinds: pd.Series, change: float, cannibalisation: float
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """`price_simulator.simulate` of a price change, and of a promotion at it online (without online channels: anywhere).

        Only where volume clearly falls with price; `base` as there, `kinds` is the channel type by channel_id.
        """
        answering = self.pooled.table.loc[self.pooled.table["high"] < 0, "channel_id"]
        able = [channel for channel in answering if channel in set(base["channel_id"])]
        tried = price_simulator.simulate(base, self.pooled, dict.fromkeys(able, change), cannibalisation=cannibalisation)
        online = [channel for channel in able if kinds[channel] == "online"] or able
        lifts = {channel: self.promotion[channel] for channel in able if channel in self.promotion}
        offers = price_simulator.simulate(base, self.pooled, dict.fromkeys(online, change), promotion=lifts,
                                          cannibalisation=cannibalisation)  # fmt: skip
        return tried, offers


def channel_prices(
    prices_weekly: pd.DataFrame | None, market_monthly: pd.DataFrame | None, campaigns: pd.DataFrame | None,
    end: pd.Timestamp, channels: set[str],
) -> ChannelPrices | None:  # fmt: skip
    """Answer of volume to price by channel; None where fewer than two channels have prices that vary.

    `channels` without an elasticity of their own get the mean of the others, with its spread.
    """
    if prices_weekly is None:
        return None
    rows, _account = price_panel.price_panel(prices_weekly, market_monthly=market_monthly, campaigns=campaigns,
                                             first=end - pd.DateOffset(years=YEARS), last=end)  # fmt: skip
    response = pricing.price_response(rows) if len(rows) else None
    if response is None:
        return None
    own = response.elasticities["term"].eq("log_price").to_numpy()
    if own.sum() < 2:
        return None
    part = response.elasticities[own]
    known = part["channel_id"].tolist()
    pooled = pool(known, part["estimate"], response.covariance[own][:, own], sorted(channels - set(known)))
    lifts = response.of("promotion").set_index("channel_id")
    return ChannelPrices(pooled, {channel: (row["estimate"], row["se"]) for channel, row in lifts.iterrows()})


def year_sold(channel_daily: pd.DataFrame, first: pd.Timestamp) -> pd.DataFrame:
    """The base of a simulation: channel_id, units, net_sales, cost since `first`."""
    sold = channel_daily[channel_daily["date"] >= first].groupby("channel_id")[["quantity", "net_sales", "cost"]]
    return sold.sum(min_count=1).rename(columns={"quantity": "units"}).reset_index()
