"""How does each channel's volume answer to price and promotion, and what would a change do there (item 4.2.2)?

The response of the whole panel (`brandops.analysis.pricing`), its price terms pooled over the channels
(`brandops.analysis.pooled_elasticity`), put to the sales of a year (`brandops.analysis.price_simulator`). Where channels are too
small to tell their products' prices from their own sales, from those of the others (`brandops.analysis.shared_prices`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.analysis import price_panel, price_simulator, pricing, shared_prices
from brandops.analysis.intervals import LEVEL, z_score
from brandops.analysis.pooled_elasticity import Pooled, pool

YEARS = 3  # of prices looked back on: longer, and customers of another time speak


@dataclass(frozen=True)
class ChannelPrices:
    """What volume answers to price by channel.

    `pooled` elasticities; by channel the log lift of a promotion on top of its price, pooled too, with its standard error;
    `follows`, where prices were taken from the other channels: by channel, how much of a price change there shows in its own.
    """

    pooled: Pooled
    promotion: dict[str, tuple[float, float]]
    follows: pd.Series | None = None

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


@dataclass(frozen=True)
class Estimated:
    """`response` of a panel, None where it cannot be told.

    `left_out`: channel_id, reason (`sold too rarely`, `few products`, `price hardly varies`): why a channel's own sales do not
    tell. `follows`: as of `ChannelPrices`, where prices elsewhere were tried; empty: products sell too rarely there too.
    """

    response: pricing.PriceResponse | None
    left_out: pd.DataFrame
    follows: pd.Series | None = None

    def told(self, term: str) -> np.ndarray:
        """Which of the response's estimates are channels' of a term: `log_price` (the elasticity) or `promotion`."""
        return self.response.elasticities["term"].eq(term).to_numpy()

    def pooled(self, others: set[str] = frozenset(), term: str = "log_price") -> Pooled:
        """A term pooled over the channels, with those `others` that have none of their own."""
        own = self.told(term)
        part = self.response.elasticities[own]
        known = part["channel_id"].tolist()
        return pool(known, part["estimate"], self.response.covariance[own][:, own], sorted(others - set(known)))


def estimate(
    prices_weekly: pd.DataFrame, market_monthly: pd.DataFrame | None, campaigns: pd.DataFrame | None, end: pd.Timestamp
) -> Estimated:
    """Elasticities of two or more channels by their own sales of the last `YEARS`; failing that, at prices elsewhere."""
    terms = {"market_monthly": market_monthly, "campaigns": campaigns, "first": end - pd.DateOffset(years=YEARS), "last": end}
    rows, _account = price_panel.price_panel(prices_weekly, **terms)
    usable, left_out = pricing.usable_channels(rows) if len(rows) else ([], pd.DataFrame(columns=["channel_id", "reason"]))
    known = {*usable, *left_out["channel_id"]}
    rare = [name for name in sorted(prices_weekly["channel_id"].unique()) if name not in known]
    left_out = pd.concat([pd.DataFrame({"channel_id": rare, "reason": "sold too rarely"}), left_out], ignore_index=True)
    if len(usable) > 1:
        return _told(pricing.price_response(rows), left_out)
    shared = shared_prices.shared_price_panel(prices_weekly, **terms)
    if shared is None or len(pricing.usable_channels(shared.panel)[0]) < 2:
        return Estimated(None, left_out, shared.follows if shared else pd.Series(dtype=float))
    return _told(pricing.price_response(shared.panel), left_out, shared.follows)


def _told(response: pricing.PriceResponse, left_out: pd.DataFrame, follows: pd.Series | None = None) -> Estimated:
    """The regression leaves a price out that does not vary beside the other terms: of one channel there is nothing to pool."""
    found = Estimated(response, left_out, follows)
    return found if found.told("log_price").sum() > 1 else Estimated(None, left_out, follows)


def channel_prices(estimated: Estimated, channels: set[str]) -> ChannelPrices | None:
    """Answer of volume to price by channel; None where fewer than two channels' can be told.

    `channels` without an elasticity of their own get the mean of the others, with its spread.
    """
    if estimated.response is None:
        return None
    promotion = {}
    if estimated.told("promotion").any():
        lifts = estimated.pooled(channels, "promotion").table
        errors = (lifts["high"] - lifts["low"]) / (2 * z_score(LEVEL))
        promotion = dict(zip(lifts["channel_id"], zip(lifts["estimate"], errors, strict=True), strict=True))
    return ChannelPrices(estimated.pooled(channels), promotion, estimated.follows)


def year_sold(channel_daily: pd.DataFrame, first: pd.Timestamp) -> pd.DataFrame:
    """The base of a simulation: channel_id, units, net_sales, cost since `first`."""
    sold = channel_daily[channel_daily["date"] >= first].groupby("channel_id")[["quantity", "net_sales", "cost"]]
    return sold.sum(min_count=1).rename(columns={"quantity": "units"}).reset_index()
