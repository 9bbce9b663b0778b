"""What a conversion is, and what all of them share: the contract's types at rest, blanks, full-width characters."""

from dataclasses import dataclass

import ibis.expr.datatypes as dt

from brandops.ingest.sql import literal, name

FULL_WIDTH = "０１２３４５６７８９．，－＋／：％（）￥　−"
HALF_WIDTH = "0123456789.,-+/:%()¥ -"
# In a number or date these are a blank; in a text column they may be a value ("NA" is a region).
TYPED_BLANKS = ["", "-", "--", "—", "NA", "N/A", "#N/A", "n/a", "NULL", "null", "NaN", "nan", "None", "none", "nil"]
FIRST_YEAR, LAST_YEAR = 1900, 2099


@dataclass(frozen=True)
class Conversion:
    """How one column is converted.

    Attributes
    ----------
    slow
        SQL of the contract's type that knows every format; NULL for a blank and for what cannot be read.
    format
        SQL naming the format `slow` met, NULL for a blank or unreadable value.
    rule
        Rule broken by a value that cannot be read; None where nothing can fail.
    quick
        SQL that gives the same as `slow` for values of the format `usual` and NULL for others, at a fraction of the
        cost; None where there is none.
    usual
        Name of the format `quick` reads.
    steps
        (name, SQL) of what `slow` and `format` are made of, in order; each may name those before it. Computed once as columns,
        they cost what they cost once: the engine evaluates an expression anew wherever it stands within a CASE.
    """

    slow: str
    format: str
    rule: str | None
    quick: str | None = None
    usual: str = ""
    steps: tuple[tuple[str, str], ...] = ()

    @property
    def value(self) -> str:
        """SQL of the contract's value, in one expression."""
        slow = self.in_one(self.slow)
        return slow if self.quick is None else f"coalesce({self.quick}, {slow})"

    def in_one(self, expression: str) -> str:
        """An expression with the steps it names put in their places."""
        for step, made_of in reversed(self.steps):
            expression = expression.replace(step, f"({made_of})")
        return expression


def step(label: str, raw: str) -> str:
    """Name of a step of converting `raw`."""
    return name(f"{label} of {raw}")


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
    """Trimmed text with full-width digits and signs made half-width; text of plain ASCII, as most is, has none."""
    half = f"translate({raw}, {literal(FULL_WIDTH)}, {literal(HALF_WIDTH)})"
    return f"trim(CASE WHEN strlen({raw}) = length({raw}) THEN {raw} ELSE {half} END)"


def is_blank(raw: str, raw_type: str, dtype: dt.DataType, blanks: tuple[str, ...]) -> str:
    """Condition: the raw value says nothing."""
    if raw_type != "VARCHAR":
        return f"{raw} IS NULL"
    listed = list(dict.fromkeys([*blanks, *([""] if dtype.is_string() else TYPED_BLANKS)]))
    return f"({raw} IS NULL OR trim({raw}) IN ({', '.join(map(literal, listed))}))"


def is_listed_blank(raw: str) -> str:
    """Condition: the raw text is one of the blanks no conversion can read."""
    return f"trim({raw}) IN ({', '.join(map(literal, TYPED_BLANKS))})"


def plausible(day: str) -> str:
    """The date or timestamp where its year is one a company can mean."""
    return f"CASE WHEN year({day}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR} THEN {day} END"


def factor(scale: float | int) -> str:
    """Scale as an exact decimal literal (0.01, not 1e-2)."""
    return format(scale, "f") if isinstance(scale, int) else f"{scale:.12f}".rstrip("0").rstrip(".")
