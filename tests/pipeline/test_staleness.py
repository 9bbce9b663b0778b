"""A run repeats exactly what depends on a change: a notebook, a module it imports, a parameter, the data."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from brandops.pipeline import build, fingerprint
from brandops.pipeline.console import Console
from brandops.pipeline.execute import Outcome
from brandops.pipeline.fingerprint import Fingerprints
from pipeline.project import PARAMETERS, PLAN, SOURCE


@pytest.fixture(autouse=True)
def no_kernels(monkeypatch):
    """Notebooks "run" without a kernel: their results are their source and what they read."""

    def run(jobs, _at_once, started, ended):
        outcomes = []
        for job in jobs:
            started(job)
            read = sorted(path.read_text() for path in (job.folder / "results").glob("*.json"))
            for path in (job.executed, job.result):
                path.parent.mkdir(parents=True, exist_ok=True)
            job.executed.write_text(job.source)
            job.result.write_text(json.dumps({"notebook": job.name, "source": job.source, "read": read}))
            outcomes.append(Outcome(job.name, 0.0))
            ended(outcomes[-1])
        return outcomes

    monkeypatch.setattr(build, "run", run)


@pytest.fixture
def source(project, monkeypatch):
    """A copy of the package's source that the digests are taken of, so that a test may edit it."""
    copy = project.root / "src"
    shutil.copytree(SOURCE / "brandops", copy / "brandops", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "_SOURCE", copy)
    return copy / "brandops"


def edit(path, text="\n# edited\n"):
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


@pytest.fixture
def ran(project, log, source):
    """Build the report of three notebooks, and again; returns the stages and notebooks that ran."""
    horizon = PARAMETERS + "\nhorizon: int = 3"
    project.notebook("01_first", "from brandops.periods import Grain", parameters=horizon)
    project.notebook("02_second", "x = 2")
    project.notebook("00_overview", reads_results=True)

    def run(**wanted):
        project.report(log, **wanted)
        return log.take()

    assert run() == ["ingest", "marts", "01_first", "02_second", "00_overview", "render"]
    return run


def test_nothing_changed_nothing_runs(project, ran):
    before = project.published()
    assert ran() == []
    # Neither when the request is not remembered, nor when files are only touched.
    (project.root / "reports" / "tiny" / ".requests.json").unlink()
    (project.root / "notebooks" / "02_second.ipynb").touch()
    (project.root / "data" / "tiny" / "raw" / "products.csv").touch()
    assert ran() == []
    assert project.published() == before


def test_a_changed_notebook_runs_and_who_reads_its_results(project, ran):
    project.notebook("02_second", "x = 3")
    assert ran() == ["02_second", "00_overview", "render"]


def test_a_new_notebook_runs_alone_and_a_removed_one_leaves_the_report(project, ran):
    project.notebook("03_third")
    assert ran() == ["03_third", "00_overview", "render"]
    (project.root / "notebooks" / "02_second.ipynb").unlink()
    assert ran() == ["00_overview", "render"]
    assert not [name for name in project.published() if "02" in name]


def test_a_changed_module_runs_the_notebooks_that_import_it(project, ran, source):
    edit(source / "analysis" / "bridge.py")
    assert ran() == []
    project.notebook("02_second", "from brandops.analysis.bridge import *")
    ran()
    edit(source / "analysis" / "bridge.py")
    # Its results are as they were: nobody who reads them runs, and the pages stay.
    assert ran() == ["02_second"]
    assert ran() == []


def test_a_changed_parameter_runs_its_notebook(project, ran):
    project.write("params/tiny/plan.yml", PLAN + "notebooks: {01_first: {horizon: 4}}\n")
    assert "01_first" in ran()
    assert ran() == []
    assert ran(overrides={"targets.sales_growth": "0.2"})[-1] == "render"


def test_changed_incentive_rules_run_the_notebooks_and_leave_the_data(project, ran):
    rules = "rules: {target_bonus: {junior: 100}, tiers: [{attainment: 1, pays: PAYS}]}\npromotion: {grades: [junior]}\n"
    project.write("params/tiny/incentives.yml", rules.replace("PAYS", "1"))
    assert ran()[:2] == ["01_first", "02_second"]
    assert ran() == []
    project.write("params/tiny/incentives.yml", rules.replace("PAYS", "2"))
    assert "01_first" in ran()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("params/tiny/plan.yml", PLAN + "notebooks: {01_first: {horizon: 4}}\n"),
        ("data/tiny/raw/products.csv", "product_id\np9\n"),
    ],
)
def test_what_is_edited_while_a_report_is_built_is_in_the_next(project, ran, log, monkeypatch, name, text):
    run = build.run

    def edited_meanwhile(*given):
        project.write(name, text)
        return run(*given)

    project.notebook("01_first", "y = 1", parameters=PARAMETERS + "\nhorizon: int = 3")
    with monkeypatch.context() as patched:
        patched.setattr(build, "run", edited_meanwhile)
        project.report(log)
    assert "run again" in log.stream.getvalue()
    assert "01_first" in log.take()
    assert "01_first" in ran()
    assert ran() == []


