"""A small town of our own making, written as an extract of OpenStreetMap."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import osmium
import pytest
from osmium.osm import mutable

WEST, SOUTH, STEP = 23.500, 47.600, 0.001
Tags = Mapping[str, str]


def shared_data(*parts: str) -> Path:
    """Real files of others, which do not belong into the repository; the test is skipped where they are absent."""
    root = Path(os.environ.get("RIVULUS_SHARED_DATA") or Path(__file__).parents[6] / "shared" / "data")
    found = root.joinpath(*parts)
    if not found.exists():
        pytest.skip(f"There is no shared data at {found}.")
    return found


class Town:
    """Nodes, ways and relations by number; places are given in steps from the south-west corner."""

    def __init__(self) -> None:
        self.nodes: dict[int, mutable.Node] = {}
        self.ways: dict[int, mutable.Way] = {}
        self.relations: dict[int, mutable.Relation] = {}

    def node(self, number: int, x: float, y: float, **tags: str) -> int:
        place = (round(WEST + x * STEP, 7), round(SOUTH + y * STEP, 7))
        self.nodes[number] = mutable.Node(id=number, location=place, tags=_tags(tags), version=1)
        return number

    def way(self, number: int, nodes: Iterable[int], **tags: str) -> int:
        self.ways[number] = mutable.Way(id=number, nodes=list(nodes), tags=_tags(tags), version=1)
        return number

    def square(self, number: int, x: float, y: float, side: float, **tags: str) -> int:
        corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
        nodes = [self.node(number * 100 + at, *corner) for at, corner in enumerate(corners)]
        return self.way(number, [*nodes, nodes[0]], **tags)

    def relation(self, number: int, members: Iterable[tuple[str, int, str]], **tags: str) -> int:
        self.relations[number] = mutable.Relation(id=number, members=list(members), tags=_tags(tags), version=1)
        return number

    def write(self, file: Path) -> Path:
        file.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(file)) as writer:
            for things, add in (
                (self.nodes, writer.add_node),
                (self.ways, writer.add_way),
                (self.relations, writer.add_relation),
            ):
                for number in sorted(things):
                    add(things[number])
        return file


def _tags(tags: Mapping[str, str]) -> dict[str, str]:
    """``addr__street`` is written for ``addr:street``."""
    return {key.replace("__", ":"): value for key, value in tags.items()}


def make_town() -> Town:
    """A crossing of two streets, a path, houses with numbers, a park with a pond, a school, a river, two localities."""
    town = Town()
    town.node(1, 0, 5)
    town.node(2, 5, 5)  # the crossing
    town.node(3, 10, 5)
    town.node(4, 5, 0)
    town.node(5, 5, 10)
    town.node(6, 10, 8)
    town.way(10, [1, 2], highway="residential", name="Strada Ștefan cel Mare", maxspeed="30")
    town.way(11, [2, 3], highway="residential", name="Strada Ștefan cel Mare")
    town.way(12, [4, 2, 5], highway="primary", name="Bulevardul Unirii", oneway="yes", cycleway="lane", ref="DN18")
    town.way(13, [3, 6], highway="footway")
    town.way(14, [5, 6], highway="cycleway", name="Pista Săsar")
    town.square(20, 1, 6, 0.3, building="house", addr__street="Strada Ștefan cel Mare", addr__housenumber="12 a")
    town.square(21, 2, 6, 0.3, building="apartments", building__levels="10", addr__street="Strada Ștefan cel Mare",
                addr__housenumber="14")  # fmt: skip
    town.node(30, 5.2, 3, addr__street="Bulevardul Unirii", addr__housenumber="3", addr__postcode="430001")
    town.square(40, 6, 1, 2, leisure="park", name="Parcul Copiilor", name__hu="Gyermekpark")
    town.square(41, 6.5, 1.5, 0.5, natural="water", name="Lacul Mic")
    town.relation(42, [("w", 40, "outer"), ("w", 41, "inner")], type="multipolygon", landuse="grass")
    town.square(43, 1, 1, 1, amenity="school", name="Școala „Nicolae Iorga”", building="school")
    town.node(44, 0, 9)
    town.way(45, [44, 5, 6], waterway="river", name="Săsar")
    town.node(50, 5, 5.5, place="town", name="Baia Mică", name__hu="Kisbánya")
    town.node(51, 60, 60, place="village", name="Satu Îndepărtat")
    town.node(52, 7, 7, place="suburb", name="Grivița")
    return town
