"""Heat and cold: days that count, hot and cold spots, and the temperature-humidity index.

Temperatures are °C, humidity %. Sources: frost days TN < 0 and ice days TX < 0 are those of ETCCDI (WMO). Nights that do
not fall below 20 °C are tropical as Romanian meteorologists say it; the index TR of ETCCDI counts TN > 20 only.
Administrația Națională de Meteorologie calls days with TX ≥ 30 tropical and with TX ≥ 35 scorching; the temperature-humidity
index (ITU) and its bars of 65 and 80 are those of the same administration. The extremes of 37 °C and −20 °C come from
Ordonanța de urgență 99/2000, article 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

import numpy as np
from numpy.typing import NDArray

HOT_DAY_C, SCORCHING_DAY_C, TROPICAL_NIGHT_C, FROST_C = 30.0, 35.0, 20.0, 0.0
EXTREME_HEAT_C, EXTREME_COLD_C = 37.0, -20.0  # OUG 99/2000, article 1: also as they are felt
ITU_ALERT, ITU_DISCOMFORT = 65.0, 80.0
SPOT_C = 2.0  # the city's choice: so far from the city's median is a spot


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many days of each kind; ``days`` with both a lowest and a highest temperature."""

    days: int
    hot: int
    scorching: int
    tropical_nights: int
    frost: int
    ice: int


def count_days(lowest: NDArray[np.float64], highest: NDArray[np.float64]) -> DayCounts:
    """Count the days by their lowest and highest temperature (NaN: not measured)."""
    known = ~np.isnan(lowest) & ~np.isnan(highest)
    low, high = lowest[known], highest[known]
    return DayCounts(
        len(low),
        int(np.count_nonzero(high >= HOT_DAY_C)),
        int(np.count_nonzero(high >= SCORCHING_DAY_C)),
        int(np.count_nonzero(low >= TROPICAL_NIGHT_C)),
        int(np.count_nonzero(low < FROST_C)),
        int(np.count_nonzero(high < FROST_C)),
    )


def humidity_index(temperature: float, humidity: float) -> float:
    """Return the temperature-humidity index (ITU): below 65 comfort, from 80 on discomfort.

    ITU = (1.8 T + 32) − (0.55 − 0.0055 U) · ((1.8 T + 32) − 58), T in °C and U in %. Example: 37.0 °C and 16 % give 79.8.
    """
    fahrenheit = 1.8 * temperature + 32
    return fahrenheit - (0.55 - 0.0055 * humidity) * (fahrenheit - 58)


class Spot(StrEnum):
    """How a place stands against its city."""

    HOT = "hot"
    COLD = "cold"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far a place is from the median of all, in kelvin."""

    place: int
    deviation: float
    spot: Spot


def find_spots(temperatures: Mapping[int, float], bar: float = SPOT_C) -> tuple[Deviation, ...]:
    """Return every place with its distance from the median of the city at the same time, the hottest first.

    Fewer than three places say nothing about one another: the answer is empty.
    """
    known = {place: value for place, value in temperatures.items() if not np.isnan(value)}
    if len(known) < 3:
        return ()
    middle = median(known.values())
    found = [Deviation(place, value - middle, _spot(value - middle, bar)) for place, value in known.items()]
    return tuple(sorted(found, key=lambda each: (-each.deviation, each.place)))


def _spot(deviation: float, bar: float) -> Spot:
    if deviation >= bar:
        return Spot.HOT
    return Spot.COLD if deviation <= -bar else Spot.NEITHER
