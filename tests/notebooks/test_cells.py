"""A notebook is an argument, not a program: its code cells are short, without functions, paths or warning filters."""

import ast
import json
from pathlib import Path
from statistics import median

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST = 15
MEDIAN = 6


def code_cells(path: Path) -> list[list[str]]:
    """Lines of each code cell."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]).splitlines() for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_cell_is_past_a_screenful_and_the_median_is_a_few_lines(path):
    lengths = [len(lines) for lines in code_cells(path)]
    assert max(lengths) <= LONGEST
    assert median(lengths) <= MEDIAN


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_cell_defines_anything(path):
    lines = [line.lstrip() for cell in code_cells(path) for line in cell]
    assert not [line for line in lines if line.startswith(("def ", "class ", "warnings.", "import warnings"))]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_cell_ends_with_a_figure_that_jupyter_would_show_once_more(path):
    last = [(cell[-1], ast.unparse(ast.parse("\n".join(cell)).body[-1])) for cell in code_cells(path)]
    assert not [text for line, text in last if text.startswith("page.figure(") and not line.endswith(";")]
