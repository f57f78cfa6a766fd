"""How the base map looks: one drawing of what was imported and of the schematic, light and dark, in three languages.

Colours are those of the platform; roads are drawn from the least to the greatest, names last.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, override

from rivulus.atlas.queries.base import find_base, schematic_revision
from rivulus.kernel.geometry import Box

type Json = dict[str, object]

REGULAR, BOLD = "Noto Sans Regular", "Noto Sans Bold"
# Latin letters are in two files; the second has ș, ț, ă, ő and ű.
SUBSETS: Mapping[str, list[str]] = {
    "latin": ["U+0000-00FF", "U+0131", "U+0152-0153", "U+02BB-02BC", "U+02C6", "U+02DA", "U+02DC", "U+2000-206F",
              "U+20AC", "U+2122", "U+2191", "U+2193", "U+2212", "U+2215"],
    "latin-ext": ["U+0100-0130", "U+0132-0151", "U+0154-02BA", "U+02BD-02C5", "U+02C7-02CC", "U+02CE-02D7",
                  "U+1E00-1E9F", "U+1EF2-1EFF", "U+2020", "U+20A0-20AB", "U+20AD-20C0", "U+2113"],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one drawing."""

    ground: str
    built: str
    industry: str
    forest: str
    green: str
    field: str
    water: str
    building: str
    road: str
    casing: str
    great: str
    rail: str
    path: str
    border: str
    ink: str
    muted: str
    blue_ink: str
    green_ink: str
    halo: str


LIGHT = Palette(
    ground="#f4f3ef", built="#ebe8e2", industry="#e6e1e6", forest="#cfe3cb", green="#d9ebd0", field="#f0eedc",
    water="#a8d3dc", building="#dcd5cb", road="#ffffff", casing="#d0c9be", great="#f6d58c", rail="#a5a0a8",
    path="#b08f6a", border="#8c6aa6", ink="#2a2019", muted="#5f554d", blue_ink="#0b5563", green_ink="#2c5e35",
    halo="#ffffff",
)  # fmt: skip
DARK = Palette(
    ground="#1d1a18", built="#262220", industry="#292430", forest="#1f2e22", green="#22332a", field="#25241b",
    water="#16414a", building="#38322d", road="#453f3a", casing="#141210", great="#7a5a1f", rail="#5d5960",
    path="#6b553d", border="#9a7fb5", ink="#f2ebe4", muted="#b8aca2", blue_ink="#8fd6e1", green_ink="#9fd0a6",
    halo="#141210",
)  # fmt: skip
THEMES: Mapping[str, Palette] = {"light": LIGHT, "dark": DARK}

GREAT = ("motorway", "trunk", "primary")
MIDDLE = ("secondary", "tertiary")


def build_style(theme: str, language: str) -> Json:
    """Return the MapLibre style of the base map."""
    colours = THEMES[theme]
    base = find_base()
    with override(language):
        if base is None:
            sources, layers = _schematic_source(), _schematic_layers(colours, language)
        else:
            sources, layers = _tile_source(base.revision, base.box, base.data_until), _tile_layers(colours, language)
    ground: Json = {"id": "ground", "type": "background", "paint": {"background-color": colours.ground}}
    return {
        "version": 8,
        "name": "Rivulus",
        "metadata": {"rivulus:theme": theme, "rivulus:schematic": base is None},
        "sources": sources,
        "font-faces": _font_faces(),
        "layers": [ground, *layers],
    }


def _font_faces() -> Json:
    return {
        name: [
            {"url": static(f"map-fonts/noto-sans-{subset}-{weight}-normal.woff2"), "unicode-range": ranges}
            for subset, ranges in SUBSETS.items()
        ]
        for name, weight in ((REGULAR, 400), (BOLD, 700))
    }


# --- the schematic ---------------------------------------------------------------------------------


def _schematic_source() -> Json:
    address = f"{reverse('atlas_schematic')}?r={schematic_revision()}"
    words = gettext("Schematic, drawn by hand: not to scale in its details")
    return {"base": {"type": "geojson", "data": address, "attribution": words}}


