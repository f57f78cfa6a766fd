"""Scales: a value stands in one band of several, the bands ordered from the lowest bound up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Condition(StrEnum):
    """How a band is shown: a colour, a shape and a word; the word itself is the pack's."""

    GOOD = "good"
    FAIR = "fair"
    ATTENTION = "attention"
    BAD = "bad"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a scale: values up to and including ``until`` (None: the last band, without end)."""

    code: str
    until: float | None
    condition: Condition


def find_band(value: float | None, bands: Sequence[Band]) -> Band | None:
    """Return the band of a value; None for no value, NaN, or a scale without bands."""
    if value is None or math.isnan(value):
        return None
    return next((band for band in bands if band.until is None or value <= band.until), None)


def is_ordered(bands: Sequence[Band]) -> bool:
    """Say whether the bounds rise and only the last band has no end."""
    bounds = [band.until for band in bands[:-1]]
    if any(bound is None for bound in bounds):
        return False
    known = [bound for bound in (band.until for band in bands) if bound is not None]
    return all(low < high for low, high in pairwise(known))
