"""Tables of goals and planning (plan section 1): the arguments of `Page.table` for each.

Each function returns frame, columns, caption and name, so that a notebook cell is
`page.table(**goals_tables.calendar(year))`.
"""

from typing import Any

import pandas as pd

from brandops.i18n import gettext as _
from brandops.present.sentences.goals_names import name

Arguments = dict[str, Any]


def calendar(table: pd.DataFrame) -> Arguments:
    """The year's target by month and quarter; `goals.calendar`."""
    columns = {
        "period": _("Period"), "full_target": (_("Target"), "currency"), "target": (_("Target to date"), "currency"),
        "actual": (_("Actual"), "currency"), "attainment": (_("Attainment"), "fraction"), "gap": (_("Gap"), "currency"),
        "last_year": (_("Last year"), "currency"), "growth": (_("Growth"), "fraction"),
    }  # fmt: skip
    return {"frame": table, "columns": columns, "name": "calendar", "caption": _("The year's target by month and quarter")}


def share_parts(by_part: pd.DataFrame) -> Arguments:
    """Own share of the market by part; `market.own_gains`."""
    columns = {
        "part": _("Part of the market"), "market": (_("Market"), "currency"), "sales": (_("Own sales"), "currency"),
        "share": (_("Share"), "fraction"), "base_share": (_("Base"), "fraction"), "gain": (_("Gain"), "pp"),
        "rank": (_("Rank"), "integer"), "market_growth": (_("Market growth"), "fraction"),
        "sales_growth": (_("Own growth"), "fraction"),
    }  # fmt: skip
    return {"frame": by_part.assign(part=by_part["part"].map(name)), "columns": columns, "name": "share_parts", "rows": 15,
            "caption": _("Own share of the market by part")}  # fmt: skip


def new_customers(won: pd.DataFrame, period: str) -> Arguments:
    """New customers against target; `customers.new_customers`."""
    columns = {
        "part": _("Channel type"), "period_actual": (period, "count"), "period_target": (_("Target"), "count"),
        "year_actual": (_("Year to date"), "count"), "year_target": (_("Target to date"), "count"),
        "full_target": (_("Target of the year"), "count"), "attainment": (_("Attainment"), "fraction"),
        "year_ago": (_("A year ago"), "count"), "growth": (_("Growth"), "fraction"),
    }  # fmt: skip
    return {"frame": won.assign(part=won["part"].map(name)), "columns": columns, "name": "new_customers",
            "caption": _("New customers against target")}  # fmt: skip


def gates(table: pd.DataFrame) -> Arguments:
    """Stage gates of the year; `stages.gates`."""
    shown = table.assign(**{column: table[column].map(name) for column in ("stage", "verdict", "recorded")})
    columns = {
        "stage": _("Stage"), "start": (_("From"), "date"), "end": (_("To"), "date"),
        "attainment": (_("Sales to plan"), "fraction"), "gate_attainment": (_("Gate"), "fraction"),
        "due": (_("Tasks due"), "count"), "on_time": (_("On time"), "fraction"), "gate_on_time": (_("Gate, tasks"), "fraction"),
        "verdict": _("Verdict"), "recorded": _("On record"),
    }  # fmt: skip
    return {"frame": shown, "columns": columns, "name": "gates", "caption": _("Stage gates of the year")}


def stage_goals(goals: list[str], stage: str) -> Arguments:
    """What a stage set out to do."""
    return {"frame": pd.DataFrame({"goal": goals}), "columns": {"goal": _("Goal")}, "name": "stage_goals",
            "caption": _("Goals of the stage {stage}").format(stage=name(stage))}  # fmt: skip


def stage_tasks(tasks: pd.DataFrame) -> Arguments:
    """Tasks of a stage; `stages.stage_tasks`."""
    shown = tasks.assign(status=tasks["status"].map(name), to_department=tasks["to_department"].map(name))
    columns = {
        "action_id": _("Task"), "action": _("What"), "owner": _("Owner"), "to_department": _("Department"),
        "due_on": (_("Due"), "date"), "closed_on": (_("Closed"), "date"), "status": _("Status"),
        "days_late": (_("Days late"), "count"),
    }  # fmt: skip
    return {"frame": shown, "columns": columns, "name": "stage_tasks", "rows": 12,
            "caption": _("Tasks of the stage, overdue and open ones first")}  # fmt: skip


def departments(table: pd.DataFrame) -> Arguments:
    """Actions by the department that acts; `stages.departments`."""
    columns = {
        "department": _("Department"), "actions": (_("Actions"), "count"), "on_time": (_("On time"), "count"),
        "late": (_("Late"), "count"), "overdue": (_("Overdue"), "count"), "open": (_("Open"), "count"),
        "on_time_share": (_("On-time share"), "fraction"), "median_days": (_("Median days"), "days"),
        "median_days_late": (_("Median days late"), "days"),
    }  # fmt: skip
    return {"frame": table.assign(department=table["department"].map(name)), "columns": columns, "name": "departments",
            "caption": _("Actions due in the period, by department")}  # fmt: skip


