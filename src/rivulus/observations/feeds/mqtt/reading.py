"""What messages of MQTT mean: rows for the store, or a sentence about what is wrong with them.

A message of a SensorThings topic is an Observation. Nearly all of them are a number and a time: these are read on a
short way, many at once. Any other goes the whole way, and those of vendors through their mapping.
"""

import datetime as dt
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import msgspec
import numpy as np

from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions import devices as actions
from rivulus.observations.feeds.mqtt.packets import Publication
from rivulus.observations.queries import devices as queries
from rivulus.observations.rules import keys, quality
from rivulus.observations.rules.devices.judging import judge, to_batch
from rivulus.observations.rules.devices.messages import Finding, Kind, Level, Verdict, error
from rivulus.observations.rules.devices.reading import read_mapped
from rivulus.observations.rules.devices.topics import Mapping, fill, find_datastream, find_mapping
from rivulus.observations.rules.observed import Observed, Series, admit
from rivulus.observations.rules.readings import (
    EARLIEST_US,
    LATEST_US,
    MS,
    Annotation,
    Batch,
    Readings,
    Record,
    concatenate,
)
from rivulus.observations.terms import ResultKind

type Decode = Callable[..., Observed]
"""Reads an Observation: (body, has_series) → Observed; raises Refused."""

REMEMBER_S = 30.0
MOST_TOPICS = 100_000
MOST_POISON = 100  # kept of one batch; the rest is only counted
OWN = b'"@iot.selfLink"'  # what we publish has one, what devices publish has none
NO_SERIES = N_("There is no series %(series)s.")


class _Simple(msgspec.Struct, forbid_unknown_fields=True):
    """An Observation that is a number and a time."""

    result: float
    phenomenonTime: Annotated[dt.datetime, msgspec.Meta(tz=True)]  # noqa: N815 (the standard's word)


_simple = msgspec.json.Decoder(_Simple)


@dataclass(slots=True)
class Poison:
    """A message that cannot be stored, and why."""

    publication: Publication
    verdict: Verdict


@dataclass(slots=True)
class Read:
    """What a batch of messages holds."""

    batch: Batch
    poison: list[Poison] = field(default_factory=list)


class Register:
    """What is known of series, looked up as they appear and looked up again after half a minute."""

    def __init__(self) -> None:
        self._series: dict[int, Series | None] = {}
        self._since = time.monotonic()

    def look_up(self, numbers: set[int]) -> dict[int, Series | None]:
        """Return the series of these numbers, None for those that do not exist."""
        if time.monotonic() - self._since > REMEMBER_S:
            self.forget()
        missing = numbers - self._series.keys()
        if missing:
            found = queries.find_storable(missing)
            self._series |= {number: found.get(number) for number in missing}
        return self._series

    def forget(self) -> None:
        """Look everything up again."""
        self._series, self._since = {}, time.monotonic()


