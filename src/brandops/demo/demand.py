"""Order lines out of true demand: Poisson counts per day × channel × product × region around a known intensity.

The intensity of a cell is channel trend × season × product popularity and life cycle × (relative price)^elasticity
× (competitors' prices)^cross elasticity × promotion × advertising × campaigns with carry-over × shocks × the productivity of its
salespeople; see `truth.py` for the numbers.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.demo.catalogue import BRAND_NAMES, CATEGORY_NAMES, REGION_NAMES
from brandops.demo.media import demand_factor
from brandops.demo.prices import Prices, competitor_pull, prices
from brandops.demo.seasons import DAYS, MONTH_OF_DAY, YEARS, between, day_index, season, summer
from brandops.demo.truth import CATEGORIES, CHANNELS, REGIONS, SHOCKS, Channel, Truth, stream


@dataclass
class Lines:
    """Order lines of one channel as arrays of equal length, sorted by day and region (codes, not names)."""

    day: np.ndarray
    region: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    list_price: np.ndarray
    net_price: np.ndarray
    promoted: np.ndarray
    campaign: np.ndarray
    new_order: np.ndarray


def campaign_factors(campaign: pd.DataFrame, channel_id: str) -> tuple[np.ndarray, np.ndarray]:
    """Return demand factor and running campaign's number (-1: none), both day × region × brand."""
    factor = np.ones((len(DAYS), len(REGION_NAMES), len(BRAND_NAMES)))
    running = np.full(factor.shape, -1, dtype=np.int16)
    for number, row in enumerate(campaign.itertuples()):
        if channel_id not in row.channels:
            continue
        held = row.hold_out.split(";") if pd.notna(row.hold_out) else []
        region = [i for i, name in enumerate(REGION_NAMES) if name not in held]
        brand = [i for i, name in enumerate(BRAND_NAMES) if pd.isna(row.brand) or row.brand == name]
        start, end = day_index(row.starts_on), day_index(row.ends_on)
        since = np.arange(len(DAYS)) - end
        effect = np.where(since <= 0, row.lift, row.lift * row.carry_over ** np.maximum(since, 0))
        effect = np.where(np.arange(len(DAYS)) < start, 0.0, effect)
        cells = np.ix_(np.arange(len(DAYS)), region, brand)
        factor[cells] *= 1 + effect[:, None, None]
        running[np.ix_(np.arange(start, min(end + 1, len(DAYS))), region, brand)] = number
    return factor, running


def life_cycle(product: pd.DataFrame) -> np.ndarray:
    """Return day × product: nothing before the launch or after the end; a new product ramps up, peaks and settles."""
    launched = (product["launched_on"] - DAYS[0]).dt.days.to_numpy()
    ended = (product["discontinued_on"] - DAYS[0]).dt.days.fillna(10**6).to_numpy()
    age = np.arange(len(DAYS))[:, None] - launched[None, :]
    factor = np.minimum(1.0, 0.35 + age / 120) * (1 + 0.9 * np.exp(-np.maximum(age - 60, 0) / 240))
    return np.where((age >= 0) & (np.arange(len(DAYS))[:, None] <= ended[None, :]), factor, 0.0)


def opening(channel: Channel) -> np.ndarray:
    """Return per day the share of its eventual volume a channel has reached since it opened."""
    age = np.arange(len(DAYS)) - day_index(channel.opened_on)
    if not channel.ramp_months:
        return (age >= 0).astype(float)
    return np.where(age >= 0, 1 - 0.85 * np.exp(-3 * age / (30.4 * channel.ramp_months)), 0.0)


def shocks(product: pd.DataFrame, channel: Channel) -> np.ndarray:
    """Return the factor of all shocks, day × product."""
    factor = np.ones((len(DAYS), len(product)))
    for shock in SHOCKS:
        if shock.channels and channel.channel_id not in shock.channels:
            continue
        hit = np.ones(len(product), dtype=bool)
        for column in ("category", "subcategory", "brand"):
            if getattr(shock, column):
                hit &= (product[column] == getattr(shock, column)).to_numpy()
        factor *= np.where(between(shock.starts_on, shock.ends_on)[:, None] & hit[None, :], shock.factor, 1.0)
    return factor


