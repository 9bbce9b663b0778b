"""Contract tables as marts: every column but the personal ones, moments on the profile's clock."""

import ibis
import ibis.expr.datatypes as dt

from brandops.contract import TABLES, Table


def plain(rows: ibis.Table, contract: Table, *more: str) -> ibis.Table:
    """The contract's columns without personal ones; moments become naive timestamps in the profile's time zone.

    `more` names columns to keep that are not the contract's.
    """
    kept = [name for name in contract.columns if name not in contract.personal] + list(more)
    return rows.select(**{name: local(rows[name]) for name in kept})


def local(column: ibis.Value) -> ibis.Value:
    """A moment as the wall clock of the session's time zone showed it; any other column unchanged."""
    kind = column.type()
    return column.cast(dt.Timestamp(scale=6)) if kind.is_timestamp() and kind.timezone else column


def personal_columns() -> set[str]:
    """Names no mart may carry: what the contract marks as personal in any table."""
    return {column for table in TABLES.values() for column in table.personal}
