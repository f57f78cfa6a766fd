"""How long questions of SensorThings take, through the whole of the web process but the socket.

    ./rivulus bench observations sensorthings --things 1000 --days 60

Every thing has one series with an observation every half hour; weeks that ended are compacted. Each question is asked
several times; the median and the slowest are shown.
"""

import argparse
import datetime as dt
import statistics
import time
from typing import Any

import numpy as np

QUESTIONS = (
    ("latest of every thing", "Things?$top=1000&$expand=Datastreams($expand=Observations($top=1;$orderby=phenomenonTime desc))"),
    ("the same, only what a map shows", "Things?$top=1000&$select=id,name&$expand=Datastreams($select=id;$expand="
     "Observations($select=result,phenomenonTime;$top=1;$orderby=phenomenonTime desc))"),
    ("100 newest of one series", "Datastreams({series})/Observations?$orderby=phenomenonTime desc"),
    ("100 oldest of one series (packed)", "Datastreams({series})/Observations"),
    ("100 newest of all", "Observations?$orderby=phenomenonTime desc"),
    ("100 of one thing's name and a value", "Observations?$filter=Datastream/Thing/name eq 'Thing 7' and result gt 5&$orderby=phenomenonTime desc"),
    ("1,000 things", "Things?$top=1000"),
    ("things near a place", "Things?$filter=geo.distance(Locations/location, geography'POINT (23.55 47.65)') lt 0.01"),
    ("a year by day", "Datastreams({series})/Observations?bucket=day&aggregate=max"),
    ("10,000 as data array", "Observations?$resultFormat=dataArray&$top=10000&$orderby=phenomenonTime desc"),
)  # fmt: skip


def run(arguments: list[str]) -> int:
    """Fill a database and ask; the exit status is 0."""
    parser = argparse.ArgumentParser(prog="./rivulus bench observations sensorthings")
    parser.add_argument("--things", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args(arguments)
    series = _describe(chosen.things)
    total = _fill(series, chosen.days)
    print(f"{len(series):,} things with a series each, {total:,} observations of {chosen.days} days.")
    for name, question in QUESTIONS:
        _ask(name, question.format(series=series[len(series) // 2]), chosen.rounds)
    return 0


def _describe(count: int) -> list[int]:
    from rivulus.kernel.geometry import box_of, read_geojson, to_wkb
    from rivulus.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing

    things = Thing.objects.bulk_create([Thing(name=f"Thing {n}", properties={"n": n}) for n in range(count)])
    places = []
    for number in range(count):
        point = {"type": "Point", "coordinates": [23.5 + number % 40 / 200, 47.6 + number // 40 / 250]}
        shape = read_geojson(point)
        places.append(Location(name=f"Place {number}", location=point, geometry=to_wkb(shape), box=box_of(shape)))
    Location.objects.bulk_create(places)
    between: Any = Thing.locations.through
    between.objects.bulk_create(
        [between(thing_id=thing.pk, location_id=place.pk) for thing, place in zip(things, places, strict=True)]
    )
    sensor = Sensor.objects.create(name="Bench")
    observed = ObservedProperty.objects.create(name="Temperature", definition="https://example.org/temperature")
    series = [
        Datastream(name="Series", kind="number", thing=thing, sensor=sensor, observed_property=observed)
        for thing in things
    ]
    return sorted(one.pk for one in Datastream.objects.bulk_create(series))


def _fill(series: list[int], days: int) -> int:
    """Half-hourly values, stored week by week, then closed and compacted as every night."""
    from rivulus.observations.actions import compaction, rollups
    from rivulus.observations.actions.storing import store
    from rivulus.observations.rules.readings import Batch, Readings

    now_us = int(dt.datetime.now(dt.UTC).timestamp()) // 1800 * 1_800_000_000
    times = now_us - np.arange(days * 48, dtype=np.int64)[::-1] * 1_800_000_000
    ids, random = np.array(series, np.int32), np.random.default_rng(1)
    for part in np.array_split(times, max(1, days // 7)):
        time_us, who = np.tile(part, len(ids)), np.repeat(ids, len(part))
        value = np.round(random.normal(15, 5, len(who)), 1)
        store(by=None, batch=Batch(Readings(time_us, value, who, np.zeros(len(who), np.int32))))
    rollups.close_hours(by=None)
    rollups.recount(by=None, most=1_000_000)
    compaction.compact(by=None, most=1_000)
    return len(times) * len(ids)


def _ask(name: str, question: str, rounds: int) -> None:
    from django.test import Client

    import rivulus.config.wsgi  # noqa: F401  what the web process does when it starts

    client, took, worked, size = Client(), list[float](), list[float](), 0
    for _round in range(rounds):
        began, cpu = time.perf_counter(), time.process_time()
        response = client.get(f"/sensorthings/v1.1/{question}", headers={"host": "localhost"})
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - cpu) * 1000)
        size = len(response.content)
        assert response.status_code == 200, response.content[:500]
    print(
        f"{name:40} {statistics.median(took):6.1f} ms (fastest {min(took):.1f}, slowest {max(took):.1f}), of which"
        f" {statistics.median(worked):.1f} ms of Python's own; {size / 1024:,.0f} KiB"
    )
