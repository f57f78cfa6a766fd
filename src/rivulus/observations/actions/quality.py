"""Looking at the readings of an hour before it is counted, and writing down what is doubtful; nothing is taken out.

Called by the recount, with the readings it has at hand anyway. So late arrivals and corrections are looked at too, and a
flag for which there is no reason any more is taken back.
"""

from typing import TYPE_CHECKING, Any, LiteralString, cast

import numpy as np
import psycopg
from django.db import connection, transaction
from numpy.typing import NDArray

from rivulus.journal import actions as journal
from rivulus.observations.actions.store import columns
from rivulus.observations.queries import segments
from rivulus.observations.queries.columns import rows
from rivulus.observations.queries.limits import limits_of, places_of_peers, repeated_keys
from rivulus.observations.queries.rollups import stored_hours
from rivulus.observations.rules import blocks, permissions
from rivulus.observations.rules.checks import CHECKED, GAP_PERIODS, flags_of, is_suspended, unlike_neighbours
from rivulus.observations.rules.ordering import keys
from rivulus.observations.rules.readings import HOUR_US, Readings, concatenate
from rivulus.observations.rules.rollups import roll_up
from rivulus.observations.rules.weeks import microseconds, moment
from rivulus.observations.terms import DOUBTFUL, Flag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rivulus.identity.models import Person

_FLAG: LiteralString = """UPDATE observations_reading r SET quality = n.quality
    FROM unnest(%s, %s, %s, %s) AS n (datastream, time, before, quality)
    WHERE r.datastream = n.datastream AND r.time = n.time AND r.quality = n.before
    RETURNING r.datastream, (extract(epoch FROM r.time) * 1000000)::int8"""
_BLOCKS = """SELECT datastream, start, data FROM observations_block
    WHERE datastream = ANY(%s::int4[]) AND start < %s AND finish >= %s FOR UPDATE"""
_SINCE = "SELECT datastream, first_time FROM observations_head WHERE datastream = ANY(%s::int4[])"
_RECHECK: LiteralString = "INSERT INTO observations_dirty (hour, datastream) SELECT * FROM unnest(%s, %s)"
_MILLISECOND = moment(1000) - moment(0)


@transaction.atomic
def recheck(*, by: "Person | None", datastreams: "Sequence[int]", start_us: int, end_us: int) -> int:
    """Have the hours of series looked at and counted again, after their limits were changed; return how many hours."""
    if by is not None:
        permissions.check_can("edit_thing", by.active_roles())
    found = stored_hours(list(datastreams), start_us, end_us)
    hours = len(found)
    columns.run(_raw(), _RECHECK, columns.times(found.start), columns.integers(found.datastream))
    content = {"datastreams": sorted(datastreams), "start_us": start_us, "end_us": end_us, "hours": hours}
    journal.write(
        by=by, verb="observations.quality.rechecked", subject="observations.store", subject_id=0, content=content
    )
    return hours


