"""Days of the history and the true seasons on them: weekdays, Chinese New Year, 618, Double 11, summer."""

import numpy as np
import pandas as pd

from brandops.demo.truth import FIRST_DAY, LAST_DAY, Truth

# The festival follows the lunar calendar.
NEW_YEAR = ("2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17")

DAYS = pd.date_range(FIRST_DAY, LAST_DAY, freq="D")
MONTHS = pd.date_range(FIRST_DAY, LAST_DAY, freq="MS")
MONTH_OF_DAY = (DAYS.year - DAYS.year[0]) * 12 + DAYS.month - 1
YEARS = (DAYS - DAYS[0]).days.to_numpy() / 365.25


def day_index(text: str) -> int:
    """Position of a date in the history (may lie outside it)."""
    return (pd.Timestamp(text) - DAYS[0]).days


def between(starts_on: str, ends_on: str) -> np.ndarray:
    """Mask over the history's days, both ends included."""
    return np.asarray((pd.Timestamp(starts_on) <= DAYS) & (pd.Timestamp(ends_on) >= DAYS))


def festival_days() -> dict[str, np.ndarray]:
    """Masks over the days, by festival as named in `Truth.festivals`."""
    month_day = DAYS.month * 100 + DAYS.day
    to_new_year = np.full(len(DAYS), 999)
    for festival in NEW_YEAR:
        distance = (pd.Timestamp(festival) - DAYS).days.to_numpy()
        to_new_year = np.where(np.abs(distance) < np.abs(to_new_year), distance, to_new_year)
    masks = {
        "before_new_year": (to_new_year > 1) & (to_new_year <= 21),
        "new_year_week": (to_new_year <= 1) & (to_new_year >= -6),
        "queens_day": (month_day >= 304) & (month_day <= 308),
        "618": (month_day >= 601) & (month_day <= 620),
        "618_peak": (month_day >= 616) & (month_day <= 618),
        "golden_week": (month_day >= 1001) & (month_day <= 1007),
        "double_11": (month_day >= 1024) & (month_day <= 1111),
        "double_11_peak": (month_day >= 1110) & (month_day <= 1111),
        "double_12": (month_day >= 1210) & (month_day <= 1212),
    }
    return {name: np.asarray(mask) for name, mask in masks.items()}


def season(truth: Truth, channel_type: str) -> np.ndarray:
    """Demand factor of each day in channels of a type, without the category's summer."""
    factor = 1 + truth.weekend[channel_type] * np.asarray(DAYS.dayofweek >= 5)
    for name, mask in festival_days().items():
        factor = factor * (1 + truth.festivals[name][channel_type] * mask)
    return factor


def summer(amplitude: float) -> np.ndarray:
    """Yearly wave with its top in mid June."""
    return np.exp(amplitude * np.cos(2 * np.pi * (DAYS.dayofyear.to_numpy() - 166) / 365.25))
