"""Facts about what the city's measurements report to the strategy."""

import csv
import datetime as dt

import pytest
from django.conf import settings

from rivulus.kernel import clock
from rivulus.kernel.probes import Reading, find_probe, list_probes
from rivulus.observations.actions import simulation
from rivulus.observations.actions.entities import upsert_things
from rivulus.observations.actions.storing import store
from rivulus.observations.actions.suppliers import create_supplier
from rivulus.observations.feeds.observation_pack import load
from rivulus.observations.models import Connector
from rivulus.observations.queries import probes
from rivulus.observations.rules.entities import SensorSpec, SeriesSpec, ThingSpec
from rivulus.observations.rules.readings import HOUR_US, Batch, Readings
from rivulus.observations.rules.weeks import microseconds

NOW = dt.datetime(2026, 11, 20, 10, 3, tzinfo=dt.UTC)
NOW_US = microseconds(NOW)
NAMES = [probe.name for probe in probes.PROBES]


@pytest.fixture(autouse=True)
def pack(db: None) -> None:
    load(by=None, folder=settings.PACK_DIR)


def ask(name: str) -> Reading:
    probe = find_probe(name)
    assert probe is not None
    return probe.compute(NOW)


def add(thing: str, domain: str, observed: str, values: dict[int, float], **more: object) -> None:
    series = SeriesSpec(
        code=f"{thing}:{observed}:{more.get('fraction', '')}",
        name=thing,
        sensor=SensorSpec(code="sensor", name="Senzor"),
        observed_property=observed,
        period_s=900,
        is_public=bool(more.get("is_public", True)),
        properties={"fraction": more["fraction"]} if "fraction" in more else {},
    )
    supplier = more.get("supplier")
    assert supplier is None or isinstance(supplier, int)
    numbers = more.get("properties") or {}
    assert isinstance(numbers, dict)
    spec = ThingSpec(code=thing, name=thing, domain=domain, series=(series,), properties=numbers, supplier=supplier)
    number = upsert_things(by=None, specs=(spec,)).series[series.code]
    store(by=None, batch=Batch(Readings.of((number, at, value) for at, value in values.items())))


@pytest.mark.parametrize("name", NAMES)
def test_without_devices_there_is_no_value(name: str) -> None:
    reading = ask(name)
    assert (reading.value, reading.simulated) == (None, False)


def test_simulated_devices_never_count() -> None:
    with clock.frozen(NOW):
        simulation.build_city(by=None, share=0.02)
        simulation.fill_history(by=None, days=3)
    for name in NAMES:
        reading = ask(name)
        assert reading.value is None or reading.simulated, name
    assert ask("environment_series_live").value is not None


def test_one_real_station_counts_alone_beside_simulated_ones() -> None:
    with clock.frozen(NOW):
        simulation.build_city(by=None, share=0.02)
        simulation.fill_history(by=None, days=1)
    add("real", "air", "pm10", {NOW_US - 60_000_000: 20.0})
    assert ask("environment_series_live") == Reading(1.0, {"series": 1, "live": 1})


def test_a_silent_station_lowers_the_share() -> None:
    add("speaks", "air", "pm10", {NOW_US - 60_000_000: 20.0})
    add("silent", "noise", "noise_laeq", {NOW_US - 5 * HOUR_US: 60.0})
    add("no-environment", "parking", "free_places", {NOW_US - 60_000_000: 20.0})
    assert ask("environment_stations_live_share") == Reading(50.0, {"stations": 2, "live": 1})


def test_only_public_domains_are_open() -> None:
    add("a", "air", "pm10", {NOW_US - 60_000_000: 20.0})
    add("b", "parking", "free_places", {NOW_US - 60_000_000: 20.0}, is_public=False)
    assert ask("observation_open_api") == Reading(1.0, {"domains": "air", "series": 1})


def test_sources_are_suppliers_and_connectors() -> None:
    supplier = create_supplier(by=None, code="firm", name="Firmă")
    add("a", "air", "pm10", {NOW_US - 60_000_000: 20.0}, supplier=supplier.pk)
    assert ask("integrated_sources").value == 1
    Connector.objects.create(code="source", last_success_at=NOW - dt.timedelta(hours=2))
    Connector.objects.create(code="old", last_success_at=NOW - dt.timedelta(days=2))
    assert ask("integrated_sources").value == 2


def test_the_recycled_share_says_what_was_weighed() -> None:
    noon = microseconds(dt.datetime(2026, 11, 19, 12, tzinfo=dt.UTC))
    add("round", "waste", "waste_weight", {noon: 60.0}, fraction="residual")
    add("round", "waste", "waste_weight", {noon: 40.0}, fraction="glass")
    assert ask("waste_recycled_share") == Reading(40.0, {"glass_kg": 40, "residual_kg": 60, "days": 1, "rounds": 1})


def test_energy_and_tonnes_of_buildings() -> None:
    midnight = microseconds(dt.datetime(2026, 11, 18, 22, tzinfo=dt.UTC))
    add("a", "energy", "electricity_total", {midnight - 1_000_000: 0.0, midnight + HOUR_US: 3000.0})
    add("a", "energy", "solar_total", {midnight - 1_000_000: 0.0, midnight + HOUR_US: 1000.0})
    assert ask("renewable_share").value == 25
    assert ask("co2e_tonnes").value == 0.72


def test_savings_are_for_the_same_weather() -> None:
    midnight = microseconds(dt.datetime(2026, 11, 18, 22, tzinfo=dt.UTC))
    baseline = {"baseline_kwh_day": 100, "baseline_kwh_degree_day": 10}
    add("a", "energy", "gas_total", {midnight - 1_000_000: 0.0, midnight + HOUR_US: 100.0}, properties=baseline)
    add("w", "weather", "temperature", {midnight + n * HOUR_US: 8.0 for n in range(24)})
    # 18 − 8 = 10 degree days: 200 kWh expected, 100 used.
    assert ask("building_energy_trend") == Reading(50.0, {"expected_kwh": 200, "used_kwh": 100, "buildings": 1})


def test_every_link_of_the_pack_names_a_probe_that_exists() -> None:
    with (settings.PACK_DIR / "criterion_probes.csv").open(newline="", encoding="utf-8") as stream:
        linked = {row["probe"] for row in csv.DictReader(stream)}
    assert linked <= {probe.name for probe in list_probes()}
    assert set(NAMES) <= linked
