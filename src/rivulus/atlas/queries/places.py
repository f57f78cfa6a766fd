"""Places by words and by position: what somebody looks for, where an address is, what is here."""

# ruff: noqa: S608 (statements are made of our own words; what was typed is a parameter)

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely
from django.db import connection, transaction

from rivulus.atlas.models import Feature, Layer, Place, SearchedLayer
from rivulus.atlas.queries.base import find_base
from rivulus.atlas.queries.features import features_on, in_box, property_filter
from rivulus.atlas.queries.visible import PUBLIC, Viewer, list_layers
from rivulus.atlas.rules.base.boundaries import NEIGHBOURHOODS, UNITS
from rivulus.atlas.rules.base.places import PlaceKind
from rivulus.atlas.rules.base.ranking import FITS, FITS_WELL, Candidate, score
from rivulus.atlas.rules.base.words import Wanted, read_wanted, split, without_kinds, words_of
from rivulus.atlas.rules.schemas import read_schema
from rivulus.kernel.geometry import Box, BoxField, from_wkb
from rivulus.kernel.words import fold

MOST, MOST_CANDIDATES, MOST_STREETS = 50, 120, 12
LONGEST_TEXT = 200
LEAST_ALIKE = 0.35
HOUSE_BONUS, NO_HOUSE = 0.2, 0.1
PACK_SOURCE, LAYER_SOURCE = "pack", "layer:"
NEAR_M = 150.0
METRES_OF_A_DEGREE = 111_320.0

_BOX = BoxField()
_FIELDS = "id, source, key, kind, name, number, detail, postcode, words, weight, is_exact, longitude, latitude, box"


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place that was found; ``layer`` is the code of the layer on which it is a feature, called ``key`` there.

    ``is_exact`` is False where only its locality is known; ``score`` is at most a little over 1, for what was looked
    for by words.
    """

    kind: str
    name: str
    number: str
    detail: str
    postcode: str
    longitude: float
    latitude: float
    box: Box
    is_exact: bool = True
    layer: str = ""
    key: str = ""
    score: float = 1.0

    @property
    def label(self) -> str:
        """What it is called, a house with its number."""
        return f"{self.name} {self.number}".strip()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a street or a locality is; ``street`` is empty for a locality."""

    longitude: float
    latitude: float
    box: Box
    street: str = ""
    locality: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A unit or neighbourhood in which a position lies."""

    key: str
    name: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Here:
    """What is at a position: the nearest address or named place with the metres to it, the areas around it."""

    place: FoundPlace | None
    distance_m: float
    neighbourhood: Area | None
    unit: Area | None


def search_places(text: str, viewer: Viewer = PUBLIC, *, limit: int = 10) -> list[FoundPlace]:
    """Return what may be meant, the likeliest first; costs two or three questions of an index, whatever is typed.

    Words are found without accents, in any order, not typed to their end, and with a slip or two; ``Victoriei 12`` finds
    the house, or else the street.
    """
    ways = read_wanted(text[:LONGEST_TEXT])
    if not ways:
        return []
    codes = dict(list_layers(viewer).values_list("pk", "code"))
    hidden = _hidden(codes)
    rows = _candidates(ways[0], hidden, _LIKE)
    found = _judge(ways, rows)
    if not found or found[0].score < FITS_WELL:
        more = _candidates(ways[-1], hidden, _ALIKE)
        found = _judge(ways, list({row[0]: row for row in (*rows, *more)}.values()))
    return _named_layers(_once(found)[: min(limit, MOST)], codes)


def geocode(text: str) -> FoundPlace | None:
    """Return the place that is surely meant by an address or name; None where nothing fits well."""
    found = search_places(text, limit=1)
    return found[0] if found and found[0].score >= FITS_WELL else None


def reverse(longitude: float, latitude: float, *, within_m: float = NEAR_M) -> Here:
    """Return what is at a position: an address or named place within some metres, neighbourhood and unit."""
    place, distance = _nearest(longitude, latitude, within_m)
    return Here(place, distance, find_neighbourhood(longitude, latitude), find_unit(longitude, latitude))


def find_unit(longitude: float, latitude: float) -> Area | None:
    """Return the administrative unit in which a position lies, where boundaries were imported."""
    return _area_at(UNITS, longitude, latitude)


def find_neighbourhood(longitude: float, latitude: float) -> Area | None:
    """Return the neighbourhood in which a position lies."""
    return _area_at(NEIGHBOURHOODS, longitude, latitude)


def _area_at(code: str, longitude: float, latitude: float) -> Area | None:
    layer = Layer.objects.filter(code=code, withdrawn_at__isnull=True).first()
    if layer is None:
        return None
    point = shapely.Point(longitude, latitude)
    strip, schema = property_filter(layer, PUBLIC), read_schema(layer.schema)
    rows = in_box(features_on(layer), (longitude, latitude, longitude, latitude)).order_by("id")
    for row in rows.only("key", "properties", "geometry"):
        if shapely.intersects(from_wkb(row.geometry), point):
            properties = strip(row.properties)
            return Area(row.key, schema.name_of(properties, row.key), properties)
    return None


# --- by words --------------------------------------------------------------------------------------

_LIKE = "words LIKE {word}"
_ALIKE = "{word} <%% words"


def _hidden(seen: Collection[int]) -> list[str]:
    """Return the sources of which nothing is shown: layers the viewer does not see; the pack's beside a real map."""
    indexed = SearchedLayer.objects.values_list("pk", flat=True)
    hidden = [f"{LAYER_SOURCE}{pk}" for pk in indexed if pk not in seen]
    return [*hidden, PACK_SOURCE] if find_base() is not None else hidden


