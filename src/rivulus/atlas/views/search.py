"""Finding addresses and places: a page, and the same for the search box of the map."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rivulus.atlas.forms.search import PlaceSearchForm
from rivulus.atlas.presenters import search as presenter
from rivulus.atlas.presenters.viewer import viewer
from rivulus.atlas.queries.base import find_base
from rivulus.atlas.queries.places import search_places

ON_A_PAGE, IN_A_BOX = 30, 8


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """List what may be meant by the words; with ``format=json`` the first few of it for the map."""
    form = PlaceSearchForm(request.GET if "q" in request.GET else None)
    wanted = form.cleaned_data if form.is_valid() else {}
    words, is_json = str(wanted.get("q", "")).strip(), wanted.get("format") == "json"
    found = search_places(words, viewer(request), limit=IN_A_BOX if is_json else ON_A_PAGE) if words else []
    rows = presenter.rows_of(found)
    if is_json:
        return JsonResponse(presenter.as_json(rows))
    context = {"form": form, "words": words, "rows": rows, "has_base": find_base() is not None}
    return render(request, "atlas/search/search.html", context)
