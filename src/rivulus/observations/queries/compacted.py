"""What blocks hold under given keys, for whoever stores into a week that was compacted."""

from typing import Any

import numpy as np
import psycopg

from rivulus.observations.rules import blocks
from rivulus.observations.rules.readings import Readings
from rivulus.observations.rules.weeks import moment

_BLOCKS = """
SELECT b.datastream, b.data FROM observations_block b
WHERE b.datastream = ANY(%s) AND b.start <= %s AND b.finish >= %s
"""


def find_compacted(connection: psycopg.Connection[Any], readings: Readings) -> dict[int, tuple[float, int]]:
    """Return value and quality that a block holds under the key of a reading, by the reading's place."""
    if not len(readings):
        return {}
    oldest, newest = moment(int(readings.time.min())), moment(int(readings.time.max()))
    asked = np.unique(readings.datastream).tolist()
    found: dict[int, tuple[float, int]] = {}
    for datastream, data in psycopg.Cursor(connection).execute(_BLOCKS, [asked, newest, oldest]).fetchall():
        held = blocks.decode(bytes(data), datastream)
        places = np.flatnonzero(readings.datastream == datastream)
        at = np.searchsorted(held.time, readings.time[places])
        inside = at < len(held)
        hits = np.flatnonzero(inside)[held.time[at[inside]] == readings.time[places[inside]]]
        for hit in hits.tolist():
            found[int(places[hit])] = (float(held.value[at[hit]]), int(held.quality[at[hit]]))
    return found
