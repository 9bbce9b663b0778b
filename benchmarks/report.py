"""`make report` against the same notebooks run one by one with the papermill command.

    python benchmarks/report.py [PROFILE] [PERIOD]      (REPEATS=3 in the environment: how often)

Data and marts are brought up to date first and belong to neither side. Then, in every repetition, one after the other:
the notebooks one by one with papermill, each started anew, as a shell loop would; their execution by the pipeline,
everything but the pages (from the start of its process to the published notebooks, results and tables), with forked and
with plain kernels; the whole report; the report again with nothing to do; and again after one notebook was edited. Ratios
are of one repetition's times, so that a machine that slows down slows both sides. It takes whatever `notebooks/`
holds and works in a scratch project beside which nothing is touched.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from brandops import paths
from brandops.errors import UserError
from brandops.periods import Grain, latest_complete
from brandops.pipeline.console import Console
from brandops.pipeline.environment import KERNEL_ENVIRONMENT
from brandops.warehouse import latest_day

EXECUTE = "--execute"
LINES = (
    ("papermill", "one by one with papermill", None),
    ("forked", "execution, forked kernels", "papermill"),
    ("plain", "execution, plain kernels", "papermill"),
    ("whole", "whole make report", "papermill"),
    ("edited", "make report, one notebook edited", "whole"),
    ("nothing", "make report, nothing to do", "whole"),
)


def main(arguments: list[str]) -> int:
    """Measure and print; returns 1 where a run failed."""
    if arguments[:1] == [EXECUTE]:
        return execute(*arguments[1:])
    profile = arguments[0] if arguments else os.environ.get("PROFILE") or "demo"
    period = arguments[1] if len(arguments) > 1 else os.environ.get("PERIOD") or ""
    run([sys.executable, "-m", "brandops.pipeline", "data"], os.environ | {"PROFILE": profile, "PERIOD": period})
    period = period or str(latest_complete(Grain.QUARTER, latest_day(profile)))
    with tempfile.TemporaryDirectory(prefix="brandops-bench-") as scratch:
        root = scratch_project(Path(scratch), profile)
        notebooks = sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
        if not notebooks:
            print("notebooks/ holds no notebook: nothing to measure")
            return 0
        repeats = int(os.environ.get("REPEATS", "3"))
        measured = [repetition(root, notebooks, profile, period, number) for number in range(repeats)]
    print(f"report of {profile} {period}, {len(notebooks)} notebooks, {os.cpu_count()} processors, {repeats} repetitions")
    print(f"{'':36}{'seconds: median (least - most)':>34}   ratio: median (least - most)")
    for name, words, against in LINES:
        seconds = [found[name] for found in measured]
        ratios = [found[name] / found[against] for found in measured] if against else []
        told = f"{spread(ratios, 3)} of {against}" if against else ""
        print(f"  {words:34}{spread(seconds, 2):>34}   {told}")
    return 0


def repetition(root: Path, notebooks: list[Path], profile: str, period: str, number: int) -> dict[str, float]:
    """Seconds of every way, each from an empty folder of reports."""
    environment = os.environ | {"BRANDOPS_ROOT": str(root), "PROFILE": profile, "PERIOD": period}
    pipeline = [sys.executable, "-m", "brandops.pipeline", "report"]
    found = {"papermill": one_by_one(notebooks, root, profile, period)}
    for kernels in ("forked", "plain"):
        shutil.rmtree(root / "reports", ignore_errors=True)
        own = [sys.executable, __file__, EXECUTE, profile, period]
        found[kernels] = run(own, environment | {"BRANDOPS_KERNELS": kernels})
    shutil.rmtree(root / "reports")
    shutil.rmtree(root / ".cache" / "pages", ignore_errors=True)
    found["whole"] = run(pipeline, environment)
    run(pipeline, environment)  # digests of files are remembered once they are two seconds old
    found["nothing"] = run(pipeline, environment)
    edit(next(path for path in reversed(notebooks) if not reads_results(path)), number)
    found["edited"] = run(pipeline, environment)
    return found


def execute(profile: str, period: str) -> int:
    """Build a report but for its pages, in this process."""
    from brandops.pipeline.__main__ import _parallel
    from brandops.pipeline.report import Request, report
    from brandops.pipeline.stages import Rooms

    def no_pages(folder: Path, **_about: object) -> None:
        (folder / "html").mkdir()

    rooms = replace(Rooms.standard(), render=no_pages, summarise=lambda _results: {})
    report(Request(profile, period, jobs=_parallel(os.environ.get("JOBS", ""))), Console(), rooms)
    return 0


def scratch_project(root: Path, profile: str) -> Path:
    """A project that shares the data and has its own notebooks and reports."""
    own = paths.root()
    for name in ("notebooks", "params"):
        shutil.copytree(own / name, root / name, ignore=shutil.ignore_patterns(".*"))
    shutil.copy(own / "requirements.lock", root)
    (root / "data").mkdir()
    (root / "data" / profile).symlink_to(own / "data" / profile)
    (root / ".cache").mkdir()
    for file in (own / ".cache").glob("vega-*"):
        shutil.copy(file, root / ".cache")
    return root


def one_by_one(notebooks: list[Path], root: Path, profile: str, period: str) -> float:
    """Seconds of all notebooks with the papermill command; those that read others' results last."""
    papermill = [sys.executable, "-m", "papermill", "--no-progress-bar", "--log-level", "ERROR", "--kernel", "python3"]
    given = ["-p", "profile", profile, "-r", "period", period]
    with tempfile.TemporaryDirectory(prefix="brandops-bench-") as folder:
        environment = os.environ | KERNEL_ENVIRONMENT | {"BRANDOPS_BUILD": folder, "BRANDOPS_ROOT": str(root)}
        return sum(
            run([*papermill, str(path), str(Path(folder, path.name)), "--cwd", folder, *given], environment)
            for path in sorted(notebooks, key=reads_results)
        )


def reads_results(path: Path) -> bool:
    """Whether a notebook runs after the others."""
    return bool(re.search(r'"reads_results": *true', path.read_text(encoding="utf-8")))


def edit(path: Path, number: int) -> None:
    """Change a notebook where its figures do not change: what stands in its last cell's first line."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][-1]["source"] = ["# edited: ", f"{number}\n", *notebook["cells"][-1]["source"]]
    path.write_text(json.dumps(notebook), encoding="utf-8")


def spread(values: list[float], digits: int) -> str:
    """Median with the least and the most."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} - {max(values):.{digits}f})"


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
