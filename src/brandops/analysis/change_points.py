"""Has demand shifted, when, and since when could one have known (plan item 7.1.1)?

Weekly log sales of a series, by channels that sold all along (a channel's opening is no shift of demand) and without the
few days of shopping festivals' peaks, are regressed on a curved trend, the season (two harmonics of the year), the turn of
the year and, for Chinese sales, the weeks of Chinese New Year, 618 and Double 11. What remains is freed of its first-order
autocorrelation (Cochrane and Orcutt 1949) and searched for shifts of its mean: optimal partitioning with a penalty per
shift, by the library `ruptures` (Truong, Oudre and Vayatis 2020; Killick, Fearnhead and Eckley 2012). The penalty is not
guessed: series without a shift are simulated and go through the same regression and search; it is set where the stated
share of them, of all series of a page together, shows any. A slow drift is trend by this; a shift is what is sudden.
"""

from functools import cache

import numpy as np
import pandas as pd
import ruptures

from brandops.analysis.forecasting.events import event_days
from brandops.analysis.seeds import seed_of

FEWEST_WEEKS = 78  # a season cannot be told from a shift in less than a year and a half
SHORTEST = 4  # weeks a shift must have lasted
MOST = 3  # shifts looked for when the penalty is calibrated
SIMULATIONS = 1500
PEAKS = (("06-16", "06-18"), ("11-10", "11-11"), ("12-10", "12-12"))  # a few days with many times a day's sales
OPENING_DAYS = 60  # a channel that sold nothing in the first of these days opened later
COLUMNS = ["series", "starts_on", "ends_on", "seen_on", "delay_days", "effect", "low", "high", "going_on", "weekly", "money",
           "money_low", "money_high"]  # fmt: skip


def comparable(daily: pd.DataFrame) -> pd.DataFrame:
    """Rows of channels that sold from the history's first weeks to its last; all rows where there is no such channel."""
    if "channel_id" not in daily or daily.empty:
        return daily
    first, last = daily["date"].min() + pd.Timedelta(days=OPENING_DAYS), daily["date"].max() - pd.Timedelta(days=OPENING_DAYS)
    span = daily.groupby("channel_id")["date"].agg(["min", "max"])
    kept = span.index[(span["min"] <= first) & (span["max"] >= last)]
    return daily[daily["channel_id"].isin(kept)] if len(kept) else daily


def weekly_series(daily: pd.DataFrame, by: list[str], until: pd.Timestamp, *, value: str = "net_sales",
                  chinese_events: bool = False) -> pd.DataFrame:  # fmt: skip
    """Week (its Monday; whole weeks up to `until`) × series: `value` by the columns `by`, named `a | b`.

    With `chinese_events` the days of the festivals' peaks are left out and a week is brought back to seven days.
    """
    name = daily[by[0]].astype(str)
    for column in by[1:]:
        name = name + " | " + daily[column].astype(str)
    days = pd.DatetimeIndex(daily["date"])
    week = pd.Series(days - pd.to_timedelta(days.weekday, unit="D"), daily.index, name="week")
    used = (week + pd.Timedelta(days=6) <= until) & (week >= daily["date"].min())
    if chinese_events:
        distinct = days.unique()
        label = distinct.strftime("%m-%d")[distinct.get_indexer(days)]
        used &= ~np.logical_or.reduce([(label >= first) & (label <= last) for first, last in PEAKS])
    table = daily[used].groupby([week[used], name[used].rename("series")])[value].sum().unstack()
    if table.empty:
        return table
    length = daily["date"][used].groupby(week[used]).nunique()
    table = table.mul(7 / length, axis=0)
    return table.reindex(pd.date_range(table.index.min(), table.index.max(), freq="7D", name="week"))


