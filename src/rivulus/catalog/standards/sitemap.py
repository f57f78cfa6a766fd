"""Sitemaps (sitemaps.org, 0.9) of what search engines should list, and ``robots.txt``."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from rivulus.catalog.queries.viewing import list_public
from rivulus.catalog.standards.dcat import base_of

PER_FILE = 10_000  # three languages each; the standard allows 50,000 addresses
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
PAGES = (
    "home",
    "catalog:index",
    "catalog:organisations",
    "catalog:requests",
    "catalog:reuses",
    "observations:overview",
)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Name the sitemaps."""
    base, files = base_of(request), max(1, -(-list_public().count() // PER_FILE))
    rows = [f"<sitemap><loc>{base}/sitemap-{number}.xml</loc></sitemap>" for number in range(1, files + 1)]
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex {SPACE}>\n' + "\n".join(rows) + "\n</sitemapindex>\n"
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


@require_safe
def part(request: HttpRequest, number: int) -> HttpResponseBase:
    """List addresses."""
    rows = list_public().order_by("id").values_list("code", "changed_at")[(number - 1) * PER_FILE : number * PER_FILE]
    if number < 1 or (number > 1 and not rows):
        raise Http404
    return StreamingHttpResponse(_write(base_of(request), number, rows), content_type="application/xml; charset=utf-8")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell robots where to look, and what to leave alone: pages that are made anew for every question."""
    lines = ["User-agent: *"]
    for prefix in ("", *(f"/{code}" for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE)):
        lines += [
            f"Disallow: {prefix}/{path}" for path in ("account/", "admin/", "desk/", "people/", "catalog/manage/")
        ]
        lines.append(f"Disallow: {prefix}/catalog/*?")
    lines += ["Disallow: /catalog/files/", "", f"Sitemap: {base_of(request)}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _write(base: str, number: int, rows: object) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {SPACE}>\n'
    if number == 1:
        for name in PAGES:
            yield from (_url(base, path, "") for path in _in_languages(name))
    for code, changed in rows:  # type: ignore[attr-defined]
        for path in _in_languages("catalog:dataset", code):
            yield _url(base, path, changed.date().isoformat())
    yield "</urlset>\n"


def _in_languages(name: str, *args: str) -> list[str]:
    found = []
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            found.append(reverse(name, args=args))
    return found


def _url(base: str, path: str, changed: str) -> str:
    mark = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<url><loc>{escape(base + path)}</loc>{mark}</url>\n"
