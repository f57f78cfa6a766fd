"""The door of SensorThings: reading is answered here, writing by ``writing``; anybody may look from anywhere."""

from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from rivulus.kernel import clock
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.standards.sensorthings import formats
from rivulus.observations.standards.sensorthings.addresses import Address, AddressError, parse_address
from rivulus.observations.standards.sensorthings.aggregating import show_buckets
from rivulus.observations.standards.sensorthings.asking import bounded
from rivulus.observations.standards.sensorthings.levels import Asked
from rivulus.observations.standards.sensorthings.locating import Place, resolve_address
from rivulus.observations.standards.sensorthings.options import OptionError, Options, read_options
from rivulus.observations.standards.sensorthings.pages import (
    read_one,
    read_page,
    read_property,
    show_page,
    show_references,
)
from rivulus.observations.standards.sensorthings.readers import reader_of
from rivulus.observations.standards.sensorthings.rendering import CORS, ServiceError, answer, base_url, refuse
from rivulus.observations.standards.sensorthings.root import refuse_format, show_root
from rivulus.observations.standards.sensorthings.writing import write

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Rivulus", Basic realm="Rivulus"'}
STREAMS: dict[str, Callable[[Asked, Place, Options], formats.Stream]] = {
    "CSV": formats.stream_csv,
    "GeoJSON": formats.stream_geojson,
    "Parquet": formats.stream_parquet,
}


@csrf_exempt
def serve(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """Answer a request below the address of the service."""
    if request.method == "OPTIONS":
        response: HttpResponseBase = HttpResponse(status=204)
    elif request.method in {"GET", "HEAD"}:
        response = _guarded(request, path)
    else:
        response = write(request, path)
    for name, value in CORS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _guarded(request: HttpRequest, path: str) -> HttpResponseBase:
    try:
        return _read(request, path)
    except AddressError as error:
        return refuse(404, str(error))
    except OptionError as error:
        return refuse(400, str(error))
    except ServiceError as error:
        headers = CHALLENGE if error.status == 401 else {"Retry-After": "10"} if error.status == 503 else None
        return refuse(error.status, error.message, headers)


def _read(request: HttpRequest, path: str) -> HttpResponseBase:
    address = parse_address(path)
    asked = Asked(reader_of(request), base_url(request), microseconds(clock.now()))
    if address.is_root:
        return answer(show_root(asked.base))
    options = read_options(address.target, dict(request.GET.lists()))
    with bounded():
        place = resolve_address(asked, address)
        if options.format not in STREAMS:
            return _answer(asked, place, options, address, request.build_absolute_uri(request.path))
    return _stream(asked, place, options, address)


def _answer(asked: Asked, place: Place, options: Options, address: Address, here: str) -> HttpResponse:
    if address.property_path:
        return _property(read_property(asked, place, address), address)
    if address.suffix == "$ref":
        return answer(show_references(asked, place, options, here))
    if place.id is not None:
        return answer(read_one(asked, place, options))
    if options.bucket:
        return answer(show_buckets(asked, place, options))
    if options.format == "dataArray":
        return answer(formats.data_array(asked, place, options, here))
    return answer(show_page(asked, read_page(asked, place, options), here, options))


def _property(value: Any, address: Address) -> HttpResponse:
    """Null is no content; `$value` is the bare value."""
    if value is None:
        return HttpResponse(status=204)
    if address.suffix != "$value":
        return answer({address.property_path[-1]: value})
    if isinstance(value, (dict, list)):
        return answer(value)
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return HttpResponse(text, "text/plain; charset=utf-8")


def _stream(asked: Asked, place: Place, options: Options, address: Address) -> StreamingHttpResponse:
    if place.id is not None or address.property_path or address.suffix or options.bucket:
        raise refuse_format(options.format)
    found = STREAMS[options.format](asked, place, options)
    response = StreamingHttpResponse(found.pieces, content_type=found.content_type)
    response["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response
