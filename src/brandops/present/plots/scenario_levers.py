"""The coming quarter with levers to move: the accounting of `brandops.analysis.scenarios`, drawn and computed in the page.

The formulas are written once more in the chart's expression language, because a page has no Python; a test evaluates them
and compares them with `simulate`. The chart carries `DRAWN` of its draws.
"""

import numpy as np
import pandas as pd

from brandops.analysis.scenarios import LEVEL, Quarter
from brandops.i18n import gettext as _
from brandops.i18n import language
from brandops.i18n import shown as reader_name
from brandops.present import brand
from brandops.present.interactive import alt

DRAWN = 60
ALL = "*"  # the choice of every channel
_AMOUNTS = {  # an amount in the chart's language, three digits and the name of the power of ten, as `formats.compact` has it
    "en": "upper(format({value}, '.3~s'))",
    "zh": "({value} == 0 ? '0' : format({value} / 1e4, ',.3~r') + '万')",
}


def expressions(quarter: Quarter) -> dict[str, dict[str, str]]:
    """Formulas by step: `channel` per draw and channel, `others` with the draw's sums of `gain` and `room` beside them, `draw` per
    draw after summing; in the chart's language.

    Levers: `price` (per cent, of the channel `which`), `orders`, `limits`, `campaign` (per cent of the plan).
    """
    q = quarter
    return {
        "channel": {
            "change": f"(which == '{ALL}' || datum.channel == which) ? 1 + price / 100 : 1",
            "gain": f"datum.change == 1 ? 0 : {q.cannibalisation!r} * datum.sales / datum.price * (pow(datum.change, "
                     f"datum.elasticity) - 1)",
            "room": "datum.change == 1 ? datum.sales / datum.price : 0",
        },
        "others": {
            "left": "datum.change == 1 && datum.all_room > 0 ? max(0, 1 - datum.all_gain / datum.all_room) : 1",
            "units": "pow(datum.change, datum.elasticity) * datum.left * (datum.credit ? pow(limits / 100, datum.answer) : 1)",
            "sold": "datum.sales * datum.change * datum.units",
            "goods": "datum.sales * datum.cost_rate * datum.units",
            "costs": "datum.sold * datum.variable_rate",
            "usual": "datum.credit ? datum.sales : 0",
            "lent": "datum.credit ? datum.sold : 0",
        },
        "draw": {
            "grown": f"max(0, 1 + datum.returned * {q.campaigns!r} * (pow(campaign / 100, datum.beyond) - 1) / "
                      f"datum.sales)",
            "served": f"min(1, max(0, {q.stock!r} + {q.orders!r} * orders / 100 - {q.floor!r}) / (datum.goods * datum.grown))",
            "part": "datum.grown * datum.served",
            "lost_sales": "datum.sold * (datum.grown - datum.part)",
            "net_sales": "datum.sold * datum.part",
            "loss": f"max(0, {q.loss_rate!r} * (datum.usual + datum.worse * (datum.lent * datum.part - datum.usual)))",
            "paid": f"datum.costs * datum.part + {float(q.channels['fixed'].sum())!r} + {q.campaigns!r} * campaign / 100 + "
                     f"datum.loss",
            "profit": "datum.net_sales - datum.goods * datum.part - datum.paid",
            "cash": f"datum.net_sales - ({q.owed_share!r} * datum.lent * datum.part - {q.owed_now!r}) - {q.orders!r} * orders "
                     f"/ 100 "
                    "- datum.paid",
        },
    }  # fmt: skip


def chosen_draws(quarter: Quarter) -> np.ndarray:
    """The draws the chart carries: evenly placed by their sales, so that what it shows as planned is what the page states."""
    ranks = ((np.arange(DRAWN) + 0.5) / DRAWN * len(quarter.sales)).astype(int)
    return np.argsort(quarter.sales.sum(axis=1), kind="stable")[ranks]


