"""Storing what a batch of messages holds: all of it, or what can be, with a sentence about the rest."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import django.db
import psycopg
from django.db import connection, transaction

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions.store.writing import write_batch
from rivulus.observations.feeds.mqtt.packets import Publication
from rivulus.observations.feeds.mqtt.reading import Poison, Reader, keep_poison
from rivulus.observations.rules.devices.messages import Finding, Kind, Level, Verdict
from rivulus.observations.rules.readings import Batch

log = logging.getLogger(__name__)
SOURCE = "mqtt"
UNFORESEEN = N_("The store could not take this message: %(problem)s.")
# Whatever a message holds, it is not the reason when the database is away, full or not migrated.
NOT_ITS_FAULT = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.ProgrammingError,
    django.db.OperationalError,
    django.db.InterfaceError,
    django.db.ProgrammingError,
)


def store_all(reader: Reader, publications: Sequence[Publication]) -> int:
    """Store a batch in one transaction, with the messages that cannot be stored; return how many of these there were.

    Raises psycopg.Error or django's OperationalError where the database cannot: then nothing may be acknowledged.
    """
    with transaction.atomic():
        read = reader.read(publications)
        poison = read.poison
        if not _is_empty(read.batch):
            poison += _write(reader, read.batch, publications)
        if poison:
            keep_poison(poison)
    if poison:
        log.warning("%d messages could not be stored; the first: %s", len(poison), poison[0].verdict.findings[0].words)
    return len(poison)


def store_one_by_one(reader: Reader, publications: Sequence[Publication]) -> None:
    """Store a batch that as a whole could not be, because of what is in it; the message at fault is kept as such.

    Raises an error of :data:`NOT_ITS_FAULT` where the database cannot.
    """
    for publication in publications:
        try:
            store_all(reader, [publication])
        except NOT_ITS_FAULT:
            raise
        except Exception as problem:
            log.exception("A message of %s could not be stored.", publication.topic)
            finding = Finding(Level.ERROR, UNFORESEEN, {"problem": type(problem).__name__})
            verdict = Verdict(kind=Kind.OBSERVATION, device=publication.topic, findings=(finding,))
            keep_poison([Poison(publication, verdict)])


def _write(reader: Reader, batch: Batch, publications: Sequence[Publication]) -> list[Poison]:
    """Write a batch; where the store refuses it (it touches too many weeks), write each message for itself."""
    try:
        with _raw() as raw:
            write_batch(raw, batch, SOURCE)
    except Refused as refused:
        if len(publications) > 1:
            return [found for one in publications for found in _write_one(reader, one)]
        return [_refuse(publications[0], refused)]
    return []


def _write_one(reader: Reader, publication: Publication) -> list[Poison]:
    read = reader.read([publication])
    return [] if _is_empty(read.batch) else _write(reader, read.batch, [publication])


@contextmanager
def _raw() -> Iterator[psycopg.Connection[Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # psycopg would otherwise take its first savepoint for the whole transaction
    yield cast("psycopg.Connection[Any]", connection.connection)


def _refuse(publication: Publication, refused: Refused) -> Poison:
    finding = Finding(Level.ERROR, refused.sentence, refused.values)
    return Poison(publication, Verdict(kind=Kind.OBSERVATION, device=publication.topic, findings=(finding,)))


def _is_empty(batch: Batch) -> bool:
    return not (len(batch.readings) or batch.records)
