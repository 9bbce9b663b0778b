"""One file: read, mapped, converted, corrected, judged by the rules that look at one row; its good rows and its rejects.

What depends on other files (orphans, duplicates) is judged per table in `brandops.ingest.keys`.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from brandops.errors import UserError
from brandops.ingest import databases, select
from brandops.ingest.files import File
from brandops.ingest.readers import Raw, first_line, parquet, read
from brandops.ingest.sql import literal, name
from brandops.ingest.transform import MASK, Transform
from brandops.params.sources import Correction, Source, Sources

REJECTS = {
    "source": "VARCHAR", "table": "VARCHAR", "file": "VARCHAR", "row": "BIGINT", "column": "VARCHAR", "value": "VARCHAR",
    "rule": "VARCHAR", "record": "VARCHAR", "known_on": "DATE",
}  # fmt: skip


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
        (column, format, values) met.
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
    con: duckdb.DuckDBPyConnection, sources: Sources, source: Source, profile: str, file: File, scratch: Path,
    corrections: list[Correction],
) -> tuple[Raw, Transform]:  # fmt: skip
    """Read a file and prepare its query; the relations stay valid while `scratch` does."""
    scratch.mkdir(parents=True, exist_ok=True)
    if source.kind == "sql":
        target = scratch / "rows.parquet"
        databases.stage(con, source, profile, target)
        raw = parquet(con, source, target)
    else:
        raw = read(con, source, file.path, file.shown, scratch)
    if source.select is not None:
        raw = select.apply(con, sources, source, profile, file.shown, raw, scratch)
    return raw, Transform(con, sources, source, file.shown, raw.relation, corrections)


def stage_file(
    con: duckdb.DuckDBPyConnection, sources: Sources, source: Source, profile: str, file: File, folder: Path, scratch: Path,
    corrections: list[Correction],
) -> tuple[Staged, Transform]:  # fmt: skip
    """Write a file's good and rejected rows into `folder`.

    Raises
    ------
    UserError
        If the file cannot be read at all, or SQL of the mapping or of a correction fails.
    """
    raw, transform = open_file(con, sources, source, profile, file, scratch, corrections)
    folder.mkdir(parents=True, exist_ok=True)
    staged = Staged(folder, raw.rows, 0, raw.footer)
    sent_twice = file.same_as is not None
    try:
        if corrections and not sent_twice:
            _write_matched(con, transform, folder)
        where = "false" if sent_twice else "true"
        staged.loaded = _copy(
            con, f"SELECT * EXCLUDE (_row), {_provenance(source, file)} FROM ({transform.valid()}) WHERE {where}", staged.rows
        )
        _write_rejects(con, raw, transform, file, staged, sent_twice)
        if not sent_twice:
            staged.conversions = _count_formats(con, transform)
    except duckdb.Error as error:
        raise UserError(f"{source.name}: {file.shown}: {first_line(error)}") from None
    if staged.rows_in != staged.loaded + sum(staged.rules.values()):
        raise AssertionError(f"{source.name}: {file.shown}: {staged.rows_in} rows in, {staged.loaded} loaded, {staged.rules}")
    staged.save()
    return staged, transform


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


def _write_rejects(
    con: duckdb.DuckDBPyConnection, raw: Raw, transform: Transform, file: File, staged: Staged, sent_twice: bool
) -> None:
    """Write the rejected rows and count them by rule; nothing is evaluated again where every row passed."""
    head = reject_columns(transform.source, file)
    parts = ["SELECT " + ", ".join(f"CAST(NULL AS {kind}) AS {name(column)}" for column, kind in REJECTS.items()) + " WHERE false"]
    if staged.loaded < raw.rows - len(raw.unreadable):
        where = f"_row NOT IN (SELECT _row FROM read_parquet({literal(staged.rows)}))"
        rejected = transform.rejected(where, "file_sent_twice" if sent_twice else None)
        parts.append(f"SELECT {head}, * FROM ({rejected})")
    if raw.unreadable:
        hidden = bool(transform.table.personal)
        values = ", ".join(
            f"({row}, {literal(problem)}, {literal(MASK if hidden else json.dumps({'line': text}, ensure_ascii=False))})"
            for row, text, problem in raw.unreadable
        )
        rule = "file_sent_twice" if sent_twice else "unreadable_line"
        parts.append(
            f"SELECT {head}, row, NULL, problem, {literal(rule)}, record, NULL FROM (VALUES {values}) AS u(row, problem, record)"
        )
    _copy(con, f"SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY row", staged.rejects)
    counts = con.execute(f"SELECT rule, count(*) FROM read_parquet({literal(staged.rejects)}) GROUP BY rule ORDER BY rule")
    staged.rules = dict(counts.fetchall())


def _write_matched(con: duckdb.DuckDBPyConnection, transform: Transform, folder: Path) -> None:
    flags = [f"correction {position}" for position in range(len(transform.corrections))]
    found = " OR ".join(map(name, flags))
    columns = ", ".join(map(name, [*transform.table.columns, "_row", *flags]))
    _copy(con, f"SELECT {columns} FROM ({transform.matched()}) WHERE {found}", str(folder / "matched.parquet"))


def _count_formats(con: duckdb.DuckDBPyConnection, transform: Transform) -> list[list]:
    """Formats of dates, times, numbers and booleans: counted in one scan, looked at closely only where not the usual one."""
    columns = transform.formats()
    if not columns:
        return []
    counted = ", ".join(f"count({c.held}), count_if({c.conversion.fast or 'false'})" for c in columns)
    numbers = con.execute(f"SELECT {counted} FROM ({transform.mapped()})").fetchone()
    found: list[list] = []
    for position, column in enumerate(columns):
        present, quick = numbers[2 * position], numbers[2 * position + 1] or 0  # no rows: nothing to count
        met = {column.conversion.fast_format: quick} if quick else {}
        if present > quick:
            rest = f"{column.held} IS NOT NULL AND NOT coalesce({column.conversion.fast or 'false'}, false)"
            query = f"SELECT {column.conversion.format}, count(*) FROM ({transform.mapped()}) WHERE {rest} GROUP BY 1"
            for label, values in con.execute(query).fetchall():
                if label is not None:
                    met[label] = met.get(label, 0) + values
        found += [[column.name, label, met[label]] for label in sorted(met)]
    return found
