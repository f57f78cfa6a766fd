"""A snapshot in the reader's language: rows of words and numbers that the page and the printed report share."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext

from rivulus.kernel.words import N_
from rivulus.strategy.presenters.periods import period_text
from rivulus.strategy.rules import evaluations as rules
from rivulus.strategy.rules.evaluations import Comparison, Progress, Reached, Snapshot, SumMove
from rivulus.strategy.rules.projects import HalfYear
from rivulus.strategy.terms import BASIS_LABELS, STATE_LABELS, STATUS_LABELS, TONES, Basis, State, Status
from rivulus.ui.rules import format_date, format_money, format_number, format_percent

NOTHING = "–"
SUM_LABELS = {
    "planned": N_("Stated value of all projects until 2030"),
    "spent": N_("Money reported as spent"),
    "projects": N_("Projects in the portfolio"),
    "unstated": N_("Projects without a stated value"),
    "reported": N_("Projects that have reported progress"),
    "finished": N_("Finished projects"),
    "overdue": N_("Projects that owe a report"),
    "criteria_met": N_("Criteria met"),
}
MONEY = frozenset({"planned", "spent"})


def language() -> str:
    """Return the language in force: ro, en or hu."""
    return (get_language() or "ro")[:2]


def in_words(words: Mapping[str, str]) -> str:
    """Return a trilingual text in the language in force."""
    return words[language()] or words["ro"]


def day_text(day: str | dt.date | None) -> str:
    """Return a date in full; a snapshot keeps dates in ISO 8601."""
    if not day:
        return ""
    return format_date(dt.date.fromisoformat(day) if isinstance(day, str) else day, language=language())


def number_text(value: str | int | Decimal | None) -> str:
    """Return an amount as the language writes it."""
    return NOTHING if value is None else format_number(Decimal(value), language=language())


def money_text(value: str | Decimal | None) -> str:
    """Return a sum in euros."""
    return NOTHING if value is None else format_money(Decimal(value), language=language())


def percent_text(value: int | Decimal | None) -> str:
    """Return a share from 0 to 100."""
    return NOTHING if value is None else format_percent(value, language=language())


def state_word(state: str | None) -> str:
    """Return the word of a state."""
    return gettext(STATE_LABELS[State(state)]) if state else NOTHING


def basis_word(basis: str | None) -> str:
    """Return the word of how a state is known."""
    return gettext(BASIS_LABELS[Basis(basis)]) if basis else NOTHING


def status_word(status: str | None) -> str:
    """Return the word of a project's status."""
    return gettext(STATUS_LABELS[Status(status)]) if status else NOTHING


def half_year_text(period: str | None) -> str:
    """Return a half-year (2026-1) in words."""
    return period_text(HalfYear.parse(period)) if period else NOTHING


def reached_text(reached: Reached | Mapping[str, int] | None) -> str:
    """Return a level with the share of the next one: "1, and 2 of 4 of level 2"."""
    if reached is None:
        return NOTHING
    level, met, total = (
        (reached.level, reached.met, reached.total)
        if isinstance(reached, Reached)
        else (reached["level"], reached["met"], reached["total"])
    )
    if not total:
        return str(level)
    return gettext("%(level)s, and %(met)s of %(total)s of level %(next)s") % {
        "level": level,
        "met": met,
        "total": total,
        "next": level + 1,
    }


def value_text(values: Iterable[Mapping[str, Any]], place: str) -> tuple[str, str]:
    """Return the value in force for a place, and its year; the text in the language in force."""
    own = [v for v in values if v["place"] == place]
    if not own:
        return NOTHING, ""
    row = max(own, key=lambda v: v["year"] or 0)
    text = in_words(row["text"]) or number_text(row["value"])
    return text, str(row["year"] or "")


def dated_value_text(values: Iterable[Mapping[str, Any]], place: str) -> str:
    """Return the value in force for a place, with its year in brackets where there is one."""
    text, year = value_text(values, place)
    return f"{text} ({year})" if year else text


def progress_text(progress: Progress | None) -> str:
    """Return status and share done."""
    if progress is None:
        return NOTHING
    status = status_word(progress.status)
    return status if progress.percent is None else f"{status}, {percent_text(progress.percent)}"


def sum_text(name: str, value: str | Decimal) -> str:
    """Return one of the sums of a snapshot."""
    return money_text(value) if name in MONEY else number_text(value)


