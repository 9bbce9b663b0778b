"""Cleaning finds what was put in, leaves promotions alone and accounts for every change."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.preparation import RULES, prepare, stock_records

MONTHS = pd.date_range("2021-01-01", periods=48, freq="MS")


def history(seed: int = 5) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    season = 1 + 0.4 * np.sin(2 * np.pi * np.arange(48) / 12)
    frame = pd.DataFrame({"unique_id": "a", "ds": MONTHS, "y": 1000 * season * np.exp(random.normal(0, 0.05, 48))})
    return frame.assign(out_share=0.0, explained=False)


def rules(prepared) -> dict:
    return dict(zip(prepared.changes["ds"], prepared.changes["rule"], strict=True))


def test_a_clean_seasonal_series_is_left_as_it_is():
    prepared = prepare(history())
    assert prepared.changes.empty
    assert prepared.series["y"].equals(prepared.series["y_raw"])
    assert prepared.summary["rule"].tolist() == list(RULES)


def test_three_zero_months_are_an_interruption_and_two_are_demand():
    frame = history()
    true = frame.loc[[20, 21, 22], "y"].sum()
    frame.loc[[20, 21, 22], "y"] = 0
    prepared = prepare(frame)
    assert rules(prepared) == dict.fromkeys(MONTHS[20:23], "zero_run")
    assert prepared.changes["after"].sum() == pytest.approx(true, rel=0.15)
    frame.loc[22, "y"] = true / 3
    assert "zero_run" not in prepare(frame).changes["rule"].tolist()


def test_zeros_before_launch_and_after_the_end_are_no_interruption():
    frame = history()
    frame.loc[:5, "y"] = 0
    frame.loc[43:, "y"] = 0
    assert "zero_run" not in prepare(frame).changes["rule"].tolist()


def test_a_spike_is_an_outlier_unless_a_promotion_explains_it():
    frame = history()
    frame.loc[30, "y"] *= 4
    assert rules(prepare(frame)) == {MONTHS[30]: "outlier"}
    frame.loc[30, "explained"] = True
    assert prepare(frame).changes.empty
    frame.loc[30, "y"] /= 40
    assert rules(prepare(frame)) == {MONTHS[30]: "outlier"}, "a promotion explains no collapse"


def test_the_season_s_own_peak_is_no_outlier():
    frame = history()
    frame.loc[frame["ds"].dt.month == 11, "y"] *= 3
    assert prepare(frame).changes.empty


def test_an_absent_month_is_unknown_only_where_no_source_delivered():
    frame = history().drop(index=[25])
    filled = prepare(frame, delivered=MONTHS.delete(25))
    assert rules(filled) == {MONTHS[25]: "missing"}
    assert filled.series["y_raw"].isna().sum() == 1
    assert filled.series.set_index("ds").loc[MONTHS[25], "y"] == pytest.approx(history().loc[25, "y"], rel=0.2)
    kept = prepare(frame, delivered=MONTHS).series.set_index("ds")
    assert kept.loc[MONTHS[25], "y_raw"] == 0


def test_half_a_month_without_stock_is_censored_demand():
    frame = history()
    true = frame.loc[18, "y"]
    frame.loc[18, ["y", "out_share"]] = true / 2, 0.5
    prepared = prepare(frame)
    assert rules(prepared) == {MONTHS[18]: "stock_out"}
    assert prepared.changes["after"].iloc[0] == pytest.approx(true)


def test_nothing_is_dropped_and_every_change_is_accounted_for():
    frame = history()
    frame.loc[[20, 21, 22], "y"] = 0
    frame.loc[35, "y"] *= 5
    prepared = prepare(frame)
    assert len(prepared.series) == len(frame)
    assert prepared.summary["values"].sum() == len(prepared.changes) == 4
    assert prepared.series["y_raw"].sum() == pytest.approx(frame["y"].sum())


def test_a_stock_record_that_does_not_add_up_is_named():
    stock = pd.DataFrame({"month": MONTHS[:4], "product_id": "P1", "unbalanced": [0, 0, 2, 0],
                          "on_hand_mean": [10.0, 12.0, 500.0, 11.0]})  # fmt: skip
    found = stock_records(stock)
    assert found[["month", "usual"]].to_numpy().tolist() == [[MONTHS[2], 11.0]]


@pytest.mark.parametrize(("change", "says"), [
    (lambda f: f.drop(columns="y"), "lacks y"),
    (lambda f: pd.concat([f, f.head(1)]), "two rows for a"),
    (lambda f: f.assign(y=np.inf), "not finite"),
    (lambda f: f.head(0), "no rows"),
])  # fmt: skip
def test_bad_history_is_refused(change, says):
    with pytest.raises(ValueError, match=says):
        prepare(change(history()))
