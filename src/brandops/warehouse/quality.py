"""Marts about the data itself: what each source brought, what was turned away, and whether keys find their rows.

Like every mart they say what was known on the as-of day. Rows are counted in the tables already cut there, of the file
versions then in force; a rejected row counts from its own day on. A rejected row whose day cannot be read is dated by
the last dated row before it in its file.
"""

from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import pandas as pd

from brandops.contract import TABLES
from brandops.warehouse.connect import Tables, keep
from brandops.warehouse.known import day_of, is_after
from brandops.warehouse.plain import personal_columns

MASK = "***"
_SOURCES = {
    "source": dt.string, "table": dt.string, "family": dt.string, "kind": dt.string, "files": dt.int64,
    "rows_in": dt.int64, "loaded": dt.int64, "quarantined": dt.int64, "superseded": dt.int64, "first_date": dt.date,
    "last_date": dt.date, "owner": dt.string, "fresh_within_days": dt.int64,
}  # fmt: skip
_CONVERSIONS = {"source": dt.string, "table": dt.string, "column": dt.string, "format": dt.string, "rows": dt.int64}
_FILES = {"_source": dt.string, "_file": dt.string, "known_from": dt.date, "known_to": dt.date}


def express(
    connection: ibis.BaseBackend, rejects: ibis.Table, manifest: dict[str, Any], stored: Tables, known: Tables, as_of: date,
    time_zone: str,
) -> dict[str, ibis.Table]:  # fmt: skip
    """The marts sources, source_months, integrity, quarantine and conversions.

    Parameters
    ----------
    rejects
        Every rejected row.
    manifest
        The ingestion's account.
    stored, known
        The warehouse's tables, whole and cut at `as_of`.
    """
    held = keep(connection, "held", _held(known, time_zone))
    replaced = _replaced(manifest, stored, as_of, time_zone)
    rejected = quarantine(rejects, manifest, stored, as_of, time_zone)
    rejected = keep(connection, "rejected", rejected)
    accounts = _accounts(manifest, held, replaced, rejected)
    made = {
        "sources": ibis.memtable(accounts[list(_SOURCES)], schema=_SOURCES),
        "source_months": source_months(held),
        "quarantine": rejected,
        "conversions": ibis.memtable(_conversions(manifest, accounts, as_of), schema=_CONVERSIONS),
    }
    keys = integrity(known)
    return made if keys is None else made | {"integrity": keys}


def source_months(held: ibis.Table) -> ibis.Table:
    """Rows by source, table and month of their own date: rows; tables without such a date have none."""
    dated = held.filter(held.month.notnull())
    return dated.group_by(["source", "table", "month"]).aggregate(rows=dated["rows"].sum().cast(dt.int64))


def integrity(known: Tables) -> ibis.Table | None:
    """Per table and column that refers to a supplied table: references, rows (that name one), orphans (found nowhere).

    None where no supplied table refers to another.
    """
    found = []
    for name, rows in known.items():
        for column, (other, key) in TABLES[name].references.items():
            if other in known:
                named = rows.filter(rows[column].notnull()).group_by(value=rows[column]).aggregate(rows=ibis._.count())
                listed = known[other].select(_key=known[other][key]).distinct()
                both = named.left_join(listed, named.value == listed._key)
                counts = both.aggregate(
                    rows=both["rows"].sum().fill_null(0).cast(dt.int64),
                    orphans=both["rows"].sum(where=both._key.isnull()).fill_null(0).cast(dt.int64),
                )
                about = {"table": ibis.literal(name), "column": ibis.literal(column), "references": ibis.literal(other)}
                found.append(counts.select(**about, rows=counts["rows"], orphans=counts.orphans))
    return ibis.union(*found) if len(found) > 1 else found[0] if found else None


