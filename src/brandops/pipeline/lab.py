"""`make lab`: JupyterLab on the notebooks, with the project's kernel."""

import os
import sys

from brandops import paths


def open_lab() -> None:
    """Become JupyterLab; does not return."""
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    folder = paths.root() / "notebooks"
    arguments = ["-m", "jupyterlab", f"--notebook-dir={folder}", "--MultiKernelManager.default_kernel_name=brandops"]
    os.execve(sys.executable, [sys.executable, *arguments], environment)
