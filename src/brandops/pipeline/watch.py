"""`make watch`: what changes is rebuilt, and the page that is open in a browser shows it.

Each change (a notebook, parameters, code, raw data) starts `report` anew as a process of its own, so that code is read
afresh and a failure ends nothing; digests decide there what is stale. A server on this machine shows the published
pages and tells those that are open to load again; the line of script that listens is added while a page is sent
(`brandops.pipeline.serve`), so that published files know nothing of it.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from watchfiles import Change, watch

from brandops import paths
from brandops.errors import UserError
from brandops.pipeline.console import Console
from brandops.pipeline.fingerprint import resolve
from brandops.pipeline.publish import RECORD
from brandops.pipeline.serve import Server
from brandops.pipeline.stages import locations

# A profile's built folders lie beside its raw data; a build must not start the next.
_BUILT = {"warehouse", "quarantine", "marts", "stream"}
_GLOB = re.compile(r"[*?\[]")
_LOOK_EVERY_MS = 500


def keep_watch(profile: str, options: Iterable[str], port: int, console: Console) -> None:
    """Build the report, serve it, and rebuild it at every change until interrupted.

    Parameters
    ----------
    options
        Those of the `report` command.
    port
        Port of this machine to serve at; 0: any that is free.

    Raises
    ------
    UserError
        The port is taken.
    """
    server = Server(paths.root() / "reports", port)
    try:
        for _ in changes(profile):
            page, error = build(options)
            if error:
                server.failed(error)
                console.note("the report stays as it was; watching goes on")
            elif page:
                server.show(_stamp(page))
                console.title(f"{server.address}/{page.relative_to(paths.root() / 'reports').as_posix()}: watching for changes")
    finally:
        server.close()


def changes(profile: str) -> Iterator[set[Path]]:
    """What changed, time after time; at first, nothing: the report is to be built. Ends when interrupted."""
    first, root = True, paths.root().resolve()
    found = watch(*watched(profile), watch_filter=lambda change, path: counts(change, Path(path), root, profile),
                  yield_on_timeout=True, rust_timeout=_LOOK_EVERY_MS)  # fmt: skip
    for changed in found:
        if first or changed:
            first = False
            yield {Path(path) for _change, path in changed}


def watched(profile: str) -> list[Path]:
    """Folders to watch: notebooks, parameters, code, the profile's data, and where else its sources lie."""
    root = paths.root().resolve()
    folders = [root / "notebooks", root / "params", Path(__file__).resolve().parents[1], root / "data" / profile]
    folders[-1].mkdir(parents=True, exist_ok=True)
    try:
        patterns = locations(profile)["patterns"]
    except UserError:
        patterns = []  # the build says what is wrong with the sources
    outside = [Path(_GLOB.split(place)[0]) for pattern in patterns if (place := resolve(pattern, paths.data_dir(profile)))]
    outside = [(place if place.is_dir() else place.parent).resolve() for place in outside]
    folders += [place for place in outside if place.is_dir() and not place.is_relative_to(root)]
    return sorted({folder for folder in folders if folder.is_dir()})


def counts(_change: Change, path: Path, root: Path, profile: str) -> bool:
    """Whether a change of `path` may change the report: not of caches, hidden files, what a build writes, other profiles."""
    parts = path.relative_to(root).parts if path.is_relative_to(root) else path.parts[-1:]
    if any(part.startswith(".") or part == "__pycache__" or part.endswith("~") for part in parts):
        return False
    if parts[:2] == ("data", profile):
        return len(parts) > 2 and parts[2] not in _BUILT
    return parts[0] != "params" or len(parts) < 3 or parts[1] == profile


def build(options: Iterable[str]) -> tuple[Path | None, str]:
    """Run the report command, its progress on this terminal; returns the first page, or what went wrong."""
    # As this process was started, with another command.
    start = sys.orig_argv[1 : sys.orig_argv.index("watch")]
    command = [sys.executable, *start, "report", *options]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    lines = []
    for line in run.stderr:
        sys.stderr.write(line)
        sys.stderr.flush()
        lines.append(line)
    out = run.stdout.read().strip()
    if run.wait():
        words = "".join(lines)
        return None, words[max(words.rfind("error: "), 0) :].strip() or f"the build ended with status {run.returncode}"
    return (Path.cwd() / out.splitlines()[-1]).resolve() if out else None, ""


def _stamp(page: Path) -> str:
    """What differs between two publications of a report and stays where nothing was published."""
    record = page.parents[1] / RECORD
    found = record.stat() if record.exists() else os.stat_result((0,) * 10)
    return f"{found.st_ino}-{found.st_mtime_ns}"
