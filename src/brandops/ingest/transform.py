"""Files' rows as SQL: raw columns → contract columns, plain values quickly and the rest with care.

`mapped` takes the raw values, `plain` and `careful` bring them to the contract's types beside what is needed to judge and
account for them, `shown` shows rows as they were sent. A query serves any number of files with the same columns: planning it
costs as much as running it over 100,000 rows, and a company sends many small files.
"""

import copy
from dataclasses import dataclass

import duckdb
import ibis.expr.datatypes as dt
import pandera.ibis as pa

from brandops.contract import TABLES, Table
from brandops.errors import UserError
from brandops.ingest.conversion import Conversion, Reading, is_blank, is_listed_blank, sql_type
from brandops.ingest.convert import convert
from brandops.ingest.dates import local_day
from brandops.ingest.readers import LABEL, first_line
from brandops.ingest.sql import bind, literal, name, references
from brandops.params.sources import ColumnMap, Source, Sources

MASK = "***"


@dataclass
class Column:
    """A contract column as one source fills it: the raw expression, its type and how it is converted."""

    name: str
    dtype: dt.DataType
    origin: ColumnMap
    raw: str
    raw_type: str
    conversion: Conversion
    blank: str

    @property
    def held(self) -> str:
        """Name under which the raw value is carried along."""
        return name(f"raw {self.name}")

    @property
    def quick(self) -> str:
        """Name of the value as the quick path read it."""
        return name(f"quick {self.name}")

    @property
    def met(self) -> str:
        """Name of the format met where it is not the usual one."""
        return name(f"format {self.name}")

    @property
    def unusual(self) -> str:
        """Condition, given the quick value: the value is not blank and not of the usual format."""
        listed = f" AND NOT {is_listed_blank(self.held)}" if self.raw_type == "VARCHAR" else ""
        return f"({self.quick} IS NULL AND {self.held} IS NOT NULL{listed})"

    @property
    def steps(self) -> list[tuple[str, str]]:
        """The conversion's steps; where there is a quick path, only what it did not read is converted."""
        if self.conversion.quick is None:
            return list(self.conversion.steps)
        return [(step, f"CASE WHEN {self.unusual} THEN {made_of} END") for step, made_of in self.conversion.steps]

    @property
    def value(self) -> str:
        """SQL of the contract's value, given the quick one and the steps."""
        if self.conversion.quick is None:
            return self.conversion.slow
        return f"CASE WHEN {self.unusual} THEN {self.conversion.slow} ELSE {self.quick} END"

    @property
    def format(self) -> str:
        """SQL of the format met where it is not the usual one, given the quick value and the steps."""
        if self.conversion.quick is None:
            return self.conversion.format
        return f"CASE WHEN {self.unusual} THEN {self.conversion.format} END"


