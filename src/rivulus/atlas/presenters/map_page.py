"""The map page: layers by theme with their legends, and what the script needs to draw them."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext

from rivulus.atlas.models import Layer
from rivulus.atlas.presenters.layers import words_of
from rivulus.atlas.queries.identify import FoundHere
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.rules.styles import LegendClass, legend, map_layers, read_style
from rivulus.atlas.terms import ORIGIN_NAMES, THEME_NAMES, Origin, Theme
from rivulus.ui.presenters import number_text


@dataclass(frozen=True, slots=True)
class LayerRow:
    """A layer in the list beside the map."""

    layer: Layer
    url: str
    origin: str  # in words, where it is not official
    is_made_up: bool
    is_shown: bool
    legend: tuple[LegendClass, ...]


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A theme with its layers."""

    name: str
    rows: tuple[LayerRow, ...]
    is_open: bool


def theme_rows(layers: Iterable[Layer], shown: Collection[str]) -> list[ThemeRow]:
    """Return the layers by theme, in the order of the themes; only themes that have some."""
    language = (get_language() or "ro")[:2]
    by_theme: dict[str, list[LayerRow]] = {str(theme): [] for theme in Theme}
    for layer in layers:
        by_theme[layer.theme].append(_row(layer, layer.code in shown, language))
    return [
        ThemeRow(gettext(THEME_NAMES[Theme(code)]), tuple(rows), any(row.is_shown for row in rows))
        for code, rows in by_theme.items()
        if rows
    ]


def _row(layer: Layer, is_shown: bool, language: str) -> LayerRow:
    schema = read_schema(layer.schema).open
    lines = legend(read_style(layer.style, schema), schema, layer.title, language)
    words = gettext("others")
    named = tuple(LegendClass(line.words or words, line.light, line.dark) for line in lines)
    return LayerRow(
        layer=layer,
        url=_address("atlas:layer", layer.code),
        origin="" if layer.origin == Origin.OFFICIAL else gettext(ORIGIN_NAMES[Origin(layer.origin)]),
        is_made_up=layer.origin in (Origin.ILLUSTRATIVE, Origin.SCHEMATIC),
        is_shown=is_shown,
        legend=named,
    )


def script_layers(layers: Iterable[Layer], day: dt.date | None) -> list[dict[str, Any]]:
    """Return for the script of the page where the tiles of each layer are and how they are drawn."""
    return [_for_script(layer, day) for layer in layers]


def _for_script(layer: Layer, day: dt.date | None) -> dict[str, Any]:
    style = read_style(layer.style, read_schema(layer.schema).open)
    sample = reverse("atlas_tile", args=[layer.code, 0, 0, 0])
    tiles = sample.replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt") + f"?v={layer.revision}"
    drawn = {
        theme: map_layers(
            style,
            layer.geometry_type,
            name=layer.code,
            source=f"layer-{layer.code}",
            source_layer=layer.code,
            is_dark=theme == "dark",
        )
        for theme in ("light", "dark")
    }
    return {
        "code": layer.code,
        "title": layer.title,
        "tiles": tiles + (f"&datetime={day.isoformat()}" if day else ""),
        "attribution": layer.attribution or layer.owner.name,
        **drawn,
    }


@dataclass(frozen=True, slots=True)
class HereRow:
    """A feature at a place, in words."""

    name: str
    layer: str
    url: str
    distance: str
    facts: tuple[tuple[str, str], ...]
    is_made_up: bool


def here_rows(found: Iterable[FoundHere]) -> list[HereRow]:
    """Return what is at a place, in the language of the reader."""
    language = (get_language() or "ro")[:2]
    return [_here(each, language) for each in found]


def _here(found: FoundHere, language: str) -> HereRow:
    facts = tuple(
        (attribute.title_in(language), words_of(attribute, found.properties))
        for attribute in found.schema.attributes
        if attribute.name in found.properties and not attribute.is_name
    )
    away = gettext("%(metres)s m away") % {"metres": number_text(found.distance_m, 0)}
    return HereRow(
        name=found.layer.title if found.name == found.key else found.name,  # a bare key says nothing to anybody
        layer=found.key if found.name == found.key else found.layer.title,
        url=_address("atlas:feature", found.layer.code, found.key),
        distance=away if found.distance_m >= 1 else "",
        facts=facts,
        is_made_up=found.layer.origin in (Origin.ILLUSTRATIVE, Origin.SCHEMATIC),
    )


def _address(name: str, *args: str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def script_words() -> Mapping[str, str]:
    """Return what the script of the page says."""
    return {
        "nothing": gettext("Nothing of the layers shown is here."),
        "looking": gettext("Looking…"),
        "failed": gettext("That did not work. Try again."),
        "measure": gettext(
            "Click on the map to measure; a double click ends it. By keyboard, Enter puts a point in the middle and Shift+Enter ends it."
        ),
        "length": gettext("Length"),
        "area": gettext("Area"),
        "none_found": gettext("Nothing found"),
        "linked": gettext("The link is copied."),
        "you_are": gettext("Middle of the map"),
    }
