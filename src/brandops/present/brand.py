"""The brand file `params/_brand.yml` (brand.yml standard): colours and fonts of charts, tables and pages."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import yaml

from brandops import paths
from brandops.errors import UserError

MAX_COLOURS = 5  # plan item 8.3.1
READABLE = 4.5  # least contrast of text, WCAG 2.2 AA
APART = 10.0  # least ΔE*ab of two colours for whoever lacks a kind of cone: several just noticeable differences
ROLES = ("background", "foreground", "primary", "success", "warning", "danger")
_WHITE = (0.95047, 1.0, 1.08883)  # D65
_MACHADO = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


@dataclass(frozen=True)
class Brand:
    """Colours by role and fonts, as the brand file gives them."""

    name: str
    palette: dict[str, str]
    background: str
    foreground: str
    primary: str
    success: str
    warning: str
    danger: str
    font: str
    font_size: str
    line_height: float
    heading_weight: int
    monospace: str
    logo: str | None
    dark: "Brand | None" = None

    @property
    def schemes(self) -> dict[str, "Brand"]:
        """The brand on light pages and, where the brand file gives one, on dark ones."""
        return {"light": self} | ({"dark": self.dark} if self.dark else {})

    @property
    def muted(self) -> str:
        """Foreground at two thirds on the background: axes, notes, what was last year."""
        return mix(self.foreground, self.background, 0.68)

    @property
    def line(self) -> str:
        """Hairlines and grids."""
        return mix(self.foreground, self.background, 0.13)

    @property
    def panel(self) -> str:
        """Ground of panels."""
        return mix(self.foreground, self.background, 0.035)

    @property
    def series(self) -> list[str]:
        """Colours of data series, in the order they are given out; the primary colour first."""
        rest = [c for c in self.palette.values() if c not in (self.primary, self.foreground)]
        return [self.primary, *rest, self.foreground]

    def status(self, status: str) -> str:
        """Colour of a status."""
        return {"met": self.success, "at_risk": self.warning, "missed": self.danger}.get(status, self.muted)


def mix(colour: str, ground: str, share: float) -> str:
    """Blend `share` of a hex colour into a ground."""
    pairs = zip(_rgb(colour), _rgb(ground), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in pairs)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two hex colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def load_brand(path: Path | None = None) -> Brand:
    """Read the brand file, once.

    Raises
    ------
    UserError
        If it is missing, is no YAML, has more than five colours or names a colour it does not define.
    """
    return _load(path or paths.root() / "params" / "_brand.yml")


@lru_cache
def _load(path: Path) -> Brand:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path}: no valid YAML: {error}") from error
    color, type_ = raw.get("color", {}), raw.get("typography", {})
    palette = color.get("palette", {})
    if not 1 <= len(palette) <= MAX_COLOURS:
        raise UserError(f"{path}: color.palette has {len(palette)} colours; allowed: 1 to {MAX_COLOURS}")
    first = next(iter(palette))
    logo = raw.get("logo")
    fonts = {
        "font": type_.get("base", {}).get("family", "sans-serif"),
        "font_size": str(type_.get("base", {}).get("size", "16px")),
        "line_height": float(type_.get("base", {}).get("line-height", 1.6)),
        "heading_weight": int(type_.get("headings", {}).get("weight", 600)),
        "monospace": type_.get("monospace", {}).get("family", "monospace"),
    }

    def role(name: str, scheme: str) -> str:
        given = color.get(name, "#FFFFFF" if name == "background" else first)
        given = str(given.get(scheme, given.get("light")) if isinstance(given, dict) else given)
        value = palette.get(given, given)
        if not re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
            raise UserError(f"{path}: color.{name}: {given!r} is neither in the palette nor #RRGGBB; "
                            f"palette: {', '.join(palette)}")  # fmt: skip
        return value

    def of(scheme: str, dark: Brand | None) -> Brand:
        # A colour of the palette goes dark with the first role that names it.
        turned = {role(name, "light"): role(name, scheme) for name in reversed(ROLES)}
        return Brand(
            name=raw.get("meta", {}).get("name", ""), palette={name: turned.get(c, c) for name, c in palette.items()},
            logo=logo.get("small") if isinstance(logo, dict) else logo, dark=dark, **fonts,
            **{name: role(name, scheme) for name in ROLES},
        )  # fmt: skip

    has_dark = any(isinstance(color.get(name), dict) and "dark" in color[name] for name in ROLES)
    return of("light", of("dark", None) if has_dark else None)


def css_variables(brand: Brand, selector: str = ":root") -> str:
    """The brand as CSS custom properties, which every stylesheet of the pages is written in."""
    values = variables(brand) | {
        "font": brand.font, "font-size": brand.font_size, "line-height": brand.line_height,
        "heading-weight": brand.heading_weight, "mono": brand.monospace,
    }  # fmt: skip
    return selector + "{" + "".join(f"--bo-{name}:{value};" for name, value in values.items()) + "}"


def dark_variables(brand: Brand, selector: str = "") -> str:
    """The colours of dark pages in place of the light ones: under `selector`, or where the reader's system prefers dark.

    Print is always light. Empty where the brand has no dark colours.
    """
    if brand.dark is None:
        return ""
    colours = "".join(f"--bo-{name}:{value};" for name, value in variables(brand.dark).items()) + "color-scheme:dark"
    if selector:
        return f"@media screen{{{selector}{{{colours}}}}}"
    return f":root{{color-scheme:light}}@media screen and (prefers-color-scheme:dark){{:root{{{colours}}}}}"


def variables(brand: Brand) -> dict[str, str]:
    """Colour by the name of its CSS variable, without `--bo-`."""
    return {
        "bg": brand.background, "fg": brand.foreground, "muted": brand.muted, "line": brand.line, "panel": brand.panel,
        "primary": brand.primary, "met": brand.success, "at-risk": brand.warning, "missed": brand.danger,
    }  # fmt: skip


def simulated(colour: str, deficiency: str) -> str:
    """How a reader without a kind of cone sees a colour.

    The matrices are those of Machado, Oliveira and Fernandes (2009, "A physiologically-based model for simulation of color
    vision deficiency", table 1, severity 1), applied to linear light. `deficiency`: protanopia, deuteranopia or tritanopia.
    """
    linear = [_linear(c / 255) for c in _rgb(colour)]
    seen = (sum(w * c for w, c in zip(row, linear, strict=True)) for row in _MACHADO[deficiency])
    return "#" + "".join(f"{round(255 * _gamma(min(1.0, max(0.0, c)))):02X}" for c in seen)


def difference(one: str, other: str) -> float:
    """How different two colours look: CIE 1976 ΔE*ab (D65); about 2 is just noticeable."""
    return sum((a - b) ** 2 for a, b in zip(_lab(one), _lab(other), strict=True)) ** 0.5


def closest_pair(colours: list[str], deficiency: str | None = None) -> tuple[float, str, str]:
    """The two colours hardest to tell apart as (difference, colour, colour), for a reader with a deficiency or without."""
    seen = {c: simulated(c, deficiency) if deficiency else c for c in colours}
    return min((difference(seen[a], seen[b]), a, b) for a, b in combinations(colours, 2))


def lowest_contrast(brand: Brand) -> float:
    """The lowest contrast ratio of anything that is written or drawn in a colour, on the page or on a panel."""
    written = [*brand.palette.values(), brand.foreground, brand.muted, brand.primary]
    return min(contrast(colour, ground) for colour in written for ground in (brand.background, brand.panel))


def _rgb(colour: str) -> tuple[int, int, int]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def _luminance(colour: str) -> float:
    parts = [c / 255 for c in _rgb(colour)]
    return sum(weight * _linear(c) for weight, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def _linear(c: float) -> float:
    return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4


def _gamma(c: float) -> float:
    return 12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055


def _lab(colour: str) -> tuple[float, float, float]:
    r, g, b = (_linear(c / 255) for c in _rgb(colour))
    xyz = (0.4124 * r + 0.3576 * g + 0.1805 * b, 0.2126 * r + 0.7152 * g + 0.0722 * b, 0.0193 * r + 0.1192 * g + 0.9505 * b)
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (v / w for v, w in zip(xyz, _WHITE, strict=True)))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
