"""Figures of buildings, water, heat and waste."""

import datetime as dt
from collections.abc import Mapping

import numpy as np

from rivulus.kernel.clock import CITY_ZONE
from rivulus.observations.queries.figures.sight import NOTHING, Floats, Found, SeriesRow, Sight, names, number_of
from rivulus.observations.queries.figures.street import meter_day
from rivulus.observations.rules.domains import energy, waste, water_heat
from rivulus.observations.rules.domains.declared import Factor
from rivulus.observations.rules.readings import HOUR_US
from rivulus.observations.rules.weeks import moment

CARRIERS: Mapping[str, str] = {
    "electricity_total": "electricity", "gas_total": "gas", "heat_total": "heat", "solar_total": "solar",
}  # fmt: skip
MONTH_DAYS, WEEK_DAYS, YEAR_DAYS = 30, 7, 365


def _used(sight: Sight, days: int) -> tuple[dict[int, Floats], Mapping[int, SeriesRow]]:
    """Return what each meter of a building ran through on each of the last whole days, by series; NaN for no reading.

    A day without a reading is NaN, and so is the next: its amount cannot be told apart.
    """
    rows = [row for row in sight.of(*CARRIERS) if row.kind == "number"]
    last = sight.today - dt.timedelta(days=1)
    columns = sight.day_matrix(rows, last - dt.timedelta(days=days), last, "last")
    return {number: _steps(values) for number, values in columns.items()}, names(rows)


def _steps(counter: Floats) -> Floats:
    steps = np.diff(counter)
    return np.where(steps < 0, counter[1:], steps)  # a meter that was replaced shows what was used since


def used_by_carrier(sight: Sight, days: int) -> tuple[dict[str, float], int]:
    """Return kWh by carrier over the last whole days, and of how many buildings."""
    used, rows = _used(sight, days)
    found: dict[str, float] = {}
    things = set()
    for number, values in used.items():
        if np.any(~np.isnan(values)):
            carrier = CARRIERS[rows[number].observed]
            found[carrier] = found.get(carrier, 0.0) + float(np.nansum(values))
            things.add(rows[number].thing)
    return found, len(things)


def energy_per_m2(sight: Sight) -> Found:
    """Return kWh per square metre and year, from the last 30 days, of buildings of known area."""
    used, rows = _used(sight, MONTH_DAYS)
    kwh, areas, days = 0.0, {}, 0
    for number, values in used.items():
        area = number_of(rows[number], "area_m2")
        known = int(np.count_nonzero(~np.isnan(values)))
        if area and known:
            kwh += float(np.nansum(values))
            areas[rows[number].thing] = area
            days = max(days, known)
    value = energy.per_square_metre(kwh, days, sum(areas.values()))
    return NOTHING if value is None else Found(value, sight.now_us, len(areas))


def degree_days(sight: Sight, days: int) -> Floats:
    """Return the heating degree days of the last whole days, from the median of the city's temperature sensors."""
    weather = Sight("weather", sight.now, sight.is_public, sight.with_simulated)
    last = sight.today - dt.timedelta(days=1)
    columns = weather.day_matrix(weather.of("temperature"), last - dt.timedelta(days=days - 1), last, "mean")
    sight.use(weather)
    if not columns:
        return np.full(days, np.nan)
    matrix = np.array(list(columns.values()))
    known = ~np.all(np.isnan(matrix), axis=0)
    means = np.full(days, np.nan)
    means[known] = np.nanmedian(matrix[:, known], axis=0)
    return energy.heating_degree_days(means)


def list_savings(sight: Sight, days: int = WEEK_DAYS) -> dict[int, energy.Saving]:
    """Return by thing what buildings with a baseline saved over the last whole days.

    The baseline stands in the thing's properties: baseline_kwh_day and baseline_kwh_degree_day. Solar energy is not use.
    """
    used, rows = _used(sight, days)
    degrees = degree_days(sight, days)
    totals: dict[int, Floats] = {}
    baselines: dict[int, energy.Baseline] = {}
    for number, values in used.items():
        row = rows[number]
        base, slope = number_of(row, "baseline_kwh_day"), number_of(row, "baseline_kwh_degree_day")
        if base is not None and slope is not None and CARRIERS[row.observed] != "solar":
            totals[row.thing] = totals.get(row.thing, np.zeros(days)) + values
            baselines[row.thing] = energy.Baseline(base, slope, 1.0, days)
    found = {thing: energy.saving(baselines[thing], values, degrees) for thing, values in totals.items()}
    return {thing: saving for thing, saving in found.items() if saving.expected_kwh > 0}


def energy_saving(sight: Sight) -> Found:
    """Return what was saved against the baselines over the last week, in percent."""
    found = list_savings(sight)
    total = energy.Saving(
        sum(saving.expected_kwh for saving in found.values()), sum(saving.used_kwh for saving in found.values())
    )
    return NOTHING if total.percent is None else Found(total.percent, sight.now_us, len(found))