def quarantine(rejected: ibis.Table, manifest: dict[str, Any], stored: Tables, as_of: date, time_zone: str) -> ibis.Table:
    """Rows turned away, known on `as_of`: source, table, file, row, column, value, rule, known_on.

    Personal values are masked; the raw records stay in the quarantine folder. Rejects of a file version not in force
    do not count, nor do those that a correction made later or had already mended.
    """
    files = pd.DataFrame([
        (account["source"], file["file"], file["known_from"], file["known_to"])
        for account in manifest["sources"]
        for file in account["files"]
    ], columns=list(_FILES))  # fmt: skip
    versions = ibis.memtable(files, schema=dict.fromkeys(_FILES, dt.string)).cast(_FILES)
    rows = rejected.join(versions, (rejected.source == versions._source) & (rejected.file == versions._file))
    rows = rows.filter(rows.known_from.isnull() | (rows.known_from <= as_of))
    rows = rows.filter(rows.known_to.isnull() | (rows.known_to > as_of)).drop(*_FILES)
    rows = rows.filter(rows.in_force_from.isnull() | (rows.in_force_from <= as_of))
    rows = rows.filter(rows.in_force_to.isnull() | (rows.in_force_to > as_of))
    concerned = [name for name in TABLES if any(a["table"] == name and a["quarantined"] for a in manifest["sources"])]
    rows = _dated(rows, concerned, stored, time_zone)
    by_month = [name for name, table in TABLES.items() if table.known_on == "month"]
    first_open = (as_of + timedelta(days=1)).replace(day=1)
    later = ibis.ifelse(rows.table.isin(by_month), rows._day >= first_open, rows._day > as_of)
    rows = rows.filter(~later.fill_null(False))
    personal = rows.column.isin(sorted(personal_columns())) & rows.value.notnull()
    return rows.select(
        "source", "table", "file", "row", "column",
        value=ibis.ifelse(personal, MASK, rows.value), rule=rows.rule, known_on=rows.known_on,
    )  # fmt: skip


def _dated(rows: ibis.Table, concerned: list[str], stored: Tables, time_zone: str) -> ibis.Table:
    """Give every rejected row the day it counts from, `_day`; blank only in tables whose rows have no date.

    `concerned` names the tables that have rejected rows.
    """
    parts = [rows.filter(False).mutate(_day=rows.known_on)]
    for name in concerned:
        own = rows.filter(rows.table == name)
        contract = TABLES[name]
        if contract.known_on is None or name not in stored:
            parts.append(own.mutate(_day=own.known_on))
            continue
        undated, dated = own.filter(own.known_on.isnull()), own.filter(own.known_on.notnull())
        loaded = stored[name]
        # Only the files with an undated row are looked at row by row.
        loaded = loaded.semi_join(undated, (loaded._source == undated.source) & (loaded._file == undated.file))
        date_of = day_of(loaded, contract.known_on, time_zone)
        days = loaded.select(_source="_source", _file="_file", _row="_row", _date=date_of)
        days = days.filter(days._date.notnull())
        days = days.union(dated.select(_source="source", _file="file", _row="row", _date="known_on"))
        first = days.group_by(["_source", "_file"]).aggregate(_first=days._date.argmin(days._row))
        before = _last_dated_before(undated, days)
        both = before.left_join(first, (before.source == first._source) & (before.file == first._file))
        placed = both.mutate(_day=both._date.fill_null(both._first)).drop("_source", "_file", "_date", "_first")
        parts += [dated.mutate(_day=dated.known_on), placed]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _last_dated_before(undated: ibis.Table, days: ibis.Table) -> ibis.Table:
    """Add `_date`, of the last dated row of the same file before each undated one, or at it.

    Spark has no as-of join; both engines count the dated rows so far, and the date is that of the row counted last.
    """
    blank = ibis.null(dt.date)
    wanted = undated.select(_source="source", _file="file", _row="row").distinct()
    both = days.mutate(_asks=ibis.literal(False)).union(wanted.mutate(_date=blank, _asks=ibis.literal(True)))
    # Of one row, the dated entries come first.
    so_far = ibis.cumulative_window(group_by=["_source", "_file"], order_by=["_row", "_asks"])
    counted = both.mutate(_count=both._date.count().over(so_far))
    latest = ibis.window(group_by=["_source", "_file", "_count"])
    dated = counted.mutate(_date=counted._date.max().over(latest))
    found = dated.filter(dated._asks).select(_s="_source", _f="_file", _r="_row", _date="_date")
    at = (undated.source == found._s) & (undated.file == found._f) & (undated.row == found._r)
    return undated.left_join(found, at).drop("_s", "_f", "_r")


