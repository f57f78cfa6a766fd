"""Bringing features to the database in bulk: checked, normalised, copied into a table that only this session sees."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

import msgspec
import numpy as np
import shapely
from django.db import connection

from rivulus.atlas.models import Layer
from rivulus.atlas.rules import geometries
from rivulus.atlas.rules.schemas import Schema, read_schema
from rivulus.atlas.rules.versions import (
    ALWAYS,
    ChangedFeature,
    Misfit,
    NewFeature,
    RemovedFeature,
    Span,
    check_key,
)
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

ADD, CHANGE, REMOVE = "a", "c", "r"
AT_ONCE = 5000

# Of the session, not of the transaction: made once for each connection, so that a single edit does not write into
# PostgreSQL's catalogues; emptied when the transaction ends.
_MAKE = (
    """
    CREATE TEMP TABLE IF NOT EXISTS atlas_staged (
        ordinal integer, action text, key text, seen integer, since date, valid daterange, properties jsonb,
        geometry bytea, box box, is_keyless boolean
    ) ON COMMIT DELETE ROWS
    """,
    "CREATE TEMP TABLE IF NOT EXISTS atlas_target (ordinal integer, id bigint, is_main boolean) ON COMMIT DELETE ROWS",
    """
    CREATE TEMP TABLE IF NOT EXISTS atlas_made (
        place integer, key text, valid daterange, properties jsonb, geometry bytea, box box
    ) ON COMMIT DELETE ROWS
    """,
)
_COPY = (
    "COPY pg_temp.atlas_staged (ordinal, action, key, seen, since, valid, properties, geometry, box, is_keyless)"
    " FROM STDIN"
)

StagedRow = tuple[object, ...]


class Staging:
    """Rows on their way into a layer. Everything is refused as a whole with the first feature that does not fit."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.schema: Schema = read_schema(layer.schema)
        self.count = 0

    def start(self) -> None:
        """Make the tables of this session, or empty them."""
        with connection.cursor() as cursor:
            for statement in _MAKE:
                cursor.execute(statement)
            cursor.execute("TRUNCATE pg_temp.atlas_staged, pg_temp.atlas_target, pg_temp.atlas_made")

    def add(self, features: Iterable[NewFeature], *, key_by_content: bool = False) -> None:
        """Stage new features; one without a key is given one: of its content, so that the same comes again, or any."""
        for some in batched(features, AT_ONCE):
            self._copy(list(self._new_rows(some, key_by_content=key_by_content)))

    def change(self, features: Iterable[ChangedFeature]) -> None:
        """Stage changed features."""
        for some in batched(features, AT_ONCE):
            self._copy(list(self._changed_rows(some)))

    def remove(self, features: Iterable[RemovedFeature]) -> None:
        """Stage removed features."""
        for some in batched(features, AT_ONCE):
            self._copy(
                [
                    (REMOVE, check_key(feature.key), feature.seen, feature.since, None, None, None, None, False)
                    for feature in some
                ]
            )

    def _copy(self, rows: Sequence[StagedRow]) -> None:
        """Whole batches: where features come from may ask this very connection between two of them."""
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row((self.count, *row))
                self.count += 1

    def _new_rows(self, features: Sequence[NewFeature], *, key_by_content: bool) -> Iterator[StagedRow]:
        names = [feature.key for feature in features]
        shapes = self._take_geometries([feature.geometry for feature in features], names)
        boxes = box_words(shapes)
        for feature, wkb, box in zip(features, shapely.to_wkb(shapes), boxes, strict=True):
            properties = self._take_properties(feature.properties, feature.key)
            key = check_key(feature.key) or (content_key(wkb, properties) if key_by_content else new_key())
            valid = span_words(feature.valid)
            yield ADD, key, None, None, valid, properties, wkb, box, key_by_content and not feature.key

    def _changed_rows(self, features: Sequence[ChangedFeature]) -> Iterator[StagedRow]:
        moved = [feature for feature in features if feature.geometry is not None]
        shapes = self._take_geometries([feature.geometry for feature in moved], [feature.key for feature in moved])
        places = iter(zip(shapely.to_wkb(shapes), box_words(shapes), strict=True)) if moved else iter(())
        for feature in features:
            wkb, box = next(places) if feature.geometry is not None else (None, None)
            properties = None if feature.properties is None else self._take_properties(feature.properties, feature.key)
            valid = None if feature.valid is None else span_words(feature.valid)
            yield CHANGE, check_key(feature.key), feature.seen, feature.since, valid, properties, wkb, box, False

    def _take_properties(self, given: Any, key: str) -> str:
        checked = self.schema.check(given)
        if checked.problems:
            raise Misfit(key, checked.problems[0])
        return msgspec.json.encode(checked.properties).decode()

    def _take_geometries(self, given: Sequence[object], keys: Sequence[str]) -> Any:
        shapes = np.empty(len(given), dtype=object)
        for at, (value, key) in enumerate(zip(given, keys, strict=True)):
            try:
                shapes[at] = geometries.read_geometry(value)
            except Refused as refused:
                raise Misfit(key, geometries.Problem(refused.sentence)) from refused
        shapes = _normalised(shapes, keys, self.layer.geometry_type)
        faulty = geometries.find_faulty(shapes, self.layer.geometry_type) if len(shapes) else shapes
        for at in np.flatnonzero(faulty).tolist():
            problems = geometries.check_geometry(shapes[at], self.layer.geometry_type)
            if problems:
                raise Misfit(keys[at], problems[0])
        return shapes


def _normalised(shapes: Any, keys: Sequence[str], geometry_type: str) -> Any:
    """What has no number for a coordinate cannot even be rounded."""
    try:
        return geometries.normalise_all(shapes)
    except shapely.errors.ShapelyError:
        for shape, key in zip(shapes, keys, strict=True):
            problems = geometries.check_geometry(shape, geometry_type)
            if problems:
                raise Misfit(key, problems[0]) from None
        raise


def box_words(shapes: Any) -> list[str]:
    """Return PostgreSQL's words for the boxes of many geometries."""
    if not len(shapes):
        return []
    return [f"(({e!r},{n!r}),({w!r},{s!r}))" for w, s, e, n in shapely.bounds(shapes).tolist()]


def span_words(span: Span) -> str:
    """Return PostgreSQL's words for a range of days."""
    if span == ALWAYS:
        return "(,)"
    return f"[{_day(span.since)},{_day(span.until)})"


def _day(day: dt.date | None) -> str:
    return "" if day is None else day.isoformat()


def content_key(wkb: bytes, properties: str) -> str:
    """Return a key that the same geometry with the same properties has again."""
    return "c" + hashlib.blake2b(wkb + properties.encode(), digest_size=10).hexdigest()


def new_key() -> str:
    """Return a key that nothing else has."""
    import secrets

    return "f" + secrets.token_hex(8)


def refuse_twice() -> None:
    """Refuse a feature that is changed or removed twice at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT key FROM pg_temp.atlas_staged WHERE action <> 'a' GROUP BY key
            HAVING count(*) > 1 AND (bool_or(action = 'r') OR count(DISTINCT seen) < count(*)) LIMIT 1
            """
        )
        found = cursor.fetchone()
    if found:
        raise Refused(N_("Feature %(key)s is there twice."), key=found[0])
