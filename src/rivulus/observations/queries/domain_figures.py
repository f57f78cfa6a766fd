"""The figures of a domain, as its page and its duty page show them."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rivulus.observations.queries.domains import get_declared, get_domain
from rivulus.observations.queries.figures import buildings, sight, street, surroundings
from rivulus.observations.queries.figures.sight import Found, Sight
from rivulus.observations.queries.visible import shows_simulated
from rivulus.observations.rules.domains.declared import DomainSpec, FigureSpec, NamedBand
from rivulus.observations.rules.domains.scales import find_band

type Calculation = Callable[[Sight], Found]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its words, and what it was computed from: ``at_us`` is when its newest part was measured, or when the
    day began of which it is.

    ``value`` is None when nothing can be said; ``band`` its place on the figure's scale; ``where`` the place that decides it.
    """

    spec: FigureSpec
    value: float | None
    band: NamedBand | None
    at_us: int | None
    places: int
    where: str
    thing: int | None
    is_simulated: bool
    is_step: bool = False  # the number only counts the steps of the scale: the word says it
    days: int | None = None  # measured, where the figure counts days
    is_day: bool = False


def _air_index(look: Sight) -> Found:
    return surroundings.air_index_now(look, get_declared().air_index)


def _traffic_advice(look: Sight) -> Found:
    return surroundings.air_traffic_advice(look, get_declared().air_index)


def _co2e(look: Sight) -> Found:
    return buildings.energy_co2e(look, get_declared().factors)


CALCULATIONS: dict[str, Calculation] = {
    "air_index_now": _air_index,
    "air_traffic_advice": _traffic_advice,
    "energy_co2e": _co2e,
} | {
    function.__name__: function
    for function in (
        sight.live_share,
        surroundings.air_pm10_day,
        surroundings.air_exceedance_days,
        surroundings.noise_lden,
        surroundings.noise_lnight,
        surroundings.noise_now,
        surroundings.weather_temperature,
        surroundings.weather_itu,
        surroundings.weather_hottest_spot,
        surroundings.weather_coldest_spot,
        surroundings.weather_hot_days,
        surroundings.weather_scorching_days,
        surroundings.weather_tropical_nights,
        surroundings.weather_frost_days,
        surroundings.weather_rain_day,
        surroundings.river_stage,
        surroundings.river_rise,
        street.parking_free,
        street.parking_free_share,
        street.parking_full_lots,
        street.lighting_dead,
        street.lighting_failure_share,
        street.lighting_by_day,
        street.lighting_kwh,
        street.lighting_saved,
        street.traffic_vehicles_day,
        street.traffic_peak_hour,
        street.traffic_bicycles_day,
        street.traffic_bicycle_share,
        street.charging_free,
        street.charging_in_use,
        street.charging_working_share,
        street.charging_kwh,
        street.wifi_users_now,
        street.wifi_uptime,
        street.wifi_down,
        buildings.energy_per_m2,
        buildings.energy_saving,
        buildings.energy_renewable_share,
        buildings.water_day,
        buildings.water_leaks,
        buildings.heat_day,
        buildings.heat_spread,
        buildings.waste_to_empty,
        buildings.waste_mean_fill,
        buildings.waste_recycled_share,
        buildings.waste_per_person,
    )
}


def list_public_figures(code: str, *, now: dt.datetime) -> tuple[Figure, ...]:
    """Return the figures of a domain's public page, from what everybody may see; raises NotFound."""
    return _figures(get_domain(code), Sight(code, now, with_simulated=shows_simulated()), lambda spec: spec.is_public)


def list_duty_figures(code: str, *, now: dt.datetime) -> tuple[Figure, ...]:
    """Return the figures of a domain's duty page, private series included; raises NotFound."""
    return _figures(
        get_domain(code), Sight(code, now, is_public=False, with_simulated=shows_simulated()), lambda spec: spec.is_duty
    )


def _figures(domain: DomainSpec, look: Sight, wanted: Callable[[FigureSpec], bool]) -> tuple[Figure, ...]:
    return tuple(_figure(domain, look, spec) for spec in domain.figures if wanted(spec))


def _figure(domain: DomainSpec, look: Sight, spec: FigureSpec) -> Figure:
    look.begin()
    found = CALCULATIONS[spec.code](look)
    scale = domain.scales.get(spec.scale, ())
    band = find_band(found.value, [each.band for each in scale])
    named = next((each for each in scale if each.band is band), None) if band else None
    return Figure(
        spec, found.value, named, found.at_us, found.places, found.where, found.thing,
        found.value is not None and look.is_simulated, named is not None and _is_steps(scale), found.days,
        found.is_day,
    )  # fmt: skip


def _is_steps(scale: Sequence[NamedBand]) -> bool:
    """Say whether a scale has one band for each whole number, as an index has."""
    bounds = [each.band.until for each in scale[:-1]]
    return len(bounds) > 1 and all(
        one is not None and two is not None and two - one == 1 for one, two in pairwise(bounds)
    )
