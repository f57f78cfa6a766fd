"""Who may use a street, in which direction, how fast: by the tags of OpenStreetMap. Pure.

Follows what OpenStreetMap's community has written down as usual in Romania; signs (tags of the street itself) come
before what is usual.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

Tags = Mapping[str, str]

# What is usual by class: on foot, by bicycle, by car, and km/h by car within a settlement.
USUAL: Mapping[str, tuple[bool, bool, bool, int]] = {
    "motorway": (False, False, True, 130),
    "trunk": (False, True, True, 90),
    "primary": (True, True, True, 50),
    "secondary": (True, True, True, 50),
    "tertiary": (True, True, True, 50),
    "unclassified": (True, True, True, 50),
    "residential": (True, True, True, 50),
    "living_street": (True, True, True, 20),
    "road": (True, True, True, 50),
    "service": (True, True, True, 20),
    "track": (True, True, False, 20),
    "cycleway": (True, True, False, 20),
    "pedestrian": (True, False, False, 10),
    "footway": (True, False, False, 10),
    "path": (True, True, False, 10),
    "bridleway": (True, False, False, 10),
    "steps": (True, False, False, 5),
}
YES = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})
NO = frozenset({"no", "private", "agricultural", "forestry", "delivery", "military", "use_sidepath", "dismount"})
SIGNED_KMH = {"RO:urban": 50, "RO:rural": 90, "RO:trunk": 100, "RO:motorway": 130, "walk": 10, "none": 130}
MILES = 1.609344


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a street; ``on`` is along its drawing, ``back`` against it."""

    kind: str
    speed_kmh: int
    walk: bool
    cycle_on: bool
    cycle_back: bool
    drive_on: bool
    drive_back: bool

    @property
    def is_of_use(self) -> bool:
        """Say whether anybody may use it at all."""
        return self.walk or self.cycle_on or self.cycle_back or self.drive_on or self.drive_back


def access_of(tags: Tags) -> Access | None:
    """Return who may use a street; None where the tags are of none, or nobody may."""
    kind = tags.get("highway", "").removesuffix("_link")
    usual = USUAL.get(kind)
    if usual is None or tags.get("area") == "yes":
        return None
    walk = _allowed(usual[0], tags, "access", "foot")
    cycle = _allowed(usual[1], tags, "access", "vehicle", "bicycle")
    drive = _allowed(usual[2], tags, "access", "vehicle", "motor_vehicle", "motorcar")
    on, back = _directions(tags, kind)
    cycle_on, cycle_back = _cycle_directions(tags, on, back)
    found = Access(
        kind,
        _speed(tags.get("maxspeed", ""), usual[3]),
        walk,
        cycle and cycle_on,
        cycle and cycle_back,
        drive and on,
        drive and back,
    )
    return found if found.is_of_use else None


def _allowed(usual: bool, tags: Tags, *keys: str) -> bool:
    """The last key that says something has the last word: from all traffic to this kind of it."""
    allowed = usual
    for key in keys:
        value = tags.get(key, "")
        if value in NO:
            allowed = False
        elif value in YES and (usual or key != "access"):
            allowed = True
    return allowed


def _directions(tags: Tags, kind: str) -> tuple[bool, bool]:
    oneway = tags.get("oneway", "")
    if oneway in ("-1", "reverse"):
        return False, True
    is_usual = kind == "motorway" or tags.get("junction") in ("roundabout", "circular")
    if oneway in ("yes", "1", "true") or (is_usual and oneway != "no"):
        return True, False
    return True, True


def _cycle_directions(tags: Tags, on: bool, back: bool) -> tuple[bool, bool]:
    ways = (tags.get("cycleway", ""), tags.get("cycleway:left", ""), tags.get("cycleway:right", ""))
    against = tags.get("oneway:bicycle") == "no" or any(way.startswith("opposite") for way in ways)
    return (True, True) if against else (on, back)


def _speed(signed: str, usual: int) -> int:
    known = SIGNED_KMH.get(signed)
    if known is not None:
        return known
    number = re.fullmatch(r"(\d{1,3})(?:\.\d+)?\s*(mph)?", signed.strip())
    if number is None:
        return usual
    kmh = int(number[1]) * (MILES if number[2] else 1)
    return round(kmh) if 1 <= kmh <= 200 else usual
