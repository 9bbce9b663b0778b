"""Worlds of known advertising: daily sales of channels whose response to spending is given."""

import numpy as np
import pandas as pd

from brandops.demo.media import response
from brandops.demo.truth import MEDIA, Media

PLATFORMS = {media.platform: media.channel_id for media in MEDIA}


def media_world(seed: int, days: int = 730, media: tuple[Media, ...] = MEDIA, level: float = 60.0, spend: float = 250.0):
    """Return the marts `demand_daily` and `ads_daily` of one channel a platform, with a season they share."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2024-01-01", periods=days)
    season = np.exp(0.3 * np.sin(2 * np.pi * dates.dayofyear / 365) + 0.1 * (dates.dayofweek >= 5) + rng.normal(0, 0.1, days))
    demand, ads = [], []
    for one in media:
        weekly = rng.choice([0.3, 0.6, 1.0, 1.5, 2.2], days // 7 + 1)[np.arange(days) // 7] / 1.12
        spent = np.round(spend * weekly * np.exp(rng.normal(0, 0.1, days)), 2)
        price = np.repeat(rng.normal(-0.1, 0.05, days // 7 + 1), 7)[:days]
        mean = level * season * response(one, spent) * np.exp(-2 * price) * np.linspace(1, 1.1, days)
        units = rng.poisson(mean)
        demand.append(pd.DataFrame({"date": dates, "channel_id": one.channel_id, "quantity": units.astype(float),
                                    "gross_sales": units * 100 * np.exp(price), "list_sales": units * 100.0}))  # fmt: skip
        ads.append(pd.DataFrame({"date": dates, "platform": one.platform, "campaign_id": None, "spend": spent}))
    return pd.concat(demand, ignore_index=True), pd.concat(ads, ignore_index=True)
