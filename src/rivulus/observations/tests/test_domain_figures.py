"""Facts about the figures of the domains, on the simulated city and on devices described by hand."""

import datetime as dt

import numpy as np
import pytest
from django.conf import settings

from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound
from rivulus.observations.actions import simulation
from rivulus.observations.actions.entities import upsert_things
from rivulus.observations.actions.storing import store
from rivulus.observations.feeds.observation_pack import load
from rivulus.observations.models import Datastream
from rivulus.observations.queries.domain_figures import Figure, list_duty_figures, list_public_figures
from rivulus.observations.queries.domains import get_domain, list_domains
from rivulus.observations.rules.entities import LocationSpec, SensorSpec, SeriesSpec, ThingSpec
from rivulus.observations.rules.readings import HOUR_US, Batch, Readings
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.terms import Domain, Flag

NOW = dt.datetime(2026, 11, 20, 20, 3, tzinfo=dt.UTC)
NOW_US = microseconds(NOW)
PLACE = LocationSpec(location={"type": "Point", "coordinates": [23.58, 47.66]}, name="Piața Libertății")


@pytest.fixture
def pack(db: None) -> None:
    load(by=None, folder=settings.PACK_DIR)


def add(thing: str, domain: str, observed: str, values: dict[int, float], **more: object) -> int:
    """Describe a device with one series and store its readings by time; return the series' number."""
    code = f"{thing}:{observed}" + (f"-{more['fraction']}" if "fraction" in more else "")
    series = SeriesSpec(
        code=code,
        name=code,
        sensor=SensorSpec(code="sensor", name="Senzor"),
        observed_property=observed,
        period_s=int(str(more.get("period_s", 900))),
        is_simulated=bool(more.get("is_simulated")),
        is_public=bool(more.get("is_public", True)),
        properties={"fraction": more["fraction"]} if "fraction" in more else {},
    )
    spec = ThingSpec(
        code=thing,
        name=thing,
        domain=domain,
        locations=(PLACE,),
        series=(series,),
        properties=more.get("properties", {}),  # type: ignore[arg-type]
        is_simulated=bool(more.get("is_simulated")),
    )
    number = upsert_things(by=None, specs=(spec,)).series[code]
    found = Readings.of((number, at, value) for at, value in values.items())
    store(by=None, batch=Batch(found))
    return number


def figures(code: str, *, duty: bool = False) -> dict[str, Figure]:
    listed = list_duty_figures(code, now=NOW) if duty else list_public_figures(code, now=NOW)
    return {figure.spec.code: figure for figure in listed}


