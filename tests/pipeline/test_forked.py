"""Forked kernels: each begins with the state of freshly loaded modules, and gives what a plain one gives."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from brandops.errors import UserError
from brandops.pipeline import forked, workers
from brandops.pipeline.execute import Job
from brandops.pipeline.workers import run
from pipeline.project import SOURCE, close, notebook

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")

CHANGES = """
import os, random, sys, warnings
import matplotlib as mpl, numpy as np, pandas as pd
import brandops.i18n, brandops.present.formats
brandops.present.formats.planted = "by another notebook"
brandops.i18n.use_language("zh")
pd.options.display.max_rows = 7
mpl.rcParams["font.size"] = 33
os.environ["PLANTED"] = "yes"
os.chdir("/")
sys.path.insert(0, "/planted")
sys.modules["planted"] = sys
warnings.simplefilter("error")
np.random.seed(1)
planted = 1
""".strip()

LOOKS = """
import json, os, pathlib, sys, warnings
import matplotlib as mpl, numpy as np, pandas as pd
import brandops.i18n, brandops.present.formats
state = {
    "module": getattr(brandops.present.formats, "planted", None), "language": brandops.i18n.language(),
    "option": pd.options.display.max_rows, "font": mpl.rcParams["font.size"], "variable": os.environ.get("PLANTED"),
    "folder": pathlib.Path.cwd().name, "path": "/planted" in sys.path, "modules": "planted" in sys.modules,
    "filters": warnings.filters[0][0] == "error", "name": "planted" in globals(),
}
""".strip()

SHOWS = (
    "import pandas as pd, numpy as np\npd.DataFrame({'sales': np.random.default_rng(7).normal(size=50)}).describe()",
    "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);",
    "import sys\nprint('out'); print('err', file=sys.stderr)",
    "import duckdb\nduckdb.sql('select sum(i) as total from range(1_000_000) t(i)').df()",
    "import pyarrow as pa, pyarrow.compute as pc\npc.sum(pa.array(range(100_000))).as_py()",
    "import sklearn.linear_model as m\nm.Ridge().fit([[0], [1], [2]], [0, 1, 3]).coef_.round(9)",
    "import brandops.analysis.forecasting\nfrom statsforecast.models import AutoETS\n"
    "AutoETS(season_length=1).forecast(np.arange(30.0) % 5, h=2)['mean'].round(6)",
    "sorted(name for name in globals() if not name.startswith('_'))",
    "import os, sys, signal\n(sys.argv[0].rsplit('/', 1)[-1], signal.getsignal(signal.SIGINT) is signal.default_int_handler, "
    "hash('text'), [p for p in sys.path if p and not p.endswith('src')])",
)


def jobs(folder: Path, *sources: tuple[str, str]) -> list[Job]:
    """As a report gives them, with the project's modules on the path."""
    return [Job(name, source, folder / name, {}, environment={"PYTHONPATH": str(SOURCE)}) for name, source in sources]


def outcomes_of(given: list[Job]) -> list:
    found = run(given, 1, lambda _job: None, lambda _outcome: None)
    assert not [outcome.problem for outcome in found if outcome.problem]
    return found


def results(job: Job) -> dict:
    return json.loads(job.result.read_text())


def test_a_kernel_is_forked_off_the_process_that_has_the_libraries_loaded(tmp_path):
    stated = {"loaded": "'statsforecast' in __import__('sys').modules", "command": "open('/proc/self/cmdline').read()"}
    [job] = jobs(tmp_path, ("01_first", notebook(close("01_first", **stated))))
    [outcome] = outcomes_of([job])
    assert outcome.note == ""
    assert results(job)["loaded"] and "forkserver" in results(job)["command"]


def test_what_a_notebook_changes_the_next_never_sees(tmp_path):
    look = notebook(LOOKS, close("02_second", state="state"))
    back = f"import os\nos.chdir({str(tmp_path / '01_first')!r})"
    alone, first = jobs(tmp_path, ("02_second", look), ("01_first", notebook(CHANGES, back, close("01_first"))))
    [then] = jobs(tmp_path / "then", ("02_second", look))
    outcomes_of([alone])
    outcomes_of([first, then])
    assert results(then) == results(alone)
    assert results(alone)["state"]["module"] is None and results(alone)["state"]["variable"] is None