class Reader:
    """Reads batches of messages; belongs to one thread."""

    def __init__(self, decode: Decode, mappings: Sequence[Mapping], prefix: str = "") -> None:
        self.decode, self.mappings, self.prefix = decode, mappings, prefix
        self.register = Register()
        self._topics: dict[str, int | None] = {}

    def read(self, publications: Sequence[Publication]) -> Read:
        """Return what a batch of messages holds."""
        now_us = _now_us()
        simple: list[tuple[int, float, float, Publication]] = []
        whole: list[tuple[int, Publication]] = []
        vendors: list[Publication] = []
        for publication in publications:
            number = self._number(publication.topic)
            if number is None:
                vendors.append(publication)
                continue
            try:
                sent = _simple.decode(publication.payload)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                if OWN not in publication.payload:
                    whole.append((number, publication))
                continue
            if number:
                simple.append((number, sent.phenomenonTime.timestamp(), sent.result, publication))
            else:
                whole.append((number, publication))
        return self._join(simple, whole, vendors, now_us)

    def _join(
        self,
        simple: list[tuple[int, float, float, Publication]],
        whole: list[tuple[int, Publication]],
        vendors: list[Publication],
        now_us: int,
    ) -> Read:
        poison: list[Poison] = []
        records: list[Record] = []
        annotations: list[Annotation] = []
        observed = [found for found in (self._observe(one, poison) for one in whole) if found]
        numbers = {row[0] for row in simple} | {int(what.datastream or 0) for what, _ in observed}
        series = self.register.look_up(numbers)
        parts = [self._quick(simple, series, observed, now_us)]
        parts += self._admit(observed, series, now_us, records, annotations, poison)
        for publication in vendors:
            batch = self._read_vendor(publication, poison)
            if batch is not None:
                parts.append(batch.readings)
                records += batch.records
        return Read(Batch(concatenate(parts), tuple(records), tuple(annotations)), poison)

    def _quick(
        self,
        simple: list[tuple[int, float, float, Publication]],
        series: dict[int, Series | None],
        observed: list[tuple[Observed, Publication]],
        now_us: int,
    ) -> Readings:
        """Return the readings of the short way; what needs a sentence of refusal is handed to the whole one."""
        if not simple:
            return Readings.none()
        times = np.rint(np.array([row[1] for row in simple]) * 1e6).astype(np.int64) // MS * MS
        readings = Readings(
            times,
            np.array([row[2] for row in simple], np.float64),
            np.array([row[0] for row in simple], np.int32),
            np.zeros(len(simple), np.int32),
        )
        numeric = [number for number, one in series.items() if one is not None and one.kind == ResultKind.NUMBER]
        is_right = np.isin(readings.datastream, numeric) & np.isfinite(readings.value)
        is_right &= (times >= EARLIEST_US) & (times < LATEST_US) & ~quality.is_refused(times, now_us)
        if not is_right.all():
            for place in np.flatnonzero(~is_right).tolist():
                number, _seconds, value, publication = simple[place]
                observed.append((Observed(result=value, datastream=number, time=int(times[place])), publication))
            readings = readings.take(is_right)
        limits = {number: _limits(series[number]) for number in numeric}
        return quality.flag_clocks(quality.flag_ranges(readings, limits), now_us)

    def _observe(self, one: tuple[int, Publication], poison: list[Poison]) -> tuple[Observed, Publication] | None:
        number, publication = one
        try:
            observed = self.decode(publication.payload, has_series=bool(number))
        except Refused as refused:
            poison.append(_poison(publication, _finding(refused)))
            return None
        except Exception as problem:  # described in place, or something a decoder did not foresee
            poison.append(
                _poison(publication, error(N_("The message cannot be read: %(problem)s."), problem=str(problem)[:200]))
            )
            return None
        if number:
            observed.datastream = number
        if observed.time is None and publication.is_retained:
            return None  # it would be stored anew with every connection, at another time
        return observed, publication

    def _admit(
        self,
        observed: list[tuple[Observed, Publication]],
        series: dict[int, Series | None],
        now_us: int,
        records: list[Record],
        annotations: list[Annotation],
        poison: list[Poison],
    ) -> list[Readings]:
        rows = []
        features = queries.find_features({one.feature for one, _ in observed if one.feature is not None})
        for one, publication in observed:
            known = series.get(one.datastream or 0)
            if known is None:
                poison.append(_poison(publication, error(NO_SERIES, series=one.datastream)))
                continue
            if one.feature is not None and one.feature not in features:
                poison.append(
                    _poison(publication, error(N_("There is no FeatureOfInterest %(number)d."), number=one.feature))
                )
                continue
            try:
                admitted = admit(one, known, now_us)
            except Refused as refused:
                poison.append(_poison(publication, _finding(refused)))
                continue
            if admitted.annotation is not None:
                annotations.append(admitted.annotation)
            if admitted.record is not None:
                records.append(admitted.record)
            else:
                rows.append(admitted)
        return [
            Readings(
                np.array([row.time for row in rows], np.int64),
                np.array([row.value for row in rows], np.float64),
                np.array([row.datastream for row in rows], np.int32),
                np.array([row.quality for row in rows], np.int32),
            )
        ]

    def _read_vendor(self, publication: Publication, poison: list[Poison]) -> Batch | None:
        found = find_mapping(self.mappings, publication.topic)
        if found is None:
            poison.append(_poison(publication, error(N_("No mapping is declared for this topic."))))
            return None
        mapping, names = found
        if publication.is_retained and not mapping.time:
            return None
        try:
            document = _payload(mapping, publication.payload)
        except (ValueError, RecursionError) as problem:
            poison.append(
                _poison(
                    publication,
                    error(N_("This is not JSON that can be kept: %(problem)s."), problem=str(problem)[:100]),
                )
            )
            return None
        places = [replace(place, series=fill(place.series, names)) for place in mapping.places]
        received = None if mapping.time else clock.now().isoformat()
        message = read_mapped(
            document,
            places,
            time_path=mapping.time,
            time_unit=mapping.time_unit,
            received=received,
            device=publication.topic,
        )
        holder = keys.city_holder()
        known = queries.find_series([claim.series for claim in message.claims], holder=holder)
        verdict = judge(message, known, clock.now())
        if any(one.level is Level.ERROR for one in verdict.findings):
            poison.append(Poison(publication, verdict))
        return to_batch(verdict.rows)

    def _number(self, topic: str) -> int | None:
        """Return the series of a topic, 0 where the message names it, None for a vendor's topic."""
        try:
            return self._topics[topic]
        except KeyError:
            if len(self._topics) >= MOST_TOPICS:
                self._topics.clear()
            number = self._topics[topic] = find_datastream(topic, self.prefix)
            return number


def keep_poison(poison: Sequence[Poison]) -> None:
    """Keep messages that could not be stored with what is wrong with them, up to a hundred at once."""
    kept = [
        actions.make_message(
            supplier_id=None,
            channel="mqtt",
            body=one.publication.payload[:20_000].decode("utf-8", "replace"),
            verdict=one.verdict,
        )
        for one in poison[:MOST_POISON]
    ]
    actions.keep_messages(kept=kept)


def _poison(publication: Publication, finding: Finding) -> Poison:
    verdict = Verdict(kind=Kind.OBSERVATION, device=publication.topic, findings=(finding,))
    return Poison(publication, verdict)


def _finding(refused: Refused) -> Finding:
    return Finding(Level.ERROR, refused.sentence, refused.values)


def _limits(series: Series | None) -> dict[str, float]:
    bounds = {"minimum": series.minimum, "maximum": series.maximum} if series else {}
    return {name: value for name, value in bounds.items() if value is not None}


def _payload(mapping: Mapping, payload: bytes) -> Any:
    text = payload.decode("utf-8", "replace").strip()
    return float(text) if mapping.payload == "number" else json.loads(text)


def _now_us() -> int:
    return int(clock.now().timestamp() * 1000) * 1000
