"""Files of every kind as one thing: a relation of raw values with exact row numbers.

A parquet file is read where it lies. Everything else is first copied, all text, into a scratch parquet file: the copy is
parallel and keeps the order, so that the position in it is the row number, and later passes read only the columns they
need. Lines a CSV reader cannot split into the header's columns are kept aside for quarantine.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from brandops.errors import UserError
from brandops.ingest.sql import SCRATCH, literal, name
from brandops.params.sources import Source

_BATCH = 50_000
LABEL = ":label"  # suffix of the text column that holds the value labels of an SPSS variable


@dataclass
class Raw:
    """A file's rows before conversion.

    Attributes
    ----------
    relation
        SQL to select from: the raw columns and `_row`, 1-based.
    rows
        Rows of data, unreadable lines included, footers not.
    unreadable
        (row, text, problem) of lines that could not be split into columns.
    footer
        Rows left out by `skip_footer`.
    """

    relation: str
    rows: int
    unreadable: list[tuple[int, str, str]] = field(default_factory=list)
    footer: int = 0


def read(con: duckdb.DuckDBPyConnection, source: Source, path: Path, shown: str, scratch: Path) -> Raw:
    """Make the file a relation; `scratch` is an empty folder that outlives its use.

    Raises
    ------
    UserError
        If the file cannot be read at all; names file and cause.
    """
    try:
        if source.kind == "parquet":
            return parquet(con, source, path)
        if source.kind == "csv":
            return _csv(con, source, path, shown, scratch)
        target = scratch / "raw.parquet"
        if source.kind == "xlsx":
            write_text(*_sheet(source, path), target)
        elif source.kind == "sav":
            write_text(*_spss(path), target)
        else:
            raise UserError(f"{source.name}: kind {source.kind} is not a file")
        return parquet(con, source, target)
    except UserError as error:
        raise UserError(f"{source.name}: {shown}: {error}") from None
    except (duckdb.Error, OSError, ValueError, pa.ArrowException, UnicodeError) as error:
        raise UserError(f"{source.name}: {shown}: cannot be read as {source.kind}: {first_line(error)}") from None
    except Exception as error:  # the readers of Excel and SPSS files have error classes of their own
        if type(error).__module__.split(".")[0] in {"python_calamine", "pyreadstat"}:
            raise UserError(f"{source.name}: {shown}: cannot be read as {source.kind}: {first_line(error)}") from None
        raise


def first_line(error: Exception) -> str:
    """First line of an error's message."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def parquet(con: duckdb.DuckDBPyConnection, source: Source, path: Path) -> Raw:
    file = literal(str(path))
    relation = (
        f"(SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS _row FROM read_parquet({file}, file_row_number = true))"
    )
    rows = con.execute(f"SELECT count(*) FROM read_parquet({file})").fetchone()[0]
    return _without_footer(con, source, Raw(relation, rows))


def _without_footer(con: duckdb.DuckDBPyConnection, source: Source, raw: Raw) -> Raw:
    if source.skip_footer is None:
        return raw
    first = con.execute(f"DESCRIBE SELECT * FROM {raw.relation}").fetchone()[0]
    footer = f"regexp_matches(coalesce(CAST({name(first)} AS VARCHAR), ''), {literal(source.skip_footer)})"
    found = con.execute(f"SELECT count(*) FROM {raw.relation} WHERE {footer}").fetchone()[0]
    if found:
        raw.relation = f"(SELECT * FROM {raw.relation} WHERE NOT {footer})"
        raw.rows -= found
        raw.footer += found
    return raw


# ---- CSV ----------------------------------------------------------------------------------------------------------