def _candidates(wanted: Wanted, hidden: Collection[str], condition: str) -> list[tuple[Any, ...]]:
    """Return rows with any of the words, those with the most of them first; the index of words finds them."""
    words = [word for word in wanted.words if len(word) > 1 or len(wanted.words) == 1][:8]
    if condition == _ALIKE:
        words = [word for word in words if len(word) > 3 and not word.isdigit()]
    if not words:
        return []
    hits: list[str] = []
    values: dict[str, Any] = {"hidden": list(hidden), "most": MOST_CANDIDATES}
    for at, word in enumerate(words):
        hits.append(condition.format(word=f"%(w{at})s"))
        values[f"w{at}"] = _pattern(word) if condition == _LIKE else word
    points = (
        " + ".join(f"({hit})::int" for hit in hits)
        if condition == _LIKE
        else " + ".join(f"word_similarity(%(w{at})s, words)" for at in range(len(words)))
    )
    statement = (  # of our own words; what was typed is a parameter
        f"SELECT {_FIELDS} FROM atlas_place WHERE number = '' AND ({' OR '.join(hits)})"
        f" AND source <> ALL(%(hidden)s) ORDER BY {points} DESC, weight DESC, length(words), id LIMIT %(most)s"
    )
    if condition == _LIKE:
        return _rows(statement, values)
    with transaction.atomic():  # for as long as the threshold holds
        _rows("SELECT set_config('pg_trgm.word_similarity_threshold', %(least)s, true)", {"least": str(LEAST_ALIKE)})
        return _rows(statement, values)


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _pattern(word: str) -> str:
    """Short words only at the beginning: there the index knows them."""
    escaped = word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%" if len(word) > 2 else f"{escaped}%"


def _judge(ways: Sequence[Wanted], rows: Iterable[tuple[Any, ...]]) -> list[FoundPlace]:
    """Return the rows that fit, best first, in the likeliest of the ways to understand what was typed."""
    judged: dict[int, tuple[float, FoundPlace]] = {}
    known = [(row, _candidate(row)) for row in rows]
    for way in ways:
        scored = sorted(((score(way.words, candidate), row) for row, candidate in known), key=lambda pair: -pair[0])
        houses = _houses(way, scored)
        for fit, row in scored[:MOST]:
            if fit < FITS:
                continue
            found = _place(row, fit)
            house = houses.get((fit, row[0])) if way.number else None
            if way.number:
                found = replace(house, score=fit + HOUSE_BONUS) if house else replace(found, score=fit - NO_HOUSE)
            best = judged.get(row[0])
            if best is None or found.score > best[0]:
                judged[row[0]] = (found.score, found)
    return sorted((found for _, found in judged.values()), key=lambda found: (-found.score, found.label, found.detail))


def _candidate(row: tuple[Any, ...]) -> Candidate:
    name, detail, words, weight = row[4], row[6], row[8], row[9]
    own = tuple(without_kinds(split(name)))
    others = tuple(word for word in words.split() if word not in own)
    return Candidate(own, others, tuple(split(detail)), weight)


