"""The contract's pandera checks as SQL: one condition per check, read from its name and statistics.

pandera validates a table it is handed; the ingestion needs the same rules inside one pass over the file. A check this
module cannot translate is an error, so no rule of the contract can silently go unchecked.
"""

from collections.abc import Callable

from pandera import Check

from brandops.contract import Table
from brandops.ingest.sql import literal

Translator = Callable[[str, dict], str]


def _in_range(column: str, bounds: dict) -> str:
    low = ">=" if bounds["include_min"] else ">"
    high = "<=" if bounds["include_max"] else "<"
    return f"({column} {low} {literal(bounds['min_value'])} AND {column} {high} {literal(bounds['max_value'])})"


def _compare(operator: str, statistic: str) -> Translator:
    return lambda column, statistics: f"{column} {operator} {literal(statistics[statistic])}"


def _members(operator: str, statistic: str) -> Translator:
    return lambda column, s: f"{column} {operator} ({', '.join(literal(v) for v in s[statistic])})"


_TRANSLATORS: dict[str, Translator] = {
    "equal_to": _compare("=", "value"),
    "not_equal_to": _compare("<>", "value"),
    "greater_than": _compare(">", "min_value"),
    "greater_than_or_equal_to": _compare(">=", "min_value"),
    "less_than": _compare("<", "max_value"),
    "less_than_or_equal_to": _compare("<=", "max_value"),
    "in_range": _in_range,
    "isin": _members("IN", "allowed_values"),
    "notin": _members("NOT IN", "forbidden_values"),
    "str_matches": lambda column, s: f"regexp_matches({column}, {literal(_anchored(s['pattern']))})",
    "str_contains": lambda column, s: f"regexp_matches({column}, {literal(_text(s['pattern']))})",
    "str_startswith": lambda column, s: f"starts_with({column}, {literal(s['string'])})",
    "str_endswith": lambda column, s: f"ends_with({column}, {literal(s['string'])})",
}


def _text(pattern: object) -> str:
    return getattr(pattern, "pattern", pattern)


def _anchored(pattern: object) -> str:
    return f"^(?:{_text(pattern)})"


def check_sql(check: Check, column: str) -> str:
    """Condition on `column` (SQL) that holds where the check passes; blanks are not its business.

    Raises
    ------
    TypeError
        If the check has no SQL translation.
    """
    translate = _TRANSLATORS.get(check.name)
    if translate is None:
        raise TypeError(f"check {check.name!r} of the contract has no SQL translation; add it to ingest/checks.py")
    return translate(column, check.statistics)


def refuse_untranslatable(tables: dict[str, Table]) -> None:
    """Raise TypeError if a check of any table has no SQL translation."""
    for table in tables.values():
        if table.schema.checks:
            raise TypeError(f"{table.name}: checks over whole tables have no SQL translation")
        for column in table.columns.values():
            for check in column.checks:
                check_sql(check, "value")
