"""Facts about describing things by code."""

import threading
from dataclasses import replace

import pytest
from django.db import connection

from rivulus.journal.models import Line
from rivulus.kernel.errors import Refused
from rivulus.observations.actions import entities
from rivulus.observations.models import (
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    Sensor,
    Supplier,
    TaskingCapability,
    Thing,
)
from rivulus.observations.rules.entities import (
    ActuatorSpec,
    CapabilitySpec,
    LocationSpec,
    PartSpec,
    PropertySpec,
    SensorSpec,
    SeriesSpec,
    ThingSpec,
)
from rivulus.observations.terms import OM, ObservationType, ResultKind

SQUARE = {"type": "Point", "coordinates": [23.5795, 47.6587]}
BRIDGE = {"type": "Point", "coordinates": [23.5712, 47.6561]}
PM10 = PropertySpec(code="pm10", name="PM10", definition="http://dd.eionet.europa.eu/vocabulary/aq/pollutant/5")
OPTICAL = SensorSpec(code="optical", name="Optical counter")
CELSIUS = {"name": "degree Celsius", "symbol": "°C", "definition": "ucum:Cel"}


def series(code: str = "air-1:pm10", **changes: object) -> SeriesSpec:
    return replace(SeriesSpec(code=code, name="PM10", sensor=OPTICAL, observed_property=PM10), **changes)


def station(code: str = "air-1", **changes: object) -> ThingSpec:
    places = (LocationSpec(location=SQUARE),)
    return replace(ThingSpec(code=code, name="Station", domain="air", locations=places, series=(series(),)), **changes)


@pytest.mark.django_db
def test_a_thing_is_described_with_its_place_and_its_series() -> None:
    thing = entities.upsert_thing(by=None, spec=station())
    found = Datastream.objects.get(code="air-1:pm10")
    assert (found.thing_id, found.kind, found.observed_property.code) == (thing.pk, "number", "pm10")
    assert found.unit_of_measurement == {"name": None, "symbol": None, "definition": None}
    place = thing.locations.get()
    assert place.name == "Station" and place.box == (23.5795, 47.6587, 23.5795, 47.6587)
    assert HistoricalLocation.objects.get(thing=thing).locations.get() == place
    assert FeatureOfInterest.objects.get(location=place).feature == SQUARE


@pytest.mark.django_db
def test_describing_twice_changes_nothing_and_takes_no_numbers() -> None:
    first = entities.upsert_things(by=None, specs=[station()])
    lines = Line.objects.count()
    again = entities.upsert_things(by=None, specs=[station()])
    assert (again.things, again.series, again.added, again.changed) == (first.things, first.series, 0, 0)
    assert Line.objects.count() == lines
    assert HistoricalLocation.objects.count() == 1
    new = entities.upsert_things(by=None, specs=[station("air-2", series=(series("air-2:pm10"),))])
    assert new.series["air-2:pm10"] == first.series["air-1:pm10"] + 1


@pytest.mark.django_db
def test_what_differs_is_changed_and_written_in_the_journal() -> None:
    entities.upsert_things(by=None, specs=[station()])
    done = entities.upsert_things(by=None, specs=[station(name="Station of the square")])
    assert (done.added, done.changed) == (0, 2)  # the place has the name of its thing
    assert Thing.objects.get().name == "Station of the square"
    line = Line.objects.get(verb="observations.things.described", content__changed=2)
    assert line.content["codes"] == ["Thing:air-1", "Location:air-1:place"]


@pytest.mark.django_db
def test_a_corrected_position_corrects_the_feature_and_a_new_place_is_history() -> None:
    entities.upsert_things(by=None, specs=[station()])
    entities.upsert_things(by=None, specs=[station(locations=(LocationSpec(location=BRIDGE),))])
    assert FeatureOfInterest.objects.get().feature == BRIDGE
    assert HistoricalLocation.objects.count() == 1
    entities.upsert_things(by=None, specs=[station(locations=(LocationSpec(location=SQUARE, code="square"),))])
    assert HistoricalLocation.objects.count() == 2
    assert Thing.objects.get().locations.get().code == "square"


@pytest.mark.django_db
def test_six_hundred_things_are_described_in_few_queries(django_assert_max_num_queries: object) -> None:
    specs = [
        station(f"air-{n}", series=tuple(series(f"air-{n}:{m}") for m in range(4)), is_simulated=True)
        for n in range(600)
    ]
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        done = entities.upsert_things(by=None, specs=specs)
    assert (len(done.things), len(done.series)) == (600, 2400)
    assert Datastream.objects.filter(is_simulated=True).count() == 2400
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        assert entities.upsert_things(by=None, specs=specs).added == 0


@pytest.mark.django_db
def test_sensors_and_properties_may_be_named_by_their_code() -> None:
    entities.upsert_properties(by=None, specs=[PM10])
    with pytest.raises(Refused, match="No Sensor has the code optical"):
        entities.upsert_thing(by=None, spec=station(series=(series(sensor="optical", observed_property="pm10"),)))
    Sensor.objects.create(code="optical", name="x")
    entities.upsert_thing(by=None, spec=station(series=(series(sensor="optical", observed_property="pm10"),)))
    assert Datastream.objects.get().sensor.code == "optical"


