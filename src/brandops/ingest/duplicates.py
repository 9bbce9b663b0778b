"""Keys given more than once at a time: which rows give way, and for how long.

Of rows with the same key that are in force on the same day the one that comes first in the table stays. A row gives way for the
days that have such an earlier one; on the others it is a row like any other. (A line sent in two files counts from the day
on which one of them was replaced by a version without it.)
"""

import duckdb

from brandops.contract import TABLES
from brandops.ingest.parts import Part, numbered
from brandops.ingest.remembered import Remembered, codes_of, files
from brandops.ingest.sql import literal, name

_ALWAYS, _STILL = "DATE '0001-01-01'", "DATE '9999-12-31'"


def find_duplicates(
    con: duckdb.DuckDBPyConnection, table: str, parts: list[Part], fresh: list[Part], earlier: Remembered | None
) -> None:
    """Reject every row for the days on which an earlier row in force has its key; `remains` gets what is left of its days.

    Versions of one file follow each other in time, so they may share keys. The hash of the key finds the candidates, of files
    looked at before only hashes that files have too which are `fresh`, or that were given more than once then; the key itself
    decides. Rows that were found then are not looked up again.
    """
    keys = [name(key) for key in TABLES[table].key]
    everywhere = [codes_of(con, part.rows, TABLES[table].key) for part in parts]
    listed = ", ".join(keys)

    def rows(stored: str) -> str:
        return f"SELECT hash({listed}) AS code, part, _row AS row, {listed} FROM {numbered(stored)}"

    con.execute(f"CREATE OR REPLACE TEMP TABLE repeated AS {rows(files([(fresh or parts)[0].rows]))} WHERE false")
    looked_at = files(everywhere)
    if len(fresh) < len(parts):
        new = [codes_of(con, part.rows, TABLES[table].key) for part in fresh]
        suspects = " UNION ".join(f"SELECT code FROM {files([path])}" for path in [*new, earlier.repeats])
        con.execute(f"CREATE OR REPLACE TEMP TABLE suspects AS {suspects}")
        looked_at = f"(SELECT code FROM {looked_at} SEMI JOIN suspects USING (code))"
    # Sorted, equal hashes stand side by side: of many millions, nearly all different, that takes two thirds of grouping them.
    ordered = f"SELECT code, lag(code) OVER (ORDER BY code) AS before FROM {looked_at}"
    con.execute(f"INSERT INTO candidates SELECT DISTINCT code FROM ({ordered}) WHERE code = before")
    if con.execute("SELECT count(*) FROM candidates").fetchone()[0] == 0:
        return
    if len(fresh) < len(parts):
        con.execute(
            f"INSERT INTO repeated SELECT code, p.part, row, {listed} FROM {files([earlier.repeats])} "
            "JOIN parts AS p USING (mark) SEMI JOIN candidates USING (code)"
        )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE hits AS SELECT DISTINCT part, code FROM {files(everywhere, named=True)} "
        f"JOIN (SELECT unnest([{', '.join(map(literal, everywhere))}]) AS filename, unnest(range({len(parts)})) AS part) "
        "USING (filename) SEMI JOIN candidates USING (code) ANTI JOIN repeated USING (part, code)"
    )
    holding = [parts[part].rows for (part,) in con.execute("SELECT DISTINCT part FROM hits ORDER BY part").fetchall()]
    if holding:
        # Rows of other keys are left out before the rows' parts are looked up: they are nearly all.
        likely = f"SELECT * FROM {files(holding)} WHERE hash({listed}) IN (SELECT code FROM hits)"
        con.execute(f"INSERT INTO repeated {rows(f'({likely})')} WHERE (part, code) IN (SELECT (part, code) FROM hits)")
    _reject_in_time(con, TABLES[table].key)


def _reject_in_time(con: duckdb.DuckDBPyConnection, key: list[str]) -> None:
    """Fill `rejected` and `remains` from rows of the same key in `repeated`: the union of their rivals' days, and its gaps."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE same_key AS SELECT repeated.*, place, "
        f"coalesce(starts, {_ALWAYS}) AS starts, coalesce(ends, {_STILL}) AS ends "
        "FROM repeated JOIN parts USING (part) ANTI JOIN rejected USING (part, row)"
    )
    equal = " AND ".join(f"a.{name(column)} IS NOT DISTINCT FROM b.{name(column)}" for column in key)
    shown = " || ', ' || ".join(f"coalesce(CAST(a.{name(column)} AS VARCHAR), '')" for column in key)
    con.execute(
        # `reached`: the day up to which the rivals before cover the row's days
        f"CREATE OR REPLACE TEMP TABLE rivals AS SELECT *, sum(CAST(since > reached AS INTEGER)) OVER (PARTITION BY part, row "
        "ORDER BY since, until ROWS UNBOUNDED PRECEDING) AS island FROM (SELECT *, coalesce(max(until) OVER (PARTITION BY part, "
        "row ORDER BY since, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), starts) AS reached FROM ("
        f"SELECT a.part, a.row, {shown} AS value, a.starts, a.ends, "
        "greatest(a.starts, b.starts) AS since, least(a.ends, b.ends) AS until "
        f"FROM same_key AS a JOIN same_key AS b ON {equal} AND (b.place, b.row) < (a.place, a.row) "
        "AND a.starts < b.ends AND b.starts < a.ends))"
    )
    days = "nullif({}, starts), nullif({}, ends)"  # blank where they are the part's own
    con.execute(
        f"INSERT INTO rejected SELECT part, row, {literal(', '.join(key))}, value, 'duplicate_key', "
        f"{days.format('min(since)', 'max(until)')} FROM rivals GROUP BY part, row, value, starts, ends, island"
    )
    con.execute(
        f"INSERT INTO remains SELECT part, row, {days.format('reached', 'since')} FROM rivals WHERE since > reached UNION ALL "
        f"SELECT part, row, {days.format('max(until)', 'ends')} FROM rivals GROUP BY part, row, starts, ends "
        "HAVING max(until) < ends"
    )
