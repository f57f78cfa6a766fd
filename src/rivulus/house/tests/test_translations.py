"""Sentences are found in code and templates, and catalogues are complained about."""

from pathlib import Path

import pytest

from rivulus.house import translations

CODE = """
from django.utils.translation import gettext as _, ngettext
from rivulus.kernel.words import N_

ONE = N_("You may not do this.")
TWO = _("Hello %(name)s")

def three(count: int) -> str:
    return ngettext("%(count)d project", "%(count)d projects", count)
"""
TEMPLATE = """
{% extends "ui/base.html" %}
  {% block title %}{% translate "Matrix" %}{% endblock %}
{% blocktranslate trimmed count number=n %}
    {{ number }} step
      {% plural %}
  {{ number }} steps
{% endblocktranslate %}
<p>It's {% translate "Don't save" context "button" %} 0x 1a '</p>
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "strategy" / "templates" / "strategy").mkdir(parents=True)
    (folder / "strategy" / "tests").mkdir()
    (folder / "strategy" / "rules.py").write_text(CODE)
    (folder / "strategy" / "tests" / "test_rules.py").write_text('_("Not for people")')
    (folder / "strategy" / "templates" / "strategy" / "matrix.html").write_text(TEMPLATE)
    return folder


def catalogue(locale: Path, language: str) -> Path:
    return locale / language / "LC_MESSAGES" / "django.po"


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


@pytest.fixture
def locale(source: Path, tmp_path: Path) -> Path:
    """Catalogues without a fault: every sentence translated by itself."""
    folder = tmp_path / "locale"
    translations.update(source, folder)
    for language, plurals in (("ro", 3), ("hu", 2)):
        given: dict[tuple[str, str], str | tuple[str, ...]] = {}
        for message in translations.extract_all(source):
            if isinstance(message.id, (tuple, list)):
                given[message.context or "", message.id[0]] = (message.id[1],) * plurals
            elif message.id:
                given[message.context or "", message.id] = message.id
        translations.merge(language, given, folder)
    return folder


def test_sentences_are_found_in_code_and_templates(source: Path) -> None:
    found = {(message.context, message.id) for message in translations.extract_all(source) if message.id}
    assert found == {
        (None, "You may not do this."),
        (None, "Hello %(name)s"),
        (None, ("%(count)d project", "%(count)d projects")),
        (None, "Matrix"),
        (None, ("%(number)s step", "%(number)s steps")),
        ("button", "Don't save"),
    }


def test_complete_catalogues_have_no_complaints(source: Path, locale: Path) -> None:
    assert translations.complaints(source, locale) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('msgstr "Matrix"', 'msgstr ""', "not translated: 'Matrix'"),
        ('msgid "Matrix"', 'msgid "Matrices"', "missing: 'Matrix'"),
        ('msgid "Matrix"', 'msgid "Matrices"', "no longer used: 'Matrices'"),
        ('msgid "Matrix"', '#, fuzzy\nmsgid "Matrix"', "marked as doubtful (fuzzy): 'Matrix'"),
        ('msgstr "Hello %(name)s"', 'msgstr "Salut %(nume)s"', "other placeholders than ['name']: 'Salut %(nume)s'"),
        ('msgstr "Hello %(name)s"', 'msgstr "Salut"', "other placeholders than ['name']: 'Salut'"),
        ('msgstr "Matrix"', 'msgstr "Soluţie"', "cedilla instead of comma below: 'Soluţie'"),
        ('msgstr[2] "%(count)d projects"', 'msgstr[2] ""', "not translated: '%(count)d project'"),
    ],
)
def test_a_fault_is_named(source: Path, locale: Path, old: str, new: str, complaint: str) -> None:
    replace(catalogue(locale, "ro"), old, new)
    assert f"ro: {complaint}" in translations.complaints(source, locale)


def test_a_singular_may_leave_its_number_out(source: Path, locale: Path) -> None:
    replace(catalogue(locale, "ro"), 'msgstr[0] "%(count)d projects"', 'msgstr[0] "un proiect"')
    assert translations.complaints(source, locale) == []


def test_a_missing_catalogue_is_named(source: Path, tmp_path: Path) -> None:
    assert len(translations.complaints(source, tmp_path / "nowhere")) == 2


def test_an_update_changes_nothing_twice_and_keeps_what_is_translated(source: Path, locale: Path) -> None:
    file = catalogue(locale, "hu")
    before = file.read_text()
    assert translations.update(source, locale) == {"ro": 0, "hu": 0}
    assert file.read_text() == before
    assert "Date" not in before
    replace(source / "strategy" / "rules.py", "You may not do this.", "You may not do that.")
    assert translations.update(source, locale) == {"ro": 1, "hu": 1}
    assert 'msgstr "Hello %(name)s"' in file.read_text()
    assert "do this" not in file.read_text()


def test_catalogues_are_compiled_when_they_changed(locale: Path) -> None:
    assert translations.stale(locale)
    translations.compile_all(locale)
    assert not translations.stale(locale)
