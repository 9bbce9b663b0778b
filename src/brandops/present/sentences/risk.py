"""Sentences and tables on market risk and new products (plan items 7.1.1, 7.2.1)."""

from typing import Any

import pandas as pd

from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import formats

Arguments = dict[str, Any]


def series_name(name: str) -> str:
    """`Skin care | online` as readers say it."""
    kinds = {"online": _("online"), "offline": _("offline")}
    return _(", ").join(kinds.get(part, reader_name(part)) for part in name.split(" | "))


def war(row: pd.Series, parts: pd.DataFrame, currency: str) -> str:
    """When a price war was on, since when it could be known, and what it did to us."""
    said = [_("{competitor} waged a price war in {category} from {start}: its prices lay {price} off their usual while its "
              "share grew by {share}; known on {known}, {delay} days after it began.").format(
        competitor=reader_name(row["competitor"]), category=reader_name(row["category"]), start=formats.day(row["starts_on"]),
        price=formats.signed(100 * row["price_change"]) + "%", share=formats.points(row["share_gain"]),
        known=formats.day(row["known_on"]), delay=(row["known_on"] - row["starts_on"]).days)]  # fmt: skip
    said.append(_("It is still going on.") if row["going_on"] else
                _("It ended with {end}.").format(end=formats.month(row["ends_on"])))  # fmt: skip
    hit = parts.dropna(subset=["effect"])
    if len(hit) and hit.iloc[0]["effect"] >= 0:
        said.append(_("Our sales did not fall against last year's course."))
    elif len(hit):
        worst = hit.iloc[0]
        said.append(_("Hardest hit are our sales {part}: {effect} against last year's course ({low} to {high}).").format(
            part=series_name(str(worst["channel_type"])), effect=formats.signed(100 * worst["effect"]) + "%",
            low=formats.signed(100 * worst["low"]) + "%", high=formats.signed(100 * worst["high"]) + "%"))  # fmt: skip
    return formats.sentences(*said)


def war_risk(row: pd.Series, parts: pd.DataFrame, next_start: pd.Timestamp, currency: str) -> str:
    """What the war could cost in the next quarter and what to do by when."""
    hit = parts[parts["at_risk"] > 0]
    risk = hit["at_risk"].sum(min_count=1)
    if formats.missing(risk) or risk <= 0:
        return ""
    text = (_("A quarter more of {competitor}'s price war in {category} would cost {risk} of net sales (up to {most}); settle "
              "the answer before {day} (7.3.3).") if row["going_on"] else
            _("Should {competitor} resume its price war in {category}, the next quarter would lose {risk} of net sales (up to "
              "{most}); have the answer ready by {day} (7.3.3)."))  # fmt: skip
    return text.format(competitor=reader_name(row["competitor"]), category=reader_name(row["category"]),
                       risk=formats.money(risk, currency), most=formats.money(hit["at_risk_high"].sum(), currency),
                       day=formats.day(next_start))  # fmt: skip


def no_war(price_drop: float, share_gain: float) -> str:
    """No competitor wages a price war."""
    return _("No competitor is {drop} cheaper than usual and {gain} of share up at once: no price war.").format(
        drop=formats.percent(price_drop), gain=formats.points(share_gain))  # fmt: skip


def demand(shifts: pd.DataFrame, series: int, rate: float) -> str:
    """Which series shifted."""
    chance = formats.percent(rate, 0)
    if not series:
        return _("No series of demand is long enough to tell a shift from chance.")
    if shifts.empty:
        text = _("Of the series of demand looked at ({count}) none has shifted (chance of a false alarm: {rate} for all together).")
        return text.format(
            count=series, rate=chance)  # fmt: skip
    last = shifts.sort_values("starts_on").iloc[-1]
    said = _("{count} shifts of demand in {series} series (chance of a false alarm: {rate} for all together); the latest is "
             "{name}, {effect} from the week of {day} on ({low} to {high}).").format(
        count=len(shifts), series=series, rate=chance, name=series_name(last["series"]), day=formats.day(last["starts_on"]),
        effect=formats.signed(100 * last["effect"]) + "%", low=formats.signed(100 * last["low"]) + "%",
        high=formats.signed(100 * last["high"]) + "%")  # fmt: skip
    delay = shifts["delay_days"].dropna()
    if delay.empty:
        return said
    late = _("The data first showed them {least} to {most} days after they began; what must be known sooner is watched by the day "
             "(7.3.2).").format(least=int(delay.min()), most=int(delay.max()))  # fmt: skip
    return formats.sentences(said, late)


