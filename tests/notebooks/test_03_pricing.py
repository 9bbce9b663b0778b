"""The page on price response and preparation: its items have their headings, and cells stay short."""

import json
from pathlib import Path

from brandops.present.items import ITEMS

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "03_sales_forecasting.ipynb"


def test_price_and_preparation_have_their_headings_and_short_cells():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    headings = ["".join(cell["source"]).split("\n")[0] for cell in cells if cell["cell_type"] == "markdown"]
    for item in ("3.1.2", "3.2.1", "3.2.2", "3.2.3"):
        assert headings.count(f"## {item} {ITEMS[item].english}") == 1
    code = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    assert max(len(source) for source in code) <= 15
    assert not any(line.lstrip().startswith(("def ", "class ")) for source in code for line in source)
