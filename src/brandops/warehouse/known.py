"""What was known on a day: the one place where time is cut.

A report as of a day sees a row if the row's own date (`known_on` of its table) is not later, if the file that brought
it had arrived and had not yet been replaced, and it sees none of the dates that were recorded afterwards.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import ibis

from brandops.contract import TABLES, Table
from brandops.warehouse.connect import Tables

STORED = ("_source", "_file", "_row", "_known_from", "_known_to")


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


def is_after(column: ibis.Value, as_of: date, time_zone: str) -> ibis.Value:
    """Whether a date or a moment lies after the end of `as_of` in `time_zone`; a month lies there until it ends."""
    if column.get_name() == "month":
        return column >= (as_of + timedelta(days=1)).replace(day=1)
    if column.type().is_timestamp():
        midnight = datetime.combine(as_of + timedelta(days=1), time(), ZoneInfo(time_zone))
        return column >= ibis.literal(midnight.astimezone(ZoneInfo("UTC")))
    return column > as_of


def known_tables(stored: Tables, as_of: date, time_zone: str) -> Tables:
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
                sold = _sold_earlier(stored[name], known["sales_lines"][[column]], column, key, contract, as_of, time_zone)
                known[name] = known[name].union(sold).cache()
    for name, rows in known.items():
        contract = TABLES[name]
        if contract.known_on is None:
            for column, (target, key) in contract.references.items():
                if column in contract.key and target in stored and TABLES[target].known_on:
                    later = stored[target].anti_join(known[target], key)
                    rows = rows.anti_join(later, rows[column] == later[key])
            known[name] = rows
    return known


def _sold_earlier(
    stored: ibis.Table, sold: ibis.Table, column: str, key: str, contract: Table, as_of: date, time_zone: str
) -> ibis.Table:
    """Rows dated after `as_of` that a known sale names, with that date blank."""
    late = stored.filter(is_after(stored[contract.known_on], as_of, time_zone))
    named = late.semi_join(sold, late[key] == sold[column])
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
