"""Demo worlds at panel level: what the demo's own functions say was sold each week, without exports."""

import numpy as np
import pandas as pd

from brandops.demo import catalogue
from brandops.demo.catalogue import BRAND_NAMES
from brandops.demo.demand import campaign_factors, intensity
from brandops.demo.prices import competitor_prices, prices
from brandops.demo.seasons import DAYS, MONTHS
from brandops.demo.truth import CHANNELS, COMPETITORS, REGIONS, Truth, stream

EXPECTED_PER_WEIGHT = 191.0  # order lines a day per unit of channel weight: the full demo's common factor


def weekly_world(seed: int, channel_ids: list[str]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the marts `prices_weekly`, `market_monthly` and `campaigns` of a world, for some of its channels."""
    truth = Truth()
    product, campaign = catalogue.products(truth, seed), catalogue.campaigns(seed)
    frames = []
    for channel in CHANNELS:
        if channel.channel_id in channel_ids:
            frames.append(_channel(truth, product, campaign, channel, seed))
    return pd.concat(frames, ignore_index=True), _market(truth, seed), campaign


def _channel(truth, product, campaign, channel, seed) -> pd.DataFrame:
    price = prices(truth, product, channel, seed)
    factor, _running = campaign_factors(campaign, channel.channel_id)
    share = np.array([held for _, held in REGIONS.values()])
    brand = product["brand"].map({name: i for i, name in enumerate(BRAND_NAMES)}).to_numpy()
    regional = np.einsum("drb,r->db", factor, share)[:, brand]
    level = intensity(truth, product, channel, price, seed)
    rng = stream(seed, f"weekly {channel.channel_id}")
    lines = rng.poisson(EXPECTED_PER_WEIGHT * regional * level)
    day, item = np.nonzero(lines)
    count = lines[day, item]
    extra = channel.mean_quantity - 1
    spread = 1.5 / (1.5 + extra)
    more = rng.negative_binomial(1.5 * count, spread) if channel.business else rng.poisson(extra * count)
    quantity = count + more
    sold = pd.DataFrame({
        "week": (DAYS - pd.to_timedelta(DAYS.dayofweek, unit="D"))[day], "product": item, "lines": count,
        "quantity": quantity.astype(float), "net_sales": quantity * price.net[day, item],
        "list_sales": quantity * price.list_price[day, item], "cost": quantity * product["unit_cost"].to_numpy()[item],
        "promoted_quantity": quantity * price.promoted[day, item].astype(float),
    })  # fmt: skip
    sums = sold.groupby(["week", "product"], as_index=False).sum()
    names = product.iloc[sums.pop("product")][["product_id", "brand", "category", "subcategory"]].reset_index(drop=True)
    return pd.concat([sums, names], axis=1).assign(channel_id=channel.channel_id)


def _market(truth, seed) -> pd.DataFrame:
    rng = stream(seed, "weekly market")
    rows = []
    for category, index in competitor_prices(truth, seed).items():
        for number, (competitor, (share, _drift)) in enumerate(COMPETITORS.items()):
            read = index[:, number] * np.exp(rng.normal(0, 0.008, len(MONTHS)))
            rows.append(pd.DataFrame({"month": MONTHS, "category": category, "competitor": competitor,
                                      "sales": 1e6 * share, "price_index": read}))  # fmt: skip
    return pd.concat(rows, ignore_index=True)
