"""What an answer of a source becomes: things, their series, readings, and what was wrong, item by item."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rivulus.kernel.errors import Refused

MOST_PROBLEMS = 100
type Value = float | str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What one field of a source is: the property and unit of the city, and the unit of the source.

    Without ``source_unit`` the answer must name it; without both the value is taken in ``unit``. ``kind`` is number,
    text or boolean. Missing marks are values that mean that nothing was measured.
    """

    property: str
    unit: str = "1"
    source_unit: str = ""
    name: str = ""
    definition: str = ""
    kind: str = "number"
    period_s: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    gas: str = ""
    temperature_c: float | None = None
    pressure_hpa: float | None = None
    scale: float = 1.0
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedSeries:
    """A series that an answer speaks of."""

    code: str
    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedThing:
    """A thing that an answer speaks of; place as GeoJSON, where the answer has one."""

    code: str
    name: str
    description: str = ""
    place: Mapping[str, Any] | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    series: tuple[MappedSeries, ...] = ()


@dataclass(frozen=True, slots=True)
class MappedReading:
    """One value in the unit of its series; ``given`` and ``given_unit`` are what the source wrote."""

    series: str
    time_us: int
    value: Value
    given: Value
    given_unit: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What was wrong with one item of an answer, in a sentence (a msgid and its values)."""

    where: str
    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, where: str, refused: Refused) -> "Problem":
        """Return the problem that a refusal tells of."""
        return cls(where[:200], refused.sentence, {key: str(value)[:200] for key, value in refused.values.items()})


@dataclass(frozen=True, slots=True)
class Mapped:
    """The whole answer."""

    things: tuple[MappedThing, ...] = ()
    readings: tuple[MappedReading, ...] = ()
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0


@dataclass(slots=True)
class Gatherer:
    """Collects what is mapped, item by item; of many problems only the first are kept, all are counted."""

    things: dict[str, MappedThing] = field(default_factory=dict)
    readings: list[MappedReading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    def complain(self, where: str, refused: Refused) -> None:
        """Note what was wrong."""
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem.of(where, refused))

    def add(self, thing: MappedThing, readings: Iterable[MappedReading]) -> None:
        """Take a thing; one that came before gains the series it did not have."""
        before = self.things.get(thing.code)
        if before is not None:
            known = {series.code for series in before.series}
            new = tuple(series for series in thing.series if series.code not in known)
            thing = MappedThing(
                code=before.code,
                name=before.name,
                description=before.description,
                place=before.place or thing.place,
                properties={**thing.properties, **before.properties},
                series=before.series + new,
            )
        self.things[thing.code] = thing
        self.readings.extend(readings)

    def done(self) -> Mapped:
        """Return everything."""
        return Mapped(tuple(self.things.values()), tuple(self.readings), tuple(self.problems), self.problem_count)
