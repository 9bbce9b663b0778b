"""A trend as small as a word: an inline SVG line of the last periods, its end marked (Tufte 2006)."""

from html import escape

import pandas as pd

from brandops.i18n import gettext as _
from brandops.present import formats, html

WIDTH, HEIGHT, PAD = 120, 28, 4


def sparkline(trend: pd.DataFrame, unit: str, target: float | None = None) -> str:
    """Markup of a trend (`period`, `value`), with the target as a dashed line where it lies near; nothing without a trend.

    The values are told in the picture's text alternative, so that colour and shape carry nothing alone.
    """
    if len(trend) < 2:
        return ""
    values = trend["value"].astype(float)
    low, high = float(values.min()), float(values.max())
    spread = high - low or abs(high) or 1.0
    near = target is not None and low - spread <= target <= high + spread
    bottom, top = (min(low, target), max(high, target)) if near else (low, high)
    scale = (HEIGHT - 2 * PAD) / ((top - bottom) or 1.0)
    step = (WIDTH - 2 * PAD) / (len(values) - 1)

    def y(value: float) -> str:
        return f"{HEIGHT - PAD - (value - bottom) * scale:.1f}"

    points = " ".join(f"{PAD + at * step:.1f},{y(value)}" for at, value in enumerate(values))
    line = f'<line class="bo-spark-target" x1="{PAD}" x2="{WIDTH - PAD}" y1="{y(target)}" y2="{y(target)}"/>' if near else ""
    first, last = str(trend["period"].iloc[0]), str(trend["period"].iloc[-1])
    said = _("{first} to {last}: {values}").format(
        first=first, last=last, values=_(", ").join(formats.quantity(value, unit, html.currency()) for value in values)
    )
    return (
        f'<p class="bo-spark"><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(said)}">'
        f"<title>{escape(said)}</title>{line}"
        f'<polyline points="{points}"/><circle cx="{WIDTH - PAD}" cy="{y(float(values.iloc[-1]))}" r="2.8"/></svg>'
        f"<span>{escape(_('{first} to {last}').format(first=first, last=last))}</span></p>"
    )
