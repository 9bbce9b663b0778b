"""The true parameters of the synthetic world: what a perfect analysis of its exports would find.

Every estimate a notebook makes on the demo brand can be scored against these. They are written to `truth.json`
beside (never inside) the raw exports; no notebook may read that file.
"""

import zlib
from dataclasses import dataclass, field

import numpy as np

FIRST_DAY = "2022-01-01"
LAST_DAY = "2025-12-31"


@dataclass(frozen=True)
class Channel:
    """A sales channel as it truly is.

    `line_share` is its weight in order lines at the end of the history, `growth` the yearly growth of its volume,
    `price_level` its usual price relative to the list, `elasticity` of volume to price, `promotion_lift` the
    log effect of being on promotion beyond the price, `returns` the share of lines sent back, `csat` the share of
    satisfied customers.
    """

    channel_id: str
    name: str
    chinese: str
    type: str
    opened_on: str
    line_share: float
    growth: float
    price_level: float
    elasticity: float
    promotion_lift: float
    returns: float
    csat: float
    mean_quantity: float
    business: bool = False
    ramp_months: int = 0


CHANNELS = (
    Channel("tmall", "Tmall flagship", "天猫旗舰店", "online", "2018-03-01", 0.200, 0.060, 0.90, -2.4, 0.20, 0.060, 0.905, 1.5),
    Channel("jd", "JD store", "京东自营", "online", "2019-06-01", 0.105, 0.055, 0.91, -2.0, 0.18, 0.045, 0.915, 1.5),
    Channel("douyin", "Douyin live shop", "抖音直播间", "online", "2022-07-01", 0.140, 0.130, 0.84, -2.8, 0.28, 0.085, 0.865, 1.4,
            ramp_months=15),
    Channel("miniprogram", "WeChat mini-program", "微信小程序", "online", "2023-03-01", 0.085, 0.100, 0.93, -1.6, 0.12, 0.030,
            0.930, 1.6, ramp_months=18),
    Channel("department_store", "Department stores", "百货专柜", "offline", "2015-01-01", 0.150, 0.025, 0.99, -1.1, 0.10, 0.012,
            0.930, 1.7),
    Channel("supermarket", "Supermarkets", "商超", "offline", "2015-01-01", 0.155, 0.025, 0.94, -1.9, 0.22, 0.010, 0.890, 1.6),
    Channel("specialty", "Specialty stores", "化妆品专营店", "offline", "2016-05-01", 0.095, 0.055, 0.72, -1.4, 0.12, 0.015,
            0.900, 4.5, business=True),
    Channel("pharmacy", "Pharmacies", "连锁药房", "offline", "2024-04-01", 0.050, 0.080, 0.97, -0.9, 0.06, 0.008, 0.920, 1.5,
            ramp_months=15),
    Channel("distributor", "Distributors", "区域经销商", "offline", "2014-01-01", 0.060, 0.060, 0.60, -1.3, 0.05, 0.012, 0.895, 7.0,
            business=True),
)  # fmt: skip

REGIONS = {
    "East": ("华东", 0.24), "South": ("华南", 0.18), "North": ("华北", 0.15), "Central": ("华中", 0.12),
    "Southwest": ("西南", 0.11), "Southeast": ("东南", 0.08), "Northeast": ("东北", 0.07), "Northwest": ("西北", 0.05),
}  # fmt: skip

CATEGORIES = {  # category: (Chinese, subcategories, yearly volume growth beyond the channel's, summer amplitude)
    "Skin care": ("护肤", ("Cleanser", "Serum", "Cream"), 0.00, -0.10),
    "Makeup": ("彩妆", ("Lip", "Face", "Eye"), 0.085, 0.02),
    "Hair care": ("洗护发", ("Shampoo", "Conditioner", "Treatment"), 0.01, 0.03),
    "Body care": ("身体护理", ("Wash", "Lotion", "Hand cream"), 0.00, -0.14),
    "Sun care": ("防晒", ("Face sunscreen", "Body sunscreen", "After sun"), 0.075, 0.75),
}  # fmt: skip

COMPETITORS = {  # competitor: (share of the market, yearly drift of the share)
    "Huarui": (0.150, -0.004), "Muyan": (0.122, -0.002), "Belisse": (0.098, 0.001), "Orient Bloom": (0.075, 0.000),
}  # fmt: skip

BRANDS = {  # brand: (weight in lines, price level, categories)
    "Yunzhi": (0.27, 1.30, ("Skin care", "Sun care")),
    "Qinghe": (0.20, 0.75, ("Hair care", "Body care")),
    "Lumora": (0.18, 1.05, ("Makeup",)),
    "Suyan": (0.15, 0.90, ("Skin care", "Makeup")),
    "Bailu": (0.11, 0.60, ("Body care", "Sun care")),
    "Moonfern": (0.09, 1.15, ("Hair care", "Skin care")),
}


