"""The scorecard recovers the demo's true chances of default, looks at nothing later, and is judged by what it had not seen."""

import numpy as np
import pandas as pd
import pytest
from credit_worlds import AS_OF, credit_world
from sklearn.metrics import roc_auc_score

from brandops.analysis import scorecard_validation as validation
from brandops.analysis.credit import assess
from brandops.analysis.credit_defaults import first_defaults, in_default
from brandops.analysis.credit_features import FEATURES, accounts_on, observations
from brandops.analysis.credit_grades import IN_DEFAULT, graded_accounts
from brandops.analysis.expected_loss import backtest, portfolio_loss, within
from brandops.analysis.intervals import Estimate
from brandops.analysis.scorecard import card_table, contributions, fit_scorecard, points_of, predict, reasons
from brandops.params.risk import CreditRules

RULES = CreditRules()


@pytest.fixture(scope="module")
def world():
    return credit_world(5)


@pytest.fixture(scope="module")
def risk(world):
    return assess(*world, AS_OF, RULES, seed=3)


@pytest.fixture(scope="module")
def scored(world, risk):
    """Accounts not in default, with predictions and their true chance."""
    invoices, customers = world
    accounts = accounts_on(invoices, customers, AS_OF)
    accounts = accounts[~accounts["customer_id"].isin(in_default(invoices, AS_OF))].reset_index(drop=True)
    true = accounts["customer_id"].map(customers.set_index("customer_id")["true_pd"])
    return accounts.join(predict(risk.card, accounts)).assign(true=true)


def test_probabilities_of_default_recover_the_truth(scored):
    assert scored["pd"].mean() == pytest.approx(scored["true"].mean(), rel=0.2)
    calm = scored[scored["overdue_share"] == 0]
    assert calm["pd"].corr(calm["true"], method="spearman") > 0.65
    fifths = calm.groupby(pd.qcut(calm["pd"], 5), observed=True)[["pd", "true"]].mean()
    assert fifths["true"].is_monotonic_increasing
    # Accounts that truly failed and whose invoices are not due yet look calm: the calm ones' true chance is a little higher.
    assert (fifths["pd"] / fifths["true"]).between(0.45, 1.3).all()


def test_true_drivers_carry_weight_and_risk_goes_their_way(risk):
    assert {"years_in_business", "industry"} <= set(risk.card.weights.index) and (risk.card.weights < 0).all()
    table = card_table(risk.card)
    years = table[(table["feature"] == "years_in_business") & ~table["missing"]]
    assert years["points"].is_monotonic_increasing and years["default_rate"].is_monotonic_decreasing
    industry = table[table["feature"] == "industry"].set_index("values")["points"]
    assert industry.filter(like="salon").iloc[0] < industry.filter(like="cosmetics_store").iloc[0]


def test_points_and_probabilities_say_the_same(risk, scored):
    assert points_of(np.array([-np.log(50)])) == pytest.approx([600]) and points_of(np.array([-np.log(100)])) == pytest.approx(
        [620]
    )
    odds = np.log(scored["pd"] / (1 - scored["pd"]))
    assert np.allclose(points_of(odds), scored["score"])
    table, base = card_table(risk.card), scored["score"].mean()
    parts = contributions(risk.card, scored)
    assert np.allclose(parts.sum(axis=1) + base, scored["score"])
    one = scored.iloc[[0]]
    rows = table[(table["feature"] == "years_in_business") & ~(table["low"] > one["years_in_business"].iloc[0])]
    rows = rows[~(rows["high"] <= one["years_in_business"].iloc[0]) & ~rows["missing"]]
    assert len(rows) == 1


def test_reasons_name_what_costs_an_account_points(risk, scored):
    why = reasons(risk.card, scored)
    overdue = scored["overdue_share"] > 0.8
    assert why[overdue].map(lambda names: "overdue_share" in names).all()
    assert not why[~overdue & (scored["overdue_share"] == 0)].map(lambda names: "overdue_share" in names).any()
    assert why.map(len).max() <= 3 and set(why.explode().dropna()) <= set(FEATURES)


def test_the_scorecard_tells_later_defaulters_from_payers_and_counts_them_right(risk):
    found = risk.validation
    assert found.made_on == pd.Timestamp("2024-12-31")
    assert found.auc.low > 0.55 and found.gini.value == pytest.approx(2 * found.auc.value - 1)
    assert found.ratio.low <= 1 <= found.ratio.high
    assert found.auc.value == pytest.approx(roc_auc_score(found.accounts["defaulted"], found.accounts["pd"]))
    hits = (found.classes["low"] <= found.classes["pd"]) & (found.classes["pd"] <= found.classes["high"])
    assert hits.sum() >= len(hits) - 1
    assert risk.shift < 0.1


