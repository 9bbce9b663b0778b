"""Sentences of plan section 3, written from its figures: the outlook, the champion, errors, intervals, the network."""

import numpy as np
import pandas as pd

from brandops.analysis.forecasting.outlook import OTHERS, Outlook
from brandops.i18n import gettext, mark
from brandops.i18n import gettext as _
from brandops.present import formats
from brandops.present.sentences.goals_names import name

MODEL_NAMES = {
    "seasonal_naive": mark("Seasonal naive"),
    "ets": mark("Exponential smoothing (ETS)"),
    "arima": mark("ARIMA"),
    "theta": mark("Theta"),
    "decomposition": mark("STL decomposition"),
    "linear": mark("Linear regression"),
    "trees": mark("Decision-tree ensemble"),
    "neural": mark("Neural network"),
    "combination": mark("Combination"),
}
REASON_NAMES = {
    "too_short": mark("history too short"),
    "not_finite": mark("no finite forecast"),
    "out_of_range": mark("outside anything seen"),
}
DIMENSION_NAMES = {
    "total": mark("Total"),
    "channel": mark("Channel"),
    "region": mark("Region"),
    "category": mark("Category"),
    "brand": mark("Brand"),
}


def model_name(model: str) -> str:
    """A model in the reader's language."""
    return gettext(MODEL_NAMES[model])


def reason_name(reason: str) -> str:
    """Why a forecast was replaced."""
    return gettext(REASON_NAMES[reason])


def dimension_name(dimension: str) -> str:
    """A dimension of the sales in the reader's language."""
    return gettext(DIMENSION_NAMES[dimension])


def part_name(part: str) -> str:
    """A part of a dimension; the small ones together are the others."""
    return _("Others") if part == OTHERS else _("Total") if part == "total" else name(part)


def series_names(history: pd.DataFrame) -> dict[str, str]:
    """What a reader calls each series; parts that are called alike are told apart by their dimension."""
    series = history.drop_duplicates("unique_id")
    called = series["part"].map(part_name)
    twice = called.duplicated(keep=False)
    return {row.unique_id: f"{dimension_name(row.dimension)} · {label}" if double else label
            for row, label, double in zip(series.itertuples(), called, twice, strict=True)}  # fmt: skip


def steps(count: int, step: str) -> str:
    """`6 months` or `6 weeks`."""
    return _("{count} months").format(count=count) if step == "month" else _("{count} weeks").format(count=count)


def ahead(seen: Outlook, target: float | None, currency: str) -> str:
    """What the coming steps will sell, against a year ago and the growth the plan asks for."""
    row = seen.totals.iloc[0]
    text = _("The next {steps} are expected to sell {mean} (80% interval {low} to {high}; 95%: {lower} to {higher})").format(
        steps=steps(len(seen.total), seen.step), mean=formats.money(row["mean"], currency),
        low=formats.money(row["lo-80"], currency), high=formats.money(row["hi-80"], currency),
        lower=formats.money(row["lo-95"], currency), higher=formats.money(row["hi-95"], currency),
    )  # fmt: skip
    if row["last_year"] > 0:
        growth = formats.signed((row["mean"] / row["last_year"] - 1) * 100) + "%"
        text += _(", {growth} on the same time a year ago").format(growth=growth)
    if seen.step == "week":
        text += _(", without a season, which so short a history cannot show")
    if target is None:
        return text + _(".")
    sums = seen.paths.sum(axis=1)
    chance = float((sums + (row["mean"] - np.median(sums)) >= target).mean())  # their middle is the forecast, as the intervals' is
    return text + _("; the growth the plan asks for would need {target}, which they reach with a probability of {chance}.").format(
        target=formats.money(target, currency), chance=formats.percent(chance, 0)
    )


def champion(ranking: pd.DataFrame) -> str:
    """Which model is best, by how much, and which cannot be told apart from it."""
    best = ranking.iloc[0]
    naive = ranking.set_index("model").at["seasonal_naive", "mase"]
    tied = [model_name(m) for m in ranking.loc[ranking["tied"], "model"] if m != best["model"]]
    text = _("{model} has the smallest error in the backtest: {share} of the seasonal naive rule's.").format(
        model=model_name(best["model"]), share=formats.percent(best["mase"] / naive, 0)
    )
    if tied:
        text += " " + _("By mean rank it cannot be told apart from {models}.").format(models=_(", ").join(tied))
    if best["model"] == "combination":
        return text + " " + _("It makes the forecasts.")
    return text + " " + _("The combination makes the forecasts all the same: one model's lead in a backtest rarely lasts.")


def network(ranking: pd.DataFrame, against: pd.DataFrame, worth: float) -> str:
    """Where the neural network stands, where it wins, and what it is worth to the combination.

    `against` is `reports.against` the linear regression, `worth` a `reports.worth_in_combination`.
    """
    place = int(ranking.index[ranking["model"] == "neural"][0]) + 1
    text = _("The neural network is number {place} of {models} in the backtest; it beats linear regression on {wins} of {series} "
             "series.").format(
        place=place, models=len(ranking), wins=int((against["gain"] > 0).sum()), series=len(against)
    )  # fmt: skip
    if not np.isfinite(worth):
        return text
    told = _("Without it the combination's error would be {change} larger: it earns its place.") if worth > 0 else _(
        "Without it the combination's error would be {change} smaller: here it does not earn its place.")  # fmt: skip
    return text + " " + told.format(change=formats.percent(abs(worth), 2))


