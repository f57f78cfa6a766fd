"""Maps among the components: places on the city's own map, and what says the same where no map can be drawn."""

import json
from collections.abc import Mapping, Sequence

from django.template import Library
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from rivulus.ui import charts
from rivulus.ui.presenters import map_style_url, map_words
from rivulus.ui.templatetags.ui import chart as draw_chart

register = Library()
TONES = ("stream", "gold", "amethyst")  # of the ranks of a spot


@register.simple_block_tag
def map(
    content: str,
    *,
    key: str,
    title: str,
    bounds: Sequence[float] | None = None,
    geojson_url: str = "",
    features: Mapping[str, object] | None = None,
    tall: bool = False,
) -> SafeString:
    """Places on the city's own map; the content between the tags says the same where no map can be drawn.

    ``features`` is a GeoJSON collection, or ``geojson_url`` its address, whose properties may hold ``label``, ``note``,
    ``href``, ``tone`` (a name of the palette) and ``rank`` (0, 1, 2); ``bounds`` are west, south, east, north.
    """
    return _draw(
        "map", content, key=key, title=title, bounds=bounds, geojson_url=geojson_url, features=features, tall=tall
    )


@register.simple_tag
def sketch_map(*, chart: charts.Sketch) -> SafeString:
    """Points on the city's own map, with the drawing of the same points and its table where no map can be drawn."""
    longitudes = [spot.longitude for spot in chart.spots]
    latitudes = [spot.latitude for spot in chart.spots]
    return _draw(
        "sketch_map",
        draw_chart(chart=chart),
        key=f"map-{chart.key}",
        title=chart.title,
        features={"type": "FeatureCollection", "features": [_feature(spot) for spot in chart.spots]},
        bounds=(min(longitudes), min(latitudes), max(longitudes), max(latitudes)) if chart.spots else None,
    )


def _feature(spot: charts.Spot) -> dict[str, object]:
    said = {"label": spot.label, "note": spot.note, "href": spot.href, "tone": TONES[spot.rank], "rank": spot.rank}
    place = {"type": "Point", "coordinates": [spot.longitude, spot.latitude]}
    return {"type": "Feature", "properties": said, "geometry": place}


def _draw(
    component: str,
    content: str,
    *,
    key: str,
    title: str,
    bounds: Sequence[float] | None,
    features: Mapping[str, object] | None,
    geojson_url: str = "",
    tall: bool = False,
) -> SafeString:
    context = {
        "component": component,
        "content": content,
        "key": key,
        "title": title,
        "bounds": ",".join(f"{number:.6f}" for number in bounds) if bounds else "",
        "geojson_url": geojson_url,
        "features": json.dumps(features, ensure_ascii=False) if features else "",
        "tall": tall,
        "style_light": map_style_url("light"),
        "style_dark": map_style_url("dark"),
        "words": json.dumps({"controls": map_words()}, ensure_ascii=False),
    }
    return render_to_string("ui/components/map.html", context)
