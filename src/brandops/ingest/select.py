"""A source's `select`: SQL over the file's raw rows, with the row numbers carried through it."""

import json
from pathlib import Path

import duckdb

from brandops.errors import UserError
from brandops.ingest.files import find
from brandops.ingest.readers import Raw, first_line
from brandops.ingest.sql import SCRATCH, bind, literal, name
from brandops.params.sources import Source, Sources


def apply(
    con: duckdb.DuckDBPyConnection, sources: Sources, source: Source, profile: str, shown: str, raw: Raw, scratch: Path
) -> Raw:
    """Replace a file's rows by what the select makes of them.

    With `rows: same` each output row is one input row and keeps its number; with `rows: changes` the output rows, in the
    order of their values, are the rows accounted for.

    Raises
    ------
    UserError
        If the SQL fails, or `rows: same` does not hold.
    """
    place = f"{source.name}: {shown}: select"
    query = bind(source.select.strip().rstrip(";"), dict(sources.parameters))
    target = scratch / "selected.parquet"
    try:
        con.execute(f"CREATE OR REPLACE TEMP VIEW source AS SELECT * FROM {raw.relation}")
        for input_name, pattern in source.inputs.items():
            files = [str(path) for path in find(pattern, profile, f"{source.name}: inputs.{input_name}")]
            con.execute(f"CREATE OR REPLACE TEMP VIEW {name(input_name)} AS SELECT * FROM {_reader(files, place)}")
        if source.rows == "changes":
            columns = [row[0] for row in con.execute(f"DESCRIBE {query}").fetchall() if row[0] != "_row"]
            query = f"SELECT {', '.join(map(name, columns))} FROM ({query}) ORDER BY ALL"
        else:
            query = _with_row(con, query)
        con.execute(f"COPY ({query}) TO {literal(str(target))} ({SCRATCH})")
    except duckdb.Error as error:
        raise UserError(f"{place}: {first_line(error)}") from None
    positioned = f"read_parquet({literal(str(target))}, file_row_number = true)"
    rows = con.execute(f"SELECT count(*) FROM {positioned}").fetchone()[0]
    if source.rows == "changes":
        relation = f"(SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS _row FROM {positioned})"
        return Raw(relation, rows + len(raw.unreadable), raw.unreadable, raw.footer)
    _refuse_changed(con, raw, positioned, rows, place)
    return Raw(f"(SELECT * EXCLUDE (file_row_number) FROM {positioned})", raw.rows, raw.unreadable, raw.footer)


def _reader(files: list[str], place: str) -> str:
    listed = "[" + ", ".join(map(literal, files)) + "]"
    kind = files[0].rpartition(".")[2].lower()
    if kind == "parquet":
        return f"read_parquet({listed})"
    if kind in {"csv", "txt", "tsv"}:
        return f"read_csv({listed}, all_varchar = true, header = true)"
    raise UserError(f"{place}: an input must be parquet or csv, not {kind}")


def _with_row(con: duckdb.DuckDBPyConnection, query: str) -> str:
    """The query with `_row` among its columns."""
    described = con.execute(f"DESCRIBE {query}").fetchall()
    if any(row[0] == "_row" for row in described):
        return query
    tree = json.loads(con.execute("SELECT json_serialize_sql(?)", [query]).fetchone()[0])
    if tree.get("error") or len(tree["statements"]) != 1 or tree["statements"][0]["node"]["type"] != "SELECT_NODE":
        raise UserError("a select of this form must itself return the column _row of source")
    row = json.loads(con.execute("SELECT json_serialize_sql('SELECT _row')").fetchone()[0])
    tree["statements"][0]["node"]["select_list"] += row["statements"][0]["node"]["select_list"]
    return con.execute("SELECT json_deserialize_sql(?::JSON)", [json.dumps(tree)]).fetchone()[0].rstrip(";")


def _refuse_changed(con: duckdb.DuckDBPyConnection, raw: Raw, relation: str, rows: int, place: str) -> None:
    expected = raw.rows - len(raw.unreadable)
    distinct = con.execute(f"SELECT count(DISTINCT _row) FROM {relation}").fetchone()[0] if rows == expected else None
    if distinct != expected:
        raise UserError(
            f"{place}: turns {expected} rows into {rows}{' with repeats' if rows == expected else ''}; mend it (left join on a "
            "unique key keeps every row once), or declare rows: changes"
        )