def shifts(weekly: pd.DataFrame, false_alarms: float = 0.05, *, chinese_events: bool = False, follow: bool = True) -> pd.DataFrame:
    """Shifts of demand in weekly series.

    Parameters
    ----------
    weekly
        Week × series of sales, as `weekly_series` returns it. Series with a week without sales, or under 78 weeks, are left
        out (a launch or a delisting is no shift of demand).
    false_alarms
        Chance that any of the series shows a shift where none has one.
    chinese_events
        Whether the Chinese festivals move these sales.
    follow
        Whether to find, by repeating the search week by week, when each shift could first be seen.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row per stretch between shifts that differs from the one before: starts_on (first day), ends_on (the day
        before the next shift; the last day looked at), seen_on (last day of the week in which the search first showed it,
        `NaT` where not followed), delay_days, effect (change of level against the stretch before, fraction) with its 95 %
        interval, going_on (no later shift), weekly (currency a week at stake: effect times the level before, the same weeks),
        money with interval (that, over the stretch); largest loss first.
    """
    used = usable(weekly)
    if used.shape[1] == 0:
        return pd.DataFrame(columns=COLUMNS)
    each = 1 - (1 - false_alarms) ** (1 / used.shape[1])
    penalty = critical_penalty(str(used.index[0].date()), len(used), each, chinese_events)
    rows = [row for name in used for row in _of(name, used[name], penalty, chinese_events, follow)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.sort_values(["money", "series", "starts_on"], ignore_index=True)


def usable(weekly: pd.DataFrame) -> pd.DataFrame:
    """The series a shift can be looked for in: sales in every week, a year and a half of them."""
    return weekly.loc[:, (weekly > 0).all()] if len(weekly) >= FEWEST_WEEKS else weekly.iloc[:, :0]


@cache
def critical_penalty(first: str, weeks: int, rate: float, chinese_events: bool = False) -> float:
    """Penalty at which a share `rate` of series without a shift shows one; noise is white, as it is after cleaning."""
    index = pd.date_range(first, periods=weeks, freq="7D")
    hat = _hat(_regressors(index, chinese_events))
    rng = np.random.default_rng(seed_of("change points", first, str(weeks)))
    worst = np.empty(SIMULATIONS)
    for at in range(SIMULATIONS):
        noise = rng.normal(size=weeks)
        worst[at] = _most_gain(_standard(noise - hat @ noise))
    return float(np.quantile(worst, 1 - rate))


def cleaned(y: pd.Series, chinese_events: bool = False) -> tuple[np.ndarray, np.ndarray, float]:
    """Log sales less season and events; the same freed of autocorrelation and of unit variance; the autocorrelation."""
    X, log = _regressors(y.index, chinese_events), np.log(y.to_numpy(float))
    phi = 0.0
    for _ in range(3):
        moved_X, moved = X[1:] - phi * X[:-1], log[1:] - phi * log[:-1]
        beta = np.linalg.lstsq(moved_X, moved, rcond=None)[0]
        rest = log - X @ beta
        # Kendall's (1954) correction of the bias toward nothing, within bounds: near one, a shift and a walk look alike.
        raw = float(rest[1:] @ rest[:-1] / (rest[:-1] @ rest[:-1]))
        phi = float(np.clip(raw + (1 + 3 * raw) / len(rest), 0.0, 0.8))
    white = np.r_[rest[0] * np.sqrt(1 - phi**2), rest[1:] - phi * rest[:-1]]
    return rest, _standard(white), phi


def _of(name: str, y: pd.Series, penalty: float, chinese: bool, follow: bool) -> list[tuple]:
    ends = _search(cleaned(y, chinese)[1], penalty)
    if len(ends) < 2:
        return []
    X, log, starts = _regressors(y.index, chinese), np.log(y.to_numpy(float)), [0, *ends[:-1]]
    # Level of each stretch, season and events together: standard errors allow for autocorrelation (Newey and West 1987).
    steps = np.column_stack([np.arange(len(y)) >= start for start in starts[1:]]).astype(float)
    effects, errors = _least_squares(np.column_stack([steps, X]), log, steps.shape[1])
    rows = []
    for at, (start, end) in enumerate(zip(starts[1:], ends[1:], strict=True)):
        first, last = y.index[start], y.index[end - 1] + pd.Timedelta(days=6)
        low, effect, high = np.expm1(effects[at] + np.array([-1.96, 0, 1.96]) * errors[at])
        before = float(y.iloc[start:end].sum()) / (1 + effect)  # what these weeks would have brought at the old level
        seen = _first_seen(y, start, penalty, chinese) if follow else pd.NaT
        rows.append((name, first, last, seen, (seen - first).days if follow else np.nan, effect, low, high, end == len(y),
                     before / (end - start) * effect, before * effect, before * low, before * high))  # fmt: skip
    return rows


def _first_seen(y: pd.Series, start: int, penalty: float, chinese: bool) -> pd.Timestamp:
    """Last day of the first week after which the search, knowing no more, shows a shift within three weeks of `start`."""
    for weeks in range(max(start + SHORTEST, FEWEST_WEEKS), len(y)):
        found = _search(cleaned(y.iloc[:weeks], chinese)[1], penalty)[:-1]
        if any(abs(point - start) <= SHORTEST - 1 for point in found):
            return y.index[weeks - 1] + pd.Timedelta(days=6)
    return y.index[-1] + pd.Timedelta(days=6)


def _search(signal: np.ndarray, penalty: float) -> list[int]:
    """Ends of the stretches of equal mean."""
    return ruptures.KernelCPD(kernel="linear", min_size=SHORTEST).fit(signal.reshape(-1, 1)).predict(pen=penalty)


def _most_gain(signal: np.ndarray) -> float:
    """Smallest penalty at which the search shows nothing: the largest fall of the squared error per shift."""
    search = ruptures.KernelCPD(kernel="linear", min_size=SHORTEST).fit(signal.reshape(-1, 1))
    whole, gains = float(((signal - signal.mean()) ** 2).sum()), []
    for count in range(1, MOST + 1):
        ends = search.predict(n_bkps=count)
        error = sum(float(((part - part.mean()) ** 2).sum()) for part in np.split(signal, ends[:-1]))
        gains.append((whole - error) / count)
    return max(gains)


def _standard(values: np.ndarray) -> np.ndarray:
    """Unit variance by the differences between neighbours, which a shift leaves alone (von Neumann 1941)."""
    return values / max(np.sqrt(np.mean(np.diff(values) ** 2) / 2), 1e-12)


@cache
def _regressors_of(first: str, weeks: int, chinese_events: bool) -> np.ndarray:
    index, line = pd.date_range(first, periods=weeks, freq="7D"), np.linspace(-1, 1, weeks)
    days = event_days(index[0], index[-1] + pd.Timedelta(days=6)).astype(float) if chinese_events else pd.DataFrame(
        index=pd.date_range(index[0], index[-1] + pd.Timedelta(days=6)))  # fmt: skip
    label = days.index.strftime("%m-%d")
    days["turn_of_year"] = ((label >= "12-25") | (label <= "01-03")).astype(float)
    share = days.to_numpy().reshape(weeks, 7, -1).mean(axis=1)
    middle = (index + pd.Timedelta(days=3)).dayofyear.to_numpy() / 365.25 * 2 * np.pi
    waves = [wave(n * middle) for n in (1, 2) for wave in (np.sin, np.cos)]
    return np.column_stack([np.ones(weeks), line, line**2, *waves, share[:, share.std(axis=0) > 0]])


def _regressors(index: pd.DatetimeIndex, chinese_events: bool) -> np.ndarray:
    return _regressors_of(str(index[0].date()), len(index), chinese_events)


def _hat(X: np.ndarray) -> np.ndarray:
    return X @ np.linalg.pinv(X)


def _least_squares(X: np.ndarray, y: np.ndarray, first: int, lags: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """The first coefficients and their standard errors, robust to autocorrelation."""
    from statsmodels.api import OLS

    fitted = OLS(y, X).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    return fitted.params[:first], fitted.bse[:first]
