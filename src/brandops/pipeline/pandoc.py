"""The pages by pandoc: markdown to HTML with a small Lua filter for callouts and tabs, inside our own frame."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import jinja2
import pypandoc
from markupsafe import Markup

from brandops.errors import UserError
from brandops.pipeline.cells import PageText
from brandops.pipeline.fingerprint import combine, read_json, write_atomically
from brandops.pipeline.site import Site

ASSETS = Path(__file__).parent / "assets"
# Pandoc writes the table of contents and the text; this line parts the two.
_PART = "<!-- brandops: text -->"
_READER = "markdown-tex_math_dollars-tex_math_single_backslash-raw_tex-smart-citations"


def render_site(site: Site, out: Path, memory: Path | None = None) -> None:
    """Write the pages of `site` to `out`.

    Pandoc converts only what is new: the text of a page, which its notebook alone decides, is kept in the folder
    `memory` from one run to the next. The frame around it (navigation, links, provenance) is drawn anew every time.
    """
    environment = jinja2.Environment(autoescape=True, loader=jinja2.FileSystemLoader(ASSETS), trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined)  # fmt: skip
    template = environment.get_template("page.html")
    for number, (page, (contents, text)) in enumerate(zip(site.pages, _converted(site.pages, memory), strict=True)):
        markup = template.render(
            site=site, page=page, contents=Markup(contents),
            text=Markup(f"{text}\n{site.foot}"),
            previous=site.pages[number - 1] if number else None,
            next=site.pages[number + 1] if number + 1 < len(site.pages) else None,
        )  # fmt: skip
        (out / page.file).write_text(markup, encoding="utf-8")


def _converted(pages: list[PageText], memory: Path | None) -> list[tuple[str, str]]:
    """Table of contents and text of each page: remembered, or converted now; what is not used any more is forgotten."""
    if memory is None:
        return [convert(page) for page in pages]
    memory.mkdir(parents=True, exist_ok=True)
    files = [memory / f"{key(page)}.json" for page in pages]
    fresh = [(page, file) for page, file in zip(pages, files, strict=True) if not read_json(file)]
    with ThreadPoolExecutor() as pool:  # pandoc is a process of its own: the processors share the pages
        for (_page, file), (contents, text) in zip(fresh, pool.map(convert, [page for page, _file in fresh]), strict=True):
            write_atomically(file, json.dumps({"contents": contents, "text": text}, ensure_ascii=False))
    for left in set(memory.iterdir()) - set(files):
        left.unlink()
    return [(found["contents"], found["text"]) for found in map(read_json, files)]


def key(page: PageText) -> str:
    """Digest of what pandoc makes a page of: its text, pandoc itself, and the files that steer it."""
    steering = [(ASSETS / name).read_text(encoding="utf-8") for name in ("parts.html", "callouts.lua")]
    return combine(page.markdown, version("pypandoc_binary"), _READER, steering)


def convert(page: PageText) -> tuple[str, str]:
    """Return table of contents and text of a page as HTML."""
    command = [
        pypandoc.get_pandoc_path(), "--from", _READER, "--to", "html5", "--wrap", "none", "--toc", "--toc-depth", "3",
        "--syntax-highlighting", "none", "--template", str(ASSETS / "parts.html"),
        "--lua-filter", str(ASSETS / "callouts.lua"), "--metadata", "pagetitle=page",
    ]  # fmt: skip
    done = subprocess.run(command, input=page.markdown, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise UserError(f"pandoc could not render {page.name}: {done.stderr.strip()}")
    contents, text = done.stdout.split(_PART, 1)
    return contents.strip(), text.strip()
