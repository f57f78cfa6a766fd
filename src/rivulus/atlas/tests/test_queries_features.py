"""Facts about reading features: on a day, in a box, filtered, and only what the viewer may see."""

import datetime as dt

import pytest

from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.queries.features import (
    bounds_of,
    count_features,
    find_feature,
    find_version,
    list_features,
    stream_features,
)
from rivulus.atlas.queries.history import list_changed, list_changes, list_versions
from rivulus.atlas.queries.visible import PUBLIC, viewer_of
from rivulus.atlas.rules.versions import ChangedFeature, RemovedFeature, Span
from rivulus.atlas.terms import ChangeKind
from rivulus.atlas.tests.layers import bench, make_layer, point
from rivulus.identity.models import Person

pytestmark = pytest.mark.django_db
EDIT = ChangeKind.EDIT
MARCH = dt.date(2026, 3, 1)


def keys(*args: object, **asked: object) -> list[str]:
    return [feature.key for feature in list_features(*args, **asked).features]  # type: ignore[arg-type]


def test_private_attributes_are_shown_to_the_owner_only_and_nobody_filters_by_them(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a", name="Bancă", phone="0722")])
    owner = viewer_of(dan)
    assert list_features(layer).features[0].properties == {"name": "Bancă"}
    assert list_features(layer, owner).features[0].properties == {"name": "Bancă", "phone": "0722"}
    assert next(iter(stream_features(layer))).properties == {"name": "Bancă"}
    assert keys(layer, PUBLIC, filters={"phone": "0722"}) == []
    assert keys(layer, PUBLIC, words="0722") == []
    assert keys(layer, owner, filters={"phone": "0722"}) == ["a"]
    assert [version.feature.properties for version in list_versions(layer, PUBLIC, "a")] == [{"name": "Bancă"}]


def test_what_the_schema_does_not_name_any_more_is_not_shown(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a", seats=3)])
    layer.schema = [entry for entry in layer.schema if entry["name"] != "seats"]
    assert list_features(layer, viewer_of(dan)).features[0].properties == {}


def test_features_are_found_in_a_box_on_a_day_and_by_their_attributes(dan: Person) -> None:
    layer = make_layer()
    additions = [
        bench("a", 23.58, 47.66, name="Piața Libertății", seats=3),
        bench("b", 23.60, 47.66, name="Gară", seats=12),
        bench("c", 23.58, 47.66, name="Veche", valid=Span(None, MARCH)),
    ]
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=additions)
    assert keys(layer) == ["a", "b"]
    assert keys(layer, PUBLIC, on=dt.date(2026, 2, 28)) == ["a", "b", "c"]
    assert keys(layer, PUBLIC, box=(23.5, 47.6, 23.59, 47.7)) == ["a"]
    assert keys(layer, PUBLIC, filters={"seats": "12"}) == ["b"]
    assert keys(layer, PUBLIC, filters={"seats": "..5"}) == ["a"]
    assert keys(layer, PUBLIC, filters={"seats": "2..20", "name": "gara"}) == ["b"]
    assert keys(layer, PUBLIC, filters={"seats": "many"}) == []
    assert keys(layer, PUBLIC, filters={"colour": "red"}) == []
    assert keys(layer, PUBLIC, words="libertatii PIATA") == ["a"]
    assert keys(layer, PUBLIC, words="100%") == []
    assert keys(layer, PUBLIC, words="gara b") == ["b"]


def test_pages_follow_one_another_without_gaps(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench(f"k{n:02}") for n in range(25)])
    found, after = [], 0
    while True:
        page = list_features(layer, after=after, limit=10)
        found += [feature.key for feature in page.features]
        if page.next_after is None:
            break
        after = page.next_after
    assert found == [f"k{n:02}" for n in range(25)]
    assert count_features(layer) == 25


def test_the_count_and_the_bounds_follow_the_revision(dan: Person) -> None:
    layer = make_layer()
    assert (count_features(layer), bounds_of(layer)) == (0, None)
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a", 23.5, 47.6), bench("b", 23.7, 47.5)])
    assert (count_features(layer), bounds_of(layer)) == (2, (23.5, 47.5, 23.7, 47.6))


def test_a_feature_tells_its_whole_history(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a", seats=3)])
    updates = [ChangedFeature("a", 1, properties={"seats": 4}, geometry=point(23.5801, 47.66))]
    apply_changes(by=dan, layer=layer, kind=EDIT, updates=updates)
    apply_changes(by=dan, layer=layer, kind=EDIT, removals=[RemovedFeature("a", 2, since=MARCH)])
    versions = list_versions(layer, PUBLIC, "a")
    assert [version.feature.number for version in versions] == [3, 2, 1]
    assert versions[0].superseded_by is None and versions[1].superseded_by == versions[0].change
    assert find_feature(layer, PUBLIC, "a") is None
    ended = find_feature(layer, PUBLIC, "a", any_time=True)
    assert ended is not None and ended.valid == Span(None, MARCH)
    first = find_version(layer, PUBLIC, "a", 1)
    assert first is not None and first.properties == {"seats": 3}


def test_a_change_tells_what_it_changed_page_by_page(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a", seats=3), bench("b"), bench("c")])
    change = apply_changes(
        by=dan,
        layer=layer,
        kind=EDIT,
        additions=[bench("d")],
        updates=[ChangedFeature("a", 1, properties={"seats": 4}, geometry=point(23.5801, 47.66))],
        removals=[RemovedFeature("b", 1)],
    )
    changed, after = list_changed(change, layer, PUBLIC, limit=2)
    assert [(one.key, len(one.before), len(one.after)) for one in changed] == [("a", 1, 1), ("b", 1, 0)]
    assert after == "b"
    diff = changed[0].diff
    assert diff is not None and [(d.name, d.before, d.after) for d in diff.attributes] == [("seats", 3, 4)]
    assert diff.geometry is not None and diff.geometry.moved_m == pytest.approx(7.5, abs=0.1)
    rest, end = list_changed(change, layer, PUBLIC, after=after or "", limit=2)
    assert [(one.key, len(one.before), len(one.after)) for one in rest] == [("d", 0, 1)] and end is None
    # later changes do not alter what this one did
    apply_changes(by=dan, layer=layer, kind=EDIT, removals=[RemovedFeature("a", 2), RemovedFeature("d", 1)])
    again, _ = list_changed(change, layer, PUBLIC)
    assert [(one.key, len(one.before), len(one.after)) for one in again] == [("a", 1, 1), ("b", 1, 0), ("d", 0, 1)]
    assert list_changes(layer).count() == 3
