"""What is plausible for series, where their things are, and which keys were corrected again and again."""

from collections.abc import Sequence

from rivulus.observations.queries.columns import rows
from rivulus.observations.rules.checks import Limits
from rivulus.observations.rules.weeks import microseconds, moment

_LIMITS = """SELECT d.id, d.period_s, coalesce(p.limits, '{}') || d.limits, d.observed_property_id
    FROM observations_datastream d LEFT JOIN observations_observedproperty p ON p.id = d.observed_property_id
    WHERE d.kind = 'number' AND d.id = ANY(%s::int4[])
        AND (d.period_s > 0 OR p.limits <> '{}' OR d.limits <> '{}')"""
_PEERS = """SELECT d.observed_property_id, d.id, avg((center(l.box))[0]), avg((center(l.box))[1])
    FROM observations_datastream d
    JOIN observations_thing_locations t ON t.thing_id = d.thing_id
    JOIN observations_location l ON l.id = t.location_id AND l.box IS NOT NULL
    WHERE d.kind = 'number' AND d.observed_property_id = ANY(%s::int4[]) GROUP BY 1, 2"""
_REPEATED = """SELECT datastream, time FROM observations_correction
    WHERE time >= %s AND time < %s AND value IS NOT NULL AND replaced_by NOT LIKE 'person %%'
    GROUP BY datastream, time HAVING count(*) >= %s"""
REPEATS = 3  # results under one time, each other than the one before: the clock of the device stands still


def limits_of(ids: Sequence[int]) -> tuple[dict[int, Limits], dict[int, int]]:
    """Return the limits of series that have any, and the property of each of these."""
    found = rows(_LIMITS, [list(ids)])
    return {row[0]: Limits.of(row[1], row[2]) for row in found}, {row[0]: row[3] for row in found}


def places_of_peers(properties: Sequence[int]) -> dict[int, dict[int, tuple[float, float]]]:
    """Return by property where its series are (longitude, latitude)."""
    found: dict[int, dict[int, tuple[float, float]]] = {}
    for observed, number, longitude, latitude in rows(_PEERS, [list(properties)]):
        found.setdefault(observed, {})[number] = longitude, latitude
    return found


def repeated_keys(start_us: int, end_us: int) -> set[tuple[int, int]]:
    """Return the keys that were corrected at least three times by their senders themselves."""
    found = rows(_REPEATED, [moment(start_us), moment(end_us), REPEATS])
    return {(number, microseconds(at)) for number, at in found}
