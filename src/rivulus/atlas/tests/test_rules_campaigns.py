"""Facts about community digitising: levels, tasks, checks, OsmChange."""

import datetime as dt
from itertools import product
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from rivulus.atlas.rules import measuring
from rivulus.atlas.rules.campaigns import checks, cutting, osm_change
from rivulus.atlas.rules.campaigns.checks import Mapped
from rivulus.atlas.rules.campaigns.moves import (
    RANK,
    WAYS,
    CampaignState,
    Level,
    Move,
    TaskFacts,
    TaskState,
    check_can_move,
)
from rivulus.kernel.errors import Refused

ANA, FLAVIA, DAN = UUID(int=1), UUID(int=2), UUID(int=3)
NOW = dt.datetime(2026, 11, 29, 10, tzinfo=dt.UTC)
EAST, NORTH = 393_000.0, 685_000.0
# Which move starts where: rows are moves, columns ready, locked, mapped, validated, approved.
TABLE = {
    Move.LOCK: "o----",
    Move.RELEASE: "-o---",
    Move.SUBMIT: "-o---",
    Move.VALIDATE: "--o--",
    Move.APPROVE: "---o-",
    Move.RETURN: "--oo-",
}


def plot(west: float, south: float, wide: float, high: float) -> shapely.Polygon:
    box = shapely.box(EAST + west, NORTH + south, EAST + west + wide, NORTH + south + high)
    return measuring.from_the_ground(box)  # type: ignore[return-value]


def spot(east: float, north: float) -> shapely.Point:
    return measuring.from_the_ground(shapely.Point(EAST + east, NORTH + north))  # type: ignore[return-value]


def try_to(move: Move, state: TaskState, *, by: UUID, level: Level | None, **more: object) -> TaskState:
    facts = {"locked_by": ANA, "mapped_by": ANA, "validated_by": FLAVIA} | more
    task = TaskFacts(state=state, locked_until=NOW + dt.timedelta(hours=1), **facts)  # type: ignore[arg-type]
    return check_can_move(move, task, by=by, level=level, campaign=CampaignState.OPEN, now=NOW)


@pytest.mark.parametrize(("move", "state"), list(product(Move, TaskState)))
def test_a_task_moves_as_the_table_says(move: Move, state: TaskState) -> None:
    by = ANA if move in (Move.LOCK, Move.RELEASE, Move.SUBMIT) else DAN
    if TABLE[move][list(TaskState).index(state)] == "o":
        assert try_to(move, state, by=by, level=Level.CITY) == WAYS[move].leads
    else:
        with pytest.raises(Refused):
            try_to(move, state, by=by, level=Level.CITY)


@pytest.mark.parametrize(("move", "level"), list(product(Move, [None, *Level])))
def test_each_level_may_do_what_it_may(move: Move, level: Level | None) -> None:
    state = next(iter(WAYS[move].starts))
    by = ANA if move in (Move.LOCK, Move.RELEASE, Move.SUBMIT) else DAN
    if level is not None and RANK[level] >= RANK[WAYS[move].level]:
        try_to(move, state, by=by, level=level)
    else:
        with pytest.raises(Refused):
            try_to(move, state, by=by, level=level)


def test_three_people_look_at_every_task() -> None:
    with pytest.raises(Refused, match="second person"):
        try_to(Move.VALIDATE, TaskState.MAPPED, by=ANA, level=Level.CITY)
    for person in (ANA, FLAVIA):
        with pytest.raises(Refused, match="neither mapped nor validated"):
            try_to(Move.APPROVE, TaskState.VALIDATED, by=person, level=Level.CITY)


def test_a_lock_that_has_run_out_is_none() -> None:
    late = NOW + dt.timedelta(hours=2)
    task = TaskFacts(state=TaskState.LOCKED, locked_by=ANA, locked_until=NOW + dt.timedelta(hours=1))
    assert (
        check_can_move(Move.LOCK, task, by=DAN, level=Level.STUDENT, campaign=CampaignState.OPEN, now=late)
        == TaskState.LOCKED
    )
    with pytest.raises(Refused, match="run out"):
        check_can_move(Move.SUBMIT, task, by=ANA, level=Level.STUDENT, campaign=CampaignState.OPEN, now=late)


@pytest.mark.parametrize("state", [CampaignState.DRAFT, CampaignState.CLOSED])
def test_nothing_moves_in_a_campaign_that_is_not_open(state: CampaignState) -> None:
    with pytest.raises(Refused, match="not open"):
        check_can_move(Move.LOCK, TaskFacts(state=TaskState.READY), by=ANA, level=Level.CITY, campaign=state, now=NOW)


