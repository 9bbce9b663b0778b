"""What the dashboard filters: own sales summed by part of a week and every dimension, small enough for a browser.

A cell is a month, an ISO week within it, a channel, a region, a segment and a product; brand and category are the product's.
Amounts are whole numbers of a fraction of the unit (`scale`), so that sums are exact in any order and in any language.
Where a company sells more cells than a page can carry, its small regions, products and brands are summed as "other" until it
can: nothing is left out, and the totals stay those of the report.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

OTHER = "other*"  # a star: no identifier of the data ends so
NONE = "none*"  # sales to nobody known: no segment, no region
DIMENSIONS = ("channel", "region", "segment", "brand", "category", "product")
MEASURES = ("net_sales", "quantity", "gross_margin", "discount", "returns")
LIMIT = 200_000  # cells; some 2 MB on the wire, and a filter answers well within a tenth of a second
_COLUMNS = {"channel": "channel_id", "region": "region", "segment": "segment", "product": "product_id"}
_FINE = 10_000  # the marts hold money to a ten-thousandth
# What is summed as "other" first: (dimension, how many of the largest stay single); in the end segments, then weeks, are dropped.
_STEPS = (("region", 20), ("product", 240), ("region", 12), ("product", 120), ("brand", 24), ("product", 60), ("segment", 6),
          ("brand", 12), ("product", 30), ("region", 8), ("product", 12), ("segment", 0), ("week", 0))  # fmt: skip


@dataclass(frozen=True)
class Cube:
    """`cells`: month, week, channel, region, segment, product (identifiers) and the measures as whole numbers of 1/`scale`.

    `products`: brand and category by product. `dimensions`: those with more than one value, in order. `single`: how many
    values of a dimension are shown singly where the rest is summed as `OTHER`.
    """

    cells: pd.DataFrame
    products: pd.DataFrame
    dimensions: list[str]
    scale: dict[str, int]
    single: dict[str, int] = field(default_factory=dict)

    @property
    def weekly(self) -> bool:
        """True where the cells are of weeks; else they are of months, and `week` is the month's first day."""
        return "week" not in self.single

    @property
    def measures(self) -> list[str]:
        """Measures the cube holds."""
        return list(self.scale)

    def total(self, measure: str, first: pd.Timestamp, last: pd.Timestamp) -> float:
        """Exact sum of a measure over the months from `first` to `last`."""
        within = self.cells["month"].between(first, last)
        return int(self.cells.loc[within, measure].sum()) / self.scale[measure]


def sales_cube(weekly: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp, limit: int = LIMIT) -> Cube:
    """Sum the mart `sales_weekly` to a cube of at most `limit` cells.

    Parameters
    ----------
    weekly
        The mart: month, week, channel_id, region, segment, brand, category, product_id, net_sales, returns, quantity,
        discount, cost (currency; quantity in units).
    first, last
        First and last day of what the cube covers; whole months of the mart are taken.
    limit
        Most cells.

    Returns
    -------
    Cube
        Gross margin is among its measures only where the cost of every cell is known; discounts and returns, where there are any.

    Raises
    ------
    ValueError
        No sales lie between `first` and `last`, or even the coarsest cube has more than `limit` cells.
    """
    rows = weekly[weekly["month"].between(first, last)]
    if rows.empty:
        raise ValueError(f"no sales from {first:%Y-%m-%d} to {last:%Y-%m-%d}")
    named = pd.DataFrame({name: rows[column].astype(object).fillna(NONE) for name, column in _COLUMNS.items()})
    named[["brand", "category"]] = rows[["brand", "category"]].astype(object).fillna(NONE)
    named["month"], named["week"] = rows["month"], rows["week"]
    amounts = _whole(rows)
    cells = _summed(pd.concat([named, amounts], axis=1))
    single: dict[str, int] = {}
    for dimension, keep in _STEPS:
        if len(cells) <= limit:
            break
        if cells[dimension].nunique() > max(keep, 1):
            cells = _summed(_merged(cells, dimension, keep))
            single[dimension] = keep
    if len(cells) > limit:
        raise ValueError(f"{len(cells)} cells of the coarsest cube, more than {limit}")
    products = cells.drop_duplicates("product").set_index("product")[["brand", "category"]].sort_index()
    scale = {}
    for measure in amounts:
        if measure in ("discount", "returns") and not cells[measure].any():
            cells = cells.drop(columns=measure)  # a company that gives none, or does not say
            continue
        coarse = 100 if (cells[measure] % (_FINE // 100) == 0).all() else _FINE
        scale[measure] = 1 if (cells[measure] % _FINE == 0).all() else coarse
        cells[measure] //= _FINE // scale[measure]
    shown = [name for name in DIMENSIONS if cells[name].nunique() > 1]
    pairs = cells[["channel", "segment"]].drop_duplicates()
    if "segment" in shown and pairs["channel"].is_unique and pairs["segment"].is_unique:
        shown.remove("segment")  # another name for the channel
    return Cube(cells.drop(columns=["brand", "category"]), products, shown, scale, single)


def _whole(rows: pd.DataFrame) -> pd.DataFrame:
    """The measures as whole numbers of ten-thousandths."""
    fine = {name: np.rint(rows[name].to_numpy(float) * _FINE).astype(np.int64) for name in ("net_sales", "quantity")}
    if rows["cost"].notna().all():
        fine["gross_margin"] = fine["net_sales"] - np.rint(rows["cost"].to_numpy(float) * _FINE).astype(np.int64)
    for name in ("discount", "returns"):
        fine[name] = np.rint(rows[name].fillna(0).to_numpy(float) * _FINE).astype(np.int64)
    return pd.DataFrame(fine, index=rows.index)


def _merged(cells: pd.DataFrame, dimension: str, keep: int) -> pd.DataFrame:
    """Cells with all but the `keep` largest values of a dimension called `OTHER`; products, by brand and category."""
    if dimension == "week":
        return cells.assign(week=cells["month"])
    sales = cells.groupby(dimension)["net_sales"].sum()
    largest = set(sales.sort_values(ascending=False, kind="stable").index[:keep])
    small = ~cells[dimension].isin(largest)
    if dimension == "product":
        return cells.assign(product=cells["product"].mask(small, cells["brand"] + "|" + cells["category"] + "|" + OTHER))
    made = cells.assign(**{dimension: cells[dimension].mask(small, OTHER)})
    if dimension == "brand":  # a product is of one brand: the sums of small brands' small products follow their brand
        rest = made["product"].str.endswith("|" + OTHER)
        made["product"] = made["product"].mask(rest, made["brand"] + "|" + made["category"] + "|" + OTHER)
    return made


def _summed(cells: pd.DataFrame) -> pd.DataFrame:
    """One row per distinct cell, sorted."""
    keys = ["month", "week", *DIMENSIONS]
    order = {key: pd.Categorical(cells[key]) for key in keys}
    sizes = [len(part.categories) for part in order.values()]
    place = np.ravel_multi_index([part.codes.astype(np.int64) for part in order.values()], sizes)
    at, first, inverse = np.unique(place, return_index=True, return_inverse=True)
    made = cells.iloc[first][keys].reset_index(drop=True)
    for measure in (name for name in MEASURES if name in cells):
        sums = np.zeros(len(at), np.int64)
        np.add.at(sums, inverse, cells[measure].to_numpy())
        made[measure] = sums
    return made
