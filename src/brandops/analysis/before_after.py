"""Did awareness and satisfaction rise: survey answers of two spans compared (plan items 6.1.1, 6.1.3).

Each span is weighted to the population by itself; a change is the difference of the two shares, its interval Newcombe's hybrid
of the two score intervals (Newcombe 1998, method 10) with effective sample sizes. A change from before to after is what
happened, not what a campaign did: everything else that changed meanwhile is part of it.
"""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from brandops.analysis import satisfaction
from brandops.analysis.survey import weighted_answers
from brandops.params.plan import SurveyRules

SEGMENTS = ("age_group", "gender", "region")
MINIMUM = 30  # fewer answers on a side say nothing about a segment
WINDOW_DAYS = 28  # before a campaign and from its end on
Span = tuple[date, date]


def awareness_change(
    responses: pd.DataFrame, population: pd.DataFrame | None, rules: SurveyRules, before: Span, after: Span, by: str | None = None
) -> pd.DataFrame:
    """Share of respondents who know the brand, in two spans.

    Returns
    -------
    DataFrame
        `by` if given, before, before_low, before_high, n_before, after, after_low, after_high, n_after, change, low, high
        (fractions; 95 %). Segments with fewer than `MINIMUM` answers on a side are left out; empty where that is all.
    """
    return _change(responses, population, rules, before, after, by, satisfaction.awareness)


def satisfaction_change(
    responses: pd.DataFrame, population: pd.DataFrame | None, rules: SurveyRules, before: Span, after: Span, by: str | None = None
) -> pd.DataFrame:
    """Share of satisfied answers in two spans; columns as `awareness_change`."""
    return _change(
        responses, population, rules, before, after, by,
        lambda answers, groups: satisfaction.csat(answers, rules.satisfied_from, groups),
    )  # fmt: skip


def by_segment(responses: pd.DataFrame, population, rules: SurveyRules, before: Span, after: Span) -> pd.DataFrame:
    """`awareness_change` of every age group, gender and region: trait, group, then its columns."""
    frames = [
        awareness_change(responses, population, rules, before, after, trait)
        .rename(columns={trait: "group"}).assign(trait=trait)
        for trait in SEGMENTS if trait in responses and responses[trait].notna().any()
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["group", "trait"])


def campaign_changes(responses: pd.DataFrame, population, rules: SurveyRules, campaigns: pd.DataFrame, until: date) -> pd.DataFrame:
    """Awareness and satisfaction in the `WINDOW_DAYS` before each campaign and those from its last day on, as far as known.

    Returns
    -------
    DataFrame
        campaign_id, campaign, measure (`awareness`, `satisfaction`), then the columns of `awareness_change`.
    """
    frames = []
    for row in campaigns.itertuples():
        window = pd.Timedelta(days=WINDOW_DAYS)
        before = ((row.starts_on - window).date(), (row.starts_on - pd.Timedelta(days=1)).date())
        after = (row.ends_on.date(), min((row.ends_on + window).date(), until))
        for measure, compare in (("awareness", awareness_change), ("satisfaction", satisfaction_change)):
            found = compare(responses, population, rules, before, after)
            frames.append(found.assign(campaign_id=row.campaign_id, campaign=row.campaign, measure=measure))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["campaign_id", "measure", "change"])


def difference_interval(p1, low1, high1, p2, low2, high2) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of p2 - p1 from the bounds of each (Newcombe's method 10)."""
    change = p2 - p1
    return change - np.sqrt((p2 - low2) ** 2 + (high1 - p1) ** 2), change + np.sqrt((high2 - p2) ** 2 + (p1 - low1) ** 2)


def _change(responses, population, rules, before: Span, after: Span, by: str | None, estimate: Callable) -> pd.DataFrame:
    groups = [by] if by else None
    sides = []
    for (first, last), name in ((before, "before"), (after, "after")):
        table = estimate(weighted_answers(responses, population, rules, first, last), groups)
        table = table[table["n"] >= MINIMUM]
        renamed = {"value": name, "low": f"{name}_low", "high": f"{name}_high", "n": f"n_{name}"}
        sides.append(table[[*(groups or []), "value", "low", "high", "n"]].rename(columns=renamed))
    both = sides[0].merge(sides[1], on=by) if by else sides[0].merge(sides[1], how="cross")
    low, high = difference_interval(
        *(both[c] for c in ("before", "before_low", "before_high", "after", "after_low", "after_high"))
    )  # fmt: skip
    return both.assign(change=both["after"] - both["before"], low=low, high=high)