def _schematic_layers(c: Palette, language: str) -> list[Json]:
    return [
        _area("neighbourhoods", ["==", ["get", "kind"], "neighbourhoods"], c.built, "", opacity=0.9),
        _area("forests", ["==", ["get", "kind"], "forests"], c.forest, ""),
        _line("neighbourhood-edges", ["==", ["get", "kind"], "neighbourhoods"], c.casing, 1, "", dash=[3, 2]),
        _area("lakes", _all_of("lakes"), c.water, ""),
        _line("rivers", ["==", ["get", "kind"], "rivers"], c.water, _by_zoom(10, 2, 16, 14), ""),
        _line("railway", ["==", ["get", "kind"], "railways"], c.rail, _by_zoom(10, 1.2, 16, 3), "", dash=[4, 2]),
        _line("road-casing", ["==", ["get", "kind"], "roads"], c.casing, _by_zoom(9, 3, 16, 13), ""),
        _line("roads", ["==", ["get", "kind"], "roads"], c.great, _by_zoom(9, 1.8, 16, 10), ""),
        _names(
            "road-names", ["==", ["get", "kind"], "roads"], "", language, c.ink, c.halo, 12, along=True, min_zoom=11
        ),
        _names("river-names", ["==", ["get", "kind"], "rivers"], "", language, c.blue_ink, c.halo, 13, along=True),
        _names("lake-names", _all_of("lakes-name"), "", language, c.blue_ink, c.halo, 12),
        _names("forest-names", _all_of("forests-name"), "", language, c.green_ink, c.halo, 12),
        _names("quarter-names", _all_of("neighbourhoods-name"), "", language, c.muted, c.halo, 13, min_zoom=11),
        _names("town-names", ["==", ["get", "kind"], "towns"], "", language, c.ink, c.halo, 15, bold=True),
    ]


def _all_of(kind: str) -> list[object]:
    return ["==", ["get", "kind"], kind]


# --- what was imported -----------------------------------------------------------------------------


def _tile_source(revision: str, box: Box, until: str) -> Json:
    address = reverse("atlas_basemap_tile", args=[0, 0, 0]).replace("/0/0/0.", "/{z}/{x}/{y}.")
    words = "© OpenStreetMap contributors (ODbL)"
    if until:
        words += f", {until}"
    return {
        "base": {
            "type": "vector",
            "tiles": [f"{address}?r={revision}"],
            "minzoom": 6,
            "maxzoom": 14,
            "bounds": list(box),
            "attribution": words,
        }
    }


