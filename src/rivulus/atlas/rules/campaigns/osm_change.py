"""Approved work as an OsmChange file (OpenStreetMap API 0.6): new nodes, ways and relations with tags.

New things have negative numbers; an area with holes or several parts is a relation of type multipolygon. Positions that
two features share exactly are one node, so that neighbours stay joined.
"""

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET

import shapely
from shapely.geometry.base import BaseGeometry

GENERATOR = "Rivulus"
LONGEST_TAG = 255  # of OpenStreetMap, for keys and values alike
LONGEST_WAY = 2000


class _Writer:
    def __init__(self) -> None:
        self.root = ET.Element("osmChange", version="0.6", generator=GENERATOR)
        self.create = ET.SubElement(self.root, "create")
        self.ways: list[ET.Element] = []
        self.relations: list[ET.Element] = []
        self.nodes: dict[tuple[float, float], int] = {}
        self.last = 0

    def number(self) -> int:
        self.last -= 1
        return self.last

    def node(self, x: float, y: float, tags: Mapping[str, str] | None = None) -> int:
        place = (round(x, 7), round(y, 7))
        known = self.nodes.get(place)
        if known is not None and not tags:
            return known
        number = self.number()
        element = ET.SubElement(
            self.create, "node", id=str(number), version="0", lat=f"{place[1]:.7f}", lon=f"{place[0]:.7f}"
        )
        _tag(element, tags or {})
        self.nodes.setdefault(place, number)
        return number

    def way(self, coordinates: Iterable[tuple[float, ...]], tags: Mapping[str, str]) -> int:
        refs = [self.node(place[0], place[1]) for place in coordinates]
        refs = [ref for index, ref in enumerate(refs) if not index or ref != refs[index - 1]]
        number = self.number()
        element = ET.Element("way", id=str(number), version="0")
        for ref in refs:
            ET.SubElement(element, "nd", ref=str(ref))
        _tag(element, tags)
        self.ways.append(element)
        return number

    def line(self, geometry: BaseGeometry, tags: Mapping[str, str]) -> None:
        places = list(geometry.coords)
        for start in range(0, max(len(places) - 1, 1), LONGEST_WAY - 1):
            self.way(places[start : start + LONGEST_WAY], tags)

    def area(self, geometry: BaseGeometry, tags: Mapping[str, str]) -> None:
        parts = list(shapely.get_parts(geometry))
        if len(parts) == 1 and not parts[0].interiors:
            self.way(parts[0].exterior.coords, tags)
            return
        members = [("outer", self.way(part.exterior.coords, {})) for part in parts]
        members += [("inner", self.way(ring.coords, {})) for part in parts for ring in part.interiors]
        element = ET.Element("relation", id=str(self.number()), version="0")
        for role, ref in members:
            ET.SubElement(element, "member", type="way", ref=str(ref), role=role)
        _tag(element, {"type": "multipolygon", **tags})
        self.relations.append(element)


def _tag(element: ET.Element, tags: Mapping[str, str]) -> None:
    for key in sorted(tags):
        ET.SubElement(element, "tag", k=key[:LONGEST_TAG], v=tags[key][:LONGEST_TAG])


def tags_of(properties: Mapping[str, object], fixed: Mapping[str, str], mapped: Mapping[str, str]) -> dict[str, str]:
    """Return the tags of a feature: those of every one, and attributes under the keys that they are mapped to."""
    found = dict(fixed)
    for name, key in mapped.items():
        value = properties.get(name)
        if value in (None, ""):
            continue
        found[key] = {True: "yes", False: "no"}.get(value, _plain(value)) if isinstance(value, bool) else _plain(value)
    return found


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def write(features: Iterable[tuple[BaseGeometry, Mapping[str, str]]]) -> bytes:
    """Return the file for features with their tags, in longitude and latitude; what has no tags is left out."""
    writer = _Writer()
    for geometry, tags in features:
        if not tags or geometry.is_empty:
            continue
        dimension = shapely.get_dimensions(geometry)
        if dimension == 2:
            writer.area(geometry, tags)
            continue
        for part in shapely.get_parts(geometry):
            if dimension == 0:
                writer.node(part.x, part.y, tags)
            else:
                writer.line(part, tags)
    writer.create.extend([*writer.ways, *writer.relations])
    ET.indent(writer.root, " ")
    written: bytes = ET.tostring(writer.root, encoding="utf-8", xml_declaration=True)
    return written
