"""Tables of what channels bring (items 4.1.1, 4.3.1 and 4.3.2) as arguments of `page.table`."""

from typing import Any

import pandas as pd

from brandops.i18n import gettext as _
from brandops.present.sentences.channels_names import capital, name

MONEY, SHARE = "currency", "fraction"
UNITS = {"net_sales": MONEY, "margin_rate": SHARE, "growth": SHARE}  # of what channels are ranked by


def _supplied(frame: pd.DataFrame, columns: dict[str, Any]) -> dict[str, Any]:
    """Without the columns the company supplies nothing for: blank throughout, or returns that are not recorded."""
    empty = {key for key in columns if key in frame and frame[key].isna().all()}
    if "return_rate" in frame and frame["return_rate"].fillna(0).eq(0).all():
        empty.add("return_rate")
    return {key: label for key, label in columns.items() if key not in empty}


def performance(quarter: pd.DataFrame, labels: dict[str, str], period: object) -> dict[str, Any]:
    """Channels in the period against a year ago."""
    columns = {
        "channel": _("Channel"),
        "net_sales": (_("Net sales"), MONEY),
        "growth": (_("Growth"), SHARE),
        "margin_rate": (_("Gross margin rate"), SHARE),
        "contribution": (_("Contribution"), MONEY),
        "contribution_rate": (_("Of sales"), SHARE),
        "return_rate": (_("Returns"), SHARE),
        "average_order": (_("Average order"), MONEY),
        "share": (_("Share"), SHARE),
    }
    return {
        "frame": quarter.assign(channel=quarter["channel_id"].map(labels)),
        "name": "performance",
        "columns": _supplied(quarter, columns),
        "caption": _("Channels in {period} against a year ago").format(period=period),
    }


def ranking(ranked: pd.DataFrame, labels: dict[str, str], measure: str) -> dict[str, Any]:
    """Ranks with their intervals and chances."""
    return {
        "frame": ranked.assign(channel=ranked["channel_id"].map(labels)),
        "name": "ranking",
        "columns": {
            "channel": _("Channel"),
            "value": (capital(name(measure)), UNITS.get(measure, "decimal")),
            "low": (_("From"), UNITS.get(measure, "decimal")),
            "high": (_("To"), UNITS.get(measure, "decimal")),
            "rank": (_("Rank"), "integer"),
            "rank_low": (_("Best rank"), "integer"),
            "rank_high": (_("Worst rank"), "integer"),
            "best": (_("Chance of being best"), SHARE),
            "worst": (_("Chance of being worst"), SHARE),
        },
        "caption": _("Ranks of the channels with their uncertainty"),
    }


def next_money(more: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """What one more unit of advertising brings by channel; `more` is a `marginal_returns`."""
    columns = {
        "channel": _("Channel"), "spend": (_("Spend a year"), MONEY), "average": (_("Profit per unit spent, on average"), "ratio"),
        "value": (_("Profit of one more unit"), "ratio"), "low": (_("From"), "ratio"), "high": (_("To"), "ratio"),
        "pays": (_("Chance it pays"), SHARE), "best": (_("Chance of being best"), SHARE),
    }  # fmt: skip
    frame = more.assign(channel=more["channel_id"].map(labels), spend=more["spend"] * 365)
    return {"frame": frame, "name": "next_money", "columns": columns,
            "caption": _("The next money: what one more unit of advertising brings, by channel")}  # fmt: skip


def bridge(steps: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """What moved each channel's sales."""
    return {
        "frame": steps.assign(channel=steps["channel_id"].map(labels)),
        "name": "bridge",
        "columns": {
            "channel": _("Channel"),
            "base": (_("A year ago"), MONEY),
            "price": (_("Price"), MONEY),
            "volume": (_("Volume"), MONEY),
            "mix": (_("Mix"), MONEY),
            "new": (_("New products"), MONEY),
            "discontinued": (_("Discontinued"), MONEY),
            "now": (_("Now"), MONEY),
        },
        "caption": _("What moved each channel's sales against a year ago"),
    }


def parts(parts: pd.DataFrame, labels: dict[str, str], by: str, span: str) -> dict[str, Any]:
    """Channels by region or category."""
    label, caption = {
        "region": (_("Region"), _("Channels by region, {span}").format(span=span)),
        "category": (_("Category"), _("Channels by category, {span}").format(span=span)),
    }[by]
    columns = {
        "channel": _("Channel"), by: label, "net_sales": (_("Net sales"), MONEY), "growth": (_("Growth"), SHARE),
        "margin_rate": (_("Gross margin rate"), SHARE),
        "contribution": (_("Contribution"), MONEY), "return_rate": (_("Returns"), SHARE),
    }  # fmt: skip
    # An order may hold several categories, but goes to one region.
    columns["average_order"] = (_("Average order") if by == "region" else _("In an order that holds it"), MONEY)
    return {
        "frame": parts.assign(channel=parts["channel_id"].map(labels)),
        "name": f"by_{by}",
        "rows": 12,
        "caption": caption,
        "columns": _supplied(parts, columns),
    }


def contribution(grown: pd.DataFrame, labels: dict[str, str], span: str) -> dict[str, Any]:
    """Shares of sales and contributions to growth."""
    return {
        "frame": grown.assign(channel=grown["channel_id"].map(labels)),
        "name": "contribution",
        "columns": _supplied(
            grown,
            {
                "channel": _("Channel"),
                "net_sales": (_("Net sales"), MONEY),
                "share": (_("Share"), SHARE),
                "base_share": (_("A year ago"), SHARE),
                "shift": (_("Shift"), "pp"),
                "growth_contribution": (_("Added to growth"), "pp"),
                "contribution": (_("Contribution"), MONEY),
            },
        ),
        "caption": _("Shares of net sales and what each channel added to growth, {span}").format(span=span),
    }


def cost(spent: pd.DataFrame, labels: dict[str, str], span: str) -> dict[str, Any]:
    """Cost-effectiveness and break-even."""
    return {
        "frame": spent.assign(channel=spent["channel_id"].map(labels)),
        "name": "cost",
        "columns": {
            "channel": _("Channel"),
            "operating_cost": (_("Operating cost"), MONEY),
            "cost_to_sales": (_("Cost to sales"), "ratio"),
            "sales_to_cost": (_("Sales to cost"), "ratio"),
            "cost_to_margin": (_("Cost to gross margin"), "ratio"),
            "break_even_sales": (_("Break-even sales"), MONEY),
            "break_even_units": (_("Break-even units"), "count"),
            "safety": (_("Margin of safety"), SHARE),
        },
        "caption": _("Cost-effectiveness and break-even, {span}").format(span=span),
    }