def test_nothing_recorded_after_the_day_moves_a_feature_or_an_earlier_scorecard(world):
    invoices, customers = world
    day = pd.Timestamp("2024-06-30")
    paid, lost = invoices["paid_on"] <= day, invoices["written_off_on"] <= day
    cut = invoices.assign(
        paid_on=invoices["paid_on"].where(paid), paid_amount=invoices["paid_amount"].where(paid),
        written_off_on=invoices["written_off_on"].where(lost), written_off=invoices["written_off"].where(lost),
    )[invoices["issued_on"] <= day]  # fmt: skip
    pd.testing.assert_frame_equal(accounts_on(invoices, customers, day), accounts_on(cut, customers, day))
    known = invoices[invoices["issued_on"] <= day]
    pd.testing.assert_frame_equal(observations(known, customers, day), observations(cut, customers, day))


def test_no_outcome_lies_outside_the_twelve_months_after_its_day(world):
    invoices, customers = world
    table = observations(invoices, customers, AS_OF)
    assert table["observed_on"].max() == pd.Timestamp("2024-12-31")
    bad = table[table["defaulted"] == 1]
    assert (bad["defaulted_on"] > bad["observed_on"]).all()
    assert (bad["defaulted_on"] <= bad["observed_on"] + pd.DateOffset(years=1)).all()
    good = table[table["defaulted"] == 0]
    assert not (good["defaulted_on"] <= good["observed_on"] + pd.DateOffset(years=1)).any()


def test_grades_cover_every_account_and_their_limits_follow_the_rules(world, risk):
    accounts = risk.accounts
    assert accounts["customer_id"].is_unique and accounts["exposure"].sum() == pytest.approx(risk.loss.exposure)
    bounds = {grade.grade: grade for grade in RULES.grades}
    for name, part in accounts[accounts["grade"] != IN_DEFAULT].groupby("grade"):
        assert (part["pd"] <= bounds[name].pd).all() and (part["grade_terms"] == bounds[name].terms_days).all()
        assert np.allclose(part["grade_limit"], part["monthly_sales"] * bounds[name].limit_months, atol=50.01)
    fallen = accounts[accounts["grade"] == IN_DEFAULT]
    assert (fallen["pd"] == 1).all() and (fallen["grade_limit"] == 0).all()
    assert risk.grades["accounts"].sum() == len(accounts)
    assert risk.grades["expected_loss"].sum() == pytest.approx(risk.loss.value)


def test_expected_loss_is_the_product_and_its_interval_holds_it(risk):
    accounts, loss = risk.accounts, risk.loss
    assert loss.value == pytest.approx((accounts["pd"] * risk.lgd.value * accounts["exposure"]).sum())
    assert loss.low < loss.value < loss.high < loss.bad_year and loss.defaulted < loss.quarter < loss.value


def test_a_year_later_the_loss_lies_where_it_was_expected():
    tried = [assess(*credit_world(seed, scale=0.8), AS_OF, RULES, seed=seed).backtest for seed in range(10, 14)]
    assert sum(found["low"] <= found["lost"] <= found["high"] for found in tried) >= 3
    assert sum(found["lost"] for found in tried) == pytest.approx(sum(found["expected"] for found in tried), rel=0.3)


def test_a_quarter_s_chance_makes_up_the_year_s():
    assert 1 - (1 - within(np.array([0.2]), 3)) ** 4 == pytest.approx([0.2]) and within(np.array([1.0]), 3) == 1


def test_too_few_defaults_make_no_scorecard():
    invoices, customers = credit_world(2, scale=0.06)
    found = assess(invoices, customers, AS_OF, RULES, seed=1)
    assert found.card is None and found.loss is None and found.accounts is None


def test_an_account_that_stopped_buying_still_counts_with_what_it_owes(world, risk):
    invoices, customers = world
    odd = invoices.iloc[[0]].assign(
        customer_id="GONE", invoice_id="X", issued_on=pd.Timestamp("2024-10-31"), due_on=pd.Timestamp("2025-12-30"), amount=777.0,
        paid_on=pd.NaT, paid_amount=np.nan, written_off_on=pd.NaT, written_off=np.nan,
    )  # fmt: skip
    more = pd.concat([invoices, odd], ignore_index=True)
    graded = graded_accounts(risk.card, more, customers, AS_OF, in_default(invoices, AS_OF), RULES.grades)
    mine = graded.set_index("customer_id").loc["GONE"]
    assert mine["exposure"] == 777 and mine["overdue"] == 777 and 0 < mine["pd"] < 1
    assert graded["exposure"].sum() == pytest.approx(risk.loss.exposure + 777)