def energy_co2e(sight: Sight, factors: Mapping[str, Factor]) -> Found:
    """Return the tonnes of CO2 equivalent of the last 30 days; nothing where a carrier has no factor."""
    used, buildings = used_by_carrier(sight, MONTH_DAYS)
    if not used or not used.keys() <= factors.keys():
        return NOTHING
    per_kwh = {carrier: factors[carrier].kg_per_kwh for carrier in used}
    return Found(energy.co2e_tonnes(used, per_kwh), sight.now_us, buildings)


def energy_renewable_share(sight: Sight) -> Found:
    """Return the share of own renewable energy in everything used over the last 30 days, in percent.

    What is renewable in the electricity of the grid is not counted: nobody measures it here.
    """
    used, buildings = used_by_carrier(sight, MONTH_DAYS)
    share = energy.renewable_share(used.get("solar", 0.0), sum(used.values()))
    return NOTHING if share is None else Found(share, sight.now_us, buildings)


def water_day(sight: Sight) -> Found:
    """Return the water used yesterday, in cubic metres."""
    return meter_day(sight, "water_total")


def list_leaks(sight: Sight) -> dict[int, bool]:
    """Return by series of flow whether the last night hints at a leak, where that can be said."""
    end = sight.now_us // HOUR_US * HOUR_US
    local = np.array([moment(end - (24 - n) * HOUR_US).astimezone(CITY_ZONE).hour for n in range(24)], np.int64)
    found = {number: water_heat.is_leak_likely(local, flow) for number, flow in sight.hours("water_flow", 24).items()}
    return {number: likely for number, likely in found.items() if likely is not None}


def water_leaks(sight: Sight) -> Found:
    """Return at how many meters the last night hints at a leak."""
    found = list_leaks(sight)
    return Found(float(sum(found.values())), sight.now_us, len(found)) if found else NOTHING


def heat_day(sight: Sight) -> Found:
    """Return the heat given yesterday, in kWh."""
    return meter_day(sight, "heat_total")


def heat_spread(sight: Sight) -> Found:
    """Return the mean difference of supply and return, in kelvin."""
    supply = {row.thing: row.id for row in sight.of("supply_temperature")}
    back = {row.thing: row.id for row in sight.of("return_temperature")}
    warm, cold = sight.latest("supply_temperature"), sight.latest("return_temperature")
    spreads = [
        warm[supply[thing]][1] - cold[back[thing]][1]
        for thing in supply.keys() & back.keys()
        if supply[thing] in warm and back[thing] in cold
    ]
    return Found(float(np.mean(spreads)), sight.now_us, len(spreads)) if spreads else NOTHING


def waste_to_empty(sight: Sight) -> Found:
    """Return how many bins should be emptied now."""
    newest = sight.latest("bin_fill")
    full = sum(value >= waste.EMPTY_FROM for _, value in newest.values())
    return (
        Found(float(full), max((time for time, _ in newest.values()), default=None), len(newest)) if newest else NOTHING
    )


def waste_mean_fill(sight: Sight) -> Found:
    """Return how full the bins are on average, in percent."""
    newest = sight.latest("bin_fill")
    if not newest:
        return NOTHING
    return Found(
        float(np.mean([value for _, value in newest.values()])), max(time for time, _ in newest.values()), len(newest)
    )


def collected(sight: Sight) -> tuple[dict[str, float], int, int, int]:
    """Return kilograms by fraction over the last 365 days, the days they were weighed over, rounds, and people served."""
    rows = [row for row in sight.of("waste_weight") if row.properties.get("fraction")]
    last = sight.today - dt.timedelta(days=1)
    columns = sight.day_matrix(rows, last - dt.timedelta(days=YEAR_DAYS - 1), last, "sum")
    kilograms: dict[str, float] = {}
    earliest = YEAR_DAYS
    people: dict[int, float] = {}
    for row in rows:
        known = ~np.isnan(columns[row.id])
        if known.any():
            fraction = str(row.properties["fraction"])
            kilograms[fraction] = kilograms.get(fraction, 0.0) + float(columns[row.id][known].sum())
            earliest = min(earliest, int(np.argmax(known)))
            people[row.thing] = number_of(row, "people_served") or 0.0
    return kilograms, YEAR_DAYS - earliest, len(people), int(sum(people.values()))


def waste_recycled_share(sight: Sight) -> Found:
    """Return the share collected for recycling over the last 365 days, in percent."""
    kilograms, _, rounds, _ = collected(sight)
    share = waste.recycled_share(kilograms)
    return NOTHING if share is None else Found(share, sight.now_us, rounds)


def waste_per_person(sight: Sight) -> Found:
    """Return kilograms per person and year; the people are those that the rounds serve (people_served)."""
    kilograms, days, rounds, people = collected(sight)
    value = waste.per_person(sum(kilograms.values()), people, days)
    return NOTHING if value is None else Found(value, sight.now_us, rounds)
