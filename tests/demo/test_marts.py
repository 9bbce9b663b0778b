"""The marts of the demo brand against the same figures computed from the world it was made from, by other means."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from brandops.params import load_plan
from brandops.warehouse import build_marts, load_mart

END = date(2025, 12, 31)


@pytest.fixture(scope="module")
def built(small):
    """The true lines, described; the marts are built from the exports."""
    folder, made, _ = small
    lines = made.tables["sales_lines"].copy()
    lines["month"] = lines["ordered_at"].dt.to_period("M").dt.to_timestamp()
    text = ["customer_id", "channel_id", "product_id", "order_id"]
    lines[text] = lines[text].astype(object)
    lines = lines.merge(made.tables["products"][["product_id", "brand"]].astype(object), on="product_id")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRANDOPS_ROOT", str(folder.parents[1]))
        build_marts("demo", load_plan("demo"), END)
        yield made, lines


def mart(name: str) -> pd.DataFrame:
    return load_mart(name, "demo", END)


def cents(amounts: pd.Series) -> pd.Series:
    return (amounts * 100).round().astype("int64")


def test_sales_agree_with_the_lines_to_the_cent_in_every_month_channel_and_brand(built):
    _, lines = built
    by = ["month", "channel_id", "brand"]
    true = lines.groupby(by)[["net_sales", "quantity"]].sum()
    shown = mart("sales_monthly").groupby(by)[["net_sales", "quantity"]].sum()
    assert shown.index.equals(true.index) and len(shown) > 1000
    assert (cents(shown["net_sales"]) == cents(true["net_sales"])).all()
    assert (shown["quantity"] == true["quantity"]).all()
    daily = mart("sales_daily")
    assert cents(daily["net_sales"]).sum() == cents(shown["net_sales"]).sum()


def test_a_customer_is_new_in_the_month_of_the_first_purchase_and_never_again(built):
    _, lines = built
    bought = lines[(lines["quantity"] > 0) & lines["customer_id"].notna()]
    first = bought.groupby("customer_id")["ordered_at"].min()
    monthly = mart("customers_monthly")
    new = monthly[monthly["is_new"]].groupby("month")["customer_id"].nunique()
    true = first.dt.to_period("M").dt.to_timestamp().value_counts().sort_index()
    assert new.to_dict() == true.to_dict()
    daily = mart("new_customers_daily")
    assert daily.groupby("date")["new_customers"].sum().to_dict() == first.dt.normalize().value_counts().sort_index().to_dict()
    sums = lines[lines["customer_id"].notna()].groupby("customer_id")["net_sales"].sum()
    shown = mart("customers").set_index("customer_id")["net_sales"]
    assert np.allclose(shown[sums.index], sums, atol=0.001) and (shown.drop(sums.index) == 0).all()


def test_the_ledger_disagrees_in_the_one_month_and_channel_it_was_made_to(built, small):
    from demo.test_defects import listed

    found = mart("ledger_reconciliation")
    off = found[found["difference"] != 0]
    seeded = next(a for a in listed(small[0])["anomalies"] if a["kind"] == "ledger_difference")
    assert [(f"{row.month:%Y-%m}", row.channel_id, -row.difference) for row in off.itertuples()] == [
        (seeded["month"], seeded["channel_id"], seeded["ledger_minus_loaded"])]  # fmt: skip
    assert len(found) > 300


def test_the_market_is_the_one_that_was_made(built):
    made, _ = built
    by = ["month", "category", "competitor"]
    true = made.tables["market_monthly"].groupby(by, observed=True)["sales"].sum()
    shown = mart("market_monthly").groupby(by)["sales"].sum()
    assert len(shown) == len(true)
    assert np.allclose(shown, true.rename(index=str, level="category").sort_index(), rtol=1e-6)


def test_no_mart_carries_a_personal_column(built, small):
    import pyarrow.parquet as pq

    folder = small[0] / "marts" / END.isoformat()
    columns = {name for path in folder.glob("*.parquet") for name in pq.read_schema(path).names}
    assert len(columns) > 100 and not columns & {"name", "email", "phone", "address"}


def test_daily_demand_is_that_of_the_lines_before_returns(built):
    _, lines = built
    sold = lines[lines["quantity"] > 0]
    by = [sold["ordered_at"].dt.normalize(), "channel_id"]
    true = sold.groupby(by)[["net_sales", "quantity"]].sum()
    shown = mart("demand_daily").set_index(["date", "channel_id"]).sort_index()
    assert len(shown) == len(true)
    assert (cents(shown["gross_sales"]) == cents(true["net_sales"])).all()
    assert (shown["quantity"] == true["quantity"]).all() and shown["lines"].sum() == len(sold)


def test_buyers_of_a_campaign_and_their_next_purchase_are_found_by_counting(built):
    """One campaign of one channel and one of several, counted anew from the lines."""
    made, lines = built
    sold = lines[(lines["quantity"] > 0) & lines["customer_id"].notna()].assign(day=lambda t: t["ordered_at"].dt.normalize())
    days = sold.groupby("customer_id")["day"].agg(lambda values: sorted(set(values)))
    shown = mart("campaign_buyers")
    campaigns = made.tables["campaigns"].set_index("campaign_id")
    several = campaigns.index[campaigns["channel_id"].isna()][-1]
    single = shown[shown["campaign_id"].map(campaigns["channel_id"]).notna()]["campaign_id"].value_counts().index[0]
    for number in (single, several):
        campaign = campaigns.loc[number]
        ran = sold[sold["day"].between(campaign["starts_on"], campaign["ends_on"])]
        if pd.notna(campaign["channel_id"]):
            ran = ran[ran["channel_id"] == campaign["channel_id"]]
        credited = ran["campaign_id"].astype(object) == number
        took = ran[credited].groupby("customer_id")["day"].min()
        bought = took.combine_first(ran.groupby("customer_id")["day"].min())
        found = shown[shown["campaign_id"] == number].set_index("customer_id").sort_index()
        assert found["bought_on"].to_dict() == bought.to_dict() and len(found) > 20
        assert set(found.index[found["took_part"]]) == set(took.index) and len(took) > 0
        for customer, row in found.iterrows():
            mine = days[customer]
            later = [day for day in mine if day > row["bought_on"]]
            assert row["purchases_before"] == mine.index(row["bought_on"])
            assert (row["next_on"] == later[0]) if later else pd.isna(row["next_on"])
            assert row["first_on"] == mine[0]
