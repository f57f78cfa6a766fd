"""Facts about two people who edit at once, and about a worker that is killed in the middle."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from rivulus.atlas.actions.features import apply_changes, replace_features
from rivulus.atlas.models import Change, Feature, Layer, PastFeature
from rivulus.atlas.rules.versions import ChangedFeature, Conflict, NewFeature
from rivulus.atlas.terms import ChangeKind
from rivulus.atlas.tests.layers import bench, make_layer, rows_of
from rivulus.identity.models import Person
from rivulus.journal.models import Line

pytestmark = pytest.mark.django_db(transaction=True)
EDIT = ChangeKind.EDIT


def test_of_two_who_edit_one_feature_at_once_exactly_one_is_told_of_a_conflict(dan: Person, mara: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a", seats=1), bench("b", seats=1)])
    start, ends = threading.Barrier(4), []

    def edit(person: Person, key: str, seats: int) -> None:
        try:
            start.wait(10)
            updates = [ChangedFeature(key, 1, properties={"seats": seats})]
            apply_changes(by=person, layer=Layer.objects.get(pk=layer.pk), kind=EDIT, updates=updates)
            ends.append((key, seats))
        except Conflict as conflict:
            ends.append((key, conflict.number or 0))
        finally:
            connection.close()

    wishes = [(dan, "a", 11), (mara, "a", 12), (dan, "b", 13), (mara, "b", 14)]
    threads = [threading.Thread(target=edit, args=wish) for wish in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for key, wanted in (("a", {11, 12}), ("b", {13, 14})):
        told = {seats for name, seats in ends if name == key}
        assert 2 in told and len(told & wanted) == 1
        assert rows_of(layer)[key].properties["seats"] in told
    assert Layer.objects.get().revision == 4
    assert Change.objects.count() == 3


def test_of_what_is_killed_in_the_middle_nothing_is_left(dan: Person) -> None:
    layer = make_layer()
    apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a", seats=1)])
    lines = Line.objects.count()

    def half() -> Iterator[NewFeature]:
        for n in range(5_000):
            yield bench(f"k{n}")
        _kill_own_connection()
        yield bench("last")

    with pytest.raises(Exception, match=r"(?i)terminat|closed|lost"):
        replace_features(by=None, layer=layer, kind=ChangeKind.IMPORT, features=half())
    connection.close()
    assert set(rows_of(layer)) == {"a"}
    assert (Change.objects.count(), PastFeature.objects.count(), Line.objects.count()) == (1, 0, lines)
    assert Layer.objects.get().revision == 2


def _kill_own_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    given = connection.get_connection_params()
    wanted = {name: given[name] for name in ("host", "port", "user", "password", "dbname") if given.get(name)}
    with psycopg.connect(**wanted, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_even_past_the_actions_no_feature_holds_twice_on_a_day(dan: Person) -> None:
    layer = make_layer()
    change = apply_changes(by=dan, layer=layer, kind=EDIT, additions=[bench("a")])
    row = Feature.objects.get()
    row.pk = None
    row.change = change
    with pytest.raises(IntegrityError, match="hold twice"), transaction.atomic():
        row.save(force_insert=True)
    assert Feature.objects.count() == 1
