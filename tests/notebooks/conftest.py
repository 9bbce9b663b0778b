"""Fixtures of modules that run a notebook: each names its `NOTEBOOK`, how to `run` it, and its `marts` with every table."""

import pytest
from running import cells_of


@pytest.fixture(scope="module")
def cells(request) -> list[dict]:
    """The notebook's cells."""
    return cells_of(request.module.NOTEBOOK)


@pytest.fixture(scope="module")
def full(request, cells, tmp_path_factory):
    """What the page states with every table, and the folder it wrote to."""
    folder = tmp_path_factory.mktemp("full")
    with pytest.MonkeyPatch.context() as patch:
        return request.module.run(cells, request.module.marts(), folder, patch), folder
