"""An import in words: where it is, what it would do or did, and what was rejected."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from rivulus.observations.models import HistoryImport, ImportReject
from rivulus.observations.presenters.connectors import moment_words, say_with
from rivulus.observations.queries import imports as queries
from rivulus.observations.queries.connectors import find_targets_by_id
from rivulus.observations.rules.imports import counting
from rivulus.observations.rules.imports.counting import Counts
from rivulus.observations.rules.imports.states import STATE_WORDS, State
from rivulus.observations.rules.units import written
from rivulus.ui.presenters import active_language
from rivulus.ui.rules import format_number

SHOWN_REJECTS = 100


@dataclass(frozen=True, slots=True)
class RejectRow:
    """What was rejected, and why."""

    line: int
    column: str
    given: str
    sentence: str


@dataclass(frozen=True, slots=True)
class MappedRow:
    """A reading as it would be stored."""

    when: str
    series: str
    series_id: int
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class ShownImport:
    """An import as its page shows it."""

    row: HistoryImport
    state: str
    is_working: bool
    percent: float | None
    summary: tuple[str, ...]
    period: str
    counts: Counts
    failure: str


def present(row: HistoryImport) -> ShownImport:
    """Return an import in words."""
    counts = counting.from_json(row.counts)
    is_working = row.state in {State.CHECKING, State.IMPORTING}
    percent = min(100.0, 100 * row.rows_read / counts.total) if is_working and counts.total else None
    return ShownImport(
        row=row,
        state=gettext(STATE_WORDS[State(row.state)]),
        is_working=is_working,
        percent=percent,
        summary=tuple(_summary(counts, is_done=row.state in {State.IMPORTING, State.DONE})),
        period=_period(counts),
        counts=counts,
        failure=say_with(row.sentence, row.values) if row.sentence else "",
    )


def present_rejects(rows: Iterable[ImportReject]) -> list[RejectRow]:
    """Return what was rejected in words."""
    return [RejectRow(one.line, one.column, one.given, say_with(one.sentence, one.values)) for one in rows]


def present_rows(rows: Iterable[tuple[int, int, float]]) -> tuple[MappedRow, ...]:
    """Return readings (series, microseconds, value) in words."""
    listed = list(rows)
    targets = find_targets_by_id({series for series, _, _ in listed})
    return tuple(
        MappedRow(
            when=moment_words(time_us),
            series=targets[series].name,
            series_id=series,
            value=format_number(value, language=active_language()),
            unit=written(targets[series].unit),
        )
        for series, time_us, value in listed
        if series in targets
    )


def sample_cells(names: Sequence[str], rows: Sequence[Sequence[Any]], most: int = 3) -> list[str]:
    """Return a few cells of each column, so that people see what it is."""
    return [
        " · ".join(str(row[place])[:24] for row in rows[:most] if place < len(row) and row[place] not in {None, ""})
        for place in range(len(names))
    ]


def reject_table(pk: int) -> Iterable[tuple[int, str, str, str]]:
    """Yield every line of the file of rejects."""
    for one in queries.list_rejects(pk).iterator(chunk_size=2000):
        yield one.line, one.column, one.given, say_with(one.sentence, one.values)


def _summary(counts: Counts, *, is_done: bool) -> Iterable[str]:
    said: Mapping[str, int] = {
        ngettext("%(number)s line was read.", "%(number)s lines were read.", counts.lines): counts.lines,
    }
    said = {**said, **(_done(counts) if is_done else _planned(counts))}
    language = active_language()
    return [
        sentence % {"number": format_number(number, language=language)} for sentence, number in said.items() if number
    ]


def _planned(counts: Counts) -> dict[str, int]:
    return {
        ngettext(
            "%(number)s reading would be added.", "%(number)s readings would be added.", counts.added
        ): counts.added,
        ngettext("%(number)s is here already.", "%(number)s are here already.", counts.replayed): counts.replayed,
        ngettext(
            "%(number)s would correct what is here; what is here is kept as well.",
            "%(number)s would correct what is here; what is here is kept as well.",
            counts.corrected,
        ): counts.corrected,
        **_common(counts),
    }


def _done(counts: Counts) -> dict[str, int]:
    return {
        ngettext("%(number)s reading was added.", "%(number)s readings were added.", counts.added): counts.added,
        ngettext("%(number)s was here already.", "%(number)s were here already.", counts.replayed): counts.replayed,
        ngettext(
            "%(number)s corrected what was here; what was here is kept as well.",
            "%(number)s corrected what was here; what was here is kept as well.",
            counts.corrected,
        ): counts.corrected,
        **_common(counts),
    }


def _common(counts: Counts) -> dict[str, int]:
    return {
        ngettext(
            "%(number)s reading repeats one of the same series and time in the file; the last one counts.",
            "%(number)s readings repeat one of the same series and time in the file; the last one counts.",
            counts.repeated,
        ): counts.repeated,
        ngettext("%(number)s cell is empty.", "%(number)s cells are empty.", counts.missing): counts.missing,
        ngettext("%(number)s was rejected.", "%(number)s were rejected.", counts.rejected): counts.rejected,
    }


def _period(counts: Counts) -> str:
    if counts.first_us is None or counts.last_us is None:
        return ""
    first, last = moment_words(counts.first_us), moment_words(counts.last_us)
    return gettext("From %(first)s to %(last)s.") % {"first": first, "last": last}
