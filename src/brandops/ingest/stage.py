"""Files: read, mapped, converted, corrected, judged by the rules that look at one row; their good rows and their rejects.

Every row is converted once, by the quick paths, into a table from which formats and good rows are taken; the few rows that
need more are set apart and read with care, and the rejects are among them. Small files of a source are taken together:
planning the query of one costs more than running it over all of them. Each keeps its own numbering, account and output. What
depends on other files (orphans, duplicates) is judged per table in `brandops.ingest.keys`.
"""

import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb

from brandops.errors import UserError
from brandops.ingest import databases, select
from brandops.ingest.files import File
from brandops.ingest.formats import count_formats
from brandops.ingest.judge import Judge
from brandops.ingest.readers import Raw, first_line, parquet, read
from brandops.ingest.sql import PARQUET, literal, name
from brandops.ingest.staged import NO_REJECTS, Staged, Work, rows_path
from brandops.ingest.transform import MASK, Transform, raw_columns
from brandops.params.sources import Correction, Source, Sources

# Files are taken together up to this many rows. Only files that fit into half a row group of parquet are: what else stood
# in the table would show in where a larger one's row groups end.
_TOGETHER, _SMALL = 500_000, 60_000
# Converted rows of a larger file are not kept in memory: it is read and converted again for each question.
_KEPT = 3_000_000
# The optimizer makes a list of more than five values in IN a join, which evaluates what is compared for every row, also
# where a CASE asks for it in one row of a thousand. And rows keep their order only on the side of a join they are written on.
_DISABLED = "in_clause,build_side_probe_side"
AT_A_TIME = 2  # files at work


def open_file(
    con: duckdb.DuckDBPyConnection, sources: Sources, source: Source, profile: str, file: File, scratch: Path
) -> Raw:  # fmt: skip
    """Make a file a relation of raw values, its source's `select` applied; it stays valid while `scratch` does."""
    scratch.mkdir(parents=True, exist_ok=True)
    if source.kind == "sql":
        target = scratch / "rows.parquet"
        databases.stage(con, source, profile, target)
        raw = parquet(con, source, target)
    else:
        raw = read(con, source, file.path, file.shown, scratch)
    if source.select is not None:
        raw = select.apply(con, sources, source, profile, file.shown, raw, scratch)
    return raw


