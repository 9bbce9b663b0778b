"""Sentences and tables on what campaigns added and earned (plan items 6.1.2, 6.2.1, 6.2.2, 6.3.3)."""

from typing import Any

import pandas as pd

from brandops.analysis.lift_panel import Lift
from brandops.analysis.placebo import FEWEST_PLACEBOS
from brandops.i18n import gettext as _
from brandops.i18n import mark
from brandops.i18n import shown as reader_name
from brandops.present import formats

SHOWN = 4  # names in a sentence
FALSE_DISCOVERIES = 0.05  # share of the mailings named that may be chance

METHODS = {"holdout": mark("regions held out at random"), "synthetic_control": mark("synthetic control"),
           "structural": mark("its own past alone")}  # fmt: skip
REASONS = {"pre-fit poor": mark("not estimated: pre-fit poor"), "pre-period too short": mark("not estimated: past too short"),
           "too few sales": mark("not estimated: too few sales"), "no controls": mark("not estimated: no controls")}  # fmt: skip
VERDICTS = {"paid": mark("paid"), "lost": mark("did not pay"), "open": mark("open"), "not_estimated": mark("not estimated")}


def answer(recent: pd.DataFrame) -> str:
    """Which campaigns paid and which did not."""
    if recent["verdict"].eq("not_estimated").all():
        return _("Of the campaigns of the last twelve months ({count}) none could be estimated.").format(count=len(recent))
    said = [_("Of {count} campaigns of the last twelve months, {paid} paid, {lost} did not, {open} are open.").format(
        count=len(recent), **{name: int((recent["verdict"] == name).sum()) for name in ("paid", "lost")},
        open=int(recent["verdict"].isin(["open", "not_estimated"]).sum()))]  # fmt: skip
    for verdict, text in (("paid", _("Paid: {names}.")), ("lost", _("Did not pay: {names}."))):
        part = recent[recent["verdict"] == verdict].sort_values("roi", ascending=False)
        if len(part):
            said.append(text.format(names=_names(part["campaign"])))
    doubtful = recent[recent["verdict"] == "open"].sort_values("roi", ascending=False)
    if len(doubtful):
        said.append(_("Open, as gain and loss both lie in the interval (return at best estimate): {names}.").format(
            names=_names_with_return(doubtful, "campaign")))  # fmt: skip
    return formats.sentences(*said)


def next_budget(themes: pd.DataFrame, currency: str) -> str | None:
    """What to do with the next budget, by what themes returned so far; None where no return is known."""
    told = themes[themes["roi"].notna()]
    if told.empty:
        return None
    paid, lost = told[told["verdict"] == "paid"], told[told["verdict"] == "lost"]
    open_ = told[told["verdict"] == "open"]
    said = []
    if len(paid):
        said.append(_("Next budget: repeat {names}, which paid over all campaigns so far.").format(
            names=_names_with_return(paid, "group")))  # fmt: skip
    if len(lost):
        said.append(_("Do not repeat in this form: {names}; they cost {spent} and brought {margin} of margin.").format(
            names=_names(lost["group"]), spent=formats.money(lost["spent"].sum(), currency),
            margin=formats.money(lost["margin"].sum(), currency)))  # fmt: skip
    if len(open_):
        said.append(_("Repeat with regions held out before deciding: {names}.").format(names=_names(open_["group"])))
    return formats.sentences(*said)


def group_figures(table: pd.DataFrame, by: str) -> list[dict[str, Any]]:
    """Arguments of `page.figure`: the share of spending that went where it did not pay, and each group's return."""
    told = table[table["roi"].notna()]
    lost = told[told["verdict"] == "lost"]
    whole = told["spent"].sum()
    name = {
        "theme": _("Share of spending on themes that did not pay"),
        "format": _("Share of spending on formats that did not pay"),
    }
    found = [{"key": "lost_share", "name": name[by], "value": lost["spent"].sum() / whole,
              "unit": "fraction", "target": 0, "better": "lower",
              "money_at_stake": max(lost["spent"].sum() - lost["margin"].sum(), 0) or None}] if whole > 0 else []  # fmt: skip
    return found + [{"key": "roi", "name": _("Return on spending"), "value": row.roi, "low": row.roi_low, "high": row.roi_high,
                     "unit": "fraction", "target": 0, "grain": {by: row.group}} for row in told.itertuples()]  # fmt: skip


