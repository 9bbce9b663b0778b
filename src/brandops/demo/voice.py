"""The customers' voice: survey responses (with invalid ones), the population they are weighted to, service cases."""

import numpy as np
import pandas as pd

from brandops.demo.buyers import Population
from brandops.demo.catalogue import CHANNEL_IDS, REGION_NAMES
from brandops.demo.seasons import DAYS, MONTHS
from brandops.demo.truth import CHANNELS, REGIONS, Truth, stream

AGES = ("18-24", "25-34", "35-44", "45-54", "55+")
GENDERS = ("female", "male")
COLLECTORS = ("wechat", "app", "web", "sms", "in_store")
DRIVERS = ("q_quality", "q_price", "q_delivery", "q_service", "q_range")
_AGE_SHARE = np.array([0.14, 0.24, 0.24, 0.21, 0.17])
_GENDER_SHARE = np.array([0.62, 0.38])
_GOOD = ("很好用，会回购", "包装漂亮，物流快", "Great value, would buy again", "客服耐心", "质感不错", "Love the texture", "")
_BAD = ("发货太慢", "价格偏高", "Package arrived damaged", "客服回复慢", "用后过敏", "Too expensive", "断货了", "")
# Months in which fewer people were asked: the plan's 1,000 valid responses are missed.
_WEAK_MONTHS = ("2022-02", "2022-04", "2023-01", "2024-02", "2025-02", "2025-10")


def population(seed: int) -> pd.DataFrame:
    """Return shares of the target population by region, age group and gender; they sum to 1."""
    rng = stream(seed, "population")
    region = np.array([share for _, share in REGIONS.values()])
    share = region[:, None, None] * _AGE_SHARE[None, :, None] * _GENDER_SHARE[None, None, :]
    share = share * np.exp(rng.normal(0, 0.06, share.shape))
    share = np.round(share / share.sum(), 6)
    share[0, 0, 0] += 1 - share.sum()
    index = pd.MultiIndex.from_product([REGION_NAMES, AGES, GENDERS], names=["region", "age_group", "gender"])
    return pd.Series(share.ravel().round(6), index=index, name="share").reset_index()


def survey_responses(truth: Truth, buyers: Population, seed: int) -> pd.DataFrame:
    """Return all responses; about 7 % are invalid: straight-liners, speeders and repeated answers.

    Young women answer more often than the population, so unweighted figures are biased a little.
    """
    rng = stream(seed, "survey")
    weak = {pd.Timestamp(f"{month}-01") for month in _WEAK_MONTHS}
    asked = np.array([rng.poisson(905 if month in weak else 1165 + 2 * i) for i, month in enumerate(MONTHS)])
    count = asked.sum()
    month = np.repeat(np.arange(len(MONTHS)), asked)
    length = np.asarray(MONTHS.days_in_month)[month]
    day = np.asarray(MONTHS)[month] + (rng.random(count) * length).astype(int).astype("timedelta64[D]")
    answered = day.astype("datetime64[s]") + (rng.integers(8 * 3600, 23 * 3600, count)).astype("timedelta64[s]")
    consumers = np.flatnonzero(buyers.table["credit_limit"].isna().to_numpy())
    known = rng.random(count) < 0.72
    customer = rng.choice(consumers, count)
    channel = _channel(rng, answered)
    age = rng.choice(5, count, p=[0.24, 0.34, 0.21, 0.13, 0.08])
    gender = (rng.random(count) > 0.74).astype(int)
    satisfied = np.array([c.csat for c in CHANNELS])[channel] + 0.012 * (gender == 0) - 0.01 * (age == 0)
    # After Double 11 parcels are late: online satisfaction suffers for three weeks.
    when = pd.DatetimeIndex(answered)
    online = np.array([c.type == "online" for c in CHANNELS])[channel]
    backlog = online & (when.month == 11) & (when.day >= 12)
    satisfied = satisfied - 0.07 * backlog + 0.006 * (when.year - 2024)
    happy = rng.random(count) < satisfied
    csat = np.where(happy, 4 + (rng.random(count) < 0.58), rng.choice([1, 2, 3], count, p=[0.15, 0.30, 0.55]))
    table = pd.DataFrame({
        "answered_at": answered,
        "wave": [f"{w.year}Q{w.quarter}" for w in when],
        "collector": rng.choice(5, count, p=[0.46, 0.18, 0.14, 0.12, 0.10]),
        "customer_id": np.where(known, buyers.table["customer_id"].to_numpy()[customer], ""),
        "channel_id": channel,
        "region": np.where(known, _codes(buyers.table["region"].to_numpy()[customer]), rng.choice(8, count)),
        "age_group": age, "gender": gender, "csat": csat,
        "nps": np.clip(np.rint(rng.normal(np.array([2.0, 3.6, 5.4, 7.7, 9.2])[csat - 1], 1.2)), 0, 10).astype(int),
        "aware": (rng.random(count) < _awareness(truth, when, age)).astype(int),
    })  # fmt: skip
    for name, shift in zip(DRIVERS, (0.25, -0.35, -0.05, 0.1, 0.0), strict=True):
        score = csat * 0.62 + 1.6 + shift + rng.normal(0, 0.75, count)
        if name == "q_delivery":
            score = score - 0.9 * backlog
        table[name] = np.clip(np.rint(score), 1, 5).astype(int)
    table["seconds"] = np.round(np.exp(rng.normal(4.9, 0.38, count)), 1)
    comment = np.where(happy, rng.choice(_GOOD, count), rng.choice(_BAD, count))
    table["comment"] = np.where(rng.random(count) < 0.35, comment, "")
    table = _spoil(rng, table).sort_values("answered_at", kind="stable", ignore_index=True)
    table.insert(0, "response_id", [f"R{number:06d}" for number in range(1, len(table) + 1)])
    return table


