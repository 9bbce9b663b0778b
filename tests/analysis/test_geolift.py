"""A published geo-experiment (`geolift/README.md`): two of forty cities treated, answered by others with another method."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.lift import lift
from brandops.present.sentences import campaign_lift as say_lift

CITIES = Path(__file__).parent / "geolift" / "cities.csv"
ADDED, RELATIVE, P_IN_TIME = 4667, 0.054, 0.01  # published


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    wide = pd.read_csv(CITIES, parse_dates=["date"], index_col="date")
    return wide.rename_axis(index="ds", columns="unique_id").stack().rename("y").reset_index()


@pytest.fixture(scope="module")
def found(panel):
    return lift(panel, ["chicago", "portland"], "2021-04-01", "2021-04-15")


def test_the_published_lift_is_found_and_its_p_value_in_time_too(found):
    assert found.relative == pytest.approx(RELATIVE, abs=0.005) and found.effect == pytest.approx(ADDED, rel=0.05)
    assert found.relative_low < RELATIVE < found.relative_high
    assert found.diagnostics["p_time"] == pytest.approx(P_IN_TIME, abs=0.005)
    assert found.diagnostics["fit_r2"] > 0.95


def test_the_interval_is_wider_where_untreated_cities_moved_as_much_in_the_window(found):
    """What the published p-value does not look at: of other pairs of cities, a third show as large a lift without any campaign."""
    assert found.diagnostics["placebo_units"] == 2 and "unsettled" in found.warnings and found.diagnostics["p_space"] > 0.2
    assert found.p_value > found.diagnostics["p_time"] and found.diagnostics["enlargement"] > 2
    assert "Units nothing was done to" in say_lift.lift("Cities", found)


def test_before_the_window_nothing_is_found_and_the_cities_are_quiet(panel):
    before = lift(panel, ["chicago", "portland"], "2021-03-02", "2021-03-16")
    assert before.p_value > 0.05 and before.diagnostics["enlargement"] < 1.5 and "unsettled" not in before.warnings


def test_a_lift_put_on_top_is_added_to_what_is_found(panel, found):
    on = panel["unique_id"].isin(["chicago", "portland"]) & (panel["ds"] >= "2021-04-01")
    more = lift(panel.assign(y=panel["y"] * np.where(on, 1.10, 1.0)), ["chicago", "portland"], "2021-04-01", "2021-04-15")
    assert 1 + more.relative == pytest.approx(1.10 * (1 + found.relative), rel=1e-6)
