"""The project on the demo brand's small world: built as a user builds it, in a folder of the tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCALE = "0.05"  # 15,000 order lines: every table is there, and the report takes seconds
LANGUAGES = {"en": "2025Q4", "zh": "2025Q4.zh"}


def make_report(root: Path, *options: str) -> None:
    """Run the pipeline's `report` on the project in `root`; its words on a failure."""
    environment = os.environ | {"BRANDOPS_ROOT": str(root), "BRANDOPS_NO_QUARTO_INSTALL": "1", "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "brandops.pipeline", "report", "--period", "2025Q4", "--scale", SCALE, *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=root, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def build(root: Path) -> None:
    """Copy the project to `root` and make its reports."""
    shutil.rmtree(root, ignore_errors=True)
    for folder in ("params", "notebooks"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copy(ROOT / "requirements.lock", root)
    for language in LANGUAGES:
        make_report(root, "--language", language)
