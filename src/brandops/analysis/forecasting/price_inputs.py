"""Prices and promotions as inputs of the forecast: what they were by series and month, and what is declared of the months ahead.

A forecast may know of the future what the company has decided, and nothing else: prices and promotions ahead come from the
plan alone. The backtest can only ask what knowing them would have been worth, as if every month's had been declared and kept.
"""

from datetime import date

import numpy as np
import pandas as pd

from brandops.analysis.forecast_inputs import monthly_prices
from brandops.analysis.forecasting.engine import backtest
from brandops.analysis.forecasting.events import with_events
from brandops.analysis.forecasting.outlook import OTHERS, SEPARATOR, Outlook, outlook, sales_series
from brandops.params.plan import PlannedPrice

INPUTS = ["log_price", "promotion"]
YEAR = 12


def price_inputs(history: pd.DataFrame, monthly: pd.DataFrame, weekly: pd.DataFrame | None) -> pd.DataFrame | None:
    """Price and promotion of every series of an outlook's `history`.

    Parameters
    ----------
    history
        unique_id, ds (months), dimension, part, as `outlook.sales_series` makes them.
    monthly, weekly
        The marts sales_monthly (list_sales, gross_sales) and prices_weekly (promoted_quantity); a region, which the latter
        does not know, has the promotions of the total.

    Returns
    -------
    DataFrame or None
        unique_id, ds, log_price (log of net selling to list price; months without it have the month before's), promotion
        (share of units sold on promotion; 0 where unknown). None without list prices.
    """
    if not {"list_sales", "gross_sales"} <= set(monthly) or not (monthly["list_sales"] > 0).any():
        return None
    names = monthly.drop_duplicates("channel_id").set_index("channel_id")["channel"] if "channel_id" in monthly else None
    promoted = None if weekly is None else _promoted(weekly, names)
    parts = []
    for dimension, series in history.groupby("dimension", sort=False):
        known = set(series["part"])
        sums = _by_part(monthly.assign(ds=monthly["month"]), dimension, known, ["gross_sales", "list_sales"])
        made = series[["unique_id", "ds"]].merge(sums, on=["unique_id", "ds"], how="left")
        made["promotion"] = np.nan
        if promoted is not None:
            whole = dimension not in promoted
            share = _by_part(promoted, "total" if whole else dimension, {"total"} if whole else known, ["promoted", "units"])
            share["promotion"] = share["promoted"] / share["units"].where(share["units"] > 0)
            keys = ["ds"] if whole else ["unique_id", "ds"]
            made = made.drop(columns="promotion").merge(share[[*keys, "promotion"]], on=keys, how="left")
        parts.append(made)
    found = pd.concat(parts, ignore_index=True).sort_values(["unique_id", "ds"], ignore_index=True)
    sold = (found["list_sales"] > 0) & (found["gross_sales"] > 0)
    price = np.log(found["gross_sales"].where(sold) / found["list_sales"].where(sold))
    found["log_price"] = price.groupby(found["unique_id"]).transform(lambda p: p.ffill().bfill()).fillna(0.0)
    return found.assign(promotion=found["promotion"].fillna(0.0).clip(0, 1))[["unique_id", "ds", *INPUTS]]


def _promoted(weekly: pd.DataFrame, names: pd.Series | None) -> pd.DataFrame:
    sums = monthly_prices(weekly, ["channel_id", "category", "brand"])
    channel = sums["channel_id"] if names is None else sums["channel_id"].map(names).fillna(sums["channel_id"])
    return sums.assign(ds=sums["month"], channel=channel, promoted=sums["promoted_quantity"].fillna(0.0), units=sums["quantity"])


def _by_part(rows: pd.DataFrame, dimension: str, known: set[str], columns: list[str]) -> pd.DataFrame:
    """Sums by series and month; what is no part of its own counts to the others."""
    part = pd.Series("total", rows.index) if dimension == "total" else rows[dimension].fillna(OTHERS).astype(str)
    part = part.where(part.isin(known), OTHERS)
    sums = rows[columns].astype(float).groupby([dimension + SEPARATOR + part, rows["ds"]]).sum()
    return sums.rename_axis(["unique_id", "ds"]).reset_index()


