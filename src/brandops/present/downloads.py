"""Files of a published table: csv, xlsx, sav (SPSS) and parquet, equal bytes for equal content.

A text cell that a spreadsheet would take for a formula is written so that it stays text (OWASP, CSV
injection).
"""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyreadstat
import xlsxwriter

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Files carry no clock time: every workbook and SPSS file says it was made then.
_EPOCH = datetime(2000, 1, 1)
_SAV_STAMP_AT, _SAV_STAMP = (
    92,
    b"01 Jan 0000:00:00",
)  # position of date (9 bytes) and time (8) in the file's header
# A text column with at most this many different values is written to SPSS as codes with value labels.
_MAX_LABELS = 200
SUFFIXES = (".xlsx", ".csv", ".sav", ".parquet")


def write_downloads(frame: pd.DataFrame, labels: dict[str, str], folder: Path, name: str) -> tuple[str, ...]:
    """Write `frame` to `folder/name` with each suffix of `SUFFIXES`, and return the suffixes.

    `labels` are the columns' labels: headers in csv and xlsx, variable labels in sav; parquet keeps the
    names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plain = pd.DataFrame({column: _plain(frame[column]) for column in frame.columns}, index=range(len(frame)))
    plain.to_parquet(folder / f"{name}.parquet", index=False)
    _write_csv(plain, labels, folder / f"{name}.csv")
    _write_xlsx(plain, labels, folder / f"{name}.xlsx")
    _write_sav(plain, labels, folder / f"{name}.sav")
    return SUFFIXES


def neutral(value: object) -> object:
    """Return a text that cannot run as a formula: one that could gets an apostrophe before it."""
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _plain(values: pd.Series) -> pd.Series:
    """Numbers, dates and texts only: decimals become floats, periods, enums and lists their text."""
    values = values.reset_index(drop=True)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.tz_localize(None)
    if pd.api.types.is_float_dtype(values):
        # No spreadsheet knows infinity; the page shows it as a missing value too.
        return values.where(~values.isin([float("inf"), float("-inf")]))
    if pd.api.types.is_numeric_dtype(values):
        return values
    filled = values.dropna()
    if len(filled) and filled.map(lambda value: isinstance(value, Decimal)).all():
        return values.astype(float)
    if len(filled) and filled.map(lambda value: isinstance(value, date)).all():
        return pd.to_datetime(values)
    return values.map(lambda value: None if pd.isna(value) else str(value)).astype("string")


def _write_csv(frame: pd.DataFrame, labels: dict[str, str], path: Path) -> None:
    safe = frame.map(neutral, na_action="ignore")
    safe.columns = [neutral(labels[column]) for column in frame.columns]
    # The byte order mark makes Excel read the file as UTF-8.
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n", date_format="%Y-%m-%d")


def _write_xlsx(frame: pd.DataFrame, labels: dict[str, str], path: Path) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(path, options)
    book.set_properties({"created": _EPOCH, "title": path.stem})
    sheet = book.add_worksheet("table")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    dates = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, column in enumerate(frame.columns):
        sheet.write_string(0, at, str(neutral(labels[column])), head)
        values = frame[column]
        widest = 10
        for row, value in enumerate(values, start=1):
            if pd.isna(value):
                continue
            if isinstance(value, str):
                sheet.write_string(row, at, str(neutral(value)))
                widest = max(widest, min(len(value), 60))
            elif isinstance(value, datetime):
                sheet.write_datetime(row, at, value.to_pydatetime(), dates)
            else:
                sheet.write(row, at, bool(value) if pd.api.types.is_bool_dtype(values) else float(value))
        sheet.set_column(at, at, widest + 2)
    sheet.freeze_panes(1, 0)
    if len(frame.columns):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
    book.close()


def _write_sav(frame: pd.DataFrame, labels: dict[str, str], path: Path) -> None:
    coded, value_labels = {}, {}
    for number, column in enumerate(frame.columns, start=1):
        values = frame[column]
        variable = _variable(str(column), number, coded)
        if isinstance(values.dtype, pd.StringDtype):
            levels = sorted(values.dropna().unique())
            if len(levels) <= _MAX_LABELS:
                codes = {level: float(code) for code, level in enumerate(levels, start=1)}
                coded[variable] = values.map(codes).astype(float)
                # SPSS keeps 120 bytes of a value label.
                value_labels[variable] = {code: _clip(level, 120) for level, code in codes.items()}
            else:
                coded[variable] = values.fillna("").astype(object)
        elif pd.api.types.is_datetime64_any_dtype(values):
            coded[variable] = values.dt.date.astype(object).where(values.notna(), None)
        else:
            coded[variable] = values.astype(float)
    pyreadstat.write_sav(
        pd.DataFrame(coded), str(path), column_labels=[_clip(labels[c], 250) for c in frame.columns],
        variable_value_labels=value_labels,
    )  # fmt: skip
    with path.open("r+b") as file:
        file.seek(_SAV_STAMP_AT)
        file.write(_SAV_STAMP)


def _variable(column: str, number: int, taken: dict) -> str:
    # SPSS names begin with a letter, hold letters, digits and _, and differ without regard to case.
    name = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in column)[:60]
    if not name or not name[0].isalpha():
        name = f"v_{name}"
    return name if name.lower() not in {other.lower() for other in taken} else f"{name}_{number}"


def _clip(text: str, size: int) -> str:
    return text.encode("utf-8")[:size].decode("utf-8", "ignore")
