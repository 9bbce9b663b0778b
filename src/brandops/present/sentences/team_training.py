"""Sentences and tables on what trainings did (plan items 5.2.1 to 5.2.3)."""

from typing import Any

import pandas as pd

from brandops.analysis.training import LEADS, PLACEBO_MONTHS, TrainingEffect
from brandops.analysis.training_study import TrainingStudy
from brandops.i18n import gettext as _
from brandops.present import formats

REACHED, SOLD = ["trainings", "people"], ["people_monthly", "trainings"]  # marts the statements rest on


def figures(study: TrainingStudy, target: float | None) -> list[dict[str, Any]]:
    """Arguments of `page.figure`: who has had the training, and what it did to sales."""
    made = [{"key": "coverage", "name": _("Trained, of those employed"), "value": study.reach["share"], "unit": "fraction",
             "target": target, "source": REACHED}]  # fmt: skip
    return made + ([effect_figure(study.effect, "effect", _("Effect on sales"), SOLD)] if study.effect else [])


def effect_figure(found: TrainingEffect, key: str, name: str, source: list[str]) -> dict[str, Any]:
    """Arguments of `page.figure` of an effect with its interval."""
    return {"key": key, "name": name, "value": found.effect, "unit": "fraction", "target": 0, "low": found.low, "high": found.high,
            "source": source}  # fmt: skip


def findings(study: TrainingStudy) -> list[dict[str, Any]]:
    """Arguments of `page.finding`: who was reached, and what it did to sales."""
    return [{"text": coverage(study.reach), "source": REACHED}, {"text": effect(study.effect, _("sales")), "source": SOLD}]


def tested(study: TrainingStudy) -> list[dict[str, Any]]:
    """Arguments of `page.finding`: what speaks for or against believing the effect, if anything can be told."""
    text = checks(study.placebo, study.trend)
    return [{"text": text, "source": SOLD}] if text else []


def effect(found: TrainingEffect | None, what: str) -> str:
    """What the training did to an outcome."""
    if found is None:
        return _("Too few were trained, or too few territories compare, to tell what the training did to {what}.").format(
            what=what)  # fmt: skip
    numbers = {"what": what, "effect": _signed(found.effect), "low": _signed(found.low), "high": _signed(found.high),
               "persons": found.persons}  # fmt: skip
    if found.low > 0:
        return _("After the training, {what} of the {persons} trained rose: {effect} ({low} to {high}).").format(**numbers)
    if found.high < 0:
        return _("After the training, {what} of the {persons} trained fell: {effect} ({low} to {high}).").format(**numbers)
    return _("After the training, {what} of the {persons} trained changed by {effect} ({low} to {high}), "
             "which may be chance.").format(**numbers)  # fmt: skip


def checks(fake: TrainingEffect | None, trend: float) -> str:
    """Whether the trained differed before the training already."""
    said = []
    if fake is not None:
        numbers = {"months": PLACEBO_MONTHS, "effect": _signed(fake.effect), "low": _signed(fake.low), "high": _signed(fake.high)}
        said.append((_("Pretended {months} months earlier, the training shows no effect, as it should be: {effect} "
                       "({low} to {high}).")
                     if fake.low <= 0 <= fake.high else
                     _("Caution: pretended {months} months earlier, the training seems to work already: {effect} "
                       "({low} to {high})."))
                    .format(**numbers))  # fmt: skip
    if not formats.missing(trend):
        said.append((_("The trained sold like the others in the {quarters} quarters before (p = {p}).") if trend >= 0.05 else
                     _("Caution: the trained differed from the others in the {quarters} quarters before already (p = {p})."))
                    .format(quarters=LEADS, p=formats.number(trend, 2)))  # fmt: skip
    return formats.sentences(*said)


def coverage(row: pd.Series) -> str:
    """How many were trained and what the tests say."""
    said = [_("{trained} of {people} employed ({share}) have had it.").format(
        trained=int(row["trained"]), people=int(row["people"]), share=formats.percent(row["share"], 0))]  # fmt: skip
    if not formats.missing(row["gain"]):
        said.append(_("Their test score rose from {before} to {after}.").format(
            before=formats.number(row["before"], 0), after=formats.number(row["after"], 0)))  # fmt: skip
    return formats.sentences(*said)


def event_alt(study: pd.DataFrame) -> str:
    """Description of the event study."""
    after = study[study["quarter"] >= 0]
    return _("Dots with 95% intervals by quarter since the training; after it between {low} and {high}.").format(
        low=_signed(after["log_effect"].min()), high=_signed(after["log_effect"].max()))  # fmt: skip


def study_table(study: pd.DataFrame, name: str) -> dict[str, Any]:
    """The event study in numbers."""
    columns = {"quarter": (_("Quarter since the training"), "integer"), "log_effect": (_("Effect (log)"), "decimal"),
               "low": (_("from"), "decimal"), "high": (_("to"), "decimal")}  # fmt: skip
    return {"frame": study, "columns": columns, "name": name, "caption": _("Effect by quarter since the training")}


def method() -> str:
    """How the effect of a training is estimated and what it rests on."""
    return _("Courses are staggered, so those trained later serve as controls until it is their turn, and nobody already trained "
             "does: a model of log sales with effects of person and staffing of the territory, of channel and month, and of "
             "the other trainings is fitted to observations not yet trained; the effect is the mean of what the trained sell "
             "above it (imputation estimator of Borusyak, Jaravel and Spiess 2024). Intervals: standard errors clustered by "
             "territory, t quantiles.\n\nIt rests on this: without the training, the trained would have gone on like the others "
             "in their channel. Nothing proves that; the quarters before and the pretended training would show it failing. "
             "Who shares a territory with a trained colleague may lose or gain from it, which is part of "
             "what is measured.")  # fmt: skip


def _signed(value: float) -> str:
    return formats.signed(value * 100) + "%"
