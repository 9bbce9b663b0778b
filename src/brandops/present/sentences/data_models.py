"""Sentences on files, models and engine (plan items 2.3.1 to 2.3.3)."""

import pandas as pd

from brandops.analysis.learning import HORIZON_WEEKS, SEASON_WEEKS, ForecastTrial
from brandops.analysis.repurchase import RepurchaseTrial
from brandops.i18n import gettext as _
from brandops.i18n import ngettext
from brandops.present import formats
from brandops.present.sentences.data_names import feature_name, kind_name, mart_name, model_name
from brandops.warehouse.engines import Engines


def kinds_finding(kinds: pd.DataFrame) -> str:
    """What kinds of files and databases were read; `kinds` has kind, sources, files, loaded."""
    parts = [
        _("{kind}: {files} with {rows} rows").format(
            kind=kind_name(row.kind), files=formats.number(row.files), rows=formats.number(row.loaded)
        )
        for row in kinds.itertuples()
    ]
    return _("Read as they come: {parts}.").format(parts=_("; ").join(parts))


def conversions_finding(formats_met: pd.DataFrame) -> str:
    """How many formats were met and converted."""
    return ngettext("{values} values were read in {count} format, without guessing.",
                    "{values} values were read in {count} formats, without guessing.", len(formats_met)).format(
        values=formats.number(formats_met["values"].sum()), count=len(formats_met)
    )  # fmt: skip


def readback_finding(readback: pd.DataFrame) -> str:
    """Whether the tables published above read back equal from Excel and SPSS files."""
    bad = readback[~(readback["xlsx"] & readback["sav"])]
    if bad.empty:
        return ngettext("The {count} table published above reads back equal from its .xlsx and .sav files.",
                        "All {count} tables published above read back equal from their .xlsx and .sav files.",
                        len(readback)).format(count=len(readback))  # fmt: skip
    return _("{bad} of {count} published tables do not read back equal: {tables}.").format(
        bad=len(bad), count=len(readback), tables=_(", ").join(bad["name"])
    )


def forecast_finding(trial: ForecastTrial) -> str:
    """Whether the two models forecast better than the naive rule."""
    rule = _("last year's week") if trial.season == SEASON_WEEKS else _("the latest week known")
    said = [_("Forecasts of weekly sales {weeks} weeks ahead, {count} weeks out of sample, against {rule}:").format(
        weeks=HORIZON_WEEKS, count=len(trial.forecasts), rule=rule
    )]  # fmt: skip
    for row in trial.scores.itertuples():
        if row.model != "naive":
            said.append(_verdict(row.model, row.gain, row.low, row.high, _("{gain} less error"), _("{gain} more error")))
    return formats.sentences(*said)


def segment_finding(trial: RepurchaseTrial) -> str:
    """Whether the two models tell buyers from non-buyers better than recency."""
    scores = trial.scores.set_index("model")
    said = [_("Who buys again in the quarter from {cut}: of {customers} customers {bought} did. Recency "
              "alone ranks them "
              "with an area under the ROC curve of {auc}").format(
        cut=formats.day(trial.cut), customers=formats.number(trial.customers),
        bought=formats.percent(trial.bought / trial.customers), auc=formats.number(scores.loc["naive", "auc"], 3),
    )]  # fmt: skip
    for model in ("linear", "tree"):
        row = scores.loc[model]
        name = model_name(model).lower() if model == "tree" else _("logistic regression")
        if row["gain_low"] > 0:
            template = _("{model} does better ({auc}; {low} to {high} points)")
        elif row["gain_high"] < 0:
            template = _("{model} does worse ({auc}; {low} to {high} points)")
        else:
            template = _("{model} cannot be told apart from it ({auc}; {low} to {high} points)")
        said.append(template.format(model=name, auc=formats.number(row["auc"], 3),
                                    low=_points(row["gain_low"]), high=_points(row["gain_high"])))  # fmt: skip
    return _("{parts}.").format(parts=_("; ").join(said))


def segment_rule(conditions: list[tuple[str, str, float]]) -> str:
    """A tree's leaf in words: `Months since the last order ≤ 2 and Orders in 12 months > 4`."""
    signs = {"<=": "≤", ">": ">"}
    parts = [_condition(feature, signs[side], value) for feature, side, value in conditions]
    return _(" and ").join(parts) or _("all customers")


def gain_name(model: str, task: str) -> str:
    """Name of a model's gain at a task."""
    return _("{model}: {task}").format(model=model, task=task)


def gains_caption(gains: pd.DataFrame) -> str:
    """How many of the gains cannot be chance."""
    better, worse = int((gains["low"] > 0).sum()), int((gains["high"] < 0).sum())
    said = _("{better} of {count} trials beat the naive rule beyond chance").format(better=better, count=len(gains))
    if worse:
        said += _("; {worse} did worse").format(worse=worse)
    return said + _(". Bars are 95% intervals.")


