"""A notebook that did not run from its first cell to its last is never taken for one that did."""

import json
import os
from pathlib import Path

import pytest

from brandops.pipeline.execute import Job, Outcome
from brandops.pipeline.workers import run
from pipeline.project import PARAMETERS, close, notebook

NAME = "01_first"


def execute(folder: Path, source: str, timeout: int = 30, **settings) -> tuple[Outcome, dict]:
    """Run a notebook as a report does; returns its outcome and the executed notebook."""
    job = Job(NAME, source, folder, {"profile": "tiny", **settings.pop("parameters", {})}, timeout, **settings)
    outcome = run([job], 1, lambda _job: None, lambda _outcome: None)[0]
    found = json.loads(job.executed.read_text()) if job.executed.is_file() else {}
    return outcome, found


def cell(*lines: str) -> str:
    return "\n".join(lines)


DROP_ONE_OUTPUT = cell(
    "thread = get_ipython().kernel.iopub_thread",
    "send, dropped = thread.send_multipart, []",
    "def lossy(message, *args, **kwargs):",
    "    if b'precious' in b''.join(map(bytes, message)) and not dropped:",
    "        dropped.append(message)",
    "        return",
    "    send(message, *args, **kwargs)",
    "thread.send_multipart = lossy",
)

FAILURES = {
    "raises": (["before = 1", "def half(x):\n    return x / 0\nhalf(before)"], "ZeroDivisionError", 4, "return x / 0"),
    "exits with success": (["import sys", "print('so far')\nsys.exit(0)"], "exits early", 4, "SystemExit"),
    "kills its kernel": (["import os", "os._exit(0)"], "its kernel died in the cell", 4, ""),
    "asks its kernel to end": (["1", "exit()"], "exits early", 4, ""),
    "is interrupted": (["1", "raise KeyboardInterrupt"], "KeyboardInterrupt", 4, "KeyboardInterrupt"),
    "is no Python": (["1", "while while"], "SyntaxError", 4, "while while"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_notebook_that_ends_early_fails_with_cell_source_and_traceback(tmp_path, name):
    cells, problem, number, traced = FAILURES[name]
    outcome, executed = execute(tmp_path, notebook(*cells, close(NAME)))
    # The parameters cell is the first, the injected one the second.
    assert outcome.problem and problem in outcome.problem
    assert (outcome.cell, outcome.source) == (number, cells[-1])
    assert traced in outcome.traceback and "\x1b" not in outcome.traceback
    text = outcome.describe(Path("some/partial.ipynb"))
    assert f"cell {number}:" in text and cells[-1].splitlines()[0] in text and "some/partial.ipynb" in text
    # The partial notebook shows what ran before.
    assert executed["cells"][2]["execution_count"]


def test_an_error_the_notebook_says_to_expect_is_a_failure_all_the_same(tmp_path):
    outcome, _ = execute(tmp_path, notebook("1 / 0", close(NAME), tags={2: "raises-exception"}))
    assert "ZeroDivisionError" in outcome.problem


def test_a_cell_that_was_left_out_fails_the_notebook(tmp_path):
    outcome, _ = execute(tmp_path, notebook("left_out = 1", close(NAME), tags={2: "skip-execution"}))
    assert "not run" in outcome.problem
    assert outcome.source == "left_out = 1"


def test_an_output_that_was_sent_and_never_arrived_fails_the_notebook(tmp_path):
    outcome, _ = execute(tmp_path, notebook(DROP_ONE_OUTPUT, "print('prec' + 'ious')", "print('more')", close(NAME)))
    assert "outputs were lost" in (outcome.problem or "")


def test_a_cell_that_runs_too_long_is_ended_and_named(tmp_path):
    outcome, executed = execute(tmp_path, notebook("x = 1", "import time\ntime.sleep(60)", close(NAME)), timeout=1)
    assert "longer than 1 s" in outcome.problem and "time.sleep(60)" in outcome.source
    assert executed["cells"][-1]["execution_count"] is None
    assert outcome.seconds < 30


def test_a_notebook_that_does_not_close_its_page_fails(tmp_path):
    outcome, _ = execute(tmp_path, notebook("x = 1"))
    assert "results/01.json" in outcome.problem and "page.close()" in outcome.problem


def test_results_of_an_earlier_run_do_not_count(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "01.json").write_text(json.dumps({"notebook": NAME}))
    outcome, _ = execute(tmp_path, notebook("x = 1"))
    assert "page.close()" in outcome.problem


def test_a_kernel_that_cannot_start_blames_no_cell(tmp_path, monkeypatch):
    monkeypatch.setenv("BRANDOPS_KERNELS", "plain")
    outcome, _ = execute(tmp_path, notebook(close(NAME)), environment={"PYTHONHOME": str(tmp_path)})
    # The variable outlives the job in its worker process alone.
    assert outcome.problem and outcome.cell == 0


def test_a_worker_that_is_killed_fails_the_notebook(tmp_path):
    outcome, _ = execute(tmp_path, notebook("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)", close(NAME)))
    assert "worker" in outcome.problem and "-9" in outcome.problem


def test_parameters_reach_the_notebook_as_the_values_they_are(tmp_path):
    values = {"a": "007", "b": "1e5", "c": "nan", "d": "true", "e": 7, "f": 1e5, "g": True, "h": None, "i": ["01", 2]}
    declared = PARAMETERS + "".join(f"\n{name} = 0" for name in values)
    source = notebook(close(NAME, seen="repr([" + ", ".join(values) + "])"), parameters=declared)
    outcome, _ = execute(tmp_path, source, parameters=values)
    assert outcome.problem is None
    seen = json.loads((tmp_path / "results" / "01.json").read_text())["seen"]
    assert seen == repr(list(values.values()))


def test_a_run_uses_sockets_without_ports_and_rewrites_no_notebook(tmp_path):
    cells = [f"print({number})" for number in range(30)]
    last = close(
        NAME, connection="json.load(open(__import__('ipykernel').get_connection_file()))",
        written="sorted(p.name for p in pathlib.Path('notebooks').iterdir())",
    )  # fmt: skip
    outcome, executed = execute(tmp_path, notebook(*cells, last))
    assert outcome.problem is None, outcome
    found = json.loads((tmp_path / "results" / "01.json").read_text())
    assert found["connection"]["transport"] == "ipc"
    assert len(os.fsencode(found["connection"]["ip"])) < 100
    assert not Path(found["connection"]["ip"]).parent.exists(), "the sockets outlive the kernel"
    assert found["written"] == [], "the notebook is written while it runs"
    assert [c["outputs"][0]["text"] for c in executed["cells"][2:-1]] == [[f"{number}\n"] for number in range(30)]


def test_an_executed_notebook_holds_nothing_that_differs_between_two_runs(tmp_path):
    cells = ["import sys, time\nfor i in range(3):\n    print(i, flush=True); time.sleep(0.01)", "print('x', file=sys.stderr)"]
    texts = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        outcome, _ = execute(folder, notebook("# A heading", *cells, "object.__name__", close(NAME)))
        assert outcome.problem is None
        texts.append((folder / "notebooks" / f"{NAME}.ipynb").read_bytes())
    assert texts[0] == texts[1]


def test_after_a_failure_no_further_notebook_is_started(tmp_path):
    jobs = [
        Job("01_first", notebook("1 / 0", close("01_first")), tmp_path / "1", {}),
        Job("02_second", notebook(close("02_second")), tmp_path / "2", {}),
    ]
    started = []
    outcomes = run(jobs, 1, lambda job: started.append(job.name), lambda _outcome: None)
    assert started == ["01_first"] and len(outcomes) == 1
