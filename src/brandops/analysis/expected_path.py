"""How far a daily figure is off the path its season and its recent level let expect, and whether that could be chance.

The expected path is last year's course of the reference (the figure's own whole: its category, the company) times the ratio
in which the figure has stood to it lately: the median over eight weeks that end a week ago, each day against its own day
a year before. Chinese New Year moves by up to a month: around it, the same day of the festival is the same day. So Double 11 is
expected, and only a Double 11 unlike the last one is not. The usual noise is the figure's own: the 95 % quantile of its
absolute deviations over the year before, as a standard deviation. Nothing looks ahead, and nothing further back than
`MEMORY` days: a figure computed from the last `MEMORY` days is the figure computed from all of history.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.analysis.festivals import CHINESE_NEW_YEAR

GAP, LEVEL_DAYS, NOISE_DAYS = 8, 56, 365  # days: kept out of the ratio, in the ratio, in the noise
MEMORY = 900  # a year of noise, the year before it that its paths follow, and the windows of both
_BEFORE, _AFTER = 24, 35  # days of Chinese New Year's shopping, and after it until a month's mean has left it
_NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Deviations:
    """Frames day × series: `expected` (of the figure itself), `deviation` (figure / expected - 1), `score` (in noise units).

    Blank where the path is not known yet: under a year of history, or a figure without a value.
    """

    expected: pd.DataFrame
    deviation: pd.DataFrame
    score: pd.DataFrame

    def beyond_noise(self, limit: float) -> pd.DataFrame:
        """Deviations whose score is beyond ±`limit`; 0 where chance explains them, blank where nothing is known."""
        return self.deviation.where(~(self.score.abs() <= limit), 0.0).where(self.score.notna())


def same_day_last_year(days: pd.DatetimeIndex, chinese_events: bool) -> pd.DatetimeIndex:
    """The day a year before that had the same season: the same date, or the same day of Chinese New Year's weeks."""
    plain = days - pd.DateOffset(years=1)
    if not chinese_events:
        return pd.DatetimeIndex(plain)
    festivals = pd.to_datetime(CHINESE_NEW_YEAR)
    at = np.abs(days.to_numpy()[:, None] - festivals.to_numpy()[None, :]).argmin(axis=1)
    off = days - festivals[at]
    moved = festivals[np.maximum(at - 1, 0)] + off
    near = (off.days >= -_BEFORE) & (off.days <= _AFTER) & (at > 0)
    return pd.DatetimeIndex(np.where(near, moved, plain))


def deviations(figure: pd.DataFrame, reference: pd.DataFrame, of: dict[str, str], *, chinese_events: bool = False) -> Deviations:
    """Deviations of daily figures from their expected paths.

    Parameters
    ----------
    figure
        Day (every day, in order) × series; positive, or blank.
    reference
        Day × reference series, over the same days, whose season the series share.
    of
        Series to the reference it follows.
    """
    log = _log(figure)
    last = _log(reference).reindex(same_day_last_year(figure.index, chinese_events)).set_axis(figure.index)
    course = last[[of[name] for name in figure]].set_axis(figure.columns, axis=1)
    path = course + (log - course).shift(GAP).rolling(LEVEL_DAYS, min_periods=40).median()
    off = log - path
    usual = off.abs().shift(GAP).rolling(NOISE_DAYS, min_periods=90).quantile(0.95) / _NORMAL_95
    return Deviations(np.exp(path), np.expm1(off), off / usual.where(usual > 0))


def frozen_path(figure: pd.Series, start: pd.Timestamp, chinese_events: bool = False) -> pd.Series:
    """What a daily figure would have been from `start` on, had it kept to last year's course at the level before `start`.

    Blank where last year is not known.
    """
    log = _log(figure.rolling(7).mean().to_frame("y"))["y"]
    last = log.reindex(same_day_last_year(log.index, chinese_events)).set_axis(log.index)
    grown = (log - last)[log.index < start].tail(LEVEL_DAYS).median()
    return np.exp(last + grown)[log.index >= start]


def _log(figure: pd.DataFrame) -> pd.DataFrame:
    return np.log(figure.where(figure > 0).astype(float))
