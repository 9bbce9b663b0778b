"""Sentences of plan section 9, written from the other sections' results: review, shortcomings, outlook."""

import pandas as pd

from brandops.analysis import summary_debts as debts
from brandops.analysis import summary_outlook as ahead
from brandops.analysis.summary_review import INNER
from brandops.i18n import gettext as _
from brandops.i18n import ngettext, shown
from brandops.periods import Period
from brandops.present import formats
from brandops.present.sentences.data_names import rule_name, table_name
from brandops.present.sentences.goals_names import name

LONG = 260  # letters; a finding past that is a list, not a cause
NAMED = 3  # as many parts of a list as a sentence can bear


def standing(card: pd.DataFrame) -> str:
    """How many of the items that can be judged are met, and how many have nothing to judge."""
    status = card["status"].astype(str)
    judged, met = int(status.isin(["met", "at_risk", "missed"]).sum()), int((status == "met").sum())
    first = ngettext("Of {judged} item measured against a target {met} is met", "Of {judged} items measured against a target {met} "
                     "are met", judged).format(judged=judged, met=met)  # fmt: skip
    rest = _("{missed} are missed and {risk} cannot be told yet").format(
        missed=int((status == "missed").sum()), risk=int((status == "at_risk").sum())
    )
    absent = int((status == "not_supplied").sum())
    parts = [_("{first}; {rest}.").format(first=first, rest=rest)]
    if absent:
        parts.append(_("For {count} items the company supplies no data.").format(count=absent))
    return formats.sentences(*parts)


def best(achieved: pd.DataFrame) -> str | None:
    """The business targets passed by most; that data, methods and display are as they should be is no achievement to name."""
    achieved = achieved[~achieved["item"].str[0].isin(INNER) & (achieved["better"] == "higher")]
    if achieved.empty:
        return None
    said = [_("{name} ({actual}, target {target})").format(name=row.name, actual=row.actual_text, target=row.target_text)
            for row in _rows(achieved.head(NAMED))]  # fmt: skip
    return _("Furthest past their targets: {parts}.").format(parts=_("; ").join(said))


def turned(crossed: pd.DataFrame, counts: pd.DataFrame) -> str:
    """What crossed its target since the period before."""
    compared = int(counts["compared"].iloc[0]) if len(counts) else 0
    if not compared:
        return _("No figure with a target has a value of the period before to compare with.")
    reached, lost = (crossed[crossed["turn"] == turn] for turn in ("reached", "lost"))
    if crossed.empty:
        return _("Of the targets that can be compared with the period before ({count}) none was newly reached or lost.").format(
            count=compared
        )
    parts = []
    if len(reached):
        parts.append(_("Newly reached: {names}.").format(names=_joined(_with_values(reached))))
    if len(lost):
        parts.append(_("Lost since the period before: {names}.").format(names=_joined(_with_values(lost))))
    return formats.sentences(*parts)


def moved(rows: pd.DataFrame) -> str | None:
    """What got better and what worse since the period before; None where nothing moved."""
    parts = []
    for text, part in ((_("Better than in the period before: {names}."), rows[rows["move"] > 0]),
                       (_("Worse: {names}."), rows[rows["move"] < 0])):  # fmt: skip
        if len(part):
            said = [_("{name} ({value})").format(name=row.name, value=row.change_text) for row in _rows(part)]
            parts.append(text.format(names=_joined(said)))
    return formats.sentences(*parts) or None


def miss(row: pd.Series, details: pd.DataFrame, findings: list[str], currency: str, labels: dict[str, str] | None = None) -> str:
    """One miss: what it is worth, where it comes from, and what its section found; `labels` name the parts."""
    amount = row["money_at_stake"]
    value, target = row["actual_text"], row["target_text"].lstrip("≥≤ ")
    if row["status"] == "at_risk" and (pd.notna(row["low"]) or pd.notna(row["high"])):
        text = _("{name} stands at {value}; whether it reaches {target} the data cannot tell yet.")
    elif pd.notna(amount) and amount > 0:
        text = _("{name} came to {value} instead of {target}, which puts {money} at stake.")
    else:
        text = _("{name} came to {value} instead of {target}.")
    said = [text.format(name=row["name"], value=value, target=target, money=formats.money(amount, currency))]
    if len(details):
        said.append(
            _("It falls short in {parts}.").format(
                parts=_joined(
                    [
                        _("{part} ({value})").format(part=name((labels or {}).get(d.part, d.part)), value=d.actual_text)
                        for d in _rows(details)
                    ]
                )
            )
        )
    said += cause(findings)
    return formats.sentences(*said)


def cause(findings: list[str]) -> list[str]:
    """What a section says of its miss: the finding it opens with and the one it ends with, which names what moved it."""
    if not findings:
        return []
    return [findings[0]] if len(findings[-1]) > LONG else list(dict.fromkeys([findings[0], findings[-1]]))


