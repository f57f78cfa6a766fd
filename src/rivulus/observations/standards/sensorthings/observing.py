"""Observations through the whole of SensorThings: with entities described in place, corrected, removed.

What a plain request means is decided by the gate's own modules, so that both doors say the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast

import msgspec
import psycopg
from django.db import connection, transaction
from django.http import HttpResponse

from rivulus.identity import queries as identity
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions import describing, storing, suppliers
from rivulus.observations.queries import register
from rivulus.observations.queries.annotations import annotations_of
from rivulus.observations.queries.readings import find_reading
from rivulus.observations.queries.records import find_record
from rivulus.observations.rules import permissions, writers
from rivulus.observations.rules.identifiers import split_observation_id
from rivulus.observations.rules.observed import Series, admit
from rivulus.observations.rules.readings import Annotation, Batch, Readings, concatenate
from rivulus.observations.rules.trees import Waiting
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.rules.writers import Conflict, Forbidden
from rivulus.observations.standards.gate import requests
from rivulus.observations.standards.gate.answers import Answer
from rivulus.observations.standards.gate.decoding import NotHereError, decode_observation, read_interval
from rivulus.observations.standards.gate.preparing import Desk, Prepared, read_together
from rivulus.observations.standards.gate.requests import Pending, Target
from rivulus.observations.standards.sensorthings.access import Account, check_quota
from rivulus.observations.standards.sensorthings.bodies import decode_object
from rivulus.observations.standards.sensorthings.deep_insert import read_reference, read_tree
from rivulus.observations.standards.sensorthings.entities import NAMES
from rivulus.observations.standards.sensorthings.rendering import CORS, ServiceError, show_interval, show_time
from rivulus.observations.standards.sensorthings.resolving import Place
from rivulus.observations.terms import Flag, ResultKind, Scope

STREAMS = ("Datastream", "MultiDatastream")
FEATURE = "FeatureOfInterest"
PROPERTIES = ("result", "resultTime", "resultQuality", "validTime", "parameters", "phenomenonTime")


@dataclass(slots=True)
class _Known:
    """Series and features, asked for when they are needed."""

    series: dict[int, Series | None] = field(default_factory=dict)
    features: dict[int, bool] = field(default_factory=dict)

    def find_series(self, number: int) -> Series | None:
        """Return a series by its number."""
        if number not in self.series:
            self.series[number] = register.load_series(_raw(), [number]).get(number)
        return self.series[number]

    def has_feature(self, number: int) -> bool:
        """Say whether there is a feature of interest."""
        if number not in self.features:
            self.features[number] = number in register.load_features(_raw(), [number])
        return self.features[number]


def check_may_observe(account: Account) -> None:
    """Raise Forbidden where a person's roles, or the scopes of a key, do not allow sending observations."""
    roles = identity.roles_of(account.by) if account.by is not None else None
    if roles is not None and not permissions.can("import_observations", roles):
        raise Forbidden(permissions.SENTENCES["import_observations"])
    writers.check_scope(account.writer, Scope.OBSERVE)


def create(account: Account, path: str, body: bytes, base: str, *, is_minimal: bool) -> HttpResponse:
    """Store what a request to one of the gate's addresses sends, and answer as the gate does."""
    target = requests.find_target(path)
    if target is None:
        raise NotFound
    return create_at(account, target, body, base, is_minimal=is_minimal)


def create_at(account: Account, target: Target, body: bytes, base: str, *, is_minimal: bool) -> HttpResponse:
    """Store an observation or a data array; entities described within an observation are added first."""
    check_may_observe(account)
    desk = _desk(account)
    try:
        pending = requests.prepare(target, body, desk, base, is_minimal=is_minimal)
    except NotHereError:
        document = decode_object(body)
        desk = _desk(account)
        plain, inner = _describe_within(account, desk, document, has_series=target.datastream is not None)
        pending = requests.prepare(target, msgspec.json.encode(plain), desk, base, is_minimal=is_minimal)
        _store(account, [_pending(answer) for answer in inner])
    if isinstance(pending, Answer):
        return respond(pending)
    _store(account, [pending.prepared])
    return respond(pending.answer())


def create_below(account: Account, place: Place, body: bytes, base: str, *, is_minimal: bool) -> HttpResponse:
    """Store an observation posted below a series or a feature that some longer address leads to."""
    if place.parent is None:
        return create_at(account, Target(), body, base, is_minimal=is_minimal)
    if place.parent.name in STREAMS:
        target = Target(place.parent.number, place.parent.name == STREAMS[1])
        return create_at(account, target, body, base, is_minimal=is_minimal)
    document = decode_object(body) | {FEATURE: {"@iot.id": place.parent.number}}
    return create_at(account, Target(), msgspec.json.encode(document), base, is_minimal=is_minimal)


