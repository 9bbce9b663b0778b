"""A company without sales: the marts' columns without rows, and a mart that is there left as it is."""

import pandas as pd
import pytest

from brandops.analysis import no_sales


@pytest.mark.parametrize(("mart", "when"), [("monthly", "month"), ("daily", "date"), ("channel_daily", "date")])
def test_no_sales_are_the_marts_columns_without_rows(mart, when):
    made = getattr(no_sales, mart)(None)
    assert made.empty and made[when].dtype == "datetime64[ns]" and made["net_sales"].sum() == 0.0
    there = pd.DataFrame({"net_sales": [1.0]})
    assert getattr(no_sales, mart)(there) is there
