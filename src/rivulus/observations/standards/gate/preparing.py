"""From a decoded request to what is stored: whose series it is, whether each row can be, and what it will be called."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules import quality
from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.rules.instants import read_alike
from rivulus.observations.rules.observed import Admitted, Observed, Series, admit, check_time
from rivulus.observations.rules.ordering import keys
from rivulus.observations.rules.readings import EARLIEST_US, Annotation, Readings, Record, concatenate
from rivulus.observations.rules.writers import Forbidden
from rivulus.observations.standards.gate.decoding import Group, observed_of
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

    A single number is kept as (time, value, series, flags): arrays of one are slow. ``plain`` is still to be read, and
    its rows have no numbers until then (see read_together).
    """

    numbers: list[int | None] = field(default_factory=list)
    single: tuple[int, float, int, int] | None = None
    readings: Readings | None = None
    records: list[Record] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    source: str = ""
    plain: "Plain | None" = None

    def __len__(self) -> int:
        return len(self.numbers)

    def stores_something(self) -> bool:
        """Say whether there is anything to store, or may be."""
        return self.plain is not None or any(number is not None for number in self.numbers)


@dataclass(slots=True)
class Desk:
    """What requests are held against: what is known, whose series may be written, and the present moment."""

    known: Known
    owns: Callable[[int | None], bool]
    now_us: int
    source: str = ""


@dataclass(slots=True)
class Plain:
    """Rows of time and number, times as they were written: for each group its series and the place of its first row."""

    desk: Desk
    groups: list[tuple[int, Series, Group]] = field(default_factory=list)


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


def prepare_plain(datastream: int, time_us: int, value: float, desk: Desk) -> Prepared | None:
    """Return what to store of one number, or None where its series holds something else."""
    series = _find(datastream, False, desk)
    if series.kind != ResultKind.NUMBER:
        return None
    time_us = check_time(time_us, desk.now_us)
    flags = quality.flags_of(value, time_us, series.minimum, series.maximum, desk.now_us)
    return Prepared(
        [observation_id(datastream, time_us)], single=(time_us, value, datastream, flags), source=desk.source
    )


def prepare_groups(groups: list[Group], desk: Desk) -> Prepared:
    """Return what to store of a data array; what cannot be stored has no number, what is still to be read none yet."""
    prepared, plain = Prepared(source=desk.source), Plain(desk)
    others: list[Readings] = []
    for group in groups:
        try:
            series = _find(group.datastream, group.is_multi, desk)
        except Refused:
            prepared.numbers += [None] * len(group)
            continue
        if group.plain is not None and series.kind == ResultKind.NUMBER:
            plain.groups.append((len(prepared.numbers), series, group))
            prepared.numbers += [None] * len(group)
        else:
            others.append(_one_by_one(group, series, prepared, desk))
    prepared.plain = plain if plain.groups else None
    prepared.readings = concatenate(others) if others else None
    return prepared


def read_together(prepared: Iterable[Prepared]) -> None:
    """Read the plain rows of requests that are stored together: NumPy is slow in small pieces."""
    unread = [each for each in prepared if each.plain is not None]
    if not unread or _read(unread):
        return
    for each in unread:
        if len(unread) == 1 or not _read([each]):  # others write their times in another way, or one is no time
            _read_one_by_one(each)


def _read(unread: Sequence[Prepared]) -> bool:
    """Read what can be read at once; if it cannot, leave it all and say so."""
    plains = [each.plain for each in unread if each.plain is not None]
    groups = [(series, group.plain or []) for plain in plains for _, series, group in plain.groups]
    cells: list[Any] = list(chain.from_iterable(chain.from_iterable([rows for _, rows in groups])))
    times = read_alike(cells[::2])
    if times is None:
        return False
    values, counts = np.array(cells[1::2], np.float64), [len(rows) for _, rows in groups]
    series = [series for series, _ in groups]
    readings = Readings(
        times, values, np.array([one.id for one in series], np.int32).repeat(counts), _ranges(values, series, counts)
    )
    numbers: list[int | None] = keys(readings).tolist()
    soonest = min(plain.desk.now_us for plain in plains)
    is_sure = not len(times) or bool(EARLIEST_US <= times.min() <= times.max() <= soonest + quality.AHEAD_FLAGGED_US)
    start = 0
    for each, plain in zip(unread, plains, strict=True):
        end = start + sum([len(group) for _, _, group in plain.groups])
        own, own_numbers = readings.take(slice(start, end)), numbers[start:end]
        if not is_sure:
            own, own_numbers = _without_wrong_times(own, own_numbers, plain.desk.now_us)
        _give(each, plain, own, own_numbers)
        start = end
    return True


def _without_wrong_times(own: Readings, numbers: list[int | None], now_us: int) -> tuple[Readings, list[int | None]]:
    """Flag clocks that run ahead, and take out times that cannot be, and their numbers."""
    is_wrong = quality.is_refused(own.time, now_us) | (own.time < EARLIEST_US)
    kept = [None if wrong else number for number, wrong in zip(numbers, is_wrong.tolist(), strict=True)]
    return quality.flag_clocks(own, now_us).take(~is_wrong), kept


def _give(prepared: Prepared, plain: Plain, own: Readings, numbers: list[int | None]) -> None:
    """Give a request its readings, and their numbers to their places."""
    if len(numbers) == len(prepared.numbers):
        prepared.numbers = numbers
    else:
        start = 0
        for place, _, group in plain.groups:
            prepared.numbers[place : place + len(group)] = numbers[start : start + len(group)]
            start += len(group)
    prepared.readings = own if prepared.readings is None else concatenate((own, prepared.readings))
    prepared.plain = None


def _read_one_by_one(prepared: Prepared) -> None:
    plain = prepared.plain
    assert plain is not None
    parts: list[Readings] = []
    for place, series, group in plain.groups:
        own = Prepared()
        rows = Group(group.datastream, observed=observed_of(group.plain or ()))
        parts.append(_one_by_one(rows, series, own, plain.desk))
        prepared.numbers[place : place + len(group)] = own.numbers
        prepared.annotations += own.annotations
    others = () if prepared.readings is None else (prepared.readings,)
    prepared.readings, prepared.plain = concatenate((*parts, *others)), None


def _ranges(values: NDArray[np.float64], series: Sequence[Series], counts: Sequence[int]) -> NDArray[np.int32]:
    """Flag what is outside the plausible values of its series."""
    flags = np.zeros(len(values), np.int32)
    if any(one.minimum is not None or one.maximum is not None for one in series):
        low = np.repeat([-np.inf if one.minimum is None else one.minimum for one in series], counts)
        high = np.repeat([np.inf if one.maximum is None else one.maximum for one in series], counts)
        flags[(values < low) | (values > high)] = Flag.OUT_OF_RANGE
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
    return group.observed if group.plain is None else observed_of(group.plain)


def _add(prepared: Prepared, admitted: Admitted) -> None:
    if admitted.record is not None:
        prepared.records.append(admitted.record)
    if admitted.annotation is not None:
        prepared.annotations.append(admitted.annotation)
