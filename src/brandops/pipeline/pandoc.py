"""The pages by pandoc: markdown to HTML with a small Lua filter for callouts and tabs, inside our own frame."""

import subprocess
from pathlib import Path

import jinja2
import pypandoc
from markupsafe import Markup

from brandops.errors import UserError
from brandops.pipeline.cells import PageText
from brandops.pipeline.site import Site

ASSETS = Path(__file__).parent / "assets"
# Pandoc writes the table of contents and the text; this line parts the two.
_PART = "<!-- brandops: text -->"
_READER = "markdown-tex_math_dollars-tex_math_single_backslash-raw_tex-smart-citations"


def render_site(site: Site, out: Path) -> None:
    """Write the pages of `site` to `out`."""
    environment = jinja2.Environment(autoescape=True, loader=jinja2.FileSystemLoader(ASSETS), trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined)  # fmt: skip
    template = environment.get_template("page.html")
    for number, page in enumerate(site.pages):
        contents, text = convert(page)
        markup = template.render(
            site=site, page=page, contents=Markup(contents),
            text=Markup(text),
            previous=site.pages[number - 1] if number else None,
            next=site.pages[number + 1] if number + 1 < len(site.pages) else None,
        )  # fmt: skip
        (out / page.file).write_text(markup, encoding="utf-8")


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
