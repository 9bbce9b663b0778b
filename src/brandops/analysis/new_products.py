"""How much of the sales comes from new products (plan item 7.2.1)?

A product is new in the twelve months that begin with its launch; a sale counts as new when it was made in them. Products
whose launch is not known count as old.
"""

import pandas as pd

from brandops.periods import Period

MONTHS_NEW = 12


def marked(sales_monthly: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """The sales with `launched_on` and `is_new`: sold in a month that begins within twelve months of the launch."""
    launched = products.drop_duplicates("product_id").set_index("product_id")["launched_on"]
    found = sales_monthly.assign(launched_on=pd.to_datetime(sales_monthly["product_id"].map(launched)))
    end = found["launched_on"] + pd.DateOffset(months=MONTHS_NEW)
    return found.assign(is_new=(found["month"] + pd.offsets.MonthEnd(0) >= found["launched_on"]) & (found["month"] < end))


def share(sales: pd.DataFrame, start: object, end: object, by: str | None = None) -> pd.DataFrame:
    """Share of new products from `start` to `end`, in whole or `by` a column of the sales.

    Returns
    -------
    DataFrame
        `by` (or `part`: "total"), new, net_sales (currency), share, products (new ones sold); largest sales first.
    """
    within = sales[(sales["month"] >= pd.Timestamp(start)) & (sales["month"] <= pd.Timestamp(end))]
    name = by or "part"
    keys = within[by] if by else pd.Series("total", within.index, name="part")
    table = within["net_sales"].groupby(keys).sum().to_frame("net_sales")
    fresh = within[within["is_new"]]
    table["new"] = fresh["net_sales"].groupby(keys[fresh.index]).sum()
    table["products"] = fresh["product_id"].groupby(keys[fresh.index]).nunique()
    table = table.fillna({"new": 0.0, "products": 0}).astype({"products": int})
    table["share"] = (table["new"] / table["net_sales"]).where(table["net_sales"] > 0)
    return table.rename_axis(name).reset_index().sort_values(["net_sales", name], ascending=[False, True], ignore_index=True)


def course(sales: pd.DataFrame, until: object) -> pd.DataFrame:
    """Share of new products by month (month, share) up to `until`, from the thirteenth month of the history on.

    Before that, products launched before the history would be missed as new.
    """
    known = sales[(sales["month"] <= pd.Timestamp(until))]
    sums = known.groupby("month")["net_sales"].sum()
    fresh = known[known["is_new"]].groupby("month")["net_sales"].sum().reindex(sums.index, fill_value=0.0)
    return (fresh / sums.where(sums > 0)).rename("share").iloc[MONTHS_NEW:].reset_index()


def launches(sales: pd.DataFrame, products: pd.DataFrame, period: Period, until: object) -> pd.DataFrame:
    """Products that were new in the period.

    Returns
    -------
    DataFrame
        product_id, product (where named), category, launched_on, net_sales (in the period), share (of the period's sales),
        months (since the launch, at `until`); largest sales first.
    """
    within = sales[(sales["month"] >= pd.Timestamp(period.start)) & (sales["month"] <= pd.Timestamp(until))]
    fresh = within[within["is_new"]]
    table = fresh.groupby(["product_id", "category", "launched_on"], as_index=False, dropna=False)["net_sales"].sum()
    if "product" in products:
        table["product"] = table["product_id"].map(products.drop_duplicates("product_id").set_index("product_id")["product"])
    total = within["net_sales"].sum()
    table["share"] = table["net_sales"] / total if total > 0 else float("nan")
    last = pd.Timestamp(until).to_period("M")
    table["months"] = [(last - day.to_period("M")).n for day in table["launched_on"]]
    return table.sort_values(["net_sales", "product_id"], ascending=[False, True], ignore_index=True)
