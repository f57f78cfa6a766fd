"""Taking the values of one thing out of an answer: what every format has in common."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.connectors.declarations import Declaration
from rivulus.observations.rules.connectors.mapped import Field, Gatherer, MappedReading, MappedSeries, MappedThing
from rivulus.observations.rules.connectors.values import read_value

MOST_ITEMS = 100_000
LONGEST_ID = 100  # of the code of a series, which also names connector and property
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source answered: the bodies of each request by its name, and when (microseconds since 1970)."""

    documents: Mapping[str, tuple[bytes, ...]]
    received_us: int

    def bodies(self, *names: str) -> tuple[bytes, ...]:
        """Return the bodies of the requests with these names."""
        return tuple(body for name in names for body in self.documents.get(name, ()))


@dataclass(slots=True)
class Taker:
    """Takes the values of one thing, and notes what is wrong with each."""

    gatherer: Gatherer
    declaration: Declaration
    source_id: str
    where: str
    received_us: int
    name: str = ""
    place: Mapping[str, Any] | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    series: dict[str, MappedSeries] = field(default_factory=dict)
    readings: list[MappedReading] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The code of the thing: the connector's, and the source's own number of it."""
        return f"{self.declaration.code}:{self.source_id[:LONGEST_ID]}"

    def take(self, field: Field, given: object, time_us: int, unit: str = "", *, what: str = "") -> None:
        """Take one value at a time; what is wrong with it is noted, and the others go on."""
        code = f"{self.code}:{field.property}"
        self.series.setdefault(code, MappedSeries(code=code, field=field))
        try:
            if time_us > self.received_us + DAY_US:
                raise Refused(N_("The time is more than a day ahead."))
            value = read_value(field, given, unit)
        except Refused as refused:
            self.gatherer.complain(f"{self.where} {what}".strip(), refused)
            return
        if value is not None:
            shown = given if isinstance(given, bool | int | float) else str(given)[:100]
            self.readings.append(MappedReading(code, time_us, value, shown, unit or field.source_unit or field.unit))

    def complain(self, refused: Refused) -> None:
        """Note what is wrong with the thing itself."""
        self.gatherer.complain(self.where, refused)

    def done(self) -> None:
        """Hand over the thing, if it has a series at all."""
        if self.series:
            thing = MappedThing(
                code=self.code,
                name=(self.name or self.source_id)[:250],
                place=self.place,
                properties={**self.properties, "sourceId": self.source_id[:LONGEST_ID]},
                series=tuple(self.series.values()),
            )
            self.gatherer.add(thing, self.readings)


def fields_of(declaration: Declaration, defaults: Mapping[str, Field]) -> dict[str, Field]:
    """Return what the format knows, overruled by what is declared; ``options.only`` keeps just the fields it names."""
    both = {**defaults, **declaration.fields}
    only = declaration.options.get("only")
    return {name: one for name, one in both.items() if name in only} if isinstance(only, list) else both


def load_json(body: bytes) -> Any:
    """Return JSON; NaN and infinities come as words, so that they are refused one by one. Raises Refused."""
    try:
        return json.loads(body, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Refused(N_("The answer is not JSON: %(why)s"), why=str(error)[:120]) from error


def point(longitude: object, latitude: object) -> dict[str, Any] | None:
    """Return a GeoJSON point, or None where the two are no place on earth."""
    try:
        x, y = float(str(longitude)), float(str(latitude))
    except ValueError:
        return None
    if not (-180 <= x <= 180 and -90 <= y <= 90) or (x == 0 and y == 0):
        return None
    return {"type": "Point", "coordinates": [x, y]}


def text_of(value: object, longest: int = 200) -> str:
    """Return a text for people: of several languages the city's, then any."""
    if isinstance(value, list):  # GBFS 3 and OCPI: [{"text": …, "language": …}]
        texts = [item for item in value if isinstance(item, Mapping)]
        own = [item for item in texts if item.get("language") == "ro"] or texts
        value = own[0].get("text", "") if own else ""
    return str(value).replace("\x00", "").strip()[:longest] if value is not None else ""


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object, or an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else {}


def objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list, not more than any city has."""
    return [item for item in value[:MOST_ITEMS] if isinstance(item, Mapping)] if isinstance(value, list) else []
