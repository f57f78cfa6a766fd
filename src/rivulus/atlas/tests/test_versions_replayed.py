"""Whatever is done in whatever order: what holds on a day is what a naive replay says, and nothing of the past is lost."""

import datetime as dt
import uuid
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.models import Change, Feature, Layer, PastFeature
from rivulus.atlas.rules.versions import ChangedFeature, NewFeature, RemovedFeature, Span
from rivulus.atlas.terms import ChangeKind
from rivulus.atlas.tests.layers import bench, make_layer
from rivulus.identity.models import Organisation
from rivulus.kernel.errors import Refused

pytestmark = pytest.mark.django_db

FIRST = dt.date(2026, 1, 1)
DAYS = [FIRST + dt.timedelta(days=n) for n in range(-1, 8)]
keys = st.sampled_from("abc")
seats = st.integers(0, 3)
some_days = st.sampled_from(DAYS[1:-1])
maybe_days = st.none() | some_days


@st.composite
def spans(draw: st.DrawFn) -> Span:
    one, other = draw(maybe_days), draw(maybe_days)
    if one is not None and other is not None and one >= other:
        return Span(other, one) if other < one else Span(one, None)
    return Span(one, other)


Wish = tuple[str, str, int, dt.date | None, Span]
wishes = st.tuples(st.sampled_from(("add", "change", "remove")), keys, seats, maybe_days, spans())


@dataclass(frozen=True)
class Held:
    """A version in the naive model."""

    key: str
    seats: int
    valid: Span


class Naive:
    """Versions in a list, looked through from end to end."""

    def __init__(self) -> None:
        self.rows: list[Held] = []

    def version(self, key: str, day: dt.date) -> Held | None:
        own = [row for row in self.rows if row.key == key]
        holding = [row for row in own if row.valid.holds_on(day)]
        later = [row for row in own if row.valid.since is not None and row.valid.since > day]
        ended = sorted(own, key=lambda row: row.valid.since or dt.date.min)
        return (holding or sorted(later, key=lambda row: row.valid.since or dt.date.min) or ended or [None])[0]

    def apply(self, wish: Wish, today: dt.date) -> bool:
        """Do as wished; False where it must be refused, and then nothing is done."""
        kind, key, count, since, span = wish
        if kind == "add":
            return self._put(Held(key, count, span))
        row = self.version(key, since or today)
        if row is None:
            return False
        if kind == "change":
            return self._change(row, count, since)
        return self._remove(row, since)

    def _put(self, new: Held) -> bool:
        if any(row.key == new.key and any(both(row, new, day) for day in DAYS) for row in self.rows):
            return False
        self.rows.append(new)
        return True

    def _change(self, row: Held, count: int, since: dt.date | None) -> bool:
        if row.seats == count or (since is not None and not row.valid.holds_on(since)):
            return False
        self.rows.remove(row)
        if since is not None and row.valid.since != since:
            self.rows.append(replace(row, valid=Span(row.valid.since, since)))
        self.rows.append(Held(row.key, count, Span(since or row.valid.since, row.valid.until)))
        return True

    def _remove(self, row: Held, since: dt.date | None) -> bool:
        if since is not None and row.valid.until is not None and row.valid.until <= since:
            return False
        gone = [r for r in self.rows if r.key == row.key and (since is None or r == row or _from(r, since))]
        self.rows = [r for r in self.rows if r not in gone]
        if since is not None and (row.valid.since is None or row.valid.since < since):
            self.rows.append(replace(row, valid=Span(row.valid.since, since)))
        return True


def both(one: Held, other: Held, day: dt.date) -> bool:
    return one.valid.holds_on(day) and other.valid.holds_on(day)


def _from(row: Held, day: dt.date) -> bool:
    return row.valid.since is not None and row.valid.since >= day


def do(layer: Layer, wish: Wish) -> bool:
    kind, key, count, since, span = wish
    asked: dict[str, list[object]] = {
        "add": [bench(key, seats=count, valid=span)] if kind == "add" else [],
        "change": [ChangedFeature(key, None, properties={"seats": count}, since=since)] if kind == "change" else [],
        "remove": [RemovedFeature(key, None, since=since)] if kind == "remove" else [],
    }
    try:
        apply_changes(
            by=None,
            layer=layer,
            kind=ChangeKind.RECIPE,
            additions=asked["add"],  # type: ignore[arg-type]
            updates=asked["change"],  # type: ignore[arg-type]
            removals=asked["remove"],  # type: ignore[arg-type]
        )
    except Refused:
        return False
    return True


def in_force(layer: Layer) -> set[Held]:
    return {
        Held(row.key, row.properties["seats"], Span(row.valid.lower, row.valid.upper))
        for row in Feature.objects.filter(layer=layer)
    }


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(wishes, min_size=2, max_size=9))
def test_what_holds_on_a_day_is_what_a_naive_replay_says(city: Organisation, wished: list[Wish]) -> None:
    from rivulus.kernel import clock

    layer, naive = make_layer(f"l-{uuid.uuid4().hex[:12]}"), Naive()
    states: list[tuple[int, set[Held]]] = []
    with clock.frozen(dt.datetime(2026, 1, 4, 12, tzinfo=dt.UTC)):
        for wish in wished:
            assert do(layer, wish) == naive.apply(wish, clock.today()), wish
            assert in_force(layer) == set(naive.rows), wish
            last = Change.objects.filter(layer=layer).order_by("-id").values_list("id", flat=True).first()
            states.append((last or 0, in_force(layer)))
    for day in DAYS:
        held = Feature.objects.filter(layer=layer, valid__contains=day).values_list("key", "properties__seats")
        assert set(held) == {(row.key, row.seats) for row in naive.rows if row.valid.holds_on(day)}
    for change, state in states:
        assert as_known_after(layer, change) == state
    numbers = [
        *Feature.objects.filter(layer=layer).values_list("key", "number"),
        *PastFeature.objects.filter(layer=layer).values_list("key", "number"),
    ]
    assert len(numbers) == len(set(numbers))
    assert layer.revision == 1 + Change.objects.filter(layer=layer).count()


def as_known_after(layer: Layer, change: int) -> set[Held]:
    """What was known after a change, put together from what is in force and what is past."""
    rows = [
        *Feature.objects.filter(layer=layer, change_id__lte=change),
        *PastFeature.objects.filter(layer=layer, change_id__lte=change, superseded_by_id__gt=change),
    ]
    return {Held(row.key, row.properties["seats"], Span(row.valid.lower, row.valid.upper)) for row in rows}


def test_a_span_knows_its_days() -> None:
    assert Span(FIRST, None).holds_on(FIRST) and not Span(None, FIRST).holds_on(FIRST)
    with pytest.raises(Refused):
        Span(FIRST, FIRST)
    assert NewFeature(None, {}).valid == Span()
