"""Reading an extract (``.osm.pbf``, or any file that osmium knows) once, object by object."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import osmium

from rivulus.atlas.feeds.osm.cutting import cut
from rivulus.atlas.feeds.osm.extract import Extract, Features, Way
from rivulus.atlas.rules.base import classes, everyday, layers, places
from rivulus.atlas.rules.base.access import access_of
from rivulus.atlas.rules.base.classes import Drawn, Tags
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import Box
from rivulus.kernel.words import N_

Tell = Callable[[str, int], None]
"""Is told what is being done, and how many objects were seen."""

TOLD_EVERY = 20_000
WANTED = (
    "highway", "building", "landuse", "natural", "leisure", "waterway", "railway", "place", "amenity", "shop", "tourism",
    "office", "historic", "boundary", "addr:housenumber", "aeroway", "aerialway", "man_made", "healthcare", "craft",
)  # fmt: skip
AREA_KEYS = (
    "building", "landuse", "natural", "leisure", "waterway", "place", "amenity", "tourism", "historic", "shop", "office",
    "healthcare", "man_made",
)  # fmt: skip
WHOLE_WORLD: Box = (-180.0, -90.0, 180.0, 90.0)
LARGEST_WHOLE = 200_000_000  # bytes; the places of all nodes of a larger one would fill the memory
LARGE = N_("The file %(name)s is larger than %(most)s MB: say which box of it is wanted (--box=W,S,E,N).")
BROKEN = N_("The file %(name)s cannot be read as an extract of OpenStreetMap: %(why)s.")
NOTHING = N_("There is nothing to draw in the file %(name)s, or nothing of it lies in the box.")


def read_extract(file: Path, *, box: Box | None = None, tell: Tell = lambda _what, _count: None) -> Extract:
    """Return what is of use in a file, or in a box of it. Raises Refused where it cannot be read or holds nothing.

    Memory grows with what is taken: of a large file only a box is taken, which is cut out first.
    """
    if box is None and file.stat().st_size > LARGEST_WHOLE:
        raise Refused(LARGE, name=file.name, most=LARGEST_WHOLE // 1_000_000)
    try:
        found = _begin(file, box)
        with _cut(file, box, tell) as part:
            _read(part, _Reader(found, box), tell)
    except (RuntimeError, OSError, ValueError) as error:
        raise Refused(BROKEN, name=file.name, why=str(error)[:200]) from error
    if found.is_empty:
        raise Refused(NOTHING, name=file.name)
    found.box = box or _box_of(found)
    return found


@contextmanager
def _cut(file: Path, box: Box | None, tell: Tell) -> Iterator[Path]:
    if box is None:
        yield file
        return
    with TemporaryDirectory(prefix="rivulus-osm-") as folder:
        yield cut(file, box, Path(folder) / "cut.osm.pbf", keys=AREA_KEYS, tell=lambda count: tell("cutting", count))


def _read(file: Path, reader: "_Reader", tell: Tell) -> None:
    for count, thing in enumerate(_things(file), 1):
        reader.take(thing)
        if count % TOLD_EVERY == 0:
            tell("objects", count)


def _begin(file: Path, box: Box | None) -> Extract:
    with osmium.io.Reader(str(file), osmium.osm.osm_entity_bits.NOTHING) as reader:
        header = reader.header()
    said = header.box()
    bounds = (
        (said.bottom_left.lon, said.bottom_left.lat, said.top_right.lon, said.top_right.lat)
        if said.valid()
        else WHOLE_WORLD
    )
    stamp = header.get("osmosis_replication_timestamp", "") or header.get("timestamp", "")
    try:
        until = dt.datetime.fromisoformat(stamp) if stamp else None
    except ValueError:
        until = None
    return Extract(box or bounds, until if until is None or until.tzinfo else until.replace(tzinfo=dt.UTC))


def _things(file: Path) -> Iterator[Any]:
    """Nodes, ways and areas with some tag of use; what has none never leaves osmium."""
    wanted = osmium.filter.KeyFilter(*WANTED)
    areas = osmium.filter.KeyFilter(*AREA_KEYS)
    return iter(osmium.FileProcessor(str(file)).with_locations().with_areas(areas).with_filter(wanted))


def _box_of(found: Extract) -> Box:
    """Return where the streets are, within what the file says of itself: a relation at its edge may reach far beyond."""
    if not found.ways:
        return found.box
    every = np.concatenate([way.lonlat for way in found.ways])
    low, high = (np.percentile(every, share, axis=0) for share in (0.05, 99.95))
    west, south, east, north = found.box
    return max(west, float(low[0])), max(south, float(low[1])), min(east, float(high[0])), min(north, float(high[1]))


def _line(lonlat: np.ndarray) -> str:
    """Return the WKB of a line; written here, since osmium refuses one of which a point lies beyond the extract."""
    return f"0102000000{len(lonlat).to_bytes(4, 'little').hex()}{lonlat.astype('<f8').tobytes().hex()}"


class _Reader:
    """Takes objects one by one and sorts what is of use into an extract."""

    def __init__(self, found: Extract, box: Box | None) -> None:
        self.found = found
        self.box = box
        self.wkb = osmium.geom.WKBFactory()

    def take(self, thing: Any) -> None:
        """Take one object; what cannot be drawn is counted and passed over."""
        try:
            if thing.is_node():
                self._take_node(thing)
            elif thing.is_way():
                self._take_way(thing)
            elif thing.is_area():
                self._take_area(thing)
        except (RuntimeError, ValueError, osmium.InvalidLocationError):
            self.found.passed_over += 1

    def _take_node(self, node: Any) -> None:
        if not self._holds(node.location.lon, node.location.lat):
            return
        tags = dict(node.tags)
        wkb = self.wkb.create_point(node)
        self._find(f"n{node.id}", tags, wkb)
        self._add_feature(everyday.SERVICES, f"n{node.id}", everyday.service(tags), wkb)
        drawn = classes.class_of_point(tags)
        if drawn and "name" in tags:
            self._draw(drawn, tags, wkb)

    def _take_way(self, way: Any) -> None:
        tags = dict(way.tags)
        if "highway" not in tags and "waterway" not in tags and "railway" not in tags and "boundary" not in tags:
            return
        drawn, access = classes.class_of_line(tags), access_of(tags)
        if drawn is None and access is None:
            return
        lonlat = np.array([(node.lon, node.lat) for node in way.nodes if node.location.valid()])
        if len(lonlat) < 2 or not self._meets(lonlat):
            self.found.passed_over += len(lonlat) < 2
            return
        wkb = _line(lonlat)
        if drawn:
            self._draw(drawn, tags, wkb)
        if access:
            refs = [node.ref for node in way.nodes if node.location.valid()]
            self.found.ways.append(Way(way.id, refs, lonlat, access, tags.get("name", "")[:200]))
        self._take_line(f"w{way.id}", tags, wkb)

    def _take_line(self, key: str, tags: Tags, wkb: str) -> None:
        self._add_feature(layers.STREETS, key, layers.street(tags), wkb)
        self._add_feature(layers.CYCLEWAYS, key, layers.cycle_way(tags), wkb)
        self._add_feature(everyday.WATERS, key, everyday.water(tags), wkb)
        name = tags.get("name", "").strip()
        if not name:
            return
        if "highway" in tags:
            kind = places.PlaceKind.SQUARE if tags.get("place") == "square" else places.PlaceKind.STREET
            named = places.Named(kind, name[:200], places.other_names(tags), places.WEIGHTS[kind])
            self.found.streets.append((key, named, wkb))
        elif tags.get("waterway") in ("river", "canal", "stream"):
            self._find(key, tags, wkb)

    def _take_area(self, area: Any) -> None:
        tags = dict(area.tags)
        if "highway" in tags and "place" not in tags and "building" not in tags:
            return
        drawn = classes.class_of_area(tags)
        wkb = self.wkb.create_multipolygon(area)
        if self.box and not self._meets(np.array([(node.lon, node.lat) for node in next(iter(area.outer_rings()))])):
            return
        key = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
        if drawn:
            self._draw(drawn, tags, wkb)
        self._find(key, tags, wkb)
        self._add_feature(layers.BUILDINGS, key, layers.building(tags), wkb)
        self._add_feature(layers.GREEN, key, layers.green_space(tags), wkb)
        self._add_feature(everyday.SERVICES, key, everyday.service(tags), wkb)

    def _find(self, key: str, tags: Tags, wkb: str) -> None:
        named = places.named_by(tags)
        if named:
            self.found.named.append((key, named, wkb))
        house = places.house_of(tags)
        if house:
            self.found.houses.append((key, house, wkb))
            self.found.draw(classes.ADDRESS, wkb, {"number": house.number}, classes.MOST_ZOOM)

    def _draw(self, drawn: Drawn, tags: Tags, wkb: str) -> None:
        self.found.draw(drawn.layer, wkb, {"class": drawn.name, **classes.names_of(tags)}, drawn.min_zoom)

    def _add_feature(self, layer: str, key: str, properties: layers.Properties | None, wkb: str) -> None:
        if properties is not None:
            self.found.features.setdefault(layer, Features()).add(key, wkb, properties)

    def _holds(self, lon: float, lat: float) -> bool:
        if self.box is None:
            return True
        west, south, east, north = self.box
        return west <= lon <= east and south <= lat <= north

    def _meets(self, lonlat: np.ndarray) -> bool:
        if self.box is None:
            return True
        west, south, east, north = self.box
        low, high = lonlat.min(axis=0), lonlat.max(axis=0)
        return bool(low[0] <= east and high[0] >= west and low[1] <= north and high[1] >= south)
