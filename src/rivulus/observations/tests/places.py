"""Things for the tests of pages: an air station in Piața Libertății and what it measured."""

import datetime as dt

import numpy as np

from rivulus.kernel import clock
from rivulus.kernel.geometry import box_of, read_geojson, to_wkb
from rivulus.observations.actions import storing
from rivulus.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing
from rivulus.observations.rules.readings import MS, Batch, Readings
from rivulus.observations.terms import ObservationType, ResultKind

PM10 = {"name": "micrograme pe metru cub", "symbol": "ug/m3", "definition": "http://unitsofmeasure.org/ug/m3"}
NAMES = {"name_ro": "Particule PM10", "name_en": "PM10 particles", "name_hu": "PM10 részecskék"}


def make_station(code: str = "libertatii", domain: str = "air", **fields: object) -> Thing:
    point = {"type": "Point", "coordinates": [23.5825, 47.6583]}
    shape = read_geojson(point)
    place = Location.objects.create(
        name="Piața Libertății", location=point, geometry=to_wkb(shape), box=box_of(shape), code=f"place-{code}"
    )
    thing = Thing.objects.create(name=f"Stația {code}", code=code, domain=domain, **fields)
    thing.locations.add(place)
    return thing


def make_series(thing: Thing, code: str = "pm10", period_s: int = 3600, **fields: object) -> Datastream:
    observed, _ = ObservedProperty.objects.get_or_create(
        code=code,
        defaults={
            "name": NAMES["name_ro"],
            "definition": "http://dd.eionet.europa.eu/vocabulary/aq/pollutant/5",
            "properties": {**NAMES, "unit": "ug/m3", "shown": "µg/m³"},
        },
    )
    sensor, _ = Sensor.objects.get_or_create(name="Contor optic", defaults={"description": "Numără particule."})
    return Datastream.objects.create(
        name=f"{code} la {thing.name}",
        code=f"{thing.code}:{code}",
        kind=ResultKind.NUMBER,
        observation_type=ObservationType.MEASUREMENT,
        thing=thing,
        sensor=sensor,
        observed_property=observed,
        unit_of_measurement=PM10,
        period_s=period_s,
        **fields,
    )


def measure(series: Datastream, values: object, *, until: dt.datetime | None = None, step_s: int = 3600) -> None:
    """Store values, the last of them one step before ``until`` (now, if not said)."""
    listed = np.asarray(values, np.float64)
    end = int((until or clock.now()).timestamp()) // step_s * step_s
    times = (end - step_s * np.arange(len(listed), 0, -1, dtype=np.int64)) * 1_000_000 // MS * MS
    known = ~np.isnan(listed)
    readings = Readings(
        times[known],
        listed[known],
        np.full(int(known.sum()), series.pk, np.int32),
        np.zeros(int(known.sum()), np.int32),
    )
    storing.store(by=None, batch=Batch(readings=readings))