def _houses(way: Wanted, scored: Sequence[tuple[float, tuple[Any, ...]]]) -> dict[tuple[float, int], FoundPlace]:
    """Return the house of the number on each of the streets that fit best; ``12`` also finds 12A where no 12 is."""
    streets = {
        words_of(row[4], (), row[6]): (fit, row[0])
        for fit, row in scored[:MOST_STREETS]
        if fit >= FITS and row[3] in (PlaceKind.STREET, PlaceKind.SQUARE, PlaceKind.SETTLEMENT)
    }
    if not way.number or not streets:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_FIELDS} FROM atlas_place WHERE words = ANY(%s) AND number <> ''"
            " AND (number = %s OR number LIKE %s) ORDER BY length(number) DESC, number DESC",
            [list(streets), way.number, f"{way.number.replace('%', '').replace('_', '')}%"],
        )
        rows = [row for row in cursor.fetchall() if not row[5][len(way.number) :][:1].isdigit()]
    return {streets[row[8]]: _place(row, streets[row[8]][0]) for row in rows}


def _place(row: tuple[Any, ...], fit: float) -> FoundPlace:
    _, source, key, kind, name, number, detail, postcode, _, _, is_exact, longitude, latitude, box = row
    layer = source.removeprefix(LAYER_SOURCE) if source.startswith(LAYER_SOURCE) else ""
    bounds = _BOX.from_db_value(box, None, None) or (longitude, latitude, longitude, latitude)
    return FoundPlace(
        kind, name, number, detail, postcode, longitude, latitude, bounds, is_exact, layer, key if layer else "", fit
    )


def _once(found: Sequence[FoundPlace]) -> list[FoundPlace]:
    """The same name at the same place may have come from several sources, one of which knows the postcode."""
    seen: dict[tuple[str, str, int, int], FoundPlace] = {}
    for one in found:
        name = (one.label, one.detail, round(one.longitude * 500), round(one.latitude * 500))
        first = seen.setdefault(name, one)
        if one.postcode and not first.postcode:
            seen[name] = replace(first, postcode=one.postcode)
    return list(seen.values())


def _named_layers(found: Sequence[FoundPlace], codes: Mapping[int, str]) -> list[FoundPlace]:
    return [replace(one, layer=codes.get(int(one.layer), "")) if one.layer else one for one in found]


# --- by position -----------------------------------------------------------------------------------


def _nearest(longitude: float, latitude: float, within_m: float) -> tuple[FoundPlace | None, float]:
    """Return the nearest address or named place within some metres, and how far it is."""
    high = within_m / METRES_OF_A_DEGREE
    narrow = math.cos(math.radians(latitude))
    wide = high / max(narrow, 0.01)
    box = f"(({longitude + wide!r},{latitude + high!r}),({longitude - wide!r},{latitude - high!r}))"
    areas = [str(kind) for kind in (PlaceKind.UNIT, PlaceKind.SETTLEMENT, PlaceKind.NEIGHBOURHOOD, PlaceKind.WATER)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_FIELDS}, ((longitude - %(x)s) * %(n)s) ^ 2 + (latitude - %(y)s) ^ 2 AS far FROM atlas_place"
            " WHERE box && %(box)s::box AND is_exact AND kind <> ALL(%(areas)s) AND source NOT LIKE 'layer:%%'"
            " AND kind <> 'street' ORDER BY (number = ''), far LIMIT 1",
            {"x": longitude, "y": latitude, "n": narrow, "box": box, "areas": areas},
        )
        row = cursor.fetchone()
    if row is None:
        return None, math.inf
    distance = math.sqrt(row[-1]) * METRES_OF_A_DEGREE
    return (_place(row[:-1], 1.0), distance) if distance <= within_m else (None, math.inf)


def list_named(layer: Layer) -> Iterable[Feature]:
    """Yield the features of a layer in force today, for the index of places: key, properties, geometry, box."""
    return (
        features_on(layer).order_by("id").only("id", "key", "properties", "geometry", "box").iterator(chunk_size=2000)
    )


def street_spots() -> dict[tuple[str, str], Spot]:
    """Return where the streets of the base map are, by the folded words of their name and their locality."""
    rows = Place.objects.filter(source="osm", kind__in=(PlaceKind.STREET, PlaceKind.SQUARE)).order_by("id")
    return {
        (words_of(row.name), fold(row.detail)): Spot(row.longitude, row.latitude, row.box, row.name, row.detail)
        for row in rows.iterator(chunk_size=5000)
    }


def locality_spots() -> dict[str, Spot]:
    """Return where localities and administrative units are, by folded name; of several the weightiest."""
    rows = Place.objects.filter(kind__in=(PlaceKind.SETTLEMENT, PlaceKind.UNIT)).order_by("weight", "-id")
    return {fold(row.name): Spot(row.longitude, row.latitude, row.box) for row in rows.iterator(chunk_size=5000)}
