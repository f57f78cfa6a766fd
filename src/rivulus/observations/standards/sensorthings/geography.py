"""Questions of filters about geometry: PostgreSQL finds what lies near by boxes, Shapely decides.

Distances and lengths are in degrees, as coordinates are.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import read_geojson
from rivulus.observations.rules.filters.kinds import Kind, Term
from rivulus.observations.standards.sensorthings.asking import ask
from rivulus.observations.standards.sensorthings.paths import Resolved
from rivulus.observations.standards.sensorthings.rendering import ServiceError
from rivulus.observations.standards.sensorthings.sql import Compiler

MOST_GEOMETRIES = 50_000
type Geometries = NDArray[Any]

RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "geo.intersects": shapely.intersects,
    "st_intersects": shapely.intersects,
    "st_equals": shapely.equals,
    "st_disjoint": shapely.disjoint,
    "st_touches": shapely.touches,
    "st_within": shapely.within,
    "st_overlaps": shapely.overlaps,
    "st_crosses": shapely.crosses,
    "st_contains": shapely.contains,
}
ANYWHERE = frozenset({"st_disjoint", "st_relate", "geo.distance", "geo.length"})
"""Answers that a box cannot narrow."""

BOXED = """SELECT id, geometry FROM {table} WHERE geometry IS NOT NULL{near} LIMIT %(most)s"""
# Where the owner gave no area, it is where the thing is.
AREAS = """SELECT d.id, d.observed_area, ARRAY(SELECT l.geometry FROM observations_thing_locations x
 JOIN observations_location l ON l.id = x.location_id WHERE x.thing_id = d.thing_id AND l.geometry IS NOT NULL
 ORDER BY l.id) FROM observations_datastream d LIMIT %(most)s"""


def places(compiler: Compiler, term: Term, resolved: Resolved, alias: str) -> str:
    """Return the SQL of a term about the geometry of the row ``alias``, its answers computed here."""
    is_near = term.op in {"lt", "le"}
    call = term.args[0] if is_near else term
    reach = float(term.args[1].value) if is_near else 0.0
    numbers, geometries = _candidates(call, resolved, reach if is_near else None)
    found = _answers(call, geometries)
    if is_near:
        found = found <= reach if term.op == "le" else found < reach
    if call.op in {"geo.distance", "geo.length"} and not is_near:
        return f"({_given(compiler, numbers, found)} ->> {alias}.id::text)::float8"
    if resolved.entity.table == "observations_datastream":
        return f"({_given(compiler, numbers, found)} ->> {alias}.id::text)::boolean"
    chosen = compiler.give(numbers[found].tolist())
    return f"(CASE WHEN {alias}.geometry IS NOT NULL THEN {alias}.id = ANY({chosen}::int4[]) END)"


def _given(compiler: Compiler, numbers: NDArray[np.int64], found: Any) -> str:
    """Return the answers as one JSON object, by the numbers of the rows."""
    answers = dict(zip(map(str, numbers.tolist()), found.tolist(), strict=True))
    return f"({compiler.give(msgspec.json.encode(answers).decode())}::jsonb)"


def _candidates(call: Term, resolved: Resolved, reach: float | None) -> tuple[NDArray[np.int64], Geometries]:
    """Return numbers and geometries of the rows that may fit."""
    if resolved.entity.table == "observations_datastream":
        rows = [(number, area_of(area, wkbs)) for number, area, wkbs in ask(AREAS, {"most": MOST_GEOMETRIES + 1})]
        found = [(number, area) for number, area in rows if area is not None]
        geometries = np.array([area for _number, area in found], object)
    else:
        found = _boxed(call, resolved.entity.table, reach)
        geometries = shapely.from_wkb([bytes(wkb) for _number, wkb in found])
    if len(found) > MOST_GEOMETRIES:
        raise ServiceError(400, f"$filter: {call.op} would look at more than {MOST_GEOMETRIES} places; narrow it.")
    return np.array([number for number, _geometry in found], np.int64), np.asarray(geometries, object)


def _boxed(call: Term, table: str, reach: float | None) -> list[tuple[Any, ...]]:
    near = ""
    parameters: dict[str, Any] = {"most": MOST_GEOMETRIES + 1}
    other = next((arg.value for arg in call.args if arg.op == "literal" and arg.kind == Kind.GEOMETRY), None)
    if other is not None and (reach is not None or call.op not in ANYWHERE):
        west, south, east, north = other.bounds
        reach = max(reach or 0.0, 0.0)
        near = " AND box && %(box)s::box"
        parameters |= {"box": f"(({east + reach!r},{north + reach!r}),({west - reach!r},{south - reach!r}))"}
    return ask(BOXED.format(table=table, near=near), parameters)


def _answers(call: Term, geometries: Geometries) -> Any:
    """Return what the function says of each geometry."""
    if not len(geometries):
        return np.zeros(0, bool if call.kind == Kind.BOOLEAN else float)
    if call.op == "geo.length":
        return shapely.length(geometries)
    left, right = (arg.value if arg.op == "literal" else geometries for arg in call.args[:2])
    if call.op == "geo.distance":
        return shapely.distance(left, right)
    try:
        if call.op == "st_relate":
            return shapely.relate_pattern(left, right, call.args[2].value)
        return RELATIONS[call.op](left, right)
    except shapely.errors.ShapelyError as error:
        raise ServiceError(400, f"$filter: {call.op} cannot be computed for these geometries.") from error


def area_of(area: msgspec.Raw | None, wkbs: list[bytes]) -> BaseGeometry | None:
    """Return the area a series looks at: as its owner said, else where its thing is; None where nobody knows."""
    if area is not None:
        try:
            return read_geojson(msgspec.json.decode(area))
        except Refused:
            return None
    if not wkbs:
        return None
    geometries = [shapely.from_wkb(bytes(wkb)) for wkb in wkbs]
    return geometries[0] if len(geometries) == 1 else shapely.GeometryCollection(geometries).envelope
