"""Air: the European Air Quality Index, limit values, exceedance days and the advice on traffic.

Concentrations are µg/m³ (carbon monoxide: mg/m³). Sources:

- Bands of 2023: European Environment Agency, European Air Quality Index, as in force until 2024; particles are rated by
  their running mean of 24 hours, gases by the hour.
- Bands of 2024: ETC HE Report 2024/17, the Agency's revision of the bands; every pollutant is rated by the hour.
- Limit values: Directive 2008/50/EC, annexes VII, XI and XII, and Legea 104/2011, annex 3, which says the same; the
  stricter ones to be reached by 1 January 2030: Directive (EU) 2024/2881, annex I.

Which of this was read again, and which could not be, stands in docs/reference/domains.md.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from rivulus.kernel.words import N_

POLLUTANTS = ("pm2_5", "pm10", "no2", "o3", "so2")
LEVELS = ("good", "fair", "moderate", "poor", "very_poor", "extremely_poor")
PARTICLES = frozenset({"pm2_5", "pm10"})


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of the index: upper bounds of the first five levels, and the hours over which particles are averaged."""

    bounds: Mapping[str, tuple[float, float, float, float, float]]
    particle_hours: int
    source: str


EDITIONS: Mapping[str, Edition] = {
    "2023": Edition(
        {
            "pm2_5": (10, 20, 25, 50, 75),
            "pm10": (20, 40, 50, 100, 150),
            "no2": (40, 90, 120, 230, 340),
            "o3": (50, 100, 130, 240, 380),
            "so2": (100, 200, 350, 500, 750),
        },
        24,
        "European Environment Agency, European Air Quality Index (bands of 2023)",
    ),
    "2024": Edition(
        {
            "pm2_5": (5, 15, 50, 90, 140),
            "pm10": (15, 45, 120, 195, 270),
            "no2": (10, 25, 60, 100, 150),
            "o3": (60, 100, 120, 160, 180),
            "so2": (20, 40, 125, 190, 275),
        },
        1,
        "ETC HE Report 2024/17, revision of the European Air Quality Index bands",
    ),
}


@dataclass(frozen=True, slots=True)
class AirIndex:
    """The index of one place: level 1 (good) to 6 (extremely poor), which pollutant decides, and each one's own level."""

    level: int
    decided_by: str
    levels: Mapping[str, int]

    @property
    def code(self) -> str:
        """The level's name."""
        return LEVELS[self.level - 1]

    @property
    def is_complete(self) -> bool:
        """Whether nitrogen dioxide, ozone and a particle fraction are there, as the Agency asks of background stations."""
        return {"no2", "o3"} <= self.levels.keys() and bool(PARTICLES & self.levels.keys())


def level_of(pollutant: str, concentration: float, edition: str = "2023") -> int:
    """Return the level 1–6 of one concentration; a value on a bound belongs to the better level."""
    bounds = EDITIONS[edition].bounds[pollutant]
    return 1 + sum(concentration > bound for bound in bounds)


def index(concentrations: Mapping[str, float], edition: str = "2023") -> AirIndex | None:
    """Return the index: the worst of the pollutants. None when none of the five was measured.

    Give particles as the mean over ``EDITIONS[edition].particle_hours`` and gases as hourly means. Values that are NaN
    and pollutants outside the index are left out.
    """
    known = {name: concentrations[name] for name in POLLUTANTS if not math.isnan(concentrations.get(name, math.nan))}
    if not known:
        return None
    levels = {name: level_of(name, value, edition) for name, value in known.items()}
    worst = max(levels, key=lambda name: levels[name])
    return AirIndex(levels[worst], worst, levels)


def running_means(hourly: NDArray[np.float64], hours: int = 24, least_share: float = 0.75) -> NDArray[np.float64]:
    """Return for each hour the mean of it and the ones before, ``hours`` in all; NaN where too few were measured.

    ``hourly`` has one value per hour without jumps, NaN for an hour without data. Three quarters of the hours are
    needed (Directive 2008/50/EC, annex XI: 75 %).
    """
    known = ~np.isnan(hourly)
    sums = np.concatenate(([0.0], np.cumsum(np.where(known, hourly, 0.0))))
    counts = np.concatenate(([0], np.cumsum(known)))
    ends = np.arange(1, len(hourly) + 1)
    starts = np.maximum(ends - hours, 0)
    count = counts[ends] - counts[starts]
    enough = count >= math.ceil(hours * least_share)
    return np.where(enough, (sums[ends] - sums[starts]) / np.maximum(count, 1), np.nan)


def highest_eight_hour_mean(hourly: NDArray[np.float64], before: NDArray[np.float64] | None = None) -> float:
    """Return the highest of the eight-hour means that end in a day of 24 hourly values; NaN where none is complete.

    ``before`` are the seven hours before the day: a mean belongs to the day in which it ends (Directive 2008/50/EC,
    annex XI).
    """
    lead = np.full(7, np.nan) if before is None else before[-7:]
    means = running_means(np.concatenate([lead, hourly]), 8)[len(lead) :]
    return float(np.nanmax(means)) if np.any(~np.isnan(means)) else math.nan


