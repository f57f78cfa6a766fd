"""The base map for programs: MapLibre styles, tiles out of the PMTiles archive, the archive itself by ranges."""

import re

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from rivulus.atlas.presenters.basemap import THEMES, build_style
from rivulus.atlas.queries import base as queries
from rivulus.atlas.queries.base_tiles import Archive, open_archive

A_YEAR_S = 365 * 24 * 3600
A_MINUTE_S = 60
LANGUAGES = ("ro", "en", "hu")
MVT = "application/vnd.mapbox-vector-tile"
ARCHIVE = "application/vnd.pmtiles"
RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Answer with the style of the base map: ``theme`` light or dark, ``lang`` ro, en or hu."""
    theme, language = request.GET.get("theme", "light"), request.GET.get("lang", "ro")
    if theme not in THEMES or language not in LANGUAGES:
        raise Http404
    response = JsonResponse(_absolute(request, build_style(theme, language)))
    response["Cache-Control"] = f"public, max-age={A_MINUTE_S}"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _absolute(request: HttpRequest, built: dict[str, object]) -> dict[str, object]:
    """A style is read by a worker that does not know where it came from: every address is whole."""

    def whole(value: object) -> object:
        if isinstance(value, str) and value.startswith("/") and not value.startswith("//"):
            return request.build_absolute_uri("/").rstrip("/") + value
        if isinstance(value, dict):
            return {key: whole(part) for key, part in value.items()}
        if isinstance(value, list):
            return [whole(part) for part in value]
        return value

    addressed = ("sources", "font-faces")
    return {**built, **{key: whole(built[key]) for key in addressed}}


@require_safe
def schematic(request: HttpRequest) -> HttpResponse:
    """Answer with the schematic of the pack as GeoJSON."""
    response = JsonResponse(queries.schematic(), content_type="application/geo+json")
    return _kept(request, response, queries.schematic_revision())


@require_safe
def tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Answer with a tile of the imported base map, 204 where it shows nothing."""
    found = _archive()
    if z > 22 or x >= 1 << z or y >= 1 << z:
        raise Http404
    content = found[1].tile(z, x, y)
    response = HttpResponse(content or b"", content_type=MVT, status=200 if content else 204)
    if content:
        response["Content-Encoding"] = "gzip"
    response["Access-Control-Allow-Origin"] = "*"
    return _kept(request, response, found[0].revision)


def _kept(request: HttpRequest, response: HttpResponse, revision: str) -> HttpResponse:
    """What is asked for with its revision never changes."""
    is_marked = request.GET.get("r") == revision
    response["Cache-Control"] = (
        f"public, max-age={A_YEAR_S}, immutable" if is_marked else f"public, max-age={A_MINUTE_S}"
    )
    return response


@require_safe
def archive(request: HttpRequest) -> HttpResponseBase:
    """Send the PMTiles archive, whole or a range of its bytes (RFC 9110, one range)."""
    base, _ = _archive()
    size, mark = base.path.stat().st_size, f'"{base.revision}"'
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or request.headers.get("If-Range", mark) != mark:
        response: HttpResponseBase = FileResponse(base.path.open("rb"), content_type=ARCHIVE)
    else:
        first = int(asked[1])
        last = min(int(asked[2]) if asked[2] else size - 1, size - 1)
        if first > last:
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{size}"
        else:
            with base.path.open("rb") as file:
                file.seek(first)
                content = file.read(min(last - first + 1, 16 * 1024 * 1024))
            response = HttpResponse(content, status=206, content_type=ARCHIVE)
            response["Content-Range"] = f"bytes {first}-{first + len(content) - 1}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = mark
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "Content-Range, ETag"
    return response


def _archive() -> tuple[queries.Base, Archive]:
    base = queries.find_base()
    if base is None or not base.path.is_file():
        raise Http404
    return base, open_archive(base.path, base.path.stat().st_mtime_ns)
