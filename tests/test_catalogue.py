"""Every text a reader sees has its Chinese."""

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
