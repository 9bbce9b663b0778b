"""Closing a period: its inputs, code, parameters and results are frozen, so that it can be rebuilt and shown unchanged.

`data/<profile>/closed/objects/` holds files under the digest of their content, each once; `<report>.json` beside it says
which file lay where. Frozen are the warehouse (what the sources gave: a database cannot be asked again for the past),
parameters, notebooks, code, the lock of packages, and the report's results, tables and pages. `restatements.json` is the
log of later runs of a closed report that came out otherwise.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from brandops import paths
from brandops.errors import UserError
from brandops.pipeline.compare import CLOSED, Comparison, Side, compare, read_results
from brandops.pipeline.fingerprint import Fingerprints, read_json, write_atomically
from brandops.pipeline.publish import RECORD
from brandops.pipeline.stages import FROZEN

PIPELINE = (sys.executable, "-m", "brandops.pipeline")
_SHOWN = 10  # files named in a message
_OUTPUTS = ("results", "tables", "html")
_NOT_CODE = ("__pycache__", ".ipynb_checkpoints")


def closed_folder(profile: str) -> Path:
    """Where a profile's closed reports lie."""
    return paths.data_dir(profile) / "closed"


def close_report(profile: str, name: str) -> tuple[Path, bool]:
    """Freeze the published report `name`; returns its record and whether anything was written.

    Raises
    ------
    UserError
        The report is not published, or is closed with other results (`reopen` it first).
    """
    report = paths.reports_dir(profile) / name
    if not (report / RECORD).is_file():
        raise UserError(f"reports/{profile}/{name}: not built; run make report first")
    prints, path = Fingerprints(), closed_folder(profile) / f"{name}.json"
    files = _inputs(profile, prints)
    outputs = {part: prints.tree(report / part) for part in _OUTPUTS}
    record = {"profile": profile, "report": name, "build": read_json(report / RECORD), "inputs": files, "outputs": outputs}
    before = read_json(path)
    if before == record:
        return path, False
    if before and before["outputs"]["results"] != outputs["results"]:
        raise UserError(
            f"{profile} {name} is closed with other results; see make compare A={name}{CLOSED} B={name}, "
            f"and close it anew with RESTATE=1"
        )
    objects = closed_folder(profile) / "objects"
    for relative, digest in files.items():
        _keep(paths.root() / relative, objects / digest)
    for part in _OUTPUTS:
        for relative, digest in outputs[part].items():
            _keep(report / part / relative, objects / digest)
    write_atomically(path, json.dumps(record, indent=1, sort_keys=True) + "\n")
    prints.save()
    return path, True


def closed_side(profile: str, name: str) -> Side:
    """A closed report's frozen results.

    Raises
    ------
    UserError
        It is not closed, or a frozen file is missing or was altered.
    """
    record = _record(profile, name)
    with tempfile.TemporaryDirectory(prefix="brandops-closed-") as scratch:
        _restore(profile, record["outputs"]["results"], Path(scratch))
        return Side(f"{name}{CLOSED}", read_results(Path(scratch)), about(record["build"]))


def report_side(profile: str, name: str) -> Side:
    """A published report's results."""
    folder = paths.reports_dir(profile) / name
    return Side(name, read_results(folder / "results"), about(read_json(folder / RECORD)))


def about(build: dict[str, Any]) -> dict[str, Any]:
    """What a report was made of, from its build record."""
    return build.get("render", {}).get("about", {})


def restated(profile: str, name: str, results: Path, made_of: dict[str, Any]) -> Comparison | None:
    """How results that are about to be published differ from those the report was closed with; None where not at all."""
    path = closed_folder(profile) / f"{name}.json"
    if not path.is_file():
        return None
    if read_json(path).get("outputs", {}).get("results") == Fingerprints().tree(results):
        return None
    return compare(closed_side(profile, name), Side(name, read_results(results), made_of))


def log_restatement(profile: str, name: str, comparison: Comparison) -> Path:
    """Add a restatement to the log, unless the last entry of this report says the same."""
    path = closed_folder(profile) / "restatements.json"
    entries = read_json(path).get("entries", [])
    entry = {"report": name, **json.loads(comparison.as_json())}
    last = next((one for one in reversed(entries) if one["report"] == name), None)
    if last != entry:
        write_atomically(path, json.dumps({"entries": [*entries, entry]}, ensure_ascii=False, indent=1) + "\n")
    return path


