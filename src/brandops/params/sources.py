"""Where tables come from (`sources.yml`) and what is known to be wrong in them (`corrections.yml`).

The language is described in docs/connect-a-company.md; every key of it is a field here.
"""

import codecs
import difflib
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from brandops.contract import TABLES
from brandops.errors import UserError
from brandops.params.yaml import Strict, load_yaml, read_yaml, shown, validate
from brandops.paths import params_dir

NAMED_DATE_FORMATS = ("iso", "slashes", "compact", "chinese", "excel", "month")
DEFAULT_DATE_FORMATS = ["iso", "slashes", "compact", "chinese"]
ENVIRONMENT_URL = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")

Scalar = str | int | float | bool


def _closest(value: str, allowed: list[str]) -> str:
    close = difflib.get_close_matches(value, allowed, n=1)
    return f"; did you mean {close[0]}?" if close else f" (allowed: {', '.join(allowed)})"


class ColumnMap(Strict):
    """Where one contract column comes from: exactly one of `from`, `sql`, `value`."""

    source: str | None = Field(None, alias="from", description="Column of the export")
    sql: str | None = Field(None, description="SQL expression over the export's columns")
    value: Scalar | date | None = Field(None, description="The same value for every row")
    scale: float | int | None = Field(None, description="Factor applied to a number")
    map: dict[str | int | bool, str] | None = Field(None, description="Exported value: contract value")
    otherwise: str = Field("quarantine", description="quarantine, keep, or a value, for what `map` lacks")
    labels: bool | None = Field(None, description="SPSS: value labels (true) or codes (false)")
    date_formats: list[str] | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "ColumnMap":
        given = [name for name in ("source", "sql", "value") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of from, sql, value")
        if self.otherwise != "quarantine" and self.map is None:
            raise ValueError("otherwise needs a map")
        return self

    @field_validator("date_formats")
    @classmethod
    def _known_formats(cls, formats: list[str] | None) -> list[str] | None:
        return _check_formats(formats)


def _check_formats(formats: list[str] | None) -> list[str] | None:
    for name in formats or []:
        if name not in NAMED_DATE_FORMATS and "%" not in name:
            hint = _closest(name, list(NAMED_DATE_FORMATS))
            raise ValueError(f"{name!r} is neither a named date format nor a pattern such as %d.%m.%Y{hint}")
    return formats


class Source(Strict):
    """One source: files or a query, and how they become rows of one contract table."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    table: str
    kind: Literal["csv", "xlsx", "sav", "parquet", "sql"]
    path: str | None = None
    url: str | None = None
    query: str | None = None
    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str = Field(",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    skip_rows: int = Field(0, ge=0)
    comment: str | None = Field(None, min_length=1)
    skip_footer: str | None = None
    blanks: list[str] = Field(default_factory=list)
    date_formats: list[str] = Field(default_factory=lambda: list(DEFAULT_DATE_FORMATS))
    file_date: str | None = None
    replaces: str | None = None
    inputs: dict[str, str] = Field(default_factory=dict)
    select: str | None = None
    rows: Literal["same", "changes"] = "same"
    columns: dict[str, str | ColumnMap]
    on_orphan: dict[str, Literal["quarantine", "keep", "blank"]] = Field(default_factory=dict)
    owner: str | None = None
    fresh_within_days: Annotated[int, Field(ge=0)] | Literal["once"] | None = Field(
        None, description="Days its latest row may lag instead of the table's; once: it is sent once and never late"
    )

    @field_validator("date_formats")
    @classmethod
    def _known_formats(cls, formats: list[str]) -> list[str]:
        return _check_formats(formats)

    @field_validator("table")
    @classmethod
    def _known_table(cls, name: str) -> str:
        if name not in TABLES:
            raise ValueError(f"is not a table of the contract{_closest(name, list(TABLES))}")
        return name

    @field_validator("file_date", "skip_footer")
    @classmethod
    def _valid_pattern(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from None
        return pattern

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str) -> str:
        try:
            return codecs.lookup(name).name
        except LookupError:
            raise ValueError("is not an encoding Python knows, e.g. utf-8, gb18030, cp1252") from None

    @model_validator(mode="after")
    def _complete(self) -> "Source":
        if self.kind == "sql":
            if self.url is None or self.query is None:
                raise ValueError("kind sql needs url and query")
            if not (ENVIRONMENT_URL.fullmatch(self.url) or self.url.startswith("sqlite:")):
                raise ValueError("url must be ${NAME} (environment) or sqlite:path/in/the/data/folder")
        elif self.path is None:
            raise ValueError(f"kind {self.kind} needs path")
        if self.rows == "changes" and self.select is None:
            raise ValueError("rows: changes needs a select")
        if self.replaces is not None:
            groups = re.compile(self.file_date or "").groupindex
            if self.replaces not in groups or "received" not in groups:
                groups_needed = f"{self.replaces} and received"
                raise ValueError(f"replaces: {self.replaces} needs file_date with the groups {groups_needed}")
        table = TABLES[self.table]
        for name in self.columns:
            if name not in table.columns:
                hint = _closest(name, list(table.columns))
                raise ValueError(f"columns.{name}: no column of {self.table}{hint}")
        for name in self.on_orphan:
            if name not in table.references:
                hint = _closest(name, list(table.references))
                raise ValueError(f"on_orphan.{name}: refers to no table{hint}")
            if self.on_orphan[name] == "blank" and not table.columns[name].nullable:
                raise ValueError(f"on_orphan.{name}: required, cannot be blanked; use quarantine or keep")
        missing = [name for name in table.required if name not in self.columns]
        if missing:
            raise ValueError(f"columns: {self.table} requires {', '.join(missing)}")
        return self

    def column(self, name: str) -> ColumnMap | None:
        """How contract column `name` is filled; None where the source does not give it."""
        given = self.columns.get(name)
        return ColumnMap(source=given) if isinstance(given, str) else given


class Sources(Strict):
    """A profile's sources."""

    time_zone: str = "UTC"
    parameters: dict[str, Scalar | date] = Field(default_factory=dict)
    sources: list[Source]

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"is not a time zone{_closest(name, sorted(available_timezones()))[:80]}")
        return name

    @model_validator(mode="after")
    def _unique_names(self) -> "Sources":
        names = [source.name for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"sources: the name {twice[0]} is given twice; names must be unique")
        return self

    def tables(self) -> list[str]:
        """Contract tables the profile supplies, in load order."""
        return list(dict.fromkeys(source.table for source in self.sources))


