"""The public pages: search, one dataset with its versions, organisations, themes."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rivulus.catalog.actions import usage
from rivulus.catalog.forms.datasets import SearchForm
from rivulus.catalog.models import Dataset
from rivulus.catalog.presenters import datasets as presenters
from rivulus.catalog.presenters.dcat import Writer
from rivulus.catalog.presenters.preview import present_preview
from rivulus.catalog.presenters.rdf import MEDIA_TYPES, Writing, negotiate, write
from rivulus.catalog.presenters.schema_org import as_script, describe
from rivulus.catalog.presenters.search import present_facets, present_orders
from rivulus.catalog.queries import datasets as queries
from rivulus.catalog.queries.participation import list_answers_with, list_shown_of
from rivulus.catalog.queries.search import PER_PAGE, Found, Wanted, search
from rivulus.catalog.queries.tables import list_tables_of
from rivulus.catalog.queries.usage import get_use
from rivulus.catalog.queries.viewing import Viewer
from rivulus.catalog.queries.ways import list_ways
from rivulus.catalog.terms import Source, State
from rivulus.catalog.terms.vocabularies import THEMES
from rivulus.identity.queries import find_organisation, list_organisations
from rivulus.kernel import limits

KEEP_S = 60
FILTERS = ("organisation", "theme", "format", "licence", "tag", "high_value", "live", "sort")
ROBOTS = ("bot", "crawl", "spider", "slurp", "preview")
SEARCHES = limits.Limit(name="catalog_search", most=240)


def for_guests(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Say for how long a page may be kept: a minute for guests, since live data change without a line in the journal."""
    response["Cache-Control"] = "no-store" if request.user.is_authenticated else f"public, max-age={KEEP_S}"
    patch_vary_headers(response, ["Accept"])
    return response


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Search all datasets; a program that asks for RDF is sent to the catalog in its writing."""
    writing = negotiate(request.headers.get("Accept", ""))
    if writing is not None:
        return _see_other(f"/catalog.{writing}")
    form = SearchForm(request.GET)
    wanted = form.wanted()
    if wanted.words:
        limits.count(SEARCHES, limits.address_of(request))
    number = _page_number(request)
    found = search(wanted, offset=(number - 1) * PER_PAGE)
    context = {
        "form": form,
        "wanted": wanted,
        "is_start": not request.GET,
        "keep": [(name, request.GET[name]) for name in FILTERS if request.GET.get(name)],
        "may_publish": _may_publish(request),
        "latest": queries.list_newest(6) if not request.GET else [],
        "themes": _themes(found),
    }
    response = render(request, "catalog/index.html", context | _results(request, wanted, found, number))
    return for_guests(request, response)


@require_safe
def dataset(request: HttpRequest, code: str) -> HttpResponse:
    """Show one dataset: what, whose, how fresh, what it may be used for, how to get it, how well it is described."""
    viewer = Viewer.of(request.user)
    found = _visible(viewer, code)
    writing = negotiate(request.headers.get("Accept", ""))
    if writing is not None and found.state == State.PUBLISHED:
        return _as_rdf(request, found, writing)
    ways = list_ways(found)
    if not _is_robot(request) and found.state == State.PUBLISHED:
        usage.note(dataset_id=found.pk, kind="view")
    base = request.build_absolute_uri("/").rstrip("/")
    is_public = found.state == State.PUBLISHED
    context = {
        "dataset": found,
        "row": presenters.present_row(found),
        "ways": presenters.present_ways(ways) if is_public else [],
        "tables": presenters.present_tables(list_tables_of(found)) if is_public and _has_tables(found) else [],
        "preview": present_preview(found, request) if is_public and _has_tables(found) else {},
        "licence": presenters.licence_name(found.licence),
        "licence_url": presenters.licence_address_of(found.licence),
        "frequency": presenters.frequency_name(found.frequency),
        "area": presenters.spatial_words(found.spatial),
        "time": queries.read_range(found.temporal),
        "category": presenters.category_name(found.hvd_category) if found.hvd_category else "",
        "quality": presenters.present_quality(found),
        "use": get_use(found.pk),
        "citation": presenters.cite(found, f"{base}/catalog/datasets/{found.code}/"),
        "embed": _embed(request, found),
        "reuses": list_shown_of(found),
        "answers": list_answers_with(found),
        "address": f"{base}/catalog/datasets/{found.code}/",
        "edits": viewer.edits(found),
        "last_event": queries.list_events(found).first() if not is_public else None,
        "schema_org": as_script(describe(found, ways, base)) if is_public else "",
    }
    return for_guests(request, render(request, "catalog/dataset.html", context))


@require_safe
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Show the versions of a dataset, and what each says differently."""
    viewer = Viewer.of(request.user)
    found = _visible(viewer, code)
    events = list(queries.list_events(found)[:200])
    if not viewer.edits(found) and not viewer.reviews:
        events = [event for event in events if event.verb not in {"created", "changed", "proposed", "sent_back"}]
    context = {"dataset": found, "events": presenters.present_events(events)}
    return for_guests(request, render(request, "catalog/history.html", context))


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """List who publishes."""
    counts = queries.count_public_by_organisation()
    rows = [(row, counts.get(row.pk, 0)) for row in list_organisations()]
    return for_guests(request, render(request, "catalog/organisations.html", {"rows": rows}))


