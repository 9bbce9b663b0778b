"""Sentences and tables on what campaigns did to people: awareness, loyalty, visits, feedback (6.1.1, 6.1.3, 6.3.1, 6.3.2)."""

from typing import Any

import pandas as pd

from brandops.analysis.before_after import WINDOW_DAYS
from brandops.analysis.campaign_feedback import AFTER_DAYS as FEEDBACK_DAYS
from brandops.analysis.campaign_funnel import BEFORE_DAYS
from brandops.analysis.campaign_loyalty import WITHIN_DAYS, Loyalty
from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import formats
from brandops.present.sentences.campaign_names import name


def awareness(row: pd.Series, target: float) -> str:
    """How awareness moved on a year ago."""
    return _("{after} know the brand, {change} on a year ago (95% interval {low} to {high}; {n_before} and {n_after} answers); "
             "the plan asks for {target}.").format(
        after=formats.percent(row["after"]), change=formats.points(row["change"]), low=formats.points(row["low"]),
        high=formats.points(row["high"]), n_before=formats.number(row["n_before"]), n_after=formats.number(row["n_after"]),
        target=formats.points(target),
    )  # fmt: skip


def segments(table: pd.DataFrame) -> str:
    """Where awareness rose most, and how many segments rose beyond doubt."""
    clear = table[table["low"] > 0]
    best = table.sort_values("change", ascending=False).iloc[0]
    return _("It rose most among {segment} ({change}); beyond doubt in {count} of {all} segments.").format(
        segment=name(reader_name(best["group"])), change=formats.points(best["change"]), count=len(clear), all=len(table)
    )


def changes_table(table: pd.DataFrame, key: str, caption: str) -> dict[str, Any]:
    """Shares before and after with intervals and sample sizes; `key` names what the rows are."""
    frame = table.assign(**{c: table[c].map(reader_name).map(name) for c in ("trait", "group", "measure") if c in table})
    labels = {"trait": _("Trait"), "group": _("Segment"), "campaign": _("Campaign"), "measure": _("Measure")}
    columns: dict[str, Any] = {c: label for c, label in labels.items() if c in frame}
    columns |= {"before": (_("Share before"), "fraction"), "n_before": (_("answers"), "integer"),
                "after": (_("Share after"), "fraction"),
                "n_after": (_("answers "), "integer"), "change": (_("Change"), "pp"), "low": (_("from"), "pp"),
                "high": (_("to"), "pp")}  # fmt: skip
    return {"frame": frame, "columns": columns, "name": key, "caption": caption}


def awareness_method() -> str:
    """What a change is and is not."""
    return _("Valid answers of each span, weighted to the population by region, age and gender; the interval of a change is "
             "Newcombe's, from the score intervals of both shares and effective sample sizes. Around a campaign: the {days} days "
             "before it and those from its last day on.\n\nBefore and after is what happened, not what a campaign did: everything "
             "else that changed meanwhile is part of it.").format(days=WINDOW_DAYS)  # fmt: skip


def loyalty(found: Loyalty) -> str:
    """Whether participants come back sooner."""
    value, low, high = found.difference
    said = [_("Of those who took part in a campaign, {share} bought again within {days} days ({low} to {high}), of {count} "
              "matched others {others}.").format(
        share=formats.percent(found.participants[0]), days=WITHIN_DAYS, low=formats.percent(found.participants[1]),
        high=formats.percent(found.participants[2]), count=formats.number(found.matched),
        others=formats.percent(found.others[0]))]  # fmt: skip
    numbers = {"change": formats.points(value), "low": formats.points(low), "high": formats.points(high)}
    said.append((_("Participants come back sooner: {change} ({low} to {high}).") if low > 0 else
                 _("Participants come back later: {change} ({low} to {high}).") if high < 0 else
                 _("The difference of {change} ({low} to {high}) may be chance: campaigns have not made customers more loyal as "
                   "far as can be told.")).format(**numbers))  # fmt: skip
    return formats.sentences(*said)


