"""What was achieved, what was missed, and what changed since the period before (plan items 9.1.1, 9.1.2).

Everything here starts from the figures the other sections state. A figures frame has one row per figure: `item`, `key`,
`name`, `value`, `unit`, `target`, `better` ("higher", "lower"), `low`, `high`, `previous`, `money_at_stake`, `status`,
`item_status` (of its item, which a finding may decide), `evidence`, `deciding`, `kind` and
`part` (what a detail is for, such as "month" and "2025-10"; blank for the whole period), `source`.
"""

import pandas as pd

# What is compared as it is from one period to the next. Money and counts have targets that grow with the calendar, so that
# the value before says nothing about today's target.
LEVELS = ("fraction", "pp", "score", "ratio", "index", "rank", "days", "hours", "minutes", "seconds")
SHORT = ("missed", "at_risk")
INNER = ("2", "3", "8")  # sections on how the report is made, not on the business


def crossings(figures: pd.DataFrame) -> pd.DataFrame:
    """Figures that lay on one side of their target a period ago and lie on the other now.

    Only whole-period figures that decide their item, in units whose target does not grow with the period. Both values are
    held against today's target without their intervals: the interval of the value before is not known.

    Returns
    -------
    DataFrame
        The columns of `figures` and `turn`: "reached" or "lost"; reached ones first, in the plan's order.
    """
    rows = _comparable(figures).dropna(subset=["target", "previous", "value"])
    before, now = _meets(rows, "previous"), _meets(rows, "value")
    turned = rows[before != now]
    turned = turned.assign(turn=now[turned.index].map({True: "reached", False: "lost"}))
    return turned.sort_values("turn", ascending=False, kind="stable", ignore_index=True)


def counts_before(figures: pd.DataFrame) -> pd.DataFrame:
    """Of the comparable figures, how many met their target a period ago and how many do now.

    Returns
    -------
    DataFrame
        One row: `compared`, `before`, `now`.
    """
    rows = _comparable(figures).dropna(subset=["target", "previous", "value"])
    return pd.DataFrame([{"compared": len(rows), "before": int(_meets(rows, "previous").sum()),
                          "now": int(_meets(rows, "value").sum())}])  # fmt: skip


def achievements(figures: pd.DataFrame, models: set[tuple[str, str]] = frozenset()) -> pd.DataFrame:
    """Targets met, those of the business before those of data, models and display (sections 2, 3 and 8), the widest margin first.

    Parameters
    ----------
    models
        Item and key of figures that measure a model, in whatever section.

    Returns
    -------
    DataFrame
        The columns of `figures`, `inner` (of data, models or display) and `margin`: how far past its target the figure is, as a
        share of the target. Figures whose target is zero, such as a count of errors, have no margin and are left out: nothing
        happened, as it should.
    """
    rows = _whole(figures)
    rows = rows[(rows["status"] == "met") & rows["target"].notna() & (rows["target"] != 0) & (rows["kind"] == "")]
    of_model = pd.Series([pair in models for pair in zip(rows["item"], rows["key"], strict=True)], rows.index, dtype=bool)
    made = rows.assign(margin=_distance(rows) / rows["target"].abs(), inner=rows["item"].str[0].isin(INNER) | of_model)
    return made.sort_values(["inner", "margin", "item"], ascending=[True, False, True], kind="stable", ignore_index=True)


def moves(figures: pd.DataFrame) -> pd.DataFrame:
    """Figures that got better or worse since the period before, in units that compare, the largest move first.

    Returns
    -------
    DataFrame
        The columns of `figures` and `move`: the change towards the better side, as a share of the target (of the value before
        where there is no target); zero moves are left out.
    """
    rows = _comparable(figures).dropna(subset=["previous", "value"])
    scale = rows["target"].where(rows["target"].abs() > 0, rows["previous"]).abs()
    sign = rows["better"].map({"higher": 1.0, "lower": -1.0}).astype(float)
    made = rows.assign(move=sign * (rows["value"] - rows["previous"]) / scale.where(scale > 0))
    made = made[made["target"].notna() & made["move"].notna() & (made["move"] != 0)]
    by_size = made["move"].abs().sort_values(ascending=False, kind="stable").index
    return made.loc[by_size].reset_index(drop=True)


def misses(figures: pd.DataFrame) -> pd.DataFrame:
    """Items whose target is missed or at risk, by the money at stake.

    Each item stands with the figure that decides it: the worst of those that do, of these the costliest; `status` is the
    item's. Items without money come last, those missed before those at risk, by how far they fall short of the target.

    Returns
    -------
    DataFrame
        The columns of `figures`, `gap` (value to target in the figure's unit, negative) and `shortfall` (the gap as a share
        of the target; NaN where the target is zero).
    """
    rows = _whole(figures)
    rows = rows[rows["status"].isin(SHORT) & rows["item_status"].isin(SHORT)]
    made = rows.assign(gap=_distance(rows), rank=rows["status"].map({"missed": 0, "at_risk": 1}),
                       money=rows["money_at_stake"].fillna(0.0))  # fmt: skip
    made["shortfall"] = made["gap"] / made["target"].abs().where(made["target"] != 0)
    made = made.sort_values(["rank", "money"], ascending=[True, False], kind="stable").drop_duplicates("item")
    made = made.assign(status=made["item_status"], rank=made["item_status"].map({"missed": 0, "at_risk": 1}))
    made = made.sort_values(["money", "rank", "shortfall", "item"], ascending=[False, True, True, True], ignore_index=True)
    return made.drop(columns=["rank", "money"])


def weakest_details(figures: pd.DataFrame, miss: pd.Series, count: int = 3) -> pd.DataFrame:
    """The details of an item (a month, a channel) that miss its target, the costliest first, then the furthest below.

    Parameters
    ----------
    miss
        A row of `misses`: details of its item are looked at, those with its key if there are any.
    """
    rows = figures[(figures["item"] == miss["item"]) & (figures["kind"] != "") & (figures["status"] == "missed")]
    own = rows[rows["key"] == miss["key"]]
    rows = own if len(own) else rows
    order = rows.assign(
        money=rows["money_at_stake"].fillna(0.0), gap=_distance(rows) / rows["target"].abs().where(rows["target"] != 0)
    )
    return order.sort_values(["money", "gap"], ascending=[False, True], kind="stable").head(count).reset_index(drop=True)


def _whole(figures: pd.DataFrame) -> pd.DataFrame:
    return figures[figures["deciding"]]


def _comparable(figures: pd.DataFrame) -> pd.DataFrame:
    rows = _whole(figures)
    return rows[rows["unit"].isin(LEVELS) & (rows["kind"] == "")]


def _distance(rows: pd.DataFrame, column: str = "value") -> pd.Series:
    """How far a value lies past its target; negative: short of it."""
    sign = rows["better"].map({"higher": 1.0, "lower": -1.0}).astype(float)
    return sign * (rows[column] - rows["target"])


def _meets(rows: pd.DataFrame, column: str) -> pd.Series:
    return _distance(rows, column) >= 0
