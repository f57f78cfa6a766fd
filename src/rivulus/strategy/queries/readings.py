"""What the probes said: the last reading of each, their history, and the answers they gave to criteria."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from rivulus.kernel import probes as registry
from rivulus.strategy import models
from rivulus.strategy.rules.probes import Answer
from rivulus.strategy.terms import Mode


@dataclass(frozen=True, slots=True)
class Speaking:
    """A link of a probe to a criterion, with the answer in force (None: it says nothing at present).

    ``last`` is the latest reading of the probe that did not fail: newer than the answer when that has not changed since.
    """

    link: models.CriterionProbe
    answer: models.Measurement | None
    last: models.ProbeReading | None


@dataclass(frozen=True, slots=True)
class ProbeNow:
    """A probe, its last reading, its last reading that did not fail, and the criteria it speaks for."""

    probe: registry.Probe
    last: models.ProbeReading | None
    value: models.ProbeReading | None
    speaks_for: tuple[Speaking, ...]


def list_probes_now() -> tuple[ProbeNow, ...]:
    """Return every probe that the platform reports, by name. Four queries."""
    last = {row.probe: row for row in _last_each(models.ProbeReading.objects.all())}
    good = {row.probe: row for row in _last_each(models.ProbeReading.objects.filter(error=""))}
    speaking: dict[str, list[Speaking]] = defaultdict(list)
    for one in list_speaking(list(list_links())):
        speaking[one.link.probe].append(one)
    return tuple(
        ProbeNow(p, last.get(p.name), good.get(p.name), tuple(speaking[p.name])) for p in registry.list_probes()
    )


def list_speaking(links: list[models.CriterionProbe], *, before: dt.datetime | None = None) -> tuple[Speaking, ...]:
    """Return links with their answers in force (before a moment, else now) and last readings. Two queries."""
    answers = {row.link_id: row for row in list_last_measurements((link.pk for link in links), before=before)}
    readings = models.ProbeReading.objects.filter(error="", probe__in={link.probe for link in links})
    readings = readings.filter(at__lt=before) if before else readings
    last = {row.probe: row for row in _last_each(readings)}
    return tuple(Speaking(link, _in_force(answers.get(link.pk)), last.get(link.probe)) for link in links)


def find_probe_now(name: str) -> ProbeNow | None:
    """Return one probe, or None when nothing on the platform is called so."""
    probe = registry.find_probe(name)
    if probe is None:
        return None
    readings = list_readings(name)
    speaking = list_speaking(list(list_links().filter(probe=name)))
    return ProbeNow(probe, readings.first(), readings.filter(error="").first(), speaking)


def list_links() -> QuerySet[models.CriterionProbe]:
    """Return the links in force between criteria and probes, in the order of the matrix."""
    return (
        models.CriterionProbe.objects.filter(withdrawn=False)
        .select_related("criterion__pillar", "edited_by")
        .order_by("criterion__pillar__order", "criterion__level", "criterion__order", "probe", "id")
    )


def list_readings(name: str) -> QuerySet[models.ProbeReading]:
    """Return the readings of a probe, the newest first."""
    return models.ProbeReading.objects.filter(probe=name).order_by("-at", "-id")


def list_readings_since(name: str, since: dt.datetime) -> QuerySet[models.ProbeReading]:
    """Return the readings with a value since a moment, the oldest first, for a chart."""
    return models.ProbeReading.objects.filter(probe=name, at__gte=since, error="", value__isnull=False).order_by(
        "at", "id"
    )


def find_last_reading(name: str) -> models.ProbeReading | None:
    """Return the last reading of a probe that did not fail."""
    return models.ProbeReading.objects.filter(probe=name, error="").order_by("-at", "-id").first()


def find_last_measured_at() -> dt.datetime | None:
    """Return when the probes were last asked."""
    last = models.ProbeReading.objects.order_by("-at", "-id").first()
    return last.at if last else None


def list_last_measurements(links: Iterable[int], *, before: dt.datetime | None = None) -> QuerySet[models.Measurement]:
    """Return the last answer of each link (silent ones too), with its reading."""
    rows = models.Measurement.objects.filter(link_id__in=list(links))
    return (
        (rows.filter(at__lt=before) if before else rows)
        .select_related("reading")
        .order_by("link_id", "-at", "-id")
        .distinct("link_id")
    )


def latest_answers(links: Iterable[models.CriterionProbe]) -> dict[int, Answer]:
    """Return what each link answered last, as the rules compare it."""
    return {
        row.link_id: Answer(row.passed, row.silent, row.comparator, row.threshold, Mode(row.mode))
        for row in list_last_measurements(link.pk for link in links)
    }


def _last_each(readings: QuerySet[models.ProbeReading]) -> QuerySet[models.ProbeReading]:
    return readings.order_by("probe", "-at", "-id").distinct("probe")


def _in_force(answer: models.Measurement | None) -> models.Measurement | None:
    return None if answer is None or answer.silent else answer
