"""Streams: what lands in the raw folders is taken in exactly once, whatever is killed when."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from brandops.ingest import ingest
from brandops.params import load_plan
from brandops.warehouse import build_marts, latest_day, spark
from ingest.company import HEADER, Company, line
from pipeline.project import heed_interrupts

SOURCE = Path(__file__).resolve().parents[2] / "src"
# Builds with everything imported beforehand, in children of its own that are killed at the n-th call that changes a file.
KILLED = """
import os, signal, sys
from pathlib import Path
import shutil
from brandops.pipeline.console import Console
from brandops.pipeline.report import Request
from brandops.pipeline import stream
from brandops.pipeline.stages import Rooms
import brandops.ingest, brandops.warehouse.marts, brandops.warehouse.load

def count(owner, name):
    kept = getattr(owner, name)
    def counted(*args, **more):
        counter[0] += 1
        if counter[0] == limit:
            os.kill(os.getpid(), signal.SIGKILL)
        return kept(*args, **more)
    setattr(owner, name, counted)

def child(limit):
    global counter
    process = os.fork()
    if process == 0:
        globals().update(counter=[0], limit=limit)
        for owner, name in ((Path, "rename"), (Path, "replace"), (Path, "write_text"), (Path, "mkdir"), (shutil, "rmtree"),
                            (os, "link")):
            count(owner, name)
        stream.take_in(Request("acme"), Console(), Rooms.standard())
        if not limit:
            print("calls", counter[0], flush=True)
        os._exit(0)
    return os.waitpid(process, 0)[1]

root, before = Path(os.environ["BRANDOPS_ROOT"]), Path(sys.argv[1])
for limit in map(int, sys.argv[2:]):
    shutil.rmtree(root)
    shutil.copytree(before, root)
    print("killed", limit, child(limit), child(0), flush=True)
    shutil.copytree(root, before.with_name(f"after-{limit}"))
"""


def january(number: int) -> str:
    return HEADER + "".join(line(f"J{number}-{n}", f"2025-01-{number:02}", quantity=n) for n in (1, 2, -3))


@pytest.fixture
def company(tmp_path, monkeypatch):
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path / "stream"))
    (tmp_path / "stream").mkdir()
    (tmp_path / "stream" / "requirements.lock").touch()
    made = Company(tmp_path / "stream")
    made.plan()
    made.export("sales_01.csv", january(1))
    return made


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(SOURCE), "SPARK_MASTER": "local[1]"}


def streaming(*options: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "brandops.pipeline", "stream", "--profile", "acme", *options]
    return subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=heed_interrupts
    )


def take_in_once(*options: str) -> str:
    run = streaming("--once", *options)
    out, _ = run.communicate(timeout=300)
    assert run.returncode == 0, out
    return out


def built(root: Path) -> dict[str, bytes]:
    """Warehouse, quarantine and marts by path; hidden files are the pipeline's notes."""
    data = root / "data" / "acme"
    folders = [data / kind for kind in ("warehouse", "quarantine", "marts")]
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file() and path.name[0] != "."]
    return {str(path.relative_to(data)): path.read_bytes() for path in files}


