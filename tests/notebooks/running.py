"""Run a notebook's code cells on marts held in memory, without a kernel."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def cells_of(notebook: str) -> list[dict]:
    """All cells of a notebook, by its name."""
    return json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]


def supply(plan: object, marts: dict[str, pd.DataFrame], folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Have `open_page` find `plan` and `marts`, known until the end of 2025, and write to `folder`."""
    import brandops.params
    import brandops.warehouse

    patch.setattr(brandops.params, "load_plan", lambda *_args, **_more: plan)
    patch.setattr(brandops.warehouse, "first_day", lambda _profile: date(2022, 1, 1), raising=False)
    patch.setattr(brandops.warehouse, "latest_day", lambda _profile: date(2025, 12, 31), raising=False)
    patch.setattr(brandops.warehouse, "load_mart", lambda name, *_args: marts.get(name), raising=False)
    patch.setenv("BRANDOPS_BUILD", str(folder))


def results_of(cells: list[dict]):
    """Run the code cells and return what their page states."""
    names: dict = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    return names["page"].results


def run_with(plan: object, cells: list[dict], marts: dict[str, pd.DataFrame], folder: Path, patch: pytest.MonkeyPatch):
    """Run the cells by a plan on marts and return what their page states."""
    supply(plan, marts, folder, patch)
    return results_of(cells)


def figure(results, item: str, key: str, **grain: str):
    """A figure of an item, of the whole period or of what `grain` names."""
    return next(found for found in results.figures_of(item) if found.key == key and (found.grain or {}) == grain)
