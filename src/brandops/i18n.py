"""The language a reader meets: English in the code, other languages from one gettext catalogue.

`locale/<language>/LC_MESSAGES/brandops.po` is read as it is, so that no compiled file can fall behind it.
`brandops.pipeline.messages` collects the messages and keeps the catalogue complete.
"""

import re
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from brandops.errors import UserError

LANGUAGES = ("en", "zh")
LOCALE_DIR = Path(__file__).parent / "locale"
_current = "en"
_names: dict[str, str] = {}
_forms: list[tuple[re.Pattern[str], str]] = []
PART = "{part}"  # in a name: any value that has a name itself, or a number


def use_language(name: str) -> None:
    """Show messages in `name` from now on.

    Raises
    ------
    UserError
        If `name` is no language of the project.
    """
    global _current
    if name not in LANGUAGES:
        raise UserError(f"language {name!r}: not supported; allowed: {', '.join(LANGUAGES)}")
    _current = name


def language() -> str:
    """Return the language in use."""
    return _current


def use_names(names: dict[str, str]) -> None:
    """Show values of the data by these names from now on (a profile's `names` in the language in use).

    A name with `{part}` stands for all values of its form, where the part is a number or has a name, by which it is shown.
    """
    global _names, _forms
    _names = {value: name for value, name in names.items() if PART not in value}
    _forms = [(re.compile("(.+)".join(map(re.escape, value.split(PART)))), name) for value, name in names.items() if PART in value]


def shown(value: object) -> str:
    """Return a value of the data as the reader knows it: by its name if it has one; a list, if all its parts have one."""
    text = str(value)
    found = _named(text)
    if found is not None:
        return found
    parts = [_named(part) for part in text.split(", ")]
    return gettext(", ").join(parts) if None not in parts else text


def _named(text: str) -> str | None:
    """The name of a value, its own or by its form; None where it has none."""
    if text in _names:
        return _names[text]
    for form, name in _forms:
        match = form.fullmatch(text)
        if match and (match[1] in _names or match[1].isdecimal()):
            return name.replace(PART, _names.get(match[1], match[1]))
    return None


def catalogue_path(name: str) -> Path:
    """Path of a language's catalogue."""
    return LOCALE_DIR / name / "LC_MESSAGES" / "brandops.po"


def read_catalogue(name: str) -> Catalog:
    """Read a language's catalogue from its file; an absent file is an empty catalogue."""
    path = catalogue_path(name)
    if not path.is_file():
        return Catalog(locale=name)
    with path.open("rb") as file:
        return read_po(file, locale=name)


@lru_cache
def _messages(name: str) -> dict[str, str | tuple[str, ...]]:
    # Only messages with a translation: an untranslated one shows its English text. A plural is found by its
    # singular.
    found = {}
    for message in read_catalogue(name):
        key = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string if isinstance(message.string, str) else tuple(message.string)
        if key and text and "fuzzy" not in message.flags:
            found[key] = text
    return found


def gettext(message: str) -> str:
    """Return `message` in the language in use; English where the catalogue lacks it."""
    return translate(message, _current)


def ngettext(singular: str, plural: str, number: float) -> str:
    """Return the form of a message that fits `number`, in the language in use."""
    if _current != "en":
        text = _messages(_current).get(singular)
        if text:
            # Chinese, the one translation there is, has a single form.
            return text if isinstance(text, str) else text[0]
    return singular if number == 1 else plural


def translate(message: str, name: str) -> str:
    """Return `message` in language `name`, whatever language is in use."""
    if name == "en":
        return message
    text = _messages(name).get(message, message)
    return text if isinstance(text, str) else text[0]


def mark(message: str) -> str:
    """Mark a constant for the catalogue without translating it yet."""
    return message


_HEADING = re.compile(r"(#{1,6} +)(.*?)(\s*\{[^{}]*\})?\s*")


def markdown_messages(text: str) -> list[str]:
    """Messages of a markdown text: its paragraphs, and its headings without marks and attributes."""
    return [message for _before, message, _after in _markdown(text) if message]


def translate_markdown(text: str, name: str) -> str:
    """Return a markdown text in language `name`; fences, code, marks and attributes stay as they are."""
    return "\n".join(before + translate(message, name) + after for before, message, after in _markdown(text))


def _markdown(text: str) -> list[tuple[str, str, str]]:
    """Cut a text into (before, message, after); joined by line feeds they are the text again."""
    found: list[tuple[str, str, str]] = []
    paragraph: list[str] = []
    fence = ""

    def end() -> None:
        if paragraph:
            words = "\n".join(paragraph)
            found.append(("", words, "") if any(letter.isalpha() for letter in words) else (words, "", ""))
            paragraph.clear()

    for line in text.split("\n"):
        heading = _HEADING.fullmatch(line)
        if fence or line.startswith(("```", "~~~")):
            end()
            found.append((line, "", ""))
            # A code fence ends at the next one of its kind.
            fence = "" if fence and line.startswith(fence) else fence or line[:3]
        elif not line.strip() or line.startswith(":::"):
            end()
            found.append((line, "", ""))
        elif heading:
            end()
            found.append((heading[1], heading[2], heading[3] or ""))
        else:
            paragraph.append(line)
    end()
    return found
