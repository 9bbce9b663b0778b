"""How fast does stock turn, how long does it last, where is too little or too much of it (plan items 7.3.1, 7.3.2)?

Daily turnover is the cost of goods issued a day (mean of four weeks) over the stock at cost (mean of one week), a year's
worth: 12 is once a month. A week's mean takes out the saw-tooth of weekly deliveries; a day's record that is wrong
shows the next day. Days of cover: units on hand over units issued a day. Off its expected path (`expected_path`) a
turnover is where it is off by more than the plan allows *and* by more than its own noise: of a product that sells two a
day, three per cent is nothing.

`stock` frames are the mart `stock_daily`: date, product_id, on_hand, received, sold, stock_value, issued_cost, unexplained.
"""

import numpy as np
import pandas as pd

from brandops.analysis.expected_path import Deviations, deviations

ISSUE_DAYS, STOCK_DAYS, YEAR = 28, 7, 365
TOTAL = "total"


def wide(stock: pd.DataFrame, column: str) -> pd.DataFrame:
    """Day (every day) × product of one column; blank where a product has no record."""
    table = stock.pivot(index="date", columns="product_id", values=column).astype(float)
    return table.reindex(pd.date_range(table.index.min(), table.index.max(), name="date")) if len(table) else table


def turnover(issued: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Yearly turnover by day of each column: `issued` cost of goods a day, `held` stock at cost."""
    return YEAR * issued.rolling(ISSUE_DAYS).mean() / held.rolling(STOCK_DAYS).mean().where(lambda value: value > 0)


def turnovers(stock: pd.DataFrame, category_of: dict[str, str]) -> dict[str, pd.DataFrame]:
    """Turnover by day of the whole (`total`), of each category, of each product."""
    issued, held = wide(stock, "issued_cost"), wide(stock, "stock_value")
    names = [category_of.get(product, TOTAL) for product in issued]
    by_category = [frame.T.groupby(names).sum(min_count=1).T for frame in (issued, held)]
    whole = [frame.sum(axis=1, min_count=1).to_frame(TOTAL) for frame in (issued, held)]
    return {"total": turnover(*whole), "category": turnover(*by_category), "product": turnover(issued, held)}


def turnover_deviations(stock: pd.DataFrame, category_of: dict[str, str], chinese_events: bool) -> dict[str, Deviations]:
    """Deviations of turnover from its expected path by scope (`total`, `category`, `product`).

    A product follows the season of its category, a category its own.
    """
    turns = turnovers(stock, category_of)
    parts = {name: category_of.get(name, TOTAL) for name in turns["product"]}
    categories = turns["category"]
    return {
        "total": deviations(turns["total"], turns["total"], {TOTAL: TOTAL}, chinese_events=chinese_events),
        "category": deviations(categories, categories, {name: name for name in categories}, chinese_events=chinese_events),
        "product": deviations(turns["product"], categories, parts, chinese_events=chinese_events),
    }


def days_of_cover(stock: pd.DataFrame) -> pd.DataFrame:
    """Days the units on hand last at the pace of the last four weeks, day × product; blank where nothing was issued."""
    issued = wide(stock, "sold").rolling(ISSUE_DAYS, min_periods=STOCK_DAYS).mean()
    return wide(stock, "on_hand") / issued.where(issued > 0)


def positions(stock: pd.DataFrame, products: pd.DataFrame | None, day: pd.Timestamp, *, cover_low: float, cover_high: float,
              slow_days: int, prices: pd.Series | None = None) -> pd.DataFrame:  # fmt: skip
    """Where each product's stock stands on `day`.

    Parameters
    ----------
    products
        product_id and, where known, product, category, launched_on.
    cover_low, cover_high
        Days of cover below which stock is short and above which it is too much.
    slow_days
        Days without an issue after which stock is slow-moving.
    prices
        Net price of a unit by product_id, for the sales that a lack of stock costs.

    Returns
    -------
    DataFrame
        product_id, category, on_hand, stock_value, daily (units issued a day, four weeks), turnover, cover (days), state
        (`out`, `short`, `over`, `slow`, `normal`), lost (currency a day while out: usual units at net price; for what is
        short, on the days until `cover_low`), excess (currency at cost beyond `cover_high`; of slow movers all),
        days_out (in the last
        four weeks); most money first.
    """
    recent = stock[(stock["date"] <= day) & (stock["date"] > day - pd.Timedelta(days=max(slow_days, ISSUE_DAYS)))]
    now = recent[recent["date"] == day].set_index("product_id")
    month = recent[recent["date"] > day - pd.Timedelta(days=ISSUE_DAYS)].groupby("product_id")
    on_hand = now["on_hand"].astype(float)
    table = pd.DataFrame({"on_hand": on_hand, "stock_value": now["stock_value"].astype(float)})
    table["daily"] = (month["sold"].sum() / ISSUE_DAYS).reindex(table.index)
    table["turnover"] = YEAR * (month["issued_cost"].sum() / ISSUE_DAYS).reindex(table.index) / table["stock_value"].where(
        table["stock_value"] > 0)  # fmt: skip
    table["cover"] = on_hand / table["daily"].where(table["daily"] > 0)
    table["days_out"] = month["on_hand"].agg(lambda held: (held <= 0).sum()).reindex(table.index)
    issued = recent.groupby("product_id")["sold"].sum().reindex(table.index)
    seen = recent.groupby("product_id")["date"].nunique().reindex(table.index)
    slow = (issued <= 0) & (on_hand > 0) & (seen >= slow_days)
    conditions = [(on_hand <= 0) & (table["daily"] > 0), slow, table["cover"] < cover_low, table["cover"] > cover_high]
    table["state"] = np.select(conditions, ["out", "slow", "short", "over"], "normal")
    unit = table["stock_value"] / on_hand.where(on_hand > 0)
    price = (prices if prices is not None else pd.Series(dtype=float)).reindex(table.index)
    missing = np.where(table["state"] == "out", table["daily"], (cover_low - table["cover"]).clip(lower=0) * table["daily"])
    table["lost"] = (price * missing).where(table["state"].isin(["out", "short"]), 0.0)
    beyond = (on_hand - cover_high * table["daily"]).clip(lower=0) * unit
    table["excess"] = table["stock_value"].where(slow, beyond.where(table["state"] == "over", 0.0)).fillna(0.0)
    category = None
    if products is not None and "category" in products:
        category = products.drop_duplicates("product_id").set_index("product_id")["category"].reindex(table.index)
    table.insert(0, "category", category)
    table["money"] = table["lost"].fillna(0) + table["excess"]
    return (
        table.rename_axis("product_id")
        .reset_index()
        .sort_values(["money", "product_id"], ascending=[False, True], ignore_index=True)
    )


def unit_prices(prices_weekly: pd.DataFrame | None, weeks: int = 13) -> pd.Series | None:
    """Net price of a unit by product_id over the last weeks; None where prices are not known."""
    if prices_weekly is None:
        return None
    last = prices_weekly[prices_weekly["week"] > prices_weekly["week"].max() - pd.Timedelta(weeks=weeks)]
    sums = last.groupby("product_id")[["net_sales", "quantity"]].sum().astype(float)
    return sums["net_sales"] / sums["quantity"].where(sums["quantity"] > 0)


def anomalies(found: Deviations, allowed: float, limit: float, since: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """Stretches of days on which a turnover is off its path by more than `allowed` and beyond ±`limit` of its noise.

    Returns
    -------
    DataFrame
        series, starts_on, ends_on, days, deviation (the largest), score (its); largest score first. A stretch ends where
        two days in a row are quiet.
    """
    off = found.beyond_noise(limit).loc[since:until]
    hit = off.abs() > allowed
    # One quiet day within a stretch is not its end.
    hit |= hit.shift(1, fill_value=False) & hit.shift(-1, fill_value=False)
    rows = []
    for name in hit.columns[hit.any()]:
        marks = hit[name]
        for _, days in marks[marks].groupby((~marks).cumsum()[marks]):
            part = off.loc[days.index, name]
            top = part.abs().idxmax()
            rows.append((name, days.index[0], days.index[-1], len(days), part[top], found.score.at[top, name]))
    table = pd.DataFrame(rows, columns=["series", "starts_on", "ends_on", "days", "deviation", "score"])
    return table.sort_values("score", key=np.abs, ascending=False, kind="stable", ignore_index=True)


def alarm_rate(found: Deviations, allowed: float, limit: float, since: pd.Timestamp, until: pd.Timestamp) -> tuple[float, int]:
    """Alarms per 100 judged series-days, and how many were judged: where nothing is wrong, the rate of false alarms."""
    off = found.beyond_noise(limit).loc[since:until]
    judged = int(off.notna().to_numpy().sum())
    return (100 * float((off.abs() > allowed).to_numpy().sum()) / judged if judged else np.nan), judged
