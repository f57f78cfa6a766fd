"""A reading in words: its value with unit, and the counts it was computed from."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import get_language, gettext

from rivulus.kernel import probes
from rivulus.kernel.words import N_
from rivulus.strategy import models
from rivulus.strategy.queries.readings import ProbeNow
from rivulus.strategy.terms import MODE_LABELS, Mode
from rivulus.ui import charts
from rivulus.ui.rules import format_date, format_number
from rivulus.ui.terms import Tone

SIGNS = {">=": "≥", "<=": "≤"}
# What the inputs of the platform's own probes are called; names of other contexts are shown as they come.
INPUT_LABELS = {
    "half_year": N_("Half-year"),
    "due": N_("Due date"),
    "projects_running": N_("Projects running"),
    "reported_in_time": N_("Reported in time"),
    "year": N_("Year"),
    "indicators": N_("Indicators"),
    "with_value": N_("With a value"),
    "criteria": N_("Criteria"),
    "measured": N_("Criteria measured"),
    "declared": N_("Criteria declared"),
    "declared_with_document": N_("Criteria declared with a document"),
    "since": N_("Since"),
    "verified_at": N_("Verified at"),
    "faults": N_("Faults found"),
    "lines": N_("Lines of the journal"),
    "facts": N_("Records protected by the journal"),
    "collections": N_("Collections"),
    "last": N_("Last one"),
    "ro": "Română",
    "en": "English",
    "hu": "Magyar",
}


@dataclass(frozen=True, slots=True)
class ReadingView:
    """A reading as a page shows it."""

    row: models.ProbeReading
    unit: str
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AskedView:
    """What a link asks, and what it is answered now."""

    link: models.CriterionProbe
    title: str
    unit: str
    sign: str
    mode: str
    answer: models.Measurement | None
    reading: ReadingView | None


def title_of(name: str) -> str:
    """Return the title of a probe; one that nothing reports any more is shown by its name."""
    probe = probes.find_probe(name)
    return gettext(probe.title) if probe else name


def unit_text(unit: str) -> str:
    """Return a unit in the language of the reader."""
    return gettext(unit) if unit and unit != "%" else unit


def reading_view(row: models.ProbeReading | None) -> ReadingView | None:
    """Return a reading with its inputs in words."""
    return ReadingView(row, unit_text(row.unit), tuple(input_rows(row.inputs))) if row else None


def input_rows(inputs: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    """Yield the inputs of a reading as label and text."""
    for name, value in inputs.items():
        label = INPUT_LABELS.get(name)
        yield (gettext(label) if label else name.replace("_", " ")), _text(value)


def _text(value: object) -> str:
    match value:
        case None:
            return gettext("none yet")
        case bool():
            return gettext("yes") if value else gettext("no")
        case int() if 1900 < value < 2100:  # a year takes no thousands separator
            return str(value)
        case int() | float():
            return format_number(value, language=get_language() or "ro")
    return _date_text(str(value)) or str(value) or "–"


def _date_text(text: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(text) if len(text) >= 10 else None
    except ValueError:
        return ""
    if moment is None:
        return ""
    day = format_date(moment.date(), language=get_language() or "ro")
    return f"{day}, {timezone.localtime(moment):%H:%M}" if moment.tzinfo else day


def asked_view(
    link: models.CriterionProbe, answer: models.Measurement | None, last: models.ProbeReading | None = None
) -> AskedView:
    """Return a link with its question and answer in words; ``last`` is a newer reading of the same answer."""
    probe = probes.find_probe(link.probe)
    return AskedView(
        link=link,
        title=title_of(link.probe),
        unit=unit_text(probe.unit) if probe else "",
        sign=SIGNS[link.comparator],
        mode=gettext(MODE_LABELS[Mode(link.mode)]),
        answer=answer,
        reading=reading_view(last or (answer.reading if answer else None)),
    )


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change of what a probe answers to a criterion."""

    row: models.Measurement
    title: str
    unit: str
    sign: str
    words: str


def change_view(row: models.Measurement) -> ChangeView:
    """Return a measurement in words."""
    words = gettext("no value now") if row.silent else gettext("passed") if row.passed else gettext("not passed")
    return ChangeView(row, title_of(row.reading.probe), unit_text(row.reading.unit), SIGNS[row.comparator], words)


def history_chart(found: ProbeNow, readings: Iterable[models.ProbeReading]) -> charts.Lines | None:
    """Return the values of a probe by day, or None when there are fewer than two."""
    by_day = {timezone.localdate(row.at): row.value for row in readings if row.value is not None}
    if len(by_day) < 2:
        return None
    title, language, first = gettext(found.probe.title), get_language() or "ro", min(by_day)
    points = tuple(
        charts.Point(x=(day - first).days, y=value, label=format_date(day, language=language))
        for day, value in by_day.items()
    )
    return charts.Lines(
        key="history",
        title=title,
        description=gettext("The last value of each day on which the probe was asked."),
        x_label=gettext("Days since %(day)s") % {"day": format_date(first, language=language)},
        y_label=unit_text(found.probe.unit),
        lines=(charts.Line(label=title, points=points, tone=Tone.STREAM, is_step=True),),
    )


@dataclass(frozen=True, slots=True)
class ProbeView:
    """A probe as pages show it; ``failed`` is a last reading that has no value because the probe failed."""

    found: ProbeNow
    title: str
    unit: str
    explanation: str
    reading: ReadingView | None
    failed: models.ProbeReading | None
    speaks_for: tuple[AskedView, ...]


def probe_view(found: ProbeNow) -> ProbeView:
    """Return a probe in words."""
    return ProbeView(
        found=found,
        title=gettext(found.probe.title),
        unit=unit_text(found.probe.unit),
        explanation=gettext(found.probe.explanation),
        reading=reading_view(found.value),
        failed=found.last if found.last and found.last.error else None,
        speaks_for=tuple(asked_view(s.link, s.answer, s.last) for s in found.speaks_for),
    )