def intensity(truth: Truth, product: pd.DataFrame, channel: Channel, price: Prices, seed: int) -> np.ndarray:
    """Return expected lines day × product of one channel up to the world's common scale, summing over regions."""
    rng = stream(seed, f"taste {channel.channel_id}")
    category = product["category"].map({name: i for i, name in enumerate(CATEGORY_NAMES)}).to_numpy()
    growth = np.array([CATEGORIES[name][2] for name in CATEGORY_NAMES])[category]
    waves = np.stack([summer(CATEGORIES[name][3]) for name in CATEGORY_NAMES], axis=1)[:, category]
    taste = product["popularity"].to_numpy() * np.exp(rng.normal(0, 0.35, len(product)))
    taste = taste / taste.sum()
    trend = np.exp((YEARS[:, None] - YEARS[-1]) * (np.log1p(channel.growth) + np.log1p(growth)[None, :]))
    response = (price.relative / channel.price_level) ** channel.elasticity * np.exp(channel.promotion_lift * price.promoted)
    daily = channel.line_share * opening(channel) * season(truth, channel.type)
    # New products take from the rest of the range: the trend alone makes a channel grow.
    offered = taste[None, :] * life_cycle(product)
    offered = offered / offered.sum(axis=1, keepdims=True)
    pull = competitor_pull(truth, seed)
    pulled = np.stack([pull[name][MONTH_OF_DAY] for name in CATEGORY_NAMES], axis=1)[:, category]
    return daily[:, None] * trend * waves * offered * response * pulled * shocks(product, channel)


def draw_lines(
    truth: Truth, product: pd.DataFrame, campaign: pd.DataFrame, productivity: dict[str, np.ndarray], seed: int, scale: float
) -> dict[str, Lines]:
    """Draw the order lines of every channel (returns not yet among them).

    `productivity` gives for staffed channels the mean productivity month × region of their salespeople.
    """
    region_share = np.array([share for _, share in REGIONS.values()])
    brand_of = product["brand"].map({name: i for i, name in enumerate(BRAND_NAMES)}).to_numpy()
    price = {channel.channel_id: prices(truth, product, channel, seed) for channel in CHANNELS}
    level = {c.channel_id: intensity(truth, product, c, price[c.channel_id], seed) for c in CHANNELS}
    drawn = {}
    # One common factor brings the expected total to the promised number of lines, returns (4 %) included.
    total = sum(array.sum() for array in level.values())
    per_unit = truth.lines * 0.935 * scale / total
    for channel in CHANNELS:
        name = channel.channel_id
        factor, running = campaign_factors(campaign, name)
        regional = demand_factor(truth, name, seed)[:, None, None] * factor[:, :, brand_of] * region_share[None, :, None]
        if name in productivity:
            regional *= productivity[name][MONTH_OF_DAY][:, :, None]
        rng = stream(seed, f"lines {name}")
        count = rng.poisson(per_unit * regional * level[name][:, None, :])
        drawn[name] = _lines(rng, channel, price[name], count, factor, running, brand_of)
    return drawn


def _lines(rng, channel, price, count, factor, running, brand_of) -> Lines:
    """Turn counts day × region × product into lines, in random order within day and region."""
    cell = np.repeat(np.flatnonzero(count), count[count > 0])
    day, region, product = np.unravel_index(cell, count.shape)
    order = np.lexsort((rng.random(len(cell)), region, day))
    day, region, product = day[order], region[order], product[order]
    brand = brand_of[product]
    campaign = running[day, region, brand]
    # The shop credits a campaign with its incremental lines and half as many again.
    credited = 1.5 * (1 - 1 / factor[day, region, brand])
    campaign = np.where(rng.random(len(day)) < np.maximum(credited, 0.05), campaign, -1)
    start = np.r_[True, (np.diff(day) != 0) | (np.diff(region) != 0)]
    new_order = start | (rng.random(len(day)) < (0.34 if channel.business else 0.62))
    if channel.business:
        quantity = 1 + rng.negative_binomial(1.5, 1.5 / (1.5 + channel.mean_quantity - 1), len(day))
    else:
        quantity = 1 + rng.poisson(channel.mean_quantity - 1, len(day))
    return Lines(
        day, region, product, quantity, price.list_price[day, product], price.net[day, product],
        price.promoted[day, product], campaign, new_order,
    )  # fmt: skip
