"""Features of each series and month for forecasting, none of which looks ahead (plan item 3.2.3).

Whatever is measured enters with a lag of at least `lead` months, the step the forecast is made ahead; only what is known
for certain in advance, the calendar and the category, enters as of the month itself. A test changes everything from a
month on and finds the features of earlier months and of that month unchanged.
"""

import numpy as np
import pandas as pd

LAGS = (1, 2, 3, 12)
# First day of the Chinese year (Hong Kong Observatory's conversion table).
NEW_YEAR = pd.to_datetime([
    "2010-02-14", "2011-02-03", "2012-01-23", "2013-02-10", "2014-01-31", "2015-02-19", "2016-02-08", "2017-01-28",
    "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29",
    "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03", "2031-01-23", "2032-02-11", "2033-01-31",
    "2034-02-19", "2035-02-08",
])  # fmt: skip
BEFORE_NEW_YEAR_DAYS = 21
# Days before a shop's festival on which it already sells, from the platforms' own calendars.
FESTIVALS = {"days_618": ("06-01", "06-20"), "days_double_11": ("10-24", "11-11")}


def calendar(months: pd.DatetimeIndex, chinese_events: bool) -> pd.DataFrame:
    """What the calendar says of each month: days, weekend_days, sin, cos and the days of `festival_days` where these count."""
    days = _days(months)
    facts = {"days": np.ones(len(days)), "weekend_days": days.dayofweek >= 5}
    made = _by_month(facts, days, months)
    if chinese_events:
        made = made.join(festival_days(months))
    angle = 2 * np.pi * (months.month - 1) / 12
    return made.assign(sin=np.sin(angle), cos=np.cos(angle))


def festival_days(months: pd.DatetimeIndex) -> pd.DataFrame:
    """Days of each month that the Chinese calendar makes special: before_new_year_days, days_618, days_double_11.

    Raises
    ------
    ValueError
        A month outside the years the table of Chinese New Years covers.
    """
    first, last = NEW_YEAR[0].year, NEW_YEAR[-1].year
    if len(months) and not (months.min().year >= first and months.max().year <= last):
        raise ValueError(f"months from {months.min():%Y-%m} to {months.max():%Y-%m}: Chinese New Year known {first} to {last}")
    days = _days(months)
    near = np.zeros(len(days), dtype=bool)
    for new_year in NEW_YEAR:
        near |= (days < new_year) & (days >= new_year - pd.Timedelta(days=BEFORE_NEW_YEAR_DAYS))
    label = days.strftime("%m-%d")
    facts = {name: (label >= start) & (label <= end) for name, (start, end) in FESTIVALS.items()}
    return _by_month({"before_new_year_days": near} | facts, days, months)


def feature_matrix(
    sales: pd.DataFrame,
    prices: pd.DataFrame | None = None,
    buyers: pd.DataFrame | None = None,
    *,
    lead: int = 1,
    chinese_events: bool = False,
) -> pd.DataFrame:
    """Features of each channel, category and month.

    Parameters
    ----------
    sales
        month, channel_id, category, net_sales; complete up to its last month.
    prices
        month, channel_id, category, relative_price (to list), promotion (share of units); None: no such features.
    buyers
        month, channel_id, customer_id, orders; None: no such features.
    lead
        Months between what is known and the month forecast.
    chinese_events
        Whether Chinese New Year, 618 and Double 11 move the sales (`forecast.chinese_events` of the plan).

    Returns
    -------
    DataFrame
        unique_id (channel / category), ds, y, channel_id, category and the columns `feature_list` describes.
    """
    if lead < 1:
        raise ValueError(f"lead={lead}: features must be known before the month, give at least 1")
    keys = ["channel_id", "category"]
    months = pd.date_range(sales["month"].min(), sales["month"].max(), freq="MS")
    wide = sales.pivot_table(index="month", columns=keys, values="net_sales", aggfunc="sum").reindex(months).sort_index(axis=1)
    started = wide.notna().cummax()
    wide = wide.fillna(0.0).where(started)
    known = wide.shift(lead - 1)
    blocks = {"y": wide} | {f"lag_{lag}": known.shift(lag) for lag in LAGS}
    past = known.shift(1)
    blocks["mean_3"], blocks["mean_12"] = past.rolling(3).mean(), past.rolling(12).mean()
    blocks["months_since_sale"] = _months_since(past > 0)
    if prices is not None:
        for name in ("relative_price", "promotion"):
            if name in prices and prices[name].notna().any():
                level = prices.pivot_table(index="month", columns=keys, values=name).reindex(index=months, columns=wide.columns)
                blocks[f"{name}_lag"] = level.shift(lead)
    made = pd.concat({name: block.stack(keys, future_stack=True) for name, block in blocks.items()}, axis=1)
    made = made.rename_axis(["ds", *keys]).reset_index()
    made = made[made["y"].notna()]
    if buyers is not None:
        made = made.merge(_behaviour(buyers, months, lead), on=["ds", "channel_id"], how="left")
    made = made.merge(calendar(months, chinese_events).rename_axis("ds").reset_index(), on="ds")
    made.insert(0, "unique_id", made["channel_id"].astype(str) + " / " + made["category"].astype(str))
    return made.sort_values(["unique_id", "ds"], ignore_index=True)


