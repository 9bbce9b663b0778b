"""Files of each kind, written so that the same content gives the same bytes on every run."""

import sqlite3
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

_WRITTEN = datetime(2026, 1, 5, 8, 0, 0)
_SAV_DATE_AT = 92  # offset of creation date (9 bytes) and time (8 bytes) in the header of an SPSS system file


def write_csv(frame: pd.DataFrame, path: Path, encoding: str = "utf-8", before: str = "", after: str = "") -> None:
    """Write a CSV file; `before` and `after` are whole lines around header and data."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sink = pa.BufferOutputStream()
    table = pa.table({str(name): _plain(frame[name]) for name in frame.columns})
    options = pa.csv.WriteOptions(include_header=False, quoting_style="needed")
    pa.csv.write_csv(table, sink, options)
    header = ",".join(map(str, frame.columns)) + "\n"
    body = sink.getvalue().to_pybytes()
    if encoding != "utf-8":
        body = body.decode("utf-8").encode(encoding)
    path.write_bytes((before + header).encode(encoding) + body + after.encode(encoding))


def _plain(column: pd.Series) -> pa.Array:
    """Arrow values of a column, categories and text as strings."""
    array = pa.Array.from_pandas(column)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if pa.types.is_timestamp(array.type):
        # As exports have them: pandas 2 holds nanoseconds, whose nine decimals no source would write or read.
        array = array.cast(pa.timestamp("s"), safe=False)
    return array.cast(pa.string()) if pa.types.is_large_string(array.type) or pa.types.is_null(array.type) else array


def write_sqlite(tables: dict[str, pd.DataFrame], path: Path) -> None:
    """Write tables into a new SQLite database; dates and times become ISO text, blanks NULL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    try:
        for name, frame in tables.items():
            columns = ", ".join(f'"{column}"' for column in frame.columns)
            database.execute(f'create table "{name}" ({columns})')
            marks = ", ".join("?" * len(frame.columns))
            values = zip(*(cells(frame[column]) for column in frame.columns), strict=True)
            database.executemany(f'insert into "{name}" values ({marks})', values)
        database.commit()
        database.execute("vacuum")
    finally:
        database.close()


def cells(column: pd.Series) -> list:
    """Values of a column as plain Python objects, None for a blank, dates and times as ISO text."""
    if pd.api.types.is_datetime64_any_dtype(column):
        whole = bool((column.dropna() == column.dropna().dt.normalize()).all())
        column = column.dt.strftime("%Y-%m-%d" if whole else "%Y-%m-%d %H:%M:%S")
    blank = column.isna().to_numpy()
    return [None if empty else value for value, empty in zip(column.astype(object).tolist(), blank, strict=True)]


def write_xlsx(sheets: dict[str, pd.DataFrame], path: Path, titles: dict[str, str] | None = None) -> None:
    """Write a workbook; `titles` puts a line of text and an empty row above a sheet's header."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    book.set_properties({"created": _WRITTEN})
    as_date = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, frame in sheets.items():
        sheet, first = book.add_worksheet(name), 0
        if titles and name in titles:
            sheet.write_string(0, 0, titles[name])
            first = 2
        sheet.write_row(first, 0, list(map(str, frame.columns)))
        for position, column in enumerate(frame.columns):
            for row, value in enumerate(frame[column].astype(object).tolist(), start=first + 1):
                if isinstance(value, datetime):
                    sheet.write_datetime(row, position, value, as_date)
                elif isinstance(value, str):
                    sheet.write_string(row, position, value)
                elif value is not None and value == value:
                    sheet.write_number(row, position, value)
    book.close()


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pandas(frame, preserve_index=False, nthreads=1).replace_schema_metadata(None)
    pa.parquet.write_table(table, path, compression="zstd", row_group_size=128_000)


def write_sav(frame: pd.DataFrame, path: Path, labels: dict[str, dict], column_labels: dict[str, str]) -> None:
    """Write an SPSS system file with value labels; its time stamp is a fixed one."""
    import pyreadstat

    path.parent.mkdir(parents=True, exist_ok=True)
    pyreadstat.write_sav(
        frame, str(path), column_labels=[column_labels.get(name, "") for name in frame.columns],
        variable_value_labels=labels, compress=False, row_compress=True,
    )  # fmt: skip
    with path.open("r+b") as file:
        file.seek(_SAV_DATE_AT)
        file.write(_WRITTEN.strftime("%d %b %y").encode() + _WRITTEN.strftime("%H:%M:%S").encode())


def excel_serial(dates: pd.Series) -> np.ndarray:
    """Days since 30 December 1899, as Excel counts."""
    return (pd.to_datetime(dates) - pd.Timestamp("1899-12-30")).dt.days.to_numpy()
