"""Readings as columns: what the store takes in and gives out.

Times are microseconds since 1970 (UTC) in whole milliseconds; finer ones are rounded down when they come in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

MS = 1000
HOUR_US = 3_600_000_000
EARLIEST_US = -2_208_988_800_000_000  # 1900-01-01
LATEST_US = 4_102_444_800_000_000  # 2100-01-01


@dataclass(frozen=True, slots=True)
class Readings:
    """Numeric readings, four columns of equal length; in no order unless the function that returns them says so."""

    time: NDArray[np.int64]
    value: NDArray[np.float64]
    datastream: NDArray[np.int32]
    quality: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, float]]) -> "Readings":
        """Return the readings of (datastream, microseconds, value)."""
        listed = list(rows)
        return cls(
            np.array([row[1] for row in listed], np.int64) // MS * MS,
            np.array([row[2] for row in listed], np.float64),
            np.array([row[0] for row in listed], np.int32),
            np.zeros(len(listed), np.int32),
        )

    @classmethod
    def none(cls) -> "Readings":
        """Return no readings."""
        return cls.of(())

    def take(self, which: Any) -> "Readings":
        """Return the readings of a mask, an index array or a slice."""
        return Readings(self.time[which], self.value[which], self.datastream[which], self.quality[which])


def concatenate(parts: Iterable[Readings]) -> Readings:
    """Return all readings of several, one after the other."""
    listed = list(parts) or [Readings.none()]
    return Readings(
        np.concatenate([part.time for part in listed]),
        np.concatenate([part.value for part in listed]),
        np.concatenate([part.datastream for part in listed]),
        np.concatenate([part.quality for part in listed]),
    )


@dataclass(frozen=True, slots=True)
class Record:
    """An observation whose result is not a number: JSON as it was given."""

    datastream: int
    time: int
    result: Any
    quality: int = 0


@dataclass(frozen=True, slots=True)
class Annotation:
    """What else was said of one observation; times in microseconds since 1970."""

    datastream: int
    time: int
    end_time: int | None = None
    result_time: int | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    feature: int | None = None
    result_quality: Any = None
    parameters: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What is stored together."""

    readings: Readings = field(default_factory=Readings.none)
    records: tuple[Record, ...] = ()
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: added, already there with the same result, or a correction of what was there."""

    added: int = 0
    replayed: int = 0
    corrected: int = 0
