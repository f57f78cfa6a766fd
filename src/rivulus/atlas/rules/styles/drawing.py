"""A style as layers of MapLibre's style specification, version 8. Pure."""

from typing import Any

from rivulus.atlas.rules.styles.colours import GROUNDS, on_ground
from rivulus.atlas.rules.styles.reading import Style, StyleClass
from rivulus.atlas.terms import GeometryType

GROUPS = ("fill", "outline", "line", "circle", "label")
"""What the layers of one style end in, from the ground up."""
FONT = "Noto Sans Regular"
POLYGONS = ["==", ["geometry-type"], "Polygon"]
LINES = ["==", ["geometry-type"], "LineString"]
POINTS = ["==", ["geometry-type"], "Point"]

type Layers = list[dict[str, Any]]


def map_layers(
    style: Style,
    geometry_type: str,
    *,
    name: str,
    source: str,
    source_layer: str,
    is_dark: bool = False,
    font: str = FONT,
) -> Layers:
    """Return the layers in the order in which they are drawn; their ids are ``name`` and one of ``GROUPS``."""
    colour = _coloured(style, is_dark)
    common = {"source": source, "source-layer": source_layer, "minzoom": style.min_zoom, "maxzoom": style.max_zoom}
    shapes = (
        [GeometryType.POLYGON, GeometryType.LINE, GeometryType.POINT]
        if geometry_type == GeometryType.ANY
        else [GeometryType(geometry_type)]
    )
    drawn: Layers = []
    for shape in shapes:
        drawn += {GeometryType.POLYGON: _areas, GeometryType.LINE: _lines, GeometryType.POINT: _points}[shape](
            style, colour, is_dark
        )
    if style.label:
        drawn.append(_label(style, is_dark, font, is_line=shapes == [GeometryType.LINE]))
    return [{"id": f"{name}-{layer.pop('group')}", **common, **layer} for layer in drawn]


def _areas(style: Style, colour: object, is_dark: bool) -> Layers:
    return [
        {
            "group": "fill",
            "type": "fill",
            "filter": POLYGONS,
            "paint": {"fill-color": colour, "fill-opacity": style.opacity},
        },
        {
            "group": "outline",
            "type": "line",
            "filter": POLYGONS,
            "layout": {"line-join": "round"},
            "paint": {"line-color": colour, "line-width": _growing(style.width)},
        },
    ]


def _lines(style: Style, colour: object, is_dark: bool) -> Layers:
    return [
        {
            "group": "line",
            "type": "line",
            "filter": LINES,
            "layout": {"line-cap": "round", "line-join": "round"},
            "paint": {"line-color": colour, "line-width": _growing(style.width)},
        }
    ]


def _points(style: Style, colour: object, is_dark: bool) -> Layers:
    is_ring = style.icon == "ring"
    return [
        {
            "group": "circle",
            "type": "circle",
            "filter": POINTS,
            "paint": {
                "circle-color": GROUNDS[is_dark] if is_ring else colour,
                "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 2.5, 13, 4.5, 17, 8],
                "circle-stroke-color": colour if is_ring else GROUNDS[is_dark],
                "circle-stroke-width": 2.5 if is_ring else 1.2,
            },
        }
    ]


def _label(style: Style, is_dark: bool, font: str, *, is_line: bool) -> dict[str, Any]:
    layout: dict[str, Any] = {
        "text-field": ["to-string", ["coalesce", ["get", style.label], ""]],
        "text-font": [font],
        "text-size": 12,
        "text-max-width": 9,
        "text-optional": True,
    }
    if is_line:
        layout["symbol-placement"] = "line"
    else:
        layout |= {"text-variable-anchor": ["top", "bottom", "left", "right"], "text-radial-offset": 0.7}
    return {
        "group": "label",
        "type": "symbol",
        "minzoom": max(style.min_zoom, 12),
        "layout": layout,
        "paint": {
            "text-color": "#e8eef0" if is_dark else "#1b2327",
            "text-halo-color": GROUNDS[is_dark],
            "text-halo-width": 1.4,
        },
    }


def _growing(width: float) -> list[Any]:
    return [
        "interpolate",
        ["exponential", 1.4],
        ["zoom"],
        9,
        round(width * 0.4, 2),
        14,
        width,
        19,
        round(width * 2.2, 2),
    ]


def _coloured(style: Style, is_dark: bool) -> object:
    """Return a colour, or the expression that finds it from the attribute."""
    usual = on_ground(style.colour, is_dark)
    if not style.classes:
        return usual
    value = ["get", style.attribute]
    cases: list[Any] = ["case"]
    for one in style.classes:
        cases += [_test(one, value, is_last=one is style.classes[-1]), on_ground(one.colour, is_dark)]
    return [*cases, usual]


def _test(one: StyleClass, value: list[Any], *, is_last: bool) -> list[Any]:
    if not one.is_range:
        return ["==", ["to-string", value], one.value]
    number = ["to-number", value, 0]
    tests: list[Any] = ["all", ["==", ["typeof", value], "number"]]
    if one.low is not None:
        tests.append([">=", number, one.low])
    if one.high is not None:
        tests.append(["<=" if is_last else "<", number, one.high])
    return tests