def loyalty_alt(found: Loyalty) -> str:
    """Description of the survival curves."""
    end = found.curve.groupby("group")["returned"].last()
    return _("Lines of the share that bought again by days since the campaign purchase; at the end {participants} of participants "
             "and {others} of matched others.").format(
        participants=formats.percent(end["participants"]), others=formats.percent(end["others"]))  # fmt: skip


def loyalty_method(found: Loyalty) -> str:
    """How the groups are made comparable."""
    balance = _("; ").join(
        _("{trait} {participants} against {others}").format(
            trait=name(row.trait), participants=formats.number(row.participants, 1), others=formats.number(row.others, 1)
        )
        for row in found.balance.itertuples()
    )  # fmt: skip
    return _("A participant's purchase is credited to a campaign by the shop. Each is matched with one customer who bought in the "
             "same campaign's days and channel without it, of the same segment and with as many and as recent purchases before "
             "(coarsened exact matching without replacement); {unmatched} found no match. After matching: {balance}. Share that "
             "bought again by Kaplan and Meier, cut off where the data end; log-rank test p = {p}.\n\nMatching removes "
             "differences in what is matched on; who takes part may differ in other ways, and who buys more often during a "
             "campaign is more easily credited to it.").format(
        unmatched=formats.number(found.unmatched), balance=balance, p=formats.number(found.p_value, 2))  # fmt: skip


def cohorts_table(table: pd.DataFrame) -> dict[str, Any]:
    """Cohorts of participants."""
    columns = {"campaign": _("Campaign"), "starts_on": (_("Start"), "date"), "participants": (_("Participants"), "integer"),
               "first_time": (_("First purchase ever"), "fraction"),
               "days": (_("Within days"), "integer"), "returned": (_("Bought again"), "fraction"), "low": (_("from"), "fraction"),
               "high": (_("to"), "fraction"), "others": (_("Matched others"), "fraction")}  # fmt: skip
    return {"frame": table, "columns": columns, "name": "repurchase_cohorts", "rows": 12,
            "caption": _("Repurchase of each campaign's participants")}  # fmt: skip


def visits(gains: pd.DataFrame, pooled: tuple[float, float, float], target: float) -> str:
    """What campaigns did to visits against their baseline."""
    value, low, high = pooled
    numbers = {"gain": _signed(value), "low": _signed(low) if low == low else "", "high": _signed(high) if high == high else "",
               "target": _signed(target)}  # fmt: skip
    said = [(_("Visits to the campaigns' channels: {gain} against their baseline; the plan asks for {target}.")
             if formats.missing(low) else
             _("Visits to the campaigns' channels: {gain} against their baseline (95% interval {low} to {high}); the plan asks "
               "for {target}.")).format(**numbers)]  # fmt: skip
    raw = gains.sort_values("raw", ascending=False).iloc[0]
    said.append(_("Against the {days} days before alone it would look like {raw} for {campaign}: most of that is the season.")
                .format(days=BEFORE_DAYS, raw=_signed(raw["raw"]), campaign=reader_name(raw["campaign"]))
                if raw["raw"] > 2 * max(raw["gain"], 0.05) else "")  # fmt: skip
    return formats.sentences(*said)


def funnel(total: pd.Series) -> str:
    """The funnel of the campaigns' own advertising and links."""
    return _("Of {impressions} impressions {click_rate} were clicked; of {visits} visits by the campaigns' links {order_rate} "
             "ended in an order ({orders}).").format(
        impressions=formats.compact(total["impressions"]), click_rate=formats.percent(total["click_rate"], 2),
        visits=formats.number(total["visits"]), order_rate=formats.percent(total["order_rate"], 2),
        orders=formats.number(total["orders"]),
    )  # fmt: skip


