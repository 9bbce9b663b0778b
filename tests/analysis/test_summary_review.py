"""What was achieved and missed is ranked as a board would; what crossed its target is told from what moved."""

import pandas as pd
import pytest

from brandops.analysis import summary_review as review

BLANK = {"better": "higher", "low": None, "high": None, "previous": None, "money_at_stake": None, "evidence": False,
         "deciding": True, "kind": "", "part": "", "unit": "fraction", "key": "k", "name": "n"}  # fmt: skip


def figures(*rows: dict) -> pd.DataFrame:
    frame = pd.DataFrame([BLANK | {"item_status": row["status"]} | row for row in rows])
    numbers = ["value", "target", "low", "high", "previous", "money_at_stake"]
    return frame.astype(dict.fromkeys(numbers, float))


def test_a_figure_crosses_its_target_upwards_and_downwards_by_its_good_side():
    found = review.crossings(figures(
        {"item": "1.1.2", "value": 0.6, "previous": 0.5, "target": 0.55, "status": "met"},
        {"item": "7.1.2", "value": 0.03, "previous": 0.01, "target": 0.02, "better": "lower", "status": "missed"},
        {"item": "1.2.2", "value": 0.8, "previous": 0.7, "target": 0.9, "status": "missed"},
    ))  # fmt: skip
    assert dict(zip(found["item"], found["turn"], strict=True)) == {"1.1.2": "reached", "7.1.2": "lost"}


@pytest.mark.parametrize("unit", ["currency", "count", "units"])
def test_amounts_whose_target_grows_with_the_year_are_not_compared_with_the_year_before(unit):
    rows = figures({"item": "1.1.1", "value": 20.0, "previous": 17.0, "target": 18.0, "unit": unit, "status": "met"})
    assert review.crossings(rows).empty
    assert review.counts_before(rows)["compared"].iloc[0] == 0


def test_misses_are_ranked_by_money_and_those_without_by_status_and_distance():
    found = review.misses(figures(
        {"item": "1.1.1", "value": 0.9, "target": 1.0, "status": "missed", "money_at_stake": 10},
        {"item": "1.1.2", "value": 0.9, "target": 1.0, "status": "at_risk", "money_at_stake": 500},
        {"item": "1.1.3", "value": 0.2, "target": 1.0, "status": "at_risk"},
        {"item": "1.2.1", "value": 0.9, "target": 1.0, "status": "missed"},
        {"item": "1.2.2", "value": 0.5, "target": 1.0, "status": "missed"},
        {"item": "1.2.3", "value": 1.5, "target": 1.0, "status": "met"},
    ))  # fmt: skip
    assert list(found["item"]) == ["1.1.2", "1.1.1", "1.2.2", "1.2.1", "1.1.3"]


def test_an_item_stands_once_with_its_worst_figure_and_the_status_of_the_item():
    found = review.misses(figures(
        {"item": "1.2.1", "key": "sales", "value": 0.94, "target": 0.95, "status": "at_risk", "item_status": "at_risk",
         "money_at_stake": 99},
        {"item": "1.2.1", "key": "tasks", "value": 0.7, "target": 0.8, "status": "missed", "item_status": "at_risk"},
        {"item": "1.3.1", "value": 0.7, "target": 0.8, "status": "missed", "item_status": "met"},
    ))  # fmt: skip
    assert found[["item", "key", "status"]].to_numpy().tolist() == [["1.2.1", "tasks", "at_risk"]]


def test_the_weakest_details_of_a_miss_are_those_of_its_own_figure_costliest_first():
    detail = {"item": "1.3.1", "target": 0.95, "kind": "month", "deciding": False, "status": "missed"}
    rows = figures(
        {"item": "1.3.1", "value": 0.9, "target": 0.95, "status": "missed"},
        detail | {"part": "2025-10", "value": 0.92, "money_at_stake": 50},
        detail | {"part": "2025-11", "value": 0.80, "money_at_stake": 20},
        detail | {"part": "2025-12", "value": 0.99, "status": "met"},
        detail | {"part": "x", "key": "other", "value": 0.1, "money_at_stake": 900},
    )
    found = review.weakest_details(rows, review.misses(rows).iloc[0])
    assert list(found["part"]) == ["2025-10", "2025-11"]


def test_achievements_name_the_business_before_methods_and_leave_out_counts_of_errors():
    found = review.achievements(figures(
        {"item": "3.3.3", "value": 0.001, "target": 0.05, "better": "lower", "status": "met"},
        {"item": "1.1.2", "value": 0.66, "target": 0.55, "status": "met"},
        {"item": "7.3.1", "value": 0, "target": 0, "better": "lower", "status": "met"},
        {"item": "1.1.3", "value": 0.91, "target": 0.9, "status": "met"},
    ))  # fmt: skip
    assert list(found["item"]) == ["1.1.2", "1.1.3", "3.3.3"]
    assert found["margin"].iloc[0] == pytest.approx(0.2)


def test_how_good_a_model_is_comes_after_the_business_whatever_its_section():
    rows = figures({"item": "4.1.2", "key": "stability", "value": 0.99, "target": 0.5, "status": "met"},
                   {"item": "1.1.3", "value": 0.91, "target": 0.9, "status": "met"})  # fmt: skip
    found = review.achievements(rows, {("4.1.2", "stability")})
    assert list(found["item"]) == ["1.1.3", "4.1.2"] and list(found["inner"]) == [False, True]


def test_moves_are_counted_towards_the_better_side():
    found = review.moves(figures(
        {"item": "7.1.3", "value": 0.8, "previous": 0.7, "target": 0.9, "status": "missed"},
        {"item": "7.1.2", "value": 0.03, "previous": 0.01, "target": 0.02, "better": "lower", "status": "missed"},
        {"item": "1.3.2", "value": 1.0, "previous": 1.0, "target": 1.0, "unit": "rank", "status": "met"},
    ))  # fmt: skip
    assert list(found["item"]) == ["7.1.2", "7.1.3"]
    assert (found["move"] > 0).tolist() == [False, True]
