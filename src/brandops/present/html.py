"""The HTML pieces a page is made of: badges, figure chips, callouts, figures with captions, method notes.

They are the same in JupyterLab and on a published page; `assets/present.css` gives them their looks.
"""

import base64
import re
from collections.abc import Iterable
from html import escape
from itertools import zip_longest
from pathlib import Path

from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import formats
from brandops.present.results import Figure
from brandops.present.status import Status

ASSETS = Path(__file__).parent / "assets"
_SIGNED = re.compile(r"[+−][¥$€£]?\d[\d.,]*(?:[KMB%万亿]|\d)?")
_default_currency = "USD"
_parts: dict[str, dict[str, str]] = {}


def use_currency(currency: str) -> None:
    """Show money in `currency` from now on."""
    global _default_currency
    _default_currency = currency


def use_parts(**names: dict[str, str]) -> None:
    """Call what figures are for by these names from now on: of each kind, such as `channel`, the name of an identifier."""
    _parts.update(names)


def currency() -> str:
    """The currency money is shown in."""
    return _default_currency


def stylesheet() -> str:
    """Looks of the pieces, without the brand's variables."""
    return (ASSETS / "present.css").read_text(encoding="utf-8")


def badge(status: Status, label: str | None = None) -> str:
    """Status as a sign and a word, so that colour is never the only carrier."""
    text = escape(label or status.label)
    sign = f'<span aria-hidden="true">{status.symbol}</span>'
    return f'<span class="bo-badge bo-{status.value}">{sign} {text}</span>'


def value_text(figure: Figure) -> str:
    """A figure's value in its unit."""
    return formats.quantity(figure.value, figure.unit, _default_currency)


def target_text(figure: Figure, sign: bool = True) -> str:
    """A figure's target, with the side that is good: `≥ 95.0%`."""
    if figure.target is None:
        return formats.DASH
    side = ("≥ " if figure.better == "higher" else "≤ ") if sign else ""
    return side + formats.quantity(figure.target, figure.unit, _default_currency)


def change_text(figure: Figure) -> str:
    """A figure's change since its previous value."""
    return formats.change(figure.value, figure.previous, figure.unit, _default_currency)


def interval_text(figure: Figure) -> str:
    """A figure's interval: `94.1% – 97.3%`, or nothing."""
    if figure.low is None and figure.high is None:
        return ""
    low, high = (formats.quantity(side, figure.unit, _default_currency) for side in (figure.low, figure.high))
    return _("{low} … {high}").format(low=low, high=high)


def title(figure: Figure) -> str:
    """What a figure is called: its name, and what it is for by the reader's names."""
    parts = (reader_name(_parts.get(kind, {}).get(value, value)) for kind, value in figure.grain.items())
    return " · ".join([figure.name, *parts])


def tile(figure: Figure, trend: str = "") -> str:
    """One figure as a chip: name, value, target, interval, change, and the markup of its trend."""
    rows = []
    if figure.target is not None:
        rows.append((_("Target"), target_text(figure)))
    if interval_text(figure):
        rows.append((_("{level} interval").format(level=formats.percent(figure.level, 0)), interval_text(figure)))
    if figure.previous is not None:
        before = formats.quantity(figure.previous, figure.unit, _default_currency)
        rows.append((_("Before"), _("{before} ({change})").format(before=before, change=change_text(figure))))
    if figure.money_at_stake:
        rows.append((_("At stake"), formats.money(figure.money_at_stake, _default_currency)))
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows)
    label = title(figure)
    sign = "" if figure.status is Status.NO_TARGET else badge(figure.status)
    note = f'<p class="bo-note">{escape(figure.note)}</p>' if figure.note else ""
    return (
        f'<div class="bo-tile bo-{figure.status.value}"><p class="bo-tile-name">{escape(label)}</p>'
        f'<p class="bo-tile-value">{escape(value_text(figure))} {sign}</p>'
        f"{f'<dl>{facts}</dl>' if facts else ''}{trend}{note}</div>"
    )


def tiles(figures: Iterable[Figure], trends: Iterable[str] = ()) -> str:
    """Several figures beside each other, with the markup of a trend each where `trends` has one."""
    pairs = zip_longest(list(figures), list(trends), fillvalue="")
    return '<div class="bo-tiles">' + "".join(tile(figure, trend) for figure, trend in pairs) + "</div>"


def prose(text: str) -> str:
    """A sentence as markup, its signed numbers kept on one line: a browser may break `+¥102K` after the sign."""
    return _SIGNED.sub(r'<span class="bo-number">\g<0></span>', escape(text))


def callout(sentences: list[str], status: Status | None = None, title: str | None = None) -> str:
    """The answer of a page: a title and sentences, the first of them weightier."""
    kind = f"bo-callout bo-{status.value}" if status else "bo-callout"
    head = f'<p class="bo-callout-title">{escape(title)}</p>' if title else ""
    if not sentences:
        return f'<div class="{kind}" role="note">{head}</div>'
    rest = "".join(f"<li>{prose(text)}</li>" for text in sentences[1:])
    lead = f'<p class="bo-lead">{prose(sentences[0])}</p>'
    return f'<div class="{kind}" role="note">{head}{lead}{f"<ul>{rest}</ul>" if rest else ""}</div>'


def picture(svg: bytes, caption: str, alt: str, name: str, data: str = "") -> str:
    """A chart as an image inside the page, with caption, alternative text and the markup of its data."""
    encoded = base64.b64encode(svg).decode("ascii")
    return (
        f'<figure class="bo-figure" id="chart-{escape(name)}">'
        f'<div class="bo-wide" tabindex="0"><img src="data:image/svg+xml;base64,{encoded}" alt="{escape(alt)}"></div>'
        f"<figcaption>{escape(caption)}</figcaption>{data}</figure>"
    )


def caption(text: str) -> str:
    """A caption of its own."""
    return f'<p class="bo-caption">{escape(text)}</p>'


def folded(summary: str, body: str) -> str:
    """Trusted markup folded away under a line."""
    return f'<details class="bo-folded"><summary>{escape(summary)}</summary>{body}</details>'


def quiet(text: str) -> str:
    """One line that stays in the background."""
    return f'<p class="bo-quiet">{escape(text)}</p>'


def method_note(paragraphs: str) -> str:
    """A method note, folded away; blank lines part its paragraphs."""
    body = "".join(f"<p>{escape(part.strip())}</p>" for part in paragraphs.split("\n\n") if part.strip())
    return f'<details class="bo-method"><summary>{escape(_("Method"))}</summary>{body}</details>'
