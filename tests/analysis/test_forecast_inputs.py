"""In the demo's marts the seeded interruption, the empty shelves and the phantom stock are found."""

from datetime import date

import pandas as pd
import pytest

from brandops.analysis import features, forecast_inputs, preparation
from brandops.demo.truth import SHOCKS, Truth
from brandops.warehouse.load import load_mart, mart_path

DAY = date(2025, 12, 31)


@pytest.fixture(scope="module")
def marts() -> dict[str, pd.DataFrame]:
    if not mart_path("prices_weekly", "demo", DAY).is_file():
        pytest.skip("the demo's marts are not built; run make data")
    names = ("sales_monthly", "stock_monthly", "prices_weekly", "source_months", "products", "conversions", "quarantine")
    return {name: load_mart(name, "demo", DAY) for name in names}


def test_the_three_months_a_category_was_delisted_are_an_interruption(marts):
    shock = next(s for s in SHOCKS if s.name == "delisted")
    history = forecast_inputs.channel_history(marts["sales_monthly"], pd.Timestamp(DAY), True)
    prepared = preparation.prepare(history, delivered=forecast_inputs.delivered_months(marts["source_months"]))
    runs = prepared.changes[prepared.changes["rule"] == "zero_run"]
    names = marts["sales_monthly"].drop_duplicates("channel_id").set_index("channel_id")["channel"]
    assert set(runs["unique_id"]) == {f"{names[shock.channels[0]]} / {shock.category}"}
    assert runs["ds"].tolist() == list(pd.date_range(shock.starts_on, shock.ends_on, freq="MS"))
    assert (runs["after"] > 0).all()


def test_the_festivals_peaks_are_left_alone(marts):
    history = forecast_inputs.channel_history(marts["sales_monthly"], pd.Timestamp(DAY), True)
    prepared = preparation.prepare(history)
    festivals = prepared.changes[prepared.changes["ds"].dt.month.isin([6, 11])]
    assert not ((festivals["rule"] == "outlier") & (festivals["after"] < festivals["before"])).any()


def test_a_festival_explains_no_month_of_a_company_it_does_not_concern(marts):
    sales, day = marts["sales_monthly"], pd.Timestamp(DAY)
    assert forecast_inputs.channel_history(sales, day, True)["explained"].any()
    assert not forecast_inputs.channel_history(sales, day, False)["explained"].any()
    assert not forecast_inputs.product_history(sales, None, None, day, False)["explained"].any()


def test_the_stock_anomaly_is_the_one_record_that_does_not_add_up(marts):
    truth = Truth().stock_anomaly
    found = preparation.stock_records(marts["stock_monthly"])
    assert found["product_id"].tolist() == [truth["product_id"]]
    assert found["month"].tolist() == [pd.Timestamp(truth["starts_on"]).replace(day=1)]
    assert found["on_hand_mean"].iloc[0] > 3 * found["usual"].iloc[0]


def test_months_with_empty_shelves_are_censored_demand_and_no_other(marts):
    stock = marts["stock_monthly"]
    history = forecast_inputs.product_history(marts["sales_monthly"], stock, marts["prices_weekly"], pd.Timestamp(DAY), True)
    changes = preparation.prepare(history).changes
    out = changes[changes["rule"] == "stock_out"]
    empty = stock[(stock["days_out"] > 0) & (stock["unbalanced"] == 0)]
    assert len(out) >= 20
    assert set(zip(out["unique_id"], out["ds"], strict=True)) <= set(zip(empty["product_id"], empty["month"], strict=True))
    assert (out["after"] > out["before"]).all()


def test_every_format_and_every_reject_of_the_inputs_is_counted(marts):
    met, rejected = forecast_inputs.input_formats(marts["conversions"]), forecast_inputs.input_rejects(marts["quarantine"])
    here = marts["conversions"][marts["conversions"]["table"].isin(forecast_inputs.INPUT_TABLES)]
    assert met["values"].sum() == here["rows"].sum()
    assert {"chinese time", "slashes time", "full_width", "currency"} <= set(met["format"])
    assert set(rejected["rule"]) == {"bad_timestamp", "bad_number"}


def test_features_of_the_demo_are_filled_from_the_second_year_on(marts):
    priced = forecast_inputs.monthly_prices(marts["prices_weekly"], ["channel_id", "category"])
    made = features.feature_matrix(marts["sales_monthly"], priced, chinese_events=True)
    late = made[made.groupby("unique_id").cumcount() > 12]
    assert late[["lag_12", "mean_12", "days_double_11"]].notna().all().all()
    assert late["relative_price_lag"].between(0.4, 1).mean() > 0.98
