"""An executed notebook as the markdown of a page: what its cells say and show, with the code folded away.

Both renderers read this markdown, so that both make the same page.
"""

import base64
import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from brandops.i18n import translate, translate_markdown

VEGALITE = re.compile(r"application/vnd\.vegalite\.v\d+\+json")
DASHBOARD_SCRIPTS = ("cube.js", "levers.js", "dashboard.js")
_HIDDEN_TAGS = {"remove-cell", "hide", "injected-parameters"}
_ITEM_HEADING = re.compile(r"^(#{2,4} +)(\d)\.(\d)\.(\d)\b([^{\n]*)$", re.MULTILINE)
_TITLE = re.compile(r"^# +(.+?)\s*(?:\{[^{}]*\})?\s*$", re.MULTILINE)
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class PageText:
    """A page before it is rendered: `markdown` starts below the title."""

    name: str
    title: str
    markdown: str
    has_vega: bool = False
    has_dashboard: bool = False

    @property
    def scripts(self) -> list[str]:
        """Scripts of the site's assets the page loads, in order."""
        vega = ["vega.js"] if self.has_vega or self.has_dashboard else []
        return [*vega, "site.js", *(DASHBOARD_SCRIPTS if self.has_dashboard else [])]

    @property
    def file(self) -> str:
        """The page's file; the overview is the front page."""
        return page_file(self.name)


def page_file(notebook: str) -> str:
    """File name of a notebook's page."""
    return "index.html" if notebook.startswith("00_") else f"{notebook}.html"


def read_page(path: Path, language: str) -> PageText:
    """Read an executed notebook as a page in `language`."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    parts, vega = [], False
    for cell in notebook["cells"]:
        if _HIDDEN_TAGS & set(cell.get("metadata", {}).get("tags", [])):
            continue
        source = _text(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(translate_markdown(source, language))
        elif cell["cell_type"] == "code":
            if source.strip():
                parts.append(_folded_code(source, language))
            for output in cell.get("outputs", []):
                vega = vega or bool(_vega_mime(output))
                parts.append(_output(output))
    markdown = "\n\n".join(part for part in parts if part)
    title = _TITLE.search(markdown)
    if title:
        markdown = markdown[: title.start()] + markdown[title.end() :]
    markdown = _ITEM_HEADING.sub(r"\1\2.\3.\4\5 {#item-\2-\3-\4}", markdown)
    heading = title[1] if title else path.stem[3:].replace("_", " ").capitalize()
    return PageText(path.stem, heading, _link_pages(markdown), vega, '<section class="bo-dashboard"' in markdown)


def raw(html: str) -> str:
    """HTML as a raw block of pandoc's markdown, which passes it through untouched."""
    return f"```{{=html}}\n{html}\n```" if "```" not in html else f"`````{{=html}}\n{html}\n`````"


def _folded_code(source: str, language: str) -> str:
    summary = escape(translate("Code", language))
    return raw(
        f'<details class="bo-code"><summary>{summary}</summary>'
        f'<pre tabindex="0"><code class="language-python">{escape(source)}</code></pre></details>'
    )


def _output(output: dict) -> str:
    if output["output_type"] == "stream":
        # A warning names its file; where the project lies on this machine is nobody's business and differs elsewhere.
        text = escape(_ANSI.sub("", _text(output["text"])).replace(f"{Path(__file__).resolve().parents[3]}/", ""))
        kind = "bo-log" if output["name"] == "stderr" else "bo-out"
        return raw(f'<pre class="{kind}" tabindex="0">{text}</pre>')
    if output["output_type"] not in ("display_data", "execute_result"):
        return ""
    facts = output.get("metadata", {}).get("brandops", {})
    if facts.get("lab_only"):
        return ""
    data, mime = output["data"], _vega_mime(output)
    if mime:
        return raw(_vega_figure(data[mime], facts))
    if "text/markdown" in data:
        return _text(data["text/markdown"])
    if "text/html" in data:
        return raw(_text(data["text/html"]))
    if "image/svg+xml" in data:
        encoded = base64.b64encode(_text(data["image/svg+xml"]).encode()).decode("ascii")
        return raw(f'<figure class="bo-figure"><img src="data:image/svg+xml;base64,{encoded}" alt=""></figure>')
    if "image/png" in data:
        encoded = _text(data["image/png"]).replace("\n", "")
        return raw(f'<figure class="bo-figure"><img src="data:image/png;base64,{encoded}" alt=""></figure>')
    return raw(f'<pre class="bo-out" tabindex="0">{escape(_text(data.get("text/plain", "")))}</pre>')


def _vega_mime(output: dict) -> str | None:
    return next((mime for mime in output.get("data", {}) if VEGALITE.fullmatch(mime)), None)


def _vega_figure(spec: dict, facts: dict) -> str:
    # "</" would end the script element; JSON may write it with a backslash.
    text = json.dumps(spec, ensure_ascii=False, sort_keys=True).replace("</", "<\\/")
    name, alt, caption = (escape(facts.get(key, "")) for key in ("name", "alt", "caption"))
    return (
        f'<figure class="bo-figure" id="chart-{name}"><div class="bo-vega" role="img" aria-label="{alt}">'
        f'<script type="application/json">{text}</script></div><figcaption>{caption}</figcaption>{facts.get("data", "")}</figure>'
    )


def _link_pages(markdown: str) -> str:
    """Links between notebooks become links between pages."""
    markdown = re.sub(r"\]\((?:\./)?(\d\d_\w+)\.ipynb", r"](\1.html", markdown)
    return re.sub(r"(\]\(|href=\")00_\w+\.html", r"\1index.html", markdown)


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
