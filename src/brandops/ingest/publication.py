"""Warehouse and quarantine put in place: one run at a time, by renaming, and what an interrupted run left cleared away."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from brandops.ingest.accounts import ByFile, Plan, Tables
from brandops.ingest.manifest import Manifest
from brandops.ingest.remembered import files
from brandops.ingest.sql import literal
from brandops.paths import data_dir


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One run at a time; a second waits."""
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def recover(profile: str, cache: Path) -> None:
    """Clear what an interrupted run left, and put back a folder it had just moved aside."""
    shutil.rmtree(cache / "scratch", ignore_errors=True)
    for kind in ("warehouse", "quarantine"):
        current, aside = data_dir(profile) / kind, cache / f"{kind}.last"
        if aside.exists() and not current.exists():
            aside.rename(current)
        shutil.rmtree(aside, ignore_errors=True)


def publish(
    con: duckdb.DuckDBPyConnection, scratch: Path, cache: Path, plan: Plan, staged: ByFile, tables: Tables, manifest: Manifest
) -> None:
    """Build warehouse and quarantine in `scratch`, beside the old ones, and put them in place by renaming."""
    warehouse, quarantine = scratch / "warehouse", scratch / "quarantine"
    warehouse.mkdir()
    quarantine.mkdir()
    for table, (outcome, _parts) in tables.items():
        (warehouse / table).mkdir()
        for path in outcome.paths:
            os.link(path, warehouse / table / Path(path).name)
    manifest.save(warehouse / "manifest.json")
    for source, files_ in plan:
        paths = [staged[source.name, file.shown].rejects for file in files_] + [tables[source.table][0].rejects]
        order = "CASE file " + " ".join(f"WHEN {literal(f.shown)} THEN {n}" for n, f in enumerate(files_)) + " END"
        target = literal(str(quarantine / f"{source.name}.parquet"))
        con.execute(
            f"COPY (SELECT * FROM {files(paths)} WHERE source = {literal(source.name)} "
            f"ORDER BY {order}, row, in_force_from NULLS FIRST) TO {target} (FORMAT parquet)"
        )
    for kind, built in (("quarantine", quarantine), ("warehouse", warehouse)):
        current, aside = data_dir(manifest.profile) / kind, cache / f"{kind}.last"
        if current.exists():
            current.rename(aside)
        built.rename(current)
        shutil.rmtree(aside, ignore_errors=True)


def prune(cache: Path, used: dict[str, set[str]]) -> None:
    """Drop cached files and tables no longer in use."""
    for kind, names in used.items():
        for folder in (cache / kind).glob("*"):
            if folder.name not in names:
                shutil.rmtree(folder, ignore_errors=True)
