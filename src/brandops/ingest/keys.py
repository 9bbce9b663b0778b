"""One table: keys not found where they refer to (orphans) and keys given more than once (duplicates).

Both are looked for in the staged files' key columns alone, of files looked at before only where the new ones give reason to
(`brandops.ingest.remembered`). A file in which something is found is written again, and kept as long as the same rows of it
are found.
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
from brandops.ingest.duplicates import find_duplicates
from brandops.ingest.manifest import Stored
from brandops.ingest.orphans import find_unknown, reject_orphans
from brandops.ingest.parts import Part
from brandops.ingest.remembered import Remembered
from brandops.ingest.sql import PARQUET, literal, name
from brandops.ingest.stage import reject_columns, session, side_by_side
from brandops.ingest.staged import NO_REJECTS, rows_path
from brandops.ingest.transform import Transform


@dataclass
class Outcome:
    """A finished table: its folder, and per part the files it came to and the rules broken as it stands at its file's end.

    `written` names the folders of the cache that hold the files written again.
    """

    folder: Path
    stored: list[list[Stored]] = field(default_factory=list)
    rules: list[dict[str, int]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    @property
    def loaded(self) -> int:
        """Rows still in force."""
        return sum(each.rows for part in self.stored for each in part if each.known_to is None)

    @property
    def paths(self) -> list[str]:
        """Paths of the table's files."""
        return [str(self.folder / each.parquet) for part in self.stored for each in part]

    @property
    def rejects(self) -> str:
        """Path of the rows rejected for their keys."""
        return str(self.folder / "rejects.parquet")

    @classmethod
    def load(cls, folder: Path) -> "Outcome | None":
        """A table finished earlier; None where there is none."""
        try:
            outcome = cls(folder, **json.loads((folder / "account.json").read_text()))
            outcome.stored = [[Stored(**each) for each in part] for part in outcome.stored]
            return outcome
        except (OSError, ValueError, TypeError):
            return None

    def save(self) -> None:
        """Write the account; its presence says the folder is complete."""
        account = {key: value for key, value in vars(self).items() if key != "folder"}
        account["stored"] = [[vars(each) for each in part] for part in self.stored]
        (self.folder / "account.json").write_text(json.dumps(account, sort_keys=True))


