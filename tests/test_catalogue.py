"""Every text a reader sees has its Chinese."""

import re
from string import Formatter

import pytest

from brandops.i18n import catalogue_path, read_catalogue
from brandops.pipeline.messages import collect, untranslated, updated_catalogue

ENTRIES = [message for message in read_catalogue("zh") if message.id]


def placeholders(text: str) -> set[str]:
    """Names in braces."""
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


def test_no_message_lacks_its_chinese():
    lacking = untranslated()
    assert not lacking, f"{len(lacking)} messages; run `make messages` and fill in: {lacking[:10]}"


def test_the_catalogue_holds_the_messages_there_are():
    assert catalogue_path("zh").read_text(encoding="utf-8") == updated_catalogue(), "run `make messages`"
    assert len(collect()) > 100


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.id)[:40])
def test_a_translation_has_the_placeholders_of_its_message(entry):
    singular, plural = (entry.id, entry.id) if isinstance(entry.id, str) else entry.id
    if "{" not in plural:
        return
    for text in [entry.string] if isinstance(entry.string, str) else entry.string:
        # A singular may spell its number out; the one Chinese form stands for all numbers.
        assert not text or placeholders(singular) <= placeholders(text) == placeholders(plural), text


def test_chinese_has_no_blanks_beside_letters_and_digits():
    """One way of writing on all pages; only a clock after a date and a heading after its number stand apart."""
    han, western = "[\u4e00-\u9fff，。；：、]", "[A-Za-z0-9{}%¥]"
    texts = [text for entry in ENTRIES for text in ([entry.string] if isinstance(entry.string, str) else entry.string)]
    faults = [
        text
        for text in texts
        if re.search(rf"{han} +(?!\d\d:){western}|{western} +{han}", re.sub(r"(?m)^(#* ?\d\.\d\.\d) ", "", text))
    ]
    assert not faults, faults[:10]
