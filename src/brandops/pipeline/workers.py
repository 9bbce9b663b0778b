"""Notebooks in parallel, each in a worker process and a kernel of its own.

Workers are forked off one process, multiprocessing's fork server; where kernels are forked too, it has the notebooks'
libraries loaded (`brandops.pipeline.forked`). It is started by `start_server`, early, so that it loads them while other
work is done, and serves all runs of this process.
"""

import multiprocessing
import multiprocessing.connection
import multiprocessing.forkserver
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from brandops.errors import UserError
from brandops.pipeline import forked
from brandops.pipeline.ending import die_with_parent
from brandops.pipeline.environment import KERNEL_ENVIRONMENT
from brandops.pipeline.execute import Job, Outcome, execute

_SOURCE = Path(__file__).resolve().parents[2]
_SERVER_DIED = 255  # multiprocessing's exit code for a process whose end nobody could tell


def start_server() -> None:
    """Start the process that workers are forked off, unless it runs; it loads its libraries by itself meanwhile."""
    multiprocessing.forkserver.set_forkserver_preload([forked.PRELOAD if forked.wanted() else "brandops.pipeline.kernels"])
    path = os.pathsep.join(filter(None, [str(_SOURCE), os.environ.get("PYTHONPATH")]))
    # Read when a process starts or a library is loaded: later, in the kernel, is too late.
    with _environment(KERNEL_ENVIRONMENT | {"PYTHONPATH": path}):
        multiprocessing.forkserver.ensure_running()


def run(jobs: list[Job], at_once: int, started: Callable[[Job], None], ended: Callable[[Outcome], None]) -> list[Outcome]:
    """Run `jobs`, at most `at_once` at a time, and return their outcomes in the order of `jobs`.

    After a failure no further job is started; those running are awaited, so that one run shows all it can.
    """
    if not jobs:
        return []
    start_server()
    waiting, running, outcomes = list(jobs), {}, {}
    try:
        while running or (waiting and not _failed(outcomes)):
            while waiting and len(running) < at_once and not _failed(outcomes):
                job = waiting.pop(0)
                started(job)
                receiver, process = _start(job)
                running[receiver] = (job, process, time.monotonic())
            for receiver in multiprocessing.connection.wait(list(running)):
                job, process, since = running.pop(receiver)
                outcomes[job.name] = outcome = _receive(receiver, job, process, since)
                ended(outcome)
    finally:
        for _, process, _ in running.values():
            process.terminate()
            process.join()
    return [outcomes[job.name] for job in jobs if job.name in outcomes]


def _failed(outcomes: dict[str, Outcome]) -> bool:
    return any(outcome.problem for outcome in outcomes.values())


def _start(job: Job) -> tuple[Connection, BaseProcess]:
    """Start a job's worker; returns where its outcome will come from, and the process.

    Raises
    ------
    UserError
        The fork server ended before it could fork one.
    """
    context = multiprocessing.get_context("forkserver")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, sender, forked.wanted()), name=job.name, daemon=False)
    try:
        process.start()
    except (OSError, EOFError) as error:
        words = f"{type(error).__name__}: {error}".rstrip(": ")
        hint = f"{forked.CHOICE}=plain does without kernels that are forked"
        raise UserError(f"notebook {job.name}: the process that notebooks are forked off has ended ({words}); {hint}") from error
    sender.close()
    return receiver, process


def _receive(receiver: Connection, job: Job, process: BaseProcess, since: float) -> Outcome:
    seconds = time.monotonic() - since
    try:
        found = receiver.recv()
    except EOFError:
        process.join()
        died = "; the process it was forked off has ended" if process.exitcode == _SERVER_DIED else ""
        return Outcome(job.name, seconds, f"its worker process ended without a word (exit code {process.exitcode}{died})")
    process.join()
    return Outcome(job.name, seconds, **found)


def _work(job: Job, sender: Connection, fork: bool) -> None:
    """In the worker process: execute the notebook, judge it, send what became of it."""
    die_with_parent()
    note = forked.prepare(sender) if fork else ""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
    sender.send(execute(job) | {"note": note})
    sender.close()


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set variables of this process for a moment: the fork server inherits them."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
