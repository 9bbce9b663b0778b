"""Text and foreign types into the contract's types, as SQL expressions.

Each conversion has a fast path the engine does by itself (`TRY_CAST`, guarded so that it accepts one format only) and a
slow path of regular expressions, evaluated only for values the fast one refused. What neither can read without guessing
becomes NULL, which the rules then report; a format is never guessed. The point is the decimal mark and the comma groups
thousands unless the source says `decimal: ","`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import ibis.expr.datatypes as dt

from brandops.ingest.sql import literal

FULL_WIDTH = "０１２３４５６７８９．，－＋／：％（）￥　−"
HALF_WIDTH = "0123456789.,-+/:%()¥ -"
# In a number or date these are a blank; in a text column they may be a value ("NA" is a region).
TYPED_BLANKS = ["", "-", "--", "—", "NA", "N/A", "#N/A", "n/a", "NULL", "null", "NaN", "nan", "None", "none", "nil"]
TRUE, FALSE = ["true", "yes", "y", "t", "1", "是"], ["false", "no", "n", "f", "0", "否"]
FIRST_YEAR, LAST_YEAR = 1900, 2099
_EPOCH = "DATE '1899-12-30'"  # day 0 of Excel's serials, its 29 February 1900 included
_PRECISE = "DECIMAL(28, 10)"  # where a scale or a percentage follows


@dataclass(frozen=True)
class Conversion:
    """How one column is converted.

    Attributes
    ----------
    value
        SQL of the contract's type; NULL for a blank and for what cannot be read.
    format
        SQL naming the format met, NULL for a blank or unreadable value.
    fast
        SQL that is true where `fast_format` was met; None where there is no fast path.
    fast_format
        Name of the fast path's format.
    rule
        Rule broken by a value that cannot be read; None where nothing can fail.
    fast_value
        SQL that gives the same as `value` where `fast` holds and NULL elsewhere, without the slow path's regular
        expressions: planning those costs more than converting a small file. None where there is no fast path.
    """

    value: str
    format: str
    fast: str | None
    fast_format: str
    rule: str | None
    fast_value: str | None = None


@dataclass(frozen=True)
class Reading:
    """What a source declares about its values."""

    blanks: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ("iso", "slashes", "compact", "chinese")
    decimal: str = "."
    time_zone: str = "UTC"
    unit: str | None = None
    scale: float | int | None = None


def sql_type(dtype: dt.DataType) -> str:
    """DuckDB type at rest."""
    if dtype.is_decimal():
        return f"DECIMAL({dtype.precision}, {dtype.scale})"
    if dtype.is_timestamp():
        return "TIMESTAMPTZ"
    names = {"string": "VARCHAR", "date": "DATE", "int64": "BIGINT", "float64": "DOUBLE", "boolean": "BOOLEAN"}
    return names[type(dtype).__name__.lower()]


def normal(raw: str) -> str:
    """Trimmed text with full-width digits and signs made half-width."""
    return f"trim(translate({raw}, {literal(FULL_WIDTH)}, {literal(HALF_WIDTH)}))"


def is_blank(raw: str, raw_type: str, dtype: dt.DataType, blanks: tuple[str, ...]) -> str:
    """Condition: the raw value says nothing."""
    if raw_type != "VARCHAR":
        return f"{raw} IS NULL"
    listed = list(dict.fromkeys([*blanks, *([""] if dtype.is_string() else TYPED_BLANKS)]))
    return f"({raw} IS NULL OR trim({raw}) IN ({', '.join(map(literal, listed))}))"


def is_listed_blank(raw: str) -> str:
    """Condition: the raw text is one of the blanks no conversion can read."""
    return f"trim({raw}) IN ({', '.join(map(literal, TYPED_BLANKS))})"


def convert(raw: str, raw_type: str, dtype: dt.DataType, reading: Reading) -> Conversion:
    """Conversion of the SQL expression `raw`, of DuckDB type `raw_type`, into `dtype`."""
    if raw_type != "VARCHAR":
        native = _native(raw, raw_type, dtype, reading)
        if native is not None:
            present = f"{raw} IS NOT NULL"
            rule = None if dtype.is_string() else _rule(dtype)
            return Conversion(native, "'native'", present, "native", rule)
        raw = f"CAST({raw} AS VARCHAR)"
    if dtype.is_string():
        return _text(raw, reading)
    if dtype.is_date():
        return _date(raw, reading)
    if dtype.is_timestamp():
        return _timestamp(raw, reading)
    if dtype.is_boolean():
        return _boolean(raw, reading)
    return _number(raw, dtype, reading)


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
    return Conversion(value, "'text'", None, "text", None)


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
        factor = f" * {_factor(reading.scale)}" if reading.scale is not None else ""
        return f"TRY_CAST({raw}{factor} AS {sql_type(dtype)})" if dtype.is_decimal() else _finite(f"CAST({raw} AS DOUBLE){factor}")
    if numeric and dtype.is_integer() and reading.scale is None:
        return f"TRY_CAST({raw} AS BIGINT)" if integer else f"CASE WHEN {raw} = trunc({raw}) THEN TRY_CAST({raw} AS BIGINT) END"
    if dtype.is_boolean():
        return raw if raw_type == "BOOLEAN" else f"CASE {raw} WHEN 0 THEN false WHEN 1 THEN true END" if numeric else None
    zoned, naive = (
        raw_type == "TIMESTAMP WITH TIME ZONE",
        raw_type.startswith("TIMESTAMP") and raw_type != "TIMESTAMP WITH TIME ZONE",
    )
    if dtype.is_date() and (raw_type == "DATE" or naive):
        return _plausible(f"CAST({raw} AS DATE)")
    if dtype.is_date() and zoned:
        return _plausible(f"CAST(timezone({literal(reading.time_zone)}, {raw}) AS DATE)")
    if dtype.is_timestamp() and zoned:
        return _plausible(raw)
    if dtype.is_timestamp() and (raw_type == "DATE" or naive):
        return to_utc(_plausible(f"CAST({raw} AS TIMESTAMP)"), reading.time_zone)
    return None


def _plausible(day: str) -> str:
    return f"CASE WHEN year({day}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR} THEN {day} END"


def _finite(number: str) -> str:
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _factor(scale: float | int) -> str:
    """Scale as an exact decimal literal (0.01, not 1e-2)."""
    return format(scale, "f") if isinstance(scale, int) else f"{scale:.12f}".rstrip("0").rstrip(".")


# ---- numbers ------------------------------------------------------------------------------------------------------

_SYMBOLS = "^(?:[¥$€£]|CNY|RMB|USD|EUR|GBP)\\s*|\\s*元$"


def _number(raw: str, dtype: dt.DataType, reading: Reading) -> Conversion:
    target = sql_type(dtype)
    text = normal(raw)
    body = f"regexp_replace({text}, '{_SYMBOLS}', '', 'g')"
    symbol = "(?:[¥$€£]|CNY|RMB|USD|EUR|GBP)?\\s*"
    # Parentheses and a sign after the digits (SAP) are a minus; a sign may stand on either side of the symbol.
    negative = f"regexp_matches({text}, '^(\\(.*\\)|{symbol}-.*|[^-]*-)$')"
    bare = f"regexp_replace(regexp_replace(trim({body}, '()-+ '), '{_SYMBOLS}', '', 'g'), '\\s*%$', '')"
    mark, group = ("\\.", ",") if reading.decimal == "." else (",", "\\.")
    grouped = f"\\d{{1,3}}(?:{group}\\d{{3}})+(?:{mark}\\d+)?"
    plain = f"(?:\\d+(?:{mark}\\d*)?|{mark}\\d+)"
    shape = f"(?:{grouped}|{plain})(?:[eE][-+]?\\d{{1,2}})?"
    sign = "[-+]?"
    legal = f"^(?:{sign}{symbol}{sign}{shape}\\s*(?:%|元|-)?|\\({symbol}{shape}\\s*%?\\))$"
    double_sign = f"regexp_matches({text}, '^[-+].*[-+]$|^[-+]{symbol}[-+]')"
    cleaned = f"replace({bare}, ',', '')" if reading.decimal == "." else f"replace(replace({bare}, '.', ''), ',', '.')"
    magnitude = f"TRY_CAST({cleaned} AS {_PRECISE})"
    scale = f" * {_factor(reading.scale)}" if reading.scale is not None else ""
    percent = f"CASE WHEN {text} LIKE '%\\%%' ESCAPE '\\' THEN 0.01 ELSE 1.00 END"
    signed = f"CASE WHEN {negative} THEN -1 ELSE 1 END"
    readable = f"(regexp_matches({text}, '{legal}') AND NOT {double_sign})"
    exact = f"TRY_CAST({magnitude} * {percent} AS {_PRECISE}) * {signed}{scale}"
    cases = [f"WHEN {readable} THEN {_to_number(exact, dtype)}"]
    formats = [
        (f"{readable} AND {text} LIKE '%\\%%' ESCAPE '\\'", "percent"),
        (f"{readable} AND regexp_matches({text}, '[¥$€£元]|CNY|RMB|USD|EUR|GBP')", "currency"),
        (f"{readable} AND regexp_matches({text}, '^\\(|-$')", "accounting"),
        (f"{readable} AND regexp_matches({bare}, '^{grouped}$')", "grouped"),
        (f"{readable} AND {raw} <> {text} AND regexp_matches({raw}, '[{FULL_WIDTH}]')", "full_width"),
        (readable, "plain"),
    ]
    if reading.unit == "seconds":
        clock = f"regexp_matches({text}, '^\\d+:[0-5]\\d:[0-5]\\d$')"
        part = [f"CAST(split_part({text}, ':', {n}) AS BIGINT)" for n in (1, 2, 3)]
        cases.insert(0, f"WHEN {clock} THEN CAST({part[0]} * 3600 + {part[1]} * 60 + {part[2]} AS {target})")
        formats.insert(0, (clock, "duration"))
    slow = f"CASE WHEN {raw} IS NULL THEN NULL {' '.join(cases)} END"
    labels = "CASE " + " ".join(f"WHEN {condition} THEN {literal(label)}" for condition, label in formats) + " END"
    if reading.decimal != ".":
        return Conversion(slow, labels, None, "plain", "bad_number")
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
    # The engine reads 1_000 as 1000; no export means that.
    guarded = f"CASE WHEN NOT contains({raw}, '_') THEN {quick} END"
    return Conversion(f"coalesce({guarded}, {slow})", labels, f"{guarded} IS NOT NULL", "plain", "bad_number", guarded)


def _to_number(exact: str, dtype: dt.DataType) -> str:
    if dtype.is_integer():
        return f"(CASE WHEN ({exact}) = trunc({exact}) THEN TRY_CAST({exact} AS BIGINT) END)"
    return f"TRY_CAST({exact} AS {sql_type(dtype)})"


# ---- booleans -----------------------------------------------------------------------------------------------------


def _boolean(raw: str, reading: Reading) -> Conversion:
    text = f"lower({normal(raw)})"
    true, false = (", ".join(map(literal, words)) for words in (TRUE, FALSE))
    value = f"CASE WHEN {text} IN ({true}) THEN true WHEN {text} IN ({false}) THEN false END"
    return Conversion(value, f"CASE WHEN {text} IN ({true}, {false}) THEN {text} END", None, "boolean", "bad_boolean")


# ---- dates and times ----------------------------------------------------------------------------------------------

# Named format: (shape, what turns it into yyyy-m-d).
_DATE_SHAPES = {
    "iso": ("\\d{4}-\\d{1,2}-\\d{1,2}", "{text}"),
    "slashes": ("\\d{4}/\\d{1,2}/\\d{1,2}", "replace({text}, '/', '-')"),
    "compact": ("\\d{8}", "regexp_replace({text}, '^(\\d{{4}})(\\d\\d)(\\d\\d)', '\\1-\\2-\\3')"),
    "chinese": (
        "\\d{4}年\\d{1,2}月\\d{1,2}[日号]",
        "regexp_replace({text}, '^(\\d{{4}})年(\\d+)月(\\d+)[日号]', '\\1-\\2-\\3')",
    ),
    "month": ("\\d{4}(?:[-/]\\d{1,2}|年\\d{1,2}月)", "regexp_replace({text}, '^(\\d{{4}})[^0-9]+(\\d+).*$', '\\1-\\2-01')"),
}
_CLOCK = "[ T]*\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?"
_ZONE = "\\s*(?:Z|UTC|[-+]\\d{2}(?::?\\d{2})?)"


def _declared_patterns(reading: Reading) -> list[str]:
    return [name for name in reading.date_formats if "%" in name]


def _by_pattern(text: str, reading: Reading) -> tuple[str, str] | None:
    """SQL of the timestamp all matching declared patterns agree on (two that disagree: NULL), and of its format."""
    patterns = _declared_patterns(reading)
    if not patterns:
        return None
    tries = [f"try_strptime({text}, {literal(pattern)})" for pattern in patterns]
    if len(tries) == 1:
        return tries[0], literal(patterns[0])
    found = f"list_distinct([{', '.join(tries)}])"  # NULLs are not counted
    value = f"CASE WHEN len({found}) = 1 THEN coalesce({', '.join(tries)}) END"
    labels = " ".join(f"WHEN {t} IS NOT NULL THEN {literal(p)}" for t, p in zip(tries, patterns, strict=True))
    return value, f"CASE {labels} END"


def _date(raw: str, reading: Reading) -> Conversion:
    text = normal(raw)
    cases: list[tuple[str, str, str]] = []
    for label, (shape, build) in _DATE_SHAPES.items():
        if label in reading.date_formats:
            iso = build.format(text=text)
            cases.append((f"regexp_full_match({text}, '{shape}')", f"TRY_CAST({iso} AS DATE)", literal(label)))
    for label in ("iso", "slashes"):
        if label in reading.date_formats:
            shape, _ = _DATE_SHAPES[label]
            moment = f"CAST(TRY_CAST(replace({text}, '/', '-') AS TIMESTAMP) AS DATE)"
            cases.append((f"regexp_full_match({text}, '{shape}{_CLOCK}')", moment, "'timestamp'"))
    if "excel" in reading.date_formats:
        serial = f"TRY_CAST(floor(TRY_CAST({text} AS DOUBLE)) AS INTEGER)"
        cases.append((f"regexp_full_match({text}, '[1-7]\\d{{4}}(?:\\.\\d+)?')", f"{_EPOCH} + {serial}", "'excel'"))
    declared = _by_pattern(text, reading)
    if declared:
        cases.append((f"{declared[0]} IS NOT NULL", f"CAST({declared[0]} AS DATE)", declared[1]))
    slow, labels = _cases([(condition, _plausible(value), label) for condition, value, label in cases], raw)
    if "iso" not in reading.date_formats:
        return Conversion(slow, labels, None, "iso", "bad_date")
    # The cast to a timestamp, unlike that to a date, refuses text after the day.
    quick = f"CASE WHEN {raw} LIKE '20__-__-__' THEN CAST(TRY_CAST({raw} AS TIMESTAMP) AS DATE) END"
    return Conversion(f"coalesce({quick}, {slow})", labels, f"{quick} IS NOT NULL", "iso", "bad_date", quick)


def _cases(cases: list[tuple[str, str, str]], raw: str) -> tuple[str, str]:
    values = " ".join(f"WHEN {condition} THEN {value}" for condition, value, _ in cases)
    # 2025/02/30 has the shape of a format, but was not read in it.
    labels = " ".join(f"WHEN {condition} AND {value} IS NOT NULL THEN {label}" for condition, value, label in cases)
    return f"CASE WHEN {raw} IS NULL THEN NULL {values} END", f"CASE {labels} END"


def _timestamp(raw: str, reading: Reading) -> Conversion:
    text = normal(raw)
    cases: list[tuple[str, str, str]] = []
    zone = reading.time_zone

    def local(moment: str) -> str:
        return to_utc(_plausible(moment), zone)

    for label in ("iso", "slashes", "chinese", "compact"):
        if label not in reading.date_formats:
            continue
        shape, build = _DATE_SHAPES[label]
        iso = build.format(text=text)
        cases.append((f"regexp_full_match({text}, '{shape}')", local(f"TRY_CAST({iso} AS TIMESTAMP)"), literal(label)))
        spaced = f"regexp_replace({iso}, '^([-0-9]+)[ T]*(\\d{{1,2}}:)', '\\1 \\2')"
        cases.append((f"regexp_full_match({text}, '{shape}{_CLOCK}')", local(_minutes(spaced)), literal(f"{label} time")))
        zoned = f"regexp_replace(regexp_replace({spaced}, '\\s*(?:Z|UTC)$', '+00'), '([-+]\\d\\d)(\\d\\d)$', '\\1:\\2')"
        moment = _plausible(f"TRY_CAST({_minutes(zoned)[len('TRY_CAST(') : -len(' AS TIMESTAMP)')]} AS TIMESTAMPTZ)")
        cases.append((f"regexp_full_match({text}, '{shape}{_CLOCK}{_ZONE}')", moment, literal(f"{label} zone")))
    if "compact" in reading.date_formats:
        moment = local(f"try_strptime({text}, '%Y%m%d%H%M%S')")
        cases.append((f"regexp_full_match({text}, '\\d{{14}}')", moment, "'compact time'"))
    if "excel" in reading.date_formats:
        seconds = f"CAST(round(TRY_CAST({text} AS DOUBLE) * 86400) AS BIGINT)"
        moment = local(f"CAST({_EPOCH} AS TIMESTAMP) + to_seconds({seconds})")
        cases.append((f"regexp_full_match({text}, '[1-7]\\d{{4}}(?:\\.\\d+)?')", moment, "'excel'"))
    declared = _by_pattern(text, reading)
    if declared:
        cases.append((f"{declared[0]} IS NOT NULL", local(declared[0]), declared[1]))
    slow, labels = _cases(cases, raw)
    if "iso" not in reading.date_formats:
        return Conversion(slow, labels, None, "iso time", "bad_timestamp")
    # Nineteen characters with both colons in place leave no room for a time zone.
    quick = f"CASE WHEN {raw} LIKE '20__-__-_____:__:__' THEN TRY_CAST({raw} AS TIMESTAMP) END"
    instant = to_utc(quick, zone)
    return Conversion(f"coalesce({instant}, {slow})", labels, f"({quick}) IS NOT NULL", "iso time", "bad_timestamp", instant)


def _minutes(text: str) -> str:
    """Timestamp of text whose hours may lack a leading zero and whose seconds may be left out."""
    padded = f"regexp_replace({text}, ' (\\d):', ' 0\\1:')"
    return f"TRY_CAST(regexp_replace({padded}, ' (\\d\\d:\\d\\d)($|[-+])', ' \\1:00\\2') AS TIMESTAMP)"


def to_utc(moment: str, time_zone: str) -> str:
    """TIMESTAMPTZ of a naive timestamp in a time zone.

    A zone that has kept one offset since some year (UTC, Asia/Shanghai) is plain arithmetic from that year on; the
    calendar library is many times slower.
    """
    offset, since = fixed_offset(time_zone)
    general = f"timezone({literal(time_zone)}, {moment})"
    if offset is None:
        return general
    shifted = f"make_timestamptz(epoch_us({moment}) - {offset * 1_000_000})"
    return f"CASE WHEN {moment} >= TIMESTAMP '{since}-01-01' THEN {shifted} ELSE {general} END"


@cache
def fixed_offset(time_zone: str) -> tuple[int | None, int]:
    """Seconds east of UTC a zone has kept since 1 January of a year to this day; None where it still changes."""
    zone = ZoneInfo(time_zone)

    def offsets(year: int) -> set[int]:
        eve = datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=1)  # it is the new year already east of Greenwich
        days = (eve + timedelta(days=7 * week) for week in range(54))
        return {int(day.astimezone(zone).utcoffset().total_seconds()) for day in days}

    last = offsets(LAST_YEAR - 62)  # 2037: the last year every time zone file lists
    if len(last) > 1:
        return None, LAST_YEAR
    year = LAST_YEAR - 62
    while year > FIRST_YEAR and offsets(year - 1) == last:
        year -= 1
    return last.pop(), year


def references(expression: str, columns: list[str]) -> list[str]:
    """Which of the columns an SQL expression names."""
    words = set(re.findall(r'"((?:[^"]|"")*)"|([\w]+)', expression))
    named = {quoted.replace('""', '"') or bare for quoted, bare in words}
    lowered = {word.lower() for word in named}
    return [column for column in columns if column in named or column.lower() in lowered]
