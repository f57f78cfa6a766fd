"""From staged rows to versions in force: which rows they are about, what becomes of these, in a few statements."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction

from rivulus.atlas.actions.store.staging import ADD, CHANGE, REMOVE
from rivulus.atlas.models import Change, Layer
from rivulus.atlas.rules.versions import Conflict
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

MANY = 20_000  # rows after which the planner is told anew
OVERLAP = "feature_once_at_a_time"

# A version that somebody has seen is found by its number; whoever has seen none means the one that holds on the day,
# or else the next one, or else the last.
_FIND = """
INSERT INTO pg_temp.atlas_target (ordinal, id, is_main)
SELECT DISTINCT ON (s.ordinal) s.ordinal, f.id, true
FROM pg_temp.atlas_staged s
LEFT JOIN atlas_feature f ON f.layer_id = %(layer)s AND f.key = s.key AND (s.seen IS NULL OR f.number = s.seen)
WHERE s.action <> 'a'
ORDER BY s.ordinal, f.valid @> coalesce(s.since, %(today)s) DESC,
    coalesce(upper(f.valid) > coalesce(s.since, %(today)s), true) DESC, lower(f.valid) NULLS FIRST, f.id
"""
_LOST = """
SELECT s.key, s.seen, (
    SELECT max(f.number) FROM atlas_feature f WHERE f.layer_id = %(layer)s AND f.key = s.key
)
FROM pg_temp.atlas_staged s JOIN pg_temp.atlas_target t ON t.ordinal = s.ordinal
WHERE t.id IS NULL ORDER BY s.ordinal LIMIT 1
"""
_OUTSIDE = """
SELECT s.key, s.since FROM pg_temp.atlas_staged s
JOIN pg_temp.atlas_target t ON t.ordinal = s.ordinal JOIN atlas_feature f ON f.id = t.id
WHERE s.since IS NOT NULL
    AND CASE s.action WHEN 'c' THEN NOT f.valid @> s.since ELSE coalesce(upper(f.valid) <= s.since, false) END
ORDER BY s.ordinal LIMIT 1
"""
# What is removed because it was a mistake goes with all its times; what ends goes with its later ones.
_MORE = """
INSERT INTO pg_temp.atlas_target (ordinal, id, is_main)
SELECT s.ordinal, f.id, false
FROM pg_temp.atlas_staged s
JOIN atlas_feature f ON f.layer_id = %(layer)s AND f.key = s.key
    AND (s.since IS NULL OR coalesce(lower(f.valid) >= s.since, false))
WHERE s.action = 'r' AND NOT EXISTS (SELECT 1 FROM pg_temp.atlas_target t WHERE t.id = f.id)
"""
_SAME = """
WITH same AS (
    DELETE FROM pg_temp.atlas_staged s
    USING pg_temp.atlas_target t, atlas_feature f
    WHERE s.action = 'c' AND t.ordinal = s.ordinal AND f.id = t.id
        AND coalesce(s.properties, f.properties) = f.properties
        AND coalesce(s.geometry, f.geometry) = f.geometry
        AND coalesce(s.valid, f.valid) = f.valid
    RETURNING s.ordinal
)
DELETE FROM pg_temp.atlas_target t USING same WHERE t.ordinal = same.ordinal
"""
_MAKE = (
    """
    INSERT INTO pg_temp.atlas_made (place, key, valid, properties, geometry, box)
    SELECT 1, key, valid, properties, geometry, box FROM pg_temp.atlas_staged WHERE action = 'a'
    """,
    # what was known goes on holding until the day before
    """
    INSERT INTO pg_temp.atlas_made (place, key, valid, properties, geometry, box)
    SELECT 0, f.key, daterange(lower(f.valid), s.since), f.properties, f.geometry, f.box
    FROM pg_temp.atlas_staged s
    JOIN pg_temp.atlas_target t ON t.ordinal = s.ordinal AND t.is_main JOIN atlas_feature f ON f.id = t.id
    WHERE s.since IS NOT NULL AND coalesce(lower(f.valid) < s.since, true)
    """,
    """
    INSERT INTO pg_temp.atlas_made (place, key, valid, properties, geometry, box)
    SELECT 1, f.key, coalesce(s.valid, daterange(coalesce(s.since, lower(f.valid)), upper(f.valid))),
        coalesce(s.properties, f.properties), coalesce(s.geometry, f.geometry), coalesce(s.box, f.box)
    FROM pg_temp.atlas_staged s
    JOIN pg_temp.atlas_target t ON t.ordinal = s.ordinal AND t.is_main JOIN atlas_feature f ON f.id = t.id
    WHERE s.action = 'c'
    """,
)
_KEEP_PAST = """
INSERT INTO atlas_pastfeature (key, number, valid, properties, geometry, box, layer_id, change_id, recorded_at,
    superseded_at, superseded_by_id)
