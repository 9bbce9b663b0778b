"""Worlds of the demo's own generator, as daily sales with campaigns whose true effects are known."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from brandops.demo import catalogue
from brandops.demo.catalogue import BRAND_NAMES, REGION_NAMES
from brandops.demo.demand import _lines, campaign_factors, intensity
from brandops.demo.media import demand_factor
from brandops.demo.prices import prices
from brandops.demo.sales import productivity_of_people, staffed_channels
from brandops.demo.seasons import DAYS, MONTH_OF_DAY
from brandops.demo.truth import CHANNELS, REGIONS, Truth, stream


@dataclass
class CampaignWorld:
    """Daily sales (date, channel_id, region, brand, gross_sales), campaigns, and the true expected sales per cell."""

    daily: pd.DataFrame
    campaigns: pd.DataFrame
    channels: pd.DataFrame
    credited: pd.DataFrame

    def true_log_lift(self, campaign: pd.Series, after: int) -> float:
        """Log ratio of expected sales with and without the campaign over its window, in the cells it reached."""
        days = pd.date_range(campaign["starts_on"], campaign["ends_on"] + pd.Timedelta(days=after))
        return float(np.log(self.expected(campaign, days, True) / self.expected(campaign, days, False)))

    expected: object = None


@cache
def _base():
    """What all worlds have in common: expected lines day x product by channel, from the demo's default world."""
    truth, seed = Truth(), 20220101
    product, person = catalogue.products(truth, seed), catalogue.people(truth, seed)
    training = catalogue.trainings(person, seed)
    price = {channel.channel_id: prices(truth, product, channel, seed) for channel in CHANNELS}
    level = {c.channel_id: intensity(truth, product, c, price[c.channel_id], seed) for c in CHANNELS}
    staffed = staffed_channels(person, productivity_of_people(truth, person, training))
    per_unit = truth.lines * 0.935 / sum(array.sum() for array in level.values())
    return truth, product, price, level, staffed, per_unit


def campaign_world(seed: int, null: bool = False) -> CampaignWorld:
    """Draw a world: new hold-out regions, advertising and sales; `null`: no campaign does anything."""
    truth, product, price, level, staffed, per_unit = _base()
    campaign = catalogue.campaigns(seed)
    if null:
        campaign = campaign.assign(lift=0.0)
    brand_of = product["brand"].map({name: i for i, name in enumerate(BRAND_NAMES)}).to_numpy()
    region_share = np.array([share for _, share in REGIONS.values()])
    advertised = {channel.channel_id: demand_factor(truth, channel.channel_id, seed) for channel in CHANNELS}
    every = {channel.channel_id: campaign_factors(campaign, channel.channel_id) for channel in CHANNELS}
    frames, credited = [], []
    for channel in CHANNELS:
        name = channel.channel_id
        factor, running = every[name]
        regional = advertised[name][:, None, None] * factor[:, :, brand_of] * region_share[None, :, None]
        if name in staffed:
            regional = regional * staffed[name][MONTH_OF_DAY][:, :, None]
        rng = stream(seed, f"lines {name}")
        lines = _lines(rng, channel, price[name], rng.poisson(per_unit * regional * level[name][:, None, :]), factor, running,
                       brand_of)  # fmt: skip
        cell = np.ravel_multi_index((lines.day, lines.region, brand_of[lines.product]), (len(DAYS), 8, len(BRAND_NAMES)))
        sums = np.bincount(cell, weights=lines.quantity * lines.net_price, minlength=len(DAYS) * 8 * len(BRAND_NAMES))
        at = np.flatnonzero(sums)
        day, region, brand = np.unravel_index(at, (len(DAYS), 8, len(BRAND_NAMES)))
        frames.append(pd.DataFrame({"date": DAYS[day], "channel_id": name, "region": np.array(REGION_NAMES)[region],
                                    "brand": np.array(BRAND_NAMES)[brand], "gross_sales": sums[at]}))  # fmt: skip
        credited += [(campaign["campaign_id"].iloc[number], name) for number in np.unique(lines.campaign) if number >= 0]
    made = CampaignWorld(pd.concat(frames, ignore_index=True), campaign, catalogue.channels(),
                         pd.DataFrame(credited, columns=["campaign_id", "channel_id"]))  # fmt: skip

    def expected(row: pd.Series, days: pd.DatetimeIndex, with_campaign: bool) -> float:
        held = row["hold_out"].split(";") if isinstance(row["hold_out"], str) else []
        mine = np.array([region not in held for region in REGION_NAMES])
        brands = np.array([not isinstance(row["brand"], str) or brand == row["brand"] for brand in BRAND_NAMES])[brand_of]
        at = np.flatnonzero(DAYS.isin(days))
        total = 0.0
        for name in row["channels"]:
            factor = every[name][0][at]
            if not with_campaign:
                own, _running = campaign_factors(campaign[campaign["campaign_id"] == row["campaign_id"]], name)
                factor = factor / own[at]
            grown = advertised[name][at, None] * (staffed[name][MONTH_OF_DAY][at] if name in staffed else 1.0)
            value = level[name][at] * price[name].net[at]
            by_region = np.einsum("drp,dp->dr", factor[:, :, brand_of] * brands, value) * region_share * grown
            total += by_region[:, mine].sum()
        return float(total)

    made.expected = expected
    return made
