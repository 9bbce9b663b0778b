"""A closed report can be rebuilt and shown unchanged, and a later run that comes out otherwise says so."""

import json
import sys

import pytest

from brandops.errors import UserError
from brandops.pipeline import closing
from brandops.pipeline.report import Request
from brandops.pipeline.several import close, compare_reports, reports, verify
from pipeline import project as script
from pipeline.project import PLAN, straw

# Sales are the number of products in the marts; the target comes from the plan's file.
RESULTS = """import json, os, pathlib
from brandops.present.results import PageResults, make_figure
text = pathlib.Path(os.environ['BRANDOPS_ROOT'], 'data/tiny/marts', as_of, 'products.txt').read_text()
figure = make_figure(item='1.1.1', key='net_sales', name='Net sales', value=len(text.splitlines()) - 1, unit='count', target=FLOOR)
PageResults(notebook='01_goals', profile='tiny', period=period, as_of=as_of, language='en', currency='EUR',
            figures=[figure]).write(pathlib.Path('results'))"""


def write_notebook(project, floor=1):
    project.write("notebooks/01_goals.ipynb", script.notebook(RESULTS.replace("FLOOR", str(floor))))


@pytest.fixture
def closed(project, log, monkeypatch):
    """A project whose report of 2025Q4 is closed."""
    monkeypatch.setattr(closing, "PIPELINE", (sys.executable, script.__file__))
    write_notebook(project)
    close(asked(), False, log, straw())
    return project


def asked(**wanted) -> Request:
    return Request("tiny", **({"period": "2025Q4"} | wanted))


def first_page(project) -> str:
    return (project.root / "reports/tiny/2025Q4/html/index.html").read_text()


def test_a_closed_report_comes_out_the_same_though_everything_around_it_changed(closed, log):
    closed.write("data/tiny/raw/products.csv", "product_id\np1\np2\n")
    closed.write("params/tiny/plan.yml", PLAN.replace("Tiny", "Huge"))
    write_notebook(closed, floor=5)
    verify(asked(), log)
    assert "byte for byte" in log.stream.getvalue()


def test_closing_twice_writes_nothing_new(closed, log):
    record = closed.root / "data/tiny/closed/2025Q4.json"
    before = (record.read_bytes(), record.stat().st_ino)
    close(asked(), False, log, straw())
    assert (record.read_bytes(), record.stat().st_ino) == before


def test_each_content_is_frozen_once_and_a_frozen_file_that_was_altered_is_found(closed, log):
    objects = sorted((closed.root / "data/tiny/closed/objects").iterdir())
    assert len({path.read_bytes() for path in objects}) == len(objects)
    record = json.loads((closed.root / "data/tiny/closed/2025Q4.json").read_text())
    victim = closed.root / "data/tiny/closed/objects" / record["inputs"]["params/tiny/plan.yml"]
    victim.chmod(0o644)
    victim.write_text("company: Other\n")
    with pytest.raises(UserError, match=r"frozen copy of params/tiny/plan\.yml is missing or was altered"):
        verify(asked(), log)


def test_a_rebuild_that_differs_names_the_files(closed, log):
    path = closed.root / "data/tiny/closed/2025Q4.json"
    record = json.loads(path.read_text())
    record["outputs"]["results"]["01.json"] = "0" * 64
    path.write_text(json.dumps(record))
    with pytest.raises(UserError, match=r"come out otherwise: results/01\.json"):
        verify(asked(), log)


def test_a_later_run_that_differs_says_so_on_its_first_page_and_in_the_log(closed, log):
    assert "closed" not in first_page(closed)
    closed.write("data/tiny/raw/products.csv", "product_id\np1\np2\n")
    closed.report(log)
    assert "1 of 1 figures differs from what it was closed with" in first_page(closed)
    log_of = closed.root / "data/tiny/closed/restatements.json"
    entries = json.loads(log_of.read_text())["entries"]
    assert [entry["report"] for entry in entries] == ["2025Q4"]
    assert entries[0]["changes"][0]["difference"] == 1
    closed.report(log)
    assert json.loads(log_of.read_text())["entries"] == entries, "the same restatement is logged once"


def test_a_report_that_comes_out_as_closed_says_nothing(closed, log):
    closed.write("data/tiny/raw/products.csv", "product_id\np1\np2\n")
    closed.report(log)
    closed.write("data/tiny/raw/products.csv", "product_id\np1\n")
    closed.report(log)
    assert "closed with" not in first_page(closed)


def test_a_restated_report_is_closed_anew_only_on_request_and_then_verifies(closed, log):
    closed.write("data/tiny/raw/products.csv", "product_id\np1\np2\n")
    with pytest.raises(UserError, match=r"closed with other results.*RESTATE=1"):
        close(asked(), False, log, straw())
    close(asked(), True, log, straw())
    assert "closed with" not in first_page(closed)
    verify(asked(), log)
    assert not list((closed.root / "data/tiny/closed").glob(".*"))


def test_a_failed_restatement_leaves_the_report_closed_as_it_was(closed, log):
    record = (closed.root / "data/tiny/closed/2025Q4.json").read_bytes()
    closed.write("data/tiny/raw/products.csv", "product_id\np1\np2\n")
    closed.report(log)
    rooms = straw()
    object.__setattr__(rooms, "render", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        close(asked(), True, log, rooms)
    assert (closed.root / "data/tiny/closed/2025Q4.json").read_bytes() == record


def test_before_and_after_a_restatement_are_compared_with_the_cause(closed, log):
    write_notebook(closed, floor=5)
    page = compare_reports(asked(), "2025Q4@closed", "2025Q4", log, straw())
    found = json.loads((page.parent / "compare.json").read_text())
    assert found["causes"]["code"] and not found["causes"]["period"] and not found["causes"]["parameters"]
    change = found["changes"][0]
    assert (change["before"]["status"], change["after"]["status"]) == ("met", "missed")
    assert "The code that computes" in page.read_text()


def test_several_periods_are_built_in_one_go_and_each_must_be_named_once(closed, log):
    pages = list(reports(asked(), ["2025Q3", "2025Q4"], log, straw()))
    assert [page.parts[-3] for page in pages] == ["2025Q3", "2025Q4"]
    for periods, words in (([], "PERIODS is empty"), (["2025Q3", "2025Q3"], "2025Q3 is given twice")):
        with pytest.raises(UserError, match=words):
            list(reports(asked(), periods, log, straw()))


@pytest.mark.parametrize(("a", "b", "words"), [
    ("", "2025Q4", "A is empty"), ("2025Q4", "", "B is empty"), ("2025Q4", "2025Q4", "the same report"),
    ("2025Q3@closed", "2025Q4", "2025Q3: not closed; closed are: 2025Q4"),
])  # fmt: skip
def test_a_comparison_that_makes_no_sense_is_refused(closed, log, a, b, words):
    with pytest.raises(UserError, match=words):
        compare_reports(asked(), a, b, log, straw())


def test_what_was_not_closed_cannot_be_verified(closed, log):
    with pytest.raises(UserError, match="2025Q3: not closed"):
        verify(asked(period="2025Q3"), log)
    with pytest.raises(UserError, match="PERIOD is empty"):
        verify(asked(period=""), log)
