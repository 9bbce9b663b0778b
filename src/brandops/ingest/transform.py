"""Files' rows as one SQL query: raw columns → contract columns → declared corrections → derived columns → rules.

The query is layered: `mapped` takes the raw values, `converted` brings them to the contract's types, `corrected` applies
the profile's corrections, `valid` and `rejected` judge the rows by the rules. It serves any number of files with the same
columns: planning it costs as much as running it over 100,000 rows, and a company sends many small files.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import ibis.expr.datatypes as dt
import pandera.ibis as pa

from brandops.contract import TABLES, Table
from brandops.errors import UserError
from brandops.ingest.checks import check_sql
from brandops.ingest.convert import Conversion, Reading, convert, is_blank, references, sql_type
from brandops.ingest.readers import LABEL, first_line
from brandops.ingest.sql import bind, literal, name
from brandops.params.sources import ColumnMap, Correction, Source, Sources

MASK = "***"



@dataclass(frozen=True)
class Derived:
    """A column the contract derives where a source leaves it blank: SQL over the columns it follows from."""

    value: str
    follows_from: tuple[str, ...]


# A product of two numbers of up to 18 digits is taken in 18 digits, which is fast, or else in 38; what does not fit the
# column then is a number the contract cannot hold.
DERIVED = {
    ("sales_lines", "net_sales"): Derived(
        "coalesce(TRY(CAST(round({quantity} * {net_price}, 4) AS DECIMAL(18, 4))), "
        "TRY_CAST(round(CAST({quantity} AS DECIMAL(19, 3)) * {net_price}, 4) AS DECIMAL(18, 4)))",
        ("quantity", "net_price"),
    )
}


@dataclass
class Column:
    """A contract column as one source fills it: the raw expression, its type and how it is converted.

    `uniform` says that every value of the files at hand takes the conversion's fast path or is blank.
    """

    name: str
    dtype: dt.DataType
    origin: ColumnMap
    raw: str
    raw_type: str
    conversion: Conversion
    blank: str
    uniform: bool = False

    @property
    def value(self) -> str:
        """SQL of the contract's value."""
        return self.conversion.fast_value if self.uniform and self.conversion.fast_value else self.conversion.value

    @property
    def held(self) -> str:
        """Name under which the raw value is carried along."""
        return name(f"raw {self.name}")


