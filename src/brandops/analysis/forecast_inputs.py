"""What goes into cleaning and features, out of the marts (plan items 3.2.1 to 3.2.3)."""

import numpy as np
import pandas as pd

from brandops.analysis.features import BEFORE_NEW_YEAR_DAYS, festival_days

INPUT_TABLES = ("sales_lines", "products", "channels", "campaigns", "market_monthly", "stock_daily", "sales_plan")
FORMAT_RULES = ("bad_date", "bad_timestamp", "bad_number", "bad_boolean")
# The best-selling are cleaned one by one; a grocer's other tens of thousands sell by ones and twos.
MAX_PRODUCTS = 300
FESTIVAL_DAYS = 7  # a month with as many festival days may peak


def channel_history(sales_monthly: pd.DataFrame, as_of: pd.Timestamp, chinese_events: bool) -> pd.DataFrame:
    """Units sold by channel, category and ended month: unique_id, ds, y, explained (a Chinese festival that counts is near)."""
    ended = sales_monthly[sales_monthly["month"] + pd.offsets.MonthEnd(0) <= as_of]
    made = ended.groupby(["channel_id", "category", "month"], as_index=False)["quantity"].sum()
    names = ended.drop_duplicates("channel_id").set_index("channel_id")["channel"] if "channel" in ended else {}
    made["unique_id"] = made["channel_id"].map(names).fillna(made["channel_id"]).astype(str) + " / " + made["category"].astype(str)
    made = made.rename(columns={"month": "ds", "quantity": "y"})
    return made[["unique_id", "ds", "y"]].assign(explained=_festival(made["ds"], chinese_events))


def product_history(
    sales_monthly: pd.DataFrame,
    stock_monthly: pd.DataFrame | None,
    prices_weekly: pd.DataFrame | None,
    as_of: pd.Timestamp,
    chinese_events: bool,
) -> pd.DataFrame:
    """Units sold by product (the `MAX_PRODUCTS` best-selling) and ended month.

    Columns: unique_id, ds, y, out_share (share of the month's days without stock), explained.

    `explained`: a festival (where `chinese_events` count), or more of the month's units sold on promotion than in the
    product's usual month. Stock records that do not add up are not believed: their `out_share` is 0.
    """
    ended = sales_monthly[sales_monthly["month"] + pd.offsets.MonthEnd(0) <= as_of]
    made = ended.groupby(["product_id", "month"], as_index=False)["quantity"].sum()
    total = made.groupby("product_id")["quantity"].sum().sort_index().sort_values(ascending=False, kind="stable")
    made = made[made["product_id"].isin(total.index[:MAX_PRODUCTS])].reset_index(drop=True)
    made["out_share"] = 0.0
    if stock_monthly is not None:
        stock = stock_monthly[stock_monthly["unbalanced"] == 0]
        # Of the calendar month, not of the days recorded: a product launched on the 28th was not sold out before.
        share = stock["days_out"] / stock["month"].dt.days_in_month
        joined = made.merge(stock[["product_id", "month"]].assign(share=share), on=["product_id", "month"], how="left")
        made["out_share"] = joined["share"].fillna(0.0).to_numpy()
    made["explained"] = _festival(made["month"], chinese_events)
    if prices_weekly is not None and prices_weekly["promoted_quantity"].notna().any():
        promoted = monthly_prices(prices_weekly, ["product_id"])
        usual = promoted.groupby("product_id")["promotion"].transform("median")
        promoted["more"] = promoted["promotion"] > usual
        joined = made.merge(promoted[["product_id", "month", "more"]], on=["product_id", "month"], how="left")
        made["explained"] |= joined["more"].astype("boolean").fillna(False).to_numpy(bool)
    return made.rename(columns={"product_id": "unique_id", "month": "ds", "quantity": "y"})


def monthly_prices(prices_weekly: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Price to list price and share of units on promotion by month and `keys`; a week counts to the month of its middle."""
    month = (prices_weekly["week"] + pd.Timedelta(days=3)).dt.to_period("M").dt.to_timestamp()
    sums = prices_weekly.assign(month=month).groupby(["month", *keys], as_index=False)[
        ["quantity", "net_sales", "list_sales", "promoted_quantity"]
    ].sum(min_count=1)  # fmt: skip
    return sums.assign(relative_price=sums["net_sales"] / sums["list_sales"].where(sums["list_sales"] > 0),
                       promotion=sums["promoted_quantity"] / sums["quantity"])  # fmt: skip


def delivered_months(source_months: pd.DataFrame) -> pd.DatetimeIndex:
    """Months in which a source of sales sent rows."""
    sent = source_months[(source_months["table"] == "sales_lines") & (source_months["rows"] > 0)]
    return pd.DatetimeIndex(sorted(sent["month"].unique()))


def input_formats(conversions: pd.DataFrame) -> pd.DataFrame:
    """Formats met in the forecast's input tables: table, column, format, values; most values first."""
    here = conversions[conversions["table"].isin(INPUT_TABLES)]
    made = here.groupby(["table", "column", "format"], as_index=False)["rows"].sum().rename(columns={"rows": "values"})
    return made.sort_values(["values", "table", "column"], ascending=[False, True, True], ignore_index=True)


def input_rejects(quarantine: pd.DataFrame | None) -> pd.DataFrame:
    """Values of the input tables no format fits: table, column, rule, value (the first), rows."""
    columns = ["table", "column", "rule", "value", "rows"]
    if quarantine is None:
        return pd.DataFrame(columns=columns)
    here = quarantine[quarantine["table"].isin(INPUT_TABLES) & quarantine["rule"].isin(FORMAT_RULES)]
    made = here.groupby(["table", "column", "rule"], as_index=False).agg(value=("value", "first"), rows=("row", "size"))
    return made.sort_values(["rows", "table", "column"], ascending=[False, True, True], ignore_index=True)[columns]


def selling_cost_rate(channel_costs: pd.DataFrame | None, sales_monthly: pd.DataFrame, start: pd.Timestamp) -> float:
    """Commission as a share of net sales since `start`; 0 where no such cost is known."""
    if channel_costs is None:
        return 0.0
    paid = channel_costs[(channel_costs["cost_type"] == "commission") & (channel_costs["month"] >= start)]["amount"].sum()
    sales = sales_monthly.loc[sales_monthly["month"] >= start, "net_sales"].sum()
    return float(np.clip(paid / sales, 0, 0.5)) if sales > 0 else 0.0


def _festival(months: pd.Series, chinese_events: bool) -> np.ndarray:
    if not chinese_events:
        return np.zeros(len(months), bool)
    days = festival_days(pd.DatetimeIndex(sorted(months.unique()))).max(axis=1)
    return months.map(days >= min(FESTIVAL_DAYS, BEFORE_NEW_YEAR_DAYS)).to_numpy(bool)
