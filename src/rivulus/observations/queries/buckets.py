"""Series in stretches of time: averages, extremes, sums, counts and percentiles, gaps visible."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from rivulus.kernel.clock import CITY_ZONE
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.queries import readings, rollups, segments
from rivulus.observations.queries.columns import rows
from rivulus.observations.rules import buckets as rule
from rivulus.observations.rules.buckets import Aggregate, BucketFunction, Buckets, BucketStep, Unit
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US
from rivulus.observations.rules.rollups import day_of, merge_by
from rivulus.observations.rules.weeks import moment

__all__ = ["BucketFunction", "BucketStep", "Buckets", "buckets"]
MOST_READINGS = 2_000_000  # behind one answer that cannot be given from rollups

_ROWS = """SELECT count(*) FROM (SELECT FROM observations_reading
    WHERE {} AND time >= %s AND time < %s LIMIT %s) x"""
_BLOCKS = "SELECT coalesce(sum(count), 0) FROM observations_block WHERE {} AND start < %s AND finish >= %s"


def buckets(
    datastreams: Sequence[int], start_us: int, end_us: int, step: BucketStep, function: BucketFunction | str
) -> Buckets:
    """Return what is said of each series in each stretch that touches [start, end); whole stretches always.

    From rollups for hours, days and months; from the readings themselves for minutes and percentiles. Raises Refused
    where that would be too many stretches, or too many readings.
    """
    wanted = BucketFunction.of(function) if isinstance(function, str) else function
    ids = np.unique(np.asarray(datastreams, np.int32))
    start, end = max(start_us, EARLIEST_US), min(end_us, LATEST_US)
    if start >= end:
        raise Refused(N_("The end must lie after the beginning."))
    rule.check_affordable(len(ids), start, end, step)
    borders = rule.edges(start, end, step, CITY_ZONE)
    first, last = int(borders[0]), int(borders[-1])
    if step.unit == Unit.MINUTE or wanted.aggregate == Aggregate.PERCENTILE:
        _check_size(ids.tolist(), first, last)
        return rule.of_readings(readings.read(ids.tolist(), first, last), ids, borders, wanted)
    if step.unit == Unit.HOUR:
        found = rollups.hourly(ids.tolist(), first, last)
    else:
        until = day_of(last, CITY_ZONE) - dt.timedelta(days=1)
        found = rollups.daily(ids.tolist(), day_of(first, CITY_ZONE), until)
    return rule.of_rollup(merge_by(found, borders), ids, borders, wanted)


def _check_size(ids: list[int], start_us: int, end_us: int) -> None:
    """Raise Refused when there are too many readings; counting stops where it is clear."""
    if not ids:
        return
    condition, who = segments.which(ids)
    times = [moment(max(start_us, EARLIEST_US)), moment(min(end_us, LATEST_US))]
    size = int(rows(_ROWS.format(condition), [*who, *times, MOST_READINGS + 1])[0][0])
    size += int(rows(_BLOCKS.format(condition), [*who, times[1], times[0]])[0][0])
    if size > MOST_READINGS:
        raise Refused(
            N_(
                "More than %(most)d readings would have to be read for this: "
                "ask for hours or days without percentiles, for fewer series, or for a shorter time."
            ),
            most=MOST_READINGS,
        )