class Checked:
    """Readings of hours [begin, end) and of the hour before them, by series and then time, with their flags as they are now."""

    def __init__(self, found: Readings, begin: int, end: int) -> None:
        self.found, self._begin, self._end = found, begin, end
        ids = np.unique(found.datastream)
        self._limits, self._properties = limits_of(ids.tolist()) if len(ids) else ({}, {})

    def write(self) -> Readings:
        """Write the flags that changed, and return the readings with them."""
        inside = self.found.time >= self._begin
        if not inside.any():
            return self.found
        quality = self.found.quality.copy()
        if self._limits:
            checked = np.isin(self.found.datastream, list(self._limits)) & inside
            given = self._flags() | self._neighbours()
            quality[checked] = quality[checked] & ~int(CHECKED) | given[checked]
        quality |= self._clocks()
        changed = np.flatnonzero(quality != self.found.quality)
        if len(changed):
            _write(self.found.take(changed), quality[changed])
        return Readings(self.found.time, self.found.value, self.found.datastream, quality)

    def _flags(self) -> NDArray[np.int32]:
        """Check rates, flat lines and gaps, with as much of the time before as they need."""
        suspended = [int(number) for number in is_suspended(self.found, self._begin) if int(number) in self._limits]
        back_s = max((self._limits[number].back_s for number in suspended), default=0.0)
        older, first = Readings.none(), self._begin - HOUR_US
        if back_s * 1_000_000 > HOUR_US:
            first = self._begin - int(back_s * 1_000_000)
            until = self._begin - HOUR_US
            older = segments.read_both(suspended, first, until)
        both = segments.merge(concatenate([older, self.found]), Readings.none())
        flags = flags_of(both, self._limits)
        flags[self._after_silence(both, suspended, first)] |= int(Flag.AFTER_GAP)
        return flags[np.searchsorted(keys(both), keys(self.found))]

    def _after_silence(self, both: Readings, suspended: list[int], first: int) -> list[int]:
        """Return the places of readings with nothing before them for as far as we look, of series that had some once."""
        known = {number: microseconds(at) for number, at in rows(_SINCE, [suspended])} if suspended else {}
        found = []
        for number in suspended:
            period_s = self._limits[number].period_s
            place = int(np.searchsorted(both.datastream, number))
            silent_us = int(both.time[place]) - first
            if period_s and known.get(number, first) < first and silent_us > GAP_PERIODS * period_s * 1_000_000:
                found.append(place)
        return found

    def _neighbours(self) -> NDArray[np.int32]:
        """Compare the mean of each hour with those of the neighbours in it."""
        flags = np.zeros(len(self.found), np.int32)
        compared = {
            number: observed
            for number, observed in self._properties.items()
            if self._limits[number].neighbour_distance_m and self._limits[number].neighbour_deviations
        }
        if not compared:
            return flags
        good = self.found.take((self.found.quality & int(DOUBTFUL & ~CHECKED)) == 0)
        means = _means_by_hour(good, self._begin)
        for observed, places in places_of_peers(sorted(set(compared.values()))).items():
            mine = {number: self._limits[number] for number, one in compared.items() if one == observed}
            for hour, of_hour in means.items():
                self._mark(flags, hour, unlike_neighbours(self._with_peers(of_hour, hour, places), places, mine))
        return flags

    def _with_peers(
        self, of_hour: "Mapping[int, float]", hour: int, places: "Mapping[int, tuple[float, float]]"
    ) -> dict[int, float]:
        """Return the means of all series with a place; those not at hand (a late recount has only its own) are read."""
        found = {number: value for number, value in of_hour.items() if number in places}
        missing = [number for number in places if number not in found]
        if missing:
            others = stored_hours(missing, hour, hour + HOUR_US)
            known = zip(others.datastream.tolist(), others.mean.tolist(), others.count.tolist(), strict=True)
            found |= {number: mean for number, mean, count in known if count}
        return found

    def _mark(self, flags: NDArray[np.int32], hour: int, far: set[int]) -> None:
        if far:
            there = (self.found.time // HOUR_US * HOUR_US == hour) & np.isin(self.found.datastream, list(far))
            flags[there] |= int(Flag.NEIGHBOUR)

    def _clocks(self) -> NDArray[np.int32]:
        """Flag what was sent again and again under one time."""
        flags = np.zeros(len(self.found), np.int32)
        for number, time in repeated_keys(self._begin, self._end):
            flags[(self.found.datastream == number) & (self.found.time == time)] = int(Flag.CLOCK)
        return flags


def _means_by_hour(good: Readings, begin: int) -> dict[int, dict[int, float]]:
    hours = roll_up(good.take((good.quality & int(Flag.CLOCK)) == 0), {})
    found: dict[int, dict[int, float]] = {}
    columns_of = (hours.datastream.tolist(), hours.start.tolist(), hours.mean.tolist(), hours.count.tolist())
    for number, start, mean, count in zip(*columns_of, strict=True):
        if start >= begin and count:
            found.setdefault(start, {})[number] = mean
    return found


def _write(found: Readings, quality: NDArray[np.int32]) -> None:
    """Write new flags into rows, and into blocks where there is no row."""
    cursor = columns.run(
        _raw(),
        _FLAG,
        columns.integers(found.datastream),
        columns.times(found.time),
        columns.integers(found.quality),
        columns.integers(quality),
    )
    done = {(number, time) for number, time in cursor.fetchall()}
    left = [
        at for at, key in enumerate(zip(found.datastream.tolist(), found.time.tolist(), strict=True)) if key not in done
    ]
    if left:
        _write_into_blocks(found.take(left), quality[left])


def _write_into_blocks(found: Readings, quality: NDArray[np.int32]) -> None:
    times = moment(int(found.time.max())), moment(int(found.time.min()))
    ids = np.unique(found.datastream).tolist()
    parameters = [ids, times[0] + _MILLISECOND, times[1]]
    with connection.cursor() as cursor:
        for number, start, data in rows(_BLOCKS, parameters):
            held = blocks.decode(data, number)
            mine = found.datastream == number
            place = np.searchsorted(held.time, found.time[mine])
            hits = np.flatnonzero(
                (place < len(held)) & (held.time[np.minimum(place, len(held) - 1)] == found.time[mine])
            )
            if not len(hits):
                continue
            flags = held.quality.copy()
            flags[place[hits]] = quality[mine][hits]
            changed = Readings(held.time, held.value, held.datastream, flags)
            cursor.execute(
                "UPDATE observations_block SET data = %s WHERE datastream = %s AND start = %s",
                [blocks.encode(changed), number, start],
            )


def _raw() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    return cast("psycopg.Connection[Any]", connection.connection)
