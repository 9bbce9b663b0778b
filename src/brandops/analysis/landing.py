"""Where will the year land, and how probable is its target (plan item 1.1.1)?

The months left are forecast by the forecasting engine from what was known on the day: the combination of exponential
smoothing, ARIMA, STL and linear regression, with the errors that it made in its own backtest. Sample paths of the months,
joined by the correlation of those errors, are added up, so that the year's total carries how errors run on.
"""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from brandops.analysis.forecasting import fit
from brandops.analysis.forecasting.backtesting import FAST
from brandops.analysis.forecasting.events import with_events
from brandops.analysis.goals import by_month, starts_of
from brandops.periods import Grain, Period, period_of

MINIMUM_MONTHS = 24  # month effects need two looks at each month
DRAWS = 4000  # Monte Carlo error of a probability: under one point


@dataclass(frozen=True)
class Landing:
    """Predictive distribution of the year's net sales.

    Attributes
    ----------
    year, as_of
        What is predicted, and from which day.
    actual_to_date
        Net sales of the year up to `as_of`.
    median, low, high
        Median of the distribution and its central interval of coverage `level`. (Sales whose logarithm is t distributed
        have no mean: after a short, restless history a few draws would carry a sample's mean far out of the interval.)
    months
        `month`, `median`, `low`, `high` of each month not yet complete.
    draws
        Sample of the distribution.
    """

    year: Period
    as_of: date
    actual_to_date: float
    median: float
    low: float
    high: float
    level: float
    months: pd.DataFrame = field(repr=False)
    draws: np.ndarray = field(repr=False)

    def probability(self, target: float) -> float:
        """Probability that the year's net sales reach `target`."""
        return float((self.draws >= target).mean())


def landing(history: pd.DataFrame, year: Period, as_of: date, level: float = 0.80, elapsed: float | None = None,
            events: bool = False) -> Landing | None:  # fmt: skip
    """Predict the year's net sales from what was known on `as_of`.

    Parameters
    ----------
    history
        Sales by month (`month`, `net_sales`; many rows a month allowed). Months after `as_of` are not looked
        at.
    year
        Fiscal year to land.
    as_of
        Last day with sales.
    level
        Coverage of the interval.
    elapsed
        Share of the as-of month that its days so far make up, where the month is not complete; None: by days.
    events
        Whether sales follow Chinese New Year, which moves between months: its effect in the years known is learnt and
        laid where it falls this year. (618 and Double 11 fall into the same months every year and are season.)

    Returns
    -------
    Landing or None
        None where fewer than 24 complete months in a row are known and the year is not over.
    """
    sales = by_month(history)
    sales = sales[sales.index <= pd.Timestamp(as_of)].astype(float)
    current = period_of(as_of, Grain.MONTH)
    months = starts_of(year)
    to_date = float(sales[sales.index.isin(months)].sum())
    if as_of >= year.end:
        return _landed(year, as_of, to_date, level)
    complete = sales if current.end <= as_of else sales[sales.index < pd.Timestamp(current.start)]
    complete = _last_run(complete)
    ahead = [m for m in months if m > complete.index[-1]] if len(complete) else []
    if len(complete) < MINIMUM_MONTHS:
        return None
    steps = (ahead[-1].to_period("M") - complete.index[-1].to_period("M")).n
    long = pd.DataFrame({"unique_id": "total", "ds": complete.index, "y": complete.to_numpy(float)})
    long, future = with_events(long, steps) if events else (long, None)
    paths = fit(long, steps, 12, future=future, models=FAST).paths(DRAWS)[:, 0, -len(ahead) :]
    if current.end > as_of and pd.Timestamp(current.start) in ahead:
        share = ((as_of - current.start).days + 1) / current.days if elapsed is None else elapsed
        paths[:, ahead.index(pd.Timestamp(current.start))] *= 1 - share
    draws = to_date + paths.sum(axis=1)
    tail = (1 - level) / 2
    frame = pd.DataFrame({
        "month": ahead, "median": np.median(paths, axis=0), "low": np.quantile(paths, tail, axis=0),
        "high": np.quantile(paths, 1 - tail, axis=0),
    })  # fmt: skip
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Landing(year, as_of, to_date, float(np.median(draws)), float(low), float(high), level, frame, draws)


def landing_path(history: pd.DataFrame, year: Period, as_of: date, target: float, level: float = 0.80,
                 events: bool = False) -> pd.DataFrame:  # fmt: skip
    """How the landing was seen at the end of each month so far, from what was known then.

    Returns
    -------
    DataFrame
        `seen_on`, `median`, `low`, `high`, `probability` (of `target`), one row per month end from the eve of
        the year to `as_of`; empty where the history is too short.
    """
    eve = pd.Timestamp(year.start) - pd.Timedelta(days=1)
    ends = [eve.date(), *(m.end for m in year.split(Grain.MONTH) if m.end <= as_of)]
    seen = [(end, landing(history, year, end, level, events=events)) for end in ends]
    rows = [(pd.Timestamp(e), x.median, x.low, x.high, x.probability(target)) for e, x in seen if x is not None]
    return pd.DataFrame(rows, columns=["seen_on", "median", "low", "high", "probability"])


def _landed(year: Period, as_of: date, total: float, level: float) -> Landing:
    none = pd.DataFrame({"month": pd.to_datetime([]), "median": [], "low": [], "high": []})
    return Landing(year, as_of, total, total, total, total, level, none, np.array([total]))


def _last_run(sales: pd.Series) -> pd.Series:
    """The latest unbroken run of months with positive sales."""
    if sales.empty:
        return sales
    full = sales.reindex(pd.date_range(sales.index[0], sales.index[-1], freq="MS"))
    broken = np.flatnonzero(~(full.to_numpy(float) > 0))
    return full.iloc[broken[-1] + 1 :] if len(broken) else full
