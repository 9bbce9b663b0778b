"""Kernels forked off a process that has the libraries loaded: they start in milliseconds instead of seconds.

multiprocessing's fork server is that process (`brandops.pipeline.preload` is what it loads). It forks a worker for every
notebook; a worker's first act is to fork the kernel it will need, before it has a thread, a socket or a library in
use. That child waits for its orders (connection file, environment, folder), and then *is* an IPython kernel. A
provisioner hands it to Jupyter. Every kernel thus begins with the same state, that of freshly imported modules; none
ever sees what another notebook did.

Where a process cannot be forked safely (not on Linux, or with threads running) kernels are started plainly, as
`BRANDOPS_KERNELS=plain` has it too; results are the same bytes.
"""

import importlib
import importlib.util
import json
import os
import signal
import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from subprocess import TimeoutExpired
from time import monotonic, sleep
from typing import Any

from brandops.pipeline.ending import die_with_parent

PRELOAD = "brandops.pipeline.preload"
PROVISIONER = "brandops-forked"
CHOICE = "BRANDOPS_KERNELS"
_LAUNCHER = ["-m", "ipykernel_launcher"]


def wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether kernels are to be forked: on Linux, unless `BRANDOPS_KERNELS=plain`.

    macOS has `fork`, but its own libraries (Accelerate, Objective-C) end a forked child that uses them.
    """
    return sys.platform == "linux" and environment.get(CHOICE) != "plain"


class ForkedKernel:
    """A kernel's process from its fork on; behaves like the `subprocess.Popen` that Jupyter expects."""

    stdin = stdout = stderr = None

    def __init__(self, *foreign: Any) -> None:
        """Fork it; `foreign` are open things of the worker that it is to close."""
        orders, self._orders = os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid:
            os.close(orders)
            return
        status = 1
        try:
            os.close(self._orders)
            for thing in foreign:
                thing.close()
            status = _be_kernel(orders)
        finally:
            os._exit(status)

    def start(self, arguments: list[str], environment: dict[str, str], folder: str) -> None:
        """Give it its orders: the launcher's arguments, the whole environment, the folder to work in."""
        orders = {"arguments": arguments, "environment": environment, "folder": folder}
        with open(self._orders, "w", encoding="utf-8") as stream:  # noqa: PTH123 -- a descriptor, not a path
            json.dump(orders, stream)

    def poll(self) -> int | None:
        """Exit status, None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        end = None if timeout is None else monotonic() + timeout
        while self.poll() is None:
            if end is not None and monotonic() > end:
                raise TimeoutExpired("kernel", timeout)
            sleep(0.005)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def _be_kernel(orders: int) -> int:
    """In the child: wait for the orders, then be the kernel; returns the exit status."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    with open(orders, encoding="utf-8") as stream:
        text = stream.read()
    if not text:
        return 0  # the worker needed no kernel after all
    given = json.loads(text)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    os.environ.clear()
    os.environ.update(given["environment"])
    os.chdir(given["folder"])
    sys.path[:] = importlib.import_module(PRELOAD).PATH
    sys.argv = [importlib.util.find_spec("ipykernel_launcher").origin, *given["arguments"]]
    # A kernel watches its parent, whose number it reads from the environment when its code is imported: too early here.
    watching = f"--IPKernelApp.parent_handle={os.getppid()}"
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # the old global generator would begin alike in every kernel
    from ipykernel import kernelapp

    try:
        kernelapp.launch_new_instance([*given["arguments"], watching])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def prepare(*foreign: Any) -> str:
    """Fork the kernel this worker is going to need and have Jupyter use it; the first thing a worker does.

    Returns why it could not be forked (the kernel is then started plainly), empty where it was. `foreign` are open
    things of the worker that the kernel is to close.
    """
    problem = unfit()
    if problem:
        return f"its kernel was started plainly, not forked: {problem}"
    kernel = ForkedKernel(*foreign)
    from jupyter_client.provisioning import KernelProvisionerFactory

    from brandops.pipeline.provisioner import Forked

    factory = KernelProvisionerFactory.instance()
    # Registered by hand: the project is used from its checkout, where no entry points are installed.
    factory.provisioners[PROVISIONER] = EntryPoint(PROVISIONER, "brandops.pipeline.provisioner:Forked", factory.GROUP_NAME)
    factory.default_provisioner_name = PROVISIONER
    Forked.waiting = kernel
    return ""


def unfit() -> str:
    """Why this process, freshly forked off the server, must not fork a kernel; empty where it may."""
    try:
        threads = importlib.import_module(PRELOAD).THREADS
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return f"a library started {threads - 1} thread(s) in the process kernels are forked off" if threads > 1 else ""


def arguments_of(command: list[str]) -> list[str] | None:
    """What the kernel's launcher is given in `command`; None where that starts another kind of kernel."""
    return command[3:] if command[1:3] == _LAUNCHER else None
