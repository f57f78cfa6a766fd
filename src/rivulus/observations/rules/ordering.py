"""Readings in the order in which they are stored, and each key of a batch once. Pure."""

import numpy as np
from numpy.typing import NDArray

from rivulus.observations.rules.identifiers import EPOCH_OFFSET_MS, TIME_BITS
from rivulus.observations.rules.readings import MS, Readings


def keys(readings: Readings) -> NDArray[np.int64]:
    """Return the number of each observation (see rules.identifiers): its order is by series, then by time."""
    numbers = readings.datastream.astype(np.int64) << TIME_BITS
    numbers |= readings.time // MS + EPOCH_OFFSET_MS
    return numbers


def in_order(readings: Readings) -> tuple[Readings, bool]:
    """Return the readings by series and time, and whether any key comes twice (then in the order they came)."""
    numbers = keys(readings)
    if len(numbers) < 2 or bool((numbers[1:] > numbers[:-1]).all()):
        return readings, False
    order = np.argsort(numbers, kind="stable")
    sorted_numbers = numbers[order]
    return readings.take(order), bool((sorted_numbers[1:] == sorted_numbers[:-1]).any())


def distinct(readings: Readings) -> Readings:
    """Leave out whatever repeats an earlier (key, value); the rest by series and time, then as it came."""
    numbers = keys(readings)
    order = np.lexsort((readings.value, numbers))  # stable: equal ones stay in the order they came
    number, value = numbers[order], readings.value[order]
    is_repeat = np.zeros(len(order), bool)
    is_repeat[1:] = (number[1:] == number[:-1]) & (value[1:] == value[:-1])
    kept = np.sort(order[~is_repeat])
    return readings.take(kept[np.argsort(numbers[kept], kind="stable")])


def first_of_each(readings: Readings) -> NDArray[np.bool_]:
    """Say of readings by series and time which are the first of their key."""
    numbers = keys(readings)
    is_first = np.ones(len(numbers), bool)
    is_first[1:] = numbers[1:] != numbers[:-1]
    return is_first
