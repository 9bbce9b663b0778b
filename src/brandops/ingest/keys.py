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
from brandops.ingest.files import File
from brandops.ingest.remembered import Remembered, codes_of, files
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

    @property
    def mark(self) -> str:
        """What stands for the file's content, and for what is done about its orphans."""
        return f"{self.staged.folder.name} {json.dumps(self.source.on_orphan, sort_keys=True)}"


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
        "CREATE OR REPLACE TEMP TABLE rejected (part INTEGER, row BIGINT, column_name VARCHAR, value VARCHAR, rule VARCHAR);"
        "CREATE OR REPLACE TEMP TABLE blanked (part INTEGER, row BIGINT, column_name VARCHAR);"
        "CREATE OR REPLACE TEMP TABLE parts (part INTEGER, _source VARCHAR, _file VARCHAR, starts DATE, ends DATE, mark VARCHAR)"
    )
    for position, part in enumerate(parts):
        file = part.file
        con.execute(
            "INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?)",
            [position, part.source.name, file.shown, file.known_from, file.known_to, part.mark],
        )
    if parts:
        _find_unknown(con, table, parts, referenced, earlier)
        _reject_orphans(con, table, parts)
        _find_duplicates(con, table, parts, [part for part in parts if part.mark not in known], earlier)
    _remember(con, memory)
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
        origin = "/".join(Path(source).parts[-2:])
        outcome.loaded.append(part.staged.loaded - sum(found.get(position, {}).values()))
        outcome.rules.append(found.get(position, {}))
        memory.days[origin] = earlier.days.get(origin) if earlier and origin in earlier.days else _days(con, table, target)
        outcome.days.append(memory.days[origin])
    union = " UNION ALL ".join([NO_REJECTS, *(f"SELECT * FROM read_parquet({literal(path)})" for path in rejects)])
    con.execute(f"COPY ({union}) TO {literal(outcome.rejects)} ({PARQUET})")
    memory.save()
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


def _find_unknown(
    con: duckdb.DuckDBPyConnection, table: str, parts: list[Part], referenced: dict[str, list[str]], earlier: Remembered | None
) -> None:
    """Fill `unknown`: rows that name a key found nowhere, of files where such a row is not kept.

    Of a file looked at before, the keys unknown then are asked about again; as long as no key was lost, the others are known.
    """
    for column, (other, key) in TABLES[table].references.items():
        if other not in referenced:
            continue
        known = set(earlier.parts) if earlier and not earlier.lost(con, other, key, referenced[other]) else set()
        concerned = [part for part in parts if part.source.on_orphan.get(column, "quarantine") != "keep"]
        fresh = [part.staged.rows for part in concerned if part.mark not in known]
        listed = f"SELECT {name(key)} FROM {files(referenced[other])}"
        if fresh:
            quoted = name(column)
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE missing AS SELECT DISTINCT {quoted} AS value FROM {files(fresh)} "
                f"WHERE {quoted} IS NOT NULL AND {quoted} NOT IN ({listed})"
            )
            if con.execute("SELECT count(*) FROM missing").fetchone()[0]:
                con.execute(
                    f"INSERT INTO unknown SELECT part, _row, {literal(column)}, {quoted} FROM {files(fresh)} "
                    f"JOIN parts USING (_source, _file) WHERE {quoted} IN (SELECT value FROM missing)"
                )
        if known:
            con.execute(
                f"INSERT INTO unknown SELECT p.part, u.row, column_name, value FROM read_parquet({literal(earlier.unknown)}) AS u "
                f"JOIN parts AS p ON p.mark = u.part WHERE column_name = {literal(column)} "
                f"AND value NOT IN (SELECT CAST({name(key)} AS VARCHAR) FROM {files(referenced[other])})"
            )