class Transform:
    """The query for files of a source: `relations` have the same columns; `_part` numbers them, `_row` their rows."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, sources: Sources, source: Source, shown: str, relations: list[str]
    ):  # fmt: skip
        self.source, self.relations = source, relations
        self._place = f"{source.name}: {shown}"
        self.table: Table = TABLES[source.table]
        self.raw_columns = raw_columns(con, relations[0])
        self.zone = sources.time_zone
        origins = {column: source.column(column) for column in source.columns}
        self._refuse_absent(origins)
        raws = {
            column: self._raw(origin, dict(sources.parameters), dtype_of(self.table.columns[column]))
            for column, origin in origins.items()
        }
        types = self._types(con, raws)
        self.columns = [
            self._column(column, origins[column], raws[column], types[column]) for column in self.table.columns if column in origins
        ]

    def only(self, part: int) -> "Transform":
        """The query for one of the files; it is part 0 of it."""
        alone = copy.copy(self)
        alone.relations = [self.relations[part]]
        return alone

    def _refuse_absent(self, origins: dict[str, ColumnMap]) -> None:
        absent = [o.source for o in origins.values() if o.source is not None and o.source not in self.raw_columns]
        if absent:
            raise UserError(
                f"{self._place}: no column {', '.join(map(repr, absent))} in the export; its columns: {', '.join(self.raw_columns)}"
            )

    def _raw(self, origin: ColumnMap, parameters: dict, dtype: dt.DataType) -> str:
        if origin.value is not None:
            return f"CAST({literal(origin.value)} AS VARCHAR)"
        if origin.sql is not None:
            return f"({bind(origin.sql, parameters)})"
        labelled = origin.labels if origin.labels is not None else dtype.is_string()
        if labelled and origin.source + LABEL in self.raw_columns:
            return name(origin.source + LABEL)
        return name(origin.source)

    def _types(self, con: duckdb.DuckDBPyConnection, raws: dict[str, str]) -> dict[str, str]:
        listed = ", ".join(f"{raw} AS {name(column)}" for column, raw in raws.items())
        try:
            return {row[0]: row[1] for row in con.execute(f"DESCRIBE SELECT {listed} FROM {self.relations[0]}").fetchall()}
        except duckdb.Error as error:
            raise UserError(f"{self._place}: columns: {first_line(error)}") from None

    def _column(self, column: str, origin: ColumnMap, raw: str, raw_type: str) -> Column:
        schema = self.table.columns[column]
        dtype = dtype_of(schema)
        blanks = tuple(self.source.blanks)
        reading = Reading(
            blanks, tuple(origin.date_formats or self.source.date_formats), self.source.decimal, self.zone,
            schema.metadata["unit"], origin.scale,
        )  # fmt: skip
        held = name(f"raw {column}")
        if origin.map is not None:
            conversion = _mapped(held, raw_type, dtype, origin, reading)
        else:
            conversion = convert(held, raw_type, dtype, reading)
        return Column(column, dtype, origin, raw, raw_type, conversion, is_blank(held, raw_type, dtype, blanks))

    # ---- the queries

    def mapped(self) -> str:
        """Raw values under the names they are carried by."""
        listed = ", ".join(f"{column.raw} AS {column.held}" for column in self.columns)
        # The mapping's SQL may look at other rows of its file (row_number()), so it is applied to each by itself.
        return " UNION ALL ".join(
            f"SELECT {part} AS _part, _row, {listed} FROM {relation}" for part, relation in enumerate(self.relations)
        )

    def plain(self) -> str:
        """Every row by the quick paths alone: the contract's columns, formats met in columns without one, `_unread`, `_odd`.

        `_odd` says that a value is left to `careful`. `_unread` has a bit for each column that holds something which could
        not be read: see `unread`.
        """
        values = "".join(f"{c.quick if c in self._quickly else name(c.name)} AS {name(c.name)}, " for c in self.columns)
        met = "".join(f"{c.met}, " for c in self.formats() if c in self._slowly)
        rows = self._read(f"({self._quick(f'({self.mapped()})')})", self._slowly)
        odd = " OR ".join(f"({c.quick} IS NULL AND {c.held} IS NOT NULL)" for c in self._quickly) or "false"
        return (
            f"SELECT {values}{self._absent}{met}{self._bits(self._slowly)} AS _unread, _part, _row, ({odd}) AS _odd FROM ({rows})"
        )

    def careful(self, raws: str) -> str:
        """Rows with every value read: the contract's columns, the formats met where unusual, `_unread`, `_part`, `_row`.

        Meant for the few rows that need it: in a branch for some rows of every batch the many regular expressions cost as
        much as for all of them.

        Parameters
        ----------
        raws
            Relation of their raw values, as `mapped` gives them.
        """
        values = "".join(f"{name(c.name)}, " for c in self.columns) + self._absent + "".join(f"{c.met}, " for c in self.formats())
        rows = self._read(f"({self._quick(raws)})", self.columns)
        return f"SELECT {values}{self._bits(self.columns)} AS _unread, _part, _row FROM ({rows})"

    def met(self, *, plain: bool) -> str:
        """The formats met in rows of `plain` or of `careful`, for a list of columns."""
        unmet = self._quickly if plain else []
        return "".join(f", {f'CAST(NULL AS VARCHAR) AS {c.met}' if c in unmet else c.met}" for c in self.formats())

    @property
    def _quickly(self) -> list[Column]:
        return [column for column in self.columns if column.conversion.quick is not None]

    @property
    def _slowly(self) -> list[Column]:
        return [column for column in self.columns if column.conversion.quick is None]

    @property
    def _absent(self) -> str:
        """The contract's columns the source does not fill."""
        given = {column.name for column in self.columns}
        absent = {column: schema for column, schema in self.table.columns.items() if column not in given}
        return "".join(f"CAST(NULL AS {sql_type(dtype_of(schema))}) AS {name(column)}, " for column, schema in absent.items())

    def _quick(self, rows: str) -> str:
        """`rows` with the values the quick paths read."""
        return f"SELECT *{''.join(f', {c.conversion.quick} AS {c.quick}' for c in self._quickly)} FROM {rows}"

    def _read(self, rows: str, columns: list[Column]) -> str:
        """`rows` with the columns' values and the formats met, step by step."""
        steps = [column.steps for column in columns]
        for level in range(max(map(len, steps), default=0)):
            made = "".join(f", {of[level][1]} AS {of[level][0]}" for of in steps if level < len(of))
            rows = f"(SELECT *{made} FROM {rows})"
        values = "".join(f", {c.value} AS {name(c.name)}" for c in columns)
        met = "".join(f", {c.format} AS {c.met}" for c in self.formats() if c in columns)
        return f"SELECT *{values}{met} FROM {rows}"

    def _bits(self, columns: list[Column]) -> str:
        bits = [
            f"CASE WHEN {name(c.name)} IS NOT NULL OR {c.blank} THEN 0 ELSE {1 << self.columns.index(c)} END"
            for c in columns
            if c.conversion.rule is not None
        ]
        return f"CAST({' + '.join(bits) or '0'} AS BIGINT)"

    def unread(self, column: Column) -> str:
        """Condition on a converted row: the column holds something that could not be read."""
        return f"(_unread & {1 << self.columns.index(column)}) <> 0"

    def shown(self, rejects: str, among: str | None = None) -> str:
        """Rejected rows as they were sent: part, row, column, value, rule, record (JSON of the raw values), known_on,
        in_force_from, in_force_to.

        Parameters
        ----------
        rejects
            Relation of the same columns but `record`; the raw value is shown where it gives none.
        among
            Relation of raw values, as `mapped` gives them, to look them up in; in the files without it.
        """
        raws = "".join(
            f" WHEN {literal(c.name)} THEN {literal(MASK) if self._personal(c) else f'CAST({c.held} AS VARCHAR)'}"
            for c in self.columns
        )
        value = f'coalesce(r.value, CASE r."column"{raws} END)'
        return (
            f'SELECT r.part, r.row, r."column", {value} AS value, r.rule, {self._record()} AS record, r.known_on, '
            "r.in_force_from, r.in_force_to "
            f"FROM {among or f'({self.mapped()})'} JOIN {rejects} AS r ON _part = r.part AND _row = r.row"
        )

    def known_on(self) -> str:
        """The row's day of becoming known, in the profile's time zone."""
        return known_on(self.table, self.zone)

    def _personal(self, column: Column) -> bool:
        """Whether the raw value names a person: by its own mark, or because a marked column reads the same export column."""
        if column.name in self.table.personal:
            return True
        read = self._reads(column)
        return any(set(read) & set(self._reads(other)) for other in self.columns if other.name in self.table.personal)

    def _reads(self, column: Column) -> list[str]:
        if column.origin.source is not None:
            return [column.origin.source]
        return references(column.raw, list(self.raw_columns)) if column.origin.sql is not None else []

    def _record(self) -> str:
        """JSON of the raw values the mapping reads, under the export's names; personal ones masked."""
        fields: dict[str, str] = {}
        for column in self.columns:
            if column.origin.value is not None:
                continue
            label = column.origin.source or column.name
            shown = literal(MASK) if self._personal(column) else f"CAST({column.held} AS VARCHAR)"
            taken = {key.lower() for key in fields}
            if label.lower() not in taken or shown == literal(MASK):
                fields[next((key for key in fields if key.lower() == label.lower()), label)] = shown
        return (
            f"CAST(to_json(struct_pack({', '.join(f'{name(k)} := {v}' for k, v in fields.items())})) AS VARCHAR)"
            if fields
            else "'{}'"
        )

    def formats(self) -> list[Column]:
        """Columns whose formats are counted: dates, times and numbers read from the export."""
        return [c for c in self.columns if not c.dtype.is_string() and c.origin.value is None and c.origin.map is None]