def store_waiting(account: Account, waiting: Iterable[Waiting]) -> int:
    """Store the observations that came within new series and features; return how many."""
    pending: list[Pending] = []
    desk = _desk(account)
    for one in waiting:
        check_may_observe(account)
        for document in one.observations:
            pending += _waiting(account, desk, one, document)
    _store(account, [each.prepared for each in pending])
    return sum(len(each.prepared) for each in pending)


def change(account: Account, number: int, document: Mapping[str, Any]) -> None:
    """Correct the result of an observation, or change what else is said of it; ``document`` is the whole of it."""
    series, time_us, present = find(account, number)
    _check_same_place(document, series, time_us)
    told = {key: value for key, value in document.items() if key in PROPERTIES and value is not None}
    if FEATURE in document and document[FEATURE] is not None:
        told[FEATURE] = _feature_of(account, document[FEATURE])
    observed = decode_observation(msgspec.json.encode(told), has_series=True)
    admitted = admit(observed, series, _now_us())
    note = admitted.annotation or Annotation(series.id, time_us)
    note = replace(note, result_time=observed.result_time)
    result = admitted.value if admitted.record is None else admitted.record.result
    reason = _signature(account) or "corrected"
    if result == present["result"] and type(result) is type(present["result"]):
        if note != _note_of(series.id, time_us, present):
            storing.annotate(by=account.by, annotation=note)
    elif admitted.record is None:
        storing.correct(
            by=account.by, datastream=series.id, time_us=time_us, value=admitted.value, reason=reason, annotation=note
        )
    else:
        storing.correct(
            by=account.by, datastream=series.id, time_us=time_us, result=result, reason=reason, annotation=note
        )


def remove(account: Account, number: int) -> None:
    """Take an observation out of the store."""
    series, time_us, _present = find(account, number)
    storing.remove_observation(by=account.by, datastream=series.id, time_us=time_us, reason=_signature(account))


def find(account: Account, number: int) -> tuple[Series, int, dict[str, Any]]:
    """Return the series, the time and the properties of an observation that may be changed; raises NotFound."""
    check_may_correct(account)
    try:
        datastream, time_us = split_observation_id(number)
    except ValueError as error:
        raise NotFound from error
    series = _Known().find_series(datastream)
    held = _held(series, time_us) if series else None
    if series is None or held is None:
        raise NotFound
    writers.check_owns(account.writer, series.supplier, "Observation")
    return series, time_us, _document(series, time_us, *held)


def check_may_correct(account: Account) -> None:
    """Raise Forbidden where somebody may not correct observations."""
    roles = identity.roles_of(account.by) if account.by is not None else None
    if roles is not None and not permissions.can("correct_observation", roles):
        raise Forbidden(permissions.SENTENCES["correct_observation"])
    writers.check_scope(account.writer, Scope.OBSERVE)


def respond(answer: Answer) -> HttpResponse:
    """Return the gate's answer as Django's."""
    return HttpResponse(answer.body, "application/json", status=answer.status, headers={**CORS, **dict(answer.headers)})


# Storing.


def _desk(account: Account) -> Desk:
    return Desk(_Known(), account.writer.owns, _now_us(), _signature(account))


def _pending(answer: Pending | Answer) -> Prepared:
    if isinstance(answer, Answer):
        raise ServiceError(answer.status, msgspec.json.decode(answer.body)["message"])
    return answer.prepared


def _store(account: Account, prepared: Iterable[Prepared]) -> None:
    listed = [each for each in prepared if len(each)]
    read_together(listed)
    if not listed:
        return
    count = sum(len(each) for each in listed)
    check_quota(account, count)
    batch = Batch(
        concatenate(_readings(each) for each in listed),
        tuple(record for each in listed for record in each.records),
        tuple(note for each in listed for note in each.annotations),
    )
    storing.store(by=account.by, batch=batch, source=_signature(account))
    if account.holder is not None and not account.holder.is_sandbox:
        # Afterwards, so that requests of one supplier do not wait for one another.
        sent = {account.holder.supplier_id: (count, 0)}
        transaction.on_commit(partial(suppliers.count_usage, by=None, day=clock.today(), sent=sent))


