"""Dates and times written as text, in the unambiguous formats or those a source declares; and time zones."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from brandops.ingest.conversion import FIRST_YEAR, LAST_YEAR, Conversion, Reading, normal, plausible, step
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
    text, read = step("text", raw), step("read", raw)
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
    quick = None
    if "iso" in reading.date_formats:
        # The cast to a timestamp, unlike that to a date, refuses text after the day.
        quick = f"CASE WHEN {raw} LIKE '20__-__-__' THEN CAST(TRY_CAST({raw} AS TIMESTAMP) AS DATE) END"
    steps = (text, normal(raw)), (read, _first(cases, "DATE"))
    return Conversion(plausible(read), _label(plausible(read), cases), "bad_date", quick, "iso" if quick else "", steps)


def _first(cases: list[tuple[str, str, str]], kind: str) -> str:
    """SQL of the value of the first case whose condition holds."""
    return f"CASE {' '.join(f'WHEN {condition} THEN {value}' for condition, value, _ in cases)} ELSE CAST(NULL AS {kind}) END"


def _label(value: str, cases: list[tuple[str, str, str]]) -> str:
    """SQL of the format: 2025/02/30 has the shape of one, but was not read in it."""
    labels = " ".join(f"WHEN {condition} THEN {label}" for condition, _, label in cases)
    return f"CASE WHEN {value} IS NOT NULL THEN CASE {labels} END END"


def moment(raw: str, reading: Reading) -> Conversion:
    """Conversion of text into a timestamp in UTC."""
    text, local, zoned = (step(label, raw) for label in ("text", "local time", "zoned time"))
    naive: list[tuple[str, str, str]] = []  # in the source's time zone
    instants: list[tuple[str, str, str]] = []  # the zone is written
    for label in ("iso", "slashes", "chinese", "compact"):
        if label not in reading.date_formats:
            continue
        shape, build = _DATE_SHAPES[label]
        iso = build.format(text=text)
        naive.append((f"regexp_full_match({text}, '{shape}')", f"TRY_CAST({iso} AS TIMESTAMP)", literal(label)))
        spaced = f"regexp_replace({iso}, '^([-0-9]+)[ T]*(\\d{{1,2}}:)', '\\1 \\2')"
        clock = f"TRY_CAST({_minutes(spaced)} AS TIMESTAMP)"
        naive.append((f"regexp_full_match({text}, '{shape}{_CLOCK}')", clock, literal(f"{label} time")))
        offset = f"regexp_replace(regexp_replace({spaced}, '\\s*(?:Z|UTC)$', '+00'), '([-+]\\d\\d)(\\d\\d)$', '\\1:\\2')"
        instant = f"TRY_CAST({_minutes(offset)} AS TIMESTAMPTZ)"
        instants.append((f"regexp_full_match({text}, '{shape}{_CLOCK}{_ZONE}')", instant, literal(f"{label} zone")))
    if "compact" in reading.date_formats:
        naive.append((f"regexp_full_match({text}, '\\d{{14}}')", f"try_strptime({text}, '%Y%m%d%H%M%S')", "'compact time'"))
    if "excel" in reading.date_formats:
        seconds = f"CAST(round(TRY_CAST({text} AS DOUBLE) * 86400) AS BIGINT)"
        serial = f"CAST({_EPOCH} AS TIMESTAMP) + to_seconds({seconds})"
        naive.append((f"regexp_full_match({text}, '[1-7]\\d{{4}}(?:\\.\\d+)?')", serial, "'excel'"))
    # What has the shape of an instant is not tried as a pattern, whether it could be read or not.
    naive += [(condition, "NULL", label) for condition, _, label in instants]
    declared = _by_pattern(text, reading)
    if declared:
        naive.append((f"{declared[0]} IS NOT NULL", declared[0], declared[1]))
    steps = (text, normal(raw)), (local, _first(naive, "TIMESTAMP")), (zoned, _first(instants, "TIMESTAMPTZ"))
    value = f"coalesce({to_utc(plausible(local), reading.time_zone)}, {plausible(zoned)})"
    quick = _quick_moment(raw, reading.time_zone) if "iso" in reading.date_formats else None
    return Conversion(value, _label(value, naive), "bad_timestamp", quick, "iso time" if quick else "", steps)


def _quick_moment(raw: str, time_zone: str) -> str:
    """SQL of the instant of text like 2025-01-03 10:00:00."""
    moment = f"TRY_CAST({raw} AS TIMESTAMP)"
    offset, since = fixed_offset(time_zone)
    in_utc = _shifted(moment, offset) if offset is not None and since <= 2000 else to_utc(moment, time_zone)
    # Nineteen characters with both colons in place leave no room for a time zone.
    return f"CASE WHEN {raw} LIKE '20__-__-_____:__:__' THEN {in_utc} END"


def _minutes(text: str) -> str:
    """A moment's text whose hours may lack a leading zero and whose seconds may be left out."""
    padded = f"regexp_replace({text}, ' (\\d):', ' 0\\1:')"
    return f"regexp_replace({padded}, ' (\\d\\d:\\d\\d)($|[-+])', ' \\1:00\\2')"


def to_utc(moment: str, time_zone: str) -> str:
    """TIMESTAMPTZ of a naive timestamp in a time zone.

    A zone that has kept one offset since some year (UTC, Asia/Shanghai) is plain arithmetic from that year on; the
    calendar library is many times slower.
    """
    offset, since = fixed_offset(time_zone)
    general = f"timezone({literal(time_zone)}, {moment})"
    if offset is None:
        return general
    return f"CASE WHEN {moment} >= TIMESTAMP '{since}-01-01' THEN {_shifted(moment, offset)} ELSE {general} END"


def _shifted(moment: str, offset: int) -> str:
    return f"make_timestamptz(epoch_us({moment}) - {offset * 1_000_000})"


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
