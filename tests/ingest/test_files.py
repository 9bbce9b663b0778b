"""Where a source's files are looked for."""

import pytest

from brandops.errors import UserError
from brandops.ingest.files import find


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A project with files in the profile's data folder and in a folder beside the project."""
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path / "project"))
    for name in ("project/data/acme/raw/own.csv", "outside/theirs.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.touch()
    return tmp_path


def test_a_location_is_relative_to_the_profiles_data(folders):
    assert find("raw/*.csv", "acme", "sales") == [folders / "project" / "data" / "acme" / "raw" / "own.csv"]


@pytest.mark.parametrize("given", ["../outside", "{}/outside"])
def test_what_a_variable_gives_is_relative_to_the_project_or_absolute(folders, monkeypatch, given):
    monkeypatch.setenv("VENDOR_DIR", given.format(folders))
    assert [path.resolve() for path in find("${VENDOR_DIR}/*.csv", "acme", "sales")] == [folders / "outside" / "theirs.csv"]


def test_a_variable_not_set_and_a_pattern_without_files_are_errors(folders, monkeypatch):
    monkeypatch.delenv("VENDOR_DIR", raising=False)
    with pytest.raises(UserError, match="VENDOR_DIR is not set"):
        find("${VENDOR_DIR}/*.csv", "acme", "sales")
    with pytest.raises(UserError, match=r"sales: no file matches raw/\*\.xlsx"):
        find("raw/*.xlsx", "acme", "sales")
