"""One table: keys not found where they refer to (orphans) and keys given more than once (duplicates).

Both are looked for in the staged files' key columns alone; only files in which something is found are written again.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from brandops.contract import TABLES
from brandops.ingest.files import File
from brandops.ingest.sql import literal, name
from brandops.ingest.stage import REJECTS, Staged, reject_columns
from brandops.ingest.transform import Transform
from brandops.params.sources import Source


@dataclass
class Part:
    """A staged file as part of its table."""

    source: Source
    file: File
    staged: Staged
    target: str  # file name in the table's folder


@dataclass
class Outcome:
    """A finished table: its folder, and per part the rows loaded, the rules broken and the days covered."""

    folder: Path
    loaded: list[int] = field(default_factory=list)
    rules: list[dict[str, int]] = field(default_factory=list)
    days: list[list[str | None]] = field(default_factory=list)

    @property
    def rejects(self) -> str:
        """Path of the rows rejected for their keys."""
        return str(self.folder / "rejects.parquet")

    @classmethod
    def load(cls, folder: Path) -> "Outcome | None":
        """A table finished earlier; None where there is none."""
        try:
            return cls(folder, **json.loads((folder / "account.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def save(self) -> None:
        """Write the account; its presence says the folder is complete."""
        account = {"loaded": self.loaded, "rules": self.rules, "days": self.days}
        (self.folder / "account.json").write_text(json.dumps(account, sort_keys=True))


def finish_table(
    con: duckdb.DuckDBPyConnection, table: str, parts: list[Part], referenced: dict[str, list[str]], folder: Path,
    transform_of: Callable[[Part], Transform],
) -> Outcome:  # fmt: skip
    """Write a table's final files into `folder`.

    Parameters
    ----------
    parts
        The table's staged files in load order, repeats of a file excepted.
    referenced
        Final files of each supplied table.
    transform_of
        Gives the query of a part, to look up the raw record of a row rejected here.
    """
    folder.mkdir(parents=True)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE rejected (part INTEGER, row BIGINT, column_name VARCHAR, value VARCHAR, rule VARCHAR);"
        "CREATE OR REPLACE TEMP TABLE blanked (part INTEGER, row BIGINT, column_name VARCHAR);"
        "CREATE OR REPLACE TEMP TABLE parts (part INTEGER, _source VARCHAR, _file VARCHAR, starts DATE, ends DATE)"
    )
    for position, part in enumerate(parts):
        file = part.file
        con.execute(
            "INSERT INTO parts VALUES (?, ?, ?, ?, ?)", [position, part.source.name, file.shown, file.known_from, file.known_to]
        )
    if parts:
        _find_orphans(con, table, parts, referenced)
        _find_duplicates(con, table, parts)
    outcome = Outcome(folder)
    rejects = []
    for position, part in enumerate(parts):
        found = dict(
            con.execute("SELECT rule, count(*) FROM rejected WHERE part = ? GROUP BY rule ORDER BY rule", [position]).fetchall()
        )
        _write_part(con, position, part, folder, bool(found))
        if found:
            rejects.append(_records(con, position, part, transform_of(part), folder))
        outcome.loaded.append(part.staged.loaded - sum(found.values()))
        outcome.rules.append(found)
        outcome.days.append(_days(con, table, str(folder / part.target)))
    empty = "SELECT " + ", ".join(f"CAST(NULL AS {kind}) AS {name(column)}" for column, kind in REJECTS.items()) + " WHERE false"
    union = " UNION ALL ".join([empty, *(f"SELECT * FROM read_parquet({literal(path)})" for path in rejects)])
    con.execute(f"COPY ({union}) TO {literal(outcome.rejects)} (FORMAT parquet)")
    for path in rejects:
        Path(path).unlink()
    outcome.save()
    return outcome


def files(paths: list[str]) -> str:
    """SQL that reads several parquet files."""
    return f"read_parquet([{', '.join(map(literal, paths))}])"


def _find_orphans(con: duckdb.DuckDBPyConnection, table: str, parts: list[Part], referenced: dict[str, list[str]]) -> None:
    for column, (other, key) in TABLES[table].references.items():
        if other not in referenced:
            continue
        for policy in ("quarantine", "blank"):
            concerned = [p.staged.rows for p in parts if p.source.on_orphan.get(column, "quarantine") == policy]
            if not concerned:
                continue
            quoted = name(column)
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE unknown AS SELECT DISTINCT {quoted} AS value FROM {files(concerned)} "
                f"WHERE {quoted} IS NOT NULL AND {quoted} NOT IN (SELECT {name(key)} FROM {files(referenced[other])})"
            )
            if con.execute("SELECT count(*) FROM unknown").fetchone()[0] == 0:
                continue
            rows = (
                f"SELECT part, _row AS row, {literal(column)} AS column_name, {quoted} AS value FROM {files(concerned)} "
                f"JOIN parts USING (_source, _file) WHERE {quoted} IN (SELECT value FROM unknown)"
            )
            if policy == "blank":
                con.execute(f"INSERT INTO blanked SELECT part, row, column_name FROM ({rows})")
            else:
                con.execute(f"INSERT INTO rejected SELECT *, 'orphan' FROM ({rows}) ANTI JOIN rejected USING (part, row)")


def _find_duplicates(con: duckdb.DuckDBPyConnection, table: str, parts: list[Part]) -> None:
    """Reject every row whose key an earlier row in force at the same time has.

    Versions of one file follow each other in time, so they may share keys. The hash of the key finds the candidates; the
    key itself decides.
    """
    keys = [name(key) for key in TABLES[table].key]
    staged = files([part.staged.rows for part in parts])
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE candidates AS SELECT hash({', '.join(keys)}) AS code FROM {staged} "
        "GROUP BY code HAVING count(*) > 1"
    )
    if con.execute("SELECT count(*) FROM candidates").fetchone()[0] == 0:
        return
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE same_key AS SELECT {', '.join(keys)}, part, _row AS row, starts, ends "
        f"FROM {staged} JOIN parts USING (_source, _file) "
        f"WHERE hash({', '.join(keys)}) IN (SELECT code FROM candidates)"
        "AND (part, _row) NOT IN (SELECT (part, row) FROM rejected)"
    )
    equal = " AND ".join(f"a.{key} IS NOT DISTINCT FROM b.{key}" for key in keys)
    shown = " || ', ' || ".join(f"coalesce(CAST(a.{key} AS VARCHAR), '')" for key in keys)
    con.execute(
        f"INSERT INTO rejected SELECT a.part, a.row, {literal(', '.join(TABLES[table].key))}, {shown}, 'duplicate_key' "
        "FROM same_key AS a WHERE EXISTS (SELECT 1 FROM same_key AS b "
        f"WHERE {equal} AND (b.part < a.part OR (b.part = a.part AND b.row < a.row)) "
        "AND coalesce(a.starts, DATE '0001-01-01') < coalesce(b.ends, DATE '9999-12-31') "
        "AND coalesce(b.starts, DATE '0001-01-01') < coalesce(a.ends, DATE '9999-12-31'))"
    )


def _write_part(con: duckdb.DuckDBPyConnection, position: int, part: Part, folder: Path, rejected: bool) -> None:
    target = folder / part.target
    query = "SELECT DISTINCT column_name FROM blanked WHERE part = ? ORDER BY column_name"
    blanked = [row[0] for row in con.execute(query, [position]).fetchall()]
    if not rejected and not blanked:
        os.link(part.staged.rows, target)
        return
    replaced = ", ".join(
        f"CASE WHEN _row IN (SELECT row FROM blanked WHERE part = {position} AND column_name = {literal(column)}) "
        f"THEN NULL ELSE {name(column)} END AS {name(column)}"
        for column in blanked
    )
    star = f"* REPLACE ({replaced})" if replaced else "*"
    con.execute(
        f"COPY (SELECT {star} FROM read_parquet({literal(part.staged.rows)}) "
        f"WHERE _row NOT IN (SELECT row FROM rejected WHERE part = {position})) TO {literal(str(target))} (FORMAT parquet)"
    )


def _records(con: duckdb.DuckDBPyConnection, position: int, part: Part, transform: Transform, folder: Path) -> str:
    """Write the part's rejects with the raw records they come from."""
    path = str(folder / f"rejects-{position}.parquet")
    known = f"SELECT _row, {transform.known_on()} AS known_on FROM read_parquet({literal(part.staged.rows)})"
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE broken AS SELECT 0 AS part, row, column_name AS "column", value, rule, known_on '
        f"FROM rejected JOIN ({known}) ON row = _row WHERE part = {position}"
    )
    con.execute(
        f"COPY (SELECT {reject_columns(part.source, part.file)}, * EXCLUDE (part) FROM ({transform.shown('broken')}) ORDER BY row) "
        f"TO {literal(path)} (FORMAT parquet)"
    )
    return path


def _days(con: duckdb.DuckDBPyConnection, table: str, path: str) -> list[str | None]:
    """First and last day the rows speak of, UTC for a timestamp; None where the table has no date."""
    column = TABLES[table].known_on
    if column is None:
        return [None, None]
    query = f"SELECT min({name(column)}), max({name(column)}) FROM read_parquet({literal(path)})"
    first, last = con.execute(f"SELECT CAST(a AS DATE), CAST(b AS DATE) FROM ({query}) AS t(a, b)").fetchone()
    return [first and first.isoformat(), last and last.isoformat()]
