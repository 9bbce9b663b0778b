"""How volume answers to price, promotion, campaigns and competitors' prices, by channel (plan item 3.1.2).

A log-log panel regression (`panel_regression`): elasticities are the coefficients of log prices. Each channel has its own
slopes; the competitors' price, which the market data give by category only, has one. Effects of product × channel × year
take everything lasting about a product, effects of channel × week everything a channel's customers share in a week.
What may still mislead is endogeneity: where prices are cut because demand falls, elasticities are biased toward zero; the
price index of the competition may answer to ours. `PriceResponse` carries coefficients and covariance, so that elasticities
can be pooled and prices simulated from it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from brandops.analysis.panel_regression import PanelFit, clustered_covariance, fit_panel
from brandops.analysis.price_panel import SEASON_PREFIX

SLOPES = ("log_price", "promotion", "feature", "price_war")
COMPETITOR = "competitor_price"
MIN_PRICE_CHANGE = 0.02  # standard deviation of log price within a channel's products; below it prices hardly vary
MIN_CLUSTERS = 6


@dataclass(frozen=True)
class PriceResponse:
    """What was estimated.

    Attributes
    ----------
    elasticities
        channel_id, term (`log_price`, `promotion`, `feature`, `price_war`; `competitor_price` for all channels: channel_id
        None), estimate, se, df, low, high (95 %), p_value, products, rows, price_change (standard deviation of log price
        within products and years). Own-price elasticity: percent of volume per percent of price.
    covariance
        Of the estimates, in the order of `elasticities`.
    left_out
        channel_id, reason: `few products`, `price hardly varies`: channels of which nothing can be said.
    fit
        The regression itself.
    """

    elasticities: pd.DataFrame
    covariance: np.ndarray
    left_out: pd.DataFrame
    fit: PanelFit

    def of(self, term: str) -> pd.DataFrame:
        """Estimates of a term, by channel."""
        return self.elasticities[self.elasticities["term"] == term].reset_index(drop=True)


def price_response(panel: pd.DataFrame) -> PriceResponse | None:
    """Estimate elasticities from a `price_panel`.

    Returns
    -------
    PriceResponse or None
        None where no channel has enough products (`MIN_CLUSTERS`) whose prices vary (`MIN_PRICE_CHANGE`).
    """
    usable, left_out = usable_channels(panel)
    if not usable:
        return None
    rows = panel[panel["channel_id"].isin(usable)].reset_index(drop=True)
    columns, terms = {}, []
    for slope in [name for name in SLOPES if name in rows]:
        for channel in usable:
            columns[slope, channel] = np.where(rows["channel_id"] == channel, rows[slope], 0.0)
    made = pd.DataFrame({f"{slope}|{channel}": values for (slope, channel), values in columns.items()}, index=rows.index)
    terms = list(made) + [name for name in rows if name == COMPETITOR or str(name).startswith(SEASON_PREFIX)]
    fit = fit_panel(pd.concat([rows, made], axis=1), terms, block="channel_id")
    shown = [name for name in fit.coefficients.index if not name.startswith(SEASON_PREFIX)]
    table = fit.coefficients.loc[shown].reset_index()
    named = table["term"].str.split("|", expand=True, n=1)
    table["term"], table["channel_id"] = named[0], named.get(1)
    facts = _facts(rows)
    table = table.merge(facts, on="channel_id", how="left")
    covariance = fit.covariance.loc[shown, shown].to_numpy().copy()
    if COMPETITOR in shown:
        _widen_competitor(fit, rows, shown, table, covariance)
    order = ["channel_id", "term", "estimate", "se", "df", "low", "high", "p_value", "products", "rows", "price_change"]
    return PriceResponse(table[order], covariance, left_out, fit)


def usable_channels(panel: pd.DataFrame) -> tuple[list, pd.DataFrame]:
    """Channels of a panel whose answer to price can be told, and the others as in `PriceResponse.left_out`."""
    facts = _facts(panel)
    few = facts["products"] < MIN_CLUSTERS
    still = ~few & (facts["price_change"] < MIN_PRICE_CHANGE)
    left = pd.concat([
        facts.loc[few, ["channel_id"]].assign(reason="few products"),
        facts.loc[still, ["channel_id"]].assign(reason="price hardly varies"),
    ])  # fmt: skip
    return facts.loc[~few & ~still, "channel_id"].tolist(), left.reset_index(drop=True)


def _facts(panel: pd.DataFrame) -> pd.DataFrame:
    """Products, rows and price variation by channel, in the channels' order."""
    within = panel["log_price"] - panel.groupby("unit")["log_price"].transform("mean")
    by = panel.assign(_within=within).groupby("channel_id")
    return by.agg(products=("product_id", "nunique"), rows=("volume", "size"), price_change=("_within", "std")).reset_index()


def _widen_competitor(fit: PanelFit, rows: pd.DataFrame, shown: list[str], table: pd.DataFrame, covariance: np.ndarray) -> None:
    """Competitors' prices are the same for all products of a category and month: cluster there where that is wider.

    Products of a category share the shocks of a month, so its months, not its products, are what was observed.
    """
    used = rows.loc[fit.rows.index]
    half_year = used["week"].dt.year.astype(str) + (used["week"].dt.month > 6).map({True: "H2", False: "H1"})
    other, df = clustered_covariance(fit, used["category"].astype(str) + half_year)
    at = shown.index(COMPETITOR)
    se = float(np.sqrt(other.loc[COMPETITOR, COMPETITOR]))
    if se <= table.loc[at, "se"]:
        return
    scale = se / table.loc[at, "se"]
    covariance[at, :] *= scale
    covariance[:, at] *= scale
    freedom = df[COMPETITOR]
    estimate = table.loc[at, "estimate"]
    wide = stats.t.ppf(0.975, freedom) * se
    table.loc[at, ["se", "df", "low", "high"]] = se, freedom, estimate - wide, estimate + wide
    table.loc[at, "p_value"] = 2 * stats.t.sf(abs(estimate / se), freedom)
