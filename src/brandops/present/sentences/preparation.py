"""Sentences and tables on cleaning, conversion and features (plan items 3.2.1 to 3.2.3)."""

from typing import Any

import pandas as pd

from brandops.i18n import gettext as _
from brandops.i18n import mark
from brandops.present import formats
from brandops.present.sentences.data_names import format_name, rule_name, table_name
from brandops.present.sentences.goals_names import name

SEPARATOR = " / "  # between channel and category in the names of series
_RULES = {
    "missing": mark("Month no source delivered"), "zero_run": mark("Three or more months without a sale"),
    "stock_out": mark("Demand cut short by empty shelves"), "outlier": mark("Outlier without a promotion"),
}  # fmt: skip
_FAMILIES = {"product": mark("Product"), "customers": mark("Customers"), "price": mark("Price"), "promotion": mark("Promotion"),
             "sales": mark("Past sales"), "calendar": mark("Calendar")}  # fmt: skip
_FEATURES = {
    "category": mark("Product category"), "purchase_frequency": mark("Orders per buyer in twelve months"),
    "recency": mark("Mean months since the buyers' last order"), "relative_price_lag": mark("Price to list price"),
    "promotion_lag": mark("Share of units sold on promotion"), "lag_1": mark("Sales one month before"),
    "lag_2": mark("Sales two months before"), "lag_3": mark("Sales three months before"),
    "lag_12": mark("Sales twelve months before"), "mean_3": mark("Mean sales of three months"),
    "mean_12": mark("Mean sales of twelve months"), "months_since_sale": mark("Months since the last sale"),
    "days": mark("Days in the month"), "weekend_days": mark("Weekend days"),
    "before_new_year_days": mark("Days in the three weeks before Chinese New Year"), "days_618": mark("Days of 618"),
    "days_double_11": mark("Days of Double 11"), "sin": mark("Season (sine)"), "cos": mark("Season (cosine)"),
}  # fmt: skip


def rule_label(rule: str) -> str:
    """What a reader calls a cleaning rule."""
    return _(_RULES[rule])


def cleaning_finding(summary: pd.DataFrame, values: int) -> str:
    """How many values each rule touched."""
    touched = summary[summary["values"] > 0]
    if touched.empty:
        return _("No rule had anything to change in {values} values.").format(values=formats.number(values))
    parts = [_("{rule}: {count}").format(rule=rule_label(row.rule), count=formats.number(row.values)) for row in
             touched.rename(columns={"values": "touched"}).assign(values=touched["values"]).itertuples()]  # fmt: skip
    return _("Of {values} monthly values {count} were changed, each kept beside its old value: {parts}.").format(
        values=formats.number(values), count=formats.number(touched["values"].sum()), parts=_("; ").join(parts)
    )


def stock_finding(records: pd.DataFrame) -> str:
    """Stock records that do not add up."""
    if records.empty:
        return _("Every stock record is the day before plus received less sold.")
    row = records.iloc[-1]
    return _("Stock records do not add up in {count} product months, last {product} in {month}: mean stock {seen} against {usual} "
             "in other months. Such stock is not used to tell empty shelves.").format(
        count=len(records), product=row["product_id"], month=formats.month(row["month"]),
        seen=formats.number(row["on_hand_mean"]), usual=formats.number(row["usual"]),
    )  # fmt: skip


def conversion_finding(met: pd.DataFrame, rejected: pd.DataFrame) -> str:
    """How many values of the forecast's inputs were read, in how many formats, and how many could not be."""
    return _("{values} values of the forecast's inputs were read in {formats} formats; {rejected} could not be and wait in "
             "quarantine with their reason.").format(
        values=formats.number(met["values"].sum()), formats=len(met), rejected=formats.number(rejected["rows"].sum())
    )  # fmt: skip


