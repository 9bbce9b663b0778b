"""Numbers, money and dates as a reader of the language in use expects them.

Money is compact: `¥12.3M` in English, `¥1,230万` in Chinese. Fractions are shown as percentages, differences
of fractions in percentage points.
"""

from datetime import date, datetime
from math import floor, isfinite, log10

from babel.dates import format_date as babel_date
from babel.numbers import format_decimal, get_currency_symbol

from brandops.i18n import gettext as _
from brandops.i18n import language

DASH = "–"
# Powers of ten with their own name: thousands in English, myriads in Chinese.
_SCALES = {"en": ((1e9, "B"), (1e6, "M"), (1e3, "K")), "zh": ((1e8, "亿"), (1e4, "万"))}
# Symbols CLDR would prefix with the country (CN¥, US$); in a report with one currency the short sign is plain
# enough.
_SYMBOLS = {"CNY": "¥", "USD": "$"}


def number(value: float | None, decimals: int = 0) -> str:
    """`1,234.5`, with grouping; a dash for a missing value."""
    if missing(value):
        return DASH
    # Adding zero turns a rounded -0.0 into 0.0, which would show as -0.
    rounded = round(float(value), decimals) + 0.0
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return _minus(format_decimal(rounded, format=pattern, locale=language()))


def compact(value: float | None, digits: int = 3) -> str:
    """`12.3M` or `1,230万`: about `digits` significant digits with the name of the power of ten."""
    if missing(value):
        return DASH
    value = float(value)
    for scale, name in _SCALES[language()]:
        # A value that rounds up to the scale is shown in it: 999,999 is 1.00M, not 1,000K.
        if abs(value) >= scale * (1 - 0.5 * 10 ** (-digits)):
            return number(value / scale, _decimals(value / scale, digits)) + name
    return number(value, 0 if abs(value) >= 100 or value == int(value) else 2)


def scales() -> list[tuple[float, str]]:
    """Powers of ten with a name of their own in the language in use, the largest first."""
    return list(_SCALES[language()])


def money(value: float | None, currency: str) -> str:
    """Compact money with the currency's sign before it."""
    if missing(value):
        return DASH
    sign = "−" if value < 0 else ""
    return sign + symbol(currency) + compact(abs(float(value)))


def money_exact(value: float | None, currency: str) -> str:
    """Money to the cent, for reconciliations."""
    if missing(value):
        return DASH
    sign = "−" if round(float(value), 2) < 0 else ""
    return sign + symbol(currency) + number(abs(float(value)), 2)


def symbol(currency: str) -> str:
    """Sign of a currency."""
    return _SYMBOLS.get(currency) or get_currency_symbol(currency, locale=language())


def percent(value: float | None, decimals: int = 1) -> str:
    """`96.2%` from 0.962; from ten times up without decimals, which would say nothing."""
    if missing(value):
        return DASH
    return number(float(value) * 100, decimals if abs(float(value)) < 10 else 0) + "%"


def points(value: float | None, decimals: int = 1) -> str:
    """`+1.2 pp` from 0.012: a difference of fractions."""
    if missing(value):
        return DASH
    return _("{number} pp").format(number=signed(float(value) * 100, decimals))


def signed(value: float, decimals: int = 1) -> str:
    """A number with its sign, for changes."""
    text = number(value, decimals)
    return "+" + text if round(value, decimals) > 0 else text


def day(value: date | datetime | str | None) -> str:
    """`31 Dec 2025` or `2025年12月31日`."""
    if value is None or value != value:  # NaT is not equal to itself
        return DASH
    value = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return babel_date(value, format="d MMM y" if language() == "en" else "y年M月d日", locale=language())


def short_day(value: date | datetime) -> str:
    """`24 Nov` or `11月24日`."""
    return babel_date(value, format="d MMM" if language() == "en" else "M月d日", locale=language())


def month(value: date | datetime | str | None) -> str:
    """`Dec 2025` or `2025年12月`."""
    if value is None or value != value:
        return DASH
    value = date.fromisoformat((value + "-01")[:10]) if isinstance(value, str) else value
    return babel_date(value, format="MMM y" if language() == "en" else "y年M月", locale=language())


def month_name(value: date | datetime) -> str:
    """`Dec` or `12月`."""
    return babel_date(value, format="LLL", locale=language())


def quantity(value: float | None, unit: str, currency: str) -> str:
    """A figure's value in its unit; units are those of `brandops.present.results.Figure`."""
    if missing(value):
        return DASH
    match unit:
        case "currency":
            return money(value, currency)
        case "fraction":
            return percent(value)
        case "pp":
            return points(value)
        case "units" | "count":
            return number(value)
        case "rank":
            return _("no. {rank}").format(rank=number(value))
        case "days":
            return _("{number} days").format(number=_tenths(value))
        case "hours":
            return _("{number} hours").format(number=_tenths(value))
        case "minutes":
            return _("{number} min").format(number=_tenths(value))
        case "seconds":
            return _("{number} s").format(number=_tenths(value))
        case "ratio":
            return number(value, 2)
        case "score" | "index":
            return number(value, 1)
        case _:
            return compact(value)


def change(value: float | None, previous: float | None, unit: str, currency: str = "") -> str:
    """Change since the previous value: points for fractions, percent for amounts, else the difference in its unit."""
    if missing(value) or missing(previous):
        return DASH
    if unit in ("fraction", "pp"):
        return points(value - previous)
    if unit in ("currency", "units", "count", "number") and previous > 0:
        return signed((value / previous - 1) * 100) + "%"
    if unit == "currency":
        return ("+" if value > previous else "") + money(value - previous, currency)
    return signed(value - previous, {"ratio": 2, "rank": 0, "count": 0, "units": 0}.get(unit, 1))


def sentences(*parts: str) -> str:
    """Sentences after one another: parted by a space, which Chinese does not have."""
    return ("" if language() == "zh" else " ").join(part for part in parts if part)


def missing(value: object) -> bool:
    """True for None, NaN, NA and infinities."""
    if value is None:
        return True
    try:
        return not isfinite(float(value))
    except TypeError:
        return True


def _decimals(value: float, digits: int) -> int:
    return 0 if value == 0 else max(0, digits - 1 - floor(log10(abs(value))))


def _tenths(value: float) -> str:
    """With one decimal, where it says anything."""
    return number(value, 0 if round(float(value), 1) == round(float(value)) else 1)


def _minus(text: str) -> str:
    # The true minus sign lines up with digits and does not break at the end of a line.
    return text.replace("-", "−", 1) if text.startswith("-") else text
