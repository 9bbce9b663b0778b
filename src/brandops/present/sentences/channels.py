"""Sentences of plan section 4, written from its figures."""

import pandas as pd

from brandops.analysis.channel_ranking import SIZE
from brandops.i18n import gettext as _
from brandops.i18n import shown
from brandops.present import formats
from brandops.present.sentences.channels_names import name

CHANCE = 0.05  # a difference less likely than this by chance alone is told as one


def decision(table: pd.DataFrame, measure: str, labels: dict[str, str], currency: str, more: pd.DataFrame, weeks: int) -> list[str]:
    """Where the next unit of money goes, which channel to fix, how sure we are, what that rests on and cannot tell.

    `table` is a `ranking` by `measure`, an average over `weeks` weeks; `more` the `marginal_returns`, empty where the data do
    not permit them.
    """
    best, worst = table.iloc[0], table.iloc[-1]
    put, fix = _answers(measure, advertised=len(more) > 0)

    def show(value: float) -> str:
        kinds = {"return_on_cost": lambda x: formats.number(x, 2), SIZE: lambda x: formats.money(x, currency)}
        return kinds.get(measure, formats.percent)(value)

    texts = [
        text.format(
            channel=labels.get(row["channel_id"], row["channel_id"]), measure=name(measure), value=show(row["value"]),
            low=show(row["low"]), high=show(row["high"]), count=len(table), weeks=weeks,
            probability=formats.percent(row[chance], 0),
        )
        for text, row, chance in ((put, best, "best"), (fix, worst, "worst"))
    ]  # fmt: skip
    if len(more):
        return [_next_money(more, labels), *texts, *_unadvertised(table, more, labels)]
    return [_basis(measure), *texts] if measure == SIZE else [*texts, _basis(measure)]


def _answers(measure: str, advertised: bool) -> tuple[str, str]:
    """What is said of the best and of the worst channel: no more than what they are ranked by can tell."""
    if measure == SIZE:
        return (
            _("{channel} sells most: {value} in the last {weeks} weeks (95% interval {low} to {high}), the largest of {count} "
              "channels with a probability of {probability}."),
            _("{channel} sells least: {value} (95% interval {low} to {high}), the smallest with a probability of {probability}."),
        )  # fmt: skip
    if measure == "return_on_cost":
        put = (
            _("On average {channel} earned most: its {measure} is {value} (95% interval {low} to {high}), the best of {count} "
              "channels with a probability of {probability}; that is what money brought so far, not what more would.")
            if advertised
            else _("Put the next money in {channel}: its {measure} is {value} (95% interval {low} to {high}), and it is the best "
                   "of {count} channels with a probability of {probability}.")
        )  # fmt: skip
        return put, _("Fix {channel}: its {measure} is {value} (95% interval {low} to {high}), the lowest with a probability of "
                      "{probability}.")  # fmt: skip
    return (
        _("By {measure} alone the next money goes to {channel}: {value} in the last {weeks} weeks (95% interval {low} to {high}), "
          "the best of {count} channels with a probability of {probability}."),
        _("By the same measure {channel} is the one to mend: {value} (95% interval {low} to {high}), the lowest with a probability "
          "of {probability}."),
    )  # fmt: skip


