"""The map as a PDF: what the screen shows, at a round scale, with its legend, its sources and its date."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext

from rivulus.atlas.models import Layer
from rivulus.atlas.presenters.basemap import LIGHT, build_style
from rivulus.atlas.presenters.map_page import LayerRow, theme_rows
from rivulus.atlas.queries import printed
from rivulus.atlas.queries.visible import Viewer
from rivulus.atlas.rules.printing import sheets
from rivulus.atlas.rules.printing.reading import Drawable
from rivulus.atlas.rules.printing.sheets import Sheet
from rivulus.atlas.rules.printing.svg import Picture
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.rules.styles import map_layers, read_style
from rivulus.kernel.clock import CITY_ZONE
from rivulus.kernel.geometry import Box
from rivulus.ui.presenters import date_text, number_text
from rivulus.ui.printing import fonts
from rivulus.ui.printing.typesetting import typeset

TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "atlas" / "print" / "map.typ"
LIMIT_S = 40
MOST_LEGEND = 60


def build_pdf(
    layers: Sequence[Layer],
    viewer: Viewer,
    *,
    bounds: Box,
    paper: str,
    day: dt.date,
    language: str,
    made_at: dt.datetime,
) -> bytes:
    """Return the PDF; raise TypesettingError or FontsMissingError when it cannot be made."""
    sheet = sheets.fit(bounds, paper)
    with translation.override(language):
        shown = [printed.list_printed(layer, viewer, sheet.box, day) for layer in layers]
        style = build_style("light", language)
        picture = draw(sheet, style, shown)
        data = _data(sheet, style, shown, day, language, made_at)
    text = fonts.printable(json.dumps(data, ensure_ascii=False, sort_keys=True))
    files = {
        "main.typ": TEMPLATE.read_bytes(),
        "data.json": text.encode(),
        "map.svg": fonts.printable(picture).encode(),
    }
    return typeset(files, fonts=fonts.fonts_folder(), timestamp=int(made_at.timestamp()), limit_s=LIMIT_S)


def draw(
    sheet: Sheet,
    style: dict[str, object],
    shown: Sequence[printed.PrintedLayer],
    marked: tuple[dict[str, object], Sequence[Drawable]] | None = None,
) -> str:
    """Return the picture: the base map below, then the layers in their order, what is marked, names last."""
    picture = Picture(sheet, fonts.FAMILY)
    base = printed.list_base(sheet.box, sheet.data_zoom)
    parts = style["layers"]
    for part in parts if isinstance(parts, list) else []:
        if part["type"] != "background":
            picture.draw(part, base.get(part.get("source-layer", ""), ()))
    for one in shown:
        layer = one.layer
        own = read_style(layer.style, read_schema(layer.schema).open)
        for part in map_layers(own, layer.geometry_type, name=layer.code, source=layer.code, source_layer=layer.code):
            picture.draw(part, one.features)
    if marked is not None:
        picture.draw(*marked)
    return picture.finish(LIGHT.ground)


def _data(
    sheet: Sheet,
    style: dict[str, object],
    shown: Sequence[printed.PrintedLayer],
    day: dt.date,
    language: str,
    made_at: dt.datetime,
) -> dict[str, object]:
    metres, bar_mm = sheets.bar(sheet)
    titles = ", ".join(one.layer.title for one in shown)
    scale = number_text(sheet.scale, 0)
    made = gettext("Made by Rivulus on %(day)s.") % {"day": date_text(made_at.astimezone(CITY_ZONE).date())}
    made = made.replace("..", ".")  # a Hungarian date ends with a point of its own
    words = gettext("Map at 1:%(scale)s. Layers: %(layers)s.") % {"scale": scale, "layers": titles or "—"}
    return {
        "title": gettext("Map of the city"),
        "lang": language,
        "paper": sheet.paper,
        "is_lying": sheet.is_lying,
        "width": sheet.width_mm,
        "height": sheet.height_mm,
        "day": [day.year, day.month, day.day],
        "fonts": [fonts.FAMILY, fonts.FALLBACK],
        "bar": bar_mm,
        "legend": _legend(shown),
        "words": {
            "lead": gettext("As of %(day)s.") % {"day": date_text(day)},
            "alt": words,
            "scale": f"1:{scale}",
            "bar": f"{number_text(metres / 1000)} km" if metres >= 1000 else f"{metres} m",
            "north": gettext("N"),
            "north_alt": gettext("North is up."),
            "legend": gettext("Legend"),
            "sources": f"{gettext('Sources')}: {'; '.join(sources_of(style, shown))}",
            "notes": _notes(shown),
            "made": made,
        },
    }


def _legend(shown: Sequence[printed.PrintedLayer]) -> list[dict[str, object]]:
    rows: list[LayerRow] = [row for theme in theme_rows([one.layer for one in shown], ()) for row in theme.rows]
    lines: list[dict[str, object]] = [
        {
            "title": f"{row.layer.title} ({row.origin})" if row.origin else row.layer.title,
            "classes": [[line.light, line.words] for line in row.legend],
        }
        for row in rows
    ]
    return lines[:MOST_LEGEND]


def sources_of(style: dict[str, object], shown: Sequence[printed.PrintedLayer]) -> list[str]:
    """Return whom the base map and the layers are from, each once."""
    sources = style["sources"]
    base = sources["base"]["attribution"] if isinstance(sources, dict) else ""
    return list(dict.fromkeys([base, *(one.layer.attribution or one.layer.owner.name for one in shown)]))


def _notes(shown: Sequence[printed.PrintedLayer]) -> list[str]:
    return [
        gettext("Of “%(layer)s” only the first %(most)s features here are drawn.")
        % {"layer": one.layer.title, "most": number_text(printed.MOST_FEATURES, 0)}
        for one in shown
        if one.is_cut
    ]
