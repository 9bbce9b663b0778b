"""A report of the demo brand's small world in both languages, built once, and a headless browser to read it with."""

import fcntl
import os
from pathlib import Path

import pytest
from small_world import LANGUAGES, build


@pytest.fixture(scope="session")
def project(tmp_path_factory) -> Path:
    """A copy of the project with the published reports of the small world, one in each language.

    Workers of one test run share it: whoever comes first builds, the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    root, done = shared / "pages-project", shared / "pages-project.done"
    with (shared / "pages-project.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            build(root)
            done.touch()
    return root


@pytest.fixture(scope="session")
def reports(project) -> dict[str, Path]:
    """The folder of each language's report."""
    return {language: project / "reports" / "demo" / name for language, name in LANGUAGES.items()}


@pytest.fixture
def open_page(browser):
    """Open a page at a width; what it complains of and asks other hosts for is kept in `page.complaints`."""
    opened = []

    def open_one(file: Path, width: int = 1440):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: page.complaints.append(f"failed: {request.url}"))
        page.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else page.complaints.append(r.url))
        page.goto(file.as_uri())
        page.wait_for_load_state("networkidle")
        opened.append(page)
        return page

    yield open_one
    for page in opened:
        page.close()
