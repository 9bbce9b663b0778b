"""All that is told of one kind of training, put together (plan items 5.2.1 to 5.2.3); the method stands in `training`."""

from dataclasses import dataclass

import pandas as pd

from brandops.analysis.training import TrainingEffect, event_study, outcome_panel, placebo, pre_trend, training_effect


@dataclass(frozen=True)
class TrainingStudy:
    """All that is told of a kind of training: its effect, and what speaks for or against believing it.

    Attributes
    ----------
    reach
        Row of `coverage`.
    effect, placebo
        On the outcome, and of the training pretended earlier; None where too few tell.
    trend
        p-value of the trained selling like the others before (`pre_trend`).
    events
        `event_study`.
    """

    kind: str
    reach: pd.Series
    effect: TrainingEffect | None
    placebo: TrainingEffect | None
    trend: float
    events: pd.DataFrame


def training_study(panel: pd.DataFrame, trainings: pd.DataFrame, reach: pd.DataFrame, kind: str) -> TrainingStudy | None:
    """The study of one kind of training; None where nobody had it.

    Parameters
    ----------
    panel
        As `outcome_panel` returns it.
    trainings
        The contract's trainings.
    reach
        `coverage`, indexed by kind.
    """
    if kind not in reach.index:
        return None
    return TrainingStudy(kind, reach.loc[kind], training_effect(panel, trainings, kind), placebo(panel, trainings, kind),
                         pre_trend(panel, trainings, kind), event_study(panel, trainings, kind))  # fmt: skip


def closing_panel(opportunities: pd.DataFrame, people: pd.DataFrame, until: object) -> pd.DataFrame:
    """`outcome_panel` of the closing rate: opportunities won to those decided (mart `opportunities_monthly`)."""
    past = opportunities[opportunities["month"] <= pd.Timestamp(until)]
    rate = past.assign(value=past["won"] / past["decided"].where(past["decided"] > 0))
    return outcome_panel(rate[["person_id", "month", "value"]], people)