def hours(count: int, value: float, end_us: int = NOW_US) -> dict[int, float]:
    last = end_us // HOUR_US * HOUR_US
    return {last - n * HOUR_US // 4: value for n in range(1, 4 * count + 1)}


def test_every_domain_has_both_pages_and_unknown_ones_do_not_exist(pack: None) -> None:
    assert {domain.code for domain in list_domains()} == {str(domain) for domain in Domain}
    for domain in list_domains():
        assert list_public_figures(domain.code, now=NOW) and list_duty_figures(domain.code, now=NOW)
    with pytest.raises(NotFound):
        get_domain("moon")


def test_without_devices_nothing_is_said(pack: None) -> None:
    for domain in Domain:
        assert {figure.value for figure in list_duty_figures(domain, now=NOW)} == {None}


def test_the_simulated_city_has_every_figure_and_says_that_it_is_simulated(pack: None) -> None:
    with clock.frozen(NOW):
        simulation.build_city(by=None, share=0.03)
        simulation.fill_history(by=None, days=4)
    empty = set()
    for domain in Domain:
        for figure in list_duty_figures(domain, now=NOW) + list_public_figures(domain, now=NOW):
            if figure.value is None:
                empty.add(figure.spec.code)
            else:
                assert figure.is_simulated and np.isfinite(figure.value) and figure.places > 0
                assert (figure.band is None) == (not figure.spec.scale)
    # One station alone has no median to differ from.
    assert empty <= {"weather_hottest_spot", "weather_coldest_spot"}


def test_the_worst_station_makes_the_index(pack: None) -> None:
    add("a", "air", "pm10", hours(24, 15))
    add("b", "air", "pm10", hours(24, 60))
    found = figures("air")
    assert (found["air_index_now"].value, found["air_index_now"].where) == (4, "b")
    assert found["air_index_now"].band is not None and found["air_index_now"].band.name.ro == "rău"
    assert found["air_pm10_day"].value == 60
    assert found["air_traffic_advice"].value == 1
    assert not found["air_index_now"].is_simulated


def test_a_day_above_the_limit_counts_and_half_a_day_does_not(pack: None) -> None:
    end = microseconds(dt.datetime(2026, 11, 19, 22, tzinfo=dt.UTC))  # midnight in the city
    whole = hours(24, 70, end)
    half = hours(12, 70, end - 24 * HOUR_US)
    add("a", "air", "pm10", whole | half)
    assert figures("air")["air_exceedance_days"].value == 1


def test_what_is_flagged_stays_out(pack: None) -> None:
    number = add("a", "parking", "free_places", {}, properties={"capacity": 100})
    at = NOW_US - 60_000_000
    reading = Readings(
        np.array([at]), np.array([70.0]), np.array([number], np.int32), np.array([int(Flag.OUT_OF_RANGE)], np.int32)
    )
    store(by=None, batch=Batch(reading))
    assert figures("parking")["parking_free"].value is None


def test_a_figure_that_rests_on_anything_simulated_says_so(pack: None) -> None:
    add("real", "air", "pm10", hours(24, 15))
    add("invented", "air", "no2", hours(24, 60), is_simulated=True)
    found = figures("air")
    assert found["air_index_now"].is_simulated
    assert not found["air_pm10_day"].is_simulated


def test_real_values_are_never_added_to_simulated_ones(pack: None) -> None:
    at = {NOW_US - 60_000_000: 10.0}
    add("invented", "parking", "free_places", at, properties={"capacity": 20}, is_simulated=True)
    assert figures("parking")["parking_free"].value == 10
    assert figures("parking")["parking_free"].is_simulated
    add("real", "parking", "free_places", {NOW_US - 60_000_000: 3.0}, properties={"capacity": 20})
    assert figures("parking")["parking_free"].value == 3
    assert not figures("parking")["parking_free"].is_simulated


def test_what_is_not_public_stands_on_the_duty_page_alone(pack: None) -> None:
    add("a", "parking", "free_places", {NOW_US - 60_000_000: 3.0}, properties={"capacity": 20}, is_public=False)
    assert figures("parking")["parking_free"].value is None
    assert figures("parking", duty=True)["parking_free"].value == 3


def test_old_values_are_not_shown_as_of_now(pack: None) -> None:
    add("a", "parking", "free_places", {NOW_US - 5 * HOUR_US: 3.0}, properties={"capacity": 20})
    assert figures("parking")["parking_free"].value is None
    assert figures("parking", duty=True)["live_share"].value == 0


def test_lden_weighs_evening_and_night(pack: None) -> None:
    add("a", "noise", "noise_laeq", hours(48, 60))
    found = figures("noise")
    # The same level all day: 10 lg ((12 + 4·10^0.5 + 8·10) / 24) above it.
    assert found["noise_lden"].value == pytest.approx(60 + 6.395, abs=0.01)
    assert found["noise_lnight"].value == pytest.approx(60)


def test_a_dark_lamp_at_night_has_failed(pack: None) -> None:
    at = {NOW_US - 60_000_000: 0.3}
    add("a", "lighting", "lamp_power", at, properties={"rated_w": 60})
    add("b", "lighting", "lamp_power", {NOW_US - 60_000_000: 58.0}, properties={"rated_w": 60})
    found = figures("lighting")
    assert (found["lighting_dead"].value, found["lighting_failure_share"].value) == (1, 50)


def test_meters_count_what_they_ran_through_yesterday(pack: None) -> None:
    midnight = microseconds(dt.datetime(2026, 11, 18, 22, tzinfo=dt.UTC))
    add("a", "water", "water_total", {midnight - 1_000_000: 100.0, midnight + 23 * HOUR_US: 112.5})
    assert figures("water")["water_day"].value == 12.5


def test_recycled_share_and_kilograms_per_person(pack: None) -> None:
    noon = microseconds(dt.datetime(2026, 11, 19, 12, tzinfo=dt.UTC))
    served = {"people_served": 1000}
    add("round", "waste", "waste_weight", {noon: 750.0}, properties=served, fraction="residual")
    add("round", "waste", "waste_weight", {noon: 250.0}, properties=served, fraction="paper")
    found = figures("waste")
    assert found["waste_recycled_share"].value == 25
    assert found["waste_per_person"].value == 365
    band = found["waste_recycled_share"].band
    assert band is not None and band.band.code == "some"


def test_tonnes_follow_the_factors_of_the_pack(pack: None) -> None:
    midnight = microseconds(dt.datetime(2026, 11, 18, 22, tzinfo=dt.UTC))
    properties = {"area_m2": 100}
    add(
        "a",
        "energy",
        "electricity_total",
        {midnight - 1_000_000: 0.0, midnight + HOUR_US: 1000.0},
        properties=properties,
    )
    add("a", "energy", "solar_total", {midnight - 1_000_000: 0.0, midnight + HOUR_US: 250.0}, properties=properties)
    found = figures("energy")
    assert found["energy_co2e"].value == pytest.approx(0.24058)
    assert found["energy_renewable_share"].value == 20


def test_a_river_reaches_the_stage_of_its_bars(pack: None) -> None:
    bars = {"attention_cm": 150, "flooding_cm": 200, "danger_cm": 250}
    rising = {NOW_US // HOUR_US * HOUR_US - n * HOUR_US // 4: 210.0 - n * 5 for n in range(12)}
    add("a", "river", "river_level", rising, properties=bars)
    found = figures("river")
    assert found["river_stage"].value == 2
    assert found["river_rise"].value == pytest.approx(20)
    assert Datastream.objects.count() == 1
