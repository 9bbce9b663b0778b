"""The price with the most profit under a constant elasticity, its interval, and a guard against extrapolation (3.1.2).

Volume v = v₀ (p / p₀)^e. Profit (p (1 - k) - c) v, with unit cost c and selling costs k as a share of the price, is largest
at p* = c / (1 - k) · e / (1 + e) where e < -1 (Lerner 1934); at e ≥ -1 it rises with every increase, so that the data only
say: not lower. The interval comes from draws of the elasticity from its t distribution. The recommended price stays
within the prices observed: beyond them the curve is a guess.
"""

import zlib

import numpy as np
import pandas as pd

from brandops.analysis.pricing import PriceResponse

DRAWS = 4000
RANGE = (0.05, 0.95)  # quantiles of prices within a product that count as observed


def optimal_prices(response: PriceResponse, panel: pd.DataFrame, *, cost_rate: float = 0.0) -> pd.DataFrame:
    """Profit-maximising price of each channel relative to its present one.

    Parameters
    ----------
    panel
        The `price_panel` the response was fitted on; its last 52 weeks are the present.
    cost_rate
        Selling costs that grow with sales (commission), as a share of the price.

    Returns
    -------
    DataFrame
        channel_id, elasticity, cost_share (unit cost to price), price (mean, currency), optimum, optimum_low,
        optimum_high (relative to the present price, 95 %; NaN: no inner optimum), observed_low, observed_high (range of
        prices seen relative to the product's present one), recommended, recommended_low, recommended_high (within that
        range), gain, gain_low, gain_high (profit at the recommended price to the present profit, less 1),
        extrapolates (the formula's optimum lies outside the range). Channels whose unit cost is unknown, or whose
        elasticity cannot be told from none, are left out: no price follows from it.
    """
    last = panel["week"].max() - pd.Timedelta(weeks=51)
    rows = []
    own_prices = response.of("log_price")
    for own in own_prices[own_prices["high"] < 0].itertuples():
        here = panel[(panel["channel_id"] == own.channel_id) & (panel["volume"] > 0)]
        now = here[here["week"] >= last]
        volume = now["volume"].sum()
        if not volume or now["cost"].isna().all():
            continue
        known = now.dropna(subset=["cost"])
        price = (now["price"] * now["volume"]).sum() / volume
        share = (known["cost"] * known["volume"]).sum() / (known["price"] * known["volume"]).sum()
        usual = here.groupby("unit")["price"].transform("median")
        low, high = (here["price"] / usual).quantile(list(RANGE))
        rng = np.random.default_rng(zlib.crc32(f"price {own.channel_id} {own.rows}".encode()))
        drawn = own.estimate + own.se * rng.standard_t(max(own.df, 1.0), DRAWS)
        rows.append({"channel_id": own.channel_id, "elasticity": own.estimate, "cost_share": share, "price": price}
                    | _optimum(own.estimate, drawn, share, cost_rate, low, high))  # fmt: skip
    return pd.DataFrame(rows)


def without_price(response: PriceResponse, panel: pd.DataFrame) -> pd.DataFrame:
    """Channels with an elasticity that `optimal_prices` leaves out, and why.

    Returns
    -------
    DataFrame
        channel_id, reason: "elasticity" (its interval reaches 0), "sales" (none in the last 52 weeks) or "cost" (no unit cost
        known of what was sold in them).
    """
    last = panel["week"].max() - pd.Timedelta(weeks=51)
    rows = []
    for own in response.of("log_price").itertuples():
        now = panel[(panel["channel_id"] == own.channel_id) & (panel["volume"] > 0) & (panel["week"] >= last)]
        reasons = {"elasticity": not own.high < 0, "sales": now.empty, "cost": now["cost"].isna().all()}
        rows += [(own.channel_id, reason) for reason, holds in reasons.items() if holds][:1]
    return pd.DataFrame(rows, columns=["channel_id", "reason"])


def profit_curve(elasticity: np.ndarray | float, cost_share: float, cost_rate: float, relative: np.ndarray | float) -> np.ndarray:
    """Profit at a price relative to the present one, over the present profit."""
    margin = (np.asarray(relative) * (1 - cost_rate) - cost_share) / (1 - cost_rate - cost_share)
    return margin * np.asarray(relative) ** np.asarray(elasticity)


def best_price(elasticity: np.ndarray | float, cost_share: float, cost_rate: float = 0.0) -> np.ndarray:
    """Profit-maximising price relative to the present one; infinite where demand is not elastic (e ≥ -1)."""
    e = np.asarray(elasticity, dtype=float)
    markup = np.divide(e, 1 + e, out=np.full(e.shape, np.inf), where=e < -1)
    return cost_share / (1 - cost_rate) * markup


def _optimum(estimate: float, drawn: np.ndarray, share: float, rate: float, low: float, high: float) -> dict:
    best, bests = float(best_price(estimate, share, rate)), best_price(drawn, share, rate)
    within = np.clip(bests, low, high)
    chosen = float(np.clip(best, low, high))
    gains = profit_curve(drawn, share, rate, chosen) - 1
    interval = np.quantile(bests, [0.025, 0.975], method="nearest")
    safe = np.where(np.isfinite(interval), interval, np.nan)
    return {
        "optimum": best if np.isfinite(best) else np.nan, "optimum_low": safe[0], "optimum_high": safe[1],
        "observed_low": low, "observed_high": high, "recommended": chosen,
        "recommended_low": float(np.quantile(within, 0.025)), "recommended_high": float(np.quantile(within, 0.975)),
        "gain": float(profit_curve(estimate, share, rate, chosen) - 1),
        "gain_low": float(np.quantile(gains, 0.025)), "gain_high": float(np.quantile(gains, 0.975)),
        "extrapolates": not low <= best <= high,
    }  # fmt: skip