def _codes(region: np.ndarray) -> np.ndarray:
    return pd.Categorical(region, categories=REGION_NAMES).codes


def _channel(rng, answered: np.ndarray) -> np.ndarray:
    """Draw the channel an answer is about among those open on its day."""
    share = np.array([channel.line_share for channel in CHANNELS])
    opened = np.array([np.datetime64(channel.opened_on) for channel in CHANNELS])
    weight = np.cumsum(share[None, :] * (opened[None, :] <= answered[:, None]), axis=1)
    return np.minimum((rng.random(len(answered))[:, None] * weight[:, -1:] >= weight).sum(axis=1), len(CHANNEL_IDS) - 1)


def _awareness(truth: Truth, when: pd.DatetimeIndex, age: np.ndarray) -> np.ndarray:
    """True aided awareness: rises along the year to the next year's level, higher among the young."""
    years = sorted(truth.awareness)
    level = np.interp(when.year + when.dayofyear / 366, [year + 0.5 for year in years], [truth.awareness[y] for y in years])
    return level + np.array([0.05, 0.04, 0.0, -0.06, -0.12])[age]


def _spoil(rng, table: pd.DataFrame) -> pd.DataFrame:
    """Make some responses invalid the way panels do; the contract accepts them, the validity rules must not."""
    draw = rng.random(len(table))
    straight, speeding = draw < 0.025, (draw >= 0.025) & (draw < 0.05)
    for name in DRIVERS:
        table.loc[straight, name] = 3
    table.loc[straight, "seconds"] = np.round(rng.uniform(25, 60, straight.sum()), 1)
    table.loc[speeding, "seconds"] = np.round(rng.uniform(4, 19, speeding.sum()), 1)
    again = table[(draw > 0.98) & (table["customer_id"] != "")].copy()
    again["answered_at"] += pd.to_timedelta(rng.integers(30, 900, len(again)), unit="s")
    return pd.concat([table, again], ignore_index=True)


def service_cases(line: pd.DataFrame, seed: int, scale: float) -> pd.DataFrame:
    """Return service cases: opened with sales, closed after hours online and days offline, slower in November."""
    rng = stream(seed, "service")
    chosen = np.sort(rng.choice(len(line), round(9_000 * scale), replace=False))
    sale = line.iloc[chosen]
    opened = sale["ordered_at"] + pd.to_timedelta(rng.integers(3600, 9 * 86400, len(sale)), unit="s")
    online = sale["channel_id"].map({c.channel_id: c.type == "online" for c in CHANNELS}).to_numpy(dtype=bool)
    hours = np.exp(rng.normal(np.where(online, 1.9, 3.3), 0.8)) * np.where(opened.dt.month == 11, 1.6, 1.0)
    closed = opened + pd.to_timedelta(np.rint(hours * 3600), unit="s")
    csat = np.clip(np.rint(rng.normal(4.75 - 0.012 * np.minimum(hours, 120), 0.7)), 1, 5)
    answered = rng.random(len(sale)) < 0.6
    table = pd.DataFrame({
        "opened_at": opened, "closed_at": closed, "channel_id": sale["channel_id"].astype(str),
        "customer_id": sale["customer_id"].astype(object),
        "kind": rng.choice(["question", "complaint", "return", "delivery"], len(sale), p=[0.38, 0.17, 0.22, 0.23]),
        "csat": pd.array(np.where(answered, csat, np.nan), dtype="Int64"),
    })  # fmt: skip
    table = table[table["opened_at"] <= DAYS[-1] + pd.Timedelta("23:59:59")]
    open_still = table["closed_at"] > DAYS[-1] + pd.Timedelta("23:59:59")
    table.loc[open_still, "closed_at"] = pd.NaT
    table.loc[open_still, "csat"] = pd.NA
    table = table.sort_values("opened_at", kind="stable", ignore_index=True)
    table.insert(0, "case_id", [f"K{number:06d}" for number in range(1, len(table) + 1)])
    return table
