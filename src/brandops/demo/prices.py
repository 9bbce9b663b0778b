"""What a product costs in a channel on a day: list price, channel level, random deviations, promotions.

The deviations are drawn anew each month, independent of demand, so that price elasticities are identified; promotion
weeks are drawn at random too, except that festivals bring more of them (a regression needs time effects).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.demo.seasons import DAYS, MONTH_OF_DAY, festival_days
from brandops.demo.truth import Channel, Truth, stream

INFLATION_YEAR = DAYS.year.to_numpy() - DAYS.year[0]
_LAST = INFLATION_YEAR[-1]


@dataclass(frozen=True)
class Prices:
    """Arrays day × product of one channel, yuan; `relative` is the net price over the list price of the day."""

    list_price: np.ndarray
    net: np.ndarray
    relative: np.ndarray
    promoted: np.ndarray


def list_prices(truth: Truth, product: pd.DataFrame) -> np.ndarray:
    """Return list prices day × product: raised every 1 January by the same rate."""
    factor = (1 + truth.list_price_increase) ** (INFLATION_YEAR - _LAST)
    return np.round(factor[:, None] * product["list_price"].to_numpy()[None, :], 2)


def prices(truth: Truth, product: pd.DataFrame, channel: Channel, seed: int) -> Prices:
    """Return the prices of one channel."""
    rng = stream(seed, f"prices {channel.channel_id}")
    count, months = len(product), int(MONTH_OF_DAY[-1]) + 1
    listed = list_prices(truth, product)
    deviation = rng.normal(0, truth.price_deviation, (months, count))[MONTH_OF_DAY]
    week = (DAYS - pd.Timestamp("2021-12-27")).days.to_numpy() // 7
    festival = festival_days()
    busy = festival["618"] | festival["double_11"] if channel.type == "online" else festival["before_new_year"]
    chance = truth.promotion_weeks * (1 + 1.2 * busy)
    drawn = rng.random((week[-1] + 1, count))[week]
    promoted = drawn < chance[:, None]
    depth = rng.uniform(0.08, 0.30, (week[-1] + 1, count))[week] * promoted
    relative = np.minimum(1.0, channel.price_level * np.exp(deviation)) * (1 - depth)
    net = np.round(listed * relative, 2)
    return Prices(listed, net, net / listed, promoted)