def test_random_numbers_nobody_seeded_differ_between_kernels(tmp_path):
    source = [(name, notebook(close(name, drawn="__import__('numpy').random.rand()"))) for name in ("01_first", "02_second")]
    given = jobs(tmp_path, *source)
    outcomes_of(given)
    assert results(given[0])["drawn"] != results(given[1])["drawn"]


def test_a_forked_kernel_gives_the_bytes_of_a_plain_one(tmp_path, monkeypatch):
    written = []
    for choice in ("forked", "plain"):
        monkeypatch.setenv("BRANDOPS_KERNELS", choice)
        assert forked.wanted() is (choice == "forked")
        [job] = jobs(tmp_path / choice, ("01_first", notebook(*SHOWS, close("01_first"))))
        outcomes_of([job])
        written.append(job.executed.read_text())
    assert "image/png" in written[0], "a figure is not displayed inline"
    assert written[0] == written[1]


def test_nothing_runs_beside_the_process_that_is_forked(tmp_path):
    stated = "int(open('/proc/self/stat').read().rsplit(')')[-1].split()[1])"  # its parent, the worker
    threads = (
        f"worker = {stated}\nserver = int(open(f'/proc/{{worker}}/stat').read().rsplit(')')[-1].split()[1])\n"
        "import os\nrunning = len(os.listdir(f'/proc/{server}/task'))"
    )
    [job] = jobs(tmp_path, ("01_first", notebook(threads, close("01_first", running="running"))))
    outcomes_of([job])
    assert results(job)["running"] == 1


def test_a_server_with_threads_has_kernels_started_plainly_and_says_so(tmp_path, monkeypatch):
    source = notebook(close("01_first", command="open('/proc/self/cmdline').read()"))
    preload = type(sys)("preload")
    preload.THREADS = 3
    monkeypatch.setitem(sys.modules, forked.PRELOAD, preload)
    note = forked.prepare()
    assert "plainly" in note and "2 thread(s)" in note
    monkeypatch.setenv("BRANDOPS_KERNELS", "plain")
    [job] = jobs(tmp_path, ("01_first", source))
    outcomes_of([job])
    assert "ipykernel_launcher" in results(job)["command"]


def test_elsewhere_than_on_linux_kernels_are_plain(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not forked.wanted({})


KILL_SERVER = """
import os, signal
worker = os.getppid()
server = int(open(f"/proc/{worker}/stat").read().rsplit(")")[-1].split()[1])
os.kill(server, signal.SIGKILL)
import time; time.sleep(60)
""".strip()


def test_a_server_that_is_killed_fails_the_notebook_and_the_next_run_has_another(tmp_path):
    [killing, fine] = jobs(
        tmp_path, ("01_first", notebook(KILL_SERVER, close("01_first"))), ("02_second", notebook(close("02_second")))
    )
    [outcome] = run([killing], 1, lambda _job: None, lambda _outcome: None)
    assert "without a word" in outcome.problem and "forked off has ended" in outcome.problem
    outcomes_of([fine])


def test_a_server_that_cannot_fork_is_an_error_that_says_what_to_do(tmp_path, monkeypatch):
    def start(self):
        raise EOFError("unexpected EOF")

    monkeypatch.setattr("multiprocessing.context.ForkServerProcess.start", start)
    [job] = jobs(tmp_path, ("01_first", notebook(close("01_first"))))
    with pytest.raises(UserError, match=r"01_first.*has ended.*BRANDOPS_KERNELS=plain"):
        run([job], 1, lambda _job: None, lambda _outcome: None)


def test_the_server_ends_with_the_process_that_started_it(tmp_path):
    read, write = os.pipe()
    child = os.fork()
    if not child:
        import multiprocessing.forkserver as server

        server._forkserver._forkserver_pid = None  # the child starts its own
        workers.start_server()
        os.write(write, str(server._forkserver._forkserver_pid).encode())
        os._exit(0)
    os.waitpid(child, 0)
    pid = int(os.read(read, 20))
    for _ in range(600):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return
        if state == "Z":
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError("the fork server outlives who started it")
