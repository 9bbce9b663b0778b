"""Rows out of a database into a scratch parquet file; the address, which may hold a password, stays here."""

import re
import sqlite3
from pathlib import Path
from urllib.parse import unquote

import duckdb

from brandops.errors import UserError
from brandops.ingest.files import expand
from brandops.ingest.readers import batches, first_line, write_text
from brandops.ingest.sql import literal
from brandops.params.sources import Source
from brandops.paths import data_dir

_DUCKDB_EXTENSIONS = {"postgres": "postgres", "postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql"}


def sqlite_path(source: Source, profile: str) -> Path | None:
    """The SQLite file a source reads; None where it is another database.

    Raises
    ------
    UserError
        If the environment variable is not set or the file does not exist.
    """
    url = expand(source.url, source.name)
    if not url.startswith("sqlite:"):
        return None
    # sqlite:raw/a.db lies in the data folder; sqlite:///raw/a.db and sqlite:////srv/a.db are SQLAlchemy's spelling.
    plain = re.sub(r"^sqlite:(///)?", "", url)
    path = data_dir(profile) / plain
    if not path.is_file():
        # An address of the environment is not shown, not even in part: it may hold what is secret.
        shown = path.name if source.url.startswith("sqlite:") else source.url
        raise UserError(f"{source.name}: url: no SQLite file {shown} where it points")
    return path


def masked(message: str, url: str) -> str:
    """The message without the address or its password."""
    options = [quoted or plain for quoted, plain in re.findall(r"password\s*=\s*(?:'([^']*)'|(\S+))", url)]
    secrets = [url, *re.findall(r"//[^/@\s]*?:(\S+)@", url), *options]
    secrets += [unquote(secret) for secret in secrets]
    for secret in sorted({*secrets} - {""}, key=len, reverse=True):
        message = message.replace(secret, "***")
    return re.sub(r"://[^/@\s]+@", "://***@", message)


def query_of(source: Source) -> str:
    """The source's SQL: its query, or all of the table it names."""
    text = source.query.strip().rstrip(";")
    return f'SELECT * FROM "{text}"' if re.fullmatch(r"\w+", text) else text


def stage(con: duckdb.DuckDBPyConnection, source: Source, profile: str, target: Path) -> None:
    """Write the query's rows to `target`.

    Raises
    ------
    UserError
        If the database cannot be reached or the query fails; the address is masked.
    """
    path = sqlite_path(source, profile)
    if path is not None:
        _from_sqlite(source, path, target)
    else:
        _from_server(con, source, expand(source.url, source.name), target)


def _from_sqlite(source: Source, path: Path, target: Path) -> None:
    query = query_of(source)
    try:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            described = database.execute(f"SELECT * FROM ({query}) LIMIT 0").description
            columns = [column[0] for column in described]
            texts = ", ".join('CAST("{}" AS TEXT)'.format(c.replace('"', '""')) for c in columns)
            cursor = database.execute(f"SELECT {texts} FROM ({query})")
            write_text(columns, batches(list(row) for row in cursor), target)
        finally:
            database.close()
    except sqlite3.Error as error:
        raise UserError(f"{source.name}: {path.name}: {error} (query: {query})") from None


def _from_server(con: duckdb.DuckDBPyConnection, source: Source, url: str, target: Path) -> None:
    # Only the kind of a well-formed address is shown: anything else may be a password.
    scheme = re.match(r"([a-z][a-z0-9+.-]*)://", url)
    extension = _DUCKDB_EXTENSIONS.get(scheme[1]) if scheme else None
    if extension is None:
        known = ", ".join(f"{kind}://" for kind in _DUCKDB_EXTENSIONS)
        kind = f"a database of kind {scheme[1]!r} is not supported" if scheme else f"{source.url} is no database address"
        raise UserError(f"{source.name}: url: {kind}; supported: sqlite:, {known}")
    try:
        con.execute(f"INSTALL {extension}; LOAD {extension}")
    except duckdb.Error:
        raise UserError(
            f"{source.name}: DuckDB's {extension} extension cannot be loaded here; install it once with network access "
            f"(python -c \"import duckdb; duckdb.sql('INSTALL {extension}')\") or export the table to parquet"
        ) from None
    try:
        con.execute(f"ATTACH {literal(url)} AS source_database (TYPE {extension}, READ_ONLY)")
        try:
            call = f"{extension}_query('source_database', {literal(query_of(source))})"
            con.execute(f"COPY (SELECT * FROM {call}) TO {literal(str(target))} (FORMAT parquet)")
        finally:
            con.execute("DETACH source_database")
    except duckdb.Error as error:
        raise UserError(f"{source.name}: {masked(first_line(error), url)}") from None
