"""The front door: every target documented, a new profile from one command, a clean that keeps what cannot be rebuilt."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from brandops.errors import UserError
from brandops.params import load_plan
from brandops.params.sources import load_sources

ROOT = Path(__file__).resolve().parents[1]
TARGETS = ("report", "test", "lab", "data", "bench", "check", "clean", "new-profile", "monitor", "acknowledge")


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Run make in a copy of the project that counts as set up."""
    for name in ("Makefile", "requirements.lock"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    (tmp_path / "src").symlink_to(ROOT / "src")
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    with (tmp_path / "requirements.lock").open() as lock:
        number = subprocess.run(["cksum"], stdin=lock, capture_output=True, text=True, check=True).stdout.split()[0]
    (tmp_path / ".venv" / f".brandops-{number}").touch()
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "CONDA", "MFLAGS"))}
        return subprocess.run(["make", *arguments], cwd=tmp_path, env=kept | variables, capture_output=True, text=True,
                              check=False)  # fmt: skip

    return run


def test_help_lists_every_target_with_a_line(make):
    done = make("help")
    assert done.returncode == 0
    lines = {line.split()[1]: line.split()[2:] for line in done.stdout.splitlines() if line.startswith("  make ")}
    assert all(len(lines[target]) >= 3 for target in TARGETS)
    assert make().stdout == done.stdout, "make alone shows the help"


def test_a_new_profile_says_what_to_fill_in_and_is_written_once(make, tmp_path):
    done = make("new-profile", "NAME=acme")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "params" / "acme"
    assert {path.name for path in folder.iterdir()} == {"plan.yml", "sources.yml", "corrections.yml"}
    assert load_plan("acme").company == "acme"
    assert [source.table for source in load_sources("acme").sources] == ["products", "channels", "sales_lines"]
    assert "{{" not in "".join(path.read_text() for path in folder.iterdir())
    again = make("new-profile", "NAME=acme")
    assert again.returncode != 0 and "params/acme exists" in again.stderr


def test_the_skeletons_comments_are_valid_when_they_are_uncommented(make, tmp_path):
    make("new-profile", "NAME=acme")
    plan = tmp_path / "params" / "acme" / "plan.yml"
    lines = [line.removeprefix("# ") if line.startswith("# ") else line for line in plan.read_text().splitlines()]
    settings = [line for line in lines if not line[:1].isupper() and ": " in line + " " and not line.startswith("a misspelt")]
    plan.write_text("\n".join(line for line in settings if not line.startswith(("What", "The"))))
    loaded = load_plan("acme")
    assert loaded.fiscal_year_start == 7 and [stage.stage for stage in loaded.stages][-1] == "review"
    assert set(yaml.safe_load(plan.read_text())) >= {"company", "targets", "stages", "title"}


@pytest.mark.parametrize("name", ["", "Acme", "a b", "../x"])
def test_a_bad_name_of_a_profile_is_refused(make, tmp_path, name):
    done = make("new-profile", f"NAME={name}")
    assert done.returncode != 0 and "NAME=" in done.stderr
    assert not (tmp_path / "params").exists()


def test_clean_keeps_raw_data_parameters_and_environment(make, tmp_path):
    built = ["data/acme/warehouse/x", "data/acme/marts/x", "data/acme/quarantine/x", "data/acme/.stages.json",
             "reports/acme/2025Q4/html/index.html", "reports/index.html", "reports/acme/.requests.json", ".cache/x"]  # fmt: skip
    kept = ["data/acme/raw/x", "data/README.md", "reports/README.md", "params/acme/plan.yml"]
    for name in built + kept:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    done = make("clean")
    assert done.returncode == 0, done.stderr
    assert [name for name in built if (tmp_path / name).exists()] == []
    assert [name for name in kept if not (tmp_path / name).exists()] == []
    assert make("clean").returncode == 0, "clean twice"


def test_make_hands_its_variables_to_the_pipeline(make):
    done = make("report", "PROFILE=nobody")
    assert done.returncode != 0 and "nobody" in done.stderr and done.stdout == ""
    assert "Traceback" not in done.stderr
    refused = make("report", "PROFILE=nobody", "JOBS=many")
    assert "JOBS=many" in refused.stderr


def test_monitoring_that_cannot_run_fails_in_make_and_says_1_to_whoever_calls_it_directly(make, tmp_path):
    done = make("monitor", "PROFILE=nobody", "DATE=2025-10-13")
    assert done.returncode == 2 and "nobody" in done.stderr and "Error 1" in done.stderr and "Traceback" not in done.stderr
    recipe = make("--dry-run", "monitor").stdout.split()[-4:]
    assert recipe[1:] == ["-m", "brandops.pipeline", "monitor"]
    assert make("acknowledge", "PROFILE=nobody", "ALERT=x", "BY=li").returncode == 2


def test_a_conda_environment_that_holds_the_packages_is_used_as_it_is(make, tmp_path):
    conda = tmp_path / "conda"
    (conda / "bin").mkdir(parents=True)
    (conda / "bin" / "papermill").touch()
    used = make("--dry-run", "report", CONDA_PREFIX=str(conda)).stdout
    assert f"{conda}/bin/python -m brandops.pipeline report" in used and "--only-project" in used
    (conda / "bin" / "papermill").unlink()
    assert ".venv/bin/python -m brandops.pipeline report" in make("--dry-run", "report", CONDA_PREFIX=str(conda)).stdout


def test_check_lints_code_and_layers(make):
    lines = make("--dry-run", "check").stdout.splitlines()
    assert [line.split("/")[-1] for line in lines] == ["ruff check", "ruff format --check --quiet", "lint-imports"]


def test_an_unknown_profile_is_an_error_for_users():
    with pytest.raises(UserError, match="nobody"):
        load_plan("nobody")


def test_a_misspelt_variable_is_an_error_and_one_of_a_profile_is_not(make, tmp_path):
    (tmp_path / "params" / "vendor").mkdir(parents=True)
    (tmp_path / "params" / "vendor" / "sources.yml").write_text("path: ${VENDOR_DIR}/*.csv\n")
    refused = make("new-profile", "NAME=acme", "PERIODD=2025Q4", "SET=a=1 b=2")
    assert refused.returncode != 0 and "PERIODD: no such variable; did you mean PERIOD?" in refused.stderr
    assert not (tmp_path / "params" / "acme").exists()
    assert make("new-profile", "NAME=acme", "VENDOR_DIR=with space", "SET=a=1 b=2").returncode == 0


def test_spark_is_installed_for_its_engine_alone_and_another_engine_is_refused(make, tmp_path):
    shutil.copyfile(ROOT / "requirements-spark.lock", tmp_path / "requirements-spark.lock")
    assert "requirements-spark.lock" in make("--dry-run", "report", "ENGINE=pyspark", "SPARK_MASTER=local[2]").stdout
    assert "requirements-spark.lock" not in make("--dry-run", "report").stdout
    refused = make("report", "ENGINE=spark")
    assert refused.returncode != 0 and "ENGINE=spark: not an engine of the marts; allowed: duckdb, pyspark" in refused.stderr
