"""Figures of parking, street lighting, traffic, charging and public Wi-Fi."""

import datetime as dt
import math
from collections.abc import Mapping

import numpy as np

from rivulus.kernel.clock import CITY_ZONE
from rivulus.observations.models import Location
from rivulus.observations.queries.figures.sight import NOTHING, Found, Sight, names, number_of
from rivulus.observations.rules.domains import charging, lighting, meters, parking, sun, traffic, wifi
from rivulus.observations.rules.readings import HOUR_US
from rivulus.observations.rules.rollups import midnight

TWILIGHT_DEG = 3.0  # so near to the hour of switching nobody can say what a lamp should do


def _last(newest: Mapping[int, tuple[int, object]]) -> int | None:
    return max((time for time, _ in newest.values()), default=None)


def parking_free(sight: Sight) -> Found:
    """Return the free places of all lots that speak."""
    newest = sight.latest("free_places")
    return Found(sum(value for _, value in newest.values()), _last(newest), len(newest)) if newest else NOTHING


def parking_free_share(sight: Sight) -> Found:
    """Return the share of free places, in percent, of lots of known capacity."""
    rows, newest = names(sight.of("free_places")), sight.latest("free_places")
    known = {number: number_of(rows[number], "capacity") for number in newest}
    free = sum(value for number, (_, value) in newest.items() if known[number])
    share = parking.free_share(free, sum(capacity or 0 for capacity in known.values()))
    return NOTHING if share is None else Found(100 * share, _last(newest), len(newest))


def parking_full_lots(sight: Sight) -> Found:
    """Return how many lots are full."""
    rows, newest = names(sight.of("free_places")), sight.latest("free_places")
    states = [
        parking.state_of(value, number_of(rows[number], "capacity") or 0) for number, (_, value) in newest.items()
    ]
    known = [state for state in states if state is not parking.LotState.UNKNOWN]
    return Found(float(known.count(parking.LotState.FULL)), _last(newest), len(known)) if known else NOTHING


def lamp_states(sight: Sight) -> dict[int, lighting.LampState]:
    """Return the state of each lamp by the number of its power series; unknown in twilight and without a rated power."""
    rows, newest = names(sight.of("lamp_power")), sight.latest("lamp_power")
    if not newest:
        return {}
    longitude, latitude = _middle()
    times = np.array([time for time, _ in newest.values()], np.int64)
    heights = sun.elevation(times, longitude, latitude)
    found = {}
    for (number, (_, value)), height in zip(newest.items(), heights.tolist(), strict=True):
        is_twilight = abs(height - sun.DARK_DEG) < TWILIGHT_DEG
        rated = 0.0 if is_twilight else number_of(rows[number], "rated_w") or 0.0
        found[number] = lighting.state_of(value, rated, height < sun.DARK_DEG)
    return found


def _middle() -> tuple[float, float]:
    """Return about where the lamps are: the sun stands the same for a whole city."""
    boxes = Location.objects.filter(things__domain="lighting", box__isnull=False).values_list("box", flat=True)
    box = boxes.order_by("id").first()
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) if box else (23.58, 47.66)


def lighting_dead(sight: Sight) -> Found:
    """Return how many lamps are dark that should burn."""
    return _lamps(sight, lighting.LampState.DEAD)


def lighting_by_day(sight: Sight) -> Found:
    """Return how many lamps burn by day."""
    return _lamps(sight, lighting.LampState.BURNS_BY_DAY)


def _lamps(sight: Sight, wanted: lighting.LampState) -> Found:
    known = [state for state in lamp_states(sight).values() if state is not lighting.LampState.UNKNOWN]
    return Found(float(sum(state is wanted for state in known)), sight.now_us, len(known)) if known else NOTHING


def lighting_failure_share(sight: Sight) -> Found:
    """Return the share of dead lamps, in percent; none is dead by day, so then there is no answer."""
    states = list(lamp_states(sight).values())
    if not any(state in (lighting.LampState.BURNS, lighting.LampState.DEAD) for state in states):
        return NOTHING
    share = lighting.failure_share(states)
    return NOTHING if share is None else Found(100 * share, sight.now_us, len(states))


def _last_day(sight: Sight) -> tuple[float, float, int]:
    """Return kWh used and kWh at full light in the last 24 hours, of how many lamps."""
    rows, used, full, lamps = names(sight.of("lamp_power")), 0.0, 0.0, 0
    for number, watts in sight.hours("lamp_power", 24).items():
        rated = number_of(rows[number], "rated_w") or 0.0
        known = watts[~np.isnan(watts)]
        if len(known) and rated > 0:
            used += float(known.sum()) / 1000
            full += rated / 1000 * int(np.count_nonzero(known >= lighting.BURNS_FROM * rated))
            lamps += 1
    return used, full, lamps