@dataclass(frozen=True, slots=True)
class PillarRow:
    """A pillar with its level now, with what is under way, and as expected."""

    code: str
    name: str
    goal: str
    tone: str
    now: Reached
    in_progress: Reached
    expected: Reached

    @property
    def fraction(self) -> float:
        """Return the share of the next level, for drawings only."""
        return self.now.met / self.now.total if self.now.total else 0.0

    @property
    def share_text(self) -> str:
        """Return "2 of 4", or nothing at the last level."""
        if not self.now.total:
            return ""
        return gettext("%(met)s of %(total)s") % {"met": self.now.met, "total": self.now.total}


def pillar_rows(content: Snapshot) -> tuple[PillarRow, ...]:
    """Return the pillars in the order of the matrix."""
    return tuple(
        PillarRow(
            code=p["code"],
            name=in_words(p["name"]),
            goal=in_words(p["goal"]),
            tone=TONES.get(p["code"], "stibnite"),
            now=Reached(**p["now"]),
            in_progress=Reached(**p["in_progress"]),
            expected=Reached(**p["expected"]),
        )
        for p in content["pillars"]
    )


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One thing that changed: what it is, and how it stood before and after."""

    code: str
    name: str
    before: str
    after: str
    note: str = ""
    state_before: str = ""
    state_after: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """A comparison in words."""

    criteria: tuple[MoveRow, ...]
    levels: tuple[MoveRow, ...]
    indicators: tuple[MoveRow, ...]
    projects: tuple[MoveRow, ...]
    sums: tuple[MoveRow, ...]
    is_empty: bool


def changes(before: Snapshot, after: Snapshot) -> Changes:
    """Return what changed between two snapshots, with the names the later one gives to things."""
    found = rules.compare(before, after)
    return Changes(
        criteria=tuple(_criterion_rows(found, before, after)),
        levels=tuple(_level_rows(found, before, after)),
        indicators=tuple(_indicator_rows(found, before, after)),
        projects=tuple(_project_rows(found, before, after)),
        sums=tuple(_sum_row(s) for s in found.sums),
        is_empty=found.is_empty,
    )


def _criterion_rows(found: Comparison, before: Snapshot, after: Snapshot) -> Iterable[MoveRow]:
    name = _names(before, after, "criteria", "text")
    for move in found.criteria:
        is_same_state = move.before == move.after
        yield MoveRow(
            move.code,
            name(move.code),
            f"{state_word(move.before)} ({basis_word(move.basis_before).lower()})"
            if is_same_state
            else state_word(move.before),
            f"{state_word(move.after)} ({basis_word(move.basis_after).lower()})"
            if is_same_state
            else state_word(move.after),
            basis_word(move.basis_after),
            move.before or "",
            move.after or "",
        )


def _level_rows(found: Comparison, before: Snapshot, after: Snapshot) -> Iterable[MoveRow]:
    name = _names(before, after, "pillars", "name")
    for move in found.levels:
        note = "" if move.is_change else gettext("unchanged")
        yield MoveRow(move.pillar, name(move.pillar), reached_text(move.before), reached_text(move.after), note)


def _indicator_rows(found: Comparison, before: Snapshot, after: Snapshot) -> Iterable[MoveRow]:
    name = _names(before, after, "indicators", "title")
    places = {p["code"]: in_words(p["name"]) for p in after["places"]}
    then, now = ({i["code"]: i["values"] for i in content["indicators"]} for content in (before, after))
    for move in found.indicators:
        yield MoveRow(
            move.code,
            name(move.code),
            dated_value_text(then.get(move.code, ()), move.place),
            dated_value_text(now.get(move.code, ()), move.place),
            places.get(move.place, move.place),
        )


def _project_rows(found: Comparison, before: Snapshot, after: Snapshot) -> Iterable[MoveRow]:
    name = _names(before, after, "projects", "title")
    for move in found.projects:
        spent = move.after.spent if move.after else None
        yield MoveRow(
            move.code,
            name(move.code),
            progress_text(move.before),
            progress_text(move.after),
            money_text(spent) if spent is not None else "",
        )


def _sum_row(move: SumMove) -> MoveRow:
    difference = sum_text(move.name, move.difference)
    if move.difference > 0:
        difference = f"+{difference}"
    return MoveRow(
        move.name,
        gettext(SUM_LABELS[move.name]),
        sum_text(move.name, move.before),
        sum_text(move.name, move.after),
        difference if move.difference else "",
    )


def _names(before: Snapshot, after: Snapshot, kind: str, field: str) -> Callable[[str], str]:
    known = {thing["code"]: thing[field] for thing in (*before[kind], *after[kind]) if field in thing}
    return lambda code: in_words(known[code]) if code in known else code