def recoveries(joined: pd.DataFrame) -> list[str]:
    """One sentence for each recovery: what turned, and what was under way before."""
    said = []
    for row in _rows(joined[joined["recovered"].astype(bool)]):
        turn = _("{name}: target missed in {missed}, met in {next}.").format(name=row.name, missed=row.missed_in, next=row.next)
        done = _("No action on it is in the log: it came back by itself.")
        if row.actions:
            done = ngettext("{count} action on it was under way, {closed} of them closed by then; the latest: {what} ({owner}).",
                            "{count} actions on it were under way, {closed} of them closed by then; the latest: {what} ({owner}).",
                            row.actions).format(count=row.actions, closed=row.closed, what=shown(row.what),
                                                owner=shown(row.owner))  # fmt: skip
        said.append(formats.sentences(turn, done))
    return said


def base_rate(rates: pd.DataFrame) -> str:
    """How often misses recovered with and without an action, without claiming a cause."""
    if rates.empty:
        return _("No figure missed its target and has a step after to look at.")
    parts = {row.acted: _("{recovered} of {misses}").format(recovered=row.recovered, misses=row.misses) for row in _rows(rates)}
    if len(parts) == 1:
        only = _("All misses had an action under way; {share} were made good in the step after. What would have happened without "
                 "one cannot be told from this.") if True in parts else _(
                     "No miss had an action under way; {share} were made good in the step after all the same.")  # fmt: skip
        return only.format(share=next(iter(parts.values())))
    return _("With an action under way {acted} misses were made good in the step after, without one {alone}. So few cases do not "
             "prove that acting helped.").format(acted=parts[True], alone=parts[False])  # fmt: skip


def outcomes(table: pd.DataFrame, titles: dict[str, str]) -> str | None:
    """Which subjects actions reach their goal on, and which not; None without closed actions."""
    if table.empty:
        return None
    share = table["reached"].sum() / table["closed"].sum()
    text = _("Of {count} actions closed in the year to date {share} reached their goal.").format(
        count=int(table["closed"].sum()), share=formats.percent(share, 0)
    )
    if len(table) < 2:
        return text
    first, last = table.iloc[0], table.iloc[-1]
    apart = first["low"] > last["high"]
    more = _("They work best on {best} ({best_share}) and least on {worst} ({worst_share}).") if apart else _(
        "The subjects cannot be told apart: {best} ({best_share}) leads, {worst} ({worst_share}) is last, and chance alone may do "
        "that.")  # fmt: skip
    return formats.sentences(text, more.format(
        best=titles.get(first["plan_item"], first["plan_item"]), best_share=formats.percent(first["share"], 0),
        worst=titles.get(last["plan_item"], last["plan_item"]), worst_share=formats.percent(last["share"], 0)))  # fmt: skip


def models(rows: pd.DataFrame, counted: pd.DataFrame) -> str:
    """How many models meet their own standard, and which does not."""
    judged = counted[counted["judged"] > 0]
    failing = judged[judged["missed"] > 0]["model"]
    first = _("{count} models are on the register; {judged} can be held to a standard").format(
        count=len(counted), judged=len(judged)
    )
    if len(failing):
        return _("{first}, and {failing} fall short of theirs.").format(first=first, failing=_joined(list(failing)))
    open_ = rows.loc[rows["status"] == "at_risk", "model"].drop_duplicates()
    if len(open_):
        return _("{first}. None fails; for {open} the data do not settle it.").format(first=first, open=_joined(list(open_)))
    return _("{first}, and all meet it.").format(first=first)


def gain(worth: pd.DataFrame) -> str | None:
    """How the forecast's gain over the naive rule moved from one year to the next; None where it is not known."""
    if worth.empty:
        return None
    row = worth.iloc[0]
    text = _("The sales forecast beat the seasonal naive rule by {now} in {year}, by {before} the year before: it has improved.")
    if row["value"] <= row["previous"]:
        text = _(
            "The sales forecast beat the seasonal naive rule by {now} in {year}, by {before} the year before: it has lost ground."
        )
    return text.format(now=formats.percent(row["value"], 0), before=formats.percent(row["previous"], 0), year=int(row["year"]))


def moves(rows: pd.DataFrame) -> str | None:
    """Which measures of models improved or worsened; None where none has an earlier value."""
    known = rows[rows["move"] != ""]
    if known.empty:
        return None
    better, worse = (known.loc[known["move"] == move, "name"].drop_duplicates() for move in ("improved", "worsened"))
    parts = []
    if len(better):
        parts.append(_("Improved since the period before: {names}.").format(names=_joined(list(better))))
    if len(worse):
        parts.append(_("Worse than in the period before: {names}.").format(names=_joined(list(worse))))
    return formats.sentences(*parts) or None


