"""The hold-out of the purchase model: where it does not bear the model out, nothing the model expects is quoted."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import customer_value, rfm
from brandops.analysis.customer_hold_out import TOLERANCE, hold_out
from brandops.present.sentences.customers import hold_out as sentence
from brandops.present.status import Status

END = pd.Timestamp("2025-12-31")


def bought_monthly(rng: np.random.Generator, growth: float, customers: int = 1500) -> pd.DataFrame:
    """Two years of customers who buy at their own pace, `growth` times as often in the second year."""
    months = pd.date_range("2024-01-01", "2025-12-01", freq="MS")
    pace, first = rng.gamma(1.0, 0.25, customers), rng.integers(0, 12, customers)
    at = np.arange(24)
    rate = pace[:, None] * np.where(at < 12, 1.0, growth) * (at > first[:, None])
    made = rng.poisson(rate) + (at == first[:, None])
    who, month = np.nonzero(made)
    days = made[who, month]
    start = months[month]
    frame = pd.DataFrame({"month": start, "customer_id": who.astype(str), "channel_id": "web", "channel_type": "online",
                          "orders": days, "purchase_days": days, "gross_sales": days * rng.uniform(20, 60, len(who)),
                          "promoted_orders": 0.0, "first_on": start + pd.Timedelta(days=3),
                          "last_on": start + pd.Timedelta(days=20)})  # fmt: skip
    return frame.assign(net_sales=frame["gross_sales"])


def test_customers_who_keep_their_pace_bear_the_model_out_and_those_who_quicken_it_do_not():
    rng = np.random.default_rng(8)
    steady = bought_monthly(rng, growth=1.0)
    assert hold_out(steady, END).holds
    quicker = hold_out(bought_monthly(rng, growth=2.5), END)
    assert not quicker.holds and quicker.foreseen < quicker.made


def test_a_short_history_is_held_out_by_half_and_a_shorter_one_not_at_all():
    rows = bought_monthly(np.random.default_rng(9), growth=1.0)
    nine = rows[rows["month"] >= "2025-04-01"]
    check = hold_out(nine, END)
    assert (check.months, check.since) == (4, pd.Timestamp("2025-09-01"))
    assert hold_out(rows[rows["month"] >= "2025-08-01"], END) is None


def test_what_the_model_expects_is_blank_where_the_hold_out_does_not_bear_it_out():
    rows = bought_monthly(np.random.default_rng(8), growth=2.5)
    history = rfm.histories(rows, END)
    assert customer_value.trusted_values(history, hold_out(rows, END)) is None
    table = customer_value.segment_profiles(history, None, rfm.rfm(history)["rfm"], None)
    assert table[["value", "low", "high", "value_each", "margin", "churn_risk"]].isna().all(axis=None)
    assert table["customers"].sum() == len(history) and table["sales"].is_monotonic_decreasing


@pytest.mark.parametrize(("growth", "words", "status"), [(1.0, "is stated", Status.MET), (2.5, "not stated", Status.AT_RISK)])
def test_the_page_says_what_follows_from_the_hold_out(growth, words, status):
    text, told = sentence(hold_out(bought_monthly(np.random.default_rng(8), growth), END))
    assert words in text and f"{TOLERANCE:.0%}" in text and told is status
