"""Adventure Works through the whole pipeline: what its business tables hold comes out of the marts, to the cent."""

import shutil
from datetime import date
from decimal import Decimal

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from brandops import paths
from brandops.ingest import Manifest, ingest
from brandops.params import load_plan
from brandops.warehouse import build_marts, load_mart
from brandops.warehouse.load import MARTS, mart_path
from brandops.warehouse.plain import personal_columns
from conftest import ROOT

PROFILE = "adventureworks"
END = date(2014, 6, 30)  # the last day of any table
ROWS = {
    "business_types": 4, "products": 504, "promotions": 15, "consumers": 18_484, "resellers": 701, "salespeople": 17,
    "sales_quotas": 163, "internet_orders": 60_398, "reseller_orders": 60_855, "stock": 776_286, "interests": 2_727,
    "call_centre": 120,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(shared_data):
    found = shared_data / "adventureworks"
    if not found.is_dir():
        pytest.skip(f"no AdventureWorks: {found} is absent (set SHARED_DATA)")
    return found


@pytest.fixture(scope="module")
def manifest(folder, tmp_path_factory) -> Manifest:
    """The profile ingested, and its marts built as of the data's end, in a project of their own."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "params" / PROFILE, root / "params" / PROFILE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRANDOPS_ROOT", str(root))
        patch.setenv("ADVENTUREWORKS_DIR", str(folder))
        account = ingest(PROFILE)
        build_marts(PROFILE, load_plan(PROFILE), END)
        yield account


def mart(name: str) -> pd.DataFrame:
    return load_mart(name, PROFILE, END)


def exact(name: str, column: str) -> dict[str, Decimal]:
    """A mart's exact sums by channel."""
    table = pq.read_table(mart_path(name, PROFILE, END), columns=["channel_id", column])
    return dict(zip(*table.group_by("channel_id").aggregate([(column, "sum")]).to_pydict().values(), strict=True))


@pytest.mark.parametrize("name", ["sales_daily", "sales_monthly", "customers_monthly"])
def test_the_control_totals_come_out_of_every_mart_of_sales_to_the_cent(manifest, name):
    found = exact(name, "net_sales")
    assert round(found.pop("internet"), 2) == Decimal("29358677.22")
    assert round(sum(found.values()), 2) == Decimal("80450596.98")
    assert sorted(found) == ["specialty_bike_shop", "value_added_reseller", "warehouse"]


def test_every_row_is_loaded_and_none_is_in_quarantine(manifest):
    assert {a.source: (a.rows_in, a.loaded, a.quarantined) for a in manifest.sources} == {
        name: (rows, rows, 0) for name, rows in ROWS.items()
    }
    assert mart("quarantine") is None or mart("quarantine").empty
    assert mart("sources").set_index("source")["loaded"].to_dict() == ROWS


def test_every_line_and_cost_of_every_channel_comes_out(manifest, folder):
    lines = mart("sales_monthly").groupby("channel_id")["lines"].sum()
    assert lines["internet"] == 60_398 and lines.drop("internet").sum() == 60_855
    cost = exact("sales_monthly", "cost")
    for kind, total in (("Internet", cost.pop("internet")), ("Reseller", sum(cost.values()))):
        query = f"select sum(TotalProductCost) from read_parquet('{folder}/Fact{kind}Sales.parquet')"
        assert total == duckdb.sql(query).fetchone()[0]


def test_sales_of_quarters_categories_and_regions_are_those_of_the_business_tables(manifest, folder):
    query = f"""
        with lines as (
            select ProductKey, SalesTerritoryKey, OrderDate, SalesAmount from '{folder}/FactInternetSales.parquet'
            union all select ProductKey, SalesTerritoryKey, OrderDate, SalesAmount from '{folder}/FactResellerSales.parquet')
        select strftime(date_trunc('quarter', OrderDate), '%Y-%m') as quarter, EnglishProductCategoryName as category,
            SalesTerritoryRegion as region, cast(sum(SalesAmount) as double) as net_sales
        from lines join '{folder}/DimProduct.parquet' using (ProductKey)
            join '{folder}/DimProductSubcategory.parquet' using (ProductSubcategoryKey)
            join '{folder}/DimProductCategory.parquet' using (ProductCategoryKey)
            join '{folder}/DimSalesTerritory.parquet' using (SalesTerritoryKey)
        group by all"""
    by = ["quarter", "category", "region"]
    truth = duckdb.sql(query).df().set_index(by)["net_sales"].sort_index()
    daily = mart("sales_daily")
    daily["quarter"] = daily["date"].dt.to_period("Q").dt.start_time.dt.strftime("%Y-%m")
    pd.testing.assert_series_equal(daily.groupby(by)["net_sales"].sum(), truth, check_dtype=False, atol=0.005)


def test_amounts_are_in_us_dollars_whatever_the_customer_paid_in(manifest, folder):
    """A product of one day costs the same number in every currency: no line is in local money, none is converted."""
    query = f"""
        select count(*), count(*) filter (currencies > 1), count(*) filter (prices > 1) from (
            select count(distinct CurrencyKey) as currencies, count(distinct UnitPrice) as prices
            from '{folder}/FactInternetSales.parquet' group by ProductKey, OrderDate)"""
    days, several, priced_apart = duckdb.sql(query).fetchone()
    assert days > several > 5_000 and priced_apart == 0


def test_seventeen_salespeople_have_163_quotas_of_a_quarter_each(manifest):
    quotas, people = mart("quotas"), mart("people")
    assert len(quotas) == 163 and quotas["person_id"].nunique() == len(people) == 17
    assert set(quotas["months"]) == {3} and set(quotas["month"].dt.month) == {1, 4, 7, 10}
    assert quotas["quota"].sum() == 95_714_000
    assert set(people["team"]) == {"North America", "Europe", "Pacific"}


def test_a_quota_is_for_the_quarter_that_begins_when_it_is_set(manifest):
    """Sales of the quarter it is mapped to follow the quota closely, those of the quarter before do not."""
    query = """
        select person_id, date_trunc('quarter', month) as month, sum(net_sales) as sold from (
            select salesperson_id as person_id, ordered_at as month, net_sales from read_parquet($lines)
            where salesperson_id is not null) group by all"""
    lines = str(paths.data_dir(PROFILE) / "warehouse" / "sales_lines" / "*.parquet")
    sold = duckdb.execute(query, {"lines": lines}).df()
    sold["month"] = sold["month"].dt.tz_localize(None).astype("datetime64[ns]")
    quotas = mart("quotas")
    following = quotas.merge(sold, on=["person_id", "month"])
    before = quotas.assign(month=quotas["month"] - pd.DateOffset(months=3)).merge(sold, on=["person_id", "month"])
    assert following["quota"].corr(following["sold"].astype(float)) > 0.9
    assert before["quota"].corr(before["sold"].astype(float)) < 0.85


def test_every_unit_sold_left_the_stock_and_none_is_below_zero(manifest):
    stock, sales = mart("stock_monthly"), mart("sales_monthly")
    assert stock["sold"].sum() == sales["quantity"].sum() == 274_776
    assert stock["on_hand_end"].min() >= 0
    (correction,) = manifest.corrections
    assert correction["rows"] == 3_319 and "below zero" in correction["reason"]


def test_the_survey_and_the_call_centre_come_out_as_they_are(manifest):
    answers, shifts = mart("survey_responses"), mart("service_shifts")
    assert len(answers) == 2_727 and answers["customer_id"].nunique() == 1_656
    assert answers["csat"].isna().all() and answers["category"].notna().all()
    assert len(shifts) == 120 and shifts["date"].nunique() == 30 and shifts["abandoned"].between(0, 1).all()


def test_every_key_is_found_on_every_day_a_report_may_be_made_for(manifest):
    assert mart("integrity")["orphans"].sum() == 0
    build_marts(PROFILE, load_plan(PROFILE), date(2012, 12, 31))
    assert load_mart("integrity", PROFILE, date(2012, 12, 31))["orphans"].sum() == 0
    assert "unlisted" not in set(load_mart("sales_monthly", PROFILE, date(2012, 12, 31))["category"])


def test_no_name_address_or_number_of_a_person_leaves_the_warehouse(manifest, folder):
    names = duckdb.sql(f"select distinct EmailAddress from '{folder}/DimCustomer.parquet'").df()["EmailAddress"]
    staff = duckdb.sql(f"select Name from '{folder}/DimEmployee.parquet' where SalesPersonFlag").df()["Name"]
    persons = {*names, *staff}
    for name in MARTS:
        path = mart_path(name, PROFILE, END)
        if not path.is_file():
            continue
        frame = pq.read_table(path).to_pandas()
        assert not personal_columns() & set(frame.columns), name
        for column in frame.select_dtypes("object"):
            assert not persons & set(frame[column].dropna().astype(str)), f"{name}.{column}"
