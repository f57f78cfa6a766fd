"""Facts about adding, changing and removing features."""

import datetime as dt

import pytest

from rivulus.atlas.actions.features import apply_changes, replace_features
from rivulus.atlas.models import Change, Layer, PastFeature
from rivulus.atlas.rules.versions import ChangedFeature, Conflict, RemovedFeature, Span
from rivulus.atlas.terms import ChangeKind
from rivulus.atlas.tests.layers import bench, make_layer, point, rows_of
from rivulus.identity.models import Person
from rivulus.journal.models import Line
from rivulus.kernel.errors import NotFound, Refused

pytestmark = pytest.mark.django_db
EDIT = ChangeKind.EDIT
MARCH = dt.date(2026, 3, 1)


def test_what_is_added_is_one_change_one_revision_and_one_line(dan: Person) -> None:
    layer, before = make_layer(), Line.objects.count()
    change = apply_changes(by=dan, layer=layer, kind=EDIT, reason="Parc", additions=[bench("a", seats=3), bench("b")])
    assert (change.added, change.changed, change.removed, change.by) == (2, 0, 0, dan)
    assert layer.revision == 2
    assert Layer.objects.get().revision == 2
    assert Line.objects.count() == before + 1
    rows = rows_of(layer)
    assert set(rows) == {"a", "b"}
    assert rows["a"].properties == {"seats": 3} and rows["a"].number == 1
    assert rows["a"].box == (23.58, 47.66, 23.58, 47.66)


def test_a_change_leaves_the_old_version_in_the_past(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a", seats=3)])
    change = apply_changes(by=dan, layer=layer, kind=EDIT, updates=[ChangedFeature("a", 1, properties={"seats": 4})])
    row, past = rows_of(layer)["a"], PastFeature.objects.get()
    assert (row.number, row.properties, past.number, past.properties) == (2, {"seats": 4}, 1, {"seats": 3})
    assert past.superseded_by == change and row.change == change
    assert bytes(past.geometry) == bytes(row.geometry)


def test_a_change_from_a_day_on_keeps_what_held_before(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a", seats=3)])
    changed = ChangedFeature("a", 1, properties={"seats": 5}, since=MARCH)
    apply_changes(by=dan, layer=layer, kind=EDIT, updates=[changed])
    rows = list(layer.features.order_by("number"))
    assert [(row.number, row.properties["seats"], row.valid.lower, row.valid.upper) for row in rows] == [
        (2, 3, None, MARCH),
        (3, 5, MARCH, None),
    ]


def test_whoever_saw_an_older_version_is_told_of_the_conflict(dan: Person, mara: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a", seats=3)])
    apply_changes(by=dan, layer=layer, kind=EDIT, updates=[ChangedFeature("a", 1, properties={"seats": 4})])
    with pytest.raises(Conflict) as caught:
        apply_changes(by=mara, layer=layer, kind=EDIT, updates=[ChangedFeature("a", 1, properties={"seats": 9})])
    assert (caught.value.key, caught.value.seen, caught.value.number) == ("a", 1, 2)
    assert rows_of(layer)["a"].properties == {"seats": 4}
    apply_changes(by=dan, layer=layer, kind=EDIT, removals=[RemovedFeature("a", 2)])
    with pytest.raises(Conflict) as caught:
        apply_changes(by=mara, layer=layer, kind=EDIT, removals=[RemovedFeature("a", 2)])
    assert caught.value.number is None


def test_a_removed_feature_ends_on_its_day_or_never_was(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a"), bench("b")])
    gone = [RemovedFeature("a", 1, since=MARCH), RemovedFeature("b", 1)]
    change = apply_changes(by=dan, layer=layer, kind=EDIT, removals=gone)
    assert change.removed == 2
    rows = rows_of(layer)
    assert set(rows) == {"a"} and rows["a"].valid.upper == MARCH and rows["a"].number == 2
    with pytest.raises(Refused, match="does not hold"):
        apply_changes(by=dan, layer=layer, kind=EDIT, removals=[RemovedFeature("a", 2, since=dt.date(2026, 5, 1))])


def test_numbers_of_a_key_go_on_after_it_was_removed(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a")])
    apply_changes(by=dan, layer=layer, kind=EDIT, removals=[RemovedFeature("a", None)])
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a")])
    assert rows_of(layer)["a"].number == 2


def test_one_feature_is_never_twice_on_a_day(dan: Person) -> None:
    layer = make_layer()
    first = bench("a", valid=Span(None, MARCH))
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[first, bench("a", valid=Span(MARCH, None), seats=2)])
    assert layer.features.count() == 2
    with pytest.raises(Refused, match="Feature a is already there"):
        apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("b"), bench("a", valid=Span(MARCH, None))])
    assert layer.features.count() == 2 and Change.objects.count() == 1
    correction = ChangedFeature("a", 1, valid=Span(None, dt.date(2026, 4, 1)))
    with pytest.raises(Refused, match="already there"):
        apply_changes(by=dan, layer=layer, kind=EDIT, updates=[correction])


@pytest.mark.parametrize(
    ("feature", "sentence"),
    [
        (bench("a", seats=21), "seats: 21 is above 20"),
        (bench("a", seats="many"), "not a whole number"),
        (bench("a", colour="red"), "no attribute called colour"),
        (bench("a", x=1234567), "is the coordinate system right"),
        (bench("a/b"), "signs that an address cannot have"),
        (bench("a" * 81), "longer than 80"),
    ],
)
def test_a_feature_that_does_not_fit_is_refused_whole(dan: Person, feature: object, sentence: str) -> None:
    layer = make_layer()
    with pytest.raises(Refused, match=sentence):
        apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("good"), feature])
    assert not layer.features.exists() and not Change.objects.exists()


