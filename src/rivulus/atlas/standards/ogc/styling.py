"""OGC API Styles: how each layer is drawn, as a style of MapLibre, light and dark."""

from typing import Any

from django.utils.translation import gettext

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import bounds_of, shown_schema
from rivulus.atlas.queries.visible import PUBLIC
from rivulus.atlas.rules.styles import map_layers, read_style
from rivulus.atlas.standards.ogc.answers import JSON, STYLE_JSON
from rivulus.atlas.standards.ogc.asking import Request
from rivulus.atlas.standards.tiles.serving import describe

DARK = "-dark"
BACKGROUND = {False: "#f2f4f4", True: "#14181a"}


def read_id(style: str) -> tuple[str, bool]:
    """Return the code of the layer, and whether the dark style is meant."""
    return (style.removesuffix(DARK), True) if style.endswith(DARK) else (style, False)


def entry(request: Request, layer: Layer, *, is_dark: bool) -> dict[str, Any]:
    """Return a style as the list of styles has it."""
    name = layer.code + (DARK if is_dark else "")
    title = gettext("%(layer)s, dark") % {"layer": layer.title} if is_dark else layer.title
    links = [
        request.link(f"/styles/{name}", "stylesheet", STYLE_JSON, title),
        request.link(f"/styles/{name}/metadata", "describedby", JSON, title),
    ]
    return {"id": name, "title": title, "links": links}


def metadata(request: Request, layer: Layer, *, is_dark: bool) -> dict[str, Any]:
    """Return what is known of a style."""
    found = entry(request, layer, is_dark=is_dark)
    stylesheet = {
        "title": found["title"],
        "version": "8",
        "specification": "https://maplibre.org/maplibre-style-spec/",
        "native": True,
        "link": found["links"][0],
    }
    return {
        "id": found["id"],
        "title": found["title"],
        "description": layer.description,
        "scope": "style",
        "created": layer.created_at.isoformat(),
        "updated": layer.changed_at.isoformat(),
        "stylesheets": [stylesheet],
        "layers": [{"id": layer.code, "type": layer.geometry_type}],
        "links": [request.link(f"/styles/{found['id']}/metadata", "self", JSON)],
    }


def stylesheet(request: Request, layer: Layer, *, is_dark: bool) -> dict[str, Any]:
    """Return a whole style of MapLibre for one layer: what everybody may see of it."""
    source = describe(request.http, layer)
    bounds = bounds_of(layer)
    shown = read_style(layer.style, shown_schema(layer, PUBLIC))
    vector = {"type": "vector"} | {key: source[key] for key in ("tiles", "minzoom", "maxzoom", "bounds", "attribution")}
    style: dict[str, Any] = {
        "version": 8,
        "name": layer.title,
        "sources": {layer.code: vector},
        "layers": [
            {"id": "background", "type": "background", "paint": {"background-color": BACKGROUND[is_dark]}},
            *map_layers(
                shown,
                layer.geometry_type,
                name=layer.code,
                source=layer.code,
                source_layer=layer.code,
                is_dark=is_dark,
            ),
        ],
    }
    if bounds:
        style |= {"center": [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2], "zoom": 12}
    return style
