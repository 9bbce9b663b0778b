"""The vocabulary the contract's tables are written in: one function per kind of column.

Each returns a `pandera.ibis.Column` whose metadata says what a data type cannot: the meaning, the unit, whether the
column is personal, which table it refers to, and whether its value only becomes known after the row does.
Keys are text, money is exact decimal, percentages are fractions.
"""

import ibis.expr.datatypes as dt
import pandera.ibis as pa
from pandera import Check

MONEY = dt.Decimal(18, 4)
QUANTITY = dt.Decimal(18, 3)


def column(
    dtype: dt.DataType,
    description: str,
    *checks: Check,
    required: bool = False,
    unit: str | None = None,
    personal: bool = False,
    references: str | None = None,
    later: bool = False,
) -> pa.Column:
    """Build a column.

    Parameters
    ----------
    dtype
        Ibis data type at rest.
    description
        One line for the data dictionary.
    checks
        pandera checks; each is turned into SQL by the ingestion.
    required
        The value may not be blank, and a source must map the column.
    unit
        Unit of measure: `currency`, `units`, `fraction`, `days`, `seconds`, `score`, ...
    personal
        Names a person: never leaves the warehouse.
    references
        `table.column` the value must be found in.
    later
        A date that is recorded after the row itself (paid, closed, received): a report as of an earlier day
        sees a blank, and so are the columns recorded with it (see `Table.recorded_with`).
    """
    metadata = {"description": description, "unit": unit, "personal": personal, "references": references, "later": later}
    return pa.Column(dtype, list(checks), nullable=not required, required=required, metadata=metadata)


def key(description: str, *checks: Check, required: bool = True, references: str | None = None) -> pa.Column:
    """Text that identifies something."""
    return column(dt.string, description, *checks, required=required, references=references)


def text(description: str, *checks: Check, required: bool = False, personal: bool = False) -> pa.Column:
    """Free text or a label."""
    return column(dt.string, description, *checks, required=required, personal=personal)


def choice(description: str, *values: str, required: bool = False) -> pa.Column:
    """Text out of a closed list."""
    return column(dt.string, description, Check.isin(list(values)), required=required)


def day(description: str, *checks: Check, required: bool = False, later: bool = False) -> pa.Column:
    """A calendar date in the profile's reporting time zone."""
    return column(dt.date, description, *checks, required=required, later=later)


def moment(description: str, *checks: Check, required: bool = False, later: bool = False) -> pa.Column:
    """A timestamp, UTC at rest."""
    return column(dt.Timestamp(timezone="UTC"), description, *checks, required=required, later=later)


def money(description: str, *checks: Check, required: bool = False) -> pa.Column:
    """An amount in the profile's currency, four exact decimals."""
    return column(MONEY, description, *checks, required=required, unit="currency")


def quantity(description: str, *checks: Check, required: bool = False, unit: str = "units") -> pa.Column:
    """A quantity, three exact decimals."""
    return column(QUANTITY, description, *checks, required=required, unit=unit)


def count(description: str, *checks: Check, required: bool = False, unit: str = "count") -> pa.Column:
    """A whole number."""
    return column(dt.int64, description, *(checks or (Check.ge(0),)), required=required, unit=unit)


def number(description: str, *checks: Check, required: bool = False, unit: str | None = None) -> pa.Column:
    """A measured number (floating point): never money."""
    return column(dt.float64, description, *checks, required=required, unit=unit)


def fraction(description: str, *checks: Check, required: bool = False) -> pa.Column:
    """A share between 0 and 1."""
    return column(dt.float64, description, *(checks or (Check.in_range(0, 1),)), required=required, unit="fraction")


def flag(description: str, required: bool = False) -> pa.Column:
    """True or false."""
    return column(dt.boolean, description, required=required)
