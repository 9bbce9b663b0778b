"""Who and what exists in the world: products, channels, campaigns, suppliers, salespeople."""

import numpy as np
import pandas as pd

from brandops.demo.names import person_names
from brandops.demo.truth import BRANDS, CAMPAIGNS, CATEGORIES, CHANNELS, REGIONS, Truth, stream

REGION_NAMES = list(REGIONS)
BRAND_NAMES = list(BRANDS)
CATEGORY_NAMES = list(CATEGORIES)
CHANNEL_IDS = [channel.channel_id for channel in CHANNELS]

_LIST_PRICE = {"Skin care": 189, "Makeup": 139, "Hair care": 79, "Body care": 69, "Sun care": 119}
_VOLUME = {"Skin care": 0.05, "Makeup": 0.01, "Hair care": 0.4, "Body care": 0.3, "Sun care": 0.06}
_EDITIONS = ("Classic", "Silk", "Pure", "Aqua", "Bloom", "Night", "Vita", "Calm", "Glow", "Jade", "Lotus", "Pearl")


def products(truth: Truth, seed: int) -> pd.DataFrame:
    """Return products with contract columns and `popularity` (true weight); list prices are those of 2025."""
    rng = stream(seed, "products")
    brand_of = np.repeat(BRAND_NAMES, [24, 24, 22, 20, 16, 14])[: truth.products]
    rows, editions = [], {}
    for brand in brand_of:
        own = BRANDS[brand][2]
        category = own[int(rng.random() < 0.42)] if len(own) > 1 else own[0]
        subcategory = CATEGORIES[category][1][rng.integers(3)]
        edition = editions[brand, subcategory] = editions.get((brand, subcategory), -1) + 1
        name = f"{brand} {_EDITIONS[edition % len(_EDITIONS)]} {subcategory.lower()}"
        rows.append((name, brand, category, subcategory))
    table = pd.DataFrame(rows, columns=["product", "brand", "category", "subcategory"])
    count = len(table)
    table.insert(0, "product_id", [f"P{number:03d}" for number in range(1, count + 1)])
    price = table["category"].map(_LIST_PRICE) * table["brand"].map({b: BRANDS[b][1] for b in BRANDS})
    price = np.round(price * np.exp(rng.normal(0, 0.28, count)))
    table["list_price"] = np.maximum(19, price) - 0.1
    table["unit_cost"] = np.round(table["list_price"] * rng.uniform(0.24, 0.36, count), 2)
    table["unit_volume"] = table["category"].map(_VOLUME) * rng.choice([0.8, 1.0, 1.5], count)
    table["launched_on"], table["discontinued_on"] = _life(rng, table)
    weight = table["brand"].map({b: BRANDS[b][0] for b in BRANDS}) / table["brand"].map(table["brand"].value_counts())
    table["popularity"] = weight * np.exp(rng.normal(0, 0.55, count))
    return table


