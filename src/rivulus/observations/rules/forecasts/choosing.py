"""Which series are forecast, and which others each looks at: declared by property in the pack. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

MOST_SERIES, MOST_COMPANIONS = 50, 6
FARTHEST_M = 25_000.0
M_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Wish:
    """Forecast at most ``most`` series of a property, with an eye on others nearby."""

    property_code: str
    most: int
    companions: tuple[str, ...]
    neighbours: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A series that may be forecast or looked at: its property, its thing and where that stands (degrees)."""

    series_id: int
    property_code: str
    thing_id: int
    position: tuple[float, float] | None
    is_simulated: bool = False
    domain: str = ""
    unit: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)  # of the thing


def read_wishes(given: object) -> tuple[Wish, ...]:
    """Return what a pack wishes; raises Refused naming the place that is wrong."""
    listed = given.get("forecasts") if isinstance(given, Mapping) else None
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise Refused(N_("forecasts.yaml needs a list under the key “forecasts”."))
    return tuple(_wish(entry, number) for number, entry in enumerate(listed, 1))


def _wish(entry: Any, number: int) -> Wish:
    try:
        wish = Wish(
            str(entry["property"]),
            int(entry.get("most", 10)),
            tuple(map(str, entry.get("with", ()))),
            int(entry.get("neighbours", 0)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(N_("forecasts.yaml, entry %(number)s: this is no wish for forecasts."), number=number) from error
    if not 0 < wish.most <= MOST_SERIES or not 0 <= wish.neighbours + len(wish.companions) <= MOST_COMPANIONS:
        raise Refused(N_("forecasts.yaml, entry %(number)s: too many series."), number=number)
    return wish


def choose(wishes: Sequence[Wish], candidates: Sequence[Candidate]) -> dict[int, tuple[int, ...]]:
    """Return the series to forecast, each with the series it looks at: the nearest of each kind, itself never.

    What is simulated looks only at what is simulated, and what is real only at what is real.
    """
    chosen: dict[int, tuple[int, ...]] = {}
    for wish in wishes:
        mine = [one for one in candidates if one.property_code == wish.property_code][: wish.most]
        for one in mine:
            others = [other for other in candidates if other.is_simulated == one.is_simulated]
            chosen[one.series_id] = _companions(one, wish, others)
    return chosen


def _companions(one: Candidate, wish: Wish, others: Sequence[Candidate]) -> tuple[int, ...]:
    found = _nearest(one, wish.property_code, others, wish.neighbours)
    for code in wish.companions:
        found += _nearest(one, code, others, 1)
    return tuple(dict.fromkeys(found))


def _nearest(one: Candidate, code: str, others: Sequence[Candidate], most: int) -> list[int]:
    known = [
        (distance, other.series_id)
        for other in others
        if other.property_code == code and other.series_id != one.series_id
        if (distance := _distance_m(one, other)) <= FARTHEST_M
    ]
    return [series_id for _distance, series_id in sorted(known)[:most]]


def _distance_m(one: Candidate, other: Candidate) -> float:
    if one.thing_id == other.thing_id:
        return 0.0
    if one.position is None or other.position is None:
        return math.inf
    return _between_m(one.position, other.position)


def nearest_to(place: tuple[float, float], candidates: Sequence[Candidate], most: int) -> list[int]:
    """Return the series nearest to a place (degrees) that are not too far, the nearest first."""
    known = [(_between_m(place, one.position), one.series_id) for one in candidates if one.position is not None]
    return [series_id for distance, series_id in sorted(known)[:most] if distance <= FARTHEST_M]


def _between_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    narrowing = math.cos(math.radians(one[1]))
    return math.hypot((one[0] - other[0]) * narrowing, one[1] - other[1]) * M_PER_DEGREE