def _held(known: Tables, time_zone: str) -> ibis.Table:
    """Known rows counted by source, table, file and month: rows, first and last day; no month without a date."""
    parts = []
    for name, rows in known.items():
        contract = TABLES[name]
        day = day_of(rows, contract.known_on, time_zone) if contract.known_on else ibis.null(dt.date)
        described = rows.select(source=rows._source, table=ibis.literal(name), file=rows._file, day=day)
        counted = described.group_by(["source", "table", "file", described.day.truncate("M").name("month")])
        parts.append(counted.aggregate(rows=described.count(), first=described.day.min(), last=described.day.max()))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _replaced(manifest: dict[str, Any], stored: Tables, as_of: date, time_zone: str) -> pd.DataFrame:
    """Files whose rows were known and have been replaced by `as_of`: source, file."""
    parts = []
    whole = {
        (account["source"], file["file"]) for account in manifest["sources"] for file in account["files"]
        if file["known_to"] and file["known_to"] <= as_of.isoformat()
    }  # fmt: skip
    for name, rows in stored.items():
        gone = rows.filter(rows._known_to.notnull() & (rows._known_to <= as_of))
        if TABLES[name].known_on:
            gone = gone.filter(~is_after(gone[TABLES[name].known_on], as_of, time_zone).fill_null(False))
        parts.append(gone.select(source=gone._source, file=gone._file).distinct())
    found = (ibis.union(*parts) if len(parts) > 1 else parts[0]).to_pandas()
    # Rows that a correction changed are gone, too, but their file is not.
    return found.iloc[[n for n, key in enumerate(zip(found["source"], found["file"], strict=True)) if key in whole]]


def _accounts(manifest: dict[str, Any], held: ibis.Table, replaced: pd.DataFrame, rejected: ibis.Table) -> pd.DataFrame:
    """One row per source that had brought something, in the manifest's order; `_files` are their names."""
    loaded = held.to_pandas()
    turned_away = rejected.group_by(["source", "file"]).aggregate(rows=lambda t: t.row.nunique()).to_pandas()
    accounts = []
    for account in manifest["sources"]:
        name = account["source"]
        own, bad, gone = (frame[frame["source"] == name] for frame in (loaded, turned_away, replaced))
        files = {*own["file"], *bad["file"], *gone["file"]}
        if files:
            rows, quarantined = int(own["rows"].sum()), int(bad["rows"].sum())
            first, last = (None if own[end].isna().all() else getattr(own[end].dropna(), how)()
                           for end, how in (("first", "min"), ("last", "max")))  # fmt: skip
            accounts.append({
                "source": name, "table": account["table"], "family": TABLES[account["table"]].family,
                "kind": account["kind"], "files": len(files), "rows_in": rows + quarantined, "loaded": rows,
                "quarantined": quarantined, "superseded": gone["file"].nunique(), "first_date": first,
                "last_date": last, "owner": account["owner"], "fresh_within_days": _service_level(account), "_files": files,
            })  # fmt: skip
    made = pd.DataFrame(accounts, columns=[*_SOURCES, "_files"])
    return made.astype({"fresh_within_days": "Int64"})


def _service_level(account: dict[str, Any]) -> int | None:
    """Days the source's latest row may lag: its own level, else the table's; None where it is sent once or has none."""
    own = account.get("fresh_within_days")
    return TABLES[account["table"]].fresh_within_days if own is None else None if own == "once" else own


def _conversions(manifest: dict[str, Any], accounts: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Formats of dates and numbers met in the files that had arrived: source, table, column, format, rows.

    Of rows that became known in a month that had ended by `as_of`, or of which nobody knows when.
    """
    under_way = (as_of + timedelta(days=1)).replace(day=1).isoformat()
    arrived = dict(zip(accounts["source"], accounts["_files"], strict=True))
    met: dict[tuple[str, str, str, str], int] = {}
    for account in manifest["sources"]:
        for file in account["files"]:
            if file["file"] in arrived.get(account["source"], ()):
                for column, label, rows, month in file["conversions"]:
                    if month is not None and month >= under_way:
                        continue
                    key = (account["source"], account["table"], column, label)
                    met[key] = met.get(key, 0) + rows
    return pd.DataFrame([(*key, rows) for key, rows in met.items()], columns=list(_CONVERSIONS))
