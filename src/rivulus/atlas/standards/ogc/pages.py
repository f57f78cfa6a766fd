"""The pages of the service for people: the same resources, read from the same answers."""

from typing import Any
from urllib.parse import urlencode

import shapely
from django.http import HttpResponse
from django.utils.translation import get_language, gettext

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import shown_schema
from rivulus.atlas.queries.items import ItemPage, bounded, list_items
from rivulus.atlas.queries.visible import Viewer
from rivulus.atlas.rules.cql2.tree import Kind, queryables
from rivulus.atlas.rules.schemas import Attribute
from rivulus.atlas.rules.styles import legend, read_style
from rivulus.atlas.standards.ogc.answers import as_page
from rivulus.atlas.standards.ogc.asking import ROOT, Request, read_days
from rivulus.atlas.standards.ogc.items import number_matched, read_question, write_after
from rivulus.atlas.standards.ogc.one import find

COLUMNS = 8  # in the table; the page of a feature has them all


def show(request: Request, template: str, content: Any, **context: Any) -> HttpResponse:
    """Show an answer as a page."""
    layer, viewer = context.get("layer"), context.get("viewer")
    if isinstance(layer, Layer) and isinstance(viewer, Viewer):
        schema = shown_schema(layer, viewer)
        language = (get_language() or "ro")[:2]
        context["attributes"] = [_described(attribute, language) for attribute in schema.attributes]
        context["legend"] = legend(read_style(layer.style, schema), schema, layer.title, language)
    path = request.http.get_full_path()
    return as_page(request.http, template, {"root": ROOT, "content": content, "json_url": _as_json(path), **context})


def _described(attribute: Attribute, language: str) -> dict[str, str]:
    return {
        "name": attribute.name,
        "title": attribute.title_in(language),
        "description": attribute.description_in(language),
        "unit": attribute.unit,
        "type": str(attribute.type),
    }


def _as_json(path: str) -> str:
    bare = path.replace("f=html", "f=json")
    return bare if "f=json" in bare else f"{bare}{'&' if '?' in bare else '?'}f=json"


def show_items(request: Request, layer: Layer, viewer: Viewer) -> HttpResponse:
    """Show a page of features as a table, with what may be asked of them as a form."""
    question = read_question(layer, viewer, request.parameters)
    with bounded():
        page = list_items(layer, question.asked)
    language = (get_language() or "ro")[:2]
    attributes = [one for one in shown_schema(layer, viewer).attributes if one.name in question.names][:COLUMNS]
    given = {name: text for name, text in request.parameters.items() if name != "after"}
    context = {
        "layer": layer,
        "columns": [one.title_in(language) + (f" ({one.unit})" if one.unit else "") for one in attributes],
        "rows": [_row(layer, item, attributes, language) for item in page.items],
        "matched": number_matched(layer, question.asked, page),
        "next_url": _next(given, page),
        "first_url": "?" + urlencode(given) if question.asked.after else "",
        "given": given,
        "sortable": [
            name for name, kind in queryables(shown_schema(layer, viewer)).items() if kind is not Kind.GEOMETRY
        ],
        "box": _box(page),
    }
    return show(request, "items", None, **context)


def _row(layer: Layer, item: Any, attributes: list[Attribute], language: str) -> dict[str, Any]:
    cells = [
        (
            one.title_in(language),
            _words(one, item.properties[one.name], language) if one.name in item.properties else "",
        )
        for one in attributes
    ]
    return {"key": item.key, "url": f"{ROOT}/collections/{layer.code}/items/{item.key}?f=html", "cells": cells}


def _words(attribute: Attribute, value: object, language: str) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return attribute.words_for(value, language)


def _next(given: dict[str, str], page: ItemPage) -> str:
    return (
        "" if page.next_after is None else "?" + urlencode(given | {"after": write_after(page.next_after), "f": "html"})
    )


def _box(page: ItemPage) -> list[float] | None:
    return shapely.total_bounds(page.geometries).tolist() if len(page.items) else None


def show_item(request: Request, layer: Layer, viewer: Viewer, key: str) -> HttpResponse:
    """Show one feature with all that whoever asks may see of it."""
    since, until = read_days(request.parameters.get("datetime"))
    feature = find(layer, viewer, key, until or since)
    language = (get_language() or "ro")[:2]
    schema = shown_schema(layer, viewer)
    shown = [
        (one.title_in(language), _words(one, feature.properties[one.name], language), one.unit)
        for one in schema.attributes
        if one.name in feature.properties
    ]
    west, south, east, north = feature.box
    context = {
        "layer": layer,
        "feature": feature,
        "name": schema.name_of(feature.properties, feature.key),
        "shown": shown,
        "middle": f"{(south + north) / 2:.6f}, {(west + east) / 2:.6f}",
        "box": feature.box,
        "shape": feature.geometry.geom_type,
    }
    return show(request, "item", None, **context)
