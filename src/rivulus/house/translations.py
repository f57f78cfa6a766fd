"""Whether every sentence of the interface exists in every language, and the catalogues' upkeep.

`./rivulus check` says what is missing; `update()` writes new sentences into the catalogues, empty, to be translated.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from rivulus.house import paths

LANGUAGES = ("ro", "hu")  # English is what the code says
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "N_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
TEMPLATE_ENDINGS = {".html", ".txt", ".xml"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdif]|\{(\w*)(?::[^{}]*)?\}")
CEDILLA = re.compile("[şŞţŢ]")
CHURN = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team): .*\n', re.M)
Key = tuple[str, str]  # context, English sentence


def extract_all(source: Path = paths.SOURCE) -> Catalog:
    """All sentences marked in code and templates."""
    catalog = Catalog()
    for file in sorted(source.rglob("*")):
        parts = file.relative_to(source).parts
        if {"tests", "migrations", "locale", "__pycache__"} & set(parts):
            continue
        text = _as_python(file)
        if text is not None:
            for found in extract("python", io.BytesIO(text.encode()), KEYWORDS, options={"encoding": "utf-8"}):
                _line, message, _comments, context = found
                _check_plain(file, message)
                catalog.add(message, context=context)
    return catalog


def _as_python(file: Path) -> str | None:
    """The file as something whose strings can be found, or None if it holds no sentences."""
    if file.suffix == ".py":
        return file.read_text()
    if "templates" in file.parts and file.suffix in TEMPLATE_ENDINGS:
        from django.utils.translation.template import templatize

        # Everything that is not a sentence comes out as X; only its indentation could disturb.
        return "\n".join(line.lstrip() for line in templatize(file.read_text(), origin=str(file)).split("\n"))
    return None


def _check_plain(file: Path, message: object) -> None:
    if message is None or message == "":
        raise ValueError(f"{file}: an empty sentence is marked for translation")


def complaints(source: Path = paths.SOURCE, locale: Path = paths.LOCALE) -> list[str]:
    """Everything that is wrong with the catalogues, one sentence each."""
    wanted = extract_all(source)
    return [complaint for language in LANGUAGES for complaint in _complaints_in(language, wanted, locale)]


def _complaints_in(language: str, wanted: Catalog, locale: Path) -> Iterator[str]:
    file = _po(language, locale)
    if not file.exists():
        yield f"{language}: there is no catalogue {file}"
        return
    catalog = _read(file, language)
    for message in _messages(wanted):
        found = catalog.get(message.id, message.context)
        if found is None:
            yield f"{language}: missing: {_first(message.id)!r}"
        else:
            yield from _complaints_about(language, message, found, catalog.num_plurals)
    for message in _messages(catalog):
        if wanted.get(message.id, message.context) is None:
            yield f"{language}: no longer used: {_first(message.id)!r}"


def _complaints_about(language: str, message: Message, found: Message, plurals: int) -> Iterator[str]:
    original = _first(message.id)
    strings = _strings(found)
    if isinstance(message.id, (tuple, list)) != isinstance(found.string, (tuple, list)):
        yield f"{language}: singular and plural do not match: {original!r}"
    elif isinstance(message.id, (tuple, list)) and len(strings) != plurals:
        yield f"{language}: {plurals} plural forms are wanted: {original!r}"
    if not all(strings):
        yield f"{language}: not translated: {original!r}"
        return
    if found.fuzzy:
        yield f"{language}: marked as doubtful (fuzzy): {original!r}"
    allowed = _placeholders(original) | _placeholders(_last(message.id))
    for string in strings:
        if CEDILLA.search(string):
            yield f"{language}: cedilla instead of comma below: {string!r}"
        # A singular may leave the number out ("one project"); a plain sentence may leave nothing out.
        used = _placeholders(string)
        if used - allowed or (not isinstance(message.id, (tuple, list)) and used != allowed):
            yield f"{language}: other placeholders than {sorted(allowed)}: {string!r}"


def _placeholders(text: str) -> set[str]:
    return {(found[1] or found[2] or "") for found in PLACEHOLDER.finditer(text)}


def update(source: Path = paths.SOURCE, locale: Path = paths.LOCALE) -> dict[str, int]:
    """Write new sentences into the catalogues and drop unused ones; return how many are untranslated per language."""
    wanted = extract_all(source)
    untranslated = {}
    for language in LANGUAGES:
        file = _po(language, locale)
        catalog = _read(file, language) if file.exists() else Catalog(locale=language)
        catalog.update(wanted, no_fuzzy_matching=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_text_of(catalog))
        untranslated[language] = sum(not all(_strings(message)) for message in _messages(catalog))
    return untranslated


def merge(language: str, translated: dict[Key, str | tuple[str, ...]], locale: Path = paths.LOCALE) -> int:
    """Fill untranslated or changed sentences of a catalogue; return how many were filled."""
    catalog = _read(_po(language, locale), language)
    filled = 0
    for message in _messages(catalog):
        string = translated.get((message.context or "", _first(message.id)))
        if string and string != message.string:
            message.string, filled = string, filled + 1
    _po(language, locale).write_text(_text_of(catalog))
    return filled


def stale(locale: Path = paths.LOCALE) -> bool:
    """Whether a catalogue is newer than its compiled form."""
    return any(
        not file.with_suffix(".mo").exists() or file.with_suffix(".mo").stat().st_mtime_ns < file.stat().st_mtime_ns
        for file in locale.glob("*/LC_MESSAGES/*.po")
    )


def compile_all(locale: Path = paths.LOCALE) -> None:
    """Write the .mo file beside every catalogue."""
    for file in locale.glob("*/LC_MESSAGES/*.po"):
        draft = file.with_suffix(".mo.new")
        with draft.open("wb") as stream:
            write_mo(stream, _read(file, file.parts[-3]))
        draft.replace(file.with_suffix(".mo"))


def _po(language: str, locale: Path) -> Path:
    return locale / language / "LC_MESSAGES" / "django.po"


def _read(file: Path, language: str) -> Catalog:
    with file.open("rb") as stream:
        return read_po(stream, locale=language, domain="django")


def _text_of(catalog: Catalog) -> str:
    """The catalogue sorted, without line numbers and dates: a change shows nothing but sentences."""
    catalog.header_comment = f"# Rivulus: the interface in “{catalog.locale_identifier}”."
    stream = io.BytesIO()
    write_po(stream, catalog, no_location=True, sort_output=True, ignore_obsolete=True, width=110)
    return CHURN.sub("", stream.getvalue().decode())


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (message.string or "",)


def _first(identifier: str | tuple[str, ...] | list[str]) -> str:
    return identifier if isinstance(identifier, str) else identifier[0]


def _last(identifier: str | tuple[str, ...] | list[str]) -> str:
    return identifier if isinstance(identifier, str) else identifier[-1]
