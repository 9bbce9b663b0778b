"""A report appears whole or not at all, whatever ends the run, and two runs do not get in each other's way."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from brandops.errors import UserError
from brandops.pipeline import publish, shelf
from brandops.pipeline.console import Console
from brandops.pipeline.locks import locked
from pipeline.project import BRAND

WAIT = (
    "import os, pathlib, time\nfor p in ('pid', 'ppid'):\n    pathlib.Path({root!r}, p).write_text(str(getattr(os, 'get' + p)()))\n"
    "while not pathlib.Path({root!r}, 'go').exists():\n    time.sleep(0.05)"
)


def until(what, seconds=300):
    """Wait for `what()`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def number(path) -> int | None:
    text = path.read_text() if path.exists() else ""
    return int(text) if text else None


def test_a_killed_run_leaves_the_last_good_report_and_the_next_starts_clean(project):
    go, kernel, worker = (project.root / name for name in ("go", "pid", "ppid"))
    project.notebook("01_first", "x = 1")
    project.report(Console())
    good = project.published()

    project.notebook("01_first", WAIT.format(root=str(project.root)))
    run = project.start()
    until(lambda: number(kernel) and number(worker))
    assert list((project.root / "reports" / "tiny").glob(".scratch-*"))
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert project.published() == good
    until(lambda: not alive(number(kernel)) and not alive(number(worker)))

    go.touch()
    run = project.start()
    out, err = run.communicate(timeout=300)
    assert run.returncode == 0, err
    assert out == "reports/tiny/2025Q4/html/index.html\n"
    assert project.published() != good
    assert not list((project.root / "reports" / "tiny").glob(".scratch-*"))


def test_of_two_runs_at_once_the_second_waits_or_refuses(project):
    go, kernel = project.root / "go", project.root / "pid"
    project.notebook("01_first", WAIT.format(root=str(project.root)))
    first = project.start()
    until(lambda: number(kernel))
    refused = project.start(WAIT="0")
    out, err = refused.communicate(timeout=300)
    assert (refused.returncode, out) == (1, "")
    assert "another run" in err and "tiny" in err
    waiting = project.start()
    seen = []
    while not any("waiting" in line for line in seen):
        seen.append(waiting.stderr.readline())
        assert seen[-1], "it neither waited nor said so"
    assert first.poll() is None and waiting.poll() is None
    go.touch()
    assert first.wait(timeout=300) == 0
    out, err = waiting.communicate(timeout=300)
    assert waiting.returncode == 0 and out == "reports/tiny/2025Q4/html/index.html\n"
    assert "notebook" not in re.sub("notebooks", "", err), "the second run repeated the first one's work"
    first.communicate()


def test_a_failed_notebook_fails_the_run_and_shows_where(project):
    project.notebook("01_first", "x = 1")
    project.notebook("02_second", "x = 2")
    project.report(Console())
    good = project.published()
    project.notebook("02_second", "y = 2\nprint('so far')", "import sys\nsys.exit(0)")
    run = project.start()
    out, err = run.communicate(timeout=300)
    assert (run.returncode, out) == (1, "")
    assert "\x1b" not in err, "colour in a log"
    assert "notebook 02_second: the notebook exits early" in err and "    sys.exit(0)" in err and "traceback:" in err
    partial = project.root / re.search(r"partial notebook: (\S+)", err)[1]
    assert "so far" in partial.read_text()
    assert project.published() == good
    project.notebook("02_second", "x = 2")
    project.report(Console())
    assert not partial.exists(), "the partial notebook of a failure outlives its repair"


def test_publishing_swaps_whole_folders(tmp_path):
    report = tmp_path / "2025Q4"
    for text in ("old", "new"):
        scratch = publish.scratch_folder(report)
        (scratch / "page").write_text(text)
        publish.publish(scratch, report)
        assert (report / "page").read_text() == text
        assert [path.name for path in tmp_path.iterdir()] == ["2025Q4"]


def test_without_an_atomic_exchange_a_kill_in_between_is_mended(tmp_path, monkeypatch):
    report = tmp_path / "2025Q4"
    monkeypatch.setattr(publish, "_exchange", lambda *_: False)
    for text in ("old", "new"):
        scratch = publish.scratch_folder(report)
        (scratch / "page").write_text(text)
        publish.publish(scratch, report)
    assert (report / "page").read_text() == "new"
    # Killed after the old report was set aside: it comes back. Killed after the new one came: the old one goes.
    report.rename(tmp_path / ".old-2025Q4")
    publish.recover(report)
    assert (report / "page").read_text() == "new"
    (tmp_path / ".old-2025Q4").mkdir()
    publish.recover(report)
    assert [path.name for path in tmp_path.iterdir()] == ["2025Q4"]


def test_a_lock_ends_with_its_holder(tmp_path):
    path, console = tmp_path / "lock", Console()
    child = os.fork()
    if not child:
        with locked(path, "it", console):
            (tmp_path / "held").touch()
            time.sleep(60)
    until((tmp_path / "held").exists)
    with pytest.raises(UserError, match="another run"), locked(path, "it", console, wait=False):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with locked(path, "it", console, wait=False):
        pass


def test_the_index_lists_the_reports_and_latest_leads_to_the_newest(tmp_path, monkeypatch):
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    for name, as_of, language in (("2025Q3", "2025-09-30", "en"), ("2025Q4", "2025-12-31", "en"),
                                  ("2025Q4.zh", "2025-12-31", "zh")):  # fmt: skip
        folder = tmp_path / "reports" / "tiny" / name
        folder.mkdir(parents=True)
        record = f'{{"as_of": "{as_of}", "days": 92, "language": "{language}", "summary": {{"verdict": "{name} is met."}}}}'
        (folder / publish.RECORD).write_text(record)
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "_brand.yml").write_text(BRAND)
    shelf.write_shelf("tiny")
    assert 'href="2025Q4/html/index.html"' in (tmp_path / "reports" / "tiny" / "latest.html").read_text()

    def listed(file: str) -> list[str]:
        return re.findall(r'href="tiny/([^"/]+)/html/index.html"', (tmp_path / "reports" / file).read_text())

    assert listed("index.html") == ["2025Q4", "2025Q3"]
    assert listed("index.zh.html") == ["2025Q4.zh", "2025Q3"], "its own language, else what there is"
    assert "2025Q3 is met." in (tmp_path / "reports" / "index.html").read_text()
    script = (tmp_path / "reports" / "tiny" / "reports.js").read_text()
    assert script == 'window.brandopsReports=["2025Q3", "2025Q4", "2025Q4.zh"];\n'
