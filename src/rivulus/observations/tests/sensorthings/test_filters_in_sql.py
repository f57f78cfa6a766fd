"""What SQL answers is what plain Python answers, for random filters over random small data."""

import datetime as dt
import random
from typing import Any

import pytest
from django.utils.dateparse import parse_datetime
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import mapping, shape

from rivulus.kernel.geometry import box_of, to_wkb
from rivulus.observations.actions.storing import store
from rivulus.observations.models import Datastream, HistoricalLocation, Location, ObservedProperty, Sensor, Thing
from rivulus.observations.rules.filters.checking import check
from rivulus.observations.rules.filters.parser import parse
from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.rules.readings import Annotation, Batch, Readings, Record
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.standards.sensorthings.asking import bounded
from rivulus.observations.standards.sensorthings.entities import SETS
from rivulus.observations.standards.sensorthings.levels import Asked, Level, read_rows
from rivulus.observations.standards.sensorthings.locating import Place
from rivulus.observations.standards.sensorthings.options import OptionError, Options
from rivulus.observations.standards.sensorthings.pages import read_observations
from rivulus.observations.standards.sensorthings.readers import Reader
from rivulus.observations.standards.sensorthings.rendering import ServiceError
from rivulus.observations.terms import Flag, ObservationType, ResultKind
from rivulus.observations.tests.sensorthings.filters import Words
from rivulus.observations.tests.sensorthings.naive import fulfils

pytestmark = pytest.mark.django_db
NOW_US = microseconds(dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC))
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
ANY_VALUES: list[Any] = [
    1,
    2.5,
    -3,
    0,
    "a",
    "A",
    "bș",
    "",
    True,
    False,
    None,
    {"x": 1},
    {"x": "ab"},
    [1, 2],
    "2026-01-02T03:00:00Z",
]
NAMES = ["a", "Abz", " aș ", "Șț", "z'b", "%_", "bb\\"]


def ids_of(name: str, text: str) -> set[int]:
    """Ask the service."""
    asked = Asked(Reader(sees_all=True), "http://x", NOW_US)
    options = Options(filter=parse(text))
    with bounded(30):
        if name == "Observations":
            page = read_observations(asked, Place(SETS[name]), options, 500)
            return {observation_id(key.datastream, key.time) for key in page.keys}
        return {row.id for row in read_rows(Level(SETS[name], options, asked), limit=500)}


def naive_ids(name: str, text: str, rows: list[dict[str, Any]]) -> set[int]:
    """Ask plain Python."""
    level = Level(SETS[name], Options(), Asked(Reader(sees_all=True), "", NOW_US))
    term = check(parse(text), level.compiler.kind_of, NOW_US)
    return {row["id"] for row in rows if fulfils(term, row)}


def any_properties(chance: random.Random) -> dict[str, Any]:
    return {key: chance.choice(ANY_VALUES) for key in "pqr" if chance.random() < 0.8}


def make_things(chance: random.Random) -> list[dict[str, Any]]:
    """Things with two series each at most, as rows for both sides."""
    sensor = Sensor.objects.create(name="s")
    observed = ObservedProperty.objects.create(name="o", definition="d")
    rows = []
    for _number in range(12):
        thing = Thing.objects.create(name=chance.choice(NAMES), properties=any_properties(chance))
        series = []
        for _one in range(chance.choice([0, 1, 1, 2])):
            stream = Datastream.objects.create(
                name=chance.choice(NAMES),
                properties=any_properties(chance),
                thing=thing,
                sensor=sensor,
                observed_property=observed,
                kind=ResultKind.NUMBER,
                observation_type=ObservationType.MEASUREMENT,
            )
            series.append({"id": stream.pk, "name": stream.name, "properties": stream.properties})
        rows.append({"id": thing.pk, "name": thing.name, "properties": thing.properties, "Datastreams": series})
    return rows


def make_history(chance: random.Random, things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for _number in range(15):
        thing = chance.choice(things)
        time_us = NOW_US + chance.randint(-36 * 60, 36 * 60) * 60_000_000 + chance.choice([0, 0, 500_000])
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=time_us)
        row = HistoricalLocation.objects.create(thing_id=thing["id"], time=moment)
        rows.append({"id": row.pk, "time": time_us, "Thing": thing})
    return rows


