"""Sentences of plan section 1, written from its figures: the year's target, market, customers, satisfaction."""

import pandas as pd

from brandops.analysis.goals import Progress
from brandops.analysis.intervals import Estimate
from brandops.analysis.landing import Landing
from brandops.analysis.year import Span, YearPlan
from brandops.i18n import gettext as _
from brandops.periods import Period
from brandops.present import formats
from brandops.present.sentences.goals_names import company, name
from brandops.present.status import Status


def standing(plan: YearPlan, currency: str) -> str:
    """Where the year stands."""
    where: Progress = plan.standing
    text = (
        _("{year} net sales stand at {actual} on {day}: {attainment} of the plan to date, {growth} on the year before.")
        if where.as_of < plan.target.year.end
        else _("{year} closed at {actual} net sales: {attainment} of the target of {target}, {growth} on the year before.")
    )
    return text.format(
        year=plan.target.year, actual=formats.money(where.actual, currency), day=formats.day(where.as_of),
        target=formats.money(plan.target.target, currency),
        attainment=formats.percent(where.attainment), growth=_growth(where.growth),
    )  # fmt: skip


def landing(plan: YearPlan, land: Landing | None, currency: str) -> str:
    """Where the year will land, and what the rest of it must bring."""
    target, where = plan.target, plan.standing
    if where.months_left <= 0:
        gap = where.actual - target.target
        text = (
            _("The year closed at {actual}, {gap} above its target of {target} ({growth} on last year's {last}).")
            if gap >= 0
            else _("The year closed at {actual}, {gap} short of its target of {target} ({growth} on last year's {last}).")
        )
        return text.format(
            actual=formats.money(where.actual, currency), target=formats.money(target.target, currency),
            growth=_growth(target.growth), last=formats.money(target.last_year, currency), gap=formats.money(abs(gap), currency),
        )  # fmt: skip
    need = _("To reach {target}, the rest of the year must sell {required} a month, {growth} on the same months of last year.")
    need = need.format(
        target=formats.money(target.target, currency), required=formats.money(where.required_per_month, currency),
        growth=_growth(where.required_growth),
    )  # fmt: skip
    if land is None:
        return need
    seen = _("The year is expected to land at {mean} ({level} interval {low} to {high}); it reaches its target with a "
             "probability of {probability}.")  # fmt: skip
    seen = seen.format(
        mean=formats.money(land.median, currency), level=formats.percent(land.level, 0),
        low=formats.money(land.low, currency), high=formats.money(land.high, currency),
        probability=formats.percent(land.probability(target.target), 0),
    )  # fmt: skip
    return formats.sentences(seen, need)


def period_sales(period: Period, sales: Span, currency: str) -> str:
    """What the period sold, against plan and last year as far as these are known."""
    amount = formats.money(sales.actual, currency)
    if sales.target == sales.target and sales.growth == sales.growth:
        return _("{period} sold {amount}: {attainment} of its target, {growth} on a year ago.").format(
            period=period, amount=amount, attainment=formats.percent(sales.attainment), growth=_growth(sales.growth)
        )
    if sales.growth == sales.growth:
        return _("{period} sold {amount}, {growth} on a year ago.").format(
            period=period, amount=amount, growth=_growth(sales.growth)
        )
    return _("{period} sold {amount}; the data hold no year before to compare with.").format(period=period, amount=amount)


def weakest_part(table: pd.DataFrame, what: str, currency: str) -> str | None:
    """Which part misses most money; None where none misses any."""
    behind = table[table["gap"] < 0].sort_values("gap")
    if behind.empty:
        return None
    row = behind.iloc[0]
    return _("By {what}, most is missing at {part}: {gap} short, {attainment} of its target.").format(
        what=what, part=name(row["part"]), attainment=formats.percent(row["attainment"]),
        gap=formats.money(-row["gap"], currency),
    )  # fmt: skip


def bridge(steps: pd.DataFrame, before: str, now: str, currency: str) -> str:
    """What moved sales from one period to the other, the largest effect first."""
    amounts = steps.set_index("step")["amount"]
    difference = amounts["now"] - amounts["base"]
    effects = amounts.drop(["base", "now"])
    effects = effects[effects != 0]
    order = effects.abs().sort_values(ascending=False, kind="stable").index
    listed = _(", ").join(
        _("{effect} {amount}").format(effect=name(step).lower(), amount=_signed_money(effects[step], currency)) for step in order
    )
    text = (
        _("{now} sold {difference} more than {before}: {listed}.")
        if difference >= 0
        else _("{now} sold {difference} less than {before}: {listed}.")
    )
    return text.format(now=now, before=before, difference=formats.money(abs(difference), currency), listed=listed)