def price_inputs(found: pd.DataFrame, priced: bool) -> str:
    """Whether prices and promotions ahead went in, and what knowing them would have been worth to the network."""
    if priced:
        return _("The plan declares prices and promotions of all months ahead; the forecasts know them.")
    undeclared = _("The plan declares no prices and promotions for all months ahead, so no forecast knows them.")
    if found.empty:
        return undeclared
    change = found["told"].mean() / found["untold"].mean() - 1
    numbers = {"change": formats.percent(abs(change)), "wins": int((found["gain"] > 0).sum()), "series": len(found),
               "best": part_name(found["part"].iloc[0]), "worst": part_name(found["part"].iloc[-1])}  # fmt: skip
    text = _("Had those of the months ahead been known when each forecast of the backtest was made, the network's error would "
             "have been {change} smaller.")  # fmt: skip
    if change >= 0:
        text = _("Even had those of the months ahead been known when each forecast of the backtest was made, the network's error "
                 "would have been {change} larger.")  # fmt: skip
    text += " " + _("It would have been smaller on {wins} of {series} series: most for {best}, least for {worst}.")
    return undeclared + " " + text.format(**numbers)


def intervals(table: pd.DataFrame) -> str:
    """How often the intervals held what came."""
    rows = table[table["step"] == 0].set_index("level")["coverage"]
    return _("In the backtest the 80% intervals held {inner} of what came, the 95% intervals {outer}.").format(
        inner=formats.percent(rows[80]), outer=formats.percent(rows[95])
    )


def checks(found: pd.Series) -> str:
    """What the residuals say."""
    bias = (
        _("no bias that could not be chance (mean {bias}, p = {p})")
        if not found["bias_p"] < 0.05
        else _("a bias of {bias} that is no chance (p = {p})")
    ).format(bias=formats.percent(found["bias"]), p=formats.number(found["bias_p"], 2))
    memory = (
        _("no autocorrelation left (Ljung–Box p = {p})")
        if not found["ljung_box_p"] < 0.05
        else _("autocorrelation left (Ljung–Box p = {p})")
    ).format(p=formats.number(found["ljung_box_p"], 2))
    return _("One-step errors of the total over {count} origins show {bias} and {memory}; the largest was {largest}.").format(
        count=formats.number(found["count"]), bias=bias, memory=memory, largest=formats.percent(found["largest"])
    )


def one_year() -> str:
    """What a single year cannot show."""
    return _("The data hold under two years: whole weeks are forecast, without a season. One year cannot tell a season "
             "from a trend, nor whether a peak returns; the intervals hold only while the year ahead resembles it.")  # fmt: skip


def worth(table: pd.DataFrame, currency: str, step: str) -> str:
    """What the forecasts would have been worth, year by year."""
    parts = [
        _("{year}: {forecast} against {naive} ({gain})").format(
            year=int(row.year), forecast=formats.money(row.forecast, currency), naive=formats.money(row.naive, currency),
            gain=formats.signed(-row.gain * 100) + "%",
        )
        for row in table.itertuples()
    ]  # fmt: skip
    text = _("Mean absolute error of a month's total, against the seasonal naive rule: {years}.")
    if step == "week":
        text = _("Mean absolute error of a week's total, against the rule that the last week comes again: {years}.")
    return text.format(years=_("; ").join(parts))


def hardest_year(by_year: pd.DataFrame, by_part: pd.DataFrame) -> str:
    """The year that broke most with the past, if there is more than one, and how the forecasts of the parts stood it."""
    year = int(by_year.loc[by_year["forecast"].idxmax(), "year"])
    total = by_year.set_index("year").loc[year]
    better, gain = not total["gain"] < 0, formats.percent(abs(total["gain"]), 0)
    if len(by_year) == 1 and better:
        text = _("In {year} the forecasts avoided {gain} of the seasonal naive rule's error in the total.")
    elif len(by_year) == 1:
        text = _("In {year} the forecasts missed the total by {gain} more than the seasonal naive rule.")
    elif better:
        text = _("The hardest year was {year}: the forecasts avoided {gain} of the seasonal naive rule's error in the total.")
    else:
        text = _("The hardest year was {year}: in the total the forecasts missed by {gain} more than the seasonal naive rule.")
    text = text.format(year=year, gain=gain)
    parts = by_part.dropna(subset="gain")
    there = parts[parts["year"] == year]
    if there.empty:
        return text
    avoided = there["naive"] - there["forecast"]  # currency: a part without sales is no triumph
    best, worst = there.loc[avoided.idxmax()], there.loc[avoided.idxmin()]
    if len(by_year) == 1:
        alone = _("By category and channel the forecasts' error was smaller than the naive rule's in {wins} of {count} parts "
                  "({best}: {most}; {worst}: {least}).")  # fmt: skip
        return alone.format(
            wins=int((there["gain"] > 0).sum()), count=len(there), best=part_name(best["part"]), worst=part_name(worst["part"]),
            most=formats.signed(-best["gain"] * 100, 0) + "%", least=formats.signed(-worst["gain"] * 100, 0) + "%",
        )  # fmt: skip
    said = _("By category and channel their error was the smaller in {wins} of {count} parts that year ({best}: {most}; {worst}: "
             "{least}), and in {all_wins} of {all_count} over all years.")  # fmt: skip
    return text + " " + said.format(
        wins=int((there["gain"] > 0).sum()), count=len(there), best=part_name(best["part"]), worst=part_name(worst["part"]),
        most=formats.signed(-best["gain"] * 100, 0) + "%", least=formats.signed(-worst["gain"] * 100, 0) + "%",
        all_wins=int((parts["gain"] > 0).sum()), all_count=len(parts))  # fmt: skip