SELECT f.key, f.number, f.valid, f.properties, f.geometry, f.box, f.layer_id, f.change_id, f.recorded_at,
    %(now)s, %(change)s
FROM pg_temp.atlas_target t JOIN atlas_feature f ON f.id = t.id ORDER BY f.id
"""
_TAKE_AWAY = "DELETE FROM atlas_feature f USING pg_temp.atlas_target t WHERE f.id = t.id"
_PUT = """
INSERT INTO atlas_feature (key, number, valid, properties, geometry, box, layer_id, change_id, recorded_at)
SELECT m.key, coalesce(known.number, 0) + row_number() OVER (PARTITION BY m.key ORDER BY m.valid, m.place),
    m.valid, m.properties, m.geometry, m.box, %(layer)s, %(change)s, %(now)s
FROM pg_temp.atlas_made m LEFT JOIN ({known}) known ON known.key = m.key
ORDER BY m.key, m.valid
"""
_KNOWN = """
    SELECT key, max(number) AS number FROM (
        SELECT f.key, f.number FROM atlas_feature f
        WHERE f.layer_id = %(layer)s AND f.key IN (SELECT key FROM pg_temp.atlas_made)
        UNION ALL
        SELECT p.key, p.number FROM atlas_pastfeature p
        WHERE p.layer_id = %(layer)s AND p.key IN (SELECT key FROM pg_temp.atlas_made)
    ) numbered GROUP BY key
"""
_NOTHING_KNOWN = "SELECT NULL::text AS key, 0 AS number WHERE false"
_OVERLAPPING = """
SELECT key FROM (
    SELECT m.key, m.valid FROM pg_temp.atlas_made m
    UNION ALL
    SELECT f.key, f.valid FROM atlas_feature f
    WHERE f.layer_id = %(layer)s AND f.key IN (SELECT key FROM pg_temp.atlas_made)
        AND f.id NOT IN (SELECT id FROM pg_temp.atlas_target)
) held GROUP BY key HAVING count(*) > 1 ORDER BY key LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many features are added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.added + self.changed + self.removed


def find_targets(layer: Layer, today: dt.date) -> None:
    """Find the version that each staged change is about; raises Conflict or Refused where it is not there."""
    asked: dict[str, Any] = {"layer": layer.pk, "today": today}
    with connection.cursor() as cursor:
        cursor.execute(_FIND, asked)
        if cursor.rowcount:
            _refuse_lost(layer)
            _refuse_outside()
            cursor.execute(_MORE, asked)
            cursor.execute(_SAME)


def _refuse_lost(layer: Layer) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOST, {"layer": layer.pk})
        lost = cursor.fetchone()
    if lost is None:
        return
    key, seen, number = lost
    if seen is None:
        raise Refused(N_("There is no feature %(key)s."), key=key)
    raise Conflict(key, seen, number)


def _refuse_outside() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_OUTSIDE)
        outside = cursor.fetchone()
    if outside is not None:
        raise Refused(N_("This version of feature %(key)s does not hold on %(day)s."), key=outside[0], day=outside[1])