def forecasts_caption(trial: ForecastTrial, currency: str) -> str:
    """What the lines show: the mean error of each model."""
    parts = [
        _("{model} {error}").format(model=model_name(row.model).lower(), error=formats.money(row.mae, currency))
        for row in trial.scores.itertuples()
    ]
    return _("Mean error a week: {parts}.").format(parts=_(", ").join(parts))


def gains_alt(gains: pd.DataFrame) -> str:
    """Description of the gains with their intervals; `gains` has task, model, gain, low, high."""
    parts = [
        _("{model}, {task}: {gain} ({low} to {high})").format(
            model=row.model, task=row.task, gain=_points(row.gain), low=_points(row.low), high=_points(row.high)
        )
        for row in gains.itertuples()
    ]
    return _("Dots with 95% intervals of what each model gains over the naive rule: {parts}.").format(parts=_("; ").join(parts))


def forecasts_alt(trial: ForecastTrial) -> str:
    """Description of the lines of actual and forecast sales."""
    return _("Lines of weekly net sales and of the forecasts of linear regression, decision tree and naive "
             "rule, {first} to "
             "{last}.").format(
        first=formats.day(trial.forecasts["week"].min()), last=formats.day(trial.forecasts["week"].max())
    )  # fmt: skip


def storage_finding(storage: pd.DataFrame, lines: float, engine: str) -> str:
    """How large the marts are against the rows they were made of; `storage` has mart, rows, bytes."""
    sales = storage.set_index("mart")["rows"].get("sales_monthly")
    said = _("{engine} makes {count} marts with {rows} rows ({size}) of {lines} warehouse rows.").format(
        engine=engine, count=len(storage), rows=formats.number(storage["rows"].sum()),
        size=_("{number} MB").format(number=formats.number(storage["bytes"].sum() / 1e6, 1)),
        lines=formats.number(lines),
    )  # fmt: skip
    if sales:
        said = formats.sentences(said, _("Notebooks read marts only; their size follows months and products, not order lines."))
    return said


def engines_finding(made: Engines | None) -> str:
    """Whether Spark makes DuckDB's marts; `made` comes from `warehouse.engines.read_engines`."""
    if made is None:
        return _("DuckDB alone made these marts: what Spark makes of them is not measured here; make report "
                 "ENGINE=pyspark makes them with both and compares every row.")  # fmt: skip
    if made.marts is None:
        return _("{engine} alone made these marts: the warehouse is larger than what is made twice for comparison.").format(
            engine=made.engine
        )
    rows, differing = formats.number(made.marts["rows"].sum()), made.marts["differing"].sum()
    said = {"engine": made.engine, "other": made.against, "rows": rows, "count": len(made.marts)}
    if not differing and made.marts["same_bytes"].all():
        return _("{engine} and {other} make the same {count} marts: all {rows} rows, and the files to the byte.").format(**said)
    if not differing:
        return _("{engine} and {other} make the same {count} marts: all {rows} rows are equal.").format(**said)
    return _("{engine} and {other} differ in {differing} of {rows} rows of {count} marts.").format(
        differing=formats.number(differing), **said
    )


def totals_finding(totals: pd.DataFrame, currency: str) -> str:
    """Whether marts that were summed on their own agree; `totals` comes from `mart_totals`."""
    others, amount = totals.iloc[1:], formats.money_exact(totals.iloc[0]["net_sales"], currency)
    if others.empty:
        return _("One mart holds net sales: {amount}.").format(amount=amount)
    if others["exact"].all():
        return _("Net sales of {amount} come out equal to the cent in every month of all {count} marts that "
                 "sum the order "
                 "lines on their own.").format(amount=amount, count=len(totals))  # fmt: skip
    worst = others.loc[others["largest"].idxmax()]
    return _("Marts differ: {mart} is {amount} off in its worst month.").format(
        mart=mart_name(worst["mart"]), amount=formats.money_exact(worst["largest"], currency)
    )


def _verdict(model: str, gain: float, low: float, high: float, less: str, more: str) -> str:
    size = (less if gain >= 0 else more).format(gain=formats.percent(abs(gain)))
    # The interval counts in the sentence's direction: 18% more error, from 10% to 24% more.
    ends = (low, high) if gain >= 0 else (-high, -low)
    interval = _("95% interval {low} to {high}").format(low=formats.percent(ends[0]), high=formats.percent(ends[1]))
    if low > 0:
        template = _("{model}: {size} ({interval}), better.")
    elif high < 0:
        template = _("{model}: {size} ({interval}), worse.")
    else:
        template = _("{model}: {size} ({interval}), which may be chance.")
    return template.format(model=model_name(model), size=size, interval=interval)


def _condition(feature: str, sign: str, value: float) -> str:
    if feature == "online_share":
        return f"{feature_name(feature)} {sign} {formats.percent(value, 0)}"
    decimals = 0 if abs(value) >= 100 or value == int(value) else 1
    return f"{feature_name(feature)} {sign} {formats.number(value, decimals)}"


def _points(difference: float) -> str:
    return formats.signed(difference * 100, 1)
