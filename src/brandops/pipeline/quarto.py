"""The pages by Quarto: finding it, and writing the website project it renders."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import yaml

from brandops.errors import UserError
from brandops.pipeline.cells import raw
from brandops.pipeline.site import Site
from brandops.present.brand import Brand, load_brand

THEMES = {"light": "theme.scss", "dark": "theme-dark.scss"}
_INSTALL_SECONDS = 300
_RENDER_SECONDS = 1800
_MODULE = re.compile(r'<script src="[^"]*" type="module"></script>\n?')
_REMEMBER = "quarto-unavailable"  # in .cache: installing failed once; remove the file to try again


def find_quarto(root: Path, environment: Mapping[str, str]) -> str | None:
    """Path of Quarto: from PATH, from the Python environment, or installed now; None where it is not to be had.

    Installing is tried once: a failure is remembered in `.cache/quarto-unavailable`. `BRANDOPS_NO_QUARTO_INSTALL=1`
    skips it.
    """
    beside = Path(sys.executable).parent / "quarto"
    found = shutil.which("quarto", path=environment.get("PATH")) or (str(beside) if beside.is_file() else None)
    if found and _works(found):
        return found
    remembered = root / ".cache" / _REMEMBER
    if remembered.is_file() or environment.get("BRANDOPS_NO_QUARTO_INSTALL"):
        return None
    problem = _install()
    if problem is None and beside.is_file() and _works(str(beside)):
        return str(beside)
    remembered.parent.mkdir(parents=True, exist_ok=True)
    remembered.write_text((problem or "quarto-cli was installed but does not run") + "\n", encoding="utf-8")
    print("Quarto is not to be had here (it is neither on PATH nor installable); the pages are made by pandoc.",
          file=sys.stderr)  # fmt: skip
    return None


def render_site(site: Site, write_assets: Callable[[Path], None], out: Path, program: str) -> None:
    """Write the pages of `site` to `out` with Quarto; `write_assets` fills the project's `assets/`.

    The project lies in a folder of the system's: Quarto passes over whatever stands in a folder whose name starts with a
    dot, as a report's scratch folder does, and calls that success.

    Raises
    ------
    UserError
        Quarto failed, took too long or left a page out: with its own words.
    """
    with tempfile.TemporaryDirectory(prefix="brandops-pages-") as scratch:
        project = Path(scratch)
        write_project(site, project)
        write_assets(project / "assets")
        command = [program, "render", str(project), "--to", "html", "--no-execute"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_RENDER_SECONDS, check=False,
                                  stdin=subprocess.DEVNULL, cwd=project)  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise UserError(f"quarto render took more than {_RENDER_SECONDS} s") from error
        if done.returncode:
            raise UserError(f"quarto render failed:\n{done.stderr.strip()[-4000:]}")
        if absent := [page.file for page in site.pages if not (project / "_site" / page.file).is_file()]:
            raise UserError(f"quarto render made no {', '.join(absent)}:\n{done.stderr.strip()[-4000:]}")
        for page in site.pages:
            _drop_modules(project / "_site" / page.file)
        shutil.move(project / "_site", out)


def _drop_modules(page: Path) -> None:
    """Take Quarto's JavaScript modules out of a page: a browser refuses to load one from `file://`, with an error.

    They mark the current heading in the contents and keep tabs of one group in step; the pages work without.
    """
    page.write_text(_MODULE.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")


def write_project(site: Site, folder: Path) -> None:
    """Write the Quarto website project of `site`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_quarto.yml").write_text(_dump(project_settings(site)), encoding="utf-8")
    for scheme, brand in load_brand().schemes.items():
        (folder / THEMES[scheme]).write_text(theme(brand), encoding="utf-8")
    for page in site.pages:
        source = folder / re.sub(r"\.html$", ".qmd", page.file)
        tags = [f'<script src="assets/{name}"></script>' for name in page.scripts]
        if site.reports_script:
            tags.insert(0, f'<script src="{site.reports_script}"></script>')
        labels = json.dumps(site.script_labels, ensure_ascii=False)
        tags.insert(0, f"<script>window.brandopsLabels={labels}</script>")
        link = "\n".join(
            f'<a class="bo-language" hidden data-report="{report}" href="{address}">{escape(text)}</a>'
            for report, address, text in site.links(page)
        )
        head = {"title": page.title, "include-after-body": {"text": "\n".join(tags)}}
        body = f"---\n{_dump(head)}---\n\n```{{=html}}\n{link}\n```\n\n{page.markdown}\n\n{raw(site.foot)}\n"
        source.write_text(body, encoding="utf-8")


def project_settings(site: Site) -> dict[str, Any]:
    """Content of `_quarto.yml`: nothing is executed, nothing is fetched from another host."""
    sidebar: dict[str, Any] = {
        "style": "docked",
        "title": f"{site.title} {site.period}",
        "contents": [{"text": page.title, "href": re.sub(r"\.html$", ".qmd", page.file)} for page in site.pages],
    }
    return {
        "project": {"type": "website", "output-dir": "_site", "resources": ["assets/*"]},
        "lang": site.locale,
        "execute": {"enabled": False},
        "website": {
            "title": f"{site.title} {site.period}",
            "search": False,
            "page-navigation": True,
            "bread-crumbs": False,
            "sidebar": sidebar,
        },
        "format": {
            "html": {
                "theme": {scheme: ["cosmo", THEMES[scheme]] for scheme in load_brand().schemes},
                "respect-user-color-scheme": True,
                "css": "assets/site.css",
                "from": "markdown-tex_math_dollars-tex_math_single_backslash-raw_tex-smart-citations",
                "html-math-method": "plain",
                "toc": True,
                "toc-depth": 3,
                "toc-title": site.labels["contents"],
                "code-fold": True,
                "anchor-sections": False,
                "embed-resources": False,
            }
        },
    }


def theme(brand: Brand) -> str:
    """Quarto theme of the brand: Bootstrap's variables; fonts are those of the reader's machine."""
    return (
        "/*-- scss:defaults --*/\n"
        "$web-font-path: false;\n"
        f"$body-bg: {brand.background};\n$body-color: {brand.foreground};\n$link-color: {brand.primary};\n"
        f"$primary: {brand.primary};\n$success: {brand.success};\n$warning: {brand.warning};\n"
        f"$danger: {brand.danger};\n$font-family-sans-serif: {brand.font};\n"
        f"$font-family-monospace: {brand.monospace};\n$headings-font-weight: {brand.heading_weight};\n"
        f"$line-height-base: {brand.line_height};\n"
    )


def _install() -> str | None:
    """Try to install Quarto's Python package, which downloads Quarto; returns what went wrong."""
    print("Quarto is not on PATH; trying once to install quarto-cli ...", file=sys.stderr)
    uv = shutil.which("uv")
    pip = [uv, "pip", "install", "--python", sys.executable] if uv else [sys.executable, "-m", "pip", "install"]
    try:
        done = subprocess.run([*pip, "--quiet", "quarto-cli"], capture_output=True, text=True,
                              timeout=_INSTALL_SECONDS, check=False, stdin=subprocess.DEVNULL)  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stderr.strip() or "pip failed" if done.returncode else None


def _works(program: str) -> bool:
    environment = {**os.environ, "NO_COLOR": "1"}
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=_INSTALL_SECONDS, check=False,
                              stdin=subprocess.DEVNULL, env=environment)  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _dump(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
