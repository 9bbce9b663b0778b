"""Tables on survey, web analytics, files, models and engine (plan items 2.2.2 to 2.3.3): the arguments of `Page.table`.

The functions are those of `brandops.present.data_tables`' kind.
"""

from typing import Any

import pandas as pd

from brandops.analysis.survey import REASONS
from brandops.i18n import gettext as _
from brandops.present.data_tables import verdict
from brandops.present.sentences.data_models import segment_rule
from brandops.present.sentences.data_names import (
    feature_name,
    format_name,
    kind_name,
    mart_name,
    model_name,
    reason_name,
    table_name,
    trait_name,
    words,
)

Arguments = dict[str, Any]


def collectors(by_month: pd.DataFrame) -> Arguments:
    """Answers of the period by collection channel: valid, and rejected by reason."""
    shown = by_month.groupby("collector", as_index=False)[["responses", "valid", *REASONS]].sum()
    shown = shown.sort_values("valid", ascending=False, ignore_index=True)
    shown["rate"] = shown["valid"] / shown["responses"]
    shown["share"] = shown["valid"] / shown["valid"].sum()
    columns = {
        "collector": _("Collected by"),
        "responses": (_("Answers"), "integer"),
        "valid": (_("Valid"), "integer"),
        "share": (_("Share of valid"), "fraction"),
        "rate": (_("Valid to all"), "fraction"),
        **{reason: (reason_name(reason), "integer") for reason in REASONS},
    }
    return {"frame": shown.assign(collector=shown["collector"].map(words)), "columns": columns, "name": "collectors",
            "caption": _("Answers of the period by collection channel")}  # fmt: skip


def margins(shares: pd.DataFrame) -> Arguments:
    """Shares of groups in population, answers and weighted answers."""
    columns = {
        "trait": _("Trait"),
        "group": _("Group"),
        "population": (_("Population"), "fraction"),
        "unweighted": (_("Answers"), "fraction"),
        "weighted": (_("Answers, weighted"), "fraction"),
    }
    shown = shares.assign(trait=shares["trait"].map(trait_name), group=shares["group"].map(words))
    return {"frame": shown, "columns": columns, "caption": _("Who answered, and what weighting makes of it"),
            "name": "margins"}  # fmt: skip


def traffic(months: pd.DataFrame) -> Arguments:
    """Visits by month and service."""
    columns = {
        "month": (_("Month"), "month"),
        "property": _("Analytics service"),
        "sessions": (_("Sessions"), "integer"),
        "users": (_("Daily visitors"), "integer"),
        "conversions": (_("Conversions"), "integer"),
        "conversion_rate": (_("Conversion rate"), "fraction"),
        "bounce_rate": (_("Bounce rate"), "fraction"),
        "seconds_per_session": (_("Seconds a visit"), "integer"),
        "revenue": (_("Revenue tracked"), "currency"),
    }
    shown = months.assign(property=months["property"].map(words))
    return {"frame": shown, "columns": columns, "caption": _("Visits by month and service"), "name": "traffic",
            "note": _("A visitor of two days counts twice among daily visitors.")}  # fmt: skip


def traffic_sources(found: pd.DataFrame) -> Arguments:
    """Visits by service and source."""
    columns = {
        "property": _("Analytics service"),
        "source_medium": _("Source"),
        "sessions": (_("Sessions"), "integer"),
        "share": (_("Share of the service"), "fraction"),
        "conversions": (_("Conversions"), "integer"),
        "conversion_rate": (_("Conversion rate"), "fraction"),
        "revenue": (_("Revenue tracked"), "currency"),
    }
    shown = found.assign(property=found["property"].map(words), source_medium=found["source_medium"].map(words))
    return {"frame": shown, "columns": columns, "caption": _("Where the visits came from"), "name": "traffic_sources",
            "rows": 12}  # fmt: skip


def tracked(months: pd.DataFrame) -> Arguments:
    """Tracked against booked orders by month, latest first."""
    columns = {
        "month": (_("Month"), "month"),
        "tracked_orders": (_("Tracked orders"), "integer"),
        "ledger_orders": (_("Booked orders"), "integer"),
        "order_ratio": (_("Orders tracked"), "fraction"),
        "tracked_revenue": (_("Revenue tracked"), "currency"),
        "ledger_revenue": (_("Revenue booked"), "currency"),
        "revenue_ratio": (_("Revenue tracked to booked"), "fraction"),
    }
    return {"frame": months.iloc[::-1], "columns": columns, "name": "tracked_orders", "rows": 12,
            "caption": _("Tracked against booked online orders, latest month first")}  # fmt: skip


def unseen(days: pd.DataFrame) -> Arguments:
    """Days on which most booked orders went unseen."""
    columns = {
        "date": (_("Day"), "date"),
        "ledger_orders": (_("Booked orders"), "integer"),
        "tracked_orders": (_("Tracked orders"), "integer"),
        "unseen": (_("Unseen"), "integer"),
        "order_ratio": (_("Orders tracked"), "fraction"),
    }
    return {"frame": days, "columns": columns, "caption": _("Days of the period on which most orders went unseen"),
            "name": "unseen_days"}  # fmt: skip


