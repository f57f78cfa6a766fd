"""The interface of rows: pages of a table as JSON, or any format, by the query language."""

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from rivulus.catalog.actions import usage
from rivulus.catalog.presenters import downloads
from rivulus.catalog.presenters.formats.cells import plain_rows
from rivulus.catalog.queries import rows as queries
from rivulus.catalog.queries.rows import Asked
from rivulus.catalog.queries.tables import DataTable
from rivulus.catalog.rules.columns import table_schema
from rivulus.catalog.rules.formats import MEDIA
from rivulus.catalog.terms import Format
from rivulus.catalog.views.asking import answer_refusals, count_asking, language_of, mistake, read_asked
from rivulus.catalog.views.files import find_table
from rivulus.kernel import limits
from rivulus.kernel.words import N_
from rivulus.ui.presenters import active_language

QUESTIONS = limits.Limit(name="catalog-rows", most=600)
JSON = "application/json"


@require_safe
@answer_refusals
def ask(request: HttpRequest, code: str) -> HttpResponseBase:
    """Return a page of rows with what is needed to ask for the next; with ``format`` the whole answer as a file."""
    table = find_table(code, request.GET.get("table", ""))
    with translation.override(language_of(request)):
        asked, form = read_asked(request), request.GET.get("format", "json")
        if form not in set(MEDIA) or Format(form) not in table.formats:
            raise mistake("format", N_("“format” is one of %(formats)s."), formats=", ".join(table.formats))
        tag = downloads.tag_of(request, table, f"rows:{form}:{request.get_full_path()}", asked)
        unchanged = get_conditional_response(request, etag=tag, last_modified=int(table.changed_at.timestamp()))
        if unchanged is not None:
            downloads.say_age(unchanged, table, tag)
            return unchanged
        count_asking(request, QUESTIONS)
        usage.note(dataset_id=table.dataset.pk, kind="api")
        if form == Format.JSON:
            return _page(request, table, asked, tag)
        if request.method == "HEAD":
            response = HttpResponse()
            downloads.describe(response, table, Format(form), tag)
            return response
        return downloads.send(request, table, Format(form), asked, tag)


def _page(request: HttpRequest, table: DataTable, asked: Asked, tag: str) -> HttpResponse:
    with_total = request.GET.get("total", "true") != "false"
    found = queries.ask(table, asked, with_total=with_total)
    body = {
        "dataset": table.dataset.code,
        "licence": table.dataset.licence,
        "changed": table.changed_at.isoformat(),
        "version": found.version,
        "simulated": table.is_simulated,
        "total": found.total,
        "next": _next(request, found.after),
        "fields": table_schema(found.columns, language=active_language())["fields"],
        "rows": plain_rows(found.columns, found.rows),
    }
    response = downloads.packed_response(request, msgspec.json.encode(body), JSON)
    downloads.say_age(response, table, tag)
    return response


def _next(request: HttpRequest, after: str) -> str | None:
    if not after:
        return None
    given = request.GET.copy()
    given.pop("offset", None)
    given["after"] = after
    return request.build_absolute_uri(f"{request.path}?{given.urlencode()}")
