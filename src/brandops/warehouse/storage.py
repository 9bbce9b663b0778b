"""What the engine stored: the marts of a day with their rows and sizes (plan item 2.3.3)."""

import importlib.metadata
from datetime import date

import duckdb
import ibis
import pandas as pd
import pyarrow.parquet as pq

from brandops import paths


def mart_storage(profile: str, as_of: date) -> pd.DataFrame:
    """Marts built for `as_of`: mart, rows, columns, bytes (of its parquet file); most rows first."""
    folder = paths.data_dir(profile) / "marts" / pd.Timestamp(as_of).date().isoformat()
    found = []
    for path in sorted(folder.glob("*.parquet")):
        facts = pq.read_metadata(path)
        found.append((path.stem, facts.num_rows, facts.num_columns, path.stat().st_size))
    made = pd.DataFrame(found, columns=["mart", "rows", "columns", "bytes"])
    made = made.astype(dict.fromkeys(("rows", "columns", "bytes"), "int64"))
    return made.sort_values(["rows", "mart"], ascending=[False, True], ignore_index=True)


def engine_name(engine: str = "duckdb") -> str:
    """An engine's name with the versions of it and of Ibis."""
    if engine == "pyspark":
        return f"Spark {importlib.metadata.version('pyspark')} (Ibis {ibis.__version__})"
    return f"DuckDB {duckdb.__version__} (Ibis {ibis.__version__})"
