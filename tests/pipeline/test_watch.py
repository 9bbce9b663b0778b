"""Watching: an edit is rebuilt by itself and shows in the page that is open; a failure shows and ends nothing."""

import re
import signal
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from watchfiles import Change

from brandops.errors import UserError
from brandops.pipeline.serve import Server
from brandops.pipeline.watch import counts
from pipeline.project import close, notebook


@pytest.fixture
def browser_page(browser):
    page = browser.new_page()
    yield page
    page.close()


def test_an_edited_notebook_shows_in_the_open_page_and_a_failure_does(project, browser_page):
    def write(cell: str) -> None:
        project.write("notebooks/01_first.ipynb", notebook(cell, close("01_first", stated="sales")))

    write("sales = 'one million'")
    run = project.start("watch", "--port=0")
    heard: list[str] = []
    address = threading.Event()

    def listen() -> None:
        for line in run.stderr:
            heard.append(line)
            if "watching for changes" in line:
                address.set()

    threading.Thread(target=listen, daemon=True).start()
    try:
        assert address.wait(120), heard
        page = browser_page
        page.goto(re.search(r"(http://localhost:\S+/index\.html): watching", "".join(heard))[1])
        page.get_by_text("one million").wait_for()
        write("sales = 'two million'")
        page.get_by_text("two million").wait_for(timeout=60_000)
        write("sales = 1 / 0")
        page.get_by_role("alert").get_by_text("ZeroDivisionError").first.wait_for(timeout=60_000)
        assert "two million" in page.text_content("body"), "the last good report went away"
        write("sales = 'three million'")
        page.get_by_text("three million").wait_for(timeout=60_000)
        assert not page.get_by_role("alert").count()
        assert "watching goes on" in "".join(heard)
        published = (project.root / "reports" / "tiny" / "2025Q4" / "html" / "index.html").read_text()
        assert "script" not in published, "the published page knows of the watch"
    finally:
        run.send_signal(signal.SIGINT)
        assert run.wait(30) == 130


@pytest.mark.parametrize(
    ("path", "counted"),
    [
        ("notebooks/01_first.ipynb", True),
        ("params/_brand.yml", True),
        ("params/tiny/plan.yml", True),
        ("params/other/plan.yml", False),
        ("data/tiny/raw/new.csv", True),
        ("data/tiny/marts/2025-12-31/sales.parquet", False),
        ("data/tiny/.stages.json", False),
        ("notebooks/.ipynb_checkpoints/01_first-checkpoint.ipynb", False),
        ("src/brandops/__pycache__/paths.cpython-311.pyc", False),
    ],
)
def test_what_a_build_writes_starts_no_build(path, counted):
    root = Path("/project")
    assert counts(Change.modified, root / path, root, "tiny") is counted


def test_the_server_shows_reports_to_this_machine_alone_and_no_hidden_file(tmp_path):
    (tmp_path / "page.html").write_text("<body>figure</body>")
    (tmp_path / ".secret").write_text("no")
    server = Server(tmp_path, 0)
    port = int(server.address.rpartition(":")[2])
    try:
        with urllib.request.urlopen(f"{server.address}/page.html") as answer:
            text = answer.read().decode()
        assert text.startswith("<body>figure") and "EventSource" in text and text.endswith("</body>")
        for path, host in (("/.secret", "localhost"), ("/page.html", "elsewhere.example"), ("/../page.html/x", "localhost")):
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": f"{host}:{port}"})
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(request)
        with pytest.raises(UserError, match="name another"):
            Server(tmp_path, port)
    finally:
        server.close()
