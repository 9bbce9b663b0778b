"""The panel price regressions are fitted on: week by product and channel, with the price of unsold weeks (item 3.1.2).

Sales show a price only where something was sold. A week without a sale between a product's first and last one of the year
takes the price its other unpromoted weeks of the month had, and counts as sold 0: leaving such weeks out would keep the
lucky ones and understate how volume falls with price. An unsold week on promotion cannot be told; to keep that rare, only
the years in which a product sells often enough in a channel enter (`MIN_LINES` order lines a week). What is left out is
counted.
"""

import numpy as np
import pandas as pd

# An unsold week has then a chance of 0.3 % (Poisson). At 4 lines the demo's elasticities come out 0.04 too flat, at 2 lines
# 0.09, for promotions nobody bought on are taken for weeks without one.
MIN_LINES = 6.0
MIN_WEEKS = 26
MAX_PRODUCTS = 120  # per channel, the best-selling: bounds the time a very wide range takes
WAR_DROP = 0.10  # a competitor's price this far below its usual level is a price war, not everyday competition
_SEASON_TERMS = 2  # pairs of yearly waves per category

SEASON_PREFIX = "season "


def price_panel(
    prices_weekly: pd.DataFrame, *, market_monthly: pd.DataFrame | None = None, campaigns: pd.DataFrame | None = None,
    first: pd.Timestamp | None = None, last: pd.Timestamp | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Build the panel and the account of what it holds.

    Parameters
    ----------
    prices_weekly, market_monthly, campaigns
        The marts; without the last two there is no competitor price and no feature.
    first, last
        Weeks to use: whole weeks from `first` to `last`.

    Returns
    -------
    DataFrame
        week, channel_id, product_id, category, volume (units), price (per unit), cost (per unit, NaN unknown),
        relative_price (to list; NaN without one), log_price, promotion (share of units sold on promotion), feature
        (share of the week's days a campaign on the product's brand runs in the channel), competitor_price (log),
        price_war (0/1), season terms; unit (product, channel and year), time (week), cluster (product), carried
        (the price is that of other weeks). Columns without data are absent.
    DataFrame
        step, units (product × channel), rows, volume: what was there, what was left out and why.
    """
    sold = prices_weekly[(prices_weekly["quantity"] > 0) & (paid(prices_weekly) > 0)]
    if first is not None:
        sold = sold[sold["week"] >= first]
    if last is not None:
        sold = sold[sold["week"] <= last - pd.Timedelta(days=6)]
    account = [_count("sold", sold)]
    often = _often_sold(sold)
    rare = sold[~often]
    account.append(_count("sold too rarely", rare))
    sold = sold[often]
    best = _best_sellers(sold)
    account.append(_count("beyond the best-selling", sold[~best]))
    panel = _with_unsold_weeks(sold[best])
    account.append(_count("weeks without a sale, price carried", panel[panel["carried"]]))
    account.append(_count("used", panel))
    if panel.empty:
        return panel, pd.DataFrame(account)
    return with_terms(panel, market_monthly, campaigns), pd.DataFrame(account)


def paid(prices_weekly: pd.DataFrame) -> pd.Series:
    """What buyers paid: net sales less the coupons somebody else refunds."""
    return prices_weekly["net_sales"] - prices_weekly[_coupons(prices_weekly)].fillna(0.0).sum(axis=1)


def with_terms(panel: pd.DataFrame, market_monthly: pd.DataFrame | None, campaigns: pd.DataFrame | None) -> pd.DataFrame:
    """Add what the regression needs beside price and promotion: log price, features, competitors, season, effects."""
    panel["log_price"] = np.log(panel["price"])
    if campaigns is not None:
        panel["feature"] = _feature(panel, campaigns)
    if market_monthly is not None:
        panel = panel.merge(competitor_prices(market_monthly), on=["month", "category"], how="left")
        panel["competitor_price"] = panel["competitor_price"].fillna(0.0)
        panel["price_war"] = panel["price_war"].fillna(0.0)
    panel = pd.concat([panel, _season(panel)], axis=1)
    year = panel["week"].dt.year.astype(str)
    panel["unit"] = panel["product_id"].astype(str) + " " + panel["channel_id"].astype(str) + " " + year
    panel["time"], panel["cluster"] = panel["week"], panel["product_id"]
    return panel.drop(columns="month")


def competitor_prices(market_monthly: pd.DataFrame) -> pd.DataFrame:
    """Price level of the competition by month and category.

    Returns
    -------
    DataFrame
        month, category, competitor_price (log of the geometric mean of the competitors' price indices by their sales over
        all months, less its mean), price_war (1 where a competitor's index lies `WAR_DROP` below the median of its own and
        stays there three months). Competitors without an index in every month, and `rest`, are left out.
    """
    named = market_monthly[~market_monthly["competitor"].isin(["own", "rest", "unlisted"])]
    named = named[(named["price_index"] > 0) & (named["sales"] > 0)]
    months = market_monthly["month"].nunique()
    keys = ["category", "competitor", "month"]
    weighted = named.assign(worth=named["price_index"] * named["sales"]).groupby(keys, as_index=False)[["worth", "sales"]].sum()
    weighted["log_index"] = np.log(weighted["worth"] / weighted["sales"])
    seen = weighted.groupby(["category", "competitor"])["month"].transform("nunique")
    weighted = weighted[seen == months]
    if weighted.empty:
        return pd.DataFrame(columns=["month", "category", "competitor_price", "price_war"])
    by = weighted.groupby(["category", "competitor"])
    weighted["weight"] = by["sales"].transform("sum")
    off = weighted["log_index"] - by["log_index"].transform("median")
    low = (off <= np.log(1 - WAR_DROP)).astype(float)
    # Part of a stretch of at least three months: the least of any three months around is low.
    groups = [weighted["category"], weighted["competitor"]]
    stretch = low.groupby(groups).transform(lambda s: s.rolling(3).min())
    weighted["war"] = stretch.groupby(groups).transform(lambda s: s[::-1].rolling(3, min_periods=1).max()[::-1])
    weighted["part"] = weighted["log_index"] * weighted["weight"]
    made = weighted.groupby(["month", "category"], as_index=False).agg(
        part=("part", "sum"), weight=("weight", "sum"), price_war=("war", "max")
    )
    made["competitor_price"] = made["part"] / made["weight"]
    made["competitor_price"] -= made.groupby("category")["competitor_price"].transform("mean")
    return made[["month", "category", "competitor_price", "price_war"]].fillna({"price_war": 0.0})


def _coupons(frame: pd.DataFrame) -> list[str]:
    return [name for name in ("coupons",) if name in frame]


def _often_sold(sold: pd.DataFrame) -> pd.Series:
    """Rows of product, channel and year with enough lines a week; a product in its first or last months counts those."""
    by = sold.groupby(["channel_id", "product_id", sold["week"].dt.year])
    span = (by["week"].transform("max") - by["week"].transform("min")).dt.days / 7 + 1
    return (by["lines"].transform("sum") / span >= MIN_LINES) & (span >= MIN_WEEKS)


def _best_sellers(sold: pd.DataFrame) -> pd.Series:
    total = sold.groupby(["channel_id", "product_id"], as_index=False)["net_sales"].sum()
    total = total.sort_values(["channel_id", "net_sales", "product_id"], ascending=[True, False, True])
    kept = total[total.groupby("channel_id").cumcount() < MAX_PRODUCTS]
    pairs = pd.MultiIndex.from_frame(kept[["channel_id", "product_id"]])
    return pd.Series(pd.MultiIndex.from_frame(sold[["channel_id", "product_id"]]).isin(pairs), index=sold.index)


def _with_unsold_weeks(sold: pd.DataFrame) -> pd.DataFrame:
    """All weeks from the first to the last sale of a year; unsold ones at the month's usual price."""
    keys = ["channel_id", "product_id"]
    year = sold["week"].dt.year.rename("year")
    life = sold.groupby([*keys, year])["week"].agg(["min", "max"]).reset_index()
    weeks = pd.DataFrame({"week": np.sort(sold["week"].unique())})
    full = life.merge(weeks.assign(year=weeks["week"].dt.year), on="year")
    full = full[(full["week"] >= full["min"]) & (full["week"] <= full["max"])][[*keys, "week"]]
    names = sold.drop_duplicates(keys)[[*keys, "brand", "category"]]
    numbers = sold[[*keys, "week", "quantity", "net_sales", "list_sales", "cost", "promoted_quantity", *_coupons(sold)]]
    panel = full.merge(names, on=keys).merge(numbers, on=[*keys, "week"], how="left")
    panel = panel.sort_values([*keys, "week"], ignore_index=True)
    panel["carried"] = panel["quantity"].isna()
    panel["volume"] = panel["quantity"].fillna(0.0)
    panel["price"] = paid(panel) / panel["quantity"]
    panel["cost"] = panel["cost"] / panel["quantity"]
    listed = panel["list_sales"] / panel["quantity"]
    has_list = bool((panel["list_sales"] - panel["net_sales"]).abs().gt(0.005).any())
    told = panel["promoted_quantity"].notna().any()
    if told:
        panel["promotion"] = (panel["promoted_quantity"] / panel["quantity"]).fillna(0.0)
    # The middle of the week decides its month.
    panel["month"] = (panel["week"] + pd.Timedelta(days=3)).dt.to_period("M").dt.to_timestamp()
    usual = panel["price"].where(panel["promotion"] == 0) if told else panel["price"]
    by = [panel["channel_id"], panel["product_id"]]
    panel["price"] = panel["price"].fillna(usual.groupby([*by, panel["month"]]).transform("median"))
    panel["price"] = panel["price"].fillna(usual.groupby(by).ffill()).fillna(panel.groupby(keys)["price"].ffill())
    panel["cost"] = panel.groupby(keys)["cost"].ffill()
    if has_list:
        panel["relative_price"] = panel["price"] / listed.groupby(by).ffill()
    return panel.drop(columns=["quantity", "net_sales", "list_sales", "promoted_quantity", *_coupons(panel)])


def _feature(panel: pd.DataFrame, campaigns: pd.DataFrame) -> np.ndarray:
    """Share of the week's days on which a campaign for the brand and channel runs."""
    share = np.zeros(len(panel))
    begin, end = panel["week"], panel["week"] + pd.Timedelta(days=6)
    for row in campaigns.itertuples():
        here = pd.isna(row.channel_id) | (panel["channel_id"] == row.channel_id)
        here &= pd.isna(row.brand) | (panel["brand"] == row.brand)
        overlap = (end.clip(upper=row.ends_on) - begin.clip(lower=row.starts_on)).dt.days + 1
        share = np.maximum(share, np.where(here, overlap.clip(0, 7) / 7, 0.0))
    return share


def _season(panel: pd.DataFrame) -> pd.DataFrame:
    """Yearly waves of each category against the first one; what all share is in the time effects."""
    angle = 2 * np.pi * panel["week"].dt.dayofyear / 365.25
    made = {}
    for category in sorted(panel["category"].unique())[1:]:
        here = (panel["category"] == category).to_numpy(float)
        for harmonic in range(1, _SEASON_TERMS + 1):
            made[f"{SEASON_PREFIX}{category} sin{harmonic}"] = here * np.sin(harmonic * angle)
            made[f"{SEASON_PREFIX}{category} cos{harmonic}"] = here * np.cos(harmonic * angle)
    return pd.DataFrame(made, index=panel.index)


def _count(step: str, rows: pd.DataFrame) -> dict:
    amount = rows["quantity"] if "quantity" in rows else rows["volume"]
    units = len(rows[["channel_id", "product_id"]].drop_duplicates())
    return {"step": step, "units": units, "rows": len(rows), "volume": float(amount.sum())}
