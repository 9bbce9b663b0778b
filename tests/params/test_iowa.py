"""The Iowa profile's own SQL: brands told from the state's product list."""

import duckdb
import pytest

from brandops.params import load_plan
from brandops.params.sources import load_sources


def test_brands_are_told_from_the_items_descriptions(shared_data):
    (source,) = (s for s in load_sources("iowa").sources if s.name == "products")
    with duckdb.connect() as engine:
        engine.execute("create table source as select * from read_parquet(?)", [str(shared_data / "iowa/products.parquet")])
        named = engine.execute(source.select).df()
    own = named.loc[named["Vendor Name"] == "DIAGEO AMERICAS", "brand_name"]
    assert {"Crown Royal", "Captain Morgan", "Smirnoff", "Ketel One", "Don Julio", "J & B"} <= set(own)
    assert (named["brand_name"].str.len() > 1).mean() > 0.99


@pytest.mark.parametrize(
    ("owner", "company"), [("DIAGEO AMERICAS", "Diageo Americas"), ("SAZERAC COMPANY  INC", "Sazerac Company Inc")]
)
def test_another_brand_house_takes_one_line(owner, company):
    plan = load_plan("iowa", overrides={"brand_owner": owner})
    assert plan.brand_owner == owner and plan.company == company
    assert plan.title["en"].startswith(f"{company} in Iowa")
