"""Tables of plan section 3's forecasts as arguments of `page.table`: which columns, what they are called, in which unit."""

from typing import Any

import pandas as pd

from brandops.analysis.forecasting import evaluation
from brandops.analysis.forecasting.outlook import Outlook
from brandops.i18n import gettext as _
from brandops.present.sentences import forecasting as say

MONEY, SHARE = "currency", "fraction"


def _bounds() -> dict[str, tuple[str, str]]:
    return {"mean": (_("Forecast"), MONEY), "lo-80": (_("80% low"), MONEY), "hi-80": (_("80% high"), MONEY),
            "lo-95": (_("95% low"), MONEY), "hi-95": (_("95% high"), MONEY)}  # fmt: skip


def outlook(seen: Outlook) -> dict[str, Any]:
    """All steps ahead together, by part of every dimension."""
    before = seen.totals["last_year"]
    frame = seen.totals.assign(dimension=seen.totals["dimension"].map(say.dimension_name),
                               part=seen.totals["part"].map(say.part_name),
                               growth=seen.totals["mean"] / before.where(before > 0) - 1)  # fmt: skip
    columns = {"dimension": _("Dimension"), "part": _("Part"), **_bounds(), "last_year": (_("A year ago"), MONEY),
               "growth": (_("Growth"), SHARE)}  # fmt: skip
    caption = _("Expected sales of the coming {steps}, adding up to the total")
    return {"frame": frame, "name": "outlook", "rows": 20, "columns": columns,
            "caption": caption.format(steps=say.steps(len(seen.total), seen.step))}  # fmt: skip


def steps_ahead(seen: Outlook) -> dict[str, Any]:
    """The total, step by step."""
    return {"frame": seen.total, "name": "steps_ahead", "columns": {"ds": (_("From"), "date"), **_bounds()},
            "caption": _("Expected sales of the total, step by step")}  # fmt: skip


def errors(of_total: pd.DataFrame) -> dict[str, Any]:
    """Errors of the total by model and step; `of_total` are its rows of the backtest."""
    found = evaluation.accuracy(of_total, ["model", "step"])
    best = found.groupby("model")["mase"].mean().sort_values(kind="stable").index
    first = {model: at for at, model in enumerate(dict.fromkeys(("combination", "seasonal_naive", *best)))}
    found = found.sort_values(["model", "step"], key=lambda c: c.map(first) if c.name == "model" else c, ignore_index=True)
    columns = {"model": _("Model"), "step": _("Steps ahead"), "mse": ("MSE", "number"), "rmse": ("RMSE", MONEY),
               "mae": ("MAE", MONEY), "smape": ("sMAPE", SHARE), "mase": ("MASE", "decimal")}  # fmt: skip
    return {"frame": found.assign(model=found["model"].map(say.model_name)), "name": "errors", "rows": 12, "columns": columns,
            "caption": _("Errors of the total by model and steps ahead")}  # fmt: skip


def worth(by_year: pd.DataFrame) -> dict[str, Any]:
    """What forecasting the total was worth; `by_year` is an `outlook.worth`."""
    columns = {"year": (_("Year"), "text"), "naive": (_("Seasonal naive"), MONEY), "forecast": (_("Forecast"), MONEY),
               "gain": (_("Error avoided"), SHARE), "steps": (_("Forecasts judged"), "integer")}  # fmt: skip
    return {"frame": by_year, "name": "worth", "caption": _("What forecasting was worth by year"), "columns": columns}


def worth_parts(by_part: pd.DataFrame) -> dict[str, Any]:
    """What forecasting each category and channel was worth."""
    shown = by_part.assign(dimension=by_part["dimension"].map(say.dimension_name), part=by_part["part"].map(say.part_name))
    columns = {"dimension": _("Dimension"), "part": _("Part"), "year": (_("Year"), "text"), "sold": (_("Sold a step"), MONEY),
               "naive": (_("Error, seasonal naive"), MONEY), "forecast": (_("Error, forecast"), MONEY),
               "relative": (_("Error to sales"), SHARE), "gain": (_("Error avoided"), SHARE)}  # fmt: skip
    return {"frame": shown, "name": "worth_parts", "rows": 12, "columns": columns,
            "caption": _("What forecasting was worth by category, channel and year")}  # fmt: skip


def ranking(order: pd.DataFrame, weights: pd.DataFrame) -> dict[str, Any]:
    """Models with their ranks and weights; `order` is an `evaluation.ranking`."""
    ranked = order.merge(weights, on="model", how="left")
    columns = {"model": _("Model"), "mase": ("MASE", "decimal"), "mean_rank": (_("Mean rank"), "decimal"),
               "tied": _("Tied with the best"), "p_value": (_("p (Diebold-Mariano)"), "p_value"),
               "weight": (_("Weight"), SHARE)}  # fmt: skip
    return {"frame": ranked.assign(model=ranked["model"].map(say.model_name)), "name": "ranking", "columns": columns,
            "caption": _("Models by their error in the backtest")}  # fmt: skip


def criteria(seen: Outlook) -> dict[str, Any]:
    """AIC, AICc and BIC of the total's models."""
    found = evaluation.information_criteria(seen.total_history["y"], seen.forecasts.panel.season)
    columns = {"family": _("Family"), "form": _("Form"), "parameters": _("Parameters"), "aic": ("AIC", "decimal"),
               "aicc": ("AICc", "decimal"), "bic": ("BIC", "decimal")}  # fmt: skip
    return {"frame": found.assign(family=found["family"].map(say.model_name)), "name": "criteria", "columns": columns,
            "caption": _("Information criteria of the total's ETS and ARIMA models")}  # fmt: skip


def replaced(found: pd.DataFrame) -> dict[str, Any]:
    """Where the seasonal naive rule stands in, and why; `found` is a `reports.replaced`."""
    shown = found.assign(part=found["part"].map(say.part_name), model=found["model"].map(say.model_name),
                         reason=found["reason"].map(say.reason_name))  # fmt: skip
    return {"frame": shown, "name": "replaced", "rows": 10, "caption": _("Forecasts replaced by the seasonal naive rule"),
            "columns": {"part": _("Part"), "model": _("Model"), "reason": _("Why")}}  # fmt: skip
