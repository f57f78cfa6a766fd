"""Part 4: features are created, replaced, updated and deleted by those who may edit the layer.

Whoever changes a feature says which version they saw (``If-Match`` with its ETag): a newer one is answered with 412,
none with 428. Nobody's work is lost silently.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext

from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.models import Change, Layer
from rivulus.atlas.queries.features import find_feature
from rivulus.atlas.queries.visible import Viewer
from rivulus.atlas.rules.crs import read_crs, to_lon_lat
from rivulus.atlas.rules.permissions import NOT_YOURS, SENTENCES, can
from rivulus.atlas.rules.versions import ChangedFeature, Conflict, NewFeature, RemovedFeature
from rivulus.atlas.standards.ogc.answers import GEOJSON, Problem
from rivulus.atlas.standards.ogc.asking import Request
from rivulus.atlas.terms import ChangeKind
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.geometry import read_geojson
from rivulus.kernel.limits import Limit, count
from rivulus.kernel.words import say

EDITS = Limit(name="ogc-edits", most=300)  # a minute
NOT_FOR_YOU = SENTENCES["edit_feature"]
TAG = re.compile(r'"(\d{1,9})"')
BODIES = frozenset({GEOJSON, "application/json"})
MERGE = frozenset({"application/merge-patch+json", *BODIES})


def create(request: Request, layer: Layer, viewer: Viewer) -> HttpResponse:
    """Add a feature (POST)."""
    _check(request, layer, viewer)
    body = _body(request.http, BODIES)
    key = str(body.get("id", ""))
    if key and find_feature(layer, viewer, key) is not None:
        raise Problem(409, gettext("There is a feature with this key already."))
    feature = NewFeature(_geometry(request.http, body), _properties(body), key)
    change = _apply(request, layer, additions=[feature])
    made = key or _key_of(layer, change)
    response = HttpResponse(status=201)
    response["Location"] = f"{request.base}/collections/{layer.code}/items/{made}"
    return response


def replace(request: Request, layer: Layer, viewer: Viewer, key: str) -> HttpResponse:
    """Put another feature in the place of one (PUT): what the body does not say is gone."""
    _check(request, layer, viewer)
    seen = _seen(request, layer, viewer, key)
    body = _body(request.http, BODIES)
    if str(body.get("id", key)) != key:
        raise Problem(400, gettext("The id in the body is another one than in the address."))
    changed = ChangedFeature(key, seen, _geometry(request.http, body), _properties(body))
    _apply(request, layer, updates=[changed])
    return _done(layer, viewer, key)


def update(request: Request, layer: Layer, viewer: Viewer, key: str) -> HttpResponse:
    """Change parts of a feature (PATCH, RFC 7396): an attribute that is null is taken away."""
    _check(request, layer, viewer)
    seen = _seen(request, layer, viewer, key)
    body = _body(request.http, MERGE, is_whole=False)
    geometry = _geometry(request.http, body) if "geometry" in body else None
    properties = None
    if "properties" in body:
        known = find_feature(layer, viewer, key)
        if known is None:
            raise NotFound
        merged = dict(known.properties) | _properties(body)
        properties = {name: value for name, value in merged.items() if value is not None}
    if geometry is None and properties is None:
        raise Problem(400, gettext("The body changes neither the geometry nor the properties."))
    _apply(request, layer, updates=[ChangedFeature(key, seen, geometry, properties)])
    return _done(layer, viewer, key)


def delete(request: Request, layer: Layer, viewer: Viewer, key: str) -> HttpResponse:
    """Take a feature away (DELETE); its history stays."""
    _check(request, layer, viewer)
    seen = _seen(request, layer, viewer, key)
    _apply(request, layer, removals=[RemovedFeature(key, seen)])
    return HttpResponse(status=204)


def allowed(layer: Layer, viewer: Viewer, *, is_one: bool) -> str:
    """Return the methods that the viewer may use on a resource."""
    reading = ["GET", "HEAD", "OPTIONS"]
    if not may_edit(layer, viewer):
        return ", ".join(reading)
    return ", ".join([*reading, *(("PUT", "PATCH", "DELETE") if is_one else ("POST",))])


def may_edit(layer: Layer, viewer: Viewer) -> bool:
    """Say whether the viewer may change features of a layer."""
    return can("edit_feature", viewer.roles) and viewer.owns(layer) and not layer.is_kept_by_machine


def _check(request: Request, layer: Layer, viewer: Viewer) -> None:
    """Raise Problem 401 or 403; a session counts only with its token, which no other site can read."""
    person = cast(Any, request.http.user)
    if not person.is_authenticated:
        raise Problem(401, gettext("Sign in to edit features."), {"WWW-Authenticate": 'Session realm="Rivulus"'})
    if not can("edit_feature", viewer.roles):
        raise Problem(403, gettext(NOT_FOR_YOU))
    if not viewer.owns(layer):
        raise Problem(403, gettext(NOT_YOURS))
    _check_token(request.http)
    count(EDITS, person.pk)


class _TokenOnly(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def _check_token(http: HttpRequest) -> None:
    def unreached(_request: HttpRequest) -> HttpResponse:
        raise AssertionError

    checker = _TokenOnly(unreached)
    checker.process_request(http)
    if checker.process_view(http, unreached, (), {}) is not None:
        raise Problem(403, gettext("With a session, send its token in the header X-CSRFToken."))


def _seen(request: Request, layer: Layer, viewer: Viewer, key: str) -> int:
    """Return the number of the version that whoever edits has seen; raises Problem 428 and 412, and NotFound."""
    given = request.http.headers.get("If-Match")
    now = find_feature(layer, viewer, key)
    if now is None:
        raise NotFound
    if given is None:
        raise Problem(428, gettext("Say in the header If-Match which version you saw: it is the ETag of the feature."))
    if given.strip() == "*":
        return now.number
    numbers = [int(number) for number in TAG.findall(given)]
    if now.number not in numbers:
        raise Problem(412, gettext("The feature was changed since you read it. Read it again, then change it."))
    return now.number


def _body(http: HttpRequest, types: frozenset[str], *, is_whole: bool = True) -> Mapping[str, Any]:
    if (http.content_type or "") not in types:
        raise Problem(415, gettext("The body is to be GeoJSON (application/geo+json)."))
    try:
        body = json.loads(http.body)
    except RequestDataTooBig:
        raise Problem(413, gettext("What was sent is too large. Nothing was changed.")) from None
    except (ValueError, RecursionError):
        raise Problem(400, gettext("The body is not JSON.")) from None
    if not isinstance(body, dict) or (is_whole and body.get("type") != "Feature"):
        raise Problem(400, gettext("The body is not a feature of GeoJSON."))
    return body


def _properties(body: Mapping[str, Any]) -> dict[str, Any]:
    properties = body.get("properties")
    if properties is None:
        return {}
    if not isinstance(properties, dict):
        raise Problem(400, gettext("The properties of a feature are an object."))
    # What the interface adds to every feature comes back with it.
    return {name: value for name, value in properties.items() if name not in ("valid_from", "valid_until")}


def _geometry(http: HttpRequest, body: Mapping[str, Any]) -> Any:
    named = http.headers.get("Content-Crs")
    if named is None:
        return read_geojson(body.get("geometry"))
    from shapely.geometry import shape

    try:
        geometry = shape(body.get("geometry"))
    except Exception:
        raise Problem(400, gettext("This is not a GeoJSON geometry.")) from None
    return to_lon_lat(np.array([geometry], dtype=object), read_crs(named))[0]


def _apply(request: Request, layer: Layer, **changes: Any) -> Change:
    try:
        return apply_changes(by=cast(Any, request.http.user), layer=layer, kind=ChangeKind.INTERFACE, **changes)
    except Conflict as conflict:
        raise Problem(412, say(conflict)) from conflict
    except Refused as refused:
        raise Problem(422, say(refused)) from refused


def _key_of(layer: Layer, change: Change) -> str:
    return layer.features.values_list("key", flat=True).get(change=change)


def _done(layer: Layer, viewer: Viewer, key: str) -> HttpResponse:
    now = find_feature(layer, viewer, key)
    response = HttpResponse(status=204)
    if now is not None:
        response["ETag"] = f'"{now.number}"'
    return response
