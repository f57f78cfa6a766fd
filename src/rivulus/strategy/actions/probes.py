"""Measuring: every probe is asked, its reading kept, and what it now answers to the criteria appended."""

import datetime as dt
import json
import logging
import math

from django.db import connection, transaction

from rivulus.journal import actions as journal
from rivulus.kernel import clock, probes
from rivulus.strategy import models
from rivulus.strategy.queries import seals
from rivulus.strategy.queries.readings import find_last_reading, latest_answers
from rivulus.strategy.rules import permissions
from rivulus.strategy.rules import probes as rules
from rivulus.strategy.terms import Actor, Mode

LOCK = 7_302_612  # two measurements at once wait for one another
log = logging.getLogger("rivulus.strategy.probes")


@transaction.atomic
def measure_all(*, by: Actor | None = None, now: dt.datetime | None = None) -> tuple[models.ProbeReading, ...]:
    """Ask every probe and keep what it says; one that fails never stops the others, its error is kept instead."""
    if by is not None:
        permissions.check_can("measure_now", by.active_roles())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    at = now or clock.now()
    last = models.ProbeReading.objects.order_by("-at", "-id").first()
    if by is not None and last is not None and dt.timedelta(0) <= at - last.at < rules.SAME_PRESS:
        return tuple(models.ProbeReading.objects.filter(at=last.at).order_by("probe"))
    readings = tuple(models.ProbeReading.objects.bulk_create([_ask(probe, at) for probe in probes.list_probes()]))
    answered = _answer_links(readings, by, at)
    journal.write(
        by=by,
        verb="strategy.probes.measured",
        subject="strategy.probes",
        subject_id=at.astimezone(clock.CITY_ZONE).date().isoformat(),
        content={
            "readings": {r.probe: r.value for r in readings if not r.error},
            "failed": [r.probe for r in readings if r.error],
            "answers_changed": len(answered),
        },
    )
    return readings


def answer_link(*, by: Actor | None, link: models.CriterionProbe, now: dt.datetime) -> models.Measurement | None:
    """Let an edited link answer at once from the last reading of its probe; None when nothing changed."""
    reading = find_last_reading(link.probe)
    return _append_answer(link, reading, by, now, latest_answers([link])) if reading else None


def _ask(probe: probes.Probe, at: dt.datetime) -> models.ProbeReading:
    row = models.ProbeReading(probe=probe.name, at=at, unit=probe.unit, inputs={})
    try:
        with transaction.atomic():  # a failing query must not spoil the transaction of the others
            reading = probe.compute(at)
        _check(reading)
    except Exception as error:  # whatever a probe does, the others are asked
        log.exception("The probe %s failed.", probe.name)
        row.error = f"{type(error).__name__}: {error}"[:300]
        return row
    row.value, row.inputs, row.simulated = reading.value, dict(reading.inputs), reading.simulated
    return row


def _check(reading: probes.Reading) -> None:
    """Raise ValueError for a value or inputs that cannot be stored and shown."""
    if reading.value is not None and not math.isfinite(reading.value):
        raise ValueError("The value is not a finite number.")
    json.dumps(dict(reading.inputs), allow_nan=False)


def _answer_links(
    readings: tuple[models.ProbeReading, ...], by: Actor | None, at: dt.datetime
) -> list[models.Measurement]:
    """Append an answer for each link whose probe now says something else, or is asked something else."""
    said = {reading.probe: reading for reading in readings if not reading.error}
    links = list(
        models.CriterionProbe.objects.select_for_update(of=("self",))
        .filter(probe__in=said)
        .select_related("criterion")
        .order_by("id")
    )
    latest = latest_answers(links)
    rows = [_append_answer(link, said[link.probe], by, at, latest) for link in links]
    return [row for row in rows if row is not None]


def _append_answer(
    link: models.CriterionProbe,
    reading: models.ProbeReading,
    by: Actor | None,
    at: dt.datetime,
    latest: dict[int, rules.Answer],
) -> models.Measurement | None:
    question = rules.Question(link.comparator, link.threshold, Mode(link.mode), link.withdrawn)
    new = rules.answer(question, reading.value, simulated=reading.simulated)
    if not rules.is_news(latest.get(link.pk), new):
        return None
    row = models.Measurement.objects.create(
        link=link,
        criterion=link.criterion,
        reading=reading,
        passed=new.passed,
        silent=new.silent,
        mode=new.mode,
        threshold=new.threshold,
        comparator=new.comparator,
        at=at,
    )
    journal.write(
        by=by,
        verb=seals.MEASURED,
        subject=seals.MEASUREMENT,
        subject_id=row.pk,
        content=seals.content_of_measurement(row),
    )
    return row
