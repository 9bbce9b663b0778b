"""Progress is coloured on a terminal and plain in a log."""

import io

from brandops.pipeline.console import Console


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def speak(stream) -> str:
    console = Console(stream)
    console.title("report")
    with console.running("marts", "as of 2025-12-31"):
        pass
    console.unchanged("ingest")
    console.error("first\nsecond")
    return stream.getvalue()


def test_a_terminal_gets_colour_and_a_log_gets_none(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[32m" in speak(Terminal()) and "\x1b" not in speak(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in speak(Terminal())


def test_a_log_tells_stage_work_and_time():
    lines = speak(io.StringIO()).splitlines()
    assert lines[1].split() == ["marts", "as", "of", "2025-12-31", "..."]
    assert lines[2].split()[:6] == ["marts", "as", "of", "2025-12-31", "done", "in"]
    assert lines[3].split() == ["ingest", "unchanged"]
    assert lines[-2:] == ["error: first", "second"]