def _life(rng: np.random.Generator, table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """A third of the range is launched during the history, nine or ten a year; a few old products end."""
    count = len(table)
    launched = pd.Timestamp("2016-01-01") + pd.to_timedelta(rng.integers(0, 2100, count), unit="D")
    launched = pd.Series(launched)
    new = np.sort(rng.permutation(count)[: round(count * 0.33)])
    rng.shuffle(new)
    for position, product in enumerate(new):
        year = 2022 + position % 4
        launched[product] = pd.Timestamp(f"{year}-01-10") + pd.Timedelta(days=int(rng.integers(0, 270)))
    ended = pd.Series(pd.NaT, index=launched.index)
    old = np.setdiff1d(np.arange(count), new)
    for product in rng.permutation(old)[:6]:
        ended[product] = pd.Timestamp("2024-01-31") + pd.Timedelta(days=int(rng.integers(0, 600)))
    return launched, ended


def channels() -> pd.DataFrame:
    """Return the contract's channels."""
    return pd.DataFrame({
        "channel_id": CHANNEL_IDS,
        "channel": [channel.name for channel in CHANNELS],
        "channel_type": [channel.type for channel in CHANNELS],
        "opened_on": pd.to_datetime([channel.opened_on for channel in CHANNELS]),
    })  # fmt: skip


def campaigns(seed: int) -> pd.DataFrame:
    """Return the contract's campaigns plus `lift`, `carry_over`, `channels` and `planned` (true or internal)."""
    rng = stream(seed, "campaigns")
    rows = []
    for number, campaign in enumerate(CAMPAIGNS, start=1):
        start = pd.Timestamp(campaign.starts_on)
        held = sorted(rng.choice(len(REGION_NAMES), 2, replace=False)) if campaign.randomised else []
        rows.append({
            "campaign_id": f"C{number:03d}",
            "campaign": campaign.name,
            "theme": campaign.theme,
            "format": campaign.format,
            "channel_id": campaign.channels[0] if len(campaign.channels) == 1 else None,
            "region": ";".join(r for i, r in enumerate(REGION_NAMES) if i not in held) if held else None,
            "hold_out": ";".join(REGION_NAMES[i] for i in held) or None,
            "brand": campaign.brand,
            "starts_on": start,
            "ends_on": start + pd.Timedelta(days=campaign.days - 1),
            "channels": campaign.channels,
            "lift": campaign.lift,
            "carry_over": campaign.carry_over,
            "planned": campaign.planned,
        })  # fmt: skip
    return pd.DataFrame(rows)


def campaign_budget(campaign: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the contract's campaign_budget: three items per campaign, spending a little off plan."""
    rng = stream(seed, "campaign_budget")
    shares = {"promotion": 0.55, "execution": 0.30, "materials": 0.15}
    rows = [
        {"campaign_id": row.campaign_id, "budget_item": item, "planned": round(row.planned * share, 2),
         "spent": round(row.planned * share * float(np.exp(rng.normal(0.02, 0.09))), 2)}
        for row in campaign.itertuples() for item, share in shares.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


PEOPLE_BY_CHANNEL = {"department_store": 16, "supermarket": 12, "specialty": 12, "distributor": 12, "pharmacy": 8}


def people(truth: Truth, seed: int) -> pd.DataFrame:
    """Return the contract's people plus `ability` (true productivity): every offline channel × region has a seller."""
    rng = stream(seed, "people")
    posts = [
        (channel, REGION_NAMES[number % len(REGION_NAMES)])
        for channel, posts in PEOPLE_BY_CHANNEL.items() for number in range(posts)
    ]  # fmt: skip
    count = len(posts)
    channel_id, region = zip(*posts, strict=True)
    hired = pd.Series(pd.Timestamp("2016-01-01") + pd.to_timedelta(rng.integers(0, 2100, count), unit="D"))
    second = np.array([posts[:i].count(post) > 0 for i, post in enumerate(posts)])
    late = rng.permutation(np.flatnonzero(second))[:6]
    hired[late] = pd.to_datetime("2022-06-01") + pd.to_timedelta(rng.integers(0, 900, len(late)), unit="D")
    hired[[c == "pharmacy" for c in channel_id]] = pd.Timestamp("2024-03-01")
    left = pd.Series(pd.NaT, index=hired.index)
    leavers = rng.permutation(np.setdiff1d(np.flatnonzero(second), late))[:3]
    left[leavers] = pd.to_datetime("2024-06-30") + pd.to_timedelta(rng.integers(0, 480, len(leavers)), unit="D")
    return pd.DataFrame({
        "person_id": [f"S{number:03d}" for number in range(1, count + 1)],
        "name": person_names(rng, count),
        "team": [f"{'Key accounts' if c in ('specialty', 'distributor') else 'Retail'} {r}" for c, r in posts],
        "region": region,
        "channel_id": channel_id,
        "level": rng.choice(["junior", "senior", "lead"], count, p=[0.4, 0.42, 0.18]),
        "hired_on": hired,
        "left_on": left,
        "ability": np.exp(rng.normal(0, 0.16, count)),
    })[: truth.people]  # fmt: skip


def trainings(person: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the contract's trainings: half of the people, drawn at random, take each course once."""
    rng = stream(seed, "trainings")
    courses = (("Product school", "product", "2023-03-06"), ("Consultative selling", "sales_skills", "2023-09-11"),
               ("Reading the market", "market_analysis", "2024-09-09"))  # fmt: skip
    rows = []
    for course, kind, first in courses:
        chosen = np.sort(rng.choice(len(person), len(person) // 2, replace=False))
        for index in chosen:
            cohort = int(rng.integers(0, 3))
            trained = pd.Timestamp(first) + pd.Timedelta(days=98 * cohort)
            member = person.iloc[index]
            if member.hired_on > trained or (pd.notna(member.left_on) and member.left_on < trained):
                continue
            before = float(np.clip(rng.normal(62, 9), 20, 90))
            rows.append({
                "person_id": member.person_id, "course": course, "kind": kind, "trained_on": trained,
                "before": round(before, 1), "after": round(min(100.0, before + abs(rng.normal(14, 5))), 1),
            })  # fmt: skip
    return pd.DataFrame(rows)
