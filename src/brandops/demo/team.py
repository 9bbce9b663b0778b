"""The sales team's records: quotas, skill and teamwork scores, conduct."""

import numpy as np
import pandas as pd

from brandops.demo.seasons import MONTHS
from brandops.demo.truth import Truth, stream

SKILLS = ("product knowledge", "negotiation", "market analysis", "customer care")


def _employed(row, day: pd.Timestamp) -> bool:
    return row.hired_on <= day and not (pd.notna(row.left_on) and row.left_on < day)


def quotas(person: pd.DataFrame, line: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return monthly quotas: the territory's fair share of last year's month plus 12 %, never far from what is possible."""
    rng = stream(seed, "quotas")
    month = line["ordered_at"].dt.to_period("M").dt.to_timestamp()
    sold = line.groupby([month, "salesperson_id"], observed=False)["net_sales"].sum().unstack().reindex(MONTHS)
    sold = sold.reindex(columns=person["person_id"]).fillna(0.0)
    post = (person["channel_id"] + person["region"]).to_numpy()
    active = (sold > 0).to_numpy()
    rows = []
    for number, member in enumerate(person.itertuples()):
        same = post == post[number]
        cell = sold.to_numpy()[:, same].sum(axis=1) / np.maximum(active[:, same].sum(axis=1), 1)
        for index in np.flatnonzero(active[:, number]):
            last = cell[index - 12] * 1.12 if index >= 12 and cell[index - 12] > 0 else cell[index]
            # Territories are small: half of the quota follows the year before, half the plan for this month.
            fair = 0.5 * last + 0.5 * cell[index]
            rows.append((member.person_id, MONTHS[index], float(np.round(fair * np.exp(rng.normal(0.0, 0.06)), -1))))
    return pd.DataFrame(rows, columns=["person_id", "month", "quota"])


def opportunities(truth: Truth, person: pd.DataFrame, training: pd.DataFrame, line: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return opportunities decided and won by person and month: training in selling raises the share that is won."""
    rng = stream(seed, "opportunities")
    sold = line[line["quantity"] > 0]
    month = sold["ordered_at"].dt.to_period("M").dt.to_timestamp()
    orders = sold["order_id"].groupby([month, sold["salesperson_id"]], observed=True).nunique()
    won = orders.rename_axis(["month", "person_id"]).rename("won").reset_index()
    trained = training[training["kind"] == "sales_skills"].set_index("person_id")["trained_on"]
    skilled = won["person_id"].map(trained).le(won["month"]).to_numpy()
    closing = truth.closing_rate * np.where(skilled, 1 + truth.training_effects["sales_skills"], 1.0)
    won["decided"] = won["won"] + rng.negative_binomial(won["won"], closing)
    won = won.astype({"person_id": str}).sort_values(["person_id", "month"], ignore_index=True)
    return won[["person_id", "month", "decided", "won"]]


def skill_scores(person: pd.DataFrame, training: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return half-yearly assessments; ability, experience and training raise them."""
    rng = stream(seed, "skills")
    trained = training.groupby(["person_id", "kind"])["trained_on"].min().to_dict()
    helps = {"product knowledge": "product", "negotiation": "sales_skills", "market analysis": "market_analysis"}
    rows = []
    for day in pd.date_range("2022-06-15", "2025-12-15", freq="6MS") + pd.Timedelta(days=14):
        for member in person.itertuples():
            if not _employed(member, day):
                continue
            for skill in SKILLS:
                base = 66 + 28 * np.log(member.ability) + 1.2 * (day.year - 2022)
                course = trained.get((member.person_id, helps.get(skill)))
                base += 8 if course is not None and course <= day else 0
                rows.append((member.person_id, day, skill, round(float(np.clip(rng.normal(base, 7), 15, 100)), 1)))
    return pd.DataFrame(rows, columns=["person_id", "assessed_on", "skill", "score"])


def teamwork_scores(person: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return quarterly ratings by three colleagues; raters differ in leniency (true agreement about 0.5)."""
    rng = stream(seed, "teamwork")
    trait, leniency = rng.normal(79, 6, len(person)), rng.normal(0, 3.5, len(person))
    rows = []
    for day in pd.date_range("2022-03-01", "2025-12-01", freq="3MS") + pd.Timedelta(days=19):
        here = np.array([i for i, row in enumerate(person.itertuples()) if _employed(row, day)])
        for index in here:
            for rater in rng.choice(here[here != index], 3, replace=False):
                score = float(np.clip(rng.normal(trait[index] + leniency[rater], 4.5), 30, 100))
                rows.append((person["person_id"][index], day, person["person_id"][rater], round(score, 1)))
    return pd.DataFrame(rows, columns=["person_id", "rated_on", "rater", "score"])


def conduct(person: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return incidents: a handful a year, mostly minor."""
    rng = stream(seed, "conduct")
    kinds = ("late report", "unauthorised discount", "missed visit", "gift not declared", "wrong stock record")
    outcomes = {"minor": "talk", "major": "written warning", "gross": "bonus withheld"}
    rows = []
    for day in np.sort(rng.integers(0, 1440, 34)):
        date = pd.Timestamp("2022-01-10") + pd.Timedelta(days=int(day))
        here = [row.person_id for row in person.itertuples() if _employed(row, date)]
        severity = rng.choice(["minor", "major", "gross"], p=[0.68, 0.26, 0.06])
        rows.append((f"I{len(rows) + 1:03d}", rng.choice(here), date, rng.choice(kinds), severity, outcomes[severity]))
    return pd.DataFrame(rows, columns=["incident_id", "person_id", "occurred_on", "kind", "severity", "outcome"])