def session(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A connection of its own to the same engine, for a thread; its temporary tables are its own."""
    own = con.cursor()
    own.execute(f"SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET disabled_optimizers = '{_DISABLED}'")
    return own


@contextmanager
def side_by_side(con: duckdb.DuckDBPyConnection, sizes: list[int]) -> Iterator[ThreadPoolExecutor]:
    """A pool that works on several files, of the sizes given, at a time.

    Files alike share the machine's processors, which costs a tenth less than all of them working on each: a query of its own
    thread hands nothing over. One that outweighs the others gets them all.
    """
    alike = max(sizes, default=0) * AT_A_TIME <= sum(sizes)
    if alike:
        con.execute(f"SET threads = {max(1, (os.cpu_count() or 1) // AT_A_TIME)}")
    pool = ThreadPoolExecutor(AT_A_TIME)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        con.execute("RESET threads")


def stage_files(
    con: duckdb.DuckDBPyConnection, sources: Sources, source: Source, profile: str, works: list[Work],
    corrections: list[Correction],
) -> Iterator[tuple[Work, Staged, Transform]]:  # fmt: skip
    """Write each file's good and rejected rows into its folder; gives the query of each for later questions.

    Raises
    ------
    UserError
        If a file cannot be read at all, or SQL of the mapping or of a correction fails.
    """

    def opened(work: Work) -> tuple[Work, Raw, dict[str, str]]:
        with session(con) as own:
            raw = open_file(own, sources, source, profile, work.file, work.scratch)
            return work, raw, raw_columns(own, raw.relation)

    def staged(taken: list[tuple[Work, Raw]]) -> list[tuple[Work, Staged, Transform]]:
        with session(con) as own:
            return _stage(own, sources, source, taken, corrections)

    with side_by_side(con, [work.file.path.stat().st_size for work in works]) as pool:
        for found in pool.map(staged, list(_together(pool.map(opened, works)))):
            yield from found


def _together(opened: Iterable[tuple[Work, Raw, dict[str, str]]]) -> Iterator[list[tuple[Work, Raw]]]:
    """Small files of the same columns, neighbours in order, together; every other one alone."""
    waiting: list[tuple[Work, Raw]] = []
    columns: dict[str, str] = {}
    for work, raw, found in opened:
        full = sum(other.rows for _, other in waiting) + raw.rows > _TOGETHER
        if waiting and (full or raw.rows > _SMALL or waiting[-1][1].rows > _SMALL or found != columns):
            yield waiting
            waiting = []
        columns = found
        waiting.append((work, raw))
    if waiting:
        yield waiting


def _stage(
    con: duckdb.DuckDBPyConnection, sources: Sources, source: Source, taken: list[tuple[Work, Raw]], corrections: list[Correction]
) -> list[tuple[Work, Staged, Transform]]:
    """Stage files of the same columns together."""
    raws = [raw for _, raw in taken]
    files = [work.file for work, _ in taken]
    transform = Transform(con, sources, source, files[0].shown, [raw.relation for raw in raws])
    repeats = [part for part, file in enumerate(files) if file.same_as is not None]
    judge = Judge(transform, corrections, [(file.known_from, file.known_to) for file in files], repeats)
    staged = [Staged(work.folder, raw.rows, raw.footer) for work, raw in taken]
    for work, _ in taken:
        work.folder.mkdir(parents=True, exist_ok=True)
    kept = sum(raw.rows for raw in raws) <= _KEPT
    try:
        con.execute(f"CREATE OR REPLACE TEMP {'TABLE' if kept else 'VIEW'} plain AS {judge.flagged()}")
        if not kept:
            # Pushed down, each rule would convert its column anew; kept above, all rules see the values converted once.
            con.execute(f"SET disabled_optimizers = '{_DISABLED},filter_pushdown'")
        listed = "SELECT _part, _row FROM plain WHERE _apart"
        con.execute(f"CREATE OR REPLACE TEMP TABLE apart AS FROM ({transform.mapped()}) WHERE (_part, _row) IN ({listed})")
        con.execute(f"CREATE OR REPLACE TEMP TABLE careful AS {transform.careful('apart')}")
        conversions = count_formats(con, transform, f"({judge.read()})", [n for n in range(len(files)) if n not in repeats])
        for account, found in zip(staged, conversions, strict=True):
            account.conversions = found
        if corrections:
            _write_matched(con, judge, staged, files)
        _write_rows(con, judge, staged, files)
        _write_rejects(con, judge, staged, files, raws)
    except duckdb.Error as error:
        if len(taken) > 1:  # one by one, to name the file at fault
            return [found for one in taken for found in _stage(con, sources, source, [one], corrections)]
        raise UserError(f"{source.name}: {files[0].shown}: {first_line(error)}") from None
    found = []
    for part, ((work, _), account) in enumerate(zip(taken, staged, strict=True)):
        if account.rows_in != account.loaded + sum(account.rules.values()):
            raise AssertionError(
                f"{source.name}: {work.file.shown}: {account.rows_in} rows in, {account.loaded} loaded, {account.rules}"
            )
        account.save()
        found.append((work, account, transform.only(part)))
    return found


def _provenance(source: Source, file: File, begun: str | None, ended: str | None) -> str:
    since, until = begun or file.known_from, ended or file.known_to
    return (
        f"{literal(source.name)} AS _source, {literal(file.shown)} AS _file, _row, "
        f"CAST({literal(since)} AS DATE) AS _known_from, CAST({literal(until)} AS DATE) AS _known_to"
    )


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: str) -> int:
    return con.execute(f"COPY ({query}) TO {literal(path)} ({PARQUET})").fetchone()[0]


def reject_columns(source: Source, file: File) -> str:
    """The first columns of a reject, which are the same for all of a file."""
    return f'{literal(source.name)} AS source, {literal(source.table)} AS "table", {literal(file.shown)} AS file'


def _write_rows(con: duckdb.DuckDBPyConnection, judge: Judge, staged: list[Staged], files: list[File]) -> None:
    """Write the rows that pass, each file's and each spell's into its own."""
    good = judge.good()
    spells: list[list[tuple[str | None, str | None]]] = [[(None, None)] for _ in files]
    several = len(files) > 1 or bool(judge.changing)
    if several:
        con.execute(f"CREATE OR REPLACE TEMP TABLE good AS {good}")
    if judge.changing:
        held = "SELECT DISTINCT _part, CAST(_from AS VARCHAR), CAST(_to AS VARCHAR) FROM good WHERE _from NOTNULL OR _to NOTNULL"
        for part, *spell in con.execute(f"{held} ORDER BY ALL").fetchall():
            spells[part].append(tuple(spell))
    for part, (account, file) in enumerate(zip(staged, files, strict=True)):
        for place, (begun, ended) in enumerate(spells[part]):
            listed = f"* EXCLUDE (_part, _row, _from, _to), {_provenance(judge.transform.source, file, begun, ended)}"
            of_spell = f"_from IS NOT DISTINCT FROM {literal(begun)} AND _to IS NOT DISTINCT FROM {literal(ended)}"
            rows = f"good WHERE _part = {part} AND {of_spell}" if several else f"({good})"
            written = _copy(con, f"SELECT {listed} FROM {rows}", rows_path(account.folder, place))
            account.spells.append((begun, ended, written))


def _write_rejects(con: duckdb.DuckDBPyConnection, judge: Judge, staged: list[Staged], files: list[File], raws: list[Raw]) -> None:
    """Write the rejected rows and count them by rule; nothing is evaluated again where every row passed."""
    transform = judge.transform
    missing = [
        part
        for part, (account, raw) in enumerate(zip(staged, raws, strict=True))
        if account.loaded < raw.rows - len(raw.unreadable) or judge.changing
    ]
    if missing:
        con.execute(f"CREATE OR REPLACE TEMP TABLE broken AS {judge.bad()}")
        con.execute(f"CREATE OR REPLACE TEMP TABLE bad AS {transform.shown('broken', 'apart')}")
    for part, (account, file, raw) in enumerate(zip(staged, files, raws, strict=True)):
        head = reject_columns(transform.source, file)
        parts = []
        if part in missing:
            parts.append(f"SELECT {head}, * EXCLUDE (part) FROM bad WHERE part = {part}")
        if raw.unreadable:
            parts.append(_unreadable(raw, head, bool(transform.table.personal), file.same_as is not None))
        rejects = " UNION ALL ".join([NO_REJECTS, *parts])
        _copy(con, f"SELECT * FROM ({rejects}) ORDER BY row, in_force_from NULLS FIRST" if parts else rejects, account.rejects)
        if parts:
            rejects = f"read_parquet({literal(account.rejects)}) WHERE in_force_to IS NULL"
            account.rules = dict(con.execute(f"SELECT rule, count(*) FROM {rejects} GROUP BY rule ORDER BY rule").fetchall())


def _unreadable(raw: Raw, head: str, hidden: bool, sent_twice: bool) -> str:
    """Rejects of the lines that could not be split into columns."""
    values = ", ".join(
        f"({row}, {literal(problem)}, {literal(MASK if hidden else json.dumps({'line': text}, ensure_ascii=False))})"
        for row, text, problem in raw.unreadable
    )
    rule = literal("file_sent_twice" if sent_twice else "unreadable_line")
    return f"SELECT {head}, row, NULL, problem, {rule}, record, NULL, NULL, NULL FROM (VALUES {values}) AS u(row, problem, record)"


def _write_matched(con: duckdb.DuckDBPyConnection, judge: Judge, staged: list[Staged], files: list[File]) -> None:
    flags = [f"correction {position}" for position in range(len(judge.corrections))]
    columns = ", ".join(map(name, [*judge.transform.table.columns, "_part", "_row", *flags]))
    found = " OR ".join(map(name, flags))
    con.execute(f"CREATE OR REPLACE TEMP TABLE matched AS SELECT {columns} FROM ({judge.matched()}) WHERE {found}")
    for part, (account, file) in enumerate(zip(staged, files, strict=True)):
        if file.same_as is None:
            _copy(con, f"SELECT * EXCLUDE (_part) FROM matched WHERE _part = {part}", str(account.folder / "matched.parquet"))
