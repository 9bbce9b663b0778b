"""JupyterLab: every notebook runs top to bottom with its default parameters and states the figures of the report."""

import json
import os
import shutil

import nbformat
import pytest
from nbclient import NotebookClient
from small_world import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
# One of them is proof enough for every day; the rest take minutes. The overview reads the others' results.
KERNEL = "brandops"  # as `make lab` starts them
DAILY = "01_goals_and_planning"
NAMES = [pytest.param(path.stem, marks=() if path.stem == DAILY else pytest.mark.slow) for path in NOTEBOOKS]


@pytest.fixture(scope="module")
def lab(project, tmp_path_factory):
    """The project with the report published, in a folder of its own, as an analyst finds it."""
    root = tmp_path_factory.mktemp("lab")
    shutil.copytree(project, root, dirs_exist_ok=True)
    return root


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_run_in_the_lab_states_the_reports_figures(lab, name):
    notebook = nbformat.read(lab / "notebooks" / f"{name}.ipynb", as_version=4)
    environment = os.environ | {"BRANDOPS_ROOT": str(lab), "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    environment.pop("BRANDOPS_BUILD", None)
    client = NotebookClient(notebook, timeout=600, kernel_name=KERNEL, resources={"metadata": {"path": str(lab / "notebooks")}})
    client.execute(env=environment)
    stated = json.loads((lab / "reports/demo/.lab/2025Q4/results" / f"{name[:2]}.json").read_text(encoding="utf-8"))
    published = json.loads((lab / "reports/demo/2025Q4/results" / f"{name[:2]}.json").read_text(encoding="utf-8"))
    assert stated["figures"] == published["figures"]
    assert stated["findings"] == published["findings"] and stated["headlines"] == published["headlines"]