class Transform:
    """The query for files of a source: `relations` have the same columns; `_part` numbers them, `_row` their rows."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, sources: Sources, source: Source, shown: str, relations: list[str],
        corrections: list[Correction],
    ):  # fmt: skip
        self.source, self.relations, self.corrections = source, relations, corrections
        self._place = f"{source.name}: {shown}"
        self.table: Table = TABLES[source.table]
        self.raw_columns = raw_columns(con, relations[0])
        self._zone = sources.time_zone
        origins = {column: source.column(column) for column in source.columns}
        self._refuse_absent(origins)
        raws = {
            column: self._raw(origin, dict(sources.parameters), _dtype(self.table.columns[column]))
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
        dtype = _dtype(schema)
        blanks = tuple(self.source.blanks)
        reading = Reading(
            blanks, tuple(origin.date_formats or self.source.date_formats), self.source.decimal, self._zone,
            schema.metadata["unit"], origin.scale,
        )  # fmt: skip
        held = name(f"raw {column}")
        if origin.map is not None:
            conversion = _mapped(held, raw_type, dtype, origin, reading)
        else:
            conversion = convert(held, raw_type, dtype, reading)
        return Column(column, dtype, origin, raw, raw_type, conversion, is_blank(held, raw_type, dtype, blanks))

    # ---- the layers

    def mapped(self, where: str = "") -> str:
        """Raw values under the names they are carried by; `where` restricts the rows after all of them were seen."""
        listed = ", ".join(f"{column.raw} AS {column.held}" for column in self.columns)
        # The mapping's SQL may look at other rows of its file (row_number()), so it is applied to each by itself.
        parts = (f"SELECT {part} AS _part, _row, {listed} FROM {relation}" for part, relation in enumerate(self.relations))
        query = " UNION ALL ".join(parts)
        return f"SELECT * FROM ({query}) WHERE {where}" if where else query

    def converted(self, where: str = "") -> str:
        """Raw values and the contract's columns."""
        listed = ", ".join(f"{column.value} AS {name(column.name)}" for column in self.columns)
        given = {column.name for column in self.columns}
        missing = "".join(
            f", CAST(NULL AS {sql_type(_dtype(schema))}) AS {name(other)}"
            for other, schema in self.table.columns.items()
            if other not in given
        )
        return f"SELECT *, {listed}{missing} FROM ({self.mapped(where)})"

    def matched(self, where: str = "") -> str:
        """Per row, which corrections apply to it, as columns `correction 0`, `correction 1`, ..."""
        listed = ", ".join(
            f"coalesce(({correction.where}), false) AS {name(f'correction {position}')}"
            for position, correction in enumerate(self.corrections)
        )
        return f"SELECT *, {listed} FROM ({self.converted(where)})"

    def corrected(self, where: str = "") -> str:
        """The converted rows with corrections applied and derived columns filled."""
        if not self.corrections:
            query, dropped = self.converted(where), "false"
        else:
            # Every correction finds its rows as they were sent, as its guard does, whatever an earlier one changes.
            query, dropped = self.matched(where), "false"
        for position, correction in enumerate(self.corrections):
            applies = name(f"correction {position}")
            if correction.action == "drop":
                dropped = f"({dropped} OR {applies})"
            elif correction.action in ("override", "scale"):
                column, target = name(correction.column), sql_type(_dtype(self.table.columns[correction.column]))
                changed = literal(correction.value) if correction.action == "override" else f"{column} * {correction.factor!r}"
                new = f"CASE WHEN {applies} THEN CAST({changed} AS {target}) ELSE {column} END AS {column}"
                query = f"SELECT * REPLACE ({new}) FROM ({query})"
        for (table, column), derived in DERIVED.items():
            if table == self.table.name:
                filled = derived.value.format(**{other: name(other) for other in derived.follows_from})
                query = f"SELECT * REPLACE (coalesce({name(column)}, {filled}) AS {name(column)}) FROM ({query})"
        return f"SELECT *, {dropped} AS _dropped FROM ({query})" if dropped != "false" else query

    def rules(self) -> Iterable[tuple[str, str, str | None]]:
        """(condition under which it is broken, rule, column), in the order in which they are judged."""
        if any(correction.action == "drop" for correction in self.corrections):
            yield "_dropped", "correction:drop", None
        by_name = {column.name: column for column in self.columns}
        for column, schema in self.table.columns.items():
            quoted, given = name(column), by_name.get(column)
            if given is not None and given.conversion.rule is not None:
                yield f"({quoted} IS NULL AND NOT {given.blank})", given.conversion.rule, column
            if not schema.nullable:
                yield f"{quoted} IS NULL", "missing_key", column
            for check in schema.checks:
                yield f"({quoted} IS NOT NULL AND NOT {check_sql(check, quoted)})", f"check:{check.name}", column
        for (table, column), derived in DERIVED.items():
            if table == self.table.name:
                known = " AND ".join(f"{name(other)} IS NOT NULL" for other in derived.follows_from)
                yield f"({name(column)} IS NULL AND {known})", "bad_number", column

    def valid(self) -> str:
        """Rows that break no rule of their own, contract columns only, and `_part` and `_row`."""
        # A rule sees the converted value; as one conjunction the engine evaluates it while it writes.
        broken = " OR ".join(condition for condition, _, _ in self.rules())
        listed = ", ".join(name(column) for column in self.table.columns)
        return f"SELECT {listed}, _part, _row FROM ({self.corrected()}) WHERE NOT ({broken})"

    def rejected(self, where: str, always: str | None = None) -> str:
        """Rows with the first rule they break: _part, row, column, value, rule, record, known_on.

        Parameters
        ----------
        where
            Condition on `_part` and `_row` that picks the rows.
        always
            A rule all of them break (`file_sent_twice`), instead of their own.
        """
        cases = [] if always else list(self.rules())
        values = {column.name: column for column in self.columns}

        def value(column: str | None) -> str:
            if column is None or column not in values:
                derived = DERIVED.get((self.table.name, column))
                terms = [f"CAST({name(other)} AS VARCHAR)" for other in derived.follows_from] if derived else []
                return f"concat_ws(' * ', {', '.join(terms)})" if terms else "NULL"
            return literal(MASK) if self._personal(values[column]) else f"CAST({values[column].held} AS VARCHAR)"

        def pick(results: list[str]) -> str:
            branches = " ".join(f"WHEN {case[0]} THEN {result}" for case, result in zip(cases, results, strict=True))
            return f"CASE {branches} END" if cases else "CAST(NULL AS VARCHAR)"

        rule = literal(always) if always else pick([literal(case[1]) for case in cases])
        column = pick([literal(case[2]) for case in cases])
        shown = pick([value(case[2]) for case in cases])
        return (
            f'SELECT _part, _row AS row, {column} AS "column", {shown} AS value, {rule} AS rule, '
            f"{self._record()} AS record, {self.known_on()} AS known_on FROM ({self.corrected(where)})"
        )

    def known_on(self) -> str:
        """The row's day of becoming known, in the profile's time zone."""
        column = self.table.known_on
        if column is None:
            return "CAST(NULL AS DATE)"
        if _dtype(self.table.columns[column]).is_timestamp():
            return f"CAST(timezone({literal(self._zone)}, {name(column)}) AS DATE)"
        return name(column)

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


def raw_columns(con: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Name and type of a relation's raw columns."""
    return {row[0]: row[1] for row in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall() if row[0] != "_row"}


def _dtype(schema: pa.Column) -> dt.DataType:
    return schema.dtype.type


def _mapped(held: str, raw_type: str, dtype: dt.DataType, origin: ColumnMap, reading: Reading) -> Conversion:
    """Values of an export replaced by the contract's; then converted where the column is not text."""
    text = f"trim(CAST({held} AS VARCHAR))"
    branches = " ".join(
        f"WHEN {literal(_key(key))} THEN CAST({literal(value)} AS {sql_type(dtype)})" for key, value in origin.map.items()
    )
    if origin.otherwise == "quarantine":
        return Conversion(f"CASE {text} {branches} END", "'mapped'", None, "mapped", "unmapped_value")
    if origin.otherwise == "keep":
        kept = convert(held, raw_type, dtype, reading)
        return Conversion(f"CASE {text} {branches} ELSE {kept.value} END", "'mapped'", None, "mapped", kept.rule)
    blank = is_blank(held, raw_type, dtype, reading.blanks)
    other = f"WHEN {blank} THEN NULL ELSE CAST({literal(origin.otherwise)} AS {sql_type(dtype)})"
    mapped = " ".join(
        f"WHEN {text} = {literal(_key(key))} THEN CAST({literal(value)} AS {sql_type(dtype)})" for key, value in origin.map.items()
    )
    return Conversion(f"CASE {mapped} {other} END", "'mapped'", None, "mapped", None)


def _key(key: object) -> str:
    return {True: "true", False: "false"}[key] if isinstance(key, bool) else str(key)
