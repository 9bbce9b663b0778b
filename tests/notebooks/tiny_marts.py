"""A small company's marts, by hand: two years of sales in two channels, a survey, the web, campaigns and defects."""

import numpy as np
import pandas as pd

LAST = pd.Timestamp("2025-12-31")
DAYS = pd.date_range("2023-11-01", LAST)
MONTHS = pd.date_range("2023-11-01", LAST, freq="MS")
CHANNELS = (("mall", "Mall", "online"), ("store", "Own stores", "offline"))


def tiny_marts() -> dict[str, pd.DataFrame]:
    """Marts as of 2025-12-31, by name; November's ledger of the mall is 50.00 above the loaded sales."""
    random = np.random.default_rng(7)
    columns = ["month", "channel_id", "channel", "channel_type", "category", "product_id", "net_sales", "lines"]
    sales = pd.DataFrame([
        (month, channel, name, kind, "Hair", "P1", 1000.0 + 10 * at, 20)
        for at, month in enumerate(MONTHS)
        for channel, name, kind in CHANNELS
    ], columns=columns)  # fmt: skip
    daily = pd.DataFrame({"date": DAYS, "net_sales": 60 + 10 * np.sin(2 * np.pi * DAYS.day_of_year / 365)})
    per_day = sales.groupby("month")["net_sales"].sum() / MONTHS.days_in_month
    daily["net_sales"] = DAYS.to_period("M").to_timestamp().map(per_day) + daily["net_sales"] - 60
    ledger = sales[["month", "channel_id", "net_sales"]].rename(columns={"net_sales": "loaded"})
    ledger["ledger"] = ledger["loaded"]
    short = (ledger["month"] == "2025-11-01") & (ledger["channel_id"] == "mall")
    ledger.loc[short, "ledger"] += 50.0
    ledger["difference"] = ledger["loaded"] - ledger["ledger"]
    buyers = [f"C{number:03d}" for number in range(150)]
    bought = pd.DataFrame([
        (month, buyer, "online" if number % 3 else "offline", 1, 50.0 + number)
        for month in MONTHS
        for number, buyer in enumerate(buyers)
        if random.random() < (0.7 if number < 40 else 0.15)
    ], columns=["month", "customer_id", "channel_type", "orders", "net_sales"])  # fmt: skip
    return {
        "sales_monthly": sales, "sales_daily": daily, "ledger_reconciliation": ledger, "customers_monthly": bought,
        **_accounts(), **_outside(random),
    }  # fmt: skip


def _accounts() -> dict[str, pd.DataFrame]:
    supplied = [
        ("erp", "sales_lines", "internal", "csv", 26, LAST, "finance"),
        ("stock", "stock_daily", "internal", "parquet", 2, LAST - pd.Timedelta(days=9), None),
        ("panel", "market_monthly", "external", "xlsx", 1, pd.Timestamp("2025-12-01"), "research"),
        ("survey", "survey_responses", "external", "sav", 2, LAST, "research"),
        ("web", "web_daily", "external", "csv", 2, LAST, "web team"),
        ("ads", "ads_daily", "third_party", "csv", 2, LAST, "media"),
    ]
    sources = pd.DataFrame(supplied, columns=["source", "table", "family", "kind", "files", "last_date", "owner"])
    sources["first_date"], sources["superseded"] = DAYS[0], 0
    sources["loaded"], sources["quarantined"] = 2600, [3, 0, 0, 0, 0, 0]
    sources["rows_in"] = sources["loaded"] + sources["quarantined"]
    months = pd.DataFrame([
        (row.source, row.table, month, 100)
        for row in sources.itertuples()
        for month in MONTHS
        if (row.source, month) != ("ads", pd.Timestamp("2025-11-01"))
    ], columns=["source", "table", "month", "rows"])  # fmt: skip
    rejects = pd.DataFrame({
        "source": "erp", "table": "sales_lines", "file": "orders_2025-12.csv", "row": [4, 9, 12],
        "column": ["quantity", None, "product_id"], "value": ["twelve", None, "P9"],
        "rule": ["bad_number", "duplicate_key", "orphan"], "known_on": pd.to_datetime(["2025-12-03"] * 3),
    })  # fmt: skip
    integrity = pd.DataFrame({"table": ["sales_lines"], "column": ["product_id"], "references": ["products"],
                              "rows": [2600], "orphans": [0]})  # fmt: skip
    conversions = pd.DataFrame({
        "source": ["erp", "erp", "web"], "table": ["sales_lines", "sales_lines", "web_daily"],
        "column": ["ordered_at", "ordered_at", "bounce_rate"], "format": ["iso", "%d.%m.%Y", "percent"],
        "rows": [2500, 100, 2600],
    })  # fmt: skip
    return {"sources": sources, "source_months": months, "quarantine": rejects, "integrity": integrity,
            "conversions": conversions}  # fmt: skip


def _outside(random: np.random.Generator) -> dict[str, pd.DataFrame]:
    columns = ["month", "category", "segment", "competitor", "sales", "volume", "price_index"]
    market = pd.DataFrame([
        (month, "Hair", None, who, sales, None, index)
        for month in MONTHS
        for who, sales, index in (("own", 2000.0, 1.1), ("Rival", 9000.0, None))
    ], columns=columns)  # fmt: skip
    count = 400
    answers = pd.DataFrame({
        "response_id": [f"R{number}" for number in range(count)],
        "answered_at": pd.date_range("2025-09-01", LAST, periods=count),
        "wave": "2025Q4", "collector": random.choice(["wechat", "in_store"], count), "customer_id": None,
        "region": random.choice(["North", "South"], count, p=[0.7, 0.3]),
        "gender": random.choice(["female", "male"], count), "csat": 4, "nps": 8,
        "seconds": random.choice([5.0, 60.0], count, p=[0.1, 0.9]),
        "q_quality": 4, "q_price": random.integers(1, 6, count),
        "q_delivery": 5, "q_service": 3, "q_range": 4,
    })  # fmt: skip
    population = pd.DataFrame({"region": ["North", "North", "South", "South"], "gender": ["female", "male"] * 2,
                               "age_group": "all", "share": 0.25})  # fmt: skip
    days = DAYS[-200:]
    booked = pd.DataFrame({"date": days, "ledger_orders": random.poisson(40, len(days))})
    booked["tracked_orders"] = random.binomial(booked["ledger_orders"], 0.7)
    booked["ledger_revenue"], booked["tracked_revenue"] = booked["ledger_orders"] * 9.0, booked["tracked_orders"] * 9.0
    visits = pd.DataFrame({
        "date": days, "property": "shop", "source_medium": "search", "page_views": 900, "sessions": 300, "users": 200,
        "conversions": booked["tracked_orders"], "revenue": booked["tracked_revenue"], "bounce_rate": 0.4,
        "seconds_per_session": 60.0,
    })  # fmt: skip
    ads = pd.DataFrame({"date": days, "platform": "search_ads", "impressions": 1000, "clicks": 20, "spend": 30.0,
                        "campaign_id": np.where(days >= "2025-11-01", "K1", None)})  # fmt: skip
    campaigns = pd.DataFrame({"campaign_id": ["K1"], "campaign": ["Double 11"]})
    campaigns["starts_on"], campaigns["ends_on"] = pd.Timestamp("2025-11-01"), pd.Timestamp("2025-11-11")
    return {"market_monthly": market, "survey_responses": answers, "population": population, "web_orders_daily": booked,
            "web_daily": visits, "ads_daily": ads, "campaigns": campaigns}  # fmt: skip
