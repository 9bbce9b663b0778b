"""Does each stage of the year do what it set out to, and do departments deliver to each other (items 1.2.1,
1.2.2)?

An action is judged by its due date: `on_time` (closed by it), `late` (closed after), `overdue` (open past
it) or `open` (not due yet). On-time shares are of the actions due so far. A stage's gate passes if the stage
attained its share of the phased sales target and its actions were on time; with one of the two it passes
with conditions, with neither it fails.

`actions` has `action_id`, `action`, `opened_on`, `due_on`, `closed_on`, `from_department`, `to_department`,
`plan_item`, `stage`, `owner`, `outcome`, cut at the as-of date (closed later: blank).
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from brandops.analysis.intervals import share_estimate
from brandops.params.plan import Stage
from brandops.periods import Period, add_months

ON_TIME, LATE, OVERDUE, OPEN = "on_time", "late", "overdue", "open"
PASSED, CONDITIONS, FAILED, RUNNING = "passed", "passed with conditions", "failed", "running"


def with_status(actions: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Actions with `status`, `days_late` (0 if not), `days_taken` (opening to closing; NaN if open) and
    `due` (is due)."""
    today = pd.Timestamp(as_of)
    closed = actions["closed_on"].notna()
    in_time = actions["closed_on"] <= actions["due_on"]
    status = np.select([closed & in_time, closed, actions["due_on"] < today], [ON_TIME, LATE, OVERDUE], OPEN)
    late = (actions["closed_on"].fillna(today) - actions["due_on"]).dt.days.clip(lower=0)
    taken = (actions["closed_on"] - actions["opened_on"]).dt.days.astype(float)
    due = closed | (actions["due_on"] < today)
    return actions.assign(status=status, days_late=late, days_taken=taken, due=due)


def stage_days(stage: Stage, year: Period) -> tuple[date, date]:
    """First and last day of a stage in a fiscal year."""
    first = add_months(year.start, stage.first_month - 1)
    after = pd.Timestamp(add_months(year.start, stage.last_month))
    return first, (after - pd.Timedelta(days=1)).date()


def stage_tasks(actions: pd.DataFrame, stage: Stage, year: Period, as_of: date) -> pd.DataFrame:
    """Tasks of a stage: actions that name it, or no stage, and fall due in it; late and open ones first,
    then by due date."""
    first, last = stage_days(stage, year)
    named = actions["stage"].isna() | (actions["stage"] == stage.stage)
    rows = with_status(actions[named & actions["due_on"].between(pd.Timestamp(first), pd.Timestamp(last))], as_of)
    order = rows["status"].map({OVERDUE: 0, OPEN: 1, LATE: 2, ON_TIME: 3})
    columns = [
        "action_id",
        "action",
        "owner",
        "to_department",
        "opened_on",
        "due_on",
        "closed_on",
        "status",
        "days_late",
    ]
    return rows.assign(order=order).sort_values(["order", "due_on", "action_id"], ignore_index=True)[columns]


def gate_of(gates: pd.DataFrame, stage: str) -> tuple[pd.Series, Mapping[str, object]]:
    """A stage's gate and that of the stage before it, empty where it is the year's first, of the rows of `gates`."""
    at = list(gates["stage"]).index(stage)
    return gates.iloc[at], gates.iloc[at - 1] if at else {}


def gates(
    stages: Sequence[Stage], year: Period, days: pd.DataFrame, actions: pd.DataFrame | None,
    reviews: pd.DataFrame | None, as_of: date,
) -> pd.DataFrame:  # fmt: skip
    """Verdict of every stage of the year that has begun.

    Parameters
    ----------
    days
        Daily plan: `date`, `target`, `actual`.
    reviews
        Recorded verdicts: `stage_year`, `stage`, `reviewed_on`, `verdict`, `score`.

    Returns
    -------
    DataFrame
        `stage`, `start`, `end`, `attainment`, `gate_attainment`, `shortfall` (currency), `due` (tasks due),
        `on_time` (share, NaN without tasks), `gate_on_time`, `verdict` (computed), `recorded` (blank: none),
        `agrees` (None where one of them is missing).
    """
    rows = [_gate(s, year, days, actions, reviews, as_of) for s in stages if stage_days(s, year)[0] <= as_of]
    return pd.DataFrame(rows, columns=_GATE).astype({"agrees": object})


