"""The brand file `params/_brand.yml` (brand.yml standard): colours and fonts of charts, tables and pages."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from brandops import paths
from brandops.errors import UserError

MAX_COLOURS = 5  # plan item 8.3.1


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


@lru_cache
def load_brand(path: Path | None = None) -> Brand:
    """Read the brand file.

    Raises
    ------
    UserError
        If it is missing, is no YAML, has more than five colours or names a colour it does not define.
    """
    path = path or paths.root() / "params" / "_brand.yml"
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

    def role(name: str, default: str) -> str:
        given = str(color.get(name, default))
        value = palette.get(given, given)
        if not (value.startswith("#") and len(value) == 7):
            raise UserError(f"{path}: color.{name}: {given!r} is neither in the palette nor #RRGGBB; "
                            f"palette: {', '.join(palette)}")  # fmt: skip
        return value

    first = next(iter(palette))
    logo = raw.get("logo")
    return Brand(
        name=raw.get("meta", {}).get("name", ""),
        palette=palette,
        background=role("background", "#FFFFFF"),
        **{name: role(name, first) for name in ("foreground", "primary", "success", "warning", "danger")},
        font=type_.get("base", {}).get("family", "sans-serif"),
        font_size=str(type_.get("base", {}).get("size", "16px")),
        line_height=float(type_.get("base", {}).get("line-height", 1.6)),
        heading_weight=int(type_.get("headings", {}).get("weight", 600)),
        monospace=type_.get("monospace", {}).get("family", "monospace"),
        logo=logo.get("small") if isinstance(logo, dict) else logo,
    )


def css_variables(brand: Brand) -> str:
    """The brand as CSS custom properties, which every stylesheet of the pages is written in."""
    values = {
        "bg": brand.background, "fg": brand.foreground, "muted": brand.muted, "line": brand.line,
        "panel": brand.panel,
        "primary": brand.primary, "met": brand.success, "at-risk": brand.warning, "missed": brand.danger,
        "font": brand.font, "font-size": brand.font_size, "line-height": brand.line_height,
        "heading-weight": brand.heading_weight, "mono": brand.monospace,
    }  # fmt: skip
    return ":root{" + "".join(f"--bo-{name}:{value};" for name, value in values.items()) + "}"


def _rgb(colour: str) -> tuple[int, int, int]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def _luminance(colour: str) -> float:
    parts = [c / 255 for c in _rgb(colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