def test_nothing_different_is_no_change(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a", seats=3)])
    same = ChangedFeature("a", 1, properties={"seats": "3"}, geometry=point())
    with pytest.raises(Refused, match="Nothing is different"):
        apply_changes(by=dan, layer=layer, kind=EDIT, updates=[same])
    assert layer.revision == 2


def test_a_feature_is_changed_once_at_a_time(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a")])
    updates = [ChangedFeature("a", 1, properties={"seats": 1}), ChangedFeature("a", 1, properties={"seats": 2})]
    with pytest.raises(Refused, match="twice"):
        apply_changes(by=dan, layer=layer, kind=EDIT, updates=updates)
    with pytest.raises(Refused, match="twice"):
        apply_changes(by=dan, layer=layer, kind=EDIT, updates=updates[:1], removals=[RemovedFeature("a", 1)])
    with pytest.raises(Refused, match="no feature z"):
        apply_changes(by=dan, layer=layer, kind=EDIT, removals=[RemovedFeature("z", None)])


def test_a_layer_is_edited_by_its_owner_only(dan: Person, flavia: Person, ana: Person) -> None:
    layer = make_layer()
    for person in (flavia, ana):
        with pytest.raises(Refused):
            apply_changes(by=person, layer=layer, kind=EDIT, additions=[bench("a")])
    kept = make_layer("buildings", is_kept_by_machine=True)
    with pytest.raises(Refused, match="kept up to date by the platform"):
        apply_changes(by=dan, layer=kept, kind=EDIT, additions=[bench("a")])
    apply_changes(by=None, layer=kept, kind=ChangeKind.RECIPE, additions=[bench("a")])
    Layer.objects.filter(pk=layer.pk).update(withdrawn_at="2026-01-01T00:00Z")
    with pytest.raises(NotFound):
        apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a")])


def test_replacing_touches_only_what_differs(dan: Person) -> None:
    layer = make_layer()
    replace_features(
        by=None, layer=layer, kind=ChangeKind.PACK, features=[bench("a", seats=1), bench("b", seats=1), bench("c")]
    )
    change = replace_features(
        by=None, layer=layer, kind=ChangeKind.PACK, features=[bench("a", seats=1), bench("b", seats=2), bench("d")]
    )
    assert change is not None and (change.added, change.changed, change.removed) == (1, 1, 1)
    rows = rows_of(layer)
    assert {key: row.number for key, row in rows.items()} == {"a": 1, "b": 2, "d": 1}
    again = replace_features(
        by=None, layer=layer, kind=ChangeKind.PACK, features=[bench("d"), bench("b", seats=2), bench("a", seats=1)]
    )
    assert again is None and layer.revision == 3


def test_replacing_features_without_keys_compares_their_content(dan: Person) -> None:
    layer = make_layer()
    places = [bench(x=23.5), bench(x=23.5), bench(x=23.6)]
    replace_features(by=None, layer=layer, kind=ChangeKind.PACK, features=places)
    assert layer.features.count() == 3
    assert replace_features(by=None, layer=layer, kind=ChangeKind.PACK, features=places[::-1]) is None
    change = replace_features(by=None, layer=layer, kind=ChangeKind.PACK, features=places[1:])
    assert change is not None and (change.added, change.changed, change.removed) == (0, 0, 1)


def test_replacing_from_a_day_on_keeps_what_held_before() -> None:
    layer = make_layer()
    replace_features(by=None, layer=layer, kind=ChangeKind.PACK, features=[bench("a", seats=1), bench("b")])
    features = [bench("a", seats=2), bench("c")]
    replace_features(by=None, layer=layer, kind=ChangeKind.PACK, features=features, since=MARCH)
    before, after = dt.date(2026, 2, 28), MARCH
    held = {row.key: row.properties for row in layer.features.filter(valid__contains=before)}
    holds = {row.key: row.properties for row in layer.features.filter(valid__contains=after)}
    assert held == {"a": {"seats": 1}, "b": {}}
    assert holds == {"a": {"seats": 2}, "c": {}}
    back = dt.date(2026, 6, 1)
    features.append(bench("b"))
    replace_features(by=None, layer=layer, kind=ChangeKind.PACK, features=features, since=back)
    assert {row.valid.lower for row in layer.features.filter(key="b")} == {None, back}


def test_a_key_twice_in_a_file_is_refused() -> None:
    with pytest.raises(Refused, match="Feature a is there twice"):
        replace_features(by=None, layer=make_layer(), kind=ChangeKind.PACK, features=[bench("a"), bench("a", seats=1)])
