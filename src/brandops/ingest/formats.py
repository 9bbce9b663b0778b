"""Which formats of dates, times, numbers and booleans a file's values were met in, and how many in each."""

from collections import Counter
from datetime import date

import duckdb

from brandops.ingest.sql import name
from brandops.ingest.transform import Column, Transform


def count_formats(con: duckdb.DuckDBPyConnection, transform: Transform, rows: str, parts: list[int]) -> list[list[list]]:
    """Per file of the transform, [column, format, values, month] of the formats met.

    They are counted by the month in which their rows became known, so that a report of an earlier day can leave out what a
    growing file has brought since.

    Parameters
    ----------
    rows
        Relation with the columns of `Judge.read`.
    parts
        The files looked at; the others get an empty list.
    """
    columns = transform.formats()
    found: list[list[list]] = [[] for _ in transform.relations]
    if not columns or not parts:
        return found
    met: Counter[tuple[int, str, str, date | None]] = Counter()
    for known, together in _by_knowledge(transform, columns).items():
        quickly = [column for column in together if column.conversion.quick is not None]
        slowly = [column for column in together if column.conversion.quick is None]  # each value names its format
        counted = "".join(f", count_if({name(c.name)} IS NOT NULL AND {c.met} IS NULL), count({c.met})" for c in quickly)
        labels = "".join(f", {column.met}" for column in slowly)
        unusual: dict[str, Column] = {}
        by_month = f"SELECT _part, {known} AS known, count(*){labels}{counted} FROM {rows} GROUP BY _part, known{labels}"
        for part, month, number, *found_ in con.execute(by_month).fetchall():
            for column, label in zip(slowly, found_, strict=False):
                if label is not None:
                    met[part, column.name, label, month] += number
            counts = found_[len(slowly) :]
            for column, usual, other in zip(quickly, counts[::2], counts[1::2], strict=True):
                if usual:
                    met[part, column.name, column.conversion.usual, month] += usual
                if other:
                    unusual[column.name] = column
        for column in unusual.values():
            query = (
                f"SELECT _part, {column.met}, {known} AS known, count(*) FROM {rows} WHERE {column.met} IS NOT NULL GROUP BY ALL"
            )
            for part, label, month, values in con.execute(query).fetchall():
                met[part, column.name, label, month] += values
    order = [column.name for column in columns]
    for part, column, label, month in sorted(met, key=lambda key: (order.index(key[1]), key[2], key[3] or date.min)):
        if part in parts:
            found[part].append([column, label, met[part, column, label, month], month and month.isoformat()])
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
