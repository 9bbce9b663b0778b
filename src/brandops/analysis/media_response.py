"""What does advertising on a platform bring: carry-over and saturation, from daily sales (plan item 6.2.3).

Demand of a channel on a day is multiplied by exp(effect × a / (half_saturation + a)), where `a` is geometric adstock in units
of daily spend, a = carry_over × a of the day before + (1 - carry_over) × spend: the Hill curve of slope one, concave (Jin,
Wang, Sun, Chan and Koehler 2017, "Bayesian methods for media mix modeling with carryover and shape effects"). The model is
Poisson pseudo-maximum likelihood of units on advertising, the channel's price, its campaigns, effects of channel and month
(trend) and of the day (season, shared by the channels), fitted by iterated weighted least squares. Advertising is therefore
measured by changes of its level from week to week that other channels did not share; where spending never changes, the
intervals say so. Several platforms may lead to one channel. With a single channel, weekday and month stand for the season.

Carry-over and half saturation are correlated and skewed, so their posterior is computed on a grid; platforms are drawn in
turn (Gibbs sampler). Priors are weak, and needed, since data say little on spending never tried (Jin et al., section 4):
effect half-normal of scale `EFFECT_SCALE`, half saturation log-normal about the platform's mean spend, carry-over even on its
grid. The likelihood is tempered by overdispersion and by autocorrelation of the residuals (Newey and West 1987).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import signal
from scipy.special import ndtr, ndtri

from brandops.analysis.seeds import seed_of

CARRY_OVER = np.array([0.0, 0.15, 0.3, 0.42, 0.53, 0.63, 0.71, 0.78, 0.84, 0.89])
# In multiples of the platform's mean daily spend: beyond, the curve is a step or a line as far as spending went.
HALF_SATURATION = np.geomspace(0.2, 5.0, 9)
HALF_SATURATION_SCALE = 0.7  # of its logarithm: two thirds of the prior lie between half and twice the mean spend
EFFECT_SCALE = 0.5
MAXIMUM_EFFECT = 2.0  # the curve of profit stays concave up to here; a platform that trebles sales would be news
DRAWS, WARM_UP, ROUNDS = 2000, 200, 4
AFTER_DAYS = 14  # campaigns work on; these days have an effect of their own
MINIMUM_DAYS = 180
LAGS = 14


@dataclass(frozen=True)
class MediaResponse:
    """How sales answer to advertising.

    Attributes
    ----------
    platforms
        platform, channel_id, days, mean_spend (currency a day, days with spend); effect, half_saturation (currency a day),
        carry_over, each with `_low` and `_high` (95 %); at_mean (share of demand at mean spend, with bounds).
    draws
        Posterior: draw, platform, effect, half_saturation, carry_over.
    dispersion
        Variance of units to their mean; autocorrelation: the factor by which it widens the intervals.
    observations
        Days × channels used.
    """

    platforms: pd.DataFrame
    draws: pd.DataFrame
    dispersion: float
    autocorrelation: float
    observations: int


def adstock(spend: np.ndarray, carry_over: float) -> np.ndarray:
    """Geometric adstock in units of daily spend: at a constant spend it settles at that spend."""
    return signal.lfilter([1 - carry_over], [1, -carry_over], spend)


def hill(level: np.ndarray, half_saturation: float) -> np.ndarray:
    """Share of the full effect at a carried-over spend."""
    return level / (half_saturation + level)


def response_panel(demand: pd.DataFrame, ads: pd.DataFrame, platforms: dict[str, str], until: pd.Timestamp) -> pd.DataFrame:
    """Days × platforms with the sales of the channel each leads to, as `media_response` takes them.

    Parameters
    ----------
    demand
        Mart `demand_daily`.
    ads
        Mart `ads_daily`; campaigns' own advertising is left out, it is part of what a campaign does.
    platforms
        Platform: the channel it leads to.
    until
        Last day.

    Returns
    -------
    DataFrame
        date, channel_id, platform, units, price (log of the week's net to list price), spend (0 where none), sales (currency,
        before returns). From a channel's first sale on.
    """
    own = ads[ads["campaign_id"].isna()].groupby(["platform", "date"])["spend"].sum()
    frames = []
    for platform, channel in platforms.items():
        part = demand[(demand["channel_id"] == channel) & (demand["date"] <= until)].set_index("date")
        if part.empty or platform not in own.index.get_level_values(0):
            continue
        days = pd.date_range(part.index.min(), until, name="date")
        part = part.reindex(days)
        week = days.to_period("W")
        sums = part[["gross_sales", "list_sales"]].groupby(week).transform("sum")
        price = np.log((sums["gross_sales"] / sums["list_sales"]).where(sums["list_sales"] > 0)).fillna(0.0)
        frames.append(pd.DataFrame({
            "date": days, "channel_id": channel, "platform": platform, "units": part["quantity"].fillna(0).to_numpy(float),
            "price": price.to_numpy(), "spend": own[platform].reindex(days).fillna(0.0).to_numpy(),
            "sales": part["gross_sales"].fillna(0).to_numpy(float),
        }))  # fmt: skip
    columns = ["date", "channel_id", "platform", "units", "price", "spend", "sales"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def media_response(panel: pd.DataFrame, campaigns: pd.DataFrame | None = None, seed: int | None = None) -> MediaResponse | None:
    """Estimate carry-over, saturation and effect of every platform in a `response_panel`.

    `campaigns` (mart) get effects of their own in the channels they ran in, during their days and the `AFTER_DAYS` after.
    None with fewer than `MINIMUM_DAYS` days or where no platform's spending varies.
    """
    panel = panel[panel.groupby("platform")["spend"].transform("std") > 0].reset_index(drop=True)
    if panel["date"].nunique() < MINIMUM_DAYS:
        return None
    names = list(dict.fromkeys(panel["platform"]))
    mean = panel[panel["spend"] > 0].groupby("platform")["spend"].mean()
    rows = panel.drop_duplicates(["channel_id", "date"]).reset_index(drop=True)
    curves = np.concatenate([_curves(rows, panel[panel["platform"] == name], mean[name]) for name in names], axis=1)
    alone = rows["channel_id"].nunique() == 1
    others = _others(rows, campaigns, weekdays=alone)
    day = np.zeros(len(rows), dtype=int) if alone else pd.factorize(rows["date"])[0]
    units = rows["units"].to_numpy()
    fitted = np.maximum(units, 0.5)
    size, chosen, effect = len(CARRY_OVER) * len(HALF_SATURATION), None, np.zeros(len(names))
    for _round in range(ROUNDS):
        working = np.log(fitted) + (units - fitted) / fitted
        table = np.column_stack([working, curves, others])
        centred = _within(table, fitted, day) * np.sqrt(fitted)[:, None]
        base, _r = np.linalg.qr(_independent(centred[:, 1 + curves.shape[1] :]))
        part = centred[:, : 1 + curves.shape[1]]
        part = part - base @ (base.T @ part)
        gram = part.T @ part
        chosen, effect = _mode(gram, chosen, len(names), size)
        residual = part[:, 0] - part[:, 1 + chosen] @ effect
        fitted = np.exp(np.clip(working - residual / np.sqrt(fitted), -20, 20))
    freedom = max(len(units) - base.shape[1] - len(np.unique(day)) - 3 * len(names), 1)
    dispersion = float(residual @ residual) / freedom
    repeated = _autocorrelation(residual, rows["channel_id"].to_numpy())
    rng = np.random.default_rng(seed if seed is not None else seed_of("media", len(rows), round(float(units.sum()))))
    drawn = _gibbs(gram, chosen, effect, dispersion * repeated, size, rng)
    draws = _as_table(drawn, names, mean)
    return MediaResponse(_summary(draws, panel, mean), draws, dispersion, repeated, len(rows))


def _curves(rows: pd.DataFrame, platform: pd.DataFrame, mean: float) -> np.ndarray:
    """Rows × cells of the grid: the platform's share of its full effect on its channel, zero elsewhere."""
    mine = (rows["channel_id"] == platform["channel_id"].iloc[0]).to_numpy()
    spend = platform.set_index("date")["spend"].reindex(rows.loc[mine, "date"]).to_numpy()
    made = np.zeros((len(rows), len(CARRY_OVER) * len(HALF_SATURATION)))
    made[mine] = np.column_stack([hill(adstock(spend, c), k * mean) for c in CARRY_OVER for k in HALF_SATURATION])
    return made