def _tile_layers(c: Palette, language: str) -> list[Json]:
    classed = ["get", "class"]
    return [
        _area("built", ["match", classed, ["residential", "commercial"], True, False], c.built, "landuse"),
        _area("industry", ["match", classed, ["industrial", "railway", "quarry"], True, False], c.industry, "landuse"),
        _area("fields", ["match", classed, ["farmland", "orchard"], True, False], c.field, "landuse"),
        _area("forest", ["==", classed, "forest"], c.forest, "landuse"),
        _area("green", ["match", classed, ["park", "grass", "cemetery", "pitch"], True, False], c.green, "landuse"),
        _area("water", None, c.water, "water"),
        _line("streams", ["==", classed, "stream"], c.water, _by_zoom(12, 0.8, 18, 5), "waterway", min_zoom=12),
        _line("rivers", ["!=", classed, "stream"], c.water, _by_zoom(8, 1, 18, 12), "waterway"),
        _area("buildings", None, c.building, "building", min_zoom=13),
        _line("paths", _class("path"), c.path, _by_zoom(14, 0.8, 19, 3), "road", dash=[2, 1.5], min_zoom=14),
        _line("cycleways", _class("cycleway"), c.green_ink, _by_zoom(13, 1, 19, 4), "road", dash=[3, 1], min_zoom=13),
        _line("service", _class("service"), c.road, _by_zoom(14, 1, 19, 9), "road", min_zoom=14),
        _line("street-casing", _class("street"), c.casing, _by_zoom(12, 1.2, 19, 17), "road", min_zoom=12),
        _line("streets", _class("street"), c.road, _by_zoom(12, 0.7, 19, 14), "road", min_zoom=12),
        _line("middle-casing", _class(*MIDDLE), c.casing, _by_zoom(9, 1.4, 19, 22), "road"),
        _line("middle", _class(*MIDDLE), c.road, _by_zoom(9, 0.8, 19, 18), "road"),
        _line("great-casing", _class(*GREAT), c.casing, _by_zoom(6, 1.4, 19, 26), "road"),
        _line("great", _class(*GREAT), c.great, _by_zoom(6, 0.9, 19, 21), "road"),
        _line("railway", _class("rail"), c.rail, _by_zoom(10, 0.8, 19, 3), "road", dash=[4, 2]),
        _line("boundaries", None, c.border, _by_zoom(8, 0.8, 16, 2), "boundary", dash=[4, 2, 1, 2]),
        _names("street-names", _class("street", "service"), "road", language, c.muted, c.halo, 12, along=True, min_zoom=14),
        _names("road-names", _class(*GREAT, *MIDDLE), "road", language, c.ink, c.halo, 12, along=True, min_zoom=12),
        _names("river-names", None, "waterway", language, c.blue_ink, c.halo, 12, along=True, min_zoom=11),
        _names("water-names", ["has", "name"], "water", language, c.blue_ink, c.halo, 12, min_zoom=13),
        _names("green-names", _class("park", "forest"), "landuse", language, c.green_ink, c.halo, 12, min_zoom=14),
        _names("house-numbers", None, "address", language, c.muted, c.halo, 11, field=["get", "number"], min_zoom=17),
        _names("quarter-names", _class("suburb", "neighbourhood", "quarter"), "place", language, c.muted, c.halo, 13, min_zoom=12),
        _names("village-names", _class("village", "hamlet"), "place", language, c.ink, c.halo, 13, min_zoom=10),
        _names("town-names", _class("city", "town"), "place", language, c.ink, c.halo, 16, bold=True),
    ]  # fmt: skip


def _class(*names: str) -> list[object]:
    return ["match", ["get", "class"], list(names), True, False]


def _by_zoom(low: float, at_low: float, high: float, at_high: float) -> list[object]:
    return ["interpolate", ["exponential", 1.5], ["zoom"], low, at_low, high, at_high]


def _layer(name: str, kind: str, source_layer: str, condition: object, min_zoom: float | None) -> Json:
    found: Json = {"id": f"base-{name}", "type": kind, "source": "base"}
    if source_layer:
        found["source-layer"] = source_layer
    if condition is not None:
        found["filter"] = condition
    if min_zoom is not None:
        found["minzoom"] = min_zoom
    return found


def _area(
    name: str, condition: object, colour: str, source_layer: str, *, opacity: float = 1, min_zoom: float | None = None
) -> Json:
    paint: Json = {"fill-color": colour, "fill-opacity": opacity}
    return {**_layer(name, "fill", source_layer, condition, min_zoom), "paint": paint}


def _line(
    name: str,
    condition: object,
    colour: str,
    width: object,
    source_layer: str,
    *,
    dash: list[float] | None = None,
    min_zoom: float | None = None,
) -> Json:
    paint: Json = {"line-color": colour, "line-width": width}
    if dash:
        paint["line-dasharray"] = dash
    ends = "butt" if dash else "round"
    layout: Json = {"line-cap": ends, "line-join": "round"}
    return {**_layer(name, "line", source_layer, condition, min_zoom), "layout": layout, "paint": paint}


def _names(
    name: str,
    condition: object,
    source_layer: str,
    language: str,
    colour: str,
    halo: str,
    size: int,
    *,
    along: bool = False,
    bold: bool = False,
    field: list[object] | None = None,
    min_zoom: float | None = None,
) -> Json:
    layout: Json = {
        "text-field": field or ["coalesce", ["get", f"name_{language}"], ["get", "name"]],
        "text-font": [BOLD if bold else REGULAR],
        "text-size": size,
        "symbol-placement": "line" if along else "point",
        "text-max-width": 8,
    }
    paint: Json = {"text-color": colour, "text-halo-color": halo, "text-halo-width": 1.6}
    return {**_layer(name, "symbol", source_layer, condition, min_zoom), "layout": layout, "paint": paint}
