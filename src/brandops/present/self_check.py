"""What the pages can measure of themselves (plan section 8): colours, contrast, glyphs, addresses of other hosts."""

import re
from collections.abc import Iterable
from html import escape

import pandas as pd

from brandops.i18n import gettext as _
from brandops.i18n import read_catalogue
from brandops.present import brand, charts, fonts, html

WIDTHS = (360, 820, 1440)  # a phone, a tablet, a desk: every page is opened at these by the page tests
DEFICIENCIES = ("protanopia", "deuteranopia", "tritanopia")
_HEX = re.compile(r"#[0-9A-Fa-f]{6}\b")
_ADDRESS = re.compile(r"""(?:https?:)?//[\w.-]+\.\w+""")
_NAMES_ONLY = re.compile(r"https?://(?:vega\.github\.io/schema/|www\.w3\.org/)")  # identifiers: nothing is fetched from them


def colour_users() -> pd.DataFrame:
    """Who takes colours from the brand: user, colours (distinct ones it uses), foreign (of these, not of the brand)."""
    look = brand.load_brand()
    known = {c.upper() for b in look.schemes.values() for c in (*brand.variables(b).values(), *b.palette.values())}
    texts = {
        _("Pages (stylesheet)"): brand.css_variables(look) + brand.dark_variables(look) + html.stylesheet(),
        _("Seaborn and matplotlib"): str(charts.theme()),
        _("Altair and Vega"): str(charts.vega_config()),
    }
    found = {user: {c.upper() for c in _HEX.findall(text)} for user, text in texts.items()}
    return pd.DataFrame(
        [(user, len(used), len(used - known)) for user, used in found.items()], columns=["user", "colours", "foreign"]
    )


def palette() -> pd.DataFrame:
    """Every categorical colour: scheme, name, colour, swatch (markup), contrast on the page, and how it is seen without a cone."""
    rows = []
    for scheme, look in brand.load_brand().schemes.items():
        for name, colour in look.palette.items():
            seen = {kind: _swatch(brand.simulated(colour, kind), look.background) for kind in DEFICIENCIES}
            rows.append({"scheme": scheme, "name": name, "colour": colour, "swatch": _swatch(colour, look.background),
                         "contrast": brand.contrast(colour, look.background), **seen})  # fmt: skip
    return pd.DataFrame(rows)


def nearest_colours() -> pd.DataFrame:
    """The two colours hardest to tell apart by scheme and deficiency: scheme, deficiency, difference (ΔE*ab), one, other."""
    rows = [
        (scheme, kind, *brand.closest_pair(look.series, kind))
        for scheme, look in brand.load_brand().schemes.items()
        for kind in DEFICIENCIES
    ]
    return pd.DataFrame(rows, columns=["scheme", "deficiency", "difference", "one", "other"])


def glyphs(texts: Iterable[str]) -> tuple[int, list[str]]:
    """How many different characters texts hold, and those of them the charts' fonts cannot draw."""
    used = {letter for text in texts for letter in text if letter.isprintable() and not letter.isspace()}
    return len(used), sorted(used - fonts.covered(used))


def page_words() -> list[str]:
    """Every text of the pages, in English and Chinese."""
    words = []
    for message in read_catalogue("zh"):
        for part in (message.id, message.string):
            words.extend([part] if isinstance(part, str) else part)
    return words


def foreign_addresses(texts: Iterable[str]) -> list[str]:
    """Addresses of other hosts in what a page loads; names of standards, which nothing is fetched from, are none."""
    found = {match.group(0) for text in texts for match in _ADDRESS.finditer(_NAMES_ONLY.sub("", text))}
    return sorted(found)


def _swatch(colour: str, ground: str) -> str:
    return (f'<span class="bo-swatch" style="background:{escape(ground)}"><i style="background:{escape(colour)}"></i></span> '
            f"<code>{escape(colour)}</code>")  # fmt: skip
