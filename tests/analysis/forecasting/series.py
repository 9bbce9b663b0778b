"""Made-up monthly series with known properties."""

import numpy as np
import pandas as pd

MONTHS = pd.date_range("2019-01-01", periods=84, freq="MS")


def monthly(seed: int = 1, length: int = 60, noise: float = 0.05, growth: float = 0.004, season: float = 0.2) -> np.ndarray:
    """Sales of about 1,000 with a season, growth and noise, ending in December 2025."""
    rng = np.random.default_rng(seed)
    time = np.arange(84 - length, 84)
    return 1000 * np.exp(growth * time + season * np.sin(2 * np.pi * time / 12) + rng.normal(0, noise, length))


def frame(series: dict[str, np.ndarray]) -> pd.DataFrame:
    """Long format; every series ends in December 2025."""
    parts = [pd.DataFrame({"unique_id": name, "ds": MONTHS[-len(y) :], "y": y}) for name, y in series.items()]
    return pd.concat(parts, ignore_index=True)


def group(count: int = 6, **settings: float) -> pd.DataFrame:
    """`count` series alike but for their noise."""
    return frame({f"s{n}": monthly(seed=n, **settings) for n in range(count)})
