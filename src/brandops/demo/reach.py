"""The world outside: market and competitors, web traffic, advertising, social media."""

import numpy as np
import pandas as pd

from brandops.demo.media import always_on
from brandops.demo.prices import competitor_prices
from brandops.demo.seasons import DAYS, MONTHS, YEARS, between, season, summer
from brandops.demo.truth import CATEGORIES, CHANNELS, COMPETITORS, FUNNELS, MEDIA, Truth, stream

OWN_START = {"Skin care": 0.105, "Makeup": 0.088, "Hair care": 0.112, "Body care": 0.118, "Sun care": 0.098}
_MARKET_GROWTH = {"Skin care": 0.085, "Makeup": 0.075, "Hair care": 0.055, "Body care": 0.060, "Sun care": 0.080}
SOURCES = ("(direct) / (none)", "baidu / organic", "google / organic", "douyin / cpc", "wechat / social", "email / email")
_SOURCE_SHARE = np.array([0.28, 0.22, 0.06, 0.22, 0.16, 0.06])
TONGJI_SOURCES = ("直接访问", "搜索引擎", "外部链接")
SOCIAL = ("weibo", "xiaohongshu", "douyin")


def market_monthly(truth: Truth, line: pd.DataFrame, category_of: pd.Series, seed: int) -> pd.DataFrame:
    """Return the market by month, category and company; the reporting company's row is its own net sales.

    Each category's market starts where our share is `OWN_START` and grows by its own rate with our seasons; shares of
    competitors drift, and in the price war one of them takes share while its price index falls.
    """
    rng = stream(seed, "market")
    month = line["ordered_at"].dt.to_period("M").dt.to_timestamp()
    own = line["net_sales"].groupby([month, line["product_id"].astype(str).map(category_of)]).sum().unstack()
    war, rows, rivals = truth.price_war, [], competitor_prices(truth, seed)
    share_online = sum(c.line_share for c in CHANNELS if c.type == "online")
    daily = share_online * season(truth, "online") + (1 - share_online) * season(truth, "offline")
    for category in CATEGORIES:
        wave = pd.Series(daily * summer(CATEGORIES[category][3]), index=DAYS).resample("MS").sum()
        wave = wave / wave.iloc[:12].mean()
        start = own[category].iloc[:12].mean() / OWN_START[category]
        growth = (1 + _MARKET_GROWTH[category]) ** (np.arange(len(MONTHS)) / 12 - 0.5)
        market = start * growth * wave.to_numpy() * np.exp(rng.normal(0, 0.015, len(MONTHS)))
        listed = np.zeros(len(MONTHS))
        for number, (competitor, (share, drift)) in enumerate(COMPETITORS.items()):
            held = (share + drift * np.arange(len(MONTHS)) / 12) * np.exp(rng.normal(0, 0.02, len(MONTHS)))
            index = 1 + 0.12 * rng.standard_normal() * 0.3 + rng.normal(0, 0.008, len(MONTHS))
            index = index * rivals[category][:, number]
            if competitor == war["competitor"] and category == war["category"]:
                fought = np.asarray((war["starts_on"] <= MONTHS) & (war["ends_on"] >= MONTHS))
                held, index = held + 0.022 * fought, index * np.where(fought, war["price_index_factor"], 1.0)
            sales = market * held
            listed += sales
            rows.append(_market_rows(category, competitor, sales, index, rng))
        rows.append(_market_rows(category, "own", own[category].reindex(MONTHS).to_numpy(), np.full(len(MONTHS), 1.02), rng))
        rest = np.maximum(market - listed - own[category].reindex(MONTHS).to_numpy(), market * 0.05)
        rows.append(_market_rows(category, "rest", rest, np.full(len(MONTHS), 0.95), rng))
    table = pd.concat(rows, ignore_index=True)
    return table.sort_values(["month", "category", "competitor"], ignore_index=True)


def _market_rows(category: str, competitor: str, sales: np.ndarray, index: np.ndarray, rng) -> pd.DataFrame:
    return pd.DataFrame({
        "month": MONTHS, "category": category, "competitor": competitor, "sales": np.round(sales, 2),
        "volume": np.round(sales / (95 * index)), "price_index": np.round(index, 4),
    })  # fmt: skip


def web_daily(truth: Truth, campaign: pd.DataFrame, line: pd.DataFrame, seed: int) -> dict[str, pd.DataFrame]:
    """Return traffic by property: GA4 (day × source × campaign) and Baidu Tongji (day × source).

    The trackers together count `tracker_coverage` of the online orders, and none during the outage.
    """
    rng = stream(seed, "web")
    online = {channel.channel_id for channel in CHANNELS if channel.type == "online"}
    sale = line[line["channel_id"].isin(online).to_numpy() & (line["quantity"] > 0).to_numpy()]
    day = (sale["ordered_at"].dt.normalize() - DAYS[0]).dt.days.to_numpy()
    orders = np.bincount(day[sale["line_no"].to_numpy() == 1], minlength=len(DAYS)).astype(float)
    revenue = np.bincount(day, weights=sale["net_sales"].to_numpy(), minlength=len(DAYS))
    value = revenue.sum() / max(orders.sum(), 1)
    coverage = truth.tracker_coverage * ~between(*truth.tracker_outage)
    traffic = 2600 * np.exp(0.13 * YEARS) * season(truth, "online") ** 0.8 * np.exp(rng.normal(0, 0.05, len(DAYS)))
    ga4 = [
        _traffic(rng, source, None, traffic * 0.62 * share, orders * coverage * 0.62 * share, value, DAYS)
        for source, share in zip(SOURCES, _SOURCE_SHARE, strict=True)
    ]
    for row in campaign.itertuples():
        if not online & set(row.channels):
            continue
        days = between(row.starts_on, row.ends_on)
        for source, share in (("douyin / cpc", 0.18), ("wechat / social", 0.10)):
            part = _traffic(rng, source, row.campaign_id, (traffic * 0.62 * share * (1 + row.lift))[days],
                            (orders * coverage * 0.02)[days], value, DAYS[days])  # fmt: skip
            ga4.append(part)
    tongji = [
        _traffic(rng, source, None, traffic * 0.38 * share, orders * coverage * 0.36 * share, value, DAYS)
        for source, share in zip(TONGJI_SOURCES, (0.40, 0.38, 0.22), strict=True)
    ]
    frames = {"ga4": pd.concat(ga4), "tongji": pd.concat(tongji)}
    return {name: frame.sort_values("date", kind="stable", ignore_index=True) for name, frame in frames.items()}


