"""Cutting what lies in a box out of an extract that may be a whole country: memory grows with the box, not with the file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium
from osmium.osm import NODE, RELATION, WAY

from rivulus.kernel.geometry import Box

AROUND = 0.02  # degrees, about two kilometres: a long wall or street may have its corners beyond the box
MOST_MEMBERS = 2_000  # a forest of more outlines than this is as large as a county
AREAS = frozenset({"multipolygon", "boundary"})
TOLD_EVERY = 500_000


@dataclass(slots=True)
class _Kept:
    """Numbers of what is kept; sets of Python, since the dense ones of osmium take a gigabyte however few they hold."""

    nodes: set[int] = field(default_factory=set)
    ways: set[int] = field(default_factory=set)
    relations: set[int] = field(default_factory=set)


def cut(file: Path, box: Box, to: Path, *, keys: tuple[str, ...], tell: Callable[[int], None]) -> Path:
    """Write what meets a box, whole: ways with all their nodes, areas (of these keys) with all their outlines.

    The file is read several times, each time without keeping what is not wanted.
    """
    kept = _Kept()
    seen = _Counter(tell)
    _take_nodes(file, box, kept, seen)
    inside = frozenset(kept.nodes)
    for way in seen.each(osmium.FileProcessor(str(file), WAY)):
        refs = [node.ref for node in way.nodes]
        if not inside.isdisjoint(refs):
            kept.ways.add(way.id)
            kept.nodes.update(refs)
    missing = _take_relations(file, kept, keys, seen)
    if missing:
        for way in seen.each(osmium.FileProcessor(str(file), WAY)):
            if way.id in missing:
                kept.ways.add(way.id)
                kept.nodes.update(node.ref for node in way.nodes)
    _write(file, to, kept, seen)
    return to


class _Counter:
    """Says now and then how many objects were looked at."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self.tell, self.count = tell, 0

    def each(self, things: Any) -> Iterator[Any]:
        """Yield every object."""
        for thing in things:
            self.count += 1
            if self.count % TOLD_EVERY == 0:
                self.tell(self.count)
            yield thing


def _take_nodes(file: Path, box: Box, kept: _Kept, seen: _Counter) -> None:
    west, south, east, north = box[0] - AROUND, box[1] - AROUND, box[2] + AROUND, box[3] + AROUND
    for node in seen.each(osmium.FileProcessor(str(file), NODE)):
        place = node.location
        if place.valid() and west <= place.lon_without_check() <= east and south <= place.lat_without_check() <= north:
            kept.nodes.add(node.id)


def _take_relations(file: Path, kept: _Kept, keys: tuple[str, ...], seen: _Counter) -> set[int]:
    """Keep areas of which some outline is kept, and return those of their outlines that are not."""
    missing: set[int] = set()
    wanted = osmium.FileProcessor(str(file), RELATION).with_filter(osmium.filter.KeyFilter(*keys))
    for relation in seen.each(wanted):
        if relation.tags.get("type") not in AREAS or len(relation.members) > MOST_MEMBERS:
            continue
        ways = {member.ref for member in relation.members if member.type == "w"}
        if not kept.ways.isdisjoint(ways):
            kept.relations.add(relation.id)
            missing |= ways - kept.ways
    return missing


def _write(file: Path, to: Path, kept: _Kept, seen: _Counter) -> None:
    with osmium.SimpleWriter(str(to)) as writer:
        for node in seen.each(osmium.FileProcessor(str(file), NODE)):
            if node.id in kept.nodes:
                writer.add_node(node)
        for way in seen.each(osmium.FileProcessor(str(file), WAY)):
            if way.id in kept.ways:
                writer.add_way(way)
        for relation in seen.each(osmium.FileProcessor(str(file), RELATION)):
            if relation.id in kept.relations:
                writer.add_relation(relation)
