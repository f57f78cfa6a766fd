"""Tables as files: the present ones and those of earlier days, in every format, at addresses that stay."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from rivulus.catalog.actions import usage
from rivulus.catalog.feeds.tables.refreshing import ensure_current
from rivulus.catalog.presenters import downloads
from rivulus.catalog.queries import tables as queries
from rivulus.catalog.queries.rows import Asked
from rivulus.catalog.queries.tables import DataTable
from rivulus.catalog.rules.formats import MEDIA
from rivulus.catalog.terms import Format
from rivulus.catalog.views.asking import answer_refusals, count_asking, language_of, read_asked
from rivulus.kernel import limits

DOWNLOADS = limits.Limit(name="catalog-files", most=60)


@require_safe
@answer_refusals
def one(request: HttpRequest, code: str, name: str) -> HttpResponseBase:
    """Return a table of a dataset in the format that its name ends with."""
    table, form = find_file(code, name)
    return _answer(request, table, form)


@require_safe
@answer_refusals
def snapshot(request: HttpRequest, code: str, day: dt.date, name: str) -> HttpResponseBase:
    """Return a table as it was kept on a day."""
    table, form = find_file(code, name)
    earlier = queries.find_snapshot(table, day)
    if earlier is None:
        raise Http404("Nothing is kept of that day.")
    return _answer(request, earlier, form)


def find_file(code: str, name: str) -> tuple[DataTable, Format]:
    """Return the table and the format of a file name; raises 404 where nothing may be had under it."""
    slug, _dot, ending = name.rpartition(".")
    if ending not in set(MEDIA):
        raise Http404("There is no such file.")
    table = find_table(code, slug)
    if Format(ending) not in table.formats:
        raise Http404("This table has no places.")
    return table, Format(ending)


def find_table(code: str, slug: str = "") -> DataTable:
    """Return a public table, current as far as somebody can wait for that; raises 404."""
    dataset = queries.find_open_dataset(code)
    if dataset is None:
        raise Http404("There is no such dataset.")
    ensure_current(dataset)
    table = queries.find_table_of(dataset, slug)
    if table is None or not table.file.exists():
        raise Http404("There is no such table.")
    return table


def _answer(request: HttpRequest, table: DataTable, form: Format) -> HttpResponseBase:
    with translation.override(language_of(request)):
        asked = read_asked(request) if request.GET else Asked()
        tag = downloads.tag_of(request, table, form, asked)
        unchanged = get_conditional_response(request, etag=tag, last_modified=int(table.changed_at.timestamp()))
        if unchanged is not None:
            downloads.say_age(unchanged, table, tag)
            return unchanged
        if request.method == "HEAD":
            response: HttpResponseBase = HttpResponse()
            downloads.describe(response, table, form, tag)
            return response
        count_asking(request, DOWNLOADS)
        found = downloads.send(request, table, form, asked, tag)
    if found.status_code == 200:
        usage.note(dataset_id=table.dataset.pk, kind="download")
    return found