def lighting_kwh(sight: Sight) -> Found:
    """Return the energy of the lamps in the last 24 hours."""
    used, _, lamps = _last_day(sight)
    return Found(used, sight.now_us // HOUR_US * HOUR_US, lamps) if lamps else NOTHING


def lighting_saved(sight: Sight) -> Found:
    """Return what dimming saved in the last 24 hours, in percent of full light."""
    used, full, lamps = _last_day(sight)
    if full <= 0:
        return NOTHING
    return Found(100 * max(full - used, 0.0) / full, sight.now_us // HOUR_US * HOUR_US, lamps)


def _yesterday(sight: Sight) -> tuple[dt.date, int, int]:
    """Return yesterday, its begin, and its hours (23 to 25)."""
    day = sight.today - dt.timedelta(days=1)
    begin, end = midnight(day, CITY_ZONE), midnight(sight.today, CITY_ZONE)
    return day, begin, (end - begin) // HOUR_US


def _day_sum(sight: Sight, observed: str) -> Found:
    day, begin, _ = _yesterday(sight)
    sums = [float(v[0]) for v in sight.day_matrix(sight.of(observed), day, day, "sum").values() if not np.isnan(v[0])]
    return Found(sum(sums), begin, len(sums), is_day=True) if sums else NOTHING


def traffic_vehicles_day(sight: Sight) -> Found:
    """Return the vehicles counted yesterday at all points."""
    return _day_sum(sight, "vehicles")


def traffic_bicycles_day(sight: Sight) -> Found:
    """Return the bicycles counted yesterday."""
    return _day_sum(sight, "bicycles")


def traffic_bicycle_share(sight: Sight) -> Found:
    """Return the share of bicycles among bicycles and vehicles counted yesterday, in percent."""
    bicycles, vehicles = _day_sum(sight, "bicycles"), _day_sum(sight, "vehicles")
    if bicycles.value is None or vehicles.value is None:
        return NOTHING
    share = traffic.share(bicycles.value, vehicles.value)
    places = bicycles.places + vehicles.places
    return NOTHING if share is None else Found(share, bicycles.at_us, places, is_day=True)


def traffic_peak_hour(sight: Sight) -> Found:
    """Return the local hour in which most vehicles passed yesterday."""
    _, begin, count = _yesterday(sight)
    columns = list(sight.hour_sums("vehicles", begin, count).values())
    if not columns or not np.any(~np.isnan(columns)):
        return NOTHING
    hours = np.arange(count) + (24 - count) * (np.arange(count) >= 3)  # the clock changes at three
    day = traffic.count_day(hours.astype(np.int64), np.nansum(columns, axis=0))
    return Found(None if day.peak_hour is None else float(day.peak_hour), begin, len(columns), is_day=True)


def _points(sight: Sight) -> tuple[charging.Points, int | None]:
    newest = sight.latest_words("charger_state")
    return charging.count_points(word for _, word in newest.values()), _last(newest)


def charging_free(sight: Sight) -> Found:
    """Return how many charging points are free."""
    points, at = _points(sight)
    return NOTHING if at is None else Found(float(points.free), at, points.free + points.in_use + points.broken)


def charging_in_use(sight: Sight) -> Found:
    """Return how many charging points are in use."""
    points, at = _points(sight)
    return NOTHING if at is None else Found(float(points.in_use), at, points.free + points.in_use + points.broken)


def charging_working_share(sight: Sight) -> Found:
    """Return the share of charging points that work, in percent."""
    points, at = _points(sight)
    return NOTHING if at is None else Found(points.working_share, at, points.free + points.in_use + points.broken)


def charging_kwh(sight: Sight) -> Found:
    """Return the energy delivered yesterday."""
    return meter_day(sight, "charger_energy")


def meter_day(sight: Sight, observed: str) -> Found:
    """Return what the counters of a property ran through yesterday, all together."""
    day, begin, _ = _yesterday(sight)
    columns = sight.day_matrix(sight.of(observed), day - dt.timedelta(days=1), day, "last").values()
    used = [meters.consumption(values) for values in columns if np.all(~np.isnan(values))]
    return Found(sum(used), begin, len(used), is_day=True) if used else NOTHING


def wifi_users_now(sight: Sight) -> Found:
    """Return how many are connected in the whole city; nothing where they are so few that somebody could be meant."""
    newest = sight.latest("wifi_users")
    users = wifi.shown_users(sum(value for _, value in newest.values())) if newest else None
    return NOTHING if users is None else Found(float(users), _last(newest), len(newest))


def wifi_uptime(sight: Sight) -> Found:
    """Return the share of the last 24 hours in which the points worked, in percent."""
    columns = list(sight.hours("wifi_up", 24).values())
    share = wifi.uptime(np.concatenate(columns)) if columns else None
    return NOTHING if share is None or math.isnan(share) else Found(share, sight.now_us, len(columns))


def wifi_down(sight: Sight) -> Found:
    """Return how many points do not work now."""
    newest = sight.latest("wifi_up")
    return (
        Found(float(sum(value < 1 for _, value in newest.values())), _last(newest), len(newest)) if newest else NOTHING
    )