def kinds(found: pd.DataFrame) -> Arguments:
    """Kinds of files and databases read."""
    columns = {
        "kind": _("Kind"),
        "sources": (_("Sources"), "integer"),
        "files": (_("Files"), "integer"),
        "loaded": (_("Rows loaded"), "integer"),
    }
    return {"frame": found.assign(kind=found["kind"].map(kind_name)), "columns": columns, "name": "kinds",
            "caption": _("What was read, by kind")}  # fmt: skip


def conversions(met: pd.DataFrame) -> Arguments:
    """Formats of dates and numbers met and converted."""
    tables = met["tables"].map(lambda names: _(", ").join(table_name(name) for name in names.split(", ")))
    columns = {
        "format": _("Format"),
        "values": (_("Values"), "integer"),
        "columns": (_("Columns"), "integer"),
        "tables": _("Tables"),
    }
    shown = met.assign(format=met["format"].map(format_name), tables=tables)
    return {"frame": shown, "columns": columns, "caption": _("Formats met and converted, most values first"),
            "name": "conversions"}  # fmt: skip


def forecast_scores(scores: pd.DataFrame) -> Arguments:
    """Errors of the models on trial as forecasters."""
    columns = {
        "model": _("Model"),
        "mae": (_("Mean absolute error"), "currency"),
        "rmse": (_("Root mean square error"), "currency"),
        "mase": (_("Scaled error (MASE)"), "ratio"),
        "gain": (_("Less error than naive"), "fraction"),
        "low": (_("from"), "fraction"),
        "high": (_("to"), "fraction"),
        "p_value": (_("p (Diebold-Mariano)"), "p_value"),
    }
    return {"frame": scores.assign(model=scores["model"].map(model_name)), "columns": columns,
            "name": "forecast_scores", "caption": _("Forecast errors out of sample; interval of 95%")}  # fmt: skip


def segment_scores(scores: pd.DataFrame) -> Arguments:
    """Ranking quality of the models on trial as segmenters."""
    columns = {
        "model": _("Model"),
        "auc": (_("Area under ROC curve"), "ratio"),
        "low": (_("from"), "ratio"),
        "high": (_("to"), "ratio"),
        "gain": (_("Gain over recency"), "pp"),
        "gain_low": (_("gain from"), "pp"),
        "gain_high": (_("gain to"), "pp"),
        "accuracy": (_("Right when asked yes or no"), "fraction"),
    }
    return {"frame": scores.assign(model=scores["model"].map(model_name)), "columns": columns,
            "name": "segment_scores", "caption": _("Who buys again, out of time; intervals of 95%")}  # fmt: skip


def segments(leaves: pd.DataFrame) -> Arguments:
    """The tree's leaves as segments a manager can read."""
    columns = {
        "segment": _("Customers with"),
        "customers": (_("Customers"), "integer"),
        "expected": (_("Expected to buy again"), "fraction"),
        "actual": (_("Did buy again"), "fraction"),
    }
    return {"frame": leaves.assign(segment=leaves["conditions"].map(segment_rule)), "columns": columns,
            "name": "segments", "caption": _("Segments the decision tree found, likeliest buyers first")}  # fmt: skip


def odds(weights: pd.DataFrame) -> Arguments:
    """What the logistic regression learnt."""
    columns = {"feature": _("Feature"), "odds_ratio": (_("Odds ratio per standard deviation"), "ratio")}
    return {"frame": weights.assign(feature=weights["feature"].map(feature_name)), "columns": columns, "name": "odds",
            "caption": _("What makes customers buy again, strongest first (logistic regression)")}  # fmt: skip


def totals(found: pd.DataFrame) -> Arguments:
    """Net sales of marts summed on their own."""
    columns = {
        "mart": _("Mart"),
        "rows": (_("Rows"), "integer"),
        "months": (_("Months compared"), "integer"),
        "net_sales": (_("Net sales"), "currency_exact"),
        "difference": (_("Difference"), "currency_exact"),
        "exact": (_("Equal to the cent"), "text"),
    }
    shown = found.assign(mart=found["mart"].map(mart_name), exact=found["exact"].map(verdict))
    return {"frame": shown, "columns": columns, "caption": _("Marts that sum the order lines on their own"),
            "name": "mart_totals"}  # fmt: skip


def storage(found: pd.DataFrame) -> Arguments:
    """Marts with rows and sizes."""
    columns = {
        "mart": _("Mart"),
        "rows": (_("Rows"), "integer"),
        "columns": (_("Columns"), "integer"),
        "kilobytes": (_("Size in KB"), "integer"),
    }
    shown = found.assign(mart=found["mart"].map(mart_name), kilobytes=(found["bytes"] / 1000).round().astype(int))
    return {"frame": shown, "columns": columns, "caption": _("Marts as stored, most rows first"), "name": "storage",
            "rows": 10}  # fmt: skip


def engines(found: pd.DataFrame) -> Arguments:
    """Marts as two engines made them, from `warehouse.engines.compare`."""
    columns = {
        "mart": _("Mart"),
        "rows": (_("Rows"), "integer"),
        "differing": (_("Rows that differ"), "integer"),
        "bytes": (_("File equal to the byte"), "text"),
    }
    shown = found.assign(mart=found["mart"].map(mart_name), bytes=found["same_bytes"].map(verdict))
    shown = shown.sort_values(["differing", "rows"], ascending=False, kind="stable")
    return {"frame": shown, "columns": columns, "caption": _("Marts made by Spark against those made by DuckDB"),
            "name": "engines", "rows": 10}  # fmt: skip
