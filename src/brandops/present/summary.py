"""What the summary reads from the other pages' results: one frame of figures, the models' measures, initiatives, goals."""

from datetime import date

import pandas as pd

from brandops.analysis import summary_outlook as ahead
from brandops.analysis.summary_models import Measure, yearly_gain
from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import formats, html
from brandops.present.results import Figure, PageResults, deciding_figures
from brandops.present.status import Status

COLUMNS = [
    "item", "key", "name", "value", "unit", "target", "better", "low", "high", "level", "previous", "money_at_stake", "status",
    "item_status", "evidence", "deciding", "kind", "part", "source", "actual_text", "target_text", "change_text", "evidence_link",
]  # fmt: skip
_NUMBERS = ["value", "target", "low", "high", "level", "previous", "money_at_stake"]
SURE = 0.8  # what pays, or stays among the best, in four of five cases is worth proposing
MOST_CELLS = 3  # of white space; the smaller ones are no initiatives of a company


def figures_frame(results: list[PageResults]) -> pd.DataFrame:
    """One row per figure of the report; see `brandops.analysis.summary_review`, with the texts a table shows."""
    rows = []
    for page in results:
        for item in page.items():
            stated = page.figures_of(item)
            deciding = deciding_figures(stated)
            rows += [_row(figure, figure in deciding, page, page.status(item).value) for figure in stated]
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(_NUMBERS, float) | {"evidence": bool, "deciding": bool})


def findings_of(results: list[PageResults], item: str, source: list[str] | None = None) -> list[str]:
    """An item's findings, in the order stated; of those that rest on the marts `source`, where any does, else on one of them."""
    found = [finding for page in results for finding in page.findings if finding.item == item]
    same = [finding for finding in found if source and set(source) == set(finding.source)]
    related = [finding for finding in found if source and set(source) & set(finding.source)]
    return [finding.text for finding in same or related or found]


def measures() -> list[Measure]:
    """Measures of the report's models, in the plan's order."""
    sales, network, customers = _("Sales forecast"), _("Neural network"), _("Customers' purchases (BG/NBD)")
    prices, grades = _("Price elasticity"), _("Credit scorecard")
    accuracy, coverage, drift = _("Accuracy"), _("Coverage"), _("Drift")
    calibration, precision = _("Calibration"), _("Precision")
    return [
        Measure(sales, accuracy, "3.3.1", "relative_error", better="lower"),
        Measure(sales, accuracy, "3.3.1", "smape", better="lower"),
        Measure(sales, coverage, "3.3.3", "coverage_80", ideal=0.8),
        Measure(sales, coverage, "3.3.3", "coverage_95", ideal=0.95),
        Measure(network, accuracy, "3.1.3", "network_error", better="lower"),
        Measure(_("Linear regression, weekly sales"), accuracy, "2.3.2", "forecast_linear"),
        Measure(_("Decision tree, weekly sales"), accuracy, "2.3.2", "forecast_tree"),
        Measure(_("Linear regression, who buys again"), accuracy, "2.3.2", "segment_linear"),
        Measure(_("Decision tree, who buys again"), accuracy, "2.3.2", "segment_tree"),
        Measure(prices, precision, "3.1.2", "own_price_elasticity", better=None),
        Measure(customers, accuracy, "4.1.2", "hold_out_miss", better="lower"),
        Measure(_("Customer clusters"), _("Stability"), "4.1.2", "stability"),
        Measure(_("Advertising response"), precision, "6.2.3", "media_roi", better=None),
        Measure(_("Campaign lift"), precision, "6.3.3", "lift", better=None),
        Measure(grades, accuracy, "7.2.2", "auc"),
        Measure(grades, calibration, "7.2.2", "calibration", ideal=1.0),
        Measure(grades, drift, "7.2.2", "stability", better="lower"),
        Measure(_("Early warning"), accuracy, "7.3.2", "after"),
    ]


def goals(plan_items: list[tuple[str, str]] | None = None) -> list[ahead.Goal]:
    """Targets of the plan that next year's are proposed for, with the step they are rounded to."""
    named = plan_items or [
        ("1.1.2", "awareness"), ("1.1.2", "share_gain"), ("1.1.3", "new_customers"), ("1.1.3", "satisfied"),
        ("1.2.2", "on_time"), ("1.3.2", "share_gain"), ("1.3.3", "nps"), ("2.2.2", "valid_responses"),
        ("2.2.3", "tracked_orders"), ("4.3.1", "online_share"), ("5.1.2", "skill"),
        ("5.1.3", "teamwork"), ("6.1.1", "awareness_gain"), ("6.1.2", "sales_gain"), ("6.3.1", "visits_gain"),
        ("6.3.2", "feedback"), ("7.1.2", "bad_debt"), ("7.1.3", "on_time_in_full"), ("7.2.1", "new_share"),
        ("7.2.3", "enough"),
    ]  # fmt: skip
    steps = {"new_customers": 10, "valid_responses": 10, "feedback": 10, "skill": 1, "teamwork": 1, "nps": 1, "share_gain": 0.001,
             "awareness_gain": 0.001, "bad_debt": 0.001}  # fmt: skip
    return [ahead.Goal(item, key, float(steps.get(key, 0.005))) for item, key in named]


