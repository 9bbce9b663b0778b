"""Tables of prices, service and satisfaction by channel (items 4.2.2, 4.2.3 and 4.3.3) as arguments of `page.table`."""

from typing import Any

import pandas as pd

from brandops.i18n import gettext as _
from brandops.present import formats
from brandops.present.sentences.channels_names import name

MONEY, SHARE = "currency", "fraction"


def elasticity(table: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """Elasticities with and without pooling."""
    return {
        "frame": table.sort_values("estimate", ignore_index=True).assign(channel=lambda t: t["channel_id"].map(labels)),
        "name": "elasticity",
        "columns": {
            "channel": _("Channel"),
            "estimate": (_("Elasticity"), "decimal"),
            "low": (_("From"), "decimal"),
            "high": (_("To"), "decimal"),
            "alone": (_("By itself"), "decimal"),
            "alone_low": (_("From"), "decimal"),
            "alone_high": (_("To"), "decimal"),
            "weight": (_("Weight of its own data"), SHARE),
        },
        "caption": _("Elasticities with and without the other channels' help"),
    }


def price_change(effects: pd.DataFrame, labels: dict[str, str], change: float, span: str) -> dict[str, Any]:
    """What a change of price would do; `effects` is a `price_simulator.simulate`."""
    caption = _("A price change of {change} in one channel, over {span}")
    return _effects(effects, labels, "price_change", caption.format(change=formats.percent(change, 0), span=span))


def promotion(effects: pd.DataFrame, labels: dict[str, str], change: float, span: str) -> dict[str, Any]:
    """What a promotion would do; `effects` is a `price_simulator.simulate`."""
    caption = _("A promotion at a price change of {change} in one channel, over {span}")
    return _effects(effects, labels, "promotion", caption.format(change=formats.percent(change, 0), span=span))


def _effects(effects: pd.DataFrame, labels: dict[str, str], key: str, caption: str) -> dict[str, Any]:
    columns = {
        "channel": _("Channel"), "sales": (_("Sales"), MONEY), "sales_low": (_("From"), MONEY), "sales_high": (_("To"), MONEY),
        "taken": (_("Taken from other channels"), MONEY), "total_margin": (_("Gross margin in all"), MONEY),
        "total_margin_low": (_("From"), MONEY), "total_margin_high": (_("To"), MONEY), "better": (_("Chance it pays"), SHARE),
    }  # fmt: skip
    frame = effects.assign(channel=effects["channel_id"].map(labels))
    return {"frame": frame, "name": key, "columns": columns, "caption": caption}


def service(served: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """Service by channel."""
    return {
        "frame": served.assign(channel=served["channel_id"].map(labels)),
        "name": "service",
        "columns": {
            "channel": _("Channel"),
            "cases": (_("Cases"), "count"),
            "hours": (_("Median hours to resolve"), "decimal"),
            "open": (_("Still open"), "count"),
            "complaint_rate": (_("Complaints to orders"), SHARE),
            "low": (_("From"), SHARE),
            "high": (_("To"), SHARE),
            "satisfied": (_("Satisfied"), SHARE),
            "satisfied_low": (_("From"), SHARE),
            "satisfied_high": (_("To"), SHARE),
        },
        "caption": _("Service by channel, twelve months"),
    }


def service_drivers(drivers: pd.DataFrame) -> dict[str, Any]:
    """What goes with a better score of the handling."""
    return {
        "frame": drivers.assign(driver=drivers["driver"].map(name)),
        "name": "service_drivers",
        "columns": {
            "driver": _("Driver"),
            "odds_ratio": (_("Odds ratio"), "ratio"),
            "low": (_("From"), "ratio"),
            "high": (_("To"), "ratio"),
            "p_value": (_("p-value"), "p_value"),
        },
        "caption": _("What goes with a better score of the handling (ordered logit)"),
    }


def channel_drivers(drivers: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """What goes with a better score of the handling, channel by channel."""
    pooled = service_drivers(drivers)
    return {
        "frame": pooled["frame"].assign(channel=drivers["channel_id"].map(labels)),
        "name": "channel_drivers",
        "rows": 12,
        "columns": {"channel": _("Channel"), **pooled["columns"], "n": (_("Scored cases"), "count")},
        "caption": _("What goes with a better score of the handling, by channel (ordered logit)"),
    }


def satisfaction(rated: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """Satisfaction and recommendation by channel."""
    return {
        "frame": rated.assign(channel=rated["channel_id"].map(labels)),
        "name": "satisfaction",
        "columns": {
            "channel": _("Channel"),
            "n": (_("Answers"), "count"),
            "value": (_("Satisfied"), SHARE),
            "low": (_("From"), SHARE),
            "high": (_("To"), SHARE),
            "target": (_("Target"), SHARE),
            "value_nps": (_("NPS"), "score"),
            "low_nps": (_("From"), "score"),
            "high_nps": (_("To"), "score"),
        },
        "caption": _("Satisfaction and recommendation by channel"),
    }