def _reject_orphans(con: duckdb.DuckDBPyConnection, table: str, parts: list[Part]) -> None:
    """Blank the unknown key or reject the row, for the first such key, as the file's source has it."""
    for column in TABLES[table].references:
        blanking = [n for n, part in enumerate(parts) if part.source.on_orphan.get(column, "quarantine") == "blank"]
        blanks = f"part IN ({', '.join(map(str, blanking))})" if blanking else "false"
        found = f"FROM unknown WHERE column_name = {literal(column)}"
        con.execute(f"INSERT INTO blanked SELECT part, row, column_name {found} AND {blanks}")
        con.execute(
            f"INSERT INTO rejected SELECT *, 'orphan' FROM (SELECT part, row, column_name, value {found} AND NOT {blanks}) "
            "ANTI JOIN rejected USING (part, row)"
        )


def _remember(con: duckdb.DuckDBPyConnection, memory: Remembered) -> None:
    unknown = "SELECT mark AS part, row, column_name, value FROM unknown JOIN parts USING (part)"
    con.execute(f"COPY ({unknown}) TO {literal(memory.unknown)} ({PARQUET})")
    repeats = "SELECT mark, repeated.* EXCLUDE (part) FROM repeated JOIN parts USING (part)"
    con.execute(f"COPY ({repeats}) TO {literal(memory.repeats)} ({PARQUET})")


def _find_duplicates(
    con: duckdb.DuckDBPyConnection, table: str, parts: list[Part], fresh: list[Part], earlier: Remembered | None
) -> None:
    """Reject every row whose key an earlier row in force at the same time has.

    Versions of one file follow each other in time, so they may share keys. The hash of the key finds the candidates, of files
    looked at before only hashes that files have too which are `fresh`, or that were given more than once then; the key itself
    decides. Rows that were found then are not looked up again.
    """
    keys = [name(key) for key in TABLES[table].key]
    everywhere = [codes_of(con, part.staged.rows, TABLES[table].key) for part in parts]
    rows = (
        f"SELECT hash({', '.join(keys)}) AS code, part, _row AS row, {', '.join(keys)} FROM {{}} JOIN parts USING (_source, _file)"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE repeated AS {rows.format(files([(fresh or parts)[0].staged.rows]))} WHERE false")
    looked_at = files(everywhere)
    if len(fresh) < len(parts):
        new = [codes_of(con, part.staged.rows, TABLES[table].key) for part in fresh]
        suspects = " UNION ".join(f"SELECT code FROM {files([path])}" for path in [*new, earlier.repeats])
        con.execute(f"CREATE OR REPLACE TEMP TABLE suspects AS {suspects}")
        looked_at = f"(SELECT code FROM {looked_at} SEMI JOIN suspects USING (code))"
    con.execute(f"INSERT INTO candidates SELECT code FROM {looked_at} GROUP BY code HAVING count(*) > 1")
    if con.execute("SELECT count(*) FROM candidates").fetchone()[0] == 0:
        return
    if len(fresh) < len(parts):
        con.execute(
            f"INSERT INTO repeated SELECT code, p.part, row, {', '.join(keys)} FROM {files([earlier.repeats])} "
            "JOIN parts AS p USING (mark) SEMI JOIN candidates USING (code)"
        )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE hits AS SELECT DISTINCT part, code FROM {files(everywhere, named=True)} "
        f"JOIN (SELECT unnest([{', '.join(map(literal, everywhere))}]) AS filename, unnest(range({len(parts)})) AS part) "
        "USING (filename) SEMI JOIN candidates USING (code) ANTI JOIN repeated USING (part, code)"
    )
    holding = [parts[part].staged.rows for (part,) in con.execute("SELECT DISTINCT part FROM hits ORDER BY part").fetchall()]
    if holding:
        con.execute(f"INSERT INTO repeated {rows.format(files(holding))} WHERE (part, code) IN (SELECT (part, code) FROM hits)")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE same_key AS "
        "SELECT * FROM repeated JOIN parts USING (part) ANTI JOIN rejected USING (part, row)"
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
