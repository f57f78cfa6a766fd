"""A small city for tests of SensorThings: two stations, a private meter, a lamp that can be dimmed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import shape

from rivulus.kernel.geometry import box_of, to_wkb
from rivulus.observations.actions.storing import store
from rivulus.observations.models import (
    Actuator,
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    MultiDatastreamPart,
    ObservedProperty,
    Sensor,
    Supplier,
    Task,
    TaskingCapability,
    Thing,
)
from rivulus.observations.rules.readings import Annotation, Batch, Readings, Record
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.terms import Flag, ObservationType, ResultKind

START = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
START_US = microseconds(START)
HOUR_US = 3_600_000_000
SQUARE = {"type": "Point", "coordinates": [23.58, 47.66]}
PARK = {"type": "Point", "coordinates": [23.60, 47.65]}
BLOCK = {"type": "Polygon", "coordinates": [[[23.5, 47.6], [23.51, 47.6], [23.51, 47.61], [23.5, 47.61], [23.5, 47.6]]]}


@dataclass(frozen=True, slots=True)
class City:
    """What was made, by name."""

    square: Thing
    park: Thing
    meter: Thing
    lamp: Thing
    no2: Datastream
    state: Datastream
    bikes: Datastream
    weather: Datastream
    private: Datastream
    supplier: Supplier
    capability: TaskingCapability


def place(name: str, geometry: dict[str, Any]) -> Location:
    found = shape(geometry)
    location = Location.objects.create(name=name, location=geometry, geometry=to_wkb(found), box=box_of(found))
    FeatureOfInterest.objects.create(
        name=name, feature=geometry, geometry=to_wkb(found), box=box_of(found), location=location
    )
    return location


def put(thing: Thing, location: Location, at: dt.datetime) -> None:
    thing.locations.set([location])
    HistoricalLocation.objects.create(thing=thing, time=at).locations.set([location])


def build() -> City:
    """Make the city through its models, and its observations through the store."""
    supplier = Supplier.objects.create(code="aer", name="Aer SRL")
    no2 = ObservedProperty.objects.create(name="NO2", definition="http://example.org/no2", description="dioxid")
    state = ObservedProperty.objects.create(name="state", definition="http://example.org/state")
    count = ObservedProperty.objects.create(name="count", definition="http://example.org/count")
    probe = Sensor.objects.create(name="Probă ș", encoding_type="text/plain", metadata="https://example.org/x")
    loop = Sensor.objects.create(name="Loop", encoding_type="text/plain", metadata="loop")
    square = Thing.objects.create(
        name="Piața Libertății", domain="air", properties={"kind": "urban", "n": 5, "ok": True}
    )
    park = Thing.objects.create(
        name="Park", domain="traffic", properties={"kind": "green", "n": 7.5}, is_simulated=True
    )
    meter = Thing.objects.create(name="Meter", domain="water", is_public=False, supplier=supplier)
    lamp = Thing.objects.create(name="Lamp", domain="lighting", properties={"tags": ["a", {"b": 1}]})
    for thing, name, geometry in (
        (square, "Square", SQUARE),
        (park, "Park", PARK),
        (meter, "Cellar", BLOCK),
    ):
        put(thing, place(name, geometry), START - dt.timedelta(days=400))
    common = {"observation_type": ObservationType.MEASUREMENT, "kind": ResultKind.NUMBER}
    unit = {"name": "microgram per cubic metre", "symbol": "µg/m³", "definition": "http://example.org/ugm3"}
    series_no2 = Datastream.objects.create(
        name="NO2 Square", thing=square, sensor=probe, observed_property=no2, unit_of_measurement=unit, **common
    )
    series_state = Datastream.objects.create(
        name="State",
        thing=square,
        sensor=probe,
        observed_property=state,
        observation_type=ObservationType.CATEGORY,
        kind=ResultKind.TEXT,
        unit_of_measurement={"name": None, "symbol": None, "definition": None},
    )
    series_bikes = Datastream.objects.create(
        name="Bikes",
        thing=park,
        sensor=loop,
        observed_property=count,
        is_simulated=True,
        unit_of_measurement={"name": "bike", "symbol": "1", "definition": "x"},
        kind=ResultKind.NUMBER,
        observation_type=ObservationType.COUNT,
    )
    series_weather = Datastream.objects.create(
        name="Weather", thing=square, sensor=probe, observation_type=ObservationType.COMPLEX, kind=ResultKind.MULTI
    )
    for position, observed in enumerate((no2, count)):
        MultiDatastreamPart.objects.create(
            datastream=series_weather,
            position=position,
            observed_property=observed,
            observation_type=ObservationType.MEASUREMENT,
            unit_of_measurement=unit,
        )
    series_private = Datastream.objects.create(
        name="Flow", thing=meter, sensor=loop, observed_property=count, unit_of_measurement=unit, **common
    )
    actuator = Actuator.objects.create(name="Dimmer", encoding_type="text/plain", metadata="d")
    capability = TaskingCapability.objects.create(
        name="Dim", thing=lamp, actuator=actuator, tasking_parameters={"type": "DataRecord", "field": []}
    )
    Task.objects.create(tasking_capability=capability, tasking_parameters={"level": 40})
    city = City(
        square,
        park,
        meter,
        lamp,
        series_no2,
        series_state,
        series_bikes,
        series_weather,
        series_private,
        supplier,
        capability,
    )
    store(by=None, batch=first_batch(city))
    return city


def first_batch(city: City) -> Batch:
    """Fifty hours of NO2 and bikes, a few states and pairs; one observation of a stretch of time."""
    rows = [(city.no2.pk, START_US + hour * HOUR_US, 10.0 + hour % 7 + 0.5 * (hour % 2)) for hour in range(50)]
    rows += [(city.bikes.pk, START_US + hour * HOUR_US, float(hour)) for hour in range(30)]
    rows += [(city.private.pk, START_US + hour * HOUR_US, 1.5) for hour in range(3)]
    readings = Readings.of(rows)
    readings.quality[0] = Flag.ANNOTATED
    readings.quality[1] = Flag.RESULT_TIME_SAME
    readings.quality[2] = Flag.OUT_OF_RANGE
    return Batch(
        readings,
        (
            Record(city.state.pk, START_US, "dry"),
            Record(city.state.pk, START_US + HOUR_US, "wet"),
            Record(city.weather.pk, START_US, [12.5, 3]),
        ),
        (
            Annotation(
                city.no2.pk,
                START_US,
                end_time=START_US + HOUR_US,
                result_time=START_US + 2 * HOUR_US,
                valid_from=START_US,
                valid_to=START_US + HOUR_US,
                result_quality={"nil": "none"},
                parameters={"wind": 3},
            ),
        ),
    )


def points(count: int) -> list[shapely.Point]:
    """A grid of points around the city."""
    return [shapely.Point(23.5 + index % 10 / 100, 47.6 + index // 10 / 100) for index in range(count)]
