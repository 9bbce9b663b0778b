"""The shelf of published reports: `reports/index.html`, each profile's `latest.html`, and what pages know of each other.

Pages must not differ with what else is published, so they learn it from `reports/<profile>/reports.js` when opened.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brandops import paths
from brandops.i18n import gettext as _
from brandops.i18n import use_language
from brandops.pipeline.fingerprint import read_json, write_atomically
from brandops.pipeline.publish import RECORD

if TYPE_CHECKING:
    import jinja2

ASSETS = Path(__file__).parent / "assets"
SCRIPT = "../../reports.js"  # from a page
DASH = "–"
# What stands beside each report, in this order; the heads of the columns are those of `_index`.
FIGURES = {
    "net_sales": ("1.3.1", "net_sales"), "attainment": ("1.3.1", "attainment"), "growth": ("1.1.1", "growth"),
    "share": ("1.3.2", "share"),
}  # fmt: skip
LANGUAGES = {"en": ("index.html", "English"), "zh": ("index.zh.html", "中文")}


@dataclass(frozen=True)
class Entry:
    """A published report as the index shows it."""

    report: str
    as_of: str
    language: str
    verdict: str
    headline: str
    figures: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        """Its first page, from the profile's folder."""
        return f"{self.report}/html/index.html"


def published(profile: str) -> dict[str, dict]:
    """Records of a profile's published reports by name, oldest knowledge first."""
    found = {}
    for record in paths.reports_dir(profile).glob(f"*/{RECORD}"):
        if not record.parent.name.startswith("."):
            found[record.parent.name] = read_json(record)
    return dict(sorted(found.items(), key=lambda item: (item[1].get("as_of", ""), item[1].get("days", 0), item[0])))


def summarise(results: Path) -> dict[str, Any]:
    """Verdict, first headline and headline figures of a report, from its results."""
    from brandops.present import html
    from brandops.present.results import load_results
    from brandops.present.scorecard import verdict_sentences

    pages = [page for page in load_results(results) if page.figures or page.findings]
    for page in pages[:1]:
        use_language(page.language)
        html.use_currency(page.currency)
    headlines = [sentence for page in pages for sentence in page.headlines]
    stated = {(f.item, f.key): f for page in pages for f in page.figures if not f.grain}
    figures = {name: html.value_text(stated[where]) for name, where in FIGURES.items() if where in stated}
    return {"verdict": next(iter(verdict_sentences(pages)), ""), "headline": next(iter(headlines), ""), "figures": figures}


def write_shelf(profile: str, language: str = "en") -> None:
    """Write what leads to the reports; `language` is the reader's own, in which messages stay set."""
    folder = paths.reports_dir(profile)
    own = published(profile)
    preferred = [name for name, record in own.items() if record.get("language") == "en"] or list(own)
    if preferred:
        _write(folder / "latest.html", template("latest.html").render(target=f"{preferred[-1]}/html/index.html"))
    _write(folder / "reports.js", f"window.brandopsReports={json.dumps(sorted(own), ensure_ascii=False)};\n")
    for code, (file, _name) in LANGUAGES.items():
        use_language(code)
        _write(folder.parent / file, _index(folder.parent, code))
    use_language(language)


def _index(folder: Path, language: str) -> str:
    profiles = {}
    for name in sorted(path.name for path in folder.iterdir() if path.is_dir()):
        entries = [_entry(report, record) for report, record in reversed(published(name).items())]
        # A reader's own language; a report there is in the other language only is better than none.
        own = {entry.report.removesuffix(".zh") for entry in entries if entry.language == language}
        shown = [entry for entry in entries if entry.language == language or entry.report.removesuffix(".zh") not in own]
        if shown:
            profiles[name] = shown
    words = {
        "title": _("Reports"), "report": _("Report"), "as_of": _("As of"), "verdict": _("Verdict"), "headline": _("Headline"),
        "figures": [_("Net sales"), _("Attainment"), _("Growth, year to date"), _("Market share")],
    }  # fmt: skip
    others = [(file, name) for code, (file, name) in LANGUAGES.items() if code != language]
    return template("shelf.html").render(language=language, words=words, profiles=profiles, others=others, style=_style())


def _entry(report: str, record: dict) -> Entry:
    summary = record.get("summary", {})
    facts = (record.get("as_of", ""), record.get("language", "en"), summary.get("verdict", ""), summary.get("headline", ""))
    figures = summary.get("figures", {})
    return Entry(report, *facts, tuple(figures.get(name, DASH) for name in FIGURES))


def _style() -> str:
    from brandops.pipeline.render import stylesheet

    return stylesheet(frame=True)


def template(name: str) -> "jinja2.Template":
    """A page of its own beside the reports, from `assets/`."""
    import jinja2

    loader = jinja2.FileSystemLoader(ASSETS)
    return jinja2.Environment(
        autoescape=True, loader=loader, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    ).get_template(name)


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)
