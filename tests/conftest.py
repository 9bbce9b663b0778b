"""Shared test settings: reproducible property tests, and where the real data sets are."""

import os
import shutil
from pathlib import Path

# Two workers on two processors: threads of the numerics would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings

# Examples are derived from the test itself, so that two runs of the suite test the same thing; a loaded machine must
# not turn a slow example into a failure.
settings.register_profile("brandops", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("brandops")

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data sets (`SHARED_DATA`, else beside the project); skips where it is absent."""
    folder = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data sets: {folder} is absent (set SHARED_DATA)")
    return folder


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, one for all tests: a second engine of Playwright cannot start while one is running."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on PATH")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()
