"""A set of series as one matrix, checked: what every forecasting model here is given."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from brandops.errors import UserError

REQUIRED = ["unique_id", "ds", "y"]
LAUNCH = 3  # steps of nothing before the first sale; a shorter lull may be chance


@dataclass(frozen=True)
class Panel:
    """Series by row, right-aligned at the last date, NaN before each one's start (or launch); the longest first.

    Attributes
    ----------
    ids, values
        Names and values (series × time); inner gaps are filled (`filled` counts them).
    season
        Season length.
    dates
        Date or number of every column.
    filled
        Gaps filled per series.
    regressors
        Known influences, series × (time + horizon) × regressor; None without.
    """

    ids: np.ndarray
    values: np.ndarray
    season: int
    dates: pd.Index
    filled: np.ndarray
    regressors: np.ndarray | None = field(default=None, repr=False)

    @property
    def lengths(self) -> np.ndarray:
        """Values known of each series."""
        return (~np.isnan(self.values)).sum(axis=1)

    @property
    def positive(self) -> np.ndarray:
        """Series all of whose values are above zero: these are modelled on the logarithm."""
        return np.nanmin(self.values, axis=1) > 0

    def before(self, steps: int, shortest: int = 1) -> tuple["Panel", np.ndarray]:
        """The panel as known `steps` earlier, of series that had `shortest` values then, and which these are."""
        kept = np.flatnonzero(self.lengths - steps >= shortest)
        values = self.values[kept, : self.values.shape[1] - steps]
        regressors = None if self.regressors is None else self.regressors[kept, : self.regressors.shape[1] - steps]
        return Panel(self.ids[kept], values, self.season, self.dates[: values.shape[1]], self.filled[kept], regressors), kept


def check_history(history: pd.DataFrame, horizon: int, season_length: int) -> None:
    """Refuse what cannot be forecast.

    Raises
    ------
    UserError
        Names the column, series, row or value at fault and the fix.
    """
    if not isinstance(horizon, int | np.integer) or isinstance(horizon, bool) or horizon <= 0:
        raise UserError(f"horizon={horizon!r}: steps to forecast; a whole number above 0")
    if not isinstance(season_length, int | np.integer) or season_length < 1:
        raise UserError(f"season_length={season_length!r}: steps in a season; a whole number, 1 for none")
    absent = [name for name in REQUIRED if name not in history.columns]
    if absent:
        raise UserError(f"history: no column {', '.join(absent)}; needed: {', '.join(REQUIRED)}; has: {_names(history)}")
    if history.empty:
        raise UserError("history: no rows; give at least one series with one value")
    for column in [c for c in history.columns if c not in ("unique_id", "ds")]:
        _check_numbers(history, column, "history")
    for name in ("unique_id", "ds"):
        if history[name].isna().any():
            raise UserError(f"history, row {_first(history[name].isna())}: {name} is missing; drop the row or give it")
    double = history.duplicated(["unique_id", "ds"])
    if double.any():
        at = _first(double)
        row = history.iloc[at]
        raise UserError(f"history, row {at}: series {row['unique_id']} has {row['ds']} twice; add the rows up first")
    backwards = history.groupby("unique_id", sort=False)["ds"].transform(lambda d: d < d.shift())
    if backwards.any():
        at = _first(backwards)
        row = history.iloc[at]
        raise UserError(f"history, row {at}: series {row['unique_id']}: {row['ds']} comes after a later date; sort by ds")


def _check_numbers(frame: pd.DataFrame, column: str, what: str) -> None:
    if not pd.api.types.is_numeric_dtype(frame[column]) or pd.api.types.is_bool_dtype(frame[column]):
        raise UserError(f"{what}: column {column} is {frame[column].dtype}; a number is needed; drop or convert it")
    numbers = frame[column].to_numpy(float, na_value=np.nan)
    bad = ~np.isfinite(numbers)
    if bad.any():
        at = int(np.argmax(bad))
        kind = "missing" if np.isnan(numbers[at]) else "infinite"
        series = f" (series {frame['unique_id'].iloc[at]})" if "unique_id" in frame else ""
        raise UserError(f"{what}, row {at}{series}: {column} is {kind} ({numbers[at]}); leave the row out or correct it")


def to_panel(history: pd.DataFrame, horizon: int, season_length: int, future: pd.DataFrame | None = None) -> Panel:
    """Check and lay out a history; `future` holds the regressors of the steps ahead.

    Raises
    ------
    UserError
        As `check_history`; also for regressors without `future`, and series that end at different dates.
    """
    check_history(history, horizon, season_length)
    names = [c for c in history.columns if c not in REQUIRED]
    step = step_of(history["ds"])
    first, last = history["ds"].min(), history["ds"].max()
    dates = _range(first, last, step)
    at = dates.get_indexer(history["ds"])
    if (at < 0).any():
        row = int(np.argmax(at < 0))
        raise UserError(f"history, row {row}: {history['ds'].iloc[row]} is off the regular step of the dates ({step}); "
                        "give one row a step")  # fmt: skip
    codes, ids = pd.factorize(history["unique_id"], sort=True)
    values = np.full((len(ids), len(dates)), np.nan)
    values[codes, at] = history["y"].to_numpy(float)
    ends = np.array([np.flatnonzero(~np.isnan(row))[-1] for row in values])
    filled = np.zeros(len(ids), int)
    aligned = np.full_like(values, np.nan)
    for row, (series, end) in enumerate(zip(values, ends, strict=True)):
        known = series[: end + 1]
        begun = _begun(known)
        known, filled[row] = _fill(known[begun:], season_length)
        aligned[row, len(dates) - len(known) :] = known
    regressors = None
    if names:
        regressors = _regressors(history, future, names, ids, codes, at, ends, dates, step, horizon)
    order = np.argsort(-(~np.isnan(aligned)).sum(axis=1), kind="stable")
    width = int((~np.isnan(aligned[order[0]])).sum())
    aligned, offset = aligned[order][:, len(dates) - width :], len(dates) - width
    if regressors is not None:
        regressors = regressors[order][:, offset:]
    return Panel(np.asarray(ids)[order], aligned, int(season_length), dates[offset:], filled[order], regressors)


def _regressors(history: pd.DataFrame, future: pd.DataFrame | None, names: list[str], ids: np.ndarray, codes: np.ndarray,
                at: np.ndarray, ends: np.ndarray, dates: pd.Index, step: object, horizon: int) -> np.ndarray:  # fmt: skip
    """Regressors of history and future, aligned as the values are."""
    needed = ["unique_id", "ds", *names]
    if future is None:
        raise UserError(f"history has regressors {', '.join(names)}: give their values ahead as future=")
    unknown = [c for c in future.columns if c not in needed]
    absent = [c for c in needed if c not in future.columns]
    if unknown or absent:
        raise UserError(f"future: unknown columns {unknown}, missing columns {absent}; it needs exactly {needed}")
    for name in names:
        _check_numbers(future, name, "future")
    length = len(dates)
    found = np.full((len(ids), length + horizon, len(names)), np.nan)
    found[codes, at + (length - 1 - ends)[codes]] = history[names].to_numpy(float)
    ahead = future[["unique_id", "ds", *names]].assign(row=pd.Index(ids).get_indexer(future["unique_id"]))
    for row, part in ahead[ahead["row"] >= 0].groupby("row"):
        wanted = steps_ahead(dates[ends[row]], step, horizon)
        known = part.set_index("ds")[names].reindex(wanted)
        found[row, length:] = known.to_numpy(float)
    short = np.isnan(found[:, length:]).any(axis=(1, 2))
    if short.any():
        raise UserError(f"future: series {ids[int(np.argmax(short))]} lacks some of the {horizon} steps after its last date")
    for block in found:  # a gap in the history has the regressor of the row before
        block[:] = pd.DataFrame(block).ffill().bfill().to_numpy()
    return found


def step_of(dates: pd.Series) -> object:
    """The regular step of dates: 1 for numbers, else a pandas offset (MS, QS, W-MON, D, ...)."""
    unique = pd.Index(dates.unique()).sort_values()
    if not pd.api.types.is_datetime64_any_dtype(unique):
        if not pd.api.types.is_integer_dtype(unique):
            raise UserError(f"history: ds is {unique.dtype}; use dates or whole numbers")
        return 1 if len(unique) < 2 else int(np.diff(unique).min())
    if len(unique) < 2:
        return pd.tseries.frequencies.to_offset("MS")
    frequency = pd.infer_freq(unique) if len(unique) > 2 else None
    if frequency is None:
        days = int(np.diff(unique).min() / np.timedelta64(1, "D"))
        first = (unique.day == 1).all()
        if first and days >= 28:
            frequency = "MS" if days < 59 else "QS" if days < 360 else "YS"
        elif (unique == unique + pd.offsets.MonthEnd(0)).all() and days >= 28:
            frequency = "ME" if days < 59 else "QE" if days < 360 else "YE"
        else:
            frequency = f"{max(days, 1)}D"
    return pd.tseries.frequencies.to_offset(frequency)


def steps_ahead(last: object, step: object, horizon: int) -> pd.Index:
    """Dates of the `horizon` steps after `last`."""
    if isinstance(step, int):
        return pd.Index(last + step * np.arange(1, horizon + 1))
    return pd.date_range(last, periods=horizon + 1, freq=step)[1:]


def _range(first: object, last: object, step: object) -> pd.Index:
    if isinstance(step, int):
        return pd.Index(np.arange(first, last + 1, step))
    return pd.date_range(first, last, freq=step)


def _begun(values: np.ndarray) -> int:
    """Where a series begins: at its first value, or at its launch.

    Records of a product, shop or region often show nothing for the time before it was launched: that is no demand to learn
    from. At least `LAUNCH` steps without a sale are such a time where sales never stayed away so long again.
    """
    first = int(np.argmax(~np.isnan(values)))
    sold = np.flatnonzero(np.nan_to_num(values))
    if not len(sold) or sold[0] - first < LAUNCH:
        return first
    longest = int(np.diff(np.r_[sold, len(values)]).max()) - 1
    return int(sold[0]) if longest < sold[0] - first else first


def _fill(values: np.ndarray, season: int) -> tuple[np.ndarray, int]:
    """Fill gaps: a straight line between neighbours, in the shape of the same steps of other seasons."""
    gaps = np.isnan(values)
    count = int(gaps.sum())
    if not count:
        return values, 0
    time = np.arange(len(values))
    filled = values.copy()
    shape = np.zeros(len(values))
    if season > 1 and (~gaps).sum() >= 2 * season:
        line = np.interp(time, time[~gaps], values[~gaps])
        level = pd.Series(line).rolling(season, center=True, min_periods=season // 2).mean().to_numpy()
        off = pd.Series(values - level).groupby(time % season).transform("mean").to_numpy()
        shape = np.nan_to_num(off)
    filled[gaps] = np.interp(time[gaps], time[~gaps], (values - shape)[~gaps]) + shape[gaps]
    known = values[~gaps]
    return np.clip(filled, min(known.min(), 0) if (known < 0).any() else known.min(), known.max()), count


def _names(frame: pd.DataFrame) -> str:
    return ", ".join(map(str, frame.columns))


def _first(mask: pd.Series) -> int:
    return int(np.argmax(mask.to_numpy()))


def scaled(panel: Panel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values on the scale models work on: logarithms where positive, else shares of the mean size.

    Returns
    -------
    scaled values, positive (series × 1), size (series × 1)
    """
    positive = panel.positive[:, None]
    size = np.nanmean(np.abs(panel.values), axis=1, keepdims=True)
    size = np.where(size > 0, size, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(np.where(panel.values > 0, panel.values, np.nan))
    return np.where(positive, logs, panel.values / size), positive, size


def unscaled(values: np.ndarray, positive: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Undo `scaled`."""
    return np.where(positive, np.exp(np.clip(values, -300, 300)), values * size)
