"""What a coming period is expected to sell, from the sample paths of the total (plan items 3.1.1, 9.3.1)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandops.analysis.forecasting.outlook import Outlook
from brandops.periods import Period


@dataclass(frozen=True)
class Ahead:
    """Expected net sales of a period, in currency, with a central interval of coverage `level`."""

    mean: float
    low: float
    high: float
    level: float
    draws: np.ndarray

    def probability(self, target: float) -> float:
        """Probability that the period's net sales reach `target`."""
        return float((self.draws >= target).mean())


def period_ahead(seen: Outlook | None, period: Period, level: float = 0.80) -> Ahead | None:
    """Add up the paths of the months or weeks of `period`.

    A week that the period shares with its neighbour counts by its days. The steps' errors are those of whole paths, so that
    errors which run on from month to month are not averaged away.

    Returns
    -------
    Ahead or None
        None where the forecast does not reach over the whole period.
    """
    if seen is None:
        return None
    total = seen.total
    starts = pd.to_datetime(total["ds"])
    after = starts + (pd.offsets.MonthBegin() if seen.step == "month" else pd.offsets.Week())
    first, end = pd.Timestamp(period.start), pd.Timestamp(period.end) + pd.Timedelta(days=1)
    if starts.iloc[0] > first or after.iloc[-1] < end:
        return None
    overlap = (after.clip(upper=end) - starts.clip(lower=first)) / pd.Timedelta(days=1)
    weight = overlap.clip(lower=0).to_numpy() / ((after - starts) / pd.Timedelta(days=1)).to_numpy()
    centre = float(total["mean"].to_numpy() @ weight)
    drawn = seen.paths @ weight
    drawn = drawn + (centre - np.median(drawn))
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Ahead(centre, max(float(low), 0.0) if (seen.paths >= 0).all() else float(low), float(high), level, drawn)
