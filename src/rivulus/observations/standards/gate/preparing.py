"""From a decoded request to what is stored: whose series it is, whether each row can be, and what it will be called."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules import quality
from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.rules.observed import Admitted, Observed, Series, admit
from rivulus.observations.rules.ordering import keys
from rivulus.observations.rules.readings import EARLIEST_US, Annotation, Readings, Record, concatenate
from rivulus.observations.rules.writers import Forbidden
from rivulus.observations.standards.gate.decoding import Group, columns_of
from rivulus.observations.terms import Flag, ResultKind

NO_SERIES = N_("There is no such series.")
NO_FEATURE = N_("There is no such FeatureOfInterest.")
NOT_YOURS = N_("This series belongs to somebody else.")


class Known(Protocol):
    """Where series and features are looked up."""

    def find_series(self, number: int) -> Series | None:
        """Return a series by its number."""
        ...

    def has_feature(self, number: int) -> bool:
        """Say whether there is a feature of interest."""
        ...


class Unknown(Refused):
    """The series named does not exist."""


@dataclass(slots=True)
class Prepared:
    """What one request stores; ``numbers`` are its observations row by row, None where a row cannot be stored.

    A single number is kept as (time, value, series, flags): arrays of one are slow.
    """

    numbers: list[int | None] = field(default_factory=list)
    single: tuple[int, float, int, int] | None = None
    readings: Readings | None = None
    records: list[Record] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    source: str = ""

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Desk:
    """What requests are held against: what is known, whose series may be written, and the present moment."""

    known: Known
    owns: Callable[[int | None], bool]
    now_us: int
    source: str = ""


def prepare_one(observed: Observed, desk: Desk) -> tuple[Prepared, Admitted]:
    """Return what to store of one observation; raises Unknown, Forbidden, or Refused."""
    series = _find(observed.datastream or 0, observed.is_multi, desk)
    _check_feature(observed, desk)
    admitted = admit(observed, series, desk.now_us)
    prepared = Prepared([observation_id(admitted.datastream, admitted.time)], source=desk.source)
    _add(prepared, admitted)
    if admitted.record is None:
        prepared.single = (admitted.time, admitted.value, admitted.datastream, admitted.quality)
    return prepared, admitted


def prepare_groups(groups: list[Group], desk: Desk) -> Prepared:
    """Return what to store of a data array; what cannot be stored has no number."""
    prepared, plain = Prepared(source=desk.source), _Plain()
    others: list[Readings] = []
    for group in groups:
        try:
            series = _find(group.datastream, group.is_multi, desk)
        except Refused:
            prepared.numbers += [None] * len(group)
            continue
        if group.plain is not None and series.kind == ResultKind.NUMBER:
            plain.add(len(prepared.numbers), series, group.plain)
            prepared.numbers += [None] * len(group)  # until they are known, all at once
        else:
            others.append(_one_by_one(group, series, prepared, desk))
    if plain.rows:
        others.insert(0, plain.finish(prepared.numbers, desk.now_us))
    prepared.readings = others[0] if len(others) == 1 else concatenate(others)
    return prepared


class _Plain:
    """Rows of time and number, of any series, made into columns together: NumPy is slow in small pieces."""

    def __init__(self) -> None:
        self.rows: list[tuple[dt.datetime, float]] = []
        self.series: list[Series] = []
        self.counts: list[int] = []
        self.places: list[int] = []

    def add(self, place: int, series: Series, rows: list[tuple[dt.datetime, float]]) -> None:
        """Take the rows of one series; `place` is that of the first among the rows of the request."""
        self.rows += rows
        self.series.append(series)
        self.counts.append(len(rows))
        self.places.append(place)

    def finish(self, numbers: list[int | None], now_us: int) -> Readings:
        """Return the readings that can be stored, and write their numbers into their places."""
        times, values = columns_of(self.rows)
        datastreams = np.repeat(np.array([series.id for series in self.series], np.int32), self.counts)
        readings = Readings(times, values, datastreams, self._quality(times, values, now_us))
        is_wrong = (times > now_us + quality.AHEAD_REFUSED_US) | (times < EARLIEST_US)
        own: list[int | None] = keys(readings).tolist()
        if is_wrong.any():
            own = [None if wrong else number for number, wrong in zip(own, is_wrong.tolist(), strict=True)]
            readings = readings.take(~is_wrong)
        start = 0
        for place, count in zip(self.places, self.counts, strict=True):
            numbers[place : place + count] = own[start : start + count]
            start += count
        return readings

    def _quality(self, times: NDArray[np.int64], values: NDArray[np.float64], now_us: int) -> NDArray[np.int32]:
        flags = np.where(times > now_us + quality.AHEAD_FLAGGED_US, np.int32(Flag.CLOCK), np.int32(0))
        if any(series.minimum is not None or series.maximum is not None for series in self.series):
            low = np.repeat([-np.inf if s.minimum is None else s.minimum for s in self.series], self.counts)
            high = np.repeat([np.inf if s.maximum is None else s.maximum for s in self.series], self.counts)
            flags |= np.where((values < low) | (values > high), np.int32(Flag.OUT_OF_RANGE), np.int32(0))
        return flags


def _find(number: int, is_multi: bool, desk: Desk) -> Series:
    series = desk.known.find_series(number)
    if series is None or is_multi != (series.kind == ResultKind.MULTI):
        raise Unknown(NO_SERIES)
    if not desk.owns(series.supplier):
        raise Forbidden(NOT_YOURS)
    return series


def _check_feature(observed: Observed, desk: Desk) -> None:
    if observed.feature is not None and not desk.known.has_feature(observed.feature):
        raise Refused(NO_FEATURE)


def _one_by_one(group: Group, series: Series, prepared: Prepared, desk: Desk) -> Readings:
    rows: list[Admitted] = []
    for observed in _observed(group):
        try:
            if isinstance(observed, str):
                raise Refused(observed)
            _check_feature(observed, desk)
            admitted = admit(observed, series, desk.now_us)
        except Refused:
            prepared.numbers.append(None)
            continue
        prepared.numbers.append(observation_id(admitted.datastream, admitted.time))
        _add(prepared, admitted)
        if admitted.record is None:
            rows.append(admitted)
    return Readings(
        np.array([row.time for row in rows], np.int64),
        np.array([row.value for row in rows], np.float64),
        np.full(len(rows), series.id, np.int32),
        np.array([row.quality for row in rows], np.int32),
    )


def _observed(group: Group) -> list[Observed | str]:
    if group.plain is None:
        return group.observed
    times, _ = columns_of(group.plain)
    return [Observed(result=row[1], time=time) for row, time in zip(group.plain, times.tolist(), strict=True)]


def _add(prepared: Prepared, admitted: Admitted) -> None:
    if admitted.record is not None:
        prepared.records.append(admitted.record)
    if admitted.annotation is not None:
        prepared.annotations.append(admitted.annotation)
