"""How satisfied are customers, would they recommend us, do people know us, and what spoils it (items 1.1.2,
1.1.3, 1.3.3)?

Satisfaction (CSAT) is the share of answers from `satisfied_from` up; the net promoter score (NPS; Reichheld
2003) is the share of 9 and 10 minus the share of 0 to 6, in points. Both are weighted; intervals use the
effective sample size. Drivers are ranked by the Shapley value of the R² of dissatisfaction on the battery's
questions (LMG: Lindeman, Merenda and Gold 1980; Grömping 2006), which shares out what correlated questions
explain together; its interval is a bootstrap's.

`responses` frames hold valid responses with `weight` (column absent: all equal), `csat`, `nps`, `aware`,
`q_*` and whatever they are grouped by.
"""

from datetime import date
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from brandops.analysis.intervals import LEVEL, Estimate, mean_estimate, share_estimate, wilson
from brandops.analysis.survey import weighted_answers
from brandops.params.plan import SurveyRules

PROMOTER, DETRACTOR = 9, 6
BOOTSTRAPS = 200  # standard error of a 95 % bound is then a few per cent of the interval
LOW_RATING = 3  # a rating that is not good: 1 to 3 of 5
_DRIVER = [
    "driver", "importance", "low", "high", "n", "rated_low", "dissatisfied_if_low", "dissatisfied_if_good",
    "if_low_low", "if_low_high",
]  # fmt: skip
MINIMUM_ANSWERS = 30  # fewer complete answers than this explain nothing


def csat(responses: pd.DataFrame, satisfied_from: int, by: list[str] | None = None, level: float = LEVEL) -> pd.DataFrame:
    """Share of satisfied answers.

    Returns
    -------
    DataFrame
        The columns of `by`, then `value`, `low`, `high` (fractions), `n`, `effective_n`.
    """
    satisfied = (responses["csat"].astype("Float64") >= satisfied_from).astype("Float64")
    return _grouped(responses, satisfied, by, share_estimate, level)


def nps(responses: pd.DataFrame, by: list[str] | None = None, level: float = LEVEL) -> pd.DataFrame:
    """Net promoter score in points (-100 to 100); columns as `csat`."""
    answers = responses["nps"].astype("Float64")
    points = ((answers >= PROMOTER).astype("Float64") - (answers <= DETRACTOR).astype("Float64")) * 100
    return _grouped(responses, points, by, mean_estimate, level)


def awareness(responses: pd.DataFrame, by: list[str] | None = None, level: float = LEVEL) -> pd.DataFrame:
    """Share of respondents who know the brand (aided); columns as `csat`."""
    return _grouped(responses, responses["aware"].astype("Float64"), by, share_estimate, level)


def drivers(responses: pd.DataFrame, satisfied_from: int, level: float = LEVEL) -> pd.DataFrame:
    """What goes with dissatisfaction, most important first.

    Returns
    -------
    DataFrame
        `driver` (the question's column), `importance` (share of the explained dissatisfaction; sums to 1)
        with `low` and `high`, `rated_low` (share of ratings of 3 or less), `dissatisfied_if_low` and
        `dissatisfied_if_good` (share of dissatisfied among each) with `if_low_low`, `if_low_high`, `n`.
        Empty where fewer than 30 answers are complete or everybody agrees.
    """
    questions = [c for c in responses if c.startswith("q_") and responses[c].notna().any()]
    complete = responses.dropna(subset=[*questions, "csat"])
    values = complete[questions].to_numpy(float)
    unhappy = (complete["csat"].to_numpy(float) < satisfied_from).astype(float)
    weight = complete["weight"].to_numpy(float) if "weight" in complete else np.ones(len(complete))
    enough = len(complete) >= MINIMUM_ANSWERS and questions
    if not enough or unhappy.std() == 0 or (values.std(axis=0) == 0).any():
        return pd.DataFrame(columns=_DRIVER)
    rng = np.random.default_rng(len(complete))
    resampled = rng.integers(len(values), size=(BOOTSTRAPS, len(values)))
    table = np.column_stack([values, unhappy])
    tables = [_correlations(table, weight), *(_correlations(table[i], weight[i]) for i in resampled)]
    importance, *draws = _shapley(np.stack(tables))
    tail = (1 - level) / 2
    low, high = np.nanquantile(draws, [tail, 1 - tail], axis=0)
    frame = pd.DataFrame({"driver": questions, "importance": importance, "low": low, "high": high, "n": len(complete)})
    detail = [_contrast(values[:, k], unhappy, weight, level) for k in range(len(questions))]
    frame = frame.join(pd.DataFrame(detail))
    return frame.sort_values("importance", ascending=False, kind="stable", ignore_index=True)


