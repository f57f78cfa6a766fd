"""``/collections/{code}/items/{key}``: one feature, with the number of its version as ETag."""

from typing import Any

import msgspec
import numpy as np
from django.http import HttpResponse
from django.utils.translation import gettext

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import SeenFeature, find_feature, shown_schema
from rivulus.atlas.queries.items import Asked, Item
from rivulus.atlas.queries.visible import Viewer
from rivulus.atlas.standards.ogc.answers import GEOJSON, JSON, kept
from rivulus.atlas.standards.ogc.asking import Request, read_crs_of, read_days
from rivulus.atlas.standards.ogc.items import Question, features_json
from rivulus.kernel.errors import NotFound

PARAMETERS = frozenset({"crs", "datetime"})


def answer(request: Request, layer: Layer, viewer: Viewer, key: str, *, is_public: bool) -> HttpResponse:
    """Return one feature that holds on the day that is asked for, today without one; raises NotFound."""
    crs = read_crs_of(request.parameters.get("crs"))
    since, until = read_days(request.parameters.get("datetime"))
    feature = find(layer, viewer, key, until or since)
    question = Question(Asked(since=since, until=until), crs, tuple(shown_schema(layer, viewer).by_name), True)
    geometries = np.array([feature.geometry], dtype=object)
    (written,) = features_json([as_item(feature)], geometries, question)
    links: list[dict[str, Any]] = [
        *request.forms(f"/collections/{layer.code}/items/{key}", GEOJSON),
        request.link(f"/collections/{layer.code}", "collection", JSON, layer.title),
    ]
    content = written[:-1] + b',"links":' + msgspec.json.encode(links) + b"}"
    response = HttpResponse(content, content_type=GEOJSON)
    response["Content-Crs"] = f"<{crs.uri}>"
    response["ETag"] = tag_of(feature)
    response["Link"] = f'<{request.base}/collections/{layer.code}>; rel="collection"; title="{gettext("Collection")}"'
    return kept(response, is_public=is_public)


def find(layer: Layer, viewer: Viewer, key: str, day: Any) -> SeenFeature:
    """Return the feature of a key that holds on a day; raises NotFound."""
    feature = find_feature(layer, viewer, key, on=day)
    if feature is None:
        raise NotFound
    return feature


def tag_of(feature: SeenFeature) -> str:
    """Return the ETag of a version."""
    return f'"{feature.number}"'


def as_item(feature: SeenFeature) -> Item:
    """Return a feature as the list of features has it."""
    return Item(feature.id, feature.key, feature.number, feature.valid, feature.properties, feature.recorded_at)
