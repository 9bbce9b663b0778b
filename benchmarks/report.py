"""`make report` against the same notebooks run one by one with the papermill command, and with nothing to do.

    python benchmarks/report.py [PROFILE] [PERIOD]

Everything is measured in one run on one machine, so that the ratios mean something: data and marts are brought up to
date first and belong to neither side; then the notebooks one by one with papermill, each into a folder of its own, as a
shell loop would; then the whole report (notebooks in parallel, checks, pages, publishing); then the report again with
nothing to do, five times, the median counting. It takes whatever `notebooks/` holds and works in a copy of the report's
folder: published reports are put back as they were.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from brandops import paths
from brandops.errors import UserError
from brandops.periods import Grain, latest_complete
from brandops.pipeline.environment import KERNEL_ENVIRONMENT
from brandops.warehouse import latest_day

NOTHING_TO_DO = 5


def main(arguments: list[str]) -> int:
    """Measure and print; returns 1 where a run failed."""
    profile = arguments[0] if arguments else os.environ.get("PROFILE") or "demo"
    period = arguments[1] if len(arguments) > 1 else os.environ.get("PERIOD") or ""
    notebooks = sorted((paths.root() / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if not notebooks:
        print("notebooks/ holds no notebook: nothing to measure")
        return 0
    pipeline = [sys.executable, "-m", "brandops.pipeline"]
    environment = os.environ | {"PROFILE": profile, "PERIOD": period}
    run([*pipeline, "data"], environment)
    if not period:
        period = str(latest_complete(Grain.QUARTER, latest_day(profile)))
        environment["PERIOD"] = period
    reports = paths.reports_dir(profile)
    aside = reports.with_name(f".bench-{profile}")
    with tempfile.TemporaryDirectory(prefix="brandops-bench-") as scratch:
        alone = sum(one_by_one(notebooks, Path(scratch), profile, period))
    if reports.exists():
        reports.rename(aside)
    try:
        whole = run([*pipeline, "report"], environment)
        again = [run([*pipeline, "report"], environment) for _ in range(NOTHING_TO_DO)]
    finally:
        shutil.rmtree(reports, ignore_errors=True)
        if aside.exists():
            aside.rename(reports)
    nothing = statistics.median(again)
    print(f"report of {profile} {period}, {len(notebooks)} notebooks")
    print(f"  one by one with papermill  {alone:8.1f} s")
    print(f"  whole make report          {whole:8.1f} s   {whole / alone:6.2f} of one by one")
    print(f"  make report, nothing to do {nothing:8.2f} s   {nothing / whole:6.3f} of the whole")
    return 0


def one_by_one(notebooks: list[Path], folder: Path, profile: str, period: str) -> list[float]:
    """Seconds of each notebook with the papermill command; those that read others' results last."""
    papermill = [sys.executable, "-m", "papermill", "--no-progress-bar", "--log-level", "ERROR", "--kernel", "python3"]
    environment = os.environ | KERNEL_ENVIRONMENT | {"BRANDOPS_BUILD": str(folder)}
    ordered = sorted(notebooks, key=lambda path: bool(re.search(r'"reads_results": *true', path.read_text("utf-8"))))
    given = ["-p", "profile", profile, "-r", "period", period]
    return [run([*papermill, str(path), str(folder / path.name), "--cwd", str(folder), *given], environment) for path in ordered]


def run(command: list[str], environment: dict[str, str]) -> float:
    """Seconds a command takes.

    Raises
    ------
    UserError
        If it fails, with its last words.
    """
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, cwd=paths.root(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"{' '.join(command[1:4])} failed:\n{done.stderr[-2000:]}")
    return time.perf_counter() - start


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except UserError as error:
        sys.exit(f"error: {error}")
