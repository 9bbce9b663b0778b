"""The price panel of channels that share their prices, where each alone sells a product too rarely (item 4.2.2).

A small shop sells most products less than once a week, and its own sales cannot say what the others cost that week. Where
its prices follow those of the company's other channels, theirs can: every week of every product takes the price the *other*
channels' customers paid, relative to what each channel usually charges. That also keeps the shop's own luck out of its price (one
customer with a coupon lowers the mean of a single sale, and is a sale): prices elsewhere as in Hausman (1996), "Valuation of
new goods under perfect and imperfect competition". What a channel changed for itself alone is not seen.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.analysis.price_panel import MIN_LINES, MIN_WEEKS, paid, with_terms

FOLLOWS = 2 / 3  # share of a price change elsewhere that must show in a channel's own prices; less, and its customers saw others
FEWEST_LINES = 12  # order lines a product needs in a channel and year: fewer say nothing and cost time
MAX_PRODUCTS = 60  # per channel, the best-selling: bounds the time


@dataclass(frozen=True)
class SharedPrices:
    """`panel` as of `price_panel`, without cost, of the channels that follow the others.

    `follows`: by channel_id, how much of a price change elsewhere shows in its own price (1: all of it), also of those that do
    not follow.
    """

    panel: pd.DataFrame
    follows: pd.Series


def shared_price_panel(
    prices_weekly: pd.DataFrame, *, market_monthly: pd.DataFrame | None = None, campaigns: pd.DataFrame | None = None,
    first: pd.Timestamp | None = None, last: pd.Timestamp | None = None,
) -> SharedPrices | None:  # fmt: skip
    """Build the panel from prices elsewhere; arguments as of `price_panel`.

    Returns
    -------
    SharedPrices or None
        None where products sell often enough elsewhere for fewer than two channels.
    """
    sold = _sold(prices_weekly, first, last)
    keys = ["channel_id", "product_id"]
    wanted = _wanted(sold)
    if wanted["channel_id"].nunique() < 2:
        return None
    numbers = ["quantity", "paid", "expected", "lines", "promoted_quantity"]
    chain = sold.groupby(["product_id", "week"], as_index=False)[numbers].sum()
    panel = wanted.merge(chain.assign(year=chain["week"].dt.year), on=["product_id", "year"])
    panel = panel.merge(sold[[*keys, "week", *numbers]], on=[*keys, "week"], how="left", suffixes=("", "_here"))
    here = panel[[f"{name}_here" for name in numbers]].fillna(0.0).to_numpy()
    panel[numbers] -= here
    panel["volume"], panel["own_paid"], panel["own_expected"] = here[:, 0], here[:, 1], here[:, 2]
    # Elsewhere nobody bought it: what it cost then is not known.
    panel = panel[(panel["lines"] > 0) & (panel["expected"] > 0) & (panel["paid"] > 0)].reset_index(drop=True)
    panel = panel.sort_values([*keys, "week"], ignore_index=True)
    panel["carried"] = panel["volume"] == 0
    panel["price"] = panel["usual"] * panel["paid"] / panel["expected"]
    if sold["told"].any():
        panel["promotion"] = (panel["promoted_quantity"] / panel["quantity"]).clip(0, 1)
    panel["month"] = (panel["week"] + pd.Timedelta(days=3)).dt.to_period("M").dt.to_timestamp()
    panel = with_terms(panel, market_monthly, campaigns)
    follows = _follows(panel)
    spare = [*numbers, *(f"{name}_here" for name in numbers), "own_paid", "own_expected", "usual", "year"]
    panel = panel.drop(columns=[name for name in spare if name in panel])
    following = panel["channel_id"].isin(follows.index[follows >= FOLLOWS])
    return SharedPrices(panel[following].reset_index(drop=True), follows)


def _sold(prices_weekly: pd.DataFrame, first: pd.Timestamp | None, last: pd.Timestamp | None) -> pd.DataFrame:
    """Sales with what was paid for them and what the channel usually takes for as much of it."""
    sold = prices_weekly.assign(paid=paid(prices_weekly))
    sold = sold[(sold["quantity"] > 0) & (sold["paid"] > 0)]
    if first is not None:
        sold = sold[sold["week"] >= first]
    if last is not None:
        sold = sold[sold["week"] <= last - pd.Timedelta(days=6)]
    by = sold.groupby(["channel_id", "product_id"])
    usual = by["paid"].transform("sum") / by["quantity"].transform("sum")
    told = sold["promoted_quantity"].notna()
    return sold.assign(usual=usual, expected=sold["quantity"] * usual, told=told,
                       promoted_quantity=sold["promoted_quantity"].fillna(0.0), year=sold["week"].dt.year)  # fmt: skip


def _wanted(sold: pd.DataFrame) -> pd.DataFrame:
    """Product, channel and year that sell often enough elsewhere for a price and here for an answer, the best-selling."""
    every = sold.groupby(["product_id", "year"])["week"].agg(["min", "max"])
    weeks = ((every["max"] - every["min"]).dt.days / 7 + 1).rename("weeks")
    keys = ["channel_id", "product_id", "year"]
    pairs = sold.groupby(keys, as_index=False).agg(
        lines=("lines", "sum"), paid=("paid", "sum"), usual=("usual", "first"), brand=("brand", "first"),
        category=("category", "first"),
    )  # fmt: skip
    pairs = pairs.merge(weeks.reset_index(), on=["product_id", "year"])
    elsewhere = pairs.groupby(["product_id", "year"])["lines"].transform("sum") - pairs["lines"]
    often = (elsewhere / pairs["weeks"] >= MIN_LINES) & (pairs["weeks"] >= MIN_WEEKS) & (pairs["lines"] >= FEWEST_LINES)
    pairs = pairs[often]
    total = pairs.groupby(["channel_id", "product_id"], as_index=False)["paid"].sum()
    total = total.sort_values(["channel_id", "paid", "product_id"], ascending=[True, False, True])
    best = total[total.groupby("channel_id").cumcount() < MAX_PRODUCTS][["channel_id", "product_id"]]
    return pairs.merge(best, on=["channel_id", "product_id"]).drop(columns=["lines", "paid", "weeks"])


def _follows(panel: pd.DataFrame) -> pd.Series:
    """By channel, slope of its own log price on that elsewhere, within product and year, where it sold; 0 where none moved."""
    both = panel[(panel["volume"] > 0) & (panel["own_paid"] > 0)]
    own, other = np.log(both["own_paid"] / both["own_expected"]), both["log_price"]
    own = own - own.groupby(both["unit"]).transform("mean")
    other = other - other.groupby(both["unit"]).transform("mean")
    sums = pd.DataFrame({"together": own * other, "moved": other**2}).groupby(both["channel_id"]).sum()
    return (sums["together"] / sums["moved"].where(sums["moved"] > 0)).fillna(0.0)