def departments(actions: pd.DataFrame, first: date, last: date, as_of: date) -> pd.DataFrame:
    """How each department delivered what fell due from `first` to `last`, worst on-time share first.

    Returns
    -------
    DataFrame
        `department`, `actions`, `on_time`, `late`, `overdue`, `open`, `on_time_share` with `low` and `high`
        (95 %, of those due), `median_days` (opening to closing), `median_days_late` (of the late and
        overdue).
    """
    rows = with_status(actions[actions["due_on"].between(pd.Timestamp(first), pd.Timestamp(last))], as_of)
    table = [{"department": name, **_delivery(group)} for name, group in rows.groupby("to_department", dropna=False)]
    frame = pd.DataFrame(table, columns=["department", *_DELIVERY])
    return frame.sort_values(["on_time_share", "department"], ignore_index=True)


def handovers(actions: pd.DataFrame, first: date, last: date, as_of: date) -> pd.DataFrame:
    """The same by pair of departments: `from_department`, `to_department`, then the columns of
    `departments`; slowest first."""
    rows = with_status(actions[actions["due_on"].between(pd.Timestamp(first), pd.Timestamp(last))], as_of)
    rows = rows[rows["from_department"].notna() & (rows["from_department"] != rows["to_department"])]
    pairs = rows.groupby(["from_department", "to_department"])
    table = [{"from_department": a, "to_department": b, **_delivery(group)} for (a, b), group in pairs]
    frame = pd.DataFrame(table, columns=["from_department", "to_department", *_DELIVERY])
    order = ["median_days", "from_department", "to_department"]
    return frame.sort_values(order, ascending=[False, True, True], ignore_index=True)


def delivered(actions: pd.DataFrame, first: date, last: date, as_of: date) -> dict:
    """All departments together: one row of `departments` as a dict."""
    rows = with_status(actions[actions["due_on"].between(pd.Timestamp(first), pd.Timestamp(last))], as_of)
    return _delivery(rows)


_GATE = [
    "stage", "start", "end", "attainment", "gate_attainment", "shortfall", "due", "on_time", "gate_on_time",
    "verdict", "recorded", "agrees",
]  # fmt: skip
_DELIVERY = [
    "actions",
    "on_time",
    "late",
    "overdue",
    "open",
    "on_time_share",
    "low",
    "high",
    "median_days",
    "median_days_late",
]


def _delivery(group: pd.DataFrame) -> dict:
    counts = {name: int((group["status"] == name).sum()) for name in (ON_TIME, LATE, OVERDUE, OPEN)}
    share = share_estimate((group["status"] == ON_TIME)[group["due"]])
    slow = group.loc[group["days_late"] > 0, "days_late"]
    return {
        "actions": len(group), **counts, "on_time_share": share.value, "low": share.low, "high": share.high,
        "median_days": float(group["days_taken"].median()), "median_days_late": float(slow.median()),
    }  # fmt: skip


def _gate(stage: Stage, year: Period, days: pd.DataFrame, actions: pd.DataFrame | None,
          reviews: pd.DataFrame | None, as_of: date) -> dict:  # fmt: skip
    first, last = stage_days(stage, year)
    seen = days[days["date"].between(pd.Timestamp(first), pd.Timestamp(min(last, as_of)))]
    actual, target = float(seen["actual"].sum()), float(seen["target"].sum())
    reached = actual / target if target > 0 else np.nan
    tasks = None if actions is None else stage_tasks(actions, stage, year, as_of)
    due = 0 if tasks is None else int((tasks["status"] != OPEN).sum())
    on_time = float((tasks["status"] == ON_TIME).sum() / due) if due else np.nan
    passes = [reached >= stage.gate_attainment] + ([on_time >= stage.gate_actions_on_time] if due else [])
    verdict = PASSED if all(passes) else CONDITIONS if any(passes) else FAILED
    verdict = RUNNING if as_of < last else verdict
    recorded = _recorded(reviews, stage.stage, int(year.label))
    agrees = None if verdict == RUNNING or not recorded else bool(recorded == verdict)
    return {
        "stage": stage.stage,
        "start": pd.Timestamp(first),
        "end": pd.Timestamp(last),
        "attainment": reached,
        "gate_attainment": stage.gate_attainment,
        "shortfall": max(target - actual, 0.0),
        "due": due,
        "on_time": on_time,
        "gate_on_time": stage.gate_actions_on_time,
        "verdict": verdict,
        "recorded": recorded,
        "agrees": agrees,
    }


def _recorded(reviews: pd.DataFrame | None, stage: str, year: int) -> str:
    if reviews is None:
        return ""
    found = reviews[(reviews["stage"] == stage) & (reviews["stage_year"] == year)].sort_values("reviewed_on")
    return "" if found.empty else str(found["verdict"].iloc[-1])
