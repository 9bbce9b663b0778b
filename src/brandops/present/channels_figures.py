"""Figures of plan section 4 that exist once per channel, as arguments of `page.figure`."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from brandops.i18n import gettext as _
from brandops.params.plan import ChannelRules

SALES, COSTS = "channel_daily", "channel_costs"


def next_money(more: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """What one more unit of advertising brings; `more` is a `next_money`."""
    for row in more.itertuples():
        yield _of(row.channel_id, "4.1.1", "next_unit", _("Profit of one more unit of advertising"), row.value, "ratio",
                  ["ads_daily", "demand_daily", SALES, COSTS], low=row.low, high=row.high)  # fmt: skip


def elasticities(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Pooled elasticities."""
    for row in table.itertuples():
        yield _of(row.channel_id, "4.2.2", "elasticity", _("Price elasticity"), row.estimate, "ratio", ["prices_weekly"],
                  low=row.low, high=row.high)  # fmt: skip


def service(served: pd.DataFrame, kinds: pd.Series, rules: ChannelRules) -> Iterator[dict[str, Any]]:
    """Time to resolve and complaints against the plan; `kinds` is the channel type by channel_id."""
    for row in served.itertuples():
        yield _of(row.channel_id, "4.2.3", "hours", _("Median time to resolve"), row.hours, "hours", ["service_cases"],
                  low=row.hours_low, high=row.hours_high, target=rules.resolve_hours.get(kinds.get(row.channel_id)),
                  better="lower")  # fmt: skip
        yield _of(row.channel_id, "4.2.3", "complaints", _("Complaints to orders"), row.complaint_rate, "fraction",
                  ["service_cases"], low=row.low, high=row.high, target=rules.complaint_rate, better="lower")  # fmt: skip


def cost_to_sales(spent: pd.DataFrame, kinds: pd.Series, rules: ChannelRules) -> Iterator[dict[str, Any]]:
    """Operating cost to sales against the plan."""
    for row in spent.itertuples():
        yield _of(row.channel_id, "4.3.2", "cost_to_sales", _("Operating cost to sales"), row.cost_to_sales, "ratio",
                  [SALES, COSTS], target=rules.cost_to_sales.get(kinds[row.channel_id]), better="lower")  # fmt: skip


def satisfaction(rated: pd.DataFrame, before: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Satisfied answers against the plan; `rated` has a column `target`, `before` is the same of a year ago."""
    earlier = before.set_index("channel_id")["value"].to_dict() if len(before) else {}
    for row in rated.sort_values("channel_id").itertuples() if len(rated) else ():
        yield _of(row.channel_id, "4.3.3", "csat", _("Satisfied customers"), row.value, "fraction",
                  ["survey_responses", "population"], low=row.low, high=row.high, target=row.target,
                  previous=earlier.get(row.channel_id))  # fmt: skip


def _of(channel: str, item: str, key: str, name: str, value: float, unit: str, source: list[str], **more: Any) -> dict[str, Any]:
    return {"item": item, "key": key, "name": name, "value": value, "unit": unit, "grain": {"channel": channel},
            "source": source, **more}  # fmt: skip
