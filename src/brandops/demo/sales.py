"""The sales ledger of the world: order lines with customers, salespeople, campaigns, costs and returns."""

import numpy as np
import pandas as pd

from brandops.demo.buyers import Orders, Population, assign_customers
from brandops.demo.catalogue import CHANNEL_IDS, REGION_NAMES
from brandops.demo.demand import Lines, draw_lines
from brandops.demo.seasons import DAYS, MONTH_OF_DAY, MONTHS, between
from brandops.demo.truth import CHANNELS, Truth, stream

_RETURN_LINE = 500  # a return carries its line's number plus this
_HOURS_ONLINE = np.array([2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 5, 5, 5, 5, 6, 8, 10, 10, 8, 5], dtype=float)
_HOURS_OFFLINE = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 6, 7, 7, 6, 6, 7, 7, 8, 8, 7, 5, 2, 0, 0], dtype=float)


def productivity_of_people(truth: Truth, person: pd.DataFrame, training: pd.DataFrame) -> np.ndarray:
    """Return true productivity month × person: ability, raised by each training from its month on; 0 when not employed."""
    factor = np.ones((len(MONTHS), len(person)))
    position = {name: i for i, name in enumerate(person["person_id"])}
    for row in training.itertuples():
        later = np.asarray(row.trained_on <= MONTHS)
        factor[later, position[row.person_id]] *= 1 + truth.training_effects[row.kind]
    employed = np.asarray(person["hired_on"])[None, :] <= np.asarray(MONTHS)[:, None]
    employed &= ~(np.asarray(person["left_on"])[None, :] < np.asarray(MONTHS + pd.offsets.MonthEnd(0))[:, None])
    return factor * person["ability"].to_numpy()[None, :] * employed


def staffed_channels(person: pd.DataFrame, productivity: np.ndarray) -> dict[str, np.ndarray]:
    """Return per channel, month × region, how much the sellers' training raises the cell's demand."""
    result = {}
    ability = person["ability"].to_numpy()
    for channel in person["channel_id"].unique():
        factor = np.ones((len(MONTHS), len(REGION_NAMES)))
        for number, region in enumerate(REGION_NAMES):
            here = np.flatnonzero((person["channel_id"] == channel) & (person["region"] == region))
            base = (ability[here] * (productivity[:, here] > 0)).sum(axis=1)
            factor[:, number] = np.where(base > 0, productivity[:, here].sum(axis=1) / np.maximum(base, 1e-9), 1.0)
        result[channel] = factor
    return result


def sales(
    truth: Truth, product, campaign, person, training, seed: int, scale: float
) -> tuple[pd.DataFrame, Population, np.ndarray]:
    """Return sales lines (contract columns; `ordered_at` local and naive), the population and people's productivity.

    Money columns are floats holding whole cents.
    """
    productivity = productivity_of_people(truth, person, training)
    drawn = draw_lines(truth, product, campaign, staffed_channels(person, productivity), seed, scale)
    line, orders = _flatten(drawn)
    population = assign_customers(truth, orders, seed, scale)
    rng = stream(seed, "sales")
    seller = _sellers(rng, orders, person, productivity)
    second = _time_of_day(rng, orders)
    table = _table(truth, line, orders, population, person, product, campaign, seller, second)
    return _with_returns(rng, table), population, productivity


def _flatten(drawn: dict[str, Lines]) -> tuple[dict[str, np.ndarray], Orders]:
    """Concatenate the channels' lines, sort by day, and number the orders."""
    fields = [f for f in Lines.__dataclass_fields__ if f != "new_order"]
    line = {f: np.concatenate([getattr(lines, f) for lines in drawn.values()]) for f in fields}
    channel = np.concatenate([np.full(len(lines.day), CHANNEL_IDS.index(c)) for c, lines in drawn.items()])
    start = np.concatenate([lines.new_order for lines in drawn.values()])
    by_day = np.lexsort((np.arange(len(channel)), line["day"]))
    line = {f: values[by_day] for f, values in line.items()}
    line["channel"] = channel[by_day]
    start = start[by_day]
    line["order"] = np.cumsum(start) - 1
    first = np.flatnonzero(start)
    line["line_no"] = np.arange(len(start)) - first[line["order"]] + 1
    promoted = np.maximum.reduceat(line["promoted"], first) if len(first) else np.empty(0, bool)
    value = np.add.reduceat(line["quantity"] * line["net_price"], first) if len(first) else np.empty(0)
    orders = Orders(line["day"][first], line["channel"][first], line["region"][first], promoted.astype(int), value,
                    np.full(len(first), -1))  # fmt: skip
    return line, orders