def _traffic(rng, source: str, campaign_id: str | None, sessions, orders, value: float, days) -> pd.DataFrame:
    sessions = rng.poisson(sessions)
    conversions = np.minimum(rng.poisson(orders), sessions)
    users = np.rint(sessions * rng.uniform(0.72, 0.86, len(sessions))).astype(int)
    return pd.DataFrame({
        "date": days, "source_medium": source, "campaign_id": campaign_id,
        "page_views": np.rint(sessions * rng.uniform(2.6, 4.2, len(sessions))).astype(int),
        "sessions": sessions, "users": users, "conversions": conversions,
        "revenue": np.round(conversions * value * np.exp(rng.normal(0, 0.1, len(sessions))), 2),
        "bounce_rate": np.round(np.clip(rng.normal(0.43, 0.05, len(sessions)), 0.1, 0.9), 4),
        "seconds_per_session": np.rint(np.clip(rng.normal(150, 28, len(sessions)), 20, 600)),
    })  # fmt: skip


def channel_traffic(line: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return what the shops' own counters saw: visits and carts behind each day's orders, and how long they took."""
    rng = stream(seed, "channel_traffic")
    sale = line[(line["line_no"] == 1).to_numpy() & (line["quantity"] > 0).to_numpy()]
    day = (sale["ordered_at"].dt.normalize() - DAYS[0]).dt.days.to_numpy()
    channel = sale["channel_id"].astype(str).to_numpy()
    frames = []
    for name, funnel in FUNNELS.items():
        orders = np.bincount(day[channel == name], minlength=len(DAYS))
        carts = orders + rng.poisson(orders * (1 / funnel.order_rate - 1))
        visits = carts + rng.poisson(carts * (1 / funnel.cart_rate - 1)) if funnel.cart_rate else carts

        def spent(mean: float | None, busy: np.ndarray = orders) -> np.ndarray:
            noise = np.exp(rng.normal(0, 0.5, len(DAYS)) / np.sqrt(np.maximum(busy, 1)))
            return np.full(len(DAYS), np.nan) if mean is None else np.round(mean * noise, 2)

        frames.append(pd.DataFrame({
            "date": DAYS, "channel_id": name, "visits": visits,
            "carts": pd.array(carts if funnel.cart_rate else np.full(len(DAYS), np.nan), dtype="Int64"), "orders": orders,
            "minutes_to_cart": spent(funnel.minutes_to_cart), "minutes_to_order": spent(funnel.minutes_to_order),
            "hours_to_deliver": spent(funnel.hours_to_deliver),
        })[orders > 0])  # fmt: skip
    return pd.concat(frames).sort_values(["date", "channel_id"], ignore_index=True)


def ads_daily(truth: Truth, campaign: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return advertising by day, platform and campaign: an always-on part and the campaigns' own spending."""
    rng = stream(seed, "ads")
    frames = []
    for media in MEDIA:
        spend = always_on(truth, media, seed)
        open_days = spend > 0
        frames.append(_ads(rng, media.platform, None, spend[open_days], DAYS[open_days]))
        for row in campaign.itertuples():
            if media.channel_id not in row.channels:
                continue
            days = between(row.starts_on, row.ends_on) & open_days
            share = row.planned * 0.55 / len(set(row.channels)) / max(days.sum(), 1) * np.exp(rng.normal(0, 0.12, days.sum()))
            frames.append(_ads(rng, media.platform, row.campaign_id, np.round(share, 2), DAYS[days]))
    return pd.concat(frames, ignore_index=True).sort_values(["date", "platform"], kind="stable", ignore_index=True)


def _ads(rng, platform: str, campaign_id: str | None, spend: np.ndarray, days) -> pd.DataFrame:
    impressions = rng.poisson(spend / 0.035)
    clicks = rng.binomial(impressions, np.clip(rng.normal(0.021, 0.003, len(spend)), 0.005, 0.05))
    return pd.DataFrame({"date": days, "platform": platform, "campaign_id": campaign_id, "impressions": impressions,
                         "clicks": clicks, "spend": spend})  # fmt: skip


def social_daily(campaign: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return social media by day and platform: mentions rise with running campaigns."""
    rng = stream(seed, "social")
    live = np.zeros(len(DAYS))
    for row in campaign.itertuples():
        live += between(row.starts_on, row.ends_on) * row.lift
    frames = []
    for platform, size in zip(SOCIAL, (90_000, 140_000, 60_000), strict=True):
        gained = rng.poisson(size * 0.0005 * (1 + 2 * live))
        mentions = rng.poisson(55 * np.exp(0.15 * YEARS) * (1 + 2.5 * live))
        frames.append(pd.DataFrame({
            "date": DAYS, "platform": platform, "campaign_id": None, "mentions": mentions,
            "followers": size + np.cumsum(gained), "engagements": rng.poisson(mentions * 11.0),
        }))  # fmt: skip
    return pd.concat(frames, ignore_index=True).sort_values(["date", "platform"], kind="stable", ignore_index=True)
