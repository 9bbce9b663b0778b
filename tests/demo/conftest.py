"""A small demo brand, generated and ingested once for all tests that look at it."""

from pathlib import Path

import pytest

from brandops.demo import generate
from brandops.ingest import ingest, load_manifest

ROOT = Path(__file__).resolve().parents[2]
SCALE = 0.1  # the smallest world with a row for every defect


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """The demo brand at a tenth of its size, ingested by its own sources.yml."""
    root = tmp_path_factory.mktemp("small_demo")
    (root / "params").symlink_to(ROOT / "params")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRANDOPS_ROOT", str(root))
        made = generate(root / "data" / "demo", SCALE)
        ingest("demo")
        manifest = load_manifest("demo")
    return root / "data" / "demo", made, manifest
