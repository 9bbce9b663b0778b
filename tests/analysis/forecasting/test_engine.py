"""The engine forecasts every kind of series it may be given, honestly and always the same."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest
from series import MONTHS, frame, group, monthly

from brandops.analysis.forecasting import COMBINATION, MODELS, backtest, fit, forecast
from brandops.analysis.forecasting.candidates import guard
from brandops.analysis.forecasting.panel import scaled, to_panel

COLUMNS = ["unique_id", "ds", "mean", "lo-80", "hi-80", "lo-95", "hi-95"]


def one(y: np.ndarray, others: int = 6, horizon: int = 6) -> pd.DataFrame:
    """Forecast of a series among ordinary ones."""
    history = pd.concat([group(others), frame({"x": y})], ignore_index=True)
    found = forecast(history, horizon, 12)
    return found[found["unique_id"] == "x"].reset_index(drop=True)


def test_the_table_has_the_columns_the_dates_and_ordered_bounds():
    found = forecast(group(3), 4, 12)
    assert list(found.columns) == COLUMNS and len(found) == 12
    assert list(found["ds"].head(4)) == list(pd.date_range("2026-01-01", periods=4, freq="MS"))
    for column, other in zip(["lo-95", "lo-80", "mean", "hi-80"], ["lo-80", "mean", "hi-80", "hi-95"], strict=True):
        assert (found[column] < found[other]).all()


def test_a_season_and_growth_it_did_not_see_are_recovered():
    whole = group(6, noise=0.02, length=72)
    found = forecast(whole[whole["ds"] < "2025-07-01"], 6, 12).merge(whole, on=["unique_id", "ds"])
    assert (abs(found["mean"] / found["y"] - 1)).mean() < 0.03


def test_it_beats_the_seasonal_naive_forecast_out_of_sample():
    table = backtest(group(8, noise=0.08), 6, 3, models=("seasonal_naive", COMBINATION))
    error = (table["y"] - table["mean"]).abs().groupby(table["model"]).mean()
    assert error[COMBINATION] < 0.85 * error["seasonal_naive"]


def test_a_backtest_has_a_row_for_each_series_model_origin_and_step():
    table = backtest(group(2), 3, 2, season_length=12)
    assert not table.duplicated(["unique_id", "model", "origin", "step"]).any()
    assert len(table) == 2 * (len(MODELS) + 1) * 2 * 3
    assert (pd.to_datetime(table["ds"]) > pd.to_datetime(table["origin"])).all()


def test_a_changed_future_never_changes_a_past_forecast():
    history = group(4)
    changed = history.copy()
    changed.loc[changed["ds"] >= "2025-10-01", "y"] *= 3
    cut = "2025-06-01"
    one_, other = (backtest(h, 3, 4, step=3, seed=1) for h in (history, changed))
    early = one_["origin"] <= pd.Timestamp(cut)
    assert early.any()
    pd.testing.assert_series_equal(one_.loc[early, "mean"], other.loc[early, "mean"])


def test_the_same_history_gives_the_same_bytes_also_in_other_processes():
    history = group(3)
    here = forecast(history, 3, 12).to_csv()
    assert forecast(history, 3, 12, jobs=2).to_csv() == here
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        there = list(pool.map(forecast, [history] * 2, [3] * 2, [12] * 2))
    assert [f.to_csv() for f in there] == [here, here]


def test_the_order_of_the_series_does_not_matter():
    history = group(3)
    turned = history.sort_values(["unique_id", "ds"], ascending=[False, True])
    pd.testing.assert_frame_equal(forecast(history, 3, 12), forecast(turned, 3, 12))


def test_one_short_series_alone_gets_a_forecast_and_wide_intervals():
    found = forecast(frame({"x": monthly(length=8)}), 3, 12)
    assert np.isfinite(found[COLUMNS[2:]].to_numpy(float)).all() and (found["hi-95"] > 1.1 * found["mean"]).all()
    assert np.isfinite(forecast(frame({"x": monthly(length=1)}), 3, 12)["mean"]).all()


def test_history_under_two_seasons_borrows_the_season_of_the_others():
    found = one(monthly(99, length=15, noise=0.01, season=0.4, growth=0), horizon=6)
    others = forecast(group(6, season=0.4), 6, 12)
    peak = found["mean"].argmax()
    assert peak == others[others["unique_id"] == "s0"]["mean"].to_numpy().argmax()


def test_a_launch_is_not_forecast_from_before_it():
    y = np.r_[np.full(4, 300.0), np.full(8, 900.0)] * np.exp(np.random.default_rng(1).normal(0, 0.03, 12))
    assert one(y)["mean"].between(600, 1300).all()


def test_sales_with_many_zeros_keep_their_mean_and_never_go_below_nothing():
    rng = np.random.default_rng(3)
    y = np.where(rng.random(60) < 0.5, 0.0, rng.poisson(20, 60))
    found = one(y)
    assert found["mean"].mean() == pytest.approx(y[-24:].mean(), rel=0.6)
    assert (found[["mean", "lo-80", "lo-95"]] >= 0).all().all()


def test_a_discontinued_product_is_forecast_at_nothing():
    y = np.r_[monthly(length=40), np.zeros(14)]
    assert (one(y)[COLUMNS[2:]] == 0).all().all()


def test_returns_may_make_sales_negative():
    y = monthly(length=48) - 1250
    found = one(y)
    assert (y < 0).any() and np.isfinite(found[COLUMNS[2:]].to_numpy(float)).all()
    assert (found["lo-95"] < 0).any()


def test_a_constant_series_stays_where_it_is():
    assert (one(np.full(40, 7.0))[COLUMNS[2:]] == 7.0).all().all()
    assert (one(np.zeros(40))[COLUMNS[2:]] == 0).all().all()


def test_gaps_are_filled_in_the_shape_of_the_season_and_counted():
    whole = frame({"x": monthly(noise=0.0)})
    holes = whole.drop(index=[10, 11, 30])
    panel = to_panel(holes, 3, 12)
    assert panel.filled[0] == 3
    assert np.abs(panel.values[0] / whole["y"].to_numpy() - 1).max() < 0.08
    assert len(forecast(holes, 3, 12)) == 3


def test_a_forecast_that_explodes_is_replaced_by_the_naive_one_and_reported():
    panel = to_panel(group(3), 3, 12)
    z, positive, _size = scaled(panel)
    naive = panel.values[:, -3:]
    wild = np.array([[1e9, 1e12, 1e15], [np.nan] * 3, [1000.0, np.inf, 1000.0]])
    kept, why = guard(wild, naive, z, positive[:, 0], panel)
    assert list(why) == [3, 1, 2] and np.array_equal(kept, naive)


def test_models_too_short_for_a_series_are_reported():
    found = fit(pd.concat([group(4), frame({"x": monthly(length=9)})]), 3, 12)
    reported = found.fallbacks[found.fallbacks["unique_id"] == "x"]
    assert set(reported["reason"]) == {"too_short"} and "linear" in set(reported["model"])


def test_a_known_influence_is_learnt_and_carried_into_the_future():
    rng = np.random.default_rng(5)
    parts = []
    for n in range(5):
        promoted = (rng.random(63) < 0.3).astype(float)
        y = monthly(n, length=63, noise=0.03) * np.exp(0.4 * promoted)
        parts.append(pd.DataFrame({"unique_id": f"s{n}", "ds": MONTHS[-63:], "y": y, "promoted": promoted}))
    whole = pd.concat(parts, ignore_index=True)
    past, ahead = whole[whole["ds"] < "2025-10-01"], whole[whole["ds"] >= "2025-10-01"]
    told = forecast(past, 3, 12, future=ahead.drop(columns="y")).merge(ahead, on=["unique_id", "ds"])
    untold = forecast(past.drop(columns="promoted"), 3, 12).merge(ahead, on=["unique_id", "ds"])
    assert (told["mean"] / told["y"] - 1).abs().mean() < 0.6 * (untold["mean"] / untold["y"] - 1).abs().mean()


def test_intervals_cover_at_their_nominal_rate():
    inside = {80: [], 95: []}
    for world in range(4):
        series = {f"s{n}": monthly(1000 * world + n, length=60, noise=0.1) for n in range(20)}
        whole = frame(series)
        found = forecast(whole[whole["ds"] < "2025-07-01"], 6, 12).merge(whole, on=["unique_id", "ds"])
        for level, hits in inside.items():
            hits.append(found["y"].between(found[f"lo-{level}"], found[f"hi-{level}"]).mean())
    assert 0.74 <= np.mean(inside[80]) <= 0.88
    assert 0.92 <= np.mean(inside[95]) <= 0.99


def test_totals_of_sample_paths_cover_what_came():
    hits = 0
    for world in range(6):
        whole = frame({f"s{n}": monthly(500 * world + n, noise=0.08) for n in range(10)})
        found = fit(whole[whole["ds"] < "2025-07-01"], 6, 12)
        totals = found.paths(500).sum(axis=2)
        came = whole[whole["ds"] >= "2025-07-01"].groupby("unique_id")["y"].sum()[found.ids].to_numpy()
        low, high = np.quantile(totals, [0.1, 0.9], axis=0)
        hits += ((low <= came) & (came <= high)).sum()
    assert 0.7 <= hits / 60 <= 0.95


def test_the_network_learns_an_influence_that_bends_where_the_linear_model_cannot():
    rng, parts = np.random.default_rng(3), []
    for n in range(30):
        cut = np.where(rng.random(84) < 0.3, rng.uniform(0.05, 0.4, 84), 0.0)
        y = monthly(seed=n, length=84) * np.exp(1.0 * (cut > 0.2))  # nobody answers to a small cut
        parts.append(frame({f"s{n:02d}": y}).assign(cut=cut))
    history = pd.concat(parts, ignore_index=True)
    asked = {"horizon": 6, "windows": 3, "season_length": 12, "step": 3, "models": ("linear", "neural")}
    error = {}
    for name, known in (("told", history), ("untold", history[["unique_id", "ds", "y"]])):
        rows = backtest(known, **asked)
        error[name] = (rows["y"] - rows["mean"]).abs().div(rows["scale"]).groupby(rows["model"]).mean()
    assert error["told"]["neural"] < 0.95 * error["told"]["linear"]
    assert error["told"]["neural"] < 0.6 * error["untold"]["neural"]
