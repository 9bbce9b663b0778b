"""Reading published tables back from the files a reader downloads: what Excel and SPSS show is what the page shows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

# Excel and SPSS keep double precision; nothing but the last bit may differ.
_RELATIVE = 1e-12


def read_back(folder: Path, names: list[str]) -> pd.DataFrame:
    """Compare the Excel and SPSS files of published tables with their parquet files, cell by cell.

    Returns
    -------
    DataFrame
        name, rows, columns, xlsx, sav (True where every cell is equal; texts by their value labels in SPSS).
    """
    found = []
    for name in names:
        table = pd.read_parquet(folder / f"{name}.parquet")
        xlsx = pd.read_excel(folder / f"{name}.xlsx", engine="openpyxl", keep_default_na=False,
                             na_values=[""])  # fmt: skip
        sav, meta = pyreadstat.read_sav(folder / f"{name}.sav", apply_value_formats=False)
        for column, labels in meta.variable_value_labels.items():
            sav[column] = sav[column].map(labels)
        found.append((name, len(table), table.shape[1], _equal(table, xlsx), _equal(table, sav)))
    return pd.DataFrame(found, columns=["name", "rows", "columns", "xlsx", "sav"])


def _equal(table: pd.DataFrame, other: pd.DataFrame) -> bool:
    if table.shape != other.shape:
        return False
    return all(_same(table.iloc[:, at], other.iloc[:, at]) for at in range(table.shape[1]))


def _same(ours: pd.Series, theirs: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(ours):
        theirs = pd.to_datetime(theirs, errors="coerce").dt.normalize()
        return bool(((ours.dt.normalize() == theirs) | (ours.isna() & theirs.isna())).all())
    if pd.api.types.is_numeric_dtype(ours):
        numbers = pd.to_numeric(theirs, errors="coerce").to_numpy(dtype=float)
        return bool(np.allclose(ours.to_numpy(dtype=float, na_value=np.nan), numbers, _RELATIVE, 0.0, equal_nan=True))
    # A text that could run as a formula carries an apostrophe in Excel; a value label in SPSS holds 120 bytes.
    left, right = (values.fillna("").map(str) for values in (ours.astype(object), theirs.astype(object)))
    return all(a == b or a == b.removeprefix("'") or _starts(a, b) for a, b in zip(left, right, strict=True))


def _starts(text: str, label: str) -> bool:
    return len(text.encode()) > 120 and bool(label) and text.startswith(label)
