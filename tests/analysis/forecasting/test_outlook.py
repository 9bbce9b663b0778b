"""The brand's outlook adds up, knows its events, and judges itself fairly."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hierarchicalforecast.methods import MinTrace
from series import MONTHS, frame, group, monthly

from brandops.analysis.forecasting import backtest, fit
from brandops.analysis.forecasting.backtesting import combine
from brandops.analysis.forecasting.calibration import calibrate
from brandops.analysis.forecasting.evaluation import accuracy, coverage, information_criteria, ranking, residual_checks
from brandops.analysis.forecasting.events import CHINESE_NEW_YEAR, event_regressors
from brandops.analysis.forecasting.outlook import OTHERS, PARTS, outlook, sales_series, worth
from brandops.analysis.forecasting.reconcile import above_zero, constraints, error_covariance, reconcile
from brandops.analysis.forecasting.reports import (
    decompose,
    interval_scores,
    of_total,
    replaced,
    worth_by_part,
    worth_in_combination,
    years_of_backtest,
)

AS_OF = date(2025, 12, 31)


def mart(months: int = 60) -> pd.DataFrame:
    rows = []
    for at, (channel, region) in enumerate((c, r) for c in ("mall", "store", "web") for r in ("North", "South")):
        y = monthly(at, length=months, noise=0.04) * (1 + at)
        rows.append(pd.DataFrame({"month": MONTHS[-months:], "channel": channel, "region": region, "category": "Hair",
                                  "brand": f"B{at % 2}", "net_sales": y}))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


@pytest.fixture(scope="module")
def seen():
    return outlook(mart(), None, AS_OF, 4)


def test_the_parts_of_every_dimension_add_up_to_the_total(seen):
    sums = seen.table.groupby(["dimension", "ds"])["mean"].sum().unstack("dimension")
    assert set(sums.columns) == {"total", "channel", "region", "brand"}  # one category is no dimension
    for dimension in ("channel", "region", "brand"):
        assert sums[dimension].to_numpy() == pytest.approx(sums["total"].to_numpy(), rel=1e-9)
    assert seen.incoherent > 0  # there was something to reconcile


def test_the_interval_of_the_total_is_as_wide_as_its_errors_also_where_some_parts_are_young():
    inside, widths = [], []
    for world in range(5):
        rng = np.random.default_rng(world)
        shared = np.convolve(rng.normal(0, 0.12, 80), [1, 0.6, 0.36], "same")[:66]  # what moves all parts: no sum averages it away
        rows = []
        for channel in range(16):
            y = monthly(100 * world + channel, length=66, noise=0.03) * np.exp(shared)
            y = np.where(np.arange(66) < 52, 0.0, y) if channel == 0 else y  # launched fourteen months ago
            rows.append(pd.DataFrame({"month": MONTHS[-66:], "channel": f"c{channel}", "net_sales": y}))
        sales = pd.concat(rows)
        total = outlook(sales[sales["month"] < "2025-07-01"], None, date(2025, 6, 30), 6).total
        came = sales[sales["month"] >= "2025-07-01"].groupby("month")["net_sales"].sum().to_numpy()
        inside.append(((total["lo-80"] <= came) & (came <= total["hi-80"])).mean())
        widths.append(((total["hi-80"] - total["lo-80"]) / total["mean"]).mean())
    assert 0.6 <= np.mean(inside) <= 0.97
    assert np.mean(widths) > 2 * 1.28 * 0.1  # of independent parts it would be a quarter of that


def test_what_a_model_is_worth_to_the_combination_is_the_error_without_it(seen):
    trial = seen.forecasts.trial
    assert np.array_equal(combine(trial), trial.combined)
    without = np.abs(combine(trial, "neural") - trial.actual) / trial.scale[:, None]
    whole = np.abs(trial.combined - trial.actual) / trial.scale[:, None]
    assert worth_in_combination(seen, "neural") == pytest.approx(np.nanmean(without) / np.nanmean(whole) - 1)


def test_the_outlook_is_ordered_and_compared_with_a_year_ago(seen):
    whole = seen.totals.iloc[0]
    assert whole["dimension"] == "total"
    assert whole["lo-95"] < whole["lo-80"] < whole["mean"] < whole["hi-80"] < whole["hi-95"]
    last = mart()[mart()["month"].between("2025-01-01", "2025-04-30")]["net_sales"].sum()
    assert whole["last_year"] == pytest.approx(last)
    assert seen.paths.shape[1] == 4


def test_reconciling_equals_hierarchicalforecast_on_a_hierarchy_it_knows():
    rng = np.random.default_rng(2)
    base = np.array([[10.0, 11.0], [3.0, 4.0], [5.0, 5.5], [1.0, 2.0]])
    covariance = error_covariance(rng.normal(size=(60, 4)) * [3, 1, 1, 2])
    ours = reconcile(base, constraints(["total", "a", "a", "a"]), covariance)
    summing = np.vstack([np.ones(3), np.eye(3)])
    ols = MinTrace("ols").fit_predict(S=summing, y_hat=base)["mean"]
    plain = reconcile(base, constraints(["total", "a", "a", "a"]), np.eye(4))
    assert plain == pytest.approx(ols)
    inverse = np.linalg.inv(covariance)
    projected = summing @ np.linalg.solve(summing.T @ inverse @ summing, summing.T @ inverse @ base)
    assert ours == pytest.approx(projected)


def test_a_series_too_young_for_errors_of_its_own_leaves_the_others_correlations_alone():
    rng = np.random.default_rng(5)
    shared = rng.normal(size=(80, 1))
    whole = np.hstack([3 * shared, 2 * shared, shared]) + 0.3 * rng.normal(size=(80, 3))
    young = np.hstack([whole, np.full((80, 1), np.nan)])
    found, plain = error_covariance(young, np.array([1.0, 1.0, 1.0, 0.7])), error_covariance(whole)
    assert found[:3, :3] == pytest.approx(plain, rel=0.05)
    assert found[3, 3] == pytest.approx(0.49) and found[3, :3] == pytest.approx(np.zeros(3), abs=1e-9)
    half = whole.copy()
    half[:40, 2] = np.nan
    assert np.sqrt(error_covariance(half)[2, 2]) == pytest.approx(np.sqrt(np.mean(whole[40:, 2] ** 2)))


def test_reconciling_makes_noisy_forecasts_better():
    rng = np.random.default_rng(3)
    truth = np.r_[60.0, 10, 20, 30, 25, 35]
    dimensions = ["total", "a", "a", "a", "b", "b"]
    noisy = truth + rng.normal(0, [1, 4, 4, 4, 4, 4], size=(400, 6))
    after = reconcile(noisy[:, :, None], constraints(dimensions), np.diag([1.0, 16, 16, 16, 16, 16]))[:, :, 0]
    assert ((after - truth) ** 2).sum() < 0.8 * ((noisy - truth) ** 2).sum()


def test_parts_that_never_were_negative_stay_above_zero_and_still_add_up():
    dimensions = ["total", "a", "a"]
    values = np.array([[10.0], [12.0], [-2.0]])
    found = above_zero(values, dimensions, np.array([True, True, True]))
    assert found[:, 0] == pytest.approx([10, 10, 0])
    assert np.array_equal(above_zero(values, dimensions, np.array([True, True, False]))[1:], values[1:])


def test_many_small_parts_are_forecast_as_one():
    many = mart()
    many["brand"] = [f"B{n % 30}" for n in range(len(many))]
    series, step = sales_series(many, None, AS_OF)
    brands = series.loc[series["dimension"] == "brand", "part"].unique()
    assert step == "month" and len(brands) == PARTS < 30 and OTHERS in brands
    by_dimension = series.groupby("dimension")["y"].sum()
    assert by_dimension["brand"] == pytest.approx(by_dimension["total"])


def test_a_single_year_is_forecast_by_the_week():
    days = pd.date_range("2025-01-01", "2025-12-31")
    daily = pd.DataFrame({"date": days, "channel_id": np.where(days.day % 2 == 0, "a", "b"), "net_sales": 100.0 + days.weekday})
    short = mart()[lambda m: m["month"] >= "2025-01-01"]
    found = outlook(short, daily, AS_OF, 4)
    assert found.step == "week" and found.total["ds"].diff().dropna().eq(pd.Timedelta(days=7)).all()
    assert found.total["mean"].to_numpy() == pytest.approx(721, rel=0.02)
    assert decompose(found) is None
    web = short["channel"] == "web"
    named = short.assign(channel_id=np.where(web, "a", "b"), channel=np.where(web, "Web", "Shop"))
    assert set(outlook(named, daily, AS_OF, 4).history.query("dimension == 'channel'")["part"]) == {"Shop", "Web"}
    assert outlook(short.head(3), None, AS_OF, 4) is None


def test_the_decomposition_adds_up(seen):
    parts = decompose(seen)
    assert (parts["trend"] + parts["seasonal"] + parts["remainder"]).to_numpy() == pytest.approx(parts["y"].to_numpy())
    assert parts["seasonal"].std() > 5 * parts["remainder"].std() / 3


def test_the_backtest_by_year_says_what_forecasting_was_worth(seen):
    found = worth(seen.backtest)
    assert (found["gain"] > 0).all() and found["steps"].sum() == len(seen.forecasts.trial.offsets) * 4
    assert replaced(seen).empty and all(score > 0 for score in interval_scores(seen).values())


def test_the_backtest_by_year_covers_three_whole_years_and_the_running_one():
    sales = mart(84)[["month", "net_sales"]].groupby("month", as_index=False).sum()
    rows = years_of_backtest(outlook(sales, None, date(2025, 9, 30), 3))
    total = of_total(rows)
    assert total["ds"].min() == pd.Timestamp("2022-01-01") and total["ds"].max() == pd.Timestamp("2025-09-01")
    assert total["origin"].nunique() == 15 and len(total) == 45  # every three months, three months ahead
    assert set(worth(rows)["year"]) == {2022, 2023, 2024, 2025}


def test_what_forecasting_was_worth_is_told_by_part_and_year():
    when = pd.to_datetime(["2020-02-01", "2020-03-01", "2021-02-01"])
    actual = {"channel | A": [100.0, 100.0, 100.0], "channel | B": [50.0, 50.0, 50.0]}
    means = {("channel | A", "seasonal_naive"): [80, 80, 90], ("channel | A", "combination"): [90, 90, 90],
             ("channel | B", "seasonal_naive"): [40, 40, 40], ("channel | B", "combination"): [30, 30, 45]}  # fmt: skip
    parts = []
    for (name, model), mean in means.items():
        made = pd.DataFrame({"ds": when, "y": actual[name], "mean": mean})
        parts.append(made.assign(dimension="channel", part=name[-1], model=model))
    rows = pd.concat(parts)
    found = worth_by_part(rows, ("channel", "category")).set_index(["part", "year"])
    assert found.loc[("A", 2020), ["naive", "forecast", "gain"]].tolist() == [20, 10, 0.5]
    assert found.loc[("B", 2020), "gain"] == -1 and found.loc[("B", 2021), "gain"] == 0.5
    assert found.loc[("A", 2020), "relative"] == 0.1 and found.loc[("A", 2021), "gain"] == 0


def test_new_year_is_where_the_almanac_has_it_and_moves_between_months():
    assert len(CHINESE_NEW_YEAR) == 21 and [d[:4] for d in CHINESE_NEW_YEAR] == [str(y) for y in range(2015, 2036)]
    # The second new moon after the winter solstice falls between 21 January and 20 February.
    assert all("01-21" <= d[5:] <= "02-20" for d in CHINESE_NEW_YEAR)
    starts = pd.date_range("2023-01-01", periods=24, freq="MS")
    found = event_regressors(starts, starts + pd.offsets.MonthEnd(0))
    assert list(found.columns) == ["before_new_year", "new_year"]
    assert found.at[pd.Timestamp("2023-01-01"), "new_year"] == pytest.approx(7 / 31)
    assert found.at[pd.Timestamp("2024-02-01"), "before_new_year"] == pytest.approx(9 / 29)


def test_618_and_double_11_move_between_weeks():
    mondays = pd.date_range("2024-01-01", periods=104, freq="W-MON")
    found = event_regressors(mondays, mondays + pd.Timedelta(days=6))
    assert found["double_11"].sum() == pytest.approx(2 * 19 / 7)
    assert found["618"].max() == 1.0


def test_an_event_that_moves_is_forecast_where_it_falls():
    starts = pd.date_range("2016-01-01", "2025-12-01", freq="MS")
    share = event_regressors(starts, starts + pd.offsets.MonthEnd(0))
    rng = np.random.default_rng(4)
    parts = []
    for n in range(4):
        y = 1000 * np.exp(1.2 * share["before_new_year"].to_numpy() + rng.normal(0, 0.02, len(starts)))
        parts.append(pd.DataFrame({"month": starts, "channel": f"c{n}", "net_sales": y}))
    sales = pd.concat(parts)
    known = sales[sales["month"] < "2025-01-01"]  # in 2025 the festival is in January, in 2024 it was in February
    came = sales[sales["month"].between("2025-01-01", "2025-02-28")].groupby("month")["net_sales"].sum().to_numpy()
    told = outlook(known, None, date(2024, 12, 31), 2, events=True).total["mean"].to_numpy()
    untold = outlook(known, None, date(2024, 12, 31), 2).total["mean"].to_numpy()
    assert np.abs(told / came - 1).sum() < 0.5 * np.abs(untold / came - 1).sum()


def test_errors_are_the_textbook_ones():
    rows = pd.DataFrame({"model": "m", "y": [10.0, 20.0], "mean": [12.0, 16.0], "scale": 2.0})
    found = accuracy(rows, ["model"]).iloc[0]
    assert (found["mse"], found["mae"], found["mase"]) == (10.0, 3.0, 1.5)
    assert found["rmse"] == pytest.approx(10**0.5) and found["smape"] == pytest.approx((4 / 22 + 8 / 36) / 2)


def test_a_model_that_is_clearly_worse_is_told_apart_and_one_that_is_not_is_tied():
    rng = np.random.default_rng(1)
    parts = []
    for model, size in (("good", 1.0), ("same", 1.0), ("bad", 3.0)):
        for series in range(40):
            error = size * rng.normal(size=8)
            parts.append(pd.DataFrame({"unique_id": series, "model": model, "origin": range(8), "step": 1, "y": 0.0, "mean": error,
                                       "scale": 1.0}))  # fmt: skip
    found = ranking(pd.concat(parts)).set_index("model")
    assert found.loc[["good", "same"], "tied"].all() and not found.at["bad", "tied"]
    assert found.at["bad", "p_value"] < 0.05
    others = found["p_value"].drop("bad").dropna()
    assert (others > 0.05).all()


def test_coverage_is_judged_by_the_other_origins():
    rng = np.random.default_rng(7)
    errors = rng.normal(size=(6, 60, 3))
    found = calibrate(errors, np.ones((6, 60)), np.ones((6, 60, 3)), np.full((6, 60), 40), [18, 15, 12, 9, 6, 3])
    table = coverage(found)
    whole = table[table["step"] == 0].set_index("level")["coverage"]
    assert whole[80] == pytest.approx(0.8, abs=0.03) and whole[95] == pytest.approx(0.95, abs=0.02)
    assert found.quantile(0.95) / found.quantile(0.8) == pytest.approx(1.96 / 1.28, rel=0.12)


def test_a_longer_history_narrows_the_intervals_as_the_backtest_taught():
    rng, series = np.random.default_rng(7), 600
    lengths = rng.integers(20, 120, series) - np.array([[12], [8], [4]])
    errors = rng.normal(size=(3, series, 4)) * (lengths[:, :, None] / 60.0) ** -0.4
    found = calibrate(errors, np.ones((3, series)), np.ones((3, series, 4)), lengths, [12, 8, 4])
    ones = np.ones(series), np.ones((series, 4))
    narrower = found.size(*ones, np.full(series, 120)) / found.size(*ones, np.full(series, 30))
    assert narrower[0, 0] == pytest.approx(4**-0.4, abs=0.1)


def test_the_series_effect_is_learnt_from_months_apart_only():
    rng = np.random.default_rng(8)
    shared = 1.8 * rng.normal(size=(1, 200, 8))  # origins a step apart see the same errors: they say nothing new of the series
    errors = np.concatenate([shared + 0.01 * rng.normal(size=shared.shape) for _origin in range(4)])
    ones = np.ones((4, 200))
    found = calibrate(errors, ones, np.ones((4, 200, 8)), 60 * ones, [11, 10, 9, 8])
    bare = errors / np.exp(found.coefficients[0] + found.coefficients[1:] @ np.zeros(4))
    assert np.nanstd(found.errors) == pytest.approx(np.nanstd(bare), rel=0.5)
    new = 1.8 * rng.normal(size=(200, 8))  # the next errors: as large on average, another draw
    size = found.size(ones[0], np.ones((200, 8)), 60 * ones[0]) / np.exp(found.series_effect)[:, None]
    assert (np.abs(new) <= found.quantile(0.8) * size).mean() == pytest.approx(0.8, abs=0.05)


def test_criteria_prefer_the_form_the_series_has():
    found = information_criteria(pd.Series(monthly(length=60, noise=0.01)), 12)
    best = found[found["family"] == "ets"].iloc[0]
    assert "M" in best["form"] or "A" in best["form"]
    assert (found["aicc"] >= found["aic"]).all() and (found["parameters"] > 0).all()


def test_a_bias_in_the_residuals_is_found():
    rows = backtest(frame({"a": monthly(length=60)}), 1, 12, models=("ets",))
    assert not residual_checks(rows)["bias_p"] < 0.01
    assert residual_checks(rows.assign(mean=rows["mean"] * 1.2))["bias_p"] < 0.001


def test_fewer_models_may_be_asked():
    found = fit(group(2), 2, 12, models=("ets", "arima"))
    assert list(found.weights["model"]) == ["ets", "arima"] and set(found.by_model["model"]) == {"ets", "arima", "combination"}
