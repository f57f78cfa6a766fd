"""From what has a name or a number to places that are found by words: where each is, in which locality."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from rivulus.atlas.feeds.osm.extract import Extract, shapes
from rivulus.atlas.rules.base.places import House, Named, PlaceKind, PlaceRow
from rivulus.atlas.rules.base.words import split, without_kinds, words_of
from rivulus.kernel.geometry import Box
from rivulus.kernel.words import fold

type Floats = NDArray[np.float64]
type Geometries = NDArray[np.object_]

ADDRESS_WEIGHT = 1
# A larger settlement reaches farther: distances to it count for so much less.
REACHES = {100: 4.0, 90: 2.5, 75: 1.0, 65: 0.6, 55: 0.4}
NEIGHBOURHOOD_REACH = 0.012  # degrees of latitude, a little over a kilometre
# Of these several of one name in one locality are one thing in pieces: a river, the stops on both sides of a street.
ONE_OF_A_NAME = frozenset({PlaceKind.WATER, PlaceKind.TRANSPORT, PlaceKind.SQUARE})


@dataclass(frozen=True, slots=True)
class _Spots:
    """Settlements or neighbourhoods: where, how called, how far they reach."""

    places: Floats
    names: tuple[str, ...]
    reaches: Floats

    def nearest(self, places: Floats, most: float = np.inf) -> list[str]:
        """Return the name of the nearest for each place, by its reach; empty where all are farther than ``most``."""
        if not self.names:
            return [""] * len(places)
        narrow = np.cos(np.radians(self.places[:, 1].mean()))
        best, where = np.full(len(places), np.inf), np.zeros(len(places), np.int64)
        for at, (spot, reach) in enumerate(zip(self.places, self.reaches, strict=True)):
            far = np.hypot((places[:, 0] - spot[0]) * narrow, places[:, 1] - spot[1]) / reach
            nearer = far < best
            best[nearer], where[nearer] = far[nearer], at
        return [self.names[at] if distance <= most else "" for at, distance in zip(where, best, strict=True)]


def find_places(extract: Extract) -> list[PlaceRow]:
    """Return the places of an extract, each once: settlements, streets, addresses, what else has a name."""
    named = [one for _, one, _ in extract.named]
    geometries = shapes([wkb for *_, wkb in extract.named])
    middles = _middles(geometries)
    towns = _spots(named, middles, PlaceKind.SETTLEMENT)
    quarters = _spots(named, middles, PlaceKind.NEIGHBOURHOOD)
    rows = [
        *_named_rows(extract, geometries, middles, towns, quarters),
        *_street_rows(extract.streets, towns),
        *_house_rows(extract.houses, towns),
    ]
    return list({row.key: row for row in rows if row.words}.values())


def _spots(named: Sequence[Named], middles: Floats, kind: PlaceKind) -> _Spots:
    chosen = [at for at, one in enumerate(named) if one.kind is kind]
    reaches = np.array([REACHES.get(named[at].weight, 1.0) for at in chosen])
    return _Spots(middles[chosen], tuple(named[at].name for at in chosen), reaches)


def _middles(geometries: Geometries) -> Floats:
    if not len(geometries):
        return np.empty((0, 2))
    is_line = shapely.get_dimensions(geometries) == 1
    points = np.asarray(shapely.point_on_surface(geometries))
    points[is_line] = shapely.line_interpolate_point(_longest_lines(geometries[is_line]), 0.5, normalized=True)
    return np.asarray(shapely.get_coordinates(points))


def _longest_lines(geometries: Geometries) -> Geometries:
    lines = [max(shapely.get_parts(one), key=shapely.length) for one in geometries]
    found = np.empty(len(lines), dtype=object)
    found[:] = lines
    return found


def _named_rows(
    extract: Extract, geometries: Geometries, middles: Floats, towns: _Spots, quarters: _Spots
) -> Iterable[PlaceRow]:
    houses = {key: house for key, house, _ in extract.houses}
    localities = towns.nearest(middles)
    near = quarters.nearest(middles, NEIGHBOURHOOD_REACH)
    boxes = _boxes(geometries)
    seen: dict[tuple[str, ...], PlaceRow] = {}
    for at, (key, one, _) in enumerate(extract.named):
        locality = "" if one.kind is PlaceKind.SETTLEMENT else localities[at]
        quarter = "" if one.kind is PlaceKind.NEIGHBOURHOOD else near[at] if locality else ""
        house = houses.get(key)
        where = f"{house.street} {house.number}" if house else quarter
        row = PlaceRow(
            key,
            one.kind,
            one.name,
            words_of(one.name, one.others),
            *_rounded(middles[at]),
            boxes[at],
            detail=_joined(where, locality),
            weight=one.weight,
        )
        name = (one.kind, fold(one.name), fold(locality))
        first = seen.get(name) if one.kind in ONE_OF_A_NAME else None
        if first is None:
            seen[name if one.kind in ONE_OF_A_NAME else (key,)] = row
        else:
            seen[name] = _grown(first, row.box)
    return seen.values()


def _grown(row: PlaceRow, box: Box) -> PlaceRow:
    from dataclasses import replace

    west, south, east, north = row.box
    return replace(row, box=(min(west, box[0]), min(south, box[1]), max(east, box[2]), max(north, box[3])))


def _street_rows(streets: Sequence[tuple[str, Named, str]], towns: _Spots) -> Iterable[PlaceRow]:
    """Return a place for every street of a name in a locality, however many pieces it is drawn in."""
    if not streets:
        return
    geometries = shapes([wkb for *_, wkb in streets])
    localities = towns.nearest(_middles(geometries))
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for at, (_, one, _wkb) in enumerate(streets):
        groups[" ".join(split(one.name)), localities[at]].append(at)
    for (folded, locality), pieces in groups.items():
        first = min((streets[at] for at in pieces), key=lambda street: street[0])[1]
        others = dict.fromkeys(other for at in pieces for other in streets[at][1].others)
        whole = shapely.union_all(geometries[pieces])
        middle = (
            shapely.line_interpolate_point(whole, shapely.line_locate_point(whole, whole.centroid))
            if (whole.geom_type == "LineString")
            else shapely.get_point(shapely.shortest_line(whole, whole.centroid), 0)
        )
        yield PlaceRow(
            f"s:{folded}:{fold(locality)}"[:100],
            first.kind,
            first.name,
            words_of(first.name, others),
            *_rounded(shapely.get_coordinates(middle)[0]),
            _box(whole.bounds),
            detail=locality,
            weight=first.weight,
        )


def _house_rows(houses: Sequence[tuple[str, House, str]], towns: _Spots) -> Iterable[PlaceRow]:
    """Return a place for every address, once; the words are those of its street."""
    if not houses:
        return
    geometries = shapes([wkb for *_, wkb in houses])
    middles = _middles(geometries)
    localities = towns.nearest(middles)
    boxes = _boxes(geometries)
    seen: set[tuple[str, str]] = set()
    for at, (key, house, _) in enumerate(houses):
        locality = localities[at] or house.locality
        words = street_words(house.street, locality)
        if not words or (words, house.number) in seen:
            continue
        seen.add((words, house.number))
        yield PlaceRow(
            f"a:{key}",
            PlaceKind.ADDRESS,
            house.street,
            words,
            *_rounded(middles[at]),
            boxes[at],
            number=house.number,
            detail=locality,
            postcode=house.postcode,
            weight=ADDRESS_WEIGHT,
        )


def street_words(street: str, locality: str) -> str:
    """Return the words under which the houses of a street are kept."""
    return words_of(street, (), locality) if without_kinds(split(street)) else ""


def _boxes(geometries: Geometries) -> list[Box]:
    return [_box(bounds) for bounds in shapely.bounds(geometries).tolist()] if len(geometries) else []


def _box(bounds: Sequence[float]) -> Box:
    west, south, east, north = (round(side, 7) for side in bounds)
    return west, south, east, north


def _rounded(middle: Floats) -> tuple[float, float]:
    return round(float(middle[0]), 7), round(float(middle[1]), 7)


def _joined(*parts: str) -> str:
    return ", ".join(dict.fromkeys(part for part in parts if part))[:200]
