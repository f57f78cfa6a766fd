"""What goes wrong with devices: gaps, values that stand still, clocks that drift, lamps that die."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from rivulus.observations.rules.simulation.chance import Ints, key_of, one, uniform
from rivulus.observations.rules.simulation.moments import DAY_US, HOUR_US

SLOT_US = 12 * DAY_US  # at most one fault of a thing begins in so many days


class Kind(StrEnum):
    """A kind of fault."""

    GAP = "gap"  # it says nothing
    STUCK = "stuck"  # it says the same again and again
    CLOCK = "clock"  # its clock is late
    DEAD = "dead"  # a lamp that should burn does not
    BY_DAY = "by_day"  # a lamp burns when it should not


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one thing, [start, end) in microseconds; ``size`` between 0 and 1 says how bad."""

    kind: Kind
    start_us: int
    end_us: int
    size: float


# Of a hundred slots, so many bring this fault, which lasts from … to … hours.
USUAL = ((Kind.GAP, 14, 1.0, 20.0), (Kind.STUCK, 4, 8.0, 60.0), (Kind.CLOCK, 4, 24.0, 160.0))
LAMPS = ((Kind.GAP, 4, 2.0, 20.0), (Kind.DEAD, 3, 60.0, 240.0), (Kind.BY_DAY, 1, 24.0, 90.0))


def find_faults(seed: int, code: str, domain: str, start_us: int, end_us: int) -> tuple[Fault, ...]:
    """Return the faults of a thing that touch [start, end), in order of time."""
    key = key_of(seed, "faults", code)
    kinds = LAMPS if domain == "lighting" else USUAL
    slots = np.arange(start_us // SLOT_US - 1, end_us // SLOT_US + 1, dtype=np.int64)
    found = [_fault(key, int(slot), float(draw), kinds) for slot, draw in zip(slots, uniform(key, slots), strict=True)]
    return tuple(each for each in found if each is not None and each.start_us < end_us and each.end_us > start_us)


def _fault(key: int, slot: int, draw: float, kinds: tuple[tuple[Kind, int, float, float], ...]) -> Fault | None:
    share = draw * 100
    for kind, percent, shortest_h, longest_h in kinds:
        if share < percent:
            own = key_of(key, slot)
            begin = slot * SLOT_US + int(one(own, 0, 0.8) * SLOT_US)
            begin -= begin % (900 * 1_000_000)
            length = int(one(own + 1, shortest_h, longest_h) * HOUR_US)
            return Fault(kind, begin, begin + length, one(own + 2))
        share -= percent
    return None


def within(fault: Fault, time_us: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say which times lie in a fault."""
    return np.asarray((time_us >= fault.start_us) & (time_us < fault.end_us), np.bool_)


def lateness_us(fault: Fault) -> int:
    """Return by how much a late clock is late: one to fifteen minutes, whole milliseconds."""
    return 1000 * int(60_000 + fault.size * 840_000)
