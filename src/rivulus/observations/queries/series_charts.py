"""A series as a picture shows it: thinned on the server, from readings for short times and rollups for long ones."""

import numpy as np

from rivulus.observations.models import Datastream
from rivulus.observations.queries import readings, rollups
from rivulus.observations.rules.charting import Envelope, close_small_gaps, envelope, step_for
from rivulus.observations.rules.readings import HOUR_US
from rivulus.observations.terms import DOUBTFUL

MOST_POINTS = 4_000
DEFAULT_PERIOD_S = 600
MOST_READINGS = 250_000
MISSED = 2  # readings in a row, before a picture shows a gap


def get_envelope(series: Datastream, start_us: int, end_us: int, points: int) -> Envelope:
    """Return at most about ``points`` stretches of [start, end); doubtful readings stay out of it.

    Stretches in which nothing was expected are left out; a gap of more than two missed readings is shown. Costs at most a quarter of a million readings, or the rollups of the time asked for.
    """
    found = _thinned(series, start_us, end_us, points)
    return close_small_gaps(found, (series.period_s or 3600) * 1_000_000 * (MISSED + 1) + found.step_us)


def _thinned(series: Datastream, start_us: int, end_us: int, points: int) -> Envelope:
    step_us = step_for(start_us, end_us, min(points, MOST_POINTS))
    expected = (end_us - start_us) / 1e6 / (series.period_s or DEFAULT_PERIOD_S)
    if step_us >= HOUR_US or expected > MOST_READINGS:
        step_us = -(-max(step_us, HOUR_US) // HOUR_US) * HOUR_US
        return _from_rollups(series.pk, start_us, end_us, step_us)
    found = readings.read([series.pk], start_us, end_us)
    found = found.take((found.quality & int(DOUBTFUL)) == 0)
    ones = np.ones(len(found), np.int64)
    return envelope(
        found.time, found.value, found.value, found.value, ones, start_us=start_us, end_us=end_us, step_us=step_us
    )


def _from_rollups(series_id: int, start_us: int, end_us: int, step_us: int) -> Envelope:
    found = rollups.hourly([series_id], start_us, end_us)
    inside = found.start >= start_us // step_us * step_us
    return envelope(
        found.start[inside],
        found.sum[inside],
        found.min[inside],
        found.max[inside],
        found.count[inside].astype(np.int64),
        start_us=start_us,
        end_us=end_us,
        step_us=step_us,
    )
