"""What the forecasting page says of series, of weeks and of the network."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from brandops.present.sentences.forecasting import ahead, hardest_year, network, series_names, worth

YEAR = pd.DataFrame({"year": [2025], "naive": [10.0], "forecast": [9.0], "gain": [0.1], "steps": [6]})
PARTS = pd.DataFrame({"dimension": "channel", "part": ["a", "b"], "year": 2025, "naive": [5.0, 4.0], "forecast": [2.0, 5.0],
                      "gain": [0.6, -0.25]})  # fmt: skip


def seen(step: str) -> SimpleNamespace:
    totals = pd.DataFrame([{"mean": 100.0, "lo-80": 90.0, "hi-80": 110.0, "lo-95": 85.0, "hi-95": 115.0, "last_year": np.nan}])
    return SimpleNamespace(totals=totals, total=range(6), step=step)


def test_parts_called_alike_are_told_apart_by_their_dimension():
    history = pd.DataFrame({"unique_id": ["a", "b", "c"], "dimension": ["channel", "category", "category"],
                            "part": ["others", "others", "Gin"]})  # fmt: skip
    assert series_names(history) == {"a": "Channel · Others", "b": "Category · Others", "c": "Gin"}


def test_a_forecast_of_weeks_says_that_it_has_no_season():
    assert "without a season, which so short a history cannot show" in ahead(seen("week"), None, "CNY")
    assert "season" not in ahead(seen("month"), None, "CNY")


def test_the_chance_of_a_target_at_the_forecast_is_even_though_the_paths_lean():
    made = seen("month")
    made.paths = np.exp(np.random.default_rng(1).normal(3, 0.4, (4000, 6)))  # their sums lie elsewhere and lean to the right
    assert "with a probability of 50%" in ahead(made, 100.0, "CNY") and "probability of 100%" in ahead(made, 1.0, "CNY")


def test_errors_of_weeks_are_called_so():
    assert "a week's total" in worth(YEAR, "CNY", "week") and "a month's total" in worth(YEAR, "CNY", "month")


def test_one_year_alone_is_not_called_the_hardest():
    assert "hardest" not in hardest_year(YEAR, PARTS) and "1 of 2 parts" in hardest_year(YEAR, PARTS)
    for gain, said in ((0.1, "In 2025 the forecasts avoided 10%"), (-0.2, "In 2025 the forecasts missed the total by 20% more")):
        assert hardest_year(YEAR.assign(gain=gain), PARTS.assign(gain=np.nan)).startswith(said)
    both = pd.concat([YEAR, YEAR.assign(year=2024, forecast=3.0)], ignore_index=True)
    assert hardest_year(both, PARTS).startswith("The hardest year was 2025")


def test_the_network_earns_its_place_only_where_the_combination_needs_it():
    order = pd.DataFrame({"model": ["ets", "neural", "linear"]})
    against = pd.DataFrame({"gain": [0.1, -0.2, 0.3]})
    assert "number 2 of 3" in network(order, against, 0.02) and "2 of 3 series" in network(order, against, 0.02)
    assert "2.00% larger: it earns its place" in network(order, against, 0.02)
    assert "does not earn its place" in network(order, against, -0.01)
    assert "Without it" not in network(order, against, np.nan)
