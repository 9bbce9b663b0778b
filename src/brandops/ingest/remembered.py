"""What an earlier run found in a table's keys, so that another file costs a look at that file's keys and not at all of them.

A file's part of a finding stays true as long as the file is the same: keys not found where they refer to, until the tables
referred to gain or lose keys; keys given more than once, until another file has them too. Both are remembered with the table.
Hashes of a staged file's keys are kept beside it. What is remembered only says where to look: the keys themselves decide.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from brandops.ingest.sql import PARQUET, literal, name

_FACTS = "remembered.json"


@dataclass
class Remembered:
    """What was found in a table's files.

    Attributes
    ----------
    folder
        Holds unknown.parquet (`part`, the file's mark; row, column_name, value: a key found nowhere) and
        repeats.parquet (rows whose key's hash, `code`, is given more than once: `mark` of the file, row and key).
    parts
        Marks of the files looked at; a mark stands for a file's content and for what is done about its orphans.
    referenced
        Files of each table referred to, as they were.
    days
        First and last day of the files' rows, by what the file was linked from.
    """

    folder: Path
    table: str
    parts: list[str]
    referenced: dict[str, list[str]]
    days: dict[str, list[str | None]] = field(default_factory=dict)

    @property
    def unknown(self) -> str:
        """Path of the keys found nowhere."""
        return str(self.folder / "unknown.parquet")

    @property
    def repeats(self) -> str:
        """Path of the rows whose key's hash is given more than once."""
        return str(self.folder / "repeats.parquet")

    def save(self) -> None:
        """Write all but the two tables."""
        facts = {key: value for key, value in vars(self).items() if key != "folder"}
        (self.folder / _FACTS).write_text(json.dumps(facts, sort_keys=True))

    @classmethod
    def of(cls, table: str, folders: Iterable[Path]) -> "Remembered | None":
        """The memory of a table among folders of finished tables; None where there is none."""
        for folder in sorted(folders):
            try:
                found = cls(folder, **json.loads((folder / _FACTS).read_text()))
            except (OSError, ValueError, TypeError):
                continue
            if found.table == table and (folder / "account.json").exists():
                return found
        return None

    def lost(self, con: duckdb.DuckDBPyConnection, other: str, key: str, now: list[str]) -> bool:
        """Whether a table referred to has lost a key since; so, too, where it was not there or cannot be read any more."""
        before = self.referenced.get(other)
        if before is None or not all(Path(path).exists() for path in before):
            return True
        still = {Path(path).stat().st_ino for path in now}  # a file that stays is linked into the table's next folder
        gone = [path for path in before if Path(path).stat().st_ino not in still]
        if not gone:
            return False
        query = f"SELECT {name(key)} FROM {files(gone)} EXCEPT SELECT {name(key)} FROM {files(now)}"
        return con.execute(f"SELECT count(*) FROM ({query})").fetchone()[0] > 0


def files(paths: list[str], *, named: bool = False) -> str:
    """SQL that reads several parquet files; `named` gives each row the `filename` it is from."""
    return f"read_parquet([{', '.join(map(literal, paths))}]{', filename = true' if named else ''})"


def codes_of(con: duckdb.DuckDBPyConnection, rows: str, keys: list[str]) -> str:
    """Path of the hashes of a staged file's keys (`code`), made where it is not there yet."""
    path = Path(rows).with_name(Path(rows).name.replace("rows", "codes", 1))
    if not path.exists():
        scratch = path.with_suffix(".building")
        query = f"SELECT hash({', '.join(map(name, keys))}) AS code FROM read_parquet({literal(rows)})"
        con.execute(f"COPY ({query}) TO {literal(str(scratch))} ({PARQUET})")
        scratch.rename(path)
    return str(path)
