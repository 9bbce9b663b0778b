"""Read what was built: a mart as a data frame, and the last day the sales reach. Needs no engine."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from brandops import paths
from brandops.contract import TABLES
from brandops.errors import UserError

# These have marts of their own, which say more than the bare rows and are smaller or safer.
RESHAPED = ("sales_lines", "customers", "market_monthly", "ledger_totals", "stock_daily", "campaign_budget")
PLAIN = tuple(name for name in TABLES if name not in RESHAPED)
MARTS = (
    "sales_daily", "sales_monthly", "people_monthly", "prices_weekly", "customers_monthly", "customers", "new_customers_daily",
    "market_monthly", "ledger_reconciliation", "web_orders_daily", "stock_monthly", "campaign_budget",
    "channel_daily", "sales_weekly", *PLAIN,
    "sources", "source_months", "integrity", "quarantine", "conversions",
)  # fmt: skip


def load_mart(name: str, profile: str, as_of: date) -> pd.DataFrame | None:
    """Load a mart as known on `as_of`: dates as datetime64[ns], money and quantities as float64.

    None where the profile has no rows for it.

    Raises
    ------
    UserError
        A mart there is none of, or a day the marts were not built for.
    """
    if name not in MARTS:
        raise UserError(f"mart {name}: there is none of this name; marts: {', '.join(MARTS)}")
    path = mart_path(name, profile, as_of)
    if path.is_file():
        return _to_pandas(pq.read_table(path))
    if not path.parent.is_dir():
        day = path.parent.name
        raise UserError(
            f"data/{profile}/marts/{day}: not built; run python -m brandops.warehouse --profile {profile} --as-of {day}"
        )
    return None


def latest_day(profile: str) -> date | None:
    """Last day with sales in the warehouse, in the profile's time zone; None where it has no sales.

    Read from the manifest and the statistics in the parquet files, so that asking costs milliseconds.

    Raises
    ------
    UserError
        Nothing was ingested yet.
    """
    manifest = read_manifest(profile)
    accounts = [account for account in manifest["sources"] if account["table"] == "sales_lines"]
    files = [file for account in accounts for file in account["files"] if file["last_day"] and not file["known_to"]]
    # The manifest's days are UTC: a day of grace decides which files may hold the last moment.
    if not files:
        return None
    candidates = date.fromisoformat(max(file["last_day"] for file in files)) - timedelta(days=1)
    folder = paths.data_dir(profile) / "warehouse" / "sales_lines"
    latest = max(_last_moment(folder / file["parquet"]) for file in files if date.fromisoformat(file["last_day"]) >= candidates)
    return latest.astimezone(ZoneInfo(manifest["time_zone"])).date()


def read_manifest(profile: str) -> dict[str, Any]:
    """The ingestion's account of the warehouse (`brandops.ingest.manifest` describes it).

    Raises
    ------
    UserError
        Nothing was ingested yet.
    """
    path = paths.data_dir(profile) / "warehouse" / "manifest.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"data/{profile}/warehouse: nothing ingested yet; run make data PROFILE={profile}") from None


def mart_path(name: str, profile: str, as_of: date) -> Path:
    """Where a mart lies."""
    return paths.data_dir(profile) / "marts" / pd.Timestamp(as_of).date().isoformat() / f"{name}.parquet"


def _last_moment(path: Path) -> datetime:
    metadata = pq.read_metadata(path)
    position = metadata.schema.names.index("ordered_at")
    groups = [metadata.row_group(group).column(position).statistics for group in range(metadata.num_row_groups)]
    if all(found is not None and found.has_min_max for found in groups):
        return max(found.max for found in groups).replace(tzinfo=UTC)
    column = pq.read_table(path, columns=["ordered_at"]).column(0)
    return max(column.to_pylist())


def _to_pandas(rows: pa.Table) -> pd.DataFrame:
    for position, field in enumerate(rows.schema):
        if pa.types.is_decimal(field.type):
            # By way of text: the library's own cast multiplies, and makes 29.7000 into 29.700000000000003.
            rows = rows.set_column(position, field.name, rows.column(position).cast(pa.string()).cast(pa.float64()))
            continue
        if pa.types.is_date(field.type) or pa.types.is_timestamp(field.type):
            kind = pa.timestamp("ns")
        else:
            continue
        rows = rows.set_column(position, field.name, rows.column(position).cast(kind))
    return rows.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get).pipe(_plain_booleans)


def _plain_booleans(frame: pd.DataFrame) -> pd.DataFrame:
    """Two-valued columns as bool; those with blanks stay three-valued (`boolean`)."""
    whole = [name for name in frame if frame[name].dtype == "boolean" and not frame[name].hasnans]
    return frame.astype(dict.fromkeys(whole, "bool"))
