"""Dates and times written as text, in the unambiguous formats or those a source declares; and time zones."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from brandops.ingest.conversion import FIRST_YEAR, LAST_YEAR, Conversion, Reading, normal, plausible
from brandops.ingest.sql import literal

_EPOCH = "DATE '1899-12-30'"  # day 0 of Excel's serials, its 29 February 1900 included
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


def day(raw: str, reading: Reading) -> Conversion:
    """Conversion of text into a date."""
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
    slow, labels = _cases([(condition, plausible(value), label) for condition, value, label in cases], raw)
    if "iso" not in reading.date_formats:
        return Conversion(slow, labels, "bad_date")
    # The cast to a timestamp, unlike that to a date, refuses text after the day.
    quick = f"CASE WHEN {raw} LIKE '20__-__-__' THEN CAST(TRY_CAST({raw} AS TIMESTAMP) AS DATE) END"
    return Conversion(slow, labels, "bad_date", quick, "iso")


def _cases(cases: list[tuple[str, str, str]], raw: str) -> tuple[str, str]:
    values = " ".join(f"WHEN {condition} THEN {value}" for condition, value, _ in cases)
    # 2025/02/30 has the shape of a format, but was not read in it.
    labels = " ".join(f"WHEN {condition} AND {value} IS NOT NULL THEN {label}" for condition, value, label in cases)
    return f"CASE WHEN {raw} IS NULL THEN NULL {values} END", f"CASE {labels} END"


def moment(raw: str, reading: Reading) -> Conversion:
    """Conversion of text into a timestamp in UTC."""
    text = normal(raw)
    cases: list[tuple[str, str, str]] = []
    zone = reading.time_zone

    def local(moment: str) -> str:
        return to_utc(plausible(moment), zone)

    for label in ("iso", "slashes", "chinese", "compact"):
        if label not in reading.date_formats:
            continue
        shape, build = _DATE_SHAPES[label]
        iso = build.format(text=text)
        cases.append((f"regexp_full_match({text}, '{shape}')", local(f"TRY_CAST({iso} AS TIMESTAMP)"), literal(label)))
        spaced = f"regexp_replace({iso}, '^([-0-9]+)[ T]*(\\d{{1,2}}:)', '\\1 \\2')"
        cases.append((f"regexp_full_match({text}, '{shape}{_CLOCK}')", local(_minutes(spaced)), literal(f"{label} time")))
        zoned = f"regexp_replace(regexp_replace({spaced}, '\\s*(?:Z|UTC)$', '+00'), '([-+]\\d\\d)(\\d\\d)$', '\\1:\\2')"
        moment = plausible(f"TRY_CAST({_minutes(zoned)[len('TRY_CAST(') : -len(' AS TIMESTAMP)')]} AS TIMESTAMPTZ)")
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
        return Conversion(slow, labels, "bad_timestamp")
    # Nineteen characters with both colons in place leave no room for a time zone.
    quick = f"CASE WHEN {raw} LIKE '20__-__-_____:__:__' THEN TRY_CAST({raw} AS TIMESTAMP) END"
    return Conversion(slow, labels, "bad_timestamp", to_utc(quick, zone), "iso time")


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


def local_day(instant: str, time_zone: str) -> str:
    """DATE of a TIMESTAMPTZ in a time zone; plain arithmetic where `to_utc` is."""
    offset, since = fixed_offset(time_zone)
    general = f"CAST(timezone({literal(time_zone)}, {instant}) AS DATE)"
    if offset is None:
        return general
    shifted = f"CAST(make_timestamp(epoch_us({instant}) + {offset * 1_000_000}) AS DATE)"
    # A year later than needed: that year's own first hours belong to the year before in Greenwich.
    return f"CASE WHEN {instant} >= TIMESTAMPTZ '{since + 1}-01-01 00:00:00+00' THEN {shifted} ELSE {general} END"


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