@dataclass(frozen=True)
class Segment:
    """Consumers who buy alike: a Pareto/NBD process (Schmittlein, Morrison, Colombo 1987).

    Purchase rates are gamma (mean `orders_per_year`, `shape`), lifetimes exponential with `dropout_per_year`.
    `promoted` is the share of their orders that hold a promoted product, `large` the share of their orders among the
    largest quarter by value. Segments are tight and lie apart: a company could tell them by what they do.
    """

    segment: str
    share: float
    orders_per_year: float
    shape: float
    dropout_per_year: float
    promoted: float
    large: float


SEGMENTS = (
    Segment("loyal", 0.12, 8.0, 20.0, 0.05, 0.12, 0.12),
    Segment("regular", 0.35, 1.8, 20.0, 0.12, 0.12, 0.06),
    Segment("occasional", 0.37, 0.9, 8.0, 0.18, 0.12, 0.92),
    Segment("deal_seeker", 0.16, 2.0, 8.0, 0.18, 0.96, 0.06),
)


@dataclass(frozen=True)
class Funnel:
    """How visits to a channel become orders.

    `cart_rate` carts per visit (None: a shop without carts), `order_rate` orders per cart (without carts: per visit);
    mean `minutes_to_cart`, `minutes_to_order`, `hours_to_deliver` (None: taken home).
    """

    cart_rate: float | None
    order_rate: float
    minutes_to_cart: float | None
    minutes_to_order: float
    hours_to_deliver: float | None


# The live shop loses its carts, the mini-program its visitors: what an analysis of the funnel should find.
FUNNELS = {
    "tmall": Funnel(0.115, 0.36, 6.5, 95.0, 52.0),
    "jd": Funnel(0.110, 0.38, 6.0, 80.0, 30.0),
    "douyin": Funnel(0.130, 0.17, 2.5, 40.0, 66.0),
    "miniprogram": Funnel(0.055, 0.40, 9.5, 70.0, 58.0),
    "department_store": Funnel(None, 0.125, None, 21.0, None),
    "supermarket": Funnel(None, 0.080, None, 12.0, None),
    "pharmacy": Funnel(None, 0.095, None, 9.0, None),
}


@dataclass(frozen=True)
class Campaign:
    """A campaign and its true effect: `lift` multiplies treated demand, then decays by `carry_over` a day."""

    name: str
    theme: str
    format: str
    channels: tuple[str, ...]
    brand: str | None
    starts_on: str
    days: int
    lift: float
    carry_over: float
    planned: int
    randomised: bool = True


def _yearly(year: int, lifts: tuple[float, ...]) -> tuple[Campaign, ...]:
    """Return the six campaigns of a year with their budgets: some can pay, some cannot; four have randomly held-out regions."""
    festival = {2022: "01-10", 2023: "01-01", 2024: "01-20", 2025: "01-08"}[year]
    calendar = (
        ("New Year gifts", "gifting", "in-store", ("department_store",), None, festival, 18, False, 12_000),
        ("Queen's Day", "women's day", "live-stream", ("douyin",) if year > 2022 else ("tmall",), "Lumora", "03-01", 10, True,
         6_000),
        ("Summer shield", "sun protection", "sampling", ("supermarket",), "Bailu", "05-06", 21, True, 5_000),
        ("618 festival", "shopping festival", "coupon", ("jd",), None, "06-03", 16, True, 5_000),
        ("Autumn repair", "skin repair", "influencer", ("tmall",), "Yunzhi", "09-05", 20, True, 6_000),
        ("Double 11", "shopping festival", "live-stream", ("tmall", "douyin") if year > 2022 else ("tmall",), None, "10-25", 18,
         False, 12_000),
    )  # fmt: skip
    return tuple(
        Campaign(f"{name} {year}", theme, style, channels, brand, f"{year}-{start}", days, lift, 0.86,
                 round(budget * 1.12 ** (year - 2022) * (1 + 2 * lift)), randomised)
        for (name, theme, style, channels, brand, start, days, randomised, budget), lift in zip(calendar, lifts, strict=True)
    )  # fmt: skip


CAMPAIGNS = (
    *_yearly(2022, (0.14, 0.26, 0.18, 0.22, 0.20, 0.24)),
    *_yearly(2023, (0.18, 0.34, 0.22, 0.26, 0.24, 0.28)),
    *_yearly(2024, (0.16, 0.38, 0.00, 0.24, 0.30, 0.30)),
    *_yearly(2025, (0.20, 0.30, 0.26, 0.28, 0.35, 0.22)),
)