@require_safe
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """Show the datasets of one organisation."""
    found = find_organisation(code)
    if found is None:
        raise Http404
    wanted = Wanted(organisation=code, sort=request.GET.get("sort", ""))
    return _group(request, wanted, "catalog/organisation.html", {"organisation": found})


@require_safe
def theme(request: HttpRequest, code: str) -> HttpResponse:
    """Show the datasets of one theme."""
    if code not in THEMES:
        raise Http404
    wanted = Wanted(theme=code, sort=request.GET.get("sort", ""))
    return _group(request, wanted, "catalog/theme.html", {"name": presenters.theme_name(code), "code": code})


def _group(request: HttpRequest, wanted: Wanted, template: str, context: dict[str, Any]) -> HttpResponse:
    number = _page_number(request)
    found = search(wanted, offset=(number - 1) * PER_PAGE)
    return for_guests(request, render(request, template, context | _results(request, wanted, found, number)))


def _results(request: HttpRequest, wanted: Wanted, found: Found, number: int) -> dict[str, Any]:
    names = {row.code: row.name for row in list_organisations()}
    page = Paginator(range(found.total), PER_PAGE).get_page(number)
    return {
        "found": found,
        "rows": presenters.present_rows(found.datasets),
        "page_obj": page,
        "facets": present_facets(found, _query_of(request, wanted), names, action=reverse("catalog:index")),
        "orders": present_orders(wanted.order, has_words=bool(wanted.words)),
    }


def _query_of(request: HttpRequest, wanted: Wanted) -> QueryDict:
    """Return the choices of a search: on the page of an organisation or a theme, that one is chosen."""
    query = request.GET.copy()
    for name in ("organisation", "theme"):
        if getattr(wanted, name):
            query[name] = getattr(wanted, name)
    return query


def _themes(found: Found) -> list[tuple[str, str, int]]:
    counts = {facet.value: facet.count for facet in found.facets.get("theme", ())}
    return [(code, presenters.theme_name(code), counts[code]) for code in THEMES if code in counts]


def _as_rdf(request: HttpRequest, found: Dataset, writing: Writing) -> HttpResponse:
    base = request.build_absolute_uri("/").rstrip("/")
    things = Writer(base).list_things_alone(found, list_ways(found))
    response = HttpResponse("".join(write(things, writing)), content_type=f"{MEDIA_TYPES[writing]}; charset=utf-8")
    patch_vary_headers(response, ["Accept"])
    return response


def _see_other(address: str) -> HttpResponse:
    response = HttpResponse(status=303, headers={"Location": address})
    patch_vary_headers(response, ["Accept"])
    return response


def _has_tables(found: Dataset) -> bool:
    return found.source in {Source.LIVE, Source.FILE}


def _embed(request: HttpRequest, found: Dataset) -> str:
    if found.state != State.PUBLISHED or not _has_tables(found):
        return ""
    address = request.build_absolute_uri(reverse("catalog:embed", args=[found.code]))
    title = found.title.replace('"', "")
    return f'<iframe src="{address}" title="{title}" width="100%" height="480" loading="lazy"></iframe>'


def _visible(viewer: Viewer, code: str) -> Dataset:
    found = queries.find_visible(viewer, code)
    if found is None:
        raise Http404(_("There is no such dataset."))
    return found


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, min(int(text), 50_000)) if text.isdecimal() and len(text) < 8 else 1


def _may_publish(request: HttpRequest) -> bool:
    viewer = Viewer.of(request.user)
    return viewer.may_publish_somewhere or viewer.reviews


def _is_robot(request: HttpRequest) -> bool:
    agent = request.headers.get("User-Agent", "").lower()
    return any(word in agent for word in ROBOTS)