def waiting(total: pd.Series, before: pd.Series | None, pairs: pd.DataFrame, p_value: float) -> str:
    """How long one department waits for another, whether that changed, and where it takes longest."""
    said = []
    if pd.notna(total["median"]):
        said.append(
            _("Between departments an action takes {days} days in the median ({low} to {high}).").format(
                days=formats.number(total["median"]), low=formats.number(total["low"]), high=formats.number(total["high"])
            )
        )
    if before is not None and pd.notna(before["median"]) and pd.notna(p_value):
        text = (_("A year ago it took {days}; the difference is more than chance.") if p_value < 0.05 else
                _("A year ago it took {days}, which chance may explain."))  # fmt: skip
        said.append(text.format(days=formats.number(before["median"])))
    told = pairs.dropna(subset=["median"])
    if len(told):
        row = told.iloc[0]
        said.append(_("{acts} keeps {asks} waiting longest: {days} days over {count} actions.").format(
            asks=name(row["from_department"]), acts=name(row["to_department"]), days=formats.number(row["median"]),
            count=int(row["actions"])))  # fmt: skip
    return formats.sentences(*said) or _("Too few actions passed between departments to tell how long they take.")


def debt(open_debts: pd.DataFrame, owners: pd.DataFrame) -> str:
    """How much is wrong with the data, who holds most of it, and what has waited longest."""
    if open_debts.empty:
        return _("No row waits in quarantine and no promise of the data contract is broken.")
    rows = int(open_debts["rows"].fillna(0).sum())
    text = ngettext("{count} debt is open", "{count} debts are open", len(open_debts)).format(count=len(open_debts))
    said = [
        _("{text}, {rows} rows in all.").format(text=text, rows=formats.number(rows)) if rows else _("{text}.").format(text=text)
    ]
    if len(owners) and owners["rows"].iloc[0] > 0:
        first = owners.iloc[0]
        said.append(_("Most rows are for {owner} to mend ({rows}).").format(owner=_owner(first["owner"]),
                                                                         rows=formats.number(first["rows"])))  # fmt: skip
    known = open_debts.dropna(subset=["age_days"])
    if len(known):
        oldest = known.iloc[0]
        said.append(
            _("The oldest has waited {days} days: {what} in {source}.").format(
                days=formats.number(oldest["age_days"]), what=breach(oldest), source=oldest["source"] or oldest["table"]
            )
        )
    return formats.sentences(*said)


def breach(row: pd.Series) -> str:
    """What is wrong, for reading."""
    if row["kind"] == debts.LATE:
        return _("past its service level")
    if row["kind"] == debts.LEDGER:
        return _("off the ledger")
    if row["kind"] == debts.ORPHANS:
        return _("keys not found in {table}").format(table=table_name(row["what"]))
    return rule_name(row["what"])


def next_period(figure: pd.Series, period: Period, currency: str, probability: float | None = None) -> str:
    """The coming period's forecast against its target."""
    seen = _("{period} is expected to sell {value} ({level} interval {low} to {high})").format(
        period=period,
        value=formats.money(figure["value"], currency),
        level=formats.percent(figure["level"], 0),
        low=formats.money(figure["low"], currency),
        high=formats.money(figure["high"], currency),
    )
    if pd.isna(figure["target"]):
        return _("{seen}; the plan has no target for it yet.").format(seen=seen)
    gap = figure["target"] - figure["value"]
    text = _("{seen}, {gap} less than its target of {target}") if gap > 0 else _("{seen}, {gap} more than its target of {target}")
    text = text.format(seen=seen, gap=formats.money(abs(gap), currency), target=formats.money(figure["target"], currency))
    if probability is None or pd.isna(probability):
        return _("{text}.").format(text=text)
    return _("{text}; it is reached with a probability of {chance}.").format(text=text, chance=formats.percent(probability, 0))


def first_initiatives(table: pd.DataFrame, currency: str) -> str:
    """What is expected to bring most, and what it takes care of."""
    worth = table.dropna(subset=["profit"])
    if worth.empty:
        return _("No section found an initiative whose value can be told.")
    said = [best_initiative(table, currency)]
    if len(worth) > 1:
        said.append(
            _("Then: {parts}.").format(
                parts=_("; ").join(
                    _("{action} ({money})").format(action=r.action, money=formats.money(r.profit, currency))
                    for r in _rows(worth.iloc[1:NAMED])
                )
            )
        )
    exposed = table[table["measure"] == ahead.EXPOSED]
    if len(exposed):
        said.append(
            _("Apart from gains, {money} hang on the largest exposure: {action}.").format(
                money=formats.money(exposed["value"].iloc[0], currency), action=exposed["action"].iloc[0]
            )
        )
    return formats.sentences(*said)