def by_channel(responses: pd.DataFrame, satisfied_from: int, channels: pd.DataFrame | None) -> pd.DataFrame:
    """Satisfaction and recommendation by channel, least satisfied first.

    Columns of `csat`, `channel` (its name, else its id) and `value_nps`; channels without a rating are left out.
    """
    titles = {} if channels is None else channels.set_index("channel_id")["channel"].to_dict()
    answers = responses.dropna(subset=["channel_id"])
    rated = csat(answers, satisfied_from, ["channel_id"]).dropna(subset=["value"])
    rated = rated.assign(channel=rated["channel_id"].replace(titles)).sort_values("value")
    recommended = nps(answers, ["channel_id"])[["channel_id", "value"]]
    return rated.merge(recommended, on="channel_id", suffixes=("", "_nps"))


def against_target(
    responses: pd.DataFrame | None, population: pd.DataFrame | None, rules: SurveyRules, first: date, as_of: date,
    targets: pd.Series,
) -> pd.DataFrame:  # fmt: skip
    """Satisfaction and recommendation by channel since `first`, of valid and weighted answers, with each channel's target.

    Columns of `csat`, those of `nps` with the suffix `_nps`, `target`; least satisfied first. Empty where no answer names a
    channel. `targets` is by channel_id.
    """
    if responses is None or responses["channel_id"].isna().all():
        return pd.DataFrame()
    answers = weighted_answers(responses, population, rules, first, as_of)
    answers = answers[answers["channel_id"].notna()]
    rated = csat(answers, rules.satisfied_from, ["channel_id"]).merge(
        nps(answers, ["channel_id"]), on="channel_id", suffixes=("", "_nps"))  # fmt: skip
    return rated.assign(target=rated["channel_id"].map(targets)).sort_values("value", ignore_index=True)


def one(table: pd.DataFrame) -> Estimate:
    """The single row of an ungrouped result as an estimate."""
    row = table.iloc[0]
    return Estimate(float(row["value"]), float(row["low"]), float(row["high"]), int(row["n"]), float(row["effective_n"]))


def _grouped(responses: pd.DataFrame, values: pd.Series, by: list[str] | None, estimate, level: float) -> pd.DataFrame:
    weight = responses["weight"] if "weight" in responses else pd.Series(1.0, responses.index)
    measures = ["value", "low", "high", "n", "effective_n"]
    groups = [((), values.index)] if not by else [(k, i.index) for k, i in responses.groupby(by, dropna=False)]
    rows = [(*key, *vars(estimate(values.loc[index], weight.loc[index], level)).values()) for key, index in groups]
    return pd.DataFrame(rows, columns=[*(by or []), *measures])


def _contrast(rating: np.ndarray, unhappy: np.ndarray, weight: np.ndarray, level: float) -> dict[str, float]:
    poor = rating <= LOW_RATING
    shares = {}
    for name, chosen in (("low", poor), ("good", ~poor)):
        total = weight[chosen].sum()
        shares[name] = float((unhappy * weight)[chosen].sum() / total) if total > 0 else np.nan
    squares = float((weight[poor] ** 2).sum())
    size = float(weight[poor].sum()) ** 2 / squares if squares > 0 else 0.0
    low, high = wilson(shares["low"], size, level)
    return {
        "rated_low": float(weight[poor].sum() / weight.sum()), "dissatisfied_if_low": shares["low"],
        "dissatisfied_if_good": shares["good"], "if_low_low": low, "if_low_high": high,
    }  # fmt: skip


def _shapley(tables: np.ndarray) -> np.ndarray:
    """Each column's share of the R² of the last one, the outcome: the mean of what it adds over all orders of entry.

    `tables` are correlation matrices, as many as there are rows in what is returned.
    """
    columns = tables.shape[1] - 1
    explained = {(): np.zeros(len(tables))}
    for size in range(1, columns + 1):
        for subset in combinations(range(columns), size):
            picked = np.array(subset)
            with_outcome = tables[:, picked, -1]
            inverse = np.linalg.pinv(tables[:, picked[:, None], picked])
            explained[subset] = np.einsum("bi,bij,bj->b", with_outcome, inverse, with_outcome)
    value = np.zeros((len(tables), columns))
    for k in range(columns):
        for subset, r2 in explained.items():
            if k not in subset:
                chance = factorial(len(subset)) * factorial(columns - len(subset) - 1) / factorial(columns)
                value[:, k] += chance * (explained[tuple(sorted((*subset, k)))] - r2)
    total = value.sum(axis=1, keepdims=True)
    return np.divide(value, total, out=np.full_like(value, np.nan), where=total > 0)


def _correlations(table: np.ndarray, weight: np.ndarray) -> np.ndarray:
    centred = table - np.average(table, axis=0, weights=weight)
    cov = (centred * weight[:, None]).T @ centred
    sd = np.sqrt(np.diag(cov))
    return cov / np.where(sd > 0, np.outer(sd, sd), 1.0)
