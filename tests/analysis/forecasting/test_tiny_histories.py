"""Companies with a handful of months: every figure the page asks for is there or NaN, and nothing warns on the way."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.forecasting import evaluation, reports
from brandops.analysis.forecasting.calibration import Calibration, calibrate, quantile_of_others
from brandops.analysis.forecasting.outlook import outlook

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


@pytest.mark.parametrize(
    ("months", "parts", "young", "lumpy"), [(8, 1, 0, False), (8, 2, 6, True), (9, 2, 3, True), (14, 3, 7, True)]
)
def test_a_forecast_of_few_months_and_all_that_is_said_of_it_are_without_a_warning(months, parts, young, lumpy):
    rng = np.random.default_rng(months)
    dates = pd.date_range("2022-01-01", periods=months, freq="MS")
    rows = [
        {"month": date, "channel": f"c{part}", "category": f"k{part % 2}", "net_sales": round(rng.gamma(2, 50), 2)}
        for part in range(parts)
        for at, date in enumerate(dates)
        if at >= (young if part else 0) and (not lumpy or at in (0, months - 1) or rng.random() < 0.5)
    ]
    seen = outlook(pd.DataFrame(rows), None, dates[-1] + pd.offsets.MonthEnd(), 6)
    assert np.isfinite(seen.paths).all() and np.isfinite(seen.table[["mean", "lo-95", "hi-95"]]).all(axis=None)
    scores = reports.interval_scores(seen)
    assert not np.isinf([*scores.values(), reports.worth_in_combination(seen, "neural")]).any()
    assert evaluation.coverage(seen.forecasts.calibration)["coverage"].between(0, 1).all()
    assert not len(seen.backtest) or len(evaluation.ranking(seen.backtest)) == seen.backtest["model"].nunique()


def test_a_step_only_one_origin_saw_is_not_counted_as_missed():
    errors = np.full((3, 2, 2), 1.0)
    errors[1:, :, 1] = np.nan  # the second step is known of the first origin alone
    assert np.isnan(quantile_of_others(errors, 0, 0.8)[1])
    assert quantile_of_others(errors, 1, 0.8).tolist() == [1.0, 1.0]
    held = evaluation.coverage(Calibration(np.zeros(5), np.zeros(2), np.ones((2, 24)), np.eye(2), errors))
    assert held.loc[held["step"] == 0, "cases"].eq(6).all() and held["coverage"].eq(1.0).all()
    assert set(held["step"]) == {0, 1}


def test_a_step_whose_errors_are_all_the_same_leaves_the_paths_finite():
    errors = np.random.default_rng(2).normal(size=(4, 1, 3))
    errors[:, :, 1] = 0.5
    found = calibrate(errors, np.ones((4, 1)), np.ones((4, 1, 3)), np.full((4, 1), 20), [12, 9, 6, 3])
    assert np.isfinite(found.correlation).all()


def test_residuals_that_never_differ_are_not_tested():
    table = pd.DataFrame({"step": 1, "origin": range(6), "y": 10.0, "mean": 10.0})
    assert np.isnan(evaluation.residual_checks(table)["bias_p"])
