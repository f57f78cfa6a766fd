"""Into the store over Django's connection: batches of any sender, corrections and removals."""

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import psycopg
from django.db import connection, transaction

from rivulus.journal import actions as journal
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions.store import removing, transactions
from rivulus.observations.actions.store.writing import write_batch
from rivulus.observations.rules import permissions
from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.rules.readings import Annotation, Batch, Readings, Record, Stored
from rivulus.observations.terms import Flag

if TYPE_CHECKING:
    from rivulus.identity.models import Person

__all__ = ["annotate", "correct", "remove_observation", "store", "write_batch"]
NOT_A_NUMBER = N_("A result must be a finite number.")
_UNSET: Any = object()


@transaction.atomic
def store(*, by: "Person | None", batch: Batch, source: str = "") -> Stored:
    """Store a batch with whatever else the caller's transaction does, and return what became of it.

    Not journaled: what a device says is its own record. ``source`` names the sender in what corrections keep.
    """
    _check_finite(batch.readings)
    return write_batch(_raw(), batch, source or _name_of(by))


@transaction.atomic
def correct(
    *,
    by: "Person | None",
    datastream: int,
    time_us: int,
    value: float | None = None,
    result: Any = _UNSET,
    reason: str,
    annotation: Annotation | None = None,
) -> Stored:
    """Replace the result of one observation (a number, or any other) and keep the old one with the reason.

    Raises NotFound where there is none. ``by`` is None where a supplier's key corrects its own: the caller has checked.
    """
    _check_may_correct(by)
    raw = _raw()
    if removing.find_held(raw, datastream, time_us) is None:
        raise NotFound
    flag = Flag.ANNOTATED if annotation else 0
    notes = (annotation,) if annotation else ()
    if value is not None:
        reading = Readings(*(np.array([part], kind) for part, kind in _columns(time_us, value, datastream, flag)))
        _check_finite(reading)
        batch = Batch(readings=reading, annotations=notes)
    else:
        batch = Batch(records=(Record(datastream, time_us, result, flag),), annotations=notes)
    stored = write_batch(raw, batch, _because(by, reason), forced=True)
    _journal(by, "observations.observation.corrected", datastream, time_us, reason)
    return stored


@transaction.atomic
def remove_observation(*, by: "Person | None", datastream: int, time_us: int, reason: str = "") -> None:
    """Take one observation out of the store; its result stays among what was replaced. Raises NotFound."""
    _check_may_correct(by)
    removing.remove(_raw(), datastream, time_us, _because(by, reason))
    _journal(by, "observations.observation.removed", datastream, time_us, reason)


@transaction.atomic
def annotate(*, by: "Person | None", annotation: Annotation) -> None:
    """Change what is said of an observation beside its result. Raises NotFound where there is none."""
    _check_may_correct(by)
    removing.annotate(_raw(), annotation)


def _raw() -> psycopg.Connection[Any]:
    """The connection below Django's, in a transaction that has begun and shares the lock of those who store."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # without it psycopg would take its first savepoint for the whole transaction
    raw = cast("psycopg.Connection[Any]", connection.connection)
    transactions.begin(raw)
    return raw


def _columns(time_us: int, value: float, datastream: int, quality: int) -> tuple[tuple[float, type], ...]:
    return (time_us, np.int64), (value, np.float64), (datastream, np.int32), (quality, np.int32)


def _check_finite(readings: Readings) -> None:
    if not np.isfinite(readings.value).all():
        raise Refused(NOT_A_NUMBER)


def _check_may_correct(by: "Person | None") -> None:
    if by is not None:
        permissions.check_can("correct_observation", by.active_roles())


def _name_of(by: "Person | None") -> str:
    return "" if by is None else f"person {by.pk}"


def _because(by: "Person | None", reason: str) -> str:
    return ": ".join(part for part in (_name_of(by), reason) if part)


def _journal(by: "Person | None", verb: str, datastream: int, time_us: int, reason: str) -> None:
    """A person's change is a line; a supplier's own correction stands in the store like whatever else it sends."""
    if by is None:
        return
    number = observation_id(datastream, time_us)
    content = {"datastream": datastream, "time_us": time_us, "reason": reason}
    journal.write(by=by, verb=verb, subject="observations.observation", subject_id=number, content=content)
