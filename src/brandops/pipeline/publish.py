"""A report is built in a scratch folder and appears by one rename; whatever ends the run, the last good one stays."""

import ctypes
import os
import shutil
import sys
from pathlib import Path

RECORD = ".build.json"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def scratch_folder(report: Path) -> Path:
    """An empty folder beside `report` to build it in; what killed runs left behind is removed first.

    The caller holds the report's lock, so no other run is using a scratch folder of this report.
    """
    recover(report)
    for left in report.parent.glob(f".scratch-{report.name}-*"):
        shutil.rmtree(left)
    folder = report.parent / f".scratch-{report.name}-{os.getpid()}"
    folder.mkdir(parents=True)
    return folder


def recover(report: Path) -> None:
    """Finish or undo what a run killed while publishing left: an old report set aside."""
    aside = report.with_name(f".old-{report.name}")
    if aside.exists():
        if report.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(report)


def publish(scratch: Path, report: Path) -> None:
    """Put `scratch` in the place of `report` by one rename."""
    if not report.exists():
        scratch.rename(report)
        return
    if _exchange(scratch, report):
        shutil.rmtree(scratch)
        return
    # Without an atomic exchange the old report is set aside for a moment; `recover` mends a kill in between.
    aside = report.with_name(f".old-{report.name}")
    report.rename(aside)
    scratch.rename(report)
    shutil.rmtree(aside)


def keep_failed(scratch_notebook: Path, report: Path) -> Path | None:
    """Move a failed run's partial notebook to `.failed/<report>/`; returns its new path, None where there is none."""
    if not scratch_notebook.exists():
        return None
    kept = report.parent / ".failed" / report.name / scratch_notebook.name
    kept.parent.mkdir(parents=True, exist_ok=True)
    scratch_notebook.replace(kept)
    return kept


def forget_failed(report: Path) -> None:
    """Remove the partial notebooks of failed runs of this report."""
    shutil.rmtree(report.parent / ".failed" / report.name, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders' names in one step; False where the system cannot."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    return rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0
