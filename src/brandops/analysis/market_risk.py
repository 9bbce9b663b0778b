"""Does a competitor wage a price war on us, and what is exposed to it (plan item 7.1.1)?

Prices alone do not tell: competitors' price indices swing by several per cent from month to month. A price war is cheaper
*and* takes share by it: it begins in the first month in which a competitor's price index lies below its usual by the
plan's `price_drop` while its share of the category lies above its usual by `share_gain`, and lasts as long as the share
is held. The usual is the median of the months before it began. A month's research is known when the month has ended.
"""

import numpy as np
import pandas as pd

from brandops.analysis.expected_path import LEVEL_DAYS, frozen_path
from brandops.analysis.market import OWN, UNRANKED, whole_categories

COLUMNS = ["category", "competitor", "starts_on", "known_on", "ends_on", "going_on", "months", "price_change", "share_gain"]
EFFECTS = ["expected", "actual", "effect", "low", "high", "lost", "lost_low", "lost_high", "quarter", "at_risk", "at_risk_high"]


def positions(market: pd.DataFrame, base_months: int) -> pd.DataFrame:
    """Each competitor's price and share in each category and month against its usual.

    Returns
    -------
    DataFrame
        month, category, competitor, price_index, share, base_price, base_share (medians of the `base_months` before;
        blank without them), price_change (relative), share_gain (points as a fraction), in order.
    """
    rows = whole_categories(market)
    rows = rows.assign(share=rows["sales"] / rows.groupby(["month", "category"])["sales"].transform("sum"))
    named = rows[~rows["competitor"].isin([OWN, *UNRANKED])]
    named = named.groupby(["category", "competitor", "month"], as_index=False)[["price_index", "share"]].mean()
    named = named.sort_values(["category", "competitor", "month"], ignore_index=True)
    grouped = named.groupby(["category", "competitor"])
    for column, base in (("price_index", "base_price"), ("share", "base_share")):
        named[base] = grouped[column].transform(lambda part: part.rolling(base_months).median().shift(1))
    named["price_change"] = named["price_index"] / named["base_price"] - 1
    named["share_gain"] = named["share"] - named["base_share"]
    return named


def price_wars(market: pd.DataFrame, price_drop: float, share_gain: float, base_months: int) -> pd.DataFrame:
    """Price wars by the rule above.

    Returns
    -------
    DataFrame
        category, competitor, starts_on (first day of the first month), known_on (its last day), ends_on (last day of the
        last month; NaT: the last month of the data is one), going_on, months, price_change and share_gain (means over the
        war against the usual before it); latest first.
    """
    found = []
    for (category, competitor), part in positions(market, base_months).groupby(["category", "competitor"]):
        part, at = part.reset_index(drop=True), 0
        while at < len(part):
            row = part.loc[at]
            if not (row["price_change"] <= -price_drop and row["share_gain"] >= share_gain):
                at += 1
                continue
            held = part["share"].iloc[at:] - row["base_share"] >= share_gain
            length = int(held.cumprod().sum())
            war = part.iloc[at : at + length]
            going_on = at + length == len(part)
            found.append((
                category, competitor, row["month"], row["month"] + pd.offsets.MonthEnd(0),
                pd.NaT if going_on else war["month"].iloc[-1] + pd.offsets.MonthEnd(0), going_on, length,
                war["price_index"].mean() / row["base_price"] - 1, war["share"].mean() - row["base_share"],
            ))  # fmt: skip
            at += length
    table = pd.DataFrame(found, columns=COLUMNS)
    return table.sort_values(["starts_on", "category", "competitor"], ascending=[False, True, True], ignore_index=True)


