"""Tables of where channels lose, lack and grow (items 4.1.3 and 4.2.1) as arguments of `page.table`."""

from typing import Any

import pandas as pd

from brandops.i18n import gettext as _
from brandops.present.sentences.channels_names import name

MONEY, SHARE = "currency", "fraction"


def funnel(stages: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """Stages of the funnel with their times."""
    units = {"minutes": _("minutes"), "hours": _("hours"), "days": _("days")}
    timed = stages.assign(channel=stages["channel_id"].map(labels), stage=stages["stage"].map(name), unit=stages["unit"].map(units))
    return {
        "frame": timed,
        "name": "funnel",
        "rows": 40,
        "caption": _("Funnel and stage times by channel, twelve months"),
        "columns": {
            "channel": _("Channel"),
            "stage": _("Stage"),
            "entered": (_("Entered"), "count"),
            "passed": (_("Passed"), "count"),
            "rate": (_("Rate"), SHARE),
            "low": (_("From"), SHARE),
            "high": (_("To"), SHARE),
            "time": (_("Time"), "decimal"),
            "unit": (_("Unit"), "text"),
        },
    }


def frontier(frontier: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """Distance from the efficient frontier."""
    return {
        "frame": frontier.assign(channel=frontier["channel_id"].map(labels)),
        "name": "frontier",
        "columns": {
            "channel": _("Channel"),
            "efficiency": (_("Efficiency"), SHARE),
            "low": (_("Worst quarter"), SHARE),
            "high": (_("Best quarter"), SHARE),
            "headroom": (_("Headroom"), MONEY),
        },
        "caption": _("Distance from the efficient frontier, over the last quarters"),
    }


def white_space(cells: pd.DataFrame) -> dict[str, Any]:
    """Cells that sell less than expected."""
    return {
        "frame": cells,
        "name": "white_space",
        "rows": 10,
        "caption": _("White space by region and category"),
        "columns": {
            "region": _("Region"),
            "category": _("Category"),
            "net_sales": (_("Net sales"), MONEY),
            "expected": (_("Expected"), MONEY),
            "gap": (_("Gap"), MONEY),
            "index": (_("Index"), "ratio"),
            "low": (_("From"), "ratio"),
            "high": (_("To"), "ratio"),
            "clear": (_("Clear"), "text"),
        },
    }


def candidates(scored: pd.DataFrame) -> dict[str, Any]:
    """Candidates with their scores and ranks."""
    return {
        "frame": scored,
        "name": "candidates",
        "caption": _("Candidates by the plan's criteria; ranks under changing weights"),
        "columns": {
            "channel": _("Channel"),
            "size": (_("Sales a year"), MONEY),
            "growth": (_("Growth"), SHARE),
            "margin": (_("Gross margin rate"), SHARE),
            "fit": (_("Fit"), "score"),
            "cost": (_("Cost of opening"), MONEY),
            "score": (_("Score"), "ratio"),
            "rank": (_("Rank"), "integer"),
            "rank_low": (_("Best rank"), "integer"),
            "rank_high": (_("Worst rank"), "integer"),
            "kept": (_("Among the chosen"), SHARE),
        },
    }


def ramps(facts: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """Ramp-up of channels opened, against plan."""
    return {
        "frame": facts.assign(channel=facts["channel_id"].map(labels)),
        "name": "ramps",
        "columns": {
            "channel": _("Channel"),
            "opened_on": (_("Opened on"), "date"),
            "months_to_90": (_("Months to 90%"), "decimal"),
            "low": (_("From"), "decimal"),
            "high": (_("To"), "decimal"),
            "reached": (_("Of mature level"), SHARE),
            "actual": (_("Actual"), MONEY),
            "plan": (_("Plan"), MONEY),
            "attainment": (_("Attainment"), SHARE),
        },
        "caption": _("Ramp-up of channels against plan"),
    }
