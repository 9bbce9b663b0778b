"""The brand's sales ahead, in total and by channel, region, category and brand, adding up (plan item 3.1.1).

Builds the series from the sales mart, forecasts all of them together, reconciles them and their sample paths.
"""

from dataclasses import dataclass, field
from datetime import date
from statistics import NormalDist

import numpy as np
import pandas as pd

from brandops.analysis.forecasting.engine import COMBINATION, Forecasts, fit, trial_table
from brandops.analysis.forecasting.events import with_events
from brandops.analysis.forecasting.reconcile import above_zero, constraints, error_covariance, reconcile

DIMENSIONS = ("channel", "region", "category", "brand")
PARTS = 20  # of a dimension; the smallest others are forecast as one
OTHERS = "others"
MONTHS_FOR_SEASON = 24
FEWEST_STEPS = 8
SEPARATOR = " | "


@dataclass(frozen=True)
class Outlook:
    """Coherent forecasts of the coming steps.

    Attributes
    ----------
    history
        unique_id, ds, y, dimension, part: what was forecast from; whole steps only.
    table
        unique_id, ds, dimension, part, mean, lo-80, hi-80, lo-95, hi-95, in currency; parts sum to the total.
    totals
        dimension, part, mean, lo-80, hi-80, lo-95, hi-95, last_year (the same steps a year before; NaN if unknown) of all
        steps ahead together.
    backtest
        Rows as `engine.backtest` returns them.
    paths
        Sample paths of the total: path × step.
    incoherent
        Largest difference between parts and total before reconciling, as a share of the total.
    step
        "month" or "week".
    priced
        Whether declared prices and promotions of the steps ahead went in.
    """

    history: pd.DataFrame = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    totals: pd.DataFrame = field(repr=False)
    backtest: pd.DataFrame = field(repr=False)
    paths: np.ndarray = field(repr=False)
    incoherent: float
    step: str
    forecasts: Forecasts = field(repr=False)
    priced: bool = False

    @property
    def total(self) -> pd.DataFrame:
        """Forecast of the total."""
        return self.table[self.table["dimension"] == "total"].reset_index(drop=True)

    @property
    def total_history(self) -> pd.DataFrame:
        """History of the total."""
        return self.history[self.history["dimension"] == "total"].reset_index(drop=True)


def sales_series(monthly: pd.DataFrame, daily: pd.DataFrame | None, as_of: date) -> tuple[pd.DataFrame, str]:
    """Net sales by month in total and by part of each dimension, up to the last whole month.

    Under two years of months, whole weeks instead where there are days: one year shows no season, but weeks to learn from.

    Returns
    -------
    DataFrame
        unique_id, ds, y, dimension, part; a step without sales is zero; and the step, "month" or "week".
    """
    end = pd.Timestamp(as_of)
    sold = monthly[(monthly["month"] + pd.offsets.MonthEnd(0)) <= end]
    step, days, dates = "month", sold.assign(ds=sold["month"]), None
    if sold["month"].nunique() < MONTHS_FOR_SEASON and daily is not None and len(daily):
        week = daily["date"] - pd.to_timedelta(daily["date"].dt.weekday, unit="D")
        whole = (week >= daily["date"].min()) & (week + pd.Timedelta(days=6) <= end)
        step, days = "week", daily.assign(ds=week)[whole]
    if days.empty:
        return pd.DataFrame(columns=["unique_id", "ds", "y", "dimension", "part"]), step
    dates = pd.date_range(days["ds"].min(), days["ds"].max(), freq="MS" if step == "month" else "W-MON")
    if "channel" not in days and "channel_id" in days:
        days = days.assign(channel=_channels(days["channel_id"], monthly))
    parts = [_by_part(days.assign(total="total"), "total", dates)]
    for dimension in DIMENSIONS:
        if dimension in days and days[dimension].nunique() > 1:
            parts.append(_by_part(days, dimension, dates))
    return pd.concat(parts, ignore_index=True), step


def _channels(ids: pd.Series, monthly: pd.DataFrame) -> pd.Series:
    """Names of channels, which only the months know; an id without a name stands for itself."""
    if not {"channel_id", "channel"} <= set(monthly):
        return ids
    return ids.map(monthly.drop_duplicates("channel_id").set_index("channel_id")["channel"]).fillna(ids)


def _by_part(sales: pd.DataFrame, dimension: str, dates: pd.DatetimeIndex) -> pd.DataFrame:
    names = sales[dimension].fillna(OTHERS).astype(str)
    size = sales["net_sales"].astype(float).groupby(names).sum().sort_values(ascending=False, kind="stable")
    kept = set(size.index if len(size) <= PARTS else size.index[: PARTS - 1])
    names = names.where(names.isin(kept), OTHERS)
    wide = (
        sales["net_sales"].astype(float).groupby([sales["ds"], names]).sum().unstack(fill_value=0.0).reindex(dates, fill_value=0.0)
    )
    found = wide.rename_axis("ds").rename_axis("part", axis=1).stack().rename("y").reset_index()
    found["dimension"] = dimension
    found["unique_id"] = dimension + SEPARATOR + found["part"]
    return found.sort_values(["unique_id", "ds"])[["unique_id", "ds", "y", "dimension", "part"]]


