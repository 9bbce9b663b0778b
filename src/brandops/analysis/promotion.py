"""Who may be promoted, who only just may not, and what incidents cost (plan items 5.3.2 and 5.3.3)?

The half-yearly review holds every employed person of a grade that has one above it against the documented criteria of
`incentives.yml`; all must be met. Nothing is weighed, so the list can be checked by hand.
"""

from datetime import date

import numpy as np
import pandas as pd

from brandops.params.incentives import Promotion

CRITERIA = ("attainment", "teamwork", "skill", "months_employed", "incidents")


def half_year(period_end: date, fiscal_start: int = 1) -> tuple[date, date]:
    """First and last day of the latest half of a fiscal year that is over on `period_end`, or under way then if none is."""
    end = pd.Timestamp(period_end)
    month = (end.month - fiscal_start) % 12
    start = end.replace(day=1) - pd.DateOffset(months=month % 6)
    last = start + pd.DateOffset(months=6) - pd.Timedelta(days=1)
    if last > end:
        start, last = start - pd.DateOffset(months=6), start - pd.Timedelta(days=1)
    return start.date(), last.date()


def review(
    people: pd.DataFrame, reached: pd.DataFrame, teamwork: pd.DataFrame | None, skills: pd.DataFrame | None,
    conduct: pd.DataFrame | None, rules: Promotion, day: date,
) -> pd.DataFrame:  # fmt: skip
    """Hold everyone who may be promoted against each criterion.

    Parameters
    ----------
    people, conduct
        The contract's tables; conduct counts in the twelve months up to `day`.
    reached, teamwork, skills
        person_id with `attainment` (of the half-year), and person_id with `score` (ratings of the half-year; latest
        assessment).
    day
        Last day of the half-year.

    Returns
    -------
    DataFrame
        person_id, level, attainment, teamwork, skill, months_employed, incidents (of the kinds that bar), missed (criteria
        not met; what is unknown is not met), eligible, borderline (one criterion missed, by no more than `rules.borderline`),
        rank (of the eligible by attainment). Eligible first, then borderline, then by criteria missed.
    """
    at = pd.Timestamp(day)
    table = people[(people["hired_on"] <= at) & ~(people["left_on"] <= at) & people["level"].isin(rules.grades)]
    table = table[["person_id", "level", "hired_on"]].copy()
    for name, frame, column in (("attainment", reached, "attainment"), ("teamwork", teamwork, "score"), ("skill", skills, "score")):
        known = frame.set_index("person_id")[column] if frame is not None else pd.Series(dtype=float)
        table[name] = table["person_id"].map(known).astype(float)
    hired = table.pop("hired_on")
    table["months_employed"] = (at.year - hired.dt.year) * 12 + at.month - hired.dt.month - (hired.dt.day > at.day)
    barring = pd.Series(dtype=int)
    if conduct is not None:
        recent = conduct[conduct["occurred_on"].between(at - pd.DateOffset(months=12) + pd.Timedelta(days=1), at)]
        barring = recent[recent["severity"].isin(rules.no_incident)].groupby("person_id").size()
    table["incidents"] = table["person_id"].map(barring).fillna(0).astype(int)
    short = _shortfalls(table, rules)
    missed = short > 0
    table["missed"] = [tuple(missed.columns[row]) for row in missed.to_numpy()]
    count = missed.sum(axis=1)
    table["eligible"] = count == 0
    near = (short <= pd.Series(rules.borderline.model_dump() | {"incidents": 0.0})).where(missed, True).all(axis=1)
    table["borderline"] = (count == 1) & near
    table["rank"] = table["attainment"].where(table["eligible"]).rank(ascending=False, method="min")
    order = np.where(table["eligible"], 0, np.where(table["borderline"], 1, 2))
    return (
        table.assign(order=order, count=count)
        .sort_values(["order", "count", "attainment", "person_id"], ascending=[True, True, False, True], ignore_index=True)
        .drop(columns=["order", "count"])
    )


def sensitivity(reviewed: pd.DataFrame, rules: Promotion) -> pd.DataFrame:
    """How many would be eligible if one criterion were looser or tighter by its step of `rules.sensitivity`, or dropped.

    Returns
    -------
    DataFrame
        criterion, step, looser, now, tighter, dropped (persons eligible).
    """
    short = _shortfalls(reviewed, rules)
    steps, rows = rules.sensitivity.model_dump(), []
    for name in CRITERIA:
        others = (short.drop(columns=name) <= 0).all(axis=1)
        step = steps.get(name)
        looser = (others & (short[name] <= step + 1e-12)).sum() if step else np.nan
        tighter = (others & (short[name] <= -step + 1e-12)).sum() if step else np.nan
        rows.append((name, step if step else np.nan, looser, (others & (short[name] <= 0)).sum(), tighter, others.sum()))
    return pd.DataFrame(rows, columns=["criterion", "step", "looser", "now", "tighter", "dropped"])


def incidents(conduct: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Incidents by kind and severity: kind, minor, major, gross, total; most first."""
    here = conduct[conduct["occurred_on"].between(pd.Timestamp(start), pd.Timestamp(end))]
    table = pd.crosstab(here["kind"], here["severity"]).reindex(columns=["minor", "major", "gross"], fill_value=0)
    table["total"] = table.sum(axis=1)
    return table.rename_axis(columns=None).reset_index().sort_values(["total", "kind"], ascending=[False, True], ignore_index=True)


def consequences(conduct: pd.DataFrame, ledger: pd.DataFrame | None, rules: Promotion, start: date, end: date) -> pd.DataFrame:
    """What each incident led to.

    Returns
    -------
    DataFrame
        occurred_on, person_id, kind, severity, outcome, withheld (from the bonus of its quarter, `Decimal`; all incidents of
        the quarter together), barred_until (last day it bars a promotion; NaT: it does not). Latest first.
    """
    here = conduct[conduct["occurred_on"].between(pd.Timestamp(start), pd.Timestamp(end))].copy()
    spans = ledger.drop_duplicates("quarter").set_index("quarter")[["start", "end"]] if ledger is not None else None
    withheld = ledger.set_index(["person_id", "quarter"])["withheld"].to_dict() if ledger is not None else {}

    def of(row) -> object:
        for quarter, span in spans.iterrows() if spans is not None else ():
            if span["start"] <= row.occurred_on <= span["end"]:
                return withheld.get((row.person_id, quarter))
        return None

    here["withheld"] = [of(row) for row in here.itertuples()]
    bars = here["severity"].isin(rules.no_incident)
    until = here["occurred_on"] + pd.DateOffset(months=12) - pd.Timedelta(days=1)
    here["barred_until"] = until.where(bars)
    columns = ["occurred_on", "person_id", "kind", "severity", "outcome", "withheld", "barred_until"]
    return here.sort_values(["occurred_on", "person_id"], ascending=[False, True], ignore_index=True)[columns]


def _shortfalls(table: pd.DataFrame, rules: Promotion) -> pd.DataFrame:
    """By how much each criterion is missed (positive) or met (zero or less); infinite where nothing is known."""
    need = {"attainment": rules.attainment, "teamwork": rules.teamwork, "skill": rules.skill,
            "months_employed": rules.months_employed}  # fmt: skip
    short = pd.DataFrame({name: (level - table[name]).fillna(np.inf) for name, level in need.items()}, index=table.index)
    return short.assign(incidents=table["incidents"].astype(float))[list(CRITERIA)]
