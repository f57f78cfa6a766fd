"""``/tiles/{code}/{z}/{x}/{y}.mvt`` and ``/tiles/{code}.json`` (TileJSON 3.0): the short addresses of tiles."""

import datetime as dt
import gzip
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import bounds_of
from rivulus.atlas.queries.visible import get_layer, get_public_layer, viewer_of
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.rules.tiles.grid import LIMIT_LAT, Tile
from rivulus.atlas.standards.tiles.drawing import DrawnTile, name_of, tile_of
from rivulus.atlas.terms import Visibility
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound
from rivulus.kernel.geometry import Box

MVT = "application/vnd.mapbox-vector-tile"
KEPT_S, NAMED_KEPT_S = 60, 86_400
ZOOMS = range(19)  # beyond the last one the map enlarges its tiles
WORLD: Box = (-180.0, -LIMIT_LAT, 180.0, LIMIT_LAT)
OPEN = {"Access-Control-Allow-Origin": "*"}
PARAMETERS = frozenset({"v", "datetime"})
NO_SUCH_TILE = "There is no such tile, or it is not for you to see."


@require_safe
def tile(request: HttpRequest, code: str, z: int, x: int, y: int) -> HttpResponse:
    """Answer with a tile: 204 where nothing is in it, 304 where the reader has it, 404 where there is none."""
    place = Tile(z, x, y)
    unknown = sorted(set(request.GET) - PARAMETERS)
    if unknown:
        return refuse(400, f"The parameter “{unknown[0]}” is not known.")
    try:
        day = read_day(request.GET.get("datetime"))
        layer = layer_for(request, code)
    except ValueError:
        return refuse(400, "The day is not a date such as 2026-03-01.")
    except NotFound:
        return refuse(404, NO_SUCH_TILE)
    if not place.exists or z not in ZOOMS:
        return refuse(404, NO_SUCH_TILE)
    return send(request, layer, place, day)


@require_safe
def tilejson(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with the description of the tiles of a layer, as TileJSON."""
    if request.GET:
        return refuse(400, f"The parameter “{next(iter(request.GET))}” is not known.")
    try:
        layer = layer_for(request, code)
    except NotFound:
        return refuse(404, NO_SUCH_TILE)
    return guarded(JsonResponse(describe(request, layer), json_dumps_params={"ensure_ascii": False}), layer, KEPT_S)


def layer_for(request: HttpRequest, code: str) -> Layer:
    """Return a layer that whoever asks may see; raises NotFound. Who asks matters only where not everybody may."""
    try:
        return get_public_layer(code)
    except NotFound:
        return get_layer(code, viewer_of(cast(Any, request.user)))


def send(request: HttpRequest, layer: Layer, place: Tile, day: dt.date) -> HttpResponse:
    """Return the answer with a tile of a layer that the reader may see."""
    tag = f'"{name_of(layer, place, day)}"'
    # An address that names the revision answers the same for ever; another one may change with the next edit.
    kept_s = NAMED_KEPT_S if request.GET.get("v") == str(layer.revision) else KEPT_S
    if tag in request.headers.get("If-None-Match", "").replace("W/", ""):
        response = HttpResponse(status=304)
    else:
        response = _with_content(request, tile_of(layer, place, day))
    response["ETag"] = tag
    return guarded(response, layer, kept_s)


def _with_content(request: HttpRequest, drawn: DrawnTile) -> HttpResponse:
    counts = {"Rivulus-Features": f"shown={drawn.shown}, found={drawn.found}"}
    if not drawn.content:
        return HttpResponse(status=204, headers=counts)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(drawn.content, content_type=MVT, headers=counts)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(gzip.decompress(drawn.content), content_type=MVT, headers=counts)
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def guarded(response: HttpResponse, layer: Layer, kept_s: int) -> HttpResponse:
    """Say who may keep an answer: what not everybody sees stays with the one who asked, and is asked for each time."""
    if layer.visibility == Visibility.PUBLIC:
        response["Cache-Control"] = f"public, max-age={kept_s}"
        for name, value in OPEN.items():
            response[name] = value
    else:
        response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ["Cookie"])
    return response


def describe(request: HttpRequest, layer: Layer) -> dict[str, Any]:
    """Return the TileJSON of a layer."""
    sample = reverse("atlas_tile", args=[layer.code, 0, 0, 0])
    template = sample.replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt") + f"?v={layer.revision}"
    schema = read_schema(layer.schema).open
    bounds = bounds_of(layer) or WORLD
    return {
        "tilejson": "3.0.0",
        "name": layer.title,
        "description": layer.description,
        "version": f"1.{layer.revision}.0",
        "attribution": layer.attribution or layer.owner.name,
        "scheme": "xyz",
        "tiles": [request.build_absolute_uri("/").rstrip("/") + template],
        "minzoom": ZOOMS[0],
        "maxzoom": ZOOMS[-1],
        "bounds": list(bounds),
        "center": [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2, 12],
        "vector_layers": [
            {
                "id": layer.code,
                "description": layer.description,
                "minzoom": ZOOMS[0],
                "maxzoom": ZOOMS[-1],
                "fields": {"key": "string"} | {name: str(one.type) for name, one in schema.by_name.items()},
            }
        ],
    }


def read_day(text: str | None) -> dt.date:
    """Return the day for which is asked, today where none is named; raises ValueError."""
    if not text:
        return clock.today()
    if len(text) > 10:
        moment = dt.datetime.fromisoformat(text)
        return (moment if moment.tzinfo is None else moment.astimezone(clock.CITY_ZONE)).date()
    return dt.date.fromisoformat(text)


def refuse(status: int, sentence: str) -> HttpResponse:
    """Return a refusal in the shape of the OGC's standards."""
    response = JsonResponse({"code": str(status), "description": sentence}, status=status)
    response["Cache-Control"] = "no-store"
    for name, value in OPEN.items():
        response[name] = value
    return response