def market_share(whole: pd.Series, base: str) -> str:
    """Own share of the whole market against the base year."""
    if pd.isna(whole["gain"]):
        return _("Our share of the market is {share}; the base year is not in the data.").format(
            share=formats.percent(whole["share"])
        )
    return _("Our share of the market is {share}, {gain} against the same months of {base}; rank {rank} of {rivals}.").format(
        share=formats.percent(whole["share"], 2), gain=formats.points(whole["gain"], 2), base=base,
        rank=formats.number(whole["rank"]), rivals=formats.number(whole["rivals"]),
    )  # fmt: skip


def market_parts(gains: pd.DataFrame) -> str | None:
    """Where share was won and lost most."""
    known = gains.dropna(subset=["gain"])
    if len(known) < 2:
        return None
    best, last = known.loc[known["gain"].idxmax()], known.loc[known["gain"].idxmin()]
    return _("Most was won in {best} ({best_gain}), least in {last} ({last_gain}).").format(
        best=name(best["part"]), best_gain=formats.points(best["gain"], 2), last=name(last["part"]),
        last_gain=formats.points(last["gain"], 2),
    )  # fmt: skip


def quarter_share(own: pd.DataFrame, target: float) -> str:
    """Share gained in the last quarter against the quarter before."""
    row = own.iloc[-1]
    rank = formats.number(row["rank"])
    if pd.isna(row["gain"]):
        return _("Share in {quarter}: {share}, rank {rank}.").format(
            quarter=row["window"], share=formats.percent(row["share"], 2), rank=rank
        )
    lead = (
        _("{lead} ahead of the next.").format(lead=formats.points(row["lead"], 2))
        if row["rank"] == 1
        else _("{lead} behind {leader}.").format(lead=formats.points(-row["lead"], 2), leader=company(row["leader"]))
    )
    text = _("Share in {quarter}: {share}, {gain} on the quarter before (goal {target}); rank {rank}, {lead}")
    return text.format(
        quarter=row["window"], share=formats.percent(row["share"], 2), gain=formats.points(row["gain"], 2),
        target=formats.points(target, 2), rank=rank, lead=lead,
    )  # fmt: skip


def estimate(what: str, value: Estimate, fraction: bool = True) -> str:
    """An estimate with its interval and sample size."""
    show = formats.percent if fraction else (lambda number: formats.number(number, 1))
    return _("{what}: {value} (95% interval {low} to {high}; {n} valid answers).").format(
        what=what, value=show(value.value), low=show(value.low), high=show(value.high), n=formats.number(value.n)
    )


def new_customers(table: pd.DataFrame, target: int) -> str:
    """First-ever buyers of the year against the target (0: none), online and offline."""
    row = table.set_index("part")
    if not target:
        return _("{count} customers bought for the first time this year.").format(
            count=formats.number(row.at["all", "year_actual"])
        )
    if len(row) < 3:  # one channel type and all: nothing to split
        return _("{count} customers bought for the first time this year; the plan asks for {target} in the year, {to_date} of "
                 "them by now.").format(
            count=formats.number(row.at["all", "year_actual"]), target=formats.number(target),
            to_date=formats.number(row.at["all", "year_target"]),
        )  # fmt: skip
    parts = _(", ").join(
        _("{count} {part}").format(count=formats.number(row.at[part, "year_actual"]), part=name(part).lower())
        for part in row.index if part != "all"
    )  # fmt: skip
    return _("{count} customers bought for the first time this year ({parts}); the plan asks for {target} in the year, "
             "{to_date} of them by now.").format(
        count=formats.number(row.at["all", "year_actual"]), parts=parts, target=formats.number(target),
        to_date=formats.number(row.at["all", "year_target"]),
    )  # fmt: skip