def _readings(prepared: Prepared) -> Readings:
    if prepared.single is None:
        return prepared.readings if prepared.readings is not None else Readings.none()
    time_us, value, datastream, flags = prepared.single
    one = Readings.of([(datastream, time_us, value)])
    one.quality[0] = flags
    return one


def _signature(account: Account) -> str:
    return f"key {account.holder.key_id}" if account.holder else ""


def _now_us() -> int:
    return microseconds(clock.now())


def _raw() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    return cast("psycopg.Connection[Any]", connection.connection)


# What is described within an observation.


def _waiting(account: Account, desk: Desk, one: Waiting, document: Mapping[str, Any]) -> list[Pending]:
    """Return what to store of one observation, after what it describes in place has been added."""
    is_stream = one.name in STREAMS
    own = dict(document) if is_stream else dict(document) | {FEATURE: {"@iot.id": one.number}}
    plain, inner = _describe_within(account, desk, own, has_series=is_stream)
    target = Target(one.number, one.name == STREAMS[1]) if is_stream else Target()
    made = [*inner, requests.prepare(target, msgspec.json.encode(plain), desk, "")]
    for each in made:
        _pending(each)
    return cast("list[Pending]", made)


def _describe_within(
    account: Account, desk: Desk, document: Mapping[str, Any], *, has_series: bool
) -> tuple[dict[str, Any], list[Pending | Answer]]:
    """Add the series and the feature that an observation describes, and return it with their numbers in their place."""
    plain = dict(document)
    waiting: list[Waiting] = []
    names = (FEATURE,) if has_series else (*STREAMS, FEATURE)
    for name in names:
        value = plain.get(name)
        if value is None or read_reference(name, value) is not None:
            continue
        made = describing.describe(by=account.by, writer=account.writer, tree=read_tree(NAMES[name], value))
        plain[name] = {"@iot.id": made.number}
        waiting += made.waiting
    inner: list[Pending | Answer] = []
    for one in waiting:
        for each in one.observations:
            inner += _waiting(account, desk, one, each)
    return plain, inner


# What is there.


def _held(series: Series, time_us: int) -> tuple[Any, int] | None:
    if series.kind == ResultKind.NUMBER:
        found = find_reading(series.id, time_us)
        return (float(found.value[0]), int(found.quality[0])) if len(found) else None
    record = find_record(series.id, time_us)
    return (record.result, record.quality) if record else None


def _document(series: Series, time_us: int, result: Any, quality: int) -> dict[str, Any]:
    note = annotations_of([(series.id, time_us)]).get((series.id, time_us)) or Annotation(series.id, time_us)
    said_at = (
        note.result_time if note.result_time is not None else (time_us if quality & Flag.RESULT_TIME_SAME else None)
    )
    shown = {
        "phenomenonTime": show_interval(time_us, note.end_time),
        "resultTime": None if said_at is None else show_time(said_at),
        "result": result,
        "resultQuality": note.result_quality,
        "validTime": None if note.valid_from is None else show_interval(note.valid_from, note.valid_to),
        "parameters": note.parameters,
        FEATURE: None if note.feature is None else {"@iot.id": note.feature},
    }
    return {key: value for key, value in shown.items() if value is not None or key == "result"}


def _note_of(datastream: int, time_us: int, document: Mapping[str, Any]) -> Annotation:
    observed = decode_observation(msgspec.json.encode(document), has_series=True)
    end = observed.end_time if observed.end_time != time_us else None
    return Annotation(
        datastream,
        time_us,
        end,
        observed.result_time,
        observed.valid_from,
        observed.valid_to,
        observed.feature,
        observed.result_quality,
        observed.parameters or None,
    )


def _check_same_place(document: Mapping[str, Any], series: Series, time_us: int) -> None:
    """The series and the beginning of its time are the identity of an observation."""
    told = document.get("phenomenonTime")
    if isinstance(told, str) and read_interval(told)[0] != time_us:
        raise Conflict(N_("The time of an observation stays as it is; delete it, and send it with the right time."))
    for name in STREAMS:
        reference = read_reference(name, document[name]) if document.get(name) is not None else None
        if reference is not None and reference.number != series.id:
            raise Conflict(N_("The series of an observation stays as it is; delete it, and send it to the right one."))


def _feature_of(account: Account, value: Any) -> dict[str, int]:
    reference = read_reference(FEATURE, value)
    if reference is None:
        raise Refused(N_("When an entity is changed, others are named by their @iot.id only."))
    if not _Known().has_feature(reference.number):
        raise Refused(N_("There is no %(kind)s with the number %(number)s."), kind=FEATURE, number=reference.number)
    return {"@iot.id": reference.number}
