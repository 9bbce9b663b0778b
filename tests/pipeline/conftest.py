"""A tiny project for each test of the pipeline."""

import io

import pytest

from brandops.pipeline.console import Console
from pipeline.project import Project


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """A project in a temporary folder that `paths.root()` points at."""
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    return Project(tmp_path)


class Log(Console):
    """A console that keeps what it was told."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        super().__init__(self.stream)

    def take(self) -> list[str]:
        """Stages and notebooks that ran since the last call."""
        lines = [line.strip() for line in self.stream.getvalue().splitlines()]
        self.stream.seek(0)
        self.stream.truncate()
        ran = [line.split(" done in ")[0].split() for line in lines if " done in " in line]
        return [words[1] if words[0] == "notebook" else words[0] for words in ran]


@pytest.fixture
def log() -> Log:
    """A console that keeps what it was told."""
    return Log()
