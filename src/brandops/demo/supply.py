"""Supply: suppliers and their lateness, purchase orders, material prices with a shock, daily stock with an anomaly."""

import numpy as np
import pandas as pd

from brandops.demo.seasons import DAYS, between
from brandops.demo.truth import SHOCKS, Truth, stream

SITES = {"WH-SH": ("East", "Southeast", "Central", "North", "Northeast"), "WH-GZ": ("South", "Southwest", "Northwest")}
_MATERIALS = {  # material: (price per unit, suppliers)
    "Glycerin": (9.2, 3), "Shea butter": (42.0, 3), "Hyaluronic acid": (310.0, 2), "Niacinamide": (88.0, 3),
    "Surfactant": (11.5, 4), "Zinc oxide": (26.0, 3), "Pigment": (74.0, 2), "Fragrance": (160.0, 1),
    "PET bottle": (0.85, 4), "Glass jar": (2.6, 3), "Pump head": (1.1, 3), "Carton": (0.42, 3),
}  # fmt: skip


def suppliers(truth: Truth, seed: int) -> pd.DataFrame:
    """Return suppliers plus `late` (true chance of a late delivery) and `late_days` (true mean delay when late)."""
    rng = stream(seed, "suppliers")
    count = truth.suppliers
    late = np.clip(rng.beta(1.6, 9, count), 0.02, 0.5)
    late[[4, 11]] = 0.38, 0.31
    return pd.DataFrame({
        "supplier_id": [f"V{number:02d}" for number in range(1, count + 1)],
        "supplier": [f"Supplier {chr(64 + number)} Materials" for number in range(1, count + 1)],
        "country": rng.choice(["China", "China", "China", "Korea", "Germany", "Japan"], count),
        "since": pd.Timestamp("2014-01-01") + pd.to_timedelta(rng.integers(0, 2800, count), unit="D"),
        "late": late.round(4),
        "late_days": rng.uniform(4, 16, count).round(2),
    })  # fmt: skip


def supplies(truth: Truth) -> dict[str, list[int]]:
    """Return which suppliers (positions) truly deliver each material."""
    result, number = {}, 0
    for material, (_, count) in _MATERIALS.items():
        result[material] = sorted((number + i) % truth.suppliers for i in range(count))
        number += count - (count > 2)
    return result


def material_prices(truth: Truth, seed: int) -> pd.DataFrame:
    """Return daily market prices: a mean-reverting random walk, 2 % inflation, and the shock on one material."""
    rng = stream(seed, "material_prices")
    shock = truth.material_shock
    frames = []
    for material, (price, _) in _MATERIALS.items():
        noise, log = rng.normal(0, 0.008, len(DAYS)), np.zeros(len(DAYS))
        for day in range(1, len(DAYS)):
            log[day] = 0.995 * log[day - 1] + noise[day]
        value = price * np.exp(log + 0.02 * np.arange(len(DAYS)) / 365.25)
        if material == shock["material"]:
            ramp = np.convolve(between(shock["starts_on"], shock["ends_on"]), np.ones(30) / 30)[: len(DAYS)]
            value = value * (1 + (shock["price_factor"] - 1) * ramp)
        frames.append(pd.DataFrame({"material": material, "date": DAYS, "price": value.round(4)}))
    return pd.concat(frames, ignore_index=True)