def gain(found: dict[str, float], target: float, currency: str) -> str:
    """What campaigns added to the period's sales."""
    if not found["campaigns"]:
        return _("No campaign began in the period and has ended: campaigns added nothing.")
    if not found["told"]:
        return _("Of the period's campaigns ({count}) none could be estimated.").format(count=found["campaigns"])
    return _("The period's campaigns ({told} of {count} estimated) added {added} of sales, {value} of what would have been sold "
             "without them ({low} to {high}), against a goal of {target}.").format(
        told=found["told"], count=found["campaigns"], added=formats.money(found["added"], currency), value=_pct(found["value"]),
        low=_pct(found["low"]), high=_pct(found["high"]), target=formats.percent(target, 0))  # fmt: skip


def groups(table: pd.DataFrame) -> str:
    """Which theme, format or channel sold most more, and which returned most: of those beyond chance, if there are any."""
    told = table[table["lift"].notna()]
    if told.empty:
        return _("No campaign could be estimated.")
    sure = told[told["lift_low"] > 0]
    top = (sure if len(sure) else told).sort_values("lift").iloc[-1]
    said = [(_("The largest mean lift beyond chance: {group}, {lift} ({low} to {high}), over {count} campaigns.") if len(sure) else
             _("None has a mean lift beyond chance; the largest: {group}, {lift} ({low} to {high}), over {count} campaigns.")
             ).format(
        group=reader_name(top["group"]), lift=_pct(top["lift"]), low=_pct(top["lift_low"]), high=_pct(top["lift_high"]),
        count=top["estimated"])]  # fmt: skip
    back = told[told["roi"].notna()]
    if len(back):
        paid = back[back["roi_low"] > 0]
        best = (paid if len(paid) else back).sort_values("roi").iloc[-1]
        said.append((_("The best return on spending that is beyond chance: {group}, {roi} ({low} to {high}).") if len(paid) else
                     _("None surely earned its cost; the best return: {group}, {roi} ({low} to {high}).")).format(
            group=reader_name(best["group"]), roi=_pct(best["roi"]), low=_pct(best["roi_low"]),
            high=_pct(best["roi_high"])))  # fmt: skip
    return formats.sentences(*said)


def groups_table(table: pd.DataFrame, what: str, name: str, caption: str) -> dict[str, Any]:
    """Results by theme, format or channel."""
    columns = {"group": (what, "text"), "verdict": (_("Verdict"), "text"), "roi": (_("Return on spending"), "fraction"),
               "roi_low": (_("Return from"), "fraction"), "roi_high": (_("Return to"), "fraction"),
               "spent": (_("Spent"), "currency"), "margin": (_("Added margin"), "currency"),
               "added": (_("Added sales"), "currency"), "lift": (_("Mean lift"), "fraction"),
               "lift_low": (_("from"), "fraction"), "lift_high": (_("to"), "fraction"),
               "campaigns": (_("Campaigns"), "count"), "estimated": (_("Estimated"), "count")}  # fmt: skip
    return {"frame": table.assign(verdict=table["verdict"].map(lambda v: _(VERDICTS[v]))), "columns": columns, "name": name,
            "caption": caption}  # fmt: skip


def places(table: pd.DataFrame, channels: pd.DataFrame | None) -> pd.Series:
    """Where each campaign of `campaign_returns` ran, in a reader's words."""
    known = (
        {} if channels is None or "channel" not in channels else dict(zip(channels["channel_id"], channels["channel"], strict=True))
    )
    return table["channels"].map(lambda names: _(", ").join(reader_name(known.get(name, name)) for name in names))


