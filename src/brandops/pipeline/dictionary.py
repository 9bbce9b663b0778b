"""The data dictionary page, written from the contract."""

import re
from html import escape

from brandops.contract import TABLES, Table
from brandops.i18n import gettext as _
from brandops.i18n import mark
from brandops.pipeline.cells import PageText, raw
from brandops.present.sentences.data_names import table_name

NAME = "data_dictionary"
_TYPES = {
    "string": mark("text"),
    "date": mark("day"),
    "timestamp": mark("time"),
    "boolean": mark("yes or no"),
    "int64": mark("whole number"),
    "float64": mark("number"),
    "decimal": mark("exact decimal"),
}


def dictionary_page() -> PageText:
    """Every table of the contract with its grain, key and columns."""
    intro = _(
        "Every export is brought to these tables. Personal columns never leave the warehouse; a column marked "
        "*later* is recorded after its row, and a report as of an earlier day does not see it."
    )
    parts = [intro, *(_table(table) for table in TABLES.values())]
    return PageText(NAME, _("Data dictionary"), "\n\n".join(parts))


def messages() -> list[str]:
    """What the contract's texts add to the catalogue: grains and descriptions of columns."""
    found = {table.grain: None for table in TABLES.values()}
    found |= {column.metadata["description"]: None for table in TABLES.values() for column in table.columns.values()}
    units = (column.metadata["unit"] for table in TABLES.values() for column in table.columns.values())
    return list(found | {unit: None for unit in units if unit})


def _table(table: Table) -> str:
    facts = [(_("One row"), _(table.grain)), (_("Key"), ", ".join(table.key))]
    if table.known_on:
        facts.append((_("Known on"), table.known_on))
    if table.fresh_within_days is not None:
        facts.append((_("Fresh within"), _("{number} days").format(number=table.fresh_within_days)))
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{_prose(text)}</dd>" for name, text in facts)
    heads = (_("Column"), _("Type"), _("Unit"), _("Meaning"), _("Notes"))
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    rows = "".join(_row(name, column) for name, column in table.columns.items())
    return f"## {table_name(table.name)} · {table.name} {{#{table.name}}}\n\n" + raw(
        f'<dl class="bo-facts">{listed}</dl><div class="bo-scroll" role="region" aria-label="{escape(table.name)}" '
        f'tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(name: str, column: object) -> str:
    facts = column.metadata
    notes = [_("required")] if not column.nullable else []
    if facts["personal"]:
        notes.append(_("personal"))
    if facts["later"]:
        notes.append(_("later"))
    if facts["references"]:
        notes.append(_("refers to {column}").format(column=facts["references"]))
    cells = (_type(column.dtype), _(facts["unit"]) if facts["unit"] else "", _(facts["description"]), _(", ").join(notes))
    return f"<tr><td><code>{escape(name)}</code></td>" + "".join(f"<td>{_prose(cell)}</td>" for cell in cells) + "</tr>"


def _type(dtype: object) -> str:
    """A column's type in words; an exact decimal with its digits."""
    kind, bracket, digits = str(dtype).partition("(")
    word = _(_TYPES[kind]) if kind in _TYPES else kind
    return f"{word} ({digits}" if bracket and kind == "decimal" else word


def _prose(text: str) -> str:
    """A text as markup, what stands in backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))
