"""Downloads of a layer: streamed, or made by the worker and waited for."""

import datetime as dt

from django.contrib import messages
from django.core.cache import cache
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rivulus.atlas.feeds.exports import queueing, streaming, writing
from rivulus.atlas.models import Layer
from rivulus.atlas.presenters import layers as presenter
from rivulus.atlas.queries.features import count_features
from rivulus.atlas.rules.exporting import ENDINGS, STREAMED, TYPES, Format, read_format, read_system
from rivulus.atlas.views.layers import find
from rivulus.kernel import clock, limits
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_, say

ASKED_S = 300
AT_ONCE = 2_000  # features that are written while somebody waits
DOWNLOADS = limits.Limit(name="layer-download", most=30)


@require_safe
@never_cache
def download(request: HttpRequest, code: str) -> HttpResponseBase:
    """Give a layer as a file; a large one is made by the worker, and the page says when to come back."""
    layer = find(request, code)
    try:
        format_ = read_format(request.GET.get("format", ""))
        epsg = read_system(request.GET.get("crs", ""), format_)
        day = _day(request)
        writing.check(layer, format_)
    except Refused as refused:
        messages.error(request, say(refused))
        return redirect("atlas:layer", code)
    limits.count(DOWNLOADS, limits.address_of(request))
    name = f"{layer.code}-{day.isoformat()}{'' if epsg == 4326 else f'-{epsg}'}.{ENDINGS[format_]}"
    if format_ in STREAMED:
        body = streaming.geojson(layer, day) if format_ is Format.GEOJSON else streaming.csv(layer, day, epsg)
        response: HttpResponseBase = StreamingHttpResponse(body, content_type=TYPES[format_])
    else:
        made = _made(layer, format_, epsg, day)
        if made is None:
            context = {"layer": layer, "row": presenter.layer_row(layer), "format": format_}
            return render(request, "atlas/layers/waiting.html", context, status=202)
        response = made
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _made(layer: Layer, format_: Format, epsg: int, day: dt.date) -> HttpResponseBase | None:
    place = writing.place_of(layer, format_, epsg, day)
    if not place.exists():
        if count_features(layer, day) > AT_ONCE:
            if cache.add(f"atlas:download:{place.name}", 1, ASKED_S):  # looking again asks no second time
                queueing.make_download.enqueue(layer.pk, str(format_), epsg, day.isoformat())
        else:
            writing.write(layer, format_, epsg, day)
    return FileResponse(place.open("rb"), content_type=TYPES[format_]) if place.exists() else None


def _day(request: HttpRequest) -> dt.date:
    given = request.GET.get("on", "")
    try:
        day = parse_date(given) if given else clock.today()
    except ValueError:
        day = None
    if day is None:
        raise Refused(N_("The day is written as 2026-03-01."))
    return day
