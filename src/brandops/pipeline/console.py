"""What a run tells whoever started it: one line per step, coloured on a terminal, plain in a log.

Only the seconds differ between two runs on the same inputs.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

_COLOURS = {"green": "32", "yellow": "33", "red": "31", "dim": "2", "bold": "1"}


class Console:
    """Writes progress to the standard error stream, so that the standard output holds the answer alone."""

    def __init__(self, stream: object = None) -> None:
        self._stream = stream or sys.stderr
        self._coloured = bool(getattr(self._stream, "isatty", lambda: False)()) and "NO_COLOR" not in os.environ

    def title(self, text: str) -> None:
        """Say what is being built."""
        self._write(self._paint(text, "bold"))

    def step(self, stage: str, what: str, colour: str = "green") -> None:
        """One line about a stage."""
        self._write(f"  {stage:<10} {self._paint(what, colour)}")

    def unchanged(self, stage: str) -> None:
        """A stage that had nothing to do."""
        self.step(stage, "unchanged", "dim")

    def note(self, text: str) -> None:
        """A remark that is not about a step."""
        self._write(f"  {self._paint(text, 'yellow')}")

    def error(self, text: str) -> None:
        """Why the run ends."""
        first, _, rest = text.partition("\n")
        self._write(self._paint(f"error: {first}", "red") + (f"\n{rest}" if rest else ""))

    @contextmanager
    def running(self, stage: str, what: str = "") -> Iterator[None]:
        """Say that a stage runs and, at its end, how long it took."""
        self.step(stage, f"{what} ...".strip(), "yellow")
        start = monotonic()
        yield
        self.step(stage, f"{what} done in {monotonic() - start:.1f} s".strip())

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self._coloured else text

    def _write(self, line: str) -> None:
        print(line, file=self._stream, flush=True)
