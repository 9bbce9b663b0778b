"""Files: read, mapped, converted, corrected, judged by the rules that look at one row; their good rows and their rejects.

Small files of a source are taken together: planning the query of one costs more than running it over all of them. Each
keeps its own numbering, account and output. What depends on other files (orphans, duplicates) is judged per table in
`brandops.ingest.keys`.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from brandops.errors import UserError
from brandops.ingest import databases, select
from brandops.ingest.convert import is_listed_blank
from brandops.ingest.files import File
from brandops.ingest.readers import Raw, first_line, parquet, read
from brandops.ingest.sql import literal, name
from brandops.ingest.transform import MASK, Column, Transform, raw_columns
from brandops.params.sources import Correction, Source, Sources

REJECTS = {
    "source": "VARCHAR", "table": "VARCHAR", "file": "VARCHAR", "row": "BIGINT", "column": "VARCHAR", "value": "VARCHAR",
    "rule": "VARCHAR", "record": "VARCHAR", "known_on": "DATE",
}  # fmt: skip
NO_REJECTS = "SELECT " + ", ".join(f"CAST(NULL AS {kind}) AS {name(column)}" for column, kind in REJECTS.items()) + " WHERE false"
# Files are taken together up to this many rows; a larger one alone is written as it is read, in bounded memory.
_TOGETHER = 300_000


@dataclass(frozen=True)
class Work:
    """A file to stage: where its output goes, and a folder for raw copies that outlives the queries."""

    file: File
    folder: Path
    scratch: Path


@dataclass
class Staged:
    """What one file came to, before its table is looked at as a whole.

    Attributes
    ----------
    folder
        Holds rows.parquet (warehouse layout), rejects.parquet (quarantine layout) and matched.parquet (rows the
        profile's corrections found, as they were before).
    rows_in, loaded, footer
        Rows of data, rows that passed, rows left out as footers.
    rules
        Rejected rows by rule.
    conversions
        (column, format, values, month in which their rows became known; None: not known when) met.
    """

    folder: Path
    rows_in: int
    loaded: int
    footer: int
    rules: dict[str, int] = field(default_factory=dict)
    conversions: list[list] = field(default_factory=list)

    @property
    def rows(self) -> str:
        """Path of the good rows."""
        return str(self.folder / "rows.parquet")

    @property
    def rejects(self) -> str:
        """Path of the rejected rows."""
        return str(self.folder / "rejects.parquet")

    def save(self) -> None:
        """Write the account beside the rows; its presence says the folder is complete."""
        account = {key: value for key, value in vars(self).items() if key != "folder"}
        (self.folder / "account.json").write_text(json.dumps(account, sort_keys=True, ensure_ascii=False))

    @classmethod
    def load(cls, folder: Path) -> "Staged | None":
        """The account of a folder staged earlier; None where there is none."""
        try:
            return cls(folder, **json.loads((folder / "account.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None


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


def stage_files(
    con: duckdb.DuckDBPyConnection, sources: Sources, source: Source, profile: str, works: Iterable[Work],
    corrections: list[Correction],
) -> Iterator[tuple[Work, Staged, Transform]]:  # fmt: skip
    """Write each file's good and rejected rows into its folder; gives the query of each for later questions.

    Raises
    ------
    UserError
        If a file cannot be read at all, or SQL of the mapping or of a correction fails.
    """
    waiting: list[tuple[Work, Raw]] = []
    columns: dict[str, str] = {}
    for work in works:
        raw = open_file(con, sources, source, profile, work.file, work.scratch)
        found = raw_columns(con, raw.relation)
        full = sum(other.rows for _, other in waiting) + raw.rows > _TOGETHER
        if waiting and (full or found != columns):
            yield from _stage(con, sources, source, waiting, corrections)
            waiting = []
        columns = found
        waiting.append((work, raw))
    if waiting:
        yield from _stage(con, sources, source, waiting, corrections)


def _stage(
    con: duckdb.DuckDBPyConnection, sources: Sources, source: Source, taken: list[tuple[Work, Raw]], corrections: list[Correction]
) -> Iterator[tuple[Work, Staged, Transform]]:
    """Stage files of the same columns together."""
    raws = [raw for _, raw in taken]
    files = [work.file for work, _ in taken]
    transform = Transform(con, sources, source, files[0].shown, [raw.relation for raw in raws], corrections)
    staged = [Staged(work.folder, raw.rows, 0, raw.footer) for work, raw in taken]
    for work, _ in taken:
        work.folder.mkdir(parents=True, exist_ok=True)
    try:
        conversions = _count_formats(con, transform, [n for n, file in enumerate(files) if file.same_as is None])
        for account, found in zip(staged, conversions, strict=True):
            account.conversions = found
        if corrections:
            _write_matched(con, transform, staged, files)
        _write_rows(con, transform, staged, files)
        _write_rejects(con, transform, staged, files, raws)
    except duckdb.Error as error:
        if len(taken) > 1:  # one by one, to name the file at fault
            for one in taken:
                yield from _stage(con, sources, source, [one], corrections)
            return
        raise UserError(f"{source.name}: {files[0].shown}: {first_line(error)}") from None
    for part, ((work, _), account) in enumerate(zip(taken, staged, strict=True)):
        if account.rows_in != account.loaded + sum(account.rules.values()):
            raise AssertionError(
                f"{source.name}: {work.file.shown}: {account.rows_in} rows in, {account.loaded} loaded, {account.rules}"
            )
        account.save()
        yield work, account, transform.only(part)


def _provenance(source: Source, file: File) -> str:
    return (
        f"{literal(source.name)} AS _source, {literal(file.shown)} AS _file, _row, "
        f"CAST({literal(file.known_from)} AS DATE) AS _known_from, CAST({literal(file.known_to)} AS DATE) AS _known_to"
    )


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: str) -> int:
    return con.execute(f"COPY ({query}) TO {literal(path)} (FORMAT parquet)").fetchone()[0]


def reject_columns(source: Source, file: File) -> str:
    """The first columns of a reject, which are the same for all of a file."""
    return f'{literal(source.name)} AS source, {literal(source.table)} AS "table", {literal(file.shown)} AS file'


def _repeats(files: list[File]) -> str:
    """Condition: the row is of a file sent twice."""
    repeats = [str(part) for part, file in enumerate(files) if file.same_as is not None]
    return f"_part IN ({', '.join(repeats)})" if repeats else "false"


def _write_rows(con: duckdb.DuckDBPyConnection, transform: Transform, staged: list[Staged], files: list[File]) -> None:
    """Write the rows that pass, each file's into its own."""
    good = f"SELECT * FROM ({transform.valid()}) WHERE NOT {_repeats(files)}"
    # Pushed down, each rule would convert its column anew; kept above, all rules see the values converted once.
    con.execute("SET disabled_optimizers = 'filter_pushdown'")
    try:
        if len(files) == 1:
            listed = f"* EXCLUDE (_part, _row), {_provenance(transform.source, files[0])}"
            staged[0].loaded = _copy(con, f"SELECT {listed} FROM ({good})", staged[0].rows)
            return
        con.execute(f"CREATE OR REPLACE TEMP TABLE good AS {good}")
    finally:
        con.execute("RESET disabled_optimizers")
    for part, (account, file) in enumerate(zip(staged, files, strict=True)):
        listed = f"* EXCLUDE (_part, _row), {_provenance(transform.source, file)}"
        account.loaded = _copy(con, f"SELECT {listed} FROM good WHERE _part = {part}", account.rows)


def _write_rejects(
    con: duckdb.DuckDBPyConnection, transform: Transform, staged: list[Staged], files: list[File], raws: list[Raw]
) -> None:
    """Write the rejected rows and count them by rule; nothing is evaluated again where every row passed."""
    missing = [part for part, (a, raw) in enumerate(zip(staged, raws, strict=True)) if a.loaded < raw.rows - len(raw.unreadable)]
    if missing:
        loaded = " UNION ALL ".join(
            f"SELECT {part} AS part, _row FROM read_parquet({literal(staged[part].rows)})" for part in missing
        )
        where = f"_part IN ({', '.join(map(str, missing))}) AND (_part, _row) NOT IN ({loaded})"
        once = transform.rejected(where)
        if any(files[part].same_as is not None for part in missing):
            twice = transform.rejected(f"{where} AND {_repeats(files)}", "file_sent_twice")
            once = f"{transform.rejected(f'{where} AND NOT {_repeats(files)}')} UNION ALL {twice}"
        con.execute(f"CREATE OR REPLACE TEMP TABLE bad AS {once}")
    for part, (account, file, raw) in enumerate(zip(staged, files, raws, strict=True)):
        head = reject_columns(transform.source, file)
        parts = []
        if part in missing:
            parts.append(f"SELECT {head}, * EXCLUDE (_part) FROM bad WHERE _part = {part}")
        if raw.unreadable:
            parts.append(_unreadable(raw, head, bool(transform.table.personal), file.same_as is not None))
        rejects = " UNION ALL ".join([NO_REJECTS, *parts])
        _copy(con, f"SELECT * FROM ({rejects}) ORDER BY row" if parts else rejects, account.rejects)
        if parts:
            counted = f"SELECT rule, count(*) FROM read_parquet({literal(account.rejects)}) GROUP BY rule ORDER BY rule"
            account.rules = dict(con.execute(counted).fetchall())


def _unreadable(raw: Raw, head: str, hidden: bool, sent_twice: bool) -> str:
    """Rejects of the lines that could not be split into columns."""
    values = ", ".join(
        f"({row}, {literal(problem)}, {literal(MASK if hidden else json.dumps({'line': text}, ensure_ascii=False))})"
        for row, text, problem in raw.unreadable
    )
    rule = literal("file_sent_twice" if sent_twice else "unreadable_line")
    return f"SELECT {head}, row, NULL, problem, {rule}, record, NULL FROM (VALUES {values}) AS u(row, problem, record)"


def _write_matched(con: duckdb.DuckDBPyConnection, transform: Transform, staged: list[Staged], files: list[File]) -> None:
    flags = [f"correction {position}" for position in range(len(transform.corrections))]
    columns = ", ".join(map(name, [*transform.table.columns, "_part", "_row", *flags]))
    found = " OR ".join(map(name, flags))
    con.execute(f"CREATE OR REPLACE TEMP TABLE matched AS SELECT {columns} FROM ({transform.matched()}) WHERE {found}")
    for part, (account, file) in enumerate(zip(staged, files, strict=True)):
        if file.same_as is None:
            _copy(con, f"SELECT * EXCLUDE (_part) FROM matched WHERE _part = {part}", str(account.folder / "matched.parquet"))


def _count_formats(con: duckdb.DuckDBPyConnection, transform: Transform, parts: list[int]) -> list[list[list]]:
    """Formats of dates, times, numbers and booleans, per file; looked at closely only where not the usual one.

    They are counted by the month in which their rows became known, so that a report of an earlier day can leave out what a
    growing file has brought since. Columns in which nothing but the usual format and blanks is met are marked uniform.
    """
    columns = transform.formats()
    found: list[list[list]] = [[] for _ in transform.relations]
    if not columns or not parts:
        return found
    mapped = f"({transform.mapped()})"
    met: dict[tuple[int, str, str, date | None], int] = {}
    doubtful: list[Column] = []
    for known, together in _by_knowledge(transform, columns).items():
        counted = ", ".join(f"count({c.held}), count_if({c.conversion.fast or 'false'})" for c in together)
        numbers = con.execute(f"SELECT _part, {known} AS known, {counted} FROM ({transform.converted()}) GROUP BY ALL").fetchall()
        for position, column in enumerate(together):
            for part, month, *counts in numbers:
                if part in parts and counts[2 * position + 1]:
                    met[part, column.name, column.conversion.fast_format, month] = counts[2 * position + 1]
            # Rows of a file sent twice are converted too, if only to show them.
            if any(counts[2 * position] > counts[2 * position + 1] for _, _, *counts in numbers):
                doubtful.append(column)
            else:
                column.uniform = True
    odd = _other_than_blank(con, mapped, doubtful)
    for column in doubtful:
        column.uniform = column.name not in odd
        if column.uniform:
            continue
        listed = f"_part, {column.conversion.format}, {_known_in(transform, column)}, count(*)"
        query = f"SELECT {listed} FROM ({transform.converted()}) WHERE {_unusual(column)} GROUP BY ALL"
        for part, label, month, values in con.execute(query).fetchall():
            if label is not None and part in parts:
                key = (part, column.name, label, month)
                met[key] = met.get(key, 0) + values
    order = [column.name for column in columns]
    for part, column, label, month in sorted(met, key=lambda key: (order.index(key[1]), key[2], key[3] or date.min)):
        known_in = month and month.isoformat()
        found[part].append([column, label, met[part, column, label, month], known_in])
    return found


def _by_knowledge(transform: Transform, columns: list[Column]) -> dict[str, list[Column]]:
    """The columns by what says in which month their values became known."""
    found: dict[str, list[Column]] = {}
    for column in columns:
        found.setdefault(_known_in(transform, column), []).append(column)
    return found


def _known_in(transform: Transform, column: Column) -> str:
    """SQL of the month in which a value became known: its row's, or that of the later date it was recorded with."""
    table, day = transform.table, transform.known_on()
    later = {other: lead for lead, others in table.recorded_with.items() for other in others}
    lead = later.get(column.name, column.name if table.columns[column.name].metadata["later"] else None)
    return f"CAST(date_trunc('month', {day if lead is None else f'greatest({day}, CAST({name(lead)} AS DATE))'}) AS DATE)"


def _unusual(column: Column) -> str:
    return f"{column.held} IS NOT NULL AND NOT coalesce({column.conversion.fast or 'false'}, false)"


def _other_than_blank(con: duckdb.DuckDBPyConnection, mapped: str, columns: list[Column]) -> set[str]:
    """Names of the columns that hold a value which is neither blank nor of the usual format."""
    counted = [
        f"count_if({_unusual(column)}{f' AND NOT {is_listed_blank(column.held)}' if column.raw_type == 'VARCHAR' else ''})"
        for column in columns
    ]
    if not columns:
        return set()
    numbers = con.execute(f"SELECT {', '.join(counted)} FROM {mapped}").fetchone()
    return {column.name for column, number in zip(columns, numbers, strict=True) if number}
