"""The map as a PDF."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from rivulus.atlas.forms.map_print import MapPrintForm
from rivulus.atlas.presenters import map_print
from rivulus.atlas.presenters.viewer import viewer
from rivulus.atlas.queries import base
from rivulus.atlas.queries.visible import list_layers
from rivulus.kernel import clock
from rivulus.kernel.limits import Limit, address_of, count
from rivulus.ui.printing.fonts import FontsMissingError
from rivulus.ui.printing.typesetting import TypesettingError

PRINTS = Limit(name="map-print", most=10)
MOST_LAYERS = 20


@require_safe
def as_pdf(request: HttpRequest) -> HttpResponse:
    """Print the layers of the address within its bounds; without bounds what the map shows at first."""
    form = MapPrintForm(request.GET)
    if not form.is_valid():
        return render(request, "atlas/plans/no_pdf.html", {"message": " ".join(form.words())}, status=400)
    count(PRINTS, address_of(request))
    who, wanted = viewer(request), form.codes()
    layers = [layer for layer in list_layers(who).order_by("rank", "id") if layer.code in wanted][:MOST_LAYERS]
    try:
        pdf = map_print.build_pdf(
            layers,
            who,
            bounds=form.bounds() or base.home_bounds(),
            paper=form.cleaned_data["paper"] or "a4",
            day=form.day() or clock.today(),
            language=(get_language() or "ro")[:2],
            made_at=clock.now(),
        )
    except (FontsMissingError, TypesettingError):
        message = gettext("The PDF cannot be made right now. Print the page instead.")
        return render(request, "atlas/plans/no_pdf.html", {"message": message}, status=503)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="map.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
