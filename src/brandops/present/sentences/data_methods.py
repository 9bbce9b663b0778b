"""Sentences on research, media, survey and web analytics (plan items 2.1.2, 2.1.3, 2.2.2 and 2.2.3)."""

import pandas as pd

from brandops.analysis.survey import REASONS
from brandops.analysis.web import TrackedShare
from brandops.i18n import gettext as _
from brandops.i18n import ngettext, shown
from brandops.present import formats
from brandops.present.sentences.data_names import reason_name, trait_name, words

# Research within a thousandth of the books shows as 100.0 %.
AGREES = 0.001
# Shares this close show as the same percentage.
_SAME = 0.0005


def research_finding(check: pd.DataFrame) -> str:
    """How close the researched own sales come to the booked ones."""
    total, parts = check.iloc[-1], check.iloc[:-1]
    if pd.isna(total["ratio"]):
        return _("The research reports no own sales for these months, so it cannot be compared with the books.")
    said = _("Market research reports {ratio} of the own sales the books hold").format(ratio=formats.percent(total["ratio"]))
    if parts.empty:
        return said + _(".")
    far = parts.loc[(parts["ratio"] - 1).abs().idxmax()]
    if abs(far["ratio"] - 1) < AGREES:
        return said + _(", and agrees in every category; its shares of the market can be used as they are.")
    return said + _("; furthest apart in {category} ({ratio}). Shares of the market inherit this error.").format(
        category=shown(far["category"]), ratio=formats.percent(far["ratio"])
    )


def market_finding(coverage: pd.DataFrame, months: int) -> str:
    """How many companies the market data hold, and how complete they are."""
    rivals = coverage[coverage["competitor"] != "own"]
    full = int((rivals["months"] >= months).sum())
    said = ngettext("The market data hold {count} other company, {full} of them in all {months} months",
                    "The market data hold {count} other companies, {full} of them in all {months} months",
                    len(rivals)).format(
        count=formats.number(len(rivals)), full=formats.number(full), months=months
    )  # fmt: skip
    priced = int((coverage["priced"] > 0).sum())
    return said + _("; price levels are known for {priced} of {count} companies.").format(
        priced=formats.number(priced), count=formats.number(len(coverage))
    )


def media_finding(links: pd.DataFrame, currency: str) -> str:
    """How much advertising spend could be joined to a campaign."""
    spend, linked = links["spend"].sum(), links["linked_spend"].sum()
    if not spend:
        return _("No advertising spend in this period.")
    worst = links[links["spend"] > 0].sort_values("linked_share").iloc[0]
    said = _("{share} of {spend} advertising spend belongs to a known campaign").format(
        share=formats.percent(linked / spend), spend=formats.money(spend, currency)
    )
    if worst["linked_share"] >= 1:
        return said + _(".")
    return said + _("; least on {platform} ({share}). The other {amount} cannot be judged by campaign.").format(
        platform=words(worst["platform"]), share=formats.percent(worst["linked_share"]),
        amount=formats.money(spend - linked, currency),
    )  # fmt: skip


def spend_caption(links: pd.DataFrame) -> str:
    """What the bars of spend show."""
    first = links.iloc[0]
    return _("{platform} takes {share} of the spend; the pale part of a bar has no campaign.").format(
        platform=words(first["platform"]), share=formats.percent(first["spend"] / links["spend"].sum(), 0)
    )


def spend_alt(links: pd.DataFrame, currency: str) -> str:
    """Description of the bars of spend by platform."""
    parts = [f"{words(row.platform)} {formats.money(row.spend, currency)}" for row in links.itertuples()]
    return _("Bars of advertising spend by platform, split by whether a campaign is known: {parts}.").format(
        parts=_(", ").join(parts)
    )


