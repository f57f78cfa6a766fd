"""Charging points for electric cars: in use, free, out of order. States are those of OCPI 2.2.1 (module Locations)."""

from collections.abc import Iterable
from dataclasses import dataclass

IN_USE = frozenset({"CHARGING", "BLOCKED", "RESERVED"})
BROKEN = frozenset({"INOPERATIVE", "OUTOFORDER"})
FREE = frozenset({"AVAILABLE"})


@dataclass(frozen=True, slots=True)
class Points:
    """How many points are in each state; planned, removed and unknown ones are in ``other``."""

    free: int
    in_use: int
    broken: int
    other: int

    @property
    def working_share(self) -> float | None:
        """Points that work, in percent of those of which it is known."""
        known = self.free + self.in_use + self.broken
        return 100 * (self.free + self.in_use) / known if known else None


def count_points(states: Iterable[str]) -> Points:
    """Count the points by state."""
    listed = [state.upper() for state in states]
    free, used, broken = (sum(state in kind for state in listed) for kind in (FREE, IN_USE, BROKEN))
    return Points(free, used, broken, len(listed) - free - used - broken)
