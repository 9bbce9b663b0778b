"""The Quarto side of the pages: a valid project, one try to install, pandoc where there is no Quarto."""

import os
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from brandops.errors import UserError
from brandops.pipeline import quarto
from brandops.pipeline.cells import PageText
from brandops.pipeline.site import Site

LABELS = dict.fromkeys(
    ("contents", "pages", "menu", "previous", "next", "skip", "other_language", "filter", "code", "all_reports", "enlarge"), "x"
)


@pytest.fixture
def site() -> Site:
    pages = [
        PageText("00_overview", 'All "items": 1', "## Scorecard\n\nText, with $5 and 50%.\n\n```{=html}\n<b>raw</b>\n```"),
        PageText("01_goals", "Goals", "## 1.1 Targets\n\n::: {.callout-note}\nMind.\n:::", has_vega=True),
    ]
    return Site('Yun & Lan: "brands"', "zh", pages, "2025Q4.zh", "2025Q4", LABELS)


def test_the_project_is_a_website_that_executes_nothing_and_lists_every_page(tmp_path, site):
    quarto.write_project(site, tmp_path)
    settings = yaml.safe_load((tmp_path / "_quarto.yml").read_text(encoding="utf-8"))
    assert settings["project"]["type"] == "website" and settings["execute"] == {"enabled": False}
    assert settings["lang"] == "zh-CN"
    listed = [entry["href"] for entry in settings["website"]["sidebar"]["contents"]]
    assert listed == ["index.qmd", "01_goals.qmd"]
    assert all((tmp_path / name).is_file() for name in listed)
    themes = [(tmp_path / files[1]).read_text() for files in settings["format"]["html"]["theme"].values()]
    assert len(set(themes)) == 2 and all("$primary: #" in theme for theme in themes)  # light and dark
    assert "://" not in (tmp_path / "_quarto.yml").read_text() + "".join(themes)


def test_a_pages_head_is_valid_yaml_and_loads_local_scripts_alone(tmp_path, site):
    quarto.write_project(site, tmp_path)
    for page, scripts in ((site.pages[0], 1), (site.pages[1], 2)):
        text = (tmp_path / page.file.replace(".html", ".qmd")).read_text(encoding="utf-8")
        _, head, body = text.split("---\n", 2)
        found = yaml.safe_load(head)
        assert found["title"] == page.title
        assert found["include-after-body"]["text"].count('src="assets/') == scripts
        assert "://" not in head and page.markdown in body


def assets(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in ("site.css", "site.js", "vega.js"):
        (folder / name).touch()


def test_quarto_renders_every_page_into_a_hidden_scratch_folder_where_it_is_installed(tmp_path, site):
    program = shutil.which("quarto")
    if not program:
        pytest.skip("quarto is not on PATH")
    out = tmp_path / ".scratch" / "html"
    out.parent.mkdir()
    quarto.render_site(site, assets, out, program)
    assert "Scorecard" in (out / "index.html").read_text(encoding="utf-8")
    page = (out / "01_goals.html").read_text(encoding="utf-8")
    assert "Mind." in page
    assert 'type="module"' not in page, "a page opened from a file share may not load modules"


@pytest.mark.parametrize("made", [[], ["index.html"]])
def test_a_quarto_that_succeeds_without_a_page_stops_the_report(tmp_path, site, made):
    lazy = tmp_path / "quarto"
    touch = " ".join(f"_site/{name}" for name in made)
    lazy.write_text(f"#!/bin/sh\nmkdir _site\n[ -z '{touch}' ] || touch {touch}\necho nothing to do >&2\n")
    lazy.chmod(0o755)
    with pytest.raises(UserError, match=r"made no .*01_goals\.html.*\n.*nothing to do"):
        quarto.render_site(site, assets, tmp_path / "html", str(lazy))
    assert not (tmp_path / "html").exists()


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine without Quarto: an empty PATH and an environment of its own; returns its project folder."""
    (tmp_path / "env" / "bin").mkdir(parents=True)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "env" / "bin" / "python"))
    return tmp_path


def program(path: Path, status: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return path


def test_installing_is_tried_once_and_a_failure_costs_nothing_the_next_time(machine, monkeypatch, capsys):
    tries = []
    monkeypatch.setattr(quarto, "_install", lambda: tries.append(1) or "no such package")
    for _ in range(3):
        assert quarto.find_quarto(machine, {"PATH": str(machine)}) is None
    assert len(tries) == 1
    said = capsys.readouterr().err
    assert said.count("pandoc") == 1 and len(said.splitlines()) == 1
    assert "no such package" in (machine / ".cache" / "quarto-unavailable").read_text()


def test_a_package_that_installs_but_does_not_run_is_a_failure_too(machine, monkeypatch):
    def install():
        program(machine / "env" / "bin" / "quarto", status=1)

    monkeypatch.setattr(quarto, "_install", install)
    assert quarto.find_quarto(machine, {"PATH": str(machine)}) is None
    assert (machine / ".cache" / "quarto-unavailable").is_file()


def test_quarto_is_taken_from_the_path_the_environment_or_a_fresh_installation(machine, monkeypatch):
    beside = machine / "env" / "bin" / "quarto"
    monkeypatch.setattr(quarto, "_install", lambda: program(beside) and None)
    assert quarto.find_quarto(machine, {"PATH": str(machine)}) == str(beside)
    monkeypatch.setattr(quarto, "_install", lambda: pytest.fail("installed although it is there"))
    assert quarto.find_quarto(machine, {"PATH": str(machine)}) == str(beside)
    on_path = program(machine / "bin" / "quarto")
    assert quarto.find_quarto(machine, {"PATH": os.fspath(on_path.parent)}) == str(on_path)


def test_installing_can_be_switched_off(machine, monkeypatch):
    monkeypatch.setattr(quarto, "_install", lambda: pytest.fail("tried to install"))
    assert quarto.find_quarto(machine, {"PATH": str(machine), "BRANDOPS_NO_QUARTO_INSTALL": "1"}) is None
