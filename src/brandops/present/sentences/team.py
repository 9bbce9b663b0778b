"""Sentences and tables on attainment, skills and teamwork (plan items 5.1.1 to 5.1.3)."""

from typing import Any

import pandas as pd

from brandops.analysis.disclosure import COMPLEMENT, FEW
from brandops.analysis.intervals import Estimate
from brandops.analysis.skills import RELIABLE, TENTATIVE
from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import formats

LISTED = 5  # persons a sentence names before it says "and … more"


def called(people: pd.DataFrame) -> dict[str, str]:
    """How pages call each person: the employee id, or the name where the plan allows it (mart `people`, column `person`)."""
    return dict(zip(people["person_id"], people["person"], strict=True))


def named(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """The frame with a column `person`: how pages call somebody."""
    return frame.assign(person=frame["person_id"].map(names).fillna(frame["person_id"]))


def listing(persons: list[str]) -> str:
    """Persons one after another, cut short where there are many."""
    said = _(", ").join(persons[:LISTED])
    if len(persons) > LISTED:
        return _("{some} and {count} more").format(some=said, count=len(persons) - LISTED)
    return said


def attainment(whole: pd.Series, period: object, reached: pd.DataFrame, threshold: float, names: dict[str, str]) -> str:
    """What the team reached and who earns the reward."""
    said = [_("The team sold {share} of its quota in {period}.").format(share=formats.percent(whole["attainment"]), period=period)]
    if len(reached):
        said.append(_("{count} of {all} reached {threshold}: {persons}.").format(
            count=len(reached), all=int(whole["people"]), threshold=formats.percent(threshold, 0),
            persons=listing([f"{row.person} ({formats.percent(row.attainment, 0)})" for row in named(reached, names).itertuples()]),
        ))  # fmt: skip
    else:
        said.append(_("Nobody reached {threshold}.").format(threshold=formats.percent(threshold, 0)))
    return formats.sentences(*said)


def adjusted(table: pd.DataFrame, reached: pd.DataFrame, names: dict[str, str]) -> str:
    """Who sells more than colleagues would in the same territory, and whom the territory flatters."""
    sure = table[table["low"] > 0]
    said = []
    if len(sure):
        said.append(_("Beyond doubt above colleagues in the same territory: {persons}.").format(
            persons=listing([f"{row.person} ({_percent(row.person_effect)})" for row in
                             named(sure.rename(columns={"person": "person_effect"}), names).itertuples()]),
        ))  # fmt: skip
    else:
        said.append(_("Over the last twelve months nobody sells more than colleagues would in the same territory beyond doubt."))
    flattered = table[table["person_id"].isin(reached["person_id"]) & (table["person"] <= 0)]
    if len(flattered):
        said.append(_("Of those rewarded, {count} sell no more than an average colleague would there: {persons}.").format(
            count=len(flattered), persons=listing([names.get(who, who) for who in flattered["person_id"]])
        ))  # fmt: skip
    return formats.sentences(*said)


def adjusted_alt(table: pd.DataFrame) -> str:
    """Description of the scatter of attainment against performance adjusted for the territory."""
    return _("Dots for {count} persons: attainment of the last twelve months across, performance against colleagues in the same "
             "territory upward, from {low} to {high}.").format(
        count=len(table), low=_percent(table["person"].min()), high=_percent(table["person"].max())
    )  # fmt: skip


def skills(gaps: pd.DataFrame, mean: float, target: float, grown: Estimate) -> str:
    """The mean, the widest gap and whether people grow."""
    widest = gaps.iloc[0]
    said = [_("The mean skill score is {mean} against {target}; the widest gap is in {skill} ({gap}, {below} of people "
              "below).").format(
        mean=formats.number(mean, 1), target=formats.number(target, 0), skill=reader_name(widest["skill"]),
        gap=formats.signed(widest["gap"]), below=formats.percent(widest["below"], 0),
    )]  # fmt: skip
    if grown.n:
        said.append(_("People assessed a year ago too changed by {change} points ({low} to {high}).").format(
            change=formats.signed(grown.value), low=formats.signed(grown.low), high=formats.signed(grown.high)
        ))  # fmt: skip
    return formats.sentences(*said)


def teamwork(scores: pd.DataFrame, target: float, agreement: Estimate, names: dict[str, str]) -> str:
    """Who reached the score, and how far raters agree."""
    reached = scores[scores["score"] >= target]
    said = [_("{count} of {all} rated persons reached {target} points.").format(
        count=len(reached), all=len(scores), target=formats.number(target, 0))]  # fmt: skip
    if len(reached):
        said.append(_("Highest: {persons}.").format(persons=listing(
            [f"{row.person} ({formats.number(row.score, 0)})" for row in named(reached, names).itertuples()])))  # fmt: skip
    if not formats.missing(agreement.value):
        said.append(_("Agreement between raters: alpha {alpha} ({low} to {high}), {verdict}.").format(
            alpha=formats.number(agreement.value, 2), low=formats.number(agreement.low, 2),
            high=formats.number(agreement.high, 2), verdict=_verdict(agreement.value),
        ))  # fmt: skip
    return formats.sentences(*said)


def performance_method() -> str:
    """How attainment is adjusted for the territory."""
    return _("Attainment is net sales over quota; a month under way counts its days so far.\n\nPerformance against colleagues: log "
             "sales of the last twelve months, less what the channel sold each month, are split into a territory and a person "
             "by a linear mixed model (REML). Both are shrunk toward zero as far as the data cannot tell them apart: whoever is "
             "alone in a territory can hardly be told from it.")  # fmt: skip


def agreement_method() -> str:
    """What agreement between raters means."""
    return _("Agreement is Krippendorff's alpha for interval data over the ratings of one person in one round: 1 is perfect, 0 is "
             "chance; conclusions should rest on {reliable} or more. The interval comes from resampling persons.").format(
        reliable=formats.number(RELIABLE, 1))  # fmt: skip


def people_table(table: pd.DataFrame, names: dict[str, str], spans: dict[str, str], effects: pd.DataFrame) -> dict[str, Any]:
    """Attainment by person for each span beside performance adjusted for the territory; `spans`: column to label."""
    factor = effects.rename(columns={"person": "factor"})[["person_id", "factor", "low", "high", "territory"]]
    frame = named(table.merge(factor, on="person_id", how="left"), names)
    columns = {"person": _("Person"), **{name: (label, "fraction") for name, label in spans.items()},
               "gap": (_("Gap"), "currency"), "factor": (_("Against colleagues"), "fraction"), "low": (_("from"), "fraction"),
               "high": (_("to"), "fraction"), "territory": (_("Territory's part"), "fraction")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "attainment_people", "rows": 15,
            "caption": _("Attainment by person, and performance against colleagues in the same territory")}  # fmt: skip


def groups_table(groups: dict[str, tuple[pd.DataFrame, pd.DataFrame]], spans: dict[str, str], minimum: int) -> dict[str, Any]:
    """Attainment by team and region (`team.group_tables`)."""
    both = [[frame.rename(columns={by: "group"}) for frame in pair] for by, pair in groups.items()]
    frame, why = (pd.concat(frames, ignore_index=True) for frames in zip(*both, strict=True))
    words = {FEW: _("fewer than {minimum}").format(minimum=minimum), COMPLEMENT: _("withheld"), "": ""}
    columns = {"group": (_("Team or region"), "text"), "people": (_("People"), "integer"),
               **{name: (label, "fraction") for name, label in spans.items()},
               "quota": (_("Quota"), "currency"), "net_sales": (_("Net sales"), "currency"),
               "gap": (_("Gap"), "currency")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "attainment_groups", "rows": 25,
            "caption": _("Attainment by team and region"), "blanks": why.replace(words),
            "note": _("Of groups of fewer than {minimum} persons, in the span in which they have fewest, no figures are shown, as "
                      "they would tell of single persons; others are withheld because, taken from a total, they would give these "
                      "away.").format(minimum=minimum)}  # fmt: skip


def rewards_table(reached: pd.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    """Who earns the reward."""
    columns = {"person": _("Person"), "attainment": (_("Attainment"), "fraction"), "quota": (_("Quota"), "currency"),
               "net_sales": (_("Net sales"), "currency")}  # fmt: skip
    return {"frame": named(reached, names), "columns": columns, "name": "rewards", "caption": _("Who earns the reward")}


def skills_table(scores: pd.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    """Mean score by person, lowest first."""
    columns = {"person": _("Person"), "score": (_("Mean score"), "score"), "gap": (_("Gap"), "score"),
               "weakest": (_("Weakest skill"), "text"), "weakest_score": (_("Its score"), "score")}  # fmt: skip
    return {"frame": named(scores, names), "columns": columns, "name": "skills_people", "rows": 10,
            "caption": _("Skill scores by person, lowest first")}  # fmt: skip


def gaps_table(gaps: pd.DataFrame) -> dict[str, Any]:
    """Mean of each skill against the target."""
    columns = {"skill": (_("Skill"), "text"), "people": (_("People"), "integer"), "score": (_("Mean score"), "score"),
               "low": (_("from"), "score"), "high": (_("to"), "score"), "gap": (_("Gap"), "score"),
               "below": (_("Below the target"), "fraction")}  # fmt: skip
    return {"frame": gaps, "columns": columns, "name": "skill_gaps", "caption": _("Skills against the target, widest gap first")}


def teamwork_table(scores: pd.DataFrame, names: dict[str, str], target: float) -> dict[str, Any]:
    """Mean rating by person."""
    frame = named(scores, names).assign(reached=[bool(score >= target) for score in scores["score"]])
    columns = {"person": _("Person"), "score": (_("Mean rating"), "score"), "raters": (_("Raters"), "integer"),
               "lowest": (_("Lowest"), "score"), "highest": (_("Highest"), "score"),
               "reached": (_("Earns the extra"), "text")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": "teamwork", "rows": 15, "caption": _("Teamwork ratings by person")}


def _verdict(alpha: float) -> str:
    if alpha >= RELIABLE:
        return _("reliable")
    return _("good enough for tentative conclusions") if alpha >= TENTATIVE else _("too little to rest pay on one round alone")


def _percent(effect: float) -> str:
    return formats.signed(effect * 100, 0) + "%"