def best_initiative(table: pd.DataFrame, currency: str) -> str:
    """The initiative that is expected to bring most."""
    row = table.dropna(subset=["profit"]).iloc[0]
    return _("Most is expected of this: {action}. Worth {money} of profit a year{interval}.").format(
        action=row["action"], money=formats.money(row["profit"], currency), interval=_interval(row, currency)
    )


def ownerless(table: pd.DataFrame) -> str | None:
    """How many initiatives nobody is charged with."""
    count = int((table["owner"] == "").sum())
    if not count:
        return None
    return ngettext("{count} initiative has no owner in the action log: name one.",
                    "{count} initiatives have no owner in the action log: name one for each.", count).format(
        count=count)  # fmt: skip


def growth(proposal: dict[str, float], year: Period, planned: float, currency: str, this_year: float) -> str:
    """The growth proposed for the next year and what speaks for it."""
    target = formats.money(this_year * (1 + proposal["growth"]), currency)
    if proposal["growth"] == planned:
        return _("For {year} we propose to keep the growth of {growth}, {target} net sales: the forecast reaches it with a "
                 "probability of {chance}.").format(year=year, growth=formats.percent(planned), target=target,
                                        chance=formats.percent(proposal["plan_probability"], 0))  # fmt: skip
    return _("For {year} we propose {growth} growth, {target} net sales, instead of {planned}: the forecast reaches {planned} with "
             "a probability of {chance} only and expects {median}.").format(
        year=year, growth=formats.percent(proposal["growth"]), target=target, planned=formats.percent(planned),
        chance=formats.percent(proposal["plan_probability"], 0), median=formats.percent(proposal["median"]))  # fmt: skip


def raised(table: pd.DataFrame) -> str | None:
    """Which targets are raised, and how many stand."""
    if table.empty:
        return None
    up = table[table["proposed"] != table["target"]]
    if up.empty:
        return _("No other target is raised: those not reached stand until they are.")
    return _("Raised to what has been reached beyond doubt: {names}. Other targets that stand: {count}.").format(
        names=_joined(list(up["name"])), count=len(table) - len(up)
    )


def basis(row: pd.Series, value: str, reach: str) -> str:
    """Why a target is proposed."""
    if row["basis"] == ahead.HELD:
        if row["proposed"] == row["target"]:
            return _("Reached, but not beyond doubt by a whole step: keep it")
        return _("Reached beyond doubt ({value}): hold it").format(value=value)
    if row["basis"] == ahead.OPEN:
        return _("The data cannot tell yet whether it is reached")
    if row["basis"] == ahead.PACE:
        return _("Missed and nearing: another step of the same size leads to {reach}").format(reach=reach)
    return _("Missed without nearing: the cause comes before a new target")


def _interval(row: pd.Series, currency: str) -> str:
    if pd.isna(row["profit_low"]) or pd.isna(row["profit_high"]):
        return ""
    return _(" ({low} to {high})").format(
        low=formats.money(row["profit_low"], currency), high=formats.money(row["profit_high"], currency)
    )


def _with_values(rows: pd.DataFrame) -> list[str]:
    return [_("{name} ({value})").format(name=row.name, value=row.actual_text) for row in _rows(rows)]


def _joined(parts: list[str]) -> str:
    """The first parts and how many more there are."""
    text = _(", ").join(str(part) for part in parts[:NAMED])
    more = len(parts) - NAMED
    return _("{parts} and {count} more").format(parts=text, count=more) if more > 0 else text


def _owner(owner: str) -> str:
    return shown(owner) if owner else _("nobody named")


def _rows(frame: pd.DataFrame) -> list:
    return list(frame.itertuples(index=False))


def method_misses() -> str:
    """How misses are ranked."""
    return _("Each item stands with the figure that decides it. Amounts at stake are what the gap to the target is worth as its "
             "section measures it; the same sales may be counted by several items, so they do not add up.")  # fmt: skip


def method_lessons() -> str:
    """What counts as a recovery and as an action before it."""
    return _("A recovery is a month, quarter or period that met a target the one before it had missed. An action counts as "
             "under way if it was opened by the end of the recovery and not closed before the miss began. That it came first "
             "does not prove that it helped: misses without an action stand beside it.")  # fmt: skip


def method_waiting() -> str:
    """How lead times are measured."""
    return _("Medians are those of the Kaplan-Meier curve, in which actions still open count as unfinished; intervals are "
             "Brookmeyer and Crowley's. The year before is compared by the log-rank test.")  # fmt: skip


def method_targets() -> str:
    """How targets are proposed."""
    return _("A target met beyond doubt is raised to what has been reached beyond doubt, the far end of its interval, rounded "
             "to the easier side; it is never made easier. One at risk or missed stands until it is reached. The growth of "
             "sales is kept if the forecast reaches it at least as likely as not, else the growth it does reach is proposed. "
             "They become targets when plan.yml holds them.")  # fmt: skip