def known_on(table: Table, zone: str) -> str:
    """SQL of the day on which a row of the table became known, in a time zone."""
    column = table.known_on
    if column is None:
        return "CAST(NULL AS DATE)"
    return local_day(name(column), zone) if dtype_of(table.columns[column]).is_timestamp() else name(column)


def raw_columns(con: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Name and type of a relation's raw columns."""
    return {row[0]: row[1] for row in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall() if row[0] != "_row"}


def dtype_of(schema: pa.Column) -> dt.DataType:
    """A contract column's data type."""
    return schema.dtype.type


def _mapped(held: str, raw_type: str, dtype: dt.DataType, origin: ColumnMap, reading: Reading) -> Conversion:
    """Values of an export replaced by the contract's; then converted where the column is not text."""
    text = f"trim(CAST({held} AS VARCHAR))"
    branches = " ".join(
        f"WHEN {literal(_key(key))} THEN CAST({literal(value)} AS {sql_type(dtype)})" for key, value in origin.map.items()
    )
    if origin.otherwise == "quarantine":
        return Conversion(f"CASE {text} {branches} END", "'mapped'", "unmapped_value")
    if origin.otherwise == "keep":
        kept = convert(held, raw_type, dtype, reading)
        return Conversion(f"CASE {text} {branches} ELSE {kept.value} END", "'mapped'", kept.rule)
    blank = is_blank(held, raw_type, dtype, reading.blanks)
    other = f"WHEN {blank} THEN NULL ELSE CAST({literal(origin.otherwise)} AS {sql_type(dtype)})"
    mapped = " ".join(
        f"WHEN {text} = {literal(_key(key))} THEN CAST({literal(value)} AS {sql_type(dtype)})" for key, value in origin.map.items()
    )
    return Conversion(f"CASE {mapped} {other} END", "'mapped'", None)


def _key(key: object) -> str:
    return {True: "true", False: "false"}[key] if isinstance(key, bool) else str(key)
