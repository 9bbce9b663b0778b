"""Keys not found where they refer to: found among new files' keys, then blanked or rejected as the file's source has it."""

import duckdb

from brandops.contract import TABLES
from brandops.ingest.parts import Part, numbered
from brandops.ingest.remembered import Remembered, files
from brandops.ingest.sql import literal, name


def find_unknown(
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
        fresh = [part.rows for part in concerned if part.mark not in known]
        listed = f"SELECT {name(key)} FROM {files(referenced[other])}"
        if fresh:
            quoted = name(column)
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE missing AS SELECT DISTINCT {quoted} AS value FROM {files(fresh)} "
                f"WHERE {quoted} IS NOT NULL AND {quoted} NOT IN ({listed})"
            )
            if con.execute("SELECT count(*) FROM missing").fetchone()[0]:
                con.execute(
                    f"INSERT INTO unknown SELECT part, _row, {literal(column)}, {quoted} FROM {numbered(files(fresh))} "
                    f"WHERE {quoted} IN (SELECT value FROM missing)"
                )
        if known:
            con.execute(
                f"INSERT INTO unknown SELECT p.part, u.row, column_name, value FROM read_parquet({literal(earlier.unknown)}) AS u "
                f"JOIN parts AS p ON p.mark = u.part WHERE column_name = {literal(column)} "
                f"AND value NOT IN (SELECT CAST({name(key)} AS VARCHAR) FROM {files(referenced[other])})"
            )


def reject_orphans(con: duckdb.DuckDBPyConnection, table: str, parts: list[Part]) -> None:
    """Blank the unknown key or reject the row, for the first such key, as the file's source has it."""
    for column in TABLES[table].references:
        blanking = [n for n, part in enumerate(parts) if part.source.on_orphan.get(column, "quarantine") == "blank"]
        blanks = f"part IN ({', '.join(map(str, blanking))})" if blanking else "false"
        found = f"FROM unknown WHERE column_name = {literal(column)}"
        con.execute(f"INSERT INTO blanked SELECT part, row, column_name {found} AND {blanks}")
        con.execute(
            "INSERT INTO rejected SELECT *, 'orphan', NULL, NULL "
            f"FROM (SELECT part, row, column_name, value {found} AND NOT {blanks}) "
            "ANTI JOIN rejected USING (part, row)"
        )