def rows(quarter: Quarter) -> pd.DataFrame:
    """Draws the chart computes with: draw, channel, sales, elasticity, answer, returned, worse, beyond, cost_rate, variable_rate,
    credit, price."""
    chosen = chosen_draws(quarter)
    parts = [
        pd.DataFrame({
            "draw": np.arange(DRAWN), "channel": row.channel_id, "sales": quarter.sales[chosen, at].round(2),
            "elasticity": quarter.elasticity[chosen, at].round(4), "answer": quarter.credit_answer[chosen].round(6),
            "returned": quarter.campaign_answer[chosen].round(4),
            "worse": np.broadcast_to(quarter.marginal_loss, len(quarter.sales))[chosen].round(4),
            "beyond": np.broadcast_to(quarter.campaign_elasticity, len(quarter.sales))[chosen].round(4),
            "cost_rate": round(row.cost_rate, 6), "variable_rate": round(row.variable_rate, 6), "credit": bool(row.on_credit),
            "price": round(row.price, 4),
        })
        for at, row in enumerate(quarter.channels.itertuples())
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def levers(quarter: Quarter, channels: dict[str, str], currency_sign: str) -> alt.Chart:
    """Sales, profit and cash of the coming quarter as planned and as changed by the levers below the chart."""
    look = brand.load_brand()
    listed = list(quarter.channels["channel_id"])
    which = alt.param(
        name="which",
        value=ALL,
        bind=alt.binding_select(
            options=[ALL, *listed],
            labels=[_("All channels"), *(reader_name(channels.get(c, c)) for c in listed)],
            name=_("Price in") + " ",
        ),
    )
    sliders = [
        alt.param(name=name, value=value, bind=alt.binding_range(min=low, max=high, step=1, name=label + " "))
        for name, value, low, high, label in (
            ("price", 0, -20, 20, _("Price, %")), ("orders", 100, 50, 150, _("Orders, % of plan")),
            ("limits", 100, 30, 150, _("Credit limits, % of plan")), ("campaign", 100, 0, 200, _("Campaign budget, % of plan")),
        )
    ]  # fmt: skip
    formulas, tails = expressions(quarter), [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]
    labels = {"net_sales": _("Net sales"), "profit": _("Profit"), "cash": _("Cash"), "loss": _("Lost on credit"),
              "lost_sales": _("Lost for want of stock")}  # fmt: skip
    amount = _AMOUNTS[language()]

    def drawn(formula_set: dict[str, dict[str, str]], version: str) -> alt.Chart:
        chart = alt.Chart(rows(quarter))
        for name, formula in formula_set["channel"].items():
            chart = chart.transform_calculate(**{name: formula})
        chart = chart.transform_joinaggregate(all_gain="sum(gain)", all_room="sum(room)", groupby=["draw"])
        for name, formula in formula_set["others"].items():
            chart = chart.transform_calculate(**{name: formula})
        chart = chart.transform_aggregate(
            **{name: f"sum({name})" for name in ("sold", "goods", "costs", "usual", "lent", "sales")},
            **{name: f"mean({name})" for name in ("returned", "worse", "beyond")}, groupby=["draw"],
        )  # fmt: skip
        for name, formula in formula_set["draw"].items():
            chart = chart.transform_calculate(**{name: formula})
        chart = chart.transform_fold(list(labels), as_=["metric", "value"])
        chart = chart.transform_quantile("value", probs=tails, as_=["prob", "value"], groupby=["metric"])
        chart = chart.transform_calculate(
            place=f"datum.prob < {tails[0] + 0.01} ? 'low' : datum.prob > {tails[2] - 0.01} ? 'high' : 'mid'"
        )
        chart = chart.transform_pivot("place", value="value", groupby=["metric"])
        words = " : ".join(f"datum.metric == '{name}' ? '{label}'" for name, label in labels.items()) + " : ''"
        return chart.transform_calculate(label=words, version=f"'{version}'")

    fixed = {
        step: {name: _planned(formula) for name, formula in part.items()} for step, part in formulas.items()
    }  # fmt: skip
    order, versions = list(labels.values()), [_("As planned"), _("As changed")]
    layers = []
    for version, formula_set, colour, offset in ((versions[0], fixed, look.muted, -9), (versions[1], formulas, look.primary, 9)):
        base = drawn(formula_set, version)
        y = alt.Y("label:N", sort=order, title=None)
        layers += [
            base.mark_rule(strokeWidth=3, yOffset=offset).encode(
                x=alt.X("low:Q", title=None, axis=alt.Axis(labelExpr=amount.format(value="datum.value"), tickCount=5),
                scale=alt.Scale(zero=True)), x2="high:Q", y=y,
                color=alt.Color("version:N", scale=alt.Scale(domain=versions, range=[look.muted, look.primary]), title=None)),
            base.mark_point(filled=True, size=70, color=colour, yOffset=offset, opacity=1).encode(x="mid:Q", y=y),
            base.transform_calculate(text=f"'{currency_sign}' + " + amount.format(value="datum.mid")).mark_text(
                align="left", dx=8, dy=offset - 8, color=colour, fontSize=12).encode(x="mid:Q", y=y, text="text:N"),
        ]  # fmt: skip
    # Room for the words beside the largest amount: a mark nobody sees widens the axis.
    room = drawn(fixed, versions[0]).transform_calculate(edge="datum.high * 1.35").mark_point(opacity=0)
    layers.append(room.encode(x="edge:Q", y=alt.Y("label:N", sort=order, title=None)))
    return alt.layer(*layers).add_params(which, *sliders).properties(height=340)


def _planned(formula: str) -> str:
    """A formula with every lever where the plan has it."""
    for name, value in ((f"which == '{ALL}'", "true"), ("datum.channel == which", "true"), ("price / 100", "0")):
        formula = formula.replace(name, value)
    for name in ("orders", "limits", "campaign"):
        formula = formula.replace(f"{name} / 100", "1")
    return formula