def purchase_orders(truth: Truth, supplier: pd.DataFrame, price: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return purchase order lines; lateness doubles for the shocked material during its shock."""
    rng = stream(seed, "purchase_orders")
    shock = truth.material_shock
    market = price.set_index(["material", "date"])["price"]
    rows = []
    for material, members in supplies(truth).items():
        share = np.array([0.55, 0.25, 0.12, 0.08])[: len(members)]
        for day in range(int(rng.integers(0, 6)), len(DAYS), 5):
            ordered = DAYS[day]
            index = members[int(rng.choice(len(members), p=share / share.sum()))]
            lead = int(rng.integers(12, 26))
            chance = supplier["late"][index]
            if material == shock["material"] and shock["starts_on"] <= str(ordered.date()) <= shock["ends_on"]:
                chance = min(0.9, chance * 2 + 0.25)
            delay = (
                int(np.ceil(rng.exponential(supplier["late_days"][index]))) if rng.random() < chance else -int(rng.integers(0, 3))
            )
            quantity = float(np.round(np.exp(rng.normal(6.2, 0.5))))
            short = quantity if rng.random() > 0.06 else np.floor(quantity * rng.uniform(0.75, 0.98))
            promised = ordered + pd.Timedelta(days=lead)
            received = promised + pd.Timedelta(days=delay)
            here = received <= DAYS[-1]
            paid = round(float(market[material, ordered] * np.exp(rng.normal(0.01, 0.015))), 4)
            rows.append((ordered, supplier["supplier_id"][index], material, promised, received if here else pd.NaT, quantity,
                         short if here else np.nan, paid))  # fmt: skip
    columns = ["ordered_on", "supplier_id", "material", "promised_on", "received_on", "quantity", "received_quantity", "price"]
    table = pd.DataFrame(rows, columns=columns).sort_values(["ordered_on", "supplier_id"], kind="stable", ignore_index=True)
    # Lines to the same supplier on the same day share an order.
    same = table.groupby(["ordered_on", "supplier_id"], sort=False).ngroup()
    table.insert(0, "po_id", [f"PO{number + 1:05d}" for number in same])
    table.insert(1, "line_no", (table.groupby(same).cumcount() + 1).astype(str))
    return table


def stock_daily(truth: Truth, product: pd.DataFrame, line: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return stock product × site × day from the product's launch on.

    Each site orders up to a cover of about 35 days; in the supply shock the cover falls to nothing. On the days of the
    stock anomaly one product's record holds phantom units.
    """
    rng = stream(seed, "stock")
    issued = _issued(product, line)
    mean = pd.DataFrame(issued.reshape(len(DAYS), -1)).rolling(42, min_periods=7).mean().bfill().to_numpy()
    mean = mean.reshape(issued.shape)
    cover = rng.uniform(26, 46, issued.shape[1:])
    scarce = np.zeros((len(DAYS), issued.shape[1]), dtype=bool)
    for shock in SHOCKS:
        if shock.name == "supply_shock":
            hit = ((product["subcategory"] == shock.subcategory) & (product["brand"] == shock.brand)).to_numpy()
            scarce = between(shock.starts_on, shock.ends_on)[:, None] & hit[None, :]
    review = rng.integers(0, 7, issued.shape[1:])
    on_hand = np.zeros(issued.shape)
    received = np.zeros(issued.shape)
    stock = np.ceil(mean[0] * cover)
    for day in range(len(DAYS)):
        target = np.ceil(mean[day] * np.where(scarce[day][:, None], 0.0, cover))
        delivered = np.where((day + review) % 7 == 0, np.maximum(target - stock, 0), 0)
        # A shop in need is served from the other site's reserve: stock never falls below nothing.
        delivered = np.maximum(delivered, issued[day] - stock)
        stock = stock + delivered - issued[day]
        on_hand[day], received[day] = stock, delivered
    anomaly = truth.stock_anomaly
    which = list(product["product_id"]).index(anomaly["product_id"]), list(SITES).index(anomaly["site_id"])
    on_hand[(between(anomaly["starts_on"], anomaly["ends_on"]), *which)] += anomaly["phantom_units"]
    return _stock_table(product, issued, on_hand, received)


def _issued(product: pd.DataFrame, line: pd.DataFrame) -> np.ndarray:
    """Units sold day × product × site, returns left out."""
    sold = line[line["quantity"] > 0]
    day = (sold["ordered_at"].dt.normalize() - DAYS[0]).dt.days.to_numpy()
    regions = list(line["region"].cat.categories)
    site_of = np.array([next(i for i, names in enumerate(SITES.values()) if region in names) for region in regions])
    cell = (day * len(product) + sold["product_id"].cat.codes.to_numpy()) * len(SITES) + site_of[sold["region"].cat.codes]
    size = len(DAYS) * len(product) * len(SITES)
    total = np.bincount(cell, weights=sold["quantity"].to_numpy(), minlength=size)
    return total.reshape(len(DAYS), len(product), len(SITES))


def _stock_table(product: pd.DataFrame, issued, on_hand, received) -> pd.DataFrame:
    day, item, site = np.unravel_index(np.arange(issued.size), issued.shape)
    kept = np.asarray(DAYS)[day] >= product["launched_on"].to_numpy()[item]
    return pd.DataFrame({
        "date": np.asarray(DAYS)[day[kept]],
        "product_id": pd.Categorical.from_codes(item[kept], categories=pd.Index(product["product_id"].to_list())),
        "site_id": pd.Categorical.from_codes(site[kept], categories=pd.Index(list(SITES))),
        "on_hand": on_hand.ravel()[kept],
        "received": received.ravel()[kept],
        "sold": issued.ravel()[kept],
        "unit_cost": product["unit_cost"].to_numpy()[item[kept]],
    })  # fmt: skip