def test_changed_data_run_everything_and_a_new_file_does(project, ran):
    project.write("data/tiny/raw/products.csv", "product_id\np2\n")
    assert ran()[:4] == ["ingest", "marts", "01_first", "02_second"]
    project.write("data/tiny/raw/more.csv", "product_id\np3\n")
    assert ran()[0] == "ingest"
    assert ran() == []


def test_what_somebody_damaged_is_mended(project, ran):
    folder = project.root / "reports" / "tiny" / "2025Q4"
    before = project.published()
    (folder / "html" / "index.html").unlink()
    assert ran() == ["render"]
    (folder / "results" / "01.json").write_text("{}")
    assert ran() == ["01_first"]
    assert project.published() == before
    shutil.rmtree(project.root / "data" / "tiny" / "marts")
    assert ran() == ["marts"]
    assert project.published() == before


def test_each_period_and_day_of_knowledge_has_a_report_of_its_own(project, ran, log):
    assert "01_first" in ran(period="2025-11")
    assert "01_first" in ran(as_of="2025-12-15")
    names = {path.name for path in (project.root / "reports" / "tiny").iterdir() if not path.name.startswith(".")}
    assert names == {"2025Q4", "2025-11", "2025Q4@2025-12-15", "latest.html", "reports.js"}
    assert ran() == []
    # The day on which the period ends is no other report.
    ran(as_of="2025-12-31")
    assert not (project.root / "reports" / "tiny" / "2025Q4@2025-12-31").exists()


def test_what_a_module_imports_counts_as_part_of_it(source):
    (source / "present" / "deep.py").write_text("def f():\n    from ..analysis import bridge\n    return bridge\n")
    closure = Fingerprints(source.parent / "memory.json").closure("brandops.present.deep")
    assert "brandops/analysis/bridge.py" in closure and "brandops/present/__init__.py" in closure
    assert "present/assets/present.css" in closure


def test_a_file_is_known_by_its_content_even_if_its_size_and_time_are_as_before(tmp_path):
    file, memory = tmp_path / "a.txt", tmp_path / "memory.json"
    file.write_text("one")
    stamp = file.stat().st_mtime_ns
    prints = Fingerprints(memory)
    first = prints.file(file)
    prints.save()
    file.write_text("two")
    os.utime(file, ns=(stamp, stamp))
    assert Fingerprints(memory).file(file) != first


def test_a_run_with_nothing_to_do_imports_no_library(project, source):
    project.notebook("01_first")
    project.report(Console())
    script = (
        "import sys; from brandops.pipeline.__main__ import main; status = main(['report']);"
        "heavy = {'pandas', 'papermill', 'pydantic', 'duckdb', 'yaml'} & set(sys.modules);"
        "print(status, sorted(heavy))"
    )
    environment = project.environment(PYTHONPATH=str(source.parent))
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True,
                          cwd=project.root, check=True)  # fmt: skip
    assert done.stdout.splitlines() == ["reports/tiny/2025Q4/html/index.html", "0 []"]
    assert "nothing to do" in done.stderr


def test_the_overview_reads_what_the_last_page_says_and_every_reader_finds_the_tables(project, log, source, monkeypatch):
    project.notebook("01_first", "x = 1")
    project.notebook("09_summary", reads_results=True)
    project.notebook("00_overview", reads_results=True)
    ran, found = [], {}

    def run(jobs, _at_once, started, ended):
        for job in jobs:
            ran.append(job.name)
            found[job.name] = (
                sorted(path.name for path in (job.folder / "results").glob("*.json")),
                sorted(path.name for path in (job.folder / "read_tables").glob("*")),
            )
            for path in (job.executed, job.result, job.folder / "tables" / f"{job.name[:2]}_t.parquet"):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(job.source)
            (job.folder / "tables" / f"{job.name[:2]}_t.xlsx").write_text("download")
            ended(Outcome(job.name, 0.0))
        return [Outcome(job.name, 0.0) for job in jobs]

    monkeypatch.setattr(build, "run", run)
    project.report(log)
    assert ran == ["01_first", "09_summary", "00_overview"]
    assert found["01_first"] == ([], [])
    assert found["09_summary"] == (["01.json"], ["01_t.parquet"])  # no downloads, and none of its own
    assert found["00_overview"] == (["01.json", "09.json"], ["01_t.parquet", "09_t.parquet"])
    assert "tables/01_t.xlsx" in project.published()


def test_the_notebook_that_took_longest_last_time_starts_first(project, ran):
    memory = project.root / ".cache" / "seconds" / "tiny.json"
    assert json.loads(memory.read_text()) == {"00_overview": 0.0, "01_first": 0.0, "02_second": 0.0}
    for seconds, order in (({"01_first": 1.0, "02_second": 9.0}, ["02_second", "01_first"]), ({}, ["01_first", "02_second"])):
        memory.write_text(json.dumps(seconds))
        edit(project.root / "requirements.lock", "x")
        assert [name for name in ran() if name[:2] in ("01", "02")] == order