def _sellers(rng, orders: Orders, person: pd.DataFrame, productivity: np.ndarray) -> np.ndarray:
    """Draw each order's salesperson among those of its channel and region, by productivity; -1 where there is none."""
    seller = np.full(len(orders.day), -1)
    month = MONTH_OF_DAY[orders.day]
    post = person["channel_id"].map(CHANNEL_IDS.index) * 8 + person["region"].map(REGION_NAMES.index)
    cell = orders.channel * 8 + orders.region
    for value in np.unique(post):
        here, chosen = np.flatnonzero(post == value), np.flatnonzero(cell == value)
        cumulated = np.cumsum(productivity[:, here], axis=1)[month[chosen]]
        draw = rng.random(len(chosen)) * cumulated[:, -1]
        pick = here[np.minimum((draw[:, None] >= cumulated).sum(axis=1), len(here) - 1)]
        seller[chosen] = np.where(cumulated[:, -1] > 0, pick, -1)
    return seller


def _time_of_day(rng, orders: Orders) -> np.ndarray:
    online = np.array([channel.type == "online" for channel in CHANNELS])[orders.channel]
    hour = np.empty(len(online), dtype=int)
    for mask, weights in ((online, _HOURS_ONLINE), (~online, _HOURS_OFFLINE)):
        hour[mask] = rng.choice(24, mask.sum(), p=weights / weights.sum())
    return hour * 3600 + rng.integers(0, 3600, len(online))


def unit_costs(truth: Truth, product: pd.DataFrame) -> np.ndarray:
    """Return true unit costs day × product: 2 % inflation a year and the material shock on skin care."""
    shock = truth.material_shock
    year = (DAYS.year.to_numpy() - DAYS.year[-1])[:, None]
    dear = between(shock["starts_on"], shock["ends_on"])[:, None] & (product["category"] == "Skin care").to_numpy()[None, :]
    cost = product["unit_cost"].to_numpy()[None, :] * 1.02**year * np.where(dear, shock["unit_cost_factor"], 1.0)
    return np.round(cost, 2)


def _table(truth, line, orders, population, person, product, campaign, seller, second) -> pd.DataFrame:
    order = line["order"]
    cents = np.rint(line["net_price"] * 100).astype(np.int64)
    site = np.array([
        f"{channel.channel_id[:3].upper()}-{region.upper()}" if channel.type == "offline" and not channel.business else None
        for channel in CHANNELS for region in REGION_NAMES
    ], dtype=object)  # fmt: skip
    return pd.DataFrame({
        "order": order,
        "line_no": line["line_no"],
        "ordered_at": DAYS.to_numpy()[line["day"]].astype("datetime64[s]") + second[order].astype("timedelta64[s]"),
        "customer_id": _category(orders.customer[order], population.table["customer_id"]),
        "channel_id": _category(line["channel"], CHANNEL_IDS),
        "region": _category(line["region"], REGION_NAMES),
        "site_id": pd.Categorical(site[line["channel"] * 8 + line["region"]]),
        "salesperson_id": _category(seller[order], person["person_id"]),
        "product_id": _category(line["product"], product["product_id"]),
        "quantity": line["quantity"],
        "list_price": line["list_price"],
        "net_price": line["net_price"],
        "net_sales": line["quantity"] * cents / 100,
        "discount": np.rint((line["list_price"] - line["net_price"]) * line["quantity"] * 100) / 100,
        "cost": unit_costs(truth, product)[line["day"], line["product"]],
        "campaign_id": _category(line["campaign"], campaign["campaign_id"]),
        "promoted": line["promoted"],
    })  # fmt: skip


def _category(codes: np.ndarray, names) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(names)))


def _with_returns(rng, table: pd.DataFrame) -> pd.DataFrame:
    """Add the returns: negative lines some days after the sale, as far as they fall into the history."""
    rate = np.array([channel.returns for channel in CHANNELS])[table["channel_id"].cat.codes]
    back = table[rng.random(len(table)) < rate].copy()
    back["ordered_at"] += pd.to_timedelta(rng.integers(3, 15, len(back)), unit="D")
    back["line_no"] += _RETURN_LINE
    back["quantity"] = -np.ceil(back["quantity"] * rng.uniform(0.3, 1.0, len(back))).astype(int)
    back["net_sales"] = back["quantity"] * np.rint(back["net_price"] * 100) / 100
    back["discount"] = 0.0
    back = back[back["ordered_at"] <= DAYS[-1] + pd.Timedelta("23:59:59")]
    merged = pd.concat([table, back], ignore_index=True)
    merged = merged.sort_values(["ordered_at", "order", "line_no"], kind="stable", ignore_index=True)
    number = merged.pop("order").to_numpy()
    names = np.char.add("SO", np.char.zfill(np.arange(number.max() + 1).astype("U9"), 8))
    merged.insert(0, "order_id", pd.Categorical.from_codes(number, categories=pd.Index(names)))
    return merged
