"""Who places which order: consumers by a Pareto/NBD process per segment, business accounts until they default or end.

Demand comes first (`demand.py`); orders are then given to the customers who are alive, in proportion to their true
purchase rates. Consumers' orders are identified (loyalty card, platform account) for just as many orders as makes every
consumer's rate constant over the years up to the seasons; the rest is anonymous.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.demo.catalogue import CHANNEL_IDS, REGION_NAMES
from brandops.demo.names import CITIES, company_names, contact_details, person_names
from brandops.demo.seasons import DAYS, MONTH_OF_DAY
from brandops.demo.truth import CHANNELS, REGIONS, SEGMENTS, Truth, stream

FOREVER = 10**6
_HOME_SHARE = 0.6  # of a customer's orders placed in their own channel whatever the market does
_LARGE = 0.25  # the largest orders by value count as large
_MOST_KNOWN = 0.95  # of the orders of a kind: some buyers never show a card
_AGES = ("18-24", "25-34", "35-44", "45-54", "55+")


@dataclass
class Orders:
    """Orders of all channels, sorted by day: codes into the catalogues; `customer` is -1 for an anonymous sale."""

    day: np.ndarray
    channel: np.ndarray
    region: np.ndarray
    promoted: np.ndarray
    value: np.ndarray
    customer: np.ndarray


@dataclass
class Population:
    """All customers: `table` (contract columns) and their latent process, days as positions in the history."""

    table: pd.DataFrame
    segment: np.ndarray
    rate: np.ndarray
    born: np.ndarray
    dies: np.ndarray
    defaults: np.ndarray


def assign_customers(truth: Truth, orders: Orders, seed: int, scale: float) -> Population:
    """Fill `orders.customer` in place and return the population."""
    rng = stream(seed, "buyers")
    is_business = np.array([channel.business for channel in CHANNELS])[orders.channel]
    consumers = _consumers(truth, rng, orders, np.flatnonzero(~is_business), scale)
    business = _business(truth, rng, scale)
    first = len(consumers["rate"])
    _give_business(rng, orders, np.flatnonzero(is_business), business, first)
    return _population(rng, consumers, business)


def _consumers(truth: Truth, rng, orders: Orders, index: np.ndarray, scale: float) -> dict[str, np.ndarray]:
    """Draw consumers and give them their orders; new ones take region and channel from their first order."""
    new_by_year = {year: max(1, round(count * scale)) for year, count in truth.new_customers.items()}
    initial = max(8, round((truth.customers - truth.business_customers) * scale) - sum(new_by_year.values()))
    count = initial + sum(new_by_year.values())
    share = np.array([segment.share for segment in SEGMENTS])
    segment = rng.choice(len(SEGMENTS), count, p=share)
    shape = np.array([s.shape for s in SEGMENTS])[segment]
    rate = rng.gamma(shape) / shape * np.array([s.orders_per_year for s in SEGMENTS])[segment]
    lifetime = rng.exponential(1 / np.array([s.dropout_per_year for s in SEGMENTS])[segment]) * 365.25
    kind = _kinds(orders, index)
    early = index[orders.day[index] < 365]
    home = rng.choice(early, initial)
    born, dies = np.full(count, -1), lifetime.astype(int)
    region, channel = orders.region[home], orders.channel[home]
    year_of = DAYS.year.to_numpy()[orders.day[index]]
    for year, births in new_by_year.items():
        numbers = len(region) + np.arange(births)
        first = index[_first_orders(rng, np.flatnonzero(year_of == year), kind, segment[numbers])]
        orders.customer[first] = numbers
        born[numbers] = orders.day[first]
        region, channel = np.r_[region, orders.region[first]], np.r_[channel, orders.channel[first]]
    dies[initial:] = born[initial:] + np.maximum(dies[initial:], 1)
    people = {"segment": segment, "rate": rate, "born": born, "dies": dies, "region": region, "channel": channel}

    free = orders.customer[index] < 0
    in_first_year = orders.day[index] < 365
    _give_consumers(rng, orders, index, kind, free & in_first_year, people)
    # Whoever of the old stock does not buy in the first year has lapsed before it: so a first order seen later is
    # a true first order, and new customers can be counted.
    seen = np.zeros(count, dtype=bool)
    seen[orders.customer[orders.customer >= 0]] = True
    dies[~seen & (np.arange(count) < initial)] = 0
    _give_consumers(rng, orders, index, kind, free & ~in_first_year, people)
    return people


def _kinds(orders: Orders, index: np.ndarray) -> np.ndarray:
    """Kind of each consumer order: 0 plain, 1 large, 2 promoted, 3 promoted and large."""
    large = orders.value[index] >= np.quantile(orders.value[index], 1 - _LARGE)
    return orders.promoted[index] * 2 + large


def _tastes() -> np.ndarray:
    """Share of each kind of order among the orders of each segment: segment × kind."""
    promoted, large = (np.array([getattr(s, name) for s in SEGMENTS]) for name in ("promoted", "large"))
    return np.stack([(1 - promoted) * (1 - large), (1 - promoted) * large, promoted * (1 - large), promoted * large], axis=1)


def _first_orders(rng, position: np.ndarray, kind: np.ndarray, segment: np.ndarray) -> np.ndarray:
    """Pick among `position` a first order for each new customer, of a kind their segment buys; in order of time."""
    wanted = (rng.random(len(segment))[:, None] >= np.cumsum(_tastes()[segment], axis=1)).sum(axis=1)
    chosen = np.empty(len(segment), dtype=int)
    for value in range(4):
        mine, offered = np.flatnonzero(wanted == value), position[kind[position] == value]
        chosen[mine] = rng.choice(offered if len(offered) >= len(mine) else position, len(mine), replace=False)
    return chosen


def _give_consumers(rng, orders: Orders, index, kind, wanted: np.ndarray, people: dict[str, np.ndarray]) -> None:
    """Give orders to living consumers so that each buys at their own rate, up to the seasons, with their own tastes.

    A consumer buys at home with `_HOME_SHARE` of their orders, elsewhere as the market does. What a kind of order in
    a channel, region and month falls short of or exceeds its usual number is the season's, and falls on everyone.
    """
    taste = _tastes()[people["segment"]]
    months, channels = int(MONTH_OF_DAY[-1]) + 1, len(CHANNEL_IDS)
    month, channel = MONTH_OF_DAY[orders.day[index]], orders.channel[index]
    usual = _usual(np.bincount((channel * 4 + kind) * months + month, minlength=channels * 4 * months).reshape(-1, months))
    usual = usual.reshape(channels, 4, months)
    market = usual.sum(axis=1) / usual.sum(axis=(0, 1))
    middle = (np.arange(months) + 0.5) * len(DAYS) / months
    for region in range(len(REGION_NAMES)):
        here = np.flatnonzero(people["region"] == region)
        local = orders.region[index] == region
        if not len(here) or not local.any():
            continue
        alive = (people["born"][here, None] < middle) & (middle <= people["dies"][here, None])
        home = people["channel"][here]
        size = local.sum() / len(index)
        for value in range(4):
            weight = people["rate"][here] * taste[here, value]
            demand = np.stack([(weight[home == c, None] * alive[home == c]).sum(axis=0) for c in range(channels)]) / 12
            away = (1 - _HOME_SHARE) * demand.sum(axis=0)
            for c in range(channels):
                chosen = np.flatnonzero(wanted & local & (kind == value) & (channel == c))
                if not len(chosen):
                    continue
                at_home, elsewhere = _HOME_SHARE * demand[c], market[c] * away
                known = (at_home + elsewhere) / np.maximum(usual[c, value] * size, 1e-9)
                chosen = chosen[rng.random(len(chosen)) < np.minimum(known, _MOST_KNOWN)[month[chosen]]]
                own = rng.random(len(chosen)) < (at_home / np.maximum(at_home + elsewhere, 1e-9))[month[chosen]]
                for part, pool in ((chosen[own], home == c), (chosen[~own], np.ones(len(here), dtype=bool))):
                    if len(part) and pool.any():
                        day, born, dies = orders.day[index[part]], people["born"], people["dies"]
                        orders.customer[index[part]] = _draw_alive(rng, day, here[pool], weight[pool], born, dies)


def _usual(counts: np.ndarray) -> np.ndarray:
    """Mean of the twelve months around each month, of what was open: a level without seasons."""
    total = np.cumsum(np.pad(counts, ((0, 0), (1, 0))), axis=1)
    at = np.arange(counts.shape[1])
    start, end = np.maximum(at - 6, 0), np.minimum(at + 6, counts.shape[1])
    return (total[:, end] - total[:, start]) / (end - start)


def _draw_alive(rng, day, candidates, weight, born, dies) -> np.ndarray:
    """Draw for each day a candidate alive on it, in proportion to weight; -1 where none is found in many tries."""
    cumulated = np.cumsum(weight)
    result = np.full(len(day), -1)
    waiting = np.arange(len(day))
    for _ in range(60):
        if not len(waiting):
            break
        pick = candidates[np.searchsorted(cumulated, rng.random(len(waiting)) * cumulated[-1], side="right")]
        good = (born[pick] < day[waiting]) & (day[waiting] <= dies[pick])
        result[waiting[good]] = pick[good]
        waiting = waiting[~good]
    return result


def _business(truth: Truth, rng, scale: float) -> dict[str, np.ndarray]:
    """Draw business accounts with the credit factors their default truly depends on."""
    kinds = [i for i, channel in enumerate(CHANNELS) if channel.business]
    cells = [(region, channel) for region in range(len(REGION_NAMES)) for channel in kinds]
    count = max(len(cells), round(truth.business_customers * scale))
    share = np.array([s for _, s in REGIONS.values()])
    region = np.r_[[r for r, _ in cells], rng.choice(len(share), count - len(cells), p=share / share.sum())].astype(int)
    channel = np.r_[[c for _, c in cells], rng.choice(kinds, count - len(cells), p=[0.75, 0.25])].astype(int)
    wholesale = np.array([CHANNELS[c].channel_id == "distributor" for c in channel])
    industry = np.where(wholesale, "wholesale", rng.choice(["cosmetics_store", "salon", "drugstore"], count, p=[0.6, 0.25, 0.15]))
    years = np.round(rng.gamma(2.2, 3.2, count) + 0.3, 1)
    terms = rng.choice([30, 60, 90], count, p=[0.5, 0.35, 0.15])
    limit = np.round(np.exp(rng.normal(np.where(wholesale, 12.3, 10.3), 0.6)), -3) + 1000
    effect = truth.default_effects
    logit = (
        truth.default_intercept + effect["log_years_in_business"] * np.log(years / 5)
        + effect["industry_wholesale"] * (industry == "wholesale") + effect["industry_salon"] * (industry == "salon")
        + effect["long_terms"] * (terms == 90) + effect["log_credit_limit"] * np.log(limit / 30_000)
    )  # fmt: skip
    yearly = 1 / (1 + np.exp(-logit))
    born = np.where(rng.random(count) < 0.8, -1, rng.integers(0, 1300, count))
    # Time to default is exponential with the yearly probability above; a few accounts end for other reasons.
    defaults = (np.maximum(born, 0) + rng.exponential(1 / -np.log1p(-yearly)) * 365.25).astype(int)
    ends = np.maximum(born, 0) + (rng.exponential(1 / 0.04, count) * 365.25).astype(int)
    evergreen = np.arange(count) < len(cells)
    born[evergreen], defaults[evergreen], ends[evergreen] = -1, FOREVER, FOREVER
    defaults = np.where((defaults < ends) & (defaults < len(DAYS)), defaults, FOREVER)
    return {
        "region": region, "channel": channel, "industry": industry, "years": years, "terms": terms, "limit": limit,
        "born": born, "dies": np.minimum(defaults, ends), "defaults": defaults, "rate": rng.gamma(2.5, 1 / 2.5, count),
        "default_probability": yearly,
    }  # fmt: skip


def _give_business(rng, orders: Orders, index: np.ndarray, business: dict[str, np.ndarray], first: int) -> None:
    group = orders.region[index] * len(CHANNEL_IDS) + orders.channel[index]
    for value in np.unique(group):
        chosen = index[group == value]
        member = np.flatnonzero(business["region"] * len(CHANNEL_IDS) + business["channel"] == value)
        weight = business["rate"][member] * np.sqrt(business["limit"][member])
        found = _draw_alive(rng, orders.day[chosen], member, weight, business["born"], business["dies"])
        # The first account of a cell never ends: it takes what nobody else could.
        orders.customer[chosen] = np.where(found < 0, member[0], found) + first


def _population(rng, consumers: dict, business: dict) -> Population:
    many, few = len(consumers["rate"]), len(business["rate"])
    count = many + few
    number = np.arange(1, count + 1)
    region = np.array(REGION_NAMES)[np.r_[consumers["region"], business["region"]]]
    city = np.empty(count, dtype="U8")
    for name, cities in CITIES.items():
        here = region == name
        city[here] = rng.choice(cities, here.sum())
    email, phone, address = contact_details(rng, number, city)
    name = np.r_[person_names(rng, many), company_names(rng, region[many:], business["industry"] == "wholesale")]
    true_segment = np.array([s.segment for s in SEGMENTS])[consumers["segment"]]
    # The company's own label is right for four in five.
    label = np.where(rng.random(many) < 0.8, true_segment, rng.choice([s.segment for s in SEGMENTS], many))
    born = np.r_[consumers["born"], business["born"]]
    created = DAYS[0] + pd.to_timedelta(np.where(born >= 0, born, -rng.integers(1, 1500, count)), unit="D")
    blank = np.full(many, np.nan)
    table = pd.DataFrame({
        "customer_id": np.char.add("U", np.char.zfill(number.astype("U8"), 6)),
        "name": name, "email": email, "phone": phone, "address": address,
        "segment": np.r_[label, np.where(business["industry"] == "wholesale", "distributor", "retail_account")],
        "age_group": np.r_[rng.choice(_AGES, many, p=[0.22, 0.36, 0.22, 0.13, 0.07]), np.full(few, None)],
        "gender": np.r_[rng.choice(["female", "male"], many, p=[0.78, 0.22]), np.full(few, None)],
        "region": region, "city": city, "created_on": created,
        "credit_limit": np.r_[blank, business["limit"]],
        "payment_terms_days": pd.array(np.r_[blank, business["terms"]], dtype="Int64"),
        "industry": np.r_[np.full(many, None), business["industry"]],
        "years_in_business": np.r_[blank, business["years"]],
    })  # fmt: skip
    return Population(
        table, np.r_[true_segment, table["segment"].to_numpy()[many:]], np.r_[consumers["rate"], business["rate"]],
        born, np.r_[consumers["dies"], business["dies"]], np.r_[np.full(many, FOREVER), business["defaults"]],
    )  # fmt: skip
