"""Intervals hold what they promise in worlds whose makers are known, for many series and for one."""

import numpy as np
import pytest
from series import frame, monthly
from simulated import simulated

from brandops.analysis.forecasting import forecast
from brandops.analysis.forecasting.backtesting import FAST, to_scale
from brandops.analysis.forecasting.calibration import PRIOR, calibrate
from brandops.analysis.forecasting.candidates import run_candidates
from brandops.analysis.forecasting.combination import trimmed_mean
from brandops.analysis.forecasting.engine import spread_of
from brandops.analysis.forecasting.panel import scaled, to_panel


def covered(found, came, level: int) -> float:
    both = found.merge(came, on=["unique_id", "ds"], validate="one_to_one")
    assert len(both) == len(came)
    return both["y"].between(both[f"lo-{level}"], both[f"hi-{level}"]).mean()


@pytest.mark.parametrize(("season", "shortest", "longest", "horizon"), [(4, 18, 60, 8), (12, 40, 110, 12)])
def test_intervals_cover_what_came_of_many_simulated_series(season, shortest, longest, horizon):
    known, came = simulated(31 * season, 100, season, shortest, longest, horizon)
    found = forecast(known, horizon, season)
    assert covered(found, came, 80) == pytest.approx(0.80, abs=0.06)
    assert covered(found, came, 95) == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize(("season", "length", "horizon"), [(12, 8, 3), (12, 40, 6), (4, 5, 4), (1, 20, 4)])
def test_intervals_of_a_single_series_cover_it_with_and_without_a_backtest(season, length, horizon):
    hits = {80: [], 95: []}
    for world in range(40):
        known, came = simulated(1000 * season + world, 1, season, length, length + 6, horizon)
        found = forecast(known, horizon, season)
        for level, shares in hits.items():
            shares.append(covered(found, came, level))
    assert 0.70 <= np.mean(hits[80]) <= 0.95
    assert np.mean(hits[95]) >= 0.86


def test_simulated_series_teach_the_prior():
    rows, target = [], []
    for season, horizon in ((4, 8), (12, 12)):
        known, came = simulated(7 + season, 120, season, 3 * season + 12, 8 * season + 20, horizon)
        panel = to_panel(known, horizon, season)
        found = run_candidates(panel, horizon, 1)
        _z, positive, unit = scaled(panel)
        actual = came.groupby("unique_id")["y"].apply(np.array)
        centre = trimmed_mean(found.means[1:], np.ones(len(found.means) - 1))
        error = to_scale(np.array([actual[name] for name in panel.ids]), positive, unit) - to_scale(centre, positive, unit)
        spread, noise = spread_of(FAST, found.models, found.means, positive, unit), found.noise[:, None] * np.ones_like(error)
        steps = np.log(np.arange(1, horizon + 1)) * np.ones_like(error)
        rows.append(np.stack([np.ones(error.size), np.log(noise).ravel(), np.log(spread).ravel(), steps.ravel()], axis=1))
        target.append(np.log(np.abs(error) + 0.1 * noise).ravel())
    x, y = np.concatenate(rows), np.concatenate(target)
    learnt = np.linalg.lstsq(x, y, rcond=None)[0]
    assert learnt[1:] == pytest.approx(PRIOR[1:4], abs=0.15)
    assert (y - x @ PRIOR[:4]).mean() == pytest.approx(0, abs=0.15)  # the constant, given the slopes


def test_origins_that_overlap_do_not_make_a_series_own_luck_its_own_size():
    rng = np.random.default_rng(4)  # all series are alike; the errors of origins close together are nearly the same
    errors = 2 * rng.normal(size=(1, 200, 1)) * np.ones((3, 1, 6)) * np.repeat([[[1.0]], [[1.0]]], [1, 2], axis=0)
    errors[0] = 2 * rng.normal(size=(200, 6))
    ones = np.ones((3, 200))
    found = calibrate(errors, ones, np.ones((3, 200, 6)), 60 * ones, [12, 6, 5])
    assert np.abs(found.series_effect).mean() < 0.15


def test_series_that_are_always_harder_get_wider_intervals():
    rng = np.random.default_rng(5)
    size = np.exp(rng.normal(0, 0.6, 300))[None, :, None]
    errors, ones = size * rng.normal(size=(4, 300, 4)), np.ones((4, 300))
    found = calibrate(errors, ones, np.ones((4, 300, 4)), 60 * ones, [16, 12, 8, 4])
    came, width = size[0] * rng.normal(size=(300, 4)), found.quantile(0.8) * found.size(ones[0], np.ones((300, 4)), 60 * ones[0])
    order = np.argsort(size[0, :, 0])
    gaps = []
    for bound in (width, width / np.exp(found.series_effect)[:, None]):  # with and without what is the series' own
        easy, hard = (np.mean(np.abs(came[part]) <= bound[part]) for part in (order[:100], order[-100:]))
        gaps.append(easy - hard)
    assert 0 <= gaps[0] < 0.5 * gaps[1]


def test_few_errors_move_the_scale_from_the_prior_a_little_and_many_move_it_all_the_way():
    rng = np.random.default_rng(6)
    moved = {}
    for series, origins in ((1, 1), (400, 8)):
        errors, ones = 6 * rng.normal(size=(origins, series, 4)), np.ones((origins, series))
        found = calibrate(errors, ones, np.ones((origins, series, 4)), 60 * ones, [4 * (origins - k) for k in range(origins)])
        moved[series] = found.coefficients[0] - PRIOR[0]
    assert 0 < moved[1] < 0.6 * moved[400]
    assert np.exp(moved[400]) == pytest.approx(6 * np.exp(-0.635 - PRIOR[0]), rel=0.1)  # E log|N(0, 1)| = -0.635


def test_a_series_that_had_not_sold_yet_does_not_widen_the_others_intervals():
    plain = {f"s{n}": monthly(n, length=40) for n in range(6)}
    launched = np.r_[np.zeros(34), monthly(9, length=6)]
    alone, beside = (forecast(frame(series), 3, 12) for series in (plain, {**plain, "new": launched}))
    others = beside[beside["unique_id"] != "new"]
    width = [(part["hi-95"] - part["lo-95"]).mean() for part in (alone, others)]
    assert width[1] == pytest.approx(width[0], rel=0.25)
    new = beside[beside["unique_id"] == "new"]
    assert new["mean"].between(500, 2500).all()


def test_a_series_begins_with_its_launch_and_a_lull_is_no_launch():
    launched, lull = np.r_[np.zeros(20), monthly(length=20)], np.r_[np.zeros(2), monthly(length=38)]
    now_and_then = np.tile(np.r_[np.zeros(6), 100.0, 200.0], 5)  # sales stay away as long again and again
    panel = to_panel(frame({"launched": launched, "lull": lull, "never": np.zeros(40), "now and then": now_and_then}), 3, 12)
    lengths = dict(zip(panel.ids, panel.lengths, strict=True))
    assert lengths == {"launched": 20, "lull": 40, "never": 40, "now and then": 40}
