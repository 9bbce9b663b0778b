"""What was known on a day: the one place where time is cut.

A report as of a day sees a row if the row's own date (`known_on` of its table) is not later, if the file that brought
it had arrived and had not yet been replaced, and it sees none of the dates that were recorded afterwards.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.datatypes as dt

from brandops.contract import TABLES, Table
from brandops.warehouse.connect import Tables, keep, view

_DAY = 86_400


def known_by(rows: ibis.Table, contract: Table, as_of: date, time_zone: str) -> ibis.Table:
    """Return the rows of a warehouse table that were known at the end of `as_of`.

    Parameters
    ----------
    rows
        Stored rows: contract columns, `_known_from` and `_known_to`.
    contract
        The table's contract. A table whose `known_on` is a `month` states a whole month's total: it is known
        when the month has ended, not when it begins. A row with a blank date has always been known.
    as_of
        Last day that counts, in `time_zone`.
    time_zone
        The profile's reporting time zone; moments are stored in UTC.
    """
    versions = rows.filter(rows._known_from.isnull() | (rows._known_from <= as_of))
    versions = versions.filter(versions._known_to.isnull() | (versions._known_to > as_of))
    if contract.known_on:
        versions = versions.filter(~is_after(versions[contract.known_on], as_of, time_zone).fill_null(False))
    return versions.mutate(**_blanked(versions, contract, as_of, time_zone))


def day_of(rows: ibis.Table, name: str, time_zone: str) -> ibis.Value:
    """The calendar day, in `time_zone`, of a column of dates or moments.

    The zone's offsets over the column's span are looked up once and added as numbers: the engine's own conversion
    asks its calendar for every row, which takes longer than all the rest of a mart.
    """
    column = rows[name]
    if not column.type().is_timestamp():
        return column
    seconds = _epoch_us(column) // 1_000_000
    span = rows.aggregate(first=seconds.min(), last=seconds.max()).to_pyarrow().to_pylist()[0]
    if span["first"] is None:
        return ibis.null("date")
    offsets = _offsets(span["first"], span["last"], ZoneInfo(time_zone))
    changes = [(seconds >= start, east) for start, east in reversed(offsets[1:])]
    shift = ibis.cases(*changes, else_=offsets[0][1]) if changes else offsets[0][1]
    return (ibis.date(1970, 1, 1) + ((seconds + shift) // _DAY).cast("int32").as_interval("D")).cast("date")


@ibis.udf.scalar.builtin(name="epoch_us")
def _epoch_us(moment: dt.Timestamp(timezone="UTC")) -> int:
    """Microseconds since 1970; Ibis's own epoch goes by way of the session's clock."""


def _offsets(first: int, last: int, zone: ZoneInfo) -> list[tuple[int, int]]:
    """Offsets from UTC between two moments (seconds since 1970): from which moment on, seconds east; in order."""

    def offset(second: int) -> int:
        return int(datetime.fromtimestamp(second, zone).utcoffset().total_seconds())

    found = [(first, offset(first))]
    for start in range(first, last, _DAY):
        end = min(start + _DAY, last)
        if offset(end) != found[-1][1]:
            low, high = start, end
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if offset(middle) == offset(end) else (middle, high)
            found.append((high, offset(end)))
    return found


def is_after(column: ibis.Value, as_of: date, time_zone: str) -> ibis.Value:
    """Whether a date or a moment lies after the end of `as_of` in `time_zone`; a month lies there until it ends."""
    if column.get_name() == "month":
        return column >= (as_of + timedelta(days=1)).replace(day=1)
    if column.type().is_timestamp():
        midnight = datetime.combine(as_of + timedelta(days=1), time(), ZoneInfo(time_zone))
        return column >= ibis.literal(midnight.astimezone(ZoneInfo("UTC")))
    return column > as_of


def known_tables(connection: ibis.BaseBackend, stored: Tables, as_of: date, time_zone: str) -> Tables:
    """Cut every table, and follow the references between them.

    A product, customer or channel that a known sale names is itself known, even where its own date says later (a
    re-listed product, say); that date is then blank. A row without a date of its own that is identified by
    something not yet known (the budget of a later campaign, the quota of a later recruit) is not known either.
    """
    known = {name: known_by(rows, TABLES[name], as_of, time_zone) for name, rows in stored.items()}
    if "sales_lines" in known:
        for column, (name, key) in TABLES["sales_lines"].references.items():
            contract = TABLES[name]
            if name in known and contract.known_on and contract.columns[contract.known_on].nullable:
                sold = known["sales_lines"].select(_key=column).distinct()
                earlier = _sold_earlier(stored[name], sold, key, contract, as_of, time_zone)
                known[name] = keep(connection, name, known[name].union(earlier))
    for name, rows in known.items():
        contract = TABLES[name]
        if contract.known_on is None:
            for column, (target, key) in contract.references.items():
                if column in contract.key and target in stored and TABLES[target].known_on:
                    later = stored[target].anti_join(known[target], key)
                    rows = rows.anti_join(later, rows[column] == later[key])
            known[name] = rows
    return {name: view(connection, f"known_{name}", rows) for name, rows in known.items()}


def _sold_earlier(stored: ibis.Table, sold: ibis.Table, key: str, contract: Table, as_of: date, time_zone: str) -> ibis.Table:
    """Rows dated after `as_of` that a known sale names, with that date blank."""
    late = stored.filter(is_after(stored[contract.known_on], as_of, time_zone))
    named = late.semi_join(sold, late[key] == sold._key)
    undated = named.mutate(**{contract.known_on: ibis.null(named[contract.known_on].type())})
    return known_by(undated, contract, as_of, time_zone)


def _blanked(rows: ibis.Table, contract: Table, as_of: date, time_zone: str) -> dict[str, ibis.Value]:
    """Columns recorded after `as_of`, blanked: each `later` date and what was recorded with it."""
    blanked = {}
    for name, column in contract.columns.items():
        if column.metadata["later"]:
            after = is_after(rows[name], as_of, time_zone)
            for affected in (name, *contract.recorded_with.get(name, ())):
                blanked[affected] = ibis.ifelse(after, ibis.null(rows[affected].type()), rows[affected])
    return blanked
