"""What was done before things got better (plan item 9.1.3).

A recovery is a figure that missed its target and met it in the month (quarter) after, or a figure of the whole period that
missed it a period ago and meets it now. The action log says what was under way by then. That an action came before a
recovery does not prove that it caused it: months recover by themselves too, so every count stands beside the misses that
recovered without an action.
"""

import pandas as pd

from brandops.analysis.checkpoints import CORRECTIVE_ITEMS
from brandops.analysis.intervals import share_estimate
from brandops.periods import Period, parse_period

_TURNS = ["item", "key", "name", "kind", "missed_in", "next", "before", "after", "unit", "target", "recovered", "first", "last"]


def turns(figures: pd.DataFrame, period: Period) -> pd.DataFrame:
    """What became of every miss: the figure of the step after it.

    Parameters
    ----------
    figures
        As `summary_review` has them.
    period
        The report's period, for figures of the whole period, whose step before is `previous`.

    Returns
    -------
    DataFrame
        item, key, name, kind (month, quarter, period), missed_in, next (labels), before, after, unit, target, recovered,
        first (first day of the missed step), last (last day of the step after it). Steps that have no successor yet are
        left out.
    """
    rows = []
    for (item, key, kind), group in figures[figures["kind"].isin(["month", "quarter"])].groupby(["item", "key", "kind"]):
        for now, after in zip(group.sort_values("part").iloc[:-1].itertuples(), group.sort_values("part").iloc[1:].itertuples(),
                              strict=True):  # fmt: skip
            missed, step = (parse_period(row.part, period.fiscal_start) for row in (now, after))
            if now.status == "missed" and step == missed.shift(1):
                rows.append((item, key, now.name, kind, now.part, after.part, now.value, after.value, now.unit, now.target,
                             after.status == "met", missed.start, step.end))  # fmt: skip
    before = period.previous()
    whole = figures[(figures["kind"] == "") & figures["deciding"] & figures[["target", "previous", "value"]].notna().all(axis=1)]
    for row in whole[whole["unit"].isin(("fraction", "pp", "score", "ratio"))].itertuples():
        sign = 1 if row.better == "higher" else -1
        if sign * (row.previous - row.target) < 0:
            rows.append((row.item, row.key, row.name, "period", str(before), str(period), row.previous, row.value, row.unit,
                         row.target, sign * (row.value - row.target) >= 0, before.start, period.end))  # fmt: skip
    made = pd.DataFrame(rows, columns=_TURNS)
    return made.assign(first=pd.to_datetime(made["first"]), last=pd.to_datetime(made["last"]))


def with_actions(turned: pd.DataFrame, actions: pd.DataFrame) -> pd.DataFrame:
    """Join each miss with the actions on its plan item that were under way before it turned.

    An action counts if it was opened by the end of the step after the miss and was not closed before the missed step began.
    Actions on a checkpoint and on attainment answer the same gap to the plan, and count for both.

    Returns
    -------
    DataFrame
        `turned` with `actions` (how many), `closed` (of these, closed by the end of the step after), `what` (the latest
        opened, texts), `owner`, `outcome` (of the latest).
    """
    found = [_before(actions, row) for row in turned.itertuples()]
    return turned.join(pd.DataFrame(found, columns=["actions", "closed", "what", "owner", "outcome"], index=turned.index))


def base_rates(joined: pd.DataFrame) -> pd.DataFrame:
    """How often misses recovered in the step after, with and without an action under way.

    Returns
    -------
    DataFrame
        `acted` (bool), `misses`, `recovered`, `share`, `low`, `high` (95 %, Wilson); one row per value of `acted` that occurs.
    """
    rows = []
    for acted, group in joined.groupby(joined["actions"] > 0):
        share = share_estimate(group["recovered"].astype(bool))
        rows.append((bool(acted), len(group), int(group["recovered"].sum()), share.value, share.low, share.high))
    return pd.DataFrame(rows, columns=["acted", "misses", "recovered", "share", "low", "high"])


def outcomes(actions: pd.DataFrame, goal_reached: list[str], first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """What actions closed from `first` to `last` came to, by plan item.

    Parameters
    ----------
    goal_reached
        Outcomes that count as the action's goal reached.

    Returns
    -------
    DataFrame
        `plan_item`, `closed`, `reached`, `share`, `low`, `high` (95 %, Wilson), `days` (opening to closing, median); the
        best share first. Actions without an outcome are not counted.
    """
    done = actions[actions["closed_on"].between(first, last) & actions["outcome"].notna()]
    rows = []
    for item, group in done.groupby("plan_item"):
        hit = group["outcome"].isin(goal_reached)
        share = share_estimate(hit)
        days = float((group["closed_on"] - group["opened_on"]).dt.days.median())
        rows.append((item, len(group), int(hit.sum()), share.value, share.low, share.high, days))
    frame = pd.DataFrame(rows, columns=["plan_item", "closed", "reached", "share", "low", "high", "days"])
    return frame.sort_values(["share", "closed", "plan_item"], ascending=[False, False, True], ignore_index=True)


def _before(actions: pd.DataFrame, turn: tuple) -> tuple:
    items = CORRECTIVE_ITEMS if turn.item in CORRECTIVE_ITEMS else (turn.item,)
    under_way = actions["closed_on"].isna() | (actions["closed_on"] >= turn.first)
    found = actions[actions["plan_item"].isin(items) & (actions["opened_on"] <= turn.last) & under_way]
    if found.empty:
        return 0, 0, "", "", ""
    latest = found.sort_values(["opened_on", "action_id"]).iloc[-1]
    closed = int((found["closed_on"] <= turn.last).sum())
    outcome = latest["outcome"] if pd.notna(latest["outcome"]) else ""
    return len(found), closed, latest["action"], latest["owner"], outcome
