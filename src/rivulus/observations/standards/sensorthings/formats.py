"""Other forms of an answer: data array, CSV, GeoJSON, Parquet. The long ones are sent while they are being read."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import shapely

from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.standards.sensorthings import showing
from rivulus.observations.standards.sensorthings.asking import Cost, ask, bounded
from rivulus.observations.standards.sensorthings.levels import Asked, Shown, next_link
from rivulus.observations.standards.sensorthings.locating import Place
from rivulus.observations.standards.sensorthings.options import OptionError, Options
from rivulus.observations.standards.sensorthings.pages import ObservationPage, Page, read_observations, read_page
from rivulus.observations.standards.sensorthings.rendering import self_link

PAGE = 5000
PAGE_ENTITIES = 500
LONGEST = 1_000_000
"""Rows of one file."""

GEOJSON_SETS = {"Locations": "location", "FeaturesOfInterest": "feature", "Things": ""}
COLUMNS = ("id", "Datastream", "phenomenonTime", "resultTime", "result", "resultQuality", "validTime", "parameters")
PLACES = """SELECT DISTINCT ON (x.thing_id) x.thing_id, l.geometry FROM observations_thing_locations x
 JOIN observations_location l ON l.id = x.location_id
 WHERE x.thing_id = ANY(%(ids)s::int4[]) AND l.geometry IS NOT NULL ORDER BY x.thing_id, l.id"""


@dataclass(frozen=True, slots=True)
class Stream:
    """A body that is sent piece by piece; the first piece is read before anything is promised."""

    content_type: str
    name: str
    pieces: Iterator[bytes]


def data_array(asked: Asked, place: Place, options: Options, address: str) -> Shown:
    """Return observations as arrays, one for each series (OGC 18-088, 12.1)."""
    if place.entity.set_name != "Observations":
        raise OptionError("$resultFormat=dataArray is for observations.")
    if options.expand:
        raise OptionError("$expand does not go with $resultFormat=dataArray.")
    page = read_observations(asked, place, options)
    select = options.select - {"@iot.selfLink"} if options.select is not None else None
    names: Sequence[str] = showing.ROW
    if select is not None:
        names = [name for name in names if name in select or f"@iot.{name}" in select]
    said = showing.said_of(page.keys)
    parts: defaultdict[int, list[list[Any]]] = defaultdict(list)
    for key in page.keys:
        row = showing.row_of(key, said.get((key.datastream, key.time)), page.scope.series, names)
        parts[key.datastream].append(row)
    shown: Shown = {} if page.count is None else {"@iot.count": page.count}
    if page.next:
        shown["@iot.nextLink"] = next_link(address, options, page.next)
    return {**shown, "value": [_part(asked, page, number, names, rows) for number, rows in parts.items()]}


def _part(asked: Asked, page: ObservationPage, number: int, names: Sequence[str], rows: list[list[Any]]) -> Shown:
    stream = "MultiDatastream" if number in page.scope.series.multi else "Datastream"
    return {
        f"{stream}@iot.navigationLink": f"{asked.base}/{stream}s({number})",
        "components": names,
        "dataArray@iot.count": len(rows),
        "dataArray": rows,
    }


def stream_csv(asked: Asked, place: Place, options: Options) -> Stream:
    """Return a table with commas: one row for each entity, JSON where a value is no text or number."""
    if options.expand:
        raise OptionError("$expand does not go with $resultFormat=CSV.")
    names = _names(place, options)
    is_observations = place.entity.set_name == "Observations"

    def rows(shown: list[Shown]) -> bytes:
        text = io.StringIO()
        csv.writer(text).writerows([[_cell(one.get(name)) for name in names] for one in shown])
        return text.getvalue().encode()

    pages = _observation_rows(asked, place, options) if is_observations else _entity_rows(asked, place, options)
    head = (",".join(names) + "\r\n").encode()
    return Stream("text/csv; charset=utf-8", f"{place.entity.set_name}.csv", _first_read(head, map(rows, pages)))


def _names(place: Place, options: Options) -> list[str]:
    is_observations = place.entity.set_name == "Observations"
    names = list(COLUMNS) if is_observations else ["id", *(one.name for one in place.entity.fields)]
    select = options.select
    return names if select is None else [name for name in names if name in select or f"@iot.{name}" in select]


def _cell(value: Any) -> Any:
    if isinstance(value, msgspec.Raw):
        value = msgspec.json.decode(value)
    if isinstance(value, (dict, list, bool)):
        return msgspec.json.encode(value).decode()
    return "" if value is None else value


def _first_read(head: bytes, pieces: Iterator[bytes], tail: Callable[[], bytes] = bytes) -> Iterator[bytes]:
    """Read the first piece now, so that what is wrong with the question can still be said."""
    first = next(pieces, b"")

    def body() -> Iterator[bytes]:
        yield head + first
        yield from pieces
        yield tail()

    return body()


def _entity_rows(asked: Asked, place: Place, options: Options) -> Iterator[list[Shown]]:
    """Yield the objects of a set, page by page."""
    plain = replace(options, select=None, count=False)
    for page in _pages(asked, plain, PAGE_ENTITIES, lambda now, some, size: read_page(now, place, some, size)):
        decoded = [one if isinstance(one, dict) else msgspec.json.decode(one) for one in page.values]
        yield [{**one, "id": one["@iot.id"]} for one in decoded]


def _observation_rows(asked: Asked, place: Place, options: Options) -> Iterator[list[Shown]]:
    """Yield the properties of observations, page by page."""
    for page in _observation_pages(asked, place, options):
        said = showing.said_of(page.keys)
        yield [
            {
                **showing.values_of(key, said.get((key.datastream, key.time)), page.scope.series),
                "id": observation_id(key.datastream, key.time),
                "Datastream": key.datastream,
            }
            for key in page.keys
        ]


def _observation_pages(asked: Asked, place: Place, options: Options) -> Iterator[ObservationPage]:
    plain = replace(options, count=False)
    return _pages(asked, plain, PAGE, lambda now, some, size: read_observations(now, place, some, size))


def _pages[P: (Page, ObservationPage)](
    asked: Asked, options: Options, size: int, read: Callable[[Asked, Options, int], P]
) -> Iterator[P]:
    """Yield page after page, each a question of its own, until $top or the longest file is reached."""
    left = min(LONGEST, LONGEST if options.top is None else options.top)
    while left > 0:
        with bounded():
            page = read(replace(asked, cost=Cost()), options, min(size, left))
        yield page
        left -= min(size, left)
        if not page.next:
            return
        options = replace(options, token=page.next.get("$skiptoken", ""), skip=int(page.next.get("$skip", 0)))


def stream_geojson(asked: Asked, place: Place, options: Options) -> Stream:
    """Return things, places or features as GeoJSON features (RFC 7946)."""
    if place.entity.set_name not in GEOJSON_SETS or options.expand:
        raise OptionError("$resultFormat=GeoJSON is for Things, Locations and FeaturesOfInterest, without $expand.")
    name, started = GEOJSON_SETS[place.entity.set_name], False

    def features(shown: list[Shown]) -> bytes:
        nonlocal started
        parts = [msgspec.json.encode(one) for one in _features(asked, place, name, shown)]
        before, started = (b"," if started and parts else b""), started or bool(parts)
        return before + b",\n".join(parts)

    head, tail = b'{"type":"FeatureCollection","features":[', b"]}"
    pieces = map(features, _entity_rows(asked, place, options))
    return Stream("application/geo+json", f"{place.entity.set_name}.geojson", _first_read(head, pieces, lambda: tail))


def _features(asked: Asked, place: Place, name: str, shown: list[Shown]) -> Iterator[Shown]:
    found = {} if name else _places([one["id"] for one in shown])
    for one in shown:
        geometry = _geometry(one.get(name)) if name else found.get(one["id"])
        properties = {key: value for key, value in one.items() if "@" not in key and key not in {name, "id"}}
        link = self_link(asked.base, place.entity, one["id"])
        yield {
            "type": "Feature",
            "id": one["id"],
            "geometry": geometry,
            "properties": {**properties, "@iot.selfLink": link},
        }


def _geometry(value: Any) -> Any:
    plain = msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
    return plain.get("geometry") if isinstance(plain, dict) and plain.get("type") == "Feature" else plain


def _places(ids: list[int]) -> dict[int, msgspec.Raw]:
    """Return where things are, by their numbers."""
    with bounded():
        rows = ask(PLACES, {"ids": ids})
    return {number: msgspec.Raw(shapely.to_geojson(shapely.from_wkb(bytes(wkb))).encode()) for number, wkb in rows}


def stream_parquet(asked: Asked, place: Place, options: Options) -> Stream:
    """Return observations as a Parquet file: series, time (UTC), number, other results as JSON, quality, simulated."""
    if place.entity.set_name != "Observations" or options.expand or options.select is not None:
        raise OptionError("$resultFormat=Parquet is for observations, without $expand and $select.")
    pages = _observation_pages(asked, place, options)
    return Stream("application/vnd.apache.parquet", "Observations.parquet", _first_read(b"", _parquet(pages)))


def _parquet(pages: Iterator[ObservationPage]) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [
            ("datastream", pa.int32()),
            ("time", pa.timestamp("ms", "UTC")),
            ("number", pa.float64()),
            ("result", pa.string()),
            ("quality", pa.int32()),
            ("simulated", pa.bool_()),
        ]
    )
    sink = _Sink()
    with pq.ParquetWriter(pa.PythonFile(sink, "w"), schema, compression="zstd") as writer:
        for page in pages:
            keys, simulated = page.keys, page.scope.series.simulated
            columns = [
                [key.datastream for key in keys],
                [key.time // 1000 for key in keys],
                [key.number for key in keys],
                [bytes(key.result).decode() if key.result is not None else None for key in keys],
                [key.quality for key in keys],
                [key.datastream in simulated for key in keys],
            ]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            yield sink.take()
    yield sink.take()


class _Sink(io.BytesIO):
    """A file that only grows at its end, and gives away what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0

    def tell(self) -> int:
        """Return the place in the whole file."""
        return self.sent + super().tell()

    def take(self) -> bytes:
        """Return what was written since the last time."""
        written = self.getvalue()
        self.sent += len(written)
        self.seek(0)
        self.truncate()
        return written
