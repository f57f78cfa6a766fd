"""The map of the city: layers, what is at a place."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from rivulus.atlas.forms.map_page import HereForm, MapForm
from rivulus.atlas.models import Layer
from rivulus.atlas.presenters import map_page as presenter
from rivulus.atlas.presenters.viewer import viewer
from rivulus.atlas.queries import base, identify
from rivulus.atlas.queries.visible import list_layers
from rivulus.kernel import clock
from rivulus.ui.presenters import number_text

NEAR_M = 30.0


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the map: which layers are drawn stands in the address, so that it can be sent to others."""
    form = MapForm(request.GET)
    day = form.day()
    layers = list(list_layers(viewer(request)))
    shown = _shown(request, layers)
    context = {
        "form": form,
        "day": day,
        "themes": presenter.theme_rows(layers, shown),
        "bounds": base.home_bounds(),
        "is_schematic": base.find_base() is None,
        "script_layers": json.dumps(presenter.script_layers(layers, day), ensure_ascii=False),
        "script_words": json.dumps(presenter.script_words(), ensure_ascii=False),
        "shown": ",".join(code for code in (layer.code for layer in layers) if code in shown),
        "here_url": reverse("atlas:here"),
        "has_layers": bool(layers),
    }
    return render(request, "atlas/map/map.html", context)


def _shown(request: HttpRequest, layers: list[Layer]) -> frozenset[str]:
    """Return the codes of the layers to draw: those of the address, or those shown at first."""
    known = {layer.code for layer in layers}
    if "layers" not in request.GET and "layer" not in request.GET:
        return frozenset(layer.code for layer in layers if layer.is_shown_at_first)
    asked = {*request.GET.get("layers", "").split(","), *request.GET.getlist("layer")}
    return frozenset(asked & known)


@require_safe
def here(request: HttpRequest) -> HttpResponse:
    """Say what is at a place; the part of the page that the map shows beside itself is the same."""
    form = HereForm(request.GET)
    if not form.is_valid():
        raise Http404
    given = form.cleaned_data
    layers = list(list_layers(viewer(request)))
    shown = _shown(request, layers) if given["layers"] else frozenset(layer.code for layer in layers)
    day = form.day() or clock.today()
    found = identify.list_at(
        given["lon"],
        given["lat"],
        [layer for layer in layers if layer.code in shown],
        day,
        within_m=NEAR_M if given["within"] is None else given["within"],
        viewer=viewer(request),
    )
    position = f"{given['lat']:.6f},{given['lon']:.6f}"
    context = {
        "rows": presenter.here_rows(found),
        "latitude": number_text(given["lat"], 5),
        "longitude": number_text(given["lon"], 5),
        "day": day,
        "is_past": day != clock.today(),
        "parcel_url": f"{reverse('atlas:parcel_search')}?lat={given['lat']:.6f}&lon={given['lon']:.6f}",
        "position": position,
    }
    template = "atlas/map/_here.html" if "part" in request.GET else "atlas/map/here.html"
    return render(request, template, context)
