"""A table of the contract: its schema, its key, and how it stands in time."""

from dataclasses import dataclass, field

import pandera.ibis as pa


@dataclass(frozen=True)
class Table:
    """One table every company's exports are brought to.

    Attributes
    ----------
    schema
        pandera schema; `schema.columns[c].metadata` holds description, unit, personal, references, later.
    grain
        What one row is, for the data dictionary.
    key
        Columns that identify a row.
    known_on
        Column with the day (or moment) on which the row became known; a report as of an earlier day does not see it.
        None for a table without one (the row is then known from its file's arrival, or always).
    recorded_with
        For each `later` date column, the columns recorded with it, blanked while it lies in the future.
    fresh_within_days
        Service level: days after the as-of date by which the latest row may lag (None: no level).
    family
        `internal`, `external` or `third_party` (plan items 2.1.1 to 2.1.3).
    """

    name: str
    grain: str
    schema: pa.DataFrameSchema
    key: tuple[str, ...]
    known_on: str | None = None
    recorded_with: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fresh_within_days: int | None = None
    family: str = "internal"

    @property
    def columns(self) -> dict[str, pa.Column]:
        """Columns by name, in the contract's order."""
        return self.schema.columns

    @property
    def required(self) -> list[str]:
        """Columns a source must map and fill."""
        return [name for name, column in self.columns.items() if not column.nullable]

    @property
    def personal(self) -> list[str]:
        """Columns that never leave the warehouse."""
        return [name for name, column in self.columns.items() if column.metadata["personal"]]

    @property
    def references(self) -> dict[str, tuple[str, str]]:
        """Foreign keys: column to (table, column)."""
        found = {name: column.metadata["references"] for name, column in self.columns.items()}
        return {name: tuple(target.split(".")) for name, target in found.items() if target}


def table(
    name: str, grain: str, columns: dict[str, pa.Column], *, key: tuple[str, ...], known_on: str | None = None,
    recorded_with: dict[str, tuple[str, ...]] | None = None, fresh_within_days: int | None = None,
    family: str = "internal", checks: tuple[pa.Check, ...] = (),
) -> Table:  # fmt: skip
    """Build a table of the contract; see `Table` for the parameters."""
    schema = pa.DataFrameSchema(columns, name=name, description=grain, unique=list(key), checks=list(checks))
    return Table(name, grain, schema, key, known_on, recorded_with or {}, fresh_within_days, family)
