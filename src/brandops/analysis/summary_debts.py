"""What is wrong with the data, since when, and who mends it (plan item 9.2.3).

A debt is a set of rows kept out of the warehouse for one reason (unless their content is there all the same), or a promise
of the data contract that is broken: a source past its service level, keys that point at nothing, sales that are not the
ledger's.
"""

from datetime import date

import pandas as pd

from brandops.analysis.coverage import HARMLESS_RULES
from brandops.analysis.sources import ledger_gaps, service_levels

COLUMNS = ["kind", "source", "table", "what", "column", "rows", "money", "since", "age_days", "owner"]
QUARANTINE, LATE, ORPHANS, LEDGER = "quarantine", "late", "orphans", "ledger"


def debts(
    quarantine: pd.DataFrame | None, sources: pd.DataFrame, integrity: pd.DataFrame | None,
    ledger_reconciliation: pd.DataFrame | None, as_of: date,
) -> pd.DataFrame:  # fmt: skip
    """Every open debt of the data, oldest first.

    Parameters
    ----------
    quarantine, sources, integrity, ledger_reconciliation
        The marts; None: there is nothing of the kind.

    Returns
    -------
    DataFrame
        kind ("quarantine", "late", "orphans", "ledger"), source, table, what (the rule broken), column, rows (count; NaN where
        the debt is none of rows), money (currency off the ledger; else NaN), since (first day it was known; NaT where that is
        not recorded), age_days, owner (blank: nobody is named).
    """
    parts = [_rejected(quarantine), _late(sources, as_of), _orphans(integrity), _ledger(ledger_reconciliation)]
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    made = pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)
    by_source = sources.drop_duplicates("source").set_index("source")["owner"]
    by_table = sources.drop_duplicates("table").set_index("table")["owner"]
    made["owner"] = made["source"].map(by_source).fillna(made["table"].map(by_table)).fillna("")
    made["since"] = pd.to_datetime(made["since"])
    made["age_days"] = (pd.Timestamp(as_of) - made["since"]).dt.days
    order = ["since", "rows", "kind", "source", "column", "what"]
    made = made.sort_values(order, ascending=[True, False, True, True, True, True], na_position="last", ignore_index=True)
    return made[COLUMNS]


def by_owner(open_debts: pd.DataFrame) -> pd.DataFrame:
    """Debts by who mends them: `owner`, `debts`, `rows`, `oldest` (days); most rows first."""
    grouped = open_debts.groupby("owner", as_index=False).agg(
        debts=("kind", "size"), rows=("rows", "sum"), oldest=("age_days", "max")
    )
    return grouped.sort_values(["rows", "debts", "owner"], ascending=[False, False, True], ignore_index=True)


def _rejected(quarantine: pd.DataFrame | None) -> pd.DataFrame:
    keys = ["source", "table", "column", "rule"]
    if quarantine is None:
        return pd.DataFrame(columns=keys)
    open_rows = quarantine[~quarantine["rule"].isin(HARMLESS_RULES)].assign(column=lambda f: f["column"].fillna(""))
    open_rows = open_rows.drop_duplicates([*keys, "file", "row"])
    grouped = open_rows.groupby(keys, as_index=False).agg(rows=("row", "size"), since=("known_on", "min"))
    return grouped.rename(columns={"rule": "what"}).assign(kind=QUARANTINE)


def _late(sources: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Sources whose latest row is older than their service level; the debt began when the level was passed."""
    level = pd.to_numeric(service_levels(sources), errors="coerce")
    last = pd.to_datetime(sources["last_date"])
    due = last + pd.to_timedelta(level, unit="D")
    late = sources[due < pd.Timestamp(as_of)]
    return late[["source", "table"]].assign(kind=LATE, what=LATE, column="", since=due[late.index] + pd.Timedelta(days=1))


def _orphans(integrity: pd.DataFrame | None) -> pd.DataFrame:
    if integrity is None:
        return pd.DataFrame(columns=["table"])
    broken = integrity[integrity["orphans"] > 0]
    return pd.DataFrame({"kind": ORPHANS, "source": "", "table": broken["table"], "what": broken["references"],
                         "column": broken["column"], "rows": broken["orphans"], "since": pd.NaT})  # fmt: skip


def _ledger(ledger_reconciliation: pd.DataFrame | None) -> pd.DataFrame:
    """Months and channels off the ledger; known since the month ended."""
    if ledger_reconciliation is None:
        return pd.DataFrame(columns=["table"])
    gaps = ledger_gaps(ledger_reconciliation)
    channel = gaps["channel_id"].fillna("") if "channel_id" in gaps else ""
    return pd.DataFrame({"kind": LEDGER, "source": "", "table": "ledger_totals", "what": LEDGER, "column": channel,
                         "money": gaps["difference"].astype(float),
                         "since": pd.to_datetime(gaps["month"]) + pd.offsets.MonthEnd(0)})  # fmt: skip
