"""Advertising of the demo world: it moves sales as it is said to, and never their level."""

import numpy as np
import pandas as pd
import pytest

from brandops.demo.media import always_on, demand_factor, response
from brandops.demo.seasons import DAYS
from brandops.demo.truth import CHANNELS, MEDIA, Truth


def test_response_is_concave_settles_and_starts_at_one():
    media = MEDIA[0]
    settled = [response(media, np.full(200, spend))[-1] for spend in (0.0, 100.0, 200.0, 300.0)]
    assert settled[0] == 1.0 and np.all(np.diff(settled) > 0) and np.all(np.diff(settled, 2) < 0)
    assert settled[1] == pytest.approx(np.exp(media.effect * 100 / (media.half_saturation + 100)))


def test_advertising_moves_sales_and_not_their_level():
    truth = Truth()
    for channel in CHANNELS:
        factor = demand_factor(truth, channel.channel_id, 1)
        leads = any(media.channel_id == channel.channel_id for media in MEDIA)
        opened = np.asarray(pd.Timestamp(channel.opened_on) <= DAYS)
        assert factor[opened].mean() == pytest.approx(1) and (factor.std() > 0.005) == leads
        assert (factor[~opened] == 1).all()


def test_spending_differs_by_week_and_platform_and_begins_with_the_channel():
    truth = Truth()
    spend = {media.platform: always_on(truth, media, 1) for media in MEDIA}
    opened = {c.channel_id: pd.Timestamp(c.opened_on) for c in CHANNELS}
    for media in MEDIA:
        assert (spend[media.platform][np.asarray(opened[media.channel_id] > DAYS)] == 0).all()
    weekly = pd.DataFrame(spend)[pd.DataFrame(spend).gt(0).all(axis=1)].groupby(lambda day: day // 7).mean()
    assert (weekly.std() / weekly.mean()).between(0.3, 1.0).all()
    assert np.abs(np.corrcoef(np.log(weekly.T))[np.triu_indices(len(MEDIA), 1)]).max() < 0.6
