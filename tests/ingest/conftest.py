"""A scratch company for each test of the ingestion."""

import pytest

from ingest.company import Company


@pytest.fixture
def company(tmp_path, monkeypatch) -> Company:
    """A company with two products and two channels, in a project of its own."""
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    return Company(tmp_path)
