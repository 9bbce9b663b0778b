"""Prices and promotions enter a forecast as they were, and of the future only as declared."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from series import MONTHS

from brandops.analysis.forecasting.outlook import outlook, sales_series
from brandops.analysis.forecasting.price_inputs import declared_inputs, outlook_with_plan, price_inputs, worth_of_prices
from brandops.params.plan import ForecastRules, PlannedPrice

AS_OF = date(2025, 12, 31)
ELASTICITY = -2.5


def mart(seed: int = 0) -> pd.DataFrame:
    """Two channels whose volume answers to prices that jump about; list prices stay."""
    rng, parts = np.random.default_rng(seed), []
    for at, channel in enumerate(("mall", "web")):
        price = np.where(rng.random(84) < 0.4, rng.uniform(0.7, 0.95, 84), 1.0)
        units = 1000 * (1 + at) * price**ELASTICITY * np.exp(rng.normal(0, 0.02, 84))
        parts.append(pd.DataFrame({"month": MONTHS, "channel_id": channel, "channel": channel, "category": "Hair", "brand": "B",
                                   "quantity": units, "list_sales": units * 10, "gross_sales": units * 10 * price,
                                   "net_sales": units * 10 * price}))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def weekly(monthly: pd.DataFrame) -> pd.DataFrame:
    """One week a month, half of its units on promotion in the mall, none on the web."""
    made = monthly.assign(week=monthly["month"] + pd.Timedelta(days=7), promoted_quantity=monthly["quantity"] / 2)
    made.loc[made["channel"] == "web", "promoted_quantity"] = 0.0
    return made


def test_price_and_promotion_are_those_of_each_series():
    sales = mart()
    history, _step = sales_series(sales, None, AS_OF)
    found = price_inputs(history, sales, weekly(sales))
    assert len(found) == len(history) and found["unique_id"].nunique() == 3
    web = found[found["unique_id"] == "channel | web"].set_index("ds")["log_price"]
    mine = sales[sales["channel"] == "web"].set_index("month")
    assert np.exp(web.to_numpy()) == pytest.approx((mine["gross_sales"] / mine["list_sales"]).to_numpy())
    promotion = found.groupby("unique_id")["promotion"].mean()
    assert promotion["channel | mall"] == pytest.approx(0.5) and promotion["channel | web"] == 0
    assert 0 < promotion["total | total"] < 0.5


def test_without_list_prices_there_are_no_inputs():
    sales = mart().drop(columns="list_sales")
    history, _step = sales_series(sales, None, AS_OF)
    assert price_inputs(history, sales, None) is None
    assert worth_of_prices(outlook(sales, None, AS_OF, 3), None).empty


def test_only_declared_months_are_known_and_they_start_from_a_year_before():
    sales = mart()
    history, _step = sales_series(sales, None, AS_OF)
    inputs = price_inputs(history, sales, weekly(sales))
    last = history["ds"].max()
    plan = {"2026-01": PlannedPrice(price=-0.2, promotion=0.1), "2026-02": PlannedPrice()}
    assert declared_inputs(inputs, plan, last, 3) is None  # March is not declared
    found = declared_inputs(inputs, plan, last, 2).set_index(["unique_id", "ds"])
    before = inputs.set_index(["unique_id", "ds"])
    now, then = (f.loc[("channel | mall", pd.Timestamp(day))] for f, day in ((found, "2026-01-01"), (before, "2025-01-01")))
    assert now["log_price"] == pytest.approx(then["log_price"] + np.log(0.8)) and now["promotion"] == pytest.approx(0.6)


def test_a_declared_cut_in_price_raises_the_forecast_as_the_elasticity_says():
    sales = mart()
    plans = [{f"2026-0{m}": PlannedPrice(price=change) for m in (1, 2, 3)} for change in (0.0, -0.1)]
    seen = [outlook_with_plan(sales, None, weekly(sales), AS_OF, 3, False, plan)[0] for plan in plans]
    assert all(s.priced for s in seen)
    ratio = seen[1].totals.iloc[0]["mean"] / seen[0].totals.iloc[0]["mean"]
    assert ratio == pytest.approx(0.9 ** (ELASTICITY + 1), rel=0.04)  # sales: volume times price


def test_knowing_prices_is_worth_something_where_volume_answers_and_nothing_is_known_unasked():
    sales = mart()
    seen, inputs = outlook_with_plan(sales, None, weekly(sales), AS_OF, 3, False, {})
    assert not seen.priced
    found = worth_of_prices(seen, inputs)
    assert len(found) == 3 and (found["told"] < 0.6 * found["untold"]).all()
    pd.testing.assert_frame_equal(seen.total, outlook(sales, None, AS_OF, 3).total)


@pytest.mark.parametrize("month", ["2026-13", "January", "2026-1"])
def test_a_plan_for_no_month_is_refused(month):
    with pytest.raises(ValueError, match="is not a month such as 2026-01"):
        ForecastRules(planned_prices={month: {"price": 0.1}})
