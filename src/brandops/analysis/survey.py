"""Which survey answers count, how many there are, and what weight each carries (plan items 2.2.2, 1.1.2,
1.3.3, 6.3.2).

Validity rules follow usual survey practice: answers faster than anybody can read (speeders), no
differentiation over a battery of questions (straight-lining; Krosnick 1991, "satisficing"), more than one
answer by a customer to a wave, and scores off their scale. Weights are raked to the population's margins
(Deming & Stephan 1940) and trimmed within the raking (Kalton & Flores-Cervantes 2003, "Weighting methods"),
so that an over-represented collector does not speak for everybody. All frames are the contract's
`survey_responses` and `population`.
"""

from datetime import date

import numpy as np
import pandas as pd

from brandops.analysis.goals import year_earlier
from brandops.analysis.web import months_of
from brandops.params.plan import SurveyRules
from brandops.periods import Period

REASONS = ("out_of_range", "speeder", "straight_line", "duplicate")
SCALES = {"csat": (1, 5), "nps": (0, 10)}
BATTERY_SCALE = (1, 5)
MARGINS = ("region", "age_group", "gender")

# Raking converges in a handful of rounds on three margins; the cap only bounds a margin that trimming makes
# infeasible.
MAX_ROUNDS = 200
TOLERANCE = 1e-9


def valid_responses(
    responses: pd.DataFrame,
    *,
    min_seconds: float = 20,
    straight_line_questions: int = 4,
    one_per_customer_and_wave: bool = True,
) -> pd.DataFrame:
    """Judge every answer by the validity rules.

    Parameters
    ----------
    responses
        `survey_responses`; columns that are missing or blank simply cannot break their rule.
    min_seconds
        Answers that took less are speeders.
    straight_line_questions
        An answer is a straight line if it has at least so many battery answers (columns `q_*`) and all are
        equal.
    one_per_customer_and_wave
        Keep only the first otherwise valid answer of a customer to a wave. Answers without a customer (open
        surveys) are never duplicates of each other; a repeated `response_id` always is.

    Returns
    -------
    DataFrame
        The input columns and order, plus `valid` (bool) and `reason` (None, or the first rule of `REASONS`
        broken).
    """
    checked = responses.copy()
    reason = pd.Series(None, index=checked.index, dtype=object)
    for name, broken in (
        ("out_of_range", _out_of_range(checked)),
        ("speeder", _numbers(checked, "seconds").lt(min_seconds)),
        ("straight_line", _straight_line(checked, straight_line_questions)),
    ):
        reason[broken.to_numpy() & reason.isna().to_numpy()] = name
    # Duplicates are judged last: a careless first answer must not push out the careful second one.
    reason[_duplicates(checked[reason.isna()], one_per_customer_and_wave)] = "duplicate"
    checked["valid"] = reason.isna().to_numpy()
    checked["reason"] = reason
    return checked


def post_stratification_weights(responses: pd.DataFrame, population: pd.DataFrame, max_weight: float = 5.0) -> pd.Series:
    """Weight answers so that their shares by region, age group and gender are the population's.

    Iterative proportional fitting on the margins of `MARGINS` both frames hold, each round trimmed at
    `max_weight` times the mean. An answer that leaves a trait blank keeps its weight on that margin; a
    population group nobody answered for cannot be represented, and the other groups share its part.

    Parameters
    ----------
    responses
        Valid answers only.
    population
        Contract table `population`: cells with their `share`.
    max_weight
        No weight exceeds this multiple of the mean.

    Returns
    -------
    Series
        Weights with mean 1, on the index of `responses`.
    """
    weights = np.ones(len(responses))
    margins = _margins(responses, population)
    for _round in range(MAX_ROUNDS):
        before = weights
        for codes, target in margins:
            known = codes >= 0
            now = np.bincount(codes[known], weights[known], minlength=len(target))
            factor = np.divide(target * now.sum(), now, out=np.ones_like(now), where=now > 0)
            weights = np.where(known, weights * factor[np.where(known, codes, 0)], weights)
        weights = _trimmed(weights, max_weight)
        if np.abs(weights - before).max(initial=0) < TOLERANCE:
            break
    return pd.Series(weights, index=responses.index, name="weight")


def responses_by_month(checked: pd.DataFrame) -> pd.DataFrame:
    """Count answers by month and collection channel.

    Parameters
    ----------
    checked
        Result of `valid_responses`; `answered_at` on the reporting time zone's clock, as the mart has it.

    Returns
    -------
    DataFrame
        month (first day), collector, responses, valid; and one column per rule of `REASONS` with the answers
        it rejected. Sorted by month and collector.
    """
    month = months_of(checked["answered_at"])
    keys = {"month": month, "collector": checked["collector"].astype(object).fillna("unknown")}
    counts = pd.DataFrame({**keys, "responses": 1, "valid": checked["valid"].astype("int64")})
    for reason in REASONS:
        counts[reason] = checked["reason"].eq(reason).fillna(False).astype("int64")
    return counts.groupby(["month", "collector"], as_index=False, sort=True).sum()