class Expect(Strict):
    """The guard of a correction: it fails once the source is mended, so that the correction is taken out."""

    rows: int | None = Field(None, ge=0, description="Rows `where` finds")
    sql: str | None = Field(None, description="Aggregate over the rows found that must be true")

    @model_validator(mode="after")
    def _some(self) -> "Expect":
        if self.rows is None and self.sql is None:
            raise ValueError("give rows, sql or both")
        return self


class Correction(Strict):
    """One declared correction: what, why, who reported it, the day from which it counts, and the guard."""

    table: str
    action: Literal["drop", "override", "scale", "flag"]
    where: str
    column: str | None = None
    value: Scalar | date | None = None
    factor: float | int | None = None
    reason: str = Field(min_length=1)
    reporter: str = Field(min_length=1)
    date: date
    expect: Expect

    @model_validator(mode="after")
    def _complete(self) -> "Correction":
        if self.table not in TABLES:
            hint = _closest(self.table, list(TABLES))
            raise ValueError(f"table {self.table!r} is not a table of the contract{hint}")
        if self.action in ("override", "scale"):
            columns = list(TABLES[self.table].columns)
            if self.column not in columns:
                hint = _closest(str(self.column), columns)
                raise ValueError(f"{self.action} needs a column of {self.table}{hint}")
        elif self.column is not None:
            raise ValueError(f"{self.action} takes no column")
        if (self.factor is not None) != (self.action == "scale"):
            raise ValueError("factor belongs to scale, and scale needs it")
        if self.value is not None and self.action != "override":
            raise ValueError("value belongs to override")
        return self


class _Corrections(Strict):
    corrections: list[Correction]


def sources_path(profile: str) -> Path:
    """The profile's `sources.yml`."""
    return params_dir(profile) / "sources.yml"


def load_sources(profile: str) -> Sources:
    """Read `params/<profile>/sources.yml`.

    Raises
    ------
    UserError
        If the file is absent, malformed, or names a key, table or column that does not exist.
    """
    path = sources_path(profile)
    return validate(Sources, load_yaml(path), path)


def load_corrections(profile: str) -> list[Correction]:
    """Read `params/<profile>/corrections.yml`, a list; empty where the file is absent.

    Raises
    ------
    UserError
        If it is malformed or incomplete.
    """
    path = params_dir(profile) / "corrections.yml"
    if not path.exists():
        return []
    data: Any = read_yaml(path) or []
    if not isinstance(data, list):
        raise UserError(f"{shown(path)}:1: must be a list of corrections")
    return validate(_Corrections, {"corrections": data}, path).corrections
