"""Chance that repeats itself: numbers that follow from a key and a place in time, in any order and any number."""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


def key_of(seed: int, *words: str | int) -> int:
    """Return the 63-bit key of something named by words."""
    text = "|".join([str(seed), *map(str, words)])
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def uniform(key: int, place: Ints) -> Floats:
    """Return a number in [0, 1) for each place (splitmix64, Steele, Lea and Flood 2014)."""
    mixed = place.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(key)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) / 2.0**53, np.float64)


def normal(key: int, place: Ints) -> Floats:
    """Return a number of the standard normal distribution for each place (Box and Muller)."""
    first, second = uniform(key, place), uniform(key ^ 0x5DEECE66D, place)
    return np.asarray(np.sqrt(-2 * np.log1p(-first)) * np.cos(2 * np.pi * second), np.float64)


def smooth(key: int, time_us: Ints, period_s: float) -> Floats:
    """Return a wandering value, about standard normal, that forgets itself in about ``period_s``."""
    step = int(period_s * 1e6)
    place = time_us // step
    part = (time_us - place * step) / step
    low, first = (int(place.min()), int(place.min())) if len(place) else (0, 0)
    points = normal(key, np.arange(low, (int(place.max()) if len(place) else 0) + 2))
    blend = part * part * (3 - 2 * part)
    at = place - first
    found = points[at] * (1 - blend) + points[at + 1] * blend
    return np.asarray(found / np.sqrt((1 - blend) ** 2 + blend**2), np.float64)


def one(key: int, low: float = 0.0, high: float = 1.0) -> float:
    """Return one number between two, for a key."""
    return low + (high - low) * float(uniform(key, np.array([0], np.int64))[0])
