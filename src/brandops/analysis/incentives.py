"""What each person's bonus is, quarter by quarter, and which rule made it so (plan item 5.3.1).

Everything is exact: sales and quotas are taken in cents, each part of a bonus is rounded to the cent once (half up), and
sums of parts are the totals. A quarter's bonus is

    target bonus of the grade x what the tier pays x share of the quarter's days employed
    + contribution: a share of the sales above quota
    + teamwork x share of days employed, where the mean rating reaches its score
    - what incidents of the quarter withhold (their shares added up, at most all of it),

and what a fiscal year's quarters pay, in their order, ends at the cap. With everything else as it is, selling more never
pays less: tiers may not fall (`brandops.params.incentives` refuses them), and no other part falls with sales.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from brandops.errors import UserError
from brandops.params.incentives import Rules, Tier
from brandops.periods import Period

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_COLUMNS = [
    "person_id", "quarter", "start", "end", "level", "quota", "net_sales", "attainment", "tier", "pays", "target_bonus",
    "days_employed", "days", "base", "contribution", "teamwork_score", "teamwork", "incidents", "withheld_share", "withheld",
    "due", "paid_before", "capped", "paid",
]  # fmt: skip


def cents(value: object) -> Decimal:
    """A number as money: to the cent, half up."""
    return Decimal(str(value)).quantize(CENT, ROUND_HALF_UP)


def bonus_ledger(
    months: pd.DataFrame, people: pd.DataFrame, teamwork: pd.DataFrame | None, conduct: pd.DataFrame | None, rules: Rules,
    quarters: Sequence[Period], as_of: date,
) -> pd.DataFrame:  # fmt: skip
    """Bonus of each person and quarter, with every step on the way to it.

    Parameters
    ----------
    months
        As `brandops.analysis.team.monthly_attainment` returns them.
    people, teamwork, conduct
        The contract's tables of people, teamwork_scores and conduct; None where there is none.
    rules
        The incentive rules.
    quarters
        Quarters of one fiscal year from its first on; those that have not begun by `as_of` are left out. A quarter under
        way counts its days so far.

    Returns
    -------
    DataFrame
        person_id, quarter, start, end, level, quota, net_sales, attainment (fraction, NaN without a quota), tier (0: below
        the first), pays (times the target bonus), target_bonus, days_employed, days, base, contribution, teamwork_score (NaN: not
        rated), teamwork, incidents, withheld_share, withheld, due, paid_before (earlier quarters of the year), capped, paid.
        Money columns hold `Decimal` of whole cents; due = base + contribution + teamwork - withheld = capped + paid.

    Raises
    ------
    UserError
        Somebody's grade has no target bonus.
    """
    rows: list[dict] = []
    paid: dict[str, Decimal] = {}
    for quarter in [q for q in quarters if q.start <= as_of]:
        employed = _days_employed(people, quarter, as_of)
        sums = months[_within(months["month"], quarter)].groupby("person_id")[["quota", "net_sales"]].sum()
        rated = _mean_rating(teamwork, quarter, as_of)
        incidents = _severities(conduct, quarter, as_of)
        for member in people[people["person_id"].isin(employed)].sort_values("person_id").itertuples():
            who = member.person_id
            has_quota = who in sums.index and sums.at[who, "quota"] > 0
            row = {"person_id": who, "quarter": str(quarter), "start": pd.Timestamp(quarter.start),
                   "end": pd.Timestamp(quarter.end), "level": member.level, "days_employed": employed[who],
                   "days": quarter.days, "quota": cents(sums.at[who, "quota"]) if has_quota else ZERO,
                   "net_sales": cents(sums.at[who, "net_sales"]) if has_quota else ZERO,
                   "teamwork_score": rated.get(who, float("nan")), "incidents": incidents.get(who, ())}  # fmt: skip
            row |= _bonus(row, rules)
            row["paid_before"] = paid.get(who, ZERO)
            row["paid"] = min(row["due"], cents(rules.cap) - row["paid_before"])
            row["capped"] = row["due"] - row["paid"]
            paid[who] = row["paid_before"] + row["paid"]
            rows.append(row)
    return pd.DataFrame(rows, columns=_COLUMNS)


def totals(ledger: pd.DataFrame) -> dict[str, Decimal]:
    """Sums of the ledger's parts in exact cents: base, contribution, teamwork, withheld, due, capped, paid."""
    return {name: sum(ledger[name], ZERO) for name in ("base", "contribution", "teamwork", "withheld", "due", "capped", "paid")}


def by_person(ledger: pd.DataFrame) -> pd.DataFrame:
    """The year's sums of each person, most paid first: person_id, level, base, contribution, teamwork, withheld, capped, paid."""
    parts = ["base", "contribution", "teamwork", "withheld", "capped", "paid"]
    rows = [
        {"person_id": who, "level": part["level"].iloc[-1]} | {name: sum(part[name], ZERO) for name in parts}
        for who, part in ledger.groupby("person_id")
    ]
    table = pd.DataFrame(rows, columns=["person_id", "level", *parts])
    return table.sort_values(["paid", "person_id"], ascending=[False, True], ignore_index=True)