def test_two_runs_give_the_same_numbers():
    first, second = (assess(*credit_world(8, scale=0.6), AS_OF, RULES, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(first.accounts, second.accounts)
    assert first.loss == second.loss and first.validation.auc == second.validation.auc


def test_the_area_s_interval_covers_the_true_area_at_its_nominal_rate():
    """Normal scores a shift of one apart: the true area is Phi(1 / sqrt 2) = 0.760."""
    covered = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        bad = pd.Series(np.repeat([1, 0], [30, 300]))
        found, _ks = validation.discrimination(pd.Series(random.normal(bad.to_numpy(), 1)), bad, seed, draws=300)
        covered += found.low <= 0.7602 <= found.high
    assert 88 <= covered <= 99


def test_stability_is_nothing_for_the_same_scores_and_alarms_for_others():
    random = np.random.default_rng(1)
    then = pd.Series(random.normal(550, 20, 3000))
    assert validation.stability(then, then)[0] == pytest.approx(0, abs=1e-9)
    assert validation.stability(then, pd.Series(random.normal(550, 20, 3000)))[0] < 0.02
    index, table = validation.stability(then, then + 20)
    assert index > 0.25 and table["part"].sum() == pytest.approx(index) and table["now"].sum() == pytest.approx(1)


def test_a_backtest_counts_what_is_not_settled_by_the_usual_loss():
    accounts = pd.DataFrame({"customer_id": ["A", "B"], "exposure": [100.0, 200.0], "pd": [0.1, 0.2], "defaulted": [1, 1]})
    accounts = accounts.assign(low=accounts["pd"], high=accounts["pd"])
    defaults = pd.DataFrame({"customer_id": ["A", "B", "C"], "exposure": [90.0, 50.0, 10.0], "loss": [30.0, 0.0, 9.0],
                             "resolved": [True, False, True]})  # fmt: skip
    found = backtest(accounts, defaults, 0.8, np.array([0.8]))
    assert found["expected"] == pytest.approx(0.8 * 50) and found["lost"] == pytest.approx(30 + 40)
    # Without doubt about the chances what is left is the spread of two accounts that default or not.
    spread = np.sqrt(0.1 * 0.9 * 80**2 + 0.2 * 0.8 * 160**2)
    assert found["high"] - found["expected"] == pytest.approx(1.96 * spread, rel=1e-3)


def test_the_interval_of_the_expected_loss_widens_with_the_loss_given_default(world, risk):
    features = accounts_on(*world, AS_OF)
    sure = portfolio_loss(risk.card, risk.accounts, features, 0.8, np.full(2000, 0.8), np.array([0.8]), 1)
    random = np.random.default_rng(1)
    unsure = portfolio_loss(risk.card, risk.accounts, features, 0.8, random.normal(0.8, 0.15, 2000), np.array([0.8]), 1)
    assert unsure.high - unsure.low > 1.3 * (sure.high - sure.low) and sure.value == unsure.value


def test_seen_to_expected_covers_one_where_probabilities_are_right():
    covered = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        chance = random.beta(2, 25, 400)
        table = pd.DataFrame({"pd": chance, "defaulted": (random.random(400) < chance).astype(int)})
        found = validation.seen_to_expected(table)
        assert isinstance(found, Estimate)
        covered += found.low <= 1 <= found.high
    assert covered >= 186


def test_first_defaults_of_an_earlier_day_hold_nothing_later(world):
    invoices, _customers = world
    assert first_defaults(invoices, "2024-01-31")["defaulted_on"].max() <= pd.Timestamp("2024-01-31")


def test_a_scorecard_of_pure_noise_is_none_or_hardly_discriminates(world):
    invoices, customers = world
    table = observations(invoices, customers, AS_OF)
    who = table["customer_id"].drop_duplicates()
    random = np.random.default_rng(4)
    fate = dict(zip(who, random.random(len(who)) < 0.1, strict=True))
    card = fit_scorecard(table.assign(defaulted=table["customer_id"].map(fate).astype(int)), 1)
    if card is not None:
        spread = predict(card, table)["pd"]
        assert spread.quantile(0.9) - spread.quantile(0.1) < 0.03
