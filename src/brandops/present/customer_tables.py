"""Tables of customers and their segments (item 4.1.2) as arguments of `page.table`."""

from typing import Any

import pandas as pd

from brandops.analysis.clusters import Clustering
from brandops.analysis.customer_hold_out import HoldOut
from brandops.i18n import gettext as _
from brandops.present import formats
from brandops.present.sentences import customers as say
from brandops.present.sentences.channels_names import name

MONEY, SHARE = "currency", "fraction"


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
            **_expected(
                profiles,
                {
                    "churn_risk": (_("Churn risk"), SHARE),
                    "value": (_("Expected sales, 12 months"), MONEY),
                    "low": (_("From"), MONEY),
                    "high": (_("To"), MONEY),
                    "margin": (_("Expected margin"), MONEY),
                },
            ),
        },
        "caption": _("Segments by behaviour: size, habits, expected value")
        if profiles["value"].notna().any()
        else _("Segments by behaviour: size and habits"),
    }


def _expected(profiles: pd.DataFrame, columns: dict[str, Any]) -> dict[str, Any]:
    """Columns of what the purchase model expects; where it is not to be quoted, what the segment bought so far."""
    return columns if profiles["value"].notna().any() else {"sales": (_("Net sales so far"), MONEY)}


def hold_out(check: HoldOut) -> dict[str, Any]:
    """Purchases foreseen and made, by how often a customer had bought before."""
    return {
        "frame": check.table,
        "name": "hold_out",
        "columns": {
            "so_far": _("Purchases before"),
            "customers": (_("Customers"), "count"),
            "foreseen": (_("Foreseen per customer"), "decimal"),
            "made": (_("Made per customer"), "decimal"),
        },
        "caption": _("The purchase model held against {months} months it had not seen").format(months=check.months),
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


def cluster_rules(found: Clustering, currency: str) -> dict[str, Any]:
    """Who belongs to each cluster."""
    rules = found.rules
    words = rules.assign(rule=[say.rule(row, currency) for _at, row in rules.iterrows()], cluster=rules["cluster"].map(name))
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
            **_expected(
                named,
                {
                    "churn_risk": (_("Churn risk"), SHARE),
                    "value": (_("Expected sales, 12 months"), MONEY),
                    "value_each": (_("Per customer"), MONEY),
                },
            ),
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
