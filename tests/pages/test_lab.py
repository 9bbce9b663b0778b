"""JupyterLab: every notebook runs top to bottom with its default parameters and states the figures of the report."""

import json
import os
import shutil
import sys

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient
from nbclient.util import run_sync

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
# One of them is proof enough for every day; the rest take minutes. The overview reads the others' results.
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
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    environment = os.environ | {
        "BRANDOPS_ROOT": str(lab), "PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    environment.pop("BRANDOPS_BUILD", None)
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(lab / "notebooks")}})
    manager = client.create_kernel_manager()
    manager.kernel_cmd, manager.transport = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], "ipc"
    run_sync(client.async_start_new_kernel)(env=environment)
    run_sync(client.async_start_new_kernel_client)()
    try:
        for number, cell in enumerate(notebook.cells):
            client.execute_cell(cell, number)
    finally:
        client.kc.stop_channels()
        run_sync(client.km.shutdown_kernel)(now=True)
    stated = json.loads((lab / "reports/demo/.lab/2025Q4/results" / f"{name[:2]}.json").read_text(encoding="utf-8"))
    published = json.loads((lab / "reports/demo/2025Q4/results" / f"{name[:2]}.json").read_text(encoding="utf-8"))
    assert stated["figures"] == published["figures"]
    assert stated["findings"] == published["findings"] and stated["headlines"] == published["headlines"]
