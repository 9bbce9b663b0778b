"""One writer at a time: locks the operating system releases when their holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brandops.errors import UserError
from brandops.pipeline.console import Console


class Lock:
    """A held lock; `share` lets other readers in."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def share(self) -> None:
        """Let others read. Not atomic: somebody may write before the shared lock is granted."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def take(self) -> None:
        """Exclude all others again."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)


@contextmanager
def locked(path: Path, what: str, console: Console, wait: bool = True) -> Iterator[Lock]:
    """Hold the lock file `path` while the block runs; `what` names the thing locked, for the waiting user.

    Raises
    ------
    UserError
        If another run holds it and `wait` is false.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise UserError(f"{what}: another run is at work on it; try again when it has ended") from None
            console.note(f"{what}: another run is at work on it; waiting for it to end")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield Lock(descriptor)
    finally:
        os.close(descriptor)
