"""Text and foreign types into the contract's types, as SQL expressions.

Each conversion has a fast path the engine does by itself (`TRY_CAST`, guarded so that it accepts one format only) and a
slow path of regular expressions, evaluated only for values the fast one refused. What neither can read without guessing
becomes NULL, which the rules then report; a format is never guessed. The point is the decimal mark and the comma groups
thousands unless the source says `decimal: ","`.
"""

import ibis.expr.datatypes as dt

from brandops.ingest.conversion import Conversion, Reading, factor, normal, plausible, sql_type
from brandops.ingest.dates import day, moment, to_utc
from brandops.ingest.numbers import number
from brandops.ingest.sql import literal

TRUE, FALSE = ["true", "yes", "y", "t", "1", "是"], ["false", "no", "n", "f", "0", "否"]


def convert(raw: str, raw_type: str, dtype: dt.DataType, reading: Reading) -> Conversion:
    """Conversion of the SQL expression `raw`, of DuckDB type `raw_type`, into `dtype`."""
    if raw_type != "VARCHAR":
        native = _native(raw, raw_type, dtype, reading)
        if native is not None:
            return Conversion(native, "'native'", None if dtype.is_string() else _rule(dtype), native, "native")
        raw = f"CAST({raw} AS VARCHAR)"
    if dtype.is_string():
        return _text(raw, reading)
    if dtype.is_date():
        return day(raw, reading)
    if dtype.is_timestamp():
        return moment(raw, reading)
    if dtype.is_boolean():
        return _boolean(raw, reading)
    return number(raw, dtype, reading)


def _rule(dtype: dt.DataType) -> str:
    if dtype.is_date():
        return "bad_date"
    if dtype.is_timestamp():
        return "bad_timestamp"
    return "bad_boolean" if dtype.is_boolean() else "bad_number"


def _text(raw: str, reading: Reading) -> Conversion:
    value = f"nullif(trim({raw}), '')"
    if reading.blanks:
        listed = ", ".join(map(literal, reading.blanks))
        value = f"CASE WHEN trim({raw}) NOT IN ('', {listed}) THEN trim({raw}) END"
    return Conversion(value, "'text'", None)


def _native(raw: str, raw_type: str, dtype: dt.DataType, reading: Reading) -> str | None:
    """Conversion between the engine's own types; None where it goes by way of text."""
    integer = raw_type in {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
    numeric = integer or raw_type in {"DOUBLE", "FLOAT"} or raw_type.startswith("DECIMAL")
    if dtype.is_string():
        if raw_type in {"DOUBLE", "FLOAT"}:
            whole = f"TRY_CAST(TRY_CAST({raw} AS BIGINT) AS VARCHAR)"
            return f"CASE WHEN {raw} = trunc({raw}) THEN {whole} ELSE CAST({raw} AS VARCHAR) END"
        return f"CAST({raw} AS VARCHAR)"
    if numeric and (dtype.is_decimal() or dtype.is_floating()):
        scale = f" * {factor(reading.scale)}" if reading.scale is not None else ""
        return f"TRY_CAST({raw}{scale} AS {sql_type(dtype)})" if dtype.is_decimal() else _finite(f"CAST({raw} AS DOUBLE){scale}")
    if numeric and dtype.is_integer() and reading.scale is None:
        return f"TRY_CAST({raw} AS BIGINT)" if integer else f"CASE WHEN {raw} = trunc({raw}) THEN TRY_CAST({raw} AS BIGINT) END"
    if dtype.is_boolean():
        return raw if raw_type == "BOOLEAN" else f"CASE {raw} WHEN 0 THEN false WHEN 1 THEN true END" if numeric else None
    zoned, naive = (
        raw_type == "TIMESTAMP WITH TIME ZONE",
        raw_type.startswith("TIMESTAMP") and raw_type != "TIMESTAMP WITH TIME ZONE",
    )
    if dtype.is_date() and (raw_type == "DATE" or naive):
        return plausible(f"CAST({raw} AS DATE)")
    if dtype.is_date() and zoned:
        return plausible(f"CAST(timezone({literal(reading.time_zone)}, {raw}) AS DATE)")
    if dtype.is_timestamp() and zoned:
        return plausible(raw)
    if dtype.is_timestamp() and (raw_type == "DATE" or naive):
        return to_utc(plausible(f"CAST({raw} AS TIMESTAMP)"), reading.time_zone)
    return None


def _finite(number: str) -> str:
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _boolean(raw: str, reading: Reading) -> Conversion:
    true, false = (", ".join(map(literal, words)) for words in (TRUE, FALSE))
    # Most words are written plainly; making full-width ones half-width takes far longer. One CASE, for within other
    # functions the engine evaluates what two branches share for every value.
    texts = (raw, f"lower({normal(raw)})")
    value = " ".join(f"WHEN {text} IN ({true}) THEN true WHEN {text} IN ({false}) THEN false" for text in texts)
    word = " ".join(f"WHEN {text} IN ({true}, {false}) THEN {text}" for text in texts)  # the word is the format met
    return Conversion(f"CASE {value} END", f"CASE {word} END", "bad_boolean")