def handovers(pairs: pd.DataFrame) -> Arguments:
    """Hand-overs between departments; `stages.handovers`."""
    shown = pairs.assign(from_department=pairs["from_department"].map(name), to_department=pairs["to_department"].map(name))
    columns = {
        "from_department": _("Asks"), "to_department": _("Acts"), "actions": (_("Actions"), "count"),
        "on_time_share": (_("On-time share"), "fraction"), "median_days": (_("Median days"), "days"),
    }  # fmt: skip
    return {"frame": shown, "columns": columns, "name": "handovers", "rows": 10,
            "caption": _("Hand-overs between departments, slowest first")}  # fmt: skip


def breaches(answered: pd.DataFrame) -> Arguments:
    """Checkpoints below the threshold and what was done; `checkpoints.breaches`."""
    kinds = {"week": _("Week"), "month": _("Month")}
    columns = {
        "kind": _("Kind"), "checkpoint": _("Checkpoint"), "attainment": (_("Cumulative attainment"), "fraction"),
        "shortfall": (_("Shortfall"), "currency"), "action": _("Action"), "owner": _("Owner"),
        "opened_on": (_("Opened"), "date"), "closed_on": (_("Closed"), "date"),
    }  # fmt: skip
    return {"frame": answered.assign(kind=answered["kind"].map(kinds)), "columns": columns, "name": "breaches", "rows": 12,
            "caption": _("Checkpoints below the threshold and what was done")}  # fmt: skip


def split_names() -> dict[str, str]:
    """What the columns are called that attainment is split by, in the order shown."""
    return {"channel": _("channel"), "region": _("region"), "brand": _("brand"), "category": _("category")}


def attainment(by_part: dict[str, pd.DataFrame]) -> Arguments:
    """Attainment by the parts of each split; `year.by_part`."""
    labels = split_names()
    detail = pd.concat([table.assign(split=labels[column].capitalize()) for column, table in by_part.items()], ignore_index=True)
    columns = {
        "split": _("By"), "part": _("Part"), "actual": (_("Actual"), "currency"), "target": (_("Target"), "currency"),
        "attainment": (_("Attainment"), "fraction"), "gap": (_("Gap"), "currency"), "last_year": (_("Last year"), "currency"),
        "growth": (_("Growth"), "fraction"),
    }  # fmt: skip
    return {"frame": detail.assign(part=detail["part"].map(name)), "columns": columns, "name": "attainment", "rows": 20,
            "caption": _("Attainment by channel, region, brand and category")}  # fmt: skip


def bridge(moved: pd.DataFrame, base: str, now: str) -> Arguments:
    """What moved sales, by category; `bridge.top_groups`."""
    columns = {
        "category": _("Category"), "base": (base, "currency"), "price": (_("Price"), "currency"),
        "volume": (_("Volume"), "currency"), "mix": (_("Mix"), "currency"), "new": (_("New products"), "currency"),
        "discontinued": (_("Discontinued"), "currency"), "now": (now, "currency"), "difference": (_("Difference"), "currency"),
    }  # fmt: skip
    return {"frame": moved.assign(category=moved["category"].map(name)), "columns": columns, "name": "bridge",
            "caption": _("The same by category")}  # fmt: skip


def ranking(ranked: pd.DataFrame, labels: dict[str, str]) -> Arguments:
    """Competitors in the latest window; `market.shares`."""
    quarter = ranked["window"].iloc[-1]
    table = ranked[ranked["window"] == quarter].assign(competitor=lambda t: t["competitor"].map(labels))
    columns = {
        "rank": (_("Rank"), "integer"), "competitor": _("Company"), "sales": (_("Sales"), "currency"),
        "share": (_("Share"), "fraction"), "price_index": (_("Price index"), "ratio"),
    }  # fmt: skip
    return {"frame": table, "columns": columns, "name": "ranking", "rows": 12,
            "caption": _("Competitors in {quarter}").format(quarter=quarter)}  # fmt: skip


def satisfaction(table: pd.DataFrame) -> Arguments:
    """Satisfaction and recommendation by channel; `satisfaction.csat` joined with `satisfaction.nps`."""
    columns = {
        "channel": _("Channel"), "n": (_("Answers"), "count"), "value": (_("Satisfied"), "fraction"),
        "low": (_("from"), "fraction"), "high": (_("to"), "fraction"), "value_nps": (_("NPS"), "score"),
    }  # fmt: skip
    return {"frame": table, "columns": columns, "name": "satisfaction",
            "caption": _("Satisfaction and recommendation by channel")}  # fmt: skip