def count_staged() -> Counts:
    """Return what would change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT action, count(*) FROM pg_temp.atlas_staged GROUP BY action")
        found = dict(cursor.fetchall())
    return Counts(found.get(ADD, 0), found.get(CHANGE, 0), found.get(REMOVE, 0))


def carry_out(layer: Layer, change: Change) -> None:
    """Move the old versions to the past and put the new ones in force."""
    asked: dict[str, Any] = {"layer": layer.pk, "change": change.pk, "now": change.at}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in _MAKE:
                cursor.execute(statement)
            known = _KNOWN if _has_history(layer) else _NOTHING_KNOWN
            put = _PUT.replace("{known}", known)
            if _count_targets():
                cursor.execute(_KEEP_PAST, asked)
                cursor.execute(_TAKE_AWAY)
            cursor.execute(put, asked)
            if cursor.rowcount > MANY:
                cursor.execute("ANALYZE atlas_feature")
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != OVERLAP:
            raise
        raise _overlap(layer) from error


def _overlap(layer: Layer) -> Refused:
    """The rows made are gone with the statement that failed: they are made again to say which feature it is."""
    with connection.cursor() as cursor:
        for statement in _MAKE:
            cursor.execute(statement)
        cursor.execute(_OVERLAPPING, {"layer": layer.pk})
        found = cursor.fetchone()
    key = found[0] if found else "?"
    return Refused(N_("Feature %(key)s is already there for part of that time."), key=key)


def _has_history(layer: Layer) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM atlas_feature WHERE layer_id = %(layer)s)"
            " OR EXISTS (SELECT 1 FROM atlas_pastfeature WHERE layer_id = %(layer)s)",
            {"layer": layer.pk},
        )
        return bool(cursor.fetchone()[0])


def _count_targets() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_temp.atlas_target")
        return int(cursor.fetchone()[0])


# Making a layer exactly what was staged: each key is compared with its version on a day.

_REFUSE_DOUBLE = """
SELECT key FROM pg_temp.atlas_staged WHERE NOT is_keyless GROUP BY key HAVING count(*) > 1 LIMIT 1
"""
_TELL_APART = """
UPDATE pg_temp.atlas_staged s SET key = s.key || '-' || n.at FROM (
    SELECT ordinal, row_number() OVER (PARTITION BY key ORDER BY ordinal) AS at
    FROM pg_temp.atlas_staged WHERE is_keyless
) n WHERE n.ordinal = s.ordinal AND n.at > 1
"""
_PRESENT = """
CREATE TEMP TABLE atlas_present ON COMMIT DROP AS
SELECT DISTINCT ON (f.key) f.id, f.key, f.number, f.valid, f.properties, f.geometry, f.valid @> %(day)s AS holds
FROM atlas_feature f
WHERE f.layer_id = %(layer)s AND coalesce(upper(f.valid) > %(day)s, true)
ORDER BY f.key, f.valid @> %(day)s DESC, lower(f.valid) NULLS FIRST
"""
_COMPARE = """
WITH same AS (
    DELETE FROM pg_temp.atlas_staged s USING pg_temp.atlas_present p
    WHERE s.action = 'a' AND p.key = s.key AND p.properties = s.properties AND p.geometry = s.geometry
        AND (s.valid = '(,)'::daterange OR s.valid = p.valid)
    RETURNING s.key
), changed AS (
    UPDATE pg_temp.atlas_staged s SET action = 'c', seen = p.number,
        since = CASE WHEN s.valid = '(,)'::daterange AND p.holds THEN %(since)s::date END,
        valid = CASE WHEN s.valid = '(,)'::daterange THEN NULL ELSE s.valid END
    FROM pg_temp.atlas_present p
    WHERE s.action = 'a' AND p.key = s.key AND NOT EXISTS (SELECT 1 FROM same WHERE same.key = s.key)
    RETURNING s.key
)
SELECT count(*) FROM changed
"""
_NO_LONGER = """
INSERT INTO pg_temp.atlas_staged (ordinal, action, key, seen, since)
SELECT %(count)s + row_number() OVER (ORDER BY p.id), 'r', p.key, p.number, %(since)s::date
FROM pg_temp.atlas_present p
WHERE NOT EXISTS (SELECT 1 FROM pg_temp.atlas_staged s WHERE s.key = p.key)
"""
# A feature that ended and is there again: from the day on which it ended, or from the day of this change.
_AGAIN = """
UPDATE pg_temp.atlas_staged s SET valid = daterange(greatest(%(since)s::date, ended.until), NULL)
FROM (
    SELECT f.key, max(upper(f.valid)) AS until FROM atlas_feature f WHERE f.layer_id = %(layer)s GROUP BY f.key
) ended
WHERE s.action = 'a' AND s.valid = '(,)'::daterange AND ended.key = s.key
"""
_FROM_THEN_ON = """
UPDATE pg_temp.atlas_staged SET valid = daterange(%(since)s::date, NULL)
WHERE action = 'a' AND valid = '(,)'::daterange
"""


def compare(layer: Layer, *, since: dt.date | None, today: dt.date, count: int, is_whole: bool) -> None:
    """Turn staged features into what has to be added, changed and removed for the layer to be exactly these."""
    asked: dict[str, Any] = {"layer": layer.pk, "since": since, "day": since or today, "count": count}
    with connection.cursor() as cursor:
        cursor.execute(_REFUSE_DOUBLE)
        double = cursor.fetchone()
        if double is not None:
            raise Refused(N_("Feature %(key)s is there twice."), key=double[0])
        cursor.execute(_TELL_APART)
        cursor.execute("DROP TABLE IF EXISTS pg_temp.atlas_present")
        cursor.execute(_PRESENT, asked)
        cursor.execute("ANALYZE pg_temp.atlas_staged")
        cursor.execute("ANALYZE pg_temp.atlas_present")
        if is_whole:
            cursor.execute(_NO_LONGER, asked)
        cursor.execute(_COMPARE, asked)
        cursor.execute(_AGAIN, asked)
        if since is not None:
            cursor.execute(_FROM_THEN_ON, asked)
