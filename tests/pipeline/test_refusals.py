"""What a user may mistype is refused before any kernel starts, by file, key, value and allowed values."""

import pytest

from brandops.pipeline import build, stages
from brandops.pipeline.__main__ import main
from pipeline.project import PARAMETERS, PLAN, SOURCES, straw


@pytest.fixture
def refused(project, monkeypatch, capsys):
    """Run the command line where no kernel may start; returns what it says when it refuses."""

    def no_kernel(*_args, **_more):
        raise AssertionError("a kernel was started")

    monkeypatch.setattr(build, "run", no_kernel)
    monkeypatch.setattr(stages.Rooms, "standard", staticmethod(straw))
    project.notebook("01_first", parameters=PARAMETERS + "\nhorizon: int = 3\nshares: list[float] = [0.5]\nsku: str = ''")

    def run(**variables: str) -> str:
        status = main(["report"], {"PROFILE": "tiny", "PERIOD": "2025Q4", **variables})
        captured = capsys.readouterr()
        assert status == 1 and captured.out == ""
        assert not (project.root / "reports" / "tiny" / "2025Q4").exists()
        return captured.err

    return run


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PERIOD": "2025Q5"}, ["2025Q5", "2025Q4"]),
        ({"PERIOD": "2025-13"}, ["2025-13"]),
        ({"PERIOD": "Q4"}, ["Q4"]),
        ({"PERIOD": "2026Q2"}, ["PERIOD=2026Q2", "outside the data", "2025-12-31", "2025Q4"]),
        ({"PERIOD": "2023-12"}, ["PERIOD=2023-12", "outside the data", "2024-01-01", "2025-12"]),
        ({"PROFILE": "tyni"}, ["tyni", "tiny"]),
        ({"PROFILE": "../tiny"}, ["../tiny"]),
        ({"REPORT_LANGUAGE": "de"}, ["REPORT_LANGUAGE=de", "en", "zh"]),
        ({"AS_OF": "31.12.2025"}, ["AS_OF=31.12.2025", "2025-12-31"]),
        ({"AS_OF": "2024-01-01"}, ["AS_OF=2024-01-01", "2025-10-01"]),
        ({"JOBS": "two"}, ["JOBS=two"]),
        ({"SET": "targets.sales_growht=0.2"}, ["SET", "targets.sales_growht", "sales_growth"]),
        ({"SET": "targets.new_customers=many"}, ["SET", "targets.new_customers", "many"]),
        ({"SET": "targets.new_customers"}, ["SET", "targets.new_customers", "key=value"]),
        ({"SET": "cell_timeout=5 cell_timeout=6"}, ["SET", "cell_timeout", "twice"]),
        ({"SET": "notebooks.01_first.horizn=4"}, ["notebooks.01_first.horizn", "4", "horizon"]),
        ({"SET": "notebooks.01_first.sku=7"}, ["notebooks.01_first.sku", "7", "str"]),
        ({"SET": "notebooks.01_first.horizon=007"}, ["notebooks.01_first.horizon", "'007'", "int"]),
        ({"SET": "notebooks.01_first.horizon=nan"}, ["notebooks.01_first.horizon", "'nan'", "int"]),
    ],
)
def test_a_mistyped_variable_is_named_with_its_value(refused, variables, words):
    said = refused(**variables)
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("notebooks: {01_first: {horizn: 3}}", ["plan.yml", "notebooks.01_first.horizn", "did you mean horizon"]),
        ("notebooks: {01_first: {horizon: '3'}}", ["notebooks.01_first.horizon", "'3'", "int"]),
        ("notebooks: {01_first: {horizon: 3.5}}", ["notebooks.01_first.horizon", "3.5", "int"]),
        ("notebooks: {01_first: {horizon: 1e5}}", ["notebooks.01_first.horizon", "1e5", "int"]),
        ("notebooks: {01_first: {horizon: true}}", ["notebooks.01_first.horizon", "True", "int"]),
        ("notebooks: {01_first: {shares: [0.5, a]}}", ["notebooks.01_first.shares", "list[float]"]),
        ("notebooks: {01_first: {shares: [.nan]}}", ["notebooks.01_first.shares", "nan", "finite"]),
        ("notebooks: {01_first: {sku: 7}}", ["notebooks.01_first.sku", "7", "str"]),
        ("notebooks: {01_first: {horizon: 010}}", ["notebooks.01_first.horizon", "'010'", "int"]),
        ("notebooks: {01_fist: {horizon: 3}}", ["notebooks.01_fist", "did you mean 01_first"]),
        ("notebooks: {01_first: {profile: demo}}", ["notebooks.01_first.profile"]),
        ("targets: {attainment: 95}", ["plan.yml", "targets.attainment", "95"]),
        ("company: Twice", ["plan.yml", "company", "twice"]),
        ("targets: [", ["plan.yml", "YAML"]),
    ],
)
def test_a_mistyped_plan_is_named_with_file_key_and_value(project, refused, lines, words):
    project.write("params/tiny/plan.yml", PLAN + lines + "\n")
    said = refused()
    assert all(word in said for word in words), said


def test_a_mistyped_source_is_named_with_file_and_key(project, refused):
    project.write("params/tiny/sources.yml", SOURCES.replace("kind: csv", "kind: cvs"))
    assert all(word in refused() for word in ("sources.yml", "kind", "cvs", "csv"))


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, ["01_first.ipynb", "parameters"]),
        (PARAMETERS + "\nhorizon = 3", ["01_first.ipynb", "horizon", "no type"]),
        (PARAMETERS.replace("as_of: str", "asof: str"), ["01_first.ipynb", "as_of: str"]),
        (PARAMETERS + "\nhorizon: whole = 3", ["01_first.ipynb", "horizon", "whole"]),
    ],
)
def test_a_notebook_must_declare_its_parameters_with_types(project, refused, cell, words):
    project.notebook("01_first", parameters=cell)
    said = refused()
    assert all(word in said for word in words), said


def test_a_project_without_notebooks_says_so(project, refused):
    (project.root / "notebooks" / "01_first.ipynb").unlink()
    assert "notebooks/" in refused()


def test_malformed_incentive_rules_stop_the_run_before_any_kernel(project, refused):
    project.write("params/tiny/incentives.yml", "rules: {target_bonus: {junior: 100}, tiers: [{attainment: 1, pay: 1}]}\n")
    said = refused()
    assert "incentives.yml" in said and "pay" in said
