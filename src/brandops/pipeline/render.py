"""A website from executed notebooks: Quarto where it is to be had, else pandoc; the same pages either way.

Each notebook becomes markdown once (`brandops.pipeline.cells`); the two renderers differ only in who turns it into HTML
and who draws the navigation.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from brandops import paths
from brandops.errors import UserError
from brandops.i18n import gettext as _
from brandops.i18n import use_language
from brandops.pipeline import pandoc, quarto
from brandops.pipeline.cells import PageText, raw, read_page
from brandops.pipeline.checklist import checklist_page
from brandops.pipeline.dictionary import dictionary_page
from brandops.pipeline.lineage import lineage_page
from brandops.pipeline.provenance import RENDERER, collect, footer
from brandops.pipeline.site import Site
from brandops.present import html
from brandops.present.brand import css_variables, dark_variables, load_brand, variables
from brandops.present.results import load_results
from brandops.present.status import Status
from brandops.warehouse import load_mart
from brandops.warehouse.load import mart_path

ASSETS = Path(__file__).parent / "assets"
VEGA_LITE = "6.4"


def render(folder: Path, *, profile: str, plan: Any, period: Any, as_of: Any, language: str = "en", name: str = "",
           renderer: str = "", reports_script: str | None = None, notices: Sequence[str] = ()) -> str:  # fmt: skip
    """Make the pages of a report, `folder/notebooks/*.ipynb` to `folder/html/`; returns the renderer: quarto or pandoc.

    Parameters
    ----------
    folder
        The report: `notebooks/` is read, `html/` written anew; pages link to `tables/` beside them.
    plan
        The profile's plan; its company and title head the pages, its values are the page's provenance.
    name
        Folder name under which the report is published.
    renderer
        `auto`, `quarto` or `pandoc`; default: what `BRANDOPS_RENDERER` says, else `auto`.
    reports_script
        Path, from a page, of a script that sets `window.brandopsReports` to the names of the published reports; with it
        the pages link to the same report in the other language where there is one.
    notices
        Sentences the first page opens with: that a closed report comes out otherwise.

    Raises
    ------
    UserError
        There are no executed notebooks, or the renderer failed: with its own words.
    """
    provenance = collect(profile=profile, period=period, as_of=as_of, language=language, plan=plan)
    suffix = "" if language == "en" else f".{language}"
    before, after = period.previous(), period.shift(1)
    neighbours = ((f"{before}{suffix}", f"‹ {before}"), (f"{after}{suffix}", f"{after} ›"))
    title = (getattr(plan, "title", None) or {}).get(language) or getattr(plan, "company", profile)
    use_language(language)
    return render_site(folder / "notebooks", folder / "html", language=language, title=title, provenance=provenance,
                       review=_review_pages(folder / "results", profile, as_of), name=name,
                       renderer=renderer or os.environ.get(RENDERER) or "auto",
                       reports_script=reports_script, neighbours=neighbours, notices=notices)  # fmt: skip


def _review_pages(folder: Path, profile: str, as_of: Any) -> list[PageText]:
    """The reviewer's checklist and the figures' lineage, from the results and what the marts say of the sources."""
    results = load_results(folder)
    if not results:
        return []
    html.use_currency(results[0].currency)
    known = mart_path("sources", profile, as_of).parent.is_dir()
    sources, quarantine, ledger = (load_mart(name, profile, as_of) if known else None
                                   for name in ("sources", "quarantine", "ledger_reconciliation"))  # fmt: skip
    return [checklist_page(results, sources, ledger), lineage_page(results, sources, quarantine)]


def render_site(notebooks: Path, out: Path, *, language: str, title: str, provenance: dict[str, Any],
                review: Sequence[PageText] = (), name: str = "",
                renderer: str = "auto", reports_script: str | None = None,
                neighbours: tuple[tuple[str, str], ...] = (), notices: Sequence[str] = ()) -> str:  # fmt: skip
    """Make a website of the executed notebooks in a folder; see `render`. `review` are pages made from their results."""
    use_language(language)
    sources = sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))
    if not sources:
        raise UserError(f"{notebooks}: there are no executed notebooks to render")
    pages = [read_page(path, language) for path in sources]
    if notices:
        pages[0] = replace(pages[0], markdown=f"{raw(_notice(notices))}\n\n{pages[0].markdown}")
    pages += [*review, dictionary_page()]
    site = Site(
        title=title, language=language, pages=pages, report=name, period=str(provenance["period"]),
        labels=_labels(), logo=_logo(), reports_script=reports_script, neighbours=neighbours,
        foot=footer(provenance),
    )  # fmt: skip
    if renderer not in ("auto", "quarto", "pandoc"):
        raise UserError(f"{RENDERER}={renderer}: no such renderer; allowed: auto, quarto, pandoc")
    program = None if renderer == "pandoc" else quarto.find_quarto(paths.root(), os.environ)
    if renderer == "quarto" and program is None:
        raise UserError("renderer=quarto: there is no Quarto on PATH; install it, or use renderer=pandoc")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pages-", dir=out.parent) as scratch:
        built = Path(scratch) / "html"
        if program:
            quarto.render_site(site, lambda folder: _write_assets(site, folder, stylesheet(frame=False)), built, program)
        else:
            _write_assets(site, built / "assets", stylesheet(frame=True))
            pandoc.render_site(site, built, paths.root() / ".cache" / "pages" / f"{provenance['profile']}-{name}")
        shutil.rmtree(out, ignore_errors=True)
        built.replace(out)
    return "quarto" if program else "pandoc"


def _notice(sentences: Sequence[str]) -> str:
    return html.callout(list(sentences), Status.AT_RISK, _("Restated"))


def stylesheet(frame: bool) -> str:
    """The pages' stylesheet: brand, looks of what notebooks show, and our own frame unless Quarto draws one.

    Quarto has a switch between light and dark of its own, ours follows the reader's system.
    """
    brand = load_brand()
    files = [ASSETS / "pages.css", ASSETS / "dashboard.css", *([ASSETS / "frame.css"] if frame else [])]
    dark = dark_variables(brand, "" if frame else "body.quarto-dark")
    parts = [css_variables(brand), dark, html.stylesheet(), *(file.read_text(encoding="utf-8") for file in files)]
    return "\n".join(parts)


def _write_assets(site: Site, folder: Path, style: str) -> None:
    folder.mkdir(parents=True)
    (folder / "site.css").write_text(style, encoding="utf-8")
    write_scripts(site.pages, folder)
    if site.logo:
        shutil.copyfile(site.logo, folder / site.logo.name)


def write_scripts(pages: list[PageText], folder: Path) -> None:
    """Write the scripts that pages load to `folder`, each once."""
    for script in sorted({script for page in pages for script in page.scripts}):
        if script == "site.js":
            text = (ASSETS / script).read_text(encoding="utf-8")
            (folder / script).write_text(f"window.brandopsColours={json.dumps(_colours())};\n{text}", encoding="utf-8")
        else:
            shutil.copyfile(vega_bundle() if script == "vega.js" else ASSETS / script, folder / script)


def _colours() -> dict[str, str]:
    """The brand's colours as drawn charts name them, by the CSS variable that follows the reader's scheme."""
    found = {colour.lower(): f"var(--bo-{name})" for name, colour in reversed(variables(load_brand()).items())}
    return dict(sorted(found.items()))


@lru_cache
def vega_bundle() -> Path:
    """Path of the script that draws Vega charts, made once from vl-convert's offline copy of the libraries."""
    import vl_convert

    path = paths.root() / ".cache" / f"vega-{VEGA_LITE}-{version('vl-convert-python')}.js"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        # In braces, so that the bundle's short names do not become globals of the page.
        script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.write_text("{" + script + "}\n", encoding="utf-8")
        scratch.replace(path)
    return path


def _logo() -> Path | None:
    logo = load_brand().logo
    if not logo:
        return None
    path = paths.root() / "params" / logo
    if not path.is_file():
        raise UserError(f"params/_brand.yml: logo {logo!r}: there is no such file in params/")
    return path


def _labels() -> dict[str, str]:
    """Words of the pages' frame, in the reader's language."""
    return {
        "contents": _("On this page"),
        "pages": _("Pages"),
        "menu": _("Menu"),
        "previous": _("Previous"),
        "next": _("Next"),
        "skip": _("Skip to the text"),
        "other_language": "中文" if _("English") == "English" else "English",
        "filter": _("Filter rows"),
        "code": _("Code"),
        "enlarge": _("Enlarge"),
        "all_reports": _("All reports"),
    }