def visits_table(gains: pd.DataFrame) -> dict[str, Any]:
    """Visits against baseline by campaign."""
    columns = {"campaign": _("Campaign"), "theme": _("Theme"), "format": _("Campaign format"), "visits": (_("Visits a day"),
               "integer"), "baseline": (_("Baseline"), "integer"), "gain": (_("Gain in visits"), "fraction"), "low": (_("from"),
               "fraction"), "high": (_("to"), "fraction"), "raw": (_("Against the days before"), "fraction"),
               "placebos": (_("Placebos"), "integer")}  # fmt: skip
    return {"frame": gains, "columns": columns, "name": "campaign_visits",
            "caption": _("Visits a day to the campaigns' channels against their baseline")}  # fmt: skip


def visits_by_table(gains: pd.DataFrame, key: str) -> dict[str, Any]:
    """Visits against baseline by theme or format."""
    labels = {"theme": _("Theme"), "format": _("Campaign format")}
    captions = {"theme": _("Visits against their baseline by theme"), "format": _("Visits against their baseline by format")}
    columns = {key: labels[key], "campaigns": (_("Campaigns"), "integer"), "gain": (_("Gain in visits"), "fraction"),
               "low": (_("from"), "fraction"), "high": (_("to"), "fraction")}  # fmt: skip
    return {"frame": gains, "columns": columns, "name": f"visits_{key}", "caption": captions[key]}


def funnel_table(table: pd.DataFrame, key: str) -> dict[str, Any]:
    """The funnel by campaign, theme, format or day."""
    labels = {"campaign": _("Campaign"), "theme": _("Theme"), "format": _("Campaign format")}
    captions = {"campaign": _("Funnel by campaign"), "theme": _("Funnel by theme"), "format": _("Funnel by format")}
    columns: dict[str, Any] = {key: labels[key]} | _counts() | {
        "click_rate": (_("Click-through"), "fraction"), "click_rate_low": (_("from"), "fraction"),
        "click_rate_high": (_("to"), "fraction"), "order_rate": (_("Orders to visits"), "fraction"),
        "order_rate_low": (_("from "), "fraction"), "order_rate_high": (_("to "), "fraction"),
    }  # fmt: skip
    return {"frame": table, "columns": columns, "name": f"funnel_{key}", "caption": captions[key]}


def daily_table(daily: pd.DataFrame, campaigns: pd.DataFrame) -> dict[str, Any]:
    """The funnel by day and campaign."""
    frame = daily.merge(campaigns[["campaign_id", "campaign"]], on="campaign_id")
    columns: dict[str, Any] = {"date": (_("Day"), "date"), "campaign": _("Campaign")} | _counts()
    return {"frame": frame, "columns": columns, "name": "funnel_daily", "rows": 14, "caption": _("Funnel by day and campaign")}


def funnel_alt(daily: pd.DataFrame) -> str:
    """Description of the chart of days."""
    best = daily.groupby("date")["visits"].sum().sort_values(ascending=False)
    return _("Lines of impressions, clicks, visits and orders by day; most visits on {day} ({visits}).").format(
        day=formats.day(best.index[0]), visits=formats.number(best.iloc[0]))  # fmt: skip


def visits_method() -> str:
    """What the baseline is."""
    return _("Baseline: visits a day in the {days} days before, moved as those of channels of the same type without a campaign "
             "moved (difference in differences of logs); the season they share drops out. The interval comes from pretending the "
             "campaign every week of the two years before on which no campaign ran (placebos in time). All visits to the channel "
             "count, not only those by the campaign's links.\n\nImpressions and clicks are the advertising platforms', visits and "
             "orders by links the web tracker's; an order without the link is not in this funnel. Intervals of rates: "
             "Wilson.").format(days=BEFORE_DAYS)  # fmt: skip


def feedback(valid: int, comments: int, target: float, campaigns: pd.Series) -> str:
    """How much feedback there was."""
    listed = _(", ").join(reader_name(campaign) for campaign in campaigns)
    return _("{valid} valid answers about the channels of {campaigns}, {comments} of them with a comment; the plan asks for "
             "{target}.").format(
        valid=formats.number(valid), comments=formats.number(comments), target=formats.number(target), campaigns=listed,
    )  # fmt: skip


