"""Read what was built: a mart as a data frame, and the first and last day of the sales. Needs no engine."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from brandops import paths
from brandops.contract import TABLES
from brandops.errors import UserError

# These have marts of their own, which say more than the bare rows and are smaller or safer.
RESHAPED = ("sales_lines", "customers", "market_monthly", "ledger_totals", "stock_daily", "campaign_budget", "campaign_recipients")
PLAIN = tuple(name for name in TABLES if name not in RESHAPED)
MARTS = (
    "sales_daily", "sales_monthly", "people_monthly", "prices_weekly", "customers_monthly", "customers", "new_customers_daily",
    "market_monthly", "ledger_reconciliation", "web_orders_daily", "stock_monthly", "campaign_budget",
    "channel_daily", "sales_weekly", "stock_daily", "demand_daily", "campaign_buyers", "campaign_sales", "campaign_customers",
    "category_monthly", *PLAIN,
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
    """Last day with sales in the warehouse, in the profile's time zone; where it has no sales, of any other table.

    None where no row has a date. Read from the manifest and the statistics in the parquet files, so that asking costs
    milliseconds.

    Raises
    ------
    UserError
        Nothing was ingested yet.
    """
    return _end_of_data(profile, "last_day", max)


def first_day(profile: str) -> date | None:
    """First day with sales in the warehouse; otherwise like `latest_day`.

    Raises
    ------
    UserError
        Nothing was ingested yet.
    """
    return _end_of_data(profile, "first_day", min)


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


def _end_of_data(profile: str, end: Literal["first_day", "last_day"], extreme: Callable) -> date | None:
    manifest = read_manifest(profile)
    files = [(account["table"], each) for account in manifest["sources"] for file in account["files"] for each in file["stored"]
             if each[end] and not each["known_to"]]  # fmt: skip
    sales = [file for table, file in files if table == "sales_lines"]
    if not sales:
        return extreme((date.fromisoformat(file[end]) for _table, file in files), default=None)
    # The manifest's days are UTC: a day of grace decides which files may hold the outermost moment.
    outermost = extreme(date.fromisoformat(file[end]) for file in sales)
    candidates = [file for file in sales if abs(date.fromisoformat(file[end]) - outermost) <= timedelta(days=1)]
    folder = paths.data_dir(profile) / "warehouse" / "sales_lines"
    moment = extreme(_outermost_moment(folder / file["parquet"], extreme) for file in candidates)
    return moment.astimezone(ZoneInfo(manifest["time_zone"])).date()


def _outermost_moment(path: Path, extreme: Callable) -> datetime:
    metadata = pq.read_metadata(path)
    position = metadata.schema.names.index("ordered_at")
    groups = [metadata.row_group(group).column(position).statistics for group in range(metadata.num_row_groups)]
    if all(found is not None and found.has_min_max for found in groups):
        return extreme(moment for found in groups for moment in (found.min, found.max)).replace(tzinfo=UTC)
    column = pq.read_table(path, columns=["ordered_at"]).column(0)
    return extreme(column.to_pylist())


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
