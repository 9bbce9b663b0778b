"""Where do we sell less than the region and the category let expect: white space by region × category (item 4.1.3).

Expected sales of a cell are the region's sales times the category's share of all sales, what would hold if every region
bought alike. Intervals resample months in blocks; only a cell whose whole interval lies below expectation is white space.
"""

import numpy as np
import pandas as pd

from brandops.analysis.channel_ranking import block_counts
from brandops.analysis.seeds import seed_of

DRAWS = 500


def white_space(sales: pd.DataFrame, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Compare cells with expectation.

    `sales` holds month, region, category, net_sales. Returns region, category, net_sales, expected, gap (expected less
    actual; positive: too little), index (actual to expected), low, high (95 %, of the index), clear. Largest gap first; empty
    where there are not two regions and two categories.
    """
    part = sales[sales["month"].isin(months)].dropna(subset=["region", "category"])
    # What sells nothing on balance (a category of returns alone) lets nothing be expected.
    for by in ("region", "category"):
        part = part[part.groupby(by)["net_sales"].transform("sum") > 0]
    if part["region"].nunique() < 2 or part["category"].nunique() < 2:
        return pd.DataFrame(columns=["region", "category", "net_sales", "expected", "index", "low", "high", "gap", "clear"])
    cube = part.pivot_table(index="month", columns=["region", "category"], values="net_sales", aggfunc="sum").fillna(0.0)
    regions, categories = (cube.columns.get_level_values(n).unique() for n in (0, 1))
    cube = cube.reindex(columns=pd.MultiIndex.from_product([regions, categories]), fill_value=0.0)
    shape = (len(regions), len(categories))
    rng = np.random.default_rng(seed_of("white space", len(cube), *shape))
    drawn = (block_counts(rng, len(cube), DRAWS) @ cube.to_numpy()).reshape(DRAWS, *shape)
    actual = cube.sum().to_numpy().reshape(shape)
    index, sample = _index(actual), _index(drawn)
    low, high = np.nanquantile(sample, [0.025, 0.975], axis=0)
    expected = np.divide(actual, index, out=_expected(actual), where=index > 0)
    table = cube.sum().rename("net_sales").rename_axis(["region", "category"]).reset_index()
    table["expected"], table["index"], table["low"], table["high"] = expected.ravel(), index.ravel(), low.ravel(), high.ravel()
    table["gap"] = table["expected"] - table["net_sales"]
    # As many cells are looked at: the bound is Bonferroni's, from the bootstrap's standard error.
    spread = np.nanstd(sample, axis=0).ravel()
    table["clear"] = table["index"] + _z(index.size) * spread < 1
    return table.sort_values("gap", ascending=False, kind="stable", ignore_index=True)


def _expected(sales: np.ndarray) -> np.ndarray:
    total = sales.sum(axis=(-2, -1), keepdims=True)
    return sales.sum(axis=-1, keepdims=True) * sales.sum(axis=-2, keepdims=True) / np.where(total > 0, total, np.nan)


def _index(sales: np.ndarray) -> np.ndarray:
    expected = _expected(sales)
    return np.divide(sales, expected, out=np.full(sales.shape, np.nan), where=expected > 0)


def _z(cells: int) -> float:
    from scipy.stats import norm

    return float(norm.ppf(1 - 0.025 / max(cells, 1)))


def largest_regions(cells: pd.DataFrame, count: int = 15) -> pd.DataFrame:
    """The cells of the `count` regions that sell most."""
    return cells[cells["region"].isin(cells.groupby("region")["net_sales"].sum().nlargest(count).index)]
