"""The funnel of campaigns, visits against their baseline, spend and feedback."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.campaign_feedback import feedback, feedback_counts
from brandops.analysis.campaign_funnel import (
    campaign_channels,
    daily_funnel,
    funnel_by,
    gains_by,
    pooled_gain,
    running,
    visits_gained,
)
from brandops.analysis.campaign_spending import plan_against_spend
from brandops.params.plan import SurveyRules

DAYS = pd.date_range("2023-06-01", "2025-12-31")
LAST = DAYS[-1]
CHANNELS = pd.DataFrame({"channel_id": ["a", "b", "c", "shop"], "channel_type": ["online"] * 3 + ["offline"]})
CAMPAIGNS = pd.DataFrame({
    "campaign_id": ["C1", "C2"], "campaign": ["Autumn", "Spring"], "theme": ["care", "gifts"], "format": ["live", "coupon"],
    "channel_id": ["a", None], "starts_on": pd.to_datetime(["2025-11-01", "2025-03-01"]),
    "ends_on": pd.to_datetime(["2025-11-14", "2025-03-10"]),
})  # fmt: skip
WHERE = {"C1": ["a"], "C2": ["a", "b"]}
AUTUMN = CAMPAIGNS.head(1)


def traffic(gain: float, seed: int = 1, peak: float = 2.0) -> pd.DataFrame:
    """Visits with a season all online channels share that doubles them just when the campaign runs."""
    random = np.random.default_rng(seed)
    season = np.where((DAYS.month == 11) & (DAYS.day <= 14), peak, 1.0)
    frames = []
    for channel in CHANNELS["channel_id"]:
        mean = 400 * (season if channel != "shop" else 1) * np.exp(random.normal(0, 0.1, len(DAYS)))
        if channel == "a":
            mean = mean * np.where((DAYS >= "2025-11-01") & (DAYS <= "2025-11-14"), 1 + gain, 1.0)
        frames.append(pd.DataFrame({"date": DAYS, "channel_id": channel, "visits": random.poisson(mean)}))
    return pd.concat(frames, ignore_index=True)


def gained(gain: float, seed: int = 1) -> pd.Series:
    return visits_gained(traffic(gain, seed), CHANNELS, CAMPAIGNS, WHERE, AUTUMN, LAST).iloc[0]


def test_the_season_is_no_gain_of_the_campaign():
    row = gained(0.0)
    assert row["raw"] > 0.8 and row["low"] < 0 < row["high"] and abs(row["gain"]) < 0.1


def test_the_gain_is_found_with_its_baseline():
    row = gained(0.30)
    assert row["low"] < 0.30 < row["high"] and row["low"] > 0.1
    assert row["visits"] / row["baseline"] - 1 == pytest.approx(row["gain"])
    assert row["placebos"] >= 40


def test_intervals_of_the_gain_hold_it_at_their_nominal_rate():
    held = [row["low"] <= 0.2 <= row["high"] for row in (gained(0.2, seed) for seed in range(60))]
    assert 0.87 <= np.mean(held) <= 1.0


def test_no_placebo_touches_a_campaign_and_nothing_is_compared_with_another_campaign():
    everywhere = {"C1": ["a"], "C2": ["a", "b", "c"]}
    during = CAMPAIGNS.assign(starts_on=pd.to_datetime(["2025-11-01", "2025-11-01"]), ends_on=AUTUMN["ends_on"].iloc[0])
    assert visits_gained(traffic(0.2), CHANNELS, during, everywhere, during.head(1), LAST).empty
    always = CAMPAIGNS.assign(starts_on=pd.to_datetime(["2025-11-01", "2023-06-01"]),
                              ends_on=pd.to_datetime(["2025-11-14", "2025-10-30"]))  # fmt: skip
    row = visits_gained(traffic(0.2), CHANNELS, always, {"C1": ["a"], "C2": ["a"]}, always.head(1), LAST).iloc[0]
    assert row["placebos"] == 0 and np.isnan(row["low"]) and np.isnan(row["high"])
    assert np.isnan(pooled_gain(pd.DataFrame([row]))[1])


def test_later_days_change_nothing():
    cut = pd.Timestamp("2025-11-07")
    whole = traffic(0.3)
    known = whole[whole["date"] <= cut]
    first, second = (visits_gained(part, CHANNELS, CAMPAIGNS, WHERE, AUTUMN, cut) for part in (whole, known))
    pd.testing.assert_frame_equal(first, second)


def test_pooling_weighs_by_precision():
    table = pd.DataFrame({"gain": [0.1, 0.5], "low": [0.09, -0.4], "high": [0.11, 2.75], "theme": ["care", "care"]})
    value, low, high = pooled_gain(table)
    assert 0.09 < low < value < high < 0.12
    assert gains_by(table, "theme").to_dict("records") == [
        {"theme": "care", "campaigns": 2, "gain": value, "low": low, "high": high}]  # fmt: skip


def test_the_funnel_adds_up_by_day_campaign_theme_and_format():
    ads = pd.DataFrame({"date": [DAYS[-3], DAYS[-2], DAYS[-2]], "platform": "p", "campaign_id": ["C1", "C1", None],
                        "impressions": [1000, 2000, 9], "clicks": [10, 30, 9], "spend": 1.0})  # fmt: skip
    web = pd.DataFrame({"date": [DAYS[-2]] * 2, "campaign_id": ["C1", "C2"], "sessions": [50, 70], "conversions": [5.0, 7.0]})
    daily = daily_funnel(ads, web, CAMPAIGNS, DAYS[-30], LAST)
    assert len(daily) == 3 and daily["impressions"].sum() == 3000
    for key, value in (("campaign", "Autumn"), ("theme", "care"), ("format", "live")):
        row = funnel_by(daily, CAMPAIGNS, key).set_index(key).loc[value]
        assert row[["impressions", "clicks", "visits", "orders"]].tolist() == [3000, 40, 50, 5]
        assert row["click_rate"] == pytest.approx(40 / 3000) and row["order_rate_low"] < 0.1 < row["order_rate_high"]
    alone = funnel_by(daily_funnel(None, web, CAMPAIGNS, DAYS[0], LAST), CAMPAIGNS, "campaign")
    assert alone["impressions"].isna().all() and alone["click_rate"].isna().all()
    assert daily_funnel(None, None, CAMPAIGNS, DAYS[0], LAST).empty


def test_a_campaign_of_several_channels_ran_where_its_buyers_were():
    buyers = pd.DataFrame({"campaign_id": "C2", "took_part": [True] * 40 + [False] * 9,
                           "channel_id": ["a"] * 20 + ["b"] * 19 + ["c"] + ["shop"] * 9})  # fmt: skip
    assert campaign_channels(CAMPAIGNS, buyers) == {"C1": ["a"], "C2": ["a", "b"]}
    assert campaign_channels(CAMPAIGNS, None) == {"C1": ["a"]}


def test_a_campaign_belongs_to_the_periods_it_ran_in():
    assert running(CAMPAIGNS, pd.Timestamp("2025-10-01"), LAST)["campaign_id"].tolist() == ["C1"]
    assert running(CAMPAIGNS, pd.Timestamp("2025-11-14"), LAST)["campaign_id"].tolist() == ["C1"]
    assert running(CAMPAIGNS, pd.Timestamp("2025-11-15"), LAST).empty


def test_spend_is_compared_with_plan_where_it_is_known():
    budget = pd.DataFrame({"campaign_id": ["C1", "C1", "C2"], "budget_item": ["materials", "promotion", "materials"],
                           "planned": [100.0, 300.0, 50.0], "spent": [110.0, 290.0, None]})  # fmt: skip
    table = plan_against_spend(budget, CAMPAIGNS, "budget_item").set_index("budget_item")
    assert table["planned"].to_dict() == {"promotion": 300.0, "materials": 100.0}
    assert table.loc["materials", "ratio"] == pytest.approx(1.1) and table["over"].sum() == pytest.approx(0)


def test_feedback_counts_valid_answers_about_the_campaigns_channels():
    answers = pd.DataFrame({
        "response_id": [f"R{n}" for n in range(6)],
        "answered_at": pd.to_datetime(["2025-11-02", "2025-12-01", "2025-12-20", "2025-11-03", "2025-11-04", "2025-11-05"]),
        "channel_id": ["a", "a", "a", "shop", None, "a"], "seconds": [99.0, 99, 99, 99, 99, 2], "csat": 4, "wave": "w",
        "customer_id": None, "comment": ["很好", None, "x", "x", " ", "x"],
    })  # fmt: skip
    counted = feedback(answers, SurveyRules(), AUTUMN, WHERE, LAST)
    assert counted["response_id"].tolist() == ["R0", "R1", "R4"]
    row = feedback_counts(counted, CAMPAIGNS, 3).set_index("campaign_id")
    assert row.loc["C1", ["valid", "comments", "met"]].tolist() == [3, 1, True] and row.loc["C2", "valid"] == 0
