"""Where the sun stands: dark or light, for lamps and solar power.

Low-precision formulas of the Astronomical Almanac (about 0.01° between 1950 and 2050).
"""

import numpy as np
from numpy.typing import NDArray

J2000_US = 946_728_000_000_000  # 2000-01-01 12:00 UTC
DAY_US = 86_400_000_000
DARK_DEG = -4.0  # the sun so far below the horizon leaves about 15 lux: street lamps burn (the city's choice)


def elevation(time_us: NDArray[np.int64], longitude: float, latitude: float) -> NDArray[np.float64]:
    """Return the elevation of the sun in degrees (negative: below the horizon), without refraction."""
    days = (time_us - J2000_US) / DAY_US
    anomaly = np.radians(357.529 + 0.98560028 * days)
    mean_longitude = 280.459 + 0.98564736 * days
    ecliptic = np.radians(mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    tilt = np.radians(23.439 - 0.00000036 * days)
    declination = np.arcsin(np.sin(tilt) * np.sin(ecliptic))
    ascension = np.degrees(np.arctan2(np.cos(tilt) * np.sin(ecliptic), np.cos(ecliptic)))
    sidereal = 280.46061837 + 360.98564736629 * days
    hour_angle = np.radians((sidereal + longitude - ascension) % 360)
    place = np.radians(latitude)
    sine = np.sin(place) * np.sin(declination) + np.cos(place) * np.cos(declination) * np.cos(hour_angle)
    return np.asarray(np.degrees(np.arcsin(sine)), np.float64)


def is_dark(time_us: NDArray[np.int64], longitude: float, latitude: float) -> NDArray[np.bool_]:
    """Say for each time whether street lamps should burn."""
    return np.asarray(elevation(time_us, longitude, latitude) < DARK_DEG, np.bool_)
