"""The catalogue holds every text a reader sees, in one order, and loses no translation."""

import pytest

from brandops import i18n
from brandops.errors import UserError
from brandops.pipeline import messages
from pipeline.project import notebook


@pytest.fixture
def texts(tmp_path, monkeypatch):
    """A package, notebooks and a catalogue of their own; returns what writes the package's one module."""
    package, notebooks = tmp_path / "brandops", tmp_path / "notebooks"
    package.mkdir()
    notebooks.mkdir()
    cells = ["# Goals {#top}\n\nWhat the year\nis measured by.", "%time\nprint(_('Shown'), label)", "#### Why?"]
    (notebooks / "01_goals.ipynb").write_text(notebook(*cells))
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path / "locale")
    monkeypatch.setattr("brandops.pipeline.dictionary.messages", lambda: ["One row per sale"])
    collect = messages.collect
    monkeypatch.setattr(messages, "collect", lambda: collect(package, notebooks))

    def write(source: str):
        (package / "module.py").write_text(source)

    return write


def save(text: str) -> None:
    path = i18n.catalogue_path("zh")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_messages_are_found_in_code_notebooks_and_contract(texts):
    texts("b = _('Long ' 'text {x}')\na = [mark('A'), gettext(names[1]), 'no'.translate({})]\n"
          "ngettext('{n} row', '{n} rows', 2)\n_('{n} row')\n")  # fmt: skip
    assert list(messages.collect()) == [
        "Long text {x}", "A", ("{n} row", "{n} rows"), "One row per sale",
        "Goals", "What the year\nis measured by.", "Shown", "Why?",
    ]  # fmt: skip


def test_a_message_that_cannot_be_looked_up_is_refused(texts):
    texts("\n_(f'Sales of {name}')\n")
    with pytest.raises(UserError, match=r"module\.py:2: .*f-string"):
        messages.collect()


def test_an_update_keeps_translations_and_is_the_same_twice(texts):
    texts("_('Sales')\n_('Costs')\n_('Margin')\n")
    save(messages.updated_catalogue().replace('msgid "Sales"\nmsgstr ""', 'msgid "Sales"\nmsgstr "销售"')
         .replace('msgid "Costs"\nmsgstr ""', '#, fuzzy\nmsgid "Costs"\nmsgstr "成"'))  # fmt: skip
    once = messages.updated_catalogue()
    save(once)
    assert messages.updated_catalogue() == once and 'msgstr "销售"' in once
    assert "Date" not in once and "#, fuzzy" in once
    lacking = messages.untranslated()
    assert "Costs" in lacking and "Margin" in lacking and "Sales" not in lacking


def test_a_translation_no_longer_used_is_kept_aside_and_comes_back(texts):
    texts("_('Sales')\n")
    save(messages.updated_catalogue().replace('msgid "Sales"\nmsgstr ""', 'msgid "Sales"\nmsgstr "销售"'))
    texts("_('Other')\n")
    save(messages.updated_catalogue())
    assert '#~ msgid "Sales"' in i18n.catalogue_path("zh").read_text()
    texts("_('Sales')\n")
    save(messages.updated_catalogue())
    assert '\nmsgid "Sales"\nmsgstr "销售"' in i18n.catalogue_path("zh").read_text()
    assert "Sales" not in messages.untranslated()