def voices(table: pd.DataFrame) -> str:
    """What comments speak of and what they complain about most."""
    most = table.iloc[0]
    worst = table.assign(count=table["negative"] * table["comments"]).sort_values("count", ascending=False).iloc[0]
    return _("Comments speak most of {theme} ({share}); most complaints are about {worst} ({count}), such as “{example}”.").format(
        theme=name(most["theme"]).lower(), share=formats.percent(most["share"], 0), worst=name(worst["theme"]).lower(),
        count=formats.number(worst["count"]), example=worst["complaint"],
    )  # fmt: skip


def accuracy(table: pd.DataFrame) -> str:
    """How often the sentiment is right."""
    parts = _("; ").join(
        _("{language}, {sample}: {share} of {n} ({distinct} different; {low} to {high})").format(
            language=name(row.language), sample=name(row.sample).lower(), share=formats.percent(row.accuracy, 0),
            n=formats.number(row.comments), distinct=formats.number(row.distinct), low=formats.percent(row.low, 0),
            high=formats.percent(row.high, 0),
        )
        for row in table.itertuples()
    )  # fmt: skip
    return _("The sentiment of a comment is right in: {parts}.").format(parts=parts)


def themes_table(table: pd.DataFrame) -> dict[str, Any]:
    """Themes of the comments."""
    columns = {"theme": _("Theme"), "comments": (_("Comments"), "integer"), "share": (_("Share"), "fraction"),
               "positive": (_("Content"), "fraction"), "negative": (_("Discontent"), "fraction"), "low": (_("from"), "fraction"),
               "high": (_("to"), "fraction"), "example": _("Commonest comment")}  # fmt: skip
    return {"frame": table.assign(theme=table["theme"].map(name)), "columns": columns, "name": "comment_themes",
            "caption": _("Themes and sentiment of comments")}  # fmt: skip


def accuracy_table(table: pd.DataFrame) -> dict[str, Any]:
    """Accuracy of the sentiment by sample."""
    columns = {"sample": _("Checked against"), "language": _("Language"), "comments": (_("Comments"), "integer"),
               "distinct": (_("Different ones"), "integer"), "right": (_("Right"), "integer"),
               "undecided": (_("Undecided"), "integer"), "accuracy": (_("Accuracy"), "fraction"),
               "low": (_("from"), "fraction"), "high": (_("to"), "fraction")}  # fmt: skip
    shown = table.assign(sample=table["sample"].map(name), language=table["language"].map(name))
    return {"frame": shown, "columns": columns, "name": "sentiment_accuracy", "caption": _("How often the sentiment is right")}


def comments_method() -> str:
    """How sentiment is told and checked."""
    return _("Answers count from a campaign's first day to {days} days after its last, about its channels, by the validity rules "
             "of the survey. Sentiment: English by VADER with words learnt from published product reviews and words of the trade "
             "added, Chinese by a lexicon of the trade with negation and, where none of its words occurs, by SnowNLP; no network. "
             "Themes by words that name them; a comment may name several.\n\nChecked against the rating a customer gave beside "
             "the comment (4 and 5 content, 1 and 2 discontent) over all answers known, against eighty comments written and "
             "labelled by hand for this project, from which nothing was learnt, and against published product reviews, each judged "
             "while it was left out of the learning. Undecided counts as wrong. Comments that repeat each other prove little, so "
             "intervals count different comments only.").format(days=FEEDBACK_DAYS)  # fmt: skip


def _counts() -> dict[str, Any]:
    return {"impressions": (_("Impressions"), "integer"), "clicks": (_("Clicks"), "integer"), "visits": (_("Visits"), "integer"),
            "orders": (_("Orders"), "integer")}  # fmt: skip


def _signed(value: float) -> str:
    return formats.signed(value * 100) + "%"
