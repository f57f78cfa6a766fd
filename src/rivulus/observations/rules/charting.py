"""Thinning a series for a picture: as many stretches as there are pixels, each with its mean, lowest and highest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Envelope:
    """One row for each stretch of time that a picture shows; NaN and a count of 0 where nothing was measured.

    ``time`` is the beginning of the stretch in microseconds since 1970, ``step_us`` its length.
    """

    time: NDArray[np.int64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    count: NDArray[np.int64]
    step_us: int

    def __len__(self) -> int:
        return len(self.time)


# Lengths that people can name, in seconds: from a second to a week.
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800)


def step_for(start_us: int, end_us: int, most: int) -> int:
    """Return the shortest nameable step (microseconds) that cuts the time into at most ``most`` stretches."""
    reach_s = max(1, (end_us - start_us) / 1e6)
    fitting = next((step for step in STEPS_S if reach_s / step <= most), None)
    return (fitting or int(-(-reach_s // most))) * 1_000_000


def envelope(
    time: NDArray[np.int64],
    total: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    count: NDArray[np.int64],
    *,
    start_us: int,
    end_us: int,
    step_us: int,
) -> Envelope:
    """Gather readings or rollups, ascending in ``time`` and within [start, end), into stretches of ``step_us``.

    ``total`` is the sum of ``count`` readings (of a single reading: its value, and 1). Rows without a reading do not
    count.
    """
    first = start_us // step_us
    stretches = max(1, -(-(end_us - first * step_us) // step_us))
    kept = count > 0
    places = time[kept] // step_us - first
    counts = np.bincount(places, weights=count[kept], minlength=stretches)[:stretches]
    totals = np.bincount(places, weights=total[kept], minlength=stretches)[:stretches]
    lows, highs = np.full(stretches, np.inf), np.full(stretches, -np.inf)
    np.minimum.at(lows, places, low[kept])
    np.maximum.at(highs, places, high[kept])
    empty = counts == 0
    lows[empty], highs[empty] = np.nan, np.nan
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(empty, np.nan, totals / counts)
    times = (first + np.arange(stretches, dtype=np.int64)) * step_us
    return Envelope(times, means, lows, highs, counts.astype(np.int64), step_us)


def close_small_gaps(found: Envelope, longest_us: int) -> Envelope:
    """Leave out empty stretches between two readings that lie at most ``longest_us`` apart: nothing is missing there.

    A series that speaks once an hour is a line even where a picture has a stretch for every ten minutes.
    """
    known = np.flatnonzero(found.count > 0)
    empty = np.flatnonzero(found.count == 0)
    before = np.searchsorted(known, empty) - 1
    between = (before >= 0) & (before < len(known) - 1)
    apart = np.diff(found.time[known])
    unneeded = empty[between][apart[before[between]] <= longest_us]
    kept = np.ones(len(found), np.bool_)
    kept[unneeded] = False
    return Envelope(
        found.time[kept], found.mean[kept], found.low[kept], found.high[kept], found.count[kept], found.step_us
    )