def _csv(con: duckdb.DuckDBPyConnection, source: Source, path: Path, shown: str, scratch: Path) -> Raw:
    if source.encoding not in {"utf-8", "ascii"}:
        path = _as_utf8(path, source.encoding, scratch / "utf8.csv")
    header, lines_before = _header(source, path)
    if header is None:
        raise UserError("is empty: no header line")
    types = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in header)
    target = scratch / "raw.parquet"
    con.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    read = (
        f"read_csv({literal(str(path))}, columns = {{{types}}}, auto_detect = false, header = false, "
        f"skip = {lines_before}, delim = {literal(source.delimiter)}, quote = '\"', escape = '\"', "
        f"store_rejects = true, rejects_limit = 0)"
    )
    rows = con.execute(f"COPY (SELECT * FROM {read}) TO {literal(str(target))} ({SCRATCH})").fetchone()[0]
    lines = con.execute(
        "SELECT line, any_value(csv_line), any_value(error_type) FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    foreign = [line for line, _, problem in lines if problem == "INVALID ENCODING"]
    if foreign:
        # Other lines of such a file may decode, to other characters than were meant.
        raise UserError(f"is not UTF-8 (line {foreign[0]}); declare its encoding, e.g. encoding: gb18030")
    pattern = re.compile(source.skip_footer) if source.skip_footer else None
    unreadable, footer, starts = [], 0, []
    for position, (line, text, problem) in enumerate(lines):
        text = (text or "").strip("\r\n")
        # Parsed rows before this line; a line within a quoted text does not start a row, so never past the end.
        starts.append(min(max(line - lines_before - position, *starts[-1:], 1), rows + 1))
        if (source.comment and text.startswith(source.comment)) or (pattern and pattern.search(text.split(source.delimiter)[0])):
            footer += 1
            continue
        unreadable.append((starts[-1] + position, text, str(problem).lower()))
    if lines and not rows and not footer:
        raise UserError(f"no line has the header's {len(header)} columns; check delimiter and skip_rows")
    raw = parquet(con, source, target)
    raw.rows, raw.unreadable, raw.footer = raw.rows + len(unreadable), unreadable, raw.footer + footer
    if starts:
        shift = (
            " + ".join(f"CAST(_row >= {start} AS BIGINT)" for start in starts)
            if len(starts) <= 30
            else (f"len(list_filter({starts}::BIGINT[], s -> s <= _row))")
        )
        raw.relation = f"(SELECT * EXCLUDE (_row), _row + {shift} AS _row FROM {raw.relation})"
    return raw


def _as_utf8(path: Path, encoding: str, target: Path) -> Path:
    decoder, begun = codecs.getincrementaldecoder(encoding)(), 0
    with path.open("rb") as raw, target.open("w", encoding="utf-8", newline="") as out:
        while True:
            chunk, pending = raw.read(1 << 22), len(decoder.getstate()[0])
            try:
                out.write(decoder.decode(chunk, final=not chunk))
            except UnicodeDecodeError as error:
                byte = begun - pending + error.start
                raise UserError(f"is not {encoding}: byte {byte} does not decode; declare its encoding") from None
            if not chunk:
                return target
            begun += len(chunk)


def _header(source: Source, path: Path) -> tuple[list[str] | None, int]:
    """Column names, unique, and the number of lines up to and including the header."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        skipped = 0
        try:
            for line in stream:
                preamble = skipped < source.skip_rows or not line.strip()
                if not preamble and not (source.comment and line.startswith(source.comment)):
                    break
                skipped += 1
            else:
                return None, skipped
            reader = csv.reader([line, *islice(stream, 100)], delimiter=source.delimiter)
            names = next(reader)
        except UnicodeDecodeError as error:
            raise UserError(f"is not UTF-8 (byte {error.start}); declare its encoding, e.g. encoding: gb18030") from None
    return _unique(names), skipped + reader.line_num


def _unique(names: list[object]) -> list[str]:
    """Trimmed header cells; an empty one is called by its place, a repeated one gets a number."""
    found: list[str] = []
    lowered: set[str] = set()
    for position, cell in enumerate(names, start=1):
        base = ("" if cell is None else str(cell)).strip() or f"column{position}"
        candidate, count = base, 1
        while candidate.lower() in lowered:
            count += 1
            candidate = f"{base}_{count}"
        found.append(candidate)
        lowered.add(candidate.lower())
    return found


# ---- workbooks, SPSS, databases --------------------------------------------------------------------------------------


def _sheet(source: Source, path: Path) -> tuple[list[str], Iterator[list[list[str | None]]]]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    if source.sheet is not None and source.sheet not in book.sheet_names:
        raise UserError(f"has no sheet {source.sheet!r}; its sheets: {', '.join(book.sheet_names)}")
    sheet = book.get_sheet_by_name(source.sheet or book.sheet_names[0])
    rows = sheet.to_python(skip_empty_area=False)[source.skip_rows :]
    while rows and not any(str(cell).strip() for cell in rows[0]):
        rows = rows[1:]
    while rows and not any(str(cell).strip() for cell in rows[-1]):
        rows = rows[:-1]
    if not rows:
        raise UserError("the sheet is empty")
    header = _unique(rows[0])
    return header, batches([cell_text(cell) for cell in row] for row in rows[1:])


def cell_text(cell: object) -> str | None:
    """A cell's value as unambiguous text: dates in ISO form, whole numbers without a decimal point."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if cell != cell:
            return None
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        seconds = int(cell.total_seconds())
        return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    return str(cell)


def batches(rows: Iterator[list[str | None]]) -> Iterator[list[list[str | None]]]:
    rows = iter(rows)
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _spss(path: Path) -> tuple[list[str], Iterator[list[list[str | None]]]]:
    import pyreadstat

    _, meta = pyreadstat.read_sav(str(path), metadataonly=True)
    labels = {column: values for column, values in meta.variable_value_labels.items() if values}
    columns = [*meta.column_names, *(column + LABEL for column in labels)]

    def chunks() -> Iterator[list[list[str | None]]]:
        for frame, _ in pyreadstat.read_file_in_chunks(pyreadstat.read_sav, str(path), chunksize=_BATCH):
            texts = [_each_once(frame[column], cell_text) for column in meta.column_names]
            texts += [_each_once(frame[column], lambda v, of=labels[column]: of.get(v, cell_text(v))) for column in labels]
            yield list(map(list, zip(*texts, strict=True)))

    return columns, chunks()


def _each_once(values: object, text: Callable[[object], str | None]) -> list[str | None]:
    """The values as text, blanks as None; each distinct value is converted once, for answers repeat."""
    codes, distinct = values.factorize()
    texts = [*(text(value) for value in distinct.astype(object).tolist()), None]  # a blank has code -1: the last
    return [texts[code] for code in codes]


def write_text(columns: list[str], rows: Iterator[list[list[str | None]]], target: Path) -> None:
    """Write batches of rows as text columns."""
    schema = pa.schema([(column, pa.string()) for column in columns])
    with pq.ParquetWriter(target, schema, compression="lz4") as writer:
        for batch in rows:
            turned = zip(*(row[: len(columns)] + [None] * (len(columns) - len(row)) for row in batch), strict=True)
            writer.write_table(pa.table([pa.array(values, pa.string()) for values in turned], schema=schema))