def lift(campaign: str, found: Lift) -> str:
    """What one campaign added, or why that is not told."""
    if not found.estimated:
        return _("{campaign}: {reason}.").format(campaign=reader_name(campaign), reason=_(REASONS[found.reason]))
    numbers = {"campaign": reader_name(campaign), "lift": _pct(found.relative), "low": _pct(found.relative_low),
               "high": _pct(found.relative_high), "method": _(METHODS[found.method])}  # fmt: skip
    if found.relative_low > 0 or found.relative_high < 0:
        said = [_("{campaign}: {lift} ({low} to {high}) while it ran, against {method}.").format(**numbers)]
    else:
        said = [_("{campaign}: {lift} ({low} to {high}) while it ran, against {method}; may be chance.").format(**numbers)]
    if "no_control" in found.warnings:
        said.append(_("Caution: nothing tells the campaign from whatever else happened then."))
    elif "not_randomised" in found.warnings:
        said.append(_("The comparison was not drawn by lot: it holds as far as the others would have gone the same way."))
    if "unsettled" in found.warnings:
        said.append(_("Units nothing was done to moved {factor} times as much meanwhile as the past promised; the interval is that "
                      "much wider (p-value by the past alone: {p_value}).").format(
            factor=formats.number(found.diagnostics["enlargement"], 1),
            p_value=formats.number(found.diagnostics["p_time"], 3)))  # fmt: skip
    return formats.sentences(*said)


def lifts(table: pd.DataFrame, found: dict[str, Lift]) -> list[str]:
    """What each campaign added; those not told of in one sentence for each reason."""
    told = [lift(row.campaign, found[row.campaign_id]) for row in table.itertuples() if found[row.campaign_id].estimated]
    why: dict[str, list[str]] = {}
    for row in table.itertuples():
        if not found[row.campaign_id].estimated:
            why.setdefault(found[row.campaign_id].reason, []).append(reader_name(row.campaign))
    return [*told, *(_("{campaign}: {reason}.").format(campaign=_(", ").join(names), reason=_(REASONS[reason]))
                     for reason, names in why.items())]  # fmt: skip


def checks(found: Lift) -> str:
    """How the comparison did where nothing happened."""
    facts = found.diagnostics
    said = [_("Over {count} stretches before the start it was off by {spread} on average (standard deviation).").format(
        count=facts["stretches"], spread=formats.percent(facts["pre_spread"]))]  # fmt: skip
    units = len(facts["placebo_space"])
    if 0 < units < FEWEST_PLACEBOS:
        said.append(_("With {count} other units only, pretending the campaign in each of them could show nothing.").format(
            count=units))  # fmt: skip
    elif units and facts["placebo_units"] > 1:
        said.append(_("Pretended in {count} groups of {size} other units, {share} of all, the campaign included, show as large a "
                      "lift.").format(count=units, size=facts["placebo_units"],
                                      share=formats.percent(facts["p_space"], 0)))  # fmt: skip
    elif units:
        said.append(_("Pretended in {count} other units in turn, {share} of all, the campaign included, show as large "
        "a lift.").format(
            count=units, share=formats.percent(facts["p_space"], 0)))  # fmt: skip
    return formats.sentences(*said)


def returns_table(table: pd.DataFrame) -> dict[str, Any]:
    """Every campaign, latest first."""
    shown = table.iloc[::-1].assign(
        how=[_(REASONS[reason]) if reason else _(METHODS[method]) for method, reason in zip(table["method"][::-1],
             table["reason"][::-1], strict=True)], verdict=[_(VERDICTS[v]) for v in table["verdict"][::-1]])  # fmt: skip
    columns = {"campaign": (_("Campaign"), "text"), "verdict": (_("Verdict"), "text"), "roi": (_("Return on spending"), "fraction"),
               "roi_low": (_("Return from"), "fraction"), "roi_high": (_("Return to"), "fraction"),
               "spent": (_("Spent"), "currency"), "margin": (_("Added margin"), "currency"),
               "added": (_("Added sales"), "currency"), "lift": (_("Lift"), "fraction"), "lift_low": (_("from"), "fraction"),
               "lift_high": (_("to"), "fraction"), "p_value": (_("p-value"), "p_value"),
               "credited": (_("Credited sales"), "currency"), "starts_on": (_("Start"), "date"),
               "how": (_("Compared with"), "text")}  # fmt: skip
    return {"frame": shown, "columns": columns, "name": "campaign_returns", "rows": 12,
            "caption": _("What each campaign added and earned, with 95% intervals")}  # fmt: skip