@settings(max_examples=40)
@given(st.integers(100, 3000), st.integers(100, 3000), st.integers(150, 1500))
def test_tasks_cover_the_area_and_do_not_overlap(wide: int, high: int, side: int) -> None:
    area = plot(0, 0, wide, high)
    try:
        tasks = cutting.cut(area, side)
    except Refused:
        assert (wide / side + 1) * (high / side + 1) > cutting.MOST_TASKS
        return
    union = shapely.union_all([measuring.on_the_ground(task) for task in tasks])
    assert sum(measuring.area_m2(task) for task in tasks) == pytest.approx(union.area, rel=1e-3)
    assert union.area >= 0.9 * wide * high


@pytest.mark.parametrize("side", [0, 49, 5001, float("nan")])
def test_a_task_is_neither_tiny_nor_huge(side: float) -> None:
    with pytest.raises(Refused, match="between 50 m"):
        cutting.cut(plot(0, 0, 1000, 1000), side)


def test_too_many_tasks_are_refused() -> None:
    with pytest.raises(Refused, match="400"):
        cutting.cut(plot(0, 0, 5000, 5000), 100)


def test_what_lies_outside_of_the_task_stops() -> None:
    area = plot(0, 0, 100, 100)
    near, far = Mapped("near", spot(105, 50)), Mapped("far", spot(150, 50))
    (finding,) = checks.check([near, far], area, [])
    assert (finding.key, finding.stops, finding.values["metres"]) == ("far", True, 50)


def test_what_is_drawn_twice_or_there_already_is_told() -> None:
    area = plot(0, 0, 100, 100)
    drawn = [Mapped("a", spot(10, 10)), Mapped("b", spot(10.5, 10)), Mapped("c", spot(50, 50))]
    found = checks.check(drawn, area, [Mapped("old", spot(50, 51)), Mapped("a", spot(10, 10))])
    assert {(f.key, str(f.values["other"])) for f in found} == {("b", "a"), ("c", "old")}
    assert not any(finding.stops for finding in found)


def test_areas_that_overlap_or_repeat_are_told_apart() -> None:
    area = plot(0, 0, 100, 100)
    drawn = [
        Mapped("same", plot(10, 10, 20, 20)),
        Mapped("over", plot(60, 60, 20, 20)),
        Mapped("free", plot(0, 80, 9, 9)),
    ]
    found = checks.check(drawn, area, [Mapped("x", plot(10, 10, 20, 21)), Mapped("y", plot(75, 75, 20, 20))])
    assert {(f.key, f.sentence.split()[1]) for f in found} == {("same", "seems"), ("over", "lies")}


# --- OsmChange -----------------------------------------------------------------------------------


def test_a_bench_becomes_a_node_with_tags() -> None:
    tags = osm_change.tags_of(
        {"seats": 3.0, "backrest": True, "note": ""},
        {"amenity": "bench"},
        {"seats": "seats", "backrest": "backrest", "note": "note"},
    )
    root = ET.fromstring(osm_change.write([(shapely.Point(23.58, 47.66), tags)]))
    node = root.find("create/node")
    assert node is not None and (node.get("lat"), node.get("lon")) == ("47.6600000", "23.5800000")
    assert {tag.get("k"): tag.get("v") for tag in node} == {"amenity": "bench", "seats": "3", "backrest": "yes"}


def test_neighbours_share_their_nodes() -> None:
    left, right = shapely.box(23.5, 47.6, 23.6, 47.7), shapely.box(23.6, 47.6, 23.7, 47.7)
    root = ET.fromstring(osm_change.write([(left, {"building": "yes"}), (right, {"building": "yes"})]))
    assert len(root.findall("create/node")) == 6
    ways = root.findall("create/way")
    assert all(way[0].get("ref") == way[4].get("ref") for way in ways)


def test_an_area_with_a_hole_is_a_multipolygon() -> None:
    ring = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    root = ET.fromstring(osm_change.write([(ring, {"leisure": "park"})]))
    relation = root.find("create/relation")
    assert relation is not None
    assert [member.get("role") for member in relation.findall("member")] == ["outer", "inner"]
    assert ("type", "multipolygon") in {(tag.get("k"), tag.get("v")) for tag in relation.findall("tag")}


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=20, unique=True))
def test_every_reference_of_a_way_is_there_and_new(places: list[tuple[int, int]]) -> None:
    root = ET.fromstring(osm_change.write([(shapely.LineString(places), {"highway": "path"})]))
    known = {node.get("id") for node in root.findall("create/node")}
    refs = [ref.get("ref") for ref in root.findall("create/way/nd")]
    assert set(refs) <= known
    assert all(int(str(number)) < 0 for number in known)
    order = [element.tag for element in root[0]]
    assert order == sorted(order, key=["node", "way", "relation"].index)


def test_what_has_no_tags_is_no_work_for_the_map() -> None:
    root = ET.fromstring(osm_change.write([(shapely.Point(1, 1), {})]))
    assert len(root[0]) == 0
