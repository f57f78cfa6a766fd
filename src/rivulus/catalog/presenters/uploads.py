"""An uploaded file in words: where it stands, what is wrong with it, what looks personal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from rivulus.catalog.models import Upload
from rivulus.catalog.rules.personal import KIND_NAMES, Kind
from rivulus.catalog.rules.uploads import STATE_NAMES, WORKING, State


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A fault as the page shows it."""

    line: int
    column: str
    found: str
    sentence: str
    cell: str


@dataclass(frozen=True, slots=True)
class SheetRows:
    """How a workbook was read: the sheets that hold something, which of them was taken, what to know of it."""

    sheet: str
    choices: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What looks personal in one column."""

    column: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UploadRow:
    """A file with its state in words."""

    upload: Upload
    state: str
    is_working: bool
    failure: str


def present_upload(upload: Upload) -> UploadRow:
    """Return a file in words."""
    failure = gettext(upload.sentence) % upload.values if upload.sentence else ""
    return UploadRow(upload, gettext(STATE_NAMES[State(upload.state)]), upload.state in WORKING, failure)


def present_faults(faults: Sequence[Mapping[str, Any]]) -> list[FaultRow]:
    """Return the faults in the reader's language."""
    return [
        FaultRow(
            one["line"],
            one["column"],
            one["found"],
            gettext(one["sentence"]) % one.get("values", {}),
            one.get("cell", ""),
        )
        for one in faults
    ]


def present_sheets(reading: Mapping[str, Any]) -> SheetRows | None:
    """Return how a workbook was read; None for other files, and before it was."""
    found = reading.get("found")
    if not found:
        return None
    choices = tuple(
        (one["name"], _sheet_words(one)) for one in found["sheets"] if one["rows"] or one["name"] == found["sheet"]
    )
    notes = tuple(
        gettext(one["sentence"]) % one["values"] if one["values"] else gettext(one["sentence"])
        for one in found["notes"]
    )
    return SheetRows(found["sheet"], choices, notes)


def _sheet_words(one: Mapping[str, Any]) -> str:
    rows = ngettext("%(number)s row", "%(number)s rows", one["rows"]) % {
        "number": number_format(one["rows"], force_grouping=True)
    }
    words = gettext("%(name)s: %(rows)s, hidden") if one["is_hidden"] else gettext("%(name)s: %(rows)s")
    return words % {"name": one["name"], "rows": rows}


def present_findings(findings: Sequence[Mapping[str, Any]]) -> list[FindingRow]:
    """Return what looks personal, column by column."""
    columns: dict[str, list[str]] = {}
    for one in findings:
        columns.setdefault(str(one["column"]), []).append(_sentence(one))
    return [FindingRow(column, tuple(sentences)) for column, sentences in columns.items()]


def _sentence(one: Mapping[str, Any]) -> str:
    words = gettext(KIND_NAMES[Kind(one["kind"])])
    if one["kind"] == Kind.NAME:
        return gettext("Holds %(what)s.") % {"what": words}
    number = one["count"]
    sentence = ngettext(
        "Holds %(what)s in %(number)s row, for example %(example)s in line %(line)s.",
        "Holds %(what)s in %(number)s rows, for example %(example)s in line %(line)s.",
        number,
    )
    shown = f"{number}+" if one.get("is_more") else str(number)
    return sentence % {"what": words, "number": shown, "example": one["example"], "line": one["line"]}