def features_finding(described: pd.DataFrame, rows: int) -> str:
    """How many features there are, for how many months."""
    lagged = int((described["known"] == "lagged").sum())
    return _("{count} features of {rows} series months; {lagged} are measured and enter only with a lag, the others are known in "
             "advance.").format(count=len(described), rows=formats.number(rows), lagged=lagged)  # fmt: skip


def cleaned_alt(summary: pd.DataFrame) -> str:
    """Description of the bars before and after."""
    parts = [_("{rule} {before} to {after}").format(rule=rule_label(row.rule), before=formats.compact(row.before),
                                                   after=formats.compact(row.after))
             for row in summary[summary["values"] > 0].itertuples()]  # fmt: skip
    return _("Bars of units sold before and after cleaning: {parts}.").format(parts=_("; ").join(parts))


def summary_table(summary: pd.DataFrame) -> dict[str, Any]:
    """What each rule touched, before and after."""
    columns = {"rule": _("Rule"), "series": (_("Series"), "integer"), "values": (_("Values"), "integer"),
               "share": (_("Of all values"), "fraction"), "before": (_("Units before"), "integer"),
               "after": (_("Units after"), "integer")}  # fmt: skip
    return {"frame": summary.assign(rule=summary["rule"].map(rule_label)), "columns": columns, "name": "cleaning",
            "caption": _("What each rule touched")}  # fmt: skip


def changes_table(changes: pd.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    """Every value changed; `names` are the channels' by their ids, with which a series' name begins."""
    columns = {"unique_id": _("Series"), "ds": (_("Month"), "month"), "rule": _("Rule"),
               "before": (_("Before cleaning"), "decimal"),
               "after": (_("After cleaning"), "decimal")}  # fmt: skip
    shown = changes.sort_values(["ds", "unique_id"], ascending=[False, True]).assign(rule=lambda d: d["rule"].map(rule_label))
    parts = shown["unique_id"].str.split(SEPARATOR, n=1)
    shown["unique_id"] = [SEPARATOR.join(name(names.get(part, part)) for part in series) for series in parts]
    return {"frame": shown, "columns": columns, "name": "cleaned_values", "rows": 12,
            "caption": _("Values changed, latest first")}  # fmt: skip


def formats_table(met: pd.DataFrame) -> dict[str, Any]:
    """Formats met in the forecast's inputs."""
    columns = {"table": _("Table"), "column": _("Column"), "format": _("Format"), "values": (_("Values"), "integer")}
    shown = met.assign(table=met["table"].map(table_name), format=met["format"].map(format_name))
    return {"frame": shown, "columns": columns, "name": "input_formats", "rows": 20,
            "caption": _("Dates and numbers of the forecast's inputs by the format met")}  # fmt: skip


def rejected_table(rejected: pd.DataFrame) -> dict[str, Any]:
    """Values that could not be converted."""
    columns = {"table": _("Table"), "column": _("Column"), "rule": _("Reason"), "value": _("First value"),
               "rows": (_("Rows"), "integer")}  # fmt: skip
    shown = rejected.assign(table=rejected["table"].map(table_name), rule=rejected["rule"].map(rule_name))
    return {"frame": shown, "columns": columns, "name": "input_rejects",
            "caption": _("Values that could not be converted, in quarantine")}  # fmt: skip


def features_table(described: pd.DataFrame) -> dict[str, Any]:
    """The features there are."""
    known = {"lagged": _("with a lag"), "calendar": _("in advance")}
    shown = described.assign(label=[_(_FEATURES[f]) for f in described["feature"]], known=described["known"].map(known),
                             family=[_(_FAMILIES[f]) for f in described["family"]])  # fmt: skip
    columns = {"feature": _("Column"), "label": _("Meaning"), "family": _("Kind"), "known": _("Known"),
               "filled": (_("Filled"), "fraction")}  # fmt: skip
    return {"frame": shown, "columns": columns, "name": "features", "caption": _("Features of each series and month")}  # fmt: skip
