"""Versions of a rule and how they differ, what is wrong with a text, and why a run fired."""

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.dates import format_datetime
from django.utils.translation import gettext

from rivulus.kernel.clock import CITY_ZONE
from rivulus.observations.models import AutomationVersion, Run
from rivulus.observations.presenters.automation_words import number_words, property_words, words_of
from rivulus.observations.rules.automations.documents import Problem
from rivulus.observations.rules.units import written
from rivulus.observations.rules.weeks import moment as moment_of
from rivulus.ui.presenters import active_language


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of two versions side by side: added (+), taken out (−), or the same."""

    sign: str
    text: str


def diff(old: str, new: str) -> tuple[DiffLine, ...]:
    """Return how one text became another, with three lines around each change."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=3)
    shown = [line for line in lines if not line.startswith(("---", "+++"))]
    return tuple(
        DiffLine(
            "…" if line.startswith("@@") else {"+": "+", "-": "−"}.get(line[:1], " "),
            "" if line.startswith("@@") else line[1:],
        )
        for line in shown
    )


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """What is wrong on a line, in words."""

    line: int
    key: str
    sentence: str


def problem_lines(problems: Sequence[Problem]) -> tuple[ProblemLine, ...]:
    """Return the problems in the active language."""
    return tuple(
        ProblemLine(one.line, one.key, gettext(one.sentence) % one.values if one.values else gettext(one.sentence))
        for one in problems
    )


STATES = {
    "draft": lambda: gettext("draft"),
    "confirmed": lambda: gettext("confirmed, not switched on"),
    "active": lambda: gettext("switched on"),
    "retired": lambda: gettext("switched off"),
}
RUN_STATES = {
    "queued": lambda: gettext("waiting in line"),
    "running": lambda: gettext("waiting"),
    "done": lambda: gettext("done"),
    "failed": lambda: gettext("something failed"),
    "stopped": lambda: gettext("not carried out"),
    "skipped": lambda: gettext("skipped"),
    "suppressed": lambda: gettext("kept back"),
    "replaced": lambda: gettext("replaced"),
}
STEP_STATES = {
    "waiting": lambda: gettext("waiting"),
    "done": lambda: gettext("done"),
    "failed": lambda: gettext("failed"),
    "skipped": lambda: gettext("left out"),
}
STEPS = {
    "alarm": lambda: gettext("alarm"),
    "notify": lambda: gettext("message"),
    "webhook": lambda: gettext("webhook"),
    "task": lambda: gettext("task to a device"),
    "notice": lambda: gettext("public notice"),
    "wait": lambda: gettext("wait"),
}


def state_words(state: str) -> str:
    """Return the word for the state of a version."""
    return STATES[state]()


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a run in words."""

    kind: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in words."""

    run: Run
    state: str
    where: str
    note: str
    value: str
    steps: tuple[StepRow, ...]
    why: tuple[str, ...]


def run_row(run: Run) -> RunRow:
    """Return one run with its steps and its reasons, in the active language."""
    steps = tuple(
        StepRow(
            STEPS[step.kind]() if step.kind in STEPS else step.kind,
            STEP_STATES[step.state](),
            gettext(step.note) if step.note else "",
        )
        for step in run.steps.all()
    )
    series = run.why.get("series") or {}
    where = where_words(series)
    value = _measured(run.why.get("value"), run.why.get("unit", ""))
    note = gettext(run.note) if run.note else ""
    return RunRow(run, RUN_STATES[run.state](), where, note, value, steps, tuple(reasons_of(run)))


def where_words(series: Mapping[str, Any]) -> str:
    """Return the thing and what it measures; a series of no known property by its own name."""
    if not series.get("thing"):
        return ""
    what = property_words(series["property"]) if series.get("property") else ""
    return f"{series['thing']}: {what if what and what != series['property'] else series['name']}"


def _measured(value: float | None, unit: str) -> str:
    return "" if value is None else f"{number_words(value)} {written(unit)}".strip()


def reasons_of(run: Run) -> Iterable[str]:
    """Yield the sentences that say why a run fired."""
    why = run.why
    if run.signal == "cleared":
        yield gettext("It is right again.")
    if why.get("value") is not None and why.get("threshold") is not None:
        yield gettext("The value was %(value)s; the bound is %(threshold)s.") % {
            "value": _measured(why["value"], why.get("unit", "")),
            "threshold": _measured(why["threshold"], why.get("unit", "")),
        }
    if why.get("kind") == "no_data" and why.get("since"):
        yield gettext("Nothing has arrived since %(time)s.") % {"time": moment_words(moment_of(why["since"]))}
    elif why.get("since"):
        yield gettext("It began at %(time)s.") % {"time": moment_words(moment_of(why["since"]))}
    if why.get("flapping"):
        yield gettext("It comes and goes: it stays one alarm until it has been calm for a while.")
    if why.get("event"):
        yield gettext("The event: %(name)s %(subject)s") % why["event"]
    for check in why.get("checks", []):
        yield _check_words(check)


CHECKS = {
    "value": lambda: gettext("values of other series"),
    "calendar": lambda: gettext("day and hour"),
    "place": lambda: gettext("place"),
    "all": lambda: gettext("all of several"),
    "any": lambda: gettext("one of several"),
    "not": lambda: gettext("the opposite of a condition"),
}


def _check_words(check: dict[str, Any]) -> str:
    known = ", ".join(f"{one['name']} = {number_words(one['value'])}" for one in check.get("values", [])[:5])
    grounds = known or check.get("at", "")
    sentence = gettext("Condition “%(kind)s” held.") if check["held"] else gettext("Condition “%(kind)s” did not hold.")
    words = sentence % {"kind": CHECKS[check["kind"]]()}
    return f"{words} ({grounds})" if grounds else words


def moment_words(moment: dt.datetime) -> str:
    """Return a moment in the zone of the city, as the active language writes it."""
    return format_datetime(moment, "d MMM y, HH:mm", tzinfo=CITY_ZONE, locale=active_language())


def title_of(version: AutomationVersion) -> str:
    """Return the title of a version in the active language."""
    return words_of(version.title)
