"""What the city's measurements report to the strategy. What is simulated never counts: where nothing else is there, a reading
says that it is simulated."""

import datetime as dt
from collections.abc import Callable

from rivulus.kernel.probes import Inputs, Probe, Reading
from rivulus.kernel.probes import register as register_probe
from rivulus.kernel.words import N_
from rivulus.observations.models import Connector, Datastream
from rivulus.observations.queries import readings
from rivulus.observations.queries.domains import get_declared
from rivulus.observations.queries.figures import buildings
from rivulus.observations.queries.figures.sight import Sight
from rivulus.observations.queries.records import latest_records
from rivulus.observations.rules.domains import energy
from rivulus.observations.rules.freshness import Freshness, freshness
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.terms import ResultKind

PERCENT = "%"
YEAR_DAYS, MONTH_DAYS = 365, 30
FRESH_SOURCE = dt.timedelta(days=1)

type Row = tuple[
    int, int, str, str, int | None, int | None, bool
]  # series, thing, domain, kind, period, supplier, public


def register() -> None:
    """Register the probes."""
    for probe in PROBES:
        register_probe(probe)


def _once(measure: Callable[[dt.datetime, bool], Reading]) -> Callable[[dt.datetime], Reading]:
    """Return the reading of what is real; where there is none, that of what is simulated, marked so."""

    def compute(now: dt.datetime) -> Reading:
        real = measure(now, False)
        if real.value is not None:
            return real
        simulated = measure(now, True)
        return real if simulated.value is None else Reading(simulated.value, simulated.inputs, simulated=True)

    return compute


def _series(*, simulated: bool) -> list[Row]:
    found = Datastream.objects.filter(thing__is_simulated=simulated, is_simulated=simulated).exclude(thing__domain="")
    return list(
        found.order_by("id").values_list(
            "id", "thing_id", "thing__domain", "kind", "period_s", "thing__supplier_id", "is_public"
        )
    )


def _live(rows: list[Row], now: dt.datetime) -> set[int]:
    """Return the series that speak."""
    numeric = [row[0] for row in rows if row[3] == ResultKind.NUMBER]
    others = [row[0] for row in rows if row[3] != ResultKind.NUMBER]
    newest: dict[int, int] = {}
    if numeric:
        found = readings.latest(numeric)
        newest |= dict(zip(found.datastream.tolist(), found.time.tolist(), strict=True))
    if others:
        newest |= {record.datastream: record.time for record in latest_records(others)}
    now_us = microseconds(now)
    return {row[0] for row in rows if freshness(newest.get(row[0]), row[4], now_us) is Freshness.LIVE}


def _environment(*, simulated: bool) -> list[Row]:
    domains = {domain.code for domain in get_declared().domains if domain.is_environment}
    return [row for row in _series(simulated=simulated) if row[2] in domains]


def environment_stations_live_share(now: dt.datetime, simulated: bool) -> Reading:
    """Return the share of environment stations of which at least one series speaks."""
    rows = _environment(simulated=simulated)
    live = _live(rows, now)
    stations, speaking = {row[1] for row in rows}, {row[1] for row in rows if row[0] in live}
    inputs: Inputs = {"stations": len(stations), "live": len(speaking)}
    return Reading(round(100 * len(speaking) / len(stations), 2) if stations else None, inputs)


def environment_series_live(now: dt.datetime, simulated: bool) -> Reading:
    """Count the environment series that speak."""
    rows = _environment(simulated=simulated)
    live = _live(rows, now)
    return Reading(float(len(live)) if rows else None, {"series": len(rows), "live": len(live)})


def observation_open_api(now: dt.datetime, simulated: bool) -> Reading:
    """Count the domains with public series that speak: each is open data in real time, through SensorThings."""
    rows = [row for row in _series(simulated=simulated) if row[6]]
    live = _live(rows, now)
    domains = sorted({row[2] for row in rows if row[0] in live})
    return Reading(float(len(domains)) if rows else None, {"domains": ", ".join(domains), "series": len(live)})


def integrated_sources(now: dt.datetime, simulated: bool) -> Reading:
    """Count the sources that come together: suppliers whose series speak, and connectors that brought something in a day."""
    rows = _series(simulated=simulated)
    live = _live(rows, now)
    suppliers = {row[5] for row in rows if row[0] in live and row[5] is not None}
    fetched = 0 if simulated else Connector.objects.filter(last_success_at__gt=now - FRESH_SOURCE).count()
    # Things that a connector described have no supplier: beside a connector nobody can tell them from the own devices.
    own = int(any(row[0] in live and row[5] is None for row in rows) and not fetched)
    total = len(suppliers) + fetched + own
    inputs: Inputs = {"suppliers": len(suppliers), "connectors": fetched, "own_devices": bool(own)}
    return Reading(float(total) if rows or fetched else None, inputs)