def mailings(table: pd.DataFrame, currency: str) -> str:
    """What mailings did to those who got them."""
    told = table[table["told"]]
    if told.empty:
        return _("No mailing has enough recipients with others like them.")
    clear = told[(told["low"] > 0) & ~told["suspect"]]
    said = [_("{told} of {count} mailings have enough recipients with others like them; {up} of these show recipients buying more, "
              "and not already before.").format(told=len(told), count=len(table), up=len(clear))]  # fmt: skip
    sure = clear[clear["q_value"] <= FALSE_DISCOVERIES].sort_values("added", ascending=False)
    if len(clear) and sure.empty:
        said.append(_("With so many compared, each of these may be chance."))
    elif len(sure):
        said.append(_("With so many compared, these are more than chance: {names}.").format(names=_(", ").join(
            _("{campaign} ({added} of sales, {low} to {high})").format(
                campaign=reader_name(row.campaign), added=formats.money(row.added, currency),
                low=formats.money(row.added_low, currency), high=formats.money(row.added_high, currency))
            for row in sure.head(SHOWN).itertuples())))  # fmt: skip
    suspect = int(told["suspect"].sum())
    if suspect:
        said.append(_("Caution: in {count}, recipients differed in the four weeks before already; these numbers are not effects.")
                    .format(count=suspect))  # fmt: skip
    return formats.sentences(*said)


def mailings_table(table: pd.DataFrame) -> dict[str, Any]:
    """Every mailing with its placebo."""
    columns = {"campaign": (_("Campaign"), "text"), "starts_on": (_("Start"), "date"), "recipients": (_("Recipients"), "count"),
               "matched": (_("Matched"), "count"), "others": (_("Others"), "count"),
               "effect": (_("Per recipient"), "currency_exact"), "low": (_("from"), "currency_exact"),
               "high": (_("to"), "currency_exact"), "p_value": (_("p-value"), "p_value"),
               "q_value": (_("p-value, all compared"), "p_value"), "added": (_("Added sales"), "currency"),
               "before": (_("Four weeks before"), "currency_exact"), "before_low": (_("from"), "currency_exact"),
               "before_high": (_("to"), "currency_exact")}  # fmt: skip
    return {"frame": table, "columns": columns, "name": "mailings",
            "caption": _("Recipients against customers like them, while the mailing ran and before it")}  # fmt: skip


def mailings_method() -> str:
    """What the comparison of recipients rests on."""
    return _("Nobody drew lots: coupons go to good customers. Recipients are compared with customers who did not get the mailing, "
             "bought alike in the twelve weeks before and received as many other campaigns meanwhile (coarsened exact matching, "
             "Iacus, King and Porro 2012).\n\nCaveats: what the records do not show is not matched; campaigns "
             "overlap, so an effect "
             "may belong to another; recipients without anybody like them are left out. Mailings without twelve "
             "weeks of sales before them, or not over yet, have no number. With many compared some look large by chance: "
             "the p-value of all compared allows for it (Benjamini and Hochberg 1995). The same comparison of the four weeks "
             "before should show nothing. No cost of these mailings is known, so there is no return.")  # fmt: skip


def method(after_days: int) -> str:
    """How lifts and returns are estimated and what they rest on."""
    return _("Never before against after: each campaign is compared with regions held out at random from it, else with regions or "
             "channels it left out, weighted to move as it did before (synthetic control, Abadie, Diamond and "
             "Hainmueller 2010), else "
             "with its own past, which is said. Intervals come from stretches of the half year before, each predicted "
             "without having "
             "been learnt from (Chernozhukov, Wüthrich and Zhu), enlarged where units nothing was done to show more than these "
             "promised. Where the past does not fit, no number is given.\n\nThe lift is that of the campaign's own "
             "days. Added sales "
             "count the {days} days after it too; added margin is theirs at the margin of the cells after returns; "
             "the return is added "
             "margin to spending, less one. A campaign paid if the whole interval is above zero, and did not if it is "
             "below.").format(days=after_days)  # fmt: skip


def _names(values: pd.Series) -> str:
    listed = [reader_name(value) for value in values]
    more = len(listed) - SHOWN
    return _(", ").join(listed[:SHOWN]) + (_(" and {count} more").format(count=more) if more > 0 else "")


def _names_with_return(table: pd.DataFrame, column: str) -> str:
    listed = [_("{name} ({roi})").format(name=reader_name(row[column]), roi=_pct(row["roi"])) for _at, row in table.iterrows()]
    more = len(listed) - SHOWN
    return _(", ").join(listed[:SHOWN]) + (_(" and {count} more").format(count=more) if more > 0 else "")


def _pct(value: float) -> str:
    return formats.signed(value * 100) + "%"
