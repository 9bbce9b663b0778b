"""What staging one file comes to: good rows, rejected rows and their account, in a folder of their own."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from brandops.ingest.files import File
from brandops.ingest.sql import name

REJECTS = {
    "source": "VARCHAR", "table": "VARCHAR", "file": "VARCHAR", "row": "BIGINT", "column": "VARCHAR", "value": "VARCHAR",
    "rule": "VARCHAR", "record": "VARCHAR", "known_on": "DATE", "in_force_from": "DATE", "in_force_to": "DATE",
}  # fmt: skip
NO_REJECTS = "SELECT " + ", ".join(f"CAST(NULL AS {kind}) AS {name(column)}" for column, kind in REJECTS.items()) + " WHERE false"


@dataclass(frozen=True)
class Work:
    """A file to stage: where its output goes, and a folder for raw copies that outlives the queries."""

    file: File
    folder: Path
    scratch: Path


Spell = tuple[str | None, str | None, int]


def rows_path(folder: Path, spell: int) -> str:
    """Path of the good rows of one of a folder's spells."""
    return str(folder / (f"rows-{spell}.parquet" if spell else "rows.parquet"))


@dataclass
class Staged:
    """What one file came to, before its table is looked at as a whole.

    Attributes
    ----------
    folder
        Holds rows.parquet (warehouse layout), rejects.parquet (quarantine layout) and matched.parquet (rows the
        profile's corrections found, as they were before).
    rows_in, footer
        Rows of data, rows left out as footers.
    spells
        (from, to, rows) of good rows by the days between which corrections have them in force; the first are those in force
        as long as the file is. The others' rows are in rows-1.parquet and so on.
    rules
        Rows rejected as the file stands at its end, by rule.
    conversions
        (column, format, values, month in which their rows became known; None: not known when) met.
    """

    folder: Path
    rows_in: int
    footer: int
    spells: list[Spell] = field(default_factory=list)
    rules: dict[str, int] = field(default_factory=dict)
    conversions: list[list] = field(default_factory=list)

    @property
    def loaded(self) -> int:
        """Rows that passed, as the file stands at its end."""
        return sum(rows for _, ends, rows in self.spells if ends is None)

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