def reopen(profile: str, name: str) -> Path | None:
    """Set a closed report's record aside, for it to be closed anew; returns where it lies now."""
    path = closed_folder(profile) / f"{name}.json"
    if not path.is_file():
        return None
    aside = path.with_name(f".{name}.before")
    path.replace(aside)
    return aside


def verify_report(profile: str, name: str) -> int:
    """Rebuild a closed report from what was frozen, in a folder of its own; returns the number of files that are the same.

    Raises
    ------
    UserError
        It is not closed, a frozen file was altered, the rebuild failed, or a file came out otherwise.
    """
    record = _record(profile, name)
    with tempfile.TemporaryDirectory(prefix="brandops-verify-") as scratch:
        root = Path(scratch)
        _restore(profile, record["inputs"], root)
        (root / "reports").mkdir()
        _rebuild(record, root)
        built = root / "reports" / profile / name
        prints = Fingerprints(root / ".cache" / "fingerprints.json")
        found = {f"{part}/{file}": digest for part in _OUTPUTS for file, digest in prints.tree(built / part).items()}
    kept = {f"{part}/{file}": digest for part in _OUTPUTS for file, digest in record["outputs"][part].items()}
    differing = sorted(file for file in {*kept, *found} if kept.get(file) != found.get(file))
    if differing:
        more = f" and {len(differing) - _SHOWN} more" if len(differing) > _SHOWN else ""
        raise UserError(
            f"{profile} {name}: {len(differing)} of {len(kept)} files of the closed report come out otherwise: "
            f"{', '.join(differing[:_SHOWN])}{more}"
        )
    return len(kept)


def _rebuild(record: dict[str, Any], root: Path) -> None:
    build = record["build"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BRANDOPS_", "MAKE", "MFLAGS"))}
    environment |= {
        "BRANDOPS_ROOT": str(root),
        "PYTHONPATH": str(root / "src"),
        "BRANDOPS_RENDERER": build["render"].get("renderer") or "auto",
        FROZEN: "1",
    }
    given = shlex.join(f"{key}={value}" for key, value in build["set"].items())
    command = [
        *PIPELINE, "report", "--profile", build["profile"], "--period", build["period"],
        "--language", build["language"], "--as-of", build["as_of"] if "@" in record["report"] else "", "--set", given,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)  # fmt: skip
    if done.returncode:
        raise UserError(f"rebuilding {build['profile']} {record['report']} failed:\n{done.stderr.strip()[-4000:]}")


def _inputs(profile: str, prints: Fingerprints) -> dict[str, str]:
    """What a report is made of, relative to the project folder: path to digest."""
    root = paths.root()
    folders = [
        paths.data_dir(profile) / "warehouse", paths.data_dir(profile) / "quarantine", paths.params_dir(profile),
        root / "notebooks", Path(__file__).resolve().parents[2],
    ]  # fmt: skip
    found: dict[str, str] = {}
    for folder in folders:
        inside = "src" if folder.name == "src" else folder.relative_to(root).as_posix()
        tree = prints.tree(folder, skip=(*_NOT_CODE, *(name.name for name in folder.glob("*.egg-info"))))
        found |= {f"{inside}/{file}": digest for file, digest in tree.items()}
    for file in ("params/_brand.yml", "requirements.lock"):
        found[file] = prints.file(root / file)
    return dict(sorted(found.items()))


def _record(profile: str, name: str) -> dict[str, Any]:
    path = closed_folder(profile) / f"{name}.json"
    if not path.is_file():
        closed = sorted(found.stem for found in closed_folder(profile).glob("*.json") if found.stem != "restatements")
        raise UserError(f"{profile} {name}: not closed; closed are: {', '.join(closed) or 'none'}")
    return read_json(path)


def _keep(source: Path, target: Path) -> None:
    """Copy a file among the frozen ones, once."""
    if target.exists():
        return
    if source.is_relative_to(paths.root() / "src") and not source.exists():
        source = Path(__file__).resolve().parents[2] / source.relative_to(paths.root() / "src")
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(source, scratch)
    scratch.chmod(0o444)
    scratch.replace(target)


def _restore(profile: str, files: dict[str, str], folder: Path) -> None:
    """Lay frozen files out under `folder`, checking each against its digest."""
    prints = Fingerprints()
    for relative, digest in files.items():
        source = closed_folder(profile) / "objects" / digest
        if prints.file(source) != digest:
            raise UserError(f"{source}: the frozen copy of {relative} is missing or was altered")
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
