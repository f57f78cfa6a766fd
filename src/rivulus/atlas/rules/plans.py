"""Zoning plans: what a zone allows, what a parcel meets, and how an amendment becomes part of the plan. Pure.

POT (procentul de ocupare a terenului) is the share of a parcel that may be built over, CUT (coeficientul de utilizare
a terenului) the floor area over the parcel's area: annex 2 of Law 350/2001 on spatial planning.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.rules import measuring
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_


class PlanKind(StrEnum):
    """What a plan rules over, as Law 350/2001 calls it."""

    GENERAL = "pug"
    ZONAL = "puz"
    DETAILED = "pud"


PLAN_KIND_NAMES: Mapping[PlanKind, str] = {
    PlanKind.GENERAL: N_("General urban plan (PUG)"),
    PlanKind.ZONAL: N_("Zonal urban plan (PUZ)"),
    PlanKind.DETAILED: N_("Detailed urban plan (PUD)"),
}
# The more detailed plan is the one that is read first where several are in force.
PLAN_RANK: Mapping[str, int] = {PlanKind.DETAILED: 0, PlanKind.ZONAL: 1, PlanKind.GENERAL: 2}


class ConstraintKind(StrEnum):
    """Why something on the ground limits what may be built."""

    FLOOD = "flood"
    LANDSLIDE = "landslide"
    PROTECTION = "protection"
    UTILITY = "utility"
    HERITAGE = "heritage"
    SANITARY = "sanitary"
    POLLUTION = "pollution"
    OTHER = "other"


CONSTRAINT_KIND_NAMES: Mapping[ConstraintKind, str] = {
    ConstraintKind.FLOOD: N_("Flood"),
    ConstraintKind.LANDSLIDE: N_("Landslide"),
    ConstraintKind.PROTECTION: N_("Nature protection"),
    ConstraintKind.UTILITY: N_("Utility network"),
    ConstraintKind.HERITAGE: N_("Heritage"),
    ConstraintKind.SANITARY: N_("Sanitary protection"),
    ConstraintKind.POLLUTION: N_("Polluted ground"),
    ConstraintKind.OTHER: N_("Other limit"),
}


class AmendmentState(StrEnum):
    """Where a proposed change of a plan stands."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


AMENDMENT_STATE_NAMES: Mapping[AmendmentState, str] = {
    AmendmentState.DRAFT: N_("Draft"),
    AmendmentState.REVIEW: N_("Waiting for review"),
    AmendmentState.APPROVED: N_("Approved"),
    AmendmentState.REFUSED: N_("Refused"),
    AmendmentState.WITHDRAWN: N_("Withdrawn"),
}

# From each state, what may be done and where it leads.
MOVES: Mapping[AmendmentState, Mapping[str, AmendmentState]] = {
    AmendmentState.DRAFT: {"submit": AmendmentState.REVIEW, "withdraw": AmendmentState.WITHDRAWN},
    AmendmentState.REVIEW: {
        "approve": AmendmentState.APPROVED,
        "refuse": AmendmentState.REFUSED,
        "return": AmendmentState.DRAFT,
        "withdraw": AmendmentState.WITHDRAWN,
    },
    AmendmentState.APPROVED: {},
    AmendmentState.REFUSED: {},
    AmendmentState.WITHDRAWN: {},
}
DECISIONS = frozenset({"approve", "refuse", "return"})  # by a second person