def survey_finding(months: pd.DataFrame, target: float | None) -> str:
    """Whether each month has the valid answers wanted; None: the plan asks for no number."""
    if not target:
        return _survey_range(months)
    missed = months[~months["met"]]
    if missed.empty:
        least = months.loc[months["valid"].idxmin()]
        return _("Each of the {count} months has the {target} valid answers wanted; fewest in "
                 "{month}: {valid}.").format(
            count=len(months), target=formats.number(target), month=formats.month(least["month"]),
            valid=formats.number(least["valid"]),
        )  # fmt: skip
    names = [
        _("{month} ({valid})").format(month=formats.month(row.month), valid=formats.number(row.valid))
        for row in missed.itertuples()
    ]
    return ngettext("{bad} of {count} months falls short of {target} valid answers: {months}.",
                    "{bad} of {count} months fall short of {target} valid answers: {months}.", len(missed)).format(
        bad=len(missed), count=len(months), target=formats.number(target), months=_(", ").join(names)
    )  # fmt: skip


def invalid_finding(by_month: pd.DataFrame) -> str:
    """How many answers do not count, and why."""
    answers, rejected = int(by_month["responses"].sum()), by_month[list(REASONS)].sum()
    if not rejected.sum():
        return _("All {count} answers count.").format(count=formats.number(answers))
    rejected = rejected[rejected > 0].sort_values(ascending=False, kind="stable")
    reasons = [
        _("{reason} ({count})").format(reason=reason_name(reason).lower(), count=formats.number(count))
        for reason, count in rejected.items()
    ]
    return _("{count} of {answers} answers ({share}) do not count: {reasons}.").format(
        count=formats.number(rejected.sum()), answers=formats.number(answers),
        share=formats.percent(rejected.sum() / answers), reasons=_(", ").join(reasons),
    )  # fmt: skip


def survey_caption(months: pd.DataFrame, target: float | None) -> str:
    """What the bars of valid answers show, over all months drawn."""
    if not target:
        return _survey_range(months)
    short = int((months["valid"] < target).sum())
    if not short:
        return _("Each of the {count} months shown reaches {target} valid answers.").format(
            count=len(months), target=formats.number(target)
        )
    return ngettext("{short} of the {count} months shown falls short of {target} valid answers.",
                    "{short} of the {count} months shown fall short of {target} valid answers.", short).format(
        short=short, count=len(months), target=formats.number(target)
    )  # fmt: skip


def survey_alt(months: pd.DataFrame, target: float | None) -> str:
    """Description of the bars of valid answers."""
    if not target:
        return _survey_range(months)
    return _("Bars of valid answers a month from {first} to {last} with a line at {target}; between "
             "{low} and {high}.").format(
        first=formats.month(months["month"].min()), last=formats.month(months["month"].max()),
        target=formats.number(target), low=formats.number(months["valid"].min()),
        high=formats.number(months["valid"].max()),
    )  # fmt: skip


def _survey_range(months: pd.DataFrame) -> str:
    first, last = formats.month(months["month"].min()), formats.month(months["month"].max())
    return _("Between {low} and {high} valid answers a month from {first} to {last}; the plan asks for no number.").format(
        low=formats.number(months["valid"].min()), high=formats.number(months["valid"].max()), first=first, last=last
    )


def weighting_finding(margins: pd.DataFrame, answers: int, effective: float) -> str:
    """Which group answered most out of proportion, and what weighting costs in precision."""
    if margins.empty:
        return _("The answers share no trait with the population, so they are not weighted.")
    gaps = (margins["unweighted"] - margins["population"]).abs()
    worst = margins.loc[gaps.idxmax()]
    left = float((margins["weighted"] - margins["population"]).abs().max())
    off = _("Furthest from the population: {trait} {group}, {seen} of the answers and {wanted} of the population.").format(
        trait=trait_name(worst["trait"]).lower(), group=words(worst["group"]), seen=formats.percent(worst["unweighted"]),
        wanted=formats.percent(worst["population"]),
    )  # fmt: skip
    mended = _("Weighted, every group has its share") if left < _SAME else _("Weighted, no group is more than {left} off").format(
        left=_("{number} points").format(number=formats.number(left * 100, 1))
    )  # fmt: skip
    cost = _("{mended}; {answers} answers then count like {effective}.").format(
        mended=mended, answers=formats.number(answers), effective=formats.number(effective)
    )
    return formats.sentences(off, cost)


