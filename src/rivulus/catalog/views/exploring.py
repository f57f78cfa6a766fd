"""Pages of a table: all of it to look through, and a small one to stand in the page of somebody else."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from rivulus.catalog.presenters.preview import choices_of, list_others, present_table
from rivulus.catalog.queries.tables import list_snapshots
from rivulus.catalog.rules.rowquery.functions import COALESCE, COALESCE_WORDS, FUNCTIONS
from rivulus.catalog.views.asking import count_asking
from rivulus.catalog.views.files import find_table
from rivulus.kernel import limits
from rivulus.ui.presenters import active_language

EMBEDDED_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": ["*"],  # public rows, no session, nothing to press
}
LOOKS = limits.Limit(name="catalog-explore", most=120)
MOST_DAYS = 60
EMBEDDED_ROWS = 20
KEEP_S = 60


@require_safe
def explore(request: HttpRequest, code: str) -> HttpResponse:
    """Show a table in pages, sorted and filtered as asked, with a chart and its places."""
    count_asking(request, LOOKS)
    table = find_table(code, request.GET.get("table", ""))
    given = request.GET.dict()
    context = {
        "dataset": table.dataset,
        "table": table,
        "others": list_others(table.dataset, table),
        "shown": present_table(table, given),
        "choices": choices_of(table, given),
        "snapshots": [snapshot.day for snapshot in list_snapshots(table)[:MOST_DAYS]],
        "functions": [(name, one.example, one.description) for name, one in FUNCTIONS.items()]
        + [(COALESCE, "coalesce(name, '–')", COALESCE_WORDS)],
        "columns": [(column, column.title_in(active_language())) for column in table.columns],
    }
    return _kept(render(request, "catalog/data/explore.html", context))


@require_safe
@xframe_options_exempt
@csp_override(EMBEDDED_CSP)
def embed(request: HttpRequest, code: str) -> HttpResponse:
    """Show rows and a chart in a page without anything around them."""
    count_asking(request, LOOKS)
    table = find_table(code, request.GET.get("table", ""))
    if not table.columns:
        raise Http404
    shown = present_table(table, request.GET.dict(), limit=EMBEDDED_ROWS)
    context = {"dataset": table.dataset, "shown": shown, "language": active_language()}
    return _kept(render(request, "catalog/data/embed.html", context))


def _kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = f"max-age={KEEP_S}"
    return response
