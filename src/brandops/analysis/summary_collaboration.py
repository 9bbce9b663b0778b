"""How long one department waits for another (plan item 9.2.2).

Actions still open have waited for some time already and are no shorter than that; leaving them out would make a department
that closes only its easy ones look fast. So medians are those of the Kaplan-Meier curve, in which open actions count as
unfinished (Kaplan and Meier 1958), with the interval of Brookmeyer and Crowley (1982), and periods are compared by the
log-rank test.
"""

from datetime import date

import pandas as pd

from brandops.analysis.stages import ON_TIME, with_status

FEWEST = 3  # actions of a pair from which a median is more than an anecdote


def between_departments(actions: pd.DataFrame, first: date, last: date, as_of: date) -> pd.DataFrame:
    """Actions one department asked another for from `first` to `last`, as known on `as_of`.

    Returns
    -------
    DataFrame
        Rows of `actions` with `status` and `due` (see `stages.with_status`), `days` (opening to closing, or to `as_of`),
        `finished`.
    """
    rows = with_status(actions[actions["opened_on"].between(pd.Timestamp(first), pd.Timestamp(last))], as_of)
    rows = rows[rows["from_department"].notna() & (rows["from_department"] != rows["to_department"])]
    until = rows["closed_on"].fillna(pd.Timestamp(as_of))
    return rows.assign(days=(until - rows["opened_on"]).dt.days.astype(float), finished=rows["closed_on"].notna())


def lead_times(asked: pd.DataFrame, by: list[str] | None = None) -> pd.DataFrame:
    """Median days from asking to closing.

    Parameters
    ----------
    asked
        `between_departments`.
    by
        Columns to split by; none: all together.

    Returns
    -------
    DataFrame
        `by`, `actions`, `open`, `median`, `low`, `high` (days, 95 %; NaN where too many are open to tell), `on_time` (share
        of those due); slowest first. Groups of fewer than three actions have no median.
    """
    groups = asked.groupby(by) if by else [((), asked)]
    rows = [(*(key if isinstance(key, tuple) else (key,)), *_lead(group)) for key, group in groups]
    frame = pd.DataFrame(rows, columns=[*(by or []), "actions", "open", "median", "low", "high", "on_time"])
    return frame.sort_values(["median", *(by or [])], ascending=[False, *[True] * len(by or [])], ignore_index=True)


def change_p_value(now: pd.DataFrame, before: pd.DataFrame) -> float:
    """P-value of the log-rank test that lead times are as they were; NaN where a side has too few actions."""
    from lifelines.statistics import logrank_test

    if min(len(now), len(before)) < FEWEST:
        return float("nan")
    return float(logrank_test(now["days"], before["days"], now["finished"], before["finished"]).p_value)


def _lead(group: pd.DataFrame) -> tuple:
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    due = group[group["due"]]
    on_time = float((due["status"] == ON_TIME).mean()) if len(due) else float("nan")
    counts = (len(group), int((~group["finished"]).sum()))
    if len(group) < FEWEST:
        return (*counts, *[float("nan")] * 3, on_time)
    curve = KaplanMeierFitter().fit(group["days"], group["finished"])
    low, high = median_survival_times(curve.confidence_interval_).to_numpy().ravel()
    values = (curve.median_survival_time_, low, high)
    return (*counts, *[float(v) if abs(v) != float("inf") else float("nan") for v in values], on_time)
