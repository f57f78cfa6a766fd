"""``/collections/{code}/items``: features in GeoJSON, page by page, filtered, sorted, in the system that is asked for."""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec
import numpy as np
import shapely
from django.http import HttpResponse
from django.utils.translation import gettext
from numpy.typing import NDArray

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import count_features, shown_schema
from rivulus.atlas.queries.items import Asked, Item, ItemPage, Sorting, bounded, list_items
from rivulus.atlas.queries.visible import Viewer
from rivulus.atlas.rules.cql2.parsing import parse
from rivulus.atlas.rules.cql2.reading import Reader, equals
from rivulus.atlas.rules.cql2.tree import GEOMETRY, Kind, Logic, Node, Property, queryables
from rivulus.atlas.rules.cql2.tree import OWN as OWN_PROPERTIES
from rivulus.atlas.rules.crs import Crs, from_lon_lat
from rivulus.atlas.rules.schemas import Schema
from rivulus.atlas.standards.ogc.answers import GEOJSON, Problem, kept
from rivulus.atlas.standards.ogc.asking import Request, read_box, read_crs_of, read_days, read_limit
from rivulus.kernel import clock

USUAL_LIMIT, MOST_LIMIT = 100, 2_000
MOST_SORTED_BY = 4
PARAMETERS = frozenset(
    {
        "limit", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs", "sortby", "properties",
        "skipGeometry", "after",
    }
)  # fmt: skip
NUMBER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the items of a layer, as it was read from the parameters."""

    asked: Asked
    crs: Crs
    names: tuple[str, ...]
    has_geometry: bool


def read_question(layer: Layer, viewer: Viewer, given: Mapping[str, str]) -> Question:
    """Return what the parameters ask; raises Problem and Refused. What the viewer does not see cannot be asked."""
    schema = shown_schema(layer, viewer)
    since, until = read_days(given.get("datetime"))
    asked = Asked(
        since=since,
        until=until,
        box=read_box(given.get("bbox"), given.get("bbox-crs")),
        filter=_read_filter(schema, given),
        sorting=_read_sorting(schema, given.get("sortby")),
        limit=read_limit(given.get("limit"), USUAL_LIMIT, MOST_LIMIT),
        after=_read_after(given.get("after"), given.get("sortby")),
    )
    crs = read_crs_of(given.get("crs"))
    return Question(asked, crs, _read_names(schema, given.get("properties")), given.get("skipGeometry") != "true")


def _read_filter(schema: Schema, given: Mapping[str, str]) -> Node | None:
    known = queryables(schema)
    parts: list[Node] = [
        equals(name, text, known) for name, text in given.items() if name in schema.by_name and name not in PARAMETERS
    ]
    crs = read_crs_of(given.get("filter-crs"))
    if "filter" in given:
        text = given["filter"]
        usual = "cql2-json" if text.lstrip().startswith("{") else "cql2-text"
        parts.append(Reader(known, crs).read(parse(text, given.get("filter-lang", usual))))
    elif given.get("filter-lang", "cql2-text") not in ("cql2-text", "cql2-json"):
        parse("", given["filter-lang"])
    return None if not parts else parts[0] if len(parts) == 1 else Logic("and", tuple(parts))


def _read_sorting(schema: Schema, text: str | None) -> tuple[Sorting, ...]:
    known = queryables(schema)
    sorting = []
    for part in (text or "").split(",") if text else []:
        name = part.strip().lstrip("+-")
        kind = known.get(name)
        if kind is None or kind is Kind.GEOMETRY:
            raise Problem(400, gettext("sortby: “%(name)s” is not something to sort by.") % {"name": name[:60]})
        is_own = name in OWN_PROPERTIES and kind is OWN_PROPERTIES[name]
        sorting.append(Sorting(Property(name, kind, is_own), part.strip().startswith("-")))
    if len(sorting) > MOST_SORTED_BY:
        raise Problem(400, gettext("sortby: at most %(most)s properties.") % {"most": MOST_SORTED_BY})
    return tuple(sorting)


def _read_names(schema: Schema, text: str | None) -> tuple[str, ...]:
    if text is None:
        return tuple(schema.by_name)
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in schema.by_name and name != GEOMETRY]
    if unknown:
        raise Problem(400, gettext("properties: there is no “%(name)s”.") % {"name": unknown[0][:60]})
    return tuple(name for name in schema.by_name if name in names)


def _read_after(text: str | None, sortby: str | None) -> tuple[Any, ...]:
    if text is None:
        return ()
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, msgspec.DecodeError):
        values = None
    count = 1 + (len(sortby.split(",")) if sortby else 0)
    is_plain = isinstance(values, list) and all(
        isinstance(value, str | int | float | None) and "\x00" not in str(value) for value in values
    )
    if not is_plain or len(values) != count or not isinstance(values[-1], int):
        raise Problem(400, gettext("after: take it from the link to the next page."))
    return tuple(values)


def write_after(after: Sequence[Any]) -> str:
    """Return where the next page begins, for its address."""
    return base64.urlsafe_b64encode(msgspec.json.encode(list(after))).decode().rstrip("=")


def answer(request: Request, layer: Layer, viewer: Viewer, *, is_public: bool) -> HttpResponse:
    """Return a page of features in GeoJSON."""
    question = read_question(layer, viewer, request.parameters)
    tag = _tag(request, layer, is_public)
    if tag in request.http.headers.get("If-None-Match", "").replace("W/", ""):
        response = HttpResponse(status=304)
    else:
        with bounded():
            page = list_items(layer, question.asked)
        response = HttpResponse(_collection(request, layer, question, page), content_type=GEOJSON)
        response["Content-Crs"] = f"<{question.crs.uri}>"
    response["ETag"] = tag
    return kept(response, is_public=is_public)


def _tag(request: Request, layer: Layer, is_public: bool) -> str:
    seen = f"{layer.pk}:{layer.revision}:{clock.today()}:{is_public}:{request.http.get_full_path()}:{request.base}"
    if not is_public:
        viewer = request.viewer
        seen += f"{sorted(viewer.roles)}{sorted(viewer.organisations)}"
    return f'"{hashlib.blake2b(seen.encode(), digest_size=12).hexdigest()}"'


def _collection(request: Request, layer: Layer, question: Question, page: ItemPage) -> bytes:
    features = features_json(page.items, page.geometries, question)
    head: dict[str, Any] = {
        "type": "FeatureCollection",
        "timeStamp": clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "numberReturned": len(page.items),
        "links": links(request, layer, page),
    }
    matched = number_matched(layer, question.asked, page)
    if matched is not None:
        head["numberMatched"] = matched
    if not question.crs.is_crs84:
        head["coordRefSys"] = question.crs.uri
    return msgspec.json.encode(head)[:-1] + b',"features":[' + b",".join(features) + b"]}"


def number_matched(layer: Layer, asked: Asked, page: ItemPage) -> int | None:
    """Return how many features there are in all, where that costs nothing: None otherwise."""
    if not asked.after and page.next_after is None:
        return len(page.items)
    if asked.box is None and asked.filter is None and asked.is_one_day:
        return count_features(layer, asked.since)
    return None


def links(request: Request, layer: Layer, page: ItemPage) -> list[dict[str, str]]:
    """Return the links of a page: itself, its other form, the next one, the collection."""
    path = f"/collections/{layer.code}/items"
    given = {name: text for name, text in request.parameters.items() if name != "f"}
    found = request.forms(path, GEOJSON, others=urlencode(given))
    if page.next_after is not None:
        following = urlencode(given | {"after": write_after(page.next_after), "f": request.form})
        found.append(request.link(f"{path}?{following}", "next", GEOJSON, gettext("Next page")))
    found.append(request.link(f"/collections/{layer.code}", "collection", "application/json", layer.title))
    return found


def features_json(items: Sequence[Item], geometries: NDArray[np.object_], question: Question) -> list[bytes]:
    """Return features in GeoJSON, each as bytes: coordinates are written by GEOS, many at once."""
    if question.has_geometry and len(items):
        placed = from_lon_lat(geometries, question.crs)
        written = [text.encode() for text in shapely.to_geojson(placed)]
    else:
        written = [b"null"] * len(items)
    names = question.names
    encode = NUMBER.encode
    return [
        b'{"type":"Feature","id":%b,"geometry":%b,"properties":%b}'
        % (encode(item.key), shape, encode(shown(item, names)))
        for item, shape in zip(items, written, strict=True)
    ]


def shown(item: Item, names: Sequence[str]) -> dict[str, Any]:
    """Return the properties of a feature that are asked for, and its time where it has ends."""
    properties = {name: item.properties.get(name) for name in names}
    if item.valid.since is not None:
        properties["valid_from"] = item.valid.since.isoformat()
    if item.valid.until is not None:
        properties["valid_until"] = item.valid.until.isoformat()
    return properties