def declared_inputs(
    inputs: pd.DataFrame, planned: dict[str, PlannedPrice], last: pd.Timestamp, horizon: int
) -> pd.DataFrame | None:
    """Prices and promotions of the steps ahead as far as they are declared.

    Parameters
    ----------
    inputs
        As `price_inputs` returns.
    planned
        Month (2026-01): what is declared of it.

    Returns
    -------
    DataFrame or None
        unique_id, ds and `INPUTS` of the `horizon` months after `last`; None where one of them is not declared or has no
        month a year before.
    """
    months = pd.date_range(last + pd.offsets.MonthBegin(), periods=horizon, freq="MS")
    changes = [planned.get(f"{month:%Y-%m}") for month in months]
    if horizon > YEAR or any(change is None for change in changes):
        return None
    plan = pd.DataFrame({"ds": months, "price": [c.price for c in changes], "more": [c.promotion for c in changes]})
    year_ago = inputs.assign(ds=inputs["ds"] + pd.DateOffset(months=YEAR)).merge(plan, on="ds")
    if len(year_ago) != horizon * inputs["unique_id"].nunique():
        return None
    made = year_ago.assign(log_price=year_ago["log_price"] + np.log1p(year_ago["price"]),
                           promotion=(year_ago["promotion"] + year_ago["more"]).clip(0, 1))  # fmt: skip
    return made[["unique_id", "ds", *INPUTS]]


def outlook_with_plan(
    monthly: pd.DataFrame, daily: pd.DataFrame | None, weekly: pd.DataFrame | None, as_of: date, horizon: int,
    events: bool, planned: dict[str, PlannedPrice],
) -> tuple[Outlook | None, pd.DataFrame | None]:  # fmt: skip
    """The outlook, with the declared prices and promotions where every month ahead has them, and the `price_inputs`."""
    history, step = sales_series(monthly, daily, as_of)
    inputs = price_inputs(history, monthly, weekly) if step == "month" and len(history) else None
    ahead = None if inputs is None else declared_inputs(inputs, planned, history["ds"].max(), horizon)
    return outlook(monthly, daily, as_of, horizon, events, None if ahead is None else (inputs, ahead)), inputs


def worth_of_prices(seen: Outlook, inputs: pd.DataFrame | None) -> pd.DataFrame:
    """What it would have been worth to know prices and promotions ahead, in the backtest of `seen`.

    Returns
    -------
    DataFrame
        unique_id, part, told, untold (mean absolute scaled error of the network with and without them, from the same origins), gain
        (1 less their ratio); the largest gain first. Empty where the forecast already knows them or has no backtest.
    """
    columns = ["unique_id", "part", "told", "untold", "gain"]
    if inputs is None or not len(seen.backtest) or seen.step != "month" or seen.priced:
        return pd.DataFrame(columns=columns)
    horizon, offsets = int(seen.backtest["step"].max()), seen.forecasts.trial.offsets
    long = seen.history[["unique_id", "ds", "y"]]
    if seen.forecasts.panel.regressors is not None:
        long, _ahead = with_events(long, horizon)
    told = backtest(long.merge(inputs, on=["unique_id", "ds"]), horizon, len(offsets), YEAR, models=("neural",),
                    step=max(1, horizon // 3))  # fmt: skip
    untold = seen.backtest[seen.backtest["model"] == "neural"]
    errors = {name: ((rows["y"] - rows["mean"]).abs() / rows["scale"]).groupby(rows["unique_id"]).mean()
              for name, rows in (("told", told), ("untold", untold))}  # fmt: skip
    found = pd.DataFrame(errors).dropna()
    found["gain"] = 1 - found["told"] / found["untold"].where(found["untold"] > 0)
    found = found.join(seen.history.drop_duplicates("unique_id").set_index("unique_id")["part"])
    found = found.rename_axis("unique_id").reset_index().dropna()
    return found.sort_values("gain", ascending=False, kind="stable", ignore_index=True)[columns]
