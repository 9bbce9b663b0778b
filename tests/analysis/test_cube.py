"""The dashboard's cube: small enough, and never a cent away from the mart."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.cube import OTHER, sales_cube

FIRST, LAST = pd.Timestamp("2024-01-01"), pd.Timestamp("2025-12-31")


def weekly(products: int = 40, rows: int = 6000, seed: int = 5) -> pd.DataFrame:
    """Sales of the mart's shape; money has four decimals, as the mart's has."""
    rng = np.random.default_rng(seed)
    day = FIRST + pd.to_timedelta(rng.integers(0, 730, rows), unit="D")
    product = rng.integers(0, products, rows)
    made = pd.DataFrame({
        "month": day.to_period("M").to_timestamp(), "week": day - pd.to_timedelta(day.dayofweek, unit="D"),
        "channel_id": rng.choice(["a", "b", "c"], rows), "region": rng.choice(["n", "s"], rows),
        "segment": rng.choice(["x", "y", None], rows), "product_id": [f"P{i:03d}" for i in product],
        "brand": [f"B{i % 5}" for i in product], "category": [f"C{i % 3}" for i in product],
        "net_sales": rng.integers(-5_000_000, 90_000_000, rows) / 10_000, "quantity": rng.integers(1, 9, rows).astype(float),
        "returns": 0.0, "discount": rng.integers(0, 900, rows) / 100, "cost": rng.integers(0, 9000, rows) / 100,
    })  # fmt: skip
    return made.sort_values(["month", "week"], ignore_index=True)


def exact(values: pd.Series) -> int:
    """A sum of money in ten-thousandths, exactly."""
    return sum(round(value * 10_000) for value in values)


def test_totals_are_those_of_the_mart_to_the_last_decimal_in_every_month():
    rows = weekly()
    made = sales_cube(rows, FIRST, LAST)
    assert made.scale["net_sales"] == 10_000 and made.scale["quantity"] == 1
    for month, part in rows.groupby("month"):
        assert round(made.total("net_sales", month, month) * 10_000) == exact(part["net_sales"])
        margin = exact(part["net_sales"]) - exact(part["cost"])
        assert round(made.total("gross_margin", month, month) * 10_000) == margin


@pytest.mark.parametrize("limit", [5000, 4000])
def test_a_cube_made_smaller_loses_detail_and_no_money(limit):
    rows = weekly(products=400)
    made = sales_cube(rows, FIRST, LAST, limit=limit)
    assert len(made.cells) <= limit < len(sales_cube(rows, FIRST, LAST).cells)
    assert made.single
    assert round(made.total("net_sales", FIRST, LAST) * 10_000) == exact(rows["net_sales"])


def test_weeks_become_months_before_a_report_would_fail():
    rows = weekly()
    made = sales_cube(rows, FIRST, LAST, limit=len(rows) // 2)
    assert not made.weekly and (made.cells["week"] == made.cells["month"]).all()
    assert sales_cube(rows, FIRST, LAST).weekly
    assert round(made.total("net_sales", FIRST, LAST) * 10_000) == exact(rows["net_sales"])


def test_small_products_are_summed_within_their_brand_and_category():
    rows = weekly(products=400)
    made = sales_cube(rows, FIRST, LAST, limit=5500)
    merged = made.products[made.products.index.str.endswith(OTHER)]
    assert len(merged)
    by_brand = made.cells.groupby(made.cells["product"].map(made.products["brand"]))["net_sales"].sum()
    true = rows.groupby("brand")["net_sales"].apply(exact)
    assert (by_brand.sort_index() == true.sort_index()).all()


def test_a_margin_is_not_shown_where_a_cost_is_unknown():
    rows = weekly()
    rows.loc[3, "cost"] = np.nan
    assert "gross_margin" not in sales_cube(rows, FIRST, LAST).measures


def test_what_does_not_vary_is_no_dimension_and_what_is_nought_no_measure():
    made = sales_cube(weekly().assign(region="n"), FIRST, LAST)
    assert "region" not in made.dimensions and "channel" in made.dimensions
    assert "returns" not in made.measures and "discount" in made.measures


def test_segments_that_are_channels_by_another_name_are_no_dimension():
    made = sales_cube(weekly().assign(segment=lambda rows: "s" + rows["channel_id"]), FIRST, LAST)
    assert "segment" not in made.dimensions and "channel" in made.dimensions


def test_an_impossible_limit_and_an_empty_span_are_refused():
    with pytest.raises(ValueError, match="cells of the coarsest cube"):
        sales_cube(weekly(), FIRST, LAST, limit=10)
    with pytest.raises(ValueError, match="no sales"):
        sales_cube(weekly(), pd.Timestamp("2030-01-01"), pd.Timestamp("2030-12-31"))
