"""The resources of the service, each with the parameters that it knows; everything else is refused in one form."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, Concatenate, cast

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import shown_schema
from rivulus.atlas.queries.items import TookTooLong
from rivulus.atlas.queries.visible import PUBLIC, Viewer, list_layers
from rivulus.atlas.standards.ogc import (
    describing,
    editing,
    items,
    one,
    openapi,
    pages,
    recording,
    root,
    styling,
    tiling,
)
from rivulus.atlas.standards.ogc.answers import (
    CORS,
    OPENAPI,
    SCHEMA_JSON,
    STYLE_JSON,
    Problem,
    as_json,
    kept,
    not_allowed,
    problem_of,
    refuse,
)
from rivulus.atlas.standards.ogc.asking import FORMS, Request, language_of, read
from rivulus.atlas.terms import Visibility
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.limits import TooOften
from rivulus.kernel.words import say

READING = ("GET", "HEAD")

type View[**P] = Callable[Concatenate[Request, P], HttpResponse]


def resource[**P](
    *known: str, forms: Collection[str] = FORMS, methods: Collection[str] = READING, may_be_more: bool = False
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """Make a view of a resource: parameters are checked, errors answered in the form that was wanted.

    ``may_be_more`` lets further parameters through to a resource that checks them itself.
    """

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def served(http: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            with translation.override(language_of(http)):
                return answered(http, *args, **kwargs)

        def answered(http: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            about_records = kwargs.get("code") == recording.RECORDS
            if http.method == "OPTIONS" and ("OPTIONS" not in methods or about_records):
                return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS", **CORS})
            is_page = False
            try:
                if http.method not in methods:
                    raise not_allowed(http, methods)
                request = read(http, http.GET.keys() if may_be_more else known, forms)
                is_page = request.is_page
                return view(request, *args, **kwargs)
            except TookTooLong as error:
                problem = Problem(503, say(error), {"Retry-After": "30"})
            except (Problem, NotFound, Refused, TooOften) as error:
                problem = problem_of(error)
            return refuse(http, problem, is_page=is_page)

        return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", served)

    return decorate


def _answer(
    request: Request,
    content: Any,
    template: str,
    *,
    is_public: bool = True,
    media_type: str = "application/json",
    **context: Any,
) -> HttpResponse:
    """Return what is asked for in the form in which it is: the page shows what the JSON says."""
    if request.is_page:
        return pages.show(request, template, content, **context)
    return kept(as_json(content, media_type), is_public=is_public)


@resource()
def landing(request: Request) -> HttpResponse:
    """The landing page."""
    return _answer(request, root.landing(request), "landing")


@resource()
def conformance(request: Request) -> HttpResponse:
    """What the service conforms to."""
    return _answer(request, root.conformance(request), "conformance")


@resource()
def api(request: Request) -> HttpResponse:
    """The description of the interface, in OpenAPI 3.0."""
    layers, is_public = _layers(request)
    content = openapi.describe(request, layers)
    return _answer(request, content, "api", is_public=is_public, media_type=OPENAPI)


@resource("limit", "bbox", "datetime")
def collections(request: Request) -> HttpResponse:
    """The layers that whoever asks may see, and the register of them."""
    layers, is_public = _layers(request)
    content = {
        "links": request.forms("/collections", "application/json"),
        "collections": [
            *(describing.collection(request, layer) for layer in layers),
            recording.collection(request),
        ],
    }
    return _answer(request, content, "collections", is_public=is_public)


@resource()
def collection(request: Request, code: str) -> HttpResponse:
    """One layer, or the register of the layers."""
    if code == recording.RECORDS:
        return _answer(request, recording.collection(request), "records_collection")
    layer, viewer, is_public = request.layer(code)
    content = describing.collection(request, layer)
    return _answer(request, content, "collection", is_public=is_public, layer=layer, viewer=viewer)


@resource(forms=("json",))
def queryables(request: Request, code: str) -> HttpResponse:
    """What may be asked of the features of a layer."""
    layer, viewer, is_public = request.layer(code)
    return kept(as_json(describing.queryables(request, layer, viewer), SCHEMA_JSON), is_public=is_public)


@resource(forms=("json",))
def schema(request: Request, code: str) -> HttpResponse:
    """The attributes of the features of a layer."""
    layer, viewer, is_public = request.layer(code)
    return kept(as_json(describing.schema(request, layer, viewer), SCHEMA_JSON), is_public=is_public)


@resource(methods=("GET", "HEAD", "POST", "OPTIONS"), may_be_more=True)
def features(request: Request, code: str) -> HttpResponse:
    """The features of a layer; also where one is added."""
    if code == recording.RECORDS:
        return _records(request)
    layer, viewer, is_public = request.layer(code)
    if request.http.method == "OPTIONS":
        return _options(layer, viewer, is_one=False)
    if request.http.method == "POST":
        return editing.create(request, layer, viewer)
    known = items.PARAMETERS | shown_schema(layer, viewer).by_name.keys()
    read(request.http, known)
    if request.is_page:
        return pages.show_items(request, layer, viewer)
    return items.answer(request, layer, viewer, is_public=is_public)


@resource(*one.PARAMETERS, methods=("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"))
def feature(request: Request, code: str, key: str) -> HttpResponse:
    """One feature; also where it is changed."""
    if code == recording.RECORDS:
        _check_reading(request)
        viewer, is_public = _viewer(request)
        content = recording.one(request, list_layers(viewer), key)
        return _answer(request, content, "record", is_public=is_public, media_type="application/geo+json")
    layer, viewer, is_public = request.layer(code)
    match request.http.method:
        case "OPTIONS":
            return _options(layer, viewer, is_one=True)
        case "PUT":
            return editing.replace(request, layer, viewer, key)
        case "PATCH":
            return editing.update(request, layer, viewer, key)
        case "DELETE":
            return editing.delete(request, layer, viewer, key)
    if request.is_page:
        return pages.show_item(request, layer, viewer, key)
    return one.answer(request, layer, viewer, key, is_public=is_public)


def _check_reading(request: Request) -> None:
    """The register of the layers is read only."""
    if request.http.method not in READING:
        raise not_allowed(request.http, READING)


def _options(layer: Layer, viewer: Viewer, *, is_one: bool) -> HttpResponse:
    return HttpResponse(status=204, headers={"Allow": editing.allowed(layer, viewer, is_one=is_one), **CORS})


def _records(request: Request) -> HttpResponse:
    _check_reading(request)
    read(request.http, recording.PARAMETERS)
    viewer, is_public = _viewer(request)
    content = recording.items(request, list_layers(viewer))
    return _answer(request, content, "records", is_public=is_public, media_type="application/geo+json")


@resource()
def tilesets(request: Request, code: str) -> HttpResponse:
    """The tilesets of a layer."""
    layer, _viewer, is_public = request.layer(code)
    return _answer(request, tiling.tilesets(request, layer), "tilesets", is_public=is_public, layer=layer)


@resource(forms=("json", "tilejson"))
def tileset(request: Request, code: str) -> HttpResponse:
    """One tileset, as the standard describes it or as TileJSON."""
    layer, _viewer, is_public = request.layer(code)
    if request.form == "tilejson":
        return tiling.answer_tilejson(request, layer)
    return kept(as_json(tiling.tileset(request, layer)), is_public=is_public)


@resource("datetime", "v", forms=("mvt", "json"))
def tile(request: Request, code: str, matrix: str, row: str, col: str) -> HttpResponse:
    """One tile."""
    layer, _viewer, _is_public = request.layer(code)
    return tiling.answer_tile(request, layer, matrix, row, col)


@resource()
def matrix_sets(request: Request) -> HttpResponse:
    """The tile matrix sets."""
    return _answer(request, tiling.matrix_sets(request), "links")


@resource()
def matrix_set(request: Request) -> HttpResponse:
    """WebMercatorQuad."""
    return _answer(request, tiling.matrix_set(request), "links")


@resource()
def styles(request: Request) -> HttpResponse:
    """The styles: of each layer a light and a dark one."""
    layers, is_public = _layers(request)
    listed = [styling.entry(request, layer, is_dark=is_dark) for layer in layers for is_dark in (False, True)]
    content = {"styles": listed, "links": request.forms("/styles", "application/json")}
    return _answer(request, content, "styles", is_public=is_public)


@resource()
def styles_of(request: Request, code: str) -> HttpResponse:
    """The styles of one layer."""
    layer, _viewer, is_public = request.layer(code)
    listed = [styling.entry(request, layer, is_dark=is_dark) for is_dark in (False, True)]
    links = request.forms(f"/collections/{code}/styles", "application/json")
    return _answer(request, {"styles": listed, "default": code, "links": links}, "styles", is_public=is_public)


@resource(forms=("mapbox", "json"))
def style(request: Request, name: str) -> HttpResponse:
    """One style, for MapLibre."""
    code, is_dark = styling.read_id(name)
    layer, _viewer, _is_public = request.layer(code)
    content = styling.stylesheet(request, layer, is_dark=is_dark)
    return kept(as_json(content, STYLE_JSON), is_public=layer.visibility == Visibility.PUBLIC)


@resource(forms=("json",))
def style_metadata(request: Request, name: str) -> HttpResponse:
    """What is known of a style."""
    code, is_dark = styling.read_id(name)
    layer, _viewer, is_public = request.layer(code)
    return kept(as_json(styling.metadata(request, layer, is_dark=is_dark)), is_public=is_public)


@resource(may_be_more=True)
def nothing(request: Request, rest: str = "") -> HttpResponse:
    """What is said at an address that is no resource."""
    raise NotFound


def _viewer(request: Request) -> tuple[Viewer, bool]:
    """Return who asks, and whether that is everybody."""
    return (request.viewer, False) if request.is_signed_in else (PUBLIC, True)


def _layers(request: Request) -> tuple[list[Layer], bool]:
    viewer, is_public = _viewer(request)
    return list(list_layers(viewer)), is_public
