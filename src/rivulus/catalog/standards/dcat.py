"""DCAT-AP 3.0.1: the catalog as Turtle, JSON-LD and RDF/XML, paged as Hydra describes it, streamed."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from rivulus.catalog.presenters.dcat import Page, Writer
from rivulus.catalog.presenters.rdf import MEDIA_TYPES, Writing, write
from rivulus.catalog.queries.datasets import find_public
from rivulus.catalog.queries.pages import count_pages, list_page, read_mark
from rivulus.catalog.queries.ways import list_ways, list_ways_of
from rivulus.identity.queries import find_city

KEEP_S = 60


@require_safe
def catalog(request: HttpRequest, writing: str) -> HttpResponseBase:
    """Serve one page of the catalog."""
    wanted = Writing(writing)
    publisher = find_city()
    if publisher is None:
        raise Http404
    total, last = count_pages()
    number = _page_number(request.GET.get("page", "1"))
    if not 1 <= number <= last:
        raise Http404
    base = base_of(request)
    etag = quote_etag(hashlib.sha256(f"{read_mark()} {number} {writing} {base}".encode()).hexdigest()[:32])
    if request.headers.get("If-None-Match", "") == etag:
        return _with_headers(HttpResponse(status=304), etag)
    datasets = list_page(number)
    page = Page(number=number, last=last, total=total, path=f"/catalog.{wanted}")
    things = Writer(base).list_things(datasets, list_ways_of(datasets), publisher=publisher, page=page)
    response = StreamingHttpResponse(write(things, wanted), content_type=f"{MEDIA_TYPES[wanted]}; charset=utf-8")
    links = [
        f'<{base}{page.path}?page={n}>; rel="{rel}"'
        for rel, n in (("prev", number - 1), ("next", number + 1))
        if 1 <= n <= last
    ]
    if links:
        response["Link"] = ", ".join(links)
    return _with_headers(response, etag)


@require_safe
def dataset(request: HttpRequest, code: str, writing: str) -> HttpResponseBase:
    """Serve one dataset."""
    found = find_public(code)
    if found is None:
        raise Http404
    wanted = Writing(writing)
    things = Writer(base_of(request)).list_things_alone(found, list_ways(found))
    response = HttpResponse("".join(write(things, wanted)), content_type=f"{MEDIA_TYPES[wanted]}; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response


def base_of(request: HttpRequest) -> str:
    """Return the address of the platform, without a slash at the end."""
    return request.build_absolute_uri("/").rstrip("/")


def _page_number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def _with_headers[R: HttpResponseBase](response: R, etag: str) -> R:
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={KEEP_S}"
    response["Access-Control-Allow-Origin"] = "*"
    return response
