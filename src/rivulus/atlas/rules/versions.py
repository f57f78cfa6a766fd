"""What is asked of the features of a layer: new ones, changed ones, removed ones. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rivulus.atlas.rules.geometries import Problem
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

LONGEST_KEY = 80


@dataclass(frozen=True, slots=True)
class Span:
    """Days for which something holds: from ``since`` on, up to the day before ``until``; None is open."""

    since: dt.date | None = None
    until: dt.date | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise Refused(N_("The last day comes before the first one."))

    def holds_on(self, day: dt.date) -> bool:
        """Say whether the day is one of them."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


ALWAYS = Span()


@dataclass(frozen=True, slots=True)
class NewFeature:
    """A feature that the layer did not have, or another time of one that it has.

    ``geometry`` is Shapely's or WKB, in longitude and latitude; ``key`` names the feature within its layer for ever,
    and is made where it is empty.
    """

    geometry: Any
    properties: Mapping[str, object]
    key: str = ""
    valid: Span = ALWAYS


@dataclass(frozen=True, slots=True)
class ChangedFeature:
    """A feature that is otherwise than was known.

    ``seen`` is the number of the version that whoever changes it has seen; None, for machines, takes whatever is
    there. What is None stays as it is; properties are replaced whole. Without ``since`` the version was wrong and is
    corrected for its whole time; with it, what was known holds until the day before, and the new from that day on.
    """

    key: str
    seen: int | None
    geometry: Any = None
    properties: Mapping[str, object] | None = None
    since: dt.date | None = None
    valid: Span | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.valid is not None:
            raise ValueError("A change takes effect on a day, or corrects the time for which a version holds.")


@dataclass(frozen=True, slots=True)
class RemovedFeature:
    """A feature that is no more from ``since`` on; without a day it was a mistake, and never was."""

    key: str
    seen: int | None
    since: dt.date | None = None


class Misfit(Refused):
    """A feature does not fit its layer; ``key`` names it, as far as it has one."""

    def __init__(self, key: str, problem: Problem) -> None:
        super().__init__(problem.sentence, **problem.values)
        self.key, self.attribute = key, problem.attribute


class Conflict(Refused):
    """Somebody else was faster: the version ``seen`` is not the one in force.

    ``number`` is the version in force now, None where the feature was removed.
    """

    def __init__(self, key: str, seen: int, number: int | None) -> None:
        sentence = (
            N_("Feature %(key)s was removed since you opened it.")
            if number is None
            else N_("Feature %(key)s was changed since you opened it.")
        )
        super().__init__(sentence, key=key)
        self.key, self.seen, self.number = key, seen, number


def check_key(key: str) -> str:
    """Return a key; raises Refused where it is too long or holds signs that no address can have."""
    if len(key) > LONGEST_KEY:
        raise Refused(N_("The key %(key)s… is longer than 80 signs."), key=key[:40])
    if (
        any(ord(sign) < 32 or sign in "/\\?#\x7f" or 0xD800 <= ord(sign) <= 0xDFFF for sign in key)
        or key.strip() != key
    ):
        raise Refused(N_("The key “%(key)s” holds signs that an address cannot have."), key=ascii(key[:40]))
    return key
