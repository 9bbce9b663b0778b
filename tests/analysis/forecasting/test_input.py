"""Bad input is refused with what is wrong, where, and what to do."""

import numpy as np
import pandas as pd
import pytest
from series import frame, group, monthly

from brandops.analysis.forecasting import backtest, forecast
from brandops.errors import UserError


def changed(**change):
    history = frame({"a": monthly(length=30)})
    for column, (row, value) in change.items():
        history[column] = history[column].astype(object if column == "unique_id" else history[column].dtype)
        history.loc[row, column] = value
    return history


@pytest.mark.parametrize(
    ("history", "said"),
    [
        (changed(y=(3, np.nan)), "row 3 .*y is missing"),
        (changed(y=(4, np.inf)), "row 4 .*y is infinite"),
        (changed(ds=(7, pd.Timestamp("2023-07-01"))), "row .* twice"),
        (changed().iloc[::-1], "sort by ds"),
        (changed(ds=(7, pd.Timestamp("2024-02-14"))), "off the regular step|twice"),
        (changed().drop(columns="y"), "no column y"),
        (changed().assign(y="12"), "a number is needed"),
        (changed().iloc[:0], "no rows"),
        (changed(unique_id=(2, None)), "unique_id is missing"),
    ],
)
def test_a_history_that_cannot_be_forecast_is_refused(history, said):
    with pytest.raises(UserError, match=said):
        forecast(history, 3, 12)


@pytest.mark.parametrize("horizon", [0, -1, 2.5, True])
def test_a_horizon_below_one_or_not_whole_is_refused(horizon):
    with pytest.raises(UserError, match="horizon="):
        forecast(group(1), horizon, 12)


def test_levels_and_seasons_that_mean_nothing_are_refused():
    with pytest.raises(UserError, match="levels="):
        forecast(group(1), 3, 12, levels=(120,))
    with pytest.raises(UserError, match="season_length="):
        forecast(group(1), 3, 0)


def test_regressors_need_their_future_and_unknown_columns_are_refused():
    history = group(1).assign(price=1.0)
    ahead = pd.DataFrame({"unique_id": "s0", "ds": pd.date_range("2026-01-01", periods=3, freq="MS"), "price": 1.0})
    with pytest.raises(UserError, match="give their values ahead"):
        forecast(history, 3, 12)
    with pytest.raises(UserError, match=r"unknown columns \['colour'\]"):
        forecast(history, 3, 12, future=ahead.assign(colour=1.0))
    with pytest.raises(UserError, match="lacks some of the 3 steps"):
        forecast(history, 3, 12, future=ahead.head(2))
    with pytest.raises(UserError, match="missing"):
        forecast(history, 3, 12, future=ahead.assign(price=np.nan))


def test_a_model_that_is_not_known_is_refused():
    with pytest.raises(UserError, match=r"prophet.*models: seasonal_naive"):
        backtest(group(1), 3, 2, models=("prophet",))
