"""What to do next and what to aim at (plan items 9.3.2, 9.3.3).

Initiatives come from the other sections, each in the measure it was found in: profit or sales a year, a loss expected, or
money exposed to something that may not happen. To be ranked they are brought to one measure, profit: sales at the gross margin
of the last twelve months; an exposure is no expected value and is not ranked.
"""

from dataclasses import dataclass
from math import ceil, floor

import pandas as pd

from brandops.analysis.year import YearPlan
from brandops.periods import Period

PROFIT, SALES, LOSS, EXPOSED = "profit", "sales", "loss", "exposed"
INITIATIVE = ["item", "action", "measure", "value", "low", "high", "due"]


def margin_rate(monthly: pd.DataFrame, as_of: pd.Timestamp) -> float:
    """Gross margin to net sales of the twelve months up to `as_of`; NaN where costs are not known."""
    recent = monthly[(monthly["month"] > as_of - pd.DateOffset(years=1)) & (monthly["month"] <= as_of)]
    if recent.empty or "cost" not in recent or recent["cost"].isna().all() or not recent["net_sales"].sum() > 0:
        return float("nan")
    known = recent[recent["cost"].notna()]
    return float(1 - known["cost"].astype(float).sum() / known["net_sales"].astype(float).sum())


def ranked(initiatives: pd.DataFrame, margin: float) -> pd.DataFrame:
    """Initiatives with the profit they are expected to bring a year, best first.

    Parameters
    ----------
    initiatives
        Columns `INITIATIVE`: value, low, high in currency, measure one of "profit", "sales", "loss", "exposed".
    margin
        Gross margin to net sales, for those measured in sales; NaN: these stay without a profit.

    Returns
    -------
    DataFrame
        The columns given and `profit`, `profit_low`, `profit_high`. Those without a profit follow, the largest exposure first.
    """
    factor = initiatives["measure"].map({PROFIT: 1.0, LOSS: 1.0, SALES: margin, EXPOSED: float("nan")}).astype(float)
    made = initiatives.assign(profit=initiatives["value"] * factor, profit_low=initiatives["low"] * factor,
                              profit_high=initiatives["high"] * factor)  # fmt: skip
    order = ["profit", "value", "item"]
    return made.sort_values(order, ascending=[False, False, True], na_position="last", kind="stable", ignore_index=True)


def with_owners(
    initiatives: pd.DataFrame, actions: pd.DataFrame | None, as_of: pd.Timestamp, plan: dict[str, str] | None = None
) -> pd.DataFrame:
    """Add `department` and `owner`: whom the plan charges with the item, else whom the action log has charged with it most.

    Parameters
    ----------
    actions
        The action log, of which the twelve months up to `as_of` count, an item's open actions first; None: there is none.
    plan
        Owner by section ("7"), topic ("7.1") or item ("7.1.2"); the closest counts.

    Returns
    -------
    DataFrame
        The columns given and `department` (blank where the plan names the owner) and `owner` (blank where nobody is named).
    """
    found = {} if actions is None else _charged(actions[actions["opened_on"].between(as_of - pd.DateOffset(years=1), as_of)])
    pairs = []
    for item in initiatives["item"]:
        named = next((plan[key] for key in (item, item[:3], item[:1]) if key in plan), "") if plan else ""
        pairs.append(("", named) if named else found.get(item, ("", "")))
    return initiatives.assign(department=[pair[0] for pair in pairs], owner=[pair[1] for pair in pairs])


