"""What is drawn on the base map, by the tags of OpenStreetMap: in which layer, of which class, from which zoom on. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

Tags = Mapping[str, str]
LEAST_ZOOM, MOST_ZOOM = 6, 14

# Names of the layers in the tiles; the style of the base map draws by them.
LANDUSE, WATER, WATERWAY, BUILDING, ROAD, BOUNDARY, ADDRESS, PLACE = (
    "landuse", "water", "waterway", "building", "road", "boundary", "address", "place",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawn:
    """A layer of the tiles, a class in it, and the zoom from which it is there."""

    layer: str
    name: str
    min_zoom: int


def _table(layer: str, rows: Mapping[str, tuple[str, int]]) -> Mapping[tuple[str, str], Drawn]:
    """Return a table by key and value from rows such as ``"landuse=forest landuse=wood": ("forest", 8)``."""
    return {
        (key, value): Drawn(layer, name, zoom)
        for pairs, (name, zoom) in rows.items()
        for key, value in (pair.split("=") for pair in pairs.split())
    }


AREAS: Mapping[tuple[str, str], Drawn] = {
    **_table(
        WATER,
        {
            "natural=water waterway=riverbank waterway=dock landuse=reservoir": ("water", 8),
            "landuse=basin leisure=swimming_pool": ("pool", 13),
        },
    ),
    **_table(
        LANDUSE,
        {
            "landuse=forest natural=wood": ("forest", 7),
            "leisure=park leisure=garden landuse=recreation_ground landuse=village_green": ("park", 11),
            "leisure=nature_reserve": ("forest", 9),
            "landuse=grass landuse=meadow natural=grassland natural=scrub natural=heath natural=wetland": ("grass", 11),
            "leisure=playground leisure=dog_park leisure=common landuse=flowerbed": ("grass", 13),
            "landuse=cemetery amenity=grave_yard": ("cemetery", 12),
            "leisure=pitch leisure=track": ("pitch", 14),
            "leisure=stadium leisure=sports_centre leisure=golf_course": ("pitch", 12),
            "landuse=farmland landuse=farmyard": ("farmland", 10),
            "landuse=orchard landuse=vineyard landuse=allotments landuse=plant_nursery": ("orchard", 10),
            "landuse=residential": ("residential", 8),
            "landuse=commercial landuse=retail landuse=education amenity=school amenity=university": ("commercial", 11),
            "amenity=hospital": ("commercial", 11),
            "landuse=industrial landuse=port landuse=brownfield landuse=construction": ("industrial", 10),
            "landuse=railway": ("railway", 12),
            "landuse=quarry landuse=landfill": ("quarry", 11),
        },
    ),
}
# What covers something else is drawn after it; within a layer of a tile the later one lies above.
BUILDING_CLASS = Drawn(BUILDING, "building", 13)
NO_BUILDINGS = frozenset({"no", "demolished", "proposed", "razed", "collapsed"})

LINES: Mapping[tuple[str, str], Drawn] = {
    **_table(
        ROAD,
        {
            "highway=motorway highway=motorway_link": ("motorway", 6),
            "highway=trunk highway=trunk_link": ("trunk", 6),
            "highway=primary highway=primary_link": ("primary", 7),
            "highway=secondary highway=secondary_link": ("secondary", 9),
            "highway=tertiary highway=tertiary_link": ("tertiary", 10),
            "highway=residential highway=unclassified highway=living_street highway=pedestrian highway=road": ("street", 12),
            "highway=service": ("service", 13),
            "highway=cycleway": ("cycleway", 13),
            "highway=track highway=footway highway=path highway=steps highway=bridleway": ("path", 14),
            "railway=rail railway=narrow_gauge railway=light_rail railway=tram railway=subway": ("rail", 9),
        },
    ),
    **_table(
        WATERWAY,
        {
            "waterway=river waterway=canal": ("river", 8),
            "waterway=stream waterway=ditch waterway=drain": ("stream", 12),
        },
    ),
}  # fmt: skip
# The least zoom of a boundary by its level: country, county, municipality.
BOUNDARY_ZOOMS = {"2": 6, "4": 7, "5": 8, "6": 8, "8": 9}

POINTS: Mapping[tuple[str, str], Drawn] = _table(
    PLACE,
    {
        "place=city": ("city", 6),
        "place=town": ("town", 7),
        "place=village": ("village", 10),
        "place=hamlet place=isolated_dwelling": ("hamlet", 12),
        "place=suburb": ("suburb", 11),
        "place=quarter": ("quarter", 12),
        "place=neighbourhood": ("neighbourhood", 13),
    },
)


def class_of_area(tags: Tags) -> Drawn | None:
    """Return how an area is drawn; None where it is not."""
    if tags.get("building", "no") not in NO_BUILDINGS:
        return BUILDING_CLASS
    return _first(AREAS, tags, ("natural", "waterway", "leisure", "landuse", "amenity"))


def class_of_line(tags: Tags) -> Drawn | None:
    """Return how a line is drawn; what is a hidden or unfinished line is not."""
    if tags.get("area") == "yes" or tags.get("indoor") == "yes":
        return None
    if tags.get("service") == "parking_aisle" and tags.get("highway") == "service":
        return Drawn(ROAD, "service", 14)
    if tags.get("boundary") == "administrative" and "highway" not in tags and "waterway" not in tags:
        zoom = BOUNDARY_ZOOMS.get(tags.get("admin_level", ""))
        return Drawn(BOUNDARY, tags["admin_level"], zoom) if zoom else None
    if "waterway" in tags and tags.get("tunnel") in ("yes", "culvert", "flooded"):
        return None
    if "railway" in tags and "service" in tags:
        return Drawn(ROAD, "rail", 13) if ("railway", tags["railway"]) in LINES else None
    return _first(LINES, tags, ("highway", "railway", "waterway"))


def class_of_point(tags: Tags) -> Drawn | None:
    """Return how a point is drawn: a settlement, or the number of a house."""
    return _first(POINTS, tags, ("place",))


def _first(table: Mapping[tuple[str, str], Drawn], tags: Tags, keys: tuple[str, ...]) -> Drawn | None:
    for key in keys:
        value = tags.get(key)
        if value is not None and (found := table.get((key, value))):
            return found
    return None


def names_of(tags: Tags) -> dict[str, str]:
    """Return the name of something and its names in the languages of the platform where these are others."""
    name = tags.get("name", "").strip()[:200]
    if not name:
        return {}
    others = {f"name_{language}": tags.get(f"name:{language}", "").strip()[:200] for language in ("ro", "en", "hu")}
    return {"name": name, **{key: other for key, other in others.items() if other and other != name}}
