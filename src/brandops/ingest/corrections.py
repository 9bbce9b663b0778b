"""Declared corrections accounted for: how many rows each found, and whether its guard still holds."""

import duckdb

from brandops.errors import UserError
from brandops.ingest.files import File
from brandops.ingest.readers import first_line
from brandops.ingest.sql import literal, name
from brandops.ingest.staged import Staged
from brandops.params.sources import Correction, Source


def account_corrections(
    con: duckdb.DuckDBPyConnection, corrections: list[Correction], plan: list[tuple[Source, list[File]]],
    staged: dict[str, Staged],
) -> list[dict]:  # fmt: skip
    """Per correction what it was, who asked for it and how many rows it found.

    The guard looks at the rows found in files that are in force, as they were before the correction.

    Raises
    ------
    UserError
        If a guard fails: the source was mended, or the correction no longer finds what it was written for.
    """
    every = zip(((s, f) for s, files in plan for f in files), staged.values(), strict=True)
    inputs = [(source, file, found) for (source, file), found in every]
    accounts = []
    for correction in corrections:
        position = [c for c in corrections if c.table == correction.table].index(correction)
        paths = [
            str(found.folder / "matched.parquet")
            for source, file, found in inputs
            if source.table == correction.table and file.same_as is None and file.known_to is None
        ]
        flag = name(f"correction {position}")
        rows = 0
        if paths:
            listed = ", ".join(map(literal, paths))
            matched = f"(SELECT * FROM read_parquet([{listed}]) WHERE {flag})"
            rows = con.execute(f"SELECT count(*) FROM {matched}").fetchone()[0]
            _check(con, correction, matched)
        place = f"corrections.yml: {correction.action} in {correction.table} where {correction.where}"
        if correction.expect.rows is not None and rows != correction.expect.rows:
            raise UserError(
                f"{place}: finds {rows} rows, not {correction.expect.rows}; if the source was mended, take the correction out "
                f"({correction.reason}, {correction.reporter})"
            )
        account = correction.model_dump(mode="json", exclude_none=True, exclude={"expect"})
        accounts.append({**account, "rows": rows})
    return accounts


def _check(con: duckdb.DuckDBPyConnection, correction: Correction, matched: str) -> None:
    if correction.expect.sql is None:
        return
    place = f"corrections.yml: {correction.action} in {correction.table} where {correction.where}"
    try:
        holds = con.execute(f"SELECT {correction.expect.sql} FROM {matched}").fetchone()[0]
    except duckdb.Error as error:
        raise UserError(f"{place}: expect.sql: {first_line(error)}") from None
    if holds is not True:
        raise UserError(
            f"{place}: its guard {correction.expect.sql} no longer holds; if the source was mended, take the correction out "
            f"({correction.reason}, {correction.reporter})"
        )