def outlook(monthly: pd.DataFrame, daily: pd.DataFrame | None, as_of: date, horizon: int, events: bool = False,
            priced: tuple[pd.DataFrame, pd.DataFrame] | None = None) -> Outlook | None:  # fmt: skip
    """Forecast `horizon` months (weeks where months are too few) of total and parts after `as_of`.

    Parameters
    ----------
    monthly, daily
        The marts sales_monthly and sales_daily.
    events
        Whether Chinese New Year, 618 and Double 11 move the sales.
    priced
        Prices and promotions of the past and of the steps ahead, as `price_inputs` and `declared_inputs` return them; used
        for months only.

    Returns
    -------
    Outlook or None
        None where there are fewer than eight whole weeks or months.
    """
    history, step = sales_series(monthly, daily, as_of)
    if history["ds"].nunique() < FEWEST_STEPS:
        return None
    long, future = history[["unique_id", "ds", "y"]], None
    if events:
        long, future = with_events(long, horizon, step)
    if priced is not None and step == "month":
        past, ahead = priced
        long = long.merge(past, on=["unique_id", "ds"], validate="one_to_one")
        future = ahead if future is None else future.merge(ahead, on=["unique_id", "ds"], validate="one_to_one")
    found = fit(long, horizon, 12 if step == "month" else 1, future=future)
    dimension_of = history.drop_duplicates("unique_id").set_index("unique_id")
    dimensions = [dimension_of.at[name, "dimension"] for name in found.ids]
    matrix = constraints(dimensions)
    errors = np.moveaxis(found.trial.actual - found.trial.combined, 1, 2).reshape(-1, len(found.ids))
    covariance = error_covariance(errors, _deviation(found))
    drawn = found.paths()
    gaps = np.abs(matrix @ found.centre).sum(axis=1) / max(np.abs(found.centre[dimensions.index("total")]).sum(), 1e-12)
    positive = np.nanmin(found.panel.values, axis=1) >= 0
    centre, drawn = (above_zero(reconcile(part, matrix, covariance), dimensions, positive) for part in (found.centre, drawn))
    table = _table(found, centre, drawn).merge(dimension_of[["dimension", "part"]], left_on="unique_id", right_index=True)
    rows = trial_table(found.trial, found.panel).merge(dimension_of[["dimension", "part"]], left_on="unique_id", right_index=True)
    totals = _totals(found, centre, drawn, history, horizon, 12 if step == "month" else 52, dimension_of)
    paths = drawn[:, dimensions.index("total")]
    return Outlook(history, table, totals, rows, paths, float(gaps.max(initial=0.0)), step, found,
                   priced is not None and step == "month")  # fmt: skip


def _deviation(found: Forecasts) -> np.ndarray:
    """Standard deviation of a step's error that the 80 % intervals imply, by series."""
    width = (found.table["hi-80"] - found.table["lo-80"]).groupby(found.table["unique_id"]).mean()
    return width.reindex(found.ids).to_numpy() / (2 * NormalDist().inv_cdf(0.9))


def _bands(values: np.ndarray, centre: np.ndarray) -> dict[str, np.ndarray]:
    """Mean and bounds over the first axis of sample paths, moved so that their middle is the forecast."""
    moved = values + (centre - np.median(values, axis=0))
    found = {"mean": centre}
    for level in (80, 95):
        tail = (100 - level) / 2
        low, high = np.percentile(moved, [tail, 100 - tail], axis=0)
        floor = np.where((values >= 0).all(axis=0), 0.0, -np.inf)
        found[f"lo-{level}"], found[f"hi-{level}"] = np.maximum(low, floor), high
    return found


def _table(found: Forecasts, centre: np.ndarray, drawn: np.ndarray) -> pd.DataFrame:
    dates = found.table.groupby("unique_id", sort=False)["ds"]
    ahead = {name: part.to_numpy() for name, part in dates}
    bands = _bands(drawn, centre)
    parts = [
        pd.DataFrame({"unique_id": name, "ds": ahead[name], **{column: values[at] for column, values in bands.items()}})
        for at, name in enumerate(found.ids)
    ]
    return pd.concat(parts, ignore_index=True)


def _totals(found: Forecasts, centre: np.ndarray, drawn: np.ndarray, history: pd.DataFrame, horizon: int, year: int,
            dimension_of: pd.DataFrame) -> pd.DataFrame:  # fmt: skip
    frame = pd.DataFrame(_bands(drawn.sum(axis=2), centre.sum(axis=1)), index=found.ids)
    for name, part in history.groupby("unique_id"):
        y = part.sort_values("ds")["y"].to_numpy()
        frame.loc[name, "last_year"] = y[-year : len(y) - year + horizon].sum() if len(y) >= year and horizon < year else (
            y[-year:].sum() if len(y) >= year and horizon == year else np.nan)  # fmt: skip
    frame = dimension_of[["dimension", "part"]].join(frame)
    order = {name: at for at, name in enumerate(("total", *DIMENSIONS))}
    return frame.sort_values(["dimension", "mean"], key=lambda c: c.map(order) if c.name == "dimension" else -c, ignore_index=True)


def worth(rows: pd.DataFrame, model: str = COMBINATION) -> pd.DataFrame:
    """What forecasting was worth by year of what came: absolute error of the total against the naive rule's.

    Returns
    -------
    DataFrame
        year, naive, forecast (mean absolute error of a step, currency), gain (1 less their ratio), steps.
    """
    part = rows[(rows["dimension"] == "total") & rows["model"].isin(["seasonal_naive", model])]
    part = part.assign(error=(part["y"] - part["mean"]).abs(), year=pd.to_datetime(part["ds"]).dt.year)
    wide = part.pivot_table(index="year", columns="model", values="error", aggfunc=["mean", "count"])
    found = pd.DataFrame({"naive": wide["mean"]["seasonal_naive"], "forecast": wide["mean"][model]})
    found["gain"] = 1 - found["forecast"] / found["naive"].where(found["naive"] > 0)
    found["steps"] = wide["count"][model].astype(int)
    return found.reset_index()