def acquisition(table: pd.DataFrame, currency: str) -> str:
    """What winning one customer cost."""
    row = table.set_index("part")
    parts = _(", ").join(
        _("{part} {cost}").format(part=name(part).lower(), cost=formats.money(row.at[part, "cost_per_customer"], currency))
        for part in row.index if part != "all" and row.at[part, "new_customers"] > 0
    )  # fmt: skip
    return _("Winning a customer cost {cost} in the period ({parts}).").format(
        cost=formats.money(row.at["all", "cost_per_customer"], currency), parts=parts
    )


def gate(row: pd.Series) -> str:
    """A stage's gate and what it rests on."""
    facts = [_("sales at {attainment} of plan (gate {gate})").format(
        attainment=formats.percent(row["attainment"]), gate=formats.percent(row["gate_attainment"], 0))]  # fmt: skip
    if row["due"]:
        facts.append(_("{share} of {due} tasks on time (gate {gate})").format(
            share=formats.percent(row["on_time"]), due=formats.number(row["due"]),
            gate=formats.percent(row["gate_on_time"], 0)))  # fmt: skip
    text = _("Stage {stage}: {verdict}; {facts}.").format(
        stage=name(row["stage"]), verdict=name(row["verdict"]).lower(), facts=_(", ").join(facts)
    )
    if row["agrees"] is False:
        recorded = _("The review on record says: {recorded}.").format(recorded=name(row["recorded"]).lower())
        return formats.sentences(text, recorded)
    return text


def gate_status(row: pd.Series) -> Status | None:
    """A gate's verdict as a status: passed, passed with conditions (at risk) or failed; None while the stage runs."""
    return {"passed": Status.MET, "passed with conditions": Status.AT_RISK, "failed": Status.MISSED}.get(row["verdict"])


def delivery(table: pd.DataFrame, total: dict) -> str:
    """How departments deliver, and who delivers latest."""
    worst = table.dropna(subset=["on_time_share"]).iloc[0]
    return _("{share} of {count} actions due in the period were closed on time; least reliable is {department} with {low}.").format(
        share=formats.percent(total["on_time_share"]), count=formats.number(total["actions"] - total["open"]),
        department=name(worst["department"]), low=formats.percent(worst["on_time_share"]),
    )  # fmt: skip


def handover(table: pd.DataFrame) -> str | None:
    """The slowest hand-over between two departments."""
    known = table.dropna(subset=["median_days"])
    if known.empty:
        return None
    row = known.iloc[0]
    return _("Slowest hand-over: {asks} to {acts}, {days} days in the median.").format(
        asks=name(row["from_department"]), acts=name(row["to_department"]), days=formats.number(row["median_days"], 1)
    )


def checkpoints(weeks: pd.DataFrame, months: pd.DataFrame, unanswered: int | None, threshold: float) -> str:
    """Breaches of the cumulative plan, and whether each was answered; `unanswered` None: no actions are recorded."""
    breaches = int(weeks["breach"].sum()), int(months["breach"].sum())
    if not sum(breaches):
        return _("No checkpoint of the year fell below {threshold} of the cumulative plan.").format(
            threshold=formats.percent(threshold, 0)
        )
    text = _("{weeks} of {all_weeks} weekly and {months} of {all_months} monthly checkpoints fell below {threshold} of the "
             "cumulative plan").format(
        weeks=breaches[0], all_weeks=len(weeks), months=breaches[1], all_months=len(months),
        threshold=formats.percent(threshold, 0),
    )  # fmt: skip
    if unanswered is None:
        return text + _(".")
    answer = (
        _("; each was answered by an action.")
        if not unanswered
        else _("; {count} of them without a recorded action.").format(count=unanswered)
    )
    return text + answer


def drivers(table: pd.DataFrame) -> str:
    """What dissatisfaction goes with most."""
    row = table.iloc[0]
    return _("Dissatisfaction goes most with {driver}: {rated_low} rate it poorly, and {low} of these are dissatisfied "
             "against {good} of the others.").format(
        driver=name(row["driver"]).lower(), rated_low=formats.percent(row["rated_low"]),
        low=formats.percent(row["dissatisfied_if_low"]), good=formats.percent(row["dissatisfied_if_good"]),
    )  # fmt: skip


def _growth(value: float) -> str:
    return formats.signed(value * 100) + "%" if value == value else formats.DASH


def _signed_money(amount: float, currency: str) -> str:
    return ("+" if amount > 0 else "") + formats.money(amount, currency)
