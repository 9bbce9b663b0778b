"""The whole ingestion of a profile: plan, stage each file, finish each table, publish by one rename.

Nothing the warehouse shows changes before every file of every source has been read: the build happens in a scratch
folder, and what an interrupted run leaves behind is cleared by the next. A file staged once is staged again only when its
content, its source's declaration, its table's corrections or this code has changed.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb

import brandops.contract
import brandops.params
from brandops.contract import TABLES
from brandops.errors import UserError
from brandops.ingest import databases
from brandops.ingest.accounts import Plan, Tables, account_sources
from brandops.ingest.checks import refuse_untranslatable
from brandops.ingest.corrections import account_corrections
from brandops.ingest.files import File, Hashes, files_of, find, shown_name
from brandops.ingest.keys import Outcome, finish_table
from brandops.ingest.manifest import Manifest, fingerprint_of_last, load_manifest
from brandops.ingest.parts import Part
from brandops.ingest.publication import locked, prune, publish, recover
from brandops.ingest.remembered import Remembered
from brandops.ingest.stage import open_file, stage_files
from brandops.ingest.staged import Staged, Work
from brandops.ingest.transform import Transform
from brandops.params.sources import Correction, Source, Sources, load_corrections, load_sources
from brandops.paths import data_dir

MEMORY_LIMIT = "2GB"  # the engine's own; with buffers outside it the process stays under 4 GB
Progress = Callable[[str], None]

refuse_untranslatable(TABLES)


@dataclass
class _Run:
    """What one run knows."""

    profile: str
    sources: Sources
    corrections: list[Correction]
    cache: Path
    scratch: Path
    con: duckdb.DuckDBPyConnection
    progress: Progress
    transforms: dict[str, Transform] = field(default_factory=dict)

    def corrections_of(self, source: Source) -> list[Correction]:
        return [correction for correction in self.corrections if correction.table == source.table]


def ingest(profile: str, *, only: list[str] | None = None, progress: Progress | None = None) -> Manifest:
    """Bring a profile's exports into its warehouse.

    Parameters
    ----------
    profile
        Folder under `params/`.
    only
        Names of sources to look at; the other sources' files stay as the last run found them.
    progress
        Called with one line per step.

    Returns
    -------
    Manifest
        Also written to `data/<profile>/warehouse/manifest.json`.

    Raises
    ------
    UserError
        Parameters, files or SQL at fault, or a correction whose guard fails; the warehouse then stays as it was.
    """
    sources, corrections = load_sources(profile), load_corrections(profile)
    unknown = set(only or ()) - {source.name for source in sources.sources}
    if unknown:
        raise UserError(f"{profile}: no source {', '.join(sorted(unknown))} in sources.yml")
    cache = data_dir(profile) / ".cache" / "ingest"
    cache.mkdir(parents=True, exist_ok=True)
    with locked(cache / "lock"):
        recover(profile, cache)
        scratch = cache / "scratch"
        scratch.mkdir()
        con = _connect(scratch)
        try:
            run = _Run(profile, sources, corrections, cache, scratch, con, progress or (lambda line: None))
            return _ingest(run, only)
        finally:
            con.close()
            shutil.rmtree(scratch, ignore_errors=True)


def _connect(scratch: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(scratch / "spill")})
    con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return con


# ---- planning: which files, and which of them are staged already ------------------------------------------------------


def _ingest(run: _Run, only: list[str] | None) -> Manifest:
    hashes = Hashes(run.cache / "hashes.json")
    plan = _plan(run, only, hashes)
    hashes.save()
    keys = {(s.name, f.shown): _stage_key(run, s, f, hashes) for s, files_ in plan for f in files_}
    declared = [correction.model_dump_json() for correction in run.corrections]
    listed = [f"{source} {shown} {key}" for (source, shown), key in keys.items()]
    fingerprint = _digest(
        *listed, *declared, json.dumps([[s.name, s.table, s.owner, s.fresh_within_days] for s in run.sources.sources])
    )
    if fingerprint_of_last(run.profile) == fingerprint:
        run.progress("ingest: nothing changed")
        return load_manifest(run.profile)
    staged = _stage_all(run, plan, keys)
    tables = _finish_all(run, plan, keys, staged)
    found = account_corrections(run.con, run.corrections, plan, staged)
    by_file = {(s.name, f.shown): staged[keys[s.name, f.shown]] for s, files_ in plan for f in files_}
    accounts = account_sources(plan, by_file, tables)
    manifest = Manifest(run.profile, run.sources.time_zone, fingerprint, accounts, found)
    publish(run.con, run.scratch, run.cache, plan, by_file, tables, manifest)
    outcomes = [outcome for outcome, _ in tables.values()]
    written = {key for outcome in outcomes for key in outcome.written}
    prune(run.cache, {"staged": set(keys.values()), "tables": {each.folder.name for each in outcomes}, "written": written})
    return manifest


def _plan(run: _Run, only: list[str] | None, hashes: Hashes) -> Plan:
    """Files of every source; all faults are reported together, before anything is read."""
    plan, faults = [], []
    for source in run.sources.sources:
        try:
            plan.append((source, _files(run, source, hashes, only)))
        except UserError as error:
            faults.append(str(error))
    if faults:
        raise UserError("\n".join(faults))
    return plan


def _files(run: _Run, source: Source, hashes: Hashes, only: list[str] | None) -> list[File]:
    remembered = run.cache / "files" / f"{source.name}.json"
    # Where a database of the environment lies is not written down: its address is asked for anew.
    secret = source.kind == "sql" and not source.url.startswith("sqlite:")
    skipped = only is not None and source.name not in only and remembered.exists() and not secret
    paths = [path for path in map(Path, json.loads(remembered.read_text())) if path.exists()] if skipped else []
    if not paths and source.kind == "sql":
        path = databases.sqlite_path(source, run.profile)
        if path is None:
            target = run.scratch / f"{source.name}.parquet"
            databases.stage(run.con, source, run.profile, target)
            return [File(target, f"{source.name} (database)", hashes.of(target))]
        paths = [path]
    elif not paths:
        paths = find(source.path, run.profile, source.name)
    remembered.parent.mkdir(exist_ok=True)
    if not secret:
        remembered.write_text(json.dumps([str(path) for path in paths]))
    if source.kind == "sql":
        content = _digest(hashes.of(paths[0]), source.query)
        return [File(paths[0], shown_name(paths[0], run.profile), content)]
    return files_of(source, paths, run.profile, hashes)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


@cache
def _code() -> str:
    """Fingerprint of the code a staged file depends on."""
    folders = [Path(__file__).parent, Path(brandops.contract.__file__).parent, Path(brandops.params.__file__).parent]
    sources = [path.read_text(encoding="utf-8") for folder in folders[:2] for path in sorted(folder.glob("*.py"))]
    return _digest(duckdb.__version__, *sources, (folders[2] / "sources.py").read_text(encoding="utf-8"))


def _stage_key(run: _Run, source: Source, file: File, hashes: Hashes) -> str:
    """Everything a staged file follows from."""
    declaration = source.model_dump_json(exclude={"owner", "path", "on_orphan", "fresh_within_days"})
    inputs = [hashes.of(path) for pattern in source.inputs.values() for path in find(pattern, run.profile, source.name)]
    corrections = [correction.model_dump_json() for correction in run.corrections_of(source)]
    versions = f"{file.shown} {file.known_from} {file.known_to} {file.same_as}"
    context = json.dumps([run.sources.time_zone, run.sources.parameters], default=str, sort_keys=True)
    return _digest(_code(), file.hash, declaration, versions, context, *inputs, *corrections)


# ---- files, then tables -----------------------------------------------------------------------------------------------


def _stage_all(run: _Run, plan: Plan, keys: dict[tuple[str, str], str]) -> dict[str, Staged]:
    staged: dict[str, Staged] = {}
    for source, files_ in plan:
        own = {file.shown: keys[source.name, file.shown] for file in files_}
        found = {shown: Staged.load(run.cache / "staged" / key) for shown, key in own.items()}
        fresh = [file for file in files_ if found[file.shown] is None]
        found |= _stage_fresh(run, source, {own[file.shown]: file for file in fresh})
        staged |= {own[file.shown]: found[file.shown] for file in files_}
        total = sum(account.rows_in for account in found.values())
        run.progress(f"ingest: {source.name}: {len(files_)} files ({len(fresh)} new), {total:,} rows")
    return staged


def _stage_fresh(run: _Run, source: Source, fresh: dict[str, File]) -> dict[str, Staged]:
    """Stage the files (by key) and move each into the cache; gives them by shown name."""
    keys = {file.shown: key for key, file in fresh.items()}
    works = [Work(file, run.scratch / f"staging-{key[:16]}", run.scratch / key[:16]) for key, file in fresh.items()]
    found: dict[str, Staged] = {}
    for work, staged, transform in stage_files(run.con, run.sources, source, run.profile, works, run.corrections_of(source)):
        key = keys[work.file.shown]
        target = run.cache / "staged" / key
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(exist_ok=True)
        work.folder.rename(target)
        staged.folder = target
        run.transforms[key], found[work.file.shown] = transform, staged
    return found


def _finish_all(run: _Run, plan: Plan, keys: dict[tuple[str, str], str], staged: dict[str, Staged]) -> Tables:
    """Finish every supplied table, those referred to before those that refer."""
    supplied = run.sources.tables()
    graph = {
        table: {other for other, _ in TABLES[table].references.values() if other in supplied and other != table}
        for table in supplied
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise AssertionError(f"the contract's references form a circle: {error.args[1]}") from None
    finished: Tables = {}
    marks: dict[str, str] = {}
    for table in order:
        parts, account = [], []
        for source, files_ in plan:
            for file in files_ if source.table == table else []:
                key = keys[source.name, file.shown]
                account.append(f"{key} {json.dumps(source.on_orphan, sort_keys=True)}")
                if file.same_as is None:
                    # Content that comes back into force has a file of its own for each time.
                    again = f"-{file.known_from:%Y%m%d}" if file.known_from else ""
                    stem = f"{source.name}-{file.hash[:16]}{again}"
                    for spell in range(len(staged[key].spells)):
                        target = f"{stem}-{spell}s.parquet" if spell else f"{stem}.parquet"
                        parts.append(Part(source, file, staged[key], target, spell))
        marks[table] = _digest(_code(), *account, *(marks[other] for other in sorted(graph[table])))
        folder = run.cache / "tables" / marks[table]
        outcome = Outcome.load(folder)
        if outcome is None:
            outcome = _finish_one(run, table, parts, finished, folder, keys)
        finished[table] = outcome, parts
    return finished


def _finish_one(
    run: _Run, table: str, parts: list[Part], finished: Tables, folder: Path,
    keys: dict[tuple[str, str], str],
) -> Outcome:  # fmt: skip
    def transform_of(part: Part) -> Transform:
        key = keys[part.source.name, part.file.shown]
        if key not in run.transforms:
            raw = open_file(run.con, run.sources, part.source, run.profile, part.file, run.scratch / key[:16])
            run.transforms[key] = Transform(run.con, run.sources, part.source, part.file.shown, [raw.relation])
        return run.transforms[key]

    referenced = {other: outcome.paths for other, (outcome, others) in finished.items() if others}
    referenced[table] = [part.rows for part in parts]
    building = run.scratch / "table"
    shutil.rmtree(building, ignore_errors=True)
    earlier = Remembered.of(table, (run.cache / "tables").glob("*"))
    outcome = finish_table(run.con, table, parts, referenced, building, transform_of, run.cache / "written", earlier)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    building.rename(folder)
    outcome.folder = folder
    run.progress(f"ingest: {table}: {outcome.loaded:,} rows loaded")
    return outcome