@pytest.mark.django_db
def test_a_series_of_several_properties_keeps_their_order() -> None:
    hot = PropertySpec(code="temperature", name="Temperature", definition="http://example.org/t")
    parts = (PartSpec(observed_property=hot, unit=CELSIUS), PartSpec(observed_property=PM10))
    multi = series(observed_property=None, parts=parts)
    entities.upsert_thing(by=None, spec=station(series=(multi,)))
    row = Datastream.objects.get()
    assert (row.kind, row.observation_type) == ("multi", str(ObservationType.COMPLEX))
    assert list(row.parts.order_by("position").values_list("observed_property__code", flat=True)) == [
        "temperature",
        "pm10",
    ]
    entities.upsert_thing(by=None, spec=station(series=(replace(multi, parts=parts[:1]),)))
    assert row.parts.count() == 1


@pytest.mark.django_db
def test_a_series_keeps_its_thing_and_the_kind_of_its_results() -> None:
    entities.upsert_thing(by=None, spec=station())
    with pytest.raises(Refused, match="belongs to another thing"):
        entities.upsert_thing(by=None, spec=station("air-2"))
    with pytest.raises(Refused, match="results of another kind"):
        entities.upsert_thing(by=None, spec=station(series=(series(observation_type=ObservationType.CATEGORY),)))


@pytest.mark.django_db
def test_one_supplier_does_not_take_the_thing_of_another() -> None:
    ana, dan = (Supplier.objects.create(code=code, name=code) for code in ("ana", "dan"))
    entities.upsert_thing(by=None, spec=station(supplier=ana.pk))
    with pytest.raises(Refused, match="belongs to another supplier"):
        entities.upsert_thing(by=None, spec=station(supplier=dan.pk, name="Mine now"))
    entities.upsert_thing(by=None, spec=station(name="Renamed by the city"))
    assert Thing.objects.get().supplier_id == ana.pk


@pytest.mark.django_db
def test_what_a_thing_can_be_told_is_described_too() -> None:
    record = {"type": "DataRecord", "field": [{"name": "level", "type": "Count"}]}
    dim = CapabilitySpec(
        code="lamp-1:dim", name="Dim", actuator=ActuatorSpec(code="dimmer", name="Dimmer"), tasking_parameters=record
    )
    entities.upsert_thing(by=None, spec=station(capabilities=(dim,)))
    assert TaskingCapability.objects.get().actuator.code == "dimmer"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "may not be empty"),
        ({"name": "x" * 256}, "255 characters"),
        ({"code": "a\x00b"}, "NUL"),
        ({"domain": "astrology"}, "No domain"),
        ({"properties": {"x": float("nan")}}, "NaN"),
        ({"properties": {"x": "\ud800"}}, "half a character"),
        ({"locations": (LocationSpec(location={"type": "Point", "coordinates": [200, 95]}),)}, "Longitudes"),
        ({"locations": (LocationSpec(location="somewhere"),)}, "GeoJSON"),
        ({"series": (series(period_s=0),)}, "whole number of seconds"),
        ({"series": (series(limits={"minimum": 5, "maximum": 1}),)}, "above"),
        ({"series": (series(limits={"minimun": 5}),)}, "No limit"),
        ({"series": (series(observation_type="number"),)}, "observationType"),
        ({"series": (series(observed_property=None),)}, "one observed property"),
        ({"series": (series(unit={"sign": "°C"}),)}, "no sign"),
    ],
)
@pytest.mark.django_db
def test_what_is_wrong_is_said_and_nothing_is_kept(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        entities.upsert_things(by=None, specs=[station(), station(**{"code": "air-2", "series": (), **wrong})])
    assert not Thing.objects.exists()


def test_a_type_of_observation_tells_the_kind_of_result() -> None:
    from rivulus.observations.rules.entities import find_kind

    assert find_kind(ObservationType.COUNT) is ResultKind.NUMBER
    assert find_kind(ObservationType.TRUTH) is ResultKind.BOOLEAN
    assert find_kind(ObservationType.COMPLEX) is ResultKind.ANY
    assert find_kind(OM + "OM_GeometryObservation") is ResultKind.ANY
    assert find_kind("anything", is_multi=True) is ResultKind.MULTI


@pytest.mark.django_db(transaction=True)
def test_those_who_describe_the_same_things_at_once_make_them_once() -> None:
    specs = [station(f"air-{n}", series=(series(f"air-{n}:pm10"),)) for n in range(20)]
    results: list[object] = []

    def describe(order: int) -> None:
        try:
            results.append(entities.upsert_things(by=None, specs=specs if order else specs[::-1]).things)
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=describe, args=(n % 2,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results[0] == results[1] == results[2] == results[3], results
    assert (Thing.objects.count(), Datastream.objects.count(), Location.objects.count()) == (20, 20, 20)
    assert HistoricalLocation.objects.count() == 20
