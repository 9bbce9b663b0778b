"""Converted rows judged: declared corrections applied, derived columns filled, the contract's rules checked.

A correction counts from its date on: until then the row is in force as it was sent. So a row that corrections change is
judged once for each spell of time in which something else was known of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

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
    """Queries over rows read plainly and rows read with care.

    A row is plain where its values are of the usual formats, it breaks no rule and no correction concerns it. All others are
    set apart, read with care, corrected and judged.

    Attributes
    ----------
    in_force
        Per part, the days from which and until which its file is in force; None: always.
    repeats
        Parts that repeat another file: all their rows are rejected.
    plain, careful
        Relations of what `flagged` and `Transform.careful` give.
    """

    transform: Transform
    corrections: list[Correction]
    in_force: list[tuple[date | None, date | None]]
    repeats: list[int]
    plain: str = "plain"
    careful: str = "careful"

    @property
    def _given(self) -> dict[str, Column]:
        """Columns the source fills, by name."""
        return {column.name: column for column in self.transform.columns}

    def flagged(self) -> str:
        """The rows of `Transform.plain` with derived columns filled, and `_apart`: the row is to be looked at with care."""
        found = " OR ".join(f"coalesce(({c.where}), false)" for c in self.corrections) or "false"
        rows = self._derived(f"SELECT *, false AS _dropped, ({found}) AS _found FROM ({self.transform.plain()})")
        apart = f"(_odd OR _found OR {self._sent_twice} OR {self._broken})"
        return f"SELECT * EXCLUDE (_odd, _found, _dropped, _unread), coalesce({apart}, true) AS _apart FROM ({rows})"

    @property
    def _sent_twice(self) -> str:
        """Condition: the row is of a file that repeats another."""
        return f"_part IN ({', '.join(map(str, self.repeats))})" if self.repeats else "false"

    @property
    def _broken(self) -> str:
        """Condition: the row breaks a rule."""
        return " OR ".join(condition for condition, _, _ in self.rules()) or "false"

    def read(self) -> str:
        """All rows with the contract's columns, `_part`, `_row` and the formats met where unusual."""
        listed = ", ".join(name(column) for column in self.transform.table.columns)
        return (
            f"SELECT {listed}{self.transform.met(plain=True)}, _part, _row FROM {self.plain} WHERE NOT _apart UNION ALL "
            f"SELECT {listed}{self.transform.met(plain=False)}, _part, _row FROM {self.careful}"
        )

    def matched(self) -> str:
        """Per row, which corrections apply to it, as columns `correction 0`, `correction 1`, ..."""
        listed = ", ".join(
            f"coalesce(({correction.where}), false) AS {name(f'correction {position}')}"
            for position, correction in enumerate(self.corrections)
        )
        return f"SELECT *, {listed} FROM {self.careful}"

    @property
    def changing(self) -> list[date]:
        """Days from which on corrections change something, in order."""
        return sorted({correction.date for correction in self.corrections if correction.action != "flag"})

    def _spells(self) -> str:
        """Rows once for each spell: `_state` (of how many of the days `changing` the corrections count), `_from` and `_to`.

        Every correction finds its rows as they were sent, as its guard does, whatever an earlier one changes. A spell's ends
        are blank where they are the file's.
        """
        blank = "CAST(NULL AS DATE)"
        if not self.changing:
            matched = self.matched() if self.corrections else f"SELECT * FROM {self.careful}"
            return f"SELECT *, 0 AS _state, {blank} AS _from, {blank} AS _to FROM ({matched})"
        changed = [
            " OR ".join(name(f"correction {n}") for n, c in enumerate(self.corrections) if c.action != "flag" and c.date == day)
            for day in self.changing
        ]
        days, states = [f"CAST({literal(day)} AS DATE)" for day in self.changing], []
        for state in range(len(days) + 1):
            begun = " ".join(f"WHEN {changed[n]} THEN {days[n]}" for n in reversed(range(state)))
            since = f"CASE {begun} END" if begun else blank
            until, where = (days[state], changed[state]) if state < len(days) else (blank, "true")
            states.append(f"SELECT *, {state} AS _state, {since} AS _from, {until} AS _to FROM matched WHERE {where}")
        return f"WITH matched AS ({self.matched()}) {' UNION ALL '.join(states)}"

    def _within_the_file(self, query: str) -> str:
        """The spells cut to the days on which their file is in force; those that nobody can have seen left out."""
        for end, place in (("_from", 0), ("_to", 1)):
            given = " ".join(f"WHEN {part} THEN {literal(ends[place])}" for part, ends in enumerate(self.in_force) if ends[place])
            limit = f"CAST(CASE _part {given} END AS DATE)" if given else "CAST(NULL AS DATE)"
            query = f"SELECT *, {limit} AS _file{end} FROM ({query})"
        begun, ended = "coalesce(_from >= _file_to, false)", "coalesce(_to <= _file_from, false)"
        since, until = "CASE WHEN _from <= _file_from THEN NULL ELSE _from END", "CASE WHEN _to >= _file_to THEN NULL ELSE _to END"
        return (
            f"SELECT * EXCLUDE (_file_from, _file_to) REPLACE ({since} AS _from, {until} AS _to) "
            f"FROM ({query}) WHERE NOT {begun} AND NOT {ended}"
        )

    def _seen(self, query: str) -> str:
        """Left out what ended before its row became known; the spell that follows then lasts from the beginning.

        Where a correction moves the day itself, each spell has its own.
        """
        table = self.transform.table
        if table.known_on is None or any(correction.column == table.known_on for correction in self.corrections):
            return query
        return (
            "SELECT * EXCLUDE (_day) REPLACE (CASE WHEN _day >= _from THEN NULL ELSE _from END AS _from) "
            f"FROM (SELECT *, CASE WHEN _from IS NOT NULL OR _to IS NOT NULL THEN {self.transform.known_on()} END AS _day "
            f"FROM ({query})) WHERE NOT coalesce(_day >= _to, false)"
        )

    def corrected(self) -> str:
        """The converted rows' spells with corrections applied and derived columns filled."""
        table = self.transform.table
        query, dropped = self._spells(), "false"
        if self.changing:
            query = self._seen(self._within_the_file(query))
        for position, correction in enumerate(self.corrections):
            counts = self.changing.index(correction.date) if correction.action != "flag" else 0
            applies = f"({name(f'correction {position}')} AND _state > {counts})"
            if correction.action == "drop":
                dropped = f"({dropped} OR {applies})"
            elif correction.action in ("override", "scale"):
                column, target = name(correction.column), sql_type(dtype_of(table.columns[correction.column]))
                changed = literal(correction.value) if correction.action == "override" else f"{column} * {correction.factor!r}"
                new = f"CASE WHEN {applies} THEN CAST({changed} AS {target}) ELSE {column} END AS {column}"
                query = f"SELECT * REPLACE ({new}) FROM ({query})"
        return f"SELECT *, {dropped} AS _dropped FROM ({self._derived(query)})"

    def _derived(self, query: str) -> str:
        """Rows with the columns filled that the contract derives."""
        for (owner, column), derived in DERIVED.items():
            if owner == self.transform.table.name:
                filled = derived.value.format(**{other: name(other) for other in derived.follows_from})
                given = self._given.get(column)
                if given is not None and given.conversion.rule is not None:
                    # A value that is there and cannot be read is a fault of the export, not a blank to be filled.
                    filled = f"CASE WHEN NOT {self.transform.unread(given)} THEN {filled} END"
                query = f"SELECT * REPLACE (coalesce({name(column)}, {filled}) AS {name(column)}) FROM ({query})"
        return query

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
        """Spells that break no rule of their own: contract columns, `_part`, `_row`, `_from` and `_to`; the plain rows first."""
        listed = ", ".join(name(column) for column in self.transform.table.columns)
        always = "CAST(NULL AS DATE) AS _from, CAST(NULL AS DATE) AS _to"
        return (
            f"SELECT {listed}, _part, _row, {always} FROM {self.plain} WHERE NOT _apart UNION ALL "
            f"SELECT {listed}, _part, _row, _from, _to FROM ({self.corrected()}) WHERE NOT ({self._sent_twice} OR {self._broken})"
        )

    def bad(self) -> str:
        """Spells that break a rule of their own: part, row, column, value, rule, known_on, in_force_from, in_force_to.

        The value is given only where it is not raw.
        """
        cases = list(self.rules())

        def pick(results: list[str]) -> str:
            branches = " ".join(f"WHEN {case[0]} THEN {result}" for case, result in zip(cases, results, strict=True))
            return f"CASE WHEN {self._sent_twice} THEN NULL {branches} END"

        rule, column = pick([literal(case[1]) for case in cases]), pick([literal(case[2]) for case in cases])
        known_on = self.transform.known_on()
        return (
            f'SELECT _part AS part, _row AS row, {column} AS "column", {pick([self._terms(case[2]) for case in cases])} AS value, '
            f"CASE WHEN {self._sent_twice} THEN 'file_sent_twice' ELSE {rule} END AS rule, {known_on} AS known_on, "
            f"_from AS in_force_from, _to AS in_force_to FROM ({self.corrected()}) "
            f"WHERE CASE WHEN {self._sent_twice} THEN _to IS NULL ELSE {self._broken} END"
        )

    def _terms(self, column: str | None) -> str:
        """What a derived column that no source gives was to be made of."""
        derived = DERIVED.get((self.transform.table.name, column))
        if derived is None or column in self._given:
            return "CAST(NULL AS VARCHAR)"
        return f"concat_ws(' * ', {', '.join(f'CAST({name(other)} AS VARCHAR)' for other in derived.follows_from)})"