def wars_table(parts: pd.DataFrame) -> Arguments:
    """Price wars and what they did, by part of our sales."""
    shown = parts.assign(competitor=parts["competitor"].map(reader_name), category=parts["category"].map(reader_name),
                         part=[series_name(str(part)) for part in parts["channel_type"]])  # fmt: skip
    columns = {
        "competitor": _("Competitor"), "category": _("Category"), "starts_on": (_("From"), "date"), "ends_on": (_("To"), "date"),
        "known_on": (_("Known on"), "date"), "price_change": (_("Price"), "fraction"), "share_gain": (_("Share gained"), "pp"),
        "part": _("Our sales"), "effect": (_("Effect on sales"), "fraction"), "low": (_("At least"), "fraction"),
        "high": (_("At most"), "fraction"), "lost": (_("Lost"), "currency"), "at_risk": (_("At risk, a quarter"), "currency"),
    }  # fmt: skip
    return {"frame": shown, "columns": columns, "name": "price_wars",
            "caption": _("Price wars and what they did to our sales")}  # fmt: skip


def shifts_table(shifts: pd.DataFrame) -> Arguments:
    """Shifts of demand."""
    columns = {
        "name": _("Series"), "starts_on": (_("From"), "date"), "ends_on": (_("To"), "date"), "seen_on": (_("First seen"), "date"),
        "delay_days": (_("Delay, days"), "integer"), "effect": (_("Size of the shift"), "fraction"),
        "low": (_("At least"), "fraction"),
        "high": (_("At most"), "fraction"), "money": (_("Worth"), "currency"),
    }  # fmt: skip
    return {"frame": shifts.assign(name=shifts["series"].map(series_name)), "columns": columns, "name": "demand_shifts",
            "caption": _("Shifts of demand: level against the stretch before")}  # fmt: skip


def market_method(base_months: int | None) -> str:
    """How wars and shifts are told from chance; wars are not looked for where `base_months` is None."""
    wars = _("A price war is cheaper and takes share by it: prices of competitors alone swing too much to tell. The usual is "
             "the median of the {months} months before. The effect compares our sales, those of new products left out, with "
             "last year's course at the level of the eight weeks before; its interval is how far such comparisons strayed "
             "before.").format(months=base_months)  # fmt: skip
    shifts = _("Shifts of demand: weekly log sales of channels that sold all along, less season, trend and festivals, "
             "freed of autocorrelation, are searched for shifts of the mean (ruptures, penalised). The penalty is the one at "
             "which simulated series without a shift show one as rarely as stated. First seen: the week from which the same "
             "search, knowing no more, shows the shift. What the search finds late, daily alerts (7.3.2) may have told "
               "earlier.")  # fmt: skip
    return shifts if base_months is None else f"{wars}\n\n{shifts}"


def new_share(value: float, target: float, fresh: pd.DataFrame, period: object) -> str:
    """How much comes from new products, and from which."""
    said = [_("New products brought {share} of net sales in {period}; the plan asks for {target}.").format(
        share=formats.percent(value), period=period, target=formats.percent(target, 0))]  # fmt: skip
    if len(fresh):
        best = fresh.iloc[0]
        product = best["product"] if "product" in fresh and isinstance(best["product"], str) else best["product_id"]
        said.append(_("{count} products were new; {product} alone brought {part}.").format(
            count=len(fresh), product=reader_name(product), part=formats.percent(best["share"])))  # fmt: skip
    return formats.sentences(*said)


def new_headline(value: float, target: float, gap: float, currency: str) -> str:
    """What a lack of new products means."""
    return _("New products bring {share} of sales instead of {target}: {gap} a period short, and launches take months, so "
             "decide on the next now.").format(
        share=formats.percent(value), target=formats.percent(target, 0), gap=formats.money(gap,
             currency))  # fmt: skip


def launches_table(fresh: pd.DataFrame) -> Arguments:
    """New products of the period."""
    label = fresh["product"].fillna(fresh["product_id"]) if "product" in fresh else fresh["product_id"]
    shown = fresh.assign(label=label.map(reader_name), category=fresh["category"].map(reader_name))
    columns = {"label": _("Product"), "category": _("Category"), "launched_on": (_("Launched"), "date"),
               "net_sales": (_("Net sales"), "currency"), "share": (_("Share of sales"), "fraction"),
               "months": (_("Months on sale"), "integer")}  # fmt: skip
    return {"frame": shown, "columns": columns, "name": "new_products", "rows": 15,
            "caption": _("Products launched within twelve months, largest sales first")}  # fmt: skip


def categories_table(table: pd.DataFrame) -> Arguments:
    """Share of new products by category."""
    columns = {"category": _("Category"), "products": (_("New products"), "integer"), "new": (_("Their sales"), "currency"),
               "net_sales": (_("Net sales"), "currency"), "share": (_("Share of new products"), "fraction")}  # fmt: skip
    return {"frame": table.assign(category=table["category"].map(reader_name)), "columns": columns, "name": "new_by_category",
            "caption": _("Share of new products by category")}  # fmt: skip
