"""What a table is made of: staged files, each split by the days between which its rows are in force."""

import json
from dataclasses import dataclass
from datetime import date

from brandops.ingest.files import File
from brandops.ingest.staged import Staged, rows_path
from brandops.params.sources import Source


@dataclass
class Part:
    """One spell of a staged file as part of its table."""

    source: Source
    file: File
    staged: Staged
    target: str  # file name in the table's folder
    spell: int = 0

    @property
    def rows(self) -> str:
        """Path of the good rows."""
        return rows_path(self.staged.folder, self.spell)

    @property
    def passed(self) -> int:
        """Number of good rows."""
        return self.staged.spells[self.spell][2]

    @property
    def begun(self) -> str | None:
        """Day from which corrections have the rows in force; None: as long as the file is."""
        return self.staged.spells[self.spell][0]

    @property
    def ended(self) -> str | None:
        """Day from which corrections have them in force no longer; None: at the file's end."""
        return self.staged.spells[self.spell][1]

    @property
    def known_from(self) -> date | None:
        """Day from which the rows are known; None: always."""
        return date.fromisoformat(self.begun) if self.begun else self.file.known_from

    @property
    def known_to(self) -> date | None:
        """Day from which they are known no longer; None: still."""
        return date.fromisoformat(self.ended) if self.ended else self.file.known_to

    @property
    def origin(self) -> str:
        """What stands for the rows: the staged file's key stands for its content."""
        return f"{self.staged.folder.name} {self.spell}" if self.spell else self.staged.folder.name

    @property
    def mark(self) -> str:
        """What stands for the rows, and for what is done about their orphans."""
        return f"{self.origin} {json.dumps(self.source.on_orphan, sort_keys=True)}"


def numbered(rows: str) -> str:
    """SQL: stored rows with the number of their part, given the table `parts`."""
    return (
        f"{rows} AS r JOIN parts AS p ON r._source = p.source AND r._file = p.file "
        "AND r._known_from IS NOT DISTINCT FROM p.starts AND r._known_to IS NOT DISTINCT FROM p.ends"
    )