class Period(StrEnum):
    """Over what a limit value is averaged."""

    HOUR = "hour"
    EIGHT_HOURS = "eight_hours"  # the highest of the day
    DAY = "day"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit value: not to be exceeded more often than ``allowed`` times a calendar year."""

    pollutant: str
    period: Period
    value: float
    allowed: int
    source: str
    from_year: int = 2010


LAW_104 = "Directiva 2008/50/CE; Legea 104/2011, anexa 3"
RECAST = "Directive (EU) 2024/2881, annex I"
LIMITS: tuple[Limit, ...] = (
    Limit("pm10", Period.DAY, 50, 35, LAW_104),
    Limit("pm10", Period.YEAR, 40, 0, LAW_104),
    Limit("pm2_5", Period.YEAR, 25, 0, LAW_104),
    Limit("no2", Period.HOUR, 200, 18, LAW_104),
    Limit("no2", Period.YEAR, 40, 0, LAW_104),
    Limit("so2", Period.HOUR, 350, 24, LAW_104),
    Limit("so2", Period.DAY, 125, 3, LAW_104),
    Limit("co", Period.EIGHT_HOURS, 10, 0, LAW_104),
    Limit("o3", Period.EIGHT_HOURS, 120, 25, LAW_104),  # target value: days a year, averaged over three years
    Limit("pm10", Period.DAY, 45, 18, RECAST, 2030),
    Limit("pm10", Period.YEAR, 20, 0, RECAST, 2030),
    Limit("pm2_5", Period.DAY, 25, 18, RECAST, 2030),
    Limit("pm2_5", Period.YEAR, 10, 0, RECAST, 2030),
    Limit("no2", Period.HOUR, 200, 3, RECAST, 2030),
    Limit("no2", Period.DAY, 50, 18, RECAST, 2030),
    Limit("no2", Period.YEAR, 20, 0, RECAST, 2030),
    Limit("so2", Period.HOUR, 350, 3, RECAST, 2030),
    Limit("so2", Period.DAY, 50, 18, RECAST, 2030),
    Limit("so2", Period.YEAR, 20, 0, RECAST, 2030),
    Limit("co", Period.DAY, 4, 18, RECAST, 2030),
    Limit("o3", Period.EIGHT_HOURS, 120, 18, RECAST, 2030),
)
# Directive 2008/50/EC, annex XII: hourly means; for NO2 and SO2 in three hours one after the other.
OZONE_INFORMATION, OZONE_ALERT, NO2_ALERT, SO2_ALERT = 180.0, 240.0, 400.0, 500.0


def limits_in_force(pollutant: str, period: Period, year: int) -> tuple[Limit, ...]:
    """Return the limits of a pollutant that hold in a year; where a later law says it too, the later."""
    held = [limit for limit in LIMITS if (limit.pollutant, limit.period) == (pollutant, period)]
    newest = max((limit.from_year for limit in held if limit.from_year <= year), default=None)
    return tuple(limit for limit in held if limit.from_year == newest)


def exceeds(value: float, limit: Limit) -> bool:
    """Say whether a mean exceeds the limit, after rounding half up to the limit's own digits.

    The rounding is that of the Commission's guidance to Decision 2011/850/EU: 50.4 µg/m³ does not exceed 50, 50.5 does.
    """
    return not math.isnan(value) and math.floor(value + 0.5) > limit.value


@dataclass(frozen=True, slots=True)
class Standing:
    """How a place stands against a limit in a year so far: times exceeded, of how many measured."""

    limit: Limit
    exceeded: int
    measured: int

    @property
    def is_kept(self) -> bool:
        """Whether the limit is kept so far."""
        return self.exceeded <= self.limit.allowed


def standing(means: NDArray[np.float64], limit: Limit) -> Standing:
    """Count the exceedances among the means of a year (NaN: not measured)."""
    known = means[~np.isnan(means)]
    return Standing(limit, int(np.count_nonzero(np.floor(known + 0.5) > limit.value)), len(known))


class Advice(StrEnum):
    """What the city may say about traffic because of the air."""

    NONE = "none"
    LEAVE_CAR = "leave_car"  # ask people to leave the car
    RESTRICT = "restrict"  # propose the restriction of traffic to whoever decides


ADVICE_SENTENCES: Mapping[Advice, str] = {
    Advice.NONE: N_("The air asks for no limits on traffic."),
    Advice.LEAVE_CAR: N_("The air is bad: leave the car if you can, above all in the centre."),
    Advice.RESTRICT: N_("The air has been bad for days: the city should restrict traffic until it is better."),
}


def traffic_advice(level: int | None, daily_pm10: Sequence[float]) -> Advice:
    """Return the advice from the index of now and the daily means of PM10, oldest first, today's running mean last.

    Short-term action plans may restrict traffic (Directive 2008/50/EC, article 24). The bars are the city's choice:
    one day above the daily limit, or index 4, asks people; two days one after the other, or index 5, proposes to restrict.
    """
    limit = LIMITS[0]
    above = [exceeds(value, limit) for value in daily_pm10[-2:]]
    if (level or 0) >= 5 or (len(above) == 2 and all(above)):
        return Advice.RESTRICT
    if (level or 0) >= 4 or (above and above[-1]):
        return Advice.LEAVE_CAR
    return Advice.NONE