def war_days(market: pd.DataFrame, price_drop: float, share_gain: float, base_months: int, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Share taken in a price war as known on each day: day × `category / competitor`; 0 where there is none.

    What is known on a day is the last month that had ended by then.
    """
    position = positions(market, base_months)
    known = ((days + pd.Timedelta(days=1)).to_period("M") - 1).to_timestamp()  # a month's last day already knows the month
    made = {}
    wars = price_wars(market, price_drop, share_gain, base_months).set_index(["category", "competitor"])
    for key, part in position.groupby(["category", "competitor"]):
        part = part.set_index("month")
        taken = pd.Series(0.0, part.index)
        for war in wars.loc[[key]].itertuples() if key in wars.index else ():
            held = slice(war.starts_on, war.ends_on if war.ends_on is not pd.NaT else None)
            taken.loc[held] = part["share"].loc[held] - part.at[war.starts_on, "base_share"]
        made[" / ".join(key)] = taken.reindex(known).to_numpy()
    return pd.DataFrame(made, index=days)


def typed(daily: pd.DataFrame, channels: pd.DataFrame | None) -> pd.DataFrame:
    """Sales with their channel's type; `other` where it is not known."""
    kinds = {} if channels is None else channels.dropna(subset=["channel_type"]).set_index("channel_id")["channel_type"].to_dict()
    return daily.assign(channel_type=daily["channel_id"].map(kinds).fillna("other"))


def established(daily: pd.DataFrame, monthly: pd.DataFrame | None, products: pd.DataFrame | None) -> pd.DataFrame:
    """The sales without those of new products, which have no year before to be compared with.

    Daily sales of category, channel type and month are cut by the share that products in their first thirteen months held there;
    they stay as they are where launches are not known.
    """
    if monthly is None or products is None or products["launched_on"].isna().all():
        return daily
    launched = monthly["product_id"].map(products.drop_duplicates("product_id").set_index("product_id")["launched_on"])
    young = pd.to_datetime(launched) + pd.DateOffset(months=13) > monthly["month"]
    keys = [monthly["category"], monthly["channel_type"].fillna("other"), monthly["month"]]
    sums = monthly["net_sales"].groupby(keys).sum()
    kept = 1 - (monthly["net_sales"].where(young, 0.0).groupby(keys).sum() / sums.where(sums > 0)).fillna(0.0).clip(0, 1)
    at = pd.MultiIndex.from_arrays([daily["category"], daily["channel_type"], daily["date"].dt.to_period("M").dt.to_timestamp()])
    return daily.assign(net_sales=daily["net_sales"].to_numpy() * kept.reindex(at).fillna(1.0).to_numpy())


def exposure(daily: pd.DataFrame, wars: pd.DataFrame, until: pd.Timestamp, by: str = "channel_type", *,
             chinese_events: bool = False) -> pd.DataFrame:  # fmt: skip
    """What each war cost so far, and what a quarter more of it would, by part of our sales.

    Own sales of the category are compared, week by week, with last year's course at the level of the eight weeks before the
    war. How far such comparisons stray without a war is taken from the half-year before: the interval holds it.

    Parameters
    ----------
    daily
        date, category, net_sales and the column `by`.

    Returns
    -------
    DataFrame
        The wars' columns, `by`, expected, actual (currency, the war's days), effect (fraction), low, high (95 %), lost
        (currency; positive is a loss), lost_low, lost_high, quarter (own net sales of category and part in the 91 days to
        `until`), at_risk (quarter times the effect, where it is a loss),
        at_risk_high (at its worse end); blank where last year is not known. Largest loss of
        a war first.
    """
    rows = []
    for at, war in wars.iterrows():
        own = daily[daily["category"] == war["category"]]
        for part, days in own.groupby(by):
            sales = days.groupby("date")["net_sales"].sum()
            sales = sales.reindex(pd.date_range(sales.index.min(), until), fill_value=0.0)
            rows.append({"war": at, by: part} | _effect(sales, war, until, chinese_events))
    if not rows:
        return wars.reindex(columns=[*wars.columns, by, *EFFECTS])
    table = wars.merge(pd.DataFrame(rows, columns=["war", by, *EFFECTS]), left_index=True, right_on="war")
    return table.sort_values(["war", "lost"], ascending=[True, False], ignore_index=True).drop(columns="war")


def _effect(sales: pd.Series, war: pd.Series, until: pd.Timestamp, chinese_events: bool) -> dict[str, float]:
    quarter = float(sales.loc[until - pd.Timedelta(days=90) :].sum())
    end = until if pd.isna(war["ends_on"]) else min(war["ends_on"], until)
    weekly = sales.rolling(7).mean()
    path = frozen_path(sales, war["starts_on"], chinese_events).loc[:end]
    if len(path) < 7 or path.isna().any():
        return {"quarter": quarter}
    earlier = war["starts_on"] - pd.Timedelta(days=182)
    past = frozen_path(sales, earlier, chinese_events).loc[: war["starts_on"]]
    strayed = np.log(weekly / past).dropna().iloc[::7]
    if len(strayed) < 8:
        return {"quarter": quarter}
    # Neighbouring weeks stray together: their number is cut as their autocorrelation demands.
    kept = np.clip(strayed.autocorr(), 0, 0.8)
    apart = (1 - kept) / (1 + kept)
    error = strayed.std() * np.sqrt(1 / max(len(path) / 7 * apart, 1) + 1 / max(LEVEL_DAYS / 7 * apart, 1))
    expected, actual = float(path.sum()), float(weekly.loc[path.index].sum())
    low, effect, high = np.expm1(np.log(actual / expected) + error * np.array([-1.96, 0, 1.96]))
    return {
        "expected": expected, "actual": actual, "effect": effect, "low": low, "high": high, "lost": -effect * expected,
        "lost_low": -high * expected, "lost_high": -low * expected, "quarter": quarter, "at_risk": max(-effect, 0) * quarter,
        "at_risk_high": max(-low, 0) * quarter,
    }  # fmt: skip