def waste_recycled_share(now: dt.datetime, simulated: bool) -> Reading:
    """Return the share of waste collected for recycling over the last 365 days."""
    look = _look("waste", now, simulated=simulated)
    kilograms, days, rounds, _ = buildings.collected(look)
    share = buildings.waste_recycled_share(look).value
    inputs: Inputs = {f"{name}_kg": round(weight) for name, weight in sorted(kilograms.items())}
    return Reading(_rounded(share), {**inputs, "days": days if kilograms else 0, "rounds": rounds})


def renewable_share(now: dt.datetime, simulated: bool) -> Reading:
    """Return the share of own renewable energy in what public buildings used over the last 365 days."""
    used, count = buildings.used_by_carrier(_look("energy", now, simulated=simulated), YEAR_DAYS)
    share = energy.renewable_share(used.get("solar", 0.0), sum(used.values()))
    return Reading(_rounded(share), {**_kwh(used), "buildings": count})


def building_energy_trend(now: dt.datetime, simulated: bool) -> Reading:
    """Return what public buildings saved over the last 30 days against their baselines, for the same weather."""
    found = buildings.list_savings(_look("energy", now, simulated=simulated), MONTH_DAYS)
    total = energy.Saving(sum(s.expected_kwh for s in found.values()), sum(s.used_kwh for s in found.values()))
    inputs: Inputs = {
        "expected_kwh": round(total.expected_kwh),
        "used_kwh": round(total.used_kwh),
        "buildings": len(found),
    }
    return Reading(_rounded(total.percent), inputs)


def co2e_tonnes(now: dt.datetime, simulated: bool) -> Reading:
    """Return the tonnes of CO2 equivalent of the energy that public buildings used over the last 365 days."""
    used, count = buildings.used_by_carrier(_look("energy", now, simulated=simulated), YEAR_DAYS)
    factors = {carrier: factor.kg_per_kwh for carrier, factor in get_declared().factors.items()}
    inputs: Inputs = {**_kwh(used), "buildings": count}
    if not used or not used.keys() <= factors.keys():
        return Reading(None, inputs)
    return Reading(_rounded(energy.co2e_tonnes(used, factors)), inputs)


def _look(domain: str, now: dt.datetime, *, simulated: bool) -> Sight:
    return Sight(domain, now, is_public=False, with_simulated=simulated)


def _kwh(used: dict[str, float]) -> dict[str, int]:
    return {f"{carrier}_kwh": round(kwh) for carrier, kwh in sorted(used.items())}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


PROBES = (
    Probe(
        name="environment_stations_live_share",
        title=N_("Environment stations that send"),
        unit=PERCENT,
        explanation=N_(
            "Of the stations for air, noise, weather and rivers, the share of which at least one series has sent lately "
            "(three of its periods). There is no value while there is no real station."
        ),
        compute=_once(environment_stations_live_share),
    ),
    Probe(
        name="environment_series_live",
        title=N_("Environment series that send"),
        unit=N_("series"),
        explanation=N_("Series of air, noise, weather and rivers that have sent lately."),
        compute=_once(environment_series_live),
    ),
    Probe(
        name="observation_open_api",
        title=N_("Domains with open data in real time"),
        unit=N_("domains"),
        explanation=N_(
            "Domains, such as air or parking, of which anybody may read by machine what is measured now. "
            "Series that are not public do not count."
        ),
        compute=_once(observation_open_api),
    ),
    Probe(
        name="integrated_sources",
        title=N_("Sources that come together"),
        unit=N_("sources"),
        explanation=N_(
            "Suppliers whose devices have sent lately, and sources fetched in the last day; the city's own devices are one."
        ),
        compute=_once(integrated_sources),
    ),
    Probe(
        name="waste_recycled_share",
        title=N_("Waste collected for recycling"),
        unit=PERCENT,
        explanation=N_(
            "Of the waste weighed on the rounds of the last 365 days, the share of paper, plastic and metal, glass and "
            "biowaste. What sorting plants reject is not taken off."
        ),
        compute=_once(waste_recycled_share),
    ),
    Probe(
        name="renewable_share",
        title=N_("Renewable energy of public buildings"),
        unit=PERCENT,
        explanation=N_(
            "Of the energy that metered public buildings used in the last 365 days, the share their own solar panels gave. "
            "What is renewable in the electricity of the grid is not counted."
        ),
        compute=_once(renewable_share),
    ),
    Probe(
        name="building_energy_trend",
        title=N_("Energy saved by public buildings"),
        unit=PERCENT,
        explanation=N_(
            "What public buildings with a baseline used less than it over the last 30 days, for the same weather. "
            "A negative share says that they used more."
        ),
        compute=_once(building_energy_trend),
    ),
    Probe(
        name="co2e_tonnes",
        title=N_("Emissions of public buildings"),
        unit=N_("tonnes of CO2 equivalent"),
        explanation=N_(
            "The energy that metered public buildings used in the last 365 days, times the factors of the pack. "
            "Homes, firms and traffic are not in it."
        ),
        compute=_once(co2e_tonnes),
    ),
)