def _others(panel: pd.DataFrame, campaigns: pd.DataFrame | None, weekdays: bool) -> np.ndarray:
    """Columns of all that moves sales beside advertising and the day: price, channel and month, campaigns."""
    channel = panel["channel_id"]
    columns = [pd.get_dummies(channel + panel["date"].dt.to_period("M").astype(str)).to_numpy(float)]
    columns.append(np.column_stack([panel["price"] * (channel == name) for name in channel.unique()]))
    if weekdays:
        columns.append(pd.get_dummies(panel["date"].dt.dayofweek).to_numpy(float))
    for row in campaigns.itertuples() if campaigns is not None else ():
        here = (channel == row.channel_id) if pd.notna(row.channel_id) else pd.Series(True, panel.index)
        after = row.ends_on + pd.Timedelta(days=AFTER_DAYS)
        spans = (panel["date"].between(row.starts_on, row.ends_on), panel["date"].gt(row.ends_on) & panel["date"].le(after))
        for name in channel[here].unique():
            columns += [(span & (channel == name)).to_numpy(float)[:, None] for span in spans if (span & here).any()]
    return np.concatenate(columns, axis=1)


def _within(table: np.ndarray, weight: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Deviations from the weighted mean of the day."""
    total = np.bincount(day, weight)
    means = np.stack([np.bincount(day, weight * column) / total for column in table.T], axis=1)
    return table - means[day]


def _independent(table: np.ndarray) -> np.ndarray:
    """The left singular vectors that carry anything: effects that repeat others drop out."""
    left, size, _right = np.linalg.svd(table, full_matrices=False)
    return left[:, size > 1e-8 * max(size[0], 1e-300)]


def _mode(gram: np.ndarray, chosen: np.ndarray | None, count: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Cell of the grid and effect of each platform that fit best, one platform at a time until none moves."""
    chosen = np.arange(count) * size + size // 2 if chosen is None else chosen.copy()
    effect = np.zeros(count)
    for _sweep in range(20):
        before = chosen.copy()
        for k in range(count):
            left, norm = _partial(gram, chosen, effect, k, size)
            best = np.clip(left / norm, 0, MAXIMUM_EFFECT)
            gain = 2 * best * left - best**2 * norm
            cell = int(np.argmax(gain))
            chosen[k], effect[k] = k * size + cell, best[cell]
        if (before == chosen).all():
            break
    return chosen, effect


def _partial(gram: np.ndarray, chosen, effect, k: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Products of platform k's curves with what the other platforms leave unexplained, and their squares."""
    cells = 1 + k * size + np.arange(size)
    others = [j for j in range(len(chosen)) if j != k]
    left = gram[cells, 0] - gram[np.ix_(cells, 1 + chosen[others])] @ effect[others]
    return left, np.maximum(gram[cells, cells], 1e-12)


def _gibbs(gram, chosen, effect, scale: float, size: int, rng) -> np.ndarray:
    """Draws × platforms × (effect, cell)."""
    chosen, effect = chosen.copy(), effect.copy()
    prior = np.tile(_half_saturation_prior(), len(CARRY_OVER))
    kept = np.empty((DRAWS, len(chosen), 2))
    for turn in range(WARM_UP + DRAWS):
        for k in range(len(chosen)):
            left, norm = _partial(gram, chosen, effect, k, size)
            precision = norm / scale + 1 / EFFECT_SCALE**2
            mean, deviation = left / scale / precision, 1 / np.sqrt(precision)
            low, high = ndtr(-mean / deviation), ndtr((MAXIMUM_EFFECT - mean) / deviation)
            inside = np.maximum(high - low, 1e-300)
            weight = mean**2 * precision / 2 + np.log(deviation) + np.log(inside) + prior
            chance = np.exp(weight - weight.max())
            cell = rng.choice(size, p=chance / chance.sum())
            place = low[cell] + rng.random() * inside[cell]
            value = mean[cell] + deviation[cell] * ndtri(np.clip(place, 1e-15, 1 - 1e-15))
            chosen[k], effect[k] = k * size + cell, float(np.clip(value, 0, MAXIMUM_EFFECT))
        if turn >= WARM_UP:
            kept[turn - WARM_UP] = np.column_stack([effect, chosen - np.arange(len(chosen)) * size])
    return kept


def _half_saturation_prior() -> np.ndarray:
    """Log density of the half saturations, which are evenly spaced on the scale of their logarithm."""
    return -0.5 * (np.log(HALF_SATURATION) / HALF_SATURATION_SCALE) ** 2


def _autocorrelation(residual: np.ndarray, channel: np.ndarray) -> float:
    """Factor on the variance of a mean by Bartlett-weighted autocorrelations within channels; never below one."""
    factor, total = 1.0, float(residual @ residual)
    for lag in range(1, LAGS + 1):
        same = channel[lag:] == channel[:-lag]
        factor += 2 * (1 - lag / (LAGS + 1)) * float((residual[lag:] * residual[:-lag])[same].sum()) / total
    return max(factor, 1.0)


def _as_table(drawn: np.ndarray, names: list[str], mean: pd.Series) -> pd.DataFrame:
    frames = []
    for k, name in enumerate(names):
        cell = drawn[:, k, 1].astype(int)
        frames.append(pd.DataFrame({
            "draw": np.arange(len(drawn)), "platform": name, "effect": drawn[:, k, 0],
            "half_saturation": HALF_SATURATION[cell % len(HALF_SATURATION)] * mean[name],
            "carry_over": CARRY_OVER[cell // len(HALF_SATURATION)],
        }))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _summary(draws: pd.DataFrame, panel: pd.DataFrame, mean: pd.Series) -> pd.DataFrame:
    rows = []
    for name, part in draws.groupby("platform", sort=False):
        mine = panel[panel["platform"] == name]
        level = np.expm1(part["effect"] * hill(mean[name], part["half_saturation"]))
        row = {"platform": name, "channel_id": mine["channel_id"].iloc[0], "days": int((mine["spend"] > 0).sum()),
               "mean_spend": float(mean[name])}  # fmt: skip
        for label, values in {**{c: part[c] for c in ("effect", "half_saturation", "carry_over")}, "at_mean": level}.items():
            low, middle, high = np.quantile(values, [0.025, 0.5, 0.975])
            row |= {label: middle, f"{label}_low": low, f"{label}_high": high}
        rows.append(row)
    return pd.DataFrame(rows)
