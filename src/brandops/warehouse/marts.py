"""Build the marts: what notebooks read, as known on a day.

`build_marts` writes data/<profile>/marts/<as_of>/<mart>.parquet: sorted rows in one file each, so that the same
warehouse gives the same bytes. When they are stale is the caller's business; `brandops.pipeline` decides it.
"""

import difflib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pyarrow.parquet as pq

from brandops.contract import TABLES
from brandops.errors import UserError
from brandops.warehouse import campaigns, customers, engines, last, market, prices, quality, response, sales, stock, team
from brandops.warehouse.connect import Tables, connect, fetch_sorted, keep, read_quarantine, read_tables, reuse
from brandops.warehouse.known import known_by, known_tables
from brandops.warehouse.last import Last
from brandops.warehouse.lines import own_lines, sales_lines
from brandops.warehouse.load import MARTS, PLAIN, mart_path, read_manifest
from brandops.warehouse.plain import personal_columns, plain
from brandops.warehouse.storage import engine_name

if TYPE_CHECKING:
    from brandops.params import Plan


def express(
    connection: ibis.BaseBackend,
    tables: Tables,
    *,
    as_of: date,
    time_zone: str,
    brand_owner: str | None = None,
    publish_names: bool = False,
    built: Last | None = None,
) -> dict[str, ibis.Table]:
    """Marts of the subject tables, by name, as Ibis expressions over tables already cut at `as_of`.

    Rows of months that `built` still holds are taken from there.
    """
    made: dict[str, ibis.Table] = {}
    lines = sales_lines(tables, brand_owner, time_zone)
    if lines is not None:
        own = reuse(connection, "own_lines", own_lines(lines, tables))
        first = keep(connection, "first_orders", customers.first_orders(own))
        made |= _by_month(connection, tables, own, first, as_of, time_zone, brand_owner, built)
        if "campaigns" in tables:
            made["campaign_sales"] = campaigns.campaign_sales(own)
        if "campaigns" in tables and "campaign_recipients" in tables:
            made["campaign_customers"] = campaigns.campaign_customers(own, tables["campaigns"], tables["campaign_recipients"])
        made["customers"] = customers.customers(own, first, tables)
        made["new_customers_daily"] = customers.new_customers_daily(first)
        if "campaigns" in tables:
            made["campaign_buyers"] = response.campaign_buyers(own, tables["campaigns"])
        if brand_owner is not None:
            made["market_monthly"] = market.market_from_sales(lines)
        if "ledger_totals" in tables:
            made["ledger_reconciliation"] = sales.ledger_reconciliation(own, tables["ledger_totals"], as_of)
        if "web_daily" in tables:
            made["web_orders_daily"] = market.web_orders_daily(own, tables["web_daily"])
    if "market_monthly" in tables and "market_monthly" not in made:
        made["market_monthly"] = market.market_from_research(tables["market_monthly"])
    if "stock_daily" in tables:
        made["stock_monthly"] = stock.stock_monthly(tables["stock_daily"])
        made["stock_daily"] = stock.stock_daily(tables["stock_daily"])
    if "campaign_budget" in tables:
        made["campaign_budget"] = market.campaign_budget(tables, as_of)
    made |= {name: plain(tables[name], TABLES[name]) for name in PLAIN if name in tables}
    if "people" in tables:
        made["people"] = team.people(tables["people"], publish_names)
    return made


def _by_month(
    connection: ibis.BaseBackend, tables: Tables, own: ibis.Table, first: ibis.Table, as_of: date, time_zone: str,
    brand_owner: str | None, built: Last | None,
) -> dict[str, ibis.Table]:  # fmt: skip
    """The marts whose rows of a month follow from the sales of that month, and of the weeks that begin in it."""
    if built is not None and built.lines:
        rows = connection.read_parquet(built.lines, table_name="lines_of_other_months")
        fresh = known_by(rows, TABLES["sales_lines"], as_of, time_zone)
        own = own_lines(sales_lines(tables | {"sales_lines": fresh}, brand_owner, time_zone), tables)
    since = sales.first_of_weeks(as_of)
    made = {
        "sales_daily": (sales.sales_daily(own), "date", None),
        "sales_monthly": (sales.sales_monthly(own), "month", None),
        "sales_weekly": (sales.sales_weekly(own, as_of), "month", since),
        "channel_daily": (sales.channel_daily(own), "date", None),
        "category_monthly": (sales.category_monthly(own), "month", None),
        "people_monthly": (team.people_monthly(own), "month", None),
        "demand_daily": (response.demand_daily(own), "date", None),
        "prices_weekly": (prices.prices_weekly(own), "week", None),
        "customers_monthly": (customers.customers_by_month(own), "month", None),
    }
    rows = {
        name: built.extend(connection, name, made_, day, from_) if built else made_ for name, (made_, day, from_) in made.items()
    }
    return rows | {"customers_monthly": customers.with_first_orders(rows["customers_monthly"], first)}