def margins_caption(margins: pd.DataFrame) -> str:
    """What the dots of shares show: how far off answers and weighted answers are at most."""
    before, after = ((margins[c] - margins["population"]).abs().max() * 100 for c in ("unweighted", "weighted"))
    if after < _SAME * 100:
        return _("Answers are up to {before} points off the population (line); weighted they meet it.").format(
            before=formats.number(before, 1)
        )
    return _("Answers are up to {before} points off the population (line); weighted answers up to {after}.").format(
        before=formats.number(before, 1), after=formats.number(after, 1)
    )


def margins_alt(margins: pd.DataFrame) -> str:
    """Description of the dots of shares by group."""
    return _("Dots of each group's share of the population, of the answers, and of the weighted answers, for {count} "
             "groups.").format(count=len(margins))  # fmt: skip


def tracked_finding(share: TrackedShare, target: float) -> str:
    """What share of booked online orders the trackers saw, and whether their conversions can be used."""
    said = _("Web analytics saw {tracked} of {booked} booked online orders: {ratio}").format(
        tracked=formats.number(share.tracked), booked=formats.number(share.booked), ratio=formats.percent(share.ratio)
    )
    if share.low is not None:
        said += _(" (95% interval {low} to {high})").format(low=formats.percent(share.low), high=formats.percent(share.high))
    low, high = (share.ratio, share.ratio) if share.low is None else (share.low, share.high)
    if low >= target:
        return said + _("; its conversion figures can be used.")
    if high < target:
        return said + _("; below {target}, so its conversions and revenue understate what was sold.").format(
            target=formats.percent(target)
        )
    return said + _("; whether it reaches {target} is open.").format(target=formats.percent(target))


def traffic_finding(sources: pd.DataFrame) -> str:
    """Where the visits came from."""
    first = sources.groupby("source_medium")["sessions"].sum().sort_values(ascending=False, kind="stable")
    best = sources[sources["sessions"] > 0].sort_values("conversion_rate", ascending=False).iloc[0]
    return _("Of {sessions} sessions most came by {source} ({share}); {best} on {property} converted "
             "best ({rate}).").format(
        sessions=formats.number(first.sum()), source=words(first.index[0]),
        share=formats.percent(first.iloc[0] / first.sum(), 0), best=words(best["source_medium"]),
        property=words(best["property"]), rate=formats.percent(best["conversion_rate"], 2),
    )  # fmt: skip


def unseen_finding(days: pd.DataFrame) -> str:
    """The day on which most orders went unseen."""
    worst = days.iloc[0]
    return _("Most went unseen on {day}: {unseen} of {orders} orders.").format(
        day=formats.day(worst["date"]), unseen=formats.number(worst["unseen"]),
        orders=formats.number(worst["ledger_orders"]),
    )  # fmt: skip


def tracked_caption(months: pd.DataFrame, target: float) -> str:
    """What the line of tracked orders shows; `months` comes from `tracked_orders_by_month`."""
    judged = months[months["order_ratio"].notna()]
    short = int((judged["order_ratio"] < target).sum())
    return _("Seven-day mean; drag to move, scroll to zoom. In {short} of {count} months the trackers saw less than "
             "{target} of the orders.").format(
        short=short, count=len(judged), target=formats.percent(target, 0)
    )  # fmt: skip


def tracked_alt(orders: pd.DataFrame, target: float) -> str:
    """Description of the line of tracked to booked orders."""
    return _("Line of tracked to booked online orders, mean of seven days, {first} to {last}, with a line at {target}.").format(
        first=formats.day(orders["date"].min()), last=formats.day(orders["date"].max()), target=formats.percent(target)
    )