def feature_list(features: pd.DataFrame) -> pd.DataFrame:
    """The features there are: feature, family (a word of `FAMILIES`), known (`lagged` or `calendar`), filled (share)."""
    rows = [
        (name, family, "calendar" if family in ("calendar", "product") else "lagged", float(features[name].notna().mean()))
        for name, family in FAMILIES.items()
        if name in features
    ]
    return pd.DataFrame(rows, columns=["feature", "family", "known", "filled"])


FAMILIES = {
    "category": "product", "purchase_frequency": "customers", "recency": "customers", "relative_price_lag": "price",
    "promotion_lag": "promotion", "lag_1": "sales", "lag_2": "sales", "lag_3": "sales", "lag_12": "sales",
    "mean_3": "sales", "mean_12": "sales", "months_since_sale": "sales", "days": "calendar", "weekend_days": "calendar",
    "before_new_year_days": "calendar", "days_618": "calendar", "days_double_11": "calendar", "sin": "calendar",
    "cos": "calendar",
}  # fmt: skip


def _days(months: pd.DatetimeIndex) -> pd.DatetimeIndex:
    if months.empty:
        return months
    return pd.date_range(months.min(), months.max() + pd.offsets.MonthEnd(0), freq="D")


def _by_month(facts: dict[str, np.ndarray], days: pd.DatetimeIndex, months: pd.DatetimeIndex) -> pd.DataFrame:
    month = days.to_period("M").to_timestamp()
    return pd.DataFrame(facts, index=month).astype(float).groupby(level=0).sum().reindex(months)


def _months_since(sold: pd.DataFrame) -> pd.DataFrame:
    """Months since the last month with sales that was known; 0: the latest known month had some."""
    at = pd.DataFrame(np.where(sold, np.arange(len(sold))[:, None], np.nan), sold.index, sold.columns).ffill()
    return -at.sub(np.arange(len(sold)), axis=0)


def _behaviour(buyers: pd.DataFrame, months: pd.DatetimeIndex, lead: int) -> pd.DataFrame:
    """Orders per buyer in twelve months, and mean months since those buyers' last order, as known `lead` months before."""
    position = pd.Series(np.arange(len(months)), index=months)
    bought = buyers[(buyers["orders"] > 0) & buyers["month"].isin(months)].assign(at=lambda d: d["month"].map(position))
    bought = bought.groupby(["channel_id", "customer_id", "at"], as_index=False)["orders"].sum()
    rows = []
    for at in range(12 + lead - 1, len(months)):
        recent = bought[(bought["at"] <= at - lead) & (bought["at"] > at - lead - 12)]
        each = recent.groupby(["channel_id", "customer_id"]).agg(orders=("orders", "sum"), last=("at", "max"))
        mean = each.groupby("channel_id").mean()
        rows.append(pd.DataFrame({"ds": months[at], "channel_id": mean.index, "purchase_frequency": mean["orders"].to_numpy(),
                                  "recency": at - lead - mean["last"].to_numpy()}))  # fmt: skip
    columns = ["ds", "channel_id", "purchase_frequency", "recency"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns).astype({"ds": "datetime64[ns]"})
