"""Importing this loads what notebooks load, in the process that kernels are forked off (`brandops.pipeline.forked`).

The process runs no notebook and holds no data: a kernel finds the same modules as one that imported them itself, only
sooner. It must have no thread but its own when it forks, since a child gets none of the others: their locks stay
locked for ever. So what starts threads when imported is told not to (`environment.KERNEL_ENVIRONMENT`) or ends them again,
and they are counted: `THREADS`. `PATH` is where a kernel finds modules: as one started by itself from the same environment.
"""

import gc
import importlib
import os
import pkgutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

# As in `kernels`: this grammar takes seconds to compile and nothing here has an IRI to check.
sys.modules.setdefault("rfc3987_syntax", None)
# What IPython's kernel sets before matplotlib is imported; the module itself looks for the kernel when it is imported.
os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")

# Packages of the project whose modules notebooks import, with all those import.
PACKAGES = ("brandops.params", "brandops.analysis", "brandops.present")
# What notebooks come to need only while they run: imported inside functions, here or by the libraries.
LATER = (
    "brandops.warehouse.load", "duckdb", "ibis", "pyarrow.dataset", "pyarrow.pandas_compat", "matplotlib.backends.backend_svg",
    "altair", "seaborn", "openpyxl", "narwhals.stable.v2", "Pyfrontier.frontier_model",
    "ipykernel.kernelapp", "ipykernel.ipkernel", "IPython.core.completerlib", "IPython.core.logger", "IPython.core.oinspect",
    "cffi.api", "sqlite3", "tzdata", "papermill", "brandops.pipeline.kernels",
)  # fmt: skip


def load() -> None:
    """Import all of it. What cannot be imported is left to the notebook that needs it, which says why."""
    for package in PACKAGES:
        with suppress(Exception):
            folder = importlib.import_module(package).__path__
            for module in pkgutil.walk_packages(folder, f"{package}.", onerror=lambda _name: None):
                with suppress(Exception):
                    importlib.import_module(module.name)
    for name in LATER:
        with suppress(Exception):
            importlib.import_module(name)
    if "duckdb" in sys.modules:
        # Importing it opens a connection with a pool of threads; a kernel's first query opens its own.
        sys.modules["duckdb"].close()
    gc.collect()
    gc.freeze()  # kernels need not look through all this again, and its pages stay shared


def threads() -> int:
    """Threads of this process, those of libraries written in C included (Linux; elsewhere Python's own)."""
    tasks = Path("/proc/self/task")
    if tasks.is_dir():
        return len(list(tasks.iterdir()))
    import threading

    return threading.active_count()


if sys.argv[:1] == ["-c"]:  # the fork server itself: Ctrl-C is for who started it, which then ends it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
PATH = [entry for entry in sys.path if entry]
load()
THREADS = threads()
