"""What may be built where: by cadastral number, address or position; as a page and as a PDF."""

import datetime as dt

import shapely
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.forms.plans import ParcelForm
from rivulus.atlas.presenters import parcel_print
from rivulus.atlas.presenters import plans as presenter
from rivulus.atlas.presenters.viewer import viewer
from rivulus.atlas.queries import parcels as queries
from rivulus.atlas.queries import plans
from rivulus.atlas.queries.places import search_places
from rivulus.atlas.rules import measuring
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound
from rivulus.kernel.limits import Limit, address_of, count
from rivulus.ui.presenters import number_text
from rivulus.ui.printing.fonts import FontsMissingError
from rivulus.ui.printing.typesetting import TypesettingError

AROUND_M = 120.0  # of the parcel, on its map
PRINTS = Limit(name="parcel-print", most=10)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Answer for a position at once; for words list the parcels and addresses that may be meant."""
    form = ParcelForm(request.GET)
    day = form.day(clock.today())
    point = form.point()
    if point is not None:
        return _show(request, shapely.Point(point), day, _position_words(point), form)
    words = form.cleaned_data.get("q", "").strip()
    context = {
        "form": form,
        "words": words,
        "parcels": [
            (parcel.number, presenter.square_metres(parcel.area_m2), _parcel_url(parcel.key, day))
            for parcel in (queries.find_parcels(words, viewer(request)) if words else ())
        ],
        "places": [
            (place.label, place.detail, _point_url(place.longitude, place.latitude, day))
            for place in (search_places(words, viewer(request)) if words else ())
        ],
    }
    return render(request, "atlas/plans/parcel_search.html", context)


@require_safe
def one(request: HttpRequest, key: str) -> HttpResponse:
    """Answer for one parcel."""
    form = ParcelForm(request.GET)
    day = form.day(clock.today())
    parcel = _parcel(request, key, day)
    title = gettext("Parcel %(number)s") % {"number": parcel.number}
    return _show(request, parcel.geometry, day, title, form, parcel=parcel)


def _show(
    request: HttpRequest,
    geometry: BaseGeometry,
    day: dt.date,
    title: str,
    form: ParcelForm,
    parcel: queries.Parcel | None = None,
) -> HttpResponse:
    report = queries.describe(geometry, day, viewer(request))
    here = [(found.number, _parcel_url(found.key, day)) for found in report.parcels if parcel is None]
    middle = geometry.representative_point()
    context = {
        "title": title,
        "form": form,
        "day": day,
        "is_past": day != clock.today(),
        "report": presenter.report_words(report),
        "parcel": parcel,
        "parcels_here": here,
        "features": {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"label": title, "tone": "rust"},
                    "geometry": geometry.__geo_interface__,
                }
            ],
        },
        "bounds": measuring.box_around(geometry.bounds, AROUND_M),
        "print_url": _print_url(parcel, middle, day),
        "map_url": _map_url(report, middle),
    }
    return render(request, "atlas/plans/parcel.html", context)


@require_safe
def as_pdf(request: HttpRequest) -> HttpResponseBase:
    """Print the answer for a parcel or a position."""
    count(PRINTS, address_of(request))
    form = ParcelForm(request.GET)
    day, point = form.day(clock.today()), form.point()
    key = request.GET.get("parcel", "")
    if not key and point is None:
        raise Http404
    parcel = _parcel(request, key, day) if key else None
    geometry = parcel.geometry if parcel is not None else shapely.Point(point)
    title = (
        gettext("Parcel %(number)s") % {"number": parcel.number}
        if parcel is not None
        else _position_words(point or (0, 0))
    )
    report = queries.describe(geometry, day, viewer(request))
    try:
        pdf = parcel_print.build_pdf(
            report, title=title, language=(get_language() or "ro")[:2], made_at=clock.now(), viewer=viewer(request),
            address=request.build_absolute_uri(_page_url(parcel, geometry.representative_point(), day)),
        )  # fmt: skip
    except (TypesettingError, FontsMissingError):
        message = gettext("The PDF cannot be made right now. Print the page instead.")
        return render(request, "atlas/plans/no_pdf.html", {"message": message}, status=503)
    name = f"parcel-{parcel.number if parcel is not None else 'position'}-{day.isoformat()}.pdf"
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{"".join(s for s in name if s.isalnum() or s in "-.")}"'
    return response


@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a paper of a plan that whoever asks sees."""
    found = plans.find_document(pk, viewer(request))
    file = plans.file_of(found) if found is not None else None
    if file is None or not file.is_file():
        raise Http404
    return FileResponse(file.open("rb"), content_type="application/pdf", filename=f"plan-{pk}.pdf")


def _parcel(request: HttpRequest, key: str, day: dt.date) -> queries.Parcel:
    try:
        return queries.get_parcel(key, day, viewer(request))
    except NotFound:
        raise Http404 from None


def _position_words(point: tuple[float, float]) -> str:
    return f"{number_text(point[1], 5)}; {number_text(point[0], 5)}"


def _on(day: dt.date) -> str:
    return "" if day == clock.today() else f"&on={day.isoformat()}"


def _parcel_url(key: str, day: dt.date) -> str:
    suffix = _on(day).replace("&", "?")
    return reverse("atlas:parcel", args=[key]) + suffix


def _point_url(longitude: float, latitude: float, day: dt.date) -> str:
    return f"{reverse('atlas:parcel_search')}?lon={longitude:.6f}&lat={latitude:.6f}{_on(day)}"


def _map_url(report: queries.Report, middle: shapely.Point) -> str:
    """Return where the zones and limits that speak of a place are drawn around it."""
    layers = [zone.plan.layer.code for zone in report.zones] + [limit.constraint.layer.code for limit in report.limits]
    shown = ",".join(dict.fromkeys(["parcels", *layers]))
    return f"{reverse('atlas:map')}?layers={shown}#16.50/{middle.y:.5f}/{middle.x:.5f}"


def _page_url(parcel: queries.Parcel | None, middle: shapely.Point, day: dt.date) -> str:
    return _parcel_url(parcel.key, day) if parcel is not None else _point_url(middle.x, middle.y, day)


def _print_url(parcel: queries.Parcel | None, middle: shapely.Point, day: dt.date) -> str:
    base = reverse("atlas:parcel_pdf")
    if parcel is not None:
        return f"{base}?parcel={parcel.key}{_on(day)}"
    return f"{base}?lon={middle.x:.6f}&lat={middle.y:.6f}{_on(day)}"
