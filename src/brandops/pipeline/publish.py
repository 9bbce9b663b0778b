"""A report is built in a scratch folder and appears by one rename; whatever ends the run, the last good one stays."""

import ctypes
import html
import os
import shutil
import sys
from pathlib import Path

from brandops import paths
from brandops.pipeline.fingerprint import read_json, write_atomically

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


def reports(profile: str) -> dict[str, dict]:
    """Published reports of a profile by name, oldest knowledge first."""
    found = {}
    for record in paths.reports_dir(profile).glob(f"*/{RECORD}"):
        if not record.parent.name.startswith("."):
            found[record.parent.name] = read_json(record)
    return dict(sorted(found.items(), key=lambda item: (item[1].get("as_of", ""), item[1].get("days", 0), item[0])))


def write_indexes(profile: str) -> None:
    """Write `reports/<profile>/latest.html`, a redirect to the latest report, and `reports/index.html`, all of them."""
    own = reports(profile)
    preferred = [name for name, record in own.items() if record.get("language") == "en"] or list(own)
    if preferred:
        target = f"{preferred[-1]}/html/index.html"
        _write(paths.reports_dir(profile) / "latest.html", _redirect(target))
    folder = paths.reports_dir(profile).parent
    rows = []
    for name in sorted(path.name for path in folder.iterdir() if path.is_dir()):
        rows += [(name, report, record) for report, record in reversed(reports(name).items())]
    _write(folder / "index.html", _listing(rows))


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)


def _redirect(target: str) -> str:
    href = html.escape(target, quote=True)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Latest report</title>'
        f'<meta http-equiv="refresh" content="0; url={href}"><p><a href="{href}">Latest report</a></p></html>\n'
    )


def _listing(rows: list[tuple[str, str, dict]]) -> str:
    lines = [
        f'<tr><td>{html.escape(profile)}</td><td><a href="{html.escape(f"{profile}/{report}/html/index.html", True)}">'
        f"{html.escape(report)}</a></td><td>{html.escape(record.get('as_of', ''))}</td>"
        f"<td>{html.escape(record.get('language', ''))}</td></tr>"
        for profile, report, record in rows
    ]
    style = (
        "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:48rem;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%}"
        "th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #ccc}"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Reports</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head>\n'
        "<body><h1>Reports</h1><table><thead><tr><th>Profile</th><th>Report</th><th>As of</th><th>Language</th></tr>"
        "</thead>\n<tbody>\n" + "\n".join(lines) + "\n</tbody></table></body></html>\n"
    )


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders' names in one step; False where the system cannot."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    return rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0
