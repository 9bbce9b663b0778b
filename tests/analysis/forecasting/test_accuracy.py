"""On series of published competitions the engine is at least as accurate as statsforecast's models, and honest."""

import importlib.util
import sys
from pathlib import Path

import pytest

from brandops.analysis.forecasting import fit

# By its path: on the import path, a benchmark would hide a test folder of its name.
_SPEC = importlib.util.spec_from_file_location(
    "benchmark_of_forecasting", Path(__file__).parents[3] / "benchmarks" / "forecasting.py"
)
bench = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = bench
_SPEC.loader.exec_module(bench)


def measured(folder: Path, name: str, count: int | None) -> dict[str, float]:
    train, test = bench.load(folder, name, count)
    horizon, season = int(test.groupby("unique_id").size().max()), bench.SETS[name][1]
    return bench.judge(fit(train, horizon, season).table, train, test, season)


@pytest.mark.parametrize(("name", "smape", "mase"), [("m1_4", 19.0, 2.08), ("tourism_4", 16.6, 1.70)])
def test_a_sample_is_better_than_the_seasonal_naive_forecast_and_covered(shared_data, name, smape, mase):
    found = measured(shared_data / "forecasting", name, 80)
    assert found["sMAPE"] < smape and found["MASE"] < mase
    assert found["cover80"] > 70 and found["cover95"] > 90


# Mean sMAPE and MASE of the median combination of AutoETS, AutoCES, AutoARIMA and DynamicOptimizedTheta, which
# benchmarks/forecasting.py measures anew.
PUBLISHED = [("m1_4", 15.904, 1.606, 23.2), ("m1_12", 14.533, 1.030, 10.2), ("tourism_4", 14.258, 1.497, 13.5),
             ("tourism_12", 17.999, 1.417, 12.1)]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "smape", "mase", "msis"), PUBLISHED)
def test_all_series_are_forecast_better_than_by_the_published_combination(shared_data, name, smape, mase, msis):
    found = measured(shared_data / "forecasting", name, None)
    assert found["sMAPE"] < smape and found["MASE"] < mase and found["MSIS95"] < msis
    # Years calmer or wilder than those before keep the quarters of both from 77 to 83 % (docs/benchmarks.md); the months hold it.
    assert 93 <= found["cover95"] <= 97
    assert 77 <= found["cover80"] <= 83 if name.endswith("_12") else 75 <= found["cover80"] <= 86
