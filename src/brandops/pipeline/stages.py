"""The stages before the notebooks: raw data, warehouse, marts. Each runs only when what it reads has changed.

A stage is recorded in `data/<profile>/.stages.json` with the digest of its inputs and of what it wrote. It is stale
when either differs: new input, new code, or outputs somebody removed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brandops import paths
from brandops.errors import UserError
from brandops.pipeline.console import Console
from brandops.pipeline.fingerprint import Fingerprints, combine, interpreter, read_json, resolve, write_atomically

if TYPE_CHECKING:
    from brandops.params import Plan

FROZEN = "BRANDOPS_FROZEN"  # set while a closed report is rebuilt: the warehouse stays as it was frozen
_ENVIRONMENT_URL = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Rooms:
    """The other rooms' doors, imported when first needed so that a run with nothing to do imports none of them."""

    ingest: Callable[[str], Any]
    build_marts: Callable[..., Any]
    latest_day: Callable[[str], date | None]
    render: Callable[..., Any]
    summarise: Callable[[Path], dict[str, str]]
    first_day: Callable[[str], date | None]

    @classmethod
    def standard(cls) -> "Rooms":
        """The project's own rooms."""

        def ingest(profile: str) -> Any:
            from brandops.ingest import ingest

            return ingest(profile)

        def build_marts(profile: str, plan: "Plan", as_of: date, engine: str) -> Any:
            from brandops.warehouse import build_marts

            return build_marts(profile, plan, as_of, engine=engine)

        def latest_day(profile: str) -> date | None:
            from brandops.warehouse import latest_day

            return latest_day(profile)

        def render(*args: Any, **kwargs: Any) -> Any:
            from brandops.pipeline.render import render

            return render(*args, **kwargs)

        def summarise(results: Path) -> dict[str, str]:
            from brandops.pipeline.shelf import summarise

            return summarise(results)

        def first_day(profile: str) -> date | None:
            from brandops.warehouse import first_day

            return first_day(profile)

        return cls(ingest, build_marts, latest_day, render, summarise, first_day)


