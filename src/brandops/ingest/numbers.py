"""Numbers written as text: signs, currencies, percentages, grouped digits and durations, never guessed."""

import ibis.expr.datatypes as dt

from brandops.ingest.conversion import FULL_WIDTH, Conversion, Reading, factor, normal, sql_type, step
from brandops.ingest.sql import literal

_PRECISE = "DECIMAL(28, 10)"  # where a scale or a percentage follows
_SYMBOLS = "^(?:[¥$€£]|CNY|RMB|USD|EUR|GBP)\\s*|\\s*元$"


def number(raw: str, dtype: dt.DataType, reading: Reading) -> Conversion:
    """Conversion of text into a decimal, whole or floating-point number."""
    target = sql_type(dtype)
    text, bare, readable, exact = (step(label, raw) for label in ("text", "digits", "readable", "exact"))
    symbol = "(?:[¥$€£]|CNY|RMB|USD|EUR|GBP)?\\s*"
    # Parentheses and a sign after the digits (SAP) are a minus; a sign may stand on either side of the symbol.
    negative = f"regexp_matches({text}, '^(\\(.*\\)|{symbol}-.*|[^-]*-)$')"
    body = f"regexp_replace({text}, '{_SYMBOLS}', '', 'g')"
    digits = f"regexp_replace(regexp_replace(trim({body}, '()-+ '), '{_SYMBOLS}', '', 'g'), '\\s*%$', '')"
    mark, group = ("\\.", ",") if reading.decimal == "." else (",", "\\.")
    grouped = f"\\d{{1,3}}(?:{group}\\d{{3}})+(?:{mark}\\d+)?"
    plain = f"(?:\\d+(?:{mark}\\d*)?|{mark}\\d+)"
    shape = f"(?:{grouped}|{plain})(?:[eE][-+]?\\d{{1,2}})?"
    sign = "[-+]?"
    legal = f"^(?:{sign}{symbol}{sign}{shape}\\s*(?:%|元|-)?|\\({symbol}{shape}\\s*%?\\))$"
    double_sign = f"regexp_matches({text}, '^[-+].*[-+]$|^[-+]{symbol}[-+]')"
    cleaned = f"replace({bare}, ',', '')" if reading.decimal == "." else f"replace(replace({bare}, '.', ''), ',', '.')"
    magnitude = f"TRY_CAST({cleaned} AS {_PRECISE})"
    scale = f" * {factor(reading.scale)}" if reading.scale is not None else ""
    percent = f"{text} LIKE '%\\%%' ESCAPE '\\'"
    signed = f"CASE WHEN {negative} THEN -1 ELSE 1 END"
    number = f"TRY_CAST({magnitude} * CASE WHEN {percent} THEN 0.01 ELSE 1.00 END AS {_PRECISE}) * {signed}{scale}"
    steps = (
        (text, normal(raw)),
        (bare, digits),
        (readable, f"(regexp_matches({text}, '{legal}') AND NOT {double_sign})"),
        (exact, f"CASE WHEN {readable} THEN {number} END"),
    )
    slow = _to_number(exact, dtype)
    formats = [
        (percent, "percent"),
        (f"regexp_matches({text}, '[¥$€£元]|CNY|RMB|USD|EUR|GBP')", "currency"),
        (f"regexp_matches({text}, '^\\(|-$')", "accounting"),
        (f"regexp_matches({bare}, '^{grouped}$')", "grouped"),
        (f"{raw} <> {text} AND regexp_matches({raw}, '[{FULL_WIDTH}]')", "full_width"),
    ]
    labels = " ".join(f"WHEN {condition} THEN {literal(label)}" for condition, label in formats)
    labels = f"WHEN {readable} THEN CASE {labels} ELSE 'plain' END"
    if reading.unit == "seconds":
        clock = f"regexp_matches({text}, '^\\d+:[0-5]\\d:[0-5]\\d$')"
        part = [f"CAST(split_part({text}, ':', {n}) AS BIGINT)" for n in (1, 2, 3)]
        slow = f"CASE WHEN {clock} THEN CAST({part[0]} * 3600 + {part[1]} * 60 + {part[2]} AS {target}) ELSE {slow} END"
        labels = f"WHEN {clock} THEN 'duration' {labels}"
    labels = f"CASE {labels} END"
    if reading.decimal != ".":
        return Conversion(slow, labels, "bad_number", steps=steps)
    if dtype.is_decimal():
        precision = _PRECISE if reading.scale is not None else target
        quick = f"TRY_CAST({raw} AS {precision}){scale}"
        if scale:
            # Reading text as a decimal of over 18 digits takes 100 times as long; whole numbers need no places.
            whole = f"CASE WHEN NOT regexp_matches({raw}, '[.eE]') THEN TRY_CAST({raw} AS DECIMAL(18, 0)){scale} END"
            quick = f"coalesce(TRY_CAST({whole} AS {target}), TRY_CAST({quick} AS {target}))"
    elif dtype.is_floating():
        quick = f"(TRY_CAST({raw} AS DOUBLE){scale})"
        quick = f"(CASE WHEN isfinite({quick}) THEN {quick} END)"
    else:
        short, long = (_to_number(f"TRY_CAST({raw} AS DECIMAL({width}, 6)){scale}", dtype) for width in (18, 38))
        quick = f"coalesce({short}, {long})"  # text is read as a decimal of up to 18 digits 100 times as fast
    # The engine by itself reads 1_000 as 1000, "- " as 0 and 3E. as 3, and rounds what it has no places for.
    places = "+" if dtype.is_floating() else "{1,6}" if dtype.is_integer() else "{1,10}"
    guarded = f"CASE WHEN regexp_full_match({raw}, '[-+]?\\d{{1,18}}(\\.\\d{places})?') THEN {quick} END"
    return Conversion(slow, labels, "bad_number", guarded, "plain", steps)


def _to_number(exact: str, dtype: dt.DataType) -> str:
    if dtype.is_integer():
        return f"(CASE WHEN ({exact}) = trunc({exact}) THEN TRY_CAST({exact} AS BIGINT) END)"
    return f"TRY_CAST({exact} AS {sql_type(dtype)})"