def initiatives(
    results: list[PageResults], tables: dict[str, pd.DataFrame | None], due: date, sales_of_people: float
) -> pd.DataFrame:
    """What sections 3 to 7 found worth doing, with what it is worth: the columns `summary_outlook.INITIATIVE`.

    Parameters
    ----------
    tables
        Published tables by name: `04_candidates`, `04_white_space`, `04_price_change`, `07_risk_register`.
    due
        Day by which an initiative without a date of its own is to be decided and begun.
    sales_of_people
        Net sales of twelve months made by salespeople, currency, for what training would bring; NaN if not known.
    """
    stated = {(f.item, f.key): f for page in results for f in page.figures if not f.grain}
    rows = [*_prices(tables.get("04_price_change")), *_white_space(tables.get("04_white_space")),
            *_channels(tables.get("04_candidates")), *_media(stated.get(("6.2.3", "allocation_gain"))),
            *_training(stated, sales_of_people)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=ahead.INITIATIVE[:-1]).assign(due=pd.Timestamp(due))
    register = tables.get("07_risk_register")
    if register is not None and len(register):
        frame = pd.concat([frame, _risks(register)], ignore_index=True)
    numbers = ["value", "low", "high"]
    return frame.astype(dict.fromkeys(numbers, float)).assign(due=pd.to_datetime(frame["due"]))


def gain_by_year(worth: pd.DataFrame | None) -> pd.DataFrame:
    """What forecasting gained over the naive rule in the latest year of the backtest and the year before."""
    return yearly_gain(worth)


def _row(figure: Figure, deciding: bool, page: PageResults, item_status: str) -> tuple:
    kind, part = next(iter(figure.grain.items()), ("", ""))
    return (
        figure.item, figure.key, figure.name, figure.value, figure.unit, figure.target, figure.better, figure.low, figure.high,
        figure.level, figure.previous, figure.money_at_stake, figure.status.value, item_status, figure.evidence, deciding, kind,
        part, list(figure.source), html.value_text(figure), html.target_text(figure), html.change_text(figure),
        f"{page.notebook}.html#item-{figure.item.replace('.', '-')}",
    )  # fmt: skip


def _prices(table: pd.DataFrame | None) -> list[tuple]:
    """Channels where the price change tried in 4.2.2 pays over twelve months with a probability of 80 %."""
    if table is None:
        return []
    good = table[(table["better"] >= SURE) & (table["total_margin"] > 0)]
    return [("4.2.2", _("Try the price change of section 4 in {channel}").format(channel=reader_name(row.channel)), ahead.PROFIT,
             row.total_margin, row.total_margin_low, row.total_margin_high) for row in good.itertuples()]  # fmt: skip


def _white_space(table: pd.DataFrame | None) -> list[tuple]:
    if table is None:
        return []
    clear = table[table["clear"].astype(bool)].head(MOST_CELLS)
    return [("4.1.3", _("Bring {category} in {region} up to what comparable regions sell").format(
                category=reader_name(row.category), region=reader_name(row.region)), ahead.SALES,
             row.gap, row.expected * (1 - row.high), row.expected * (1 - row.low)) for row in clear.itertuples()]  # fmt: skip


def _channels(table: pd.DataFrame | None) -> list[tuple]:
    """Candidates that stay among the first whatever the weights, at the margin expected once they are mature."""
    if table is None:
        return []
    best = table[table["kept"] >= SURE]
    text = _("Open {channel}; opening costs {cost} once")
    return [("4.2.1", text.format(channel=reader_name(row.channel), cost=formats.money(row.cost, html.currency())), ahead.PROFIT,
             row.size * row.margin, None, None) for row in best.itertuples()]  # fmt: skip


def _media(figure: Figure | None) -> list[tuple]:
    if figure is None or not figure.value or figure.value <= 0:
        return []
    return [("6.2.3", _("Move always-on advertising to the allocation of section 6"), ahead.PROFIT, figure.value, figure.low,
             figure.high)]  # fmt: skip


def _training(stated: dict[tuple[str, str], Figure], sales_of_people: float) -> list[tuple]:
    """Trainings that surely work, given to those who have not had them; an untrained person sells like a trained one did before."""
    courses = {"5.2.1": _("product training"), "5.2.2": _("sales-skills training"), "5.2.3": _("market-analysis training")}
    rows = []
    for item, course in courses.items():
        effect, covered = stated.get((item, "effect")), stated.get((item, "coverage"))
        if effect is None or covered is None or effect.status is not Status.MET or sales_of_people != sales_of_people:
            continue
        left = sales_of_people * (1 - covered.value)
        text = _("Give {course} to those who have not had it").format(course=course)
        rows.append((item, text, ahead.SALES, *(left * part for part in (effect.value, effect.low, effect.high))))
    return rows


def _risks(register: pd.DataFrame) -> pd.DataFrame:
    """The risk register of section 7: an expected loss counts, what is merely exposed does not."""
    expected = register["kind"].eq(_("expected loss"))
    action = [_("{action} ({risk})").format(action=a, risk=r) for a, r in zip(register["action"], register["risk"], strict=True)]
    measure = expected.map({True: ahead.LOSS, False: ahead.EXPOSED})
    return pd.DataFrame({"item": register["item"], "action": action, "measure": measure,
                         "value": register["money"], "low": register["low"], "high": register["high"],
                         "due": register["by"]})  # fmt: skip
