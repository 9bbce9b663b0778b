"""Tables on pages: formatted by Great Tables, scrollable on a phone, each with its downloads."""

import re
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from unicodedata import east_asian_width

import pandas as pd
from great_tables import GT

from brandops.i18n import gettext as _
from brandops.i18n import shown as reader_name
from brandops.present import formats, html
from brandops.present.downloads import write_downloads
from brandops.present.status import Status

_LONG = 60  # width from which a text is a sentence to be read, and not a name
# Formats that align left; numbers align right.
_LEFT = {"text", "status", "html", "date", "month"}


@dataclass(frozen=True)
class Column:
    """How a column is shown.

    `format`: currency (compact), currency_exact, fraction (as percent), pp, number, decimal, integer, score,
    ratio, p_value, days, date, month, status, figure (a number already in words), text, html (trusted markup, such as
    a link); None: by the column's type.
    """

    label: str
    format: str | None = None


def publish_table(
    frame: pd.DataFrame, *, caption: str, name: str, folder: Path, link: str, currency: str,
    columns: dict[str, Column | tuple[str, str] | str] | None = None, note: str | None = None,
    rows: int | None = None, blanks: pd.DataFrame | None = None,
) -> str:  # fmt: skip
    """Write a table's downloads to `folder` and return its markup with links `link`/<name>.<suffix>.

    `blanks`: what to show where the frame has no value, in rows and columns like it ("": a dash).

    Raises
    ------
    KeyError
        If `columns` names a column the frame does not have.
    """
    chosen = _columns(frame, columns)
    absent = [column for column in chosen if column not in frame.columns]
    if absent:
        raise KeyError(f"table {name}: no column {', '.join(absent)}; columns: {', '.join(map(str, frame.columns))}")
    frame = frame[list(chosen)].reset_index(drop=True)
    labels = {column: spec.label for column, spec in chosen.items()}
    marked_up = {column: frame[column].map(_without_tags) for column, spec in chosen.items() if spec.format == "html"}
    suffixes = write_downloads(frame.assign(**marked_up), labels, folder, name)
    shown = frame if rows is None else frame.head(rows)
    cells = pd.DataFrame({column: _roomy(_cells(shown[column], spec.format, currency)) for column, spec in chosen.items()})
    if blanks is not None:
        words = blanks.reindex(columns=list(chosen), fill_value="").head(len(shown)).map(escape)
        cells = cells.mask((words != "") & shown.isna(), words)
    table = (
        GT(cells, id=f"table-{name}")
        .fmt(lambda text: text)  # the cells are markup already; unformatted ones would be escaped once more
        .cols_label(labels)  # as one mapping: a column may be called like an argument
        .cols_align("right", [c for c, spec in chosen.items() if spec.format not in _LEFT])
        .cols_align("left", [c for c, spec in chosen.items() if spec.format in _LEFT])
    )
    links = "".join(f' <a download href="{escape(link)}/{escape(name)}{suffix}">{suffix[1:]}</a>' for suffix in suffixes)
    more = ""
    if len(shown) < len(frame):
        more = _("The first {shown} of {count} rows; the downloads hold all.").format(shown=len(shown), count=len(frame))
    foot = "".join(f'<p class="bo-note">{escape(text)}</p>' for text in (note, more) if text)
    return (
        f'<figure class="bo-table" id="tbl-{escape(name)}"><figcaption>{escape(caption)}</figcaption>'
        f'<div class="bo-scroll" role="region" aria-label="{escape(caption)}" tabindex="0">{_markup(table)}</div>'
        f"{foot}"
        f'<p class="bo-downloads">{escape(_("Download:"))}{links}</p></figure>'
    )


def _columns(frame: pd.DataFrame, columns: dict | None) -> dict[str, Column]:
    given = columns if columns is not None else {column: str(column).replace("_", " ").capitalize() for column in frame}
    found = {}
    for column, spec in given.items():
        if isinstance(spec, str):
            spec = Column(spec)
        elif isinstance(spec, tuple):
            spec = Column(*spec)
        if spec.format is None and column in frame:
            spec = Column(spec.label, _format_of(frame[column]))
        found[column] = spec
    return found


def _format_of(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "text"
    if pd.api.types.is_integer_dtype(values):
        return "integer"
    if pd.api.types.is_numeric_dtype(values):
        return "decimal"
    return "date" if pd.api.types.is_datetime64_any_dtype(values) else "text"


def _cells(values: pd.Series, kind: str | None, currency: str) -> list[str]:
    def text(value: object) -> str:
        if kind in ("text", "figure", "status", "html") and (value is None or value is pd.NA or value != value):
            return formats.DASH
        match kind:
            case "currency":
                return formats.money(value, currency)
            case "currency_exact":
                return formats.money_exact(value, currency)
            case "fraction" | "percent":
                return formats.percent(value)
            case "pp":
                return formats.points(value)
            case "integer" | "number" | "count" | "units":
                return formats.number(value)
            case "decimal" | "ratio":
                return formats.number(value, 2)
            case "p_value":
                return "< 0.001" if not formats.missing(value) and value < 0.001 else formats.number(value, 3)
            case "score" | "index" | "days":
                return formats.number(value, 1)
            case "date":
                return _unbroken(formats.day(value))
            case "month":
                return _unbroken(formats.month(value))
            case "status":
                return html.badge(Status(value))
            case "html":
                return str(value)
            case "text" | "figure":
                return escape(_yes_no(value) if isinstance(value, bool) else reader_name(value))
        raise ValueError(f"column format {kind!r} is not known")

    return [text(value) for value in values]


def _unbroken(day: str) -> str:
    """A day or month as one word: the stylesheet keeps it on one line."""
    return day if day == formats.DASH else f"<time>{day}</time>"


def _roomy(cells: list[str]) -> list[str]:
    """Sentences get the width of a phone: squeezed into a narrow column they would make a row as long as the screen."""
    if max((_width(_without_tags(cell)) for cell in cells), default=0) < _LONG:
        return cells
    return [f'<span class="bo-long">{cell}</span>' for cell in cells]


def _width(text: str) -> int:
    """Columns of a terminal the text takes: Chinese characters are twice as wide."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _without_tags(markup: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", markup))


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")


def _markup(table: GT) -> str:
    # Great Tables puts a stylesheet of some 9 KB before every table; the page's own stylesheet dresses them
    # all.
    markup = table.as_raw_html(inline_css=False)
    return markup[markup.index("<table") : markup.rindex("</table>") + len("</table>")]
