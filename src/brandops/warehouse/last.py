"""The marts built last: their rows of months in which nothing changed need not be made again.

One more day of sales changes the month it lies in. Of marts that have a cell for each month (or day, or week), the rows of
the other months are taken from the marts built last. A month's rows are taken over where all this is as it was:

- the code, the engine, the time zone and whose brands count as own;
- the files of sales lines in force on the as-of day that may hold a day of it, or of the week after it;
- what the master tables say of the products, channels and customers those files name. A key never named changes nothing, and
  neither does the as-of day: whatever a known sale names is known (`brandops.warehouse.known`).

and where it had ended, with the week after it, on both as-of days. The outcome is the one of a build from nothing, byte for byte.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pyarrow as pa

import brandops.contract
from brandops import paths
from brandops.contract import TABLES
from brandops.periods import add_months
from brandops.warehouse.lines import DESCRIBED_BY

if TYPE_CHECKING:
    from brandops.params import Plan

MARTS = ("sales_daily", "sales_monthly", "sales_weekly", "channel_daily", "people_monthly", "demand_daily", "prices_weekly",
         "customers_monthly", "category_monthly")  # fmt: skip
_SLACK = timedelta(days=1)  # the manifest's days are UTC
_WEEK = timedelta(days=6)  # a week counts in the month of its Monday
_FACTS = "last.json"


@dataclass
class Last:
    """Marts built earlier, as far as they still hold.

    Attributes
    ----------
    folder
        Holds the marts; one without rows is not there.
    months
        Whose rows hold.
    lines
        Files of sales lines that may hold a day of another month, or of a week of one.
    """

    folder: Path
    months: frozenset[date]
    lines: list[Path]

    def extend(
        self, connection: ibis.BaseBackend, name: str, made: ibis.Table, day: str = "month", since: date | None = None
    ) -> ibis.Table:
        """Rows of `made` of other months, and those built last, from a month on; `day` names the column whose month counts."""
        months = [month for month in sorted(self.months) if since is None or month >= since]
        fresh = made.filter(~made[day].truncate("M").isin(months)) if months else made
        path = self.folder / f"{name}.parquet"
        if not months or not path.exists():
            return fresh
        rows = connection.read_parquet(path, table_name=f"last_{name}")
        kept = rows.filter(rows[day].truncate("M").isin(months)).select(*made.columns).cast(made.schema())
        return fresh.union(kept)


@dataclass
class Facts:
    """What the months' rows of a build follow from; equal facts make equal rows.

    Attributes
    ----------
    mark
        Stands for the code and what it is told.
    as_of
        Last day that counted.
    months
        Of each month that had ended, the files in force that may hold a day of it.
    masters
        Files in force of each master table.
    marts
        Which file each mart was, as it was written.
    """

    mark: str
    as_of: str
    months: dict[str, list[str]]
    masters: dict[str, list[str]]
    marts: dict[str, str] = field(default_factory=dict)


def facts_of(profile: str, manifest: dict[str, Any], plan: "Plan", as_of: date) -> Facts:
    """The facts of a build of a profile's marts as known on `as_of`."""
    mark = hashlib.sha256(json.dumps([_code(), plan.time_zone, plan.brand_owner]).encode()).hexdigest()
    months: dict[str, list[str]] = {}
    days = [(path, *span) for path, *span in _in_force(profile, manifest, "sales_lines", as_of)]
    dated = [(first, last) for _path, first, last in days if first]
    if dated:
        month = min(first for first, _ in dated).replace(day=1)
        while (end := add_months(month, 1) - timedelta(days=1)) + _WEEK <= as_of:
            held = [_identity(path) for path, first, last in days if _meets(first, last, month, end)]
            months[month.isoformat()] = sorted(held)
            month = add_months(month, 1)
    masters = {table: sorted(_identity(path) for path, *_ in _in_force(profile, manifest, table, as_of)) for table in DESCRIBED_BY}
    return Facts(mark, as_of.isoformat(), months, masters)


def still_valid(profile: str, manifest: dict[str, Any], facts: Facts, as_of: date) -> Last | None:
    """The marts built last, as far as they hold under `facts`; None where no month's rows do."""
    folder = _folder(profile)
    try:
        before = Facts(**json.loads((folder / _FACTS).read_text()))
        held = {name: _identity(folder / f"{name}.parquet") for name in before.marts}
    except (OSError, ValueError, TypeError):
        return None
    if before.mark != facts.mark or held != before.marts:
        return None
    if as_of < date.fromisoformat(before.as_of):  # marts of the last years alone do not reach back as far
        return None
    months = {month for month, held in facts.months.items() if before.months.get(month) == held}
    files = _in_force(profile, manifest, "sales_lines", as_of)
    if months:
        naming = _naming_changed(profile, manifest, before, facts, as_of, [path for path, *_ in files])
        months = {month for month in months if not naming & set(facts.months[month])}
    if not months:
        return None
    valid = frozenset(map(date.fromisoformat, months))
    return Last(folder, valid, [path for path, first, last in files if _meets_another(first, last, valid)])


