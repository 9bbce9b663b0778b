"""Two runs on the same inputs give the same bytes: results, tables and pages."""

import hashlib
import shutil
from pathlib import Path

from small_world import make_report


def digests(report: Path) -> dict[str, str]:
    kept = [file for file in report.rglob("*") if file.is_file() and file.parent.name in ("results", "tables", "html", "assets")]
    return {str(file.relative_to(report)): hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(kept)}


def test_a_report_built_again_from_its_marts_is_the_same_to_the_byte(project, reports, tmp_path):
    again = tmp_path / "again"
    shutil.copytree(project, again, ignore=shutil.ignore_patterns("reports"))
    make_report(again)
    first, second = digests(reports["en"]), digests(again / "reports" / "demo" / "2025Q4")
    assert len(first) > 100 and first == second
