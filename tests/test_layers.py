"""Imports point downwards, as docs/architecture.md says."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from brandops.pipeline.fingerprint import project_imports

ROOT = Path(__file__).resolve().parents[1]
ROOMS = sorted(path.parent.name for path in (ROOT / "src" / "brandops").glob("*/__init__.py"))


def test_every_contract_of_pyproject_holds(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)
    said = capsys.readouterr().out
    assert status == 0, said
    assert "2 kept, 0 broken" in said


def test_every_room_has_its_place_in_the_layers():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = [contract for contract in settings["tool"]["importlinter"]["contracts"] if contract["type"] == "layers"]
    placed = {name.strip() for layer in layers[0]["layers"] for name in re.split("[|:]", layer)}
    assert {f"brandops.{room}" for room in ROOMS} <= placed


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_talks_to_analysis_and_presentation_alone(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    rooms = {name.split(".")[1] for text in code for name in project_imports(text) if "." in name}
    assert rooms <= {"analysis", "present", "i18n", "periods", "warehouse"}