def finish_table(
    con: duckdb.DuckDBPyConnection, table: str, parts: list[Part], referenced: dict[str, list[str]], folder: Path,
    transform_of: Callable[[Part], Transform], cache: Path, earlier: Remembered | None = None,
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
    earlier
        What the last run found in the table; the outcome is the same without it.
    """
    folder.mkdir(parents=True)
    known = set(earlier.parts) if earlier else set()
    memory = Remembered(folder, table, [part.mark for part in parts], referenced)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE unknown (part INTEGER, row BIGINT, column_name VARCHAR, value VARCHAR);"
        "CREATE OR REPLACE TEMP TABLE candidates (code UBIGINT);"
        "CREATE OR REPLACE TEMP TABLE repeated (part INTEGER, code UBIGINT);"
        "CREATE OR REPLACE TABLE rejected (part INTEGER, row BIGINT, column_name VARCHAR, value VARCHAR, rule VARCHAR, "
        "starts DATE, ends DATE);"
        "CREATE OR REPLACE TABLE remains (part INTEGER, row BIGINT, starts DATE, ends DATE);"
        "CREATE OR REPLACE TABLE blanked (part INTEGER, row BIGINT, column_name VARCHAR);"
        "CREATE OR REPLACE TEMP TABLE parts "
        "(part INTEGER, place INTEGER, source VARCHAR, file VARCHAR, starts DATE, ends DATE, mark VARCHAR)"
    )
    place = -1
    for position, part in enumerate(parts):
        place += part.spell == 0  # the spells of a file stand in one place
        con.execute(
            "INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)",
            [position, place, part.source.name, part.file.shown, part.known_from, part.known_to, part.mark],
        )
    if parts:
        find_unknown(con, table, parts, referenced, earlier)
        reject_orphans(con, table, parts)
        find_duplicates(con, table, parts, [part for part in parts if part.mark not in known], earlier)
    _remember(con, memory)
    outcome = Outcome(folder)
    rejects = []
    found = _found(con)
    again = {n: cache / hashlib.sha256(f"{parts[n].origin} {digest}".encode()).hexdigest() for n, (*_, digest) in found.items()}
    _write_all_again(con, {n: (parts[n], kept) for n, kept in again.items() if not kept.exists()}, transform_of)
    for position, part in enumerate(parts):
        rejected, rules, _digest = found.get(position, (0, {}, None))
        paths, more = [part.rows], []
        if position in again:
            kept = again[position]
            more = json.loads((kept / "remains.json").read_text())
            paths = [rows_path(kept, place) for place in range(len(more) + 1)]
            rejects.append(str(kept / "rejects.parquet"))
            outcome.written.append(kept.name)
        spells = [(part.begun, part.ended, part.passed - rejected), *more]
        outcome.stored.append([])
        for place, (path, (begun, ended, rows)) in enumerate(zip(paths, spells, strict=True)):
            target = part.target.replace(".parquet", f"-{place}.parquet") if place else part.target
            os.link(path, folder / target)
            origin = "/".join(Path(path).parts[-2:])
            held = earlier.days.get(origin) if earlier and origin in earlier.days else _days(con, table, path)
            memory.days[origin] = held
            ends = (each and each.isoformat() for each in (part.file.known_from, part.file.known_to))
            since, until = (own or files for own, files in zip((begun, ended), ends, strict=True))
            outcome.stored[-1].append(Stored(target, rows, *held, since, until))
        outcome.rules.append({} if part.ended else rules)
    union = " UNION ALL ".join([NO_REJECTS, *(f"SELECT * FROM read_parquet({literal(path)})" for path in rejects)])
    con.execute(f"COPY ({union}) TO {literal(outcome.rejects)} ({PARQUET})")
    memory.save()
    outcome.save()
    return outcome


def _found(con: duckdb.DuckDBPyConnection) -> dict[int, tuple[int, dict[str, int], str]]:
    """Per part in which something was found: rows rejected on some day, those rejected at the part's end by rule, and a digest.

    The digest is of all that was found, keys to be blanked included.
    """
    rows = dict(con.execute("SELECT part, count(DISTINCT row) FROM rejected GROUP BY part").fetchall())
    rules: dict[int, dict[str, int]] = {}
    counted = "SELECT part, rule, count(*) FROM rejected WHERE ends IS NULL GROUP BY part, rule ORDER BY part, rule"
    for part, rule, number in con.execute(counted).fetchall():
        rules.setdefault(part, {})[rule] = number
    every = "SELECT * FROM rejected UNION ALL SELECT part, row, column_name, NULL, 'blanked', NULL, NULL FROM blanked"
    line = "CAST([CAST(row AS VARCHAR), column_name, value, rule, CAST(starts AS VARCHAR), CAST(ends AS VARCHAR)] AS VARCHAR)"
    order = "row, column_name, rule, starts NULLS FIRST"
    listed = f"SELECT part, sha256(string_agg({line}, chr(10) ORDER BY {order})) FROM ({every}) GROUP BY part"
    return {part: (rows.get(part, 0), rules.get(part, {}), digest) for part, digest in con.execute(listed).fetchall()}


def _remember(con: duckdb.DuckDBPyConnection, memory: Remembered) -> None:
    unknown = "SELECT mark AS part, row, column_name, value FROM unknown JOIN parts USING (part)"
    con.execute(f"COPY ({unknown}) TO {literal(memory.unknown)} ({PARQUET})")
    repeats = "SELECT mark, repeated.* EXCLUDE (part) FROM repeated JOIN parts USING (part)"
    con.execute(f"COPY ({repeats}) TO {literal(memory.repeats)} ({PARQUET})")


def _write_all_again(
    con: duckdb.DuckDBPyConnection, needed: dict[int, tuple[Part, Path]], transform_of: Callable[[Part], Transform]
) -> None:
    """Write parts, by position, into the folders given, two at a time."""
    works = [(position, part, transform_of(part), kept) for position, (part, kept) in needed.items()]

    def write(work: tuple[int, Part, Transform, Path]) -> None:
        with session(con) as own:
            _write_again(own, *work)

    with side_by_side(con, [part.passed for _, part, _, _ in works]) as pool:
        list(pool.map(write, works))


def _write_again(con: duckdb.DuckDBPyConnection, position: int, part: Part, transform: Transform, kept: Path) -> None:
    """Write the part without its rejects and with keys blanked, and the rejects with the raw records they come from."""
    building = kept.with_suffix(".building")
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
    staged, rejected = f"read_parquet({literal(part.rows)})", f"(SELECT * FROM rejected WHERE part = {position})"
    kept_rows = f"SELECT {star} FROM {staged} WHERE _row NOT IN (SELECT row FROM {rejected})"
    con.execute(f"COPY ({kept_rows}) TO {literal(rows_path(building, 0))} ({PARQUET})")
    spells = con.execute(
        f"SELECT CAST(starts AS VARCHAR), CAST(ends AS VARCHAR), count(*) FROM remains WHERE part = {position} "
        "GROUP BY starts, ends ORDER BY starts NULLS FIRST, ends NULLS LAST"
    ).fetchall()
    for place, (starts, ends, _rows) in enumerate(spells, 1):
        left = (
            f"SELECT row FROM remains WHERE part = {position} AND starts IS NOT DISTINCT FROM {literal(starts)} "
            f"AND ends IS NOT DISTINCT FROM {literal(ends)}"
        )
        changed = {"_known_from": starts, "_known_to": ends}
        days = ", ".join(f"CAST({literal(day)} AS DATE) AS {end}" for end, day in changed.items() if day)
        con.execute(
            f"COPY (SELECT * REPLACE ({days}) FROM (SELECT {star} FROM {staged}) WHERE _row IN ({left})) "
            f"TO {literal(rows_path(building, place))} ({PARQUET})"
        )
    remains = [(starts or part.begun, ends or part.ended, rows) for starts, ends, rows in spells]
    (building / "remains.json").write_text(json.dumps(remains))
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE broken AS SELECT 0 AS part, row, column_name AS "column", value, rule, known_on, '
        f"coalesce(starts, CAST({literal(part.begun)} AS DATE)) AS in_force_from, "
        f"coalesce(ends, CAST({literal(part.ended)} AS DATE)) AS in_force_to "
        f"FROM {rejected} JOIN (SELECT _row, {transform.known_on()} AS known_on FROM {staged}) ON row = _row"
    )
    head = reject_columns(part.source, part.file)
    rejects = f"SELECT {head}, * EXCLUDE (part) FROM ({transform.shown('broken')}) ORDER BY row, in_force_from NULLS FIRST"
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