def make_places(chance: random.Random) -> list[dict[str, Any]]:
    rows = []
    for _number in range(20):
        x, y = chance.randint(0, 9), chance.randint(0, 9)
        size = chance.randint(1, 4)
        geometry: dict[str, Any] = chance.choice(
            [
                {"type": "Point", "coordinates": [x, y]},
                {"type": "LineString", "coordinates": [[x, y], [x + size, y + 1]]},
                mapping(
                    shape({"type": "Polygon", "coordinates": [[[x, y], [x + size, y], [x + size, y + 2], [x, y]]]})
                ),
            ]
        )
        found = shape(geometry)
        plain = {"type": geometry["type"], "coordinates": geometry["coordinates"]}
        row = Location.objects.create(
            name=chance.choice(NAMES), location=plain, geometry=to_wkb(found), box=box_of(found)
        )
        rows.append({"id": row.pk, "name": row.name, "location": plain, "properties": {}})
    return rows


def make_observations(chance: random.Random, things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Observations of every kind of result, some with more said of them, as rows for both sides."""
    streams = []
    for kind in (ResultKind.NUMBER, ResultKind.NUMBER, ResultKind.ANY):
        thing = chance.choice(things)
        stream = Datastream.objects.create(
            name=chance.choice(NAMES),
            thing_id=thing["id"],
            sensor=Sensor.objects.earliest("id"),
            observed_property=ObservedProperty.objects.earliest("id"),
            kind=kind,
            observation_type=ObservationType.ANY,
        )
        shown = {"id": stream.pk, "name": stream.name, "properties": {}, "Thing": thing}
        streams.append((stream.pk, kind, shown))
    return _stored(chance, streams)


def _stored(chance: random.Random, streams: list[Any]) -> list[dict[str, Any]]:
    numbers, records, annotations, rows = [], [], [], []
    qualities = []
    for number, kind, shown in streams:
        for minute in chance.sample(range(-2000, 2000), 12):
            time_us = NOW_US + minute * 60_000_000
            row: dict[str, Any] = {"id": observation_id(number, time_us), "Datastream": shown}
            said = _annotation(chance, number, time_us) if chance.random() < 0.5 else None
            quality = Flag.ANNOTATED if said else chance.choice([0, Flag.RESULT_TIME_SAME])
            row["phenomenonTime"] = (time_us, (said and said.end_time) or time_us)
            row["resultTime"] = said.result_time if said else (time_us if quality else None)
            row["parameters"] = said.parameters if said else None
            result = chance.choice([1.0, 2.5, -3.0, 7.0]) if kind == ResultKind.NUMBER else chance.choice(ANY_VALUES)
            row["result"] = result
            if kind == ResultKind.NUMBER:
                numbers.append((number, time_us, result))
                qualities.append(int(quality))
            else:
                records.append(Record(number, time_us, result, int(quality)))
            annotations += [said] if said else []
            rows.append(row)
    readings = Readings.of(numbers)
    readings.quality[:] = qualities
    store(by=None, batch=Batch(readings, tuple(records), tuple(annotations)))
    return rows


def _annotation(chance: random.Random, number: int, time_us: int) -> Annotation:
    return Annotation(
        number,
        time_us,
        end_time=time_us + chance.choice([60, 3600]) * 1_000_000 if chance.random() < 0.7 else None,
        result_time=time_us + chance.choice([0, 90]) * 1_000_000 if chance.random() < 0.7 else None,
        parameters={"p": chance.choice(ANY_VALUES)} if chance.random() < 0.7 else None,
    )


def agree(name: str, words: Words, rows: list[dict[str, Any]]) -> None:
    """Compare both sides for many filters."""

    _agree(name, words.condition(2), rows)


def _agree(name: str, conditions: st.SearchStrategy[str], rows: list[dict[str, Any]]) -> None:
    @MANY
    @given(conditions)
    def both_say_the_same(text: str) -> None:
        try:
            expected = naive_ids(name, text, rows)
        except OverflowError:
            return
        assert ids_of(name, text) == expected, text

    both_say_the_same()


PROPERTIES = ["properties/p", "properties/q", "properties/r/x", "properties/p/1"]


def test_filters_of_things_and_of_their_series() -> None:
    things = make_things(random.Random(1))
    names = ["name", "Datastreams/name"]
    agree("Things", Words(texts=names, any_=[*PROPERTIES, "Datastreams/properties/p"], numbers=["id"]), things)


def test_filters_of_times() -> None:
    chance = random.Random(2)
    rows = make_history(chance, make_things(chance))
    words = Words(texts=["Thing/name"], any_=["Thing/properties/p", "Thing/properties/q"], instants=["time"])
    agree("HistoricalLocations", words, rows)


def test_filters_of_places() -> None:
    rows = make_places(random.Random(3))
    agree("Locations", Words(texts=["name"], any_=["location/type", "properties/p"], places=["location"]), rows)


def test_filters_of_observations() -> None:
    chance = random.Random(4)
    rows = make_observations(chance, make_things(chance))
    words = Words(
        texts=["Datastream/name", "Datastream/Thing/name"],
        any_=["result", "parameters/p", "Datastream/Thing/properties/p"],
        instants=["resultTime"],
        intervals=["phenomenonTime"],
    )
    agree("Observations", words, rows)


def observed_things(chance: random.Random) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Things and series, as rows for both sides, with their observations; some have none."""
    things = make_things(chance)
    observed: dict[int, list[dict[str, Any]]] = {}
    for row in make_observations(chance, things):
        observed.setdefault(row["Datastream"]["id"], []).append(row)
    series = []
    for stream in Datastream.objects.order_by("id"):
        own = {"id": stream.pk, "name": stream.name, "properties": stream.properties}
        series.append({**own, "Thing": stream.thing_id, "Observations": observed.get(stream.pk, [])})
    for thing in things:
        thing["Datastreams"] = [one for one in series if one["Thing"] == thing["id"]]
    return things, series


def either(said: Words, own: Words) -> st.SearchStrategy[str]:
    """Conditions about observations and about the rest, joined in every way, but each about one of them."""
    one = st.one_of(said.condition(0), said.condition(0), own.condition(0))
    two = st.one_of(
        one,
        st.builds("({} and {})".format, one, one),
        st.builds("({} or {})".format, one, one),
        st.builds("not ({})".format, one),
    )
    return st.one_of(two, st.builds("({} and {})".format, two, two), st.builds("not ({})".format, two))


@pytest.mark.parametrize(("name", "way"), [("Datastreams", "Observations"), ("Things", "Datastreams/Observations")])
def test_filters_of_other_sets_by_their_observations(name: str, way: str) -> None:
    things, series = observed_things(random.Random(6))
    said = Words(
        texts=[f"{way}/parameters/p"],
        any_=[f"{way}/result", f"{way}/parameters/p"],
        instants=[f"{way}/resultTime"],
        intervals=[f"{way}/phenomenonTime"],
    )
    own = Words(texts=["name"], any_=PROPERTIES)
    _agree(name, either(said, own), series if name == "Datastreams" else things)


def test_what_is_said_of_one_way_is_said_of_one_observation() -> None:
    things, _series = observed_things(random.Random(7))
    for text in (
        "Datastreams/name eq 'a' and Datastreams/Observations/result gt 2",
        "Datastreams/Observations/result gt 2 and Datastreams/Observations/result lt 3",
        "(Datastreams/Observations/result gt 6 or name eq 'a') and not (Datastreams/Observations/result lt 5)",
        "Datastreams/Observations/result eq null",
    ):
        assert ids_of("Things", text) == naive_ids("Things", text, things), text


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("Datastreams", "Observations/result gt properties/p", "compared with values"),
        ("FeaturesOfInterest", "Observations/result gt 5", "only what has series"),
        ("Observations", "Datastream/Observations/result gt 5", "not filtered by one another"),
        ("Things", " and ".join(["(Datastreams/Observations/result gt 5 or name eq 'a')"] * 4), "alternatives"),
    ],
)
def test_filters_that_no_search_answers_are_refused_with_a_sentence(name: str, text: str, sentence: str) -> None:
    observed_things(random.Random(8))
    with pytest.raises((ServiceError, OptionError), match=sentence):
        ids_of(name, text)


def test_a_moment_in_json_is_read_as_one() -> None:
    assert parse_datetime("2026-01-02T03:00:00Z") is not None
    things = make_things(random.Random(5))
    text = "properties/p gt 2026-01-01T00:00:00Z or properties/q lt 2030-01-01T00:00:00Z"
    assert ids_of("Things", text) == naive_ids("Things", text, things) != set()