def build_marts(profile: str, plan: "Plan", as_of: date, *, engine: str = "duckdb") -> dict[str, int]:
    """Write the profile's marts as known on `as_of`, in place of earlier ones, and return the rows of each.

    Parameters
    ----------
    profile
        Folder under `data/`, with a warehouse in it.
    plan
        `time_zone`: days and months are taken in it. `brand_owner`: where sales hold the whole market, the owner
        whose products are the company's own; None: all are. `publish_names`: whether the mart of people may name
        them. Nothing else of the plan matters.
    as_of
        Last day that counts.
    engine
        `duckdb`, or `pyspark` (`brandops.warehouse.spark`). The rows are the same; where the warehouse is not too large for
        one machine (`engines.COMPARED_ROWS`, files of its own), DuckDB makes them too and `engines.json` beside the marts says so.

    Raises
    ------
    UserError
        The profile has no warehouse, or sells nothing of `brand_owner`.
    """
    manifest = read_manifest(profile)
    folder = mart_path("", profile, as_of).parent
    with _locked(folder.parent):
        scratch = folder.with_name(f".{folder.name}.scratch")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        facts = last.facts_of(profile, manifest, plan, as_of) if engine == "duckdb" else None
        rows = _build(scratch, profile, manifest, plan, as_of, engine, facts)
        if engine != "duckdb":
            engines.record(scratch, engine_name(engine))
            if sum(account["loaded"] for account in manifest["sources"]) <= engines.COMPARED_ROWS and not plan.stored_at:
                with tempfile.TemporaryDirectory() as other:
                    _build(Path(other), profile, manifest, plan, as_of, "duckdb")
                    engines.record(scratch, engine_name(engine), engine_name("duckdb"), engines.compare(scratch, Path(other)))
        shutil.rmtree(folder, ignore_errors=True)
        scratch.rename(folder)
        if facts:
            last.remember(profile, manifest, facts, folder)
    return {name: count for name, count in rows.items() if count}


def _build(
    folder: Path, profile: str, manifest: dict, plan: "Plan", as_of: date, engine: str, facts: last.Facts | None = None
) -> dict[str, int]:
    """Write every mart into `folder`, made by `engine`; returns the rows of each. `facts` allow to take over rows built last."""
    with connect(engine, plan.time_zone) as connection:
        stored = read_tables(connection, profile, plan.stored_at)
        known = known_tables(connection, stored, as_of, plan.time_zone)
        _refuse_unknown_owner(stored, plan.brand_owner)
        made = express(connection, known, as_of=as_of, time_zone=plan.time_zone, brand_owner=plan.brand_owner,
                       publish_names=plan.publish_names,
                       built=last.still_valid(profile, manifest, facts, as_of) if facts else None)  # fmt: skip
        rejected = read_quarantine(connection, profile, plan.stored_at)
        made |= quality.express(connection, rejected, manifest, stored, known, as_of, plan.time_zone)
        return {name: _write(connection, made[name], folder / f"{name}.parquet") for name in MARTS if name in made}


def _refuse_unknown_owner(stored: Tables, brand_owner: str | None) -> None:
    """Raise UserError where no product belongs to `brand_owner`: a misspelt owner would have no sales at all."""
    if brand_owner is None or "products" not in stored:
        return
    counted = stored["products"].group_by(owner=stored["products"].brand_owner).aggregate(products=ibis._.count())
    products = dict(zip(*(column.to_pylist() for column in counted.to_pyarrow().columns), strict=True))
    if brand_owner not in products and None not in products:
        names = [name for name in products if name]
        close = difflib.get_close_matches(brand_owner, names, n=3) or sorted(names, key=lambda n: (-products[n], n))
        owners = ", ".join(map(repr, close[:5]))
        raise UserError(f"plan.yml: brand_owner: {brand_owner!r} owns no product; owners: {owners}")


def _write(connection: ibis.BaseBackend, expression: ibis.Table, path: Path) -> int:
    """Write a mart, its rows sorted by every column in turn, and return their number; nothing is written of none.

    Raises
    ------
    ValueError
        The mart carries a column the contract marks as personal.
    """
    leaked = personal_columns() & set(expression.columns)
    if leaked:
        raise ValueError(f"mart {path.stem} would carry personal columns: {', '.join(sorted(leaked))}")
    written, writer = 0, None
    try:
        for rows in filter(len, fetch_sorted(connection, expression)):
            writer = writer or pq.ParquetWriter(path, rows.schema, compression="zstd")
            writer.write_table(rows)
            written += rows.num_rows
    finally:
        if writer:
            writer.close()
    return written


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the profile's marts: a second build waits."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
