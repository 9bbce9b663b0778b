"""Effects of trainings cover the truth of worlds they did not see, and stay silent where nothing can be said."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from training_worlds import sales_world

from brandops.analysis import training
from brandops.demo.truth import Truth

TRUE = Truth().training_effects


def covered(seeds: range) -> pd.DataFrame:
    """Whether the interval covers the truth, the error, and whether placebo and pre-trend raise an alarm; by seed and kind."""
    rows = []
    for seed in seeds:
        people, trainings, sales = sales_world(seed)
        panel = training.outcome_panel(sales, people)
        for kind, true in TRUE.items():
            found, fake = training.training_effect(panel, trainings, kind), training.placebo(panel, trainings, kind)
            trend = training.pre_trend(panel, trainings, kind)
            rows.append((kind, found.low <= true <= found.high, found.log_effect - np.log1p(true), found.standard_error,
                         not fake.low <= 0 <= fake.high, trend < 0.05))  # fmt: skip
    return pd.DataFrame(rows, columns=["kind", "covers", "error", "standard_error", "placebo_alarm", "trend_alarm"])


def likely(hits: int, count: int, rate: float) -> bool:
    """Whether `hits` of `count` may come from a true rate of `rate` (two-sided, 1 in 1,000)."""
    return stats.binomtest(hits, count, rate).pvalue > 0.001


@pytest.fixture(scope="module")
def few() -> pd.DataFrame:
    return covered(range(1, 11))


def test_intervals_cover_the_true_effects_at_their_nominal_rate(few):
    assert likely(int(few["covers"].sum()), len(few), 0.95)


def test_estimates_are_unbiased_and_their_errors_honest(few):
    """Errors in standard errors have mean 0 and size 1; thirty of them tell both to a fifth or so."""
    scaled = few["error"] / few["standard_error"]
    assert abs(scaled.mean()) < 0.6
    assert 0.65 < np.sqrt((scaled**2).mean()) < 1.4


@pytest.mark.slow
def test_intervals_cover_in_two_hundred_worlds_for_each_kind_and_checks_seldom_cry_wolf():
    """Nominal: 95 % and 5 %; allowed is what 200 draws leave to chance."""
    many = covered(range(1000, 1200))
    for _kind, part in many.groupby("kind"):
        assert likely(int(part["covers"].sum()), len(part), 0.95)
        assert part["error"].mean() == pytest.approx(0, abs=3.3 * part["error"].std() / np.sqrt(len(part)))
        assert part["placebo_alarm"].mean() < 0.10
        assert part["trend_alarm"].mean() < 0.10


def test_a_comparison_of_trained_with_untrained_months_alone_is_biased_where_this_is_not():
    """Sales that grow for everybody are no effect: the estimator nets them out by channel and month."""
    people, trainings, sales = sales_world(7)
    growing = sales.assign(value=sales["value"] * 1.03 ** ((sales["month"] - sales["month"].min()).dt.days / 30.4))
    one = training.training_effect(training.outcome_panel(sales, people), trainings, "product")
    other = training.training_effect(training.outcome_panel(growing, people), trainings, "product")
    assert other.log_effect == pytest.approx(one.log_effect, abs=1e-9)


def test_without_noise_the_effect_is_found_exactly_and_its_quarters_too():
    people, trainings, sales = sales_world(3, noise=0.0, shared=0.0)
    panel = training.outcome_panel(sales, people)
    for kind, true in TRUE.items():
        assert training.training_effect(panel, trainings, kind).effect == pytest.approx(true, abs=1e-6)
        study = training.event_study(panel, trainings, kind).set_index("quarter")["log_effect"]
        assert np.allclose(study[study.index >= 0], np.log1p(true), atol=1e-6)
        assert np.allclose(study[study.index < 0], 0, atol=1e-6)


def test_the_pretrend_test_sees_a_trend_before_the_training():
    people, trainings, sales = sales_world(11)
    first = trainings[trainings["kind"] == "sales_skills"].set_index("person_id")["trained_on"]
    ahead = (sales["person_id"].map(first) - sales["month"]).dt.days
    rising = sales.assign(value=sales["value"] * np.where(ahead.between(0, 180), 1.35, 1.0))
    assert training.pre_trend(training.outcome_panel(rising, people), trainings, "sales_skills") < 0.01
    fake = training.placebo(training.outcome_panel(rising, people), trainings, "sales_skills")
    assert fake.low > 0


def test_a_joiner_starts_a_new_effect_for_colleagues_of_the_territory():
    people = pd.DataFrame({"person_id": ["A", "B"], "channel_id": "shop", "region": "North",
                           "hired_on": pd.to_datetime(["2020-01-01", "2024-03-10"]), "left_on": pd.NaT})  # fmt: skip
    months = pd.date_range("2024-01-01", "2024-05-01", freq="MS")
    sales = pd.DataFrame({"person_id": "A", "month": months, "value": [10.0, 10, 8, 5, 5]})
    units = training.outcome_panel(sales, people)["unit"].to_list()
    assert units[0] == units[1] and units[3] == units[4] and len(set(units)) == 3


def test_nothing_is_said_of_fewer_than_five_trained():
    people, trainings, sales = sales_world(5)
    panel = training.outcome_panel(sales, people)
    few = trainings[trainings["kind"] == "product"].head(4)
    assert training.training_effect(panel, few, "product") is None
    assert training.event_study(panel, few, "product").query("quarter >= 0").empty
    assert np.isnan(training.pre_trend(panel, few, "product"))


def test_coverage_counts_those_employed_and_hides_scores_of_small_groups():
    people, trainings, _sales = sales_world(5)
    table = training.coverage(trainings, people, "2025-12-31").set_index("kind")
    left = people.loc[people["left_on"].notna(), "person_id"]
    product = trainings[(trainings["kind"] == "product") & ~trainings["person_id"].isin(left)]
    assert table.at["product", "trained"] == len(product) and table.at["product", "gain"] > 5
    assert np.isnan(training.coverage(trainings.head(4), people, "2025-12-31")["gain"].iloc[0])
