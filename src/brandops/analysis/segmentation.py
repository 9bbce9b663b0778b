"""Which customers behave alike (item 4.1.2): clusters where enough of them bought often enough, else the customary segments.

Clusters (`brandops.analysis.clusters`) are found in behaviour; recency, frequency and money (`brandops.analysis.rfm`) are
what is left where too few customers came back for any.
"""

from dataclasses import dataclass

import pandas as pd

from brandops.analysis import rfm
from brandops.analysis.clusters import Clustering, cluster


@dataclass(frozen=True)
class Segmentation:
    """`history` (`rfm.histories`) and `segment`, by customer; `clusters` is None where the customary segments are taken."""

    history: pd.DataFrame
    segment: pd.Series
    clusters: Clustering | None

    def moves(self, was: pd.DataFrame) -> pd.DataFrame:
        """`rfm.moves` from the segments of an earlier history, told by the same rule, to today's."""
        before = self.clusters.assign(was) if self.clusters is not None else rfm.rfm(was)["rfm"]
        return rfm.moves(before, self.segment)


def segmentation(customers_monthly: pd.DataFrame, as_of: pd.Timestamp, without: list[str] | None = None) -> Segmentation:
    """Segment the customers known by the end of `as_of`; `without` as in `rfm.histories`."""
    history = rfm.histories(customers_monthly, as_of, without)
    found = cluster(history)
    return Segmentation(history, found.assign(history) if found is not None else rfm.rfm(history)["rfm"], found)