class ItemAction(StrEnum):
    """What an amendment does to one zone."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


def move(state: AmendmentState, verb: str) -> AmendmentState:
    """Return the state after a move; raise Refused for one that the table does not have."""
    try:
        return MOVES[state][verb]
    except KeyError:
        raise Refused(N_("This amendment is closed, or not yet where this can be done.")) from None


def check_second_person(verb: str, *, proposed_by: UUID | None, by: UUID) -> None:
    """Raise Refused when somebody decides on what they proposed themselves."""
    if verb in DECISIONS and proposed_by == by:
        raise Refused(N_("A second person decides on an amendment: you proposed this one."))


def check_can_submit(*, items: int, reason: str, effective_on: dt.date | None) -> None:
    """Raise Refused for an amendment that says nothing, gives no reason, or no day from which it holds."""
    if not items:
        raise Refused(N_("An amendment changes at least one zone."))
    if len(reason.strip()) < 10:
        raise Refused(N_("Say in a sentence why the plan should change."))
    if effective_on is None:
        raise Refused(N_("Say from which day the change holds."))


def check_effective(effective_on: dt.date, today: dt.date, adopted_on: dt.date | None) -> None:
    """Raise Refused for a day that has passed, or that comes before the plan itself.

    A plan that changed yesterday would make certificates wrong that were given out today.
    """
    if effective_on < today:
        raise Refused(N_("An amendment holds from today at the earliest."))
    if adopted_on and effective_on < adopted_on:
        raise Refused(N_("An amendment cannot hold before the plan itself."))


@dataclass(frozen=True, slots=True)
class Shape:
    """A feature that may meet a parcel: its key, attributes and geometry in longitude and latitude."""

    key: str
    properties: Mapping[str, object]
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where a feature meets a parcel: the shared area, its share of the parcel (0..1), and the distance in metres."""

    shape: Shape
    area_m2: float
    share: float
    length_m: float
    distance_m: float


# Slivers along a shared border are drawing, not law.
SLIVER_M2 = 1.0
SLIVER_SHARE = 0.001


def meet(parcel: BaseGeometry, shapes: Iterable[Shape], *, within_m: float = 0.0) -> list[Meeting]:
    """Return which shapes a parcel (or a point) meets, or comes within so many metres of; the largest share first."""
    ground = measuring.on_the_ground(parcel)
    whole = float(ground.area)
    found = [_meet(ground, whole, shape, within_m) for shape in shapes]
    kept = [meeting for meeting in found if meeting is not None]
    return sorted(kept, key=lambda meeting: (-meeting.share, meeting.distance_m, meeting.shape.key))


def _meet(ground: BaseGeometry, whole: float, shape: Shape, within_m: float) -> Meeting | None:
    other = measuring.on_the_ground(shape.geometry)
    distance = float(shapely.distance(ground, other))
    if distance > within_m:
        return None
    shared = shapely.intersection(ground, other) if distance == 0 else shapely.Point()
    area, length = float(shared.area), float(shared.length)
    share = area / whole if whole else 1.0 if distance == 0 else 0.0
    is_area = whole > 0 and shapely.get_dimensions(other) == 2
    if is_area and distance == 0 and within_m == 0 and (area < SLIVER_M2 or share < SLIVER_SHARE):
        return None
    return Meeting(shape, area, share, length if shapely.get_dimensions(other) == 1 else 0.0, distance)


@dataclass(frozen=True, slots=True)
class Indices:
    """What may be built: POT in %, CUT, height in metres, storeys in words; None where the plan does not say."""

    pot_max: float | None
    cut_max: float | None
    height_max_m: float | None
    storeys: str


@dataclass(frozen=True, slots=True)
class Allowance:
    """The indices in square metres of one parcel."""

    footprint_m2: float | None
    floor_area_m2: float | None


def allow(indices: Indices, parcel_m2: float, share: float) -> Allowance:
    """Return how much a zone allows on its part of a parcel."""
    part = parcel_m2 * min(share, 1.0)
    return Allowance(
        footprint_m2=None if indices.pot_max is None else part * indices.pot_max / 100,
        floor_area_m2=None if indices.cut_max is None else part * indices.cut_max,
    )


def uncovered_share(meetings: Collection[Meeting]) -> float:
    """Return the share (0..1) of a parcel that no zone covers."""
    return max(0.0, 1.0 - sum(meeting.share for meeting in meetings))


def check_does_not_overlap(key: str, geometry: BaseGeometry, others: Iterable[Shape]) -> None:
    """Raise Refused when a proposed zone lies over another one that stays."""
    for meeting in meet(geometry, others):
        if meeting.shape.key != key and meeting.area_m2 > max(SLIVER_M2, 0.01 * measuring.area_m2(geometry)):
            raise Refused(
                N_("This zone would lie over zone %(other)s on %(area)d m²; change that one too."),
                other=meeting.shape.key,
                area=round(meeting.area_m2),
            )
