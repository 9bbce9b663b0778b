"""The font charts are drawn in: Noto Sans SC at regular weight, the same on every machine.

The wheel `manimgx_fonts_cjk` ships Noto Sans CJK as one variable font whose default weight is Thin, and
matplotlib cannot choose another. So the regular weight is drawn once from the variable font, for Latin and
the characters of GB 2312, and kept in `.cache/fonts/`. Characters beyond those fall back to the thin ones.
"""

import fcntl
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import manimgx_fonts_cjk
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont
from matplotlib import font_manager, ft2font

from brandops import paths

FAMILY = "Brandops Sans"
_WEIGHT = 400
_FACE_SC = 2  # simplified Chinese among the five faces of the collection
_SOURCE = Path(manimgx_fonts_cjk.__file__).parent / "NotoSansCJK-VF.otf.ttc"
# Latin with its extensions, Greek, punctuation, currency, arrows, signs, CJK punctuation, full-width forms.
_RANGES = ((0x20, 0x7F), (0xA0, 0x180), (0x391, 0x3CA), (0x2010, 0x2050), (0x20A0, 0x20C0),
           (0x2190, 0x2194), (0x2200, 0x2270), (0x25A0, 0x25D0), (0x2713, 0x2718), (0x3000, 0x3018), (0xFF00, 0xFFF0))  # fmt: skip


@lru_cache
def register_font() -> list[str]:
    """Make the font known to matplotlib, building it if need be; return families to draw with, best first."""
    path = paths.root() / ".cache" / "fonts" / f"regular-{version('manimgx-fonts-cjk')}.otf"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Notebooks run in parallel; the first one builds, the others wait for it.
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.is_file():
                scratch = path.with_suffix(".part")
                build_font(scratch, characters())
                scratch.replace(path)
    font_manager.fontManager.addfont(path)
    font_manager.fontManager.addfont(_SOURCE)
    return [FAMILY, "Noto Sans CJK SC", "DejaVu Sans"]


def covered(letters: set[str]) -> set[str]:
    """Those of `letters` a chart can draw: held by the regular font or one it falls back to."""
    found = set()
    for family in register_font():
        face = ft2font.FT2Font(font_manager.findfont(family, fallback_to_default=False))
        found |= {letter for letter in letters - found if face.get_char_index(ord(letter))}
    return found


def characters() -> list[int]:
    """Code points the font holds."""
    points = {point for first, end in _RANGES for point in range(first, end)}
    for row in range(0xB0, 0xF8):  # the Chinese characters of GB 2312
        for cell in range(0xA1, 0xFF):
            points.update(map(ord, bytes([row, cell]).decode("gb2312", errors="ignore")))
    return sorted(points)


def build_font(path: Path, points: list[int]) -> None:
    """Draw the given characters at regular weight and write them to an OpenType font."""
    source = TTFont(_SOURCE, fontNumber=_FACE_SC, lazy=True)
    # FreeType reads the character map at once; fontTools would take seconds over its variation sequences.
    index = ft2font.FT2Font(str(_SOURCE), face_index=_FACE_SC).get_char_index
    order = source.getGlyphOrder()
    outlines = source.getGlyphSet(location={"wght": _WEIGHT})
    charstrings, metrics, cmap = {}, {}, {}
    for name, glyph in [(".notdef", 0), *((f"u{point:04X}", index(point)) for point in points)]:
        if glyph == 0 and name != ".notdef":
            continue
        outline = outlines[order[glyph]]
        pen = T2CharStringPen(outline.width, None)
        outline.draw(pen)
        charstrings[name], metrics[name] = pen.getCharString(), (round(outline.width), 0)
        if name != ".notdef":
            cmap[int(name[1:], 16)] = name
    builder = FontBuilder(source["head"].unitsPerEm, isTTF=False)
    builder.setupGlyphOrder(list(charstrings))
    builder.setupCharacterMap(cmap)
    builder.setupCFF("BrandopsSans-Regular", {"FullName": FAMILY}, charstrings, {})
    builder.setupHorizontalMetrics(metrics)
    ascent, descent = source["hhea"].ascent, source["hhea"].descent
    builder.setupHorizontalHeader(ascent=ascent, descent=descent)
    builder.setupNameTable({"familyName": FAMILY, "styleName": "Regular"})
    builder.setupOS2(usWeightClass=_WEIGHT, sTypoAscender=ascent, sTypoDescender=descent)
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    builder.save(path)
