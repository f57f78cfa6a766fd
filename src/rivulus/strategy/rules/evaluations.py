"""Snapshots: the one way to write them down, their digest, and what changed between two of them.

A snapshot is plain JSON without binary fractions: amounts are decimal texts ("36.75"), so that every machine writes
the same bytes. Its digest is the SHA-256 of :func:`canonical`. Codes name things; texts stand beside them in three
languages.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.strategy.terms import EvaluationKind

FORMAT = 1
EARLIEST = dt.date(2022, 1, 1)
LONGEST_TITLE = 200
LONGEST_NOTE = 4_000
QUEUED, READY, FAILED = "queued", "ready", "failed"
PATIENCE = dt.timedelta(minutes=10)  # a report takes seconds; after this its job is lost
SUMS = ("planned", "spent", "projects", "unstated", "reported", "finished", "overdue", "criteria_met")

Snapshot = Mapping[str, Any]


def canonical(content: Snapshot) -> bytes:
    """Return the one way to write a snapshot: keys in order, no spaces, UTF-8.

    Raises TypeError for a float: two machines, or the database between them, may write the same one differently.
    """
    _refuse_floats(content)
    return json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def digest(content: Snapshot) -> str:
    """Return the SHA-256 of a snapshot, in hexadecimal digits."""
    return hashlib.sha256(canonical(content)).hexdigest()


def decimal_text(value: Decimal | int | None) -> str | None:
    """Return an amount without closing zeros, never in scientific notation."""
    if value is None:
        return None
    text = f"{Decimal(value):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def check_evaluation(*, kind: EvaluationKind, at: dt.date, today: dt.date, title: str, note: str) -> None:
    """Refuse an evaluation without a title, of a day to come, or from before the strategy."""
    if not title.strip():
        raise Refused(N_("Give the evaluation a title."))
    if len(title.strip()) > LONGEST_TITLE or len(note.strip()) > LONGEST_NOTE:
        raise Refused(N_("The title or the note is too long."))
    if at > today:
        raise Refused(N_("An evaluation cannot be made for a day that has not come yet."))
    if at < EARLIEST:
        raise Refused(N_("Evaluations begin with the year of the strategy, 2022."))


def may_ask_again(*, state: str, asked_at: dt.datetime, now: dt.datetime, is_there: bool) -> bool:
    """Tell whether a report may be made once more: it failed, its file is lost, or nobody has made it for long."""
    if state == READY:
        return not is_there
    return state == FAILED or now - asked_at > PATIENCE


@dataclass(frozen=True, slots=True)
class CriterionMove:
    """A criterion that stands otherwise than before; None where it was not in the matrix."""

    code: str
    before: str | None
    after: str | None
    basis_before: str | None
    basis_after: str | None


@dataclass(frozen=True, slots=True)
class Reached:
    """The level of a pillar, with the criteria met of the next one."""

    level: int
    met: int
    total: int


@dataclass(frozen=True, slots=True)
class LevelMove:
    """A pillar in both snapshots, changed or not."""

    pillar: str
    before: Reached | None
    after: Reached | None

    @property
    def is_change(self) -> bool:
        """Tell whether level or share differ."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Known:
    """The value of an indicator in force: a number or a text, and its year where the source states one."""

    year: int | None
    value: str | None
    text: str


@dataclass(frozen=True, slots=True)
class IndicatorMove:
    """An indicator whose value in force for a place differs."""

    code: str
    place: str
    before: Known | None
    after: Known | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of a project's progress."""

    status: str
    percent: int | None
    spent: str | None


@dataclass(frozen=True, slots=True)
class ProjectMove:
    """A project whose status, share done or money spent differs."""

    code: str
    before: Progress | None
    after: Progress | None


@dataclass(frozen=True, slots=True)
class SumMove:
    """A sum of the portfolio in both snapshots, changed or not; amounts are decimal texts."""

    name: str
    before: str
    after: str

    @property
    def difference(self) -> Decimal:
        """Return by how much it grew."""
        return Decimal(self.after) - Decimal(self.before)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one snapshot to another."""

    criteria: tuple[CriterionMove, ...]
    levels: tuple[LevelMove, ...]
    indicators: tuple[IndicatorMove, ...]
    projects: tuple[ProjectMove, ...]
    sums: tuple[SumMove, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing changed."""
        moved = (*self.criteria, *self.indicators, *self.projects)
        return not moved and not any(m.is_change for m in self.levels) and not any(s.difference for s in self.sums)


def compare(before: Snapshot, after: Snapshot) -> Comparison:
    """Return what changed from ``before`` to ``after``, in the order of ``after`` (what is gone comes last)."""
    return Comparison(
        criteria=tuple(_criteria(before, after)),
        levels=tuple(_levels(before, after)),
        indicators=tuple(_indicators(before, after)),
        projects=tuple(_projects(before, after)),
        sums=tuple(SumMove(name, before["sums"][name], after["sums"][name]) for name in SUMS),
    )


def _criteria(before: Snapshot, after: Snapshot) -> Iterator[CriterionMove]:
    for code, old, new in _pairs(before["criteria"], after["criteria"]):
        then = (old["state"], old["basis"]) if old else (None, None)
        now = (new["state"], new["basis"]) if new else (None, None)
        if then != now:
            yield CriterionMove(code, then[0], now[0], then[1], now[1])


def _levels(before: Snapshot, after: Snapshot) -> Iterator[LevelMove]:
    for code, old, new in _pairs(before["pillars"], after["pillars"]):
        yield LevelMove(code, _reached(old), _reached(new))


def _reached(pillar: Snapshot | None) -> Reached | None:
    return None if pillar is None else Reached(**pillar["now"])


def _indicators(before: Snapshot, after: Snapshot) -> Iterator[IndicatorMove]:
    for code, old, new in _pairs(before["indicators"], after["indicators"]):
        then, now = (in_force(thing["values"]) if thing else {} for thing in (old, new))
        for place in dict.fromkeys([*now, *then]):
            if then.get(place) != now.get(place):
                yield IndicatorMove(code, place, then.get(place), now.get(place))


def in_force(values: Iterable[Snapshot]) -> dict[str, Known]:
    """Return the newest value of each place; a value without a year is older than any with one."""
    result: dict[str, Known] = {}
    for value in sorted(values, key=lambda v: v["year"] or 0):
        result[value["place"]] = Known(value["year"], value["value"], value["text"]["ro"])
    return result


def _projects(before: Snapshot, after: Snapshot) -> Iterator[ProjectMove]:
    for code, old, new in _pairs(before["projects"], after["projects"]):
        then, now = _progress(old), _progress(new)
        if then != now:
            yield ProjectMove(code, then, now)


def _progress(project: Snapshot | None) -> Progress | None:
    if project is None:
        return None
    return Progress(project["status"], project["percent"], project["spent_eur"])


def _pairs(
    before: Iterable[Snapshot], after: Iterable[Snapshot]
) -> Iterator[tuple[str, Snapshot | None, Snapshot | None]]:
    then = {thing["code"]: thing for thing in before}
    now = {thing["code"]: thing for thing in after}
    for code in dict.fromkeys([*now, *then]):
        yield code, then.get(code), now.get(code)


def _refuse_floats(thing: object) -> None:
    if isinstance(thing, float):
        raise TypeError(f"{thing!r} is a float; write it as a decimal text.")
    if isinstance(thing, Mapping):
        for key, value in thing.items():
            if not isinstance(key, str):
                raise TypeError(f"{key!r} is no key of a snapshot.")
            _refuse_floats(value)
    elif isinstance(thing, list | tuple):
        for value in thing:
            _refuse_floats(value)