def year_and_year_before(
    responses: pd.DataFrame, population: pd.DataFrame | None, rules: SurveyRules, year: Period, as_of: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Weighted answers of the year to date and of the same days of the year before; see `weighted_answers`."""
    stop = min(as_of, year.end)
    return (
        weighted_answers(responses, population, rules, year.start, stop),
        weighted_answers(responses, population, rules, year.previous().start, year_earlier(stop)),
    )


def valid_by_month(by_month: pd.DataFrame, months: list[pd.Timestamp], target: float | None) -> pd.DataFrame:
    """Compare each month's valid answers, all collectors together, with the number wanted.

    Parameters
    ----------
    by_month
        Result of `responses_by_month`.
    months
        First days of the months asked about; a month without answers counts zero.
    target
        Valid answers wanted a month; None: no number is.

    Returns
    -------
    DataFrame
        month, responses, valid, target (NaN: none), attainment (valid to target; NaN without one), met (True without one).
    """
    totals = by_month.groupby("month")[["responses", "valid"]].sum()
    totals = totals.reindex(pd.DatetimeIndex(months, name="month"), fill_value=0).reset_index()
    totals["target"] = float(target) if target else np.nan
    totals["attainment"] = totals["valid"] / totals["target"]
    totals["met"] = totals["target"].isna() | (totals["valid"] >= totals["target"])
    return totals


def margin_shares(responses: pd.DataFrame, weights: pd.Series, population: pd.DataFrame) -> pd.DataFrame:
    """Shares of each group in the population and in the answers, unweighted and weighted.

    Returns
    -------
    DataFrame
        trait, group, population, unweighted, weighted (fractions of the answers that name the trait).
    """
    rows = []
    for trait in _shared_margins(responses, population):
        named = responses[trait].notna()
        wanted = population.groupby(trait)["share"].sum()
        unweighted = responses.loc[named, trait].value_counts(normalize=True)
        weighted = weights[named].groupby(responses.loc[named, trait]).sum() / weights[named].sum()
        for group, share in (wanted / wanted.sum()).items():
            rows.append((trait, group, share, unweighted.get(group, 0.0), weighted.get(group, 0.0)))
    return pd.DataFrame(rows, columns=["trait", "group", "population", "unweighted", "weighted"])


def weighted_answers(
    responses: pd.DataFrame, population: pd.DataFrame | None, rules: SurveyRules, first: date, last: date
) -> pd.DataFrame:
    """Valid answers given from `first` to `last`, both included, with their `weight` (1 without a population)."""
    checked = valid_responses(
        responses,
        min_seconds=rules.min_seconds,
        straight_line_questions=rules.straight_line_questions,
        one_per_customer_and_wave=rules.one_per_customer_and_wave,
    )
    day = checked["answered_at"].dt.normalize()
    valid = checked[checked["valid"] & day.between(pd.Timestamp(first), pd.Timestamp(last))]
    if population is None:
        return valid.assign(weight=1.0)
    return valid.assign(weight=post_stratification_weights(valid, population, rules.max_weight))


def _numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    """Column as float with NaN for blanks; all NaN where it is missing."""
    if column not in frame:
        return pd.Series(np.nan, index=frame.index)
    return pd.to_numeric(frame[column], errors="coerce").astype("float64")


def _battery(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({c: _numbers(frame, c) for c in frame.columns if c.startswith("q_")}, index=frame.index)


def _out_of_range(frame: pd.DataFrame) -> pd.Series:
    battery = _battery(frame)
    scales = {**SCALES, **dict.fromkeys(battery.columns, BATTERY_SCALE)}
    outside = _numbers(frame, "seconds").lt(0)
    for column, (low, high) in scales.items():
        values = _numbers(frame, column)
        outside |= values.lt(low) | values.gt(high)
    return outside


def _straight_line(frame: pd.DataFrame, questions: int) -> pd.Series:
    battery = _battery(frame)
    return battery.notna().sum(axis=1).ge(questions) & battery.max(axis=1).eq(battery.min(axis=1))


def _duplicates(frame: pd.DataFrame, one_per_customer_and_wave: bool) -> pd.Index:
    """Index labels of all but the earliest answer with one id, or of one customer to one wave."""
    first_to_last = frame.sort_values(["answered_at", "response_id"], kind="stable")
    repeated = first_to_last.duplicated("response_id")
    if one_per_customer_and_wave and {"customer_id", "wave"} <= set(frame.columns):
        known = first_to_last["customer_id"].notna() & first_to_last["wave"].notna() & ~repeated
        again = first_to_last[known].duplicated(["customer_id", "wave"])
        repeated |= again.reindex(first_to_last.index, fill_value=False)
    return first_to_last.index[repeated]


def _shared_margins(responses: pd.DataFrame, population: pd.DataFrame) -> list[str]:
    return [t for t in MARGINS if t in responses and t in population and responses[t].notna().any()]


def _margins(responses: pd.DataFrame, population: pd.DataFrame) -> list[tuple[np.ndarray, np.ndarray]]:
    """Per trait: each answer's group as a code (-1: blank or unknown) and the groups' target shares."""
    margins = []
    for trait in _shared_margins(responses, population):
        wanted = population.groupby(trait)["share"].sum()
        wanted = wanted[wanted.index.isin(responses[trait].dropna().unique()) & (wanted > 0)]
        if len(wanted):
            margins.append((wanted.index.get_indexer(responses[trait]), (wanted / wanted.sum()).to_numpy(dtype=float)))
    return margins


def _trimmed(weights: np.ndarray, max_weight: float) -> np.ndarray:
    """Cap at `max_weight` times the mean, sharing the excess among the others, with mean 1."""
    weights = weights / weights.mean() if len(weights) else weights
    over = weights > max_weight
    while over.any():
        weights = np.where(over, max_weight, weights)
        rest = len(weights) - max_weight * over.sum()
        if rest <= 0:
            break
        weights = np.where(over, max_weight, weights * rest / weights[~over].sum())
        over = weights > max_weight * (1 + 1e-12)
    return weights


def rating(responses: pd.DataFrame | None) -> pd.DataFrame | None:
    """The answers, or None where none of them rates anything (`csat`, `nps`, `aware`): a survey about other things."""
    if responses is None or responses.reindex(columns=["csat", "nps", "aware"]).isna().all(axis=None):
        return None
    return responses
