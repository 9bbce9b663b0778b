"""How the company is run: actions agreed between departments, and the verdicts at the stage gates."""

import numpy as np
import pandas as pd

from brandops.demo.seasons import DAYS
from brandops.demo.truth import stream

DEPARTMENTS = ("sales", "marketing", "customer_service", "supply_chain", "product", "finance", "data")
_STAGES = {1: "launch", 2: "push", 3: "sprint", 4: "review"}
_TASKS = {
    "1.3.1": ("Close the gap in {region}", "Re-phase the plan of {region}"),
    "1.1.3": ("Member drive in {region}", "New customer gift in {region}"),
    "1.3.3": ("Call back dissatisfied customers in {region}", "Shorten replies to complaints in {region}"),
    "4.2.1": ("Open five more pharmacies in {region}", "Test live-stream room for {region}"),
    "6.2.3": ("Move budget between campaigns in {region}",),
    "7.1.1": ("Answer the competitor's price cut in {region}",),
    "7.1.3": ("Second source for a material used in {region}",),
    "7.3.1": ("Count the stock that serves {region}", "Clear slow stock in {region}"),
    "9.2.3": ("Mend the records sent by {region}",),
}
_OUTCOMES = ("goal reached", "goal partly reached", "no effect", "handed on")


def actions(regions: list[str], seed: int) -> pd.DataFrame:
    """Return the action log: about 30 a quarter; one in six ends late, cross-department ones more often.

    In the weeks after a weak month the log holds an action on plan item 1.3.1 for every region.
    """
    rng = stream(seed, "actions")
    opened = list(np.sort(rng.integers(0, len(DAYS) - 2, 460)))
    items = list(rng.choice(list(_TASKS), len(opened), p=[0.16, 0.14, 0.14, 0.12, 0.12, 0.08, 0.08, 0.10, 0.06]))
    where = list(rng.choice(regions, len(opened)))
    for weak in ("2022-05-06", "2024-08-05", "2025-03-05", "2025-11-04"):
        start = (pd.Timestamp(weak) - DAYS[0]).days
        for region in regions:
            opened.append(start + int(rng.integers(0, 4)))
            items.append("1.3.1")
            where.append(region)
    rows = []
    for day, item, region in sorted(zip(opened, items, where, strict=True)):
        start = DAYS[int(day)]
        asks, acts = rng.choice(DEPARTMENTS, p=[0.34, 0.2, 0.12, 0.1, 0.08, 0.08, 0.08]), rng.choice(DEPARTMENTS)
        due = start + pd.Timedelta(days=int(rng.choice([7, 14, 21, 30, 45], p=[0.2, 0.3, 0.25, 0.15, 0.1])))
        late = rng.random() < (0.19 if asks != acts else 0.08)
        closed = due + pd.Timedelta(days=int(rng.integers(1, 24))) if late else start + (due - start) * rng.uniform(0.3, 1.0)
        closed = closed.normalize()
        done = closed <= DAYS[-1]
        task = str(rng.choice(_TASKS[item])).format(region=region)
        owner, outcome = f"{acts.replace('_', ' ')} {region}", str(rng.choice(_OUTCOMES, p=[0.5, 0.28, 0.14, 0.08]))
        rows.append((task, start, due, closed if done else pd.NaT, asks, acts, item, _STAGES[start.quarter], owner,
                     outcome if done else None))  # fmt: skip
    columns = ["action", "opened_on", "due_on", "closed_on", "from_department", "to_department", "plan_item", "stage",
               "owner", "outcome"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table.insert(0, "action_id", [f"A{number:04d}" for number in range(1, len(table) + 1)])
    return table


def stage_reviews(line: pd.DataFrame) -> pd.DataFrame:
    """Return the gates' verdicts, from growth of the stage's quarter against 15 % (the first year by judgement)."""
    quarter = line["net_sales"].groupby(line["ordered_at"].dt.to_period("Q")).sum()
    rows = []
    for period, sales in quarter.items():
        last = quarter.get(period - 4)
        attained = 0.97 if last is None else sales / (last * 1.15)
        verdict = "passed" if attained >= 0.97 else "passed with conditions" if attained >= 0.92 else "failed"
        reviewed = period.end_time.normalize() - pd.Timedelta(days=1)
        rows.append((period.year, _STAGES[period.quarter], reviewed, verdict, round(float(np.clip(attained - 0.08, 0, 1)), 2)))
    return pd.DataFrame(rows, columns=["stage_year", "stage", "reviewed_on", "verdict", "score"])
