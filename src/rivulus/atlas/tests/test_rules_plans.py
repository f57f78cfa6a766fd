"""Facts about plans: what a parcel meets, what it may carry, how an amendment moves."""

import datetime as dt
from itertools import product
from uuid import UUID

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from rivulus.atlas.rules import measuring, plans
from rivulus.atlas.rules.plans import AmendmentState, Indices, Shape
from rivulus.kernel.errors import Refused

ANA, DAN = UUID(int=1), UUID(int=2)
TODAY = dt.date(2026, 11, 29)
EAST, NORTH = 393_000.0, 685_000.0


def plot(west: float, south: float, width: float, height: float) -> shapely.Polygon:
    """A rectangle in metres from a corner in Baia Mare."""
    box = shapely.box(EAST + west, NORTH + south, EAST + west + width, NORTH + south + height)
    return measuring.from_the_ground(box)  # type: ignore[return-value]


def zone(key: str, *rectangle: float) -> Shape:
    return Shape(key, {"zone": key}, plot(*rectangle))


def test_a_parcel_in_two_zones_is_shared_between_them() -> None:
    found = plans.meet(plot(0, 0, 40, 50), [zone("L1", -100, -100, 110, 300), zone("M2", 10, -100, 300, 300)])
    assert [meeting.shape.key for meeting in found] == ["M2", "L1"]
    assert [round(meeting.share, 3) for meeting in found] == [0.75, 0.25]
    assert [round(meeting.area_m2) for meeting in found] == [1500, 500]
    assert plans.uncovered_share(found) == pytest.approx(0, abs=1e-6)


def test_a_neighbour_that_only_touches_is_no_zone_of_the_parcel() -> None:
    assert plans.meet(plot(0, 0, 40, 50), [zone("L1", 40.005, 0, 100, 50)]) == []
    assert plans.meet(plot(0, 0, 40, 50), [zone("L1", 39.999, 0, 100, 50)]) == []


def test_what_no_zone_covers_is_said() -> None:
    found = plans.meet(plot(0, 0, 40, 50), [zone("L1", 0, 0, 30, 50)])
    assert plans.uncovered_share(found) == pytest.approx(0.25, abs=1e-4)


def test_a_point_is_in_a_zone_or_not() -> None:
    point = measuring.from_the_ground(shapely.Point(EAST + 5, NORTH + 5))
    found = plans.meet(point, [zone("L1", 0, 0, 10, 10), zone("M2", 20, 20, 10, 10)])
    assert [(meeting.shape.key, meeting.share) for meeting in found] == [("L1", 1.0)]


def test_a_pipe_within_its_strip_limits_the_parcel() -> None:
    pipe = measuring.from_the_ground(shapely.LineString([(EAST + 43, NORTH - 50), (EAST + 43, NORTH + 100)]))
    shapes = [Shape("pipe", {}, pipe)]
    parcel = plot(0, 0, 40, 50)
    assert plans.meet(parcel, shapes, within_m=2) == []
    (found,) = plans.meet(parcel, shapes, within_m=5)
    assert found.distance_m == pytest.approx(3, abs=0.01)
    assert found.share == 0


def test_a_pipe_through_the_parcel_has_its_length_there() -> None:
    pipe = measuring.from_the_ground(shapely.LineString([(EAST + 20, NORTH - 50), (EAST + 20, NORTH + 100)]))
    (found,) = plans.meet(plot(0, 0, 40, 50), [Shape("pipe", {}, pipe)])
    assert found.length_m == pytest.approx(50, abs=0.01)


@given(st.lists(st.tuples(*[st.integers(-100, 100)] * 2, *[st.integers(5, 100)] * 2), max_size=4))
def test_shares_are_those_of_the_areas(rectangles: list[tuple[int, int, int, int]]) -> None:
    parcel = plot(0, 0, 60, 60)
    zones = [zone(f"z{number}", *map(float, rectangle)) for number, rectangle in enumerate(rectangles)]
    for meeting in plans.meet(parcel, zones):
        west, south, width, height = rectangles[int(meeting.shape.key[1:])]
        wide = max(0, min(60, west + width) - max(0, west))
        high = max(0, min(60, south + height) - max(0, south))
        assert meeting.share == pytest.approx(wide * high / 3600, abs=1e-4)


def test_indices_become_square_metres() -> None:
    allowed = plans.allow(Indices(40, 1.2, 10, "P+2"), 1000, 0.5)
    assert (allowed.footprint_m2, allowed.floor_area_m2) == (200, 600)
    silent = plans.allow(Indices(None, None, None, ""), 1000, 1)
    assert (silent.footprint_m2, silent.floor_area_m2) == (None, None)


VERBS = ("submit", "approve", "refuse", "return", "withdraw")
TABLE = {
    AmendmentState.DRAFT: "o---o",
    AmendmentState.REVIEW: "-oooo",
    AmendmentState.APPROVED: "-----",
    AmendmentState.REFUSED: "-----",
    AmendmentState.WITHDRAWN: "-----",
}


@pytest.mark.parametrize(("state", "verb"), list(product(AmendmentState, VERBS)))
def test_an_amendment_moves_as_the_table_says(state: AmendmentState, verb: str) -> None:
    if TABLE[state][VERBS.index(verb)] == "o":
        assert plans.move(state, verb) in AmendmentState
    else:
        with pytest.raises(Refused, match="closed"):
            plans.move(state, verb)


@pytest.mark.parametrize("verb", VERBS)
def test_a_second_person_decides(verb: str) -> None:
    plans.check_second_person(verb, proposed_by=ANA, by=DAN)
    if verb in ("approve", "refuse", "return"):
        with pytest.raises(Refused, match="second person"):
            plans.check_second_person(verb, proposed_by=ANA, by=ANA)
    else:
        plans.check_second_person(verb, proposed_by=ANA, by=ANA)


def test_a_plan_does_not_change_yesterday() -> None:
    plans.check_effective(TODAY, TODAY, None)
    with pytest.raises(Refused, match="today at the earliest"):
        plans.check_effective(TODAY - dt.timedelta(days=1), TODAY, None)
    with pytest.raises(Refused, match="before the plan"):
        plans.check_effective(TODAY, TODAY, TODAY + dt.timedelta(days=3))


@pytest.mark.parametrize(
    ("items", "reason", "day", "sentence"),
    [
        (0, "A reason long enough.", TODAY, "at least one"),
        (1, "short", TODAY, "why"),
        (1, "A reason, long.", None, "day"),
    ],
)
def test_an_amendment_says_what_why_and_when(items: int, reason: str, day: dt.date | None, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        plans.check_can_submit(items=items, reason=reason, effective_on=day)


def test_a_new_zone_may_not_lie_over_another() -> None:
    others = [zone("L1", 0, 0, 50, 50), zone("M2", 60, 0, 50, 50)]
    plans.check_does_not_overlap("N3", plot(50.1, 0, 9, 50), others)
    plans.check_does_not_overlap("L1", plot(0, 0, 55, 50), others)
    with pytest.raises(Refused, match="over zone M2"):
        plans.check_does_not_overlap("N3", plot(50, 0, 30, 50), others)
