"""The next unit of money: the slope is recovered, also where the average points to another channel."""

import numpy as np
import pandas as pd
import pytest
from media_worlds import media_world

from brandops.analysis import next_money
from brandops.demo.truth import Media

SATURATED = Media("a", "mall", 0.50, 50.0, 0.5)  # brings much, and hardly more for one more unit
OPEN = Media("b", "shop", 0.60, 500.0, 0.5)
PLATFORMS = {media.platform: media.channel_id for media in (SATURATED, OPEN)}
MONTHS = pd.date_range("2025-01-01", periods=12, freq="MS")


def estimate(seed: int, commission: float = 0.0) -> tuple[pd.DataFrame, pd.Series]:
    """What is estimated, and the true profit of one more unit by channel; a third of the sales is cost of goods."""
    demand, ads = media_world(seed, days=731, media=(SATURATED, OPEN))
    sales = demand.assign(net_sales=demand["gross_sales"], cost=demand["gross_sales"] / 3)
    year = sales[sales["date"] >= MONTHS[0]]
    earned = year.groupby("channel_id")["gross_sales"].sum()
    costs = pd.DataFrame([(c, m, kind, earned[c] / 12 * rate) for c in earned.index for m in MONTHS
                          for kind, rate in (("commission", commission), ("rent", 0.2), ("acquisition", 0.1))],
                         columns=["channel_id", "month", "cost_type", "amount"])  # fmt: skip
    found = next_money.next_money(demand, ads, None, sales, costs, PLATFORMS, ["rent"], MONTHS)
    true = {}
    for media in (SATURATED, OPEN):
        spend = ads[(ads["platform"] == media.platform) & (ads["date"] >= MONTHS[0])]["spend"].mean()
        slope = media.effect * media.half_saturation / (media.half_saturation + spend) ** 2
        true[media.channel_id] = (2 / 3 - commission) * earned[media.channel_id] / 365 * slope - 1
    return found.set_index("channel_id"), pd.Series(true)


def test_the_slope_names_the_channel_for_the_next_money_where_the_average_names_another():
    found, true = estimate(1)
    assert true.idxmax() == found.index[0] == "shop"
    assert found["average"].idxmax() == "mall"
    assert found["best"].sum() == pytest.approx(1)


def test_intervals_hold_the_true_profit_of_one_more_unit():
    held = []
    for seed in range(4):
        found, true = estimate(seed)
        held += (found["low"].le(true) & found["high"].ge(true)).tolist()
    assert np.mean(held) >= 0.75
    assert found["low"].lt(found["value"]).all() and (found["high"] - found["low"]).max() < 2.5, "not by being wide"


def test_costs_that_move_with_sales_are_taken_off_and_fixed_ones_and_advertising_are_not():
    free, charged = estimate(2)[0], estimate(2, commission=0.2)[0]
    assert (charged["value"] + 1).div(free["value"] + 1).round(6).eq(round((2 / 3 - 0.2) / (2 / 3), 6)).all()


def test_nothing_is_said_of_companies_that_do_not_advertise():
    demand, ads = media_world(1, media=(OPEN,))
    sales = demand.assign(net_sales=demand["gross_sales"], cost=1.0)
    for one, other in ((demand, None), (None, ads)):
        found = next_money.next_money(one, other, None, sales, None, PLATFORMS, [], MONTHS)
        assert found.empty and list(found) == next_money.COLUMNS
    assert next_money.next_money(demand, ads, None, sales, None, {}, [], MONTHS).empty