def what_if(ledger: pd.DataFrame, rules: Rules, proposals: dict[str, Rules]) -> pd.DataFrame:
    """What proposals would have paid for the same sales, ratings and incidents; nobody sells more or less for them.

    Parameters
    ----------
    ledger
        As `bonus_ledger` returns it for `rules`.
    proposals
        Changed rules by name.

    Returns
    -------
    DataFrame
        proposal (None: the rules in force), paid, difference (to the rules in force), better_off, worse_off (persons), most
        (paid to one person). Money as `Decimal`.
    """
    now = by_person(ledger).set_index("person_id")["paid"]
    rows = [{"proposal": None, "paid": sum(now, ZERO), "difference": ZERO, "better_off": 0, "worse_off": 0,
             "most": max(now, default=ZERO)}]  # fmt: skip
    for name, changed in proposals.items():
        then = by_person(_again(ledger, changed)).set_index("person_id")["paid"]
        change = {who: then[who] - now[who] for who in now.index}
        rows.append({"proposal": name, "paid": sum(then, ZERO), "difference": sum(change.values(), ZERO),
                     "better_off": sum(c > 0 for c in change.values()), "worse_off": sum(c < 0 for c in change.values()),
                     "most": max(then, default=ZERO)})  # fmt: skip
    return pd.DataFrame(rows)


def budget_to_date(budget: Decimal | None, year: Period, until: date) -> Decimal | None:
    """The part of a year's budget that falls on its days up to `until`, to the cent."""
    if budget is None:
        return None
    days = (min(until, year.end) - year.start).days + 1
    return cents(budget * days / Decimal(year.days))


def tier_of(net_sales: Decimal, quota: Decimal, tiers: Sequence[Tier]) -> int:
    """Number of the highest tier reached, from 1; 0 below the first or without a quota. No division: no rounding."""
    return max((n for n, tier in enumerate(tiers, start=1) if quota > 0 and net_sales >= tier.attainment * quota), default=0)


def _bonus(row: dict, rules: Rules) -> dict:
    """The parts of one quarter's bonus, before the cap."""
    level = row["level"]
    if level not in rules.target_bonus:
        raise UserError(f"incentives.yml: rules.target_bonus: grade {level!r} of {row['person_id']} has none; "
                        f"grades: {', '.join(rules.target_bonus)}")  # fmt: skip
    quota, sold = row["quota"], row["net_sales"]
    share = Decimal(row["days_employed"]) / Decimal(row["days"])
    tier = tier_of(sold, quota, rules.tiers)
    pays = rules.tiers[tier - 1].pays if tier else Decimal(0)
    base = cents(rules.target_bonus[level] * pays * share)
    contribution = cents(rules.contribution * max(sold - quota, ZERO)) if quota > 0 else ZERO
    team = rules.teamwork is not None and row["teamwork_score"] >= rules.teamwork.score
    teamwork = cents(rules.teamwork.pays * share) if team else ZERO
    withheld_share = min(sum((rules.withheld.get(severity, Decimal(0)) for severity in row["incidents"]), Decimal(0)), Decimal(1))
    earned = base + contribution + teamwork
    withheld = cents(earned * withheld_share)
    return {
        "attainment": float(sold / quota) if quota > 0 else float("nan"), "tier": tier, "pays": pays,
        "target_bonus": rules.target_bonus[level], "base": base, "contribution": contribution, "teamwork": teamwork,
        "withheld_share": withheld_share, "withheld": withheld, "due": earned - withheld,
    }  # fmt: skip


def _again(ledger: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """The ledger's quarters under other rules."""
    paid: dict[str, Decimal] = {}
    rows = []
    for row in ledger.to_dict("records"):
        row |= _bonus(row, rules)
        row["paid_before"] = paid.get(row["person_id"], ZERO)
        row["paid"] = min(row["due"], cents(rules.cap) - row["paid_before"])
        row["capped"] = row["due"] - row["paid"]
        paid[row["person_id"]] = row["paid_before"] + row["paid"]
        rows.append(row)
    return pd.DataFrame(rows, columns=_COLUMNS)


def _within(days: pd.Series, quarter: Period) -> pd.Series:
    return days.between(pd.Timestamp(quarter.start), pd.Timestamp(quarter.end))


def _days_employed(people: pd.DataFrame, quarter: Period, as_of: date) -> dict[str, int]:
    """Days of the quarter up to `as_of` each person was employed, the first and the last included; nobody with none."""
    begin, end = pd.Timestamp(quarter.start), pd.Timestamp(min(quarter.end, as_of))
    first = people["hired_on"].clip(lower=begin)
    last = people["left_on"].fillna(end).clip(upper=end)
    days = (last - first).dt.days + 1
    return {who: int(count) for who, count in zip(people["person_id"], days, strict=True) if count > 0}


def _mean_rating(teamwork: pd.DataFrame | None, quarter: Period, as_of: date) -> dict[str, float]:
    if teamwork is None:
        return {}
    here = teamwork[_within(teamwork["rated_on"], quarter) & (teamwork["rated_on"] <= pd.Timestamp(as_of))]
    return here.groupby("person_id")["score"].mean().to_dict()


def _severities(conduct: pd.DataFrame | None, quarter: Period, as_of: date) -> dict[str, tuple[str, ...]]:
    if conduct is None:
        return {}
    here = conduct[_within(conduct["occurred_on"], quarter) & (conduct["occurred_on"] <= pd.Timestamp(as_of))]
    return {who: tuple(part["severity"]) for who, part in here.sort_values("occurred_on").groupby("person_id")}
