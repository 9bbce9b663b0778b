"""Converted rows judged: declared corrections applied, derived columns filled, the contract's rules checked."""

from collections.abc import Iterator
from dataclasses import dataclass

from brandops.ingest.checks import check_sql
from brandops.ingest.conversion import sql_type
from brandops.ingest.sql import literal, name
from brandops.ingest.transform import Column, Transform, dtype_of
from brandops.params.sources import Correction


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


@dataclass(frozen=True)
class Judge:
    """Queries over the converted rows, given as `rows` (a relation with the columns of `Transform.converted`)."""

    transform: Transform
    corrections: list[Correction]
    rows: str

    @property
    def _given(self) -> dict[str, Column]:
        """Columns the source fills, by name."""
        return {column.name: column for column in self.transform.columns}

    def matched(self) -> str:
        """Per row, which corrections apply to it, as columns `correction 0`, `correction 1`, ..."""
        listed = ", ".join(
            f"coalesce(({correction.where}), false) AS {name(f'correction {position}')}"
            for position, correction in enumerate(self.corrections)
        )
        return f"SELECT *, {listed} FROM {self.rows}"

    def corrected(self) -> str:
        """The converted rows with corrections applied and derived columns filled."""
        table = self.transform.table
        # Every correction finds its rows as they were sent, as its guard does, whatever an earlier one changes.
        query, dropped = (self.matched() if self.corrections else f"SELECT * FROM {self.rows}"), "false"
        for position, correction in enumerate(self.corrections):
            applies = name(f"correction {position}")
            if correction.action == "drop":
                dropped = f"({dropped} OR {applies})"
            elif correction.action in ("override", "scale"):
                column, target = name(correction.column), sql_type(dtype_of(table.columns[correction.column]))
                changed = literal(correction.value) if correction.action == "override" else f"{column} * {correction.factor!r}"
                new = f"CASE WHEN {applies} THEN CAST({changed} AS {target}) ELSE {column} END AS {column}"
                query = f"SELECT * REPLACE ({new}) FROM ({query})"
        for (owner, column), derived in DERIVED.items():
            if owner == table.name:
                filled = derived.value.format(**{other: name(other) for other in derived.follows_from})
                given = self._given.get(column)
                if given is not None and given.conversion.rule is not None:
                    # A value that is there and cannot be read is a fault of the export, not a blank to be filled.
                    filled = f"CASE WHEN NOT {self.transform.unread(given)} THEN {filled} END"
                query = f"SELECT * REPLACE (coalesce({name(column)}, {filled}) AS {name(column)}) FROM ({query})"
        return f"SELECT *, {dropped} AS _dropped FROM ({query})"

    def rules(self) -> Iterator[tuple[str, str, str | None]]:
        """(condition under which it is broken, rule, column), in the order in which they are judged."""
        if any(correction.action == "drop" for correction in self.corrections):
            yield "_dropped", "correction:drop", None
        table = self.transform.table
        for column, schema in table.columns.items():
            quoted, given = name(column), self._given.get(column)
            if given is not None and given.conversion.rule is not None:
                yield f"({quoted} IS NULL AND {self.transform.unread(given)})", given.conversion.rule, column
            if not schema.nullable:
                yield f"{quoted} IS NULL", "missing_key", column
            for check in schema.checks:
                yield f"({quoted} IS NOT NULL AND NOT {check_sql(check, quoted)})", f"check:{check.name}", column
        for (owner, column), derived in DERIVED.items():
            if owner == table.name:
                known = " AND ".join(f"{name(other)} IS NOT NULL" for other in derived.follows_from)
                yield f"({name(column)} IS NULL AND {known})", "bad_number", column

    def good(self) -> str:
        """Rows that break no rule of their own: contract columns, `_part` and `_row`."""
        broken = " OR ".join(condition for condition, _, _ in self.rules())
        listed = ", ".join(name(column) for column in self.transform.table.columns)
        return f"SELECT {listed}, _part, _row FROM ({self.corrected()}) WHERE NOT ({broken})"

    def bad(self, sent_twice: str) -> str:
        """Rows that break a rule of their own: part, row, column, value, rule, known_on; a value only where it is not raw.

        Parameters
        ----------
        sent_twice
            Condition on `_part`: the whole file repeats another, which is what its rows are rejected for.
        """
        cases = list(self.rules())

        def pick(results: list[str]) -> str:
            branches = " ".join(f"WHEN {case[0]} THEN {result}" for case, result in zip(cases, results, strict=True))
            return f"CASE WHEN {sent_twice} THEN NULL {branches} END"

        broken = " OR ".join(condition for condition, _, _ in cases)
        rule, column = pick([literal(case[1]) for case in cases]), pick([literal(case[2]) for case in cases])
        return (
            f'SELECT _part AS part, _row AS row, {column} AS "column", {pick([self._terms(case[2]) for case in cases])} AS value, '
            f"CASE WHEN {sent_twice} THEN 'file_sent_twice' ELSE {rule} END AS rule, {self.transform.known_on()} AS known_on "
            f"FROM ({self.corrected()}) WHERE {sent_twice} OR {broken}"
        )

    def _terms(self, column: str | None) -> str:
        """What a derived column that no source gives was to be made of."""
        derived = DERIVED.get((self.transform.table.name, column))
        if derived is None or column in self._given:
            return "CAST(NULL AS VARCHAR)"
        return f"concat_ws(' * ', {', '.join(f'CAST({name(other)} AS VARCHAR)' for other in derived.follows_from)})"
