"""Tables of plan section 4 as arguments of `page.table`: which columns, what they are called, in which unit."""

from typing import Any

import pandas as pd

from brandops.analysis.clusters import Clustering
from brandops.i18n import gettext as _
from brandops.present import formats
from brandops.present.sentences.channels_names import name

MONEY, SHARE = "currency", "fraction"


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


def ranking(ranked: pd.DataFrame, labels: dict[str, str], measure: str) -> dict[str, Any]:
    """Ranks with their intervals and chances."""
    return {
        "frame": ranked.assign(channel=ranked["channel_id"].map(labels)),
        "name": "ranking",
        "columns": {
            "channel": _("Channel"),
            "value": (name(measure), "decimal"),
            "low": (_("From"), "decimal"),
            "high": (_("To"), "decimal"),
            "rank": (_("Rank"), "integer"),
            "rank_low": (_("Best rank"), "integer"),
            "rank_high": (_("Worst rank"), "integer"),
            "best": (_("Chance of being best"), SHARE),
            "worst": (_("Chance of being worst"), SHARE),
        },
        "caption": _("Ranks of the channels with their uncertainty"),
    }


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


def segments(profiles: pd.DataFrame, advice: pd.Series) -> dict[str, Any]:
    """Segments by behaviour: size, habits, value."""
    return {
        "frame": profiles.assign(segment=profiles["segment"].map(name), advice=advice),
        "name": "segments",
        "columns": {
            "segment": _("Segment"),
            "customers": (_("Customers"), "count"),
            "sales_share": (_("Share of sales"), SHARE),
            "average_order": (_("Average order"), MONEY),
            "interval_days": (_("Days between purchases"), "days"),
            "churn_risk": (_("Churn risk"), SHARE),
            "value": (_("Expected sales, 12 months"), MONEY),
            "low": (_("From"), MONEY),
            "high": (_("To"), MONEY),
            "margin": (_("Expected margin"), MONEY),
        },
        "caption": _("Segments by behaviour: size, habits, expected value"),
    }


def strategies(profiles: pd.DataFrame, advice: pd.Series) -> dict[str, Any]:
    """What to do for each segment."""
    return {
        "frame": profiles.assign(segment=profiles["segment"].map(name), advice=advice),
        "name": "strategies",
        "columns": {"segment": _("Segment"), "advice": (_("Strategy"), "text")},
        "caption": _("What to do for each segment"),
    }


def cluster_choice(found: Clustering) -> dict[str, Any]:
    """Numbers of clusters tried."""
    return {
        "frame": found.choice,
        "name": "cluster_choice",
        "caption": _("How many clusters: separation and stability"),
        "columns": {
            "k": (_("Clusters"), "integer"),
            "silhouette": (_("Silhouette"), "decimal"),
            "stability": (_("Stability (adjusted Rand index)"), "decimal"),
            "chosen": (_("Chosen"), "text"),
        },
    }


def cluster_rules(words: pd.DataFrame, found: Clustering) -> dict[str, Any]:
    """Who belongs to each cluster."""
    return {
        "frame": words,
        "name": "cluster_rules",
        "columns": {
            "cluster": _("Segment"),
            "rule": _("Who belongs to it"),
            "customers": (_("Customers"), "count"),
            "purity": (_("Of them members"), SHARE),
        },
        "caption": _("What makes a customer a member: a decision tree that agrees for {share}").format(
            share=formats.percent(found.agreement)
        ),
    }


def rfm(named: pd.DataFrame) -> dict[str, Any]:
    """The customary segments by recency, frequency and money."""
    return {
        "frame": named.assign(segment=named["segment"].map(name)),
        "name": "rfm",
        "columns": {
            "segment": _("Segment"),
            "customers": (_("Customers"), "count"),
            "sales_share": (_("Share of sales"), SHARE),
            "orders": (_("Orders"), "decimal"),
            "churn_risk": (_("Churn risk"), SHARE),
            "value": (_("Expected sales, 12 months"), MONEY),
            "value_each": (_("Per customer"), MONEY),
        },
        "caption": _("Recency, frequency and money: the customary segments"),
    }


def moves(moved: pd.DataFrame) -> dict[str, Any]:
    """Movement between segments."""
    return {
        "frame": moved.assign(before=moved["before"].map(name), now=moved["now"].map(name)),
        "name": "moves",
        "rows": 12,
        "columns": {"before": _("Before"), "now": _("Now"), "customers": (_("Customers"), "count")},
        "caption": _("Movement between segments"),
    }


def funnel(timed: pd.DataFrame) -> dict[str, Any]:
    """Stages of the funnel with their times."""
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
        "caption": _("Distance from the efficient frontier, four quarters"),
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
            "margin": (_("Margin"), SHARE),
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
            "opened_on": (_("Opened"), "date"),
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


def elasticity(table: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """Elasticities with and without pooling."""
    return {
        "frame": table.assign(channel=table["channel_id"].map(labels)),
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


def service(served: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """Service by channel."""
    return {
        "frame": served.assign(channel=served["channel_id"].map(labels)),
        "name": "service",
        "columns": {
            "channel": _("Channel"),
            "cases": (_("Cases"), "count"),
            "hours": (_("Median hours to resolve"), "decimal"),
            "open": (_("Open"), "count"),
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


def contribution(grown: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """Shares of sales and contributions to growth."""
    return {
        "frame": grown.assign(channel=grown["channel_id"].map(labels)),
        "name": "contribution",
        "columns": {
            "channel": _("Channel"),
            "net_sales": (_("Net sales"), MONEY),
            "share": (_("Share"), SHARE),
            "base_share": (_("A year ago"), SHARE),
            "shift": (_("Shift"), "pp"),
            "growth_contribution": (_("Added to growth"), "pp"),
            "contribution": (_("Contribution"), MONEY),
        },
        "caption": _("Shares of net sales and what each channel added to growth, twelve months"),
    }


def cost(spent: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
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
        "caption": _("Cost-effectiveness and break-even, twelve months"),
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


def performance(quarter: pd.DataFrame, labels: dict[str, str], period: object) -> dict[str, Any]:
    """Channels in the period against a year ago."""
    columns = {
        "channel": _("Channel"),
        "net_sales": (_("Net sales"), MONEY),
        "growth": (_("Growth"), SHARE),
        "margin_rate": (_("Gross margin"), SHARE),
        "contribution": (_("Contribution"), MONEY),
        "contribution_rate": (_("Of sales"), SHARE),
        "return_rate": (_("Returns"), SHARE),
        "average_order": (_("Average order"), MONEY),
        "share": (_("Share"), SHARE),
    }
    return {
        "frame": quarter.assign(channel=quarter["channel_id"].map(labels)),
        "name": "performance",
        "columns": columns,
        "caption": _("Channels in {period} against a year ago").format(period=period),
    }


def parts(parts: pd.DataFrame, labels: dict[str, str], by: str) -> dict[str, Any]:
    """Channels by region or category."""
    label, caption = {
        "region": (_("Region"), _("Channels by region, twelve months")),
        "category": (_("Category"), _("Channels by category, twelve months")),
    }[by]
    columns = {
        "channel": _("Channel"), by: label, "net_sales": (_("Net sales"), MONEY), "growth": (_("Growth"), SHARE),
        "margin_rate": (_("Gross margin"), SHARE), "contribution": (_("Contribution"), MONEY), "return_rate": (_("Returns"), SHARE),
    }  # fmt: skip
    return {
        "frame": parts.assign(channel=parts["channel_id"].map(labels)),
        "name": f"by_{by}",
        "rows": 12,
        "caption": caption,
        "columns": columns,
    }
