"""OGC API Records: a record for each layer, in a collection of its own."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import get_language, gettext

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import bounds_of
from rivulus.atlas.rules.crs import CRS84
from rivulus.atlas.rules.specs import LICENCES
from rivulus.atlas.standards.ogc.answers import GEOJSON, HTML, JSON
from rivulus.atlas.standards.ogc.asking import Request, read_box, read_days, read_limit
from rivulus.atlas.standards.ogc.describing import MVT
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound
from rivulus.kernel.geometry import Box

RECORDS = "records"
USUAL, MOST = 50, 500
PARAMETERS = frozenset({"limit", "bbox", "bbox-crs", "datetime", "q", "type", "ids", "externalIds", "offset"})
CONFORMS = "http://www.opengis.net/spec/ogcapi-records-1/1.0/req/record-core"


def collection(request: Request) -> dict[str, Any]:
    """Return the collection of records."""
    path = f"/collections/{RECORDS}"
    return {
        "id": RECORDS,
        "title": gettext("Register of the layers"),
        "description": gettext(
            "A record for each layer of the atlas: what it is, whose, since when, under which licence."
        ),
        "itemType": "record",
        "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]], "crs": CRS84}},
        "crs": [CRS84],
        "links": [
            *request.forms(path, JSON),
            request.link(f"{path}/items?f=json", "items", GEOJSON, gettext("The records")),
        ],
    }


def items(request: Request, layers: QuerySet[Layer]) -> dict[str, Any]:
    """Return a page of records; raises Problem."""
    given = request.parameters
    read_days(given.get("datetime"))
    box = read_box(given.get("bbox"), given.get("bbox-crs"))
    limit = read_limit(given.get("limit"), USUAL, MOST)
    offset = read_limit(given["offset"], 0, 100_000) if given.get("offset", "0") != "0" else 0
    found = _narrowed(layers, given)
    chosen = [layer for layer in found if box is None or _touches(bounds_of(layer), box)] if box else None
    matched = len(chosen) if chosen is not None else found.count()
    page = (chosen if chosen is not None else found)[offset : offset + limit]
    records = [record(request, layer) for layer in page]
    path = f"/collections/{RECORDS}/items"
    links = request.forms(path, GEOJSON, others=urlencode(given))
    if offset + limit < matched:
        following = urlencode({**given, "offset": offset + limit, "f": request.form})
        links.append(request.link(f"{path}?{following}", "next", GEOJSON, gettext("Next page")))
    return {
        "type": "FeatureCollection",
        "timeStamp": clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "numberMatched": matched,
        "numberReturned": len(records),
        "features": records,
        "links": links,
    }


def _narrowed(layers: QuerySet[Layer], given: dict[str, str]) -> QuerySet[Layer]:
    for word in given.get("q", "").replace(",", " ").split()[:8]:
        wanted = Q(code__icontains=word)
        for language in ("ro", "en", "hu"):
            wanted |= Q(**{f"title_{language}__icontains": word}) | Q(**{f"description_{language}__icontains": word})
        layers = layers.filter(wanted)
    if "ids" in given:
        layers = layers.filter(code__in=given["ids"].split(",")[:200])
    if given.get("type", "dataset") != "dataset" or "externalIds" in given:
        return layers.none()
    return layers


def _touches(bounds: Box | None, box: Box) -> bool:
    return bounds is None or (
        bounds[0] <= box[2] and bounds[2] >= box[0] and bounds[1] <= box[3] and bounds[3] >= box[1]
    )


def one(request: Request, layers: QuerySet[Layer], code: str) -> dict[str, Any]:
    """Return the record of a layer; raises NotFound."""
    layer = layers.filter(code=code).first()
    if layer is None:
        raise NotFound
    return record(request, layer)


def record(request: Request, layer: Layer) -> dict[str, Any]:
    """Return what is known of a layer as a record, which is a feature of GeoJSON."""
    bounds = bounds_of(layer)
    path = f"/collections/{RECORDS}/items/{layer.code}"
    return {
        "id": layer.code,
        "type": "Feature",
        "conformsTo": [CONFORMS],
        "time": None,
        "geometry": _rectangle(bounds) if bounds else None,
        "properties": {
            "type": "dataset",
            "title": layer.title,
            "description": layer.description,
            "created": layer.created_at.isoformat(),
            "updated": layer.changed_at.isoformat(),
            "language": {"code": (get_language() or "ro")[:2]},
            "keywords": [layer.theme],
            "license": LICENCES.get(layer.licence) or layer.licence,
            "contacts": [{"organization": layer.owner.name, "roles": ["publisher"]}],
            "formats": [{"name": "GeoJSON", "mediaType": GEOJSON}, {"name": "MVT", "mediaType": MVT}],
        },
        "links": [
            *request.forms(path, GEOJSON),
            request.link(f"/collections/{layer.code}", "item", JSON, layer.title),
            request.link(f"/collections/{layer.code}?f=html", "about", HTML, layer.title),
            request.link(f"/collections/{RECORDS}", "collection", JSON),
        ],
    }


def _rectangle(box: Box) -> dict[str, Any]:
    west, south, east, north = box
    pad = 1e-6 if west == east or south == north else 0.0  # one point has no area
    west, south, east, north = west - pad, south - pad, east + pad, north + pad
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
