"""Always-on advertising: what is spent on each platform every day, and what it does to demand (see `truth.Media`).

The level changes at random every week, as a media team that tests its levels would do: without such changes nobody could
tell what advertising does.
"""

import numpy as np
import pandas as pd

from brandops.demo.seasons import DAYS, YEARS, season
from brandops.demo.truth import CHANNELS, MEDIA, Media, Truth, stream

_START = 170.0  # a day in the first year, currency
_LEVELS = (0.3, 0.6, 1.0, 1.5, 2.2)


def always_on(truth: Truth, media: Media, seed: int) -> np.ndarray:
    """Return the spend of each day in whole cents; nothing before the channel opened."""
    rng = stream(seed, f"media {media.platform}")
    opened = next(pd.Timestamp(c.opened_on) for c in CHANNELS if c.channel_id == media.channel_id)
    weeks = (DAYS - DAYS[0]).days // 7
    level = rng.choice(_LEVELS, weeks.max() + 1)[weeks] / np.mean(_LEVELS)
    spend = _START * np.exp(0.12 * YEARS) * season(truth, "online") ** 0.6 * level
    return np.round(spend * np.exp(rng.normal(0, 0.12, len(DAYS))), 2) * np.asarray(opened <= DAYS)


def response(media: Media, spend: np.ndarray) -> np.ndarray:
    """Return the factor on demand of each day's spend and what is carried over from the days before."""
    carried, level = np.zeros(len(spend)), 0.0
    for day, amount in enumerate(spend):
        level = media.carry_over * level + (1 - media.carry_over) * amount
        carried[day] = level
    return np.exp(media.effect * carried / (media.half_saturation + carried))


def demand_factor(truth: Truth, channel_id: str, seed: int) -> np.ndarray:
    """Return the factor of advertising on a channel's demand by day, 1 on average: it moves sales, not their level."""
    factor = np.ones(len(DAYS))
    for media in MEDIA:
        if media.channel_id == channel_id:
            spend = always_on(truth, media, seed)
            factor = response(media, spend)
            factor = np.where(spend > 0, factor / factor[spend > 0].mean(), 1.0)
    return factor
