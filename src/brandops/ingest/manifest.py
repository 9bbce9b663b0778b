"""What the warehouse was built from: every file with its hash, its rows in, loaded and quarantined, and its days."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from brandops.errors import UserError
from brandops.paths import data_dir


@dataclass(frozen=True)
class Stored:
    """A file of a table's warehouse folder: its rows, the days they speak of, and those between which they are in force.

    What corrections, or a duplicate of an earlier row, change in time lies in files of its own. `known_to` is the account's
    own where the rows are in force as long as what was sent is.
    """

    parquet: str
    rows: int
    first_day: str | None
    last_day: str | None
    known_from: str | None
    known_to: str | None


@dataclass(frozen=True)
class FileAccount:
    """One file's account as it stands; rows_in = loaded + quarantined.

    `first_day` and `last_day` are the days its loaded rows speak of; `rules` counts the quarantined rows by rule;
    `stored` are its files in the table's warehouse folder (none where all of it was sent twice); `footer_rows` were
    declared not to be data; `conversions` holds [column, format, values, month] of the formats met;
    the month is the one in which their rows became known (None: not known when).
    """

    file: str
    hash: str
    rows_in: int
    loaded: int
    quarantined: int
    rules: dict[str, int]
    first_day: str | None
    last_day: str | None
    known_from: str | None
    known_to: str | None
    superseded_by: str | None
    footer_rows: int
    stored: list[Stored]
    conversions: list[list] = field(default_factory=list)


@dataclass(frozen=True)
class SourceAccount:
    """One source's files, and its totals: `conversions` holds [column, format, values] over all files,
    `fresh_within_days` its own service level if it has one (`brandops.params.sources`)."""

    source: str
    table: str
    kind: str
    owner: str | None
    rows_in: int
    loaded: int
    quarantined: int
    conversions: list[list]
    files: list[FileAccount]
    fresh_within_days: int | str | None = None


@dataclass(frozen=True)
class Manifest:
    """The whole account of a warehouse; `corrections` lists the declared ones with the rows each found."""

    profile: str
    time_zone: str
    fingerprint: str
    sources: list[SourceAccount]
    corrections: list[dict] = field(default_factory=list)

    def source(self, name: str) -> SourceAccount:
        """The account of one source."""
        return next(account for account in self.sources if account.source == name)

    def save(self, path: Path) -> None:
        """Write as JSON: the same warehouse, the same bytes."""
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def manifest_path(profile: str) -> Path:
    """Where a profile's manifest lies."""
    return data_dir(profile) / "warehouse" / "manifest.json"


def fingerprint_of_last(profile: str) -> str | None:
    """What the warehouse there is follows from; None where nothing was ingested. Other versions of this code wrote it alike."""
    path = manifest_path(profile)
    return json.loads(path.read_text(encoding="utf-8"))["fingerprint"] if path.exists() else None


def load_manifest(profile: str) -> Manifest:
    """Read a profile's manifest.

    Raises
    ------
    UserError
        If nothing was ingested yet.
    """
    path = manifest_path(profile)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{profile}: nothing ingested yet; run: python -m brandops.ingest --profile {profile}") from None
    return Manifest(sources=[_source(account) for account in data.pop("sources")], **data)


def _source(account: dict) -> SourceAccount:
    files = [FileAccount(**{**file, "stored": [Stored(**each) for each in file["stored"]]}) for file in account["files"]]
    return SourceAccount(**{**account, "files": files})
