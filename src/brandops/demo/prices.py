"""What a product costs in a channel on a day: list price, channel level, random deviations, promotions.

The deviations are drawn anew each month, independent of demand, so that price elasticities are identified; promotion
weeks are drawn at random too, except that festivals bring more of them (a regression needs time effects).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.demo.seasons import DAYS, MONTH_OF_DAY, festival_days
from brandops.demo.truth import CATEGORIES, COMPETITORS, Channel, Truth, stream

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


def competitor_prices(truth: Truth, seed: int) -> dict[str, np.ndarray]:
    """Return by category how far each competitor's prices are off their usual level, month × competitor (1: not).

    The deviations last: a month keeps 0.6 of the one before. Their standard deviation is `competitor_price_deviation`.
    """
    rng = stream(seed, "competitor prices")
    months, kept = int(MONTH_OF_DAY[-1]) + 1, 0.6
    made = {}
    for category in CATEGORIES:
        drawn = rng.normal(0, truth.competitor_price_deviation, (months, len(COMPETITORS)))
        log = drawn.copy()
        for month in range(1, months):
            log[month] = kept * log[month - 1] + np.sqrt(1 - kept**2) * drawn[month]
        made[category] = np.exp(log)
    return made


def competitor_pull(truth: Truth, seed: int) -> dict[str, np.ndarray]:
    """Return by category the factor of our demand due to competitors' prices, by month: their mean by market share.

    A price war is more than its prices and is a shock of its own (`truth.SHOCKS`).
    """
    share = np.array([held for held, _ in COMPETITORS.values()])
    return {
        category: np.exp(np.log(index) @ share / share.sum() * truth.competitor_elasticity)
        for category, index in competitor_prices(truth, seed).items()
    }


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
