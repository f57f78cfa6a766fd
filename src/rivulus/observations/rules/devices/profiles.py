"""Profiles of radio devices and mappings of vendors' messages: which place of a message is which series."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

CODECS = ("object", "cayenne")
MISSING: Any = object()
LINE = re.compile(
    r"(?P<path>\S+)\s*=\s*(?P<series>\S+)(?:\s+(?P<unit>[^\s×*]+))?(?:\s*[×*]\s*(?P<scale>-?[\d.]+(?:e-?\d+)?))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One value of a message: where it stands, which series it is, in which unit, and what makes it that unit.

    ``property`` is the code of an observed property: with it, a device that is new can be given its series.
    """

    path: str
    series: str
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    property: str = ""

    def convert(self, value: Any) -> Any:
        """Return the value in the unit of the place; only numbers are scaled."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        if self.scale == 1.0 and self.offset == 0.0:
            return value
        return round(value * self.scale + self.offset, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A kind of radio device: how its messages are read."""

    name: str
    match: tuple[str, ...]  # names of profiles, models or applications, in small letters
    places: tuple[Place, ...]
    codec: str = "object"
    port: int | None = None
    domain: str = ""
    period_s: int | None = None


def find_value(document: Any, path: str) -> Any:
    """Return what stands at a dotted path (numbers are places of a list), or MISSING."""
    for step in filter(None, path.split(".")):
        if isinstance(document, Mapping) and step in document:
            document = document[step]
        elif isinstance(document, Sequence) and not isinstance(document, str) and step.lstrip("-").isdecimal():
            if not -len(document) <= int(step) < len(document):
                return MISSING
            document = document[int(step)]
        else:
            return MISSING
    return document


def find_profile(profiles: Iterable[Profile], names: Iterable[str]) -> Profile | None:
    """Return the first profile that one of the names of a device belongs to."""
    known = {name.strip().lower() for name in names if name}
    return next((profile for profile in profiles if known & set(profile.match)), None)


def read_profiles(document: Any) -> tuple[Profile, ...]:
    """Return the profiles of a document (``profiles:``, as in devices.yaml); raises Refused saying what is wrong."""
    listed = document.get("profiles") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise Refused(N_("The document needs a list called “profiles”."))
    return tuple(_read_profile(one) for one in listed)


def _read_profile(one: Any) -> Profile:
    try:
        name = str(one["name"])
        profile = Profile(
            name=name,
            match=tuple(str(word).strip().lower() for word in one.get("match", [name])),
            codec=str(one.get("codec", "object")),
            port=int(one["port"]) if one.get("port") is not None else None,
            domain=str(one.get("domain", "")),
            period_s=int(one["period_s"]) if one.get("period_s") else None,
            places=tuple(read_place(place) for place in one["series"]),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise Refused(
            N_("A profile of a device is not written as it should be: %(problem)s."), problem=problem
        ) from problem
    if profile.codec not in CODECS or not profile.places:
        raise Refused(N_("The profile “%(name)s” needs a codec (object or cayenne) and series."), name=name)
    return profile


def read_place(one: Mapping[str, Any]) -> Place:
    """Return a place as YAML declares it; raises KeyError, TypeError or ValueError."""
    return Place(
        path=str(one.get("path", "")),
        series=str(one["series"]),
        unit=str(one.get("unit", "")),
        scale=float(one.get("scale", 1)),
        offset=float(one.get("offset", 0)),
        property=str(one.get("property", "")),
    )


def read_lines(text: str) -> tuple[tuple[Place, ...], str]:
    """Return the places of a mapping typed by a person, and the path of the time (empty: none).

    One line for each value, ``path = series unit × scale``; the last two may be left out. The line
    ``time = path`` says where the time stands. Raises Refused with the line that cannot be read.
    """
    places, time = [], ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = LINE.fullmatch(line.strip())
        if found is None:
            raise Refused(N_("Line %(line)d of the mapping is not “path = series unit × scale”."), line=number)
        if found["path"] == "time":
            time = found["series"]
            continue
        scale = float(found["scale"] or 1)
        places.append(Place(path=found["path"], series=found["series"], unit=found["unit"] or "", scale=scale))
    return tuple(places), time
