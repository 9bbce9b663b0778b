"""Whether another engine made the marts DuckDB makes: both are built and compared row by row (plan item 2.3.3)."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from brandops import paths

RECORD = "engines.json"
COMPARED_ROWS = 20_000_000  # up to so many warehouse rows DuckDB makes the marts too, for comparison
_COLUMNS = {"mart": "object", "rows": "int64", "against_rows": "int64", "differing": "int64", "same_bytes": "bool"}


def compare(made: Path, against: Path) -> list[dict]:
    """Compare the marts in two folders, by name.

    Returns
    -------
    list of dict
        mart, rows, against_rows, differing (rows that are not equal to the other folder's in the same place, to the last
        digit; all where types or numbers of rows differ), same_bytes (whether the files are equal).
    """
    names = sorted({path.stem for folder in (made, against) for path in folder.glob("*.parquet")})
    found = []
    for name in names:
        files = [folder / f"{name}.parquet" for folder in (made, against)]
        here, there = (pq.read_table(file) if file.exists() else None for file in files)
        same = all(file.exists() for file in files) and files[0].read_bytes() == files[1].read_bytes()
        found.append({
            "mart": name, "rows": 0 if here is None else here.num_rows, "against_rows": 0 if there is None else there.num_rows,
            "differing": 0 if same else _differing(here, there), "same_bytes": same,
        })  # fmt: skip
    return found


@dataclass(frozen=True)
class Engines:
    """By which engine the marts were made, with which they were compared, and `compare`'s rows (None: not compared)."""

    engine: str
    against: str | None
    marts: pd.DataFrame | None

    @property
    def equal(self) -> float:
        """Share of the marts that are equal row for row."""
        return float((self.marts["differing"] == 0).mean())


def record(folder: Path, engine: str, against: str | None = None, comparison: list[dict] | None = None) -> None:
    """Write what made the marts in a folder, and the comparison where there was one."""
    text = json.dumps({"engine": engine, "against": against, "marts": comparison}, indent=1)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def read_engines(profile: str, as_of: date) -> Engines | None:
    """What was recorded of the marts of `as_of`; None where DuckDB made them, alone."""
    path = paths.data_dir(profile) / "marts" / pd.Timestamp(as_of).date().isoformat() / RECORD
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    rows = found["marts"] and pd.DataFrame(found["marts"], columns=list(_COLUMNS)).astype(_COLUMNS)
    return Engines(found["engine"], found["against"], rows)


def _differing(here: pa.Table | None, there: pa.Table | None) -> int:
    if here is None or there is None or here.schema != there.schema or here.num_rows != there.num_rows:
        return max(0 if table is None else table.num_rows for table in (here, there))
    rows = pd.Series(data=False, index=range(here.num_rows))
    for name in here.column_names:
        left, right = (table[name].to_pandas(types_mapper=pd.ArrowDtype) for table in (here, there))
        rows |= ~((left == right).fillna(value=False).astype(bool) | (left.isna() & right.isna()))
    return int(rows.sum())
