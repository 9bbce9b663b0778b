"""A company that supplies no sales has the columns of the sales marts all the same.

Sums over no rows are zero and no month is complete, so that what is asked of sales reads as not supplied by the same
rules as for a company whose sales begin later. Each function returns a mart as it is, or without rows where it is None.
"""

import pandas as pd

_PARTS = ["channel_id", "region", "brand", "category"]
_SUMS = ["net_sales", "gross_sales", "returns", "quantity", "discount", "cost", "orders"]


def monthly(mart: pd.DataFrame | None) -> pd.DataFrame:
    """The mart `sales_monthly`."""
    names = ["channel", "channel_type", "subcategory", "product_id"]
    return mart if mart is not None else _empty("month", [*_PARTS, *names], [*_SUMS, "list_sales", "lines"])


def daily(mart: pd.DataFrame | None) -> pd.DataFrame:
    """The mart `sales_daily`."""
    return mart if mart is not None else _empty("date", _PARTS, _SUMS)


def channel_daily(mart: pd.DataFrame | None) -> pd.DataFrame:
    """The mart `channel_daily`."""
    return mart if mart is not None else _empty("date", ["channel_id", "region"], [*_SUMS, "list_sales", "lines"])


def _empty(when: str, texts: list[str], numbers: list[str]) -> pd.DataFrame:
    kinds = {when: "datetime64[ns]"} | dict.fromkeys(texts, object) | dict.fromkeys(numbers, float)
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