def _charged(actions: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Department and owner charged most with each item, with its open actions where it has any."""
    found = {}
    for item, group in actions.groupby("plan_item"):
        still_open = group[group["closed_on"].isna()]
        rows = still_open if len(still_open) else group
        counts = rows.groupby(["to_department", "owner"]).agg(actions=("action_id", "size"), latest=("opened_on", "max"))
        best = counts.sort_values(["actions", "latest"], ascending=False, kind="stable").index[0]
        found[item] = (str(best[0]), str(best[1]))
    return found


@dataclass(frozen=True)
class Goal:
    """A target of the plan that may be proposed anew: where it stands, and the step it is rounded to."""

    item: str
    key: str
    step: float


HELD, OPEN, PACE, STANDS = "held", "open", "pace", "stands"


def proposals(figures: pd.DataFrame, goals: list[Goal]) -> pd.DataFrame:
    """Targets proposed for the next year, by one rule.

    A target met beyond doubt is raised to what has been reached beyond doubt: the far end of the interval, or the value where
    there is none, rounded towards the easier side; it is never made easier. A target at risk stands: the data cannot tell yet
    whether it is reached. A target missed stands until it is reached; if the figure came nearer, the basis says where the same
    pace leads.

    Returns
    -------
    DataFrame
        item, key, name, unit, better, target (this year's), value, low, high, previous, status, proposed, basis ("held",
        "open", "pace", "stands"), reach (value one more step of the same pace leads to; NaN unless basis is "pace").
    """
    rows = []
    for goal in goals:
        found = figures[(figures["item"] == goal.item) & (figures["key"] == goal.key) & (figures["kind"] == "")]
        for row in found[found["target"].notna() & found["value"].notna()].itertuples():
            proposed, basis, reach = _proposal(row, goal.step)
            rows.append((row.item, row.key, row.name, row.unit, row.better, row.target, row.value, row.low, row.high, row.previous,
                         row.status, proposed, basis, reach))  # fmt: skip
    columns = ["item", "key", "name", "unit", "better", "target", "value", "low", "high", "previous", "status", "proposed", "basis",
               "reach"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def growth_proposal(draws: pd.Series, this_year: float, growth: float, step: float = 0.005) -> dict[str, float]:
    """Growth to propose for the next year, from the predictive distribution of its net sales.

    The growth the plan asks for is kept if it is at least as likely reached as not; else the growth that is, rounded down.

    Returns
    -------
    dict
        growth (proposed), probability (of reaching it), plan_probability (of the plan's growth), median (expected growth).
    """
    expected = float(draws.median()) / this_year - 1
    kept = float((draws >= this_year * (1 + growth)).mean())
    proposed = growth if kept >= 0.5 else floor(round(expected / step, 6)) * step
    return {"growth": proposed, "probability": float((draws >= this_year * (1 + proposed)).mean()), "plan_probability": kept,
            "median": expected}  # fmt: skip


def _proposal(row: tuple, step: float) -> tuple[float, str, float]:
    higher = row.better == "higher"
    if row.status == "met":
        sure = row.low if higher else row.high
        sure = row.value if pd.isna(sure) else sure
        rounded = round((floor if higher else ceil)(round(sure / step, 6)) * step, 10)
        return (max if higher else min)(row.target, rounded), HELD, float("nan")
    if row.status == "at_risk":
        return row.target, OPEN, float("nan")
    pace = row.value - row.previous if pd.notna(row.previous) else float("nan")
    if pd.notna(pace) and (pace > 0) == higher and pace != 0:
        return row.target, PACE, row.value + pace
    return row.target, STANDS, float("nan")


def last_year_sales(people_monthly: pd.DataFrame | None, as_of: pd.Timestamp) -> float:
    """Net sales of the twelve months up to `as_of` made by salespeople, currency; NaN without them."""
    if people_monthly is None:
        return float("nan")
    recent = people_monthly["month"].between(as_of - pd.DateOffset(years=1), as_of, inclusive="right")
    return float(people_monthly.loc[recent, "net_sales"].sum())


def fan_frames(
    monthly: pd.DataFrame, daily: pd.DataFrame, ahead: pd.DataFrame, plan: YearPlan | None, coming: Period
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What the fan of the coming period shows.

    Parameters
    ----------
    ahead
        The published forecast of the total by step: `ds`, `mean`, `lo-80`, `hi-80`, `lo-95`, `hi-95`; months or weeks.
    plan
        Plan of the year that holds `coming`; None: it has no targets.

    Returns
    -------
    history, ahead, targets
        History as `ds`, `y` up to the forecast in the same steps; `ahead` as given; `ds`, `target` of the months of `coming`,
        without rows where steps are weeks.
    """
    start = pd.to_datetime(ahead["ds"]).min()
    weeks = len(ahead) > 1 and (pd.to_datetime(ahead["ds"]).diff().min() < pd.Timedelta(days=20))
    if weeks:
        week = daily["date"] - pd.to_timedelta(daily["date"].dt.weekday, unit="D")
        history = daily.groupby(week)["net_sales"].sum()
    else:
        history = monthly.groupby("month")["net_sales"].sum()
    history = history[history.index < start].astype(float).rename_axis("ds").rename("y").reset_index()
    none = pd.DataFrame({"ds": pd.to_datetime([]), "target": pd.Series(dtype=float)})
    if plan is None or weeks:
        return history, ahead, none
    months = plan.planned[["month", "target"]].rename(columns={"month": "ds"})
    within = months["ds"].between(pd.Timestamp(coming.start), pd.Timestamp(coming.end))
    return history, ahead, months[within].reset_index(drop=True)