def batch(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What one batch build of the same files makes, in a project of its own."""
    root = tmp_path / "batch"
    for kind in ("params", "data/acme/raw"):
        shutil.copytree(company.root / kind, root / kind)
    with monkeypatch.context() as patch:
        patch.setenv("BRANDOPS_ROOT", str(root))
        ingest("acme")
        build_marts("acme", load_plan("acme"), latest_day("acme"))
    return built(root)


def land(company: Company, number: int) -> None:
    """A file arrives as files should: written aside, then renamed."""
    path = company.export(f".arriving_{number:02}", january(number))
    path.rename(path.with_name(f"sales_{number:02}.csv"))


def kill_at(before: Path, points: list[int]) -> list[str]:
    """From the state `before`, take files in with a kill at each of `points`, then once without; the script's lines."""
    command = [sys.executable, "-W", "ignore", "-c", KILLED, str(before), *map(str, points)]
    done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()


def killed_everywhere(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    take_in_once()
    land(company, 2)
    before = tmp_path / "before"
    shutil.copytree(company.root, before)
    wanted = batch(company, tmp_path, monkeypatch)
    calls = int(kill_at(before, [0])[0].removeprefix("calls "))
    assert calls > 20, "calls that change files"
    points = sorted(random.Random(8).sample(range(1, calls + 1), min(most, calls)))
    lines = [text for text in kill_at(before, points) if text.startswith("killed")]
    assert lines == [f"killed {point} {int(signal.SIGKILL)} 0" for point in points]
    for point in points:
        assert built(tmp_path / f"after-{point}") == wanted, f"killed at call {point} of {calls}"


def test_a_stream_that_is_killed_while_it_writes_ends_as_one_batch(company, tmp_path, monkeypatch):
    killed_everywhere(company, tmp_path, monkeypatch, 6)


@pytest.mark.slow
def test_a_stream_that_is_killed_at_every_write_ends_as_one_batch(company, tmp_path, monkeypatch):
    killed_everywhere(company, tmp_path, monkeypatch, 1_000)


@pytest.mark.slow
def test_files_that_land_while_a_stream_is_killed_and_started_count_once(company, tmp_path, monkeypatch):
    moments, run = random.Random(5), streaming()
    for number in range(2, 8):
        land(company, number)
        time.sleep(moments.uniform(0.2, 6))
        run.kill()
        run.wait()
        run = streaming()
    run.kill()
    run.wait()
    take_in_once()
    assert built(company.root) == batch(company, tmp_path, monkeypatch)


def test_a_running_stream_takes_in_what_lands_and_replaces_its_earlier_marts(company):
    run = streaming()
    try:
        marts = company.data / "marts"
        wait_for(lambda: (marts / "2025-01-01").is_dir())
        land(company, 2)
        wait_for(lambda: (marts / "2025-01-02").is_dir() and not (marts / "2025-01-01").exists())
        assert run.poll() is None
    finally:
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == 130


def test_a_file_that_cannot_be_read_is_named_and_what_was_built_stays(company):
    take_in_once()
    before = built(company.root)
    company.export("products.csv", "nothing,of,this\n1,2,3\n")
    run = streaming("--once")
    out, _ = run.communicate(timeout=300)
    assert run.returncode == 1 and "products" in out and "Traceback" not in out
    assert built(company.root) == before


@pytest.mark.skipif(not spark.installed(), reason="Spark is not installed (make spark)")
def test_structured_streaming_notes_a_batch_after_it_is_done(company, monkeypatch):
    from brandops.pipeline import stream

    monkeypatch.setenv("SPARK_MASTER", "local[1]")
    seen: list[set[str]] = []

    def take() -> None:
        seen.append({path.name for path in (company.data / "raw").iterdir()})

    def cut_short() -> None:
        raise OSError("no space left")

    stream._spark_batches("acme", take, once=True)
    land(company, 2)
    with pytest.raises(Exception, match="no space left"):
        stream._spark_batches("acme", cut_short, once=True)
    assert "sales_02.csv" not in set.union(*seen)
    stream._spark_batches("acme", take, once=True)
    assert "sales_02.csv" in seen[-1], "the batch that was cut short is run again"


@pytest.mark.slow
@pytest.mark.skipif(not spark.installed(), reason="Spark is not installed (make spark)")
def test_structured_streaming_makes_what_a_batch_makes_also_after_a_kill(company, tmp_path, monkeypatch):
    land(company, 2)
    run = streaming("--engine", "pyspark")
    wait_for(lambda: (company.data / ".cache" / "stream-0").is_dir(), 240)
    land(company, 3)
    time.sleep(2)
    run.kill()
    run.wait()
    land(company, 4)
    take_in_once("--engine", "pyspark")
    made = {name: content for name, content in built(company.root).items() if not name.endswith("engines.json")}
    assert made == batch(company, tmp_path, monkeypatch)
    assert list((company.data / ".cache" / "stream-0" / "commits").glob("[0-9]*"))


def wait_for(ready, seconds: float = 120) -> None:
    """Wait until something is the case; fails where it does not become so."""
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.2)
