"""`make messages`: collect what a reader sees into the Chinese catalogue, keeping the translations there are.

Messages are the texts given to `_`, `gettext`, `ngettext`, `mark` and `translate` in the package and in the notebooks'
code cells, the notebooks' markdown, and the contract's descriptions. Their order is that of the files, so that the
same code gives the same catalogue. A translation no longer used is kept at the end as obsolete and comes back with its
message; a fuzzy one counts as missing until somebody confirms it.
"""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from brandops import paths
from brandops.errors import UserError
from brandops.i18n import catalogue_path, markdown_messages, read_catalogue
from brandops.pipeline.fingerprint import write_atomically

LANGUAGE = "zh"
_HEADER = """\
# Chinese of everything a reader sees; kept complete by `make messages`.
msgid ""
msgstr ""
"Project-Id-Version: brandops\\n"
"Language: zh\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
_SINGLE, _PLURAL = ("_", "gettext", "mark", "translate"), ("ngettext",)

Message = str | tuple[str, str]


def main() -> int:
    """Bring the catalogue up to date and say what it lacks; returns 1 where a message cannot be collected."""
    try:
        text = updated_catalogue()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    path = catalogue_path(LANGUAGE)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)
    lacking = untranslated()
    print(f"{path}: {len(collect())} messages, {len(lacking)} without translation")
    return 0


def collect(package: Path | None = None, notebooks: Path | None = None) -> dict[Message, list[str]]:
    """Message to the files it stands in, in the order of the files and of the lines in them.

    Raises
    ------
    UserError
        A message is put together at run time (an f-string, say), so that it cannot be looked up.
    """
    from brandops.pipeline.dictionary import messages as contract_messages

    package = package or Path(__file__).resolve().parents[1]
    notebooks = notebooks or paths.root() / "notebooks"
    found: dict[Message, list[str]] = {}

    def add(message: Message, place: str) -> None:
        places = found.setdefault(message, [])
        if place not in places:
            places.append(place)

    for path in sorted(package.rglob("*.py")):
        place = f"src/{path.relative_to(package.parent).as_posix()}"
        for message in _messages_of(path.read_text(encoding="utf-8"), place):
            add(message, place)
    for message in contract_messages():
        add(message, "src/brandops/contract")
    for path in sorted(notebooks.glob("[0-9][0-9]_*.ipynb")):
        for message in _messages_in_notebook(path):
            add(message, f"notebooks/{path.name}")
    return _plurals_joined(found)


def updated_catalogue() -> str:
    """Text of the catalogue with exactly the messages there are, and the translations of the present one."""
    old, found = read_catalogue(LANGUAGE), collect()
    known = {_key(message.id): message for message in [*old, *old.obsolete.values()] if message.id}
    fresh = Catalog(locale=LANGUAGE, fuzzy=False)
    for message, places in found.items():
        before = known.pop(_key(message), None)
        added = fresh.add(message, before.string if before else None, locations=[(place, None) for place in places])
        if before:
            added.flags |= before.flags & {"fuzzy"}
            added.user_comments = before.user_comments
    for key, message in sorted(known.items()):
        if _translated(message.string):
            fresh.obsolete[key] = message
    return _HEADER + _written(fresh)


def untranslated() -> list[str]:
    """Messages without a translation that counts."""
    catalogue = {_key(message.id): message for message in read_catalogue(LANGUAGE) if message.id}
    lacking = []
    for message in collect():
        entry = catalogue.get(_key(message))
        if entry is None or not _translated(entry.string) or "fuzzy" in entry.flags:
            lacking.append(_key(message))
    return lacking


def _messages_of(source: str, place: str) -> Iterator[Message]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name in _SINGLE and call.args:
            text = _constant(call.args[0], place)
            if text is not None:
                yield text
        elif name in _PLURAL and len(call.args) >= 2:
            one, many = (_constant(argument, place) for argument in call.args[:2])
            if one is not None and many is not None:
                yield one, many


def _constant(node: ast.expr, place: str) -> str | None:
    """The text of a message; None for a variable, whose texts are marked where they are written."""
    if isinstance(node, ast.JoinedStr):
        raise UserError(f"{place}:{node.lineno}: a message is an f-string; write _('... {{name}} ...').format(name=...)")
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if isinstance(value, str) and value else None


def _messages_in_notebook(path: Path) -> Iterator[Message]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield from markdown_messages(text)
        elif cell["cell_type"] == "code":
            lines = ("pass" if line.lstrip().startswith(("%", "!")) else line for line in text.splitlines())
            yield from _messages_of("\n".join(lines), f"notebooks/{path.name}")


def _plurals_joined(found: dict[Message, list[str]]) -> dict[Message, list[str]]:
    """A text used both alone and as a singular is one entry, the plural one: a catalogue is looked up by singulars."""
    plurals = {message[0]: message for message in found if isinstance(message, tuple)}
    joined: dict[Message, list[str]] = {}
    for message, places in found.items():
        known = joined.setdefault(plurals.get(message, message) if isinstance(message, str) else message, [])
        known.extend(place for place in places if place not in known)
    return joined


def _key(message: Message | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def _translated(text: str | tuple[str, ...]) -> bool:
    return bool(text) and (isinstance(text, str) or all(text))


def _written(catalogue: Catalog) -> str:
    from io import BytesIO

    stream = BytesIO()
    write_po(stream, catalogue, width=0, omit_header=True, include_lineno=False)
    return stream.getvalue().decode("utf-8")


if __name__ == "__main__":
    sys.exit(main())
