"""The page for SQL, and its twins for programs: a permalink holds the question."""

import time

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rivulus.catalog.presenters.sql import present_tables
from rivulus.catalog.queries.sandbox.asking import MOST_ROWS, SECONDS, Answer, ask_sql, list_sql_tables
from rivulus.catalog.views.asking import answer_refusals, count_asking, language_of
from rivulus.kernel import limits
from rivulus.kernel.errors import Refused
from rivulus.kernel.tables import stream_csv
from rivulus.kernel.words import say

QUESTIONS = limits.Limit(name="catalog-sql", most=20)
BYTE_ORDER_MARK = "\ufeff"


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the tables, take a question, show its answer."""
    sql = request.GET.get("q", "").strip()
    tables = list_sql_tables()
    context = {
        "sql": sql,
        "tables": present_tables(tables),
        "most_rows": MOST_ROWS,
        "most_seconds": SECONDS,
        "answer": None,
        "refusal": "",
    }
    if sql:
        count_asking(request, QUESTIONS)
        started = time.monotonic()
        try:
            context["answer"] = ask_sql(sql, tables)
        except Refused as refused:
            context["refusal"] = say(refused)
        context["seconds"] = round(time.monotonic() - started, 2)
    return render(request, "catalog/data/sql.html", context, status=400 if context["refusal"] else 200)


@never_cache
@require_safe
@answer_refusals
def answer(request: HttpRequest, form: str) -> HttpResponseBase:
    """Return an answer as JSON or CSV."""
    with translation.override(language_of(request)):
        count_asking(request, QUESTIONS)
        found = ask_sql(request.GET.get("q", ""))
    response = _csv(found) if form == "csv" else _json(found)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _json(found: Answer) -> HttpResponseBase:
    body = {
        "fields": [{"name": name, "type": kind} for name, kind in found.columns],
        "rows": found.rows,
        "more": found.is_more,
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _csv(found: Answer) -> HttpResponseBase:
    lines = stream_csv([name for name, _kind in found.columns], found.rows)
    body = (BYTE_ORDER_MARK + line if at == 0 else line for at, line in enumerate(lines))
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="sql.csv"'
    return response
