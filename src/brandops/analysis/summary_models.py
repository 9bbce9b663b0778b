"""How good is every model the report rests on (plan item 9.2.1)?

The register holds, for each model, what the sections measured of it: accuracy out of sample, coverage of its intervals,
calibration, drift and stability. A measure with a target is judged by it; one with an ideal value and an interval, such as
defaults seen to expected with the ideal 1, holds where the interval has the ideal in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Measure:
    """A figure that measures a model: the model's name, what is measured, the figure, and the value of a perfect model.

    `better` is the good direction of a change; None where the ideal lies between.
    """

    model: str
    aspect: str
    item: str
    key: str
    ideal: float | None = None
    better: str | None = "higher"


def register(figures: pd.DataFrame, measures: Sequence[Measure]) -> pd.DataFrame:
    """What is known of each model.

    Parameters
    ----------
    figures
        As `summary_review` has them.
    measures
        What to look for; figures that the report does not have are left out.

    Returns
    -------
    DataFrame
        model, aspect, item, name, part, unit, value, low, high, target, better, ideal, previous, status ("met", "at_risk",
        "missed", "no_target"), move ("improved", "worsened", "as before", "" where no earlier value is known), in the order
        of `measures`.
    """
    rows = []
    for measure in measures:
        found = figures[(figures["item"] == measure.item) & (figures["key"] == measure.key)]
        for row in found.itertuples():
            rows.append((measure.model, measure.aspect, row.item, row.name, row.part, row.unit, row.value, row.low, row.high,
                         row.target, row.better, measure.ideal, row.previous, _status(row, measure.ideal),
                         _move(row, measure)))  # fmt: skip
    columns = ["model", "aspect", "item", "name", "part", "unit", "value", "low", "high", "target", "better", "ideal", "previous",
               "status", "move"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def by_model(rows: pd.DataFrame) -> pd.DataFrame:
    """The register in one row per model: `model`, `measures`, `judged`, `met`, `missed` (counts); worst first."""
    made = rows.groupby("model", sort=False)["status"].agg(
        measures="size", judged=lambda s: int((s != "no_target").sum()), met=lambda s: int((s == "met").sum()),
        missed=lambda s: int((s == "missed").sum()),
    )  # fmt: skip
    return made.reset_index().sort_values("missed", ascending=False, kind="stable", ignore_index=True)


def yearly_gain(worth: pd.DataFrame | None) -> pd.DataFrame:
    """What forecasting gained over the naive rule, year by year, as a figure with the year before as its previous value.

    Parameters
    ----------
    worth
        The published table of the backtest by year: `year`, `gain`, `steps`; None or one year: there is no trend.

    Returns
    -------
    DataFrame
        One row of columns `value`, `previous`, `year`, `steps`; empty where fewer than two years are known.
    """
    if worth is None or len(worth.dropna(subset=["gain"])) < 2:
        return pd.DataFrame(columns=["value", "previous", "year", "steps"])
    rows = worth.dropna(subset=["gain"]).sort_values("year").tail(2)
    before, now = rows.iloc[0], rows.iloc[1]
    return pd.DataFrame([{"value": float(now["gain"]), "previous": float(before["gain"]), "year": int(now["year"]),
                          "steps": int(now["steps"])}])  # fmt: skip


def _status(row: tuple, ideal: float | None) -> str:
    if row.status in ("met", "at_risk", "missed"):
        return row.status
    if ideal is None or pd.isna(row.low) or pd.isna(row.high):
        return "no_target"
    return "met" if row.low <= ideal <= row.high else "missed"


def _move(row: tuple, measure: Measure) -> str:
    if pd.isna(row.previous) or pd.isna(row.value):
        return ""
    if measure.ideal is not None:
        change = abs(row.previous - measure.ideal) - abs(row.value - measure.ideal)
    else:
        change = (row.value - row.previous) * (1 if measure.better == "higher" else -1)
    return "as before" if change == 0 else "improved" if change > 0 else "worsened"