def remember(profile: str, manifest: dict[str, Any], facts: Facts, marts: Path) -> None:
    """Keep what was built in the folder `marts`, with its facts, unless what is kept was built for a later day."""
    folder = _folder(profile)
    try:
        before = json.loads((folder / _FACTS).read_text())
        if before["mark"] == facts.mark and before["as_of"] > facts.as_of:
            return
    except (OSError, ValueError, TypeError, KeyError):
        pass
    scratch = folder.with_name(f".{folder.name}.scratch")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for name in MARTS:
        if (marts / f"{name}.parquet").exists():
            os.link(marts / f"{name}.parquet", scratch / f"{name}.parquet")
            facts.marts[name] = _identity(scratch / f"{name}.parquet")
    for table in DESCRIBED_BY:
        (scratch / table).mkdir()
        for path, *_ in _in_force(profile, manifest, table, date.fromisoformat(facts.as_of)):
            os.link(path, scratch / table / path.name)
    (scratch / _FACTS).write_text(json.dumps(vars(facts), sort_keys=True))
    shutil.rmtree(folder, ignore_errors=True)
    scratch.rename(folder)


def _naming_changed(
    profile: str, manifest: dict[str, Any], before: Facts, facts: Facts, as_of: date, lines: list[Path]
) -> set[str]:
    """Files of sales lines that name a product, channel or customer of which the master tables say something else now."""
    naming: set[str] = set()
    with duckdb.connect(config={"memory_limit": "2GB"}) as con:
        for table, columns in DESCRIBED_BY.items():
            if before.masters[table] == facts.masters[table]:
                continue
            key = TABLES[table].key[0]
            was = sorted((_folder(profile) / table).glob("*.parquet"))
            sides = [
                f"SELECT {', '.join((key, *columns))} FROM {_files(paths_)}" if paths_ else None
                for paths_ in (was, [path for path, *_ in _in_force(profile, manifest, table, as_of)])
            ]
            one, other = sides
            both = f"(({one}) EXCEPT ALL ({other})) UNION ALL (({other}) EXCEPT ALL ({one}))"
            changed = both if one and other else one or other
            con.execute(f"CREATE OR REPLACE TEMP TABLE changed AS SELECT DISTINCT {key} FROM ({changed})")
            if con.execute("SELECT count(*) FROM changed").fetchone()[0] and lines:
                found = (
                    f"SELECT DISTINCT filename FROM read_parquet({_list(lines)}, filename = true) SEMI JOIN changed USING ({key})"
                )
                naming |= {_identity(Path(path)) for (path,) in con.execute(found).fetchall()}
    return naming


def _in_force(profile: str, manifest: dict[str, Any], table: str, as_of: date) -> list[tuple[Path, date | None, date | None]]:
    """A table's files in force on a day, with the first and last day of their rows; None where they have none."""
    folder, day = paths.data_dir(profile) / "warehouse" / table, as_of.isoformat()
    found = {}
    for account in manifest["sources"]:
        for each in [each for file in account["files"] for each in file["stored"]] if account["table"] == table else []:
            known = (each["known_from"] or day) <= day and (each["known_to"] is None or each["known_to"] > day)
            if each["rows"] and known:
                span = (date.fromisoformat(each[end]) if each[end] else None for end in ("first_day", "last_day"))
                found[folder / each["parquet"]] = tuple(span)
    return [(path, *found[path]) for path in sorted(found)]


def _meets(first: date | None, last: date | None, start: date, end: date) -> bool:
    """Whether a file may hold a day that counts in the month from `start` to `end`."""
    return first is None or last is None or (first - _SLACK <= end + _WEEK and last + _SLACK >= start)


def _meets_another(first: date | None, last: date | None, months: frozenset[date]) -> bool:
    """Whether a file may hold a day that counts in a month which is none of `months`."""
    if first is None or last is None:
        return True
    month, end = (first - _SLACK - _WEEK).replace(day=1), last + _SLACK
    while month <= end:
        if month not in months:
            return True
        month = add_months(month, 1)
    return False


def _identity(path: Path) -> str:
    """What stands for a file of the warehouse, which is written once and then only linked."""
    status = path.stat()
    return f"{path.name} {status.st_ino} {status.st_size} {status.st_mtime_ns}"


def _folder(profile: str) -> Path:
    return paths.data_dir(profile) / ".cache" / "marts"


def _list(files: list[Path]) -> str:
    return "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in files) + "]"


def _files(files: list[Path]) -> str:
    return f"read_parquet({_list(files)})"


@cache
def _code() -> str:
    """Fingerprint of the code and the libraries the marts follow from."""
    folders = [Path(__file__).parent, Path(brandops.contract.__file__).parent]
    sources = [path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.glob("*.py"))]
    versions = [duckdb.__version__, ibis.__version__, pa.__version__]
    return hashlib.sha256("\x00".join([*versions, *sources]).encode()).hexdigest()
