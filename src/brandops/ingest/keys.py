"""One table: keys not found where they refer to (orphans) and keys given more than once (duplicates).

Both are looked for in the staged files' key columns alone. A file in which something is found is written again, and kept: as
long as the same rows of it are found, another file costs no more than looking for keys.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from brandops.contract import TABLES
from brandops.ingest.files import File
from brandops.ingest.sql import PARQUET, literal, name
from brandops.ingest.stage import NO_REJECTS, Staged, reject_columns
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
    """A finished table: its folder, and per part the rows loaded, the rules broken and the days covered.

    `written` names the folders of the cache that hold the files written again.
    """

    folder: Path
    loaded: list[int] = field(default_factory=list)
    rules: list[dict[str, int]] = field(default_factory=list)
    days: list[list[str | None]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

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
        account = {key: value for key, value in vars(self).items() if key != "folder"}
        (self.folder / "account.json").write_text(json.dumps(account, sort_keys=True))


def finish_table(
    con: duckdb.DuckDBPyConnection, table: str, parts: list[Part], referenced: dict[str, list[str]], folder: Path,
    transform_of: Callable[[Part], Transform], cache: Path,
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
    cache
        Folder in which files written again are kept, by the content they follow from.
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
    found, digests = _found(con)
    for position, part in enumerate(parts):
        target, source = str(folder / part.target), part.staged.rows
        if position in digests:
            # The staged file's key stands for its content, what is found in it for the rest.
            key = hashlib.sha256(f"{part.staged.folder.name} {digests[position]}".encode()).hexdigest()
            kept = cache / key
            if not kept.exists():
                _write_again(con, position, part, transform_of(part), kept)
            source = str(kept / "rows.parquet")
            rejects.append(str(kept / "rejects.parquet"))
            outcome.written.append(key)
        os.link(source, target)
        outcome.loaded.append(part.staged.loaded - sum(found.get(position, {}).values()))
        outcome.rules.append(found.get(position, {}))
        outcome.days.append(_days(con, table, target))
    union = " UNION ALL ".join([NO_REJECTS, *(f"SELECT * FROM read_parquet({literal(path)})" for path in rejects)])
    con.execute(f"COPY ({union}) TO {literal(outcome.rejects)} ({PARQUET})")
    outcome.save()
    return outcome


def _found(con: duckdb.DuckDBPyConnection) -> tuple[dict[int, dict[str, int]], dict[int, str]]:
    """Per part the rejected rows by rule, and a digest of all that was found in it, keys to be blanked included."""
    found: dict[int, dict[str, int]] = {}
    counted = "SELECT part, rule, count(*) FROM rejected GROUP BY part, rule ORDER BY part, rule"
    for part, rule, rows in con.execute(counted).fetchall():
        found.setdefault(part, {})[rule] = rows
    every = (
        "SELECT part, row, column_name, value, rule FROM rejected "
        "UNION ALL SELECT part, row, column_name, NULL, 'blanked' FROM blanked"
    )
    line = "CAST([CAST(row AS VARCHAR), column_name, value, rule] AS VARCHAR)"
    listed = f"SELECT part, sha256(string_agg({line}, chr(10) ORDER BY row, column_name, rule)) FROM ({every}) GROUP BY part"
    return found, dict(con.execute(listed).fetchall())


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


def _write_again(con: duckdb.DuckDBPyConnection, position: int, part: Part, transform: Transform, kept: Path) -> None:
    """Write the part without its rejects and with keys blanked, and the rejects with the raw records they come from."""
    building = kept.with_name("building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    query = "SELECT DISTINCT column_name FROM blanked WHERE part = ? ORDER BY column_name"
    blanked = [row[0] for row in con.execute(query, [position]).fetchall()]
    replaced = ", ".join(
        f"CASE WHEN _row IN (SELECT row FROM blanked WHERE part = {position} AND column_name = {literal(column)}) "
        f"THEN NULL ELSE {name(column)} END AS {name(column)}"
        for column in blanked
    )
    star = f"* REPLACE ({replaced})" if replaced else "*"
    staged = f"read_parquet({literal(part.staged.rows)})"
    con.execute(
        f"COPY (SELECT {star} FROM {staged} WHERE _row NOT IN (SELECT row FROM rejected WHERE part = {position})) "
        f"TO {literal(str(building / 'rows.parquet'))} ({PARQUET})"
    )
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE broken AS SELECT 0 AS part, row, column_name AS "column", value, rule, known_on '
        f"FROM rejected JOIN (SELECT _row, {transform.known_on()} AS known_on FROM {staged}) ON row = _row WHERE part = {position}"
    )
    head = reject_columns(part.source, part.file)
    rejects = f"SELECT {head}, * EXCLUDE (part) FROM ({transform.shown('broken')}) ORDER BY row"
    con.execute(f"COPY ({rejects}) TO {literal(str(building / 'rejects.parquet'))} ({PARQUET})")
    building.rename(kept)


def _days(con: duckdb.DuckDBPyConnection, table: str, path: str) -> list[str | None]:
    """First and last day the rows speak of, UTC for a timestamp; None where the table has no date."""
    column = TABLES[table].known_on
    if column is None:
        return [None, None]
    query = f"SELECT min({name(column)}), max({name(column)}) FROM read_parquet({literal(path)})"
    first, last = con.execute(f"SELECT CAST(a AS DATE), CAST(b AS DATE) FROM ({query}) AS t(a, b)").fetchone()
    return [first and first.isoformat(), last and last.isoformat()]