def _unadvertised(table: pd.DataFrame, more: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    """Which channels the next unit of money cannot be told of, as nobody advertises for them."""
    others = [labels.get(channel, channel) for channel in table["channel_id"] if channel not in set(more["channel_id"])]
    if not others:
        return []
    return [_("What one more unit brings is known of advertised channels only; of {channels} just the average is: nothing that "
              "was spent on them varied enough to show what more would bring.").format(channels=_(", ").join(others))]  # fmt: skip


def _next_money(more: pd.DataFrame, labels: dict[str, str]) -> str:
    """What one more unit of money brings where it brings most."""
    row = more.iloc[0]
    text = (
        _("Put the next money in advertising for {channel}: by the slope of sales on spending one more unit brings {value} of "
          "profit on top of itself (95% interval {low} to {high}); it pays with a probability of {pays} and is the best of the "
          "{count} advertised channels with {best}.")
        if row["value"] > 0
        else _("Put no more money in advertising: by the slope of sales on spending one more unit brings {value} of profit even "
               "for {channel}, the best of {count} advertised channels (95% interval {low} to {high}; it pays with a "
               "probability of {pays}).")
    )  # fmt: skip
    return text.format(
        channel=labels.get(row["channel_id"], row["channel_id"]), count=len(more), pays=formats.percent(row["pays"], 0),
        best=formats.percent(row["best"], 0), **{key: formats.number(row[key], 2) for key in ("value", "low", "high")},
    )  # fmt: skip


def _basis(measure: str) -> str:
    """What is missing for a decision about the next unit of money."""
    texts = {
        "return_on_cost": _("This is the return on average; what one more unit brings cannot be told, since no advertising "
                            "whose level changed is known."),
        "margin_rate": _("This rests on gross margin alone, since the channels' own costs are not supplied: with these another "
                         "channel may come first, and what one more unit of money brings cannot be told."),
        "growth": _("This rests on growth alone, since neither costs of goods nor the channels' own are supplied: with these "
                    "another channel may come first, and what one more unit of money brings cannot be told."),
        SIZE: _("Where the next money brings most cannot be told: there are no costs of goods or of channels, and no year "
                "before to grow from."),
    }  # fmt: skip
    return texts[measure]


def year(months: int) -> str:
    """The year looked back on, or as much of it as there is."""
    return _("twelve months") if months == 12 else _("{count} months").format(count=months)


def ranking_caption(measure: str, weeks: int) -> str:
    """What the chart of the ranking shows."""
    return _("Channels by {measure}, the last {weeks} weeks; lines: 95% interval").format(measure=name(measure), weeks=weeks)


def layout_method() -> str:
    """How headroom and white space are found."""
    return _("Headroom: data envelopment analysis with variable returns to scale over channels and quarters. White space: the "
             "region's sales times the category's share; clear means below expectation after allowing for the number of "
             "cells.")  # fmt: skip


def ranking_method() -> str:
    """How channels are ranked, and what an average and a slope tell."""
    return _("Contribution is net sales less cost of goods and the channel's own costs. Weeks are drawn anew in blocks of four, "
             "the same for every channel, so that common seasons leave the order alone. The return on cost is an average: where "
             "a channel nears saturation, the next money spent returns less. What one more unit of advertising brings is the "
             "slope of the response curves of 6.2.3 at today's spend, less cost of goods and the channel's costs that move with "
             "sales; of channels nobody advertises for, only the average is known.")  # fmt: skip


def costs_method(fixed_types: list[str]) -> str:
    """Which costs stay and which move with sales."""
    return _("Costs of these kinds stay whatever is sold: {types}. All others, and the cost of goods, move with sales.").format(
        types=", ".join(fixed_types)
    )


def satisfaction(rated: pd.DataFrame, labels: dict[str, str]) -> str:
    """Whose customers are least and most satisfied, and how many channels meet their target for sure; least satisfied first."""
    last, best = rated.iloc[0], rated.iloc[-1]
    low, high = formats.percent(last["low"]), formats.percent(last["high"])
    said = [_("Least satisfied are the customers of {channel}: {value} (95% interval {low} to {high}); most those of {best}: "
              "{best_value}.").format(channel=labels.get(last["channel_id"], last["channel_id"]), low=low, high=high,
                                      value=formats.percent(last["value"]), best=labels.get(best["channel_id"], best["channel_id"]),
                                      best_value=formats.percent(best["value"]))]  # fmt: skip
    judged = rated.dropna(subset=["target"])
    if len(judged):
        met, missed = (judged["low"] >= judged["target"]).sum(), (judged["high"] < judged["target"]).sum()
        said.append(_("Of {count} channels with a target, {met} meet it beyond doubt and {missed} miss it; of the others too few "
                      "answered to tell.").format(count=len(judged), met=met, missed=missed))  # fmt: skip
    return formats.sentences(*said)


def satisfaction_method() -> str:
    """Which answers count and how."""
    return _(
        "Answers count if they pass the validity rules of 2.2.2 and are weighted to the population; intervals of shares "
        "are "
        "Wilson's at the effective sample size."
    )


def growth(table: pd.DataFrame, labels: dict[str, str]) -> str:
    """Which channel carried growth and which held it back."""
    ordered = table.dropna(subset=["growth_contribution"]).sort_values("growth_contribution")
    if ordered.empty:
        return _("There is no year before to measure growth against.")
    last, best = ordered.iloc[0], ordered.iloc[-1]
    return _("Sales moved by {total} on a year ago; {best} added most ({plus}), {last} least ({minus}).").format(
        total=_signed(ordered["growth_contribution"].sum()), best=labels.get(best["channel_id"], best["channel_id"]),
        plus=formats.points(best["growth_contribution"]), last=labels.get(last["channel_id"], last["channel_id"]),
        minus=formats.points(last["growth_contribution"]),
    )  # fmt: skip


def bottleneck(table: pd.DataFrame, labels: dict[str, str], currency: str) -> str:
    """The stage that loses most."""
    row = table.iloc[0]
    return _("The costliest bottleneck is \"{stage}\" at {channel}: {rate} pass against {best} in the best channel of its type, "
                                                    "{orders} "
             "orders or {money} of sales a year.").format(
        stage=name(row["stage"]), channel=labels.get(row["channel_id"], row["channel_id"]), rate=formats.percent(row["rate"]),
        best=formats.percent(row["best"]), orders=formats.number(row["orders_lost"]), money=formats.money(row["money_lost"],
        currency),
    )  # fmt: skip


def headroom(table: pd.DataFrame, labels: dict[str, str], currency: str, costs: bool, span: str) -> str:
    """Who is furthest from the frontier; channels are compared by their `costs`, or by customers and orders."""
    row = table.iloc[0]
    text = (
        _("Furthest from the frontier is {channel}: {efficiency} efficient; of its costs the best would have made {headroom} more "
          "gross margin in {span}.")
        if costs
        else _("Furthest from the frontier is {channel}: {efficiency} efficient; of as many customers and orders the best would "
               "have made {headroom} more sales in {span}.")
    )  # fmt: skip
    return text.format(
        channel=labels.get(row["channel_id"], row["channel_id"]), efficiency=formats.percent(row["efficiency"], 0),
        headroom=formats.money(row["headroom"], currency), span=span,
    )  # fmt: skip


def white_space(table: pd.DataFrame, currency: str) -> str:
    """Cells that sell clearly less than expected."""
    clear = table[table["clear"]]
    if clear.empty:
        return _("No region sells clearly less of a category than its size lets expect.")
    row = clear.iloc[0]
    return _("{count} of {cells} cells of region and category sell clearly less than expected; the largest is {category} in "
             "{region}, "
             "{gap} a year.").format(
        count=len(clear), cells=len(table), category=shown(row["category"]), region=shown(row["region"]),
        gap=formats.money(row["gap"], currency),
    )  # fmt: skip


def candidate(table: pd.DataFrame, keep: int) -> str:
    """The best candidates and how firm their place is."""
    chosen = table.head(keep)
    listed = _(", ").join(f"{row.channel} ({formats.percent(row.kept, 0)})" for row in chosen.itertuples())
    return _("Open {channels}; in brackets, how often each stays among the first {keep} when the weights change.").format(
        channels=listed, keep=keep
    )


def ramp(table: pd.DataFrame, labels: dict[str, str]) -> str:
    """How long a new channel took."""
    listed = _(", ").join(
        _("{channel} {months} months ({low} to {high})").format(
            channel=labels.get(row.channel_id, row.channel_id), months=formats.number(row.months_to_90),
            low=formats.number(row.low), high=formats.number(row.high),
        )
        for row in table.dropna(subset=["months_to_90"]).itertuples()
    )  # fmt: skip
    if not listed:
        return _("How long the channels opened so far took cannot be told from their sales.")
    return _("Channels opened so far reach nine tenths of their mature level after: {listed}.").format(listed=listed)


def price_effect(table: pd.DataFrame, change: float, labels: dict[str, str], currency: str) -> str:
    """Where a change of price pays."""
    row = table.sort_values("total_margin", ascending=False).iloc[0]
    text = (
        _("A price change of {change} pays most in {channel}: {margin} of gross margin in the period ({low} to {high}).")
        if row["total_margin"] > 0
        else _(
            "A price change of {change} pays in no channel; it costs least in {channel}: {margin} of gross margin ({low} to "
            "{high})."
        )
    )
    return text.format(
        change=_signed(change), channel=labels.get(row["channel_id"], row["channel_id"]),
        margin=formats.money(row["total_margin"], currency), low=formats.money(row["total_margin_low"], currency),
        high=formats.money(row["total_margin_high"], currency),
    )  # fmt: skip


def waiting(drivers: pd.DataFrame) -> str | None:
    """What a day of waiting does to the score."""
    if "days" not in set(drivers["driver"]):
        return None
    row = drivers.set_index("driver").loc["days"]
    return _("Each day of waiting multiplies the odds of a better score by {ratio} (95% interval {low} to {high}; {n} "
             "cases).").format(
        ratio=formats.number(row["odds_ratio"], 2), low=formats.number(row["low"], 2), high=formats.number(row["high"], 2),
        n=formats.number(row["n"]),
    )  # fmt: skip


def waiting_by_channel(found: pd.DataFrame, chance: float, labels: dict[str, str]) -> str | None:
    """Whether waiting weighs differently in one channel than in another; None where fewer than two have enough scores."""
    waits = found[found["driver"] == "days"].sort_values("odds_ratio", kind="stable")
    if len(waits) < 2:
        return None
    if chance >= CHANCE:
        return _(
            "In the channels with enough scores ({count}) customers mind waiting alike, as far as can be told (p = {p})."
        ).format(count=len(waits), p=formats.number(chance, 2))
    most, least = waits.iloc[0], waits.iloc[-1]
    return _("How much waiting weighs differs by channel (p = {p}): a day multiplies the odds by {most} in {first}, by {least} in "
             "{last}.").format(
        p=formats.number(chance, 3), first=labels[most["channel_id"]], last=labels[least["channel_id"]],
        most=formats.number(most["odds_ratio"], 2), least=formats.number(least["odds_ratio"], 2),
    )  # fmt: skip


def _signed(value: float) -> str:
    return formats.signed(value * 100) + "%"