class Stages:
    """A profile's stages up to the marts. The caller holds the lock on the profile's data."""

    def __init__(self, profile: str, prints: Fingerprints, console: Console, rooms: Rooms) -> None:
        self.profile, self.prints, self.console, self.rooms = profile, prints, console, rooms
        self.data = paths.data_dir(profile)
        self.marts_built = ""
        self.raw_read: dict[str, str] = {}

    def generate(self, generator: str | None, scale: str) -> None:
        """Have a declared generator make the raw data; a profile without one brings its own.

        Raises
        ------
        UserError
            If `SCALE` is no positive number, or the generator fails.
        """
        if generator is None or os.environ.get(FROZEN):
            return
        if not re.fullmatch(r"\d*\.?\d+", scale) or float(scale) <= 0:
            raise UserError(f"SCALE={scale}: not a positive number")
        key = combine(interpreter(), self._lock(), self.prints.code(generator, f"{generator}.__main__"), float(scale))
        raw = self.data / "raw"
        if self.recorded("data").get("key") == key and raw.is_dir() and any(raw.iterdir()):
            self.console.unchanged("data")
            return
        with self.console.running("data", generator):
            fresh = self.data / f".raw-{os.getpid()}"
            for left in self.data.glob(".raw-*"):
                shutil.rmtree(left)
            fresh.mkdir(parents=True)
            command = [sys.executable, "-m", generator, "--out", str(fresh), "--scale", scale]
            if subprocess.run(command, check=False).returncode:
                raise UserError(f"{generator} failed; its own message is above")
            # A generator writes what goes into the data folder: `raw/`, and notes of its own beside it.
            if raw.exists():
                shutil.rmtree(raw)
            for made in sorted(fresh.iterdir()):
                made.replace(self.data / made.name)
            fresh.rmdir()
        self.record("data", {"key": key})

    def ingest(self) -> None:
        """Bring raw data into the warehouse; a source read from a database is asked every time."""
        if os.environ.get(FROZEN):
            self.console.unchanged("ingest")
            return
        sources = locations(self.profile)
        self.raw_read = raw_files(self.profile, sources["patterns"], self.prints)
        key = combine(
            interpreter(),
            self._lock(),
            self.prints.code("brandops.ingest", "brandops.contract", "brandops.params"),
            [self.prints.file(paths.params_dir(self.profile) / name) for name in ("sources.yml", "corrections.yml")],
            self.raw_read,
        )
        before = self.recorded("ingest")
        if not sources["volatile"] and before.get("key") == key and before.get("out") == self._warehouse():
            self.console.unchanged("ingest")
            return
        with self.console.running("ingest"):
            self.rooms.ingest(self.profile)
        self.record("ingest", {"key": key, "out": self._warehouse()})

    def marts(self, plan: "Plan", as_of: date, engine: str = "duckdb") -> None:
        """Build the marts as known on `as_of`; `marts_built` is their digest.

        Engines give the same rows; asked for another one, the stage builds anew all the same, to show that it does.
        """
        stage = f"marts {as_of}"
        code = self.prints.code("brandops.warehouse", "brandops.contract")
        key = combine(interpreter(), self._lock(), code, plan.model_dump(mode="json"), self._warehouse(), engine)
        before, self.marts_built = self.recorded(stage), self.marts_digest(as_of)
        if before.get("key") == key and before.get("out") == self.marts_built:
            self.console.unchanged("marts")
            return
        with self.console.running("marts", f"as of {as_of}" + ("" if engine == "duckdb" else f", {engine}")):
            self.rooms.build_marts(self.profile, plan, as_of, engine)
        self.marts_built = self.marts_digest(as_of)
        self.record(stage, {"key": key, "out": self.marts_built})

    def marts_digest(self, as_of: date) -> str:
        """Digest of the marts as they lie there."""
        return combine(self.prints.tree(self.data / "marts" / as_of.isoformat()))

    def _warehouse(self) -> str:
        return combine(self.prints.tree(self.data / "warehouse"), self.prints.tree(self.data / "quarantine"))

    def _lock(self) -> str:
        return self.prints.file(paths.root() / "requirements.lock")

    def recorded(self, stage: str) -> dict:
        """What was noted of a stage; empty where nothing was."""
        return read_json(self.data / ".stages.json").get(stage, {})

    def record(self, stage: str, entry: dict) -> None:
        """Note something of a stage, in place of what was noted before."""
        state = read_json(self.data / ".stages.json") | {stage: entry}
        write_atomically(self.data / ".stages.json", json.dumps(dict(sorted(state.items())), indent=1) + "\n")


def locations(profile: str) -> dict[str, Any]:
    """Where the profile's raw files lie, as `sources.yml` writes it; `volatile` where a database is asked too."""
    from brandops.params.sources import load_sources

    patterns, volatile = set(), False
    for source in load_sources(profile).sources:
        patterns.update(value for value in (source.path, *source.inputs.values()) if value)
        if source.url and source.url.startswith("sqlite:"):
            patterns.add(source.url.removeprefix("sqlite:").lstrip("/"))
        elif source.url and _ENVIRONMENT_URL.fullmatch(source.url):
            volatile = True
    return {"patterns": sorted(patterns), "volatile": volatile}


def raw_files(profile: str, patterns: list[str], prints: Fingerprints) -> dict[str, str]:
    """Path to digest of all files the patterns match today.

    Paths in the project are relative to it, so that a moved checkout stays built.
    """
    resolved = [found for pattern in patterns if (found := resolve(pattern, paths.data_dir(profile)))]
    files = prints.files(resolved)
    return {Path(os.path.relpath(path, paths.root())).as_posix(): digest for path, digest in files.items()}
