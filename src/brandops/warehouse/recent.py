"""The marts daily monitoring reads, of the last days only: their cost does not grow with the history.

Same columns and values as the marts of the same names have for those days (`brandops.warehouse.marts`), where those are
built from all of history. Files whose content ended before the days asked for are not opened (the manifest tells), of the
others only the row groups that may hold them are read.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from brandops import paths
from brandops.contract import TABLES
from brandops.warehouse.connect import connect
from brandops.warehouse.known import known_by
from brandops.warehouse.lines import OWN, sales_lines
from brandops.warehouse.load import _to_pandas, read_manifest
from brandops.warehouse.stock import stock_daily

if TYPE_CHECKING:
    from brandops.params import Plan

PLAIN = ("market_monthly", "invoices", "purchase_orders", "material_prices")
LISTS = {"products": ("product_id", "product", "category", "launched_on"), "channels": ("channel_id", "channel"),
         "suppliers": ("supplier_id", "supplier")}  # fmt: skip
MARTS = ("sales_daily", "stock_daily", *LISTS, *PLAIN)
_SLACK = 2  # days: moments are UTC at rest, and a stock record is compared with the day before's
_LATER = {"market_monthly": 62}  # a month is dated by its first day


def recent_marts(profile: str, plan: "Plan", as_of: date, days: int, names: tuple[str, ...] = MARTS) -> dict[str, pd.DataFrame]:
    """Rows of the last `days` days as known on `as_of`, by mart; marts the profile has no source for are left out.

    sales_daily: date, channel_id, category, net_sales, gross_sales, returns (own sales). stock_daily: as the mart. products,
    channels, suppliers: the columns of `LISTS`, of all that are listed. market_monthly, invoices, purchase_orders,
    material_prices: as the marts.

    Raises
    ------
    UserError
        Nothing was ingested yet.
    """
    manifest, start = read_manifest(profile), as_of - timedelta(days=days - 1)
    found: dict[str, pd.DataFrame] = {}
    with connect("duckdb", plan.time_zone) as connection:

        def table(name: str, cut: bool = True) -> ibis.Table | None:
            since = start - timedelta(days=_SLACK + _LATER.get(name, 0))
            files = _files(manifest, profile, name, since if cut else None)
            if not files:
                return None
            rows = connection.read_parquet(files, table_name=f"recent_{name}")
            contract = TABLES[name]
            if not cut:
                rows = rows.filter(rows._known_from.isnull() | (rows._known_from <= as_of))
                return rows.filter(rows._known_to.isnull() | (rows._known_to > as_of))
            return known_by(rows.filter(rows[contract.known_on] >= since), contract, as_of, plan.time_zone)

        for name in names:
            rows = table(_SOURCE.get(name, name), cut=name not in LISTS)
            if rows is None:
                continue
            if name == "sales_daily":
                products = table("products", cut=False)
                rows = _trading(rows, products, plan, start)
            elif name == "stock_daily":
                made = stock_daily(rows)
                rows = made.filter(made.date >= start)
            elif name in LISTS:
                rows = rows.select(*LISTS[name])
            else:
                rows = rows.select(*(column for column in TABLES[name].columns if column not in TABLES[name].personal))
            found[name] = _to_pandas(connection.to_pyarrow(_floats(rows).order_by(rows.columns)))
    return {name: frame for name, frame in found.items() if len(frame)}


_SOURCE = {"sales_daily": "sales_lines"}


def _trading(lines: ibis.Table, products: ibis.Table | None, plan: "Plan", start: date) -> ibis.Table:
    tables = {"sales_lines": lines} | ({"products": products} if products is not None else {})
    described = sales_lines(tables, plan.brand_owner, plan.time_zone)
    own = described.filter((described.owner == OWN) & (described.date >= start))
    sold = own.mutate(_back=own.net_sales.cast("float64"))
    return sold.group_by(["date", "channel_id", "category"]).aggregate(
        net_sales=sold._back.sum(),
        gross_sales=ibis.ifelse(sold.is_return, 0.0, sold._back).sum(),
        returns=ibis.ifelse(sold.is_return, -sold._back, 0.0).sum(),
    )


def _floats(rows: ibis.Table) -> ibis.Table:
    """Decimals as floating point, in the engine: figures, not money at rest."""
    return rows.mutate(**{name: rows[name].cast("float64") for name, kind in rows.schema().items() if kind.is_decimal()})


def _files(manifest: dict, profile: str, table: str, since: date | None) -> list[str]:
    """Parquet files of a table that may hold days from `since` on; a file whose days are not known may."""
    folder = paths.data_dir(profile) / "warehouse" / table
    accounts = [account for account in manifest["sources"] if account["table"] == table]
    kept = {
        each["parquet"] for account in accounts for file in account["files"] for each in file["stored"]
        if since is None or each["last_day"] is None or date.fromisoformat(each["last_day"]) >= since
    }  # fmt: skip
    return [str(folder / name) for name in sorted(kept) if (folder / name).is_file()]
