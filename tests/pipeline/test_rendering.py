"""A page is converted again only when its notebook changed; what frames it is drawn with it."""

import json

import pytest

from brandops.pipeline import pandoc
from brandops.pipeline.render import render_site

PROVENANCE = {"profile": "tiny", "period": "2025Q4", "as_of": "2025-12-31", "data": {}, "code": "abc", "parameters": {}}


@pytest.fixture
def site(project, monkeypatch):
    """Render two notebooks; returns a function that does so again and names the pages that pandoc converted."""
    converted = []
    convert = pandoc.convert
    monkeypatch.setattr(pandoc, "convert", lambda page: converted.append(page.name) or convert(page))

    def write(name: str, *texts: str) -> None:
        cells = [{"id": f"c{n}", "cell_type": "markdown", "metadata": {}, "source": text} for n, text in enumerate(texts)]
        project.write(f"executed/{name}.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))

    def run(**more) -> list[str]:
        converted.clear()
        provenance = PROVENANCE | more
        out = project.root / "html"
        render_site(
            project.root / "executed", out, language="en", title="T", provenance=provenance, name="2025Q4", renderer="pandoc"
        )
        return sorted(converted)

    run.write, run.page = write, lambda name: (project.root / "html" / name).read_text(encoding="utf-8")
    write("00_overview", "# Overview", "All is well.")
    write("01_first", "# First", "Sales rose.")
    assert run() == ["00_overview", "01_first", "data_dictionary"]
    return run


def test_nothing_changed_nothing_is_converted_and_the_pages_are_the_same_bytes(site):
    before = site.page("index.html")
    assert site() == []
    assert site.page("index.html") == before


def test_a_changed_notebook_is_converted_alone(site):
    other = site.page("index.html")
    site.write("01_first", "# First", "Sales fell.")
    assert site() == ["01_first"]
    assert "Sales fell." in site.page("01_first.html") and site.page("index.html") == other


def test_a_new_page_is_in_the_navigation_of_those_that_stay(site):
    site.write("02_second", "# Second thoughts", "More.")
    assert site() == ["02_second"]
    for name in ("index.html", "01_first.html"):
        assert 'href="02_second.html"' in site.page(name)
    assert 'rel="next" href="02_second.html"' in site.page("01_first.html")


def test_provenance_is_that_of_this_run_on_every_page(site):
    assert site(code="def") == []
    assert "<b>def</b>" in site.page("index.html") and "<b>abc</b>" not in site.page("01_first.html")


def test_what_pandoc_is_steered_by_counts(site, monkeypatch):
    monkeypatch.setattr(pandoc, "_READER", pandoc._READER + "-auto_identifiers")
    assert len(site()) == 3


def test_pages_that_left_the_report_are_forgotten(site, project):
    (project.root / "executed" / "01_first.ipynb").unlink()
    assert site() == []
    assert len(list((project.root / ".cache" / "pages" / "tiny-2025Q4").iterdir())) == 2
