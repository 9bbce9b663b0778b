"""The data dictionary page, written from the contract."""

from html import escape

from brandops.contract import TABLES, Table
from brandops.i18n import gettext as _
from brandops.pipeline.cells import PageText, raw

NAME = "data_dictionary"


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
    return list(found)


def _table(table: Table) -> str:
    facts = [(_("One row"), _(table.grain)), (_("Key"), ", ".join(table.key))]
    if table.known_on:
        facts.append((_("Known on"), table.known_on))
    if table.fresh_within_days is not None:
        facts.append((_("Fresh within"), _("{number} days").format(number=table.fresh_within_days)))
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts)
    heads = (_("Column"), _("Type"), _("Unit"), _("Meaning"), _("Notes"))
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    rows = "".join(_row(name, column) for name, column in table.columns.items())
    return f"## {table.name} {{#{table.name}}}\n\n" + raw(
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
    cells = (str(column.dtype), facts["unit"] or "", _(facts["description"]), ", ".join(notes))
    return f"<tr><td><code>{escape(name)}</code></td>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
