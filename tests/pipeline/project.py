"""A tiny project in a temporary folder: notebooks that need no library, and rooms of straw behind the pipeline's doors.

Run as a script it is the pipeline's command line on such a project: `python project.py report`.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

from brandops import paths
from brandops.pipeline.report import Request, report
from brandops.pipeline.stages import Rooms

SOURCE = Path(__file__).resolve().parents[2] / "src"
PLAN = "company: Tiny\ncurrency: EUR\ntime_zone: Europe/Berlin\ncell_timeout: 20\n"
BRAND = "color: {palette: {ink: '#123456'}}\n"
SOURCES = "sources:\n- {name: products, table: products, kind: csv, path: 'raw/*.csv', columns: {product_id: product_id}}\n"
PARAMETERS = 'profile: str = "tiny"\nperiod: str = ""\nlanguage: str = "en"\nas_of: str = ""'


def heed_interrupts() -> None:
    """For a child process: interrupts end it, also where the tests themselves run in the background, which ignores them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def close(name: str, **values: str) -> str:
    """The last cell of a notebook: writes its results as `page.close()` does; `values` are expressions."""
    stated = ", ".join(f"{key!r}: {expression}" for key, expression in values.items())
    return (
        f"import json, pathlib\npathlib.Path('results', '{name[:2]}.json').write_text("
        f"json.dumps({{'notebook': '{name}', {stated}}}))"
    )


def notebook(*cells: str, parameters: str | None = PARAMETERS, tags: dict[int, str] | None = None, **facts) -> str:
    """JSON of a notebook: markdown where a cell begins with #, the parameters cell first; `tags` by cell number."""
    texts = ([] if parameters is None else [parameters]) + list(cells)
    written = []
    for number, text in enumerate(texts, start=1):
        own = ["parameters"] if number == 1 and parameters is not None else []
        cell = {"id": f"c{number}", "metadata": {"tags": own + [t for n, t in (tags or {}).items() if n == number]}}
        if text.startswith("#"):
            cell |= {"cell_type": "markdown", "source": text}
        else:
            cell |= {"cell_type": "code", "source": text, "outputs": [], "execution_count": None}
        written.append(cell)
    return json.dumps({"cells": written, "metadata": {"brandops": facts}, "nbformat": 4, "nbformat_minor": 5})


class Project:
    """A project folder with the profile `tiny`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("params/tiny/plan.yml", PLAN)
        self.write("params/tiny/sources.yml", SOURCES)
        self.write("params/_brand.yml", BRAND)
        self.write("requirements.lock", "")
        self.write("data/tiny/raw/products.csv", "product_id\np1\n")

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def notebook(self, name: str, *cells: str, **settings) -> Path:
        """Write a notebook that closes its page after `cells`."""
        return self.write(f"notebooks/{name}.ipynb", notebook(*cells, close(name), **settings))

    def report(self, console, **wanted) -> Path:
        """Build the report in this process."""
        return report(Request("tiny", **({"period": "2025Q4"} | wanted)), console, straw())

    def environment(self, **variables: str) -> dict[str, str]:
        """Variables for the command line on this project."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "LANG")}
        own = {"BRANDOPS_ROOT": str(self.root), "PYTHONPATH": str(SOURCE), "PROFILE": "tiny", "PERIOD": "2025Q4"}
        return kept | own | variables

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen:
        """Start the command line; `variables` are what make hands over."""
        return subprocess.Popen(
            [sys.executable, __file__, *(arguments or ("report",))], cwd=self.root, text=True,
            env=self.environment(**variables), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=heed_interrupts,
        )  # fmt: skip

    def published(self, name: str = "2025Q4") -> dict[str, bytes]:
        """Every file of a published report."""
        folder = self.root / "reports" / "tiny" / name
        return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def straw() -> Rooms:
    """Rooms that copy where the real ones load, build and render."""

    def ingest(profile: str) -> None:
        data = paths.data_dir(profile)
        shutil.rmtree(data / "warehouse", ignore_errors=True)
        shutil.copytree(data / "raw", data / "warehouse")

    def build_marts(profile: str, plan: object, as_of: date, engine: str) -> None:
        data = paths.data_dir(profile)
        folder = data / "marts" / as_of.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "products.txt").write_bytes((data / "warehouse" / "products.csv").read_bytes())

    def latest_day(profile: str) -> date:
        return date(2025, 12, 31)

    def render(folder: Path, **facts) -> str:
        (folder / "html").mkdir()
        parts = [path.read_text() for path in sorted((folder / "results").glob("*.json"))]
        (folder / "html" / "index.html").write_text("\n".join([facts["name"], *facts["notices"], *parts]))
        return "pandoc"

    def first_day(profile: str) -> date:
        return date(2024, 1, 1)

    return Rooms(ingest, build_marts, latest_day, render, lambda results: {"verdict": "", "headline": ""}, first_day)


if __name__ == "__main__":
    from brandops.pipeline.__main__ import main

    Rooms.standard = straw
    # One small notebook a process: loading all the libraries that kernels are forked with would take longer than it all.
    os.environ.setdefault("BRANDOPS_KERNELS", "plain")
    sys.exit(main())
