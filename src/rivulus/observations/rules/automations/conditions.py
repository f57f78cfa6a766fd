"""Whether conditions hold at a moment, with what each was decided from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import shapely

from rivulus.observations.rules.automations import calendars
from rivulus.observations.rules.automations.measures import holds
from rivulus.observations.rules.automations.syntax import (
    AllOf,
    AnyOf,
    CalendarCondition,
    Condition,
    NotThis,
    PlaceCondition,
    ValueCondition,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRef:
    """What rules know of a series: its number, code and name, its thing, and where that stands."""

    id: int
    code: str
    name: str
    thing_id: int
    thing_name: str
    domain: str
    property: str
    unit: str
    is_simulated: bool
    is_number: bool = True
    longitude: float | None = None
    latitude: float | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)  # of the thing's properties


@dataclass(frozen=True, slots=True)
class Known:
    """The newest value of a series at some moment; ``value`` is 1 or 0 where words or truths are compared."""

    series: SeriesRef
    time_us: int
    value: float


class World(Protocol):
    """What conditions ask of the store: live from its rows, in a replay from what was read beforehand."""

    def known(self, condition: ValueCondition, fired: SeriesRef | None, moment_us: int) -> Sequence[Known]:
        """Return the newest value of each series meant, not after the moment and not older than wanted."""
        ...


@dataclass(frozen=True, slots=True)
class Check:
    """One condition at one moment: whether it held, and on what grounds (plain JSON)."""

    kind: str
    held: bool
    grounds: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return what a run keeps."""
        return {"kind": self.kind, "held": self.held, **self.grounds}


def check(condition: Condition, world: World, fired: SeriesRef | None, moment_us: int) -> Check:
    """Return whether a condition holds; every part is looked at, so that a run shows all of them."""
    if isinstance(condition, ValueCondition):
        return _check_value(condition, world, fired, moment_us)
    if isinstance(condition, CalendarCondition):
        at = calendars.local(moment_us)
        day = {"at": at.isoformat(timespec="minutes"), "holiday": calendars.is_holiday(at.date())}
        return Check("calendar", calendars.holds(condition, moment_us), day)
    if isinstance(condition, PlaceCondition):
        return _check_place(condition, fired)
    if isinstance(condition, NotThis):
        inner = check(condition.part, world, fired, moment_us)
        return Check("not", not inner.held, {"parts": [inner.to_json()]})
    parts = [check(part, world, fired, moment_us) for part in condition.parts]
    held = all(part.held for part in parts) if isinstance(condition, AllOf) else any(part.held for part in parts)
    kind = "any" if isinstance(condition, AnyOf) else "all"
    return Check(kind, held, {"parts": [part.to_json() for part in parts]})


def _check_value(condition: ValueCondition, world: World, fired: SeriesRef | None, moment_us: int) -> Check:
    found = world.known(condition, fired, moment_us)
    verdicts = [holds(condition.bounds, one.value) for one in found]
    # Of nothing known nothing holds, not even for "every": a rule does not act on what it cannot see.
    held = bool(verdicts) and (all(verdicts) if condition.every else any(verdicts))
    values = [
        {"series": one.series.id, "name": one.series.name, "time": one.time_us, "value": one.value} for one in found
    ]
    return Check("value", held, {"values": values[:20]})


def _check_place(condition: PlaceCondition, fired: SeriesRef | None) -> Check:
    if fired is None or fired.longitude is None or fired.latitude is None:
        return Check("place", False, {"position": None})
    position = [fired.longitude, fired.latitude]
    return Check("place", _area(condition).covers(shapely.Point(position)), {"position": position})


@lru_cache(maxsize=256)
def _area(condition: PlaceCondition) -> shapely.Polygon:
    return shapely.box(*condition.box) if condition.box else shapely.Polygon(condition.polygon)
