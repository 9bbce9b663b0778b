"""Search files of every kind a report has for texts that must not be there."""

import base64
import re
import zipfile
from pathlib import Path

import duckdb
import pandas as pd

_EMBEDDED = re.compile(rb"base64,([A-Za-z0-9+/=]{16,})")


def text_of(path: Path) -> str:
    """All that a reader of the file could see: its bytes, what is packed or encoded in them, and a table's values."""
    raw = path.read_bytes()
    parts = [raw, *(base64.b64decode(data + b"=" * (-len(data) % 4)) for data in _EMBEDDED.findall(raw))]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            parts += [packed.read(name) for name in packed.namelist()]
    text = "\n".join(part.decode("utf-8", "replace") for part in parts)
    if path.suffix == ".parquet":
        text += str(duckdb.sql(f"select * from read_parquet('{path}')").fetchall())
    if path.suffix == ".sav":
        text += pd.read_spss(path, convert_categoricals=False).to_csv()
    return text


def leaks(folder: Path, secrets: tuple[str, ...], leave_out: tuple[str, ...] = ()) -> list[str]:
    """`file: secret` for every secret in a file below `folder`; `leave_out` are paths from there that are not searched."""
    left = [folder / name for name in leave_out]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not any(path.is_relative_to(out) for out in left)]
    return [f"{path.relative_to(folder)}: {secret}" for path in files for secret in secrets if secret in text_of(path)]
