"""Run a notebook's code cells on marts held in memory, without a kernel."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest


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