@dataclass(frozen=True)
class Media:
    """Always-on advertising on a platform and what it truly does to the channel it leads to.

    Demand is multiplied by exp(effect × a / (half_saturation + a)), a being the carried-over spend of a day:
    a = carry_over × a of the day before + (1 - carry_over) × spend. Campaigns' own advertising works through their lift.
    """

    platform: str
    channel_id: str
    effect: float
    half_saturation: float
    carry_over: float


# Money is spread evenly although the platforms are worth very different amounts: what an allocation should find.
MEDIA = (
    Media("ocean_engine", "douyin", 0.42, 450.0, 0.75),
    Media("alimama", "tmall", 0.40, 350.0, 0.60),
    Media("jd_ads", "jd", 0.18, 250.0, 0.40),
    Media("tencent_ads", "miniprogram", 0.10, 200.0, 0.50),
)


@dataclass(frozen=True)
class Shock:
    """A stretch of days on which demand is multiplied by `factor` in the cells it names (None: all)."""

    name: str
    starts_on: str
    ends_on: str
    factor: float
    category: str | None = None
    subcategory: str | None = None
    brand: str | None = None
    channels: tuple[str, ...] | None = None


SHOCKS = (
    Shock("lockdown", "2022-04-01", "2022-05-25", 0.80, channels=("department_store", "supermarket", "specialty")),
    Shock("supply_shock", "2024-05-10", "2024-07-20", 0.45, subcategory="Serum", brand="Yunzhi"),
    Shock("delisted", "2024-08-01", "2024-10-31", 0.0, category="Hair care", channels=("jd",)),
    Shock("price_war", "2025-06-20", "2025-10-20", 0.80, category="Skin care",
          channels=("tmall", "jd", "douyin", "miniprogram")),
    Shock("weak_october", "2025-10-01", "2025-10-23", 0.88),
    Shock("year_end_push", "2025-12-01", "2025-12-31", 1.03),
)  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """All other true parameters; rates are yearly unless named otherwise."""

    lines: int = 300_000
    customers: int = 20_000
    business_customers: int = 600
    people: int = 60
    products: int = 120
    suppliers: int = 20
    new_customers: dict[int, int] = field(default_factory=lambda: {2022: 900, 2023: 965, 2024: 1020, 2025: 1062})
    list_price_increase: float = 0.03
    weekend: dict[str, float] = field(default_factory=lambda: {"online": 0.06, "offline": 0.35})
    festivals: dict[str, dict[str, float]] = field(default_factory=lambda: {
        "before_new_year": {"online": 0.12, "offline": 0.45},
        "new_year_week": {"online": -0.45, "offline": -0.35},
        "queens_day": {"online": 0.35, "offline": 0.08},
        "618": {"online": 0.80, "offline": 0.10},
        "618_peak": {"online": 1.60, "offline": 0.15},
        "golden_week": {"online": 0.00, "offline": 0.25},
        "double_11": {"online": 0.70, "offline": 0.12},
        "double_11_peak": {"online": 2.60, "offline": 0.20},
        "double_12": {"online": 0.45, "offline": 0.05},
    })  # fmt: skip
    promotion_weeks: float = 0.14
    price_deviation: float = 0.07
    competitor_price_deviation: float = 0.08
    competitor_elasticity: float = 0.6  # of our volume to the competitors' prices in the category, in every channel
    training_effects: dict[str, float] = field(default_factory=lambda: {
        "product": 0.06, "sales_skills": 0.10, "market_analysis": 0.02})  # fmt: skip
    closing_rate: float = 0.32  # before training; sales-skills training raises it by its effect
    default_intercept: float = -2.65
    default_effects: dict[str, float] = field(default_factory=lambda: {
        "log_years_in_business": -0.75, "industry_wholesale": 0.45, "industry_salon": 0.80, "long_terms": 0.55,
        "log_credit_limit": -0.25})  # fmt: skip
    price_war: dict[str, object] = field(default_factory=lambda: {
        "competitor": "Muyan", "category": "Skin care", "starts_on": "2025-06-01", "ends_on": "2025-10-31",
        "price_index_factor": 0.83})  # fmt: skip
    material_shock: dict[str, object] = field(default_factory=lambda: {
        "material": "Glycerin", "starts_on": "2024-04-01", "ends_on": "2024-08-31", "price_factor": 1.55,
        "unit_cost_factor": 1.06})  # fmt: skip
    stock_anomaly: dict[str, object] = field(default_factory=lambda: {
        "product_id": "P017", "site_id": "WH-SH", "starts_on": "2025-10-13", "ends_on": "2025-10-21",
        "phantom_units": 4800})  # fmt: skip
    tracker_coverage: float = 0.92
    tracker_outage: tuple[str, str] = ("2025-11-10", "2025-11-12")
    awareness: dict[int, float] = field(default_factory=lambda: {2022: 0.56, 2023: 0.59, 2024: 0.62, 2025: 0.665})


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one part of the world: parts may change without moving one another."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
